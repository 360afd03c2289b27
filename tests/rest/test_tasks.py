"""Tasks: bodies, answers, graphs and runs."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from snowflake.core import CreateMode
from snowflake.core.exceptions import APIError, ConflictError, NotFoundError
from snowflake.core.schema import SchemaResource
from snowflake.core.task import Cron, Task, TaskResource

from tests.rest.conftest import Raw

T = TypeVar("T")


def eventually(ask: Callable[[], T], seconds: float = 90) -> T:
    """What ``ask`` gives once it is something."""
    end = time.monotonic() + seconds
    while not (found := ask()) and time.monotonic() < end:
        time.sleep(0.02)
    assert found
    return found


@pytest.fixture
def tasks(place: SchemaResource, raw: Raw) -> str:
    """The path of the module's tasks, for what the client cannot show."""
    return f"databases/REST_TESTS/schemas/{place.name}/tasks"


# -- one task -------------------------------------------------------------------------------------


def test_everything_a_task_can_have(place: SchemaResource) -> None:
    given = Task(
        name="full",
        definition="SELECT 'a;b'",
        warehouse="compute_wh",
        schedule=timedelta(minutes=90),
        comment="it's",
        config={"env": "dev", "n": 1, "b": True, "f": 0.5},
        session_parameters={"QUERY_TAG": "it's", "ROWS_PER_RESULTSET": 80000, "ABORT_DETACHED_QUERY": True},
        user_task_timeout_ms=10000,
        suspend_task_after_num_failures=3,
        task_auto_retry_attempts=2,
        overlap_policy="ALLOW_ALL_OVERLAP",
    )
    found = place.tasks.create(given).fetch()
    assert (found.name, found.definition, found.warehouse) == ("FULL", "SELECT 'a;b'", "COMPUTE_WH")
    assert (found.comment, found.state, found.schedule) == ("it's", "suspended", timedelta(minutes=90))
    assert found.config == {"env": "dev", "n": 1, "b": True, "f": 0.5}
    assert found.session_parameters == {
        "QUERY_TAG": "it's",
        "ROWS_PER_RESULTSET": 80000,
        "ABORT_DETACHED_QUERY": True,
    }
    assert (found.user_task_timeout_ms, found.suspend_task_after_num_failures) == (10000, 3)
    assert (found.task_auto_retry_attempts, found.overlap_policy) == (2, "ALLOW_ALL_OVERLAP")
    assert (found.database_name, found.schema_name) == ("REST_TESTS", place.name)


def test_what_a_task_has_when_nothing_was_said(place: SchemaResource, raw: Raw, tasks: str) -> None:
    place.tasks.create(Task(name="bare", definition="SELECT 1"))
    status, body = raw("GET", f"{tasks}/bare")
    assert status == 200
    wanted = {
        "comment": "", "config": {}, "session_parameters": {}, "predecessors": [], "schedule": None,
        "warehouse": None, "state": "suspended", "task_auto_retry_attempts": None, "condition": None,
        "overlap_policy": "NO_OVERLAP", "finalize": None, "error_integration": None,
    }  # fmt: skip
    assert {key: body[key] for key in wanted} == wanted
    assert isinstance(body["task_relations"], str)
    assert isinstance(body["id"], str)


@pytest.mark.parametrize(
    ("schedule", "sent"),
    [
        (timedelta(seconds=30), {"schedule_type": "MINUTES_TYPE", "minutes": 0, "seconds": 30}),
        (timedelta(minutes=1, seconds=30), {"schedule_type": "MINUTES_TYPE", "minutes": 1, "seconds": 30}),
        (timedelta(hours=2), {"schedule_type": "MINUTES_TYPE", "minutes": 120, "seconds": 0}),
        (
            Cron("0 9-17 * * SUN", "America/Los_Angeles"),
            {"schedule_type": "CRON_TYPE", "cron_expr": "0 9-17 * * SUN", "timezone": "America/Los_Angeles"},
        ),
    ],
)
def test_schedules(place: SchemaResource, raw: Raw, tasks: str, schedule: Any, sent: dict[str, Any]) -> None:
    place.tasks.create(
        Task(name="timed", definition="SELECT 1", schedule=schedule), mode=CreateMode.or_replace
    )
    assert raw("GET", f"{tasks}/timed")[1]["schedule"] == sent
    shown = place.tasks["timed"].fetch().schedule
    assert repr(shown) == repr(schedule)


