"""Conversions among DATE, TIME, TIMESTAMP_* and text, and of numbers to timestamps."""

from __future__ import annotations

from dataclasses import dataclass

from snowdome.engine.datetime_text import Moment, elements, print_model, read
from snowdome.engine.failures import raising
from snowdome.sql.casts import conversion
from snowdome.sql.conversions.text import fitted
from snowdome.sql.temporal import (
    alone,
    clock,
    input_model,
    is_utc,
    once,
    output_model,
    printed,
    quoted,
    utc_of_wall,
    wall,
    zone,
    zoned,
)  # fmt: skip
from snowdome.sql.typed import Environment, Typed
from snowdome.types import DataType

STAMPS = ("TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP_TZ")
_UNRECOGNISED = {"DATE": ("100040", "Date"), "TIME": ("100108", "Time"), "TIMESTAMP": ("100035", "Timestamp")}


def family(kind: str) -> str:
    """DATE, TIME or TIMESTAMP."""
    return "TIMESTAMP" if kind in STAMPS else kind


def rescaled(sql: str, kind: str, source: int, target: DataType) -> str:
    """Cut fractional digits beyond the scale of ``target`` (``source`` digits are there)."""
    scale = 9 if target.scale is None else target.scale
    if scale >= source:
        return sql
    unit = 10 ** (9 - scale)
    if kind == "TIME":
        return once(sql, lambda v: f"({v} - {v} % {unit})")
    if kind == "TIMESTAMP_TZ":
        return once(sql, lambda v: f"sf.at_offset(sf.floored({v}.t, {unit}), {v}.o)")
    return once(sql, lambda v: f"sf.floored({v}, {unit})")


def _scale(t: DataType) -> int:
    return 9 if t.scale is None else t.scale


# -- from text ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Model:
    """A format model: ``sql`` is its SQL, ``text`` what it says if that is known now."""

    sql: str
    text: str | None

    @property
    def is_auto(self) -> bool:
        return self.text is not None and self.text.upper() == "AUTO"


def known(text: str) -> Model:
    """The model that ``text`` is."""
    return Model(quoted(text), text)


def failure(sql: str, kind: str, model: Model) -> str:
    """SQL that raises for the text ``sql`` which ``model`` does not fit, and is NULL for NULL."""
    code, noun = _UNRECOGNISED[family(kind)]
    if model.is_auto:
        raised = raising(code, "22007", f"'{noun} ''' || {sql} || ''' is not recognized'")
    else:
        said = quoted(f"' as {noun.lower()} with format '")
        raised = raising("100096", "22007", f"'Can''t parse ''' || {sql} || {said} || {model.sql} || ''''")
    asked = sql if model.text is not None else f"{sql} || {model.sql}"
    return f"CASE WHEN {asked} IS NOT NULL THEN {raised} END"


def moment(sql: str, kind: str, model: Model, env: Environment) -> str:
    """SQL of what the text says by ``model``: ``STRUCT(t, o)``, NULL where it does not fit."""
    return f"sf_read_moment({sql}, {model.sql}, '{family(kind)}', {_century(env)})"


def _century(env: Environment) -> int:
    return int(str(env.parameter("TWO_DIGIT_CENTURY_START") or 1970))


def read_text(value: Typed, target: DataType, model: Model, env: Environment, safe: bool) -> str:
    """Text as DATE, TIME or TIMESTAMP_* by ``model``; raises where it does not fit, or NULL with ``safe``."""
    if isinstance(value.literal, str) and model.text is not None:
        found = read(value.literal, model.text, family(target.kind), _century(env))
        if found is not None:
            return rescaled(_constant(found, target.kind, env), target.kind, 9, target)

    def choices(s: str) -> str:
        slow = _slow(moment(s, target.kind, model, env), target.kind, env)
        found = [*_shortcut(s, target.kind, model, env), slow]
        if not safe:
            found.append(failure(s, target.kind, model))
        return f"coalesce({', '.join(found)})" if len(found) > 1 else found[0]

    return rescaled(once(value.sql, choices), target.kind, 9, target)


