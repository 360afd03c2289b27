"""INFORMATION_SCHEMA.ALERT_HISTORY: what alerts found and did."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from snowdome.catalog import alert_runs
from snowdome.catalog.alert_runs import AlertRun
from snowdome.result import arrow_table
from snowdome.sql.binder.history import instant, result_limit
from snowdome.sql.binder.scope import Relation
from snowdome.sql.binder.table_functions import TableCall, arrow_relation, table_function
from snowdome.types import LTZ, TEXT, Column

_FIELDS: tuple[tuple[Column, Callable[[AlertRun], object]], ...] = (
    (Column("NAME", TEXT), lambda r: r.name),
    (Column("DATABASE_NAME", TEXT), lambda r: r.database_name),
    (Column("SCHEMA_NAME", TEXT), lambda r: r.schema_name),
    (Column("CONDITION", TEXT), lambda r: r.condition),
    (Column("CONDITION_QUERY_ID", TEXT), lambda r: r.condition_query_id),
    (Column("ACTION", TEXT), lambda r: r.action),
    (Column("ACTION_QUERY_ID", TEXT), lambda r: r.action_query_id),
    (Column("STATE", TEXT), lambda r: r.state),
    (Column("ERROR_CODE", TEXT), lambda r: r.error_code),
    (Column("ERROR_MESSAGE", TEXT), lambda r: r.error_message),
    (Column("SCHEDULED_TIME", LTZ), lambda r: Decimal(r.scheduled)),
    (Column("COMPLETED_TIME", LTZ), lambda r: Decimal(r.completed)),
)
_COLUMNS = tuple(column for column, _ in _FIELDS)


@table_function("ALERT_HISTORY")
def alert_history(call: TableCall) -> Relation:
    """The runs of alerts, latest scheduled time first."""
    limit = result_limit(call, 2)
    name = call.constant(3, "ALERT_NAME")
    low = instant(call, "SCHEDULED_TIME_RANGE_START", 0)
    high = instant(call, "SCHEDULED_TIME_RANGE_END", 1)
    call.binder.volatile()
    with call.binder.session.cursor() as cursor:
        found = alert_runs.history(cursor)
    kept = [
        r
        for r in found
        if (low is None or r.scheduled >= low)
        and (high is None or r.scheduled <= high)
        and (name is None or r.name.upper() == str(name).upper())
    ]
    rows = [tuple(read(r) for _, read in _FIELDS) for r in kept[:limit]]
    return arrow_relation(call.binder, arrow_table(_COLUMNS, rows), _COLUMNS)
