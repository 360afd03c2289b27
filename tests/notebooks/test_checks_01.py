"""What the checks of lesson 01 say to wrong and to right answers."""

from __future__ import annotations

from types import ModuleType

import pytest

from tests.notebooks.course import LESSONS
from tests.notebooks.judging import MARKS, NOTHING, RIGHT, Answers, Run, judge, sql

pytestmark = MARKS

CAMPAIGNS = "CREATE OR REPLACE TABLE SPEND_PER_CAMPAIGN AS SELECT"
SPEND_PER_CAMPAIGN: Answers = [
    (NOTHING, "there is no table SPEND_PER_CAMPAIGN"),
    (sql(f"{CAMPAIGNS} 1 AS CAMPAIGN, 2 AS COST"), "no column TOTAL_CLICKS, TOTAL_COST"),
    (sql(f"{CAMPAIGNS} * FROM CAMPAIGN_SPEND LIMIT 4"), "has 4 rows, and there are 15 campaigns"),
    (
        sql(f"""{CAMPAIGNS} UPPER(CAMPAIGN) AS CAMPAIGN, 1 AS TOTAL_CLICKS, 2 AS TOTAL_COST
                FROM CAMPAIGN_SPEND GROUP BY 1"""),
        "the campaign building_community is not in",
    ),
    (
        sql(f"""{CAMPAIGNS} CAMPAIGN, SUM(TOTAL_CLICKS) AS TOTAL_CLICKS, AVG(TOTAL_COST) AS TOTAL_COST
                FROM CAMPAIGN_SPEND GROUP BY CAMPAIGN"""),
        "TOTAL_COST of building_community is",
    ),
    (
        sql(f"""{CAMPAIGNS} SUM(TOTAL_CLICKS)::FLOAT AS TOTAL_CLICKS, 1 AS X, CAMPAIGN,
                SUM(TOTAL_COST) AS TOTAL_COST FROM CAMPAIGN_SPEND GROUP BY CAMPAIGN"""),
        RIGHT,
    ),
]

BEST = "CREATE OR REPLACE TABLE BEST_MONTH_PER_CAMPAIGN AS"
MONTHLY = """SELECT CAMPAIGN, MONTH(DATE) AS MONTH, SUM(TOTAL_COST) AS TOTAL_COST
             FROM CAMPAIGN_SPEND GROUP BY 1, 2"""
DEAREST = f"FROM ({MONTHLY}) QUALIFY TOTAL_COST = MAX(TOTAL_COST) OVER (PARTITION BY CAMPAIGN)"
BEST_MONTH: Answers = [
    (NOTHING, "there is no table BEST_MONTH_PER_CAMPAIGN"),
    (sql(f"{BEST} SELECT CAMPAIGN FROM CAMPAIGN_SPEND"), "no column MONTH, TOTAL_COST"),
    (sql(f"{BEST} {MONTHLY}"), "has 180 rows. It should have one for each of the 15 campaigns"),
    (
        sql(f"{BEST} SELECT * FROM ({MONTHLY}) WHERE MONTH = 12"),
        "for building_community you have month 12, and there is a month in which it cost more",
    ),
    (
        sql(f"{BEST} SELECT CAMPAIGN, MONTH, TOTAL_COST / 10 AS TOTAL_COST {DEAREST}"),
        "should add up the same month of all years",
    ),
    (sql(f"{BEST} SELECT TOTAL_COST, CAMPAIGN, MONTH {DEAREST}"), RIGHT),
]

DOLLAR = "CREATE OR REPLACE TABLE REVENUE_PER_DOLLAR AS SELECT YEAR,"
SPEND = "(SEARCH_ENGINE + SOCIAL_MEDIA + VIDEO + EMAIL)"
FROM = "AS REVENUE_PER_DOLLAR FROM SPEND_AND_REVENUE_PER_MONTH"
FULL_YEARS = "WHERE YEAR BETWEEN 2013 AND 2021 GROUP BY YEAR"
REVENUE_PER_DOLLAR: Answers = [
    (NOTHING, "there is no table REVENUE_PER_DOLLAR"),
    (sql(f"{DOLLAR} 1 AS RATIO FROM MONTHLY_REVENUE"), "no column REVENUE_PER_DOLLAR"),
    (sql(f"{DOLLAR} SUM(REVENUE) / SUM{SPEND} {FROM} GROUP BY YEAR"), "they are 2012, 2013, 2014"),
    (sql(f"{DOLLAR} SUM(REVENUE) / SUM(EMAIL) {FROM} {FULL_YEARS}"), "Divide the sum of the year's revenue"),
    (sql(f"{DOLLAR} AVG(REVENUE / {SPEND}) {FROM} {FULL_YEARS}"), "ivide the sum"),
    (sql(f"{DOLLAR} SUM(REVENUE) / SUM{SPEND} {FROM} {FULL_YEARS}"), RIGHT),
    (sql(f"{DOLLAR} ROUND(SUM(REVENUE) / SUM{SPEND}, 2) {FROM} {FULL_YEARS}"), RIGHT),
]


@pytest.mark.after_lesson("01_data_engineering")
def test_checks_of_lesson_01(lessons: ModuleType, run: Run) -> None:
    judge(lessons, run, LESSONS["01_data_engineering"], [SPEND_PER_CAMPAIGN, BEST_MONTH, REVENUE_PER_DOLLAR])
