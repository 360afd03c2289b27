"""The server as a process: one for a state directory, loopback only, nothing committed is ever lost."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import snowflake.connector
from snowflake.connector import SnowflakeConnection
from snowflake.connector.errors import ProgrammingError


class Process:
    """``python -m snowdome.server`` in the foreground."""

    def __init__(self, state: Path, *more: str, port: int = 0) -> None:
        self.state = state
        command = [sys.executable, "-m", "snowdome.server", "--state", str(state), "--port", str(port), *more]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)

    def wait_until_it_answers(self) -> Process:
        end = time.monotonic() + 30
        while self.info().get("pid") != self.process.pid:
            assert self.process.poll() is None, self.process.stderr.read()  # type: ignore[union-attr]
            assert time.monotonic() < end
            time.sleep(0.02)
        return self

    def info(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads((self.state / "server.json").read_text())
        except (OSError, ValueError):
            return {}
        return found

    def ended(self, seconds: float = 20) -> tuple[int, str]:
        """Exit code and what it printed."""
        _, printed = self.process.communicate(timeout=seconds)
        return self.process.returncode, printed

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        self.process.send_signal(number)
        return self.ended()

    def connect(self, **more: Any) -> SnowflakeConnection:
        return snowflake.connector.connect(
            account="snowdome", user="u", password=(self.state / "password").read_text(), host="127.0.0.1",
            port=self.info()["port"], protocol="http", platform_detection_timeout_seconds=0, **more,
        )  # fmt: skip


Start = Callable[..., Process]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[Process] = []

    def one(*more: str, port: int = 0) -> Process:
        started.append(Process(tmp_path / "state", *more, port=port))
        return started[-1]

    yield one
    for process in started:
        if process.process.poll() is None:
            process.process.kill()
        process.process.communicate()


def rows(process: Process, sql: str) -> list[tuple[Any, ...]]:
    with process.connect() as connection:
        return list(connection.cursor().execute(sql).fetchall())


def test_it_announces_itself(start: Start) -> None:
    process = start().wait_until_it_answers()
    info = process.info()
    assert info["pid"] == process.process.pid
    assert re.fullmatch(r"\d+\.\d+\.\d+", info["version"])
    assert abs(info["started"] - time.time()) < 60
    assert (process.state / "password").stat().st_mode & 0o777 == 0o600
    assert rows(process, "select 1") == [(1,)]
    assert process.stop() == (0, "")


def test_it_listens_on_loopback_only(start: Start) -> None:
    process = start().wait_until_it_answers()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # sends nothing; says which address this machine would use
        outside = probe.getsockname()[0]
    with socket.socket() as other:
        other.settimeout(2)
        assert outside.startswith("127.") or other.connect_ex((outside, process.info()["port"])) != 0


def test_a_second_server_on_the_same_state_is_refused(start: Start) -> None:
    first = start().wait_until_it_answers()
    code, printed = start().ended()
    assert code == 3
    assert (
        f"in use by the server with process id {first.process.pid} on port {first.info()['port']}" in printed
    )
    assert "Traceback" not in printed
    assert rows(first, "select 1") == [(1,)]


def test_a_taken_port_is_said_to_be_taken(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, printed = start(port=port).ended()
    assert code == 4
    assert f"The server cannot listen on port {port}" in printed
    assert "Traceback" not in printed


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_clean_stop_ends_what_runs(start: Start, number: int) -> None:
    process = start().wait_until_it_answers()
    connection = process.connect()
    connection.cursor().execute("create database d")
    connection.cursor().execute("create table t as select 1 as a")
    connection.cursor().execute_async("select system$wait(60)")
    begun = time.monotonic()
    assert process.stop(number) == (0, "")
    assert time.monotonic() - begun < 8
    assert rows(start().wait_until_it_answers(), "select * from d.public.t") == [(1,)]
    connection._async_sfqids.clear()  # it would ask the new server what became of them
    connection.rest._token = connection.rest._master_token = None


def test_a_kill_keeps_what_was_committed_and_nothing_else(start: Start) -> None:
    process = start().wait_until_it_answers()
    connection = process.connect()
    cursor = connection.cursor()
    cursor.execute("create database d")
    cursor.execute("create table t (a int autoincrement, b int)")
    cursor.execute("insert into t (b) values (10), (20)")
    cursor.execute("create temporary table scratch (a int autoincrement)")
    cursor.execute("begin")
    cursor.execute("insert into t (b) values (30)")
    process.stop(signal.SIGKILL)
    again = start().wait_until_it_answers()
    assert rows(again, "select a, b from d.public.t order by a") == [(1, 10), (2, 20)]
    assert [r[1] for r in rows(again, "show tables in schema d.public")] == ["T"]
    with again.connect(database="d") as other:
        other.cursor().execute("insert into t (b) values (40)")
        other.cursor().execute("create temporary table scratch (b int)")
    again.stop()
    import duckdb

    with duckdb.connect(str(again.state / "account" / "account.duckdb"), read_only=True) as engine:
        tables = engine.execute("select count(*) from duckdb_tables() where schema_name = 'data'").fetchall()
    assert tables == [(1,)]


@pytest.mark.parametrize("round_", range(3))
def test_a_kill_while_writing_leaves_catalog_and_data_together(start: Start, round_: int) -> None:
    process = start().wait_until_it_answers()
    connection = process.connect()
    connection.cursor().execute("create database d")
    for i in range(30):
        connection.cursor().execute_async(
            f"create table t{i} as select seq4() as n from table(generator(rowcount => 100000))"
        )
    time.sleep(0.15 * (round_ + 1))
    process.stop(signal.SIGKILL)
    again = start().wait_until_it_answers()
    with again.connect(database="d") as other:
        cursor = other.cursor()
        names = [r[1] for r in cursor.execute("show tables in schema d.public").fetchall()]
        for name in names:
            assert cursor.execute(f"select count(*), max(n) from {name}").fetchall() == [(100_000, 99_999)]
        cursor.execute("create or replace table t0 (n int)")
        cursor.execute("insert into t0 values (1)")
    connection._async_sfqids.clear()
    connection.rest._token = connection.rest._master_token = None


def test_sessions_of_an_earlier_server_fail_fast(start: Start) -> None:
    process = start().wait_until_it_answers()
    port = process.info()["port"]
    connection = process.connect()
    process.stop()
    start(port=port).wait_until_it_answers()
    begun = time.monotonic()
    with pytest.raises(ProgrammingError) as caught:
        connection.cursor().execute("select 1")
    assert caught.value.errno == 390114
    assert time.monotonic() - begun < 5
    connection.close()


def test_the_query_log_outlives_the_server(start: Start) -> None:
    process = start().wait_until_it_answers()
    rows(process, "select 'from before'")
    process.stop()
    log = (process.state / "account" / "history.jsonl").read_text()
    assert [json.loads(line)["text"] for line in log.splitlines()] == ["select 'from before'"]


def test_a_mount_must_name_a_folder(start: Start) -> None:
    code, printed = start("--mount", "nothing").ended()
    assert code == 2
    assert "'nothing' is not URL=DIR" in printed


def test_the_password_survives_and_is_required(start: Start) -> None:
    process = start().wait_until_it_answers()
    password = (process.state / "password").read_text()
    process.stop()
    again = start().wait_until_it_answers()
    assert (again.state / "password").read_text() == password
    assert len(password) >= 24
    assert os.environ.get("SNOWDOME_PASSWORD") is None
