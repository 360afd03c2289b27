"""TO_NUMBER, TO_DOUBLE, TO_BOOLEAN, TO_BINARY, TO_VARCHAR and their TRY_ forms."""

from __future__ import annotations

from dataclasses import replace

from snowdome.errors import SnowflakeError, compilation_error, not_supported
from snowdome.sql.casts import cast
from snowdome.sql.conversions.binary import decoder, encoder
from snowdome.sql.functions import datetime_format
from snowdome.sql.functions.registry import scalar
from snowdome.sql.functions.string import literal_int
from snowdome.sql.typed import Call, Typed
from snowdome.types import BINARY, BOOLEAN, MAX_PRECISION, NUMBER, REAL, TEXT, DataType, engine_type, fixed

_TEMPORAL = frozenset({"DATE", "TIME", "TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP_TZ"})
_NUMBERS = frozenset({"FIXED", "REAL", "TEXT", "BOOLEAN", "VARIANT", "NULL"})


def _invalid(call: Call, parameter: str) -> SnowflakeError:
    """001007: the function does not take a value of that type."""
    return compilation_error("001007", "22023", f"invalid type [{call.text}] for parameter '{parameter}'")


def _checked_try(call: Call, target: DataType) -> None:
    """001065 where a TRY_ function is not given text."""
    if call[0].type.kind != "TEXT":
        shown = f"{call[0].type} and {target}"
        text = f"Function TRY_CAST cannot be used with arguments of types {shown}"
        raise compilation_error("001065", "22023", text)


# -- numbers ----------------------------------------------------------------------------------------


@scalar("TO_NUMBER", "TO_DECIMAL", "TO_NUMERIC", args="any, any?, any?, any?")
def to_number(call: Call) -> Typed:
    """A value as NUMBER(38, 0), or of the precision and scale given; text also by a format model."""
    return _to_number(call, safe=False)


@scalar("TRY_TO_NUMBER", "TRY_TO_DECIMAL", "TRY_TO_NUMERIC", args="any, any?, any?, any?")
def try_to_number(call: Call) -> Typed:
    """TO_NUMBER of text, with NULL for what is no number or does not fit."""
    return _to_number(call, safe=True)


def _to_number(call: Call, safe: bool) -> Typed:
    model, sizes = _model_and_sizes(call)
    target = _target(call, sizes)
    if safe:
        _checked_try(call, target)
    if call[0].type.kind not in _NUMBERS:
        raise _invalid(call, call.name.removeprefix("TRY_"))
    if model is None:
        return replace(cast(call[0], target, call.env, safe), literal=call[0].literal)
    return _by_model(call, model, target, "FIXED", safe)


def _model_and_sizes(call: Call) -> tuple[Typed | None, tuple[Typed, ...]]:
    """The format model, if the second argument is one, and precision and scale."""
    rest = call.args[1:]
    if rest and rest[0].type.kind == "TEXT":
        return rest[0], rest[1:]
    if len(rest) > 2:
        raise call.invalid_types()
    return None, rest


def _target(call: Call, sizes: tuple[Typed, ...]) -> DataType:
    if not sizes:
        return NUMBER
    numbers = [literal_int(s) for s in sizes]
    for index, number in enumerate(numbers):
        if number is None:
            place = len(call) - len(sizes) + index + 1
            text = f"argument {place} to function {call.name} needs to be constant, found '{call.text}'"
            raise compilation_error("001015", "22023", text)
    precision, scale = numbers[0] or 0, (numbers[1] or 0) if len(numbers) > 1 else 0
    if not 1 <= precision <= MAX_PRECISION or not 0 <= scale <= min(precision, 37):
        text = f"invalid value [{precision}, {scale}] for parameter '{call.name}'"
        raise compilation_error("001007", "22023", text)
    return fixed(precision, scale)


def _by_model(call: Call, model: Typed, target: DataType, name: str, safe: bool) -> Typed:
    value = call[0]
    if value.type.kind == "VARIANT":
        value = cast(value, TEXT, call.env)
    if value.type.kind != "TEXT":
        raise compilation_error(
            "000939", "22023", f"too many arguments for function [{call.text}] expected 1, got {len(call)}"
        )
    read = f"sf_read_number({value.sql}, {model.sql}, '{name}')"
    if safe:
        read = f"nullif(sf_try_read_number({value.sql}, {model.sql}, '{name}'), '')"
    sql = f"{'TRY_CAST' if safe else 'CAST'}({read} AS {engine_type(target)})"
    return Typed(sql, target, call.nullable or safe)


