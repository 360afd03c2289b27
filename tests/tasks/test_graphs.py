"""Graphs of tasks: predecessors, finalizers, what may change when (in Snowflake's words, recorded live)."""

from __future__ import annotations

import pytest

from tests.tasks.conftest import Place


@pytest.fixture
def full(place: Place) -> str:
    """What stands before names of tasks."""
    return f"LAB.{place.schema}."


@pytest.fixture
def chain(place: Place) -> Place:
    """A root R with a child C, both suspended."""
    place.run("CREATE TASK r SCHEDULE = '60 MINUTE' AS SELECT 1", "CREATE TASK c AFTER r AS SELECT 1")
    return place


def test_predecessors_are_added_and_removed(place: Place, full: str) -> None:
    place.run(
        "CREATE TASK r1 SCHEDULE = '60 MINUTE' AS SELECT 1",
        "CREATE TASK r2 SCHEDULE = '60 MINUTE' AS SELECT 1",
    )
    place.run(
        "CREATE TASK c1 AFTER r1 AS SELECT 1", "ALTER TASK c1 ADD AFTER r2", "ALTER TASK c1 ADD AFTER r2"
    )
    both = f'{{"Predecessors":["{full}R1","{full}R2"]}}'
    row = place.task("C1")
    assert row["task_relations"] == both
    assert row["predecessors"] == f'["{full}R1","{full}R2"]'
    assert (row["allow_overlapping_execution"], row["overlap_policy"]) == ("null", None)
    place.run("ALTER TASK c1 REMOVE AFTER r1")
    assert place.task("C1")["task_relations"] == f'{{"Predecessors":["{full}R2"]}}'
    place.run("ALTER TASK c1 REMOVE AFTER r2")
    row = place.task("C1")
    assert (row["allow_overlapping_execution"], row["overlap_policy"]) == ("false", "NO_OVERLAP")
    place.run(f"ALTER TASK c1 ADD AFTER {place.schema}.r1, r2")
    assert place.task("C1")["task_relations"] == both


def test_predecessors_that_are_refused(chain: Place, full: str) -> None:
    chain.run("CREATE TASK r2 SCHEDULE = '60 MINUTE' AS SELECT 1")
    unknown = "091085", "Invalid predecessor NO_SUCH_TASK was specified."
    assert chain.fails("ALTER TASK c ADD AFTER no_such_task") == unknown
    assert chain.fails("CREATE TASK x AFTER no_such_task AS SELECT 1") == unknown
    assert (
        chain.fails("ALTER TASK r ADD AFTER r2")[1] == "Task R cannot have both a schedule and a predecessor."
    )
    both = "CREATE TASK x SCHEDULE = '1 MINUTE' AFTER r AS SELECT 1"
    assert chain.fails(both)[1] == "Task X cannot have both a schedule and a predecessor."
    assert chain.fails("ALTER TASK c ADD AFTER c")[1] == "Task C cannot use itself as its predecessor."
    assert chain.fails("ALTER TASK c REMOVE AFTER r2")[1] == "Task C does not have predecessor R2."


def test_what_only_a_root_may_have(chain: Place, full: str) -> None:
    config = f"Task {full}X cannot both be a non-root task and have a config."
    assert chain.fails("CREATE TASK x CONFIG = '{\"a\":1}' AFTER r AS SELECT 1")[1] == config
    overlap = f"Cannot set overlap policy on non-root task {full}X."
    assert chain.fails("CREATE TASK x OVERLAP_POLICY = NO_OVERLAP AFTER r AS SELECT 1")[1] == overlap
    older = f"Cannot set allow_overlapping_execution on non-root task {full}C."
    assert chain.fails("ALTER TASK c SET ALLOW_OVERLAPPING_EXECUTION = TRUE")[1] == older
    for name in ("TASK_AUTO_RETRY_ATTEMPTS", "SUSPEND_TASK_AFTER_NUM_FAILURES"):
        assert chain.fails(f"ALTER TASK c SET {name} = 1")[1] == (
            f"Cannot set parameter {name} on non-root task C. Non-root tasks use the parameter setting from"
            " their root task. Please set this on the root task for this task instead."
        )


