"""CREATE TABLE in all its forms, and TRUNCATE."""

from __future__ import annotations

from dataclasses import fields, replace

from snowdome.catalog import parameters
from snowdome.catalog.model import Entity, Table, TableColumn
from snowdome.catalog.names import ObjectName
from snowdome.context import Context
from snowdome.errors import compilation_error, not_supported
from snowdome.result import Result
from snowdome.sql import ast
from snowdome.sql.binder.core import Binder
from snowdome.sql.binder.dml import assigned
from snowdome.sql.binder.written import incompatible, writable
from snowdome.sql.compiler import Compiled, compile_query
from snowdome.sql.staging import object_name
from snowdome.sql.typed import Typed
from snowdome.stages.formats import Given
from snowdome.statements import cloning, ddl, properties, tags, template, tracking
from snowdome.statements import table_columns as parts
from snowdome.statements.ddl import KINDS, Target
from snowdome.statements.fragments import in_place, shifted
from snowdome.statements.granted import Changes
from snowdome.statements.loading import history
from snowdome.statements.properties import Fields, plain
from snowdome.statements.registry import handles

KIND = KINDS["TABLE"]


def _error_logging(name: str, value: Given) -> Fields:
    """Only DEFAULT, a bare word, which is off."""
    if isinstance(value, str):
        raise parameters.invalid_value(name, f"'{value}'")
    if plain(value).upper() != "DEFAULT":
        raise not_supported(f"{name} = {plain(value)}")
    return {}


properties.defines(
    "TABLE",
    DATA_RETENTION_TIME_IN_DAYS=properties.parameter("retention_days", int, 1),
    MAX_DATA_EXTENSION_TIME_IN_DAYS=properties.checked("MAX_DATA_EXTENSION_TIME_IN_DAYS"),
    CHANGE_TRACKING=properties.flag("change_tracking"),
    ENABLE_SCHEMA_EVOLUTION=properties.flag("schema_evolution"),
    DEFAULT_DDL_COLLATION=properties.only("", "UTF8"),
    ERROR_LOGGING=properties.Property(_error_logging),
    STAGE_FILE_FORMAT=properties.later("of a table"),
    STAGE_COPY_OPTIONS=properties.later("of a table"),
)


@handles(ast.CreateTable)
def create_table(statement: ast.CreateTable, context: Context) -> Result:
    """CREATE [OR REPLACE] [TEMPORARY | TRANSIENT] TABLE … with columns, a template, AS query, LIKE or
    CLONE."""
    name = object_name(statement.name, context)
    statement = template.with_columns(statement, context)
    compiled = _compiled(statement, context)

    def build(unit: Changes, target: Target) -> Entity:
        table = Table(**target.fields(unit), persistence=statement.persistence)
        table = replace(table, storage=ddl.storage_name(table.id, table.name))
        if statement.clone is not None or statement.like is not None:
            table = _copied(statement, table, context, unit)
        else:
            table = _defined(statement, table, context, unit, compiled)
        if statement.cluster_by is not None:
            table = replace(table, cluster_by=f"LINEAR({statement.cluster_by.text})")
        table = properties.applied(table, "TABLE", statement.options, context)
        return tags.tagged(table, statement.tags, context)

    return ddl.create(context, KIND, name, statement, build, temporary=statement.persistence == "TEMPORARY")


def _compiled(statement: ast.CreateTable, context: Context) -> Compiled | None:
    """The query of CREATE TABLE … AS; errors in it are placed in the whole statement."""
    if statement.query is None:
        return None
    return compile_query(in_place(statement, statement.query), shifted(context, statement.query))


def _defined(
    statement: ast.CreateTable, table: Table, context: Context, unit: Changes, compiled: Compiled | None
) -> Table:
    """A table with the columns that the statement or its query defines, and the query's rows."""
    columns = _columns(statement, context, unit, compiled)
    parts.check_names(columns)
    constraints = parts.constraints(statement, columns, context)
    keys = {n for c in constraints if c.kind == "PRIMARY KEY" for n in c.columns}
    columns = tuple(replace(c, nullable=c.nullable and c.name not in keys) for c in columns)
    table = replace(table, columns=columns, constraints=constraints, next_column=len(columns) + 1)
    unit.sql(f"CREATE TABLE {table.storage} ({parts.engine_columns(columns)})")
    if compiled is not None:
        _fill(table, compiled, context, unit)
    return table


