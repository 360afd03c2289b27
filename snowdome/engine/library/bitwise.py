"""Macros and Python functions behind the bitwise functions."""

from __future__ import annotations

import operator
from collections.abc import Callable

import duckdb

from snowdome.engine.failures import raising
from snowdome.engine.macros import installer, macro

macro(
    "shift_left(x, n)",
    "CAST(CASE WHEN n < 0 THEN x >> CAST(-n AS HUGEINT)"
    " WHEN n < 127 THEN x * (1::HUGEINT << CAST(n AS HUGEINT)) WHEN n > 126 THEN 0 END AS DECIMAL(38,0))",
)
macro(
    "shift_right(x, n)",
    "CASE WHEN n < 0 THEN x * (1::HUGEINT << CAST(-n AS HUGEINT))"
    " WHEN n < 127 THEN x >> CAST(n AS HUGEINT) WHEN n > 126 THEN CASE WHEN x < 0 THEN -1 ELSE 0 END END",
)
_negative = raising(
    "100050", "22023", "format('Invalid parameter value: {}. Reason: negative bit position', n)"
)
macro(
    "get_bit(x, n)",
    f"CAST(CASE WHEN n < 0 THEN {_negative} WHEN n > 126 THEN CASE WHEN x < 0 THEN 1 ELSE 0 END"
    " ELSE (x >> CAST(n AS HUGEINT)) & 1 END AS DECIMAL(1,0))",
)

_OPERATORS: dict[str, Callable[[int, int], int]] = {
    "&": operator.and_,
    "|": operator.or_,
    "xor": operator.xor,
}


def _bits(left: bytes, right: bytes, how: str, side: str) -> bytes:
    """Two byte strings combined bit by bit; the shorter one is filled up on ``side``."""
    size = max(len(left), len(right))
    if len(left) != len(right):
        if side.upper() not in ("LEFT", "RIGHT"):
            raise ValueError("SF|100050|22023|The lengths of two variable-sized fields do not match")
        fill = bytes.rjust if side.upper() == "LEFT" else bytes.ljust
        left, right = fill(left, size, b"\0"), fill(right, size, b"\0")
    combined = _OPERATORS[how](int.from_bytes(left, "big"), int.from_bytes(right, "big"))
    return combined.to_bytes(size, "big")


def _shifted(value: bytes, by: int) -> bytes:
    """The bits moved left, or right for a negative count, in the same length."""
    bits = int.from_bytes(value, "big")
    moved = bits << by if by >= 0 else bits >> -by
    return (moved & ((1 << 8 * len(value)) - 1)).to_bytes(len(value), "big")


@installer
def install(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the functions on byte strings."""
    blob, text, integer = duckdb.sqltype("BLOB"), duckdb.sqltype("VARCHAR"), duckdb.sqltype("BIGINT")
    connection.create_function("sf_bits_binary", _bits, [blob, blob, text, text], blob)
    connection.create_function("sf_shift_binary", _shifted, [blob, integer], blob)
