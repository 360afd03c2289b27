"""What runs in a graph, in which order, and what the histories tell of it."""

from __future__ import annotations

import time

import pytest

from snowdome.client.local import LocalAccount
from snowdome.outbox import Outbox
from tests.tasks.conftest import Place

GRAPHS = "SELECT * FROM TABLE(INFORMATION_SCHEMA.{}_TASK_GRAPHS({})) WHERE SCHEMA_NAME = CURRENT_SCHEMA()"
WAIT = "CALL SYSTEM$WAIT({})"


@pytest.fixture
def log(place: Place) -> Place:
    """A table LOG that bodies write to."""
    place.run("CREATE TABLE log (who TEXT, said TEXT)")
    return place


def complete(place: Place, arguments: str = "") -> list[tuple[str, str, str]]:
    """Name, state and first failed task of the graphs that ended, oldest first."""
    rows = place.named(GRAPHS.format("COMPLETE", arguments))
    return [(r["ROOT_TASK_NAME"], r["STATE"], r["FIRST_ERROR_TASK_NAME"]) for r in rows][::-1]


def test_execute_is_asynchronous_and_can_be_watched(place: Place) -> None:
    place.run(f"CREATE TASK r AS {WAIT.format(30)}")
    assert place.value("EXECUTE TASK r") == "Task R is scheduled to run immediately."
    place.await_state("R", "EXECUTING")
    [row] = place.named(GRAPHS.format("CURRENT", ""))
    assert (row["ROOT_TASK_NAME"], row["STATE"]) == ("R", "EXECUTING")
    assert row["SCHEDULED_FROM"] == "EXECUTE_TASK"
    place.run("SELECT SYSTEM$USER_TASK_CANCEL_ONGOING_EXECUTIONS('r')")
    place.settle()
    assert place.outcomes() == [("R", "CANCELLED")]
    assert complete(place) == [("R", "CANCELLED", "R")]


def test_an_account_without_autocommit_commits_what_tasks_do(log: Place) -> None:
    log.run("CREATE TASK r AS INSERT INTO log VALUES ('r', 'done')")
    log.run("ALTER ACCOUNT SET AUTOCOMMIT = FALSE")
    try:
        log.run("INSERT INTO log VALUES ('u', 'undone')")
        log.run("ROLLBACK")
        log.execute("r")
        assert log.rows("SELECT * FROM log") == [("r", "done")]
    finally:
        log.run("ALTER ACCOUNT UNSET AUTOCOMMIT")


def test_columns_of_the_histories(place: Place) -> None:
    place.run("CREATE TASK r CONFIG = '{\"a\": 1}' AS SELECT 7")
    place.execute("r")
    history = "SELECT * FROM TABLE(INFORMATION_SCHEMA.TASK_HISTORY())"
    assert " ".join(place.columns(history)) == (
        "QUERY_ID NAME DATABASE_NAME SCHEMA_NAME QUERY_TEXT CONDITION_TEXT STATE ERROR_CODE "
        "ERROR_MESSAGE SCHEDULED_TIME QUERY_START_TIME NEXT_SCHEDULED_TIME COMPLETED_TIME "
        "ROOT_TASK_ID GRAPH_VERSION RUN_ID RETURN_VALUE SCHEDULED_FROM ATTEMPT_NUMBER CONFIG "
        "QUERY_HASH QUERY_HASH_VERSION QUERY_PARAMETERIZED_HASH QUERY_PARAMETERIZED_HASH_VERSION "
        "GRAPH_RUN_GROUP_ID BACKFILL_INFO SPCS_JOB_ID"
    )
    assert " ".join(place.columns(GRAPHS.format("COMPLETE", ""))) == (
        "ROOT_TASK_NAME DATABASE_NAME SCHEMA_NAME STATE FIRST_ERROR_TASK_NAME FIRST_ERROR_CODE "
        "FIRST_ERROR_MESSAGE SCHEDULED_TIME QUERY_START_TIME NEXT_SCHEDULED_TIME COMPLETED_TIME "
        "ROOT_TASK_ID GRAPH_VERSION RUN_ID ATTEMPT_NUMBER SCHEDULED_FROM CONFIG GRAPH_RUN_GROUP_ID "
        "BACKFILL_INFO SCHEDULED_BY_USER"
    )
    [row] = place.history()
    assert (row["DATABASE_NAME"], row["SCHEMA_NAME"], row["QUERY_TEXT"]) == ("LAB", place.schema, "SELECT 7")
    assert (row["GRAPH_VERSION"], row["ATTEMPT_NUMBER"], row["CONFIG"]) == (1, 1, '{"a": 1}')
    assert row["SCHEDULED_TIME"] <= row["QUERY_START_TIME"] <= row["COMPLETED_TIME"]
    assert row["ROOT_TASK_ID"] == place.task("R")["id"]
    [query] = place.named(
        "SELECT * FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY(RESULT_LIMIT => 1000))"
        f" WHERE QUERY_ID = '{row['QUERY_ID']}'"
    )
    assert (query["QUERY_TEXT"], query["ROWS_PRODUCED"]) == ("SELECT 7", 1)


