"""INFORMATION_SCHEMA.QUERY_HISTORY and its relatives."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from snowdome.errors import compilation_error
from snowdome.result import arrow_table
from snowdome.sql.binder.scope import Relation
from snowdome.sql.binder.table_functions import (
    PARAMETERS,
    TableCall,
    arrow_relation,
    evaluate,
    table_function,
)
from snowdome.sql.casts import cast
from snowdome.types import BOOLEAN, LTZ, NUMBER, TEXT, Column

_MILLISECOND = 1_000_000
MAX_ROWS = 10_000

# What a record says in each column, in the order of Snowflake's reference.
_FIELDS: tuple[tuple[Column, Callable[[Any], object]], ...] = (
    (Column("QUERY_ID", TEXT), lambda r: r.id),
    (Column("QUERY_TEXT", TEXT), lambda r: r.text),
    (Column("DATABASE_NAME", TEXT), lambda r: r.database),
    (Column("SCHEMA_NAME", TEXT), lambda r: r.schema),
    (Column("QUERY_TYPE", TEXT), lambda r: r.type),
    (Column("SESSION_ID", NUMBER), lambda r: Decimal(r.session_id)),
    (Column("USER_NAME", TEXT), lambda r: r.user),
    (Column("ROLE_NAME", TEXT), lambda r: r.role),
    (Column("WAREHOUSE_NAME", TEXT), lambda r: r.warehouse),
    (Column("WAREHOUSE_SIZE", TEXT), lambda r: r.warehouse_size),
    (Column("WAREHOUSE_TYPE", TEXT), lambda r: "STANDARD" if r.warehouse else None),
    (Column("CLUSTER_NUMBER", NUMBER), lambda r: Decimal(1) if r.warehouse else None),
    (Column("QUERY_TAG", TEXT), lambda r: r.tag),
    (Column("EXECUTION_STATUS", TEXT), lambda r: r.status),
    (Column("ERROR_CODE", NUMBER), lambda r: Decimal(r.error_code) if r.error_code else None),
    (Column("ERROR_MESSAGE", TEXT), lambda r: r.error_message),
    (Column("START_TIME", LTZ), lambda r: Decimal(r.start)),
    (Column("END_TIME", LTZ), lambda r: Decimal(r.end)),
    (Column("TOTAL_ELAPSED_TIME", NUMBER), lambda r: Decimal(_elapsed(r))),
    (Column("BYTES_SCANNED", NUMBER), lambda r: Decimal(0)),
    (Column("ROWS_PRODUCED", NUMBER), lambda r: None if r.rows is None else Decimal(r.rows)),
    (Column("COMPILATION_TIME", NUMBER), lambda r: Decimal(0)),
    (Column("EXECUTION_TIME", NUMBER), lambda r: Decimal(_elapsed(r))),
    (Column("QUEUED_PROVISIONING_TIME", NUMBER), lambda r: Decimal(0)),
    (Column("QUEUED_REPAIR_TIME", NUMBER), lambda r: Decimal(0)),
    (Column("QUEUED_OVERLOAD_TIME", NUMBER), lambda r: Decimal(0)),
    (Column("TRANSACTION_BLOCKED_TIME", NUMBER), lambda r: Decimal(0)),
    (Column("ROWS_INSERTED", NUMBER), lambda r: Decimal(r.rows_inserted)),
    (Column("ROWS_UPDATED", NUMBER), lambda r: Decimal(r.rows_updated)),
    (Column("ROWS_DELETED", NUMBER), lambda r: Decimal(r.rows_deleted)),
    (Column("IS_CLIENT_GENERATED_STATEMENT", BOOLEAN), lambda r: bool(r.internal)),
)
_COLUMNS = tuple(column for column, _ in _FIELDS)


def result_limit(call: TableCall, index: int) -> int:
    """RESULT_LIMIT, argument ``index``: 1 to 10,000 rows, 100 if it is not given; 001015 for another number."""
    limit = call.whole(index, "RESULT_LIMIT", 100)
    if not 1 <= limit <= MAX_ROWS:
        text = f"Invalid value [{limit}] for RESULT_LIMIT: 1 to {MAX_ROWS}."
        raise compilation_error("001015", "22023", text)
    return limit


def _elapsed(record: Any) -> int:
    return max(record.end - record.start, 0) // _MILLISECOND if record.end else 0


_TAKES = "END_TIME_RANGE_START END_TIME_RANGE_END RESULT_LIMIT INCLUDE_CLIENT_GENERATED_STATEMENT"


@table_function("QUERY_HISTORY", takes=_TAKES)
@table_function("QUERY_HISTORY_BY_SESSION", takes=f"SESSION_ID {_TAKES}")
@table_function("QUERY_HISTORY_BY_USER", takes=f"USER_NAME {_TAKES}")
@table_function("QUERY_HISTORY_BY_WAREHOUSE", takes=f"WAREHOUSE_NAME {_TAKES}")
def query_history(call: TableCall) -> Relation:
    """What ran in the account, latest end first, running statements before those."""
    limit = result_limit(call, _place(call, "RESULT_LIMIT"))
    call.binder.volatile()
    kept = [r for r in call.binder.context.services.query_log() if _wanted(call, r)]
    kept.sort(key=lambda r: (r.end or 2**63, r.start), reverse=True)
    rows = [tuple(read(r) for _, read in _FIELDS) for r in kept[:limit]]
    return arrow_relation(call.binder, arrow_table(_COLUMNS, rows), _COLUMNS)


def _wanted(call: TableCall, record: Any) -> bool:
    """Whether the record is the kind's, in the time range, and not one that a client sent by itself."""
    generated = "INCLUDE_CLIENT_GENERATED_STATEMENT"
    if record.internal and not call.flag(_place(call, generated), generated):
        return False
    wanted = _SELECTORS.get(call.name)
    if wanted is not None:
        name, mine, read = wanted
        given = call.constant(0, name)
        if str(read(record)) != str(mine(call) if given is None else given):
            return False
    names = ("END_TIME_RANGE_START", "END_TIME_RANGE_END")
    low, high = (instant(call, name, _place(call, name)) for name in names)
    end = record.end or call.binder.now
    return (low is None or end >= low) and (high is None or end <= high)


_SELECTORS: dict[str, tuple[str, Callable[[TableCall], object], Callable[[Any], object]]] = {
    "QUERY_HISTORY_BY_SESSION": ("SESSION_ID", lambda call: call.binder.session.id, lambda r: r.session_id),
    "QUERY_HISTORY_BY_USER": ("USER_NAME", lambda call: call.binder.session.user, lambda r: r.user),
    "QUERY_HISTORY_BY_WAREHOUSE": (
        "WAREHOUSE_NAME",
        lambda call: call.binder.session.warehouse,
        lambda r: r.warehouse,
    ),
}


def _place(call: TableCall, name: str) -> int:
    return PARAMETERS[call.name].index(name)


def instant(call: TableCall, name: str, index: int) -> int | None:
    """A timestamp argument as nanoseconds UTC; None if it is not given, or NULL."""
    typed = call.typed(index, name)
    if typed is None:
        return None
    value = evaluate(call.binder, cast(typed, LTZ, call.binder))
    return None if value is None else int(str(value))
