"""INFORMATION_SCHEMA.TASK_HISTORY and its relatives."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from snowdome.catalog.model import Schema, Task
from snowdome.catalog.names import ObjectName
from snowdome.clock import DAY, HOUR
from snowdome.errors import SnowflakeError, compilation_error
from snowdome.result import arrow_table
from snowdome.sql.binder.history import MAX_ROWS, instant
from snowdome.sql.binder.scope import Relation
from snowdome.sql.binder.table_functions import TableCall, arrow_relation, table_function
from snowdome.sql.cursor import parse_name
from snowdome.tasks import graphs
from snowdome.tasks.graphs import FAILURES, SCHEDULED, SKIPPED
from snowdome.tasks.notices import task_uuid
from snowdome.tasks.records import GraphRun, TaskRun, Version
from snowdome.tasks.schedules import parse
from snowdome.tasks.service import SCHEDULE
from snowdome.types import LTZ, NUMBER, TEXT, Column

_AHEAD = 8 * DAY
_KEPT = 7 * DAY
_COMPLETE = HOUR


@dataclass(frozen=True)
class _Run:
    """A row of TASK_HISTORY: a task's run within a graph's run."""

    graph: GraphRun
    run: TaskRun
    version: Version
    next_due: int | None = None

    @property
    def task(self) -> Task:
        found = self.version.task(self.run.name)
        assert found is not None
        return found

    @property
    def is_root(self) -> bool:
        return self.run.task == self.version.root


def _moment(value: int | None) -> Decimal | None:
    return Decimal(value) if value else None


Fields = tuple[tuple[Column, Callable[[Any], object]], ...]

_HISTORY: Fields = (
    (Column("QUERY_ID", TEXT), lambda r: r.run.query_id),
    (Column("NAME", TEXT), lambda r: r.run.name),
    (Column("DATABASE_NAME", TEXT), lambda r: r.version.place[0]),
    (Column("SCHEMA_NAME", TEXT), lambda r: r.version.place[1]),
    (Column("QUERY_TEXT", TEXT), lambda r: r.task.definition),
    (Column("CONDITION_TEXT", TEXT), lambda r: r.task.condition),
    (Column("STATE", TEXT), lambda r: r.run.state),
    (Column("ERROR_CODE", TEXT), lambda r: r.run.error_code),
    (Column("ERROR_MESSAGE", TEXT), lambda r: r.run.error_message),
    (Column("SCHEDULED_TIME", LTZ), lambda r: _moment(r.run.scheduled)),
    (Column("QUERY_START_TIME", LTZ), lambda r: _moment(r.run.started)),
    (Column("NEXT_SCHEDULED_TIME", LTZ), lambda r: _moment(r.next_due)),
    (Column("COMPLETED_TIME", LTZ), lambda r: _moment(r.run.ended)),
    (Column("ROOT_TASK_ID", TEXT), lambda r: task_uuid(r.version.root)),
    (Column("GRAPH_VERSION", NUMBER), lambda r: Decimal(r.graph.version)),
    (Column("RUN_ID", NUMBER), lambda r: Decimal(r.graph.run_id)),
    (Column("RETURN_VALUE", TEXT), lambda r: r.run.returned),
    (Column("SCHEDULED_FROM", TEXT), lambda r: r.graph.origin),
    (Column("ATTEMPT_NUMBER", NUMBER), lambda r: Decimal(r.graph.attempt)),
    (Column("CONFIG", TEXT), lambda r: r.graph.config),
    (Column("QUERY_HASH", TEXT), lambda r: None),
    (Column("QUERY_HASH_VERSION", NUMBER), lambda r: None),
    (Column("QUERY_PARAMETERIZED_HASH", TEXT), lambda r: None),
    (Column("QUERY_PARAMETERIZED_HASH_VERSION", NUMBER), lambda r: None),
    (Column("GRAPH_RUN_GROUP_ID", TEXT), lambda r: r.graph.group or None),
    (Column("BACKFILL_INFO", TEXT), lambda r: None),
    (Column("SPCS_JOB_ID", TEXT), lambda r: None),
)


@dataclass(frozen=True)
class _Graph:
    """A row of the graph functions."""

    graph: GraphRun
    version: Version
    next_due: int | None = None


_GRAPHS: Fields = (
    (Column("ROOT_TASK_NAME", TEXT), lambda r: r.version.root_task.name),
    (Column("DATABASE_NAME", TEXT), lambda r: r.version.place[0]),
    (Column("SCHEMA_NAME", TEXT), lambda r: r.version.place[1]),
    (Column("STATE", TEXT), lambda r: r.graph.state),
    (Column("FIRST_ERROR_TASK_NAME", TEXT), lambda r: r.graph.error and r.graph.error[0]),
    (Column("FIRST_ERROR_CODE", NUMBER), lambda r: r.graph.error and Decimal(r.graph.error[1])),
    (Column("FIRST_ERROR_MESSAGE", TEXT), lambda r: r.graph.error and r.graph.error[2]),
    (Column("SCHEDULED_TIME", LTZ), lambda r: _moment(r.graph.scheduled)),
    (Column("QUERY_START_TIME", LTZ), lambda r: _moment(r.graph.started)),
    (Column("NEXT_SCHEDULED_TIME", LTZ), lambda r: _moment(r.next_due)),
    (Column("COMPLETED_TIME", LTZ), lambda r: _moment(r.graph.ended)),
    (Column("ROOT_TASK_ID", TEXT), lambda r: task_uuid(r.version.root)),
    (Column("GRAPH_VERSION", NUMBER), lambda r: Decimal(r.graph.version)),
    (Column("RUN_ID", NUMBER), lambda r: Decimal(r.graph.run_id)),
    (Column("ATTEMPT_NUMBER", NUMBER), lambda r: Decimal(r.graph.attempt)),
    (Column("SCHEDULED_FROM", TEXT), lambda r: r.graph.origin),
    (Column("CONFIG", TEXT), lambda r: r.graph.config),
    (Column("GRAPH_RUN_GROUP_ID", TEXT), lambda r: r.graph.group or None),
    (Column("BACKFILL_INFO", TEXT), lambda r: None),
    (Column("SCHEDULED_BY_USER", TEXT), lambda r: r.graph.by_user),
)


def _table(call: TableCall, fields: Fields, rows: Sequence[object]) -> Relation:
    shown = tuple(column for column, _ in fields)
    values = [tuple(read(row) for _, read in fields) for row in rows]
    call.binder.volatile()
    return arrow_relation(call.binder, arrow_table(shown, values), shown)


def _limit(call: TableCall, index: int, default: int) -> int:
    limit = call.whole(index, "RESULT_LIMIT", default)
    if limit > MAX_ROWS:
        text = "Value for parameter RESULT_LIMIT exceeds maximum allowable value (10,000)."
        raise compilation_error("001015", "22023", text)
    return max(limit, 0)


def _wanted_name(call: TableCall, index: int, name: str) -> str | None:
    """A task's name as an argument gives it, in upper case: its last part, quotes taken away."""
    text = call.constant(index, name)
    if text is None:
        return None
    try:
        return parse_name(str(text)).parts[-1].upper()
    except (SnowflakeError, IndexError):
        return str(text).upper()


