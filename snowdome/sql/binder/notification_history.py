"""INFORMATION_SCHEMA.NOTIFICATION_HISTORY: what is in the outbox."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal

from snowdome.outbox import Message
from snowdome.result import arrow_table
from snowdome.sql.binder.history import instant, result_limit
from snowdome.sql.binder.scope import Relation
from snowdome.sql.binder.table_functions import TableCall, arrow_relation, table_function
from snowdome.types import LTZ, NUMBER, OBJECT, TEXT, Column

DAY = 86_400_000_000_000  # nanoseconds

_FIELDS: tuple[tuple[Column, Callable[[Message], object]], ...] = (
    (Column("CREATED", LTZ), lambda m: Decimal(m.created)),
    (Column("PROCESSED", LTZ), lambda m: Decimal(m.created)),
    (Column("MESSAGE_SOURCE", TEXT), lambda m: m.source),
    (Column("INTEGRATION_NAME", TEXT), lambda m: m.integration),
    (Column("STATUS", TEXT), lambda m: "SUCCESS"),
    (Column("ERROR_MESSAGE", TEXT), lambda m: None),
    (Column("ID", TEXT), lambda m: m.id),
    (Column("ATTEMPT", NUMBER), lambda m: Decimal(1)),
    (Column("MESSAGE_SOURCE_INFO", OBJECT), lambda m: json.dumps(m.source_info, separators=(",", ":"))),
)
_COLUMNS = tuple(column for column, _ in _FIELDS)


@table_function("NOTIFICATION_HISTORY", takes="START_TIME END_TIME INTEGRATION_NAME RESULT_LIMIT")
def notification_history(call: TableCall) -> Relation:
    """The notifications of a time range, by default the last day, newest first."""
    limit = result_limit(call, 3)
    wanted = str(call.constant(2, "INTEGRATION_NAME", "")).upper()
    low, high = instant(call, "START_TIME", 0), instant(call, "END_TIME", 1)
    call.binder.volatile()
    kept = [
        m
        for m in call.binder.context.services.outbox.messages()
        if wanted in ("", m.integration.upper())
        and (high is None or m.created <= high)
        and m.created >= (low if low is not None else (high or call.binder.now) - DAY)
    ]
    kept.sort(key=lambda m: m.created, reverse=True)
    rows = [tuple(read(m) for _, read in _FIELDS) for m in kept[:limit]]
    return arrow_relation(call.binder, arrow_table(_COLUMNS, rows), _COLUMNS)
