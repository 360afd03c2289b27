"""Conversions between VARIANT, OBJECT, ARRAY, MAP, VECTOR and everything else.

Reading a VARIANT tries the plain case first (text or number as JSON has it), with the value evaluated
once; only where that gives NULL does it look for null, tags and errors, so columns of plain JSON are quick.
"""

from __future__ import annotations

from snowdome.catalog.names import literal
from snowdome.engine import json_text
from snowdome.engine.failures import raising
from snowdome.engine.library.variants import UNDEFINED
from snowdome.sql.casts import CONVERSIONS, cannot_cast, cast, conversion
from snowdome.sql.conversions.text import fitted
from snowdome.sql.temporal import alone
from snowdome.sql.typed import Environment, Typed
from snowdome.types import (
    BINARY,
    DATE,
    LTZ,
    NTZ,
    REAL,
    SEMI_STRUCTURED,
    TEXT,
    TIME,
    TZ,
    VARIANT,
    DataType,
    engine_type,
)  # fmt: skip

# Tag letter -> the type of the tagged value and engine SQL of it, from the exact payload {0}.
TAGGED: dict[str, tuple[DataType, str]] = {
    "f": (REAL, "CAST({0} AS DOUBLE)"),
    "D": (DATE, "(DATE '1970-01-01' + CAST({0} AS INTEGER))"),
    "T": (TIME, "CAST({0} AS BIGINT)"),
    "N": (NTZ, "CAST({0} AS HUGEINT)"),
    "L": (LTZ, "CAST({0} AS HUGEINT)"),
    "Z": (TZ, "sf.variant_zoned({0})"),
    "B": (BINARY, "unhex({0})"),
}  # fmt: skip

# Layouts of the exact payload, by kind: the letter and engine SQL of the payload from the value {0}.
EXACT: dict[str, tuple[str, str]] = {
    "DATE": ("D", "CAST({0} - DATE '1970-01-01' AS VARCHAR)"),
    "TIME": ("T", "CAST({0} AS VARCHAR)"),
    "TIMESTAMP_NTZ": ("N", "CAST({0} AS VARCHAR)"),
    "TIMESTAMP_LTZ": ("L", "CAST({0} AS VARCHAR)"),
    "TIMESTAMP_TZ": ("Z", "(CAST(({0}).t AS VARCHAR) || ':' || CAST(({0}).o AS VARCHAR))"),
}


def text_of(sql: str) -> str:
    """Engine SQL of a JSON value's text: strings without quotes, NULL for JSON null; tags stay."""
    return f"({sql} ->> '$')"


# -- into VARIANT -------------------------------------------------------------------------------------


@conversion("FIXED", "VARIANT")
def fixed_to_variant(value: Typed, target: DataType, env: Environment, safe: bool) -> str:
    """A JSON number, without needless zeros."""
    if value.type.s == 0:
        return f"CAST(CAST({value.sql} AS VARCHAR) AS JSON)"
    short = value.type.p <= 15 and value.type.s <= 6
    return f"sf.{'short' if short else 'long'}_decimal({value.sql})"


@conversion("REAL", "VARIANT")
def real_to_variant(value: Typed, target: DataType, env: Environment, safe: bool) -> str:
    """A tagged double."""
    return f"sf.variant_double({value.sql})"


@conversion("TEXT", "VARIANT")
@conversion("BOOLEAN", "VARIANT")
def plain_to_variant(value: Typed, target: DataType, env: Environment, safe: bool) -> str:
    """A JSON string, true or false."""
    return f"CASE WHEN {value.sql} IS NOT NULL THEN to_json({value.sql}) END"


@conversion("BINARY", "VARIANT")
def binary_to_variant(value: Typed, target: DataType, env: Environment, safe: bool) -> str:
    """Tagged hexadecimal digits."""
    return f"sf.variant_binary({value.sql})"


@conversion("DATE", "VARIANT")
@conversion("TIME", "VARIANT")
@conversion("TIMESTAMP_NTZ", "VARIANT")
@conversion("TIMESTAMP_LTZ", "VARIANT")
@conversion("TIMESTAMP_TZ", "VARIANT")
def temporal_to_variant(value: Typed, target: DataType, env: Environment, safe: bool) -> str:
    """The tagged value, with its text by the session's output format."""
    letter, exact = EXACT[value.type.kind]
    shown = CONVERSIONS[value.type.kind, "TEXT"](value, TEXT, env, safe)
    return f"sf.variant_tagged('{letter}', {exact.format(value.sql)}, {shown})"


