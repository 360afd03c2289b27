"""Macros and Python functions behind the operators and the numeric functions."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal

import duckdb

from snowdome.engine.failures import raising
from snowdome.engine.macros import installer, macro

_zero = raising("100051", "22012", "'Division by zero'")
macro("real_divide(a, b)", f"CASE WHEN b = 0 AND a IS NOT NULL THEN {_zero} ELSE a / b END")
macro("real_modulo(a, b)", f"CASE WHEN b = 0 AND a IS NOT NULL THEN {_zero} ELSE a % b END")

# Halves away from zero: half the divisor is added before the engine's division, which truncates.
macro("round_divide(n, d)", "(n + sign(n) * (abs(d) >> 1)) // d")

_EXACT = Context(prec=200, rounding=ROUND_HALF_UP)


def _fitted(value: Decimal, scale: int) -> str:
    """``value`` to ``scale`` digits, halves away from zero; 100046 if it has more than 38 digits."""
    rounded = _EXACT.quantize(value, Decimal(1).scaleb(-scale))
    if len(rounded.as_tuple().digits) > 38:
        kind = f"FIXED[SB16](38,{scale}){{nullable}}"
        raise OverflowError(
            f"SF|100046|22003|Number out of representable range: type {kind}, value {rounded:f}"
        )
    return f"{rounded:f}"


def _multiply(left: str, right: str, scale: int) -> str:
    """The product of two numbers written as text."""
    return _fitted(_EXACT.multiply(Decimal(left), Decimal(right)), scale)


def _divide(left: str, right: str, scale: int) -> str:
    """The quotient of two numbers written as text; 100051 by zero."""
    if not Decimal(right):
        raise ZeroDivisionError("SF|100051|22012|Division by zero")
    return _fitted(_EXACT.divide(Decimal(left), Decimal(right)), scale)


@installer
def install(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the functions for numbers wider than the engine's integers."""
    text, integer = duckdb.sqltype("VARCHAR"), duckdb.sqltype("INTEGER")
    connection.create_function("sf_multiply", _multiply, [text, text, integer], text)
    connection.create_function("sf_divide", _divide, [text, text, integer], text)
