-- Snowdome, lesson 11: the heart failure records.
--
-- Plain Snowflake SQL. It runs as it is in a Snowsight worksheet, with `snowdome sql -f sql/11_model_service.sql`,
-- or from notebooks/11_model_service.ipynb. Run it as often as you like: step 1 keeps what is there, step 2 fills the
-- table afresh.
--
-- The data file has to be in the stage before step 2. The notebook puts it there. By hand:
--   Snowflake CLI   snow stage copy data/heart_failure.csv @HEART_DB.HEART_SCHEMA.HEART_DATA_STAGE
--   Snowsight       run this file once, open the stage in the database explorer, "+ Files", run it again
-- A stage that is still empty is no error: COPY INTO then loads nothing and says so.

-- Step 1: a place of its own, and a stage
USE ROLE ACCOUNTADMIN;

CREATE WAREHOUSE IF NOT EXISTS DASH_L
  WAREHOUSE_SIZE = XSMALL
  AUTO_SUSPEND = 60
  AUTO_RESUME = TRUE
  INITIALLY_SUSPENDED = TRUE;

CREATE DATABASE IF NOT EXISTS HEART_DB;

CREATE SCHEMA IF NOT EXISTS HEART_DB.HEART_SCHEMA;

USE WAREHOUSE DASH_L;

USE SCHEMA HEART_DB.HEART_SCHEMA;

CREATE STAGE IF NOT EXISTS HEART_DATA_STAGE;

-- Step 2: a table, filled from the stage
CREATE OR REPLACE TABLE HEART_FAILURE_RECORDS (
  PATIENT_ID INTEGER,
  AGE FLOAT COMMENT 'years',
  ANAEMIA BOOLEAN,
  CREATININE_PHOSPHOKINASE FLOAT COMMENT 'an enzyme in the blood, mcg/L',
  DIABETES BOOLEAN,
  EJECTION_FRACTION FLOAT COMMENT 'percent of the blood that leaves the heart with each beat',
  HIGH_BLOOD_PRESSURE BOOLEAN,
  PLATELETS FLOAT COMMENT 'per mL of blood',
  SERUM_CREATININE FLOAT COMMENT 'mg/dL',
  SERUM_SODIUM FLOAT COMMENT 'mEq/L',
  SEX BOOLEAN COMMENT 'TRUE is a man',
  SMOKING BOOLEAN,
  TIME FLOAT COMMENT 'days from the first visit to the last',
  DEATH_EVENT BOOLEAN COMMENT 'whether the patient died in that time'
);

COPY INTO HEART_FAILURE_RECORDS FROM @HEART_DATA_STAGE FILE_FORMAT = (TYPE = CSV SKIP_HEADER = 1);
