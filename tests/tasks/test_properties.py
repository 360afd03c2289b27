"""CREATE and ALTER TASK: what they keep, and what they refuse in Snowflake's words (recorded live)."""

from __future__ import annotations

import pytest

from tests.tasks.conftest import Place

INVALID_SCHEDULE = (
    "Invalid schedule was specified. Please refer to the docs on what constitutes a valid schedule."
)
INVALID_CONFIG = "Invalid config. Must be a string representation of a valid JSON Object."
INVALID_WHEN = (
    "Invalid expression for task condition expression. Only some data type conversions and the following"
    " functions are allowed: [SYSTEM$GET_PREDECESSOR_RETURN_VALUE, SYSTEM$STREAM_HAS_DATA]."
)


def parameter(place: Place, task: str, name: str) -> tuple[str, str, str]:
    """Value, default and level of a parameter of a task."""
    [row] = place.named(f"SHOW PARAMETERS LIKE '{name}' IN TASK {task}")
    return row["value"], row["default"], row["level"]


def create(name: str, properties: str = "") -> str:
    return f"CREATE TASK {name} SCHEDULE = '60 MINUTE' {properties} AS SELECT 1"


# -- listings -------------------------------------------------------------------------------------


def test_columns_of_show_and_describe(place: Place) -> None:
    place.run(create("t1", "COMMENT = 'of one'"))
    names = (
        "created_on name id database_name schema_name owner comment warehouse schedule predecessors "
        "state definition condition allow_overlapping_execution error_integration last_committed_on "
        "last_suspended_on owner_role_type config task_relations last_suspended_reason "
        "success_integration scheduling_mode target_completion_interval execute_as_user "
        "overlap_policy created_by_user"
    )
    assert " ".join(place.columns("SHOW TASKS")) == names
    assert " ".join(place.columns("DESCRIBE TASK t1")) == names
    [described] = place.named("DESC TASK t1")
    [shown] = place.named("SHOW TASKS")
    assert described == shown
    assert shown["state"] == "suspended"
    assert shown["schedule"] == "60 MINUTE"
    assert shown["predecessors"] == "[]"
    assert shown["definition"] == "SELECT 1"
    assert shown["allow_overlapping_execution"] == "false"
    assert shown["error_integration"] == "null"
    assert shown["task_relations"] == '{"Predecessors":[]}'
    assert shown["overlap_policy"] == "NO_OVERLAP"
    assert shown["comment"] == "of one"


def test_show_filters(place: Place) -> None:
    place.run(create("r1"), "CREATE TASK r2 AS SELECT 1", "CREATE TASK c1 AFTER r1 AS SELECT 1")
    place.run("CREATE TASK f1 FINALIZE = r1 AS SELECT 1")

    def names(modifiers: str) -> list[str]:
        return [row["name"] for row in place.named(f"SHOW TASKS {modifiers}")]

    assert names("") == ["C1", "F1", "R1", "R2"]
    assert names("LIKE 'r%'") == ["R1", "R2"]
    assert names("STARTS WITH 'R'") == ["R1", "R2"]
    assert names("ROOT ONLY") == ["R1", "R2"]
    assert names("LIMIT 2 FROM 'C1'") == ["F1", "R1"]
    assert names(f"IN SCHEMA LAB.{place.schema} ROOT ONLY LIMIT 1") == ["R1"]
    assert {"name", "kind", "schedule", "state"} < set(place.columns("SHOW TERSE TASKS"))


def test_a_body_is_kept_as_written(place: Place) -> None:
    body = "BEGIN\n  LET x INT := 1; -- a; b\n  INSERT INTO t VALUES (:x);\n  RETURN 'x;y';\nEND"
    place.run(f"CREATE TASK t1 AS {body};")
    assert place.task("T1")["definition"] == body
    place.run("ALTER TASK t1 MODIFY AS SELECT  'a''b'  -- end")
    assert place.task("T1")["definition"] == "SELECT  'a''b'"


