"""What the checks of lesson 04 say to wrong and to right answers."""

from __future__ import annotations

from types import ModuleType

import nbformat
import pytest

from tests.notebooks.course import LESSONS
from tests.notebooks.judging import MARKS, NOTHING, RIGHT, Answers, Run, judge, sql

pytestmark = MARKS

# Not the lesson's model but one that anybody can compute: 850,000 dollars for video are 3.4 million of revenue.
MODEL = sql("""
    CREATE OR REPLACE FUNCTION PREDICT_ROI(S FLOAT, M FLOAT, V FLOAT, E FLOAT) RETURNS FLOAT AS \'4 * V\'
""")
MONTHS_TABLE = "BUDGET_ALLOCATIONS_AND_ROI"


def july(search_engine: int, social_media: int, video: int, email: int, returned: str) -> str:
    """The code that leaves this July in the table, and no other."""
    row = f"'July', {search_engine}, {social_media}, {video}, {email}, {returned}"
    return (
        f"session.sql(\"DELETE FROM {MONTHS_TABLE} WHERE MONTH = 'July'\").collect()\n"
        f'session.sql("INSERT INTO {MONTHS_TABLE} VALUES ({row})").collect()'
    )


SAVED_IN_THE_APP = f"""
session.sql("DELETE FROM {MONTHS_TABLE} WHERE MONTH = 'July'").collect()
st.cache_data.clear()
page = AppTest.from_file(APP, default_timeout=60).run()
for name, budget in {{"SEARCHENGINE": 60, "VIDEO": 85, "EMAIL": 35, "SOCIALMEDIA": 25}}.items():
    page.slider(key=f"July {{name}}").set_value(budget)
next(button for button in page.run().button if "Save" in button.label).click().run()
"""
MORE_FOR_THE_SAME: Answers = [
    (NOTHING, "there is no July in BUDGET_ALLOCATIONS_AND_ROI"),
    (july(35, 50, 35, 85, "NULL"), "July has a NULL in it"),
    (july(60, 25, 86, 35, "3.44"), "July's budgets are 206 together, and June's were 205"),
    (july(85, 25, 85, 10, "3.4"), "10 for EMAIL is a guess of the model, which has seen 14 to 91"),
    (july(60, 26, 84, 35, "3.36"), "the model expects 3,360,000 dollars"),
    (july(60, 25, 85, 35, "34"), "the ROI of July is 34"),
    (
        f'session.sql("INSERT INTO {MONTHS_TABLE} SELECT * FROM {MONTHS_TABLE} WHERE ROI = 34").collect()',
        "has 2 rows of July",
    ),
    (july(60, 25, 85, 35, "3.4"), RIGHT),
    (SAVED_IN_THE_APP, RIGHT),
]  # fmt: skip

DEPLOY = """
import io

def deploy(text, live=True, name="revenue_prediction.py"):
    session.sql("CREATE STAGE IF NOT EXISTS MINE").collect()
    session.sql("REMOVE @MINE").collect()
    session.file.put_stream(io.BytesIO(text.encode()), f"@MINE/{name}", auto_compress=False)
    app = "CREATE OR REPLACE STREAMLIT REVENUE_PREDICTION FROM @MINE MAIN_FILE = 'revenue_prediction.py'"
    session.sql(app).collect()
    if live:
        session.sql("ALTER STREAMLIT REVENUE_PREDICTION ADD LIVE VERSION FROM LAST").collect()

original = APP.read_text("utf-8")
finer = original.replace("step=5", "step=1")
"""
LIVE = "snow://streamlit/DASH_DB.DASH_SCHEMA.REVENUE_PREDICTION/versions/live/revenue_prediction.py"
FINER_SLIDERS: Answers = [
    (NOTHING, "there is no app REVENUE_PREDICTION"),
    (DEPLOY + "deploy(finer, live=False)", "has no live version"),
    ("deploy(finer, name='other.py')", "the live version has no file revenue_prediction.py"),
    ("deploy('import streamlit as st; st.error(12)')", "the app in the account says: 12"),
    ("deploy('import streamlit as st')", "has 0 sliders, not four"),
    ("deploy(original)", "the slider 'Search engine, in 10,000 dollars' moves in steps of 5"),
    ("deploy(original.replace('step=5', 'step=1 + number'))", "'Social media, in 10,000 dollars' moves in steps of 2"),
    (
        f"session.file.put_stream(io.BytesIO(finer.encode()), '{LIVE}', auto_compress=False, overwrite=True)",
        RIGHT,
    ),
    ("deploy(original)", "moves in steps of 5"),
    ("deploy(finer)", RIGHT),
]  # fmt: skip

VIEWER = "TO ROLE DASH_VIEWER"
WHO_MAY_OPEN_IT: Answers = [
    (NOTHING, "there is no role DASH_VIEWER"),
    (sql("CREATE ROLE DASH_VIEWER"), "lacks USAGE on the database DASH_DB"),
    (sql(f"GRANT USAGE ON DATABASE DASH_DB {VIEWER}"), "lacks USAGE on the schema DASH_DB.DASH_SCHEMA"),
    (
        sql(f"GRANT USAGE ON SCHEMA DASH_SCHEMA {VIEWER}"),
        "lacks USAGE on the streamlit DASH_DB.DASH_SCHEMA.REVENUE_PREDICTION",
    ),
    (
        sql(f"GRANT USAGE ON STREAMLIT REVENUE_PREDICTION {VIEWER}")
        + "\n"
        + sql(f"GRANT USAGE ON WAREHOUSE DASH_L {VIEWER}"),
        "has USAGE on the warehouse DASH_L, and does not need it",
    ),
    (
        sql("REVOKE USAGE ON WAREHOUSE DASH_L FROM ROLE DASH_VIEWER")
        + "\n"
        + sql(f"GRANT SELECT ON TABLE {MONTHS_TABLE} {VIEWER}"),
        f"has SELECT on the table DASH_DB.DASH_SCHEMA.{MONTHS_TABLE}",
    ),
    (sql(f"REVOKE SELECT ON TABLE {MONTHS_TABLE} FROM ROLE DASH_VIEWER"), RIGHT),
]


@pytest.mark.after_lesson("01_data_engineering")
def test_checks_of_lesson_04(lessons: ModuleType, run: Run) -> None:
    ready = nbformat.v4.new_notebook(cells=lessons.read(LESSONS["01_data_engineering"]).cells[2:3])
    ready.cells.append(nbformat.v4.new_code_cell(MODEL))
    run(ready)
    judge(lessons, run, LESSONS["04_streamlit_app"], [MORE_FOR_THE_SAME, FINER_SLIDERS, WHO_MAY_OPEN_IT])
