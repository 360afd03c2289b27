"""Reading parts of dates and times, moving to days near them, and building them from parts."""

from __future__ import annotations

from collections.abc import Callable

from snowdome.engine.failures import raising
from snowdome.errors import compilation_error
from snowdome.sql.casts import cast
from snowdome.sql.conversions.datetime import STAMPS, from_wall
from snowdome.sql.dateparts import DATE_PARTS, component, not_a_part, span, unsupported_argument
from snowdome.sql.functions.datetime import date_start, readable, temporal, whole
from snowdome.sql.functions.registry import scalar
from snowdome.sql.temporal import clock, is_utc, once, quoted, wall, zone
from snowdome.sql.typed import Call, Environment, Typed
from snowdome.types import DATE, NTZ, TIME, DataType, fixed, text, timestamp

# -- parts ----------------------------------------------------------------------------------------

_CALENDAR = {
    "YEAR": ("year({d})", 4),
    "QUARTER": ("quarter({d})", 2),
    "MONTH": ("month({d})", 2),
    "DAY": ("day({d})", 2),
    "DAYOFYEAR": ("dayofyear({d})", 4),
    "DAYOFWEEKISO": ("isodow({d})", 2),
    "WEEKISO": ("week({d})", 2),
    "YEAROFWEEKISO": ("isoyear({d})", 4),
}
_CLOCK = {"HOUR": "hour({t})", "MINUTE": "minute({t})", "SECOND": "second({t})"}
_EPOCHS = {
    "EPOCH_SECOND": 10**9,
    "EPOCH_MILLISECOND": 10**6,
    "EPOCH_MICROSECOND": 10**3,
    "EPOCH_NANOSECOND": 1,
}
_WEEKS = frozenset({"WEEK", "YEAROFWEEK", "DAYOFWEEK"})
_OWN = ("YEAR", "QUARTER", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND", "DAYOFWEEK", "DAYOFWEEKISO",
        "DAYOFYEAR", "WEEK", "WEEKISO", "YEAROFWEEK", "YEAROFWEEKISO")  # fmt: skip
_FUNCTIONS = {name: name for name in _OWN} | {
    "DAYOFMONTH": "DAY",
    "DAYOFWEEK_ISO": "DAYOFWEEKISO",
    "WEEKOFYEAR": "WEEK",
    "WEEK_ISO": "WEEKISO",
}


@scalar("DATE_PART", "EXTRACT", args="part, any")
def date_part(call: Call) -> Typed:
    """One part of a date or time, as a number."""
    return extracted(call, call[1], component(call.constant_text(0), call.name))


@scalar(*_FUNCTIONS, args="any")
def part_function(call: Call) -> Typed:
    """The part after which the function is named."""
    return extracted(call, call[0], _FUNCTIONS[call.name])


def extracted(call: Call, value: Typed, part: str) -> Typed:
    """``part`` of ``value``, as a NUMBER as wide as the part can be."""
    temporal(value, "EXTRACT")
    if value.type.kind == "TIME" and (part in DATE_PARTS or part in _CALENDAR or part in _WEEKS):
        raise compilation_error(
            "001007", "22023", f"invalid value [{part}] for parameter 'DATE_PART date/time part'"
        )
    sql, digits = _part(value, part, call.env)
    return call.result(f"CAST({sql} AS DECIMAL({digits},0))", fixed(digits), value.nullable)


def _part(value: Typed, part: str, env: Environment) -> tuple[str, int]:
    """Engine SQL of the part and its digits."""
    if part in _CALENDAR:
        template, digits = _CALENDAR[part]
        return template.format(d=day_of(value, env)), digits
    if part in _CLOCK:
        return _CLOCK[part].format(t=clock(value, env)), 2
    if part in _EPOCHS:
        unit = _EPOCHS[part]
        return (_instant(value, env) if unit == 1 else f"sf.counted({_instant(value, env)}, {unit})"), 38
    if part == "NANOSECOND":
        return once(wall(value, env), lambda h: f"sf.subsecond({h})"), 9
    if part in _WEEKS:
        return once(day_of(value, env), lambda d: _week_part(d, part, env)), 4 if part == "YEAROFWEEK" else 2
    return _offset_part(value, part, env), 2


def day_of(value: Typed, env: Environment) -> str:
    """The DATE of a date or timestamp."""
    return value.sql if value.type.kind == "DATE" else f"CAST({clock(value, env)} AS DATE)"


def _week_part(d: str, part: str, env: Environment) -> str:
    """WEEK, YEAROFWEEK and DAYOFWEEK by the parameters WEEK_START and WEEK_OF_YEAR_POLICY."""
    start, policy = (
        int(str(env.parameter("WEEK_START") or 0)),
        int(str(env.parameter("WEEK_OF_YEAR_POLICY") or 0)),
    )
    if part == "DAYOFWEEK":
        return f"dayofweek({d})" if start == 0 else f"((isodow({d}) - {start} + 7) % 7 + 1)"
    if policy == 1:
        return f"year({d})" if part == "YEAROFWEEK" else f"sf.week_of_january({d}, {start or 1})"
    if start <= 1:
        return f"isoyear({d})" if part == "YEAROFWEEK" else f"week({d})"
    return (
        f"year(sf.week_start({d}, {start}) + 3)" if part == "YEAROFWEEK" else f"sf.week_of_year({d}, {start})"
    )