def test_limits_and_filters_of_the_histories(place: Place) -> None:
    place.run("CREATE TASK good AS SELECT 1", "CREATE TASK bad AS SELECT 1/0")
    for name in ("good", "bad", "good"):
        place.execute(name)
    assert [row["NAME"] for row in place.history("GOOD")] == ["GOOD", "GOOD"]
    assert [row["NAME"] for row in place.history("good")] == ["GOOD", "GOOD"]
    call = "SELECT NAME, STATE FROM TABLE(INFORMATION_SCHEMA.TASK_HISTORY({}, SCHEMA_NAME => '{}'))"
    assert place.rows(call.format("ERROR_ONLY => TRUE", place.schema)) == [("BAD", "FAILED")]
    assert place.rows(call.format("RESULT_LIMIT => 1", place.schema)) == [("GOOD", "SUCCEEDED")]
    identifier = place.task("BAD")["id"]
    assert place.rows(call.format(f"ROOT_TASK_ID => '{identifier}'", place.schema)) == [("BAD", "FAILED")]
    later = "SCHEDULED_TIME_RANGE_START => DATEADD('hour', 1, CURRENT_TIMESTAMP())"
    assert place.rows(call.format(later, place.schema)) == []
    assert complete(place, "ERROR_ONLY => TRUE") == [("BAD", "FAILED", "BAD")]
    assert complete(place, "ROOT_TASK_NAME => 'good'") == [("GOOD", "SUCCEEDED", None)] * 2
    for function in ("COMPLETE_TASK_GRAPHS", "CURRENT_TASK_GRAPHS", "TASK_HISTORY"):
        failed = place.fails(f"SELECT * FROM TABLE(INFORMATION_SCHEMA.{function}(RESULT_LIMIT => 10001))")
        assert failed[1].endswith(
            "Value for parameter RESULT_LIMIT exceeds maximum allowable value (10,000)."
        )


RAISE = "EXECUTE IMMEDIATE $$ DECLARE mine EXCEPTION (-20002, 'no such month'); BEGIN RAISE mine; END; $$"


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ("SELECT 1/0", 100051, "Division by zero"),
        (RAISE, -20002, "Uncaught exception of type 'MINE' on line 1 at position 57 : no such month"),
    ],
)
def test_a_failure_is_told_with_its_code(place: Place, body: str, code: int, message: str) -> None:
    place.run(f"CREATE TASK r AS {body}")
    place.execute("r")
    [row] = place.history()
    assert (row["STATE"], row["ERROR_CODE"], row["ERROR_MESSAGE"]) == ("FAILED", str(code), message)
    [graph] = place.named(GRAPHS.format("COMPLETE", ""))
    assert (graph["FIRST_ERROR_CODE"], graph["FIRST_ERROR_MESSAGE"]) == (code, message)


def test_a_running_graph_tells_its_first_failure(place: Place) -> None:
    place.run("CREATE TASK r AS SELECT 1", f"CREATE TASK bad AFTER r AS {RAISE}")
    place.run(f"CREATE TASK slow AFTER r AS {WAIT.format(60)}")
    for name in ("bad", "slow"):
        place.resume(name)
    place.run("EXECUTE TASK r")
    place.await_state("BAD", "FAILED")
    place.await_state("SLOW", "EXECUTING")
    [graph] = place.named(GRAPHS.format("CURRENT", ""))
    assert (graph["FIRST_ERROR_TASK_NAME"], graph["FIRST_ERROR_CODE"]) == ("BAD", -20002)
    place.run("CALL SYSTEM$USER_TASK_CANCEL_ONGOING_EXECUTIONS('slow')")
    place.settle()


