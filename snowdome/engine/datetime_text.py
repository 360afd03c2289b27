"""Snowflake's date and time format models, and reading text by them.

A model such as ``YYYY-MM-DD HH24:MI:SS.FF3`` is a sequence of elements and literals; ``AUTO`` stands for the
formats Snowflake detects by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
           "november", "december")  # fmt: skip
_DAYS = "mon|tue|wed|thu|fri|sat|sun"
_EPOCH = date(1970, 1, 1).toordinal()
_ELEMENT = re.compile(
    r'"[^"]*"|YYYY|UUUU|YY|MMMM|MON|MM|MI|DD|DY|HH24|HH12|HH|AM|PM|SS|FF[0-9]?|TZHTZM|TZH:TZM|TZH|TZM', re.I
)


@dataclass(frozen=True)
class Element:
    """One piece of a model: ``name`` is an element's upper-case name, or empty for literal ``text``."""

    name: str
    text: str


@dataclass(frozen=True)
class Moment:
    """What a text says: nanoseconds of the wall clock since 1970-01-01, and the offset in minutes."""

    nanoseconds: int
    offset: int | None = None


@lru_cache(maxsize=512)
def elements(model: str) -> tuple[Element, ...]:
    """The elements and literals of ``model``, in order."""
    return tuple(_elements(model))


def _elements(model: str) -> Iterator[Element]:
    position = 0
    for found in _ELEMENT.finditer(model):
        if found.start() > position:
            yield Element("", model[position : found.start()])
        word = found[0]
        yield Element("", word[1:-1]) if word.startswith('"') else Element(word.upper(), word)
        position = found.end()
    if position < len(model):
        yield Element("", model[position:])


_TWO = r"\d\d?"
_ZONE = r"(?P<zone>Z|[+-]\d{1,2}(?::?\d\d)?)"
_PATTERNS = {
    "YYYY": r"(?P<year>\d{4})", "UUUU": r"(?P<year>-?\d{4})", "YY": r"(?P<short>\d\d)",
    "MM": rf"(?P<month>{_TWO})", "MON": r"(?P<name>[a-z]{3})", "MMMM": r"(?P<name>[a-z]{3,9})",
    "DD": rf"(?P<day>{_TWO})", "DY": rf"(?:{_DAYS})", "HH24": rf"(?P<hour>{_TWO})",
    "HH12": rf"(?P<hour>{_TWO})", "HH": rf"(?P<hour>{_TWO})", "AM": r"(?P<half>[ap]m)",
    "PM": r"(?P<half>[ap]m)", "MI": rf"(?P<minute>{_TWO})", "SS": rf"(?P<second>{_TWO})",
    "TZH": r"(?P<zone>Z|[+-]?\d{1,2})", "TZM": r"(?P<zone_minute>\d\d)",
    "TZHTZM": r"(?P<zone>Z|[+-]?\d{3,4})", "TZH:TZM": r"(?P<zone>Z|[+-]?\d{1,2}:\d\d)",
}  # fmt: skip


_GROUP = re.compile(r"\(\?P<(\w+)>")


def _pattern(element: Element, used: set[str]) -> str:
    """The regular expression of one element; a second occurrence of it only has to match."""
    if not element.name:
        return re.escape(element.text)
    if element.name.startswith("FF"):
        digits = element.name[2:]
        pattern = rf"(?P<fraction>\d{{0,{digits or 9}}})"
    else:
        pattern = _PATTERNS[element.name]
    group = _GROUP.match(pattern)
    if group is None or group[1] not in used:
        used.update(group.groups() if group else ())
        return pattern
    return _GROUP.sub("(?:", pattern)


@lru_cache(maxsize=512)
def _model_regex(model: str) -> re.Pattern[str]:
    # two-digit elements that touch others must take both digits: YYYYMMDD
    pieces: list[str] = []
    used: set[str] = set()
    parts = elements(model)
    for index, element in enumerate(parts):
        pattern = _pattern(element, used)
        touching = (index and parts[index - 1].name) or (index + 1 < len(parts) and parts[index + 1].name)
        pieces.append(pattern.replace(_TWO, r"\d\d") if touching else pattern)
    return re.compile("".join(pieces), re.I)