@conversion("VECTOR", "VARIANT", "ARRAY")
def vector_to_array(value: Typed, target: DataType, env: Environment, safe: bool) -> str:
    """An array of the elements: doubles or integers."""
    item = "part"
    is_float = value.type.element is not None and value.type.element.kind == "REAL"
    element = (
        f"sf.variant_double(CAST({item} AS DOUBLE))" if is_float else f"CAST(CAST({item} AS VARCHAR) AS JSON)"
    )
    return f"sf.list_to_array(list_transform({value.sql}, lambda {item}: {element}))"


@conversion("FIXED", "ARRAY")
@conversion("REAL", "ARRAY")
@conversion("TEXT", "ARRAY")
@conversion("BOOLEAN", "ARRAY")
@conversion("BINARY", "ARRAY")
@conversion("DATE", "ARRAY")
@conversion("TIME", "ARRAY")
@conversion("TIMESTAMP_NTZ", "ARRAY")
@conversion("TIMESTAMP_LTZ", "ARRAY")
@conversion("TIMESTAMP_TZ", "ARRAY")
def scalar_to_array(value: Typed, target: DataType, env: Environment, safe: bool) -> str:
    """An array of one."""
    only = CONVERSIONS[value.type.kind, "VARIANT"](value, VARIANT, env, safe)
    return structured(f"CAST('[' || {only} || ']' AS JSON)", target, env, safe)


# -- out of VARIANT -----------------------------------------------------------------------------------


@conversion("VARIANT", "TEXT")
@conversion("ARRAY", "TEXT")
@conversion("OBJECT", "TEXT")
@conversion("MAP", "TEXT")
def variant_to_text(value: Typed, target: DataType, env: Environment, safe: bool) -> str:
    """A string as it is, anything else as compact JSON; NULL for JSON null."""
    return fitted(f"sf.variant_text({value.sql})", target, safe)


@conversion("VARIANT", "FIXED", "REAL")
def variant_to_number(value: Typed, target: DataType, env: Environment, safe: bool) -> str:
    """A number, text that spells one, or 1 and 0 for booleans; 100071 for anything else."""
    plain = f"TRY_CAST({text_of(value.sql)} AS {engine_type(target)})"
    other = f"TRY_CAST(sf.variant_digits({{0}}) AS {engine_type(target)})"
    return _read(value, target, env, safe, plain, other)


@conversion("VARIANT", "BOOLEAN")
def variant_to_boolean(value: Typed, target: DataType, env: Environment, safe: bool) -> str:
    """A boolean, text that spells one, or whether a number is not zero; 100071 for anything else."""
    plain = CONVERSIONS["TEXT", "BOOLEAN"](Typed(text_of(value.sql), TEXT), target, env, True)
    return _read(value, target, env, safe, plain, "(TRY_CAST(sf.variant_digits({0}) AS DOUBLE) <> 0)")


@conversion("VARIANT", "DATE", "TIME", "TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP_TZ", "BINARY")
def variant_to_tagged(value: Typed, target: DataType, env: Environment, safe: bool) -> str:
    """A value of the type or of one that converts to it, or text that spells one; 100071 otherwise."""
    text = Typed(text_of(value.sql), TEXT)
    plain = CONVERSIONS["TEXT", target.kind](text, target, env, True)
    return _read(value, target, env, safe, plain, _tagged(target, env))


def _tagged(target: DataType, env: Environment) -> str:
    """Engine SQL of ``target`` from the tagged value {0}; NULL if the tag is of no fitting type."""
    cases = []
    for letter, (source, read) in TAGGED.items():
        rule = CONVERSIONS.get((source.kind, target.kind))
        inner = read.format("sf.variant_exact({0})")
        if source.kind == target.kind and rule is None:
            cases.append(f"WHEN '{letter}' THEN {inner}")
        elif rule is not None and letter != "f":
            cases.append(f"WHEN '{letter}' THEN {rule(Typed(inner, source), target, env, True)}")
    return f"CASE sf.variant_tag({{0}}) {' '.join(cases)} END" if cases else "NULL"


