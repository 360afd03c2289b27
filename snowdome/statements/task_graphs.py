"""What a task may be in a graph: predecessors, finalizers, and what only a root may have."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from snowdome.catalog.model import Schema, Task
from snowdome.catalog.names import ObjectName, quote
from snowdome.context import Context
from snowdome.errors import SnowflakeError
from snowdome.sql import ast
from snowdome.sql.cursor import parse_name
from snowdome.sql.staging import object_name
from snowdome.statements import ddl
from snowdome.statements.task_properties import Given
from snowdome.tasks import graphs
from snowdome.tasks.schedules import refused

Tasks = Mapping[str, Task]


def siblings(context: Context, task: Task) -> dict[str, Task]:
    """The tasks of the task's schema, with the task as it is given."""
    found = {t.name: t for t in context.catalog.snapshot.children(Task, task.parent)}
    found[task.name] = task
    return found


def full_name(context: Context, task: Task) -> str:
    """Database, schema and name, quoted where they must be."""
    schema = context.catalog.snapshot.by_id[task.parent]
    database = context.catalog.snapshot.by_id[schema.parent]
    return ".".join(quote(part) for part in (database.name, schema.name, task.name))


def check_suspended(context: Context, task: Task) -> None:
    """091421 while a root of one of the task's graphs is started."""
    started = graphs.started_root(siblings(context, task), task)
    if started is not None:
        raise graphs.not_suspended(full_name(context, started))


# -- predecessors ---------------------------------------------------------------------------------


def predecessors(context: Context, task: Task, names: Sequence[ast.Name]) -> tuple[str, ...]:
    """The names of the tasks that AFTER names, each once."""
    tasks = siblings(context, task)
    found = [(name, _found(context, object_name(name, context), task)) for name in names]
    for name, one in found:
        if one is None:
            raise _no_predecessor(object_name(name, context))
    if graphs.finalizer(tasks, task.name) is not None:
        raise refused(
            "This task has a finalizer and cannot be made a child task. Please remove the finalizer before"
            " adding a predecessor."
        )
    for _, one in found:
        assert one is not None
        _check_predecessor(context, task, one)
    return tuple(dict.fromkeys(one.name for _, one in found if one is not None))


def _check_predecessor(context: Context, task: Task, one: Task) -> None:
    if one.parent != task.parent:
        raise refused(f"Cannot have predecessor {one.name} from a different schema.")
    if one.name == task.name:
        raise refused(f"Task {task.name} cannot use itself as its predecessor.")
    if one.finalizes is not None:
        raise refused(f"Task {full_name(context, one)} cannot have children as a finalizer task.")


def _found(context: Context, name: ObjectName, task: Task) -> Task | None:
    """A task by its name, which the task that is being made has already."""
    database = context.session.find_database(name.database or context.session.database or "")
    wanted = name.schema or context.session.schema
    schema = context.catalog.snapshot.get(Schema, database.id, wanted) if database and wanted else None
    if schema is None:
        return None
    if (schema.id, name.name) == (task.parent, task.name):
        return task
    return context.catalog.snapshot.get(Task, schema.id, name.name)


def _no_predecessor(name: ObjectName) -> SnowflakeError:
    return SnowflakeError("091085", "42601", f"Invalid predecessor {name} was specified.")


def without(context: Context, task: Task, names: Sequence[ast.Name]) -> Task:
    """The task without the predecessors that REMOVE AFTER names."""
    found = [
        (object_name(name, context), _found(context, object_name(name, context), task)) for name in names
    ]
    for name, one in found:
        if one is not None and (one.parent != task.parent or one.name not in task.predecessors):
            raise refused(f"Task {task.name} does not have predecessor {name.name}.")
    for name, one in found:
        if one is None:
            raise _no_predecessor(name)
    gone = {one.name for _, one in found if one is not None}
    return replace(task, predecessors=tuple(p for p in task.predecessors if p not in gone))


# -- finalizers -----------------------------------------------------------------------------------


def finalizing(context: Context, task: Task, given: Given) -> Task:
    """The task as the finalizer of the root that FINALIZE names."""
    value = given.value if isinstance(given.value, ast.Name) else parse_name(given.text)
    name = object_name(value, context)
    root = _found(context, name, task)
    if root is None:
        raise refused(f"Invalid finalized root task {name} was specified.")
    if root.parent != task.parent:
        raise refused(f"Cannot finalize graph {name} in a different schema.")
    if not graphs.is_root(root):
        place = full_name(context, root)
        raise refused(f"Task {full_name(context, task)} cannot finalize a non-root task {place}.")
    if root.name == task.name:
        raise refused(f"Task {task.name} cannot finalize itself.")
    return replace(task, finalizes=root.name)


def check_finalizer(context: Context, task: Task, names: Collection[str]) -> None:
    """What a finalizer must not have: a configuration, a schedule, predecessors, children, a rival."""
    tasks = siblings(context, task)
    full = full_name(context, task)
    check_root_settings(context, task, names)
    if task.schedule is not None:
        raise refused(f"Task {task.name} cannot have a schedule and be a finalizer task.")
    if task.predecessors:
        raise refused(f"Task {full} cannot have predecessors as a finalizer task.")
    if graphs.children(tasks, task.name):
        raise refused(f"Task {full} cannot have children as a finalizer task.")
    others = {n: t for n, t in tasks.items() if n != task.name}
    if task.finalizes is not None and graphs.finalizer(others, task.finalizes) is not None:
        raise refused(f"Finalize target {task.finalizes} already have finalizer.")


# -- roots ----------------------------------------------------------------------------------------


def check_root_settings(context: Context, task: Task, names: Collection[str]) -> None:
    """What only a root may have, where the statement gives it to another task."""
    if graphs.is_root(task):
        return
    full = full_name(context, task)
    if task.config is not None:
        raise refused(f"Task {full} cannot both be a non-root task and have a config.")
    if "OVERLAP_POLICY" in names:
        raise refused(f"Cannot set overlap policy on non-root task {full}.")
    if "ALLOW_OVERLAPPING_EXECUTION" in names and task.overlap != "NO_OVERLAP":
        raise refused(f"Cannot set allow_overlapping_execution on non-root task {full}.")
    for name in ("TASK_AUTO_RETRY_ATTEMPTS", "SUSPEND_TASK_AFTER_NUM_FAILURES"):
        if name in names:
            raise refused(
                f"Cannot set parameter {name} on non-root task {task.name}. Non-root tasks use the parameter"
                " setting from their root task. Please set this on the root task for this task instead."
            )


def check(context: Context, task: Task, names: Collection[str]) -> None:
    """A task as a statement leaves it; ``names`` are the properties that the statement gives."""
    if "SCHEDULE" in names and task.schedule is not None and task.predecessors and task.finalizes is None:
        raise refused(f"Task {task.name} cannot have both a schedule and a predecessor.")
    if task.finalizes is not None:
        check_finalizer(context, task, names)
        return
    if task.predecessors and task.schedule is not None:
        raise refused(f"Task {task.name} cannot have both a schedule and a predecessor.")
    check_root_settings(context, task, names)
    graphs.check_neighbours(siblings(context, task), task)


def require(context: Context, name: ast.Name) -> Task:
    """The task called ``name``; 002003 if there is none."""
    found = ddl.require(context, ddl.KINDS["TASK"], object_name(name, context))
    assert isinstance(found, Task)
    return found


def by_text(context: Context, text: str) -> Task | None:
    """The task that a function's argument names, qualified or not."""
    try:
        name = object_name(parse_name(text), context)
    except SnowflakeError:
        return None
    return context.session.find(Task, name)
