"""The exercises' checks: a wrong answer is told what is wrong, a valid one passes however it came about."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from pathlib import Path
from types import ModuleType

import nbformat
import pytest
from nbformat import NotebookNode

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
SETUP, ENGINEERING = NOTEBOOKS / "00_setup.ipynb", NOTEBOOKS / "01_data_engineering.ipynb"
PIPELINES = NOTEBOOKS / "02_data_pipelines.ipynb"
CHURN, SCORES = NOTEBOOKS / "05_churn_exploration.ipynb", NOTEBOOKS / "07_churn_training.ipynb"
TRAINING = NOTEBOOKS / "03_model_training.ipynb"
STORE = NOTEBOOKS / "06_feature_store.ipynb"
APP = NOTEBOOKS / "04_streamlit_app.ipynb"
Run = Callable[[NotebookNode], list[str]]
Answers = list[tuple[str, str]]  # the learner's code, and words of the verdict; RIGHT accepts

NOTHING, RIGHT = "pass", "✓"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800), pytest.mark.usefixtures("account")]  # whole lessons run


def sql(text: str) -> str:
    """The code that runs a statement."""
    return f"session.sql('''{text}''').collect()"


def judge(lessons: ModuleType, run: Run, path: Path, exercises: list[Answers]) -> None:
    """Give a lesson's exercises one answer after the other, and compare what their checks say to each."""
    lesson = lessons.read(path)
    checks = [cell for cell in lesson.cells if lessons.has_tag(cell, "check")]
    lesson.cells = [cell for cell in lesson.cells if cell.cell_type == "code"][:1]
    for check, answers in zip(checks, exercises, strict=True):
        for answer, _ in answers:
            lesson.cells += [nbformat.v4.new_code_cell(answer), nbformat.from_dict(check)]
    said = run(lesson)
    for verdict, (answer, words) in zip(said, chain.from_iterable(exercises), strict=True):
        assert verdict.startswith(RIGHT if words == RIGHT else "✗"), (answer, verdict)
        assert words in verdict, (answer, verdict)


PUT = "session.file.put('../{}', '@DASH_DB.DASH_SCHEMA.MY_FILES', overwrite=True, auto_compress={})"
OWN_STAGE: Answers = [
    (NOTHING, "there is no stage MY_FILES"),
    (sql("CREATE STAGE DASH_DB.DASH_SCHEMA.MY_FILES"), "MY_FILES holds nothing yet"),
    (PUT.format("data/README.md", False), "MY_FILES holds README.md"),
    (PUT.format("data/monthly_revenue.csv", True), "compressed on its way"),
    (PUT.format("data/monthly_revenue.csv", False), RIGHT),
]

EXACT = "CREATE OR REPLACE TABLE EXACT_REVENUE"
EXACT_REVENUE: Answers = [
    (sql("USE SCHEMA DASH_DB.DASH_SCHEMA"), "there is no table EXACT_REVENUE"),
    (sql(f"{EXACT} (YEAR INT, MONTH INT)"), "no column REVENUE"),
    (sql(f"{EXACT} (YEAR INT, MONTH INT, REVENUE FLOAT)"), "does not keep two exact decimals"),
    (sql(f"{EXACT} (YEAR INT, MONTH INT, REVENUE NUMBER(12, 2))"), "has 0 rows"),
    (
        sql(f"{EXACT} AS SELECT YEAR, 1 AS MONTH, REVENUE::NUMBER(12, 2) AS REVENUE FROM MONTHLY_REVENUE"),
        "month 5 of 2012 is not in",
    ),
    (
        sql(f"{EXACT} AS SELECT YEAR, MONTH, 0::NUMBER(12, 2) AS REVENUE FROM MONTHLY_REVENUE"),
        "the revenue of month 5 of 2012 is 0.00",
    ),
    (
        sql(f"{EXACT} AS SELECT REVENUE::NUMBER(15, 3) AS REVENUE, 1 X, MONTH, YEAR FROM MONTHLY_REVENUE"),
        RIGHT,
    ),
]


@pytest.mark.after_lesson("00_setup")
def test_checks_of_lesson_00(lessons: ModuleType, run: Run) -> None:
    judge(lessons, run, SETUP, [OWN_STAGE, EXACT_REVENUE])


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
    judge(lessons, run, ENGINEERING, [SPEND_PER_CAMPAIGN, BEST_MONTH, REVENUE_PER_DOLLAR])