def _instant(value: Typed, env: Environment) -> str:
    """UTC nanoseconds; a DATE, TIME or TIMESTAMP_NTZ counts as UTC."""
    if value.type.kind == "TIMESTAMP_LTZ":
        return value.sql
    return f"({value.sql}).t" if value.type.kind == "TIMESTAMP_TZ" else wall(value, env)


def _offset_part(value: Typed, part: str, env: Environment) -> str:
    minutes = "0"
    if value.type.kind == "TIMESTAMP_TZ":
        minutes = f"({value.sql}).o"
    elif value.type.kind == "TIMESTAMP_LTZ" and not is_utc(zone(env)):
        minutes = once(value.sql, lambda h: f"(sf.offset_at(sf.ts({h}), {zone(env)}) // 60000000)")
    operator = "//" if part == "TIMEZONE_HOUR" else "%"
    return f"({minutes} {operator} 60)"


@scalar("MONTHNAME", args="any")
def month_name(call: Call) -> Typed:
    """Jan, Feb, …"""
    return call.result(f"strftime({day_of(_dated(call), call.env)}, '%b')", text(3))


@scalar("DAYNAME", args="any")
def day_name(call: Call) -> Typed:
    """Mon, Tue, …"""
    return call.result(f"strftime({day_of(_dated(call), call.env)}, '%a')", text(3))


def _dated(call: Call) -> Typed:
    """The first argument, a date or timestamp; texts are read as timestamps."""
    value = readable(call[0], call.env)
    if value.type.kind == "TIME":
        raise call.invalid_types()
    return value


# -- days near a date -----------------------------------------------------------------------------

_LAST = {"MONTH": "last_day({d})", "YEAR": "make_date(year({d}), 12, 31)", "DAY": "{d}"}


@scalar("LAST_DAY", args="any, part?")
def last_day(call: Call) -> Typed:
    """The last day of the month, or of the other part given, that holds the date."""
    value = temporal(call[0], call.name)
    word = call.constant_text(1) if len(call) > 1 else "MONTH"
    part = span(word, call.name)
    if value.type.kind == "TIME":
        raise unsupported_argument(call.name, value.type)
    if part not in DATE_PARTS:
        raise not_a_part(f"'{word}'", call.name)
    return call.result(once(day_of(value, call.env), lambda d: _last(d, part, call.env)), DATE)


def _last(d: str, part: str, env: Environment) -> str:
    if part in _LAST:
        return _LAST[part].format(d=d)
    start = date_start(d, part, env)
    return (
        f"({start} + 6)" if part == "WEEK" else f"CAST({start} + INTERVAL 3 MONTH - INTERVAL 1 DAY AS DATE)"
    )


@scalar("NEXT_DAY", args="any, text")
def next_day(call: Call) -> Typed:
    """The first such weekday after the date."""
    return _near(call, "({d} + (({w} - isodow({d}) + 6) % 7 + 1)::INTEGER)")


@scalar("PREVIOUS_DAY", args="any, text")
def previous_day(call: Call) -> Typed:
    """The last such weekday before the date."""
    return _near(call, "({d} - ((isodow({d}) - {w} + 6) % 7 + 1)::INTEGER)")


def _near(call: Call, template: str) -> Typed:
    day, word = day_of(_dated(call), call.env), f"sf.weekday({call[1].sql})"
    sql = once(day, lambda d: once(word, lambda w: template.format(d=d, w=w)))
    return call.result(sql, DATE)


@scalar("MONTHS_BETWEEN", args="any, any")
def months_between(call: Call) -> Typed:
    """Months from the second to the first; the rest of a month counts in 31sts of it."""
    first, second = (clock(temporal(v, "EXTRACT"), call.env) for v in call.args)
    sql = once(first, lambda a: once(second, lambda b: f"sf.months_between({a}, {b})"))
    return call.result(f"CAST({sql} AS DECIMAL(27,6))", fixed(27, 6))


# -- from parts -----------------------------------------------------------------------------------


@scalar("DATE_FROM_PARTS", "DATEFROMPARTS", args="int, int, int", parameters="YEAR, MONTH, DAY")
def date_from_parts(call: Call) -> Typed:
    """The date; months and days beyond their range carry over."""
    return call.result(_date(call), DATE)


def _date(call: Call) -> str:
    year, month, day = (f"CAST({whole(a)} AS INTEGER)" for a in call.args[:3])
    return f"(CAST(make_date({year}, 1, 1) + to_months({month} - 1) AS DATE) + ({day} - 1))"


def _clock_ns(parts: tuple[Typed, ...]) -> str:
    """Nanoseconds of hours, minutes, seconds and perhaps nanoseconds."""
    hour, minute, second = (whole(a) for a in parts[:3])
    seconds = f"(({hour} * 60 + {minute}) * 60 + {second}) * 1000000000"
    return f"({seconds} + {whole(parts[3])})" if len(parts) > 3 else f"({seconds})"


