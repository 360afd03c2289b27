"""SELECT: projections, grouping, HAVING, QUALIFY, ORDER BY, LIMIT."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from sqlglot import exp

from snowdome.catalog.names import quote
from snowdome.errors import (
    SnowflakeError,
    compilation_error,
    invalid_identifier,
    located_error,
    no_columns,
    not_supported,
)  # fmt: skip
from snowdome.sql.binder import ctes, sources, user_functions
from snowdome.sql.binder.core import Binder, binds_query, fold, function_name, position
from snowdome.sql.binder.echo import qualified
from snowdome.sql.binder.operators import order_key, predicate
from snowdome.sql.binder.ordering import order_item
from snowdome.sql.binder.row_numbers import numbered, settled
from snowdome.sql.binder.scope import BoundColumn, Grouping, Relation, Scope
from snowdome.sql.casts import cast
from snowdome.sql.functions.registry import FUNCTIONS
from snowdome.sql.typed import Typed
from snowdome.types import NUMBER, TEXT, Column, DataType

_REFUSED = {
    "connect": "CONNECT BY",
    "match": "MATCH_RECOGNIZE",
    "prewhere": "PREWHERE",
    "cluster": "CLUSTER BY",
}


@dataclass
class Output:
    """A bound select list: names and expressions in order, and the nodes they came from."""

    names: list[str] = field(default_factory=list)
    typed: list[Typed] = field(default_factory=list)
    nodes: list[exp.Expr | None] = field(default_factory=list)

    def add(self, name: str, typed: Typed, node: exp.Expr | None = None) -> None:
        self.names.append(name)
        self.typed.append(typed)
        self.nodes.append(node)

    def columns(self) -> tuple[Column, ...]:
        pairs = zip(self.names, self.typed, strict=True)
        return tuple(result_column(n, t.type, t.nullable) for n, t in pairs)


def result_column(name: str, type_: DataType, nullable: bool) -> Column:
    """A column of a query's result."""
    untyped = type_.kind == "NULL"
    return Column(name, TEXT if untyped else type_, nullable, untyped)


@binds_query(exp.Select)
def bind_select(binder: Binder, node: exp.Select, outer: Scope | None) -> Relation:
    for key, what in _REFUSED.items():
        if node.args.get(key):
            raise not_supported(what)
    scope = Scope(parent=outer)
    prefix = ctes.bind_with(binder, node, scope)
    scope.frm = sources.bind_from(binder, node, scope)
    scope.aliases = {fold(p.args["alias"]): p.this for p in node.expressions if isinstance(p, exp.Alias)}
    where = _condition(binder, node.args.get("where"), scope)
    groups, scope.grouping = _group_by(binder, node, scope)
    selecting = replace(scope, aggregates_allowed=True, windows_allowed=True)
    output = _projections(binder, node, selecting)
    having = _condition(
        binder, node.args.get("having"), replace(selecting, windows_allowed=False, clause="having")
    )
    qualify = _condition(binder, node.args.get("qualify"), selecting)
    order = _order_by(binder, node, output, selecting)
    distinct = _distinct(node)
    selected = f"SELECT {distinct}{projection_list(output.typed)}"
    rest = [
        f"GROUP BY {groups}" if groups else "",
        f"HAVING {having}" if having else "",
        f"QUALIFY {qualify}" if qualify else "",
        order,
    ]
    source, where = numbered(binder, scope.frm, where, scope.grouping, " ".join([selected, *rest]))
    parts = [
        selected,
        f"FROM {source}" if source else "",
        f"WHERE {where}" if where else "",
        *rest,
        limit(binder, node, scope),
    ]
    return Relation(prefix + " ".join(p for p in parts if p), output.columns())


def _distinct(node: exp.Select) -> str:
    distinct = node.args.get("distinct")
    if distinct is None:
        return ""
    if distinct.args.get("on") is not None:
        raise not_supported("DISTINCT ON")
    return "DISTINCT "


def projection_list(typed: Sequence[Typed]) -> str:
    """``a AS c1, b AS c2``; a query without columns selects NULL."""
    shown = [
        f"CAST(NULL AS VARCHAR) AS c{i}" if t.type.kind == "NULL" else f"{t.sql} AS c{i}"
        for i, t in enumerate(typed, 1)
    ]
    return ", ".join(shown) or "NULL"


def _condition(binder: Binder, node: exp.Expr | None, scope: Scope) -> str:
    if node is None:
        return ""
    mark = len(scope.grouping.strays) if scope.grouping else 0
    typed = predicate(binder, node.this, scope)
    _check_grouped(scope, mark, node)
    return typed.sql


