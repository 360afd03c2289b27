"""The client's DAGs: deploy, run, watch, drop."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from snowflake.core import CreateMode
from snowflake.core.exceptions import ConflictError
from snowflake.core.schema import SchemaResource
from snowflake.core.task import StoredProcedureCall
from snowflake.core.task.context import TaskContext
from snowflake.core.task.dagv1 import DAG, DAGOperation, DAGTask, DAGTaskBranch
from snowflake.snowpark import Session

from tests.rest.test_tasks import eventually

SNOWPARK = ["snowflake-snowpark-python"]


@pytest.fixture
def operation(place: SchemaResource, run: Any) -> DAGOperation:
    run("CREATE STAGE IF NOT EXISTS code")
    run("CREATE OR REPLACE TABLE log (who TEXT, what TEXT)")
    return DAGOperation(place)


def plain(name: str, **more: Any) -> DAG:
    """Two tasks in a row and a finalizer, in SQL."""
    with DAG(name, warehouse="compute_wh", **more) as dag:
        first = DAGTask("first", "INSERT INTO log VALUES ('first', '')")
        second = DAGTask("second", "INSERT INTO log VALUES ('second', '')")
        DAGTask("fin", "INSERT INTO log VALUES ('fin', '')", is_finalizer=True)
        first >> second
    return dag


def names(place: SchemaResource, prefix: str) -> list[str]:
    return [t.name for t in place.tasks.iter(like=f"{prefix}%")]


def finished(operation: DAGOperation, dag: DAG | str) -> Any:
    (run,) = eventually(lambda: operation.get_complete_dag_runs(dag, error_only=False))
    return run


def test_deploy_run_and_watch(operation: DAGOperation, place: SchemaResource, run: Any) -> None:
    dag = plain("plain", schedule=timedelta(days=1), config={"env": "dev"}, comment="c")
    operation.deploy(dag)
    found = {t.name: t for t in place.tasks.iter(like="plain%")}
    assert sorted(found) == ["PLAIN", "PLAIN$FIN", "PLAIN$FIRST", "PLAIN$SECOND"]
    assert {t.state for t in found.values()} == {"started"}
    assert (found["PLAIN"].definition, found["PLAIN"].config) == ("select 'dag dummy root'", {"env": "dev"})
    assert found["PLAIN$SECOND"].predecessors == ["PLAIN$FIRST"]
    assert (found["PLAIN$FIN"].predecessors, found["PLAIN$FIN"].finalize) == ([], "PLAIN")
    assert "PLAIN" in operation.iter_dags(like="plain%")
    (planned,) = operation.get_current_dag_runs(dag)
    assert planned.state == "SCHEDULED"
    operation.run(dag)
    done = finished(operation, dag)
    assert (done.dag_name, done.state) == ("PLAIN", "SUCCEEDED")
    assert run("SELECT who FROM log ORDER BY who") == [("fin",), ("first",), ("second",)]


def test_without_a_schedule_the_root_stays_suspended(operation: DAGOperation, place: SchemaResource) -> None:
    operation.deploy(plain("unscheduled"))
    assert place.tasks["unscheduled"].fetch().state == "suspended"
    operation.run("unscheduled")
    assert finished(operation, "unscheduled").state == "SUCCEEDED"
    assert place.tasks["unscheduled"].fetch().state == "suspended"


def test_deploying_again(operation: DAGOperation, place: SchemaResource) -> None:
    dag = plain("again", schedule=timedelta(hours=1))
    operation.deploy(dag)
    with pytest.raises(ConflictError):
        operation.deploy(dag)
    with pytest.raises(ConflictError):
        operation.deploy(dag, CreateMode.if_not_exists)  # the client never sends it for the root
    with pytest.warns(DeprecationWarning, match="drop_finalizer"):
        operation.deploy(dag, CreateMode.or_replace)
    assert names(place, "again") == ["AGAIN", "AGAIN$FIN", "AGAIN$FIRST", "AGAIN$SECOND"]
    assert place.tasks["again"].fetch().state == "started"


def test_dropping_leaves_the_finalizer_unless_asked(operation: DAGOperation, place: SchemaResource) -> None:
    dag = plain("dropped", schedule=timedelta(hours=1))
    operation.deploy(dag)
    with pytest.warns(DeprecationWarning, match="drop_finalizer"):
        operation.drop(dag)
    assert names(place, "dropped") == ["DROPPED$FIN"]
    with pytest.warns(DeprecationWarning, match="drop_finalizer"):
        operation.deploy(dag, CreateMode.or_replace)
    operation.drop("dropped", drop_finalizer=True)
    assert names(place, "dropped") == []
    operation.drop("dropped", drop_finalizer=True)  # nothing there: nothing happens


def test_a_cycle_leaves_its_root(operation: DAGOperation, place: SchemaResource) -> None:
    with DAG("cyclic") as dag:
        one, two = DAGTask("one", "SELECT 1"), DAGTask("two", "SELECT 1")
        one >> two >> one
    with pytest.raises(ValueError, match="cycle"):
        operation.deploy(dag)
    assert names(place, "cyclic") == ["CYCLIC"]


def test_python_handlers_branches_and_return_values(operation: DAGOperation, run: Any) -> None:
    def extract(session: Session) -> str:
        context = TaskContext(session)
        context.set_return_value("the client's wrapper overwrites this")
        return "it's 42"

    def choose(session: Session) -> str:
        return "load"

    def load(session: Session) -> str:
        context = TaskContext(session)
        values = (context.get_predecessor_return_value("py$extract".upper()), context.get_current_task_name())
        session.create_dataframe([[values[1], values[0]]]).write.save_as_table("log", mode="append")
        return "loaded"

    stage = "@code"
    with DAG(
        "py", warehouse="compute_wh", stage_location=stage, packages=SNOWPARK, use_func_return_value=True
    ) as dag:
        first = DAGTask("extract", StoredProcedureCall(extract, stage_location=stage, packages=SNOWPARK))
        branch = DAGTaskBranch("branch", choose)
        yes, no = DAGTask("load", load), DAGTask("other", "INSERT INTO log VALUES ('other', '')")
        first >> branch >> [yes, no]
    operation.deploy(dag)
    operation.run(dag)
    assert finished(operation, dag).state == "SUCCEEDED"
    ((who, what),) = run("SELECT * FROM log")
    assert (who.split(".")[-1], what) == ("PY$LOAD", "it's 42")
    history = run(
        "SELECT name, state, return_value FROM TABLE(INFORMATION_SCHEMA.TASK_HISTORY())"
        " WHERE name LIKE 'PY%' ORDER BY name"
    )
    assert history == [
        ("PY", "SUCCEEDED", None),
        ("PY$BRANCH", "SUCCEEDED", "load"),
        ("PY$EXTRACT", "SUCCEEDED", "it's 42"),
        ("PY$LOAD", "SUCCEEDED", "loaded"),
        ("PY$OTHER", "SKIPPED", None),
    ]


def test_a_large_handler_goes_through_its_stage(operation: DAGOperation, run: Any) -> None:
    ballast = [str(i) for i in range(5000)]

    def big(session: Session) -> str:
        session.sql(f"INSERT INTO log VALUES ('big', '{len(ballast)}')").collect()
        return "done"

    with DAG("large", warehouse="compute_wh", stage_location="@code", packages=SNOWPARK) as dag:
        DAGTask("big", big)
    operation.deploy(dag)
    operation.run(dag)
    assert finished(operation, dag).state == "SUCCEEDED"
    assert run("SELECT what FROM log") == [("5000",)]


def test_a_failure_is_told_and_retried(operation: DAGOperation, run: Any) -> None:
    def check(session: Session) -> str:
        assert session.table("log").count(), "the log is empty"
        return "checked"

    with DAG("broken", warehouse="compute_wh", stage_location="@code", packages=SNOWPARK) as dag:
        DAGTask("check", check) >> DAGTask("after", "INSERT INTO log VALUES ('after', '')")
    operation.deploy(dag)
    operation.run(dag)
    (failed,) = eventually(lambda: operation.get_complete_dag_runs(dag))
    assert (failed.state, failed.first_error_task_name, failed.first_error_code) == (
        "FAILED",
        "BROKEN$CHECK",
        100357,
    )
    assert "the log is empty" in failed.first_error_message
    run("INSERT INTO log VALUES ('me', '')")
    operation.run(dag, retry_last=True)
    runs = eventually(lambda: len(r := operation.get_complete_dag_runs(dag, error_only=False)) > 1 and r)
    assert sorted(r.state for r in runs) == ["FAILED", "SUCCEEDED"]
    assert run("SELECT who FROM log ORDER BY who") == [("after",), ("me",)]