def test_properties_in_any_order(place: Place) -> None:
    place.run(
        "CREATE TASK t1 USER_TASK_TIMEOUT_MS = 5000, COMMENT = 'c' WAREHOUSE = compute_wh, QUERY_TAG = 'q'"
        " SCHEDULE = 'USING CRON 0 9 * * MON-FRI Europe/Berlin' WHEN SYSTEM$STREAM_HAS_DATA('s') AND TRUE"
        " AS SELECT 1"
    )
    row = place.task("T1")
    assert (row["warehouse"], row["comment"]) == ("COMPUTE_WH", "c")
    assert row["condition"] == "SYSTEM$STREAM_HAS_DATA('s') AND TRUE"
    assert row["schedule"] == "USING CRON 0 9 * * MON-FRI Europe/Berlin"
    assert parameter(place, "t1", "USER_TASK_TIMEOUT_MS") == ("5000", "3600000", "TASK")
    assert parameter(place, "t1", "QUERY_TAG") == ("q", "", "TASK")


# -- schedules ------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["90 SECONDS", "10 SECOND", "90 S", "11 minutes", "2 h", "+5 M", "10 SECONDS  ",
                                  "10\tMINUTE", "11520 MINUTES", "USING CRON 0 0 * * 5L UTC",
                                  "USING CRON 0 0 * * * utc"])  # fmt: skip
def test_schedules_are_kept_as_written(place: Place, text: str) -> None:
    place.run(f"CREATE TASK t1 SCHEDULE = '{text}' AS SELECT 1")
    assert place.task("T1")["schedule"] == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("9 SECONDS", "Cannot set schedule less than 10 seconds."),
        ("0 SECONDS", INVALID_SCHEDULE),
        ("1 DAY", INVALID_SCHEDULE),
        ("5M", INVALID_SCHEDULE),
        (" 10 MINUTES", INVALID_SCHEDULE),
        ("10  MINUTES", INVALID_SCHEDULE),
        ("1 MINS", INVALID_SCHEDULE),
        ("-5 MINUTES", INVALID_SCHEDULE),
        ("11521 MINUTES", "Cannot set schedule greater than 11,520 minutes."),
        ("193 H", "Cannot set schedule greater than 11,520 minutes."),
        ("USING CRON 61 * * * * UTC", INVALID_SCHEDULE),
        ("USING CRON 0 0 * * 7 UTC", INVALID_SCHEDULE),
        ("USING CRON 0 0 * * 1#2 UTC", INVALID_SCHEDULE),
        ("USING CRON 0 0 31 2 * UTC",
         "No valid time could be found under the schedule and/or interval specified"),
        ("USING CRON 0 0 * * * PST",
         'Invalid schedule was specified. "PST" is not a recognized time zone. Please specify time zones'
         " accepted by the TIMEZONE parameter."),
    ],
)  # fmt: skip
def test_schedules_that_are_none(place: Place, text: str, message: str) -> None:
    assert place.fails(f"CREATE TASK t1 SCHEDULE = '{text}' AS SELECT 1")[1] == message


# -- values ---------------------------------------------------------------------------------------

