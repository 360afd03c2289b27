"""Engine SQL of exact numbers, for the rules of aggregates and windows."""

from __future__ import annotations

from snowdome.sql.typed import Call
from snowdome.types import INT18, DataType

COUNT = INT18


def as_fixed(sql: str, type_: DataType) -> str:
    """Engine SQL of a number as exactly ``type_``."""
    return f"CAST({sql} AS DECIMAL({type_.p},{type_.s}))"


def distinct(call: Call) -> str:
    """``DISTINCT `` where the call has it."""
    return "DISTINCT " if call.distinct else ""
