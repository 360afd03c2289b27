"""What the checks of lesson 10 say to wrong and to right answers."""

from __future__ import annotations

from types import ModuleType

import pytest

from tests.notebooks.course import LESSONS
from tests.notebooks.judging import MARKS, NOTHING, RIGHT, Answers, Run, judge, sql

pytestmark = MARKS


def listed(*names: str) -> str:
    """The code that saves a list of runs."""
    rows = ", ".join(f"('{name}')" for name in names)
    return sql(f"CREATE OR REPLACE TABLE SHORT_LIST AS SELECT $1 AS RUN FROM VALUES {rows}")


GOOD = ("LOGISTIC_REGRESSION", "XGBOOST_WEIGHTS", "XGBOOST_SMALL_TREES")
SHORT_LIST: Answers = [
    (NOTHING, "there is no table SHORT_LIST"),
    (sql("CREATE OR REPLACE TABLE SHORT_LIST AS SELECT 1 AS NAME"), "has no column RUN. Its columns are NAME"),
    (listed(*GOOD, GOOD[0]), "a run is in the table twice"),
    (listed(*GOOD, "XGBOOST"), "CHURN_EXPERIMENT has no run XGBOOST."),
    (listed(*GOOD, "XGBOOST_DEFAULT"), "XGBOOST_DEFAULT is on the list, and has a cv_auc of only 0.818"),
    (listed(*GOOD, "XGBOOST_DEEP_SLOW"), "XGBOOST_DEEP_SLOW is on the list, and has a ⚠ for auc"),
    (listed(*GOOD[:2]), "XGBOOST_SMALL_TREES is missing"),
    (listed(*GOOD), RIGHT),
]  # fmt: skip

LOG = """
import contextlib
import io
import tempfile

from snowflake.ml.experiment import ExperimentTracking

tracking = ExperimentTracking(session, database_name="CHURN_DB", schema_name="CHURN_SCHEMA")
tracking.set_experiment("CHURN_EXPERIMENT")

def log(matrix=((1392, 0), (452, 0)), status=None, folder_name=None, labels=("stayed", "left"), **metrics):
    if session.sql("SHOW RUNS LIKE 'NOBODY_LEAVES' IN EXPERIMENT CHURN_EXPERIMENT").collect():
        tracking.delete_run("NOBODY_LEAVES")
    tracking.start_run("NOBODY_LEAVES")
    tracking.log_metrics(metrics or {"train_auc": 0.5, "cv_auc": 0.5})
    if matrix:
        with tempfile.TemporaryDirectory() as folder:
            content = {"labels": labels, "matrix": matrix}
            Path(folder, "confusion_matrix.json").write_text(json.dumps(content))
            tracking.log_artifact(folder, folder_name)
    with contextlib.redirect_stdout(io.StringIO()):
        tracking.end_run(status=status)
"""
THREE = "matrix=((1392, 0, 0), (452, 0, 0), (0, 0, 0)), labels=('stayed', 'left', 'unknown')"
NOBODY_LEAVES: Answers = [
    (NOTHING, "the viewer shows no run NOBODY_LEAVES"),
    (LOG + "tracking.start_run('NOBODY_LEAVES')", "the run is '… running', not finished"),
    ("log(status='FAILED')", "the run is '✗ failed', not finished"),
    ("log(cv_auc=0.5)", "no gap of its AUC: that takes train_auc and cv_auc"),
    ("log(train_auc=0.6, cv_auc=0.5)", "its cv_auc is 0.500 with a gap of ⚠ +0.100"),
    ("log(train_auc=0.75, cv_auc=0.75)", "its cv_auc is 0.750"),
    ("log(matrix=None)", "This run has no artifact `confusion_matrix.json`"),
    ("log(matrix=((1392, 0),))", "is not as this app expects it"),
    (f"log({THREE})", "75% of the cases are predicted right"),
    ("log(matrix=((1392, 452), (0, 0)))", "It should find 0 of the 452 who left"),
    ("log(matrix=((1844, 0), (452, 0)))", "your matrix says [1844, 0] of those who stayed"),
    ("log()", RIGHT),
    ("log(folder_name='files', labels=('stays', 'leaves'))", RIGHT),
]

DEPLOY = """
import io

def deploy(text, live=True, name="experiment_viewer.py"):
    session.sql("CREATE STAGE IF NOT EXISTS MINE").collect()
    session.sql("REMOVE @MINE").collect()
    session.file.put_stream(io.BytesIO(text.encode()), f"@MINE/{name}", auto_compress=False)
    app = "CREATE OR REPLACE STREAMLIT EXPERIMENT_VIEWER FROM @MINE MAIN_FILE = 'experiment_viewer.py'"
    session.sql(app).collect()
    if live:
        session.sql("ALTER STREAMLIT EXPERIMENT_VIEWER ADD LIVE VERSION FROM LAST").collect()

original = APP.read_text("utf-8")

def marks_from(share):
    return original.replace("LARGE = 0.1 ", f"LARGE = {share} ")
"""
STRICTER: Answers = [
    (sql("DROP STREAMLIT EXPERIMENT_VIEWER"), "there is no app EXPERIMENT_VIEWER"),
    (DEPLOY + "deploy(marks_from(0.05), live=False)", "the app has no live version"),
    ("deploy(marks_from(0.05), name='other.py')", "the live version has no file experiment_viewer.py"),
    ("deploy('import streamlit as st; st.error(12)')", "the app in the account says: 12"),
    ("deploy(original)", "the gap of log_loss of XGBOOST_SMALL_TREES, 8.5% of the larger, is not marked"),
    ("deploy(marks_from(0.02))", "3.4% of the larger, is marked in the account"),
    ("deploy(marks_from(0.05))", RIGHT),
    ("deploy(marks_from('1 / 20'))", RIGHT),
]


@pytest.mark.after_lesson("10_experiment_viewer")
def test_checks_of_lesson_10(lessons: ModuleType, run: Run) -> None:
    judge(lessons, run, LESSONS["10_experiment_viewer"], [SHORT_LIST, NOBODY_LEAVES, STRICTER])