# -- TASK_HISTORY ---------------------------------------------------------------------------------


@table_function(
    "TASK_HISTORY",
    takes="SCHEDULED_TIME_RANGE_START SCHEDULED_TIME_RANGE_END RESULT_LIMIT TASK_NAME DATABASE_NAME SCHEMA_NAME"
    " ERROR_ONLY ROOT_TASK_ID",
)
def task_history(call: TableCall) -> Relation:
    """The runs of the last seven days and the next scheduled one of each started graph, newest first."""
    limit = _limit(call, 2, 100)
    low = instant(call, "SCHEDULED_TIME_RANGE_START", 0)
    high = instant(call, "SCHEDULED_TIME_RANGE_END", 1)
    wanted = _wanted_name(call, 3, "TASK_NAME")
    places = [call.constant(i, name) for i, name in ((4, "DATABASE_NAME"), (5, "SCHEMA_NAME"))]
    errors = call.flag(6, "ERROR_ONLY")
    root = call.constant(7, "ROOT_TASK_ID")
    low = max(low or 0, call.binder.now - _KEPT)

    def kept(row: _Run) -> bool:
        return (
            row.run.scheduled >= low
            and (high is None or row.run.scheduled <= high)
            and wanted in (None, row.run.name.upper())
            and all(
                p is None or str(p).upper() == mine.upper()
                for p, mine in zip(places, row.version.place, strict=True)
            )
            and (not errors or row.run.state in FAILURES or row.run.state == graphs.CANCELLED)
            and root in (None, task_uuid(row.version.root))
        )

    rows = [row for row in (*_past(call), *_future(call)) if kept(row)]
    rows.sort(key=lambda row: (row.run.scheduled, row.run.id), reverse=True)
    return _table(call, _HISTORY, rows[:limit])