def test_children_run_after_their_predecessors(log: Place) -> None:
    log.run("CREATE TASK r AS INSERT INTO log VALUES ('r', '')")
    for name, after in (("a", "r"), ("b", "r"), ("c", "a, b"), ("d", "c")):
        log.run(f"CREATE TASK {name} AFTER {after} AS INSERT INTO log SELECT '{name}', COUNT(*) FROM log")
        log.resume(name)
    names = [name for name, _ in log.execute("r")]
    assert names[0] == "R"
    assert set(names[1:3]) == {"A", "B"}
    assert names[3:] == ["C", "D"]
    assert dict(log.rows("SELECT who, said FROM log WHERE who IN ('c', 'd')")) == {"c": "3", "d": "4"}


def test_branches_run_beside_each_other(place: Place) -> None:
    place.run("CREATE TASK r AS SELECT 1")
    for name in ("a", "b"):
        place.run(f"CREATE TASK {name} AFTER r AS {WAIT.format(60)}", f"ALTER TASK {name} RESUME")
    place.run("EXECUTE TASK r")
    place.await_state("A", "EXECUTING")
    place.await_state("B", "EXECUTING")
    for name in ("a", "b"):
        place.run(f"CALL SYSTEM$USER_TASK_CANCEL_ONGOING_EXECUTIONS('{name}')")
    place.settle()
    assert sorted(place.outcomes()) == [("A", "CANCELLED"), ("B", "CANCELLED"), ("R", "SUCCEEDED")]


def test_below_a_failure_nothing_runs_but_the_finalizer(log: Place) -> None:
    log.run("CREATE TASK r AS SELECT 1", "CREATE TASK bad AFTER r AS SELECT 1/0")
    log.run("CREATE TASK below AFTER bad AS SELECT 1", "CREATE TASK beside AFTER r AS SELECT 1")
    log.run("CREATE TASK f FINALIZE = r AS INSERT INTO log VALUES ('f', '')")
    log.resume("bad", "below", "beside", "f")
    outcomes = log.execute("r")
    assert sorted(outcomes) == [
        ("BAD", "FAILED"),
        ("BESIDE", "SUCCEEDED"),
        ("F", "SUCCEEDED"),
        ("R", "SUCCEEDED"),
    ]
    assert outcomes[-1] == ("F", "SUCCEEDED")
    assert complete(log) == [("R", "FAILED", "BAD")]
    assert log.rows("SELECT who FROM log") == [("f",)]


def test_suspended_children_are_passed_over(place: Place) -> None:
    place.run("CREATE TASK r AS SELECT 1", "CREATE TASK off AFTER r AS SELECT 1/0")
    place.run("CREATE TASK after_off AFTER off AS SELECT 1", "CREATE TASK one AFTER r AS SELECT 1")
    place.run("CREATE TASK both AFTER off, one AS SELECT 1", "CREATE TASK off2 AFTER r AS SELECT 1")
    place.run("CREATE TASK neither AFTER off, off2 AS SELECT 1", "CREATE TASK f FINALIZE = r AS SELECT 1")
    place.resume("after_off", "one", "both", "neither")
    assert {name for name, _ in place.execute("r")} == {"R", "AFTER_OFF", "ONE", "BOTH"}
    assert complete(place) == [("R", "SUCCEEDED", None)]
    assert place.task("R")["state"] == "suspended"


def test_a_false_condition_skips_a_task_and_what_follows(place: Place) -> None:
    place.run("CREATE TASK r AS CALL SYSTEM$SET_RETURN_VALUE('no')")
    place.run("CREATE TASK yes AFTER r WHEN SYSTEM$GET_PREDECESSOR_RETURN_VALUE('R') = 'yes' AS SELECT 1")
    place.run("CREATE TASK no AFTER r WHEN SYSTEM$GET_PREDECESSOR_RETURN_VALUE() = 'no' AS SELECT 1")
    place.run("CREATE TASK below AFTER yes AS SELECT 1")
    place.resume("yes", "no", "below")
    assert sorted(place.execute("r")) == [("NO", "SUCCEEDED"), ("R", "SUCCEEDED"), ("YES", "SKIPPED")]
    [row] = place.history("YES")
    assert (row["ERROR_CODE"], row["QUERY_ID"]) == ("0040003", None)
    assert row["ERROR_MESSAGE"] == "Conditional expression for task evaluated to false."
    assert complete(place) == [("R", "SUCCEEDED", None)]


