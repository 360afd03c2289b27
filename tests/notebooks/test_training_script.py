"""sql/03_model_training.sql: the model that it trains, the functions that answer with it, and the task behind them."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import snowflake.connector
from snowflake.connector import SnowflakeConnection

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "sql" / "03_model_training.sql"
CHANNELS = "SEARCH_ENGINE, SOCIAL_MEDIA, VIDEO, EMAIL"
# Months whose revenue follows from spend without chance: 300,000 and a dollar and a half per dollar of video, and what
# search and email bring together. A polynomial of degree 2 says it exactly.
EXACT = "300000 + 1.5 * VIDEO + SEARCH_ENGINE * EMAIL / 1000000"
MONTHS = f"""
    CREATE OR REPLACE TABLE SPEND_AND_REVENUE_PER_MONTH AS
    SELECT 2012 + FLOOR(N / 12) AS YEAR, 1 + N % 12 AS MONTH, SEARCH_ENGINE, SOCIAL_MEDIA, VIDEO, EMAIL,
           ({EXACT})::FLOAT AS REVENUE
    FROM (
        SELECT ROW_NUMBER() OVER (ORDER BY 1) - 1 AS N, 300000 + 7919 * N % 500000 AS SEARCH_ENGINE,
               300000 + 104729 * N % 500000 AS SOCIAL_MEDIA, 300000 + 60013 * N % 500000 AS VIDEO,
               300000 + 15485 * N * N % 500000 AS EMAIL
        FROM TABLE(GENERATOR(ROWCOUNT => 124))
    )
