-- Snowdome, lesson 05: customers and orders, for the lessons about churn (05 to 10).
--
-- Plain Snowflake SQL. It runs as it is in a Snowsight worksheet, with `snowdome sql -f sql/05_churn_setup.sql`,
-- or from notebooks/05_churn_exploration.ipynb. Run it as often as you like: step 1 keeps what is there,
-- step 2 fills the two tables afresh.
--
-- The two data files have to be in the stage before step 2. The notebook puts them there. By hand:
--   Snowflake CLI   snow stage copy data/customers.csv @CHURN_DB.CHURN_SCHEMA.CHURN_DATA_STAGE/customers
--                   snow stage copy data/orders.csv @CHURN_DB.CHURN_SCHEMA.CHURN_DATA_STAGE/orders
--   Snowsight       run this file once, open the stage in the database explorer, "+ Files" with the folders
--                   customers and orders, run it again
-- A folder that is still empty is no error: COPY INTO then loads nothing and says so.

-- Step 1: a place of its own, and stages
USE ROLE ACCOUNTADMIN;

CREATE WAREHOUSE IF NOT EXISTS DASH_L
  WAREHOUSE_SIZE = XSMALL
  AUTO_SUSPEND = 60
  AUTO_RESUME = TRUE
  INITIALLY_SUSPENDED = TRUE;

CREATE DATABASE IF NOT EXISTS CHURN_DB;

CREATE SCHEMA IF NOT EXISTS CHURN_DB.CHURN_SCHEMA;

USE WAREHOUSE DASH_L;

USE SCHEMA CHURN_DB.CHURN_SCHEMA;

CREATE STAGE IF NOT EXISTS CHURN_DATA_STAGE;

CREATE STAGE IF NOT EXISTS CHURN_SPROCS;

-- Step 2: tables, filled from the stage
CREATE OR REPLACE TABLE CUSTOMERS (
  CUSTOMER_ID INTEGER,
  SEGMENT VARCHAR(20),
  REGISTRATION_DATE DATE,
  REGION VARCHAR(20)
);

CREATE OR REPLACE TABLE ORDERS (
  ORDER_ID INTEGER,
  CUSTOMER_ID INTEGER,
  ORDER_DATE DATE,
  AMOUNT NUMBER(10, 2),
  STATUS VARCHAR(20)
);

COPY INTO CUSTOMERS FROM @CHURN_DATA_STAGE/customers/ FILE_FORMAT = (TYPE = CSV SKIP_HEADER = 1);

COPY INTO ORDERS FROM @CHURN_DATA_STAGE/orders/ FILE_FORMAT = (TYPE = CSV SKIP_HEADER = 1);
