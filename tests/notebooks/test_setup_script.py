"""sql/00_setup.sql as a script: before the files are there and after, and any number of times."""

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
SCRIPT = ROOT / "sql" / "00_setup.sql"
ROWS = {"BUDGET_ALLOCATIONS_AND_ROI": 6, "CAMPAIGN_SPEND": 219_120, "MONTHLY_REVENUE": 120}


@pytest.fixture
def connection(account: Path) -> Iterator[SnowflakeConnection]:
    with snowflake.connector.connect(**json.loads(account.read_text(encoding="utf-8"))) as opened:
        yield opened


def run(connection: SnowflakeConnection) -> list[tuple[str, list[Any]]]:
    """Send the whole script, and return each statement with its rows."""
    cursors = connection.execute_string(SCRIPT.read_text(encoding="utf-8"), remove_comments=True)
    return [(cursor.query or "", cursor.fetchall()) for cursor in cursors]


def copies(answers: list[tuple[str, list[Any]]]) -> list[str]:
    """What the script's COPY statements answer: a sentence, or the file's status."""
    rows = [answer[0] for text, answer in answers if text.startswith("COPY INTO")]
    return [row[0] if len(row) == 1 else row[1] for row in rows]


def counted(connection: SnowflakeConnection) -> dict[str, int]:
    """Rows of each table, by name."""
    cursor = connection.cursor()
    return {name: cursor.execute(f"SELECT COUNT(*) FROM {name}").fetchone()[0] for name in ROWS}


def test_script_runs_before_the_files_are_there_and_any_number_of_times(
    connection: SnowflakeConnection,
) -> None:
    assert copies(run(connection)) == ["Copy executed with 0 files processed."] * 2
    assert counted(connection) == ROWS | {"CAMPAIGN_SPEND": 0, "MONTHLY_REVENUE": 0}
    data = (ROOT / "data").as_posix()
    connection.cursor().execute(f"PUT file://{data}/campaign_spend.csv.gz @CAMPAIGN_DATA_STAGE")
    connection.cursor().execute(f"PUT file://{data}/monthly_revenue.csv @MONTHLY_REVENUE_DATA_STAGE")
    for _ in range(2):
        assert copies(run(connection)) == ["LOADED", "LOADED"]
        assert counted(connection) == ROWS


def test_tables_have_the_columns_people_know(connection: SnowflakeConnection) -> None:
    run(connection)
    described = connection.cursor().execute("DESCRIBE TABLE CAMPAIGN_SPEND").fetchall()
    assert [(row[0], row[1]) for row in described] == [
        ("CAMPAIGN", "VARCHAR(60)"),
        ("CHANNEL", "VARCHAR(60)"),
        ("DATE", "DATE"),
        ("TOTAL_CLICKS", "NUMBER(38,0)"),
        ("TOTAL_COST", "NUMBER(38,0)"),
        ("ADS_SERVED", "NUMBER(38,0)"),
    ]


def test_script_runs_from_the_command_line(connection: SnowflakeConnection) -> None:
    command = [sys.executable, "-m", "snowdome", "sql", "-f", str(SCRIPT)]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    stages = connection.cursor().execute("SHOW STAGES IN SCHEMA DASH_DB.DASH_SCHEMA").fetchall()
    assert [row[1] for row in stages] == [
        "CAMPAIGN_DATA_STAGE",
        "DASH_MODELS",
        "DASH_SPROCS",
        "DASH_UDFS",
        "MONTHLY_REVENUE_DATA_STAGE",
    ]


def test_script_of_the_churn_lessons_runs_before_the_files_are_there_and_any_number_of_times(
    connection: SnowflakeConnection,
) -> None:
    script = (ROOT / "sql" / "05_churn_setup.sql").read_text(encoding="utf-8")

    def loaded() -> tuple[list[str], list[int]]:
        answers = [
            (cursor.query or "", cursor.fetchall())
            for cursor in connection.execute_string(script, remove_comments=True)
        ]
        tables = ("CUSTOMERS", "ORDERS")
        counts = [
            connection.cursor().execute(f"SELECT COUNT(*) FROM {name}").fetchone()[0] for name in tables
        ]
        return copies(answers), counts

    assert loaded() == (["Copy executed with 0 files processed."] * 2, [0, 0])
    for name in ("customers", "orders"):
        connection.cursor().execute(
            f"PUT file://{(ROOT / 'data').as_posix()}/{name}.csv @CHURN_DATA_STAGE/{name}"
        )
    for _ in range(2):
        assert loaded() == (["LOADED", "LOADED"], [3000, 19_789])


def test_script_of_the_heart_failure_records_does_too(connection: SnowflakeConnection) -> None:
    script = (ROOT / "sql" / "11_model_service.sql").read_text(encoding="utf-8")

    def loaded() -> tuple[list[str], tuple[int, int]]:
        answers = [
            (cursor.query or "", cursor.fetchall())
            for cursor in connection.execute_string(script, remove_comments=True)
        ]
        counts = "SELECT COUNT(*), COUNT_IF(DEATH_EVENT) FROM HEART_FAILURE_RECORDS"
        return copies(answers), connection.cursor().execute(counts).fetchone()

    assert loaded() == (["Copy executed with 0 files processed."], (0, 0))
    connection.cursor().execute(
        f"PUT file://{(ROOT / 'data').as_posix()}/heart_failure.csv @HEART_DATA_STAGE"
    )
    for _ in range(2):
        assert loaded() == (["LOADED"], (299, 96))
