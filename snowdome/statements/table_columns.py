"""Column definitions to columns: types, defaults, identity, constraints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import uuid4

from sqlglot import exp

from snowdome.catalog.model import Constraint, TableColumn
from snowdome.catalog.names import quote
from snowdome.context import Context
from snowdome.errors import SnowflakeError, compilation_error, not_supported
from snowdome.sql import ast
from snowdome.sql.query_parser import parse_tree
from snowdome.sql.staging import object_name
from snowdome.sql.typenames import mapped
from snowdome.statements import cloning, ddl, defaults, tags
from snowdome.statements.granted import Changes
from snowdome.types import TEXT, Column, DataType, engine_type

UNNAMED = "SYS_CONSTRAINT_"
Default = Callable[[ast.ColumnDef, DataType, Context], "str | None"]


def column(
    definition: ast.ColumnDef,
    number: int,
    context: Context,
    unit: Changes,
    given: DataType | None = None,
    default: Default = defaults.created,
) -> TableColumn:
    """The column that a definition describes; ``number`` makes its engine name; ``given`` is the type where
    the definition has none (CREATE TABLE … AS); ``default`` reads its DEFAULT."""
    if definition.computed is not None:
        raise not_supported("computed (virtual) columns")
    mapping = str(context.session.parameter("TIMESTAMP_TYPE_MAPPING"))
    type_ = mapped(definition.type or given or TEXT, mapping)
    identity = definition.identity
    return TableColumn(
        name=definition.name,
        type=type_,
        nullable=definition.nullable and not _is_primary(definition),
        storage=f"c{number}",
        default=default(definition, type_, context),
        sequence=_identity_sequence(identity, unit) if identity else None,
        identity=(identity.start, identity.step) if identity else None,
        ordered=bool(identity and identity.ordered),
        comment=definition.comment,
        collation=definition.collation,
        tags=tags.resolved(context, definition.tags),
    )


def _is_primary(definition: ast.ColumnDef) -> bool:
    return any(c.kind == "PRIMARY KEY" for c in definition.constraints)


def _identity_sequence(identity: ast.Identity, unit: Changes) -> str:
    """An engine sequence for an IDENTITY column; its qualified name."""
    storage = ddl.storage_name(unit.new_id(), "IDENTITY")
    cloning.create_sequence(unit, storage, identity.start, identity.step)
    return storage


def check_names(columns: Sequence[TableColumn]) -> None:
    """002025: two columns of one name."""
    seen: set[str] = set()
    for each in columns:
        if each.name in seen:
            raise compilation_error("002025", "42S21", f"duplicate column name '{each.name}'")
        seen.add(each.name)


def engine_columns(columns: Sequence[TableColumn]) -> str:
    """The column list of the engine's CREATE TABLE."""
    return ", ".join(f"{c.storage} {engine_type(c.type)}{'' if c.nullable else ' NOT NULL'}" for c in columns)


def from_query(columns: Sequence[Column]) -> list[TableColumn]:
    """The columns of CREATE TABLE … AS without a column list."""
    return [
        TableColumn(name=c.name, type=c.type if c.type.kind != "NULL" else TEXT, storage=f"c{i}")
        for i, c in enumerate(columns, 1)
    ]


def constraints(
    statement: ast.CreateTable, columns: Sequence[TableColumn], context: Context
) -> tuple[Constraint, ...]:
    """All constraints of CREATE TABLE, those of columns first."""
    inline = [
        constraint(replace(c, columns=(d.name,)), columns, context)
        for d in statement.columns
        for c in d.constraints
        if not c.actions  # Snowflake keeps no constraint that asks for referential actions
    ]
    found = (*inline, *(constraint(c, columns, context) for c in statement.constraints if not c.actions))
    if sum(c.kind == "PRIMARY KEY" for c in found) > 1:
        raise second_primary_key(object_name(statement.name, context).name)
    return found


def second_primary_key(table: str) -> SnowflakeError:
    """002241: a table has one primary key."""
    return compilation_error("002241", "42710", f"primary key already exists for table '{quote(table)}'")


def require_names(query: str) -> None:
    """002022: a table or view takes its columns' names from its query, so each column must have one."""
    tree = parse_tree(query)
    while isinstance(tree, exp.Subquery):
        tree = tree.this
    for column in tree.expressions if isinstance(tree, exp.Select) else ():
        while isinstance(column, exp.Paren):
            column = column.this
        if not isinstance(column, (exp.Alias, exp.Column, exp.Star, exp.Parameter, exp.Dot)):
            raise compilation_error("002022", "42601", "Missing column specification")


def constraint_name() -> str:
    """A name for a constraint that was given none."""
    return f"{UNNAMED}{uuid4()}"


def constraint(definition: ast.ConstraintDef, columns: Sequence[TableColumn], context: Context) -> Constraint:
    """A constraint over columns that must exist; 000904 if one does not."""
    names = {c.name for c in columns}
    for name in definition.columns:
        if name not in names:
            raise compilation_error("000904", "42000", f"invalid identifier '{name}'")
    referenced: tuple[str, ...] = ()
    if definition.referenced is not None:
        referenced = context.session.full_name(object_name(definition.referenced, context)).parts
        context.session.require_relation(object_name(definition.referenced, context))
    return Constraint(
        kind=definition.kind,
        name=definition.name or constraint_name(),
        columns=definition.columns,
        referenced_table=referenced,
        referenced_columns=definition.referenced_columns,
        comment=definition.comment,
        rely=definition.rely,
    )
