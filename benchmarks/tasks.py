"""How soon tasks run: `python benchmarks/tasks.py`.

From sending EXECUTE TASK to its answer, and to the start of its body as the history tells it; a graph of
four tasks from first to last; an hour of a schedule of a minute, moved through.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import snowflake.connector

from snowdome.client import local

RUNS = 20
HISTORY = "SELECT * FROM TABLE(INFORMATION_SCHEMA.TASK_HISTORY(RESULT_LIMIT => 1000, TASK_NAME => '{}'))"


def seconds(cursor: Any, sql: str) -> float:
    """How long a statement takes."""
    start = time.perf_counter()
    cursor.execute(sql)
    return time.perf_counter() - start


def delays(cursor: Any, task: str) -> list[float]:
    """From when each run of a task was asked for to when its body began, in seconds."""
    cursor.execute(HISTORY.format(task))
    rows = cursor.fetchall()
    return [(row["QUERY_START_TIME"] - row["SCHEDULED_TIME"]).total_seconds() for row in rows]


def main() -> int:
    """Print each median beside its aim; 1 if one is missed."""
    with tempfile.TemporaryDirectory() as folder:
        account = local.account(Path(folder) / "state")
        account.start()
        try:
            with snowflake.connector.connect(**account.parameters()) as connection:
                return report(measure(connection.cursor(snowflake.connector.DictCursor)))
        finally:
            account.stop()


def measure(cursor: Any) -> list[tuple[str, float, float]]:
    """Name, seconds and aim of each measurement."""
    for sql in (
        "CREATE DATABASE lab", "CREATE TASK r AS SELECT 1", "CREATE TASK root AS SELECT 1",
        "CREATE TASK a AFTER root AS SELECT 1", "CREATE TASK b AFTER root AS SELECT 1",
        "CREATE TASK c AFTER a, b AS SELECT 1", "SELECT SYSTEM$TASK_DEPENDENTS_ENABLE('a')",
        "ALTER TASK b RESUME",
    ):  # fmt: skip
        cursor.execute(sql)
    answers, graphs = [], []
    for _ in range(RUNS):
        answers.append(seconds(cursor, "EXECUTE TASK r"))
        cursor.execute("EXECUTE TASK r AWAIT")
        graphs.append(seconds(cursor, "EXECUTE TASK root AWAIT"))
    begun = delays(cursor, "R")
    cursor.execute("CREATE TASK tick SCHEDULE = '1 MINUTE' AS SELECT 1")
    cursor.execute("ALTER TASK tick RESUME")
    hour = seconds(cursor, "SELECT SYSTEM$SNOWDOME_TICK('1 hour')")
    return [
        ("EXECUTE TASK answers", statistics.median(answers), 0.05),
        ("its body begins after", statistics.median(begun), 0.05),
        ("a graph of four tasks", statistics.median(graphs), 0.5),
        ("an hour of a minute's task", hour, 5.0),
    ]


def report(lines: list[tuple[str, float, float]]) -> int:
    for name, taken, aim in lines:
        print(
            f"{name:<28}{taken * 1000:9.1f} ms  aim {aim * 1000:8.1f} ms  {'ok' if taken <= aim else 'MISSED'}"
        )
    return int(any(taken > aim for _, taken, aim in lines))


if __name__ == "__main__":
    raise SystemExit(main())
