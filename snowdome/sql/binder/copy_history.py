"""INFORMATION_SCHEMA.COPY_HISTORY; VALIDATE is refused for now."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from snowdome.catalog.information_loads import RETENTION, Load, loads
from snowdome.catalog.model import Table
from snowdome.catalog.names import ObjectName
from snowdome.errors import not_supported, object_not_found
from snowdome.result import arrow_table
from snowdome.sql.binder.history import instant
from snowdome.sql.binder.scope import Relation
from snowdome.sql.binder.table_functions import TableCall, arrow_relation, table_function
from snowdome.sql.names import parse_name
from snowdome.types import LTZ, NUMBER, TEXT, Column

_STATUS = {"LOADED": "Loaded", "LOAD_FAILED": "Load failed", "PARTIALLY_LOADED": "Partially loaded"}


def _number(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value)


_FIELDS: tuple[tuple[Column, Callable[[Load, ObjectName], object]], ...] = (
    (Column("FILE_NAME", TEXT), lambda load, table: load.file),
    (Column("STAGE_LOCATION", TEXT), lambda load, table: load.location),
    (Column("LAST_LOAD_TIME", LTZ), lambda load, table: _number(load.loaded_on)),
    (Column("ROW_COUNT", NUMBER), lambda load, table: _number(load.rows_loaded)),
    (Column("ROW_PARSED", NUMBER), lambda load, table: _number(load.rows_parsed)),
    (Column("FILE_SIZE", NUMBER), lambda load, table: _number(load.size)),
    (Column("FIRST_ERROR_MESSAGE", TEXT), lambda load, table: load.first_error),
    (Column("FIRST_ERROR_LINE_NUMBER", NUMBER), lambda load, table: _number(load.first_error_line)),
    (Column("FIRST_ERROR_CHARACTER_POS", NUMBER), lambda load, table: _number(load.first_error_character)),
    (Column("FIRST_ERROR_COLUMN_NAME", TEXT), lambda load, table: load.first_error_column_name),
    (Column("ERROR_COUNT", NUMBER), lambda load, table: _number(load.errors_seen)),
    (Column("ERROR_LIMIT", NUMBER), lambda load, table: _number(load.error_limit)),
    (Column("STATUS", TEXT), lambda load, table: _STATUS.get(load.status, load.status)),
    (Column("TABLE_CATALOG_NAME", TEXT), lambda load, table: table.database),
    (Column("TABLE_SCHEMA_NAME", TEXT), lambda load, table: table.schema),
    (Column("TABLE_NAME", TEXT), lambda load, table: table.name),
    (Column("PIPE_CATALOG_NAME", TEXT), lambda load, table: None),
    (Column("PIPE_SCHEMA_NAME", TEXT), lambda load, table: None),
    (Column("PIPE_NAME", TEXT), lambda load, table: None),
    (Column("PIPE_RECEIVED_TIME", LTZ), lambda load, table: None),
)
_COLUMNS = tuple(column for column, _ in _FIELDS)


@table_function("COPY_HISTORY", takes="TABLE_NAME START_TIME END_TIME PIPE_NAME")
def copy_history(call: TableCall) -> Relation:
    """What was loaded into a table in a time range within the last 14 days, the latest first."""
    call.required(0, "TABLE_NAME", "text")
    call.required(1, "START_TIME")
    if call.node(3, "PIPE_NAME") is not None:
        raise not_supported("pipes (COPY_HISTORY's PIPE_NAME)")
    call.binder.volatile()
    table, shown = _table(call)
    low, high = instant(call, "START_TIME", 1), instant(call, "END_TIME", 2)
    since = max(low or 0, call.binder.now - RETENTION)
    with call.binder.session.cursor() as cursor:
        found = loads(cursor, [table.id], since)
    kept = [load for load in found if high is None or load.loaded_on <= high]
    rows = [tuple(read(load, shown) for _, read in _FIELDS) for load in kept]
    return arrow_relation(call.binder, arrow_table(_COLUMNS, rows), _COLUMNS)


def _table(call: TableCall) -> tuple[Table, ObjectName]:
    """The table that TABLE_NAME names, and its full name; 002003 if there is none."""
    session = call.binder.session
    name = ObjectName(parse_name(str(call.constant(0, "TABLE_NAME", ""))))
    found = session.find(Table, name)
    if found is None:
        raise object_not_found("Table", str(session.full_name(name)))
    return found, session.full_name(name)


@table_function("VALIDATE")
def validate(call: TableCall) -> Relation:
    raise not_supported("VALIDATE (COPY INTO … VALIDATION_MODE = RETURN_ALL_ERRORS says what is wrong)")
