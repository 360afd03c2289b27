"""The unmodified client snowflake.core against the local account, and a client that writes HTTP itself."""

from __future__ import annotations

import http.client
import itertools
import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
import snowflake.connector
from snowflake.connector import SnowflakeConnection
from snowflake.core import Root
from snowflake.core.database import DatabaseResource
from snowflake.core.schema import Schema, SchemaResource

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="module", autouse=True)
def _direct() -> Iterator[None]:
    """snowflake.core goes through HTTPS_PROXY whatever NO_PROXY says."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [n for n in os.environ if n.lower() == "https_proxy"]:
            patch.delenv(name)
        yield


@pytest.fixture(scope="module")
def logged_in(server: dict[str, Any]) -> Iterator[SnowflakeConnection]:
    with snowflake.connector.connect(**server) as connection:
        connection.cursor().execute("CREATE DATABASE IF NOT EXISTS REST_TESTS")
        yield connection


@pytest.fixture(scope="module")
def root(logged_in: SnowflakeConnection) -> Root:
    return Root(logged_in)


@pytest.fixture(scope="module")
def database(root: Root) -> DatabaseResource:
    return root.databases["REST_TESTS"]


@pytest.fixture(scope="module")
def place(database: DatabaseResource, logged_in: SnowflakeConnection) -> SchemaResource:
    """A new schema, which is the session's current one."""
    return database.schemas.create(Schema(name=f"R{next(_NUMBERS)}"))


@pytest.fixture
def run(logged_in: SnowflakeConnection, place: SchemaResource) -> Any:
    """Runs a statement in the module's schema and gives its rows."""

    def execute(sql: str) -> list[tuple[Any, ...]]:
        return list(logged_in.cursor().execute(sql).fetchall())

    execute(f"USE SCHEMA REST_TESTS.{place.name}")
    return execute


class Raw:
    """Sends a path as it is written, and any body."""

    def __init__(self, host: str, port: int, token: str) -> None:
        self.host, self.port, self.token = host, port, token

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Status and decoded body; ``body`` may be bytes or what becomes JSON."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        connection = http.client.HTTPConnection(self.host, self.port, timeout=30)
        sent = {"Authorization": f'Snowflake Token="{self.token}"', **headers}
        try:
            connection.request(method, f"/api/v2/{path}", data, sent)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()


@pytest.fixture
def raw(server: dict[str, Any], logged_in: SnowflakeConnection) -> Raw:
    return Raw(server["host"], server["port"], str(logged_in.rest.token))
