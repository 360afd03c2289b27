"""The operators + - * / % and negation, with Snowflake's result precision, scale and coercions.

Exact results are computed exactly. What a 128-bit integer cannot hold on the way to a result that fits is
handed to the Python functions of ``snowdome.engine.library.numeric``.
"""

from __future__ import annotations

import re
import typing
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from snowdome.sql.casts import cast
from snowdome.sql.typed import Environment, Typed, invalid_arguments
from snowdome.types import MAX_PRECISION, REAL, DataType, engine_type, fixed

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_FLOATING = frozenset({"REAL", "VARIANT"})
TEXT_NUMBER = fixed(18, 5)  # what a VARCHAR beside an exact number is read as


def add(left: Typed, right: Typed, env: Environment | None = None) -> Typed:
    """``left + right``: one more leading digit than the wider operand, the larger scale."""
    return _sum("+", left, right, env)


def subtract(left: Typed, right: Typed, env: Environment | None = None) -> Typed:
    """``left - right``, typed as a sum."""
    return _sum("-", left, right, env)


def multiply(left: Typed, right: Typed, env: Environment | None = None) -> Typed:
    """``left * right``: the scales added up to 12, or the larger one if that is more."""
    a, b = (_without_zeros(v) for v in operands("*", left, right, env))
    if a.type.kind == "REAL":
        return _binary(a, b, f"({a.sql} * {b.sql})", REAL)
    scale = min(a.type.s + b.type.s, max(a.type.s, b.type.s, 12))
    result = _fixed(_leading(a.type) + _leading(b.type), scale)
    return _binary(a, b, _product(a, b, result), result)


def divide(left: Typed, right: Typed, env: Environment | None = None) -> Typed:
    """``left / right``: six more digits than the dividend's scale, up to 12; 100051 by zero."""
    a, b = (_without_zeros(v) for v in operands("/", left, right, env))
    if a.type.kind == "REAL":
        return _binary(a, b, f"sf.real_divide({a.sql}, {b.sql})", REAL)
    scale = max(a.type.s, min(a.type.s + 6, 12))
    result = _fixed(_leading(a.type) + b.type.s, scale)
    return _binary(a, b, _quotient(a, b, result), result)


def modulo(left: Typed, right: Typed, env: Environment | None = None) -> Typed:
    """``left % right``, with the sign of ``left``; 100051 by zero."""
    a, b = operands("%", left, right, env)
    if a.type.kind == "REAL":
        return _binary(a, b, f"sf.real_modulo({a.sql}, {b.sql})", REAL)
    result = _fixed(max(_leading(a.type), _leading(b.type), 2), max(a.type.s, b.type.s))
    return _binary(a, b, _remainder(a, b, result), result)


def negate(value: Typed, env: Environment | None = None) -> Typed:
    """``-value``, of the same type; a VARCHAR or VARIANT as FLOAT."""
    number = _signed("NEGATE", value, env)
    opposite = value.literal
    if isinstance(opposite, (int, float, Decimal)):
        return replace(number, sql=f"(-{number.sql})", literal=-opposite)
    return replace(number, sql=f"(-{number.sql})")


def plus(value: Typed, env: Environment | None = None) -> Typed:
    """``+value``: an exact number with at least two leading digits, a VARCHAR or VARIANT as FLOAT."""
    number = _signed("UNARY PLUS", value, env)
    if number.type.kind == "REAL":
        return number
    result = _fixed(max(_leading(number.type), 2), number.type.s)
    return replace(number, sql=_as(number.sql, result), type=result)


def operands(name: str, left: Typed, right: Typed, env: Environment | None) -> tuple[Typed, Typed]:
    """Both operands as FIXED or both as REAL; 001044 where operator ``name`` takes no such types."""
    kinds = (left.type.kind, right.type.kind)
    if not all(k in ("FIXED", "REAL", "TEXT", "VARIANT", "NULL") for k in kinds):
        raise invalid_arguments(name, [left.type, right.type])
    if _FLOATING & set(kinds) or ("FIXED" not in kinds and kinds != ("NULL", "NULL")):
        return _to(left, REAL, env), _to(right, REAL, env)
    own_width = name == "%"
    return _exact(left, own_width, env), _exact(right, own_width, env)