def test_a_graph_whose_root_was_skipped_is_not_told_as_complete(place: Place) -> None:
    place.run("CREATE TASK r WHEN FALSE AS SELECT 1", "CREATE TASK f FINALIZE = r AS SELECT 1")
    place.resume("f")
    assert place.execute("r") == [("R", "SKIPPED")]
    assert complete(place) == []


def test_versions_count_changes(place: Place) -> None:
    place.run("CREATE TASK r SCHEDULE = '60 MINUTE' AS SELECT 1", "CREATE TASK c AFTER r AS SELECT 1")
    place.execute("r")
    place.execute("r")
    place.resume("r")
    place.run("ALTER TASK r SUSPEND", "ALTER TASK c RESUME")
    place.execute("r")
    place.run("ALTER TASK c MODIFY AS SELECT 2")
    place.execute("r")
    assert [row["GRAPH_VERSION"] for row in place.history("R")] == [1, 1, 2, 3]
    assert [row["QUERY_TEXT"] for row in place.history("C")] == ["SELECT 1", "SELECT 2"]
    runs = [row["RUN_ID"] for row in place.history("R")]
    assert runs == sorted(set(runs))
    place.run("CREATE OR REPLACE TASK r AS SELECT 3")
    place.execute("r")
    assert place.history("R")[-1]["GRAPH_VERSION"] == 1


def test_a_run_goes_on_with_the_version_that_it_began_with(log: Place) -> None:
    log.run(
        f"CREATE TASK r AS {WAIT.format(1)}", "CREATE TASK c AFTER r AS INSERT INTO log VALUES ('old', '')"
    )
    log.resume("c")
    log.run("EXECUTE TASK r", "ALTER TASK c MODIFY AS INSERT INTO log VALUES ('new', '')")
    log.settle()
    assert log.rows("SELECT who FROM log") == [("old",)]


def test_a_run_has_a_session_of_its_own(log: Place) -> None:
    log.run("SET v = 'mine'", "CREATE TEMPORARY TABLE hidden (i INT)")
    log.run("CREATE TASK r QUERY_TAG = 'tagged' TIMEZONE = 'Asia/Tokyo' WAREHOUSE = compute_wh AS"
            " INSERT INTO log SELECT CURRENT_SCHEMA() || ' ' || CURRENT_WAREHOUSE() || ' ' || CURRENT_ROLE(),"
            " TO_CHAR(CURRENT_TIMESTAMP(), 'TZH')")  # fmt: skip
    log.run("CREATE TASK v AS INSERT INTO log SELECT $v, ''", "CREATE TASK t AS SELECT * FROM hidden")
    log.run("USE SCHEMA LAB.PUBLIC")
    for name in ("r", "v", "t"):
        log.run(f"EXECUTE TASK LAB.{log.schema}.{name} AWAIT")
    log.run(f"USE SCHEMA LAB.{log.schema}")
    assert log.rows("SELECT * FROM log") == [(f"{log.schema} COMPUTE_WH ACCOUNTADMIN", "+09")]
    assert log.outcomes() == [("R", "SUCCEEDED"), ("V", "FAILED"), ("T", "FAILED")]
    tag = "SELECT QUERY_TAG FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY(RESULT_LIMIT => 1000)) WHERE QUERY_ID = '{}'"
    assert log.value(tag.format(log.history("R")[0]["QUERY_ID"])) == "tagged"


