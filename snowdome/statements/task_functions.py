"""SYSTEM$ functions of tasks and of the account's clock."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from snowdome import clock
from snowdome.catalog.model import Task
from snowdome.clock import SECOND
from snowdome.context import Context
from snowdome.engine import interrupts
from snowdome.errors import compilation_error, object_not_found
from snowdome.statements import task_graphs, tasks
from snowdome.statements.system_functions import acts
from snowdome.tasks import configs, graphs
from snowdome.tasks.graphs import SUCCEEDED
from snowdome.tasks.notices import task_uuid
from snowdome.tasks.records import GraphRun, Told
from snowdome.tasks.schedules import refused

_LONGEST_VALUE = 10_240  # bytes of a return value
_DONE = "Statement executed successfully."


def _told(context: Context, function: str) -> Told:
    """What the session's task run knows; an error outside of a task."""
    told = context.session.task
    if told is None:
        raise refused(f"Function {function} must be called from within a task.")
    assert isinstance(told, Told)
    return told


def _text(arguments: Sequence[object], index: int = 0) -> str | None:
    found = arguments[index] if index < len(arguments) else None
    return None if found is None else str(found)


# -- return values and configuration --------------------------------------------------------------


@acts("SYSTEM$SET_RETURN_VALUE")
def set_return_value(context: Context, arguments: Sequence[object]) -> str | None:
    """Keep a text as what the running task returns."""
    told = _told(context, "SYSTEM$SET_RETURN_VALUE")
    value = _text(arguments)
    if value is not None and len(value.encode()) > _LONGEST_VALUE:
        raise refused(f"The return value of a task must not be longer than {_LONGEST_VALUE} bytes.")
    told.returned = value
    return value


@acts("SYSTEM$GET_PREDECESSOR_RETURN_VALUE")
def get_predecessor_return_value(context: Context, arguments: Sequence[object]) -> str | None:
    """What a predecessor, or another task before this one, returned in this run of the graph."""
    function = "SYSTEM$GET_PREDECESSOR_RETURN_VALUE"
    told = _told(context, function)
    task = told.version.task(told.run.name)
    assert task is not None
    name = _text(arguments)
    enabled = [t for t in (told.version.task(p) for p in task.predecessors) if t is not None and _runs(t)]
    if name is None:
        if len(enabled) != 1:
            text = "needs the name of a predecessor: the task does not have exactly one enabled predecessor."
            raise refused(f"Function {function} {text}")
        name = enabled[0].name
    found = told.version.task(name)
    before = _ancestors(told, task)
    if found is None or (name not in before and task.finalizes is None) or not _runs(found):
        raise refused(f"Function {function}: {name} is not an enabled predecessor of task {task.name}.")
    run = context.services.tasks.task_runs(told.graph).get(name)
    return run.returned if run is not None else None


def _runs(task: Task) -> bool:
    return task.started or graphs.is_root(task)


def _ancestors(told: Told, task: Task) -> set[str]:
    found: set[str] = set()
    pending = list(task.predecessors)
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            above = told.version.task(name)
            pending += above.predecessors if above is not None else ()
    return found


@acts("SYSTEM$GET_TASK_GRAPH_CONFIG")
def get_task_graph_config(context: Context, arguments: Sequence[object]) -> str | None:
    """The configuration of the graph's run, or what a path of it leads to."""
    told = _told(context, "SYSTEM$GET_TASK_GRAPH_CONFIG")
    if told.graph.config is None:
        return None
    value: Any = configs.parse(told.graph.config)
    for step in _path(_text(arguments) or ""):
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int):
            value = value[step] if step < len(value) else None
        else:
            return None
    return _shown(value)


