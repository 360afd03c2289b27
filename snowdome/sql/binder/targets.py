"""The table and the columns that a DML statement writes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from snowdome.catalog.model import DynamicTable, Table, TableColumn, View
from snowdome.catalog.model import Relation as StoredRelation
from snowdome.catalog.names import quote
from snowdome.errors import SnowflakeError, compilation_error, invalid_identifier
from snowdome.sql.binder import sources, tracking
from snowdome.sql.binder.core import Binder, fold, position
from snowdome.sql.binder.scope import Scope, Source


def target_table(binder: Binder, node: exp.Expr, scope: Scope) -> tuple[Table, tuple[str, ...]]:
    """The table that a DML statement changes, and the names it answers to."""
    table = node.this if isinstance(node, exp.Schema) else node
    if (
        isinstance(table, exp.Table)
        and isinstance(table.this, exp.Anonymous)
        and table.this.name.upper() == "IDENTIFIER"
    ):
        parts = sources.identifier_argument(binder, table.this, scope)
    elif isinstance(table, exp.Table) and isinstance(table.this, exp.DynamicIdentifier):
        parts = sources.dynamic_name(binder, table.this.this, scope)
    else:
        parts = tuple(fold(p) for p in getattr(table, "parts", ()))
    name = binder.object_name(parts)
    found = binder.session.find(StoredRelation, name)
    if found is None:
        tracking.refuse_stream(binder, name)
        raise sources.not_found(binder, name)
    if isinstance(found, DynamicTable):
        raise read_only(found.name)
    if isinstance(found, View) or not isinstance(found, Table):
        raise compilation_error(
            "002052", "42601", f"Object '{quote(found.name)}' is a view; it cannot be changed."
        )
    return found, sources.full_parts(binder, name)


def read_only(name: str) -> SnowflakeError:
    """002052: the account alone changes the rows of a dynamic table."""
    text = f"DML operations are not allowed on dynamic tables: '{quote(name)}'."
    return compilation_error("002052", "42601", text)


def written_name(node: exp.Expr, names: tuple[str, ...]) -> str:
    """The table as the statement names it, for messages: as many parts as were written."""
    table = node.this if isinstance(node, exp.Schema) else node
    parts = len(table.parts) if isinstance(table, exp.Table) and isinstance(table.this, exp.Identifier) else 1
    return ".".join(quote(p) for p in names[-parts:])


def columns_named(binder: Binder, table: Table, nodes: Sequence[exp.Expr]) -> list[TableColumn]:
    """The table's columns that a column list names; all of them without a list."""
    if not nodes:
        return list(table.columns)
    by_name = {c.name: c for c in table.columns}
    found: list[TableColumn] = []
    for node in nodes:
        name = fold(node.this if isinstance(node, (exp.Column, exp.ColumnDef)) else node)
        if name not in by_name:
            raise invalid_identifier(quote(name), *position(binder, node))
        if any(c.name == name for c in found):
            raise compilation_error("002025", "42S21", f"duplicate column name '{name}'")
        found.append(by_name[name])
    return found


def check_set(binder: Binder, table: Table, target: Source, nodes: Sequence[exp.Expr]) -> None:
    """SET names columns of the target, each once; this is looked at before any value."""
    for node in nodes:
        given = tuple(fold(p) for p in node.this.parts[:-1]) if isinstance(node.this, exp.Column) else ()
        if given and not target.answers_to(given):
            shown = ".".join(quote(fold(p)) for p in node.this.parts)
            raise invalid_identifier(shown, *position(binder, node.this))
    columns_named(binder, table, [node.this for node in nodes])