def _constant(found: Moment, kind: str, env: Environment) -> str:
    """The engine layout of ``kind`` of a moment known now."""
    nanoseconds = f"CAST('{found.nanoseconds}' AS HUGEINT)"
    if kind == "DATE":
        return f"CAST('{print_model(found.nanoseconds, 0, 'YYYY-MM-DD')}' AS DATE)"
    if kind == "TIME":
        return f"CAST({found.nanoseconds % (86400 * 10**9)} AS BIGINT)"
    if kind == "TIMESTAMP_NTZ":
        return nanoseconds
    if found.offset is None:
        return from_wall(nanoseconds, kind, env)
    instant = f"CAST('{found.nanoseconds - found.offset * 60 * 10**9}' AS HUGEINT)"
    return (
        instant if kind == "TIMESTAMP_LTZ" else f"{{'t': {instant}, 'o': CAST({found.offset} AS SMALLINT)}}"
    )


def _shortcut(s: str, kind: str, model: Model, env: Environment) -> list[str]:
    """Lowerings the engine does by itself, for the commonest texts and models."""
    if not model.is_auto:
        stamp = _engine_model(s, model.text or "")
        return [_of_stamp(stamp, kind, env)] if stamp and kind != "TIME" else []
    if kind == "DATE":
        return [f"sf.iso_date({s})", f"CAST(sf.iso_timestamp({s}) AS DATE)"]
    if kind == "TIME":
        return [f"epoch_us(sf.iso_time({s})) * 1000"]
    return [_of_stamp(f"sf.iso_timestamp({s})", kind, env)]


def _of_stamp(stamp: str, kind: str, env: Environment) -> str:
    """An engine TIMESTAMP, perhaps NULL, as the engine layout of ``kind``."""
    place = zone(env)
    if kind == "DATE":
        return f"CAST({stamp} AS DATE)"
    if kind == "TIMESTAMP_NTZ" or (kind == "TIMESTAMP_LTZ" and is_utc(place)):
        return f"sf.ns({stamp})"
    instant = f"sf.ns(timezone({place}, {stamp}))"
    return instant if kind == "TIMESTAMP_LTZ" else zoned(instant, env)


_STRPTIME = {
    "YYYY": ("%Y", "____"), "MM": ("%m", "__"), "DD": ("%d", "__"), "HH24": ("%H", "__"), "MI": ("%M", "__"),
    "SS": ("%S", "__"), "MON": ("%b", "___"),
}  # fmt: skip


def _engine_model(s: str, model: str) -> str:
    """Reading ``s`` with the engine's own strptime where the model is as simple; empty if it is not."""
    format_, shape = "", ""
    names = [e.name for e in elements(model) if e.name]
    if len(set(names)) < len(names) or not {"YYYY", "MM", "DD"} <= set(names) | {
        "MM" if "MON" in names else ""
    }:
        return ""
    for element in elements(model):
        piece = _STRPTIME.get(element.name, ("", "")) if element.name else (element.text, element.text)
        if not piece[0] or (not element.name and set(element.text) & set("%_\\'")):
            return ""
        format_, shape = format_ + piece[0], shape + piece[1]
    return f"CASE WHEN {s} LIKE '{shape}' THEN try_strptime({s}, '{format_}') END"


_SLOW = {
    "DATE": "CAST(sf.ts({m}.t::HUGEINT) AS DATE)",
    "TIME": "(({m}.t % 86400000000000 + 86400000000000) % 86400000000000)::BIGINT",
    "TIMESTAMP_NTZ": "{m}.t::HUGEINT",
    "TIMESTAMP_LTZ": "sf.moment_utc({m}, {zone})",
    "TIMESTAMP_TZ": "sf.moment_zoned({m}, {zone})",
}


def _slow(found: str, kind: str, env: Environment) -> str:
    """The engine layout of ``kind`` from a moment."""
    # in a lambda at all times: the engine would else compute the moment of every row beforehand
    return alone(found, lambda m: _SLOW[kind].format(m=m, zone=zone(env)))


@conversion("TEXT", "DATE", "TIME", *STAMPS)
def text_to_temporal(value: Typed, target: DataType, env: Environment, safe: bool) -> str:
    """By the session's input format, which is AUTO unless set."""
    return read_text(value, target, known(input_model(target.kind, env)), env, safe)


# -- to text --------------------------------------------------------------------------------------


@conversion("DATE", "TEXT")
@conversion("TIME", "TEXT")
@conversion("TIMESTAMP_NTZ", "TEXT")
@conversion("TIMESTAMP_LTZ", "TEXT")
@conversion("TIMESTAMP_TZ", "TEXT")
def temporal_to_text(value: Typed, target: DataType, env: Environment, safe: bool) -> str:
    """By the session's output format."""
    return fitted(printed(value, output_model(value.type.kind, env), env), target, safe)


