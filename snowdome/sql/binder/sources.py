"""FROM items: tables, views, subqueries, VALUES, staged files, table functions, samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlglot import exp

from snowdome.catalog import information_schema
from snowdome.catalog.changes import ROW
from snowdome.catalog.model import DynamicTable, Stream, Table, View
from snowdome.catalog.model import Relation as StoredRelation
from snowdome.catalog.names import ObjectName
from snowdome.errors import SnowflakeError, compilation_error, not_supported, object_not_found
from snowdome.result import arrow_table
from snowdome.session import INFORMATION_SCHEMA
from snowdome.sql.binder import joins, pivot, staged, streams, table_functions
from snowdome.sql.binder.core import Binder, fold, position
from snowdome.sql.binder.literals import bound
from snowdome.sql.binder.scope import BoundColumn, From, Relation, Scope, Source
from snowdome.sql.binder.trackable import ROW_ID, with_row_ids
from snowdome.sql.casts import cast
from snowdome.sql.names import parse_name
from snowdome.sql.query_parser import parse_tree
from snowdome.sql.typed import Typed
from snowdome.types import TEXT, Column

SourceRule = Callable[[Binder, exp.Expr, Scope], tuple[str, Source]]


def bind_from(binder: Binder, node: exp.Expr, scope: Scope) -> From:
    """The FROM clause of a SELECT with its joins; an empty one without FROM."""
    clause = node.args.get("from_")
    if clause is None:
        return From()
    frm = bind_item(binder, clause.this, From(), scope)
    for join in node.args.get("joins") or ():
        frm = joins.bind_join(binder, join, frm, scope)
    for lateral in node.args.get("laterals") or ():
        frm = joins.bind_lateral(binder, lateral, frm, scope, outer=False)
    return frm


def bind_item(binder: Binder, node: exp.Expr, left: From, scope: Scope) -> From:
    """One FROM item with the joins inside it; ``left`` is what stands before it (for laterals)."""
    if isinstance(node, exp.Subquery) and isinstance(node.this, (exp.Table, exp.Subquery, exp.Lateral)):
        frm = _parenthesised(binder, node, left, scope)
    elif table_functions.is_lateral(node):
        frm = From(*_one_source(table_functions.bind_call(binder, node, left, scope)))
    else:
        frm = _single(binder, node, left, scope)
    for join in node.args.get("joins") or ():
        frm = joins.bind_join(binder, join, frm, scope)
        frm.sql = f"({frm.sql})"
    return frm


def _one_source(item: tuple[str, Source]) -> tuple[str, list[Source]]:
    return item[0], [item[1]]


def _parenthesised(binder: Binder, node: exp.Subquery, left: From, scope: Scope) -> From:
    """``(t)``, ``(a JOIN b …)``, ``(TABLE(f()))``, maybe with an alias."""
    frm = bind_item(binder, node.this, left, scope)
    alias = node.args.get("alias")
    if alias is not None:
        columns = list(frm.visible())
        frm = From(frm.sql, [Source((fold(alias.this),), aliased(columns, alias))])
    if node.args.get("pivots") or node.args.get("sample"):
        frm = _modified(binder, node, frm, scope)
    return frm


def _single(binder: Binder, node: exp.Expr, left: From, scope: Scope) -> From:
    sql, source = _source(binder, node, left, scope)
    frm = From(sql, [source])
    return _modified(binder, node, frm, scope)


def _modified(binder: Binder, node: exp.Expr, frm: From, scope: Scope) -> From:
    """Apply SAMPLE and PIVOT/UNPIVOT that follow the item."""
    sample = node.args.get("sample")
    if sample is not None:
        frm.sql = f"{frm.sql} {_sample(sample)}"
    for each in node.args.get("pivots") or ():
        frm = pivot.bind_pivot(binder, each, frm, scope)
    return frm


def _source(binder: Binder, node: exp.Expr, left: From, scope: Scope) -> tuple[str, Source]:
    alias = node.args.get("alias")
    if isinstance(node, exp.Table):
        return _table(binder, node, left, scope)
    if isinstance(node, exp.Subquery):
        relation = binder.query(node.this, scope) if not node.args.get("with_") else binder.query(node, scope)
        return derived(binder, relation, alias)
    if isinstance(node, exp.Values):
        return derived(binder, binder.query(node, scope), alias)
    raise not_supported(f"FROM {node.sql(dialect='snowflake')[:80]}")


def derived(
    binder: Binder, relation: Relation, alias: exp.Expr | None, names: tuple[str, ...] = ()
) -> tuple[str, Source]:
    """A bound query as a FROM item under its alias."""
    engine = binder.fresh()
    columns = [
        BoundColumn(c.name, c.inner_type, c.nullable, f"{engine}.c{i}", c.name == ROW_ID)
        for i, c in enumerate(relation.columns, 1)
    ]
    if alias is not None and alias.this is not None:
        names, columns = (fold(alias.this),), aliased(columns, alias)
    return f"({relation.sql}) AS {engine}", Source(names, columns)


def aliased(columns: list[BoundColumn], alias: exp.Expr) -> list[BoundColumn]:
    """Columns renamed by ``alias(a, b)``."""
    names = [fold(c) for c in alias.args.get("columns") or ()]
    if len(names) > len(columns):
        raise compilation_error(
            "002061", "42601", f"Invalid column list: expected {len(columns)} columns, got {len(names)}"
        )
    return [replace(c, name=n) for c, n in zip(columns, names, strict=False)] + columns[len(names) :]


def _sample(node: exp.TableSample) -> str:
    seed = node.args.get("seed")
    repeatable = f" REPEATABLE ({seed.name})" if seed is not None else ""
    size = node.args.get("size")
    if size is not None:
        return f"TABLESAMPLE reservoir({size.name} ROWS){repeatable}"
    method = str(node.args.get("method") or "BERNOULLI").upper()
    word = "system" if method in ("SYSTEM", "BLOCK") else "bernoulli"
    percent = node.args["percent"].name
    if not 0 <= float(percent) <= 100:
        raise compilation_error(
            "001003", "42000", f"Invalid sampling probability: {percent}; it must be between 0 and 100."
        )
    # SYSTEM sampling takes whole blocks; small tables have one block only, so rows are sampled instead
    return f"TABLESAMPLE {'bernoulli' if word == 'system' else word}({percent}%){repeatable}"


# -- named relations ------------------------------------------------------------------------------


def _table(binder: Binder, node: exp.Table, left: From, scope: Scope) -> tuple[str, Source]:
    for key, what in (
        ("when", "time travel (AT, BEFORE)"),
        ("changes", "CHANGES"),
        ("version", "time travel"),
    ):
        if node.args.get(key) is not None:
            raise not_supported(what)
    alias, inner = node.args.get("alias"), node.this
    if isinstance(inner, exp.Anonymous) and not node.db:
        word = inner.name.upper()
        if word == "IDENTIFIER":
            return named(binder, identifier_argument(binder, inner, scope), alias, scope)
        return table_functions.bind_call(binder, node, left, scope)
    if isinstance(inner, (exp.Var, exp.Literal)):
        return staged.bind_stage(binder, node, scope)
    if isinstance(inner, exp.DynamicIdentifier):
        return named(binder, dynamic_name(binder, inner.this, scope), alias, scope)
    parts = tuple(fold(p) for p in node.parts)
    return named(binder, parts, alias, scope, node)


def identifier_argument(binder: Binder, node: exp.Anonymous, scope: Scope) -> tuple[str, ...]:
    """The parts of the name that ``IDENTIFIER(…)`` gives."""
    return dynamic_name(binder, node.expressions[0], scope)


def dynamic_name(binder: Binder, node: exp.Expr, scope: Scope) -> tuple[str, ...]:
    """The parts of a name given as text, variable or bound value."""
    if isinstance(node, exp.Placeholder):
        typed = bound(binder.binding(str(node.this) if node.this else None), binder)
    else:
        typed = binder.expression(node, scope)
    if not isinstance(typed.literal, str):
        raise compilation_error("002076", "42601", "IDENTIFIER needs a name as text.")
    return parse_name(typed.literal)


def named(
    binder: Binder, parts: tuple[str, ...], alias: exp.Expr | None, scope: Scope, node: exp.Expr | None = None
) -> tuple[str, Source]:
    """What a name in FROM stands for; ``node`` is where it is written."""
    if len(parts) == 1 and (cte := scope.cte(parts[0])) is not None:
        return _common_table(binder, parts[0], cte, alias)
    name = binder.object_name(parts)
    if name.schema == INFORMATION_SCHEMA or (
        name.schema is None and binder.session.schema == INFORMATION_SCHEMA
    ):
        return _information_schema(binder, name, alias)
    found = binder.session.find(StoredRelation, name)
    if found is None and parts == ("DUAL",):
        return derived(binder, Relation("SELECT NULL", ()), alias, parts)
    if found is None and (stream := binder.session.find(Stream, name)) is not None:
        place = position(binder, node) if node is not None else (1, 0)
        return derived(binder, streams.bind_stream(binder, stream, place), alias, full_parts(binder, name))
    if found is None:
        raise not_found(binder, name)
    binder.relations[found.id] = found
    if isinstance(found, View):
        return _view(binder, found, full_parts(binder, name), alias)
    if isinstance(found, DynamicTable) and not (found.initialized or binder.defining):
        raise not_initialized(full_parts(binder, name))
    if isinstance(found, Table):
        return _stored(binder, found, full_parts(binder, name), alias)
    raise not_supported(f"reading from a {found.kind_name.lower()}")


def not_initialized(parts: tuple[str, ...]) -> SnowflakeError:
    """002741: the dynamic table has not been refreshed yet."""
    text = (
        f"Dynamic Table '{ObjectName(parts)}' is not initialized. Please run a manual refresh or wait for a "
        "scheduled refresh before querying."
    )
    return SnowflakeError("002741", "55000", text)


def not_found(binder: Binder, name: ObjectName) -> SnowflakeError:
    """002003: no such relation, shown as it was written, or no such schema or database."""
    binder.session.require_schema(name)
    return object_not_found("Object", str(name))


def full_parts(binder: Binder, name: ObjectName) -> tuple[str, ...]:
    """Database, schema and name, with the session's filled in."""
    return (
        name.database or binder.session.database or "",
        name.schema or binder.session.schema or "",
        name.name,
    )


