"""Conversions to and from NUMBER, FLOAT and BOOLEAN.

Casts that can fail are plain engine casts, so that the value is evaluated once; what the engine then
raises is translated to Snowflake's errors in ``snowdome.engine.failures``.
"""

from __future__ import annotations

from snowdome.sql.casts import conversion
from snowdome.sql.typed import Environment, Typed
from snowdome.types import DataType, engine_type


def _cast(sql: str, target: DataType, safe: bool) -> str:
    return f"{'TRY_CAST' if safe else 'CAST'}({sql} AS {engine_type(target)})"


@conversion("FIXED", "FIXED")
def fixed_to_fixed(value: Typed, target: DataType, env: Environment, safe: bool) -> str:
    """Round half away from zero to the target's scale; 100046 if the value does not fit."""
    return _cast(value.sql, target, safe)


@conversion("FIXED", "REAL")
def fixed_to_real(value: Typed, target: DataType, env: Environment, safe: bool) -> str:
    """The nearest double."""
    return f"CAST({value.sql} AS DOUBLE)"


@conversion("REAL", "FIXED")
def real_to_fixed(value: Typed, target: DataType, env: Environment, safe: bool) -> str:
    """Round half away from zero; 100046 if the value does not fit or is not finite."""
    return _cast(value.sql, target, safe)


@conversion("REAL", "REAL")
def real_to_real(value: Typed, target: DataType, env: Environment, safe: bool) -> str:
    """The same value."""
    return value.sql


@conversion("TEXT", "FIXED")
def text_to_fixed(value: Typed, target: DataType, env: Environment, safe: bool) -> str:
    """The number written, exactly; 100038 if it is none, 100039 if it does not fit."""
    return _cast(f"sf.number_text({value.sql})", target, safe)


@conversion("TEXT", "REAL")
def text_to_real(value: Typed, target: DataType, env: Environment, safe: bool) -> str:
    """The number written, or inf, infinity or nan; 100038 if it is none of them."""
    return _cast(f"sf.number_text({value.sql})", target, safe)


@conversion("BOOLEAN", "FIXED", "REAL")
def boolean_to_number(value: Typed, target: DataType, env: Environment, safe: bool) -> str:
    """1 for true, 0 for false."""
    return _cast(value.sql, target, safe)


@conversion("FIXED", "BOOLEAN")
@conversion("REAL", "BOOLEAN")
def number_to_boolean(value: Typed, target: DataType, env: Environment, safe: bool) -> str:
    """Whether the number is not zero."""
    return f"({value.sql} <> 0)"


@conversion("TEXT", "BOOLEAN")
def text_to_boolean(value: Typed, target: DataType, env: Environment, safe: bool) -> str:
    """True for true, t, yes, y, on and 1, false for their opposites, in any case; else 100037."""
    return f"sf.{'try_' if safe else ''}text_boolean({value.sql})"


@conversion("BOOLEAN", "BOOLEAN")
def boolean_to_boolean(value: Typed, target: DataType, env: Environment, safe: bool) -> str:
    """The same value."""
    return value.sql