COMPILATION = "SQL compilation error:\n"


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ("NOT_A_PARAM = 1", COMPILATION + "invalid property 'NOT_A_PARAM' for 'TASK'"),
        ("STATEMENT_TIMEOUT_IN_SECONDS = 'abc'",
         COMPILATION + "invalid value ['abc'] for parameter 'STATEMENT_TIMEOUT_IN_SECONDS'"),
        ("USER_TASK_TIMEOUT_MS = '5000'",
         COMPILATION + "invalid value ['5000'] for parameter 'USER_TASK_TIMEOUT_MS'"),
        ("USER_TASK_TIMEOUT_MS = -5", COMPILATION + "invalid value [-5] for parameter 'USER_TASK_TIMEOUT_MS'"),
        ("COMMENT = 5", COMPILATION + "invalid value [5] for parameter 'COMMENT'"),
        ("QUERY_TAG = TRUE", COMPILATION + "invalid value [TRUE] for parameter 'QUERY_TAG'"),
        ("QUERY_TAG = 'q' QUERY_TAG = 'r'", COMPILATION + "duplicate property 'QUERY_TAG';"),
        ("query_tag = 'q' query_tag = 'r'", COMPILATION + "duplicate property 'query_tag';"),
        ("TIMEZONE = 'Not/AZone'", COMPILATION + "invalid value [Not/AZone] for parameter 'TIMEZONE'"),
        ("WEEK_START = 9", COMPILATION + "invalid value [9] for parameter 'WEEK_START'"),
        ("STATEMENT_TIMEOUT_IN_SECONDS = -5",
         "SQL compilation error: \nparameter value out of range: -5. Must be between 0 and 604,800."),
        ("AUTOCOMMIT = FALSE", "The parameter AUTOCOMMIT = false is not supported with Tasks."
                               " Remove the parameter and try again."),
        ("SEARCH_PATH = '$current'", "The parameter SEARCH_PATH is not supported with Tasks."
                                     " Remove the parameter and try again."),
        ("LOG_LEVEL = 'BOGUS'",
         "Invalid value for log level. Allowed values are TRACE,DEBUG,INFO,WARN,ERROR,FATAL,OFF."),
        ("TRACE_LEVEL = 'BOGUS'",
         "Invalid value for trace level. Allowed values are ALWAYS,ON_EVENT,PROPAGATE,OFF."),
        ("OVERLAP_POLICY = BOGUS", COMPILATION + "invalid value 'BOGUS' for property 'OVERLAP_POLICY'"),
        ("OVERLAP_POLICY = 'allow_all_overlap'",
         COMPILATION + "invalid value 'allow_all_overlap' for property 'OVERLAP_POLICY'"),
        ("TARGET_COMPLETION_INTERVAL = '1 DAY'",
         COMPILATION + "invalid value [1 DAY] for parameter 'TARGET_COMPLETION_INTERVAL'"),
        ("USER_TASK_MANAGED_INITIAL_WAREHOUSE_SIZE = 'HUGE'",
         COMPILATION + "invalid value [HUGE] for parameter 'USER_TASK_MANAGED_INITIAL_WAREHOUSE_SIZE'"),
        ("CONFIG = 'not json'", INVALID_CONFIG),
        ("CONFIG = '[1,2]'", INVALID_CONFIG),
        ("SERVERLESS_TASK_MIN_STATEMENT_SIZE = 'LARGE' SERVERLESS_TASK_MAX_STATEMENT_SIZE = 'SMALL'",
         "SERVERLESS_TASK_MIN_STATEMENT_SIZE (LARGE) cannot be greater than"
         " SERVERLESS_TASK_MAX_STATEMENT_SIZE (SMALL)."),
        ("SERVERLESS_TASK_MIN_STATEMENT_SIZE = 'LARGE' USER_TASK_MANAGED_INITIAL_WAREHOUSE_SIZE = 'SMALL'",
         "USER_TASK_MANAGED_INITIAL_WAREHOUSE_SIZE (SMALL) cannot be less than"
         " SERVERLESS_TASK_MIN_STATEMENT_SIZE (LARGE)."),
        ("WAREHOUSE = compute_wh SERVERLESS_TASK_MIN_STATEMENT_SIZE = 'SMALL'",
         "Cannot set SERVERLESS_TASK_MIN_STATEMENT_SIZE on a non-serverless task."),
    ],
)  # fmt: skip
def test_values_that_are_refused(place: Place, properties: str, message: str) -> None:
    assert place.fails(create("t1", properties))[1] == message


def test_refusals_with_a_known_number(place: Place) -> None:
    missing = "091083", "Nonexistent warehouse NO_SUCH_WH was specified."
    assert place.fails(create("t1", "WAREHOUSE = no_such_wh")) == missing
    interval = "WAREHOUSE = compute_wh TARGET_COMPLETION_INTERVAL = '10 M'"
    refused = "091857", "TARGET_COMPLETION_INTERVAL is only allowed for serverless Tasks."
    assert place.fails(create("t1", interval)) == refused
    assert place.fails("ALTER TASK nope RESUME") == (
        "002003",
        f"SQL compilation error:\nTask 'LAB.{place.schema}.NOPE' does not exist or not authorized.",
    )


def test_if_not_exists_reads_the_statement_alone(place: Place) -> None:
    place.run(create("r1"))
    for clauses in ("SCHEDULE = 'bad'", "CONFIG = 'bad'", "AFTER no_such_task", "OVERLAP_POLICY = BOGUS"):
        place.run(f"CREATE TASK IF NOT EXISTS r1 {clauses} AS SELECT 2")
    message = COMPILATION + "invalid value [5] for parameter 'QUERY_TAG'"
    assert place.fails("CREATE TASK IF NOT EXISTS r1 QUERY_TAG = 5 AS SELECT 2")[1] == message
    assert place.task("R1")["definition"] == "SELECT 1"