def _common_table(binder: Binder, name: str, cte: Relation, alias: exp.Expr | None) -> tuple[str, Source]:
    engine = binder.fresh()
    columns = [
        BoundColumn(c.name, c.inner_type, c.nullable, f"{engine}.c{i}", c.name == ROW_ID)
        for i, c in enumerate(cte.columns, 1)
    ]
    names: tuple[str, ...] = (name,)
    if alias is not None and alias.this is not None:
        names, columns = (fold(alias.this),), aliased(columns, alias)
    return f"{cte.sql} AS {engine}", Source(names, columns)


def _stored(
    binder: Binder, table: Table, parts: tuple[str, ...], alias: exp.Expr | None
) -> tuple[str, Source]:
    engine = binder.fresh()
    columns = [BoundColumn(c.name, c.type, c.nullable, f"{engine}.{c.storage}") for c in table.columns]
    stored = table.storage
    if table.id in binder.states:  # a stream's view is bound, over the table at some point
        columns.append(BoundColumn(ROW_ID, TEXT, False, f"{engine}.{ROW}", True))
        stored = f"({binder.states[table.id]})"
    names = parts
    if alias is not None and alias.this is not None:
        names, columns = (fold(alias.this),), aliased(columns, alias)
    return f"{stored} AS {engine}", Source(names, columns)


