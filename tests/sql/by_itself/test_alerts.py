"""Alerts: statements, running on the account's clock, history, as Snowflake documents them."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest

HISTORY = "TABLE(LAB.INFORMATION_SCHEMA.ALERT_HISTORY(RESULT_LIMIT => 10000))"


@pytest.fixture
def gauge(place: Any) -> Any:
    """The test's schema with a table GAUGE (VALUE) and a log."""
    place.run("CREATE TABLE gauge (value INT)", "CREATE TABLE log (m VARCHAR, at TIMESTAMP_LTZ)")
    return place


def alert(name: str = "high", then: str = "INSERT INTO log (m) VALUES ('high')", when: str = "200") -> str:
    """CREATE ALERT that looks every minute for values above a limit."""
    return (
        f"CREATE ALERT {name} WAREHOUSE = COMPUTE_WH SCHEDULE = '1 MINUTE' "
        f"IF (EXISTS (SELECT value FROM gauge WHERE value > {when})) THEN {then}"
    )


def runs(place: Any, columns: str = "name, state") -> list[tuple[Any, ...]]:
    """The history of the test's alerts, oldest first."""
    schema = place.schema.split(".")[1]
    return place.rows(f"SELECT {columns} FROM {HISTORY} WHERE schema_name = '{schema}'")[::-1]


