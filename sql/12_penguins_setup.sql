-- Snowdome, lesson 12: penguins, as they were measured.
--
-- Plain Snowflake SQL. It runs as it is in a Snowsight worksheet, with `snowdome sql -f sql/12_penguins_setup.sql`,
-- or from notebooks/12_mlflow.ipynb. Run it as often as you like: step 1 keeps what is there, step 2 fills the
-- table afresh.
--
-- The data file has to be in the stage before step 2. The notebook puts it there. By hand:
--   Snowflake CLI   snow stage copy data/penguins.csv @PENGUIN_DB.PENGUIN_SCHEMA.PENGUIN_DATA_STAGE
--   Snowsight       run this file once, open the stage in the database explorer, "+ Files", run it again
-- A stage that is still empty is no error: COPY INTO then loads nothing and says so.

-- Step 1: a place of its own, and a stage
USE ROLE ACCOUNTADMIN;

CREATE WAREHOUSE IF NOT EXISTS DASH_L
  WAREHOUSE_SIZE = XSMALL
  AUTO_SUSPEND = 60
  AUTO_RESUME = TRUE
  INITIALLY_SUSPENDED = TRUE;

CREATE DATABASE IF NOT EXISTS PENGUIN_DB;

CREATE SCHEMA IF NOT EXISTS PENGUIN_DB.PENGUIN_SCHEMA;

USE WAREHOUSE DASH_L;

USE SCHEMA PENGUIN_DB.PENGUIN_SCHEMA;

CREATE STAGE IF NOT EXISTS PENGUIN_DATA_STAGE;

-- Step 2: the file as it is, every column a text; what is empty there is NULL here
CREATE OR REPLACE TABLE PENGUINS_RAW (
  ISLAND VARCHAR,
  CULMENLENGTH VARCHAR,
  CULMENDEPTH VARCHAR,
  FLIPPERLENGTH VARCHAR,
  BODYMASS VARCHAR,
  SPECIES VARCHAR
);

COPY INTO PENGUINS_RAW FROM @PENGUIN_DATA_STAGE FILE_FORMAT = (TYPE = CSV SKIP_HEADER = 1);
