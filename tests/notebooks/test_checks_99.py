"""What the checks of lesson 99 say to wrong and to right answers."""

from __future__ import annotations

from types import ModuleType

from tests.notebooks.course import LESSONS
from tests.notebooks.judging import MARKS, NOTHING, RIGHT, Answers, Run, judge, sql

pytestmark = MARKS

LEFT_BEHIND = "\n".join(
    [
        sql("CREATE DATABASE FORGOTTEN_DB"),
        sql(
            "CREATE WAREHOUSE FORGOTTEN_WH WAREHOUSE_SIZE = MEDIUM AUTO_SUSPEND = 0 INITIALLY_SUSPENDED = TRUE"
        ),
        sql("CREATE TABLE FORGOTTEN_DB.PUBLIC.NEEDED AS SELECT $$so much work$$ AS RESULT"),
        sql("CREATE TASK FORGOTTEN_DB.PUBLIC.GREETING SCHEDULE = '60 MINUTES' AS SELECT 1"),
        sql("ALTER TASK FORGOTTEN_DB.PUBLIC.GREETING RESUME"),
    ]
)
SET = "ALTER WAREHOUSE FORGOTTEN_WH SET"
STOP: Answers = [
    (LEFT_BEHIND, "the task GREETING is started"),
    (sql("ALTER TASK FORGOTTEN_DB.PUBLIC.GREETING SUSPEND"), "never suspends itself"),
    (sql(f"{SET} AUTO_SUSPEND = NULL"), "never suspends itself"),
    (sql(f"{SET} AUTO_SUSPEND = 600"), "after 600 seconds"),
    (sql(f"{SET} AUTO_SUSPEND = 300"), "FORGOTTEN_WH is Medium"),
    (sql(f"{SET} WAREHOUSE_SIZE = XSMALL"), RIGHT),
    (sql("DELETE FROM FORGOTTEN_DB.PUBLIC.NEEDED"), "has not kept its row"),
    (sql("DROP TABLE FORGOTTEN_DB.PUBLIC.NEEDED"), "the table NEEDED is gone"),
]

ROWS = 'session.sql("SHOW TASKS IN ACCOUNT").collect()'
FULL = '".".join([row["database_name"], row["schema_name"], row["name"]])'
STARTED: Answers = [
    (NOTHING, "there is no function started_tasks"),
    ("started_tasks = lambda: None", "None, which is no list"),
    ("started_tasks = lambda: []", "a task FORGOTTEN_DB.ELSEWHERE.NIGHTLY that is started, started_tasks returns []"),
    (f"started_tasks = lambda: [{FULL} for row in {ROWS}]", "NIGHTLY that is suspended, "),
    (f"started_tasks = lambda: [row['name'] for row in {ROWS} if row['state'] == 'started']", "returns ['NIGHTLY']"),
    (f"started_tasks = lambda: {{{FULL} for row in {ROWS} if row['state'] == 'started'}}", RIGHT),
]  # fmt: skip


def test_checks_of_lesson_99(lessons: ModuleType, run: Run) -> None:
    judge(lessons, run, LESSONS["99_cleanup"], [STOP, STARTED])
