"""What the checks of lesson 03 say to wrong and to right answers."""

from __future__ import annotations

from types import ModuleType

import nbformat
import pytest

from tests.notebooks.course import LESSONS
from tests.notebooks.judging import MARKS, NOTHING, RIGHT, Answers, Run, judge, sql

pytestmark = MARKS

ROOT_TASK, REVENUE_TASK = "CAMPAIGN_SPEND_DATA_PIPELINE_TASK", "MONTHLY_REVENUE_DATA_PIPELINE_TASK"
TASK = "CREATE OR REPLACE TASK {} WAREHOUSE = DASH_L {} AS SELECT 1"
TRAINED = f"""
{sql(TASK.format(ROOT_TASK, "SCHEDULE = '60 MINUTES'"))}
{sql(TASK.format(REVENUE_TASK, f"AFTER {ROOT_TASK}"))}
from pathlib import Path

session.connection.execute_string(Path("../sql/03_model_training.sql").read_text(), remove_comments=True)
"""

BASELINE = "CREATE OR REPLACE TABLE BASELINE_LAST_YEAR AS SELECT"
FEATURES = "FROM MARKETING_BUDGETS_FEATURES"
LAST_YEAR: Answers = [
    (NOTHING, "there is no table BASELINE_LAST_YEAR"),
    (sql(f"{BASELINE} YEAR, MONTH {FEATURES}"), "no column PREDICTED"),
    (sql(f"{BASELINE} YEAR, MONTH, REVENUE AS PREDICTED {FEATURES}"), "has 120 rows"),
    (
        sql(f"{BASELINE} YEAR, MONTH, 1 AS PREDICTED {FEATURES} WHERE YEAR IN (2013, 2014)"),
        "month 5 of 2020 is not in",
    ),
    (
        sql(f"{BASELINE} YEAR, MONTH, REVENUE AS PREDICTED {FEATURES} WHERE 'test' = PART"),
        "for month 5 of 2020 you predict 1570310.73",
    ),
    (sql(f"{BASELINE} YEAR, MONTH, NULL AS PREDICTED {FEATURES} WHERE 'test' = PART"), "you predict None"),
    (
        sql(f"""{BASELINE} LAG(REVENUE, 12) OVER (ORDER BY YEAR, MONTH) AS PREDICTED, MONTH, YEAR, 1 AS X
                {FEATURES} QUALIFY 'test' = PART"""),
        RIGHT,
    ),
]


def if_seen(expression: str) -> str:
    """The code that makes the function of this expression."""
    return sql(f"""CREATE OR REPLACE FUNCTION PREDICT_ROI_IF_SEEN(S FLOAT, M FLOAT, V FLOAT, E FLOAT)
                   RETURNS FLOAT AS $${expression}$$""")


ALL_SEEN = (
    "S BETWEEN 210378 AND 1098431 AND M BETWEEN 209118 AND 915658"
    " AND V BETWEEN 239145 AND 1049041 AND E BETWEEN 143492 AND 914233"
)
KNOWS_ITS_LIMITS: Answers = [
    (NOTHING, "there is no function PREDICT_ROI_IF_SEEN"),
    (
        sql("CREATE FUNCTION PREDICT_ROI_IF_SEEN(S FLOAT) RETURNS FLOAT AS $$S$$"),
        "cannot be called with four numbers",
    ),
    (if_seen("NULL::FLOAT"), "for the average budget of each channel it returns None"),
    (if_seen("PREDICT_ROI(S, M, V, E)"), "210377 for SEARCH_ENGINE was never seen, and it returns"),
    (
        if_seen("IFF(S > 210378 AND S <= 1098431, PREDICT_ROI(S, M, V, E), NULL)"),
        "for the smallest budget of SEARCH_ENGINE, 210378, it returns None",
    ),
    (
        if_seen(f"IFF({ALL_SEEN.replace('914233', '914300')}, PREDICT_ROI(S, M, V, E), NULL)"),
        "914234 for EMAIL was never seen",
    ),
    (if_seen(f"IFF({ALL_SEEN}, PREDICT_ROI_BATCH(S, M, V, E), NULL)"), RIGHT),
]

BUDGET = "CREATE OR REPLACE TABLE BEST_BUDGET AS SELECT"
STEP = "(SELECT 50000 * ROW_NUMBER() OVER (ORDER BY 1) AS {} FROM TABLE(GENERATOR(ROWCOUNT => 22)))"
TRY_ALL = ", ".join(map(STEP.format, "SMVE"))


def budget(search_engine: float, social_media: float, video: float, email: float) -> str:
    """The code that saves these budgets."""
    return sql(
        f"{BUDGET} {search_engine} SEARCH_ENGINE, {social_media} SOCIAL_MEDIA, {video} VIDEO, {email} EMAIL"
    )


TWO_MILLIONS: Answers = [
    (NOTHING, "there is no table BEST_BUDGET"),
    (sql(f"{BUDGET} 500000 AS VIDEO, 500000 AS EMAIL"), "no column SEARCH_ENGINE, SOCIAL_MEDIA"),
    (
        sql(f"{BUDGET} SEARCH_ENGINE, SOCIAL_MEDIA, VIDEO, EMAIL {FEATURES}"),
        "has 120 rows, and should have one",
    ),
    (budget(500000, 500000, 500000, 450000), "add up to 1,950,000 dollars"),
    (budget(1000000, 100000, 500000, 400000), "100,000 for SOCIAL_MEDIA was never seen"),
    (budget(525000, 475000, 500000, 500000), "525,000 for SEARCH_ENGINE is no multiple of 50,000"),
    (budget(500000, 500000, 500000, 500000), "the model expects 3,150,672"),
    (
        sql(f"""{BUDGET} S AS SEARCH_ENGINE, M AS SOCIAL_MEDIA, V AS VIDEO, E AS EMAIL FROM {TRY_ALL}
                WHERE S + M + V + E = 2000000 AND {ALL_SEEN}
                ORDER BY PREDICT_ROI_BATCH(S, M, V, E) DESC LIMIT 1"""),
        RIGHT,
    ),
]


@pytest.mark.after_lesson("01_data_engineering")
def test_checks_of_lesson_03(lessons: ModuleType, run: Run) -> None:
    trained = nbformat.v4.new_notebook(cells=lessons.read(LESSONS["01_data_engineering"]).cells[2:3])
    trained.cells.append(nbformat.v4.new_code_cell(TRAINED))
    run(trained)
    judge(lessons, run, LESSONS["03_model_training"], [LAST_YEAR, KNOWS_ITS_LIMITS, TWO_MILLIONS])
