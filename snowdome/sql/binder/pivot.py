"""PIVOT and UNPIVOT as grouping and as rows."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from snowdome.catalog.names import literal, quote
from snowdome.errors import compilation_error, invalid_identifier
from snowdome.sql.binder.calls import Decoration, call
from snowdome.sql.binder.core import Binder, fold
from snowdome.sql.binder.ctes import with_common
from snowdome.sql.binder.operators import compare
from snowdome.sql.binder.ordering import order_by
from snowdome.sql.binder.scope import BoundColumn, From, Scope, Source
from snowdome.sql.casts import cast
from snowdome.sql.functions.conditional import common_type
from snowdome.sql.typed import Typed
from snowdome.types import TEXT, text


def bind_pivot(binder: Binder, node: exp.Pivot, frm: From, scope: Scope) -> From:
    """``frm`` pivoted or unpivoted."""
    return (
        _unpivot(binder, node, frm, scope) if node.args.get("unpivot") else _pivot(binder, node, frm, scope)
    )


def _pivot(binder: Binder, node: exp.Pivot, frm: From, scope: Scope) -> From:
    field = node.args["fields"][0]
    inner = replace(scope, frm=frm, aggregates_allowed=True)
    key = binder.expression(field.this, inner)
    values = _values(binder, field, key, frm, inner)
    aggregates = node.expressions
    used = {c.sql for a in aggregates for c in _columns(frm, a)} | {key.sql}
    kept = [c for c in frm.visible() if c.sql not in used]
    columns = [(c.name, c.typed()) for c in kept]
    for name, value in values:
        for aggregate in aggregates:
            columns.append(
                _cell(binder, node, aggregate, name, compare("=", key, value, binder), inner, len(aggregates))
            )
    groups = ", ".join(c.typed().sql for c in kept)
    engine = binder.fresh()
    shown = ", ".join(f"{t.sql} AS c{i}" for i, (_, t) in enumerate(columns, 1))
    sql = f"(SELECT {shown} FROM {frm.sql}{f' GROUP BY {groups}' if groups else ''}) AS {engine}"
    bound = [BoundColumn(n, t.type, t.nullable, f"{engine}.c{i}") for i, (n, t) in enumerate(columns, 1)]
    return From(sql, [Source(*_alias(node, bound))])


def _columns(frm: From, aggregate: exp.Expr) -> list[BoundColumn]:
    """Columns of ``frm`` that an aggregate mentions."""
    found = []
    for column in aggregate.find_all(exp.Column):
        if isinstance(column.this, exp.Identifier):
            found += frm.find(tuple(fold(p) for p in column.parts[:-1]), fold(column.this))
    return found


def _cell(
    binder: Binder, node: exp.Pivot, aggregate: exp.Expr, name: str, condition: str, scope: Scope, count: int
) -> tuple[str, Typed]:
    """One output column: the aggregate over the rows of one value."""
    alias = fold(aggregate.args["alias"]) if isinstance(aggregate, exp.Alias) else ""
    body = aggregate.this if isinstance(aggregate, exp.Alias) else aggregate
    if not isinstance(body, exp.Anonymous):
        raise compilation_error("001003", "42000", "PIVOT needs an aggregate function.")
    typed = call(binder, body, scope, Decoration(filter=f" FILTER (WHERE {condition})"))
    default = node.args.get("default_on_null")
    if isinstance(default, exp.Expr):
        other = binder.expression(default, scope)
        type_ = common_type([typed.type, other.type])
        typed = Typed(f"COALESCE({cast(typed, type_, binder).sql}, {cast(other, type_, binder).sql})", type_)
    suffix = f"_{alias}" if alias else f"_{body.name.upper()}" if count > 1 else ""
    return f"{name}{suffix}", replace(typed, nullable=True)


def _values(binder: Binder, field: exp.Expr, key: Typed, frm: From, scope: Scope) -> list[tuple[str, Typed]]:
    """Names and values of the pivot's columns."""
    options = field.expressions
    if len(options) == 1 and isinstance(options[0], exp.PivotAny):
        return _distinct(binder, key, f"FROM {frm.sql}", options[0].this, scope)
    if len(options) == 1 and isinstance(options[0], exp.Query):
        relation = binder.query(options[0], scope)
        typed = Typed("c1", relation.columns[0].type)
        return _run(binder, f"SELECT DISTINCT c1 FROM ({relation.sql}) ORDER BY c1", typed)
    found = []
    for option in options:
        value = option.this if isinstance(option, exp.PivotAlias) else option
        typed = binder.expression(value, scope)
        name = fold(option.args["alias"]) if isinstance(option, exp.PivotAlias) else _literal_name(value)
        found.append((name, typed))
    return found


