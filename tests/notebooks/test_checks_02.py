"""What the checks of lesson 02 say to wrong and to right answers."""

from __future__ import annotations

from types import ModuleType

import pytest

from tests.notebooks.course import LESSONS
from tests.notebooks.judging import MARKS, NOTHING, RIGHT, Answers, Run, judge, sql

pytestmark = MARKS

ROOT_TASK, REVENUE_TASK = "CAMPAIGN_SPEND_DATA_PIPELINE_TASK", "MONTHLY_REVENUE_DATA_PIPELINE_TASK"
YEARLY = "CREATE OR REPLACE TASK YEARLY_SPEND_TASK WAREHOUSE = DASH_L"
RUN_GRAPH = f"""
{sql("ALTER TASK YEARLY_SPEND_TASK RESUME")}
{sql(f"EXECUTE TASK {ROOT_TASK}")}
wait_for("{ROOT_TASK}")
"""


def yearly(query: str) -> str:
    """The code that makes the task with this query behind its table, and runs the graph."""
    return (
        sql(f"{YEARLY} AFTER {REVENUE_TASK} AS CREATE OR REPLACE TABLE YEARLY_SPEND AS {query}") + RUN_GRAPH
    )


YEARLY_SPEND: Answers = [
    (NOTHING, "there is no task YEARLY_SPEND_TASK"),
    (sql(f"{YEARLY} AFTER {ROOT_TASK} AS SELECT 1"), f"does not run AFTER {REVENUE_TASK}"),
    (sql(f"{YEARLY} AFTER {REVENUE_TASK} AS SELECT 1"), "YEARLY_SPEND_TASK is suspended"),
    (sql("ALTER TASK YEARLY_SPEND_TASK RESUME"), "has not run yet"),
    (yearly("SELECT YEAR, NO_SUCH AS TOTAL_COST FROM SPEND_PER_MONTH"), "is FAILED"),
    (
        yearly("SELECT YEAR AS Y FROM SPEND_PER_MONTH"),
        "no table YEARLY_SPEND with the columns YEAR and TOTAL_COST",
    ),
    (
        yearly("SELECT YEAR, SUM(VIDEO) AS TOTAL_COST FROM SPEND_PER_MONTH GROUP BY YEAR"),
        "2012 should have 16469165",
    ),
    (
        yearly("SELECT SUM(TOTAL_COST) AS TOTAL_COST, YEAR(DATE) AS YEAR FROM CAMPAIGN_SPEND GROUP BY 2"),
        RIGHT,
    ),
]
SCHEDULE = f"ALTER TASK {ROOT_TASK} SET SCHEDULE = "
ON_WEEKDAYS: Answers = [
    (NOTHING, "its schedule is '3 MINUTES', not USING CRON"),
    (sql(f"{SCHEDULE}\\'USING CRON 0 6 * * 1-5 UTC\\'"), "its clock is UTC's"),
    (sql(f"{SCHEDULE}\\'USING CRON 6 0 * * 1-5 Europe/Zurich\\'"), "it would run at hour 0, minute 6"),
    (sql(f"{SCHEDULE}\\'USING CRON 0 6 1 * 1-5 Europe/Zurich\\'"), "should be any: *"),
    (sql(f"{SCHEDULE}\\'USING CRON 0 6 * * 0-6 Europe/Zurich\\'"), "the weekdays are 0-6"),
    (
        sql(f"{SCHEDULE}\\'USING CRON 0 6 * * 1-5 Europe/Zurich\\'")
        + "\n"
        + sql(f"ALTER TASK {ROOT_TASK} RESUME"),
        "the task is not suspended",
    ),
    (sql(f"ALTER TASK {ROOT_TASK} SUSPEND"), RIGHT),
]


@pytest.mark.after_lesson("02_data_pipelines")
def test_checks_of_lesson_02(lessons: ModuleType, run: Run) -> None:
    judge(lessons, run, LESSONS["02_data_pipelines"], [YEARLY_SPEND, ON_WEEKDAYS])
