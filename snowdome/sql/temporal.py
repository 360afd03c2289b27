"""What casts and functions of dates and times share: clocks, zones, and printing by a format model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from zlib import crc32

from snowdome.engine.datetime_text import Element, elements
from snowdome.sql.typed import Environment, Typed

_SMALL = 48  # characters of SQL that may stand in a lowering several times
_UTC = frozenset({"UTC", "ETC/UTC", "GMT", "ETC/GMT", "Z"})


def quoted(text: str) -> str:
    """``text`` as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def once(sql: str, use: Callable[[str], str]) -> str:
    """``use(name)`` with ``sql`` computed once, where ``use`` needs its value several times."""
    return use(sql) if len(sql) <= _SMALL else alone(sql, use)


def alone(sql: str, use: Callable[[str], str]) -> str:
    """Like ``once`` whatever the size of ``sql``."""
    name = f"v{crc32(sql.encode()):08x}"  # the same for the same text: GROUP BY must recognise it
    return f"list_transform([{sql}], lambda {name}: {use(name)})[1]"


def zone(env: Environment) -> str:
    """The session's time zone as an SQL literal."""
    return quoted(str(env.parameter("TIMEZONE")))


def is_utc(zone_sql: str) -> bool:
    """Whether the zone literal is UTC, where conversions can be left out."""
    return zone_sql.strip("'").upper() in _UTC


def wall_of_utc(sql: str, env: Environment) -> str:
    """Wall-clock nanoseconds in the session's zone of UTC nanoseconds."""
    place = zone(env)
    return sql if is_utc(place) else once(sql, lambda h: f"sf.wall({h}, {place})")


def utc_of_wall(sql: str, env: Environment) -> str:
    """UTC nanoseconds of wall-clock nanoseconds in the session's zone."""
    place = zone(env)
    return sql if is_utc(place) else once(sql, lambda h: f"sf.utc({h}, {place})")


def zoned(sql: str, env: Environment) -> str:
    """TIMESTAMP_TZ in the session's zone of UTC nanoseconds."""
    return once(sql, lambda h: f"sf.zoned({h}, {zone(env)})")


def wall(value: Typed, env: Environment) -> str:
    """Wall-clock nanoseconds (HUGEINT) since 1970-01-01 of a DATE, TIME or TIMESTAMP_*."""
    if value.type.kind == "DATE":
        return f"sf.date_ns({value.sql})"
    if value.type.kind == "TIME":
        return f"{value.sql}::HUGEINT"
    if value.type.kind == "TIMESTAMP_LTZ":
        return wall_of_utc(value.sql, env)
    if value.type.kind == "TIMESTAMP_TZ":
        return once(value.sql, lambda v: f"sf.tz_wall({v})")
    return value.sql


def clock(value: Typed, env: Environment) -> str:
    """The wall clock as an engine TIMESTAMP, microseconds rounded down."""
    if value.type.kind == "DATE":
        return f"CAST({value.sql} AS TIMESTAMP)"
    if value.type.kind == "TIME":
        return f"make_timestamp({value.sql} // 1000)"
    return once(wall(value, env), lambda h: f"sf.ts({h})")


def input_model(kind: str, env: Environment) -> str:
    """The format model of the session for reading texts as ``kind``."""
    family = "TIMESTAMP" if kind.startswith("TIMESTAMP") else kind
    return str(env.parameter(f"{family}_INPUT_FORMAT") or "AUTO")


def output_model(kind: str, env: Environment) -> str:
    """The format model of the session for printing values of ``kind``."""
    own = env.parameter(f"{kind}_OUTPUT_FORMAT")
    return str(own or env.parameter("TIMESTAMP_OUTPUT_FORMAT"))


# -- printing -------------------------------------------------------------------------------------

_STRFTIME = {
    "YYYY": "%Y", "UUUU": "%Y", "YY": "%y", "MM": "%m", "MON": "%b", "MMMM": "%B", "DD": "%d", "DY": "%a",
    "HH24": "%H", "HH": "%H", "HH12": "%I", "AM": "%p", "PM": "%p", "MI": "%M", "SS": "%S",
    "FF3": "%g", "FF6": "%f", "FF0": "",
}  # fmt: skip
_OFFSETS = {
    "TZH": "sf.offset_hours({o})", "TZM": "sf.offset_minutes({o})",
    "TZHTZM": "sf.offset_text({o}, '')", "TZH:TZM": "sf.offset_text({o}, ':')",
}  # fmt: skip


@dataclass(frozen=True)
class _Clock:
    """Engine SQL of a wall clock: ``stamp`` a TIMESTAMP, ``below`` the nanoseconds below a microsecond,
    ``offset`` minutes from UTC."""

    stamp: str
    below: str
    offset: str


def printed(value: Typed, model: str, env: Environment) -> str:
    """Engine SQL of ``value`` (DATE, TIME, TIMESTAMP_*) as text by ``model``."""
    parts = elements(model)
    if value.type.kind == "DATE":
        return once(value.sql, lambda d: _text(parts, _Clock(f"CAST({d} AS TIMESTAMP)", "0", "0")))
    if value.type.kind == "TIME":
        return once(value.sql, lambda t: _text(parts, _day_clock(t)))
    if value.type.kind == "TIMESTAMP_TZ":
        return once(value.sql, lambda v: _text(parts, _wall_clock(f"sf.tz_wall({v})", f"{v}.o")))
    if value.type.kind == "TIMESTAMP_LTZ":
        return once(value.sql, lambda h: _local_text(parts, h, env))
    return once(value.sql, lambda h: _text(parts, _wall_clock(h, "0")))


def _wall_clock(h: str, offset: str) -> _Clock:
    return _Clock(f"sf.ts({h})", f"({h} - sf.us({h})::HUGEINT * 1000)", offset)


def _day_clock(t: str) -> _Clock:
    return _Clock(f"make_timestamp({t} // 1000)", f"({t} % 1000)", "0")


def _local_text(parts: tuple[Element, ...], h: str, env: Environment) -> str:
    place = zone(env)
    shown = wall_of_utc(h, env)
    offset = "0" if is_utc(place) else f"(sf.offset_at(sf.ts({h}), {place}) // 60000000)"
    return once(shown, lambda w: _text(parts, _wall_clock(w, offset)))


def _text(parts: tuple[Element, ...], clock_: _Clock) -> str:
    """Concatenation of runs that one strftime prints, and the rest."""
    pieces: list[str] = []
    run = ""
    for part in parts:
        plain = part.text.replace("%", "%%") if not part.name else _STRFTIME.get(part.name)
        if plain is None:
            pieces += [*_run(run, clock_), _piece(part, clock_)]
            run = ""
        else:
            run += plain
    pieces += _run(run, clock_)
    return f"({' || '.join(pieces)})" if pieces else "''"


def _run(run: str, clock_: _Clock) -> list[str]:
    return [f"strftime({clock_.stamp}, {quoted(run)})"] if run else []


def _piece(part: Element, clock_: _Clock) -> str:
    if part.name in _OFFSETS:
        return _OFFSETS[part.name].format(o=clock_.offset)
    digits = int(part.name[2:] or 9)
    micros = f"strftime({clock_.stamp}, '%f')"
    if digits <= 6:
        return f"left({micros}, {digits})"
    return f"{micros} || left(lpad(CAST({clock_.below} AS VARCHAR), 3, '0'), {digits - 6})"