def _exact(value: Typed, own_width: bool, env: Environment | None) -> Typed:
    """``value`` as FIXED: NULL as one digit, a text as ``text_number`` says."""
    if value.type.kind == "FIXED":
        return value
    return _to(value, fixed(1, 0) if value.type.kind == "NULL" else text_number(value, own_width), env)


def text_number(value: Typed, own_width: bool = False) -> DataType:
    """The type as which a text is read beside exact numbers: NUMBER(18, 5), or for a literal that spells
    a number its own scale, and its own width if ``own_width``."""
    if not isinstance(value.literal, str) or not _NUMBER.fullmatch(value.literal):
        return TEXT_NUMBER
    own = _own_type(Decimal(value.literal).normalize())
    return own if own_width else fixed(max(own.p, 18), own.s)


def round_literal(value: float | Decimal) -> int:
    """A numeric literal as the nearest whole number, halves away from zero."""
    return int(Decimal(str(value)).to_integral_value(ROUND_HALF_UP))


def _without_zeros(value: Typed) -> Typed:
    """A literal such as 1.50 as 1.5: products and quotients ignore the zeros that end a literal."""
    if value.type.kind != "FIXED" or not isinstance(value.literal, Decimal):
        return value
    shortest = _own_type(value.literal.normalize())
    if value.type != _own_type(value.literal) or shortest == value.type:
        return value
    return replace(value, sql=_as(value.sql, shortest), type=shortest)


def _own_type(number: Decimal) -> DataType:
    """The narrowest NUMBER that holds all digits written."""
    _, digits, exponent = number.as_tuple()
    scale = max(-int(exponent), 0)
    return fixed(max(len(digits) + max(int(exponent), 0), scale, 1), min(scale, MAX_PRECISION))


def _signed(name: str, value: Typed, env: Environment | None) -> Typed:
    if value.type.kind in ("FIXED", "REAL"):
        return value
    if value.type.kind == "NULL":
        return _to(value, fixed(1, 0), env)
    if value.type.kind not in ("TEXT", "VARIANT"):
        raise invalid_arguments(name, [value.type])
    return _to(value, REAL, env)


def _to(value: Typed, target: DataType, env: Environment | None) -> Typed:
    return cast(value, target, typing.cast(Environment, env))


def _leading(t: DataType) -> int:
    return t.p - t.s


def _fixed(leading: int, scale: int) -> DataType:
    return fixed(max(min(leading + scale, MAX_PRECISION), 1), scale)


def _as(sql: str, t: DataType) -> str:
    return f"CAST({sql} AS {engine_type(t)})"


def _binary(left: Typed, right: Typed, sql: str, t: DataType) -> Typed:
    return Typed(sql, t, left.nullable or right.nullable)


def _sum(symbol: str, left: Typed, right: Typed, env: Environment | None) -> Typed:
    a, b = operands(symbol, left, right, env)
    if a.type.kind == "REAL":
        return _binary(a, b, f"({a.sql} {symbol} {b.sql})", REAL)
    result = _fixed(max(_leading(a.type), _leading(b.type)) + 1, max(a.type.s, b.type.s))
    return _binary(a, b, _as(f"({a.sql} {symbol} {b.sql})", result), result)


def _product(a: Typed, b: Typed, result: DataType) -> str:
    scale, width = a.type.s + b.type.s, a.type.p + b.type.p
    texts = f"CAST({a.sql} AS VARCHAR), CAST({b.sql} AS VARCHAR)"
    slow = f"CAST(sf_multiply({texts}, {result.s}) AS {engine_type(result)})"
    if scale > MAX_PRECISION:
        return slow
    # The engine multiplies operands of up to 18 digits in 64 bits, whatever the product needs.
    widened = 18 < width <= MAX_PRECISION and max(a.type.p, b.type.p) <= 18
    first = f"CAST({a.sql} AS DECIMAL({width},{a.type.s}))" if widened else a.sql
    fast = _as(f"({first} * {b.sql})", result)
    if width <= MAX_PRECISION or scale == result.s:
        return fast
    size = f"abs(CAST({a.sql} AS DOUBLE) * CAST({b.sql} AS DOUBLE))"
    return f"(CASE WHEN {size} < 9e{MAX_PRECISION - scale - 1} THEN {fast} ELSE {slow} END)"