# fields are as long as their digits: '2024-001-1' is a date
_RUN = r"\d+"
_FRACTION = r"(?:\.(?P<fraction>\d{0,9}))?"
_CLOCK = rf"(?P<hour>{_RUN})(?::(?P<minute>{_RUN})(?::(?P<second>{_RUN}){_FRACTION})?)?"
_CLOCK_MINUTES = rf"(?P<hour>{_RUN}):(?P<minute>{_RUN})(?::(?P<second>{_RUN}){_FRACTION})?"
_HALF = r"(?:\s*(?P<half>[ap]m))?"
_ISO_DATE = rf"(?P<year>\d{{4}})-(?P<month>{_RUN})-(?P<day>{_RUN})"
_OTHER_DATE = (
    rf"(?P<day>{_RUN})-(?P<name>[a-z]{{3,9}})-(?P<year>\d{{4}})",
    rf"(?P<month>{_RUN})/(?P<day>{_RUN})/(?P<year>\d{{4}})",
    rf"(?:(?:{_DAYS}),\s*)?(?P<day>{_RUN})\s+(?P<name>[a-z]{{3}})\s+(?P<year>\d{{4}})",
)
_DATES = tuple(re.compile(p, re.I) for p in (_ISO_DATE, *_OTHER_DATE[:2]))
_TIMESTAMPS = (
    re.compile(rf"{_ISO_DATE}(?:(?:T|\s+){_CLOCK}(?:\s*{_ZONE})?)?", re.I),
    *(re.compile(rf"{p}(?:\s+{_CLOCK_MINUTES}{_HALF}(?:\s*{_ZONE})?)?", re.I) for p in _OTHER_DATE),
    re.compile(
        rf"(?:{_DAYS})\s+(?P<name>[a-z]{{3}})\s+(?P<day>{_RUN})\s+{_CLOCK_MINUTES}"
        rf"\s+{_ZONE}\s+(?P<year>\d{{4}})",
        re.I,
    ),
)
_TIMES = (re.compile(rf"{_CLOCK_MINUTES}{_HALF}(?:\s*{_ZONE})?", re.I),)
_AUTO = {"DATE": (*_DATES, *_TIMESTAMPS), "TIMESTAMP": _TIMESTAMPS, "TIME": _TIMES}
# integers below the first are in units of the second, nanoseconds
_EPOCH_UNITS = ((31536000000, 1000000000), (31536000000000, 1000000), (31536000000000000, 1000))
_INTEGER = re.compile(r"[+-]?\d{1,30}")
_CALENDAR = range(-62135596800 * 10**9, 253402300800 * 10**9)  # nanoseconds of the years 1 to 9999


def read_auto(text: str, kind: str) -> Moment | None:
    """``text`` by the formats Snowflake detects; ``kind`` is DATE, TIME or TIMESTAMP. None if none fits."""
    stripped = text.strip()
    if _INTEGER.fullmatch(stripped):
        moment = from_epoch(int(stripped))
        return moment if moment.nanoseconds in _CALENDAR else None
    for pattern in _AUTO[kind]:
        if found := pattern.fullmatch(stripped):
            return _moment(found.groupdict())
    return None


def from_epoch(number: int) -> Moment:
    """The moment of an integer in a text: seconds, or by its size milli-, micro- or nanoseconds."""
    size = abs(number)
    unit = next((unit for limit, unit in _EPOCH_UNITS if size < limit), 1)
    return Moment(number * unit, 0)


def read_model(text: str, model: str, century: int) -> Moment | None:
    """``text`` by ``model``; two-digit years begin at ``century``. None if it does not fit."""
    found = _model_regex(model).fullmatch(text)
    return _moment(found.groupdict(), century) if found else None


