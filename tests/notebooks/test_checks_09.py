"""Lesson 09: its exercises' checks, and its script, which makes in SQL the list that the lesson makes in Python."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest
import snowflake.connector

from tests.notebooks.course import LESSONS, ROOT
from tests.notebooks.judging import MARKS, NOTHING, RIGHT, Answers, Run, judge, sql

SCRIPT = ROOT / "sql" / "09_model_registry.sql"

pytestmark = MARKS

LOG = """
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

V2 = FEATURES["V2"]

def west(rows):
    return rows.assign(WEST=(rows["REGION"] == "west").astype(int))

def log(columns, part="test", model=None, methods=None, **more):
    model_object = registry.get_model("CHURN_RISK")
    if "V3" in [version.version_name for version in model_object.versions()]:
        model_object.default = "V2"
        model_object.delete_version("V3")
    train, test = map(west, learned_and_examined("JULY_2024"))
    fitted = (model or boosted_trees()).fit(train[columns], train["CHURNED"])
    rows = {"train": train, "test": test}[part]
    auc = roc_auc_score(rows["CHURNED"], fitted.predict_proba(rows[columns])[:, 1])
    options = {"relax_version": True} | ({"target_methods": methods} if methods else {})
    registry.log_model(
        fitted, model_name="CHURN_RISK", version_name="V3", sample_input_data=train[columns].head(100),
        options=options, target_platforms=["WAREHOUSE"], **({"metrics": {"test_roc_auc": float(auc)}} | more),
    )
"""
SET_ALIAS = "registry.get_model('CHURN_RISK').version('V3').set_alias('{}')"
CANDIDATE: Answers = [
    (NOTHING, "CHURN_RISK has no version V3. It has V1, V2."),
    (LOG + "log(V2)", "V3 takes RECENCY, FREQUENCY, MONETARY"),
    ("log([*V2, 'WEST'], methods=['predict'])", "V3 has no method PREDICT_PROBA. It has PREDICT"),
    ("log([*V2, 'WEST'], metrics={'auc': 0.8})", "V3 has no metric test_roc_auc"),
    ("log([*V2, 'WEST'], part='train')", "is that of the customers it has learned from"),
    ("log([*V2, 'WEST'], metrics={'test_roc_auc': 0.99})", "is 0.990, and on the test customers it gets"),
    ("log(['WEST', *V2], model=boosted_trees().set_params(n_estimators=1, max_depth=1))", "less than V2"),
    ("log(['WEST', *V2])", "V3 has no alias CANDIDATE"),
    (
        "registry.get_model('CHURN_RISK').default = 'V3'\n" + SET_ALIAS.format("CANDIDATE"),
        "V3 answers already",
    ),
    ("registry.get_model('CHURN_RISK').default = 'V2'", RIGHT),
    (
        "log([*V2, 'WEST'], model=make_pipeline(StandardScaler(), LogisticRegression()))\n"
        + SET_ALIAS.format("candidate"),
        RIGHT,
    ),
]


def calls(score: str, condition: str = "TRUE", number: int = 100) -> str:
    """The code that saves the customers with the highest score, by V2's probabilities to leave (P) and to stay."""
    arguments = (
        "RECENCY, FREQUENCY, MONETARY, RETURNS, RETURN_SHARE, AMOUNT_EARLIER, AMOUNT_LAST_QUARTER, TENURE"
    )
    return sql(f"""
        CREATE OR REPLACE TABLE CALL_LIST AS
        WITH m AS MODEL CHURN_RISK VERSION V2, scored AS (
            SELECT *, m!PREDICT_PROBA({arguments}):output_feature_1::FLOAT AS P FROM CHURN_TODAY
        )
        SELECT CUSTOMER_ID FROM scored WHERE {condition} ORDER BY {score} DESC, CUSTOMER_ID LIMIT {number}
    """)


CALL_LIST: Answers = [
    (NOTHING, "there is no table CALL_LIST"),
    (sql("CREATE OR REPLACE TABLE CALL_LIST AS SELECT SEGMENT FROM CHURN_TODAY"), "no column CUSTOMER_ID"),
    (sql("CREATE OR REPLACE TABLE CALL_LIST AS SELECT CUSTOMER_ID FROM PURCHASES"), "called twice"),
    (calls("P * MONETARY", number=99), "has 99 customers, and there is time for 100"),
    (
        sql("CREATE OR REPLACE TABLE CALL_LIST AS SELECT SEQ4() AS CUSTOMER_ID FROM TABLE(GENERATOR(ROWCOUNT => 100))"),
        "customer 0 is not in CHURN_TODAY",
    ),
    (calls("P"), "the hundred likeliest to leave"),
    (calls("MONETARY"), "the hundred who spend most"),
    (calls("P * MONETARY", "P >= 0.25"), "the best of those at risk"),
    (calls("(1 - P) * MONETARY"), "is the probability to stay"),
    (calls("-CUSTOMER_ID"), "your calls bring"),
    (calls("0.15 * P * MONETARY - 18"), RIGHT),
    (
        'frame = session.table("CHURN_TODAY").to_pandas()\n'
        'said = registry.get_model("CHURN_RISK").version("V2").run(frame[V2], function_name="predict_proba")\n'
        'frame = frame.assign(WORTH=frame["MONETARY"] * said["output_feature_1"]).nlargest(100, "WORTH")\n'
        'session.create_dataframe(frame[["WORTH", "CUSTOMER_ID"]]).write.mode("overwrite").save_as_table("CALL_LIST")',
        RIGHT,
    ),
]  # fmt: skip

ROLLED_BACK: Answers = [
    (NOTHING, "PRODUCTION is V2"),
    (sql("ALTER MODEL CHURN_RISK VERSION PRODUCTION UNSET ALIAS"), "PRODUCTION is nobody"),
    (sql("ALTER MODEL CHURN_RISK VERSION V1 SET ALIAS = PRODUCTION"), "still answered by V2"),
    ("registry.get_model('CHURN_RISK').default = 'V1'", "does not say that it was rolled back"),
    ("registry.get_model('CHURN_RISK').version('V2').comment = 'Rolled back: happy people called'", "tag REVIEW"),
    ("registry.get_model('CHURN_RISK').set_tag('REVIEW', 'pending')", RIGHT),
    (sql("ALTER MODEL CHURN_RISK DROP VERSION V2"), "V2 is gone"),
]  # fmt: skip


def tables(account: Path) -> dict[str, pd.DataFrame]:
    """What the lesson and its script make, in a fixed order."""
    with snowflake.connector.connect(**json.loads(account.read_text(encoding="utf-8"))) as connection:
        return {
            name: connection.cursor()
            .execute(f"SELECT * FROM CHURN_DB.CHURN_SCHEMA.{name} ORDER BY CUSTOMER_ID")
            .fetch_pandas_all()
            for name in ("CHURN_TODAY", "CHURN_RISK_CUSTOMERS")
        }


@pytest.mark.after_lesson("09_model_registry")
def test_checks_of_lesson_09(lessons: ModuleType, run: Run) -> None:
    judge(lessons, run, LESSONS["09_model_registry"], [CANDIDATE, CALL_LIST, ROLLED_BACK])


@pytest.mark.after_lesson("09_model_registry")
def test_script_makes_in_sql_what_the_lesson_makes_in_python(account: Path) -> None:
    made_in_python = tables(account)
    command = [sys.executable, "-m", "snowdome", "sql", "-f", str(SCRIPT)]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout[-4000:] + result.stderr
    for name, made_in_sql in tables(account).items():
        pd.testing.assert_frame_equal(made_in_sql, made_in_python[name], check_dtype=False)
