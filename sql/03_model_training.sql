-- Snowdome, lesson 03: a model that the account trains and answers with.
--
-- Plain Snowflake SQL, with Python inside. It runs as it is in a Snowsight worksheet, or with
-- `snowdome sql -f sql/03_model_training.sql`. Run it as often as you like.
-- It makes what notebooks/03_model_training.ipynb makes from Python, and explains less.
--
-- Before it: the table SPEND_AND_REVENUE_PER_MONTH of lesson 01, and for step 4 the two tasks of lesson 02.

USE WAREHOUSE DASH_L;

USE SCHEMA DASH_DB.DASH_SCHEMA;

-- Step 1: a procedure that makes the features, chooses a model, keeps it in the stage DASH_MODELS and reports on it
CREATE OR REPLACE PROCEDURE TRAIN_REVENUE_MODEL()
  RETURNS VARIANT
  LANGUAGE PYTHON
  RUNTIME_VERSION = '3.11'
  PACKAGES = ('snowflake-snowpark-python', 'scikit-learn', 'pandas', 'joblib')
  HANDLER = 'train'
AS
$$
import io

import joblib
from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_absolute_error, r2_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, PolynomialFeatures, StandardScaler

CHANNELS = ["SEARCH_ENGINE", "SOCIAL_MEDIA", "VIDEO", "EMAIL"]
DEGREES = [1, 2, 3]

# The newest 24 months are for testing.
FEATURES = """
    CREATE OR REPLACE TABLE MARKETING_BUDGETS_FEATURES AS
    SELECT *, IFF(ROW_NUMBER() OVER (ORDER BY YEAR DESC, MONTH DESC) <= 24, 'test', 'train') AS PART
    FROM SPEND_AND_REVENUE_PER_MONTH
"""


def train(session):
    session.sql(FEATURES).collect()
    months = session.table("MARKETING_BUDGETS_FEATURES").sort("YEAR", "MONTH").to_pandas()
    learn = months[months["PART"] == "train"]
    search = GridSearchCV(model(1), {"polynomial__degree": DEGREES}, cv=10)
    search.fit(learn[CHANNELS], learn["REVENUE"])
    file = f"revenue_model_{months['YEAR'].iloc[-1]}_{months['MONTH'].iloc[-1]:02}.joblib"
    save(session, search.best_estimator_, file)
    return {
        "file": file,
        "best": f"degree {search.best_params_['polynomial__degree']}",
        "cv_r2": [round(float(score), 3) for score in search.cv_results_["mean_test_score"]],
        "cv_spread": [round(float(spread), 3) for spread in search.cv_results_["std_test_score"]],
        "report": [line for name, candidate in candidates() for line in report(name, candidate, months)],
    }


def model(degree):
    return Pipeline([
        ("channels", ColumnTransformer([("scale", StandardScaler(), CHANNELS)])),
        ("polynomial", PolynomialFeatures(degree, include_bias=False)),
        ("regression", LinearRegression()),
    ])


def save(session, fitted, file):
    content = io.BytesIO()
    joblib.dump(fitted, content)
    content.seek(0)
    session.file.put_stream(content, f"@DASH_MODELS/{file}", auto_compress=False, overwrite=True)


def candidates():
    total = FunctionTransformer(lambda spend: spend.sum(axis=1).to_frame("SPEND"))
    yield "average month", DummyRegressor()
    yield "total spend", make_pipeline(total, LinearRegression())
    for degree in DEGREES:
        yield f"degree {degree}", model(degree)


def report(name, candidate, months):
    learn = months[months["PART"] == "train"]
    candidate.fit(learn[CHANNELS], learn["REVENUE"])
    for part in ["train", "test"]:
        rows = months[months["PART"] == part]
        predicted = candidate.predict(rows[CHANNELS])
        r2 = round(float(r2_score(rows["REVENUE"], predicted)), 3)
        error = round(float(mean_absolute_error(rows["REVENUE"], predicted)))
        yield {"MODEL": name, "PART": part, "R2": r2, "ERROR": error}
$$;

CALL TRAIN_REVENUE_MODEL();

-- Step 2: the file it left
LIST @DASH_MODELS;

-- Step 3: a procedure that deploys a file as two functions, one for single rows and one for many, and its first call
CREATE OR REPLACE PROCEDURE DEPLOY_REVENUE_MODEL(MODEL_FILE VARCHAR)
  RETURNS VARCHAR
  LANGUAGE PYTHON
  RUNTIME_VERSION = '3.11'
  PACKAGES = ('snowflake-snowpark-python')
  HANDLER = 'deploy'