def test_the_old_flag_of_overlap(place: SchemaResource) -> None:
    given = Task(name="overlapping", definition="SELECT 1", allow_overlapping_execution=True)
    assert place.tasks.create(given).fetch().overlap_policy == "ALLOW_CHILD_OVERLAP"


def test_a_serverless_task(place: SchemaResource) -> None:
    given = Task(
        name="serverless", definition="SELECT 1", user_task_managed_initial_warehouse_size="XSMALL",
        schedule=timedelta(minutes=5), target_completion_interval=timedelta(minutes=3),
    )  # fmt: skip
    found = place.tasks.create(given).fetch()
    assert (found.warehouse, found.user_task_managed_initial_warehouse_size) == (None, "XSMALL")
    assert found.target_completion_interval == timedelta(minutes=3)


def test_a_scripting_block_is_a_body(place: SchemaResource) -> None:
    block = "BEGIN\n  SELECT 1;\n  SELECT 2;\nEND"
    assert place.tasks.create(Task(name="block", definition=block)).fetch().definition == block


def test_create_or_alter_unsets_what_is_absent(place: SchemaResource) -> None:
    task = place.tasks["changing"]
    task.create_or_alter(Task(name="changing", definition="SELECT 1", comment="c", config={"a": 1}))
    assert task.fetch().comment == "c"
    task.create_or_alter(Task(name="changing", definition="SELECT 2", schedule=timedelta(minutes=1)))
    found = task.fetch()
    assert (found.definition, found.comment, found.config) == ("SELECT 2", "", {})


def test_a_fetched_task_can_be_sent_back(place: SchemaResource) -> None:
    place.tasks.create(
        Task(name="home", definition="SELECT 1", schedule=timedelta(minutes=1), config={"a": 1})
    )
    child = place.tasks.create(Task(name="away", definition="SELECT 1", predecessors=["home"]))
    found = child.fetch()
    found.comment = "changed"
    child.create_or_alter(found)
    assert (child.fetch().comment, child.fetch().predecessors) == ("changed", ["HOME"])


@pytest.mark.parametrize(
    ("change", "number"),
    [
        ({"warehouse": "no_such_wh"}, "091083"),
        ({"predecessors": ["no_such_task"]}, "091085"),
        ({"schedule": {"schedule_type": "CRON_TYPE", "cron_expr": "x", "timezone": "UTC"}}, ""),
        ({"session_parameters": {"NO_SUCH": 1}}, ""),
        ({"definition": None}, "390400"),
    ],
)
def test_tasks_that_cannot_be(raw: Raw, tasks: str, change: dict[str, Any], number: str) -> None:
    status, body = raw("POST", tasks, {"name": "impossible", "definition": "SELECT 1", **change})
    assert status == 400
    assert number in body["code"]
    assert raw("GET", f"{tasks}/impossible")[0] == 404


def test_missing_and_existing(place: SchemaResource) -> None:
    place.tasks.create(Task(name="there", definition="SELECT 1"))
    with pytest.raises(ConflictError):
        place.tasks.create(Task(name="there", definition="SELECT 1"))
    for act in (place.tasks["nope"].fetch, place.tasks["nope"].execute, place.tasks["nope"].resume):
        with pytest.raises(NotFoundError):
            act()
    with pytest.raises(NotFoundError):
        list(place.tasks["nope"].get_current_graphs())
    place.tasks["nope"].drop(if_exists=True)