# -- the select list ------------------------------------------------------------------------------


def _projections(binder: Binder, node: exp.Select, scope: Scope) -> Output:
    output = Output()
    for item in node.expressions:
        mark = len(scope.grouping.strays) if scope.grouping else 0
        star = _star(item)
        if star is not None:
            for column in star_columns(binder, item, star, scope):
                _add_star_column(output, column, scope)
        elif isinstance(item, exp.Alias):
            name = fold(item.args["alias"])
            inner = replace(scope, resolving=(*scope.resolving, name))
            output.add(name, binder.expression(item.this, inner), item.this)
        else:
            output.add(column_name(item), binder.expression(item, scope), item)
        _check_grouped(scope, mark, None)
    return output


def _add_star_column(output: Output, column: BoundColumn, scope: Scope) -> None:
    typed = column.typed()
    if scope.grouping is not None:
        if column.sql in scope.grouping.keys:
            typed = replace(typed, sql=scope.grouping.keys[column.sql])
        else:
            scope.grouping.strays.append((qualified((), column.name, scope), 0, -1))
    output.add(column.name, typed)


def _check_grouped(scope: Scope, mark: int, clause: exp.Expr | None) -> None:
    """Refuse a column that is neither grouped nor aggregated; ``clause`` is None for the select list."""
    if scope.grouping is None or len(scope.grouping.strays) <= mark:
        return
    name, *place = scope.grouping.strays[mark]
    if clause is None and scope.grouping.written:
        text = f"'{name}' in select clause is neither an aggregate nor in the group by clause."
        raise located_error("001104", "42601", text, *place)
    raise compilation_error("000979", "42601", f"[{name}] is not a valid group by expression")


def column_name(node: exp.Expr) -> str:
    """The name Snowflake gives an unnamed projection: the column's, or the expression's text in upper
    case but for quoted identifiers."""
    inner = node.unnest()
    if isinstance(inner, exp.Column) and not isinstance(inner.this, exp.Star):
        node = inner
    if isinstance(node, exp.Column):
        return fold(node.this) if isinstance(node.this, exp.Identifier) else "$" + node.this.this.this
    return upper_outside_quotes(str(node.meta.get("text") or node.sql(dialect="snowflake")))


def upper_outside_quotes(text: str) -> str:
    """``text`` in upper case, except inside double quotes."""
    parts = text.split('"')
    return '"'.join(p if i % 2 else p.upper() for i, p in enumerate(parts))


def _star(node: exp.Expr) -> exp.Star | None:
    if isinstance(node, exp.Star):
        return node
    return node.this if isinstance(node, exp.Column) and isinstance(node.this, exp.Star) else None


def star_columns(binder: Binder, node: exp.Expr, star: exp.Star, scope: Scope) -> list[BoundColumn]:
    """The columns that ``*`` or ``t.*`` stands for, after ILIKE, EXCLUDE, REPLACE and RENAME."""
    qualifier = tuple(fold(p) for p in node.parts[:-1]) if isinstance(node, exp.Column) else ()
    columns = list(_star_source(binder, node, qualifier, scope))
    pattern = star.args.get("ilike")
    if pattern is not None:
        shell = pattern.name.lower().replace("%", "*").replace("_", "?")
        columns = [c for c in columns if fnmatch.fnmatchcase(c.name.lower(), shell)]
    dropped = {fold(e.this if isinstance(e, exp.Column) else e) for e in star.args.get("except_") or ()}
    missing = dropped - {c.name for c in columns}
    if missing:
        raise invalid_identifier(quote(min(missing)), *position(binder, node))
    replaced = {
        fold(e.args["alias"]): binder.expression(e.this, scope) for e in star.args.get("replace") or ()
    }
    renamed = {fold(e.this.this): fold(e.args["alias"]) for e in star.args.get("rename") or ()}
    return [_changed(c, replaced, renamed) for c in columns if c.name not in dropped]


def _changed(column: BoundColumn, replaced: dict[str, Typed], renamed: dict[str, str]) -> BoundColumn:
    if column.name in replaced:
        new = replaced[column.name]
        column = replace(column, sql=new.sql, type=new.type, nullable=new.nullable)
    return replace(column, name=renamed.get(column.name, column.name))