AS
$$
# Python in a text in SQL in a text in Python: the innermost does without single quotes.
HANDLERS = '''
import functools
import sys
from pathlib import Path

import joblib
import pandas
from _snowflake import vectorized

CHANNELS = ["SEARCH_ENGINE", "SOCIAL_MEDIA", "VIDEO", "EMAIL"]


@functools.cache
def load_model():
    imported = Path(sys._xoptions["snowflake_import_directory"])
    (file,) = imported.glob("*.joblib")
    return joblib.load(file)


def predict(search_engine, social_media, video, email):
    budgets = pandas.DataFrame([[search_engine, social_media, video, email]], columns=CHANNELS)
    return float(load_model().predict(budgets)[0])


@vectorized(input=pandas.DataFrame)
def predict_batch(budgets):
    budgets.columns = CHANNELS
    known = budgets.notna().all(axis=1)
    revenue = pandas.Series(load_model().predict(budgets.fillna(0)), index=budgets.index)
    return revenue.where(known)
'''


def deploy(session, model_file):
    for name, handler in {"PREDICT_ROI": "predict", "PREDICT_ROI_BATCH": "predict_batch"}.items():
        session.sql(f'''
            CREATE OR REPLACE FUNCTION {name}(SEARCH_ENGINE FLOAT, SOCIAL_MEDIA FLOAT, VIDEO FLOAT, EMAIL FLOAT)
              RETURNS FLOAT
              LANGUAGE PYTHON
              RETURNS NULL ON NULL INPUT
              RUNTIME_VERSION = '3.11'
              PACKAGES = ('scikit-learn', 'pandas', 'joblib')
              IMPORTS = ('@DASH_MODELS/{model_file}')
              HANDLER = '{handler}'
              COMMENT = 'Revenue of a month in dollars, from what each channel costs in dollars'
            AS '{HANDLERS}'
        ''').collect()
    return f"PREDICT_ROI and PREDICT_ROI_BATCH answer with {model_file}"
$$;

CALL DEPLOY_REVENUE_MODEL('revenue_model_2022_04.joblib');

SELECT PREDICT_ROI(500000, 500000, 500000, 500000) AS REVENUE;

SELECT YEAR, MONTH, REVENUE, PREDICT_ROI_BATCH(SEARCH_ENGINE, SOCIAL_MEDIA, VIDEO, EMAIL) AS PREDICTED
FROM MARKETING_BUDGETS_FEATURES
ORDER BY YEAR, MONTH;

-- Step 4: train and deploy again behind the pipeline of lesson 02, unless the model is hardly better than an average
CREATE OR REPLACE PROCEDURE RETRAIN_REVENUE_MODEL()
  RETURNS VARCHAR
  LANGUAGE PYTHON
  RUNTIME_VERSION = '3.11'
  PACKAGES = ('snowflake-snowpark-python')
  HANDLER = 'retrain'
AS
$$
import json


def retrain(session):
    trained = json.loads(session.call("TRAIN_REVENUE_MODEL"))
    r2 = {row["MODEL"]: row["R2"] for row in trained["report"] if row["PART"] == "test"}
    if r2[trained["best"]] < r2["average month"] + 0.5:
        raise ValueError(f"R² is {r2[trained['best']]:.3f}, hardly better than the baseline: not deployed")
    session.call("DEPLOY_REVENUE_MODEL", trained["file"])
    return f"{trained['best']}, R² {r2[trained['best']]:.3f}"
$$;

ALTER TASK CAMPAIGN_SPEND_DATA_PIPELINE_TASK SUSPEND;

CREATE OR REPLACE TASK TRAIN_REVENUE_MODEL_TASK
  WAREHOUSE = DASH_L
  AFTER MONTHLY_REVENUE_DATA_PIPELINE_TASK
AS
EXECUTE IMMEDIATE
$$
BEGIN
  LET said VARCHAR := '';
  CALL RETRAIN_REVENUE_MODEL() INTO :said;
  CALL SYSTEM$SET_RETURN_VALUE(:said);
END;
$$;

ALTER TASK MONTHLY_REVENUE_DATA_PIPELINE_TASK RESUME;

ALTER TASK TRAIN_REVENUE_MODEL_TASK RESUME;

-- The root stays suspended. To run the whole graph once:   EXECUTE TASK CAMPAIGN_SPEND_DATA_PIPELINE_TASK;
