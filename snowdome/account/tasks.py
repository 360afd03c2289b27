"""The account as running tasks sees it: sessions of their own, statements in them, the outbox."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import duckdb

from snowdome.account.execution import Runner
from snowdome.account.own_sessions import SYSTEM_USER, open_session
from snowdome.account.queries import Queries
from snowdome.account.query import Query, Request
from snowdome.catalog import parameters
from snowdome.catalog.model import NotificationIntegration
from snowdome.context import Context, Services
from snowdome.engine import failures
from snowdome.errors import SnowflakeError
from snowdome.session import Session
from snowdome.sql.compiler import compile_query, run_query
from snowdome.statements.system_functions import SYSTEM_ACTIONS
from snowdome.tasks.limits import PARAMETERS
from snowdome.tasks.records import Told


class Statement:
    """A statement in a task's session; implements ``snowdome.tasks.host.Running``."""

    def __init__(self, query: Query, request: Request, runner: Runner, queries: Queries) -> None:
        self._query = query
        self._request = request
        self._runner = runner
        self._queries = queries

    @property
    def id(self) -> str:
        return self._query.id

    def finish(self) -> SnowflakeError | None:
        self._runner.run(self._query, self._request)
        return self._query.error

    def cancel(self, cause: SnowflakeError) -> None:
        self._queries.cancel(self._query, cause)


class TaskHost:
    """Implements ``snowdome.tasks.host.Host``."""

    def __init__(
        self,
        services: Services,
        queries: Queries,
        runner: Runner,
        new_id: Callable[[], int],
        ended: Callable[[Session], None],
    ) -> None:
        self._services = services
        self._queries = queries
        self._runner = runner
        self._new_id = new_id
        self._ended = ended

    def open(self, told: Told) -> Session:
        """A session as the task's owner, in the task's place."""
        task = told.version.task(told.run.name)
        assert task is not None
        session = open_session(
            self._services, self._new_id(), "Snowdome task", owner=task.owner, warehouse=task.warehouse,
            place=told.version.place, user=task.execute_as or SYSTEM_USER,
        )  # fmt: skip
        for name, value in task.parameters.items():
            if name not in PARAMETERS:
                session.parameters[name] = parameters.coerce(name, value)
        session.task = told
        return session

    def close(self, session: Session) -> None:
        session.closed = True
        self._ended(session)

    def begin(self, session: Session, text: str, timeout: float) -> Statement:
        request = Request(text)
        query = self._queries.begin(session, text, request)
        query.timeout = min((limit for limit in (query.timeout, timeout) if limit), default=0.0)
        return Statement(query, request, self._runner, self._queries)

    def ask(self, session: Session, condition: str) -> bool:
        """The condition is compiled and run like any query, but is none of the query history."""
        text = f"SELECT ({condition})::BOOLEAN"
        context = Context(self._services, session, text)
        context.actions = SYSTEM_ACTIONS
        try:
            result = run_query(compile_query(text, context), context)
        except duckdb.Error as failure:
            raise failures.translate(failure) from None
        return bool(result.table.column(0)[0].as_py())

    def notify(self, integration: str, payload: dict[str, object]) -> None:
        """A notification of a task; nobody is told where the integration is gone or disabled."""
        found = self._services.catalog.snapshot.get(NotificationIntegration, 0, integration)
        if found is None or not found.enabled:
            return
        kind = found.type.partition(" ")[0].upper()
        with suppress(OSError):  # the disk refuses it; the run's history says what happened
            self._services.outbox.send(
                found.name, kind, str(payload["messageType"]), payload=payload, source="TASK",
                source_info=_source(payload), **_target(found),
            )  # fmt: skip


def _source(payload: dict[str, object]) -> dict[str, Any]:
    return {"taskName": payload["taskName"], "rootTaskName": payload["rootTaskName"]}


def _target(found: NotificationIntegration) -> dict[str, Any]:
    addresses = [
        a for name in ("DEFAULT_RECIPIENTS", "ALLOWED_RECIPIENTS") if (a := found.properties.get(name))
    ]
    return {"recipients": tuple(addresses[0].split(","))} if addresses else {}
