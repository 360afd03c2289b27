"""CREATE, ALTER, EXECUTE and DROP TASK."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from snowdome.catalog.catalog import Unit
from snowdome.catalog.model import Entity, Task
from snowdome.catalog.names import ObjectName
from snowdome.context import Context
from snowdome.engine import interrupts
from snowdome.errors import SnowflakeError
from snowdome.result import Result, status_result
from snowdome.sql import ast
from snowdome.sql.staging import object_name, referred
from snowdome.statements import ddl, tags, task_bodies, task_conditions, task_graphs
from snowdome.statements.ddl import KINDS, Target
from snowdome.statements.granted import Changes
from snowdome.statements.registry import handles
from snowdome.statements.task_graphs import check_suspended, full_name, siblings
from snowdome.statements.task_properties import Given, applied, cleared, given
from snowdome.tasks import configs, graphs
from snowdome.tasks.graphs import CANCELLED, FAILED
from snowdome.tasks.history import KEPT
from snowdome.tasks.records import GraphRun, Version
from snowdome.tasks.schedules import refused
from snowdome.tasks.service import MANUAL_RETRY

KIND = KINDS["TASK"]


# -- CREATE ---------------------------------------------------------------------------------------


@handles(ast.CreateTask)
def create(statement: ast.CreateTask, context: Context) -> Result:
    """CREATE [OR REPLACE | OR ALTER] TASK."""
    name = object_name(statement.name, context)
    found = given(statement.properties, context)
    if statement.condition is not None:
        task_conditions.check(statement.condition)
    source = task_graphs.require(context, statement.clone) if statement.clone is not None else None

    def build(unit: Changes, target: Target) -> Entity:
        if isinstance(target.replaced, Task):
            _check_replaceable(context, target.replaced)
        if source is not None:
            return _cloned(context, source, target.fields(unit))
        return _built(context, statement, found, Task(**target.fields(unit)))

    before = context.session.find(Task, name)
    if statement.or_alter and before is not None:
        return _altered_whole(context, statement, found, before)
    return ddl.create(context, KIND, name, statement, build)


def _check_replaceable(context: Context, task: Task) -> None:
    """A task alone may go at any time, one of a graph only while its root is suspended."""
    tasks = siblings(context, task)
    if graphs.is_root(task) and len(graphs.members(tasks, task)) == 1:
        return
    check_suspended(context, task)


def _cloned(context: Context, source: Task, fields: dict[str, Any]) -> Task:
    made = replace(
        source, **fields, comment=source.comment, created_on=0, started=False, resumed_on=0, suspended_on=0,
        committed_on=0, suspended_reason=None, version=0, fingerprint="", tags=source.tags,
    )  # fmt: skip
    if made.parent != source.parent:
        made = replace(made, predecessors=(), finalizes=None)
    if made.finalizes is not None:
        made = replace(made, finalizes=None)  # a root has one finalizer
    return replace(made, created_by=context.session.user)


def _built(context: Context, statement: ast.CreateTask, found: list[Given], task: Task) -> Task:
    """The task that a CREATE describes, weighed against its graph."""
    task = replace(
        task,
        definition=_body(statement.body, context),
        condition=statement.condition,
        execute_as=_user(context, statement.execute_as),
        created_by=context.session.user,
    )
    task = tags.tagged(task, statement.tags, context)
    task = applied(task, found)
    names = {each.name for each in found}
    finalize = next((each for each in found if each.name == "FINALIZE"), None)
    if finalize is not None:
        task = task_graphs.finalizing(context, task, finalize)
    if statement.after:
        task = replace(task, predecessors=task_graphs.predecessors(context, task, statement.after))
    task_graphs.check(context, task, names)
    check_suspended(context, task)
    return task


def _user(context: Context, name: str | None) -> str | None:
    """A user that a task runs as; 002003 if there is none."""
    if name is not None and name != context.session.user:
        ddl.require(context, KINDS["USER"], ObjectName((name,)))
    return name


def _body(body: ast.Fragment | None, context: Context) -> str:
    return task_bodies.check(body, context.text) if body is not None else ""


def _altered_whole(context: Context, statement: ast.CreateTask, found: list[Given], before: Task) -> Result:
    """CREATE OR ALTER of a task that is there: it is as the statement says, and nothing else."""
    ddl.commit_first(context)
    check_suspended(context, before)
    kept: dict[str, Any] = {
        "id": before.id, "name": before.name, "parent": before.parent, "owner": before.owner,
        "created_on": before.created_on, "started": before.started, "resumed_on": before.resumed_on,
        "suspended_on": before.suspended_on, "suspended_reason": before.suspended_reason,
        "committed_on": before.committed_on, "version": before.version, "fingerprint": before.fingerprint,
    }  # fmt: skip
    made = _built(context, statement, found, Task(**kept))
    made = replace(made, created_by=before.created_by, tags=made.tags or before.tags)
    with context.catalog.unit() as unit:
        unit.put(made)
    return ddl.done()


# -- ALTER ----------------------------------------------------------------------------------------


@handles(ast.AlterTask)
def alter(statement: ast.AlterTask, context: Context) -> Result:
    """ALTER TASK name action."""
    ddl.commit_first(context)
    if statement.if_exists and context.session.find(Task, object_name(statement.name, context)) is None:
        return ddl.done()
    task = task_graphs.require(context, statement.name)
    _ACTIONS[type(statement.action)](context, task, statement.action)
    return ddl.done()


def _put(context: Context, task: Task) -> None:
    with context.catalog.unit() as unit:
        unit.put(task)


def _verb(context: Context, task: Task, what: ast.TaskVerb) -> None:
    if what.words == "RESUME":
        resume(context, task)
    elif what.words == "SUSPEND":
        suspend(context, task)
    else:
        check_suspended(context, task)
        field = "condition" if what.words == "REMOVE WHEN" else "execute_as"
        changed: dict[str, Any] = {field: None}
        _put(context, replace(task, **changed))


def resume(context: Context, task: Task) -> None:
    """Let a task run: a root from now on by its schedule, another one when its graph runs."""
    if not graphs.is_root(task):
        check_suspended(context, task)
        if not task.started:
            _put(context, _started(context, task))
        return
    if task.started:
        return
    tasks = siblings(context, task)
    check_resumable(context, task)
    with context.catalog.unit() as unit:
        stamped, version = _stamped(context, unit, tasks, task)
        unit.put(_started(context, stamped))
    context.services.tasks.history.note([version])


def check_resumable(context: Context, root: Task) -> None:
    """A root must have a reason to run by itself, and a graph of the right shape."""
    full = full_name(context, root)
    if root.schedule is None and root.condition is None:
        raise refused(f"Task {full} cannot be resumed: it has no schedule, predecessor or condition.")
    graphs.check(siblings(context, root), root, full)


def _started(context: Context, task: Task) -> Task:
    now = context.catalog.clock.now()
    return replace(task, started=True, resumed_on=now, committed_on=now, suspended_reason=None)


def _stamped(context: Context, unit: Unit, tasks: dict[str, Task], root: Task) -> tuple[Task, Version]:
    return context.services.tasks.stamp(unit, tasks, root)


def suspend(context: Context, task: Task) -> None:
    """Let a task run no more; what runs of its graph goes on."""
    if not graphs.is_root(task):
        check_suspended(context, task)
    if task.started or task.suspended_on == 0:
        now = context.catalog.clock.now()
        _put(context, replace(task, started=False, suspended_on=now, suspended_reason="USER_SUSPENDED"))


def _set(context: Context, task: Task, what: ast.SetTask) -> None:
    found = given(what.properties, context)
    check_suspended(context, task)
    changed = applied(task, found)
    if what.execute_as is not None:
        changed = replace(changed, execute_as=_user(context, what.execute_as))
    for each in found:
        if each.name == "FINALIZE":
            changed = task_graphs.finalizing(context, changed, each)
    _put_checked(context, changed, {each.name for each in found})


def _put_checked(context: Context, task: Task, names: set[str]) -> None:
    """Put a changed task, once it fits its graph, which it may be new in."""
    task_graphs.check(context, task, names)
    check_suspended(context, task)
    _put(context, task)


def _unset(context: Context, task: Task, what: ast.UnsetTask) -> None:
    changed = cleared(task, what.names)
    check_suspended(context, task)
    _put(context, changed)


def _predecessors(context: Context, task: Task, what: ast.Predecessors) -> None:
    check_suspended(context, task)
    if not what.add:
        _put(context, task_graphs.without(context, task, what.names))
        return
    more = task_graphs.predecessors(context, task, what.names)
    if task.schedule is not None:
        raise refused(f"Task {task.name} cannot have both a schedule and a predecessor.")
    changed = replace(task, predecessors=tuple(dict.fromkeys((*task.predecessors, *more))))
    _put_checked(context, changed, set())


def _modify(context: Context, task: Task, what: ast.ModifyTask) -> None:
    if what.condition is not None:
        task_conditions.check(what.condition)
    body = task.definition if what.body is None else _body(what.body, context)
    check_suspended(context, task)
    changed = replace(
        task, definition=body, condition=what.condition or task.condition
    )  # fmt: skip
    _put(context, changed)


def _set_tags(context: Context, task: Task, what: ast.SetTags) -> None:
    tags.set_tags(context, KIND, task, what)


def _unset_tags(context: Context, task: Task, what: ast.UnsetTags) -> None:
    tags.unset_tags(context, KIND, task, what)


_ACTIONS: dict[type, Callable[[Context, Task, Any], None]] = {
    ast.TaskVerb: _verb,
    ast.SetTask: _set,
    ast.UnsetTask: _unset,
    ast.Predecessors: _predecessors,
    ast.ModifyTask: _modify,
    ast.SetTags: _set_tags,
    ast.UnsetTags: _unset_tags,
}


# -- DROP -----------------------------------------------------------------------------------------


@handles(ast.DropTask)
def drop(statement: ast.DropTask, context: Context) -> Result:
    """DROP TASK: its children and its finalizer are left, suspended, on their own."""
    ddl.commit_first(context)
    name = object_name(statement.name, context)
    if statement.if_exists and context.session.find(Task, name) is None:
        return status_result(f"Drop statement executed successfully ({name.name} already dropped).")
    task = task_graphs.require(context, statement.name)
    _check_replaceable(context, task)
    with context.catalog.unit() as unit:
        for other in siblings(context, task).values():
            if task.name in other.predecessors or other.finalizes == task.name:
                unit.put(_freed(other, task.name))
        ddl.drop_tree(context, unit, task)
    return status_result(f"{task.name} successfully dropped.")


def _freed(task: Task, gone: str) -> Task:
    left = tuple(p for p in task.predecessors if p != gone)
    finalizes = None if task.finalizes == gone else task.finalizes
    alone = not left and finalizes is None
    return replace(task, predecessors=left, finalizes=finalizes, started=task.started and not alone)


# -- EXECUTE --------------------------------------------------------------------------------------


@handles(ast.ExecuteTask)
def execute(statement: ast.ExecuteTask, context: Context) -> Result:
    """EXECUTE TASK: a run of the graph, outside of this session."""
    task = task_graphs.require(context, statement.name)
    if not graphs.is_root(task):
        text = "Call EXECUTE TASK on the root task of its graph instead."
        full = full_name(context, task)
        raise SnowflakeError(
            "091435", "22023", f"Execute task cannot be called on non-root task {full}. {text}"
        )
    graphs.check(siblings(context, task), task, full_name(context, task))
    if statement.retry:
        context.services.tasks.retry(_to_retry(statement, context, task), MANUAL_RETRY, context.session.user)
        return _scheduled(task)
    config = None if statement.config is None else _text(statement.config, context)
    run = context.services.tasks.execute(task, configs.merged(task.config, config), context.session.user)
    if statement.wait:
        ended = context.services.tasks.wait(run, interrupts.check)
        return status_result(f"Task {task.name} has run: {ended.state}.")
    return _scheduled(task)


def _scheduled(task: Task) -> Result:
    return status_result(f"Task {task.name} is scheduled to run immediately.")


def _text(value: ast.Value, context: Context) -> str:
    found = referred(value, context) if isinstance(value, (ast.Placeholder, ast.Variable)) else value
    return found.text if isinstance(found, ast.Word) else str(found)


def _to_retry(statement: ast.ExecuteTask, context: Context, root: Task) -> GraphRun:
    """The run to try again; an error in Snowflake's words if there is none."""
    tasks = context.services.tasks
    runs = tasks.history.all_graphs(root.id)
    if statement.retry == "GROUP":
        group = _text(statement.group, context)
        runs = [r for r in runs if r.group == group]
        if not runs:
            raise _cannot_retry(f"Graph run group with ID {group} not found.")
    now = context.catalog.clock.now()
    last = max((r for r in runs if r.original > now - KEPT), key=lambda r: r.id, default=None)
    if last is None or last.live:
        raise _cannot_retry(f"no suitable run of graph with root task {root.name} to retry.", "091457")
    if last.state not in (FAILED, CANCELLED):
        run = f"run (GRAPH_RUN_GROUP_ID = {last.group}, attempt = {last.attempt})"
        raise _cannot_retry(f"{run} of graph with root task {root.name} had no failures.", "091456")
    graph = graphs.members(siblings(context, root), root)
    if last.version != root.version or graphs.fingerprint(graph) != root.fingerprint:
        raise _cannot_retry(f"graph with root task {root.name} has been modified since its last run.")
    return last


def _cannot_retry(text: str, code: str = "091457") -> SnowflakeError:
    return SnowflakeError(code, "22023", f"Cannot perform retry: {text}")
