"""An account whose clock these tests move, and a new schema for each of them."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import snowflake.connector
from snowflake.connector import DictCursor, SnowflakeConnection
from snowflake.connector.errors import Error

from snowdome.client import local

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[local.LocalAccount]:
    """A running account that only these tests use."""
    account = local.account(tmp_path_factory.mktemp("by_itself") / "state")
    account.start()
    yield account
    account.stop()


@pytest.fixture(scope="session")
def server(lab: local.LocalAccount) -> dict[str, Any]:
    """Connection parameters of the account."""
    return lab.parameters()


class Place:
    """A connection whose current schema, ``LAB.S<n>``, is the test's own."""

    def __init__(self, connection: SnowflakeConnection, schema: str, outbox: Path) -> None:
        self.connection = connection
        self.schema = schema
        self._outbox = outbox
        self._before = set(outbox.glob("*.json"))

    def run(self, *statements: str) -> None:
        """Run the statements one after another."""
        for sql in statements:
            self.connection.cursor().execute(sql)

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

    def fails(self, sql: str) -> tuple[str, str, str]:
        """Code, SQLSTATE and message of the error that the statement must give."""
        with pytest.raises(Error) as caught:
            self.connection.cursor().execute(sql)
        error = caught.value
        return f"{error.errno:06d}", str(error.sqlstate), str(error.raw_msg)

    def tick(self, duration: str) -> list[tuple[str, str]]:
        """Move the clock; the names (without their schema) and states of what ran on the way."""
        found = json.loads(self.value(f"SELECT SYSTEM$SNOWDOME_TICK('{duration}')"))
        return [(ran["name"].rpartition(".")[2], ran["state"]) for ran in found["ran"]]

    def messages(self) -> list[dict[str, Any]]:
        """What came into the outbox during the test, in order."""
        new = sorted(set(self._outbox.glob("*.json")) - self._before)
        return [json.loads(path.read_text(encoding="utf-8")) for path in new]


@pytest.fixture(scope="module")
def shared(server: dict[str, Any]) -> Iterator[SnowflakeConnection]:
    """One connection for the module."""
    with snowflake.connector.connect(**server) as connection:
        connection.cursor().execute("CREATE DATABASE IF NOT EXISTS LAB")
        yield connection


@pytest.fixture
def place(shared: SnowflakeConnection, lab: local.LocalAccount) -> Iterator[Place]:
    """A new schema, current in the connection; it is dropped after the test."""
    name = f"S{next(_NUMBERS)}"
    shared.cursor().execute(f"CREATE SCHEMA LAB.{name}")
    shared.cursor().execute(f"USE SCHEMA LAB.{name}")
    yield Place(shared, f"LAB.{name}", lab.state.outbox)
    shared.cursor().execute(f"DROP SCHEMA LAB.{name}")
