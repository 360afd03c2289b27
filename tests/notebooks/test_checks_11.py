"""What the checks of lesson 11 say to wrong and to right answers."""

from __future__ import annotations

from types import ModuleType

import pytest

from tests.notebooks.course import LESSONS
from tests.notebooks.judging import MARKS, NOTHING, RIGHT, Answers, Run, judge, sql

pytestmark = MARKS

# Logs any model as V2, whatever V2 was before; gives the AUC for some patients.
LOG = """
heart = registry.get_model("HEART_FAILURE")
features, died = records()
timeless = features.drop(columns="TIME")
fresh = clone(heart.version("V1").load())

def log(columns, model=None, **metrics):
    if "V2" in [version.version_name for version in heart.versions()]:
        heart.delete_version("V2")
    train, test, train_died, test_died = split(columns, died)
    model = clone(model or fresh).fit(train, train_died)
    auc = lambda patients: round(float(roc_auc_score(died[patients.index], model.predict_proba(patients)[:, 1])), 3)
    metrics = {name: auc({"train": train, "test": test, "all": columns}[part]) for name, part in metrics.items()}
    registry.log_model(model, model_name="HEART_FAILURE", version_name="V2", sample_input_data=train, metrics=metrics)
"""
REGRESSION = """
from sklearn.ensemble import RandomForestRegressor
heart.delete_version("V2")
regression = RandomForestRegressor(5).fit(timeless, died.astype(int))
registry.log_model(regression, model_name="HEART_FAILURE", version_name="V2", sample_input_data=timeless)
"""
OTHER_MODEL = """
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
regression = make_pipeline(StandardScaler(), LogisticRegression())
log(timeless[["SERUM_CREATININE", "EJECTION_FRACTION"]], regression, test_auc="test")
"""
TIMELESS: Answers = [
    (NOTHING, "has no version V2. Its versions are: V1"),
    (f"{LOG}\nlog(features, test_auc='test')", "V2 wants to know TIME"),
    (REGRESSION, "no function PREDICT_PROBA. It has PREDICT"),
    ("log(timeless.assign(LUCK=1.0), test_auc='test')", "V2 wants to know LUCK"),
    ("log(timeless)", "has no metric test_auc. Its metrics are: none"),
    ("log(timeless, auc='test')", "has no metric test_auc. Its metrics are: auc"),
    ("log(timeless, test_auc='train')", "the AUC for the patients that it learned from"),
    ("log(timeless, test_auc='all')", "the AUC for all 299 patients"),
    ("log(timeless, test_auc='test'); heart.version('V2').set_metric('test_auc', 0.99)", "V2 has an AUC of"),
    ("log(timeless[['SEX', 'SMOKING']], test_auc='test')", "hardly better than chance"),
    ("log(timeless, test_auc='test')", RIGHT),
    (OTHER_MODEL, RIGHT),
]

VISIT = "CREATE OR REPLACE TABLE TO_VISIT AS SELECT"
MOST_LIKELY = """
_, test, _, _ = split(*records())
said = heart.version("V1").run(test, function_name="predict_proba").iloc[:, -1].set_axis(test.index).sort_values()

def visit(patients):
    rows = [[int(patient)] for patient in patients]
    session.create_dataframe(rows, schema=["PATIENT_ID"]).write.mode("overwrite").save_as_table("TO_VISIT")
"""
TO_VISIT: Answers = [
    (MOST_LIKELY, "there is no table TO_VISIT"),
    (sql(f"{VISIT} AGE FROM HEART_FAILURE_RECORDS LIMIT 20"), "no column PATIENT_ID"),
    ("visit(test.index)", "has 75 rows for 75 patients"),
    ("visit([*said.index[-19:], said.index[-1]])", "has 20 rows for 19 patients"),
    (
        sql(f"{VISIT} PATIENT_ID FROM HEART_FAILURE_RECORDS WHERE PATIENT_ID <= 20"),
        "none of the 75 test patients",
    ),
    ("visit(said.index[:20])", "and is left out"),
    ("visit(said.index[-20:])", RIGHT),
]

ANSWERS = """
right = heart.version("V1").run(test, function_name="predict").iloc[:, -1].astype(bool).set_axis(test.index)

def save(answers):
    rows = [[int(patient), None if said is None else bool(said)] for patient, said in answers]
    frame = session.create_dataframe(rows, schema=["PATIENT_ID", "PREDICTED"])
    frame.write.mode("overwrite").save_as_table("SERVICE_ANSWERS")
"""
POOL = "CREATE COMPUTE POOL HEART_POOL MIN_NODES = 1 MAX_NODES = 1 INSTANCE_FAMILY = CPU_X64_XS"
DEPLOYED = f"""
{sql(POOL)}
heart.version("V1").create_service(service_name="LEFT_RUNNING", service_compute_pool="HEART_POOL")
save(right.items())
"""
SERVICE_ANSWERS: Answers = [
    (ANSWERS, "there is no table SERVICE_ANSWERS"),
    (sql("CREATE TABLE SERVICE_ANSWERS (PATIENT_ID INT)"), "no column PREDICTED"),
    ("save(list(right.items())[:70])", "has 70 rows for 70 patients"),
    ("save([*list(right.items())[:74], *list(right.items())[:1]])", "has 75 rows for 74 patients"),
    ("save(zip(sorted(right.index), right))", "Do the rows of the answer stand beside the right patients?"),
    ("save((patient, None) for patient in right.index)", "SERVICE_ANSWERS says None"),
    (DEPLOYED, "the service LEFT_RUNNING is still there"),
    (sql("DROP SERVICE LEFT_RUNNING"), "the compute pool HEART_POOL is still there"),
    (sql("DROP COMPUTE POOL HEART_POOL"), RIGHT),
]


@pytest.mark.after_lesson("11_model_service")
def test_checks_of_lesson_11(lessons: ModuleType, run: Run) -> None:
    judge(lessons, run, LESSONS["11_model_service"], [TIMELESS, TO_VISIT, SERVICE_ANSWERS])
