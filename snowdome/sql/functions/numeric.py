"""Numeric functions; operators are in ``arithmetic``, the rounding family in ``rounding``."""

from __future__ import annotations

from decimal import Decimal

from snowdome.errors import SnowflakeError
from snowdome.sql.casts import cast
from snowdome.sql.functions.arithmetic import (
    add,
    divide,
    modulo,
    multiply,
    negate,
    operands,
    plus,
    round_literal,
    subtract,
)  # fmt: skip
from snowdome.sql.functions.registry import scalar, template
from snowdome.sql.functions.rounding import number
from snowdome.sql.typed import Call, Typed
from snowdome.types import NUMBER, REAL, DataType, engine_type, fixed

__all__ = ["add", "divide", "modulo", "multiply", "negate", "plus", "subtract"]

# Functions of the FLOAT family: name -> engine expression. Those of ``sf.`` refuse what lies outside
# the domain; the others are defined everywhere.
_REAL: dict[str, str] = {
    "SQRT": "sf.sqrt({0})",
    "CBRT": "cbrt({0})",
    "SQUARE": "sf.square({0})",
    "EXP": "exp({0})",
    "LN": "sf.ln({0})",
    "SIN": "sin({0})",
    "COS": "cos({0})",
    "TAN": "tan({0})",
    "COT": "sf.cot({0})",
    "SINH": "sinh({0})",
    "COSH": "cosh({0})",
    "TANH": "tanh({0})",
    "ASIN": "sf.asin({0})",
    "ACOS": "sf.acos({0})",
    "ATAN": "atan({0})",
    "ASINH": "asinh({0})",
    "ACOSH": "sf.acosh({0})",
    "ATANH": "sf.atanh({0})",
    "DEGREES": "degrees({0})",
    "RADIANS": "({0} * pi() / 180)",
}
for _name, _sql in _REAL.items():
    template(_name, "float", REAL, _sql)

template("ATAN2", "float, float", REAL, "atan2({0}, {1})")
template("LOG", "float, float", REAL, "sf.log({0}, {1})")
template("POWER POW", "float, float", REAL, "sf.power({0}, {1})")
template("HAVERSINE", "float, float, float, float", REAL, "sf.haversine({0}, {1}, {2}, {3})")
template("PI", "", REAL, "pi()", nullable=False)


def _as(sql: str, t: DataType) -> str:
    return f"CAST({sql} AS {engine_type(t)})"


@scalar("MOD", args="any, any")
def mod(call: Call) -> Typed:
    """The remainder, as the operator % gives it."""
    return modulo(number_like(call, 0), number_like(call, 1), call.env)


@scalar("NEGATE", args="any")
def negation(call: Call) -> Typed:
    """The negative, as the unary minus gives it."""
    return negate(call[0], call.env)


@scalar("UNARY PLUS", args="any")
def unary_plus(call: Call) -> Typed:
    """``+x``; the parser makes this call of it."""
    return plus(call[0], call.env)


@scalar("DIV0", args="any, any")
def div0(call: Call) -> Typed:
    """The quotient, or 0 where the divisor is 0."""
    return _guarded_quotient(call, "{b} = 0")


@scalar("DIV0NULL", args="any, any")
def div0null(call: Call) -> Typed:
    """The quotient, or 0 where the divisor is 0 or NULL."""
    return _guarded_quotient(call, "coalesce({b}, 0) = 0")


def _guarded_quotient(call: Call, condition: str) -> Typed:
    left, right = operands(call.name, number_like(call, 0), number_like(call, 1), call.env)
    nonzero = Typed(f"nullif({right.sql}, 0)", right.type, True)
    quotient = divide(left, nonzero, call.env)
    zero = f"{left.sql} IS NOT NULL AND {condition.format(b=right.sql)}"
    return call.result(_as(f"CASE WHEN {zero} THEN 0 ELSE {quotient.sql} END", quotient.type), quotient.type)


def number_like(call: Call, index: int) -> Typed:
    """Argument ``index`` as it is, if an operator can take it; else 001044 in the function's name."""
    if call[index].type.kind not in ("FIXED", "REAL", "TEXT", "VARIANT", "NULL"):
        raise call.invalid_types()
    return call[index]


@scalar("SIGN", args="any")
def sign(call: Call) -> Typed:
    """-1, 0 or 1, of the argument's family."""
    value = number(call, 0)
    result = REAL if value.type.kind == "REAL" else fixed(2, 0)
    return call.result(_as(f"sign({value.sql})", result), result)


@scalar("FACTORIAL", args="int")
def factorial(call: Call) -> Typed:
    """The factorial of 0 to 33."""
    return call.result(f"sf.factorial(CAST({call[0].sql} AS INTEGER))", NUMBER)


@scalar("WIDTH_BUCKET", args="any, any, any, any", parameters="EXPR, MIN_VALUE, MAX_VALUE, NUM_BUCKETS")
def width_bucket(call: Call) -> Typed:
    """The number of the equally wide bucket: 0 below the range, the count plus one above it."""
    count = cast(number(call, 3), NUMBER, call.env)
    values = [number(call, i) for i in range(3)]
    if any(v.type.kind == "REAL" for v in values):
        values = [cast(v, REAL, call.env) for v in values]
        macro = "width_bucket_real"
    else:
        scale = max(v.type.s for v in values)
        values = [cast(v, fixed(38, scale), call.env) for v in values]
        macro = "width_bucket_exact"
    written = call[3].literal
    digits = len(str(round_literal(written))) if isinstance(written, (int, Decimal)) else 38
    result = fixed(max(2, digits), 0)
    arguments = ", ".join(v.sql for v in values)
    return call.result(_as(f"sf.{macro}({arguments}, CAST({count.sql} AS INTEGER))", result), result)


@scalar("BITMAP_BIT_POSITION", args="any")
def bitmap_bit_position(call: Call) -> Typed:
    """The position, 0 to 32767, of a number within its bitmap."""
    return call.result(f"sf.bitmap_bit_position({_whole(call)})", fixed(18, 0))


@scalar("BITMAP_BUCKET_NUMBER", args="any")
def bitmap_bucket_number(call: Call) -> Typed:
    """The number of the bitmap of 32768 values that a number belongs to."""
    return call.result(f"sf.bitmap_bucket_number({_whole(call)})", fixed(18, 0))


@scalar("BITMAP_COUNT", args="binary")
def bitmap_count(call: Call) -> Typed:
    """How many bits of a bitmap are set."""
    return call.result(_as(f"sf_bitmap_count({call[0].sql})", fixed(18, 0)), fixed(18, 0))


def _whole(call: Call) -> str:
    return f"CAST({cast(number(call, 0), NUMBER, call.env).sql} AS HUGEINT)"


def refused_value(value: str, reason: str) -> SnowflakeError:
    """100050: a constant argument that a function does not take."""
    return SnowflakeError("100050", "22023", f"Invalid parameter value: {value}. Reason: {reason}")
