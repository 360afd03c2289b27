"""INFORMATION_SCHEMA.DYNAMIC_TABLE_REFRESH_HISTORY and DYNAMIC_TABLE_GRAPH_HISTORY."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timezone
from decimal import Decimal

from snowdome.catalog import refreshes
from snowdome.catalog.names import ObjectName, quote
from snowdome.catalog.online import OnlineFeatureTable
from snowdome.catalog.refreshes import GraphVersion, Refresh
from snowdome.result import arrow_table
from snowdome.sql.binder.history import instant, result_limit
from snowdome.sql.binder.scope import Relation
from snowdome.sql.binder.table_functions import TableCall, arrow_relation, table_function
from snowdome.sql.names import parse_name
from snowdome.types import ARRAY, LTZ, NTZ, NUMBER, OBJECT, TEXT, Column

DAY = 86_400_000_000_000  # nanoseconds

_TIMES = ("data_timestamp", "resumed_on", "suspended_on")


def _time(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _qualified(row: Refresh | GraphVersion) -> str:
    return ".".join(quote(part) for part in (row.database_name, row.schema_name, row.name))


def _told(text: str | None) -> str | None:
    """JSON whose times are written as text, those that are missing left out."""
    if text is None:
        return None
    found = {k: _stamp(v) if k in _TIMES else v for k, v in json.loads(text).items() if v is not None}
    return json.dumps(found, separators=(",", ":"))


def _stamp(nanoseconds: int) -> str:
    moment = datetime.fromtimestamp(nanoseconds // 1_000_000_000, timezone.utc)
    return f"{moment:%Y-%m-%d %H:%M:%S}.{nanoseconds // 1_000_000 % 1000:03d} Z"


_REFRESH: tuple[tuple[Column, Callable[[Refresh], object]], ...] = (
    (Column("NAME", TEXT), lambda r: r.name),
    (Column("SCHEMA_NAME", TEXT), lambda r: r.schema_name),
    (Column("DATABASE_NAME", TEXT), lambda r: r.database_name),
    (Column("STATE", TEXT), lambda r: r.state),
    (Column("STATE_CODE", TEXT), lambda r: r.state_code),
    (Column("STATE_MESSAGE", TEXT), lambda r: r.state_message),
    (Column("QUERY_ID", TEXT), lambda r: r.query_id),
    (Column("DATA_TIMESTAMP", LTZ), lambda r: _time(r.data_timestamp)),
    (Column("REFRESH_START_TIME", LTZ), lambda r: _time(r.started)),
    (Column("REFRESH_END_TIME", LTZ), lambda r: _time(r.ended)),
    (Column("COMPLETION_TARGET", LTZ), lambda r: _time(r.completion_target)),
    (Column("QUALIFIED_NAME", TEXT), _qualified),
    (Column("LAST_COMPLETED_DEPENDENCY", OBJECT), lambda r: _told(r.dependency)),
    (Column("STATISTICS", OBJECT), lambda r: r.statistics),
    (Column("REFRESH_ACTION", TEXT), lambda r: r.action),
    (Column("REFRESH_TRIGGER", TEXT), lambda r: r.cause),
    (Column("TARGET_LAG_SEC", NUMBER), lambda r: _time(r.lag_seconds)),
    (Column("GRAPH_HISTORY_VALID_FROM", NTZ), lambda r: _time(r.valid_from)),
)
_REFRESH_COLUMNS = tuple(column for column, _ in _REFRESH)


@table_function(
    "DYNAMIC_TABLE_REFRESH_HISTORY",
    takes="DATA_TIMESTAMP_START DATA_TIMESTAMP_END RESULT_LIMIT NAME NAME_PREFIX ERROR_ONLY",
)
def refresh_history(call: TableCall) -> Relation:
    """The refreshes of a time range, by default the last day, those that ended last first."""
    limit = result_limit(call, 2)
    call.binder.volatile()
    wanted, online = _range(call), online_tables(call)
    kept = [r for r in _history(call, 3) if wanted(r.data_timestamp) and r.table_id not in online]
    if call.flag(5, "ERROR_ONLY"):
        kept = [r for r in kept if r.state != refreshes.SUCCEEDED]
    rows = [tuple(read(r) for _, read in _REFRESH) for r in kept[:limit]]
    return arrow_relation(call.binder, arrow_table(_REFRESH_COLUMNS, rows), _REFRESH_COLUMNS)


def _history(call: TableCall, index: int) -> list[Refresh]:
    """All refreshes of the tables that NAME, argument ``index``, and NAME_PREFIX name."""
    with call.binder.session.cursor() as cursor:
        return [r for r in refreshes.history(cursor) if _named(call, r, index)]


def online_tables(call: TableCall) -> set[int]:
    """The ids of online feature tables, whose refreshes are not among those of dynamic tables."""
    return {t.id for t in call.binder.session.catalog.snapshot.all(OnlineFeatureTable)}


@table_function("ONLINE_FEATURE_TABLE_REFRESH_HISTORY", takes="NAME NAME_PREFIX")
def online_history(call: TableCall) -> Relation:
    """The refreshes of online feature tables, those that ended last first."""
    call.binder.volatile()
    online = online_tables(call)
    rows = [tuple(read(r) for _, read in _REFRESH) for r in _history(call, 0) if r.table_id in online]
    return arrow_relation(call.binder, arrow_table(_REFRESH_COLUMNS, rows), _REFRESH_COLUMNS)


def _range(call: TableCall) -> Callable[[int], bool]:
    low, high = instant(call, "DATA_TIMESTAMP_START", 0), instant(call, "DATA_TIMESTAMP_END", 1)
    last = high if high is not None else call.binder.now
    first = low if low is not None else last - DAY
    return lambda moment: first <= moment <= last


def _named(call: TableCall, row: Refresh, index: int) -> bool:
    name = call.constant(index, "NAME")
    prefix = call.constant(index + 1, "NAME_PREFIX")
    full = (row.database_name, row.schema_name, row.name)
    if name is not None:
        parts = ObjectName(parse_name(str(name))).parts
        if [p.upper() for p in parts] != [p.upper() for p in full[-len(parts) :]]:
            return False
    return prefix is None or ".".join(full).upper().startswith(str(prefix).upper())


_GRAPH: tuple[tuple[Column, Callable[[GraphVersion], object]], ...] = (
    (Column("NAME", TEXT), lambda v: v.name),
    (Column("SCHEMA_NAME", TEXT), lambda v: v.schema_name),
    (Column("DATABASE_NAME", TEXT), lambda v: v.database_name),
    (Column("QUALIFIED_NAME", TEXT), _qualified),
    (Column("INPUTS", ARRAY), lambda v: v.inputs),
    (Column("TARGET_LAG_TYPE", TEXT), lambda v: v.lag_type),
    (Column("TARGET_LAG_SEC", NUMBER), lambda v: _time(v.lag_seconds)),
    (Column("QUERY_TEXT", TEXT), lambda v: v.query),
    (Column("VALID_FROM", LTZ), lambda v: _time(v.valid_from)),
    (Column("VALID_TO", LTZ), lambda v: _time(v.valid_to)),
    (Column("SCHEDULING_STATE", OBJECT), lambda v: _told(v.scheduling)),
    (Column("ALTER_TRIGGER", ARRAY), lambda v: v.causes),
)
_GRAPH_COLUMNS = tuple(column for column, _ in _GRAPH)


@table_function("DYNAMIC_TABLE_GRAPH_HISTORY", takes="AS_OF HISTORY_START HISTORY_END")
def graph_history(call: TableCall) -> Relation:
    """How dynamic tables are defined, or were at a moment or in a range of time."""
    moment = instant(call, "AS_OF", 0)
    low, high = instant(call, "HISTORY_START", 1), instant(call, "HISTORY_END", 2)
    call.binder.volatile()
    with call.binder.session.cursor() as cursor:
        online = online_tables(call)
        found = [v for v in refreshes.versions(cursor) if v.table_id not in online]
    if low is not None:
        last = high if high is not None else call.binder.now
        kept = [v for v in found if v.valid_from <= last and (v.valid_to is None or v.valid_to >= low)]
    elif moment is not None:
        kept = [v for v in found if v.valid_from <= moment and (v.valid_to is None or v.valid_to > moment)]
    else:
        kept = [v for v in found if v.valid_to is None]
    rows = [tuple(read(v) for _, read in _GRAPH) for v in kept]
    return arrow_relation(call.binder, arrow_table(_GRAPH_COLUMNS, rows), _GRAPH_COLUMNS)
