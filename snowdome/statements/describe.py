"""DESCRIBE of every kind of object."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from snowdome.catalog.model import (
    Database,
    Entity,
    FileFormat,
    Function,
    Procedure,
    Relation,
    Schema,
    Sequence,
    Stage,
    Table,
    TableColumn,
    User,
    Warehouse,
)
from snowdome.catalog.names import ObjectName
from snowdome.context import Context
from snowdome.errors import cannot_use, not_supported, object_not_found
from snowdome.result import DESCRIBE, Result, rows_result
from snowdome.sql import ast
from snowdome.sql.compiler import compile_query, run_query
from snowdome.sql.staging import named_in, object_name
from snowdome.statements import ddl, file_formats, show_streams
from snowdome.statements.ddl import KINDS
from snowdome.statements.describe_types import (
    bare_name,
    handler_properties,
    procedure_properties,
    returned,
    signature,
)
from snowdome.statements.registry import handles
from snowdome.statements.roles import USER_PROPERTIES
from snowdome.statements.show import LISTINGS_OF_SEQUENCE, sequence_row
from snowdome.statements.showing import LISTINGS, STAMP, Place, in_schema, relation_named, whole
from snowdome.types import TEXT, Column, sql_name

Rows = list[tuple[Any, ...]]
Describer = Callable[[Context, Any], Rows]
Columns: TypeAlias = "tuple[Column, ...] | Callable[[ast.Describe, Context], tuple[Column, ...]]"


def _texts(names: str) -> tuple[Column, ...]:
    return tuple(Column(n, TEXT) for n in names.split(","))


COLUMNS = _texts(
    "name,type,kind,null?,default,primary key,unique key,check,expression,comment,policy name,privacy domain,"
    "write default"
)
_PROPERTIES = _texts("parent_property,property,property_type,property_value,property_default")
_KINDS = (Column("created_on", STAMP), Column("name", TEXT), Column("kind", TEXT))


# -- tables and views -----------------------------------------------------------------------------


def relation_rows(relation: Relation) -> Rows:
    """One row a column."""
    constraints = relation.constraints if isinstance(relation, Table) else ()
    keys = {c: k.kind for k in constraints for c in k.columns if k.kind == "PRIMARY KEY"}
    unique = {c for k in constraints for c in k.columns if k.kind == "UNIQUE"}
    return [_column(c, c.name in keys, c.name in unique) for c in relation.columns]


def _column(column: TableColumn, primary: bool, unique: bool) -> tuple[Any, ...]:
    return (
        column.name,
        sql_name(column.type),
        "COLUMN",
        "Y" if column.nullable else "N",
        default_text(column),
        "Y" if primary else "N",
        "Y" if unique else "N",
        None,
        column.computed,
        column.comment,
        None,
        None,
        None,
    )


def default_text(column: TableColumn) -> str | None:
    """The default as written, or the generator of an IDENTITY column."""
    return identity_text(column) or column.default


def identity_text(column: TableColumn) -> str | None:
    """``IDENTITY START 1 INCREMENT 1 NOORDER``, of an IDENTITY column."""
    if column.identity is None:
        return None
    start, step = column.identity
    return f"IDENTITY START {start} INCREMENT {step} {'ORDER' if column.ordered else 'NOORDER'}"


def _relation(context: Context, statement: ast.Describe) -> Rows:
    name = object_name(statement.name, context)
    found = relation_named(context, name)
    if found is None:
        raise object_not_found(KINDS[statement.kind].label, str(name))
    if statement.stage_properties:
        return [*_format_rows({}, context), *_copy_rows({}), ("STAGE_LOCATION", "URL", "String", "", "")]
    return relation_rows(found[1])


# -- stages and file formats ----------------------------------------------------------------------

# Name, type and default of a stage's copy options.
_COPY = (
    ("ON_ERROR", "String", "ABORT_STATEMENT"),
    ("SIZE_LIMIT", "Long", ""),
    ("PURGE", "Boolean", "false"),
    ("RETURN_FAILED_ONLY", "Boolean", "false"),
    ("ENFORCE_LENGTH", "Boolean", "true"),
    ("TRUNCATECOLUMNS", "Boolean", "false"),
    ("FORCE", "Boolean", "false"),
)


def _format_rows(kept: dict[str, str], context: Context) -> Rows:
    found = named_in(kept, context)
    rows = file_formats.option_rows(found.type, dict(found.options))
    return [("STAGE_FILE_FORMAT", *row) for row in rows]


def _copy_rows(kept: dict[str, str]) -> Rows:
    return [
        ("STAGE_COPY_OPTIONS", name, kind, _cased(kind, kept.get(name, default)), default)
        for name, kind, default in _COPY
    ]


def _cased(kind: str, value: str) -> str:
    return value.lower() if kind == "Boolean" else value


def _stage(context: Context, stage: Stage) -> Rows:
    enabled = "true" if stage.directory else "false"
    return [
        *_format_rows(stage.file_format, context),
        *_copy_rows(stage.copy_options),
        ("STAGE_LOCATION", "URL", "String", f'["{stage.url}"]' if stage.url else "", ""),
        ("DIRECTORY", "ENABLE", "Boolean", enabled, "false"),
        ("DIRECTORY", "AUTO_REFRESH", "Boolean", "false", "false"),
    ]


def _file_format(context: Context, entity: FileFormat) -> Rows:
    return list(file_formats.option_rows(entity.type, entity.options))


# -- the rest -------------------------------------------------------------------------------------


def _database(context: Context, database: Database) -> Rows:
    schemas = context.catalog.snapshot.children(Schema, database.id)
    rows = [(s.created_on, s.name, "SCHEMA") for s in schemas]
    return sorted([*rows, (database.created_on, "INFORMATION_SCHEMA", "SCHEMA")], key=lambda r: str(r[1]))


def _schema(context: Context, schema: Schema) -> Rows:
    found = in_schema(context, schema, Relation)
    return [(r.created_on, r.name, type(r).__name__.upper()) for r in found]


def _warehouse(context: Context, warehouse: Warehouse) -> Rows:
    return [(warehouse.created_on, warehouse.name, "WAREHOUSE")]


def _sequence(context: Context, sequence: Sequence) -> Rows:
    schema = context.catalog.snapshot.by_id[sequence.parent]
    assert isinstance(schema, Schema)
    database = context.catalog.snapshot.by_id[schema.parent]
    assert isinstance(database, Database)
    row = sequence_row(context, Place(database, schema), sequence)
    return [tuple(row.get(c.name) for c in LISTINGS_OF_SEQUENCE)]


def _function(context: Context, function: Function) -> Rows:
    head = [
        ("signature", signature(function)), ("returns", returned(function)), ("language", function.language),
    ]  # fmt: skip
    if function.language == "SQL":
        return [*head, ("body", function.body)]
    return [*head, *handler_properties(function)]


def _procedure(context: Context, procedure: Procedure) -> Rows:
    head = [
        ("signature", signature(procedure)), ("returns", returned(procedure)), ("language", procedure.language),
    ]  # fmt: skip
    return [*head, *procedure_properties(procedure)]


def _user(context: Context, user: User) -> Rows:
    values = {"NAME": user.name, "COMMENT": user.comment or "null", "TYPE": "PERSON", **user.properties}
    values["PASSWORD"] = values.get("PASSWORD", "null")
    return [(name, values.get(name, default), default, text) for name, default, text in USER_PROPERTIES]


_DESCRIBERS: dict[str, tuple[Columns, Describer]] = {
    "DATABASE": (_KINDS, _database),
    "SCHEMA": (_KINDS, _schema),
    "WAREHOUSE": (_KINDS, _warehouse),
    "SEQUENCE": (LISTINGS_OF_SEQUENCE, _sequence),
    "STAGE": (_PROPERTIES, _stage),
    "FILE FORMAT": (_texts("property,property_type,property_value,property_default"), _file_format),
    "FUNCTION": (_texts("property,value"), _function),
    "PROCEDURE": (_texts("property,value"), _procedure),
    "USER": (_texts("property,value,default,description"), _user),
    "STREAM": (LISTINGS["STREAMS"].columns, show_streams.described),
}


def describes(kind: str, columns: Columns) -> Callable[[Describer], Describer]:
    """Register the decorated function for DESCRIBE of that kind; ``columns`` may depend on the object."""

    def register(function: Describer) -> Describer:
        _DESCRIBERS[kind] = (columns, function)
        return function

    return register


def _columns(statement: ast.Describe, context: Context) -> tuple[Column, ...]:
    if statement.kind in ("TABLE", "VIEW"):
        return _PROPERTIES if statement.stage_properties else COLUMNS
    if statement.kind not in _DESCRIBERS:
        raise not_supported(f"DESCRIBE {statement.kind}")
    columns = _DESCRIBERS[statement.kind][0]
    return columns(statement, context) if callable(columns) else columns


@handles(ast.Describe, describe=_columns)
def describe(statement: ast.Describe, context: Context) -> Result:
    """DESCRIBE kind name."""
    columns = _columns(statement, context)
    if statement.kind in ("TABLE", "VIEW"):
        return rows_result(columns, _relation(context, statement), DESCRIBE)
    rows = _DESCRIBERS[statement.kind][1](context, _require(statement, context))
    shown = [tuple(whole(v) if c.type == STAMP else v for c, v in zip(columns, r, strict=True)) for r in rows]
    return rows_result(columns, shown, DESCRIBE)


def _require(statement: ast.Describe, context: Context) -> Entity:
    kind = KINDS[statement.kind]
    name: ObjectName = object_name(statement.name, context)
    found = ddl.find(context, kind, name, statement.arguments)
    if found is None and statement.kind in ("DATABASE", "SCHEMA"):
        raise cannot_use(str(name))
    return found or ddl.require(context, kind, name, statement.arguments)


_RESULT = _texts("name,type,null?")


@handles(ast.DescribeResult, describe=lambda statement, context: _RESULT)
def describe_result(statement: ast.DescribeResult, context: Context) -> Result:
    """DESCRIBE RESULT: the columns of an earlier statement's result, each as nullable."""
    query_id = statement.query_id
    if isinstance(query_id, ast.Fragment):
        found = run_query(compile_query(f"SELECT {query_id.text}", context), context)
        query_id = str(found.table.column(0)[0].as_py())
    result = context.services.result_of(context.session, query_id)
    rows: Rows = [(c.name, bare_name(c.type), "Y") for c in result.columns]
    return rows_result(_RESULT, rows, DESCRIBE)
