"""What the checks of lesson 05 say to wrong and to right answers."""

from __future__ import annotations

from types import ModuleType

import pytest

from tests.notebooks.course import LESSONS
from tests.notebooks.judging import MARKS, NOTHING, RIGHT, Answers, Run, judge, sql

pytestmark = MARKS

AT_RISK = "CREATE OR REPLACE TABLE REVENUE_AT_RISK AS SELECT"
LOST = "SUM(IFF(CHURNED = 1, AMOUNT, 0)) AS LOST"
LABELLED = "FROM CHURN_LABELS JOIN CUSTOMERS USING (CUSTOMER_ID) JOIN"
FIRST_HALF = "USING (CUSTOMER_ID) WHERE ORDER_DATE < AS_OF GROUP BY SEGMENT"
REVENUE_AT_RISK: Answers = [
    (NOTHING, "there is no table REVENUE_AT_RISK"),
    (sql(f"{AT_RISK} 1 AS SEGMENT, 2 AS REVENUE"), "no column LOST"),
    (sql(f"{AT_RISK} 'club' AS SEGMENT, 1 AS REVENUE, 1 AS LOST"), "has 1 rows"),
    (
        sql(f"""{AT_RISK} SEGMENT, SUM(AMOUNT) AS REVENUE, {LOST} {LABELLED} PURCHASES USING (CUSTOMER_ID)
                GROUP BY SEGMENT"""),
        "revenue of the whole year",
    ),
    (
        sql(f"{AT_RISK} SEGMENT, SUM(AMOUNT) AS REVENUE, {LOST} {LABELLED} ORDERS {FIRST_HALF}"),
        "cancelled orders",
    ),
    (
        sql(f"{AT_RISK} SEGMENT, SUM(AMOUNT) AS REVENUE, 0 AS LOST {LABELLED} PURCHASES {FIRST_HALF}"),
        "LOST of club",
    ),
    (
        sql(f"{AT_RISK} SEGMENT, COUNT(*) AS REVENUE, {LOST} {LABELLED} PURCHASES {FIRST_HALF}"),
        "REVENUE of club",
    ),
    (
        sql(f"""{AT_RISK} {LOST}, 1 AS X, SUM(AMOUNT)::FLOAT AS REVENUE, SEGMENT {LABELLED} PURCHASES
                {FIRST_HALF}"""),
        RIGHT,
    ),
]

SPRING = "CREATE OR REPLACE TABLE SPRING_LABELS AS SELECT CUSTOMER_ID, "
APRIL = "'2024-04-01'::DATE AS AS_OF,"
NOT_SINCE = "(MAX(ORDER_DATE) < '2024-04-01')::INT AS CHURNED FROM PURCHASES WHERE ORDER_DATE <"
IN_WINTER = "GROUP BY CUSTOMER_ID HAVING (MIN(ORDER_DATE) < '2024-04-01')"
SPRING_LABELS: Answers = [
    (NOTHING, "there is no table SPRING_LABELS"),
    (sql(f"{SPRING} CHURNED FROM CHURN_LABELS"), "no column AS_OF"),
    (sql(f"{SPRING} AS_OF, CHURNED FROM CHURN_LABELS"), "AS_OF should be 1 April 2024"),
    (sql(f"{SPRING} {APRIL} 0 AS CHURNED FROM PURCHASES WHERE (ORDER_DATE < '2024-04-01')"), "one each"),
    (
        sql(f"{SPRING} {APRIL} {NOT_SINCE} '2024-10-01' GROUP BY CUSTOMER_ID"),
        "purchased from January to March",
    ),
    (sql(f"{SPRING} {APRIL} {NOT_SINCE} '2025-01-01' {IN_WINTER}"), "the label window ends in September"),
    (sql(f"{SPRING} {APRIL} {NOT_SINCE} '2024-07-01' {IN_WINTER}"), "did not come from April to September"),
    (sql(f"{SPRING} {APRIL} {NOT_SINCE} '2024-10-01' {IN_WINTER}"), RIGHT),
]

SINCE = "CREATE OR REPLACE TABLE LAST_RETURN AS SELECT CUSTOMER_ID,"
DAYS = "DATEDIFF('day', MAX(IFF(STATUS = 'RETURNED', ORDER_DATE, NULL)), '2024-07-01') AS DAYS_SINCE_RETURN"
JOINED = "FROM CHURN_LABELS JOIN PURCHASES USING (CUSTOMER_ID)"
LAST_RETURN: Answers = [
    (NOTHING, "there is no table LAST_RETURN"),
    (sql(f"{SINCE} 1 AS DAYS FROM CHURN_LABELS"), "no column DAYS_SINCE_RETURN"),
    (sql(f"{SINCE} 1 AS DAYS_SINCE_RETURN FROM PURCHASES"), "one each"),
    (sql(f"{SINCE} {DAYS} {JOINED} GROUP BY CUSTOMER_ID"), "That is a leak"),
    (
        sql(f"""{SINCE} {DAYS} FROM PURCHASES WHERE ORDER_DATE < '2024-07-01' AND STATUS = 'RETURNED'
                GROUP BY CUSTOMER_ID"""),
        "A left join keeps them all",
    ),
    (sql(f"{SINCE} 7 AS DAYS_SINCE_RETURN FROM CHURN_LABELS"), "and has 7"),
    (sql(f"{SINCE} {DAYS} {JOINED} WHERE ORDER_DATE < '2024-07-01' GROUP BY CUSTOMER_ID"), RIGHT),
]


@pytest.mark.after_lesson("05_churn_exploration")
def test_checks_of_lesson_05(lessons: ModuleType, run: Run) -> None:
    judge(lessons, run, LESSONS["05_churn_exploration"], [REVENUE_AT_RISK, SPRING_LABELS, LAST_RETURN])
