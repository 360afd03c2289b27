"""Conversions of VARCHAR, and of numbers and booleans to it."""

from __future__ import annotations

from snowdome.engine.failures import raising
from snowdome.sql.casts import conversion
from snowdome.sql.typed import Environment, Typed
from snowdome.types import MAX_TEXT, DataType


def fitted(sql: str, target: DataType, safe: bool) -> str:
    """Engine SQL of text that must not be longer than ``target``: 100078, or NULL with ``safe``."""
    if target.length is None or target.length >= MAX_TEXT:
        return sql
    message = f"format('String ''{{}}'' is too long and would be truncated', {sql})"
    otherwise = "NULL" if safe else raising("100078", "22000", message)
    return f"(CASE WHEN length({sql}) > {target.length} THEN {otherwise} ELSE {sql} END)"


@conversion("TEXT", "TEXT")
def text_to_text(value: Typed, target: DataType, env: Environment, safe: bool) -> str:
    """An explicit cast cuts the text to the target's length, characters."""
    if target.length is None or target.length >= (value.type.length or MAX_TEXT):
        return value.sql
    return f"left({value.sql}, {target.length})"


@conversion("FIXED", "TEXT")
@conversion("BOOLEAN", "TEXT")
def plain_to_text(value: Typed, target: DataType, env: Environment, safe: bool) -> str:
    """All digits of the scale; ``true`` or ``false``."""
    return fitted(f"CAST({value.sql} AS VARCHAR)", target, safe)


@conversion("REAL", "TEXT")
def real_to_text(value: Typed, target: DataType, env: Environment, safe: bool) -> str:
    """Ten significant digits at most, such as 3.141592654 or 1e+20."""
    return fitted(f"sf.real_text({value.sql})", target, safe)