def _columns(
    statement: ast.CreateTable, context: Context, unit: Changes, compiled: Compiled | None
) -> tuple[TableColumn, ...]:
    if compiled is None:
        if not statement.columns:
            raise compilation_error("002013", "42601", "Missing column specification")
        for definition in statement.columns:
            if definition.type is None and definition.computed is None:
                raise compilation_error(
                    "002013", "42601", f"Missing data type for column '{definition.name}'."
                )
        return tuple(parts.column(d, i, context, unit) for i, d in enumerate(statement.columns, 1))
    if not statement.columns:
        assert statement.query is not None
        parts.require_names(statement.query.text)
        return tuple(parts.from_query(compiled.columns))
    if len(statement.columns) != len(compiled.columns):
        raise compilation_error("002026", "42601", "Invalid column definition list")
    pairs = zip(statement.columns, compiled.columns, strict=True)
    return tuple(parts.column(d, i, context, unit, given.type) for i, (d, given) in enumerate(pairs, 1))


def _fill(table: Table, compiled: Compiled, context: Context, unit: Changes) -> None:
    """Insert the rows of CREATE TABLE … AS."""
    binder = Binder(context)
    pairs = list(zip(table.columns, compiled.columns, strict=True))
    for column, given in pairs:
        if not given.untyped and not writable(given.type, column.type):
            raise incompatible(given.type, column.type)
    shown = ", ".join(assigned(Typed(f"q.c{i}", g.type), c, binder) for i, (c, g) in enumerate(pairs, 1))
    for name, rows in compiled.tables.items():
        unit.cursor.register(name, rows)
    unit.sql(f"INSERT INTO {table.storage} SELECT {shown} FROM ({compiled.sql}) AS q")
    for name in compiled.tables:
        unit.cursor.unregister(name)
    tracking.finish(context.session, unit.cursor, compiled.streams, {})


def _copied(statement: ast.CreateTable, table: Table, context: Context, unit: Changes) -> Table:
    """LIKE copies the definition, CLONE the rows and the comment too."""
    wanted = statement.clone or statement.like
    assert wanted is not None
    source = _source(context, object_name(wanted, context), statement.like is not None)
    copied = cloning.copy_table(unit, source, table.name, table.parent, with_rows=statement.clone is not None)
    comment = source.comment if statement.clone is not None else ""
    constraints = tuple(
        replace(c, name=parts.constraint_name()) if c.name.startswith(parts.UNNAMED) else c
        for c in source.constraints
    )
    return replace(
        copied, owner=table.owner, persistence=table.persistence, comment=comment, constraints=constraints,
        tags={**source.tags, **table.tags},
    )  # fmt: skip


def _source(context: Context, name: ObjectName, like: bool) -> Table:
    """The table that is copied; a dynamic one as the plain table that holds its rows."""
    dynamic = ddl.find(context, KINDS["DYNAMIC TABLE"], name)
    if dynamic is not None and not like:
        raise not_supported("CREATE TABLE … CLONE of a dynamic table")
    source = dynamic or ddl.require(context, KIND, name)
    assert isinstance(source, Table)
    return Table(**{f.name: getattr(source, f.name) for f in fields(Table)})


@handles(ast.Truncate)
def truncate(statement: ast.Truncate, context: Context) -> Result:
    """TRUNCATE TABLE: all rows go; it commits the open transaction."""
    name = object_name(statement.name, context)
    if statement.if_exists and ddl.find(context, KIND, name) is None:
        return ddl.done()
    table = ddl.require(context, KIND, name)
    assert isinstance(table, Table)
    ddl.commit_first(context)
    with context.session.atomic() as cursor:
        tracking.clear(context.session, cursor, table, Binder(context))
        history.forget(table.id, cursor)
    return ddl.done()
