"""CREATE TABLE in all its forms, and TRUNCATE."""

from __future__ import annotations

from dataclasses import replace

from snowdome.catalog.model import Relation, Schema, Table, TableColumn, Tag
from snowdome.catalog.names import ObjectName, literal, quote
from snowdome.errors import compilation_error, object_exists, object_not_found
from snowdome.result import Result, status_result
from snowdome.sql import ast
from snowdome.sql.binder.dml import assigned
from snowdome.sql.binder.core import Binder
from snowdome.sql.compiler import Compiled, compile_query
from snowdome.sql.typed import Typed
from snowdome.statements import table_columns as parts
from snowdome.statements.naming import ddl, object_name
from snowdome.statements.registry import Context, handles
from snowdome.statements.table_columns import AnyUnit
from snowdome.types import Column


@handles(ast.CreateTable)
def create_table(statement: ast.CreateTable, context: Context) -> Result:
    """CREATE [OR REPLACE] [TEMPORARY | TRANSIENT] TABLE … with columns, AS query, LIKE or CLONE."""
    name = object_name(statement.name, context)
    _, schema = context.session.require_schema(name)
    temporary = statement.persistence == "TEMPORARY"
    compiled = compile_query(statement.query.text, context) if statement.query is not None else None
    with ddl(context, temporary=temporary) as unit:
        existing = existing_relation(context, schema, name.name, temporary=temporary)
        if existing is not None and not statement.replace:
            if statement.if_not_exists:
                return status_result(f"{quote(name.name)} already exists, statement succeeded.")
            raise object_exists(str(context.session.full_name(name)) if len(name.parts) > 1 else quote(name.name))
        table = _new_table(statement, name, schema, context, unit, compiled)
        if existing is not None:
            forget(unit, existing)
        unit.put(table)
    return status_result(f"Table {quote(name.name)} successfully created.")


def existing_relation(context: Context, schema: Schema, name: str, *, temporary: bool) -> Relation | None:
    """The table or view that a CREATE would collide with: temporary and permanent ones do not."""
    if temporary:
        found = context.session.temporary.by_place.get((Relation.space, schema.id), {}).get(name)
        return found if isinstance(found, Relation) else None
    return context.catalog.snapshot.get(Relation, schema.id, name)


def forget(unit: AnyUnit, relation: Relation) -> None:
    """Drop a table or view with what the engine stores for it."""
    unit.delete(relation)
    if isinstance(relation, Table):
        unit.sql(f"DROP TABLE IF EXISTS {relation.storage}")
        for column in relation.columns:
            if column.sequence is not None:
                unit.sql(f"DROP SEQUENCE IF EXISTS {column.sequence}")


def _new_table(
    statement: ast.CreateTable, name: ObjectName, schema: Schema, context: Context, unit: AnyUnit,
    compiled: Compiled | None,
) -> Table:  # fmt: skip
    number = unit.new_id()
    table = Table(
        id=number, name=name.name, parent=schema.id, owner=context.session.role or "",
        storage=parts.storage_name(name.name, number), persistence=statement.persistence,
    )  # fmt: skip
    if statement.clone is not None or statement.like is not None:
        table = _copied(statement, table, context, unit)
    else:
        columns = _columns(statement, context, unit, compiled)
        table = replace(table, columns=columns, constraints=parts.constraints(statement, columns, context))
        keys = {n for c in table.constraints if c.kind == "PRIMARY KEY" for n in c.columns}
        table = replace(table, columns=tuple(replace(c, nullable=c.nullable and c.name not in keys) for c in columns))
        parts.check_names(table.columns)
        unit.sql(f"CREATE TABLE {table.storage} ({parts.engine_columns(table.columns)})")
        if compiled is not None:
            _fill(table, compiled, context, unit)
    cluster = statement.cluster_by.text if statement.cluster_by is not None else ""
    table = replace(table, next_column=len(table.columns) + 1, cluster_by=f"LINEAR({cluster})" if cluster else table.cluster_by)
    table = with_tags(table, statement.tags, context)
    return with_options(table, statement.options)


def _columns(
    statement: ast.CreateTable, context: Context, unit: AnyUnit, compiled: Compiled | None
) -> tuple[TableColumn, ...]:
    if compiled is None:
        if not statement.columns:
            raise compilation_error("002013", "42601", "Missing column specification.")
        for definition in statement.columns:
            if definition.type is None and definition.computed is None:
                raise compilation_error("002013", "42601", f"Missing data type for column '{definition.name}'.")
        return tuple(parts.column(d, i, context, unit) for i, d in enumerate(statement.columns, 1))
    if not statement.columns:
        _require_names(compiled.columns)
        return tuple(parts.from_query(compiled.columns))
    if len(statement.columns) != len(compiled.columns):
        raise compilation_error("002061", "42601", "Invalid column definition list: its length is not the query's.")
    pairs = zip(statement.columns, compiled.columns, strict=True)
    return tuple(parts.column(d, i, context, unit, given.type) for i, (d, given) in enumerate(pairs, 1))