@scalar("TIME_FROM_PARTS", "TIMEFROMPARTS", args="int, int, int, int?")
def time_from_parts(call: Call) -> Typed:
    """The time of day; what goes beyond a day starts again at midnight."""
    day = 86400 * 10**9
    return call.result(f"(({_clock_ns(call.args)} % {day} + {day}) % {day})", TIME)


def _stamp_kind(name: str, env: Environment) -> str:
    for kind in STAMPS:
        if kind.removeprefix("TIMESTAMP_") in name.removeprefix("TIMESTAMP"):
            return kind
    return str(env.parameter("TIMESTAMP_TYPE_MAPPING") or "TIMESTAMP_NTZ").upper()


def _stamp_from_parts(call: Call) -> Typed:
    """A timestamp from six to eight parts, or from a date and a time."""
    kind = _stamp_kind(call.name, call.env)
    if len(call) == 2:
        day, moment = readable(call[0], call.env, DATE), readable(call[1], call.env, TIME)
        if day.type.kind == "TIME" or moment.type.kind != "TIME":
            raise call.invalid_types()
        local = f"(sf.date_ns({day_of(day, call.env)}) + {moment.sql})"
        return call.result(from_wall(local, kind, call.env), timestamp(kind))
    if not 6 <= len(call) <= 8 or (len(call) == 8 and kind == "TIMESTAMP_NTZ"):
        raise call.invalid_types()
    parts = _whole_parts(call)
    local = f"(sf.date_ns({_date(parts)}) + {_clock_ns(parts.args[3:7])})"
    if len(call) < 8:
        return call.result(from_wall(local, kind, call.env), timestamp(kind))
    place = cast(call[7], text(), call.env).sql
    sql = once(local, lambda h: f"sf.zoned_at({h}, {place})")
    return call.result(f"({sql}).t" if kind == "TIMESTAMP_LTZ" else sql, timestamp(kind))


def _whole_parts(call: Call) -> Call:
    from dataclasses import replace

    return replace(call, args=tuple(cast(a, fixed(), call.env) for a in call.args[:7]))


scalar(
    "TIMESTAMP_FROM_PARTS", "TIMESTAMPFROMPARTS", "TIMESTAMP_NTZ_FROM_PARTS", "TIMESTAMPNTZFROMPARTS",
    "TIMESTAMP_LTZ_FROM_PARTS", "TIMESTAMPLTZFROMPARTS", "TIMESTAMP_TZ_FROM_PARTS", "TIMESTAMPTZFROMPARTS",
    args="any, any, any?, any?, any?, any?, any?, any?",
)(_stamp_from_parts)  # fmt: skip


# -- time zones and now ---------------------------------------------------------------------------


@scalar("CONVERT_TIMEZONE", args="text, any, any?", parameters="SOURCE_TZ, TARGET_TZ, SOURCE_TIMESTAMP_NTZ")
def convert_timezone(call: Call) -> Typed:
    """With two arguments an instant at the target's offset; with three a wall clock moved between zones."""
    if len(call) == 2:
        value = call[1] if call[1].type.kind in STAMPS else cast(call[1], timestamp("TIMESTAMP_TZ"), call.env)
        instant = _instant(cast(value, timestamp("TIMESTAMP_LTZ"), call.env), call.env)
        sql = once(instant, lambda h: f"sf.zoned({h}, {call[0].sql})")
        return call.result(sql, timestamp("TIMESTAMP_TZ"))
    local = cast(call[2], NTZ, call.env)
    target = cast(call[1], text(), call.env).sql
    utc = once(local.sql, lambda h: f"sf.utc({h}, {call[0].sql})")
    return call.result(once(utc, lambda h: f"sf.wall({h}, {target})"), NTZ)


def _now(call: Call) -> Typed:
    call.env.volatile()
    return Typed(f"CAST('{call.env.now}' AS HUGEINT)", timestamp("TIMESTAMP_LTZ"), False)


def _current(target: Callable[[int], DataType]) -> Callable[[Call], Typed]:
    def rule(call: Call) -> Typed:
        digits = call[0].literal if len(call) else 9
        if not isinstance(digits, int) or not 0 <= digits <= 9:
            text_ = f"argument 1 to function {call.name} needs to be constant, found '{call.text}'"
            raise compilation_error("001015", "22023", text_)
        return cast(_now(call), target(digits), call.env)

    return rule


scalar("CURRENT_TIMESTAMP", "GETDATE", "LOCALTIMESTAMP", "SYSTIMESTAMP", args="any?")(
    _current(lambda s: timestamp("TIMESTAMP_LTZ", s))
)
scalar("CURRENT_TIME", "LOCALTIME", args="any?")(_current(lambda s: DataType("TIME", precision=0, scale=s)))
scalar("CURRENT_DATE")(_current(lambda s: DATE))


@scalar("SYSDATE")
def sysdate(call: Call) -> Typed:
    """UTC's wall clock."""
    return Typed(_now(call).sql, NTZ, False)


UNKNOWN_WEEKDAY = raising("100040", "22007", f"{quoted('Day of week ')} || w")
