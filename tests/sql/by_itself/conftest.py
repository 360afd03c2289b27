"""An account whose clock these tests move, and a new schema for each of them."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import snowflake.connector
from snowflake.connector import SnowflakeConnection

from snowdome.client import local
from tests.sql.place import Place as AnyPlace

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


class Place(AnyPlace):
    """A connection whose current schema, ``LAB.S<n>``, is the test's own."""

    def __init__(self, connection: SnowflakeConnection, schema: str, outbox: Path) -> None:
        super().__init__(connection, schema)
        self._outbox = outbox
        self._before = set(outbox.glob("*.json"))

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
