"""Joins: inner, outer, cross, natural, USING, ASOF, LATERAL."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from snowdome.catalog.model import Function
from snowdome.errors import compilation_error, invalid_identifier, not_supported
from snowdome.sql.binder import asof, python_calls, sources, table_functions
from snowdome.sql.binder.core import Binder, fold
from snowdome.sql.binder.operators import compare, order_key, predicate
from snowdome.sql.binder.ordering import order_item
from snowdome.sql.binder.scope import BoundColumn, From, Scope, Source
from snowdome.sql.binder.user_functions import Chosen
from snowdome.sql.casts import cast
from snowdome.sql.functions.conditional import common_type


def bind_join(binder: Binder, join: exp.Join, left: From, scope: Scope) -> From:
    """``left`` joined with what ``join`` names."""
    side = (join.args.get("side") or "").upper()
    if isinstance(join.this, exp.Lateral):
        return bind_lateral(binder, join.this, left, scope, outer=side == "LEFT")
    if table_functions.is_lateral(join.this):
        return _table_function(binder, join, left, scope, outer=side == "LEFT")
    right = sources.bind_item(binder, join.this, left, scope)
    natural = (join.args.get("method") or "").upper() == "NATURAL"
    names = _common_names(left, right) if natural else [fold(i) for i in join.args.get("using") or ()]
    joined = From("", [*left.sources, *right.sources], {**left.merged, **right.merged})
    _settle_names(joined, left, right, names, natural or bool(names))
    if (join.args.get("method") or "").upper() == "ASOF":
        return _asof(binder, join, left, right, joined, names, scope)
    conditions = _using(binder, left, right, joined, names, side)
    if join.args.get("on") is not None:
        inner = replace(scope, frm=joined, clause="on")
        conditions.append(predicate(binder, join.args["on"], inner).sql)
    joined.sql = f"{left.sql} {_word(join, side, conditions)} {right.sql}"
    if conditions:
        joined.sql += f" ON {' AND '.join(conditions)}"
    _outer_nullability(joined, left, right, side)
    return joined


def _word(join: exp.Join, side: str, conditions: list[str]) -> str:
    kind = (join.args.get("kind") or "").upper()
    if kind in ("SEMI", "ANTI"):
        raise not_supported(f"{kind} JOIN")
    if side in ("LEFT", "RIGHT", "FULL"):
        if not conditions:
            raise compilation_error("001003", "42000", f"{side} OUTER JOIN needs a join condition.")
        return f"{side} JOIN"
    return "JOIN" if conditions else "CROSS JOIN"


def _outer_nullability(joined: From, left: From, right: From, side: str) -> None:
    """Columns of the side that an outer join may leave empty become nullable."""
    for frm, sides in ((left, ("RIGHT", "FULL")), (right, ("LEFT", "FULL"))):
        if side in sides:
            for source in frm.sources:
                source.columns[:] = [replace(c, nullable=True) for c in source.columns]


def _common_names(left: From, right: From) -> list[str]:
    theirs = {c.name for c in right.visible()}
    return [c.name for c in left.visible() if c.name in theirs]


def _using(binder: Binder, left: From, right: From, joined: From, names: list[str], side: str) -> list[str]:
    """Equality of the USING columns; ``joined.merged`` gets one column for each pair."""
    conditions = []
    for name in names:
        mine, theirs = (_one(frm, name) for frm in (left, right))
        conditions.append(compare("=", mine.typed(), theirs.typed(), binder))
        joined.merged[name] = _merge(binder, mine, theirs, side)
    return conditions


def _settle_names(joined: From, left: From, right: From, names: list[str], merging: bool) -> None:
    """What a name that both sides carry means: the left side's where USING or NATURAL joins them."""
    theirs = {c.name for c in right.visible()}
    if merging:
        shared = {c.name: c for c in left.visible() if c.name in theirs and c.name not in names}
        joined.preferred = {**right.preferred, **left.preferred, **shared}
    else:
        joined.preferred = {n: c for n, c in left.preferred.items() if n not in theirs}
        joined.contested = left.contested | {n for n in left.merged if n in theirs}


