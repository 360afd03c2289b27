-- Snowdome, lesson 10: the viewer of experiments inside Snowflake.
--
-- Plain Snowflake SQL. It runs as it is in a Snowsight worksheet or with `snowdome sql -f
-- sql/10_experiment_viewer.sql`. Run it as often as you like. It needs what sql/05_churn_setup.sql makes.
--
-- The app's two files have to be in the stage before step 2. By hand:
--   Snowflake CLI   snow stage copy app/experiment_viewer.py @CHURN_DB.CHURN_SCHEMA.CHURN_APPS/experiment_viewer --overwrite
--                   snow stage copy app/environment.yml @CHURN_DB.CHURN_SCHEMA.CHURN_APPS/experiment_viewer --overwrite
--   Snowsight       run step 1, open the stage in the database explorer, "+ Files", path /experiment_viewer

-- Step 1: a place for the files of apps
USE SCHEMA CHURN_DB.CHURN_SCHEMA;

CREATE STAGE IF NOT EXISTS CHURN_APPS;

-- Step 2: the app, from the files that are in the stage now
CREATE OR REPLACE STREAMLIT EXPERIMENT_VIEWER
  FROM '@CHURN_DB.CHURN_SCHEMA.CHURN_APPS/experiment_viewer'
  MAIN_FILE = 'experiment_viewer.py'
  QUERY_WAREHOUSE = DASH_L
  RUNTIME_NAME = 'SYSTEM$WAREHOUSE_RUNTIME'
  TITLE = 'Experiments'
  COMMENT = 'Runs of experiments side by side, their overfitting gaps, and one run in detail';

-- Step 3: make that version live, so that others than its owner can open it
ALTER STREAMLIT EXPERIMENT_VIEWER ADD LIVE VERSION FROM LAST;
