"""ALTER TABLE."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from snowdome.catalog.model import Constraint, Table, TableColumn
from snowdome.catalog.names import ObjectName, quote
from snowdome.context import Context
from snowdome.errors import (
    SnowflakeError,
    compilation_error,
    invalid_identifier,
    object_exists,
    object_not_found,
)
from snowdome.result import Result
from snowdome.sql import ast
from snowdome.sql.binder.core import Binder, text_literal
from snowdome.sql.binder.dml import default_value
from snowdome.sql.compiler import bind_expression
from snowdome.sql.lexer import place
from snowdome.sql.staging import object_name
from snowdome.sql.typenames import mapped
from snowdome.statements import ddl, defaults, objects, tags
from snowdome.statements import table_columns as parts
from snowdome.statements.ddl import KINDS
from snowdome.statements.granted import Changes
from snowdome.statements.registry import handles
from snowdome.types import DataType, engine_type

KIND = KINDS["TABLE"]
Change = Callable[[Context, Changes, Table, Any], Table]
CHANGES: dict[type, Change] = {}


def change(action: type) -> Callable[[Change], Change]:
    """Register what one action of ALTER TABLE makes of the table, with what it does in the engine."""

    def register(function: Change) -> Change:
        CHANGES[action] = function
        return function

    return register


@handles(ast.AlterTable)
def alter_table(statement: ast.AlterTable, context: Context) -> Result:
    """ALTER TABLE [IF EXISTS] name action."""
    name = object_name(statement.name, context)
    action = statement.action
    own = CHANGES.get(type(action))
    if own is None or (isinstance(action, (ast.SetTags, ast.UnsetTags)) and action.column is None):
        generic = ast.AlterObject(
            kind=_kind(context, name, action),
            name=statement.name,
            action=cast(ast.Action, action),
            if_exists=statement.if_exists,
        )
        return objects.alter(generic, context)
    ddl.commit_first(context)
    if statement.if_exists and ddl.find(context, KIND, name) is None:
        return ddl.done()
    table = ddl.require(context, KIND, name)
    assert isinstance(table, Table)
    _check_altered(statement, table)
    with ddl.changes(context, context.session.is_temporary(table)) as unit:
        unit.put(own(context, unit, table, action))
    return ddl.done()


def _kind(context: Context, name: ObjectName, action: object) -> str:
    """A dynamic table gets its name and its tags by ALTER TABLE as well."""
    common = isinstance(action, (ast.Rename, ast.SetTags, ast.UnsetTags))
    dynamic = KINDS["DYNAMIC TABLE"]
    return dynamic.word if common and ddl.find(context, dynamic, name) is not None else KIND.word


def _check_altered(statement: ast.AlterTable, table: Table) -> None:
    """000904 at the place of the first altered column that is not there."""
    names = {c.name for c in table.columns}
    for each in statement.action.changes if isinstance(statement.action, ast.AlterColumns) else ():
        if each.name not in names:
            raise invalid_identifier(each.name, *place(statement.text, each.start - statement.start))


def _column(table: Table, name: str) -> TableColumn:
    for column in table.columns:
        if column.name == name:
            return column
    raise SnowflakeError("000904", "42000", f"SQL compilation error:\ninvalid identifier '{quote(name)}'")


def _with_column(table: Table, column: TableColumn) -> Table:
    """``table`` with ``column`` in the place of the one stored where it is."""
    return replace(table, columns=tuple(column if c.storage == column.storage else c for c in table.columns))


def _in_history(unit: Changes, table: Table, change: str) -> None:
    """Let the rows that streams may still read have the columns that the table has."""
    if table.history:
        unit.sql(f"ALTER TABLE {table.history} {change}")


# -- columns --------------------------------------------------------------------------------------


@change(ast.AddColumns)
def add_columns(context: Context, unit: Changes, table: Table, action: ast.AddColumns) -> Table:
    """ADD COLUMN: existing rows get the default."""
    for definition in action.columns:
        if any(c.name == definition.name for c in table.columns):
            if definition.if_not_exists:
                continue
            raise compilation_error("001430", "42601", f"column '{quote(definition.name)}' already exists")
        table = _add_column(context, unit, table, definition)
    return table


def _add_column(context: Context, unit: Changes, table: Table, definition: ast.ColumnDef) -> Table:
    column = parts.column(definition, table.next_column, context, unit, default=defaults.added)
    added = f"ALTER TABLE {table.storage} ADD COLUMN {column.storage} {engine_type(column.type)}"
    altered, filling = f"ALTER TABLE {table.storage} ALTER COLUMN {column.storage}", ""
    if unit.cursor.execute(f"SELECT 1 FROM {table.storage} LIMIT 1").fetchone() is None:
        unit.sql(added)
    else:
        filling = f"DEFAULT {_for_rows(context, unit, table, column)}"
        unit.sql(f"{added} {filling}")
        unit.sql(f"{altered} DROP DEFAULT")
    if not column.nullable:
        unit.sql(f"{altered} SET NOT NULL")
    _in_history(unit, table, f"ADD COLUMN {column.storage} {engine_type(column.type)} {filling}")
    inline = tuple(
        parts.constraint(replace(c, columns=(column.name,)), (column,), context)
        for c in definition.constraints
    )
    return replace(
        table, columns=(*table.columns, column), constraints=(*table.constraints, *inline),
        next_column=table.next_column + 1,
    )  # fmt: skip


def _for_rows(context: Context, unit: Changes, table: Table, column: TableColumn) -> str:
    """What the rows that are there get in a new column; 002260 or 002261 if there is no such constant.

    It is a plain literal: after a computed DEFAULT, as after an UPDATE, the engine takes no NOT NULL.
    """
    if column.sequence is not None:
        raise SnowflakeError(
            "002260", "42601",
            f"SQL compilation error: Cannot add column '{column.name}' with non-constant default to non-empty "
            f"table '{table.name}'.",
        )  # fmt: skip
    if not column.nullable and (column.default or "NULL").upper() == "NULL":
        raise SnowflakeError(
            "002261", "42601",
            f"SQL compilation error: Non-nullable column '{column.name}' cannot be added to non-empty table "
            f"'{table.name}' unless it has a non-null default value.",
        )  # fmt: skip
    value = unit.cursor.execute(
        f"SELECT CAST({default_value(column, Binder(context))} AS VARCHAR)"
    ).fetchone()
    return "NULL" if value is None or value[0] is None else text_literal(value[0])


@change(ast.DropColumns)
def drop_columns(context: Context, unit: Changes, table: Table, action: ast.DropColumns) -> Table:
    """DROP COLUMN."""
    for name in action.names:
        if action.if_exists and not any(c.name == name for c in table.columns):
            continue
        if not any(c.name == name for c in table.columns):
            raise compilation_error("001431", "42601", f"column '{quote(name)}' does not exist")
        column = _column(table, name)
        if len(table.columns) == 1:
            raise compilation_error(
                "001432", "42601", f"Cannot drop the last column '{quote(name)}' of a table."
            )
        unit.sql(f"ALTER TABLE {table.storage} DROP COLUMN {column.storage}")
        _in_history(unit, table, f"DROP COLUMN {column.storage}")
        kept = tuple(c for c in table.constraints if name not in c.columns)
        table = replace(table, columns=tuple(c for c in table.columns if c.name != name), constraints=kept)
    return table


@change(ast.RenameColumn)
def rename_column(context: Context, unit: Changes, table: Table, action: ast.RenameColumn) -> Table:
    """RENAME COLUMN: a change of the catalog only."""
    if not any(c.name == action.name for c in table.columns):
        raise object_not_found("Object", quote(action.name))
    column = _column(table, action.name)
    if action.to != action.name and any(c.name == action.to for c in table.columns):
        raise object_exists(f"{quote(table.name)}.{quote(action.to)}")
    constraints = tuple(
        replace(c, columns=tuple(action.to if n == action.name else n for n in c.columns))
        for c in table.constraints
    )
    return replace(_with_column(table, replace(column, name=action.to)), constraints=constraints)


@change(ast.AlterColumns)
def alter_columns(context: Context, unit: Changes, table: Table, action: ast.AlterColumns) -> Table:
    """ALTER COLUMN: type, NOT NULL, default, comment."""
    for each in action.changes:
        column = _column(table, each.name)
        table = _with_column(table, _COLUMN_CHANGES[each.what](context, unit, table, column, each))
    return table


def _set_type(
    context: Context, unit: Changes, table: Table, column: TableColumn, action: ast.AlterColumn
) -> TableColumn:
    assert action.type is not None
    wanted = mapped(action.type, str(context.session.parameter("TIMESTAMP_TYPE_MAPPING")))
    _check_type_change(column, wanted)
    if engine_type(wanted) != engine_type(column.type):
        unit.sql(f"ALTER TABLE {table.storage} ALTER COLUMN {column.storage} TYPE {engine_type(wanted)}")
        _in_history(unit, table, f"ALTER COLUMN {column.storage} TYPE {engine_type(wanted)}")
    return replace(column, type=wanted)


def _check_type_change(column: TableColumn, wanted: DataType) -> None:
    """Only what loses nothing is allowed: longer text and binary, more digits before the point."""
    given = column.type
    reason = ""
    if given.kind != wanted.kind:
        raise _cannot_change(column, wanted, "")
    if given.kind in ("TEXT", "BINARY") and (wanted.length or 0) < (given.length or 0):
        reason = " because reducing the byte-length of a varchar is not supported."
    elif given.kind == "FIXED" and wanted.s != given.s:
        reason = " because changing the scale of a number is not supported."
    elif given.kind == "FIXED" and wanted.p < given.p:
        reason = " because reducing the precision of a number is not supported."
    elif given.kind in ("TIME", "TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP_TZ") and wanted.s < given.s:
        reason = " because reducing the scale is not supported."
    if reason:
        raise _cannot_change(column, wanted, reason)


def _cannot_change(column: TableColumn, wanted: DataType, reason: str) -> SnowflakeError:
    text = f"cannot change column {quote(column.name)} from type {column.type} to {wanted}{reason}"
    return compilation_error("002108", "22000", text)


def _set_not_null(
    context: Context, unit: Changes, table: Table, column: TableColumn, action: ast.AlterColumn
) -> TableColumn:
    unit.sql(f"ALTER TABLE {table.storage} ALTER COLUMN {column.storage} SET NOT NULL")
    return replace(column, nullable=False)


def _drop_not_null(
    context: Context, unit: Changes, table: Table, column: TableColumn, action: ast.AlterColumn
) -> TableColumn:
    if not column.nullable:
        unit.sql(f"ALTER TABLE {table.storage} ALTER COLUMN {column.storage} DROP NOT NULL")
    return replace(column, nullable=True)


def _set_default(
    context: Context, unit: Changes, table: Table, column: TableColumn, action: ast.AlterColumn
) -> TableColumn:
    """Only a sequence may become the default of a column that is there."""
    assert action.default is not None
    bind_expression(action.default.text, context)
    if not action.default.text.upper().rstrip().endswith(".NEXTVAL"):
        raise compilation_error("001466", "22023", "Unsupported feature 'Alter Column Set Default'.")
    return replace(column, default=action.default.text)


def _drop_default(
    context: Context, unit: Changes, table: Table, column: TableColumn, action: ast.AlterColumn
) -> TableColumn:
    return replace(column, default=None)


def _comment(
    context: Context, unit: Changes, table: Table, column: TableColumn, action: ast.AlterColumn
) -> TableColumn:
    return replace(column, comment=action.comment)


_COLUMN_CHANGES: dict[str, Callable[[Context, Changes, Table, TableColumn, ast.AlterColumn], TableColumn]] = {
    "TYPE": _set_type,
    "SET NOT NULL": _set_not_null,
    "DROP NOT NULL": _drop_not_null,
    "SET DEFAULT": _set_default,
    "DROP DEFAULT": _drop_default,
    "COMMENT": _comment,
    "UNSET COMMENT": _comment,
}


@change(ast.SetTags)
def set_column_tags(context: Context, unit: Changes, table: Table, action: ast.SetTags) -> Table:
    """ALTER COLUMN … SET TAG."""
    assert action.column is not None
    column = _column(table, action.column)
    return _with_column(table, replace(column, tags={**column.tags, **tags.resolved(context, action.tags)}))


@change(ast.UnsetTags)
def unset_column_tags(context: Context, unit: Changes, table: Table, action: ast.UnsetTags) -> Table:
    """ALTER COLUMN … UNSET TAG."""
    assert action.column is not None
    column = _column(table, action.column)
    gone = {str(tags.require_tag(context, object_name(n, context)).id) for n in action.names}
    return _with_column(table, replace(column, tags={k: v for k, v in column.tags.items() if k not in gone}))


# -- constraints and clustering -------------------------------------------------------------------


@change(ast.AddConstraint)
def add_constraint(context: Context, unit: Changes, table: Table, action: ast.AddConstraint) -> Table:
    """ADD CONSTRAINT; a primary key makes its columns NOT NULL."""
    made = parts.constraint(action.constraint, table.columns, context)
    if made.kind == "PRIMARY KEY":
        if any(c.kind == "PRIMARY KEY" for c in table.constraints):
            raise parts.second_primary_key(table.name)
        for name in made.columns:
            column = _column(table, name)
            unit.sql(f"ALTER TABLE {table.storage} ALTER COLUMN {column.storage} SET NOT NULL")
            table = _with_column(table, replace(column, nullable=False))
    return replace(table, constraints=(*table.constraints, made))


@change(ast.DropConstraint)
def drop_constraint(context: Context, unit: Changes, table: Table, action: ast.DropConstraint) -> Table:
    """DROP CONSTRAINT name, or by kind and columns."""

    def matches(c: Constraint) -> bool:
        if action.kind == "CONSTRAINT":
            return c.name == action.name
        return c.kind == action.kind and (not action.columns or c.columns == action.columns)

    kept = tuple(c for c in table.constraints if not matches(c))
    if len(kept) == len(table.constraints):
        shown = f"Constraint '{action.name}'" if action.name else action.kind.capitalize()
        raise compilation_error("002003", "02000", f"{shown} does not exist or not authorized.")
    return replace(table, constraints=kept)


@change(ast.RenameConstraint)
def rename_constraint(context: Context, unit: Changes, table: Table, action: ast.RenameConstraint) -> Table:
    """RENAME CONSTRAINT."""
    if not any(c.name == action.name for c in table.constraints):
        raise compilation_error("002003", "02000", f"constraint '{action.name}' does not exist")
    renamed = (replace(c, name=action.to) if c.name == action.name else c for c in table.constraints)
    return replace(table, constraints=tuple(renamed))


@change(ast.AlterConstraint)
def alter_constraint(context: Context, unit: Changes, table: Table, action: ast.AlterConstraint) -> Table:
    """ALTER CONSTRAINT … RELY | NORELY."""
    if not any(c.name == action.name for c in table.constraints):
        raise object_not_found("Object", quote(action.name))
    if action.rely is None:
        return table
    changed = (replace(c, rely=action.rely) if c.name == action.name else c for c in table.constraints)
    return replace(table, constraints=tuple(changed))


@change(ast.ClusterBy)
def cluster_by(context: Context, unit: Changes, table: Table, action: ast.ClusterBy) -> Table:
    """CLUSTER BY and DROP CLUSTERING KEY: recorded; the engine needs no clustering."""
    return replace(table, cluster_by=f"LINEAR({action.keys.text})" if action.keys is not None else "")


@objects.verb("TABLE", "SUSPEND RECLUSTER")
def suspend_recluster(context: Context, entity: Table) -> Table:
    """SUSPEND RECLUSTER."""
    _check_clustered(entity)
    return replace(entity, clustering_suspended=True)


@objects.verb("TABLE", "RESUME RECLUSTER")
def resume_recluster(context: Context, entity: Table) -> Table:
    """RESUME RECLUSTER."""
    _check_clustered(entity)
    return replace(entity, clustering_suspended=False)


def _check_clustered(table: Table) -> None:
    """002240: there is no clustering key."""
    if not table.cluster_by:
        raise SnowflakeError("002240", "22023", f"Table '{table.name}' is not clustered\n")