def test_a_refused_replacement_leaves_the_task_as_it_was(place: Place) -> None:
    place.run(create("r1"), "CREATE TASK c1 AFTER r1 AS SELECT 1")
    for sql in (
        "CREATE OR REPLACE TASK r1 SCHEDULE = '60 MINUTE' CONFIG = 'bad' AS SELECT 2",
        "CREATE OR REPLACE TASK c1 AFTER no_such_task AS SELECT 2",
        "CREATE OR REPLACE TASK c1 AFTER c1 AS SELECT 2",
    ):
        place.fails(sql)
    assert place.task("R1")["definition"] == place.task("C1")["definition"] == "SELECT 1"
    place.run("CREATE OR REPLACE TASK c1 AFTER r1 AS SELECT 3")
    assert place.task("C1")["definition"] == "SELECT 3"


def test_conditions(place: Place) -> None:
    place.run(
        "CREATE TASK t1 WHEN NOT SYSTEM$STREAM_HAS_DATA('a')"
        " OR TO_NUMBER(SYSTEM$GET_PREDECESSOR_RETURN_VALUE('B'))::INT >= 3 AS SELECT 1"
    )
    for condition in ("(SELECT COUNT(*) FROM t) > 0", "CURRENT_DATE() > '2020-01-01'", "x = 1"):
        assert place.fails(f"CREATE TASK t2 WHEN {condition} AS SELECT 1")[1] == INVALID_WHEN
        assert place.fails(f"ALTER TASK t1 MODIFY WHEN {condition}")[1] == INVALID_WHEN
    place.run("ALTER TASK t1 MODIFY WHEN TRUE")
    assert place.task("T1")["condition"] == "TRUE"
    place.run("ALTER TASK t1 REMOVE WHEN")
    assert place.task("T1")["condition"] is None


# -- ALTER ----------------------------------------------------------------------------------------


def test_set_and_unset(place: Place) -> None:
    place.run(create("t1"))
    place.run("ALTER TASK t1 SET SCHEDULE = '5 MINUTE', QUERY_TAG = 'q1', COMMENT = 'c'")
    place.run('ALTER TASK t1 SET CONFIG = $${"k": "v"}$$')
    row = place.task("T1")
    assert (row["schedule"], row["comment"], row["config"]) == ("5 MINUTE", "c", '{"k": "v"}')
    place.run("ALTER TASK t1 UNSET QUERY_TAG, CONFIG, COMMENT")
    row = place.task("T1")
    assert (row["config"], row["comment"]) == (None, "")
    assert parameter(place, "t1", "QUERY_TAG")[2] == ""
    assert place.fails("ALTER TASK t1 UNSET NOT_A_PARAM")[1].endswith(
        "invalid property 'NOT_A_PARAM' for 'TASK'"
    )
    assert place.fails("ALTER TASK t1 SET CONFIG = 'bad'")[1] == INVALID_CONFIG
    place.run("ALTER TASK IF EXISTS nope RESUME", "COMMENT ON TASK t1 IS 'said'")
    assert place.task("T1")["comment"] == "said"
    place.run("GRANT OPERATE, MONITOR ON TASK t1 TO ROLE sysadmin")
    granted = {row["privilege"] for row in place.named("SHOW GRANTS ON TASK t1")}
    assert {"OPERATE", "MONITOR"} <= granted


def test_the_overlap_policy_and_the_older_switch_are_one_setting(place: Place) -> None:
    place.run(create("t1", "OVERLAP_POLICY = Allow_Child_Overlap"))
    row = place.task("T1")
    assert (row["overlap_policy"], row["allow_overlapping_execution"]) == ("ALLOW_CHILD_OVERLAP", "true")
    place.run("ALTER TASK t1 SET OVERLAP_POLICY = ALLOW_ALL_OVERLAP")
    row = place.task("T1")
    assert (row["overlap_policy"], row["allow_overlapping_execution"]) == ("ALLOW_ALL_OVERLAP", "false")
    message = "Cannot specify ALLOW_OVERLAPPING_EXECUTION and OVERLAP_POLICY to different values in the same command."
    both = "ALTER TASK t1 SET OVERLAP_POLICY = NO_OVERLAP ALLOW_OVERLAPPING_EXECUTION = TRUE"
    assert place.fails(both)[1] == message
    place.run("ALTER TASK t1 UNSET ALLOW_OVERLAPPING_EXECUTION")
    assert place.task("T1")["overlap_policy"] == "NO_OVERLAP"


