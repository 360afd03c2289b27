"""ABS, CEIL, FLOOR, ROUND and TRUNC, whose result types follow the argument's and the scale's."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from snowdome.errors import SnowflakeError, compilation_error
from snowdome.sql.casts import cast
from snowdome.sql.functions.arithmetic import round_literal, text_number
from snowdome.sql.functions.registry import FUNCTIONS, scalar
from snowdome.sql.typed import Call, Typed
from snowdome.types import MAX_PRECISION, REAL, DataType, engine_type, fixed

_DATES = frozenset({"DATE", "TIME", "TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP_TZ"})
_MODES = {"HALF_AWAY_FROM_ZERO": "round", "HALF_TO_EVEN": "round_even"}


@scalar("ABS", args="any")
def absolute(call: Call) -> Typed:
    """The absolute value, with at least two digits before those of the scale."""
    value = number(call, 0)
    if value.type.kind == "REAL":
        return call.result(f"abs({value.sql})", REAL)
    result = fixed(max(value.type.p, value.type.s + 2), value.type.s)
    return call.result(f"CAST(abs({value.sql}) AS {engine_type(result)})", result)


@scalar("CEIL", args="any, any?")
def ceiling(call: Call) -> Typed:
    """The least multiple of 10 to the power of -scale that is not less."""
    return _rounded(call, "ceil")


@scalar("FLOOR", args="any, any?")
def floor(call: Call) -> Typed:
    """The greatest multiple of 10 to the power of -scale that is not greater."""
    return _rounded(call, "floor")


@scalar("ROUND", args="any, any?, text?", parameters="EXPR, SCALE_EXPR, ROUNDING_MODE")
def round_(call: Call) -> Typed:
    """The nearest multiple; halves go away from zero, or to the even digit."""
    mode = call.get(2)
    if mode is None or mode.is_null:
        return _rounded(call, "round")
    if call[0].type.kind in ("REAL", "VARIANT"):
        raise compilation_error(
            "000939", "22023", f"too many arguments for function [{call.text}] expected 2, got 3"
        )
    word = call.constant_text(2).upper()
    if word not in _MODES:
        text = f"Invalid argument {call.constant_text(2)} for function ROUND: unknown rounding mode"
        raise compilation_error("001015", "22023", text)
    return _rounded(call, _MODES[word])


@scalar("TRUNC", "TRUNCATE", args="any, any?")
def truncate(call: Call) -> Typed:
    """Digits cut off; with a date or time, DATE_TRUNC."""
    if call[0].type.kind not in _DATES:
        return _rounded(call, "trunc")
    if len(call) == 1:
        raise call.invalid_types()
    return FUNCTIONS["DATE_TRUNC"].rule(replace(call, name="DATE_TRUNC", args=(call[1], call[0])))


def number(call: Call, index: int, exact_text: bool = False) -> Typed:
    """Argument ``index`` as FIXED or FLOAT: VARIANT is FLOAT, and so is VARCHAR unless ``exact_text``."""
    value = call[index]
    kind = value.type.kind
    if kind in ("FIXED", "REAL"):
        return value
    if kind == "NULL":
        return cast(value, fixed(1, 0), call.env)
    if kind not in ("TEXT", "VARIANT"):
        raise call.invalid_types()
    exact = exact_text and kind == "TEXT"
    return cast(value, text_number(value) if exact else REAL, call.env)


def _rounded(call: Call, how: str) -> Typed:
    scale = call.get(1)
    value = number(call, 0, exact_text=scale is not None)
    if scale is None:
        return _at_scale(call, value, 0, how)
    if scale.type.kind not in ("FIXED", "REAL", "TEXT", "VARIANT", "NULL"):
        raise call.invalid_types()
    if isinstance(scale.literal, (int, Decimal)) and scale.literal == round_literal(scale.literal):
        return _at_scale(call, value, int(scale.literal), how)
    return _at_computed_scale(call, value, cast(scale, fixed(), call.env), how)


def _at_scale(call: Call, value: Typed, scale: int, how: str) -> Typed:
    if value.type.kind == "REAL":
        return call.result(_real(value.sql, f"{scale}", how), REAL)
    if scale >= value.type.s:
        return call.result(value.sql, value.type)
    if value.type.s - scale > MAX_PRECISION:
        raise SnowflakeError("100050", "22023", f"Invalid parameter value: {scale}. Reason: Scale too large")
    extra = max(0, -scale - (value.type.p - value.type.s))
    result = fixed(value.type.p + 1 + extra, max(scale, 0))
    return call.result(_exact(value, scale, how, result), result)


def _exact(value: Typed, scale: int, how: str, result: DataType) -> str:
    name = engine_type(result)
    if how == "round" and scale >= 0:
        return f"CAST({value.sql} AS {name})"
    if how in ("floor", "ceil", "trunc") and scale == 0:
        return f"CAST({how}({value.sql}) AS {name})"
    if max(value.type.p - value.type.s, 1 - scale) + value.type.s > MAX_PRECISION:
        return f"CAST(sf_round_exact(CAST({value.sql} AS VARCHAR), {scale}, '{how}', {result.s}) AS {name})"
    unit = f"0.{'1':0>{scale}}" if scale > 0 else f"1{'0' * -scale}"
    type_ = f"DECIMAL({max(scale + 1, 1 - scale)},{max(scale, 0)})"
    return f"CAST(sf.{how}_to({value.sql}, CAST('{unit}' AS {type_})) AS {name})"


def _real(sql: str, scale_sql: str, how: str) -> str:
    if scale_sql == "0":
        return f"({how}({sql}) + 0.0::DOUBLE)"  # Snowflake has no negative zero here
    return f"sf.{how}_real({sql}, {scale_sql})"


def _at_computed_scale(call: Call, value: Typed, scale: Typed, how: str) -> Typed:
    """A scale that is no whole literal: the result keeps all digits of the argument's scale."""
    if value.type.kind == "REAL":
        return call.result(_real(value.sql, f"CAST({scale.sql} AS INTEGER)", how), REAL)
    result = fixed(max(18, value.type.p + 1), value.type.s)
    arguments = f"CAST({value.sql} AS VARCHAR), CAST({scale.sql} AS INTEGER), '{how}', {result.s}"
    return call.result(f"CAST(sf_round_exact({arguments}) AS {engine_type(result)})", result)
