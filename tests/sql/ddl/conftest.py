"""A schema of its own for every test of DDL, and a short way to ask about it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any

import pytest
import snowflake.connector
from snowflake.connector import DictCursor, SnowflakeConnection
from snowflake.connector.errors import DatabaseError

_NUMBERS = itertools.count(1)


class Place:
    """A connection whose current schema is the test's own."""

    def __init__(self, connection: SnowflakeConnection, database: str, schema: str) -> None:
        self.connection = connection
        self.database = database
        self.schema = schema

    def rows(self, sql: str, *bound: Any) -> list[tuple[Any, ...]]:
        """The statement's rows."""
        cursor = self.connection.cursor()
        cursor.execute(sql, bound or None)
        return [tuple(row) for row in cursor.fetchall()]

    def value(self, sql: str) -> Any:
        """The one cell of the statement's result."""
        [(cell,)] = self.rows(sql)
        return cell

    def named(self, sql: str) -> list[dict[str, Any]]:
        """The statement's rows by column name."""
        return [dict(row) for row in self.connection.cursor(DictCursor).execute(sql).fetchall()]

    def columns(self, sql: str) -> list[str]:
        """The names of the statement's columns."""
        cursor = self.connection.cursor()
        cursor.execute(sql)
        return [column.name for column in cursor.description]

    def properties(self, sql: str) -> dict[str, Any]:
        """The values of a listing of properties, by their names."""
        return {row["property"]: row["value"] for row in self.named(sql)}

    def run(self, *statements: str) -> None:
        """Run the statements one after another."""
        for sql in statements:
            self.connection.cursor().execute(sql)

    def fails(self, sql: str) -> tuple[str, str, str]:
        """Code, SQLSTATE and message of the error that the statement must give."""
        with pytest.raises(DatabaseError) as caught:
            self.connection.cursor().execute(sql)
        error = caught.value
        return f"{error.errno:06d}", str(error.sqlstate), str(error.raw_msg)


@pytest.fixture(scope="module")
def shared(server: dict[str, Any]) -> Iterator[SnowflakeConnection]:
    """One connection for the module."""
    with snowflake.connector.connect(**server) as connection:
        connection.cursor().execute("CREATE DATABASE IF NOT EXISTS DDL_TESTS")
        yield connection


@pytest.fixture
def place(shared: SnowflakeConnection) -> Iterator[Place]:
    """A new schema, current in the connection; it is dropped after the test."""
    name = f"P{next(_NUMBERS)}"
    shared.cursor().execute("USE DATABASE DDL_TESTS")
    shared.cursor().execute(f"CREATE SCHEMA DDL_TESTS.{name}")
    yield Place(shared, "DDL_TESTS", name)
    shared.cursor().execute(f"DROP SCHEMA IF EXISTS DDL_TESTS.{name}")


@pytest.fixture
def gone(shared: SnowflakeConnection) -> Iterator[list[str]]:
    """What a test puts here (``DATABASE X``) is dropped after it."""
    names: list[str] = []
    yield names
    for each in names:
        kind, name = re.fullmatch(r'([A-Z ]+) (".*"|\S+)', each).groups()  # type: ignore[union-attr]
        shared.cursor().execute(f"DROP {kind} IF EXISTS {name}")