def _one(frm: From, name: str) -> BoundColumn:
    found = frm.find((), name)
    if len(found) > 1:
        raise compilation_error("002028", "42601", f"ambiguous column name '{name}'")
    if not found:
        raise invalid_identifier(name, 1, 0)
    return found[0]


def _merge(binder: Binder, mine: BoundColumn, theirs: BoundColumn, side: str) -> BoundColumn:
    if side == "RIGHT":
        return theirs
    if side != "FULL":
        return mine
    type_ = common_type([mine.type, theirs.type])
    pair = [cast(c.typed(), type_, binder).sql for c in (mine, theirs)]
    return BoundColumn(mine.name, type_, True, f"COALESCE({', '.join(pair)})")


def _asof(
    binder: Binder, join: exp.Join, left: From, right: From, joined: From, names: list[str], scope: Scope
) -> From:
    """ASOF JOIN keeps every left row, with the closest right row or NULLs."""
    equal = _using(binder, left, right, joined, names, "LEFT")
    more = asof.conditions(binder, join, left, right, replace(scope, frm=joined))
    joined.sql = f"{left.sql} ASOF LEFT JOIN {right.sql} ON {' AND '.join([*equal, *more])}"
    _outer_nullability(joined, left, right, "LEFT")
    return joined


# -- LATERAL --------------------------------------------------------------------------------------


def bind_lateral(binder: Binder, node: exp.Lateral, left: From, scope: Scope, *, outer: bool) -> From:
    """``LATERAL (SELECT …)`` or ``LATERAL FLATTEN(…)``."""
    if (found := table_functions.unnest_call(binder, node)) is not None and left.sql:
        return _unnested(binder, found, node, left, scope, outer=outer)
    inner = Scope(parent=replace(scope, frm=left))
    if isinstance(node.this, exp.Subquery):
        sql, source = sources.derived(binder, binder.query(node.this.this, inner), node.args.get("alias"))
        return _lateral(left, sql, source, outer)
    sql, source = table_functions.bind_lateral_call(binder, node.this, node.args.get("alias"), left, inner)
    return _lateral(left, sql, source, outer)


def _table_function(binder: Binder, join: exp.Join, left: From, scope: Scope, *, outer: bool) -> From:
    if join.args.get("on") is not None and not isinstance(join.args["on"], exp.Boolean):
        raise not_supported("ON with a table function; use WHERE")
    if (found := table_functions.unnest_call(binder, join.this)) is not None and left.sql:
        return _unnested(binder, found, join.this, left, scope, outer=outer)
    inner = Scope(parent=replace(scope, frm=left))
    sql, source = table_functions.bind_call(binder, join.this, left, inner)
    return _lateral(left, sql, source, outer)


def _lateral(left: From, sql: str, source: Source, outer: bool) -> From:
    if not left.sql:
        return From(sql, [source], left.merged)
    word = "LEFT JOIN LATERAL" if outer else "CROSS JOIN LATERAL"
    tail = " ON TRUE" if outer else ""
    return From(f"{left.sql} {word} {sql}{tail}", [*left.sources, source], left.merged)