ROOT_TASK, REVENUE_TASK = "CAMPAIGN_SPEND_DATA_PIPELINE_TASK", "MONTHLY_REVENUE_DATA_PIPELINE_TASK"
YEARLY = "CREATE OR REPLACE TASK YEARLY_SPEND_TASK WAREHOUSE = DASH_L"
RUN_GRAPH = f"""
{sql("ALTER TASK YEARLY_SPEND_TASK RESUME")}
{sql(f"EXECUTE TASK {ROOT_TASK}")}
wait_for("{ROOT_TASK}")
"""


def yearly(query: str) -> str:
    """The code that makes the task with this query behind its table, and runs the graph."""
    return (
        sql(f"{YEARLY} AFTER {REVENUE_TASK} AS CREATE OR REPLACE TABLE YEARLY_SPEND AS {query}") + RUN_GRAPH
    )


YEARLY_SPEND: Answers = [
    (NOTHING, "there is no task YEARLY_SPEND_TASK"),
    (sql(f"{YEARLY} AFTER {ROOT_TASK} AS SELECT 1"), f"does not run AFTER {REVENUE_TASK}"),
    (sql(f"{YEARLY} AFTER {REVENUE_TASK} AS SELECT 1"), "YEARLY_SPEND_TASK is suspended"),
    (sql("ALTER TASK YEARLY_SPEND_TASK RESUME"), "has not run yet"),
    (yearly("SELECT YEAR, NO_SUCH AS TOTAL_COST FROM SPEND_PER_MONTH"), "is FAILED"),
    (
        yearly("SELECT YEAR AS Y FROM SPEND_PER_MONTH"),
        "no table YEARLY_SPEND with the columns YEAR and TOTAL_COST",
    ),
    (
        yearly("SELECT YEAR, SUM(VIDEO) AS TOTAL_COST FROM SPEND_PER_MONTH GROUP BY YEAR"),
        "2012 should have 16469165",
    ),
    (
        yearly("SELECT SUM(TOTAL_COST) AS TOTAL_COST, YEAR(DATE) AS YEAR FROM CAMPAIGN_SPEND GROUP BY 2"),
        RIGHT,
    ),
]
SCHEDULE = f"ALTER TASK {ROOT_TASK} SET SCHEDULE = "
ON_WEEKDAYS: Answers = [
    (NOTHING, "its schedule is '3 MINUTES', not USING CRON"),
    (sql(f"{SCHEDULE}\\'USING CRON 0 6 * * 1-5 UTC\\'"), "its clock is UTC's"),
    (sql(f"{SCHEDULE}\\'USING CRON 6 0 * * 1-5 Europe/Zurich\\'"), "it would run at hour 0, minute 6"),
    (sql(f"{SCHEDULE}\\'USING CRON 0 6 1 * 1-5 Europe/Zurich\\'"), "should be any: *"),
    (sql(f"{SCHEDULE}\\'USING CRON 0 6 * * 0-6 Europe/Zurich\\'"), "the weekdays are 0-6"),
    (
        sql(f"{SCHEDULE}\\'USING CRON 0 6 * * 1-5 Europe/Zurich\\'")
        + "\n"
        + sql(f"ALTER TASK {ROOT_TASK} RESUME"),
        "the task is not suspended",
    ),
    (sql(f"ALTER TASK {ROOT_TASK} SUSPEND"), RIGHT),
]


@pytest.mark.after_lesson("02_data_pipelines")
def test_checks_of_lesson_02(lessons: ModuleType, run: Run) -> None:
    judge(lessons, run, PIPELINES, [YEARLY_SPEND, ON_WEEKDAYS])


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
    trained = nbformat.v4.new_notebook(cells=lessons.read(ENGINEERING).cells[2:3])
    trained.cells.append(nbformat.v4.new_code_cell(TRAINED))
    run(trained)
    judge(lessons, run, TRAINING, [LAST_YEAR, KNOWS_ITS_LIMITS, TWO_MILLIONS])


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
    judge(lessons, run, CHURN, [REVENUE_AT_RISK, SPRING_LABELS, LAST_RETURN])


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
    judge(lessons, run, SCORES, [CALLS, RETURNS_WORTH])


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
    ready = nbformat.v4.new_notebook(cells=lessons.read(ENGINEERING).cells[2:3])
    ready.cells.append(nbformat.v4.new_code_cell(MODEL))
    run(ready)
    judge(lessons, run, APP, [MORE_FOR_THE_SAME, FINER_SLIDERS, WHO_MAY_OPEN_IT])