def _literal_name(value: exp.Expr) -> str:
    """A value as a column name: text keeps its single quotes."""
    return str(value.sql(dialect="snowflake"))


def _distinct(
    binder: Binder, key: Typed, source: str, order: exp.Expr | None, scope: Scope
) -> list[tuple[str, Typed]]:
    tail = order_by(binder, order.expressions, scope) if order is not None else f"ORDER BY {key.sql}"
    return _run(binder, f"SELECT DISTINCT {key.sql} {source} WHERE {key.sql} IS NOT NULL {tail}", key)


def _run(binder: Binder, query: str, key: Typed) -> list[tuple[str, Typed]]:
    """The values that a query gives now: the columns of a dynamic pivot depend on the data."""
    binder.volatile()
    with binder.session.cursor() as cursor:
        for name, table in binder.tables.items():
            cursor.register(name, table)
        shown = cast(Typed("x", key.type), TEXT, binder).sql
        items = f"CAST(x AS VARCHAR), typeof(x), {shown}"
        values = f"SELECT {items} FROM ({query}) AS q(x) WHERE x IS NOT NULL"
        rows = cursor.execute(with_common(binder, values)).fetchall()
    return [_found(key, *row) for row in rows]


def _found(key: Typed, value: str, engine_type: str, shown: str) -> tuple[str, Typed]:
    """The name and the value of a column that the data asked for."""
    if key.type.kind == "TEXT":
        return f"'{value}'", Typed(literal(value), text(len(value)), False, value)
    typed = Typed(f"CAST({literal(value)} AS {engine_type})", key.type, False)
    return (shown if key.type.is_numeric else f"'{shown}'"), typed


def _alias(node: exp.Pivot, columns: list[BoundColumn]) -> tuple[tuple[str, ...], list[BoundColumn]]:
    alias = node.args.get("alias")
    if alias is None:
        return (), columns
    names = [fold(c) for c in alias.args.get("columns") or ()]
    renamed = [replace(c, name=n) for c, n in zip(columns, names, strict=False)] + columns[len(names) :]
    return ((fold(alias.this),) if alias.this is not None else ()), renamed


# -- UNPIVOT --------------------------------------------------------------------------------------


def _unpivot(binder: Binder, node: exp.Pivot, frm: From, scope: Scope) -> From:
    field = node.args["fields"][0]
    value_name, label_name = fold(node.expressions[0]), fold(field.this)
    picked = [_picked(frm, option) for option in field.expressions]
    type_ = common_type([c.type for _, c in picked])
    gone = {c.sql for _, c in picked}
    kept = [c for c in frm.visible() if c.sql not in gone]
    rows = ", ".join(
        f"{{'n': {literal(label)}, 'v': {cast(c.typed(), type_, binder).sql}}}" for label, c in picked
    )
    source, engine = binder.fresh(), binder.fresh()
    width = max((len(label) for label, _ in picked), default=1)
    last = len(kept)
    inner = "".join(f"{c.sql} AS c{i}, " for i, c in enumerate(kept, 1))
    outer = "".join(f"{source}.c{i}, " for i in range(1, last + 1))
    where = "" if node.args.get("include_nulls") else f" WHERE {source}.r.v IS NOT NULL"
    sql = (
        f"(SELECT {outer}{source}.r.n AS c{last + 1}, {source}.r.v AS c{last + 2} "
        f"FROM (SELECT {inner}unnest([{rows}]) AS r FROM {frm.sql}) AS {source}{where}) AS {engine}"
    )
    names = [(c.name, c.type, c.nullable) for c in kept]
    names += [(label_name, text(width), False), (value_name, type_, bool(node.args.get("include_nulls")))]
    bound = [BoundColumn(n, t, nullable, f"{engine}.c{i}") for i, (n, t, nullable) in enumerate(names, 1)]
    return From(sql, [Source(*_alias(node, bound))])


def _picked(frm: From, option: exp.Expr) -> tuple[str, BoundColumn]:
    """The label and the column of one entry of UNPIVOT's list."""
    column = option.this if isinstance(option, exp.PivotAlias) else option
    name = fold(column.this if isinstance(column, exp.Column) else column)
    found = frm.find((), name)
    if not found:
        raise invalid_identifier(quote(name), 1, 0)
    if isinstance(option, exp.PivotAlias):
        alias = option.args["alias"]
        return (alias.name if isinstance(alias, exp.Literal) else fold(alias)), found[0]
    return name, found[0]
