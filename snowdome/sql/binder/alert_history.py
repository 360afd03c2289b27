"""INFORMATION_SCHEMA.ALERT_HISTORY: what alerts found and did."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from snowdome.catalog import alert_runs
from snowdome.catalog.alert_runs import KEPT, SCHEDULED, AlertRun
from snowdome.catalog.model import Alert, Schema
from snowdome.clock import DAY
from snowdome.result import arrow_table
from snowdome.sql.binder.history import instant, result_limit
from snowdome.sql.binder.scope import Relation
from snowdome.sql.binder.table_functions import TableCall, arrow_relation, table_function
from snowdome.tasks.schedules import parse
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
    (Column("SQL_ERROR_CODE", TEXT), lambda r: r.error_code),
    (Column("SQL_ERROR_MESSAGE", TEXT), lambda r: r.error_message),
    (Column("SCHEDULED_TIME", LTZ), lambda r: Decimal(r.scheduled)),
    (Column("COMPLETED_TIME", LTZ), lambda r: Decimal(r.completed) if r.completed else None),
)
_AHEAD = 8 * DAY
_COLUMNS = tuple(column for column, _ in _FIELDS)


@table_function(
    "ALERT_HISTORY", takes="SCHEDULED_TIME_RANGE_START SCHEDULED_TIME_RANGE_END RESULT_LIMIT ALERT_NAME"
)
def alert_history(call: TableCall) -> Relation:
    """The runs of alerts of the last seven days and the next one of each that is started, latest first."""
    limit = result_limit(call, 2)
    name = call.constant(3, "ALERT_NAME")
    low = max(instant(call, "SCHEDULED_TIME_RANGE_START", 0) or 0, call.binder.now - KEPT)
    high = instant(call, "SCHEDULED_TIME_RANGE_END", 1)
    call.binder.volatile()
    with call.binder.session.cursor() as cursor:
        found = alert_runs.history(cursor)
    kept = [
        r
        for r in (*_planned(call), *found)
        if r.scheduled >= low
        and (high is None or r.scheduled <= high)
        and (name is None or r.name.upper() == str(name).upper())
    ]
    rows = [tuple(read(r) for _, read in _FIELDS) for r in kept[:limit]]
    return arrow_relation(call.binder, arrow_table(_COLUMNS, rows), _COLUMNS)


def _planned(call: TableCall) -> Iterator[AlertRun]:
    """The next run of each started alert, within eight days, latest first."""
    snapshot = call.binder.context.services.catalog.snapshot
    now = call.binder.now
    started = [a for a in snapshot.all(Alert) if a.started]
    dues = [(due, a) for a in started if (due := parse(a.schedule).after(a.resumed_on, now)) is not None]
    for due, alert in sorted(dues, key=lambda pair: pair[0], reverse=True):
        schema = snapshot.by_id[alert.parent]
        assert isinstance(schema, Schema)
        if due <= now + _AHEAD:
            yield AlertRun(
                alert.id, alert.name, schema.name, snapshot.by_id[schema.parent].name, alert.condition, None,
                alert.action, None, SCHEDULED, None, None, due, 0,
            )  # fmt: skip
