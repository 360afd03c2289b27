"""The account and its HTTP server inside the test process, for results that no SQL makes."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import snowflake.connector
import uvicorn

from snowdome.account import Account
from snowdome.account.query import Request
from snowdome.result import Result
from snowdome.server.app import application

PASSWORD = "a password"


@dataclass
class Wire:
    """An account that answers on ``port``."""

    account: Account
    port: int

    @property
    def parameters(self) -> dict[str, Any]:
        return {
            "account": "snowdome",
            "user": "tester",
            "password": PASSWORD,
            "host": "127.0.0.1",
            "port": self.port,
            "protocol": "http",
            "platform_detection_timeout_seconds": 0,
        }

    def connect(self, **more: Any) -> snowflake.connector.SnowflakeConnection:
        return snowflake.connector.connect(**(self.parameters | more))

    def finish(self, connection: snowflake.connector.SnowflakeConnection, result: Result) -> str:
        """Make ``result`` that of a query of the connection's session; its query id."""
        logins = self.account.logins.all()
        session = next(login.session for login in logins if login.session.id == connection.session_id)
        query = self.account.queries.begin(session, "made by a test", Request("made by a test"))
        self.account.queries.retain(query, result)
        self.account.queries.end(query)
        return query.id


class _Server(uvicorn.Server):
    def install_signal_handlers(self) -> None:
        pass


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    account = Account(tmp_path_factory.mktemp("account"), PASSWORD)
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(application(account), lifespan="off", ws="none", log_config=None)
    server = _Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield Wire(account, listener.getsockname()[1])
    server.should_exit = True
    thread.join()
    account.close()


@pytest.fixture(scope="module")
def connection(wire: Wire) -> Iterator[snowflake.connector.SnowflakeConnection]:
    with wire.connect(session_parameters={"TIMEZONE": "Europe/Berlin"}) as opened:
        yield opened


@pytest.fixture
def fetched(
    wire: Wire, connection: snowflake.connector.SnowflakeConnection
) -> Callable[[Result], snowflake.connector.cursor.SnowflakeCursor]:
    """A cursor on a given result, fetched over the wire."""

    def fetch(result: Result) -> snowflake.connector.cursor.SnowflakeCursor:
        cursor = connection.cursor()
        return cursor.query_result(wire.finish(connection, result))

    return fetch
