"""Handlers that crash, hang or take too much; workers that go when their server goes."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import snowflake.connector
from snowflake.connector.errors import Error

from snowdome.client import local

Run = Callable[..., list[tuple[Any, ...]]]
FOREVER = "def run(x):\n    while x:\n        pass\n    return 1"


class TestCrashes:
    @pytest.mark.parametrize(
        "body",
        [
            "import os\ndef run(x):\n    os._exit(1) if x else None\n    return 1",
            "import os, signal\ndef run(x):\n    os.kill(os.getpid(), signal.SIGKILL) if x else None\n    return 1",
            "import ctypes\ndef run(x):\n    ctypes.string_at(0) if x else None\n    return 1",
        ],
    )
    def test_only_the_statement_fails(self, run: Run, define: Any, fails: Any, body: str) -> None:
        define("crash(x INT)", "INT", body)
        code, state, text = fails("SELECT crash(1)")
        assert (code, state) == ("100357", "P0000")
        assert "CRASH" in text
        assert run("SELECT crash(0)") == [(1,)]

    def test_while_loading(self, define: Any, fails: Any) -> None:
        define("dead_on_arrival()", "INT", "import os\nos._exit(0)\ndef run():\n    return 1")
        assert fails("SELECT dead_on_arrival()")[0] == "100357"

    def test_in_a_transaction(self, run: Run, define: Any, fails: Any) -> None:
        define("crash(x INT)", "INT", "import os\ndef run(x):\n    os._exit(1) if x else None\n    return 1")
        run("CREATE OR REPLACE TABLE kept (x INT)")
        run("BEGIN")
        run("INSERT INTO kept VALUES (1)")
        fails("SELECT crash(1)")
        run("INSERT INTO kept VALUES (2)")
        run("COMMIT")
        assert run("SELECT SUM(x) FROM kept") == [(3,)]

    def test_a_worker_that_is_killed_just_before_it_is_asked(self, run: Run, define: Any) -> None:
        define("pid_now()", "INT", "import os\ndef run():\n    return os.getpid()")
        for _ in range(20):  # it dies before, while or after it is taken
            ((pid,),) = run("SELECT pid_now()")
            os.kill(pid, signal.SIGKILL)
            ((other,),) = run("SELECT pid_now()")
            assert other != pid

    def test_a_worker_that_died_while_idle(self, run: Run, define: Any) -> None:
        define("own_pid()", "INT", "import os\ndef run():\n    return os.getpid()")
        ((pid,),) = run("SELECT own_pid()")
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not alive(pid))
        ((other,),) = run("SELECT own_pid()")
        assert other != pid

    def test_the_warm_process_dies(self, run: Run, define: Any) -> None:
        define("parent_pid()", "INT", "import os\ndef run():\n    return os.getppid()")
        ((parent,),) = run("SELECT parent_pid()")
        os.kill(parent, signal.SIGKILL)
        wait_for(lambda: not alive(parent))
        define("parent_again()", "INT", "import os\ndef run():\n    return os.getppid()")
        assert run("SELECT parent_again()") != [(parent,)]

    def test_garbage_on_standard_output(self, run: Run, define: Any) -> None:
        define("noisy()", "INT", "import os\ndef run():\n    os.write(1, b'x' * 100000)\n    return 1")
        assert run("SELECT noisy()") == [(1,)]


class TestTime:
    def test_statement_timeout(self, run: Run, define: Any, fails: Any) -> None:
        define("forever(x INT)", "INT", FOREVER)
        run("ALTER SESSION SET STATEMENT_TIMEOUT_IN_SECONDS = 1")
        start = time.monotonic()
        code, state, text = fails("SELECT forever(1)")
        assert (code, state) == ("000630", "57014")
        assert "timeout" in text
        assert time.monotonic() - start < 4
        assert run("SELECT forever(0)") == [(1,)]

    def test_cancel_kills_the_worker_and_others_go_on(
        self, connect: Any, define: Any, tmp_path: Path
    ) -> None:
        define("forever(x VARCHAR)", "INT", (
            "import os\ndef run(x):\n    open(x, 'w').write(str(os.getpid()))\n    while True:\n        pass"
        ))  # fmt: skip
        first, second = connect().cursor(), connect().cursor()
        mark = tmp_path / "pid"
        first.execute_async(f"SELECT forever('{mark}')")
        wait_for(lambda: mark.exists() and mark.read_text())
        pid = int(mark.read_text())
        assert second.execute("SELECT 1").fetchall() == [(1,)]
        second.execute(f"SELECT SYSTEM$CANCEL_QUERY('{first.sfqid}')")
        wait_for(lambda: not alive(pid))
        wait_for(
            lambda: not first.connection.is_still_running(first.connection.get_query_status(first.sfqid))
        )
        assert second.execute("SELECT 2").fetchall() == [(2,)]


def test_memory_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SNOWDOME_WORKER_MEMORY", str(600 << 20))
    with own_account(tmp_path) as cursor:
        create(cursor, "hungry(n INT)", "def run(n):\n    return len(bytearray(n))")
        assert cursor.execute("SELECT hungry(1000)").fetchall() == [(1000,)]
        with pytest.raises(Error) as failure:
            cursor.execute("SELECT hungry(2000000000)")
        assert failure.value.errno == 100357
        assert "MemoryError" in str(failure.value)
        assert cursor.execute("SELECT hungry(1000)").fetchall() == [(1000,)]


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_no_worker_outlives_the_server(tmp_path: Path, how: str) -> None:
    account = local.account(tmp_path / "state")
    info = account.start(port=local_port())
    with snowflake.connector.connect(**account.parameters()) as connection:
        cursor = connection.cursor()
        cursor.execute("CREATE DATABASE gone")
        create(cursor, "pids()", "import os\ndef run():\n    return os.getpid() * 10000000 + os.getppid()")
        ((both,),) = cursor.execute("SELECT pids()").fetchall()
        create(cursor, "busy(x INT)", FOREVER)
        cursor.execute_async("SELECT busy(1)")
        wait_for(lambda: len(children(int(both % 10000000))) >= 2)
        family = [int(both % 10000000), *children(int(both % 10000000))]
        if how == "kill":
            os.kill(info.pid, signal.SIGKILL)
        else:
            account.stop()
        wait_for(lambda: not any(alive(p) for p in family))
        connection._rest = None  # there is nobody to say goodbye to


def test_many_sessions_at_once(connect: Any, define: Any) -> None:
    define("slow_double(x INT)", "INT", "import time\ndef run(x):\n    time.sleep(0.01)\n    return x * 2")
    found: dict[int, Any] = {}

    def call(number: int) -> None:
        with connect() as connection:
            rows = (
                connection.cursor()
                .execute(f"SELECT slow_double({number}), slow_double({number} + 1)")
                .fetchall()
            )
            found[number] = rows[0]

    threads = [threading.Thread(target=call, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {n: (2 * n, 2 * n + 2) for n in range(12)}


# -- helpers --------------------------------------------------------------------------------------


def create(cursor: Any, signature: str, body: str) -> None:
    cursor.execute(
        f"CREATE FUNCTION {signature} RETURNS INT LANGUAGE PYTHON RUNTIME_VERSION = 3.11 HANDLER = 'run'"
        f" AS $$\n{body}\n$$"
    )


class own_account:
    """A cursor on an account of its own, stopped at the end."""

    def __init__(self, folder: Path) -> None:
        self._account = local.account(folder / "state")

    def __enter__(self) -> Any:
        self._account.start(port=local_port())
        self._connection = snowflake.connector.connect(**self._account.parameters())
        self._connection.cursor().execute("CREATE DATABASE own")
        return self._connection.cursor()

    def __exit__(self, *ignored: object) -> None:
        self._connection.close()
        self._account.stop()


def local_port() -> int:
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def children(pid: int) -> list[int]:
    try:
        return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def wait_for(condition: Callable[[], Any], seconds: float = 10) -> None:
    """Wait until ``condition`` holds; fails after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)