def _star_source(
    binder: Binder, node: exp.Expr, qualifier: tuple[str, ...], scope: Scope
) -> Iterator[BoundColumn]:
    if not qualifier:
        if not scope.frm.sources:
            raise no_columns()
        yield from scope.frm.visible()
        return
    found = [s for s in scope.frm.sources if s.answers_to(qualifier)]
    if not found:
        raise invalid_identifier(".".join(quote(q) for q in qualifier), *position(binder, node))
    for source in found:
        yield from (c for c in source.columns if not c.hidden)


# -- GROUP BY -------------------------------------------------------------------------------------


def _group_by(binder: Binder, node: exp.Select, scope: Scope) -> tuple[str, Grouping | None]:
    """The engine's GROUP BY list, and the grouping where the query aggregates."""
    group = node.args.get("group")
    if group is None:
        if any(
            has_aggregate(e, binder)
            for e in (*node.expressions, node.args.get("having"), node.args.get("qualify"))
        ):
            return "", Grouping()
        return "", None
    grouping = Grouping(written=True)
    scope = replace(scope, clause="group by")
    if group.args.get("all"):
        items = [_all_key(binder, e, scope) for e in _all_items(binder, node)]
        shown = [_key(binder, k, grouping) for k in items]
    else:
        shown = [_group_item(binder, e, node, scope, grouping) for e in group.expressions]
    return ", ".join(shown) or "()", grouping


def _all_items(binder: Binder, node: exp.Select) -> list[exp.Expr]:
    return [
        e.this if isinstance(e, exp.Alias) else e for e in node.expressions if not has_aggregate(e, binder)
    ]


def _all_key(binder: Binder, node: exp.Expr, scope: Scope) -> Typed:
    return binder.expression(node, scope)


def has_aggregate(node: exp.Expr | None, binder: Binder | None = None) -> bool:
    """Whether an aggregate that is not a window function stands in ``node``, outside subqueries."""
    if node is None:
        return False
    if isinstance(node, (exp.Subquery, exp.Query)):
        return False
    if isinstance(node, exp.Window):
        inner = [*node.args.get("partition_by", []), node.args.get("order"), *_call_arguments(node)]
        return any(has_aggregate(n, binder) for n in inner)
    if isinstance(node, exp.Dot) and binder is not None and isinstance(node.expression, exp.Anonymous):
        name = tuple(fold(p) for p in list(node.flatten())[:-1])
        if user_functions.is_aggregate(binder, (*name, function_name(node.expression))):
            return True
    if isinstance(node, exp.Anonymous):
        called = function_name(node)
        function = FUNCTIONS.get(called)
        if function is not None and function.kind == "aggregate":
            return True
        if function is None and binder is not None and user_functions.is_aggregate(binder, (called,)):
            return True
    return any(has_aggregate(child, binder) for child in node.iter_expressions())


def _call_arguments(node: exp.Expr) -> list[exp.Expr]:
    inner = node.this
    while isinstance(inner, (exp.IgnoreNulls, exp.RespectNulls, exp.WithinGroup, exp.Filter)):
        inner = inner.this
    return list(inner.expressions)


_GROUPINGS: dict[type[exp.Expr], str] = {
    exp.Cube: "CUBE",
    exp.Rollup: "ROLLUP",
    exp.GroupingSets: "GROUPING SETS",
}


def _group_item(binder: Binder, node: exp.Expr, select: exp.Select, scope: Scope, grouping: Grouping) -> str:
    word = _GROUPINGS.get(type(node))
    if word is not None:
        inner = [_group_set(binder, e, select, scope, grouping) for e in node.expressions]
        return f"{word} ({', '.join(inner)})"
    return _key(binder, _group_key(binder, node, select, scope), grouping)


def _group_set(binder: Binder, node: exp.Expr, select: exp.Select, scope: Scope, grouping: Grouping) -> str:
    if isinstance(node, exp.Tuple):
        return f"({', '.join(_key(binder, _group_key(binder, e, select, scope), grouping) for e in node.expressions)})"
    if isinstance(node, exp.Paren):
        return f"({_key(binder, _group_key(binder, node.this, select, scope), grouping)})"
    return _group_item(binder, node, select, scope, grouping)


def _group_key(binder: Binder, node: exp.Expr, select: exp.Select, scope: Scope) -> Typed:
    """A key: an expression, or the position of a projection."""
    if isinstance(node, exp.Literal) and not node.is_string:
        index = int(node.this)
        items = _expanded_items(binder, select, scope)
        if not 1 <= index <= len(items):
            raise compilation_error("000979", "42601", f"[{index}] is not a valid group by expression")
        item = items[index - 1]
        return item.typed() if isinstance(item, BoundColumn) else binder.expression(item, scope)
    return binder.expression(node, scope)


