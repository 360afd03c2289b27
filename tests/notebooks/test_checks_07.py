"""What the checks of lesson 07 say to wrong and to right answers."""

from __future__ import annotations

from types import ModuleType

import pytest

from tests.notebooks.course import LESSONS
from tests.notebooks.judging import MARKS, NOTHING, RIGHT, Answers, Run, judge, sql

pytestmark = MARKS


def calls(condition: str) -> str:
    """The code that makes the table of calls to customers with such a probability."""
    return sql(
        f"CREATE OR REPLACE TABLE CALLS AS SELECT CUSTOMER_ID FROM CHURN_SCORES WHERE PROBABILITY {condition}"
    )


CALLS: Answers = [
    (NOTHING, "there is no table CALLS"),
    (sql("CREATE OR REPLACE TABLE CALLS AS SELECT PROBABILITY FROM CHURN_SCORES"), "no column CUSTOMER_ID"),
    (sql("CREATE OR REPLACE TABLE CALLS AS SELECT CUSTOMER_ID FROM PURCHASES"), "called twice"),
    (calls("> 0.5"), "is the habit"),
    (calls("> 0.25"), "that of the voucher"),
    (calls("> 0.18"), "not every call succeeds"),
    (calls("> 0.7"), "a call pays for"),
    (calls(">= 0.3"), RIGHT),
]


def worth(columns: str) -> str:
    """The code that saves a row of these columns."""
    return sql(f"CREATE OR REPLACE TABLE RETURNS_WORTH AS SELECT {columns}")


VALIDATED = """
features, label = training_data(session)
def score(dropped, part):
    model, columns = boosted_trees(max_depth=2, n_estimators=100), features.drop(columns=dropped)
    scores = cross_validate(model, columns, label, cv=FOLDS, scoring="roc_auc", return_train_score=True)
    return float(scores[part].mean())
def save(dropped, part="test_score"):
    row = {"WITH_RETURNS": score([], "test_score"), "WITHOUT_RETURNS": score(dropped, part)}
    session.create_dataframe([row]).write.mode("overwrite").save_as_table("RETURNS_WORTH")
"""
BOTH = '["RETURNS", "RETURN_SHARE"]'
RETURNS_WORTH: Answers = [
    (VALIDATED, "there is no table RETURNS_WORTH"),
    (worth("0.8 AS WITH_RETURNS"), "no column WITHOUT_RETURNS"),
    (worth("0.8 AS WITH_RETURNS, 0.7 AS WITHOUT_RETURNS FROM CHURN_LABELS"), "rows, and should have one"),
    ('save(["RETURN_SHARE"])', "you have dropped one"),
    (f'save({BOTH}, "train_score")', "score in training"),
    (worth("0.5 AS WITH_RETURNS, 0.4 AS WITHOUT_RETURNS"), "and should be about"),
    (f"save({BOTH})", RIGHT),
]


@pytest.mark.after_lesson("07_churn_training")
def test_checks_of_lesson_07(lessons: ModuleType, run: Run) -> None:
    judge(lessons, run, LESSONS["07_churn_training"], [CALLS, RETURNS_WORTH])
