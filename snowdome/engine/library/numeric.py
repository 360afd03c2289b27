"""Macros and Python functions behind the operators and the numeric functions."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal

import duckdb

from snowdome.engine.failures import raising
from snowdome.engine.macros import installer, macro
from snowdome.engine.versions import STRICT_DIVISION

_zero = raising("100051", "22012", "'Division by zero'")
macro("real_divide(a, b)", f"CASE WHEN b = 0 AND a IS NOT NULL THEN {_zero} ELSE a / b END")
macro("real_modulo(a, b)", f"CASE WHEN b = 0 AND a IS NOT NULL THEN {_zero} ELSE a % b END")

# Halves away from zero: half the divisor is added before the engine's division, which truncates.
# sign() and no comparison: the engine evaluates casts of constants within comparisons while it plans.
_divisor = "d" if STRICT_DIVISION else f"CASE WHEN d = 0 AND n IS NOT NULL THEN {_zero} ELSE d END"
macro("round_divide(n, d)", f"(n + sign(n) * (abs(d) >> 1)) // {_divisor}")
macro("modulo(n, d)", f"n % {_divisor}")

# Exact rounding to multiples of u, a power of ten.
macro("trunc_to(x, u)", "x - x % u")
macro("floor_to(x, u)", "x - x % u - CASE WHEN x % u < 0 THEN u ELSE 0 END")
macro("ceil_to(x, u)", "x - x % u + CASE WHEN x % u > 0 THEN u ELSE 0 END")
macro("round_to(x, u)", "x - x % u + CASE WHEN abs(x % u) >= u - abs(x % u) THEN u * sign(x) ELSE 0 END")
macro(
    "round_even_to(x, u)",
    "x - x % u + CASE WHEN abs(x % u) > u - abs(x % u)"
    " OR (abs(x % u) = u - abs(x % u) AND (x - x % u) % (u * 2) <> 0) THEN u * sign(x) ELSE 0 END",
)
macro("round_even(x)", "round_even(x, 0)")

# Rounding of FLOAT at a scale: a product past 2^52 has no fraction left to round.
for _how in ("trunc", "floor", "ceil", "round", "round_even"):
    _at = "round_even({}, 0)" if _how == "round_even" else _how + "({})"
    _fine, _coarse = _at.format("x * pow(10::DOUBLE, s)"), _at.format("x / pow(10::DOUBLE, -s)")
    macro(
        f"{_how}_real(x, s)",
        f"CASE WHEN s < 0 THEN {_coarse} * pow(10::DOUBLE, -s) + 0.0::DOUBLE"
        f" WHEN abs(x * pow(10::DOUBLE, s)) >= 4503599627370496 THEN x"
        f" ELSE {_fine} / pow(10::DOUBLE, s) + 0.0::DOUBLE END",
    )


def _domain(name: str, outside: str, inside: str = "") -> None:
    """A function of FLOAT that refuses arguments for which ``outside`` holds."""
    message = f"printf('Invalid floating point operation: {name}(%g)', x)"
    refusal = raising("100044", "22P01", message)
    macro(f"{name}(x)", f"CASE WHEN {outside} THEN {refusal} ELSE {inside or name + '(x)'} END")


_domain("sqrt", "x < 0")
_domain("ln", "x <= 0")
_domain("asin", "abs(x) > 1")
_domain("acos", "abs(x) > 1")
_domain("acosh", "x < 1")
_domain("atanh", "abs(x) >= 1")
_domain("cot", "x = 0", "1 / tan(x)")
macro("square(x)", "x * x")
_log = raising("100044", "22P01", "printf('Invalid floating point operation: log(%g,%g)', b, x)")
macro("log(b, x)", f"CASE WHEN x <= 0 OR b <= 0 OR b = 1 THEN {_log} ELSE log(b, x) END")
_power = raising("100044", "22P01", "printf('Invalid floating point operation: pow(%g,%g)', a, b)")
macro(
    "power(a, b)",
    f"CASE WHEN (a < 0 AND b <> trunc(b)) OR (a = 0 AND b < 0) THEN {_power} ELSE pow(a, b) END",
)
macro(
    "haversine_part(a, b, c, d)",
    "pow(sin(radians(c - a) / 2), 2) + cos(radians(a)) * cos(radians(c)) * pow(sin(radians(d - b) / 2), 2)",
)
macro(
    "haversine(a, b, c, d)",
    "2 * 6371 * atan2(sqrt(sf.haversine_part(a, b, c, d)), sqrt(1 - sf.haversine_part(a, b, c, d)))",
)
_factorial = raising("100039", "22003", "printf('Numeric value ''%d'' is out of range', n)")
macro(
    "factorial(n)",
    f"CAST(CASE WHEN n < 0 OR n > 33 THEN {_factorial} ELSE factorial(n) END AS DECIMAL(38,0))",
)

_buckets = "printf('Invalid parameter value: %d. Reason: number of buckets must be positive', n)"
_range = "'Invalid parameter value: ' || a || '. Reason: the bounds of the buckets must differ'"
_width_checks = (
    f"WHEN n <= 0 THEN {raising('100050', '22023', _buckets)}"
    f" WHEN a = b THEN {raising('100050', '22023', _range)}"
    " WHEN a < b AND x < a THEN 0 WHEN a < b AND x >= b THEN n + 1"
    " WHEN a > b AND x > a THEN 0 WHEN a > b AND x <= b THEN n + 1"
)
macro("width_bucket_real(x, a, b, n)", f"CASE {_width_checks} ELSE floor((x - a) * n / (b - a)) + 1 END")
macro("bucket_part(x, a, b, n)", "(x - a) * n - ((x - a) * n) % (b - a)")
macro(
    "width_bucket_exact(x, a, b, n)",
    f"CASE {_width_checks}"
    " ELSE round(CAST(sf.bucket_part(x, a, b, n) AS DOUBLE) / CAST(b - a AS DOUBLE)) + 1 END",
)

macro(
    "bitmap_bit_position(n)",
    "CAST(CASE WHEN n > 0 THEN (n - 1) % 32768 ELSE abs(n) % 32768 END AS DECIMAL(18,0))",
)
macro(
    "bitmap_bucket_number(n)",
    "CAST(CASE WHEN n > 0 THEN 1 + (n - 1) // 32768 ELSE n // 32768 END AS DECIMAL(18,0))",
)

_EXACT = Context(prec=200, rounding=ROUND_HALF_UP)
_ROUNDINGS = {
    "round": ROUND_HALF_UP, "round_even": ROUND_HALF_EVEN, "trunc": ROUND_DOWN, "floor": ROUND_FLOOR,
    "ceil": ROUND_CEILING,
}  # fmt: skip


def _fitted(value: Decimal, scale: int) -> str:
    """``value`` to ``scale`` digits, halves away from zero; 100046 if it has more than 38 digits."""
    rounded = _EXACT.quantize(value, Decimal(1).scaleb(-scale))
    if len(rounded.as_tuple().digits) > 38:
        kind = f"FIXED[SB16](38,{scale}){{nullable}}"
        message = f"Number out of representable range: type {kind}, value {rounded:f}"
        raise OverflowError(f"SF|100046|22003|{message}")
    return f"{rounded:f}"


def _multiply(left: str, right: str, scale: int) -> str:
    """The product of two numbers written as text."""
    return _fitted(_EXACT.multiply(Decimal(left), Decimal(right)), scale)


def _divide(left: str, right: str, scale: int) -> str:
    """The quotient of two numbers written as text; 100051 by zero."""
    if not Decimal(right):
        raise ZeroDivisionError("SF|100051|22012|Division by zero")
    return _fitted(_EXACT.divide(Decimal(left), Decimal(right)), scale)


def _modulo(left: str, right: str, scale: int) -> str:
    """The remainder of two numbers written as text, with the sign of the first; 100051 by zero."""
    if not Decimal(right):
        raise ZeroDivisionError("SF|100051|22012|Division by zero")
    return _fitted(_EXACT.remainder(Decimal(left), Decimal(right)), scale)


def _round_exact(number: str, scale: int, how: str, shown: int) -> str:
    """A number written as text, rounded to ``scale`` digits (below zero: to a power of ten), and written
    with ``shown`` digits."""
    value = Decimal(number)
    own = max(-int(value.as_tuple().exponent), 0)
    if scale < own:
        value = value.quantize(Decimal(1).scaleb(-scale), _ROUNDINGS[how], _EXACT)
    return _fitted(value, shown)


@installer
def install(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the functions for numbers wider than the engine's integers."""
    text, integer = duckdb.sqltype("VARCHAR"), duckdb.sqltype("INTEGER")
    connection.create_function("sf_multiply", _multiply, [text, text, integer], text)
    connection.create_function("sf_divide", _divide, [text, text, integer], text)
    connection.create_function("sf_modulo", _modulo, [text, text, integer], text)
    connection.create_function("sf_round_exact", _round_exact, [text, integer, text, integer], text)
