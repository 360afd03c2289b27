"""A schema of its own for every test of DDL, and a short way to ask about it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any

import pytest
import snowflake.connector
from snowflake.connector import SnowflakeConnection

from tests.sql.place import Place as AnyPlace

_NUMBERS = itertools.count(1)


class Place(AnyPlace):
    """A connection whose current schema is the test's own."""

    def __init__(self, connection: SnowflakeConnection, database: str, schema: str) -> None:
        super().__init__(connection, schema)
        self.database = database

    def properties(self, sql: str) -> dict[str, Any]:
        """The values of a listing of properties, by their names."""
        return {row["property"]: row["value"] for row in self.named(sql)}


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
