-- Snowdome, lesson 99: everything that the course has made goes.
--
-- Plain Snowflake SQL. It runs as it is in a Snowsight worksheet, with `snowdome sql -f sql/99_cleanup.sql`,
-- or from notebooks/99_cleanup.ipynb, which goes through it step by step. Run it as often as you like, whichever
-- lessons there were: what is not there is no error. It touches nothing but what it names.

-- Step 1: nothing starts by itself any more
USE ROLE ACCOUNTADMIN;

CREATE WAREHOUSE IF NOT EXISTS DASH_L
  WAREHOUSE_SIZE = XSMALL
  AUTO_SUSPEND = 60
  AUTO_RESUME = TRUE
  INITIALLY_SUSPENDED = TRUE;

USE WAREHOUSE DASH_L;

EXECUTE IMMEDIATE
$$
DECLARE
  suspended INTEGER DEFAULT 0;
BEGIN
  SHOW TASKS IN ACCOUNT;
  LET roots RESULTSET := (
    SELECT '"' || "database_name" || '"."' || "schema_name" || '"."' || "name" || '"' AS TASK
    FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))
    WHERE "database_name" IN ('DASH_DB', 'CHURN_DB', 'HEART_DB', 'PENGUIN_DB', 'DIABETES_DB', 'FORGOTTEN_DB')
      AND "state" = 'started' AND "schedule" IS NOT NULL
  );
  FOR root IN roots DO
    EXECUTE IMMEDIATE 'ALTER TASK ' || root.TASK || ' SUSPEND';
    suspended := suspended + 1;
  END FOR;
  RETURN suspended || ' task(s) suspended';
END;
$$;

-- Step 2: no machine runs any more: services, then the compute pools that they ran on
EXECUTE IMMEDIATE
$$
DECLARE
  dropped INTEGER DEFAULT 0;
BEGIN
  SHOW SERVICES IN ACCOUNT;
  LET services RESULTSET := (
    SELECT '"' || "database_name" || '"."' || "schema_name" || '"."' || "name" || '"' AS SERVICE
    FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))
    WHERE "database_name" IN ('DASH_DB', 'CHURN_DB', 'HEART_DB', 'PENGUIN_DB', 'DIABETES_DB', 'FORGOTTEN_DB')
  );
  FOR service IN services DO
    EXECUTE IMMEDIATE 'DROP SERVICE ' || service.SERVICE;
    dropped := dropped + 1;
  END FOR;
  RETURN dropped || ' service(s) dropped';
END;
$$;

DROP COMPUTE POOL IF EXISTS HEART_POOL;

DROP COMPUTE POOL IF EXISTS PENGUIN_POOL;

DROP COMPUTE POOL IF EXISTS DIABETES_POOL;

-- Step 3: the databases, with all that is in them
DROP DATABASE IF EXISTS DASH_DB;

DROP DATABASE IF EXISTS CHURN_DB;

DROP DATABASE IF EXISTS HEART_DB;

DROP DATABASE IF EXISTS PENGUIN_DB;

DROP DATABASE IF EXISTS DIABETES_DB;

DROP DATABASE IF EXISTS FORGOTTEN_DB;

-- Step 4: what stands beside the databases
DROP INTEGRATION IF EXISTS DASH_MAIL;

DROP ROLE IF EXISTS DASH_VIEWER;

DROP ROLE IF EXISTS CHURN_VIEWER;

DROP WAREHOUSE IF EXISTS FORGOTTEN_WH;

DROP WAREHOUSE IF EXISTS DASH_L;
