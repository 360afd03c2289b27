"""What the tests of services share: a hand-made model, a compute pool, and services made of them."""

from __future__ import annotations

import contextlib
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import snowflake.connector
from snowflake.connector import SnowflakeConnection
from snowflake.connector.errors import Error

from tests.handmade import PLUS, manifest, total, twice, written

Failure = tuple[str, str, str]
Rows = list[dict[str, Any]]

TOTAL = total("TOTAL", "{name: SUMMED, type: FLOAT}", '{"a": [df.x.sum()]}')
METHODS = (twice('{"twice": 2 * x}'), PLUS, TOTAL)
MANIFEST, ONLY_TABLES = manifest(METHODS), manifest([TOTAL])


def specification(
    model: str, service: str, *, version: str = "V1", pool: str = "POOL", build: dict[str, Any] | None = None,
    **more: Any,
) -> str:  # fmt: skip
    """What the client sends to SYSTEM$DEPLOY_MODEL, as JSON, which is YAML too."""
    wanted: dict[str, Any] = {
        "models": [{"name": model, "version": version}],
        "service": {
            "name": service, "compute_pool": pool, "ingress_enabled": True, "min_instances": 0,
            "max_instances": 1, **more,
        },
    }  # fmt: skip
    return json.dumps({**wanted, **({"image_build": build} if build else {})})


class Account:
    """A connection with the statements that the tests send."""

    def __init__(self, connection: SnowflakeConnection, folder: Path) -> None:
        self.connection = connection
        self.folder = folder

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a statement."""
        return list(self.connection.cursor().execute(sql).fetchall())

    def show(self, sql: str) -> Rows:
        """The rows of a statement by the names of its columns."""
        cursor = self.connection.cursor().execute(sql)
        names = [c.name for c in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def fails(self, sql: str) -> Failure:
        """Code, SQLSTATE and message of the error that a statement ends with."""
        with pytest.raises(Error) as failure:
            self.run(sql)
        error = failure.value
        return f"{error.errno:06d}", str(error.sqlstate), str(error.raw_msg)

    def make_model(self, name: str, *bases: float, manifest: str = MANIFEST) -> None:
        """A model whose versions V1, V2, … add ``bases`` to what PLUS gives."""
        for number, base in enumerate(bases, 1):
            self._stage(manifest, base)
            if number == 1:
                self.run(f"CREATE OR REPLACE MODEL {name} WITH VERSION V1 FROM @FILES/m")
            else:
                self.run(f"ALTER MODEL {name} ADD VERSION V{number} FROM @FILES/m")

    def _stage(self, manifest: str, base: float) -> None:
        self.run("CREATE OR REPLACE TEMPORARY STAGE FILES")
        for path, directory in written(self.folder, METHODS, manifest, base, "pandas>=2\n"):
            self.run(f"PUT 'file://{path}' @FILES/m/{directory} AUTO_COMPRESS=FALSE")

    def deploy(self, model: str, service: str, **more: Any) -> str:
        """SYSTEM$DEPLOY_MODEL's answer."""
        text = specification(model, service, **more).replace("'", "''")
        return str(self.run(f"CALL SYSTEM$DEPLOY_MODEL('{text}')")[0][0])

    def status(self, service: str) -> str:
        """The service's status."""
        return str(self.show(f"DESCRIBE SERVICE {service}")[0]["status"])


def opened(parameters: dict[str, Any], schema: str, folder: Path) -> Account:
    """A connection to a schema."""
    database, name = schema.split(".")
    connection = snowflake.connector.connect(**{**parameters, "database": database, "schema": name})
    return Account(connection, folder)


@pytest.fixture(scope="module")
def account(
    server: dict[str, Any], schema: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Account]:
    """The module's connection; its services end with the module."""
    found = opened(server, schema, tmp_path_factory.mktemp("model"))
    found.run(
        "CREATE COMPUTE POOL IF NOT EXISTS POOL MIN_NODES = 1 MAX_NODES = 4 INSTANCE_FAMILY = CPU_X64_XS"
    )
    yield found
    found.run("ALTER COMPUTE POOL POOL STOP ALL")
    found.run("DROP COMPUTE POOL POOL")
    found.connection.close()


@pytest.fixture(scope="module")
def another(
    server: dict[str, Any], schema: str, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], Account]:
    """Opens more connections to the module's schema."""
    return lambda: opened(server, schema, tmp_path_factory.mktemp("another"))


class Client:
    """Asks, over HTTP, the address that a row of ``sql`` tells."""

    def __init__(self, account: Account, sql: str) -> None:
        self.address = account.show(sql)[0]["ingress_url"]
        self.token = str(account.connection.rest.token)

    def post(self) -> tuple[int, Any]:
        """The status and the answer of PLUS for 1 and 10."""
        rows = {"index": [0], "columns": ["X", "N"], "data": [[1.0, 10.0]]}
        body = json.dumps({"dataframe_split": rows}).encode()
        headers = {"Authorization": f'Snowflake Token="{self.token}"', "Content-Type": "application/json"}
        request = urllib.request.Request(f"http://{self.address}/plus", body, headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, error.read()


@contextlib.contextmanager
def asking(ask: Callable[[], tuple[int, Any]], clients: int = 4) -> Iterator[list[tuple[int, Any]]]:
    """While it lasts so many clients ask all the time; gives their answers, which grow."""
    ended = threading.Event()
    seen: list[tuple[int, Any]] = []

    def client() -> None:
        while not ended.is_set():
            seen.append(ask())

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        ended.set()
        for thread in threads:
            thread.join()