def _expanded_items(binder: Binder, select: exp.Select, scope: Scope) -> list[exp.Expr | BoundColumn]:
    items: list[exp.Expr | BoundColumn] = []
    for item in select.expressions:
        star = _star(item)
        if star is not None:
            items += star_columns(binder, item, star, scope)
        else:
            items.append(item.this if isinstance(item, exp.Alias) else item)
    return items


def _key(binder: Binder, typed: Typed, grouping: Grouping) -> str:
    """Register a key; semi-structured values group by their comparable form."""
    if typed.type.collation:
        raise not_supported(f"grouping by the collation '{typed.type.collation}'")
    shown = settled(binder, typed, grouping).sql
    grouping.keys[typed.sql] = shown
    if typed.is_literal:
        return f"({shown})" if shown.isdigit() else shown
    return shown


# -- ORDER BY and LIMIT ---------------------------------------------------------------------------


def _order_by(binder: Binder, node: exp.Select, output: Output, scope: Scope) -> str:
    order = node.args.get("order")
    if order is None:
        return ""
    ordering = replace(scope, aliases_first=True)
    keys = order.expressions
    if len(keys) == 1 and _is_all(keys[0].this, output):
        items = [order_item(_position(output, i), keys[0]) for i in range(1, len(output.typed) + 1)]
    else:
        items = [order_item(_order_sql(binder, k.this, output, ordering), k) for k in keys]
    return f"ORDER BY {', '.join(items)}"


def _is_all(node: exp.Expr, output: Output) -> bool:
    """ORDER BY ALL: by every column, in order."""
    return isinstance(node, exp.Column) and node.sql().upper() == "ALL" and "ALL" not in output.names


def _order_sql(binder: Binder, node: exp.Expr, output: Output, scope: Scope) -> str:
    index = ordinal(node, output)
    if index is None:
        typed = binder.expression(node, scope)
        same = [i for i, t in enumerate(output.typed, 1) if t.sql == typed.sql]
        index = same[0] if same else None
        if index is None:
            return order_key(typed)
    return _position(output, index)


def _position(output: Output, index: int) -> str:
    """The sort key of a projection: its number (from 1), unless its values do not sort as they are."""
    typed = output.typed[index - 1]
    key = order_key(typed)
    return str(index) if key == typed.sql else key


def ordinal(node: exp.Expr, output: Output) -> int | None:
    """The position (from 1) of the projection that an ORDER BY key names, by number or by name."""
    if isinstance(node, exp.Literal) and not node.is_string:
        index = int(node.this)
        if not 1 <= index <= len(output.names):
            raise order_position(index)
        return index
    if isinstance(node, exp.Column) and len(node.parts) == 1 and isinstance(node.this, exp.Identifier):
        found = [i for i, n in enumerate(output.names, 1) if n == fold(node.this)]
        return found[0] if found else None
    return None


def order_position(index: int) -> SnowflakeError:
    """000965: ORDER BY 7 of fewer columns."""
    return compilation_error("000965", "42601", f"[{index}] is not a valid order by expression")


def limit(binder: Binder, node: exp.Expr, scope: Scope) -> str:
    """The engine's LIMIT and OFFSET."""
    parts = []
    count, offset = node.args.get("limit"), node.args.get("offset")
    if count is not None:
        amount = count.args.get("count") if isinstance(count, exp.Fetch) else count.expression
        if amount is not None and not isinstance(amount, exp.Null):
            parts.append(f"LIMIT {_row_count(binder, amount, scope)}")
    if offset is not None and not isinstance(offset.expression, exp.Null):
        parts.append(f"OFFSET {_row_count(binder, offset.expression, scope)}")
    return " ".join(parts)


def _row_count(binder: Binder, node: exp.Expr, scope: Scope) -> str:
    typed = binder.expression(node, Scope())
    if typed.is_null:
        return "NULL"
    if not typed.is_literal:
        raise compilation_error("001003", "42000", "LIMIT and OFFSET need to be constants.")
    value = cast(typed, NUMBER, binder)
    if isinstance(typed.literal, (int, float)) and typed.literal < 0:
        raise compilation_error(
            "001003", "42000", f"syntax error: LIMIT and OFFSET cannot be negative: {typed.literal}."
        )
    return f"CAST({value.sql} AS BIGINT)"