def test_a_finalizer(place: Place, full: str) -> None:
    place.run(
        "CREATE TASK r1 SCHEDULE = '60 MINUTE' AS SELECT 1",
        "CREATE TASK r2 SCHEDULE = '60 MINUTE' AS SELECT 1",
    )
    place.run("CREATE TASK f1 FINALIZE = r1 AS SELECT 2")
    assert place.task("F1")["task_relations"] == f'{{"FinalizedRootTask":"{full}R1","Predecessors":[]}}'
    assert place.task("R1")["task_relations"] == f'{{"Predecessors":[],"FinalizerTask":"{full}F1"}}'
    refused = {
        "CREATE TASK f2 FINALIZE = r1 AS SELECT 3": "Finalize target R1 already have finalizer.",
        "CREATE TASK f3 FINALIZE = r2 SCHEDULE = '5 MINUTE' AS SELECT 3":
            "Task F3 cannot have a schedule and be a finalizer task.",
        "CREATE TASK f5 FINALIZE = r2 AFTER r1 AS SELECT 3":
            f"Task {full}F5 cannot have predecessors as a finalizer task.",
        "CREATE TASK c2 AFTER f1 AS SELECT 1": f"Task {full}F1 cannot have children as a finalizer task.",
        "CREATE TASK f6 FINALIZE = no_such_task AS SELECT 3":
            "Invalid finalized root task NO_SUCH_TASK was specified.",
        "ALTER TASK f1 SET CONFIG = '{\"a\": 1}'":
            f"Task {full}F1 cannot both be a non-root task and have a config.",
        "ALTER TASK r2 SET FINALIZE = r1": "Task R2 cannot have a schedule and be a finalizer task.",
        "EXECUTE TASK f1": f"Execute task cannot be called on non-root task {full}F1."
                           " Call EXECUTE TASK on the root task of its graph instead.",
    }  # fmt: skip
    assert {sql: place.fails(sql)[1] for sql in refused} == refused
    place.run("CREATE TASK c1 AFTER r1 AS SELECT 1")
    message = f"Task {full}F7 cannot finalize a non-root task {full}C1."
    assert place.fails("CREATE TASK f7 FINALIZE = c1 AS SELECT 1")[1] == message
    place.run("ALTER TASK f1 UNSET FINALIZE")
    assert place.task("F1")["task_relations"] == place.task("R1")["task_relations"] == '{"Predecessors":[]}'
    place.run("ALTER TASK f1 SET FINALIZE = 'R1'", "DROP TASK r1")
    row = place.task("F1")
    assert (row["task_relations"], row["overlap_policy"]) == ('{"Predecessors":[]}', "NO_OVERLAP")


def test_nothing_changes_while_the_root_is_started(chain: Place, full: str) -> None:
    chain.resume("c", "r")
    refused = (
        "091421",
        f"Unable to update graph with root task {full}R since that root task is not suspended.",
    )
    for sql in (
        "ALTER TASK c SUSPEND", "ALTER TASK c RESUME", "ALTER TASK c SET COMMENT = 'x'", "DROP TASK c",
        "ALTER TASK r SET SCHEDULE = '1 MINUTE'", "ALTER TASK r MODIFY AS SELECT 2", "DROP TASK r",
        "CREATE TASK x AFTER r AS SELECT 1", "CREATE TASK f FINALIZE = r AS SELECT 1",
        "CREATE OR REPLACE TASK c AFTER r AS SELECT 2", "ALTER TASK c REMOVE AFTER r",
        "CREATE OR ALTER TASK c AFTER r AS SELECT 2",
    ):  # fmt: skip
        assert chain.fails(sql) == refused, sql
    chain.run("ALTER TASK r RESUME")  # is started already
    chain.run("ALTER TASK r SUSPEND", "ALTER TASK c SUSPEND")
    assert [chain.task(name)["state"] for name in ("R", "C")] == ["suspended", "suspended"]
    assert chain.task("R")["last_suspended_reason"] == "USER_SUSPENDED"


def test_a_suspended_root_leaves_its_children_as_they_are(chain: Place) -> None:
    chain.resume("c", "r")
    chain.run("ALTER TASK r SUSPEND")
    assert [chain.task(name)["state"] for name in ("R", "C")] == ["suspended", "started"]


