"""Schedules of tasks and alerts: JSON objects to SQL's text and back."""

from __future__ import annotations

import re

from snowdome.server import edge
from snowdome.server.rest.body import Body
from snowdome.server.rest.call import Answer

_UNITS = {"S": 1, "M": 60, "H": 3600}
_INTERVAL = re.compile(r"\s*(\d+)\s*([A-Z]+)\s*", re.IGNORECASE)
_CRON = re.compile(r"\s*USING\s+CRON\s+(.*\S)\s+(\S+)\s*", re.IGNORECASE | re.DOTALL)


def written(body: Body) -> str:
    """A schedule, or an interval, as SQL has it in quotes."""
    if body.text("schedule_type") == "CRON_TYPE":
        return f"USING CRON {body.required('cron_expr')} {body.required('timezone')}"
    minutes, seconds = body.number("minutes"), body.number("seconds") or 0
    if minutes is None:
        raise edge.bad_request("minutes is missing")
    return f"{minutes * 60 + seconds} SECONDS" if seconds else f"{minutes} MINUTES"


def shown(text: str | None, minutes_type: str = "MINUTES_TYPE") -> Answer:
    """What a listing shows as JSON; None where there is no schedule."""
    if found := _CRON.fullmatch(text or ""):
        return {"schedule_type": "CRON_TYPE", "cron_expr": found[1], "timezone": found[2]}
    interval = shown_interval(text)
    return None if interval is None else {"schedule_type": minutes_type, **interval}


def shown_interval(text: str | None) -> Answer:
    """``90 SECONDS`` as minutes and seconds; None if it is no interval."""
    found = _INTERVAL.fullmatch(text or "")
    if found is None or found[2][0].upper() not in _UNITS:
        return None
    minutes, seconds = divmod(int(found[1]) * _UNITS[found[2][0].upper()], 60)
    return {"minutes": minutes, "seconds": seconds}
