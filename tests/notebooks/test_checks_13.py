"""What the checks of lesson 13 say to wrong and to right answers."""

from __future__ import annotations

from types import ModuleType

import pytest

from tests.notebooks.course import LESSONS
from tests.notebooks.judging import MARKS, NOTHING, RIGHT, Answers, Run, judge, sql

pytestmark = MARKS

NAMES = ["AGE", "SEX", "BMI", "BP", "S1", "S2", "S3", "S4", "S5", "S6"]
HOME = "DIABETES_DB.DIABETES_SCHEMA"


def progression(expression: str, names: list[str] = NAMES, returns: str = "FLOAT") -> str:
    """The code that makes PREDICT_PROGRESSION of an expression."""
    columns = ", ".join(f"{name} FLOAT" for name in names)
    return sql(
        f"CREATE OR REPLACE FUNCTION {HOME}.PREDICT_PROGRESSION({columns}) RETURNS {returns} AS $${expression}$$"
    )


def asked(*names: str) -> str:
    """The expression that asks SCORE_DIABETES about a patient with these ten numbers."""
    request = f"TO_JSON(OBJECT_CONSTRUCT('data', ARRAY_CONSTRUCT(ARRAY_CONSTRUCT({', '.join(names)}))))"
    return f"SCORE_DIABETES({request}, NULL):result[0]"


TEN_NUMBERS: Answers = [
    (NOTHING, "there is no function PREDICT_PROGRESSION"),
    (progression("AGE", ["AGE"]), "cannot be asked about the patients"),
    (sql(f"DROP FUNCTION {HOME}.PREDICT_PROGRESSION(FLOAT)"), "there is no function"),
    (progression("NULL::FLOAT"), "it returns None, which is no FLOAT"),
    (progression(f"{asked(*NAMES)}::VARCHAR", returns="VARCHAR"), "which is no FLOAT"),
    (progression(f"{asked(*reversed(NAMES))}::FLOAT"), "and SCORE_DIABETES says"),
    (progression("152.1::FLOAT"), "for patient 1 it returns 152.1, and SCORE_DIABETES says 190.8"),
    (progression(f"{asked(*NAMES)}::FLOAT"), RIGHT),
]

TEST = """
def test_check_patients(check_patients):
    good = pd.DataFrame({{"PATIENT": [1, 2, 3], "BMI": [0.1, 0.2, 0.3]}})
    {body}
"""
GOOD, EMPTY = "check_patients(good)", "good.head(0)"
TWICE, MISSING = "good.assign(PATIENT=[1, 2, 1])", "good.assign(BMI=[0.1, None, 0.3])"


def raised(*bad: str, error: str = "ValueError") -> str:
    """The part of a test that wants an error for each of these patients."""
    return (
        f"import pytest\n    for bad in [{', '.join(bad)}]:\n"
        f"        with pytest.raises({error}):\n            check_patients(bad)"
    )


def body_of(*parts: str) -> str:
    """The code of a test with these parts."""
    return TEST.format(body="\n    ".join(parts))


BY_HAND = """
    for bad in [good.head(0), good.assign(PATIENT=[1, 2, 1]), good.assign(BMI=[0.1, None, 0.3])]:
        try:
            check_patients(bad)
        except ValueError:
            continue
        assert False"""
TEST_FIRST: Answers = [
    ("test_check_patients = 3", "there is no function test_check_patients"),
    (body_of("assert False, 'always'"), "does what it should: AssertionError: always"),
    (body_of("assert check_patients(good) is True"), "your test fails with a check_patients that does what it should"),
    (body_of(GOOD), "never raises anything"),
    (body_of(GOOD, raised(TWICE, MISSING)), "without patients"),
    (body_of(GOOD, raised(EMPTY, MISSING)), "who is in it twice"),
    (body_of(GOOD, raised(EMPTY, TWICE)), "lets missing values pass"),
    (body_of(raised(EMPTY, TWICE, MISSING)), "refuses all patients"),
    (body_of(GOOD, raised(EMPTY, TWICE, MISSING, error="Exception")), "KeyError instead of a ValueError"),
    (body_of(GOOD, raised(EMPTY, TWICE, MISSING)), RIGHT),
    (body_of(GOOD, BY_HAND), RIGHT),
]  # fmt: skip


@pytest.mark.after_lesson("13_notebook_to_scripts")
def test_checks_of_lesson_13(lessons: ModuleType, run: Run) -> None:
    judge(lessons, run, LESSONS["13_notebook_to_scripts"], [TEN_NUMBERS, TEST_FIRST])