def _past(call: TableCall) -> Iterator[_Run]:
    history = call.binder.context.services.tasks.history
    for graph in history.all_graphs():
        version = history.version_of(graph)
        due = _following(version, graph)
        runs = history.runs_of(graph.id)
        if not runs:  # asked for, and waiting for an earlier run
            runs = [TaskRun(id=graph.id, graph=graph.id, task=version.root, name=version.root_task.name,
                            scheduled=graph.scheduled)]  # fmt: skip
        for run in runs:
            yield _Run(graph, run, version, due if run.task == version.root else None)


def _following(version: Version, graph: GraphRun) -> int | None:
    """When the schedule was due next after a run."""
    root = version.root_task
    if root.schedule is None or graph.origin != SCHEDULE:
        return None
    return parse(root.schedule).after(root.resumed_on or graph.scheduled, graph.scheduled)


def _future(call: TableCall) -> Iterator[_Run]:
    for graph, version in _planned(call):
        root = version.root_task
        run = TaskRun(id=2**62, graph=0, task=root.id, name=root.name, scheduled=graph.scheduled)
        yield _Run(graph, run, version)


def _planned(call: TableCall) -> Iterator[tuple[GraphRun, Version]]:
    """The next scheduled run of each started root."""
    services = call.binder.context.services
    for root in services.catalog.snapshot.all(Task):
        if not (root.started and graphs.is_root(root)):
            continue
        due = services.task_times.next_after(root, call.binder.now)
        if due is not None:
            version = services.tasks.version_of(root)
            run = GraphRun(
                id=2**62, run_id=due // 1_000_000, group="", root=root.id, version=version.number,
                scheduled=due, original=due, config=root.config, state=SCHEDULED,
            )  # fmt: skip
            yield run, version


# -- graphs ---------------------------------------------------------------------------------------


def _graphs(call: TableCall) -> list[_Graph]:
    history = call.binder.context.services.tasks.history
    wanted = _wanted_name(call, 1, "ROOT_TASK_NAME")
    found = []
    for graph in history.all_graphs():
        version = history.version_of(graph)
        if wanted in (None, version.root_task.name.upper()):
            found.append(_Graph(graph, version, _following(version, graph)))
    return found


