"""The account and its HTTP server inside the test process, so that tests reach what is behind the wire."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
import uvicorn
from snowflake.connector import SnowflakeConnection
from snowflake.connector.cursor import SnowflakeCursor

from snowdome.account import Account
from snowdome.result import Result
from snowdome.server.app import application
from tests.wire.client import PASSWORD, Client, Wire


class _Server(uvicorn.Server):
    def install_signal_handlers(self) -> None:
        pass


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    account = Account(tmp_path_factory.mktemp("account"), PASSWORD)
    listener = socket.create_server(("127.0.0.1", 0))
    account.begin(listener.getsockname())
    config = uvicorn.Config(
        application(account), lifespan="off", ws="none", log_config=None, timeout_keep_alive=60
    )
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
def wired(wire: Wire) -> Iterator[SnowflakeConnection]:
    with wire.connect(session_parameters={"TIMEZONE": "Europe/Berlin"}) as opened:
        yield opened


@pytest.fixture
def fetched(wire: Wire, wired: SnowflakeConnection) -> Callable[[Result], SnowflakeCursor]:
    """A cursor on a given result, fetched over the wire."""

    def fetch(result: Result) -> SnowflakeCursor:
        return wired.cursor().query_result(wire.finish(wired, result))

    return fetch


@pytest.fixture(autouse=True)
def _hang_up(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "wire" in request.fixturenames:
        request.getfixturevalue("wire").hang_up()


@pytest.fixture
def client(wire: Wire) -> Client:
    """A logged-in client that speaks HTTP itself."""
    return wire.client()
