"""What the checks of lesson 00 say to wrong and to right answers."""

from __future__ import annotations

from types import ModuleType

import pytest

from tests.notebooks.course import LESSONS
from tests.notebooks.judging import MARKS, NOTHING, RIGHT, Answers, Run, judge, sql

pytestmark = MARKS

PUT = "session.file.put('../{}', '@DASH_DB.DASH_SCHEMA.MY_FILES', overwrite=True, auto_compress={})"
OWN_STAGE: Answers = [
    (NOTHING, "there is no stage MY_FILES"),
    (sql("CREATE STAGE DASH_DB.DASH_SCHEMA.MY_FILES"), "MY_FILES holds nothing yet"),
    (PUT.format("data/README.md", False), "MY_FILES holds README.md"),
    (PUT.format("data/monthly_revenue.csv", True), "compressed on its way"),
    (PUT.format("data/monthly_revenue.csv", False), RIGHT),
]

EXACT = "CREATE OR REPLACE TABLE EXACT_REVENUE"
EXACT_REVENUE: Answers = [
    (sql("USE SCHEMA DASH_DB.DASH_SCHEMA"), "there is no table EXACT_REVENUE"),
    (sql(f"{EXACT} (YEAR INT, MONTH INT)"), "no column REVENUE"),
    (sql(f"{EXACT} (YEAR INT, MONTH INT, REVENUE FLOAT)"), "does not keep two exact decimals"),
    (sql(f"{EXACT} (YEAR INT, MONTH INT, REVENUE NUMBER(12, 2))"), "has 0 rows"),
    (
        sql(f"{EXACT} AS SELECT YEAR, 1 AS MONTH, REVENUE::NUMBER(12, 2) AS REVENUE FROM MONTHLY_REVENUE"),
        "month 5 of 2012 is not in",
    ),
    (
        sql(f"{EXACT} AS SELECT YEAR, MONTH, 0::NUMBER(12, 2) AS REVENUE FROM MONTHLY_REVENUE"),
        "the revenue of month 5 of 2012 is 0.00",
    ),
    (
        sql(f"{EXACT} AS SELECT REVENUE::NUMBER(15, 3) AS REVENUE, 1 X, MONTH, YEAR FROM MONTHLY_REVENUE"),
        RIGHT,
    ),
]


@pytest.mark.after_lesson("00_setup")
def test_checks_of_lesson_00(lessons: ModuleType, run: Run) -> None:
    judge(lessons, run, LESSONS["00_setup"], [OWN_STAGE, EXACT_REVENUE])