def test_create_or_alter(place: Place) -> None:
    place.run("CREATE OR ALTER TASK t1 SCHEDULE = '5 MINUTE' COMMENT = 'a' AS SELECT 1")
    before = place.task("T1")
    place.run("CREATE OR ALTER TASK t1 SCHEDULE = '6 MINUTE' AS SELECT 2")
    after = place.task("T1")
    assert (after["id"], after["created_on"]) == (before["id"], before["created_on"])
    assert (after["schedule"], after["definition"], after["comment"]) == ("6 MINUTE", "SELECT 2", "")


def test_clone(place: Place) -> None:
    place.run(create("t1", "CONFIG = '{\"a\": 1}' COMMENT = 'c'"), "ALTER TASK t1 RESUME")
    place.run("CREATE TASK t2 CLONE t1")
    row = place.task("T2")
    assert (row["state"], row["config"], row["comment"]) == ("suspended", '{"a": 1}', "c")
    assert row["definition"] == "SELECT 1"


def test_drop(place: Place) -> None:
    place.run(create("t1"))
    assert place.value("DROP TASK t1") == "T1 successfully dropped."
    assert (
        place.value("DROP TASK IF EXISTS t1") == "Drop statement executed successfully (T1 already dropped)."
    )
    assert place.fails("DROP TASK t1")[0] == "002003"


def test_a_cloned_schema_has_suspended_tasks(place: Place) -> None:
    place.run(create("r"), "CREATE TASK c AFTER r AS SELECT 1", "ALTER TASK c RESUME", "ALTER TASK r RESUME")
    place.run(f"CREATE SCHEMA LAB.{place.schema}_COPY CLONE LAB.{place.schema}")
    rows = place.named(f"SHOW TASKS IN SCHEMA LAB.{place.schema}_COPY")
    assert [(row["name"], row["state"]) for row in rows] == [("C", "suspended"), ("R", "suspended")]
    assert rows[0]["predecessors"] == f'["LAB.{place.schema}_COPY.R"]'
    place.run(f"DROP SCHEMA LAB.{place.schema}_COPY", f"USE SCHEMA LAB.{place.schema}")


@pytest.mark.parametrize(
    ("sql", "place_of_error"),
    [
        ("CREATE TASK t1 AS SELEC 1", "line 1 at position 18 unexpected 'SELEC'"),
        ("CREATE TASK t1\nAS SELECT 1 FROM WHERE", "line 2 at position 17 unexpected 'WHERE'"),
        ("CREATE TASK t1 AS", "line 1 at position 17 unexpected '<EOF>'"),
        ("CREATE TASK t1 FOO AS SELECT 1", "line 1 at position 15 unexpected 'FOO'"),
        ("CREATE TEMPORARY TASK t1 AS SELECT 1", "line 1 at position 7 unexpected 'TEMPORARY'"),
    ],
)
def test_syntax_errors(place: Place, sql: str, place_of_error: str) -> None:
    assert place.fails(sql) == ("001003", f"SQL compilation error:\nsyntax error {place_of_error}.")
    assert place.named("SHOW TASKS") == []


def test_names_that_must_be_quoted(place: Place) -> None:
    place.run("CREATE TASK \"my root\" SCHEDULE = '1 HOUR' AS SELECT SYSTEM$SET_RETURN_VALUE('x')")
    place.run(
        'CREATE TASK "a.b" AFTER "my root" AS SELECT SYSTEM$SET_RETURN_VALUE(SYSTEM$CURRENT_USER_TASK_NAME())'
    )
    place.run('ALTER TASK "a.b" RESUME', 'EXECUTE TASK "my root" AWAIT')
    assert place.task("a.b")["predecessors"] == f'["LAB.{place.schema}.\\"my root\\""]'
    assert [row["RETURN_VALUE"] for row in place.history()] == ["x", f'LAB.{place.schema}."a.b"']
