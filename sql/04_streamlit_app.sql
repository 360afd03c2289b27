-- Snowdome, lesson 04: the app inside Snowflake.
--
-- Plain Snowflake SQL. It runs as it is in a Snowsight worksheet, with `snowdome sql -f sql/04_streamlit_app.sql`,
-- or from notebooks/04_streamlit_app.ipynb, which goes through it step by step. Run it as often as you like.
--
-- The app's two files have to be in the stage before step 2. The notebook puts them there. By hand:
--   Snowflake CLI   snow stage copy app/revenue_prediction.py @DASH_DB.DASH_SCHEMA.DASH_APPS/revenue_prediction --overwrite
--                   snow stage copy app/environment.yml @DASH_DB.DASH_SCHEMA.DASH_APPS/revenue_prediction --overwrite
--   Snowsight       run step 1, open the stage in the database explorer, "+ Files", path /revenue_prediction

-- Step 1: a place for the files of apps
USE SCHEMA DASH_DB.DASH_SCHEMA;

CREATE STAGE IF NOT EXISTS DASH_APPS;

-- Step 2: the app, from the files that are in the stage now
CREATE OR REPLACE STREAMLIT REVENUE_PREDICTION
  FROM '@DASH_DB.DASH_SCHEMA.DASH_APPS/revenue_prediction'
  MAIN_FILE = 'revenue_prediction.py'
  QUERY_WAREHOUSE = DASH_L
  RUNTIME_NAME = 'SYSTEM$WAREHOUSE_RUNTIME'
  TITLE = 'Advertising budgets'
  COMMENT = 'Budgets per channel, and the revenue that PREDICT_ROI expects of them';

-- Step 3: make that version live, so that others than its owner can open it
ALTER STREAMLIT REVENUE_PREDICTION ADD LIVE VERSION FROM LAST;