# -- graphs ---------------------------------------------------------------------------------------


@pytest.fixture
def graph(place: SchemaResource) -> TaskResource:
    """A root with a child, a grandchild that sorts before it, and a finalizer."""
    for name in ("a_fin", "a_last", "m_child", "root"):
        place.tasks[name].drop(if_exists=True)
    place.tasks.create(Task(name="root", definition="SELECT 1"))
    place.tasks.create(Task(name="m_child", definition="SELECT 2", predecessors=["root"]))
    place.tasks.create(Task(name="a_last", definition="SELECT 3", predecessors=["m_child"]))
    place.tasks.create(Task(name="a_fin", definition="SELECT 4", finalize="root"))
    return place.tasks["root"]


def test_dependents_come_root_first_and_with_the_finalizer(graph: TaskResource) -> None:
    names = [t.name for t in graph.fetch_task_dependents()]
    assert names[0] == "ROOT"
    assert names.index("M_CHILD") < names.index("A_LAST")
    assert sorted(names) == ["A_FIN", "A_LAST", "M_CHILD", "ROOT"]


def test_relations_are_text(graph: TaskResource, place: SchemaResource) -> None:
    full = f"REST_TESTS.{place.name}"
    found = graph.fetch()
    assert json.loads(found.task_relations) == {"Predecessors": [], "FinalizerTask": f"{full}.A_FIN"}
    finalizer = place.tasks["a_fin"].fetch()
    assert json.loads(finalizer.task_relations) == {"FinalizedRootTask": f"{full}.ROOT", "Predecessors": []}
    assert (finalizer.finalize, place.tasks["m_child"].fetch().predecessors) == ("ROOT", ["ROOT"])


def test_roots(graph: TaskResource, place: SchemaResource) -> None:
    roots = [t.name for t in place.tasks.iter(root_only=True)]
    assert "ROOT" in roots
    assert not {"A_FIN", "M_CHILD", "A_LAST"} & set(roots)
    assert [t.name for t in place.tasks.iter(like="a\\_%", limit=1)] == ["A_FIN"]


def test_children_resume_under_a_suspended_root(graph: TaskResource, place: SchemaResource) -> None:
    place.tasks["m_child"].resume()
    graph.create_or_alter(Task(name="root", definition="SELECT 1", schedule=timedelta(days=1)))
    graph.resume()
    graph.resume()  # of a started task: nothing happens
    assert graph.fetch().state == "started"
    with pytest.raises(APIError, match="091421") as caught:
        place.tasks["m_child"].suspend()
    assert caught.value.status == 400
    graph.suspend()
    assert graph.fetch().state == "suspended"
    assert place.tasks["m_child"].fetch().state == "started"


def test_only_roots_are_executed(graph: TaskResource, place: SchemaResource) -> None:
    with pytest.raises(APIError, match="091435"):
        place.tasks["m_child"].execute()


# -- runs -----------------------------------------------------------------------------------------


def test_a_run_that_succeeds(graph: TaskResource, place: SchemaResource) -> None:
    for name in ("m_child", "a_last", "a_fin"):
        place.tasks[name].resume()
    graph.execute()
    (run,) = eventually(lambda: list(graph.get_complete_graphs(error_only=False)))
    assert (run.root_task_name, run.state, run.first_error_code) == ("ROOT", "SUCCEEDED", 0)
    assert (run.database_name, run.schema_name, run.graph_version) == ("REST_TESTS", place.name, 1)
    assert run.next_scheduled_time is not None  # clients break where it is null
    assert run.scheduled_time <= run.query_start_time <= run.completed_time
    assert not list(graph.get_complete_graphs())  # errors only
    assert not list(graph.get_current_graphs())