@scalar("TO_DOUBLE", args="any, any?")
def to_double(call: Call) -> Typed:
    """A value as FLOAT; text also by a format model."""
    return _to_double(call, safe=False)


@scalar("TRY_TO_DOUBLE", args="any, any?")
def try_to_double(call: Call) -> Typed:
    """TO_DOUBLE of text, with NULL for what is no number."""
    return _to_double(call, safe=True)


def _to_double(call: Call, safe: bool) -> Typed:
    if safe:
        _checked_try(call, REAL)
    if call[0].type.kind not in _NUMBERS - {"BOOLEAN"}:
        raise _invalid(call, "TO_DOUBLE")
    model = call.get(1)
    if model is None:
        return cast(call[0], REAL, call.env, safe)
    if model.type.kind not in ("TEXT", "NULL"):
        text = f"Format argument for function '{call.name}' needs to be a string"
        raise compilation_error("002010", "22023", text)
    return _by_model(call, model, REAL, "REAL", safe)


@scalar("TO_DECFLOAT", "TRY_TO_DECFLOAT", args="any, any?")
def to_decfloat(call: Call) -> Typed:
    """Refused: there are no DECFLOAT values."""
    raise not_supported("the data type DECFLOAT")


# -- booleans and binaries --------------------------------------------------------------------------


@scalar("TO_BOOLEAN", args="any")
def to_boolean(call: Call) -> Typed:
    """A text, number or variant as BOOLEAN."""
    if call[0].type.kind not in _NUMBERS:
        raise _invalid(call, "TO_BOOLEAN")
    return cast(call[0], BOOLEAN, call.env)


@scalar("TRY_TO_BOOLEAN", args="any")
def try_to_boolean(call: Call) -> Typed:
    """TO_BOOLEAN of text, with NULL for what is no truth value."""
    _checked_try(call, BOOLEAN)
    return cast(call[0], BOOLEAN, call.env, safe=True)


@scalar("TO_BINARY", args="any, any?")
def to_binary(call: Call) -> Typed:
    """The bytes that a text spells in HEX (by default BINARY_INPUT_FORMAT), BASE64 or UTF-8."""
    return _to_binary(call, safe=False)


@scalar("TRY_TO_BINARY", args="any, any?")
def try_to_binary(call: Call) -> Typed:
    """TO_BINARY of text, with NULL for what spells no bytes."""
    _checked_try(call, BINARY)
    return _to_binary(call, safe=True)


def _to_binary(call: Call, safe: bool) -> Typed:
    value, how = call[0], call.get(1)
    if value.type.kind not in ("TEXT", "BINARY", "VARIANT", "NULL"):
        raise _invalid(call, "TO_BINARY")
    if how is None or value.type.kind in ("BINARY", "NULL"):
        return cast(value, BINARY, call.env, safe)
    text = cast(value, TEXT, call.env)
    sql = f"{decoder(call.constant_text(1), safe)}({text.sql})"
    return Typed(sql, BINARY, text.nullable or safe)


# -- text -------------------------------------------------------------------------------------------


@scalar("TO_CHAR", "TO_VARCHAR", args="any, any?")
def to_varchar(call: Call) -> Typed:
    """A value as text; numbers, dates, times and binaries also by a format."""
    value, model = call[0], call.get(1)
    if value.type.kind in _TEMPORAL:
        return datetime_format.to_text(value, model, call.env)
    if model is None:
        return cast(value, TEXT, call.env)
    if model.type.kind not in ("TEXT", "NULL"):
        text = f"Format argument for function '{call.name}' needs to be a string"
        raise compilation_error("002010", "22023", text)
    return _formatted(call, value, model)


def _formatted(call: Call, value: Typed, model: Typed) -> Typed:
    kind = value.type.kind
    if kind == "BINARY":
        return call.result(f"{encoder(call.constant_text(1), safe=False)}({value.sql})", TEXT)
    if kind == "NULL" or model.is_null:
        return Typed("CAST(NULL AS VARCHAR)", TEXT, True, None)
    if kind == "VARIANT":
        return _formatted(call, cast(value, NUMBER, call.env), model)
    if kind not in ("FIXED", "REAL"):
        raise compilation_error(
            "000939", "22023", f"too many arguments for function [{call.text}] expected 1, got 2"
        )
    return call.result(f"sf_print_number(CAST({value.sql} AS VARCHAR), {model.sql}, '{kind}')", TEXT)