def test_bodies(log: Place) -> None:
    log.run(
        "CREATE TASK block AS BEGIN LET n INT := 2; IF (n > 1) THEN INSERT INTO log VALUES ('block', :n); END IF; END"
    )
    log.run(
        "CREATE TASK declared AS DECLARE x TEXT DEFAULT 'd'; BEGIN INSERT INTO log VALUES ('declared', :x); END"
    )
    log.run(
        "CREATE TASK anonymous AS WITH p AS PROCEDURE (a STRING) RETURNS STRING LANGUAGE PYTHON"
        " RUNTIME_VERSION = '3.11' PACKAGES = ('snowflake-snowpark-python') HANDLER = 'go' AS $$\n"
        "def go(session, a):\n"
        "    session.sql(f\"INSERT INTO log VALUES ('anonymous', '{a}')\").collect()\n"
        "    session.call('system$set_return_value', 'from python')\n"
        "    return 'ignored'\n"
        "$$ CALL p('x')"
    )  # fmt: skip
    for name in ("block", "declared", "anonymous"):
        log.execute(name)
    assert [(row["STATE"], row["ERROR_MESSAGE"]) for row in log.history()] == [("SUCCEEDED", None)] * 3
    assert log.rows("SELECT * FROM log") == [("block", "2"), ("declared", "d"), ("anonymous", "x")]
    assert log.history("ANONYMOUS")[0]["RETURN_VALUE"] == "from python"


def test_a_failed_body_leaves_nothing_of_its_transaction(log: Place) -> None:
    log.run(
        "CREATE TASK r AS BEGIN BEGIN TRANSACTION; INSERT INTO log VALUES ('a', ''); SELECT 1/0; COMMIT; END"
    )
    assert log.execute("r") == [("R", "FAILED")]
    assert log.rows("SELECT * FROM log") == []


def test_timeouts(place: Place) -> None:
    place.run(f"CREATE TASK r USER_TASK_TIMEOUT_MS = 500 AS {WAIT.format(60)}")
    assert place.execute("r") == [("R", "FAILED")]
    [row] = place.history()
    message = "Statement reached its statement or warehouse timeout of 0.5 second(s) and was canceled."
    assert (row["ERROR_CODE"], row["ERROR_MESSAGE"]) == ("000630", message)


def test_the_time_of_the_root_is_that_of_the_whole_graph(place: Place) -> None:
    place.run("CREATE TASK r USER_TASK_TIMEOUT_MS = 600 AS SELECT 1")
    place.run(f"CREATE TASK a AFTER r AS {WAIT.format(60)}")
    place.run(f"CREATE TASK b AFTER r USER_TASK_TIMEOUT_MS = 60000 AS {WAIT.format(2)}")
    place.resume("a", "b")
    assert sorted(place.execute("r")) == [("A", "FAILED"), ("B", "SUCCEEDED"), ("R", "SUCCEEDED")]
    assert place.history("A")[0]["ERROR_CODE"] == "000630"


# -- retries --------------------------------------------------------------------------------------


def test_retry_runs_what_failed_and_what_follows(log: Place) -> None:
    log.run("CREATE TASK r AS INSERT INTO log VALUES ('r', '')", "CREATE TASK ok AFTER r AS SELECT 1")
    log.run(
        "CREATE TASK bad AFTER r AS INSERT INTO log SELECT 'bad', v FROM fix",
        "CREATE TASK c AFTER bad, ok AS SELECT 1",
    )
    log.resume("ok", "bad", "c")
    log.execute("r")
    assert complete(log) == [("R", "FAILED", "BAD")]
    log.run("CREATE TABLE fix AS SELECT 'fixed' AS v")
    log.execute("r", "RETRY LAST")
    rows = log.history()
    assert [(row["NAME"], row["STATE"]) for row in rows if row["ATTEMPT_NUMBER"] == 2] == [
        ("BAD", "SUCCEEDED"),
        ("C", "SUCCEEDED"),
    ]
    assert {row["SCHEDULED_FROM"] for row in rows if row["ATTEMPT_NUMBER"] == 2} == {"MANUAL RETRY"}
    assert len({row["GRAPH_RUN_GROUP_ID"] for row in rows}) == 1
    assert complete(log) == [("R", "FAILED", "BAD"), ("R", "SUCCEEDED", None)]
    assert log.rows("SELECT * FROM log ORDER BY who") == [("bad", "fixed"), ("r", "")]


