"""SHOW TASKS, DESCRIBE TASK and SHOW PARAMETERS IN TASK."""

from __future__ import annotations

import json
from collections.abc import Sequence

from snowdome.catalog import parameters as session_parameters
from snowdome.catalog.catalog import Snapshot
from snowdome.catalog.model import Database, Schema, Task
from snowdome.catalog.names import ObjectName
from snowdome.catalog.parameters import SESSION
from snowdome.context import Context
from snowdome.result import DESCRIBE, Result, rows_result
from snowdome.sql import ast
from snowdome.statements import task_graphs
from snowdome.statements.registry import handles
from snowdome.statements.showing import Place, Row, cells, columns, common, lists, objects
from snowdome.tasks import graphs, limits
from snowdome.tasks.notices import task_uuid
from snowdome.types import TEXT, Column

COLUMNS = columns(
    "created_on name id database_name schema_name owner comment warehouse schedule predecessors state"
    " definition condition allow_overlapping_execution error_integration last_committed_on last_suspended_on"
    " owner_role_type config task_relations last_suspended_reason success_integration scheduling_mode"
    " target_completion_interval execute_as_user overlap_policy created_by_user",
    id=TEXT,
)


@lists(
    "TASKS", COLUMNS, terse="created_on name kind database_name schema_name schedule state",
    starts_with=True, limit=True,
)  # fmt: skip
def tasks(show: ast.Show, context: Context) -> Sequence[Row]:
    found = [(place, t) for place, t in objects(show, context, Task) if isinstance(t, Task)]
    if show.root_only:
        found = [(place, t) for place, t in found if graphs.is_root(t)]
    return [task_row(context.catalog.snapshot, place, t) for place, t in found]


def task_row(snapshot: Snapshot, place: Place, task: Task) -> Row:
    """A task's cells."""
    root = graphs.is_root(task)
    overlap = "true" if task.overlap == "ALLOW_CHILD_OVERLAP" else "false"
    return {
        **common(place, task), "kind": "TASK", "id": task_uuid(task.id), "warehouse": task.warehouse,
        "schedule": task.schedule, "predecessors": _names(place, task.predecessors),
        "state": "started" if task.started else "suspended", "definition": task.definition,
        "condition": task.condition, "allow_overlapping_execution": overlap if root else "null",
        "error_integration": task.error_integration or "null",
        "last_committed_on": task.committed_on or None, "last_suspended_on": task.suspended_on or None,
        "config": task.config, "task_relations": _relations(snapshot, place, task),
        "last_suspended_reason": task.suspended_reason, "success_integration": task.success_integration,
        "scheduling_mode": None, "target_completion_interval": task.completion_interval,
        "execute_as_user": task.execute_as, "overlap_policy": task.overlap if root else None,
        "created_by_user": task.created_by,
    }  # fmt: skip


def _full(place: Place, name: str) -> str:
    return str(ObjectName((place.database.name, place.schema.name, name)))


def _names(place: Place, names: Sequence[str]) -> str:
    return json.dumps([_full(place, name) for name in names], separators=(",", ":"), ensure_ascii=False)


def _relations(snapshot: Snapshot, place: Place, task: Task) -> str:
    """The task's neighbours as JSON; a finalizer's root comes first, a root's finalizer last."""
    above = [_full(place, name) for name in task.predecessors]
    found: dict[str, object] = {"Predecessors": above}
    if task.finalizes is not None:
        found = {"FinalizedRootTask": _full(place, task.finalizes), **found}
    siblings = {t.name: t for t in snapshot.children(Task, task.parent)}
    last = graphs.finalizer(siblings, task.name)
    if last is not None:
        found["FinalizerTask"] = _full(place, last.name)
    return json.dumps(found, separators=(",", ":"), ensure_ascii=False)


def place_of(context: Context, task: Task) -> Place:
    """The schema of a task."""
    schema = context.catalog.snapshot.by_id[task.parent]
    database = context.catalog.snapshot.by_id[schema.parent]
    assert isinstance(schema, Schema)
    assert isinstance(database, Database)
    return Place(database, schema)


def _described(statement: ast.DescribeTask, context: Context) -> tuple[Column, ...]:
    return COLUMNS


@handles(ast.DescribeTask, describe=_described)
def describe(statement: ast.DescribeTask, context: Context) -> Result:
    """DESCRIBE TASK: the row that SHOW TASKS has."""
    task = task_graphs.require(context, statement.name)
    row = task_row(context.catalog.snapshot, place_of(context, task), task)
    return rows_result(COLUMNS, [cells(row, COLUMNS)], DESCRIBE)


# -- parameters -----------------------------------------------------------------------------------


def parameters_of(show: ast.Show, context: Context) -> Sequence[Row]:
    """The parameters that a task may set: those of sessions, and its own."""
    assert show.scope is not None
    assert show.scope.name is not None
    task = task_graphs.require(context, show.scope.name)
    rows = [_own(task, p) for p in limits.PARAMETERS.values()]
    for parameter in session_parameters.PARAMETERS.values():
        if parameter.scope == SESSION:
            shown = str(parameter.default)
            default = shown.lower() if isinstance(parameter.default, bool) else shown
            rows.append(_row(task, parameter.name, default, parameter.description, parameter.type))
    return sorted(rows, key=lambda row: str(row["key"]))


def _own(task: Task, parameter: limits.Parameter) -> Row:
    return _row(task, parameter.name, parameter.default, parameter.description, parameter.type)


def _row(task: Task, name: str, default: str, description: str, kind: str) -> Row:
    return {
        "key": name, "value": task.parameters.get(name, default), "default": default,
        "level": "TASK" if name in task.parameters else "", "description": description, "type": kind,
    }  # fmt: skip
