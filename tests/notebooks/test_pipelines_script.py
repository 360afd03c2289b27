"""sql/02_data_pipelines.sql: what its procedures make, how its graphs ran, and what is left behind."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import snowflake.connector
from snowflake.connector import SnowflakeConnection

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "sql" / "02_data_pipelines.sql"
SPEND = """
    INSERT INTO CAMPAIGN_SPEND SELECT 'any', CHANNEL, DAY, 1, COST, 1 FROM VALUES
        ('search_engine', '2020-01-01', 1), ('search_engine', '2020-01-31', 20), ('social_media', '2020-01-05', 300),
        ('video', '2020-01-06', 4000), ('email', '2020-01-07', 50000), ('search_engine', '2020-02-01', 7),
        ('social_media', '2020-02-01', 70), ('video', '2020-02-01', 700), ('email', '2020-02-01', 7000),
        ('email', '2020-03-01', 9) AS T (CHANNEL, DAY, COST)
"""
REVENUE = "INSERT INTO MONTHLY_REVENUE VALUES (2020, 1, 1.5), (2020, 2, 10), (2020, 2, 0.25), (2019, 1, 99)"
JOINED = [(2020, 1, 21, 300, 4000, 50000, 1.5), (2020, 2, 7, 70, 700, 7000, 10.25)]
SAID = "SELECT NAME, ATTEMPT_NUMBER, STATE, RETURN_VALUE"


@pytest.fixture
def connection(account: Path) -> Iterator[SnowflakeConnection]:
    """An account with lesson 00's tables, and a few rows in two of them."""
    with snowflake.connector.connect(**json.loads(account.read_text(encoding="utf-8"))) as opened:
        for _ in opened.execute_string((ROOT / "sql" / "00_setup.sql").read_text(encoding="utf-8")):
            pass
        for statement in (SPEND, REVENUE):
            opened.cursor().execute(statement)
        yield opened


def ask(connection: SnowflakeConnection, query: str) -> list[Any]:
    """Rows of a query."""
    return connection.cursor().execute(query).fetchall()


def run(connection: SnowflakeConnection) -> list[tuple[str, list[Any]]]:
    """Send the whole script, and return each statement with its rows."""
    cursors = connection.execute_string(SCRIPT.read_text(encoding="utf-8"), remove_comments=True)
    return [(cursor.query or "", cursor.fetchall()) for cursor in cursors]


def states(connection: SnowflakeConnection) -> dict[str, str]:
    """The state of each task, by name."""
    cursor = connection.cursor(snowflake.connector.DictCursor)
    rows = cursor.execute("SHOW TASKS IN SCHEMA DASH_DB.DASH_SCHEMA").fetchall()
    return {row["name"]: row["state"] for row in rows}


def test_it_makes_the_tables_and_runs_the_graphs_any_number_of_times(connection: SnowflakeConnection) -> None:
    for _ in range(2):
        answers = run(connection)
        called = [rows[0][0] for text, rows in answers if text.startswith("CALL") and "WAIT" not in text]
        assert called == ["3 months of spend", "2 months joined"]
        assert ask(connection, "SELECT * FROM SPEND_AND_REVENUE_PER_MONTH ORDER BY MONTH") == JOINED
        (by_hand,) = [rows for text, rows in answers if text.startswith("SELECT NAME, STATE, SCHEDULED_FROM")]
        assert {row[:3] for row in by_hand} == {
            ("CAMPAIGN_SPEND_DATA_PIPELINE_TASK", "SUCCEEDED", "EXECUTE_TASK"),
            ("MONTHLY_REVENUE_DATA_PIPELINE_TASK", "SUCCEEDED", "EXECUTE_TASK"),
        }
        assert ask(connection, "SELECT COUNT(*) FROM MONTHLY_REVENUE") == [(4,)]
        assert [row[1:] for row in ask(connection, "SELECT * FROM SPEND_ARRIVED")] == [("video", 3700)]


def test_month_13_stops_the_graph_and_the_repaired_one_goes_on(connection: SnowflakeConnection) -> None:
    answers = run(connection)
    (failed,) = [rows for text, rows in answers if text.startswith("SELECT NAME, STATE, RETURN_VALUE")]
    assert [row[:3] for row in failed] == [
        ("DASH_DAG", "SUCCEEDED", None),
        ("DASH_DAG$CHECK", "FAILED", None),
        ("DASH_DAG$REPORT", "SUCCEEDED", "sent a mail about 1 failed task(s)"),
        ("DASH_DAG$SPEND", "SUCCEEDED", "3 months of spend"),
    ]
    assert "MONTHLY_REVENUE has a row of a month that does not exist" in failed[1][3]
    (both,) = [rows for text, rows in answers if text.startswith(SAID)]
    assert both == [
        ("DASH_DAG", 1, "SUCCEEDED", None),
        ("DASH_DAG$CHECK", 1, "FAILED", None),
        ("DASH_DAG$CHECK", 2, "SUCCEEDED", "every month exists"),
        ("DASH_DAG$REPORT", 1, "SUCCEEDED", "sent a mail about 1 failed task(s)"),
        ("DASH_DAG$REPORT", 2, "SUCCEEDED", "all went well"),
        ("DASH_DAG$REVENUE", 2, "SUCCEEDED", "2 months joined"),
        ("DASH_DAG$SPEND", 1, "SUCCEEDED", "3 months of spend"),
    ]
    mails = "SELECT MESSAGE_SOURCE FROM TABLE(INFORMATION_SCHEMA.NOTIFICATION_HISTORY())"
    assert len(ask(connection, mails)) == 1


def test_script_runs_from_the_command_line_and_leaves_no_root_running(
    connection: SnowflakeConnection,
) -> None:
    command = [sys.executable, "-m", "snowdome", "sql", "-f", str(SCRIPT)]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    suspended = {"CAMPAIGN_SPEND_DATA_PIPELINE_TASK", "DASH_DAG", "NEW_SPEND_TASK"}
    assert {name for name, state in states(connection).items() if state == "suspended"} == suspended
    assert {name for name, state in states(connection).items() if state == "started"} == {
        "MONTHLY_REVENUE_DATA_PIPELINE_TASK",
        "DASH_DAG$CHECK",
        "DASH_DAG$REPORT",
        "DASH_DAG$REVENUE",
        "DASH_DAG$SPEND",
    }