def quotient(a: Typed, b: Typed, result: DataType) -> str:
    """``a / b`` as ``result``, rounded half away from zero; ``b`` must not be zero."""
    return _quotient(a, b, result)


def _remainder(a: Typed, b: Typed, result: DataType) -> str:
    """The engine's remainder, which is exact while both operands fit 38 digits at the common scale."""
    scale, leading = result.s, max(_leading(a.type), _leading(b.type))
    fast = _as(f"sf.modulo({a.sql}, {b.sql})", result)
    if leading + scale <= MAX_PRECISION:
        return fast
    common = fixed(MAX_PRECISION, scale)
    fast = _as(f"sf.modulo({_as(a.sql, common)}, {_as(b.sql, common)})", result)
    small = f"< 9e{MAX_PRECISION - scale - 1}"
    texts = f"CAST({a.sql} AS VARCHAR), CAST({b.sql} AS VARCHAR)"
    slow = f"CAST(sf_modulo({texts}, {scale}) AS {engine_type(result)})"
    sizes = [f"abs(CAST({v.sql} AS DOUBLE)) {small}" for v in (a, b)]
    return f"(CASE WHEN {' AND '.join(sizes)} THEN {fast} ELSE {slow} END)"


def _quotient(a: Typed, b: Typed, result: DataType) -> str:
    """Division of integers: a's digits, shifted so that the quotient has the result's scale, by b's."""
    if len(a.sql) + len(b.sql) > 300:  # long operands are evaluated and written once
        inner = _quotient(replace(a, sql="qv.a"), replace(b, sql="qv.b"), result)
        return f"list_transform([{{'a': {a.sql}, 'b': {b.sql}}}], lambda qv: {inner})[1]"
    texts = f"CAST({a.sql} AS VARCHAR), CAST({b.sql} AS VARCHAR)"
    sql = f"CAST(sf_divide({texts}, {result.s}) AS DECIMAL(38,{result.s}))"
    for digits in (38, 18):
        sql = _in_width(a, b, result, digits, sql)
    return _as(sql, result)


def _in_width(a: Typed, b: Typed, result: DataType, digits: int, otherwise: str) -> str:
    """The quotient computed in integers of ``digits`` digits where both operands are small enough."""
    shift = result.s - a.type.s + b.type.s
    room_a = min(digits - 2 * a.type.s, digits - a.type.s - shift)
    room_b = digits - 1 - 2 * b.type.s
    if room_a <= 0 or room_b <= 0:
        return otherwise
    number = f"sf.round_divide({_digits(a, shift, digits)}, {_digits(b, 0, digits)})"
    unit = f"CAST('0.{'1':0>{result.s}}' AS DECIMAL({result.s},{result.s}))"
    quotient = f"CAST(CAST({number} AS DECIMAL({digits},0)) * {unit} AS DECIMAL(38,{result.s}))"
    guards = [f"abs({v.sql}) < 1{'0' * room}::DECIMAL({room + 1},0)" for v, room in ((a, room_a), (b, room_b))
              if _leading(v.type) > room]  # fmt: skip
    return f"(CASE WHEN {' AND '.join(guards)} THEN {quotient} ELSE {otherwise} END)" if guards else quotient


def _digits(value: Typed, shift: int, digits: int) -> str:
    """All digits of a number as an integer, times ten to the power of ``shift``."""
    integer = "BIGINT" if digits == 18 else "HUGEINT"
    whole = value.sql
    if value.type.s:
        power = f"1{'0' * value.type.s}::DECIMAL({value.type.s + 1},0)"
        whole = f"CAST({value.sql} AS DECIMAL({digits},{value.type.s})) * {power}"
    return f"CAST({whole} AS {integer})" + (f" * 1{'0' * shift}::{integer}" if shift else "")
