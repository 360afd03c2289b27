"""The history of alerts, kept in the engine."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields

import duckdb

from snowdome.errors import SnowflakeError

DDL = """
CREATE TABLE IF NOT EXISTS catalog.alert_runs (
  alert_id BIGINT, name VARCHAR, schema_name VARCHAR, database_name VARCHAR, condition VARCHAR,
  condition_query_id VARCHAR, action VARCHAR, action_query_id VARCHAR, state VARCHAR, error_code VARCHAR,
  error_message VARCHAR, scheduled BIGINT, completed BIGINT
);
"""

KEPT = 7 * 86_400 * 1_000_000_000  # nanoseconds that history is kept

SCHEDULED = "SCHEDULED"
EXECUTING = "EXECUTING"
CANCELLED = "CANCELLED"
TRIGGERED = "TRIGGERED"
CONDITION_FALSE = "CONDITION_FALSE"
CONDITION_FAILED = "CONDITION_FAILED"
ACTION_FAILED = "ACTION_FAILED"
EVALUATED = (TRIGGERED, CONDITION_FALSE, ACTION_FAILED)  # the condition did not fail


@dataclass(frozen=True)
class AlertRun:
    """One evaluation of an alert; times are nanoseconds UTC."""

    alert_id: int
    name: str
    schema_name: str
    database_name: str
    condition: str
    condition_query_id: str | None
    action: str
    action_query_id: str | None
    state: str
    error_code: str | None
    error_message: str | None
    scheduled: int
    completed: int


@dataclass
class Running:
    """What an alert that runs knows of itself: when it was scheduled, when it last was evaluated before (None
    if never; both ns UTC), and the query of its condition."""

    scheduled: int
    last: int | None
    condition_query_id: str | None = None


# The latest run of each alert stays: it says until when the alert's schedule was followed.
_FORGET = """
DELETE FROM catalog.alert_runs WHERE scheduled < ? AND scheduled < (
  SELECT max(other.scheduled) FROM catalog.alert_runs AS other WHERE other.alert_id = alert_runs.alert_id
)
"""


def save(cursor: duckdb.DuckDBPyConnection, run: AlertRun) -> None:
    """Add a run, or put it in place of what was known of it while it was executing; let go of what is too
    old."""
    cursor.execute("BEGIN")
    mine = "alert_id = ? AND scheduled = ? AND state = ?"
    cursor.execute(f"DELETE FROM catalog.alert_runs WHERE {mine}", [run.alert_id, run.scheduled, EXECUTING])
    marks = ", ".join("?" * len(fields(AlertRun)))
    cursor.execute(f"INSERT INTO catalog.alert_runs VALUES ({marks})", list(astuple(run)))
    cursor.execute(_FORGET, [run.scheduled - KEPT])
    cursor.execute("COMMIT")


def close_interrupted(cursor: duckdb.DuckDBPyConnection, now: int, error: SnowflakeError) -> None:
    """Runs that were executing when the account ended are cancelled ones: what they did stays."""
    cursor.execute(
        "UPDATE catalog.alert_runs SET state = ?, completed = ?, error_code = ?, error_message = ?"
        " WHERE state = ?",
        [CANCELLED, now, error.code, error.message, EXECUTING],
    )


def history(cursor: duckdb.DuckDBPyConnection) -> list[AlertRun]:
    """All runs, latest scheduled time first."""
    rows = cursor.execute(
        "SELECT * FROM catalog.alert_runs ORDER BY scheduled DESC, completed DESC"
    ).fetchall()
    return [AlertRun(*row) for row in rows]


def reached(cursor: duckdb.DuckDBPyConnection) -> dict[int, int]:
    """The latest time for which each alert was run, by its id."""
    rows = cursor.execute(
        "SELECT alert_id, max(scheduled) FROM catalog.alert_runs GROUP BY alert_id"
    ).fetchall()
    return {int(alert): int(moment) for alert, moment in rows}


def last_evaluated(cursor: duckdb.DuckDBPyConnection, alert_id: int) -> int | None:
    """The scheduled time of the latest run whose condition did not fail."""
    states = ", ".join(f"'{state}'" for state in EVALUATED)
    query = f"SELECT max(scheduled) FROM catalog.alert_runs WHERE alert_id = ? AND state IN ({states})"
    row = cursor.execute(query, [alert_id]).fetchone()
    return None if row is None else row[0]
