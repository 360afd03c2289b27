"""What a DML statement writes, for its failures: which column a value could not be written to."""

from __future__ import annotations

from dataclasses import dataclass

from snowdome.errors import SnowflakeError, compilation_error
from snowdome.sql.casts import coerces
from snowdome.types import DataType

_REFUSED: dict[str, frozenset[str]] = {  # what an expression may be converted to and a write may not
    "TEXT": frozenset({"VARIANT", "ARRAY", "OBJECT", "MAP"}),
    "BOOLEAN": frozenset({"FIXED", "REAL"}),
    "BINARY": frozenset({"TEXT"}),
}


@dataclass(frozen=True)
class Assignment:
    """A column with the engine SQL of its new value; ``required`` if it must not be NULL."""

    column: str
    sql: str
    required: bool


@dataclass(frozen=True)
class Written:
    """The table as the statement names it, the engine's FROM clause of the new rows, and their values."""

    table: str
    rows: str
    values: tuple[Assignment, ...]


def check_assignable(given: DataType, wanted: DataType, column: str) -> None:
    """002023: a value of type ``given`` cannot be written to ``column``; 002016 for TIME to a timestamp."""
    if given.kind == "NULL" or writable(given, wanted):
        return
    if given.kind == "TIME" and wanted.is_timestamp:
        raise incompatible(given, wanted)
    expected = f"expecting {wanted} but got {given} for column {column}"
    text = f"Expression type does not match column data type, {expected}"
    raise compilation_error("002023", "22000", text)


def writable(given: DataType, wanted: DataType) -> bool:
    """Whether Snowflake converts ``given`` by itself where it writes a ``wanted``."""
    return coerces(given, wanted) and wanted.kind not in _REFUSED.get(given.kind, frozenset())


def incompatible(given: DataType, wanted: DataType) -> SnowflakeError:
    """002016: there is no type for both."""
    return compilation_error("002016", "22000", f"incompatible types: [{given}] and [{wanted}]")
