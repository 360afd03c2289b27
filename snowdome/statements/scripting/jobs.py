"""ASYNC: statements that run beside their block, AWAIT and CANCEL."""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass

from snowdome.engine import interrupts
from snowdome.engine.failures import interrupted
from snowdome.errors import SnowflakeError
from snowdome.result import Result
from snowdome.sql.ast import scripting as nodes
from snowdome.statements.scripting.failures import STATEMENT_ERROR, Thrown
from snowdome.statements.scripting.frames import Frame, ResultSet
from snowdome.statements.scripting.runner import Signal, runs
from snowdome.statements.scripting.sql import prepared
from snowdome.statements.scripting.state import Run

_AT_ONCE = 8  # jobs of one block that run at the same time
_LOOK = 0.05  # seconds between two looks at a cancellation


@dataclass
class Job:
    """A statement that runs in a thread of its own, with a scope to cancel it by."""

    scope: interrupts.Scope
    future: Future[Result]
    filled: ResultSet | None = None
    awaited: bool = False


@contextmanager
def jobs_of(run: Run) -> Iterator[None]:
    """While a block runs; what it has started and not awaited is cancelled at its end."""
    try:
        yield
    finally:
        for job in run.jobs:
            if not job.future.done():
                job.scope.cancel(interrupted())
        if run.pool is not None:
            run.pool.shutdown(wait=True, cancel_futures=True)


def start(rows: nodes.Rows, run: Run, frame: Frame, filled: ResultSet | None = None) -> None:
    """Start a statement with the values that its names have now."""
    if run.pool is None:
        run.pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="async")
    statement = prepared(rows, run, frame)
    scope = interrupts.Scope()
    here = contextvars.copy_context()  # in which the block's scope is the one around the job's
    future = run.pool.submit(here.run, _inside, scope, lambda: statement.send(run))
    run.jobs.append(Job(scope, future, filled))


def _inside(scope: interrupts.Scope, work: Callable[[], Result]) -> Result:
    with interrupts.running(scope):
        return work()


@runs(nodes.AsyncSql)
def async_sql(node: nodes.AsyncSql, run: Run, frame: Frame) -> Signal:
    """ASYNC (statement)."""
    start(node.statement, run, frame)
    return None


@runs(nodes.Await)
def await_(node: nodes.Await, run: Run, frame: Frame) -> Signal:
    """AWAIT ALL, AWAIT resultset, CANCEL resultset: raises what the first failed job raised."""
    wanted = frame.get(node.name.name, ResultSet) if node.name is not None else None
    for job in [j for j in run.jobs if not j.awaited and (node.name is None or j.filled is wanted)]:
        job.awaited = True
        if node.cancels:
            job.scope.cancel(interrupted())
        else:
            _finish(job, node, run)
    return None


def _finish(job: Job, node: nodes.Await, run: Run) -> None:
    while wait([job.future], _LOOK).not_done:
        interrupts.check()
    try:
        result = job.future.result()
    except SnowflakeError as error:
        interrupts.check()
        raise Thrown(STATEMENT_ERROR, error, *run.place(node.start)) from error
    if job.filled is not None:
        job.filled.result = result