def test_the_shape_is_looked_at_when_the_root_is_resumed(place: Place, full: str) -> None:
    place.run(
        "CREATE TASK r1 SCHEDULE = '60 MINUTE' AS SELECT 1",
        "CREATE TASK r2 SCHEDULE = '60 MINUTE' AS SELECT 1",
    )
    place.run(
        "CREATE TASK a AFTER r1 AS SELECT 1", "CREATE TASK b AFTER a AS SELECT 1", "ALTER TASK a ADD AFTER b"
    )
    assert place.fails("ALTER TASK r1 RESUME")[1].startswith("Graph has at least one cycle containing task ")
    assert place.fails("EXECUTE TASK r1")[1].startswith("Graph has at least one cycle containing task ")
    place.run("ALTER TASK a REMOVE AFTER b", "ALTER TASK b ADD AFTER r2")
    roots = "The graph has more than one root task (one without predecessors)"
    assert place.fails("ALTER TASK r1 RESUME")[1].startswith(roots)
    assert place.task("R1")["state"] == "suspended"


def test_a_root_without_any_reason_to_run_is_not_resumed(place: Place) -> None:
    place.run("CREATE TASK t AS SELECT 1")
    place.run("CREATE TASK c AFTER t AS SELECT 1")
    assert "cannot be resumed" in place.fails("ALTER TASK t RESUME")[1]
    assert "cannot be resumed" in place.fails("SELECT SYSTEM$TASK_DEPENDENTS_ENABLE('t')")[1]
    assert {row["state"] for row in place.named("SHOW TASKS")} == {"suspended"}


def test_dropping_a_root_leaves_its_children_on_their_own(place: Place) -> None:
    place.run("CREATE TASK r SCHEDULE = '60 MINUTE' AS SELECT 1", "CREATE TASK a AFTER r AS SELECT 1")
    place.run("CREATE TASK b AFTER a AS SELECT 1", "CREATE TASK f FINALIZE = r AS SELECT 1")
    place.resume("a", "b", "f")
    place.run("DROP TASK r")
    found = {row["name"]: (row["predecessors"], row["state"]) for row in place.named("SHOW TASKS")}
    assert found == {
        "A": ("[]", "suspended"),
        "B": (f'["LAB.{place.schema}.A"]', "started"),
        "F": ("[]", "suspended"),
    }


def test_dependents(place: Place) -> None:
    place.run("CREATE TASK r SCHEDULE = '60 MINUTE' AS SELECT 1", "CREATE TASK b AFTER r AS SELECT 1")
    place.run("CREATE TASK a AFTER b AS SELECT 1", "CREATE TASK f FINALIZE = r AS SELECT 1")

    def names(arguments: str) -> list[str]:
        return [
            r["NAME"]
            for r in place.named(f"SELECT * FROM TABLE(INFORMATION_SCHEMA.TASK_DEPENDENTS({arguments}))")
        ]

    assert names("TASK_NAME => 'R'") == ["R", "B", "A", "F"]
    assert names("TASK_NAME => 'r', RECURSIVE => FALSE") == ["R", "B", "F"]
    assert names(f"'LAB.{place.schema}.B'") == ["B", "A"]
    wrong = (
        "Invalid value [NOSUCH] for function 'TASK_DEPENDENTS_SCAN', parameter 1: must be a valid task name"
    )
    assert place.fails("SELECT * FROM TABLE(INFORMATION_SCHEMA.TASK_DEPENDENTS('NOSUCH'))")[1] == wrong


def test_all_dependents_are_resumed_at_once(place: Place) -> None:
    place.run("CREATE TASK r SCHEDULE = '60 MINUTE' AS SELECT 1", "CREATE TASK a AFTER r AS SELECT 1")
    place.run("CREATE TASK b AFTER a AS SELECT 1", "CREATE TASK f FINALIZE = r AS SELECT 1")
    place.run("SELECT SYSTEM$TASK_DEPENDENTS_ENABLE('a')")
    assert [place.task(n)["state"] for n in "RABF"] == ["suspended", "started", "started", "suspended"]
    place.run(f"CALL SYSTEM$TASK_DEPENDENTS_ENABLE('LAB.{place.schema}.R')")
    assert [place.task(n)["state"] for n in "RABF"] == ["started"] * 4


def test_a_task_has_a_hundred_children_at_most(place: Place) -> None:
    place.run("CREATE TASK r SCHEDULE = '60 MINUTE' AS SELECT 1")
    place.run(*(f"CREATE TASK c{i} AFTER r AS SELECT 1" for i in range(100)))
    assert "100" in place.fails("CREATE TASK one_more AFTER r AS SELECT 1")[1]