def _unnested(
    binder: Binder,
    found: table_functions.UnnestCall,
    node: exp.Expr,
    left: From,
    scope: Scope,
    *,
    outer: bool,
) -> From:
    """``left`` with the rows of a list beside each of its rows: all of it becomes one subquery."""
    inner = Scope(parent=replace(scope, frm=left))
    chosen = found.python(inner) if found.python is not None else None
    if chosen is not None and _is_partitioned(found, chosen.function, outer):
        return _partitioned(binder, found, chosen, left, inner)
    made = found.rule(table_functions.table_call(binder, found.call, left, inner))
    engine = binder.fresh()
    shown, moved = _moved_sources(left, engine)
    order = _input_order(binder, found.keys, inner)
    numbered = bool(order) or _reads_seq(node)
    if numbered:
        shown.append(f"CAST(row_number() OVER ({order}) AS DECIMAL(38,0)) AS rn")
    rows = f"CASE WHEN len({made.rows}) > 0 THEN {made.rows} ELSE [NULL] END" if outer else made.rows
    tail = " ORDER BY rn" if order else ""
    sql = f"(SELECT {', '.join([*shown, f'unnest({rows}) AS r'])} FROM {left.sql}{tail}) AS {engine}"
    number = f"{engine}.rn" if numbered else "CAST(NULL AS DECIMAL(38,0))"
    columns = [
        BoundColumn(c.name, c.type, c.nullable or outer, text.format(r=f"{engine}.r", n=number))
        for c, text in made.columns
    ]
    names: tuple[str, ...] = ()
    if found.alias is not None and found.alias.this is not None:
        names, columns = (fold(found.alias.this),), sources.aliased(columns, found.alias)
    merged = {name: _moved(column, left, moved) for name, column in left.merged.items()}
    return From(sql, [*moved, Source(names, columns)], merged)


def _is_partitioned(found: table_functions.UnnestCall, function: Function, outer: bool) -> bool:
    """Whether a Python table function sees the rows together: without OVER they are one partition. A model's
    method, which several workers run at once, and a LEFT JOIN, which keeps every row, take them one by one."""
    return found.window is not None or not (outer or "DIRECTORY" in function.options)


def _partitioned(
    binder: Binder, found: table_functions.UnnestCall, chosen: Chosen[Function], left: From, scope: Scope
) -> From:
    """``left`` with the rows that a Python table function makes of its partitions."""
    window = found.window or exp.Window()
    sql, moved, columns = python_calls.partitioned(
        binder, chosen.function, chosen.arguments, window, left, scope
    )
    names: tuple[str, ...] = ()
    if found.alias is not None and found.alias.this is not None:
        names, columns = (fold(found.alias.this),), sources.aliased(columns, found.alias)
    merged = {name: _moved(column, left, moved) for name, column in left.merged.items()}
    return From(sql, [*moved, Source(names, columns)], merged)


def _input_order(binder: Binder, keys: tuple[exp.Expr, ...], scope: Scope) -> str:
    items = []
    for key in keys:
        inner = key.this if isinstance(key, exp.Ordered) else key
        items.append(order_item(order_key(binder.expression(inner, scope)), key))
    return f"ORDER BY {', '.join(items)}" if items else ""


def _moved_sources(left: From, engine: str) -> tuple[list[str], list[Source]]:
    """The columns of ``left`` as k1, k2, … of a subquery called ``engine``."""
    shown: list[str] = []
    moved = []
    for source in left.sources:
        columns = []
        for column in source.columns:
            shown.append(f"{column.sql} AS k{len(shown) + 1}")
            columns.append(replace(column, sql=f"{engine}.k{len(shown)}"))
        moved.append(Source(source.names, columns))
    return shown, moved


def _moved(column: BoundColumn, left: From, moved: list[Source]) -> BoundColumn:
    """Where a merged USING column went."""
    for old, new in zip(left.sources, moved, strict=True):
        for before, after in zip(old.columns, new.columns, strict=True):
            if before.sql == column.sql:
                return after
    raise not_supported("FLATTEN after a FULL OUTER JOIN with USING")


def _reads_seq(node: exp.Expr) -> bool:
    """Whether the query around ``node`` may read SEQ, which numbers the input rows."""
    select = node.find_ancestor(exp.Select)
    return select is None or any(
        isinstance(n, exp.Star) or (isinstance(n, exp.Column) and n.name.upper() == "SEQ")
        for n in select.find_all(exp.Star, exp.Column)
    )