def test_retries_that_are_refused(place: Place) -> None:
    place.run("CREATE TASK r AS SELECT 1", "CREATE TASK c AFTER r AS SELECT 1")
    none = "091457", "Cannot perform retry: no suitable run of graph with root task R to retry."
    assert place.fails("EXECUTE TASK r RETRY LAST") == none
    place.execute("r")
    group = place.history()[0]["GRAPH_RUN_GROUP_ID"]
    assert place.fails("EXECUTE TASK r RETRY LAST") == (
        "091456",
        f"Cannot perform retry: run (GRAPH_RUN_GROUP_ID = {group}, attempt = 1) of graph with root task R"
        " had no failures.",
    )
    unknown = "Cannot perform retry: Graph run group with ID nope not found."
    assert place.fails("EXECUTE TASK r RETRY GRAPH RUN GROUP 'nope'")[1] == unknown
    child = place.fails("EXECUTE TASK c RETRY LAST")
    assert child[0] == "091435"


def test_a_graph_that_changed_is_not_retried(place: Place) -> None:
    place.run("CREATE TASK r AS SELECT 1/0")
    place.execute("r")
    place.run("ALTER TASK r MODIFY AS SELECT 1")
    assert place.fails("EXECUTE TASK r RETRY LAST")[1].startswith("Cannot perform retry: ")


def test_a_run_of_a_group_is_retried(log: Place) -> None:
    log.run("CREATE TASK r AS INSERT INTO log SELECT 'r', v FROM fix")
    log.execute("r")
    group = log.history()[0]["GRAPH_RUN_GROUP_ID"]
    log.run("CREATE TABLE fix AS SELECT 'x' AS v")
    log.execute("r")
    log.execute("r", f"RETRY GRAPH RUN GROUP '{group}'")
    assert [(r["STATE"], r["ATTEMPT_NUMBER"]) for r in log.history() if r["GRAPH_RUN_GROUP_ID"] == group] == [
        ("FAILED", 1),
        ("SUCCEEDED", 2),
    ]


def test_automatic_retries(log: Place) -> None:
    log.run("CREATE TASK r TASK_AUTO_RETRY_ATTEMPTS = 2 AS INSERT INTO log VALUES ('r', '')")
    log.run("CREATE TASK bad AFTER r AS SELECT 1/0", "ALTER TASK bad RESUME")
    log.execute("r")
    rows = log.history("BAD")
    assert [(row["ATTEMPT_NUMBER"], row["SCHEDULED_FROM"]) for row in rows] == [
        (1, "EXECUTE_TASK"),
        (2, "AUTOMATIC RETRY"),
        (3, "AUTOMATIC RETRY"),
    ]
    assert len({row["GRAPH_RUN_GROUP_ID"] for row in rows}) == 1
    assert log.value("SELECT COUNT(*) FROM log") == 1


# -- overlap --------------------------------------------------------------------------------------


def test_a_request_waits_for_the_run_before_and_the_last_one_counts(log: Place) -> None:
    log.run(
        f"CREATE TASK r AS BEGIN {WAIT.format(1)}; INSERT INTO log SELECT 'r', SYSTEM$GET_TASK_GRAPH_CONFIG('n'); END"
    )
    for number in (1, 2, 3):
        log.run(f"EXECUTE TASK r USING CONFIG = '{{\"n\": {number}}}'")
    states = sorted(row["STATE"] for row in log.history())
    assert states in (["EXECUTING", "SCHEDULED"], ["SCHEDULED", "SCHEDULED"])
    log.settle()
    assert log.rows("SELECT said FROM log") == [("1",), ("3",)]


def test_graphs_may_overlap(place: Place) -> None:
    place.run(f"CREATE TASK r OVERLAP_POLICY = ALLOW_ALL_OVERLAP AS {WAIT.format(60)}")
    place.run("EXECUTE TASK r", "EXECUTE TASK r")
    while place.outcomes() != [("R", "EXECUTING")] * 2:
        time.sleep(0.01)
    place.run("SELECT SYSTEM$USER_TASK_CANCEL_ONGOING_EXECUTIONS('R')")
    place.settle()
    assert place.outcomes() == [("R", "CANCELLED")] * 2


def test_await(place: Place) -> None:
    place.run(f"CREATE TASK r AS {WAIT.format(0.3)}")
    place.run("EXECUTE TASK r AWAIT")
    assert place.outcomes() == [("R", "SUCCEEDED")]


# -- inside a task --------------------------------------------------------------------------------


