"""What a stopped or killed server finds of its tasks when it starts again."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import snowflake.connector

from snowdome.client import local
from tests.tasks.conftest import Place
from tests.tasks.kills import Lab


class Machine:
    """A server of the test's own that can be stopped, killed and started."""

    def __init__(self, folder: Path) -> None:
        self.account = local.account(folder)
        self.place = self.start()

    def start(self) -> Place:
        self.account.start()
        connection = snowflake.connector.connect(**self.account.parameters(), database="LAB", schema="PUBLIC")
        connection.cursor().execute("CREATE DATABASE IF NOT EXISTS LAB")
        self.place = Place(connection, "PUBLIC")
        return self.place

    def kill(self) -> None:
        info = self.account.state.running()
        assert info is not None
        os.kill(info.pid, signal.SIGKILL)
        while self.account.state.owned():
            time.sleep(0.01)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path / "state")
    yield made
    made.account.stop()


def test_what_was_executing_is_closed_and_its_graph_goes_on(machine: Machine) -> None:
    place = machine.place
    place.run("CREATE TASK r AS SELECT 1", "CREATE TASK long AFTER r AS CALL SYSTEM$WAIT(100)")
    place.run("CREATE TASK below AFTER long AS SELECT 1", "CREATE TASK f FINALIZE = r AS SELECT 1")
    place.resume("long", "below", "f")
    place.run("EXECUTE TASK r")
    place.await_state("LONG", "EXECUTING")
    place.run("CREATE ALERT a SCHEDULE = '1 HOUR' IF (EXISTS (SELECT 1)) THEN CALL SYSTEM$WAIT(100)")
    place.connection.cursor().execute_async("EXECUTE ALERT a")
    alerts = "SELECT state, sql_error_code FROM TABLE(INFORMATION_SCHEMA.ALERT_HISTORY())"
    while place.rows(alerts) != [("EXECUTING", None)]:
        time.sleep(0.01)
    machine.kill()
    place = machine.start()
    place.settle()
    assert place.rows(alerts) == [("CANCELLED", "000604")]
    assert place.outcomes() == [("R", "SUCCEEDED"), ("LONG", "CANCELLED"), ("F", "SUCCEEDED")]
    [row] = place.history("LONG")
    assert row["ERROR_MESSAGE"].startswith("The local account was stopped while this run was executing.")
    assert row["COMPLETED_TIME"] is not None
    query = "SELECT STATE FROM TABLE(INFORMATION_SCHEMA.COMPLETE_TASK_GRAPHS())"
    assert place.rows(query) == [("CANCELLED",)]
    place.run("ALTER TASK long SUSPEND")


def test_an_orderly_stop_is_told_the_same_way(machine: Machine) -> None:
    place = machine.place
    place.run("CREATE TASK r AS CALL SYSTEM$WAIT(100)", "EXECUTE TASK r")
    place.await_state("R", "EXECUTING")
    machine.account.stop()
    place = machine.start()
    place.settle()
    [row] = place.history("R")
    assert (row["STATE"], row["ERROR_MESSAGE"]) == (
        "CANCELLED",
        "The local account was stopped while this run was executing. What it had committed stays.",
    )


def test_a_request_that_waits_is_not_forgotten(machine: Machine) -> None:
    place = machine.place
    place.run(
        "CREATE TABLE log (n INT)",
        "CREATE TASK r AS BEGIN CALL SYSTEM$WAIT(2); INSERT INTO log VALUES (1); END",
    )
    place.run("EXECUTE TASK r", "EXECUTE TASK r")
    place.await_state("R", "EXECUTING")
    machine.kill()
    place = machine.start()
    place.settle()
    assert place.outcomes() == [("R", "CANCELLED"), ("R", "SUCCEEDED")]
    assert place.rows("SELECT * FROM log") == [(1,)]


def test_schedules_and_the_clock_go_on(machine: Machine) -> None:
    place = machine.place
    place.run("CREATE TASK r SCHEDULE = '60 MINUTE' AS SELECT 1")
    place.resume("r")
    assert place.tick("61 minutes") == [("R", "SUCCEEDED")]
    before = place.value("SELECT CURRENT_TIMESTAMP()")
    planned = place.history("R")[-1]["SCHEDULED_TIME"]
    machine.kill()
    place = machine.start()
    now = place.value("SELECT CURRENT_TIMESTAMP()")
    assert timedelta(0) <= now - before < timedelta(minutes=1)
    assert place.task("R")["state"] == "started"
    assert place.history("R")[-1]["SCHEDULED_TIME"] == planned
    assert place.tick("1 hour") == [("R", "SUCCEEDED")]
    assert [row["STATE"] for row in place.history("R")] == ["SUCCEEDED", "SUCCEEDED", "SCHEDULED"]


def test_nothing_is_lost_or_told_twice_when_the_server_is_killed(tmp_path: Path) -> None:
    lab = Lab(tmp_path, seed=11)
    try:
        for _ in range(4):
            lab.kill_while_running()
            states = lab.look()
        assert states["SUCCEEDED"] > 0
    finally:
        lab.account.stop()


def test_a_procedure_that_waits_runs_after_the_restart(machine: Machine) -> None:
    place = machine.place
    place.run("CREATE TABLE log (n INT)", "CREATE TASK r AS SELECT 1")
    place.run(
        "CREATE TASK p AS WITH q AS PROCEDURE () RETURNS STRING LANGUAGE PYTHON RUNTIME_VERSION = '3.11'"
        " PACKAGES = ('snowflake-snowpark-python') HANDLER = 'go' AS $$\n"
        "import time\n"
        "def go(session):\n"
        "    time.sleep(1)\n"
        "    session.sql('INSERT INTO log VALUES (1)').collect()\n"
        "    return 'x'\n"
        "$$ CALL q()",
    )
    place.run("EXECUTE TASK p", "EXECUTE TASK p")
    place.await_state("P", "EXECUTING")
    machine.kill()
    place = machine.start()
    place.settle()
    assert place.outcomes() == [("P", "CANCELLED"), ("P", "SUCCEEDED")]
    assert place.rows("SELECT * FROM log") == [(1,)]
