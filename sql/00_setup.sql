-- Snowdome, lesson 00: everything that the advertising lessons stand on.
--
-- Plain Snowflake SQL. It runs as it is in a Snowsight worksheet, with `snowdome sql -f sql/00_setup.sql`,
-- or from notebooks/00_setup.ipynb, which goes through it step by step.
-- Run it as often as you like: steps 1 and 2 keep what is there, steps 3 to 5 fill the three tables afresh.
--
-- The two data files have to be in their stages before step 4. The notebook puts them there. By hand:
--   Snowflake CLI   snow stage copy data/campaign_spend.csv.gz @DASH_DB.DASH_SCHEMA.CAMPAIGN_DATA_STAGE
--                   snow stage copy data/monthly_revenue.csv @DASH_DB.DASH_SCHEMA.MONTHLY_REVENUE_DATA_STAGE
--   Snowsight       run this file once, open each stage in the database explorer, "+ Files", run it again
-- A stage that is still empty is no error: COPY INTO then loads nothing and says so.

-- Step 1: a warehouse that computes, a database and a schema that keep
USE ROLE ACCOUNTADMIN;

CREATE WAREHOUSE IF NOT EXISTS DASH_L
  WAREHOUSE_SIZE = XSMALL
  AUTO_SUSPEND = 60
  AUTO_RESUME = TRUE
  INITIALLY_SUSPENDED = TRUE;

CREATE DATABASE IF NOT EXISTS DASH_DB;

CREATE SCHEMA IF NOT EXISTS DASH_DB.DASH_SCHEMA;

USE WAREHOUSE DASH_L;

USE SCHEMA DASH_DB.DASH_SCHEMA;

-- Step 2: how the files are written, and stages where they arrive
CREATE FILE FORMAT IF NOT EXISTS CSVFORMAT
  TYPE = CSV
  SKIP_HEADER = 1;

CREATE STAGE IF NOT EXISTS CAMPAIGN_DATA_STAGE FILE_FORMAT = CSVFORMAT;

CREATE STAGE IF NOT EXISTS MONTHLY_REVENUE_DATA_STAGE FILE_FORMAT = CSVFORMAT;

-- Step 3: tables
CREATE OR REPLACE TABLE CAMPAIGN_SPEND (
  CAMPAIGN VARCHAR(60),
  CHANNEL VARCHAR(60),
  DATE DATE,
  TOTAL_CLICKS NUMBER(38, 0),
  TOTAL_COST NUMBER(38, 0),
  ADS_SERVED NUMBER(38, 0)
);

CREATE OR REPLACE TABLE MONTHLY_REVENUE (
  YEAR NUMBER(38, 0),
  MONTH NUMBER(38, 0),
  REVENUE FLOAT
);

CREATE OR REPLACE TABLE BUDGET_ALLOCATIONS_AND_ROI (
  MONTH VARCHAR(30),
  SEARCHENGINE INTEGER,
  SOCIALMEDIA INTEGER,
  VIDEO INTEGER,
  EMAIL INTEGER,
  ROI FLOAT
);

-- Step 4: from the files into the tables
COPY INTO CAMPAIGN_SPEND FROM @CAMPAIGN_DATA_STAGE;

COPY INTO MONTHLY_REVENUE FROM @MONTHLY_REVENUE_DATA_STAGE;

-- Step 5: six rows that no file holds
INSERT INTO BUDGET_ALLOCATIONS_AND_ROI (MONTH, SEARCHENGINE, SOCIALMEDIA, VIDEO, EMAIL, ROI) VALUES
  ('January', 35, 50, 35, 85, 8.22),
  ('February', 75, 50, 35, 85, 13.90),
  ('March', 15, 50, 35, 15, 7.34),
  ('April', 25, 80, 40, 90, 13.23),
  ('May', 95, 95, 10, 95, 6.246),
  ('June', 35, 50, 35, 85, 8.22);

-- Step 6: stages that later lessons fill with procedures, models and functions
CREATE STAGE IF NOT EXISTS DASH_SPROCS;

CREATE STAGE IF NOT EXISTS DASH_MODELS;

CREATE STAGE IF NOT EXISTS DASH_UDFS;