def returns_view(join: str, timestamp: str = "timestamp_col='AS_OF'", frequency: str = "1 day") -> str:
    """The code that registers RETURN_FEATURES; ``join`` says which returns belong to a day."""
    return f"""
frame = session.sql('''
    SELECT CUSTOMER_ID, AS_OF, DATEDIFF('day', MAX(ORDER_DATE), AS_OF) AS DAYS_SINCE_RETURN
    FROM (SELECT DISTINCT DATE_TRUNC('month', ADD_MONTHS(ORDER_DATE, 1)) AS AS_OF FROM CHURN_DB.CHURN_SCHEMA.ORDERS)
    JOIN CHURN_DB.CHURN_SCHEMA.ORDERS ON STATUS = 'RETURNED' AND {join}
    GROUP BY CUSTOMER_ID, AS_OF
''')
view = FeatureView(
    "RETURN_FEATURES", [store.get_entity("CUSTOMER")], frame, {timestamp}, refresh_freq="{frequency}"
)
store.register_feature_view(view, "V1", overwrite=True)
"""


BEFORE = "ORDER_DATE < AS_OF"
HALF_YEAR = f"{BEFORE} AND ORDER_DATE >= ADD_MONTHS(AS_OF, -6)"
RETURN_FEATURES: Answers = [
    (NOTHING, "there is no feature view RETURN_FEATURES"),
    (returns_view(HALF_YEAR, timestamp="desc='no day'"), "cannot be joined as of a day"),
    (returns_view(HALF_YEAR, frequency="1 hour"), "should be '1 day'"),
    (returns_view("TRUE"), "That is a leak"),
    (returns_view(f"{BEFORE} AND ORDER_DATE >= ADD_MONTHS(AS_OF, -3)"), "as of 2024-07-01, customer"),
    (returns_view(BEFORE), "had a return in the half year before; the view has"),
    (returns_view(HALF_YEAR, frequency="24 hours"), RIGHT),
]


def asked(spine: str, keep: str = "TRUE") -> str:
    """The code that saves V1's features for a spine, which is a query."""
    return f"""
found = store.generate_training_set(
    session.sql("{spine}"), [store.get_feature_view("CUSTOMER_FEATURES", "V1")], spine_timestamp_col="AS_OF"
)
found.filter("{keep}").write.mode("overwrite").save_as_table("FEATURES_IN_MAY")
"""


def known_on(day: str) -> str:
    """The spine of all labelled customers on a day."""
    return f"SELECT CUSTOMER_ID, '{day}'::DATE AS AS_OF FROM CHURN_LABELS"


IN_MAY = known_on("2024-05-15")
FEATURES_IN_MAY: Answers = [
    (NOTHING, "there is no table FEATURES_IN_MAY"),
    (sql("CREATE OR REPLACE TABLE FEATURES_IN_MAY AS SELECT CUSTOMER_ID FROM CHURN_LABELS"), "no column"),
    (asked("SELECT CUSTOMER_ID, AS_OF FROM CHURN_LABELS"), "features as of 1 July"),
    (asked(known_on("2024-06-15")), "features as of 1 June"),
    (asked(known_on("2024-04-15")), "should have"),
    (asked(IN_MAY, keep="RECENCY IS NOT NULL"), "Bring all of them"),
    (asked(f"{IN_MAY} UNION ALL {IN_MAY}"), "one each"),
    (asked(IN_MAY), RIGHT),
]

SUSPEND = 'store.suspend_feature_view("CUSTOMER_FEATURES", "{}")'
WHAT_IT_COSTS: Answers = [
    (NOTHING, "version V1 is still refreshed"),
    (SUSPEND.format("V1"), "V2 is refreshed every 10 minutes"),
    (SUSPEND.format("V2"), "version V2 is suspended"),
    (
        'store.resume_feature_view("CUSTOMER_FEATURES", "V2")\n'
        'store.update_feature_view("CUSTOMER_FEATURES", "V2", refresh_freq="24 hours")',
        RIGHT,
    ),
]


@pytest.mark.after_lesson("06_feature_store")
def test_checks_of_lesson_06(lessons: ModuleType, run: Run) -> None:
    judge(lessons, run, STORE, [RETURN_FEATURES, FEATURES_IN_MAY, WHAT_IT_COSTS])