def test_it_begins_suspended(gauge: Any) -> None:
    assert gauge.value(alert()) == "Alert HIGH successfully created."
    assert gauge.tick("5m") == []
    [row] = gauge.named("SHOW ALERTS")
    expected = {
        "name": "HIGH", "warehouse": "COMPUTE_WH", "schedule": "1 MINUTE", "state": "suspended",
        "condition": "SELECT value FROM gauge WHERE value > 200", "owner": "ACCOUNTADMIN",
        "action": "INSERT INTO log (m) VALUES ('high')", "comment": "", "owner_role_type": "ROLE",
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected
    assert gauge.named("DESCRIBE ALERT high") == [row]


def test_it_acts_when_its_condition_gives_rows(gauge: Any) -> None:
    gauge.run(alert(), "ALTER ALERT high RESUME")
    assert gauge.tick("2m") == [("HIGH", "CONDITION_FALSE")] * 2
    gauge.run("INSERT INTO gauge VALUES (100), (300)")
    assert gauge.tick("1m") == [("HIGH", "TRIGGERED")]
    assert runs(gauge, "state, completed_time")[-1] == ("SCHEDULED", None)
    gauge.run("ALTER ALERT high SUSPEND")
    assert gauge.tick("5m") == []
    assert gauge.rows("SELECT m FROM log") == [("high",)]
    assert [state for _, state in runs(gauge)] == ["CONDITION_FALSE", "CONDITION_FALSE", "TRIGGERED"]
    times = [row[0] for row in runs(gauge, "scheduled_time")]
    assert [b - a for a, b in itertools.pairwise(times)] == [timedelta(minutes=1)] * 2
    ids = runs(gauge, "condition_query_id IS NOT NULL, action_query_id IS NOT NULL")
    assert ids == [(True, False), (True, False), (True, True)]


def test_cron_schedules(gauge: Any) -> None:
    gauge.run(
        "CREATE ALERT hourly SCHEDULE = 'USING CRON 0 * * * * UTC' IF (EXISTS (SELECT 1)) "
        "THEN INSERT INTO log (at) SELECT SNOWFLAKE.ALERT.SCHEDULED_TIME()",
        "ALTER ALERT hourly RESUME",
    )
    assert gauge.tick("2h") == [("HOURLY", "TRIGGERED")] * 2
    assert gauge.rows("SELECT DISTINCT MINUTE(at), SECOND(at) FROM log") == [(0, 0)]


def test_an_e_mail_goes_into_the_outbox(gauge: Any) -> None:
    gauge.run(
        "CREATE OR REPLACE NOTIFICATION INTEGRATION alert_mail TYPE = EMAIL ENABLED = TRUE",
        alert(then="CALL SYSTEM$SEND_EMAIL('alert_mail', 'ada@example.com', 'High', 'See the gauge.')"),
        "INSERT INTO gauge VALUES (300)",
        "EXECUTE ALERT high",
        "DROP INTEGRATION alert_mail",
    )
    [message] = gauge.messages()
    assert (message["subject"], message["recipients"]) == ("High", ["ada@example.com"])


def test_the_action_may_be_a_block_that_knows_of_the_run(gauge: Any) -> None:
    block = """BEGIN
      INSERT INTO log SELECT 'last', SNOWFLAKE.ALERT.LAST_SUCCESSFUL_SCHEDULED_TIME();
      INSERT INTO log (m) SELECT v::VARCHAR
        FROM TABLE(RESULT_SCAN(SNOWFLAKE.ALERT.GET_CONDITION_QUERY_UUID())) AS t (v);
    END"""
    gauge.run(alert(then=block), "INSERT INTO gauge VALUES (300)", "ALTER ALERT high RESUME")
    assert gauge.tick("2m") == [("HIGH", "TRIGGERED")] * 2
    assert gauge.rows("SELECT COUNT(*) FROM log WHERE m = '300'") == [(2,)]
    first = runs(gauge, "scheduled_time")[0][0]
    assert gauge.rows("SELECT at FROM log WHERE m = 'last' ORDER BY at NULLS FIRST") == [(None,), (first,)]


def test_failures_are_told_apart(gauge: Any) -> None:
    gauge.run(
        alert(), "ALTER ALERT high MODIFY CONDITION EXISTS (SELECT nothing FROM gauge)", "EXECUTE ALERT high"
    )
    gauge.run("ALTER ALERT high MODIFY CONDITION EXISTS (SHOW TABLES LIKE 'gauge')")
    gauge.run("ALTER ALERT high MODIFY ACTION INSERT INTO nowhere VALUES (1)", "EXECUTE ALERT high")
    found = runs(gauge, "state, sql_error_code")
    assert found == [("CONDITION_FAILED", "000904"), ("ACTION_FAILED", "002003")]


def test_alter(gauge: Any) -> None:
    gauge.run(
        alert(),
        "ALTER ALERT high SET SCHEDULE = '2 minutes' COMMENT = 'c'",
        "ALTER ALERT high UNSET WAREHOUSE",
    )
    [row] = gauge.named("SHOW ALERTS LIKE 'HI%'")
    assert (row["schedule"], row["comment"], row["warehouse"]) == ("2 minutes", "c", None)
    gauge.run("ALTER ALERT high RESUME")
    assert gauge.tick("4m") == [("HIGH", "CONDITION_FALSE")] * 2


def test_a_clone_is_suspended(gauge: Any) -> None:
    gauge.run(alert(), "ALTER ALERT high RESUME")
    clone = f"{gauge.schema}_CLONE"
    gauge.run(f"CREATE SCHEMA {clone} CLONE {gauge.schema}", f"USE SCHEMA {gauge.schema}")
    [row] = gauge.named(f"SHOW ALERTS IN SCHEMA {clone}")
    gauge.run(f"DROP SCHEMA {clone}", f"USE SCHEMA {gauge.schema}")
    assert row["state"] == "suspended"


@pytest.mark.parametrize(
    ("sql", "code", "message"),
    [
        ("CREATE ALERT a SCHEDULE = '1 apple' IF (EXISTS (SELECT 1)) THEN SELECT 1", "091400",
         "Invalid schedule was specified. Please refer to the docs on what constitutes a valid schedule."),
        ("CREATE ALERT a WAREHOUSE = nowhere SCHEDULE = '1 MINUTE' IF (EXISTS (SELECT 1)) THEN SELECT 1", "091083",
         "Nonexistent warehouse NOWHERE was specified."),
        ("CREATE ALERT a SCHEDULE = '1 MINUTE' IF (EXISTS (SELECT 1)) THEN", "001003",
         "SQL compilation error:\nsyntax error line 1 at position 64 unexpected '<EOF>'."),
    ],
)  # fmt: skip
def test_refusals(gauge: Any, sql: str, code: str, message: str) -> None:
    found = gauge.fails(sql)
    assert (found[0], found[2]) == (code, message)
    assert gauge.named("SHOW ALERTS") == []


def test_an_alert_that_is_not_there(gauge: Any) -> None:
    expected = f"SQL compilation error:\nAlert '{gauge.schema}.NOBODY' does not exist or not authorized."
    for sql in ("EXECUTE ALERT nobody", "ALTER ALERT nobody RESUME", "DROP ALERT nobody"):
        assert gauge.fails(sql)[::2] == ("002003", expected)
    gauge.run("DROP ALERT IF EXISTS nobody", "ALTER ALERT IF EXISTS nobody RESUME")


def test_columns_of_the_history(gauge: Any) -> None:
    assert gauge.columns(f"SELECT * FROM {HISTORY}") == [
        "NAME",
        "DATABASE_NAME",
        "SCHEMA_NAME",
        "CONDITION",
        "CONDITION_QUERY_ID",
        "ACTION",
        "ACTION_QUERY_ID",
        "STATE",
        "SQL_ERROR_CODE",
        "SQL_ERROR_MESSAGE",
        "SCHEDULED_TIME",
        "COMPLETED_TIME",
    ]