def _view(binder: Binder, view: View, parts: tuple[str, ...], alias: exp.Expr | None) -> tuple[str, Source]:
    with binder.inside(view.context, f"View '{view.name}'"):
        tree = parse_tree(view.query)
        relation = binder.query(with_row_ids(tree) if binder.states else tree, None)
    hidden = relation.columns[-1:] if binder.states else ()
    if len(relation.columns) != len(view.columns) + len(hidden):
        declared, found = len(view.columns), len(relation.columns)
        text = (
            f"View definition for '{view.name}' declared {declared} column(s), "
            f"but view query produces {found} column(s)."
        )
        raise compilation_error("002057", "42601", text)
    named = tuple(replace(c, name=v.name) for c, v in zip(relation.columns, view.columns, strict=not hidden))
    return derived(binder, Relation(relation.sql, (*named, *hidden)), alias, parts)


def _information_schema(binder: Binder, name: ObjectName, alias: exp.Expr | None) -> tuple[str, Source]:
    database = binder.session.require_database(name.database)
    virtual = information_schema.view(name.name)
    if virtual is None:
        raise object_not_found("Object", f"{database.name}.{INFORMATION_SCHEMA}.{name.name}")
    rows = virtual.rows(binder.session, database)
    return virtual_source(
        binder, virtual.columns, rows, alias, (database.name, INFORMATION_SCHEMA, name.name)
    )


def virtual_source(
    binder: Binder, columns: tuple[Column, ...], rows: list[tuple[object, ...]], alias: exp.Expr | None,
    names: tuple[str, ...] = (),
) -> tuple[str, Source]:  # fmt: skip
    """Rows made in Python as a FROM item."""
    relation = table_functions.arrow_relation(binder, arrow_table(columns, rows), columns)
    return derived(binder, relation, alias, names)


def cast_to(value: Typed, wanted: Column, binder: Binder) -> Typed:
    """``value`` as the type of a declared column."""
    return cast(value, wanted.type, binder)
