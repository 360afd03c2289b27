"""One task's run: its condition, its body, how it ended."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from snowdome.clock import SECOND, Clock
from snowdome.errors import SnowflakeError
from snowdome.session import Session
from snowdome.tasks.graphs import CANCELLED, EXECUTING, FAILED, SKIPPED, SUCCEEDED
from snowdome.tasks.host import Host, Running
from snowdome.tasks.limits import number
from snowdome.tasks.records import TaskRun, Told

CANCELED = SnowflakeError("000604", "57014", "SQL execution canceled")
NOT_TRUE = SnowflakeError("0040003", "02000", "Conditional expression for task evaluated to false.")
_SHORTEST = 0.001  # seconds that a run gets where its graph's time is over


class Execution:
    """Runs a task in the calling thread; may be cancelled from another."""

    def __init__(self, told: Told, host: Host, clock: Clock, began: Callable[[TaskRun], None]) -> None:
        self.told = told
        self._host = host
        self._clock = clock
        self._began = began
        self._lock = threading.Lock()
        self._running: Running | None = None
        self._cancelled = False

    def cancel(self) -> None:
        """Make the run end as CANCELLED."""
        with self._lock:
            self._cancelled = True
            running = self._running
        if running is not None:
            running.cancel(CANCELED)

    def run(self) -> TaskRun:
        """Run the task; its run's record as it ended."""
        if self._cancelled:
            return self.ended(CANCELLED, CANCELED)
        session = self._host.open(self.told)
        try:
            return self._run(session)
        except SnowflakeError as error:  # of the condition
            return self.ended(FAILED, error)
        finally:
            self._host.close(session)

    def _run(self, session: Session) -> TaskRun:
        task = self.told.version.task(self.told.run.name)
        assert task is not None
        if task.condition is not None and not self._host.ask(session, task.condition):
            return self.ended(SKIPPED, NOT_TRUE)
        running = self._host.begin(session, task.definition, self._timeout())
        with self._lock:
            self._running = running
        self.told.run = replace(
            self.told.run, state=EXECUTING, started=self._clock.now(), query_id=running.id
        )
        self._began(self.told.run)
        if self._cancelled:
            running.cancel(CANCELED)
        error = running.finish()
        if error is None:
            return self.ended(SUCCEEDED)
        return self.ended(CANCELLED if self._cancelled else FAILED, error)

    def _timeout(self) -> float:
        """Seconds: the task's own limit, else what is left of its root's for the whole graph."""
        version, run = self.told.version, self.told.graph
        task = version.task(self.told.run.name)
        assert task is not None
        if task.id == version.root or "USER_TASK_TIMEOUT_MS" in task.parameters:
            return number(task, "USER_TASK_TIMEOUT_MS") / 1000
        whole = number(version.root_task, "USER_TASK_TIMEOUT_MS") / 1000
        if not whole:
            return 0.0
        passed = (self._clock.now() - (run.started or run.scheduled)) / SECOND
        return max(whole - passed, _SHORTEST)

    def ended(self, state: str, error: SnowflakeError | None = None) -> TaskRun:
        """The run's record, ended now."""
        return replace(
            self.told.run, state=state, ended=self._clock.now(), returned=self.told.returned,
            error_code=error.code if error else None, error_message=error.message if error else None,
        )  # fmt: skip