def _moment(fields: dict[str, str | None], century: int = 1970) -> Moment | None:
    days = _days(fields, century)
    clock = _clock(fields)
    if days is None or clock is None:
        return None
    fraction = (fields.get("fraction") or "").ljust(9, "0")
    return Moment((days * 86400 + clock) * 1000000000 + int(fraction), _offset(fields))


def _days(fields: dict[str, str | None], century: int) -> int | None:
    """Days since 1970-01-01; missing fields are those of that day."""
    year = int(fields.get("year") or 1970)
    if (short := fields.get("short")) is not None:
        year = century + (int(short) - century) % 100
    month = int(fields.get("month") or 1)
    if (name := fields.get("name")) is not None:
        named = _month_number(name.lower())
        if named is None:
            return None
        month = named
    try:
        return date(year, month, int(fields.get("day") or 1)).toordinal() - _EPOCH
    except ValueError:
        return None


def _month_number(name: str) -> int | None:
    for index, month in enumerate(_MONTHS):
        if name in (month, month[:3]):
            return index + 1
    return None


def _clock(fields: dict[str, str | None]) -> int | None:
    """Seconds since midnight."""
    hour, minute, second = (int(fields.get(k) or 0) for k in ("hour", "minute", "second"))
    if half := fields.get("half"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half.lower() == "pm" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    return hour * 3600 + minute * 60 + second


def _offset(fields: dict[str, str | None]) -> int | None:
    zone = fields.get("zone")
    if zone is None:
        return None
    if zone.upper() == "Z":
        return 0
    sign = -1 if zone.startswith("-") else 1
    digits = zone.lstrip("+-").replace(":", "")
    hours, minutes = (digits, "0") if len(digits) <= 2 else (digits[:-2], digits[-2:])
    minutes = fields.get("zone_minute") or minutes
    return sign * (int(hours) * 60 + int(minutes))


def read(text: str, model: str, kind: str, century: int) -> Moment | None:
    """``text`` by ``model`` (or AUTO) as ``kind``: DATE, TIME or TIMESTAMP; None if it does not fit."""
    return read_auto(text, kind) if model.upper() == "AUTO" else read_model(text, model, century)


def print_model(nanoseconds: int, offset: int, model: str) -> str:
    """The wall clock ``nanoseconds`` since 1970-01-01 at ``offset`` minutes from UTC, by ``model``."""
    seconds, fraction = divmod(nanoseconds, 1000000000)
    days, rest = divmod(seconds, 86400)
    moment = datetime.fromordinal(days + _EPOCH) + timedelta(seconds=rest)
    return "".join(_printed(e, moment, fraction, offset) for e in elements(model))


_PRINTED = {
    "YY": "%y", "MM": "%m", "DD": "%d", "HH24": "%H", "HH": "%H", "HH12": "%I", "MI": "%M", "SS": "%S",
}  # fmt: skip


def _printed(element: Element, moment: datetime, fraction: int, offset: int) -> str:
    name = element.name
    if name in _PRINTED:
        return moment.strftime(_PRINTED[name])
    if name in ("YYYY", "UUUU"):
        return f"{moment.year:04d}"
    if name in ("MON", "MMMM"):
        month = _MONTHS[moment.month - 1].capitalize()
        return month[:3] if name == "MON" else month
    if name == "DY":
        return _DAYS.split("|")[moment.weekday()].capitalize()
    if name in ("AM", "PM"):
        return "AM" if moment.hour < 12 else "PM"
    if name.startswith("FF"):
        return f"{fraction:09d}"[: int(name[2:] or 9)]
    return _printed_offset(name, offset) if name else element.text


def _printed_offset(name: str, offset: int) -> str:
    hours, minutes = f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02d}", f"{abs(offset) % 60:02d}"
    if name in ("TZH", "TZM"):
        return hours if name == "TZH" else minutes
    return "Z" if offset == 0 else f"{hours}{':' if ':' in name else ''}{minutes}"
