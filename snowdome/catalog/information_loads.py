"""INFORMATION_SCHEMA.LOAD_HISTORY, and the loads that COPY_HISTORY tells of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import duckdb

from snowdome.catalog.information_schema import Row, Viewer, defines, objects
from snowdome.catalog.model import Database, Table
from snowdome.types import NUMBER, timestamp

RETENTION = 14 * 86_400 * 10**9  # nanoseconds that loads are told of
_MOST = 10_000  # rows of the view


@dataclass(frozen=True)
class Load:
    """What a COPY made of one file, as ``catalog.loads`` keeps it; times are nanoseconds UTC."""

    table_id: int
    file: str
    shown: str
    location: str
    size: int
    loaded_on: int
    status: str
    rows_parsed: int
    rows_loaded: int
    error_limit: int | None
    errors_seen: int
    first_error: str | None
    first_error_line: int | None
    first_error_character: int | None
    first_error_column_name: str | None


_SELECT = f"SELECT {', '.join(f.name for f in fields(Load))} FROM catalog.loads"


def loads(cursor: duckdb.DuckDBPyConnection, table_ids: Sequence[int], since: int) -> list[Load]:
    """The loads into these tables from ``since`` (nanoseconds UTC) on, the latest first."""
    rows = cursor.execute(
        f"{_SELECT} WHERE list_contains(?::BIGINT[], table_id) AND loaded_on >= ? ORDER BY loaded_on DESC, shown",
        [list(table_ids), since],
    ).fetchall()
    return [Load(*row) for row in rows]


_STATUS = {"LOAD_FAILED": "LOAD FAILED", "PARTIALLY_LOADED": "PARTIALLY LOADED"}


@defines(
    "LOAD_HISTORY",
    "SCHEMA_NAME FILE_NAME TABLE_NAME LAST_LOAD_TIME STATUS ROW_COUNT ROW_PARSED FIRST_ERROR_MESSAGE"
    " FIRST_ERROR_LINE_NUMBER FIRST_ERROR_CHARACTER_POSITION FIRST_ERROR_COL_NAME ERROR_COUNT ERROR_LIMIT",
    LAST_LOAD_TIME=timestamp("TIMESTAMP_LTZ", 3),
    ROW_PARSED=NUMBER,
    FIRST_ERROR_LINE_NUMBER=NUMBER,
    FIRST_ERROR_CHARACTER_POSITION=NUMBER,
    ERROR_COUNT=NUMBER,
    ERROR_LIMIT=NUMBER,
)
def load_history(viewer: Viewer, database: Database) -> Sequence[Row]:
    places = {t.id: (schema.name, t.name) for schema, t in objects(viewer, database, Table)}
    with viewer.cursor() as cursor:
        found = loads(cursor, list(places), viewer.catalog.clock.now() - RETENTION)[:_MOST]
    return [_row(load, *places[load.table_id]) for load in found]


def _row(load: Load, schema: str, table: str) -> Row:
    return {
        "SCHEMA_NAME": schema,
        "FILE_NAME": load.shown,
        "TABLE_NAME": table,
        "LAST_LOAD_TIME": load.loaded_on,
        "STATUS": _STATUS.get(load.status, load.status),
        "ROW_COUNT": load.rows_loaded,
        "ROW_PARSED": load.rows_parsed,
        "FIRST_ERROR_MESSAGE": load.first_error,
        "FIRST_ERROR_LINE_NUMBER": load.first_error_line,
        "FIRST_ERROR_CHARACTER_POSITION": load.first_error_character,
        "FIRST_ERROR_COL_NAME": load.first_error_column_name,
        "ERROR_COUNT": load.errors_seen,
        "ERROR_LIMIT": load.error_limit,
    }