def _shown(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return configs.written(value)


def _path(text: str) -> list[str | int]:
    """The steps of ``a.b[0]["c d"]``."""
    steps: list[str | int] = []
    rest = text.strip()
    while rest:
        if rest.startswith("["):
            inside, _, rest = rest[1:].partition("]")
            steps.append(int(inside) if inside.isdigit() else inside.strip("'\""))
        elif rest.startswith('"'):
            name, _, rest = rest[1:].partition('"')
            steps.append(name)
        else:
            size = min((i for i in (rest.find("."), rest.find("[")) if i >= 0), default=len(rest))
            steps.append(rest[:size])
            rest = rest[size:]
        rest = rest.removeprefix(".")
    return steps


# -- what runs ------------------------------------------------------------------------------------


@acts("SYSTEM$CURRENT_USER_TASK_NAME")
def current_user_task_name(context: Context, arguments: Sequence[object]) -> str | None:
    """The full name of the task that runs."""
    told = _told(context, "SYSTEM$CURRENT_USER_TASK_NAME")
    return told.version.full_name(told.run.name)


def _last_success(context: Context, told: Told) -> GraphRun | None:
    runs = context.services.tasks.history.all_graphs(told.version.root)
    return next((r for r in reversed(runs) if r.state == SUCCEEDED and r.id < told.graph.id), None)


def _last_group(context: Context, told: Told) -> str | None:
    found = _last_success(context, told)
    return found.group if found is not None else None


def _last_time(context: Context, told: Told) -> int | None:
    found = _last_success(context, told)
    return found.original if found is not None else None


_INFO: dict[str, Callable[[Context, Told], str | int | None]] = {
    "CURRENT_TASK_NAME": lambda context, told: told.version.full_name(told.run.name),
    "CURRENT_ROOT_TASK_NAME": lambda context, told: told.version.full_name(told.version.root_task.name),
    "CURRENT_ROOT_TASK_UUID": lambda context, told: task_uuid(told.version.root),
    "CURRENT_TASK_GRAPH_RUN_GROUP_ID": lambda context, told: told.graph.group,
    "CURRENT_TASK_GRAPH_ORIGINAL_SCHEDULED_TIMESTAMP": lambda context, told: told.graph.original,
    "LAST_SUCCESSFUL_TASK_GRAPH_RUN_GROUP_ID": _last_group,
    "LAST_SUCCESSFUL_TASK_GRAPH_ORIGINAL_SCHEDULED_TIMESTAMP": _last_time,
}


@acts("SYSTEM$TASK_RUNTIME_INFO")
def task_runtime_info(context: Context, arguments: Sequence[object]) -> str | None:
    """A fact about the task's run; times as text in the session's time zone."""
    told = _told(context, "SYSTEM$TASK_RUNTIME_INFO")
    key = (_text(arguments) or "").upper()
    if key not in _INFO:
        raise compilation_error("001015", "22023", f"Invalid argument [{_text(arguments)}] for function.")
    found = _INFO[key](context, told)
    return _moment(context, found) if isinstance(found, int) else found


def _moment(context: Context, moment: int) -> str:
    zone = ZoneInfo(str(context.session.parameter("TIMEZONE")))
    stamp = datetime.fromtimestamp(moment // SECOND, zone)
    return f"{stamp:%Y-%m-%d %H:%M:%S}.{moment // 1_000_000 % 1000:03d} {stamp:%z}"


# -- acting on tasks ------------------------------------------------------------------------------


def _task(context: Context, arguments: Sequence[object]) -> Task:
    text = _text(arguments) or ""
    found = task_graphs.by_text(context, text)
    if found is None:
        raise object_not_found("Task", text)
    return found


@acts("SYSTEM$TASK_DEPENDENTS_ENABLE")
def task_dependents_enable(context: Context, arguments: Sequence[object]) -> str | None:
    """Resume a task and all that depends on it, the task itself last."""
    task = _task(context, arguments)
    found = graphs.dependents(task_graphs.siblings(context, task), task)
    if graphs.is_root(task):
        tasks.check_resumable(context, task)
    for one in reversed(found):
        tasks.resume(context, one)
    return _DONE


@acts("SYSTEM$USER_TASK_CANCEL_ONGOING_EXECUTIONS")
def cancel_ongoing_executions(context: Context, arguments: Sequence[object]) -> str | None:
    """Cancel what runs of a task."""
    context.services.tasks.cancel(_task(context, arguments))
    return _DONE


# -- the clock ------------------------------------------------------------------------------------


@acts("SYSTEM$SNOWDOME_TICK")
def tick(context: Context, arguments: Sequence[object]) -> str | None:
    """Move the account's clock forward by a duration such as '3 minutes' or '1h30m'. What becomes due on
    the way runs in order, each at its own time and to its end; the answer tells it as JSON. Only the local
    account has this function."""
    if context.session.task is not None:
        raise refused("The account's clock cannot be moved from within a task.")
    try:
        length = clock.duration(_text(arguments) or "")
    except ValueError as error:
        raise compilation_error("001015", "22023", f"{error}.") from None
    ran = context.services.scheduler.advance(length, interrupts.check)
    rows = [
        {"kind": r.kind, "name": r.name, "due": _moment(context, r.due), "state": r.state, "detail": r.detail}
        for r in ran
    ]  # fmt: skip
    now = _moment(context, context.catalog.clock.now())
    return json.dumps({"now": now, "ran": rows}, ensure_ascii=False)
