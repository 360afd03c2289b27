"""UNION, INTERSECT, EXCEPT, and VALUES as a query."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from snowdome.errors import compilation_error, not_supported
from snowdome.sql.binder import ctes
from snowdome.sql.binder.core import Binder, binds_query
from snowdome.sql.binder.operators import order_key
from snowdome.sql.binder.ordering import order_item
from snowdome.sql.binder.scope import BoundColumn, From, Relation, Scope, Source
from snowdome.sql.binder.select import Output, limit, ordinal, result_column
from snowdome.sql.casts import cast
from snowdome.sql.functions.conditional import common_type
from snowdome.sql.typed import Typed
from snowdome.types import TEXT, Column

_WORDS: dict[type[exp.Expr], str] = {exp.Union: "UNION", exp.Intersect: "INTERSECT", exp.Except: "EXCEPT"}


@binds_query(exp.Union, exp.Intersect, exp.Except)
def bind_set_operation(binder: Binder, node: exp.SetOperation, outer: Scope | None) -> Relation:
    scope = Scope(parent=outer)
    prefix = ctes.bind_with(binder, node, scope)
    branches, words = _flatten(node)
    relations = [binder.query(b, scope) for b in branches]
    if node.args.get("by_name"):
        raise not_supported("UNION BY NAME")
    columns = _common_columns(relations)
    parts = [_branch(binder, relations[0], columns)]
    for word, relation in zip(words, relations[1:], strict=True):
        parts.append(f"{word} {_branch(binder, relation, columns)}")
    body = " ".join(parts)
    tail = f"{_order(binder, node, columns)} {limit(binder, node, scope)}".strip()
    if tail:
        names = ", ".join(f"c{i}" for i in range(1, len(columns) + 1))
        body = f"SELECT {names} FROM ({body}) AS {binder.fresh()} {tail}"
    return Relation(prefix + body, columns)


def _flatten(node: exp.SetOperation) -> tuple[list[exp.Expr], list[str]]:
    """A left-deep chain of set operations as its branches and the words between them."""
    word = _WORDS[type(node)] + ("" if node.args.get("distinct") else " ALL")
    if word != "UNION" and word != "UNION ALL" and word.endswith("ALL") and not isinstance(node, exp.Union):
        word = _WORDS[type(node)]
    left = node.this
    plain = isinstance(left, type(node)) and not any(
        left.args.get(k) for k in ("order", "limit", "offset", "with_")
    )
    if plain and isinstance(node, exp.Union):
        branches, words = _flatten(left)
        if words[-1] == word:
            return [*branches, node.expression], [*words, word]
    return [left, node.expression], [word]


def _common_columns(relations: list[Relation]) -> tuple[Column, ...]:
    width = len(relations[0].columns)
    if any(len(r.columns) != width for r in relations):
        counts = ", ".join(str(len(r.columns)) for r in relations)
        text = f"invalid number of result columns for set operator input branches, expected {width}, got {counts}"
        raise compilation_error("001789", "42601", text)
    found = []
    for i, column in enumerate(relations[0].columns):
        type_ = common_type([r.columns[i].inner_type for r in relations], arms=True)
        nullable = any(r.columns[i].nullable for r in relations)
        found.append(result_column(column.name, type_, nullable))
    return tuple(found)


def _branch(binder: Binder, relation: Relation, columns: tuple[Column, ...]) -> str:
    if all(mine.type == wanted.type for mine, wanted in zip(relation.columns, columns, strict=True)):
        return f"({relation.sql})"
    alias = binder.fresh()
    shown = []
    for i, (mine, wanted) in enumerate(zip(relation.columns, columns, strict=True), 1):
        shown.append(f"{cast(Typed(f'{alias}.c{i}', mine.inner_type), wanted.type, binder).sql} AS c{i}")
    return f"(SELECT {', '.join(shown)} FROM ({relation.sql}) AS {alias})"


def _order(binder: Binder, node: exp.Expr, columns: tuple[Column, ...]) -> str:
    order = node.args.get("order")
    if order is None:
        return ""
    output = Output([c.name for c in columns], [Typed(f"c{i}", c.type) for i, c in enumerate(columns, 1)], [])
    bound = [BoundColumn(c.name, c.type, c.nullable, f"c{i}") for i, c in enumerate(columns, 1)]
    scope = Scope(frm=From(sources=[Source((), bound)]))
    items = []
    for key in order.expressions:
        index = ordinal(key.this, output)
        typed = output.typed[index - 1] if index else binder.expression(key.this, scope)
        items.append(order_item(order_key(typed), key))
    return f"ORDER BY {', '.join(items)}"


@binds_query(exp.Subquery)
def bind_subquery(binder: Binder, node: exp.Subquery, outer: Scope | None) -> Relation:
    """A query in parentheses, with or without an ORDER BY or LIMIT of its own."""
    scope = Scope(parent=outer)
    prefix = ctes.bind_with(binder, node, scope)
    inner = binder.query(node.this, scope)
    tail = f"{_order(binder, node, inner.columns)} {limit(binder, node, scope)}".strip()
    if not tail:
        return replace(inner, sql=prefix + inner.sql) if prefix else inner
    names = ", ".join(f"c{i}" for i in range(1, len(inner.columns) + 1))
    return Relation(f"{prefix}SELECT {names} FROM ({inner.sql}) AS {binder.fresh()} {tail}", inner.columns)


@binds_query(exp.Values)
def bind_values(binder: Binder, node: exp.Values, outer: Scope | None) -> Relation:
    return values(binder, node, Scope(parent=outer))


def values(binder: Binder, node: exp.Values, scope: Scope) -> Relation:
    """``VALUES (…), (…)``: columns COLUMN1, COLUMN2, … of the common types."""
    rows = [[binder.expression(e, scope) for e in _cells(row)] for row in node.expressions]
    width = len(rows[0])
    if any(len(r) != width for r in rows):
        raise compilation_error("001789", "42601", f"invalid number of values, expected {width} in each row")
    types = [common_type([r[i].type for r in rows]) for i in range(width)]
    targets = [TEXT if t.kind == "NULL" else t for t in types]
    lines = [", ".join(cast(v, t, binder).sql for v, t in zip(r, targets, strict=True)) for r in rows]
    alias = binder.fresh()
    names = ", ".join(f"c{i}" for i in range(1, width + 1))
    body = ", ".join(f"({line})" for line in lines)
    columns = tuple(
        result_column(f"COLUMN{i + 1}", types[i], any(r[i].nullable for r in rows)) for i in range(width)
    )
    return Relation(f"SELECT {names} FROM (VALUES {body}) AS {alias}({names})", columns)


def _cells(row: exp.Expr) -> list[exp.Expr]:
    return (
        list(row.expressions)
        if isinstance(row, exp.Tuple)
        else [row.this if isinstance(row, exp.Paren) else row]
    )