def test_a_run_that_fails_and_is_retried(place: SchemaResource, run: Any) -> None:
    root = place.tasks.create(Task(name="failing_root", definition="SELECT 1"))
    child = Task(
        name="failing_child", definition="INSERT INTO later VALUES (1)", predecessors=["failing_root"]
    )
    place.tasks.create(child).resume()
    root.execute()
    (failed,) = eventually(lambda: list(root.get_complete_graphs()))
    assert (failed.state, failed.first_error_task_name) == ("FAILED", "FAILING_CHILD")
    assert failed.first_error_code == 2003
    assert "LATER" in failed.first_error_message
    run("CREATE TABLE later (a INT)")
    root.execute(retry_last=True)
    both = eventually(lambda: len(found := list(root.get_complete_graphs(error_only=False))) > 1 and found)
    assert sorted(r.state for r in both) == ["FAILED", "SUCCEEDED"]
    assert run("SELECT * FROM later") == [(1,)]
    with pytest.raises(APIError, match="091456"):
        root.execute(retry_last=True)


def test_run_ids_grow(place: SchemaResource) -> None:
    root = place.tasks.create(Task(name="often", definition="SELECT 1", overlap_policy="ALLOW_ALL_OVERLAP"))
    for wanted in (1, 2, 3):
        root.execute()
        eventually(lambda wanted=wanted: len(list(root.get_complete_graphs(error_only=False))) == wanted)
    ids = [
        r.run_id for r in sorted(root.get_complete_graphs(error_only=False), key=lambda r: r.scheduled_time)
    ]
    assert ids == sorted(set(ids))
    assert len(ids) == 3


def test_a_planned_run_is_current(place: SchemaResource, raw: Raw, tasks: str) -> None:
    root = place.tasks.create(Task(name="planned", definition="SELECT 1", schedule=timedelta(hours=1)))
    root.resume()
    (found,) = root.get_current_graphs()
    assert (found.state, found.query_start_time) == ("SCHEDULED", None)
    assert found.next_scheduled_time is not None
    old, new = (raw("GET", f"{tasks}/planned/current{mark}graphs")[1] for mark in "_-")
    assert old == new
    root.drop()


def test_a_running_task_is_seen_executing(place: SchemaResource) -> None:
    root = place.tasks.create(Task(name="busy", definition="CALL SYSTEM$WAIT(600)"))
    root.execute()
    (found,) = eventually(lambda: [r for r in root.get_current_graphs() if r.state == "EXECUTING"])
    assert found.completed_time is None
    root.drop()


def test_a_graph_with_names_that_need_quotes(place: SchemaResource, raw: Raw, tasks: str) -> None:
    root = place.tasks.create(Task(name='"my/ro:ot ""x"', definition="SELECT 1"))
    child = place.tasks.create(Task(name='"ch.ild"', definition="SELECT 2", predecessors=['"my/ro:ot ""x"']))
    last = place.tasks.create(Task(name='"l ast"', definition="SELECT 3", predecessors=['"ch.ild"']))
    place.tasks.create(Task(name='"fin\'al"', definition="SELECT 4", finalize='"my/ro:ot ""x"')).resume()
    last.resume()
    child.resume()
    assert child.fetch().predecessors == ['"my/ro:ot ""x"']
    first, *others = (t.name for t in root.fetch_task_dependents())
    assert first == '"my/ro:ot ""x"'
    assert sorted(others) == ['"ch.ild"', '"fin\'al"', '"l ast"']
    root.execute()
    (found,) = eventually(lambda: list(root.get_complete_graphs(error_only=False)))
    assert (found.root_task_name, found.state) == ('"my/ro:ot ""x"', "SUCCEEDED")


def test_direct_dependents_only(graph: TaskResource, raw: Raw, tasks: str) -> None:
    status, found = raw("GET", f"{tasks}/root/dependents?recursive=False")
    names = [t["name"] for t in found]
    assert (status, names[0]) == (200, "ROOT")
    assert "M_CHILD" in names
    assert "A_LAST" not in names
