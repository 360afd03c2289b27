"""Bitwise functions on whole numbers and on BINARY.

Results are one digit wider than the widest argument, because 99 XOR 28 is 127; Snowflake declares fewer
digits and returns the same values.
"""

from __future__ import annotations

from snowdome.sql.casts import cast
from snowdome.sql.functions.registry import scalar
from snowdome.sql.functions.rounding import number
from snowdome.sql.functions.string import whole
from snowdome.sql.typed import Call, Typed
from snowdome.types import NUMBER, DataType, binary, engine_type, fixed


@scalar("BITAND", "BIT_AND", args="any, any, text?")
def bit_and(call: Call) -> Typed:
    """Bits set in both."""
    return _combined(call, "&")


@scalar("BITOR", "BIT_OR", args="any, any, text?")
def bit_or(call: Call) -> Typed:
    """Bits set in either."""
    return _combined(call, "|")


@scalar("BITXOR", "BIT_XOR", args="any, any, text?")
def bit_xor(call: Call) -> Typed:
    """Bits set in one of both."""
    return _combined(call, "xor")


@scalar("BITNOT", "BIT_NOT", args="any")
def bit_not(call: Call) -> Typed:
    """Every bit inverted."""
    if call[0].type.kind == "BINARY":
        return call.result(f"CAST(~CAST({call[0].sql} AS BIT) AS BLOB)", call[0].type)
    result = fixed(max(2, _digits(call[0].type)) + 1, 0)
    return call.result(f"CAST(~{_integer(call, 0)} AS {engine_type(result)})", result)


@scalar("BITSHIFTLEFT", "BIT_SHIFTLEFT", args="any, int")
def shift_left(call: Call) -> Typed:
    """The bits moved left: a multiplication by a power of two."""
    if call[0].type.kind == "BINARY":
        return call.result(f"sf_shift_binary({call[0].sql}, {whole(call[1])})", call[0].type)
    return call.result(f"sf.shift_left({_integer(call, 0)}, {whole(call[1])})", NUMBER)


@scalar("BITSHIFTRIGHT", "BIT_SHIFTRIGHT", args="any, int")
def shift_right(call: Call) -> Typed:
    """The bits moved right; the sign stays."""
    if call[0].type.kind == "BINARY":
        return call.result(f"sf_shift_binary({call[0].sql}, -{whole(call[1])})", call[0].type)
    result = fixed(max(2, _digits(call[0].type)), 0)
    sql = f"sf.shift_right({_integer(call, 0)}, {whole(call[1])})"
    return call.result(f"CAST({sql} AS {engine_type(result)})", result)


@scalar("GETBIT", args="any, int")
def getbit(call: Call) -> Typed:
    """The bit at a position counted from 0, the lowest."""
    return call.result(f"sf.get_bit({_integer(call, 0)}, {whole(call[1])})", fixed(1, 0))


@scalar("BITCOUNT", args="any")
def bitcount(call: Call) -> Typed:
    """How many bits are set."""
    return call.result(f"CAST(bit_count(CAST({_integer(call, 0)} AS BIT)) AS DECIMAL(9,0))", fixed(9, 0))


def _combined(call: Call, operator: str) -> Typed:
    kinds = [a.type.kind for a in call.args[:2]]
    if "BINARY" in kinds:
        return _combined_bytes(call, operator)
    if len(call) > 2:
        raise call.invalid_types()
    left, right = _integer(call, 0), _integer(call, 1)
    sql = f"xor({left}, {right})" if operator == "xor" else f"({left} {operator} {right})"
    result = fixed(max(2, *(_digits(a.type) for a in call.args)) + 1, 0)
    return call.result(f"CAST({sql} AS {engine_type(result)})", result)


def _combined_bytes(call: Call, operator: str) -> Typed:
    """Both BINARY; of different lengths only with a padding side, LEFT or RIGHT."""
    if any(a.type.kind not in ("BINARY", "NULL") for a in call.args[:2]):
        raise call.invalid_types()
    side = call[2].sql if len(call) > 2 else "''"
    sql = f"sf_bits_binary({call[0].sql}, {call[1].sql}, '{operator}', {side})"
    return call.result(sql, binary())


def _integer(call: Call, index: int) -> str:
    value = number(call, index)
    if value.type.kind == "FIXED" and value.type.s == 0:
        return f"CAST({value.sql} AS HUGEINT)"
    return f"CAST({cast(value, NUMBER, call.env).sql} AS HUGEINT)"


def _digits(t: DataType) -> int:
    """The whole digits that an argument's type can have."""
    if t.kind == "FIXED":
        return t.p - t.s
    return 1 if t.kind == "NULL" else 38
