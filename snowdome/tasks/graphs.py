"""Graphs of tasks: what belongs to one, what makes it invalid, and what its run does next. Pure functions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass

from snowdome.catalog.model import Task
from snowdome.catalog.names import quote
from snowdome.errors import SnowflakeError
from snowdome.tasks.schedules import refused

MOST_TASKS = 1000
MOST_NEIGHBOURS = 100

Tasks = Mapping[str, Task]  # those of one schema, by name

SCHEDULED = "SCHEDULED"
EXECUTING = "EXECUTING"
SUCCEEDED = "SUCCEEDED"
FAILED = "FAILED"
AUTO_SUSPENDED = "FAILED_AND_AUTO_SUSPENDED"
CANCELLED = "CANCELLED"
SKIPPED = "SKIPPED"
FAILURES = frozenset({FAILED, AUTO_SUSPENDED})
ENDED = frozenset({SUCCEEDED, SKIPPED, CANCELLED, *FAILURES})


def is_root(task: Task) -> bool:
    """Whether the task begins a graph (which may be itself alone)."""
    return not task.predecessors and task.finalizes is None


def children(tasks: Tasks, name: str) -> list[Task]:
    """The tasks that run after the task, by name; finalizers are none."""
    return sorted((t for t in tasks.values() if name in t.predecessors), key=lambda t: t.name)


def finalizer(tasks: Tasks, root: str) -> Task | None:
    """The finalizer of the graph that ``root`` begins."""
    return next((t for t in tasks.values() if t.finalizes == root), None)


def roots(tasks: Tasks, task: Task) -> list[Task]:
    """The roots of the graphs in which the task is, by name; none where it is in a cycle without any."""
    found: dict[str, Task] = {}
    seen: set[str] = set()
    pending = [task]
    while pending:
        one = pending.pop()
        if one.name in seen:
            continue
        seen.add(one.name)
        if is_root(one):
            found[one.name] = one
        above = one.predecessors if one.finalizes is None else (one.finalizes,)
        pending += [tasks[name] for name in above if name in tasks]
    return sorted(found.values(), key=lambda t: t.name)


def members(tasks: Tasks, root: Task) -> list[Task]:
    """The graph's tasks: its root, what follows in order of distance and name, its finalizer last."""
    found = {root.name: root}
    layer = [root]
    while layer:
        below = {c.name: c for t in layer for c in children(tasks, t.name) if c.name not in found}
        layer = [below[name] for name in sorted(below)]
        found.update(below)
    last = finalizer(tasks, root.name)
    return [*found.values(), *([last] if last is not None else [])]


def dependents(tasks: Tasks, task: Task, recursive: bool = True) -> list[Task]:
    """The task itself and what depends on it: all of it, or only what follows directly."""
    if recursive:
        return members(tasks, task)
    last = finalizer(tasks, task.name)
    return [task, *children(tasks, task.name), *([last] if last is not None else [])]


# -- validity -------------------------------------------------------------------------------------


def check(tasks: Tasks, root: Task, full_name: str) -> None:
    """The shape of a graph, looked at when its root is resumed or run; ``full_name`` is the root's."""
    graph = members(tasks, root)
    inside = {t.name for t in graph}
    looped = _in_cycle(graph)
    if looped is not None:
        raise refused(f"Graph has at least one cycle containing task {_sibling(full_name, root, looped)}.")
    for task in graph:
        others = [r for r in roots(tasks, task) if r.name != root.name]
        if others or any(p not in inside for p in task.predecessors):
            names = ", ".join(sorted(_sibling(full_name, root, t) for t in (root, *others)))
            text = f"The graph has more than one root task (one without predecessors): {names}."
            raise refused(text)
    if len(graph) > MOST_TASKS:
        raise refused(f"The graph has more than {MOST_TASKS} tasks.")


def check_neighbours(tasks: Tasks, task: Task) -> None:
    """A task has at most 100 predecessors, and at most as many children."""
    if len(task.predecessors) > MOST_NEIGHBOURS:
        raise refused(f"Task {task.name} cannot have more than {MOST_NEIGHBOURS} predecessors.")
    for name in task.predecessors:
        others = [c for c in children(tasks, name) if c.name != task.name]
        if len(others) >= MOST_NEIGHBOURS:
            raise refused(f"Task {name} cannot have more than {MOST_NEIGHBOURS} children.")