def _read(value: Typed, target: DataType, env: Environment, safe: bool, plain: str, other: str) -> str:
    """``plain``; where that is NULL, ``other`` with the value at {0}, NULL for nulls, or else 100071."""

    def rest(name: str) -> str:
        failed = "NULL" if safe else f"sf.cast_failed({name}, '{target.kind}')"
        found = other.replace("{0}", name)
        return f"CASE WHEN {name} NOT IN ('null', '{UNDEFINED}') THEN coalesce({found}, {failed}) END"

    return f"coalesce({plain}, {alone(value.sql, rest)})"


# -- among the semi-structured types ------------------------------------------------------------------


def _among(value: Typed, target: DataType, env: Environment, safe: bool) -> str:
    return structured(value.sql, target, env, safe)


for _source in SEMI_STRUCTURED:
    conversion(_source, "VARIANT", _source)(_among)
conversion("MAP", "OBJECT")(_among)
conversion("OBJECT", "MAP")(_among)


@conversion("VARIANT", "ARRAY")
def variant_to_array(value: Typed, target: DataType, env: Environment, safe: bool) -> str:
    """The array; any other value becomes an array of one; NULL for JSON null."""
    return structured(f"sf.variant_array({value.sql})", target, env, safe)


@conversion("VARIANT", "OBJECT", "MAP")
def variant_to_object(value: Typed, target: DataType, env: Environment, safe: bool) -> str:
    """The object; NULL for JSON null, 100071 for anything else."""
    return structured(f"sf.{'try_' if safe else ''}variant_object({value.sql})", target, env, safe)


def structured(sql: str, target: DataType, env: Environment, safe: bool) -> str:
    """Engine SQL of the array or object ``sql`` with its parts as a structured ``target`` declares them."""
    name = "part"
    if target.kind == "ARRAY" and target.element is not None:
        part = _part(name, target.element, env, safe)
        return f"sf.list_to_array(list_transform(sf.defined_list({sql}), lambda {name}: sf.item({part})))"
    if target.kind == "MAP" and len(target.fields) == 2:
        part = _part(f"{name}.v", target.fields[1][1], env, safe)
        member = f"struct_pack(k := {name}.k, v := coalesce({part}, 'null'))"
        return f"sf.join_members(list_transform(sf.members({sql}), lambda {name}: {member}))"
    if target.kind == "OBJECT" and target.fields:
        return alone(sql, lambda o: _fields(o, target, env, safe))
    return sql


def _part(sql: str, type_: DataType, env: Environment, safe: bool) -> str:
    """A part as ``type_``, stored as a VARIANT again."""
    return cast(cast(Typed(sql, VARIANT), type_, env, safe), VARIANT, env).sql


def _fields(sql: str, target: DataType, env: Environment, safe: bool) -> str:
    shown = []
    for key, type_ in sorted(target.fields):
        part = _part(f"sf.variant_member({sql}, {literal(key)})", type_, env, safe)
        shown.append(f"{literal(json_text.encode(key) + ':')} || coalesce({part}, 'null')")
    return (
        f"CASE WHEN {sql} IS NOT NULL THEN CAST('{{' || {' || chr(44) || '.join(shown)} || '}}' AS JSON) END"
    )


# -- VECTOR -------------------------------------------------------------------------------------------


@conversion("VARIANT", "VECTOR")
@conversion("ARRAY", "VECTOR")
def array_to_vector(value: Typed, target: DataType, env: Environment, safe: bool) -> str:
    """A vector of the array's numbers; 100202 if their count is not the dimension."""
    element = "FLOAT" if target.element is not None and target.element.kind == "REAL" else "INTEGER"
    numbers = f"CAST(CAST(sf.variant_compact({value.sql}) AS JSON) AS {element}[])"

    def fitted_list(name: str) -> str:
        message = (
            "'Array-like value being cast to a vector has incorrect dimension: expected "
            f"{target.length}, got ' || len({name})"
        )
        wrong = raising("100202", "22000", message)
        return f"CASE WHEN len({name}) <> {target.length} THEN {wrong} ELSE {name} END"

    return f"CAST({alone(numbers, fitted_list)} AS {engine_type(target)})"


@conversion("VECTOR", "VECTOR")
def vector_to_vector(value: Typed, target: DataType, env: Environment, safe: bool) -> str:
    """The same numbers as another element type; the dimensions must agree."""
    if value.type.length != target.length:
        raise cannot_cast(value.type, target)
    return f"CAST({value.sql} AS {engine_type(target)})"
