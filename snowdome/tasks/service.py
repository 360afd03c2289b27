"""Running graphs of tasks: what begins when, and what follows from what ended.

Everything is told by the history, so a run goes on after a restart from where the history says it was.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

from snowdome.catalog.catalog import Catalog, Unit
from snowdome.catalog.model import Database, Schema, Task
from snowdome.errors import SnowflakeError
from snowdome.scheduler import Ran
from snowdome.tasks import graphs, notices
from snowdome.tasks.execution import Execution
from snowdome.tasks.graphs import (
    AUTO_SUSPENDED,
    CANCELLED,
    ENDED,
    FAILED,
    FAILURES,
    SKIPPED,
    SUCCEEDED,
    next_step,
)
from snowdome.tasks.history import KEPT, History, write
from snowdome.tasks.host import Host
from snowdome.tasks.limits import number
from snowdome.tasks.records import GraphRun, TaskRun, Told, Version

_LOG = logging.getLogger("snowdome")
_PARALLEL = 8  # task bodies that run at once in the account
_LOOK = 0.2  # seconds between two looks at a cancellation while waiting
_PRUNE_EVERY = 200  # graph runs between two looks for old history

SCHEDULE = "SCHEDULE"
EXECUTE = "EXECUTE_TASK"
MANUAL_RETRY = "MANUAL RETRY"
AUTOMATIC_RETRY = "AUTOMATIC RETRY"
TRIGGER = "TRIGGER"

STOPPED = SnowflakeError(
    "000604",
    "57014",
    "The local account was stopped while this run was executing. What it had committed stays.",
)


class Tasks:
    """The account's graphs: begins runs, takes them on step by step, remembers them."""

    def __init__(self, catalog: Catalog, host: Host, history: History) -> None:
        self.catalog = catalog
        self.history = history
        self._host = host
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._pool = ThreadPoolExecutor(_PARALLEL, thread_name_prefix="task")
        self._executions: dict[int, Execution] = {}  # by the task run's id
        self._stopping = False
        self._until_pruning = 0

    # -- graphs ---------------------------------------------------------------------------------

    def siblings(self, schema: int) -> dict[str, Task]:
        """The tasks of a schema, by name."""
        return {t.name: t for t in self.catalog.snapshot.children(Task, schema)}

    def place(self, task: Task) -> tuple[str, str]:
        """Database and schema of a task."""
        schema = self.catalog.snapshot.by_id[task.parent]
        database = self.catalog.snapshot.by_id[schema.parent]
        assert isinstance(schema, Schema)
        assert isinstance(database, Database)
        return database.name, schema.name

    def stamp(self, unit: Unit, tasks: Mapping[str, Task], root: Task) -> tuple[Task, Version]:
        """The root with its graph's present version, which is written down if it is a new one.

        Note the version in the history once the unit has committed.
        """
        graph = graphs.members(tasks, root)
        mark = graphs.fingerprint(graph)
        if mark != root.fingerprint:
            now = self.catalog.clock.now()
            root = replace(root, version=root.version + 1, fingerprint=mark, committed_on=now)
        version = Version(
            root=root.id, number=root.version, place=self.place(root), tasks=(root, *graph[1:])
        )  # fmt: skip
        write(unit.cursor, [version])
        return root, version

    def version_of(self, root: Task) -> Version:
        """The graph of a started root, as it was when it was resumed."""
        found = self.history.versions.get((root.id, root.version))
        place = self.place(root)
        if found is None or found.place != place:
            graph = graphs.members(self.siblings(root.parent), root) if found is None else found.tasks
            found = Version(root=root.id, number=root.version, place=place, tasks=tuple(graph))
            self.history.save(found)
        return found

    # -- beginning runs -------------------------------------------------------------------------

    def execute(self, root: Task, config: str | None, user: str) -> GraphRun:
        """EXECUTE TASK: a run of the graph as it is now, that begins at once or after the one that runs."""
        now = self.catalog.clock.now()
        with self._lock:
            with self.catalog.unit() as unit:
                stamped, version = self.stamp(unit, self.siblings(root.parent), root)
                unit.put(stamped)
                run = self._waiting(root) or self._new_run(version, now, EXECUTE)
                run = replace(
                    run, version=version.number, scheduled=now, original=now, config=config, by_user=user
                )
                write(unit.cursor, [run])
            self.history.note([version, run])
            self._advance(run.id)
        return run

    def _waiting(self, root: Task) -> GraphRun | None:
        """A run that somebody asked for and that waits for an earlier one: a new request replaces it."""
        waiting = [g for g in self.live(root.id) if g.origin == EXECUTE and not self.history.runs_of(g.id)]
        return waiting[0] if waiting else None

    def begin(self, root: Task, due: int, origin: str) -> GraphRun:
        """A run that is due by schedule or by trigger."""
        version = self.version_of(root)
        run = replace(self._new_run(version, due, origin), config=root.config)
        with self._lock:
            self.history.save(run)
            self._advance(run.id)
        return run

    def _new_run(self, version: Version, due: int, origin: str) -> GraphRun:
        return GraphRun(
            id=self.history.new_id(), run_id=self.history.new_run_id(due), group=str(uuid.uuid4()),
            root=version.root, version=version.number, scheduled=due, original=due, origin=origin,
        )  # fmt: skip

    def retry(self, earlier: GraphRun, origin: str, user: str | None) -> GraphRun:
        """Another attempt at a graph's run: what failed or was cancelled, and what follows it."""
        run = self._next_attempt(earlier, origin, user)
        with self._lock:
            self.history.save(run)
            self._advance(run.id)
        return run

    def _next_attempt(self, earlier: GraphRun, origin: str, user: str | None) -> GraphRun:
        now = self.catalog.clock.now()
        return GraphRun(
            id=self.history.new_id(), run_id=self.history.new_run_id(now), group=earlier.group,
            root=earlier.root, version=earlier.version, attempt=earlier.attempt + 1, scheduled=now,
            original=earlier.original, origin=origin, config=earlier.config, by_user=user,
        )  # fmt: skip

    # -- taking runs on -------------------------------------------------------------------------

    def _advance(self, graph_id: int) -> None:
        """Begin what can begin of a graph's run, or end the run. Called with the lock."""
        run = self.history.graphs[graph_id]
        if self._stopping or not run.live or not (self.history.runs_of(run.id) or self._may_begin(run)):
            return
        version = self.history.version_of(run)
        step = next_step(version.tasks, self.states(run))
        if step.state is not None:
            self._finish(run, version, step.state)
            return
        for task in step.ready:
            self._schedule(run, version, task)

    def _may_begin(self, run: GraphRun) -> bool:
        """Whether the overlap policy lets it begin beside earlier runs of the graph."""
        earlier = [g for g in self.live(run.root) if g.id < run.id and g.group != run.group]
        policy = self.history.version_of(run).root_task.overlap
        if policy == "ALLOW_CHILD_OVERLAP":
            return all(self.root_ended(g) for g in earlier)
        return policy == "ALLOW_ALL_OVERLAP" or not earlier

    def blocked(self, root: Task) -> bool:
        """Whether a run that is due now must be left out because an earlier one still runs."""
        live = self.live(root.id)
        if root.overlap == "ALLOW_CHILD_OVERLAP":
            return not all(self.root_ended(g) for g in live)
        return root.overlap != "ALLOW_ALL_OVERLAP" and bool(live)

    def root_ended(self, run: GraphRun) -> bool:
        """Whether the root task of a graph's run has ended."""
        return self.states(run).get(self.history.version_of(run).root_task.name) in ENDED

    def live(self, root: int | None = None) -> list[GraphRun]:
        """The graph runs that have not ended, oldest first."""
        return [g for g in self.history.all_graphs(root) if g.live]

    def states(self, run: GraphRun) -> dict[str, str]:
        """The states of a run's tasks by name, with what earlier attempts achieved."""
        return {name: r.state for name, r in self.task_runs(run).items()}

    def task_runs(self, run: GraphRun) -> dict[str, TaskRun]:
        """The runs of a graph run's tasks, by name; what succeeded or was skipped in earlier attempts too."""
        found: dict[str, TaskRun] = {}
        if run.attempt > 1:
            finalizers = {t.name for t in self.history.version_of(run).tasks if t.finalizes is not None}
            earlier = [g for g in self.history.group(run.group) if g.attempt < run.attempt]
            found = {r.name: r for g in earlier for r in self.history.runs_of(g.id)}
            kept = (SUCCEEDED, SKIPPED)
            found = {n: r for n, r in found.items() if r.state in kept and n not in finalizers}
        found.update((r.name, r) for r in self.history.runs_of(run.id))
        return found

    def _schedule(self, run: GraphRun, version: Version, task: Task) -> None:
        now = self.catalog.clock.now()
        due = run.scheduled if graphs.is_root(task) else now
        task_run = TaskRun(
            id=self.history.new_id(), graph=run.id, task=task.id, name=task.name, scheduled=due
        )
        self.history.save(task_run)
        self._submit(run, version, task_run)

    def _submit(self, run: GraphRun, version: Version, task_run: TaskRun) -> None:
        told = Told(run, task_run, version)
        execution = Execution(told, self._host, self.catalog.clock, self._began)
        self._executions[task_run.id] = execution
        self._pool.submit(execution.run).add_done_callback(lambda done: self._came_back(execution, done))

    def _began(self, task_run: TaskRun) -> None:
        """A task's body is about to run."""
        with self._lock:
            run = self.history.graphs[task_run.graph]
            if not run.started:
                run = replace(run, state=graphs.EXECUTING, started=task_run.started)
            self.history.save(task_run, run)

    def _came_back(self, execution: Execution, done: Future[TaskRun]) -> None:
        if done.cancelled() or (self._stopping and not execution.told.run.started):
            return  # it has not begun, and will after the next start
        if (failure := done.exception()) is not None:
            _LOG.error("A task's run failed for a reason that is a bug.", exc_info=failure)
            text = "SQL execution internal error: the local account failed; its log has the details."
            ended = execution.ended(FAILED, SnowflakeError("000603", "XX000", text))
        else:
            ended = done.result()
        if self._stopping and ended.state != SUCCEEDED:
            ended = execution.ended(CANCELLED, STOPPED)
        self._ended(ended)

    def _ended(self, task_run: TaskRun) -> None:
        """Note how a task's run ended, and go on with its graph and those that waited for it."""
        with self._lock:
            run = self.history.graphs[task_run.graph]
            if task_run.state in (*FAILURES, CANCELLED) and run.error is None:
                run = replace(
                    run, error=(task_run.name, task_run.error_code or "0", task_run.error_message or "")
                )
            self.history.save(task_run, run)
        if task_run.state in FAILURES:
            notices.failed(self._host, self.history, task_run)
        with self._lock:
            self._executions.pop(task_run.id, None)
            self._advance(run.id)
            self._advance_waiting(run.root)
            self._changed.notify_all()

    def _advance_waiting(self, root: int) -> None:
        for waiting in self.live(root):
            if not self.history.runs_of(waiting.id):
                self._advance(waiting.id)

    def _finish(self, run: GraphRun, version: Version, state: str) -> None:
        """A graph's run ends; another attempt follows where the root asks for it."""
        now = self.catalog.clock.now()
        done = replace(run, state=state, ended=now, started=run.started or now)
        again = state == FAILED and run.attempt <= number(version.root_task, "TASK_AUTO_RETRY_ATTEMPTS")
        if again:
            more = self._next_attempt(run, AUTOMATIC_RETRY, run.by_user)
            self.history.save(done, more)
            self._advance(more.id)
            return
        if state == FAILED:
            self._count_failures(done, version)
        elif state == SUCCEEDED:
            notices.succeeded(self._host, self.history, done)
        self.history.save(done)
        self._prune()

    def _prune(self) -> None:
        self._until_pruning -= 1
        if self._until_pruning < 0:
            self._until_pruning = _PRUNE_EVERY
            current = {(t.id, t.version) for t in self.catalog.snapshot.all(Task)}
            self.history.forget_before(self.catalog.clock.now() - KEPT, current)

    # -- failures -------------------------------------------------------------------------------

    def _count_failures(self, run: GraphRun, version: Version) -> None:
        """Suspend the root when one of the tasks has failed as often in a row as its root allows."""
        root = self.catalog.snapshot.by_id.get(run.root)
        if not isinstance(root, Task) or not root.started:
            return
        limit = number(root, "SUSPEND_TASK_AFTER_NUM_FAILURES")
        failed = [r for r in self.history.runs_of(run.id) if r.state == FAILED]
        guilty = [r for r in failed if limit and self._failures_in_a_row(root, r.name) >= limit]
        if not guilty:
            return
        with self.catalog.unit() as unit:
            now = self.catalog.clock.now()
            unit.put(
                replace(root, started=False, suspended_on=now, suspended_reason="SUSPENDED_DUE_TO_ERRORS")
            )
            marked = [replace(r, state=AUTO_SUSPENDED) for r in guilty]
            write(unit.cursor, marked)
        self.history.note(marked)

    def _failures_in_a_row(self, root: Task, name: str) -> int:
        """How often the task failed since it last succeeded or the root was resumed; a retried run counts
        once, skipped and cancelled ones do not."""
        outcomes: dict[str, str] = {}
        for run in self.history.all_graphs(root.id):
            if run.scheduled < root.resumed_on:
                continue
            for task_run in self.history.runs_of(run.id):
                if task_run.name == name and task_run.state in (SUCCEEDED, *FAILURES):
                    outcomes.pop(run.group, None)
                    outcomes[run.group] = task_run.state
        count = 0
        for state in reversed(outcomes.values()):
            if state == SUCCEEDED:
                break
            count += 1
        return count

    # -- cancelling, waiting, restarting --------------------------------------------------------

    def cancel(self, task: Task) -> int:
        """Cancel the runs of a task that execute or wait to; how many there were."""
        with self._lock:
            found = [e for e in self._executions.values() if e.told.run.task == task.id]
        for execution in found:
            execution.cancel()
        return len(found)

    def wait(self, run: GraphRun, check: Callable[[], None] = lambda: None) -> GraphRun:
        """Wait until the run and its automatic retries have ended; the last attempt."""
        with self._changed:
            while any(g.live for g in self.history.group(run.group)) and not self._stopping:
                check()
                self._changed.wait(_LOOK)
        return self.history.group(run.group)[-1]

    def wait_for_root(self, root: int, check: Callable[[], None]) -> None:
        """Wait until no run of the root is live."""
        for run in self.live(root):
            self.wait(run, check)

    def resume_after_restart(self) -> None:
        """Close what was executing when the account ended, and go on with every run that has not ended."""
        with self._lock:
            for run in self.live():
                for task_run in self.history.runs_of(run.id):
                    if task_run.state == graphs.EXECUTING:
                        self._interrupted(task_run)
                    elif task_run.state == graphs.SCHEDULED:
                        self._submit(run, self.history.version_of(run), task_run)
            for run in self.live():
                self._advance(run.id)

    def _interrupted(self, task_run: TaskRun) -> None:
        now = self.catalog.clock.now()
        run = self.history.graphs[task_run.graph]
        closed = replace(
            task_run, state=CANCELLED, ended=now, error_code=STOPPED.code, error_message=STOPPED.message
        )
        error = run.error or (task_run.name, STOPPED.code, STOPPED.message)
        self.history.save(closed, replace(run, error=error))

    def stop(self) -> None:
        """Begin nothing any more; what has begun is cancelled and closed."""
        with self._lock:
            self._stopping = True
            found = list(self._executions.values())
            self._changed.notify_all()
        for execution in found:
            execution.cancel()

    def close(self, patience: float) -> None:
        """Wait for what runs to end, so many seconds at most."""
        with self._changed:
            self._changed.wait_for(lambda: not self._executions, patience)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def told(self, runs: Sequence[GraphRun], due: int) -> list[Ran]:
        """What ran in graph runs, for the one who moved the clock."""
        return [self._ran(run, task_run, due) for run in runs for task_run in self.history.runs_of(run.id)]

    def _ran(self, run: GraphRun, task_run: TaskRun, due: int) -> Ran:
        name = self.history.version_of(run).full_name(task_run.name)
        detail = task_run.error_message or task_run.returned or ""
        return Ran("TASK", name, due, task_run.state, detail)
