"""Data generation: random numbers and texts, sequences of rows.

Snowflake's own algorithms are not published: with the same seed the values here are the same every time,
but not Snowflake's.
"""

from __future__ import annotations

from snowdome.errors import compilation_error, not_supported
from snowdome.sql import casts
from snowdome.sql.functions.registry import scalar
from snowdome.sql.typed import Call, Typed
from snowdome.types import REAL, TEXT, DataType, fixed, text

ROW = "(row_number() OVER () - 1)"  # the row's number, from zero, in the order of the input
_MAX_ZIPF = 10_000
SEQUENCES = {"SEQ1": 3, "SEQ2": 5, "SEQ4": 10, "SEQ8": 19}  # decimal digits of each width


@scalar("RANDOM", args="any?")
def random(call: Call) -> Typed:
    """A 64-bit number; with a seed, the same one for the same row every time."""
    if not len(call):
        return call.result("sf.random_signed(random())", fixed(19, 0), False)
    seed = casts.cast(call[0], fixed(38, 0), call.env).sql
    return call.result(f"sf.random_signed(struct_pack(r := {ROW}, s := {seed}))", fixed(19, 0), False)


@scalar("UNIFORM", args="number, number, any")
def uniform(call: Call) -> Typed:
    """A number between two, both included if they are exact."""
    low, high, source = call.args
    if low.type.kind != "FIXED" or high.type.kind != "FIXED":
        first, last = (casts.cast(v, REAL, call.env).sql for v in (low, high))
        return call.result(f"({first} + ({last} - {first}) * sf.random_unit({source.sql}))", REAL)
    scale = max(low.type.s, high.type.s)
    digits = max(low.type.p - low.type.s, high.type.p - high.type.s, 2 - scale, 1)
    returns = fixed(min(38, digits + scale), scale)
    first, last = (_scaled(v, scale) for v in (low, high))
    number = f"sf.random_whole({first}, {last}, {source.sql})"
    unscaled = f"CAST({number} AS DECIMAL({returns.p},0))"
    if not scale:
        return call.result(unscaled, returns)
    return call.result(
        f"CAST({number} * CAST(1e-{scale} AS DECIMAL({scale + 1},{scale})) AS {_engine(returns)})", returns
    )


def _engine(type_: DataType) -> str:
    return f"DECIMAL({type_.p},{type_.s})"


def _scaled(value: Typed, scale: int) -> str:
    return f"CAST({value.sql} * {10**scale} AS HUGEINT)"


@scalar("NORMAL", args="float, float, any")
def normal(call: Call) -> Typed:
    """A normally distributed number of a mean and a standard deviation."""
    return call.result(f"({call[0].sql} + {call[1].sql} * sf.random_normal({call[2].sql}))", REAL)


@scalar("ZIPF", args="float, int, any")
def zipf(call: Call) -> Typed:
    """A whole number from 1 to N by Zipf's law with exponent s."""
    count = call[1].literal
    if not isinstance(count, int) or not 1 <= count <= _MAX_ZIPF:
        raise not_supported(f"ZIPF of more than {_MAX_ZIPF} elements, or of a number that is not constant")
    weights = f"sf.zipf_weights({call[0].sql}, {count})"
    return call.result(f"CAST(sf.random_zipf({weights}, {call[2].sql}) AS DECIMAL(19,0))", fixed(19, 0))


@scalar("RANDSTR", args="int, any")
def randstr(call: Call) -> Typed:
    """A text of letters and digits."""
    size = call[0].literal
    returns = text(size) if isinstance(size, int) and size >= 0 else TEXT
    return call.result(f"sf.random_text({call[0].sql}, {call[1].sql})", returns)


@scalar("SEQ1", "SEQ2", "SEQ4", "SEQ8", args="int?")
def sequence(call: Call) -> Typed:
    """The row's number from zero; past the width's largest, from zero again or, with 1, from its smallest."""
    sign = call[0].literal if len(call) else 0
    if sign not in (0, 1):
        raise compilation_error("001007", "22023", f"invalid value [{sign!r}] for parameter 'sign'")
    half = 2 ** (8 * int(call.name[3:]) - 1)
    returns = fixed(SEQUENCES[call.name], 0)
    number = f"({ROW} % {half})" if not sign else f"(({ROW} + {half}) % {2 * half} - {half})"
    return call.result(f"CAST({number} AS {_engine(returns)})", returns, False)
