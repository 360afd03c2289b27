"""Schedules of tasks and alerts: intervals, and cron expressions in a time zone."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cache, lru_cache
from typing import Protocol

from cronsim import CronSim, CronSimError

from snowdome.clock import HOUR, MINUTE, SECOND
from snowdome.errors import SnowflakeError

SHORTEST = 10 * SECOND
LONGEST = 11_520 * MINUTE
_INTERVAL = re.compile(r"\+?(\d{1,18})[ \t\r\n](SECONDS?|S|MINUTES?|M|HOURS?|H)[ \t\r\n]*", re.I)
_UNITS = {"S": SECOND, "M": MINUTE, "H": HOUR}
_CRON = re.compile(r"USING\s+CRON\s+(.*\S)\s+(\S+)\s*", re.I | re.S)
_DIFFERENCE = timedelta(hours=3)  # by more than that, clocks are never put forward or back


class Schedule(Protocol):
    """When something is due. Times are nanoseconds UTC."""

    def after(self, anchor: int, moment: int) -> int | None:
        """The first time later than ``moment``; an interval counts from ``anchor``. None if never again."""

    def last(self, anchor: int, since: int, moment: int) -> int | None:
        """The latest time that is later than ``since`` and not later than ``moment``, if there is one."""


@dataclass(frozen=True)
class Interval:
    """Every so many nanoseconds."""

    length: int

    def after(self, anchor: int, moment: int) -> int | None:
        return anchor + max((moment - anchor) // self.length + 1, 1) * self.length

    def last(self, anchor: int, since: int, moment: int) -> int | None:
        found = anchor + (moment - anchor) // self.length * self.length
        return found if found > max(since, anchor) else None


@dataclass(frozen=True)
class Cron:
    """A cron expression of five fields on the clocks of a time zone.

    A local time that clocks leave out is left out; one that they show twice is due twice.
    """

    fields: str
    zone: str

    def after(self, anchor: int, moment: int) -> int | None:
        return _next(self, moment)

    def last(self, anchor: int, since: int, moment: int) -> int | None:
        stride = HOUR  # looked back by, and more each time: what is due often was due lately
        while moment - stride > since:
            if (found := self._latest(moment - stride, moment)) is not None:
                return found
            stride *= 24
        return self._latest(since, moment)

    def _latest(self, low: int, moment: int) -> int | None:
        found, due = None, self.after(0, low)
        while due is not None and due <= moment:
            found, due = due, self.after(0, due)
        return found


@lru_cache(1024)
def _next(cron: Cron, moment: int) -> int | None:
    zone = zoneinfo.ZoneInfo(cron.zone)
    seconds = moment // SECOND  # whatever is due is due at a whole minute
    local = datetime.fromtimestamp(seconds, zone).replace(tzinfo=None)
    best: tuple[int, datetime] | None = None
    for candidate in CronSim(cron.fields, local - _DIFFERENCE):
        if best is not None and candidate > best[1] + _DIFFERENCE:
            break
        for instant in _instants(candidate, zone):
            if instant > seconds and (best is None or instant < best[0]):
                best = instant, candidate
    return None if best is None else best[0] * SECOND


def _instants(local: datetime, zone: zoneinfo.ZoneInfo) -> Iterator[int]:
    """When the clocks of the zone show a local time, in seconds UTC: never, once or twice."""
    seen = set()
    for fold in (0, 1):
        instant = local.replace(tzinfo=zone, fold=fold).astimezone(timezone.utc)
        if instant.astimezone(zone).replace(tzinfo=None, fold=0) == local and instant not in seen:
            seen.add(instant)
            yield int(instant.timestamp())


# -- reading --------------------------------------------------------------------------------------


def parse(text: str) -> Schedule:
    """The schedule that ``text`` says, as SCHEDULE's value has it; an error in Snowflake's words."""
    cron = _CRON.fullmatch(text)
    if cron is not None:
        return _cron(cron[1], cron[2])
    length = interval(text)
    if length is None or length <= 0:
        raise _invalid()
    if length < SHORTEST:
        raise refused("Cannot set schedule less than 10 seconds.")
    if length > LONGEST:
        raise refused("Cannot set schedule greater than 11,520 minutes.")
    return Interval(length)


def interval(text: str) -> int | None:
    """The nanoseconds of ``5 MINUTES``; None for other text."""
    found = _INTERVAL.fullmatch(text)
    return int(found[1]) * _UNITS[found[2][0].upper()] if found else None


def _cron(fields: str, zone: str) -> Cron:
    canonical = _zones().get(zone.upper())
    if canonical is None:
        text = f'"{zone}" is not a recognized time zone. Please specify time zones accepted by the TIMEZONE parameter.'
        raise refused(f"Invalid schedule was specified. {text}")
    parts = fields.upper().split()
    if len(parts) != 5:
        raise _invalid()
    if not all(_FIELD.fullmatch(p) for p in parts) or _SEVENTH.search(parts[4]) or "W" in parts[2]:
        raise _invalid()
    if parts[4] == "L":
        raise _invalid()
    parts[4] = _WEEKDAY.sub(lambda day: str(_WEEKDAYS.index(day[0])), parts[4])
    read = " ".join(_spelled(p, *limits) for p, limits in zip(parts, _LIMITS, strict=True))
    try:
        found = next(iter(CronSim(read, datetime(2024, 1, 1))), None)
    except CronSimError:
        raise (_never() if _only_missing_day(read) else _invalid()) from None
    if found is None:
        raise _never()
    return Cron(read, canonical)


_FIELD = re.compile(r"(?:[0-9A-Z*/-]+)(?:,[0-9A-Z*/-]+)*")
_SEVENTH = re.compile(r"(?<!\d)7")
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_WEEKDAY = re.compile("|".join(_WEEKDAYS))
_LIMITS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))


def _spelled(field: str, low: int, high: int) -> str:
    """The field with ``*/n`` and ``m/n`` as ranges: a stepped star limits its field like any other."""
    return ",".join(_item(part, low, high) for part in field.split(","))


def _item(part: str, low: int, high: int) -> str:
    first, slash, step = part.partition("/")
    if not slash or not step.isdigit() or "-" in first:
        return part
    start = low if first == "*" else int(first) if first.isdigit() else None
    if start is None or not int(step):
        return part
    return f"{start}-{high}/{step}" if int(step) <= high - start else str(start)


def _only_missing_day(fields: str) -> bool:
    """Whether the fields are well formed but for a day that none of the months has."""
    minute, hour, _, _, weekday = fields.split()
    day = fields.split()[2]
    try:
        CronSim(f"{minute} {hour} {day} * {weekday}", datetime(2024, 1, 1))
        CronSim(f"{minute} {hour} 1 {fields.split()[3]} {weekday}", datetime(2024, 1, 1))
    except CronSimError:
        return False
    return True


@cache
def _zones() -> dict[str, str]:
    """Time zones by their upper-case names: those of regions, and UTC; abbreviations such as PST are none."""
    return {name.upper(): name for name in zoneinfo.available_timezones()}


def refused(text: str) -> SnowflakeError:
    """A refusal whose number Snowflake does not publish."""
    return SnowflakeError("091400", "22023", text)


def _invalid() -> SnowflakeError:
    return refused(
        "Invalid schedule was specified. Please refer to the docs on what constitutes a valid schedule."
    )


def _never() -> SnowflakeError:
    return refused("No valid time could be found under the schedule and/or interval specified")