def test_configuration(log: Place) -> None:
    log.run("CREATE TABLE out (a TEXT, env TEXT, res TEXT, missing TEXT, nested TEXT, n TEXT, flag TEXT)")
    config = '{"env": "prod", "paths": {"logs": "/p/l", "results": "/p/r"}, "n": 7.50}'
    calls = ", ".join(f"SYSTEM$GET_TASK_GRAPH_CONFIG({p})" for p in (
        "", "'env'", "'paths.results'", "'missing'", "'paths'", "'n'", "'extra'"))  # fmt: skip
    log.run(f"CREATE TASK r CONFIG = $${config}$$ AS INSERT INTO out SELECT {calls}")
    log.execute("r", 'USING CONFIG = $${"paths": {"results": "/t"}, "extra": true}$$')
    assert log.rows("SELECT * FROM out") == [(
        '{"env":"prod","paths":{"logs":"/p/l","results":"/t"},"n":7.50,"extra":true}', "prod", "/t", None,
        '{"logs":"/p/l","results":"/t"}', "7.50", "true",
    )]  # fmt: skip
    assert log.task("R")["config"] == config
    invalid = "Invalid config. Must be a string representation of a valid JSON Object."
    for bad in ("[1]", '{"a": NaN}', '{"a": "\\\\ud800"}', '{"a":' + "[" * 5000):
        assert log.fails(f"EXECUTE TASK r USING CONFIG = '{bad}'")[1] == invalid


def test_a_graph_without_a_configuration(log: Place) -> None:
    log.run(
        "CREATE TASK r AS INSERT INTO log SELECT SYSTEM$GET_TASK_GRAPH_CONFIG(), SYSTEM$GET_TASK_GRAPH_CONFIG('a')"
    )
    log.execute("r")
    assert log.rows("SELECT * FROM log") == [(None, None)]


def test_names_and_facts(log: Place) -> None:
    log.run("CREATE TASK r AS INSERT INTO log SELECT 'r', SYSTEM$CURRENT_USER_TASK_NAME()")
    log.run("CREATE TASK c AFTER r AS BEGIN"
            " INSERT INTO log SELECT 'task', SYSTEM$TASK_RUNTIME_INFO('current_task_name');"
            " INSERT INTO log SELECT 'root', SYSTEM$TASK_RUNTIME_INFO('CURRENT_ROOT_TASK_NAME');"
            " INSERT INTO log SELECT 'group', SYSTEM$TASK_RUNTIME_INFO('CURRENT_TASK_GRAPH_RUN_GROUP_ID');"
            " INSERT INTO log SELECT 'time', TO_TIMESTAMP(SYSTEM$TASK_RUNTIME_INFO("
            "'CURRENT_TASK_GRAPH_ORIGINAL_SCHEDULED_TIMESTAMP')) IS NOT NULL; END")  # fmt: skip
    log.resume("c")
    log.execute("r")
    group = log.history()[0]["GRAPH_RUN_GROUP_ID"]
    full = f"LAB.{log.schema}."
    assert log.rows("SELECT * FROM log") == [
        ("r", f"{full}R"), ("task", f"{full}C"), ("root", f"{full}R"), ("group", group), ("time", "true"),
    ]  # fmt: skip


@pytest.mark.parametrize("call", ["SET_RETURN_VALUE('x')", "GET_PREDECESSOR_RETURN_VALUE()", "GET_TASK_GRAPH_CONFIG()",
                                  "CURRENT_USER_TASK_NAME()", "TASK_RUNTIME_INFO('CURRENT_TASK_NAME')"])  # fmt: skip
def test_outside_of_a_task(place: Place, call: str) -> None:
    name = call.partition("(")[0]
    message = f"Function SYSTEM${name} must be called from within a task."
    assert place.fails(f"SELECT SYSTEM${call}")[1] == message
    assert place.fails(f"CALL SYSTEM${call}")[1] == message


