"""Expressions asked of the local account: their values, their types and their refusals."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
import snowflake.connector
from snowflake.connector import SnowflakeConnection
from snowflake.connector.constants import FIELD_ID_TO_NAME
from snowflake.connector.errors import ProgrammingError

Shown = Callable[[str], str | None]
Refusal = Callable[[str], tuple[int | None, str]]


@pytest.fixture(scope="module")
def expressions(server: dict[str, Any]) -> Iterator[SnowflakeConnection]:
    """One connection for the expressions of a module."""
    with snowflake.connector.connect(**server) as connection:
        yield connection


def _text(value: Any) -> str | None:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, (bytes, bytearray)):
        return value.hex().upper()
    return None if value is None else str(value)


@pytest.fixture
def shown(expressions: SnowflakeConnection) -> Shown:
    """The value of an expression as text: numbers with all digits of their scale, binaries in hexadecimal."""

    def ask(expression: str) -> str | None:
        row: Any = expressions.cursor().execute(f"SELECT {expression}").fetchone()  # type: ignore[union-attr]
        return _text(row[0])

    return ask


@pytest.fixture
def declared(expressions: SnowflakeConnection) -> Shown:
    """The type of an expression, such as NUMBER(7,6) or FLOAT."""

    def ask(expression: str) -> str:
        column: Any = expressions.cursor().describe(f"SELECT {expression}")[0]
        name = str(FIELD_ID_TO_NAME[column.type_code])
        if name == "FIXED":
            return f"NUMBER({column.precision},{column.scale})"
        return {"REAL": "FLOAT", "TEXT": "VARCHAR"}.get(name, name)

    return ask


_HEAD = r"SQL compilation error:( error line \d+ at position \d+)?\n"


@pytest.fixture
def refused(expressions: SnowflakeConnection) -> Refusal:
    """The code and the message with which an expression is refused."""

    def ask(expression: str) -> tuple[int | None, str]:
        with pytest.raises(ProgrammingError) as error:
            expressions.cursor().execute(f"SELECT {expression}")
        message = str(error.value.raw_msg or error.value.msg)
        return error.value.errno, re.sub(_HEAD, "", message)

    return ask