"""
TASKS = (
    "CREATE OR REPLACE TASK CAMPAIGN_SPEND_DATA_PIPELINE_TASK SCHEDULE = '60 MINUTES' AS SELECT 1",
    """CREATE OR REPLACE TASK MONTHLY_REVENUE_DATA_PIPELINE_TASK AFTER CAMPAIGN_SPEND_DATA_PIPELINE_TASK
       AS SELECT 2""",
)


@pytest.fixture
def connection(account: Path) -> Iterator[SnowflakeConnection]:
    """An account with what the script needs, and the files named by the newest month: April 2022."""
    with snowflake.connector.connect(**json.loads(account.read_text(encoding="utf-8"))) as opened:
        for _ in opened.execute_string((ROOT / "sql" / "00_setup.sql").read_text(encoding="utf-8")):
            pass
        for statement in (MONTHS, *TASKS):
            opened.cursor().execute(statement)
        yield opened


def ask(connection: SnowflakeConnection, query: str) -> list[Any]:
    """Rows of a query."""
    rows: list[Any] = connection.cursor().execute(query).fetchall()
    return rows


def run(connection: SnowflakeConnection) -> list[tuple[str, list[Any]]]:
    """Send the whole script, and return each statement with its rows."""
    cursors = connection.execute_string(SCRIPT.read_text(encoding="utf-8"), remove_comments=True)
    return [(cursor.query or "", cursor.fetchall()) for cursor in cursors]


def train(connection: SnowflakeConnection) -> dict[str, Any]:
    """Run the script, and return what the training reports."""
    (row,) = next(rows for text, rows in run(connection) if text.startswith("CALL TRAIN_REVENUE_MODEL"))
    report: dict[str, Any] = json.loads(row[0])
    return report


def test_degree_that_made_the_months_is_found_and_beats_the_average(connection: SnowflakeConnection) -> None:
    for _ in range(2):
        report = train(connection)
        assert report["best"] == "degree 2"
        assert report["file"] == "revenue_model_2022_04.joblib"
        tested = {row["MODEL"]: row for row in report["report"] if row["PART"] == "test"}
        assert (tested["degree 2"]["R2"], tested["degree 2"]["ERROR"]) == (1, 0)
        assert tested["average month"]["R2"] < 0.1
    parts = ask(
        connection, "SELECT PART, COUNT(*), MIN(YEAR) FROM MARKETING_BUDGETS_FEATURES GROUP BY 1 ORDER BY 1"
    )
    assert parts == [("test", 24, 2020), ("train", 100, 2012)]
    assert [row[0] for row in ask(connection, "LIST @DASH_MODELS")] == [
        "dash_models/revenue_model_2022_04.joblib"
    ]


def test_both_functions_say_what_the_months_are_made_of(connection: SnowflakeConnection) -> None:
    run(connection)
    for function in ("PREDICT_ROI", "PREDICT_ROI_BATCH"):
        off = f"MAX(ABS({function}({CHANNELS}) - REVENUE))"
        assert ask(connection, f"SELECT COUNT(*), {off} < 0.01 FROM MARKETING_BUDGETS_FEATURES") == [
            (124, True)
        ]
        named = f"{function}(EMAIL => 2e5, VIDEO => 1e5, SOCIAL_MEDIA => 4e5, SEARCH_ENGINE => 6e5)"
        assert ask(connection, f"SELECT ROUND({named}, 2)") == [(570_000.0,)]
        unknown = f"COUNT({function}(NULLIF(MONTH, 4) * 1e5, 1, NULLIF(YEAR, 2013), 1))"
        assert ask(connection, f"SELECT {unknown} FROM MARKETING_BUDGETS_FEATURES") == [(124 - 12 - 11 + 1,)]
        assert ask(connection, f"SELECT {function}(1, 2, 3, NULL)") == [(None,)]


def finished(connection: SnowflakeConnection) -> tuple[Any, ...]:
    """Run the graph, and return how its last task ended: state, return value, error."""
    ask(connection, "EXECUTE TASK CAMPAIGN_SPEND_DATA_PIPELINE_TASK")
    under_way = """SELECT COUNT(*) FROM TABLE(INFORMATION_SCHEMA.CURRENT_TASK_GRAPHS())
                   WHERE STATE = 'EXECUTING' OR SCHEDULED_FROM <> 'SCHEDULE'"""
    deadline = time.monotonic() + 100
    while ask(connection, under_way) != [(0,)]:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    history = """SELECT STATE, RETURN_VALUE, ERROR_MESSAGE FROM TABLE(INFORMATION_SCHEMA.TASK_HISTORY())
                 WHERE NAME = 'TRAIN_REVENUE_MODEL_TASK' AND STATE <> 'SCHEDULED' ORDER BY QUERY_START_TIME DESC"""
    row: tuple[Any, ...] = ask(connection, history)[0]
    return row


PREDICTED = "SELECT ROUND(PREDICT_ROI(6e5, 4e5, 1e5, 2e5), 2)"


def test_the_graph_retrains_on_new_months_and_a_model_that_is_no_good_stays_out(
    connection: SnowflakeConnection,
) -> None:
    run(connection)
    ask(connection, "INSERT INTO SPEND_AND_REVENUE_PER_MONTH SELECT 2022, 5, 5e5, 5e5, 5e5, 5e5, 1300000")
    ask(connection, "UPDATE SPEND_AND_REVENUE_PER_MONTH SET REVENUE = REVENUE + 1000")
    assert finished(connection) == ("SUCCEEDED", "degree 2, R² 1.000", None)
    assert ask(connection, PREDICTED) == [(571_000.0,)]
    ask(connection, "UPDATE SPEND_AND_REVENUE_PER_MONTH SET REVENUE = 1000000 * (MONTH * YEAR % 7)")
    state, _, error = finished(connection)
    assert state == "FAILED"
    assert "hardly better than the baseline: not deployed" in error
    assert ask(connection, PREDICTED) == [(571_000.0,)]


def test_script_runs_from_the_command_line(connection: SnowflakeConnection) -> None:
    command = [sys.executable, "-m", "snowdome", "sql", "-f", str(SCRIPT)]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    shown = ask(connection, "SHOW TASKS LIKE 'TRAIN_REVENUE_MODEL_TASK' IN SCHEMA DASH_DB.DASH_SCHEMA")
    assert "MONTHLY_REVENUE_DATA_PIPELINE_TASK" in str(shown[0])
