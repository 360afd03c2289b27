"""Shifting, differences, truncation and slices of dates and times, and interval arithmetic."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from snowdome.errors import compilation_error, syntax_error
from snowdome.sql.casts import cast
from snowdome.sql.conversions.datetime import STAMPS, from_wall
from snowdome.sql.dateparts import (
    DATE_PARTS,
    INTERVALS,
    MONTHS,
    NANOSECONDS,
    not_a_part,
    span,
    unsupported_argument,
)
from snowdome.sql.functions.registry import scalar
from snowdome.sql.temporal import clock, once, utc_of_wall, wall
from snowdome.sql.typed import Call, Environment, Typed, invalid_arguments
from snowdome.types import DATE, NTZ, TIME, DataType, fixed, timestamp

TEMPORAL = frozenset({"DATE", "TIME", *STAMPS})


def temporal(value: Typed, function: str) -> Typed:
    """``value`` if it is a date or time; 002016 otherwise (texts are not converted here)."""
    if value.type.kind not in TEMPORAL:
        raise unsupported_argument(function, value.type)
    return value


def readable(value: Typed, env: Environment, target: DataType = NTZ) -> Typed:
    """``value`` if it is a date or time, else converted to ``target``."""
    return value if value.type.kind in TEMPORAL else cast(value, target, env)


def week_begin(env: Environment) -> int:
    """The first day of the week by WEEK_START, 1 for Monday."""
    return int(str(env.parameter("WEEK_START") or 0)) or 1


# -- shifting -------------------------------------------------------------------------------------


@scalar("DATEADD", "TIMEADD", "TIMESTAMPADD", "DATE_ADD", args="part, number, any")
def date_add(call: Call) -> Typed:
    """``value`` moved by that many parts."""
    if any(a.is_null for a in call.args):
        return call.result("CAST(NULL AS HUGEINT)", NTZ, True)
    part = span(call.constant_text(0), call.name)
    value = readable(call[2], call.env)
    if value.type.kind == "TIME" and part in DATE_PARTS:
        raise not_a_part(f"'{call.constant_text(0)}'", call.name, str(value.type))
    return shifted(value, call[1], part, call.env)


def shifted(value: Typed, amount: Typed, part: str, env: Environment) -> Typed:
    """``value`` plus ``amount`` (a number, rounded to a whole one) of ``part``."""
    nullable = value.nullable or amount.nullable
    if value.type.kind == "DATE" and part in DATE_PARTS:
        return Typed(_shifted_date(value.sql, whole(amount), part), DATE, nullable)
    if value.type.kind == "DATE":
        value = Typed(wall(value, env), NTZ, value.nullable)
    if value.type.kind == "TIME":
        return Typed(_shifted_time(value.sql, whole(amount), part), TIME, nullable)
    return Typed(_shifted_stamp(value, whole(amount), part, env), timestamp(value.type.kind), nullable)


def whole(amount: Typed) -> str:
    """A number as a whole BIGINT, halves away from zero."""
    if isinstance(amount.literal, int) and not isinstance(amount.literal, bool):
        return f"CAST({amount.literal} AS BIGINT)"
    return f"CAST({amount.sql} AS BIGINT)"


def _times(amount: str, factor: int) -> str:
    return amount if factor == 1 else f"({amount} * {factor})"


def _shifted_date(sql: str, amount: str, part: str) -> str:
    if part in MONTHS:
        return f"CAST({sql} + to_months(CAST({_times(amount, MONTHS[part])} AS INTEGER)) AS DATE)"
    return f"({sql} + CAST({_times(amount, 7 if part == 'WEEK' else 1)} AS INTEGER))"


def _shifted_time(sql: str, amount: str, part: str) -> str:
    unit, day = NANOSECONDS[part], NANOSECONDS["DAY"]
    return f"((({sql} + {amount} % {day // unit} * {unit}) % {day} + {day}) % {day})"


def _shifted_stamp(value: Typed, amount: str, part: str, env: Environment) -> str:
    kind = value.type.kind
    if part not in DATE_PARTS:
        moved = f"{amount}::HUGEINT * {NANOSECONDS[part]}"
        if kind == "TIMESTAMP_TZ":
            return once(value.sql, lambda v: f"sf.at_offset({v}.t + {moved}, {v}.o)")
        return f"({value.sql} + {moved})"
    if kind == "TIMESTAMP_TZ":
        return once(value.sql, lambda v: _back(_moved(f"sf.tz_wall({v})", amount, part), f"{v}.o"))
    if kind == "TIMESTAMP_LTZ":
        return utc_of_wall(_moved(wall(value, env), amount, part), env)
    return _moved(value.sql, amount, part)


def _moved(sql: str, amount: str, part: str) -> str:
    """Wall-clock nanoseconds moved by days or months."""
    if part in MONTHS:
        months = f"CAST({_times(amount, MONTHS[part])} AS INTEGER)"
        return once(sql, lambda h: f"sf.add_months({h}, {months})")
    return f"({sql} + {amount}::HUGEINT * {NANOSECONDS[part]})"


def _back(wall_sql: str, offset: str) -> str:
    """TIMESTAMP_TZ of a wall clock and an offset in minutes."""
    return f"sf.at_offset({wall_sql} - {offset}::HUGEINT * 60000000000, {offset})"


@scalar("ADD_MONTHS", args="any, number")
def add_months(call: Call) -> Typed:
    """Months later; the last day of a month stays the last day."""
    value, amount = readable(call[0], call.env), f"CAST({whole(call[1])} AS INTEGER)"
    if value.type.kind == "TIME":
        raise call.invalid_types()
    if value.type.kind == "DATE":
        return call.result(once(value.sql, lambda d: f"sf.add_months_date({d}, {amount})"), DATE)
    local = once(wall(value, call.env), lambda h: f"sf.add_months_wall({h}, {amount})")
    return call.result(rewound(local, value, call.env), timestamp(value.type.kind))


def rewound(local: str, value: Typed, env: Environment) -> str:
    """Wall-clock nanoseconds in the layout, and at the offset, of the timestamp ``value`` they came from."""
    if value.type.kind == "TIMESTAMP_TZ":
        return once(local, lambda h: _back(h, f"({value.sql}).o"))
    return from_wall(local, value.type.kind, env)


# -- intervals ------------------------------------------------------------------------------------

_INTERVAL_PART = re.compile(r"\s*([+-]?\s*\d+(?:\.\d*)?)\s*([A-Za-z_]\w*)?\s*")


def parse_interval(text: str) -> list[tuple[int, str]]:
    """``1 year, 3 quarters, 4 months`` as pairs of amount and part, in order; a bare number is seconds."""
    parts: list[tuple[int, str]] = []
    for piece in text.split(","):
        found = _INTERVAL_PART.fullmatch(piece)
        if found is None:
            raise syntax_error(1, max(text.find(piece), 0), piece.strip())
        parts.append((_rounded(found[1].replace(" ", "")), _interval_part(found[2] or "second")))
    return parts


def _rounded(number: str) -> int:
    return int(Decimal(number).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _interval_part(word: str) -> str:
    part = INTERVALS.get(word.upper())
    if part is None:
        raise compilation_error("002148", "22023", f"{word} is not recognized as a date type.")
    return part


def add_interval(value: Typed, interval_parts: list[tuple[int, str]], sign: int, env: Environment) -> Typed:
    """``value`` plus (``sign`` 1) or minus (-1) each part in turn."""
    if value.type.kind not in TEMPORAL:
        raise invalid_arguments("+" if sign > 0 else "-", [value.type, DataType("INTERVAL")])
    for amount, part in interval_parts:
        if value.type.kind == "TIME" and part in DATE_PARTS:
            raise invalid_arguments("+" if sign > 0 else "-", [value.type, DataType("INTERVAL")])
        value = shifted(value, Typed(str(sign * amount), fixed(18), False, sign * amount), part, env)
    return value


def add_days(value: Typed, days: Typed) -> Typed:
    """A DATE that many days later."""
    return Typed(f"({value.sql} + CAST({whole(days)} AS INTEGER))", DATE, value.nullable or days.nullable)


def days_between(later: Typed, earlier: Typed) -> Typed:
    """The days from one DATE to another, ``later - earlier``."""
    sql = f"CAST({later.sql} - {earlier.sql} AS DECIMAL(9,0))"
    return Typed(sql, fixed(9), later.nullable or earlier.nullable)


# -- differences ----------------------------------------------------------------------------------


@scalar("DATEDIFF", "TIMEDIFF", "TIMESTAMPDIFF", "DATE_DIFF", args="part, any, any")
def date_diff(call: Call) -> Typed:
    """How many boundaries of the part lie between two values."""
    part = span(call.constant_text(0), call.name)
    start, end = _alike(call)
    if start.type.kind == "TIME" and part in DATE_PARTS:
        raise not_a_part(part, call.name, "TIME")
    width = _difference_width(start.type.kind, part)
    sql = _difference(start, end, part, call.env)
    return call.result(f"CAST({sql} AS DECIMAL({width},0))", fixed(width))


def _alike(call: Call) -> tuple[Typed, Typed]:
    """Both values as DATE, as TIME or as timestamps."""
    first, second = call[1], call[2]
    kinds = {first.type.kind, second.type.kind}
    common = next(
        (k for k in ("TIME", "TIMESTAMP_LTZ", "TIMESTAMP_TZ", "TIMESTAMP_NTZ", "DATE") if k in kinds), None
    )
    target = {"DATE": DATE, "TIME": TIME}.get(common or "", NTZ)
    if common == "TIME" and kinds & {"DATE", *STAMPS}:
        raise call.invalid_types()
    pair = [readable(v, call.env, target if common else NTZ) for v in (first, second)]
    if common == "TIMESTAMP_TZ" and len(kinds) > 1:
        pair = [cast(v, timestamp("TIMESTAMP_LTZ"), call.env) for v in pair]
    return pair[0], pair[1]


def _difference_width(kind: str, part: str) -> int:
    """Digits of the result, by what is counted of what."""
    narrow, wide = {
        "DATE": (DATE_PARTS, {"HOUR", "MINUTE", "SECOND", "MILLISECOND"}),
        "TIME": ({"HOUR", "MINUTE", "SECOND", "MILLISECOND"}, {"MICROSECOND", "NANOSECOND"}),
    }.get(kind, (DATE_PARTS | {"HOUR"}, {"MINUTE", "SECOND"}))
    return 9 if part in narrow else 18 if part in wide else 38


def _difference(start: Typed, end: Typed, part: str, env: Environment) -> str:
    if part == "NANOSECOND":
        return f"({wall(end, env)} - {wall(start, env)})"
    pair = [clock(v, env) for v in (start, end)]
    if part in DATE_PARTS:
        pair = [
            v.sql if v.type.kind == "DATE" else f"CAST({c} AS DATE)"
            for v, c in zip((start, end), pair, strict=True)
        ]
    if part in _COUNTED:
        counted = _COUNTED[part].replace("{w}", str(week_begin(env)))
        first, last = (once(p, lambda d: counted.replace("{d}", d)) for p in pair)
        return f"({last} - {first})"
    return f"datediff('{part.lower()}', {pair[0]}, {pair[1]})"


# how far along a DATE is, in parts: the engine's own datediff is slower, and its weeks begin on Thursdays
_COUNTED = {
    "YEAR": "year({d})",
    "QUARTER": "(year({d}) * 4 + quarter({d}))",
    "MONTH": "(year({d}) * 12 + month({d}))",
    "WEEK": "((sf.week_start({d}, {w}) - DATE '0001-01-01') // 7)",
}


# -- truncation and slices ------------------------------------------------------------------------


@scalar("DATE_TRUNC", args="part, any")
def date_trunc(call: Call) -> Typed:
    """The start of the part that holds the value."""
    if any(a.is_null for a in call.args):
        return call.result("CAST(NULL AS HUGEINT)", NTZ, True)
    return truncated(temporal(call[1], call.name), call.constant_text(0), call)


def truncated(value: Typed, word: str, call: Call) -> Typed:
    """``value`` cut to the part that ``word`` names."""
    part = span(word, call.name)
    kind = value.type.kind
    if kind == "TIME":
        if part in DATE_PARTS:
            raise not_a_part(part, call.name, "TIME")
        unit = NANOSECONDS[part]
        return call.result(once(value.sql, lambda t: f"({t} - {t} % {unit})"), value.type)
    if kind == "DATE":
        return call.result(date_start(value.sql, part, call.env), DATE)
    local = once(wall(value, call.env), lambda h: wall_start(h, part, call.env))
    return call.result(rewound(local, value, call.env), value.type)


def date_start(sql: str, part: str, env: Environment) -> str:
    """The first DATE of the part that holds the DATE ``sql``."""
    if part == "WEEK" and week_begin(env) != 1:
        return once(sql, lambda d: f"sf.week_start({d}, {week_begin(env)})")
    return f"CAST(date_trunc('{part.lower()}', {sql}) AS DATE)" if part in DATE_PARTS - {"DAY"} else sql


def wall_start(h: str, part: str, env: Environment) -> str:
    """Wall-clock nanoseconds cut to the part."""
    if part in DATE_PARTS - {"DAY"}:
        return f"sf.date_ns({date_start(f'CAST(sf.ts({h}) AS DATE)', part, env)})"
    return h if part == "NANOSECOND" else f"sf.floored({h}, {NANOSECONDS[part]})"


@scalar("TIME_SLICE", args="any, int, text, text?")
def time_slice(call: Call) -> Typed:
    """Start or end of the slice, some parts wide and counted from 1970, that holds the value."""
    value = readable(call[0], call.env)
    part, end = span(call.constant_text(2), call.name), _slice_end(call)
    if value.type.kind not in ("DATE", "TIMESTAMP_NTZ"):
        raise unsupported_argument(call.name, value.type)
    if part not in DATE_PARTS and (value.type.kind == "DATE" or part not in ("HOUR", "MINUTE", "SECOND")):
        raise not_a_part(f"'{call.constant_text(2)}'", call.name, str(value.type))
    size = whole(call[1])
    if isinstance(call[1].literal, int) and call[1].literal < 1:
        raise compilation_error(
            "001007", "22023", f"invalid value [{call[1].literal}] for parameter 'slice_length'"
        )
    if part in ("HOUR", "MINUTE", "SECOND"):
        unit = f"({size} * {NANOSECONDS[part]})"
        start = f"sf.floored({value.sql}, {unit})"
        return call.result(f"({start} + {unit})" if end else start, NTZ)
    day = value.sql if value.type.kind == "DATE" else f"CAST({clock(value, call.env)} AS DATE)"
    sliced = once(day, lambda d: _date_slice(d, part, size, end, call.env))
    return call.result(sliced if value.type.kind == "DATE" else f"sf.date_ns({sliced})", value.type)


def _slice_end(call: Call) -> bool:
    word = call.constant_text(3).upper() if len(call) > 3 else "START"
    if word not in ("START", "END"):
        raise compilation_error(
            "001007", "22023", f"invalid value [{call.constant_text(3)}] for parameter 'TIME_SLICE'"
        )
    return word == "END"


def _date_slice(d: str, part: str, size: str, end: bool, env: Environment) -> str:
    if part in MONTHS:
        months = _times(size, MONTHS[part])
        start = f"sf.floored_count(sf.month_number({d}), {months})"
        return f"sf.month_date({start}{f' + {months}' if end else ''})"
    days = _times(size, 7 if part == "WEEK" else 1)
    origin = f"sf.week_start(DATE '1970-01-01', {week_begin(env)})" if part == "WEEK" else "DATE '1970-01-01'"
    start = f"({origin} + CAST(sf.floored_count({d} - {origin}, {days}) AS INTEGER))"
    return f"({start} + CAST({days} AS INTEGER))" if end else start
