"""An account of its own for the tests that move its clock, and a new schema for each of them."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import snowflake.connector

from snowdome.client import local
from tests.sql.place import Connected

_NUMBERS = itertools.count(1)
Row = dict[str, Any]


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[local.LocalAccount]:
    """A running account that only these tests use."""
    account = local.account(tmp_path_factory.mktemp("tasks") / "state")
    account.start()
    yield account
    account.stop()


@pytest.fixture(scope="session")
def server(lab: local.LocalAccount) -> dict[str, Any]:
    """Connection parameters of the account."""
    return lab.parameters()


class Place(Connected):
    """A connection whose current schema, ``LAB.S<n>``, is the test's own."""

    def fails(self, sql: str) -> tuple[str, str]:
        """Code and message of the error that the statement must give."""
        error = self.error(sql)
        return f"{error.errno:06d}", str(error.raw_msg)

    # -- tasks ----------------------------------------------------------------------------------

    def task(self, name: str) -> Row:
        """The task's row of SHOW TASKS."""
        [row] = [row for row in self.named("SHOW TASKS") if row["name"] == name]
        return row

    def resume(self, *names: str) -> None:
        self.run(*(f"ALTER TASK {name} RESUME" for name in names))

    def history(self, task: str = "") -> list[Row]:
        """The runs of the schema's tasks, or of one of them, in the order in which they were begun."""
        name = f"TASK_NAME => '{task}', " if task else ""
        rows = self.named(
            f"SELECT * FROM TABLE(INFORMATION_SCHEMA.TASK_HISTORY({name}RESULT_LIMIT => 10000))"
            f" WHERE SCHEMA_NAME = '{self.schema}'"
        )
        return rows[::-1]

    def outcomes(self) -> list[tuple[str, str]]:
        """Name and state of each run, in the order in which they were begun."""
        return [(row["NAME"], row["STATE"]) for row in self.history()]

    def execute(self, task: str, more: str = "") -> list[tuple[str, str]]:
        """Run a graph and wait until nothing of it is left; all outcomes of the schema."""
        self.run(f"EXECUTE TASK {task} {more}")
        self.settle()
        return self.outcomes()

    def settle(self) -> None:
        """Wait until none of the schema's graphs runs."""
        query = (
            "SELECT COUNT(*) FROM TABLE(INFORMATION_SCHEMA.CURRENT_TASK_GRAPHS())"
            f" WHERE SCHEMA_NAME = '{self.schema}' AND GRAPH_RUN_GROUP_ID IS NOT NULL"
        )
        while self.value(query):
            time.sleep(0.01)

    def await_state(self, task: str, state: str) -> None:
        """Wait until a run of the task is in the state."""
        while state not in {row["STATE"] for row in self.history(task)}:
            time.sleep(0.01)

    def tick(self, duration: str) -> list[tuple[str, str]]:
        """Move the clock forward; name and outcome of what ran in the schema, in order."""
        told = json.loads(self.value(f"SELECT SYSTEM$SNOWDOME_TICK('{duration}')"))
        mine = f"LAB.{self.schema}."
        return [(r["name"].removeprefix(mine), r["state"]) for r in told["ran"] if r["name"].startswith(mine)]


@pytest.fixture
def place(server: dict[str, Any]) -> Iterator[Place]:
    """A connection to a schema of its own, which is dropped with its tasks afterwards."""
    name = f"S{next(_NUMBERS)}"
    with snowflake.connector.connect(**server) as connection:
        connection.cursor().execute("CREATE DATABASE IF NOT EXISTS LAB")
        connection.cursor().execute(f"CREATE SCHEMA LAB.{name}")
        yield Place(connection, name)
        connection.cursor().execute(f"DROP SCHEMA LAB.{name}")