@table_function("CURRENT_TASK_GRAPHS", takes="RESULT_LIMIT ROOT_TASK_NAME")
def current_task_graphs(call: TableCall) -> Relation:
    """The graphs that run or wait, and those scheduled within the next eight days, soonest last."""
    limit = _limit(call, 0, 1000)
    wanted = _wanted_name(call, 1, "ROOT_TASK_NAME")
    rows = [row for row in _graphs(call) if row.graph.live]
    rows += [
        _Graph(graph, version)
        for graph, version in _planned(call)
        if graph.scheduled <= call.binder.now + _AHEAD and wanted in (None, version.root_task.name.upper())
    ]
    rows.sort(key=lambda row: (row.graph.scheduled, row.graph.id), reverse=True)
    return _table(call, _GRAPHS, rows[:limit])


@table_function("COMPLETE_TASK_GRAPHS", takes="RESULT_LIMIT ROOT_TASK_NAME ERROR_ONLY")
def complete_task_graphs(call: TableCall) -> Relation:
    """The graphs that ended within the last hour, latest first; those whose root was skipped are none."""
    limit = _limit(call, 0, 1000)
    errors = call.flag(2, "ERROR_ONLY")
    oldest = call.binder.now - _COMPLETE
    rows = [
        row
        for row in _graphs(call)
        if not row.graph.live and row.graph.state != SKIPPED and row.graph.ended >= oldest
        and (not errors or row.graph.state in (graphs.FAILED, graphs.CANCELLED))
    ]  # fmt: skip
    rows.sort(key=lambda row: (row.graph.ended, row.graph.id), reverse=True)
    return _table(call, _GRAPHS, rows[:limit])


# -- dependents -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Dependent:
    task: Task
    place: tuple[str, str]

    @property
    def predecessors(self) -> str:
        names = [str(ObjectName((*self.place, name))) for name in self.task.predecessors]
        return json.dumps(names, separators=(",", ":"), ensure_ascii=False)


_DEPENDENTS: Fields = (
    (Column("CREATED_ON", LTZ), lambda r: Decimal(r.task.created_on)),
    (Column("NAME", TEXT), lambda r: r.task.name),
    (Column("DATABASE_NAME", TEXT), lambda r: r.place[0]),
    (Column("SCHEMA_NAME", TEXT), lambda r: r.place[1]),
    (Column("OWNER", TEXT), lambda r: r.task.owner),
    (Column("COMMENT", TEXT), lambda r: r.task.comment),
    (Column("WAREHOUSE", TEXT), lambda r: r.task.warehouse),
    (Column("SCHEDULE", TEXT), lambda r: r.task.schedule),
    (Column("PREDECESSORS", TEXT), lambda r: r.predecessors),
    (Column("STATE", TEXT), lambda r: "started" if r.task.started else "suspended"),
    (Column("DEFINITION", TEXT), lambda r: r.task.definition),
    (Column("CONDITION", TEXT), lambda r: r.task.condition),
)


@table_function("TASK_DEPENDENTS", takes="TASK_NAME RECURSIVE")
def task_dependents(call: TableCall) -> Relation:
    """A task and what depends on it: all of it, or only what follows directly."""
    text = str(call.constant(0, "TASK_NAME"))
    task = _task(call, text)
    if task is None:
        said = f"Invalid value [{text}] for function 'TASK_DEPENDENTS_SCAN', parameter 1: must be a valid task name"
        raise SnowflakeError("001015", "22023", said)
    recursive = call.flag(1, "RECURSIVE", True)
    tasks = call.binder.context.services.tasks
    found = graphs.dependents(tasks.siblings(task.parent), task, recursive)
    place = tasks.place(task)
    return _table(call, _DEPENDENTS, [_Dependent(one, place) for one in found])


def _task(call: TableCall, text: str) -> Task | None:
    session = call.binder.session
    try:
        name = ObjectName(parse_name(text).parts)
    except SnowflakeError:
        return None
    database = session.find_database(name.database or session.database or "")
    wanted = name.schema or session.schema
    schema = session.catalog.snapshot.get(Schema, database.id, wanted) if database and wanted else None
    return session.catalog.snapshot.get(Task, schema.id, name.name) if schema else None