def _require_names(columns: tuple[Column, ...]) -> None:
    """Snowflake refuses CREATE TABLE AS of a column without a name of its own."""
    for i, column in enumerate(columns, 1):
        if not column.name:
            raise compilation_error("002022", "42601", f"Missing column specification for column {i}.")


def _fill(table: Table, compiled: Compiled, context: Context, unit: AnyUnit) -> None:
    """Insert the rows of CREATE TABLE … AS."""
    binder = Binder(context)
    pairs = zip(table.columns, compiled.columns, strict=True)
    shown = ", ".join(assigned(Typed(f"q.c{i}", g.type), c, binder) for i, (c, g) in enumerate(pairs, 1))
    for name, rows in compiled.tables.items():
        unit.cursor.register(name, rows)
    unit.sql(f"INSERT INTO {table.storage} SELECT {shown} FROM ({compiled.sql}) AS q")
    for name in compiled.tables:
        unit.cursor.unregister(name)


def _copied(statement: ast.CreateTable, table: Table, context: Context, unit: AnyUnit) -> Table:
    """LIKE copies the definition, CLONE the rows too."""
    wanted = statement.clone or statement.like
    assert wanted is not None
    source = context.session.require_relation(object_name(wanted, context))
    if not isinstance(source, Table):
        raise object_not_found("Table", str(object_name(wanted, context)))
    columns = tuple(_copied_column(c, i, unit, context, keep_place=statement.clone is not None) for i, c in enumerate(source.columns, 1))
    copied = replace(
        table, columns=columns, constraints=source.constraints, cluster_by=source.cluster_by,
        comment=source.comment if statement.clone is not None else "", change_tracking=source.change_tracking,
    )  # fmt: skip
    unit.sql(f"CREATE TABLE {copied.storage} ({parts.engine_columns(columns)})")
    if statement.clone is not None:
        shown = ", ".join(c.storage for c in source.columns)
        unit.sql(f"INSERT INTO {copied.storage} SELECT {shown} FROM {source.storage}")
    return copied


def _copied_column(column: TableColumn, number: int, unit: AnyUnit, context: Context, *, keep_place: bool) -> TableColumn:
    if column.sequence is None or column.identity is None:
        return replace(column, storage=f"c{number}")
    start, step = column.identity
    if keep_place:
        start = next_value(unit, column.sequence, start, step)
    return replace(column, storage=f"c{number}", sequence=parts.engine_sequence(unit, unit.new_id(), start, step))


def next_value(unit: AnyUnit, sequence: str, start: int, step: int) -> int:
    """The number that an engine sequence gives next, without taking it."""
    name = sequence.partition(".")[2].strip('"')
    row = unit.cursor.execute(
        f"SELECT last_value FROM duckdb_sequences() WHERE sequence_name = {literal(name)}"
    ).fetchone()
    return start if row is None or row[0] is None else int(row[0]) + step


# -- properties -----------------------------------------------------------------------------------

_IGNORED = frozenset({
    "DEFAULT_DDL_COLLATION", "MAX_DATA_EXTENSION_TIME_IN_DAYS", "COPY_GRANTS", "CONTACT", "ENABLE_DATA_COMPACTION",
})  # fmt: skip


def with_options(table: Table, options: ast.Options) -> Table:
    """``table`` with the properties of ``options``; 000002 for ones we do not have."""
    for name, value in options.items():
        if name == "COMMENT":
            table = replace(table, comment=str(value))
        elif name == "DATA_RETENTION_TIME_IN_DAYS":
            table = replace(table, retention_days=int(str(value)))
        elif name == "CHANGE_TRACKING":
            table = replace(table, change_tracking=_flag(value))
        elif name == "ENABLE_SCHEMA_EVOLUTION":
            table = replace(table, schema_evolution=_flag(value))
        elif name not in _IGNORED:
            raise compilation_error("001006", "22023", f"invalid parameter '{name}'")
    return table


def _flag(value: ast.Value) -> bool:
    return str(value.text if isinstance(value, ast.Word) else value).upper() == "TRUE"


def with_tags(table: Table, tags: ast.Tags, context: Context) -> Table:
    """``table`` with tags set; 002003 if a tag does not exist."""


    for name, value in tags:
        wanted = object_name(name, context)
        tag = context.session.find(Tag, wanted)
        if tag is None:
            raise object_not_found("Tag", str(wanted))
        table = replace(table, tags={**table.tags, str(tag.id): value})
    return table


# -- TRUNCATE -------------------------------------------------------------------------------------


@handles(ast.Truncate)
def truncate(statement: ast.Truncate, context: Context) -> Result:
    """TRUNCATE TABLE: all rows go; it commits the open transaction."""
    name = object_name(statement.name, context)
    table = context.session.find(Relation, name)
    if table is None and statement.if_exists:
        return status_result("Statement executed successfully.")
    if not isinstance(table, Table):
        raise object_not_found("Table", str(context.session.full_name(name)))
    if not context.keeps_transaction:
        context.session.commit()
    with context.session.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table.storage}")
    return status_result("Statement executed successfully.")
