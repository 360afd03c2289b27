"""Kills the server at random moments of running graphs, and looks at what is left.

``python -m tests.tasks.kills 50`` does so fifty times; the tests do it a few times.
"""

from __future__ import annotations

import http.client
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import snowflake.connector
from snowflake.connector import DictCursor, SnowflakeConnection

from snowdome.client import local
from tests.wire.client import Client

ROWS = 1000  # that each run writes, all or none
TASKS = {"A": "R", "B": "R", "C": "A, B"}
BODY = "INSERT INTO {0}_rows SELECT SEQ4() FROM TABLE(GENERATOR(ROWCOUNT => {1}))"


class Lab:
    """A graph that is asked to run again and again, on a server that is killed now and then."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.account = local.account(folder / "state")
        self.random = random.Random(seed)
        self.accepted = 0  # requests that were answered
        self.unknown = 0  # requests that were not: the server was killed meanwhile
        self.account.start()
        with self.connect() as connection:
            for sql in self._graph():
                connection.cursor().execute(sql)

    def connect(self, **more: Any) -> SnowflakeConnection:
        return snowflake.connector.connect(
            **self.account.parameters(), database="LAB", schema="PUBLIC", **more
        )

    @staticmethod
    def _graph() -> list[str]:
        names = ["R", *TASKS, "F"]
        made = ["CREATE DATABASE IF NOT EXISTS LAB", *(f"CREATE TABLE {n}_rows (i INT)" for n in names)]
        made.append(f"CREATE TASK r OVERLAP_POLICY = ALLOW_ALL_OVERLAP AS {BODY.format('R', ROWS)}")
        for name, after in TASKS.items():
            made.append(f"CREATE TASK {name} AFTER {after} AS {BODY.format(name, ROWS)}")
        made.append(f"CREATE TASK f FINALIZE = r AS {BODY.format('F', ROWS)}")
        return [*made, *(f"ALTER TASK {n} RESUME" for n in (*TASKS, "F"))]

    def kill_while_running(self) -> None:
        """Ask for runs until a moment by chance, and kill the server then."""
        info = self.account.state.running()
        assert info is not None
        client = Client(info.port)  # one that does not try again
        client.login(self.account.state.password(), query="&databaseName=LAB&schemaName=PUBLIC")
        killer = threading.Timer(self.random.uniform(0.0, 0.5), os.kill, (info.pid, signal.SIGKILL))
        killer.start()
        try:
            while True:
                assert client.query("EXECUTE TASK r")["success"]
                self.accepted += 1
                time.sleep(self.random.uniform(0.0, 0.05))
        except (OSError, http.client.HTTPException):
            self.unknown += 1
        client.close()
        killer.join()
        while self.account.state.owned():
            time.sleep(0.01)

    def look(self) -> Counter[str]:
        """Start the server again, let what goes on end, and check what is there; states of task runs."""
        self.account.start()
        with self.connect() as connection:
            cursor = connection.cursor(DictCursor)
            current = "SELECT COUNT(*) AS n FROM TABLE(INFORMATION_SCHEMA.CURRENT_TASK_GRAPHS(RESULT_LIMIT => 10000))"
            while cursor.execute(current).fetchone()["N"]:  # type: ignore[call-overload, index]
                time.sleep(0.05)
            history = "SELECT * FROM TABLE(INFORMATION_SCHEMA.TASK_HISTORY(RESULT_LIMIT => 10000))"
            runs: list[dict[str, Any]] = cursor.execute(history).fetchall()  # type: ignore[assignment, union-attr]
            graphs = "SELECT * FROM TABLE(INFORMATION_SCHEMA.COMPLETE_TASK_GRAPHS(RESULT_LIMIT => 10000))"
            ended: list[dict[str, Any]] = cursor.execute(graphs).fetchall()  # type: ignore[assignment, union-attr]
            written = {n: self._count(cursor, n) for n in ("R", *TASKS, "F")}
        self._check(runs, ended, written)
        return Counter(run["STATE"] for run in runs)

    @staticmethod
    def _count(cursor: Any, name: str) -> int:
        return int(cursor.execute(f"SELECT COUNT(*) AS n FROM {name}_rows").fetchone()["N"])

    def _check(
        self, runs: list[dict[str, Any]], ended: list[dict[str, Any]], written: dict[str, int]
    ) -> None:
        groups = {run["GRAPH_RUN_GROUP_ID"] for run in runs}
        most = self.accepted + self.unknown
        assert self.accepted <= len(groups) <= most, (
            f"{self.accepted} asked for, {len(groups)} in the history"
        )
        assert Counter(g["GRAPH_RUN_GROUP_ID"] for g in ended) == Counter(groups)
        twice = [
            key for key, n in Counter((r["GRAPH_RUN_GROUP_ID"], r["NAME"]) for r in runs).items() if n > 1
        ]
        assert not twice, f"told twice: {twice}"
        open_ones = [run for run in runs if run["STATE"] not in ("SUCCEEDED", "CANCELLED")]
        assert not open_ones, f"neither succeeded nor cancelled: {open_ones}"
        for name, rows in written.items():
            states = Counter(run["STATE"] for run in runs if run["NAME"] == name)
            assert rows % ROWS == 0, f"half-written: {rows} rows of {name}"
            told = states["SUCCEEDED"] + states["CANCELLED"]
            assert states["SUCCEEDED"] <= rows // ROWS <= told, f"{name}: {rows} rows, {states}"


def main(times: int, seed: int) -> None:
    """Kill so many times; tells what came of it."""
    with tempfile.TemporaryDirectory() as folder:
        lab = Lab(Path(folder), seed)
        try:
            for number in range(1, times + 1):
                lab.kill_while_running()
                states = lab.look()
                sys.stdout.write(f"kill {number}: {lab.accepted} runs asked for, {dict(states)}\n")
        finally:
            lab.account.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50, int(sys.argv[2]) if len(sys.argv) > 2 else 1)
