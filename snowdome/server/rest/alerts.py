"""Alerts."""

from __future__ import annotations

from snowdome.server import edge
from snowdome.server.rest import schedules
from snowdome.server.rest.call import Answer, Call, Status
from snowdome.server.rest.registry import post
from snowdome.server.rest.resource import SCHEMA, Clauses, Resource, created, in_schema, listed, target
from snowdome.server.rest.rows import Row, said
from snowdome.server.rest.sqltext import assignments, joined, literal, name, properties, shown_name, text
from snowdome.server.rest.tables import point_of_time

_MINUTES = "SCHEDULE_TYPE"  # what clients of alerts call a schedule of minutes


def _answer(call: Call, row: Row) -> Answer:
    return {
        **in_schema(row),
        "warehouse": shown_name(row["warehouse"]) if said(row["warehouse"]) else None,
        "schedule": schedules.shown(row["schedule"], _MINUTES),
        "condition": row["condition"],
        "action": row["action"],
        "state": row["state"],
    }


ALERTS = Resource("alerts", "ALERT", "ALERTS", SCHEMA, _answer)

listed(ALERTS)


@post(ALERTS.collection)
def create(call: Call) -> Status:
    """CREATE ALERT … IF (EXISTS (condition)) THEN action."""
    body = call.fields()
    schedule = body.object("schedule")
    if schedule is None:
        raise edge.bad_request("schedule is missing")
    tail = joined(
        assignments(body, properties(name, "warehouse")),
        f"SCHEDULE = {literal(schedules.written(schedule))}",
        assignments(body, properties(text, "comment")),
        f"IF (EXISTS ({body.required('condition')}\n))",
        f"THEN {body.required('action')}",
    )
    body.finish("name")
    return created("ALERT", call, Clauses(tail))


@post(f"{ALERTS.one}:clone")
def clone(call: Call) -> Status:
    """CREATE ALERT … CLONE."""
    body = call.fields()
    tail = joined(f"CLONE {call.object}", point_of_time(body))
    return created("ALERT", call, Clauses(tail), target(call, body))


@post(f"{ALERTS.one}:execute")
def execute(call: Call) -> Status:
    """EXECUTE ALERT."""
    return call.status(f"EXECUTE ALERT {call.object}")
