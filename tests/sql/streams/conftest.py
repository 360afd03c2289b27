"""A schema of its own for every test of streams, and short ways to change and to look."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
import snowflake.connector
from snowflake.connector import SnowflakeConnection
from snowflake.connector.errors import DatabaseError

from tests.sql.place import Connected

_NUMBERS = itertools.count(1)

CHANGED = "METADATA$ACTION, METADATA$ISUPDATE"


class Place(Connected):
    """A connection whose current schema is the test's own."""

    def __init__(self, connection: SnowflakeConnection, parameters: dict[str, Any], schema: str) -> None:
        super().__init__(connection, schema)
        self.parameters = parameters

    def changes(self, stream: str, columns: str) -> list[tuple[Any, ...]]:
        """The changes of a stream, with action and whether it is an update, in the order of all columns."""
        return self.rows(f"SELECT {columns}, {CHANGED} FROM {stream} ORDER BY ALL")

    def fails(self, sql: str) -> tuple[int | None, str]:
        """Code and message of the error that the statement must give."""
        with pytest.raises(DatabaseError) as caught:
            self.connection.cursor().execute(sql)
        return caught.value.errno, str(caught.value.raw_msg)

    def another(self) -> Place:
        """Another session in the same schema; the caller closes its connection."""
        database, name = self.schema.split(".")
        opened = snowflake.connector.connect(**{**self.parameters, "database": database, "schema": name})
        return Place(opened, self.parameters, self.schema)


@pytest.fixture(scope="module")
def shared(server: dict[str, Any]) -> Iterator[SnowflakeConnection]:
    """One connection for the module."""
    with snowflake.connector.connect(**server) as connection:
        connection.cursor().execute("CREATE DATABASE IF NOT EXISTS STREAM_TESTS")
        yield connection


@pytest.fixture
def place(shared: SnowflakeConnection, server: dict[str, Any]) -> Iterator[Place]:
    """A new schema, current in the connection; it is dropped after the test."""
    name = f"STREAM_TESTS.P{next(_NUMBERS)}"
    shared.cursor().execute(f"CREATE OR REPLACE SCHEMA {name}")
    shared.cursor().execute(f"USE SCHEMA {name}")
    yield Place(shared, server, name)
    shared.cursor().execute("ROLLBACK")
    shared.cursor().execute(f"DROP SCHEMA IF EXISTS {name}")
