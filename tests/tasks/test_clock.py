"""The account's clock: moving it runs what becomes due, each at its own time."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

import pytest
import snowflake.connector
from snowflake.connector.cursor import SnowflakeCursor

from snowdome import clock
from tests.tasks.conftest import Place

NOW = "SELECT CURRENT_TIMESTAMP()"
MINUTE = timedelta(minutes=1)


def times(place: Place, task: str) -> list[datetime]:
    """When the runs of the task that ended were due."""
    return [row["SCHEDULED_TIME"] for row in place.history(task) if row["STATE"] != "SCHEDULED"]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("3m", 180), ("1h30m", 5400), ("2d", 172800), ("2 days", 172800), ("90 seconds", 90), ("1.5 hours", 5400),
     ("1 hour, 1 minute", 3660), ("1w", 604800)],
)  # fmt: skip
def test_durations(text: str, seconds: int) -> None:
    assert clock.duration(text) == seconds * clock.SECOND


@pytest.mark.parametrize("text", ["", "3", "m", "3x", "-3m", "3m x", "1h 2"])
def test_durations_that_are_none(place: Place, text: str) -> None:
    with pytest.raises(ValueError, match="not a duration"):
        clock.duration(text)
    assert place.fails(f"SELECT SYSTEM$SNOWDOME_TICK('{text}')")[0] == "001015"


def test_the_clock_moves_everything(place: Place) -> None:
    before = place.value(NOW)
    place.run("CREATE TABLE old (i INT)")
    place.tick("3 days")
    after = place.value(NOW)
    assert timedelta(days=3) <= after - before < timedelta(days=3, minutes=1)
    place.run("CREATE TABLE new (i INT)")
    created = {row["name"]: row["created_on"] for row in place.named("SHOW TABLES")}
    assert created["new".upper()] - created["old".upper()] >= timedelta(days=3)
    queries = place.named(
        "SELECT START_TIME, QUERY_TEXT FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY_BY_SESSION(RESULT_LIMIT => 20))"
    )
    started = {row["QUERY_TEXT"]: row["START_TIME"] for row in queries}
    assert started["CREATE TABLE new (i INT)"] - started["CREATE TABLE old (i INT)"] >= timedelta(days=3)


def test_intervals_count_from_resuming(place: Place) -> None:
    place.run("CREATE TABLE seen (at TIMESTAMP_LTZ)")
    place.run("CREATE TASK r SCHEDULE = '5 MINUTE' AS INSERT INTO seen VALUES (CURRENT_TIMESTAMP())")
    place.resume("r")
    [planned] = place.history("R")
    assert planned["STATE"] == "SCHEDULED"
    resumed = place.task("R")["last_committed_on"]
    assert place.tick("4 minutes 50 seconds") == []
    assert place.tick("11 minutes") == [("R", "SUCCEEDED")] * 3
    due = times(place, "R")
    assert [b - a for a, b in pairwise(due)] == [5 * MINUTE] * 2
    assert abs(due[0] - resumed - 5 * MINUTE) < timedelta(milliseconds=1)
    assert due[0] == planned["SCHEDULED_TIME"]
    seen = [at for (at,) in place.rows("SELECT at FROM seen ORDER BY at")]
    assert all(timedelta(0) <= at - d < timedelta(seconds=30) for at, d in zip(seen, due, strict=True))
    rows = place.history("R")
    assert {row["SCHEDULED_FROM"] for row in rows} == {"SCHEDULE"}
    assert rows[0]["NEXT_SCHEDULED_TIME"] == due[1]
    assert rows[-1]["STATE"] == "SCHEDULED"
    assert rows[-1]["SCHEDULED_TIME"] == due[2] + 5 * MINUTE


def test_a_schedule_of_a_day_is_taught_in_a_second(place: Place) -> None:
    place.run("CREATE TASK r SCHEDULE = 'USING CRON 0 9,17 * * * Europe/Berlin' AS SELECT 1")
    place.resume("r")
    assert place.tick("1 day") == [("R", "SUCCEEDED")] * 2
    place.run("ALTER SESSION SET TIMEZONE = 'Europe/Berlin'")
    assert sorted((at.hour, at.minute) for at in times(place, "R")) == [(9, 0), (17, 0)]


def test_what_is_due_runs_in_order_and_ends_before_the_next(place: Place) -> None:
    place.run("CREATE TABLE log (who TEXT, n INT)")
    insert = "INSERT INTO log SELECT '{}', COUNT(*) FROM log"
    place.run("CREATE TASK slow SCHEDULE = '2 MINUTE' AS CALL SYSTEM$WAIT(0.2)")
    place.run(f"CREATE TASK after_slow AFTER slow AS {insert.format('slow')}", "ALTER TASK after_slow RESUME")
    place.run(f"CREATE TASK quick SCHEDULE = '1 MINUTE' AS {insert.format('quick')}")
    place.resume("slow", "quick")
    order = [name for name, _ in place.tick("4 minutes 5 seconds")]
    two = ["QUICK", "SLOW", "AFTER_SLOW", "QUICK"]
    assert order == two * 2
    assert place.rows("SELECT who, n FROM log ORDER BY n") == [
        ("quick", 0), ("slow", 1), ("quick", 2), ("quick", 3), ("slow", 4), ("quick", 5),
    ]  # fmt: skip


def test_a_graph_runs_whole_with_its_retries(place: Place) -> None:
    place.run("CREATE TASK r SCHEDULE = '10 MINUTE' TASK_AUTO_RETRY_ATTEMPTS = 1 AS SELECT 1")
    place.run("CREATE TASK bad AFTER r AS SELECT 1/0", "CREATE TASK f FINALIZE = r AS SELECT 1")
    place.resume("bad", "f", "r")
    assert place.tick("11 minutes") == [
        ("R", "SUCCEEDED"), ("BAD", "FAILED"), ("F", "SUCCEEDED"), ("BAD", "FAILED"), ("F", "SUCCEEDED"),
    ]  # fmt: skip


def test_a_suspended_root_is_not_due(place: Place) -> None:
    place.run("CREATE TASK r SCHEDULE = '1 MINUTE' AS SELECT 1")
    place.resume("r")
    assert len(place.tick("2 minutes")) == 2
    place.run("ALTER TASK r SUSPEND")
    assert place.tick("10 minutes") == []
    assert [row["STATE"] for row in place.history("R")] == ["SUCCEEDED"] * 2
    place.resume("r")
    assert len(place.tick("61 seconds")) == 1  # the pause is not made up for


def test_a_stream_triggers_a_task(place: Place) -> None:
    place.run("CREATE TABLE t (i INT)", "CREATE TABLE copied (i INT)", "CREATE STREAM s ON TABLE t")
    place.run(
        "CREATE TASK r WHEN SYSTEM$STREAM_HAS_DATA('s') AS INSERT INTO copied SELECT i FROM s"
    )  # fmt: skip
    place.resume("r")
    assert place.tick("10 minutes") == []
    place.run("INSERT INTO t VALUES (1)")
    place.tick("1 second")  # the account may have seen it by itself already
    place.settle()
    assert place.rows("SELECT * FROM copied") == [(1,)]
    place.run("INSERT INTO t VALUES (2)")
    place.tick("31 seconds")
    place.settle()
    assert sorted(place.rows("SELECT * FROM copied")) == [(1,), (2,)]
    first, second = place.history("R")
    assert {first["SCHEDULED_FROM"], second["SCHEDULED_FROM"]} == {"TRIGGER"}
    assert second["SCHEDULED_TIME"] - first["SCHEDULED_TIME"] >= timedelta(seconds=30)


def test_a_stream_triggers_a_task_while_nobody_moves_the_clock(place: Place) -> None:
    place.run("CREATE TABLE t (i INT)", "CREATE TABLE copied (i INT)", "CREATE STREAM s ON TABLE t")
    place.run("CREATE TASK r WHEN SYSTEM$STREAM_HAS_DATA('s') AS INSERT INTO copied SELECT i FROM s")
    place.resume("r")
    place.run("INSERT INTO t VALUES (1)")
    place.await_state("R", "SUCCEEDED")
    assert place.rows("SELECT * FROM copied") == [(1,)]


def test_time_passes_by_itself(place: Place) -> None:
    place.run("CREATE TASK r SCHEDULE = '10 SECONDS' AS SELECT 1")
    place.resume("r")
    place.tick("9 seconds")
    place.await_state("R", "SUCCEEDED")


def test_two_who_move_the_clock_take_turns(place: Place, server: dict[str, Any]) -> None:
    place.run("CREATE TASK r SCHEDULE = '1 MINUTE' AS SELECT 1")
    place.resume("r")
    before = place.value(NOW)

    def move() -> None:
        with snowflake.connector.connect(**server) as connection:
            connection.cursor().execute("SELECT SYSTEM$SNOWDOME_TICK('10 minutes')")

    threads = [threading.Thread(target=move) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert place.value(NOW) - before >= 20 * MINUTE
    due = times(place, "R")
    assert len(due) == len(set(due)) == 20


def test_a_task_does_not_move_the_clock(place: Place) -> None:
    place.run("CREATE TASK r AS CALL SYSTEM$SNOWDOME_TICK('1 day')")
    assert place.execute("r") == [("R", "FAILED")]
    assert "within a task" in place.history()[0]["ERROR_MESSAGE"]


def rows_of(cursor: SnowflakeCursor, query: str) -> list[Any]:
    """Rows of a query that was sent before; the first line raises itself if that has failed by now."""
    cursor.get_results_from_sfqid(query)
    return list(cursor.fetchall())


def test_moving_can_be_cancelled(place: Place, server: dict[str, Any]) -> None:
    place.run("CREATE TASK r SCHEDULE = '1 MINUTE' AS CALL SYSTEM$WAIT(0.05)")
    place.resume("r")
    cursor = place.connection.cursor()
    cursor.execute_async("SELECT SYSTEM$SNOWDOME_TICK('365 days')")
    query = cursor.sfqid
    place.await_state("R", "SUCCEEDED")
    with snowflake.connector.connect(**server) as other:
        other.cursor().execute(f"SELECT SYSTEM$CANCEL_QUERY('{query}')")
        with pytest.raises(snowflake.connector.errors.DatabaseError, match="canceled"):
            rows_of(cursor, query)
    assert place.value(NOW) < datetime.now(timezone.utc) + timedelta(days=300)
