"""Procedures that fail, crash, take too long or are cancelled."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from snowflake.connector.errors import Error

SLOW = (
    "import time\ndef run(session):\n    session.sql('CREATE TABLE began (x INT)').collect()\n"
    "    time.sleep(30)\n    session.sql('CREATE TABLE too_late (x INT)').collect()"
)
ENDLESS = (
    "def run(session):\n    session.sql('SELECT COUNT(*) FROM TABLE(GENERATOR(ROWCOUNT => 3000000)) a,"
    " TABLE(GENERATOR(ROWCOUNT => 3000000)) b').collect()"
)


def test_the_whole_message(procedure: Any, fails: Any) -> None:
    procedure("faulty(x INT)", "INT", "def run(session, x):\n    raise ValueError(f'no {x}')")
    assert fails("CALL faulty(1)") == (
        "100357",
        "P0000",
        "Python Interpreter Error:\nTraceback (most recent call last):\n"
        "  File \"_udf_code.py\", line 3, in run\n    raise ValueError(f'no {x}')\n"
        "ValueError: no 1\n in function FAULTY with handler run",
    )


def test_errors_of_sql_are_snowparks(run: Any, procedure: Any, fails: Any) -> None:
    procedure("missing()", "INT", "def run(session): return session.table('nowhere').count()")
    text = fails("CALL missing()")[2]
    assert "snowflake.snowpark.exceptions.SnowparkSQLException" in text
    assert "Object 'NOWHERE' does not exist or not authorized." in text
    procedure("handles_it()", "VARCHAR",
              "from snowflake.snowpark.exceptions import SnowparkSQLException\ndef run(session):\n    try:\n"
              "        session.table('nowhere').count()\n    except SnowparkSQLException as error:\n"
              "        return error.raw_message.splitlines()[0]")  # fmt: skip
    assert run("CALL handles_it()") == [("SQL compilation error:",)]


def test_a_crash_fails_its_call_only(run: Any, procedure: Any, fails: Any) -> None:
    body = "import os\ndef run(session):\n    session.sql('CREATE OR REPLACE TABLE seen (x INT)').collect()\n    os._exit(3)"
    procedure("crashes()", "INT", body)
    code, state, text = fails("CALL crashes()")
    assert (code, state) == ("100357", "P0000")
    assert text.endswith("in function CRASHES")
    assert run("SELECT COUNT(*) FROM seen") == [(0,)]


def test_a_session_of_its_own(run: Any, procedure: Any, fails: Any) -> None:
    head = "from snowflake.snowpark import Session\n"
    procedure(
        "second()", "INT", head + "def run(session): return Session.builder.config('user', 'x').create()"
    )
    assert "(1410): In a stored procedure, you shouldn't create a session." in fails("CALL second()")[2]
    procedure("same()", "BOOLEAN", head + "def run(session): return Session.builder.getOrCreate() is session")
    assert run("CALL same()") == [(True,)]
    assert run("CALL same()") == [(True,)]


def test_null_where_none_may_be(procedure: Any, fails: Any) -> None:
    procedure("nothing()", "INT NOT NULL", "def run(session): return None")
    assert fails("CALL nothing()")[2] == "NULL result in a non-nullable column"


@pytest.mark.parametrize("body", [SLOW, ENDLESS], ids=["sleeping", "querying"])
def test_past_the_timeout(run: Any, procedure: Any, fails: Any, body: str) -> None:
    procedure("slow()", "INT", body)
    run("ALTER SESSION SET STATEMENT_TIMEOUT_IN_SECONDS = 1")
    assert fails("CALL slow()")[:2] == ("000630", "57014")
    run("ALTER SESSION UNSET STATEMENT_TIMEOUT_IN_SECONDS")
    assert _running(run) == 0
    run("DROP TABLE IF EXISTS began")


def test_cancelled(run: Any, connect: Any, procedure: Any) -> None:
    procedure("sleeps()", "INT", SLOW)
    cursor = connect().cursor()
    failures: list[Error] = []

    def call() -> None:
        try:
            cursor.execute("CALL sleeps()")
        except Error as error:
            failures.append(error)

    thread = threading.Thread(target=call)
    thread.start()
    deadline = time.monotonic() + 30
    while not run("SHOW TABLES LIKE 'BEGAN'") and time.monotonic() < deadline:
        time.sleep(0.05)
    run(f"SELECT SYSTEM$CANCEL_QUERY('{_call_of(run)}')")
    thread.join(30)
    assert [error.errno for error in failures] == [604]
    assert run("SHOW TABLES LIKE 'TOO_LATE'") == []
    assert _running(run) == 0


def _call_of(run: Any) -> str:
    found = run(
        "SELECT query_id FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY()) WHERE query_text = 'CALL sleeps()'"
        " AND execution_status = 'RUNNING'"
    )
    return str(found[0][0])


def _running(run: Any) -> int:
    """Statements that run, but for the one that asks; those of a killed procedure get a moment to end."""
    deadline = time.monotonic() + 30
    while True:
        found = run(
            "SELECT COUNT(*) FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY_BY_SESSION())"
            " WHERE execution_status = 'RUNNING'"
        )
        if found[0][0] <= 1 or time.monotonic() > deadline:
            return int(found[0][0]) - 1
        time.sleep(0.05)