def _in_cycle(graph: Collection[Task]) -> Task | None:
    """A task of a cycle, if there is one: what is left when tasks without predecessors are taken away."""
    left = {t.name: set(t.predecessors) for t in graph}
    while free := [name for name, above in left.items() if not above & left.keys()]:
        for name in free:
            del left[name]
    return next((t for t in graph if t.name in left), None)


def _sibling(full_name: str, root: Task, task: Task) -> str:
    schema = full_name[: -len(quote(root.name))]
    return schema + quote(task.name)


def started_root(tasks: Tasks, task: Task) -> Task | None:
    """The started root of a graph in which the task is: while there is one, nothing of it may change."""
    return next((r for r in roots(tasks, task) if r.started), None)


def not_suspended(full_name: str) -> SnowflakeError:
    """091421: the root of the graph is not suspended."""
    text = f"Unable to update graph with root task {full_name} since that root task is not suspended."
    return SnowflakeError("091421", "22000", text)


_UNVERSIONED = frozenset(
    (
        "version", "fingerprint", "altered_on", "created_on", "resumed_on", "suspended_on", "committed_on",
        "suspended_reason", "comment", "tags", "owner", "started",
    )
)  # fmt: skip


def fingerprint(graph: Collection[Task]) -> str:
    """What changes when anything changes that a run of the graph depends on."""
    told = [
        {**{k: v for k, v in asdict(t).items() if k not in _UNVERSIONED}, "runs": t.started or is_root(t)}
        for t in graph
    ]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:32]


# -- a run ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """What a graph's run does next: tasks to begin now, or its final state once nothing is left."""

    ready: tuple[Task, ...] = ()
    state: str | None = None


_OPEN = "open"  # runs, or waits for something that runs
_READY = "ready"
_PASSED = "passed"
_BLOCKED = "blocked"


def next_step(graph: Collection[Task], states: Mapping[str, str]) -> Step:
    """What follows from the ``states`` of the tasks that have begun, by name.

    A suspended task is passed over as if it had succeeded, but not where all of several predecessors are
    suspended. Below a task that failed, was cancelled or skipped, nothing runs. The finalizer runs when all
    else has ended, whatever came of it, unless the root was skipped.
    """
    tasks = {t.name: t for t in graph}
    root = next(t for t in graph if is_root(t))
    last = next((t for t in graph if t.finalizes is not None), None)
    seen: dict[str, str] = {}
    ready = [t for t in graph if t.finalizes is None and _status(t, tasks, states, seen) == _READY]
    if ready or _OPEN in seen.values():
        return Step(tuple(ready))
    if last is not None and last.started and states[root.name] != SKIPPED:
        state = states.get(last.name)
        if state is None:
            return Step((last,))
        if state not in ENDED:
            return Step()
    return Step(state=final_state(states, root.name))


def final_state(states: Mapping[str, str], root: str) -> str:
    """The state of a graph's run of which everything has ended."""
    found = set(states.values())
    if found & FAILURES:
        return FAILED
    if CANCELLED in found:
        return CANCELLED
    return SKIPPED if states[root] == SKIPPED else SUCCEEDED


def _status(task: Task, tasks: Tasks, states: Mapping[str, str], seen: dict[str, str]) -> str:
    if task.name not in seen:
        seen[task.name] = _OPEN  # a cycle cannot run; none gets here
        seen[task.name] = _found_status(task, tasks, states, seen)
    return seen[task.name]


def _found_status(task: Task, tasks: Tasks, states: Mapping[str, str], seen: dict[str, str]) -> str:
    state = states.get(task.name)
    if state is not None:
        return _PASSED if state == SUCCEEDED else _BLOCKED if state in ENDED else _OPEN
    above = [tasks[name] for name in task.predecessors if name in tasks]
    found = {_status(t, tasks, states, seen) for t in above}
    if _BLOCKED in found:
        return _BLOCKED
    if found - {_PASSED}:
        return _OPEN
    if len(above) > 1 and not any(t.started or is_root(t) for t in above):
        return _BLOCKED
    return _READY if task.started or is_root(task) else _PASSED
