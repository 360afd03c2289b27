-- Snowdome, lesson 13: two scripts at work in Snowflake.
--
-- Plain Snowflake SQL. It runs as it is in a Snowsight worksheet, with `snowdome sql -f sql/13_production.sql`,
-- or from notebooks/13_notebook_to_scripts.ipynb, which goes through it step by step. Run it as often as you like.
--
-- Before step 2 the scripts have to be in their stage, and the notebook makes the table DIABETES. The scripts by hand:
--   Snowflake CLI   snow stage copy production/train.py @DIABETES_DB.DIABETES_SCHEMA.DIABETES_CODE --overwrite
--                   snow stage copy production/score.py @DIABETES_DB.DIABETES_SCHEMA.DIABETES_CODE --overwrite
--   Snowsight       run step 1, open the stage in the database explorer, "+ Files"

-- Step 1: a place for the patients, for the scripts and for the models
USE ROLE ACCOUNTADMIN;

CREATE WAREHOUSE IF NOT EXISTS DASH_L
  WAREHOUSE_SIZE = XSMALL
  AUTO_SUSPEND = 60
  AUTO_RESUME = TRUE
  INITIALLY_SUSPENDED = TRUE;

CREATE DATABASE IF NOT EXISTS DIABETES_DB;

CREATE SCHEMA IF NOT EXISTS DIABETES_DB.DIABETES_SCHEMA;

USE WAREHOUSE DASH_L;

USE SCHEMA DIABETES_DB.DIABETES_SCHEMA;

CREATE STAGE IF NOT EXISTS DIABETES_CODE;

CREATE STAGE IF NOT EXISTS DIABETES_MODELS;

-- Step 2: train.py as a procedure, and its first model
CREATE OR REPLACE PROCEDURE TRAIN_DIABETES_MODEL(ALPHA FLOAT)
  RETURNS VARIANT
  LANGUAGE PYTHON
  RUNTIME_VERSION = '3.11'
  PACKAGES = ('snowflake-snowpark-python', 'scikit-learn==1.7.2', 'pandas', 'joblib')
  IMPORTS = ('@DIABETES_CODE/train.py')
  HANDLER = 'train.main'
  COMMENT = 'Trains on the table DIABETES, keeps the model in DIABETES_MODELS, returns its metrics';

CALL TRAIN_DIABETES_MODEL(0.5);

-- Step 3: the same every month, at six in the morning of the first day
CREATE OR REPLACE TASK TRAIN_DIABETES_MODEL_TASK
  WAREHOUSE = DASH_L
  SCHEDULE = 'USING CRON 0 6 1 * * Europe/Zurich'
AS
EXECUTE IMMEDIATE
$$
BEGIN
  LET metrics VARIANT := NULL;
  CALL TRAIN_DIABETES_MODEL(0.5) INTO :metrics;
  CALL SYSTEM$SET_RETURN_VALUE(TO_JSON(:metrics));
END;
$$;

-- Step 4: score.py as a function, with the model that is in the stage
CREATE OR REPLACE FUNCTION SCORE_DIABETES(RAW_DATA VARCHAR, REQUEST_HEADERS OBJECT)
  RETURNS VARIANT
  LANGUAGE PYTHON
  RUNTIME_VERSION = '3.11'
  PACKAGES = ('scikit-learn==1.7.2', 'pandas', 'joblib')
  IMPORTS = ('@DIABETES_CODE/score.py', '@DIABETES_MODELS/diabetes_ridge.joblib')
  HANDLER = 'score.run'
  COMMENT = 'Answers {"data": [[ten numbers], ...]} with {"result": [number, ...]}';