# -- among themselves -----------------------------------------------------------------------------


@conversion("TIME", "TIME")
@conversion("TIMESTAMP_NTZ", "TIMESTAMP_NTZ")
@conversion("TIMESTAMP_LTZ", "TIMESTAMP_LTZ")
@conversion("TIMESTAMP_TZ", "TIMESTAMP_TZ")
def to_scale(value: Typed, target: DataType, env: Environment, safe: bool) -> str:
    """Fewer fractional digits cut the rest."""
    return rescaled(value.sql, target.kind, _scale(value.type), target)


@conversion("TIMESTAMP_NTZ", "DATE")
@conversion("TIMESTAMP_LTZ", "DATE")
@conversion("TIMESTAMP_TZ", "DATE")
def stamp_to_date(value: Typed, target: DataType, env: Environment, safe: bool) -> str:
    """The day on the wall clock (of the session for LTZ, its own for TZ)."""
    return f"CAST({clock(value, env)} AS DATE)"


@conversion("TIMESTAMP_NTZ", "TIME")
@conversion("TIMESTAMP_LTZ", "TIME")
@conversion("TIMESTAMP_TZ", "TIME")
def stamp_to_time(value: Typed, target: DataType, env: Environment, safe: bool) -> str:
    """The time of day on the wall clock."""
    found = once(wall(value, env), lambda h: f"sf.day_ns({h})")
    return rescaled(found, "TIME", _scale(value.type), target)


@conversion("DATE", *STAMPS)
def date_to_stamp(value: Typed, target: DataType, env: Environment, safe: bool) -> str:
    """Midnight in the session's zone."""
    return from_wall(wall(value, env), target.kind, env)


@conversion("TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP_TZ")
def wall_to_stamp(value: Typed, target: DataType, env: Environment, safe: bool) -> str:
    """The same wall clock in the session's zone."""
    return rescaled(from_wall(value.sql, target.kind, env), target.kind, _scale(value.type), target)


def from_wall(sql: str, kind: str, env: Environment) -> str:
    """Wall-clock nanoseconds of the session as TIMESTAMP_* of ``kind``."""
    if kind == "TIMESTAMP_NTZ":
        return sql
    instant = utc_of_wall(sql, env)
    return instant if kind == "TIMESTAMP_LTZ" else zoned(instant, env)


@conversion("TIMESTAMP_LTZ", "TIMESTAMP_NTZ")
@conversion("TIMESTAMP_TZ", "TIMESTAMP_NTZ")
def stamp_to_wall(value: Typed, target: DataType, env: Environment, safe: bool) -> str:
    """The wall clock, without its zone."""
    return rescaled(wall(value, env), target.kind, _scale(value.type), target)


@conversion("TIMESTAMP_TZ", "TIMESTAMP_LTZ")
def zoned_to_local(value: Typed, target: DataType, env: Environment, safe: bool) -> str:
    """The same instant."""
    return rescaled(f"({value.sql}).t", target.kind, _scale(value.type), target)


@conversion("TIMESTAMP_LTZ", "TIMESTAMP_TZ")
def local_to_zoned(value: Typed, target: DataType, env: Environment, safe: bool) -> str:
    """The same instant with the offset of the session's zone."""
    return rescaled(zoned(value.sql, env), target.kind, _scale(value.type), target)


# -- from numbers ---------------------------------------------------------------------------------


def epoch_ns(value: Typed, scale: int) -> str:
    """UTC nanoseconds of a NUMBER that counts units of 10**-scale seconds."""
    if value.type.s == 0:
        return f"({value.sql}::HUGEINT * {10 ** (9 - scale)})"
    return f"CAST(CAST({value.sql} AS DECIMAL(28,9)) * {10 ** (9 - scale)}::DECIMAL(10,0) AS HUGEINT)"


@conversion("FIXED", *STAMPS)
def number_to_stamp(value: Typed, target: DataType, env: Environment, safe: bool) -> str:
    """Seconds since 1970-01-01 UTC."""
    return stamp_of_epoch(epoch_ns(value, 0), target, env)


def stamp_of_epoch(sql: str, target: DataType, env: Environment) -> str:
    """UTC nanoseconds as TIMESTAMP_*; NTZ shows UTC's wall clock."""
    found = zoned(sql, env) if target.kind == "TIMESTAMP_TZ" else sql
    return rescaled(found, target.kind, 9, target)