def test_return_values(log: Place) -> None:
    log.run("CREATE TASK r AS CALL SYSTEM$SET_RETURN_VALUE('it''s x')", "CREATE TASK a AFTER r AS SELECT 1")
    log.run(
        "CREATE TASK b AFTER a, r AS INSERT INTO log SELECT 'b', SYSTEM$GET_PREDECESSOR_RETURN_VALUE('R')"
    )
    log.run("CREATE TASK c AFTER b AS INSERT INTO log SELECT 'c', SYSTEM$GET_PREDECESSOR_RETURN_VALUE('R')")
    log.run("CREATE TASK lower AFTER c AS SELECT SYSTEM$GET_PREDECESSOR_RETURN_VALUE('r')")
    log.run("CREATE TASK many AFTER a, r AS SELECT SYSTEM$GET_PREDECESSOR_RETURN_VALUE()")
    log.resume("a", "b", "c", "lower", "many")
    outcomes = dict(log.execute("r"))
    assert log.rows("SELECT * FROM log") == [("b", "it's x"), ("c", "it's x")]
    assert (outcomes["LOWER"], outcomes["MANY"]) == ("FAILED", "FAILED")
    assert log.history("R")[0]["RETURN_VALUE"] == "it's x"
    log.run("CREATE TASK long AS CALL SYSTEM$SET_RETURN_VALUE(REPEAT('x', 20000))")
    assert log.execute("long")[-1] == ("LONG", "FAILED")


# -- suspending by failures, notifications -----------------------------------------------------------


def test_a_root_is_suspended_after_failures_in_a_row(place: Place) -> None:
    place.run("CREATE TABLE t (i INT)", "INSERT INTO t VALUES (0)")
    place.run("CREATE TASK r SCHEDULE = '1 MINUTE' SUSPEND_TASK_AFTER_NUM_FAILURES = 2 AS SELECT 1")
    place.run(
        "CREATE TASK bad AFTER r AS SELECT 1 / i FROM t", "ALTER TASK bad RESUME", "ALTER TASK r RESUME"
    )
    assert place.tick("1 minute")[-1] == ("BAD", "FAILED")
    place.run("UPDATE t SET i = 1")
    assert place.tick("1 minute")[-1] == ("BAD", "SUCCEEDED")
    place.run("UPDATE t SET i = 0")
    place.tick("1 minute")
    assert place.task("R")["state"] == "started"
    assert place.tick("5 minutes") == [("R", "SUCCEEDED"), ("BAD", "FAILED_AND_AUTO_SUSPENDED")]
    row = place.task("R")
    assert (row["state"], row["last_suspended_reason"]) == ("suspended", "SUSPENDED_DUE_TO_ERRORS")


def test_notifications_of_a_graph(place: Place, lab: LocalAccount) -> None:
    place.run(
        "CREATE OR REPLACE NOTIFICATION INTEGRATION lab_queue ENABLED = TRUE TYPE = QUEUE DIRECTION = OUTBOUND"
        " NOTIFICATION_PROVIDER = AWS_SNS AWS_SNS_TOPIC_ARN = 'arn:aws:sns:us-east-1:1:t'"
        " AWS_SNS_ROLE_ARN = 'arn:aws:iam::1:role/r'"
    )
    place.run("CREATE TASK r ERROR_INTEGRATION = lab_queue SUCCESS_INTEGRATION = lab_queue AS SELECT 1")
    place.run("CREATE TASK c AFTER r AS SELECT 1/0")
    place.execute("r")
    place.run("ALTER TASK c RESUME")
    place.execute("r")
    [failed] = place.history("C")
    sent = [m.payload for m in Outbox(lab.state.outbox).messages() if m.integration == "LAB_QUEUE"]
    assert [payload["messageType"] for payload in sent] == ["USER_TASK_SUCCEEDED", "USER_TASK_FAILED"]
    payload = sent[1]
    [message] = payload.pop("messages")
    assert set(payload) == {
        "version", "messageId", "messageType", "timestamp", "accountName", "taskName", "taskId", "rootTaskName",
        "rootTaskId",
    }  # fmt: skip
    assert (payload["version"], payload["taskName"]) == ("1.0", f"LAB.{place.schema}.C")
    assert payload["rootTaskName"] == f"LAB.{place.schema}.R"
    assert payload["rootTaskId"] == failed["ROOT_TASK_ID"]
    assert set(message) == {
        "runId", "scheduledTime", "queryStartTime", "completedTime", "queryId", "errorCode", "errorMessage",
    }  # fmt: skip
    assert (message["runId"], message["queryId"]) == (str(failed["RUN_ID"]), failed["QUERY_ID"])
    assert (message["errorCode"], message["errorMessage"]) == ("100051", "Division by zero")


def test_history_of_what_is_older_than_a_week_is_not_given(place: Place) -> None:
    place.run("CREATE TASK r AS SELECT 1")
    place.execute("r")
    assert len(place.history()) == 1
    place.tick("8 days")
    assert place.history() == []
