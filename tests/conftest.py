"""A local account for the tests: one for each test process, schemas of their own for each module."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import snowflake.connector
from hypothesis import HealthCheck, settings
from snowflake.connector import SnowflakeConnection
from snowflake.snowpark import Session

from snowdome.client import local

_NUMBERS = itertools.count(1)

# How fast a busy machine is says nothing about the code.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long tests come first, so that none is left for one process alone at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Connection parameters of a running local account."""
    account = local.account(tmp_path_factory.mktemp("account") / "state")
    account.start()
    yield account.parameters()
    account.stop()


@pytest.fixture(scope="module")
def schema(server: dict[str, Any]) -> str:
    """A new schema in the database TESTS, by its full name."""
    name = f"TESTS.S{next(_NUMBERS)}"
    with snowflake.connector.connect(**server) as connection:
        connection.cursor().execute("CREATE DATABASE IF NOT EXISTS TESTS")
        connection.cursor().execute(f"CREATE SCHEMA {name}")
    return name


@pytest.fixture
def connect(server: dict[str, Any], schema: str) -> Iterator[Callable[..., SnowflakeConnection]]:
    """Opens connections to the module's schema; they are closed after the test."""
    opened: list[SnowflakeConnection] = []

    def open_one(**more: Any) -> SnowflakeConnection:
        database, name = schema.split(".")
        opened.append(snowflake.connector.connect(**{**server, "database": database, "schema": name, **more}))
        return opened[-1]

    yield open_one
    for connection in opened:
        connection.close()


@pytest.fixture
def connection(connect: Callable[..., SnowflakeConnection]) -> SnowflakeConnection:
    """A connection to the module's schema."""
    return connect()


@pytest.fixture
def run(connection: SnowflakeConnection) -> Callable[..., list[tuple[Any, ...]]]:
    """Runs one statement and gives its rows."""

    def execute(sql: str, *bound: Any) -> list[tuple[Any, ...]]:
        cursor = connection.cursor()
        cursor.execute(sql, bound or None)
        return list(cursor.fetchall())

    return execute


@pytest.fixture
def session(server: dict[str, Any], schema: str) -> Iterator[Session]:
    """A Snowpark session in the module's schema."""
    database, name = schema.split(".")
    opened = Session.builder.configs({**server, "database": database, "schema": name}).create()
    yield opened
    opened.close()
