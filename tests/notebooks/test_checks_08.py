"""What the checks of lesson 08 say to wrong and to right answers."""

from __future__ import annotations

from types import ModuleType

import pytest

from tests.notebooks.course import LESSONS
from tests.notebooks.judging import MARKS, NOTHING, RIGHT, Answers, Run, judge, sql

pytestmark = MARKS

LOG = """
def log(metrics=(0.86, 0.85), matrix=((1200, 192), (130, 322)), status=None, said=0.25, keys=(), **more):
    if session.sql("SHOW RUNS LIKE 'MY_RUN' IN EXPERIMENT CHURN_EXPERIMENT").collect():
        tracking.delete_run("MY_RUN")
    tracking.start_run("MY_RUN")
    tracking.log_params({"model": "forest", "threshold": 0.25} | more)
    if metrics:
        tracking.log_metrics(dict(zip(["train_auc", "cv_auc"], metrics)))
    if matrix:
        content = {"labels": ["stayed", "left"], "matrix": matrix, "threshold": said}
        for key in keys:
            del content[key]
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "confusion_matrix.json").write_text(json.dumps(content))
            tracking.log_artifact(folder)
    with contextlib.redirect_stdout(io.StringIO()):
        tracking.end_run(status=status)
"""
MY_RUN: Answers = [
    (NOTHING, "there is no run MY_RUN"),
    ("tracking.start_run('MY_RUN')", "MY_RUN is RUNNING. tracking.end_run() finishes it"),
    (LOG + "log(status='FAILED')", "MY_RUN is FAILED. Delete it"),
    ("log(metrics=None)", "has logged no train_auc"),
    ("log(metrics=[0.8])", "has logged no cv_auc"),
    ("log(metrics=(0.85, 0.9))", "Have they changed places?"),
    ("log(metrics=(1, 0.99))", "too good to be true"),
    ("log(metrics=(0.99, 0.5))", "hardly better than guessing"),
    ("log(matrix=None)", "has no artifact confusion_matrix.json"),
    ("log(keys=['threshold'])", "confusion_matrix.json has no threshold"),
    ("log(matrix=((1200, 130), (192, 322)))", "the rows of your matrix are what was predicted"),
    ("log(matrix=((400, 64), (43, 108)))", "in train 1392 stayed and 452 left"),
    ("log(matrix=((1392, 0), (0, 452)))", "your matrix has no mistakes"),
    ("log(said=0.5)", "the file says threshold 0.5, and the parameter 0.25"),
    ("log()", RIGHT),
]

OVERFITTING = "CREATE OR REPLACE TABLE OVERFITTING_RUNS AS SELECT"


def overfitting(condition: str, gap: str = "col('\"train_auc\"') - col('\"cv_auc\"')") -> str:
    """The code that saves the runs whose GAP meets a condition."""
    return f"""
gaps = tracking.list_metrics().select(col('"run_name"').alias("RUN"), ({gap}).alias("GAP"))
gaps.filter("{condition}").write.mode("overwrite").save_as_table("OVERFITTING_RUNS")
"""


BACKWARDS = "col('\"cv_auc\"') - col('\"train_auc\"')"
OVERFITTING_RUNS: Answers = [
    (NOTHING, "there is no table OVERFITTING_RUNS"),
    (sql(f"{OVERFITTING} 'XGBOOST_DEFAULT' AS RUN"), "has no column GAP"),
    (sql(f"{OVERFITTING} 'XGBOOST_DEFAULT' AS RUN, 1 AS GAP FROM VALUES (1), (2)"), "has 2 rows for 1 runs"),
    (overfitting("TRUE"), "LOGISTIC_REGRESSION is in the table, and its gap is only 0.005"),
    (overfitting("GAP > 0.15"), "XGBOOST_DEEP_SLOW is missing. Its gap is 0.140"),
    (overfitting("GAP < -0.1", BACKWARDS), "training less cross-validation"),
    (sql(f"{OVERFITTING} 'XGBOOST_NEWEST_RECENCY' AS RUN, 0.2 AS GAP"), "has no run XGBOOST_NEWEST_RECENCY"),
    (overfitting("GAP > 0.1"), RIGHT),
    (
        sql(
            f"{OVERFITTING} $1 AS RUN, $2::NUMBER(5, 3) AS GAP"
            " FROM VALUES ('XGBOOST_DEFAULT', 0.182), ('XGBOOST_DEEP_SLOW', 0.14)"
        ),
        RIGHT,
    ),
]

STRENGTH = "CREATE OR REPLACE TABLE SHAP_STRENGTH AS SELECT"


def strength(run: str = "XGBOOST_SMALL_TREES", size: str = ".abs().mean()", keep: str = "") -> str:
    """The code that saves what is computed of a run's SHAP values."""
    return f"""
address = "snow://experiment/CHURN_DB.CHURN_SCHEMA.CHURN_EXPERIMENT/versions/{run}/shap.json"
stored = json.loads(session.file.get_stream(address).read())
found = pd.DataFrame(stored["values"], columns=stored["feature_names"]){size}{keep}
frame = session.create_dataframe([[n, float(v)] for n, v in found.items()], schema=["FEATURE", "STRENGTH"])
frame.write.mode("overwrite").save_as_table("SHAP_STRENGTH")
"""


SHAP_STRENGTH: Answers = [
    (NOTHING, "there is no table SHAP_STRENGTH"),
    (sql(f"{STRENGTH} 'TENURE' AS FEATURE"), "has no column STRENGTH"),
    (strength(keep=".head(5)"), "has 5 rows for 5 features; shap.json has these 17: TENURE, "),
    (strength(size=".mean()"), "which cancel each other"),
    (strength("LOGISTIC_REGRESSION"), "the numbers of the run LOGISTIC_REGRESSION"),
    (strength(size=".abs().max()"), "the STRENGTH of "),
    (strength(), RIGHT),
    (strength(keep=".round(3).sort_values()"), RIGHT),
]


@pytest.mark.after_lesson("08_experiment_tracking")
def test_checks_of_lesson_08(lessons: ModuleType, run: Run) -> None:
    judge(lessons, run, LESSONS["08_experiment_tracking"], [MY_RUN, OVERFITTING_RUNS, SHAP_STRENGTH])
