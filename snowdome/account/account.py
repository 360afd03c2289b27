"""An account: who may log in, what runs, and what is kept of it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb

from snowdome.account import leftovers
from snowdome.account.alerts import Alerts
from snowdome.account.by_itself import ByItself
from snowdome.account.execution import Runner
from snowdome.account.history import QueryLog, QueryRecord
from snowdome.account.logins import Credentials, Login, Logins, check_password, is_password, open_session
from snowdome.account.queries import Queries
from snowdome.account.query import CANCELLED, Query, Request
from snowdome.account.refresher import Refresher
from snowdome.account.results import ResultStore, Retained
from snowdome.account.tasks import TaskHost
from snowdome.account.watchdog import Watchdog
from snowdome.catalog.catalog import Catalog
from snowdome.catalog.model import Alert, Routine
from snowdome.context import Resources
from snowdome.engine import interrupts
from snowdome.engine.database import Database
from snowdome.errors import SnowflakeError, not_supported
from snowdome.outbox import Outbox
from snowdome.python.messages import Found
from snowdome.python.runtime import Runtime
from snowdome.result import Result
from snowdome.scheduler import Scheduler
from snowdome.serving.model_services import ModelServices
from snowdome.session import Session
from snowdome.stages import location
from snowdome.stages.storage import Stages
from snowdome.statements import registry
from snowdome.tasks.history import History
from snowdome.tasks.service import Tasks
from snowdome.tasks.timing import TaskTimes

_LOG = logging.getLogger("snowdome")
_THREADS = 256  # statements that run or wait at once; a CALL waits for the statements it sends
_PATIENCE = 5.0  # seconds that cancelled statements get to end


class Account:
    """Everything behind one state directory; implements ``snowdome.context.Services``."""

    def __init__(
        self,
        directory: Path,
        password: str,
        mounts: Mapping[str, Path] | None = None,
        outbox: Path | None = None,
    ) -> None:
        registry.load_all()
        self.directory = directory
        self.mounts = dict(mounts or {})
        self._password = password
        self.engine = Database(directory / "account.duckdb")
        self.catalog = Catalog(self.engine.connection)
        leftovers.drop_orphans(self.engine.connection, self.catalog.snapshot)
        self.stages = Stages(directory / "stages", self.mounts)
        self.stages.sweep(self.catalog.snapshot.by_id)
        self.python = Runtime(directory / "python", self.engine.connection)
        self.python.sweep(self.catalog.snapshot.by_id.values())
        self.services = ModelServices(
            directory / "services", self.engine.connection, self.catalog, self.stages, self.python
        )
        self.outbox = Outbox(outbox or directory / "outbox", self.catalog.clock.now)
        self.results = ResultStore(directory / "results")
        self._log = QueryLog(directory / "history.jsonl")
        self._log.trim()
        self.logins = Logins()
        self._ended: list[Session] = []
        self._cleaning = threading.Lock()
        self._watchdog = Watchdog(self._housekeep)
        self.queries = Queries(self.results, self._log, self._watchdog)
        self.python.running = self._running
        self.python.find = self._staged_file
        self._runner = Runner(self, self.queries)
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="statement")
        self.scheduler = Scheduler(self.catalog.clock, self.catalog.keep_clock)
        self.catalog.changed = self.scheduler.wake
        history = History(self.engine.connection)
        host = TaskHost(self, self.queries, self._runner, self.logins.new_id, self._end_alone)
        self.tasks = Tasks(self.catalog, host, history)
        self.task_times = TaskTimes(self.tasks, host)
        self.scheduler.add(self.task_times)
        by_itself = ByItself(self, self.queries, self.logins.new_id, self._end_alone)
        self.scheduler.add(Refresher(self.catalog, self.engine, by_itself))
        self.alerts = Alerts(self, self.catalog, self.engine, by_itself)
        self.scheduler.add(self.alerts)
        self.scheduler.add(self.services)
        self.address: tuple[str, int] | None = None  # where the account's server listens
        self.resources: Resources | None = None  # the server's
        self._watchdog.start()

    @property
    def name(self) -> str:
        """The account's locator, as CURRENT_ACCOUNT() gives it."""
        return "SNOWDOME"

    # -- logins ---------------------------------------------------------------------------------

    def login(self, who: Credentials) -> Login:
        """A new session; 390100 for a wrong password, 390189 for an unknown role."""
        inner = self.logins.by_token(who.password)
        if inner is not None and inner.caller is not None:
            return inner
        check_password(who.password, self._password)
        session = open_session(self.logins.new_id(), who, self.engine, self.catalog)
        return self.logins.add(Login(session, who.application))

    def lets_in(self, token: str) -> bool:
        """Whether ``token`` is that of an open session, or the account's password."""
        return self.logins.by_token(token) is not None or is_password(token, self._password)

    def logout(self, login: Login) -> None:
        """End a session: stop its statements, roll back its transaction, drop its temporary objects."""
        if not self.logins.remove(login) or login.caller is not None:
            return
        session = login.session
        session.closed = True
        running = self.queries.running(session)
        for query in running:
            self.queries.cancel(query)
        wait([query.done for query in running], _PATIENCE)
        with self._cleaning:
            self._ended.append(session)
        self._clean_up()

    def _end_alone(self, session: Session) -> None:
        """End a session that nobody is logged in to."""
        with self._cleaning:
            self._ended.append(session)
        self._clean_up()

    def _clean_up(self) -> None:
        """Do away with what ended sessions leave, once nothing of theirs runs any more."""
        with self._cleaning:
            free = [session for session in self._ended if not self.queries.running(session)]
            self._ended = [session for session in self._ended if session not in free]
        for session in free:
            self._drop_what_was_temporary(session)

    def _drop_what_was_temporary(self, session: Session) -> None:
        with suppress(duckdb.Error):  # what is left is dropped at the next start
            session.rollback()
            with self.engine.cursor() as cursor:
                leftovers.drop_storage(cursor, session.temporary.by_id.values())
        for entity in session.temporary.by_id.values():
            self.stages.forget(entity.id)
            if isinstance(entity, Routine):
                self.python.forget(entity, ())

    def _running(self) -> list[Future[None]]:
        """The ends of the statements that run beside the one of this thread."""
        own = interrupts.current()
        return [query.done for query in self.queries.running() if query.scope is not own]

    def _staged_file(self, scope: interrupts.Scope | None, path: str) -> Found:
        """The file that a handler of the statement of ``scope`` calls ``path``, as its session sees it."""
        around = {id(s) for s in interrupts.around(scope)}
        try:
            for query in self.queries.running():
                if id(query.scope) in around:
                    place = location.resolve(path, query.session, self.stages)
                    for file in place.files(self.stages):
                        if file.name == place.path:
                            return Found(str(file.path))
        except SnowflakeError as error:
            return Found(error=error.message)
        return Found(error=f"The file at {path} does not exist.")

    def sessions(self) -> list[Session]:
        """The open sessions."""
        return [login.session for login in self.logins.all() if login.caller is None]

    @contextmanager
    def inner_login(self, session: Session) -> Iterator[dict[str, Any]]:
        """Connection parameters with which a procedure works in ``session`` while its CALL runs.

        What it sends is cancelled with the CALL, and when the CALL ends.
        """
        if self.address is None:
            raise not_supported("procedures in Python while no server listens")
        scope = interrupts.Scope()
        if (outer := interrupts.current()) is not None:
            scope.inside(outer)
        login = self.logins.add(Login(session, "procedure", caller=scope))
        host, port = self.address
        try:
            yield {
                "account": self.name.lower(), "user": session.user, "password": login.token,
                "host": host, "port": port, "protocol": "http", "platform_detection_timeout_seconds": 0.0,
            }  # fmt: skip
        finally:
            self.logins.remove(login)
            scope.cancel(CANCELLED)

    # -- statements -----------------------------------------------------------------------------

    def submit(self, login: Login, request: Request, request_id: str = "") -> Query:
        """Start ``request``; one that was sent before under the same id gives the query it started."""
        with login.lock:
            if request_id and (earlier := login.requests.get(request_id)) is not None:
                return earlier
            query = self.queries.begin(login.session, request.text, request)
            if login.caller is not None:
                query.scope.inside(login.caller)
            if request_id:
                login.remember(request_id, query)
        self._pool.submit(self._runner.run, query, request).add_done_callback(_report)
        return query

    def run(self, session: Session, text: str, **options: Any) -> Result:
        """Run another statement in the same session and wait for it; ``options`` are those of ``Request``."""
        request = Request(text, **options)
        query = self.queries.begin(session, text, request)
        self._runner.run(query, request)
        if query.error is not None:
            raise query.error
        return self.result_of(session, query.id)

    def execute_alert(self, alert_id: int) -> None:
        """Run an alert once, now; what came of it is in its history."""
        alert = self.catalog.snapshot.by_id.get(alert_id)
        if isinstance(alert, Alert):
            self.alerts.evaluate(alert, self.catalog.clock.now())

    def find(self, session: Session, query_id: str) -> Query | None:
        """A query of this session's user, running or finished."""
        query = self.queries.find(query_id)
        return query if query is not None and query.session.user == session.user else None

    def result_of(self, session: Session, query_id: str) -> Result:
        """The retained result of a query of this session's user; waits for one that still runs.

        000709 if there is none.
        """
        query = self.find(session, query_id)
        if query is None or query.describe_only:
            raise no_statement(query_id)
        while wait([query.done], 0.2).not_done:
            interrupts.check()
        if query.error is not None:
            raise query.error
        return load(query)

    def retained(self, key: str) -> Retained | None:
        """The result with this key."""
        return self.results.by_key(key)

    def query_log(self) -> list[QueryRecord]:
        """What ran in the account, newest last; describe-only requests are left out."""
        return self._log.records()

    def cancel(self, query_id: str) -> bool:
        """Cancel a query; False if it does not run."""
        query = self.queries.find(query_id)
        return query is not None and self.queries.cancel(query)

    def cancel_session(self, session_id: int, sparing: str = "") -> int:
        """Cancel what runs in a session, but the query ``sparing``; how many queries that were."""
        running = [q for q in self.queries.running() if q.session.id == session_id and q.id != sparing]
        return sum(self.queries.cancel(query) for query in running)

    def end_session(self, session_id: int) -> bool:
        """End a session as a logout does; False if there is none."""
        found = [one for one in self.logins.all() if one.session.id == session_id and one.caller is None]
        for login in found:
            self.logout(login)
        return bool(found)

    # -- life -----------------------------------------------------------------------------------

    def begin(self, address: tuple[str, int]) -> None:
        """Do what is due by itself from now on; ``address`` is where the account's server listens."""
        self.address = address  # first: a task's procedure connects to it
        self.services.begin()
        self.tasks.resume_after_restart()
        self.alerts.resume_after_restart()
        self.scheduler.start()

    def _housekeep(self) -> None:
        try:
            self.results.keep_budget()
            self._log.write()
        except OSError:
            _LOG.warning("The disk cannot be written to; results stay in memory.", exc_info=True)
        self.queries.forget_old()
        self._clean_up()
        for login in self.logins.idle():
            if login.caller is None and not self.queries.running(login.session):
                self.logout(login)

    def stop(self) -> None:
        """Begin nothing by itself and cancel everything that runs; the account still answers."""
        self.scheduler.stop()
        self.tasks.stop()
        for query in self.queries.running():
            self.queries.cancel(query)

    def close(self) -> None:
        """Stop what runs, write everything down and let go of the files."""
        self.stop()
        wait([query.done for query in self.queries.running()], _PATIENCE)
        self._watchdog.stop()
        for login in self.logins.all():
            self.logout(login)
        self.tasks.close(_PATIENCE)
        self._pool.shutdown(wait=False, cancel_futures=True)
        self.services.close()
        self.python.close()
        self._log.write()
        self.results.close()
        # A statement that did not stop keeps the engine from it; the next start then reads the engine's log.
        with suppress(duckdb.Error):
            self.engine.connection.execute("CHECKPOINT")
        self.engine.close()


def load(query: Query) -> Result:
    """The result of a finished query; 000709 if it is no longer kept."""
    retained = query.retained
    if retained is None:
        raise no_statement(query.id)
    try:
        return retained.load()
    except FileNotFoundError:
        raise no_statement(query.id) from None


def no_statement(query_id: str) -> SnowflakeError:
    """000709: no such query, or its result is no longer kept."""
    return SnowflakeError("000709", "02000", f"Statement {query_id} not found")


def _report(future: Future[None]) -> None:
    if not future.cancelled() and (failure := future.exception()) is not None:
        _LOG.error("A statement failed for a reason that is a bug.", exc_info=failure)
