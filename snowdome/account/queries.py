"""The queries of the account: those that run, and those whose results are kept."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from snowdome.account.history import MAX_TEXT, QueryLog, QueryRecord
from snowdome.account.ids import QueryIds
from snowdome.account.query import CANCELLED, Query, Request
from snowdome.account.results import ResultStore
from snowdome.account.watchdog import Watchdog
from snowdome.catalog.model import Warehouse
from snowdome.errors import SnowflakeError
from snowdome.result import Result
from snowdome.session import Session

MAX_KEPT = 10_000  # finished queries whose results can be asked for
RETENTION = 3600.0  # seconds that results outlive their session


class Queries:
    """Finds queries by id; begins and ends them."""

    def __init__(self, results: ResultStore, log: QueryLog, watchdog: Watchdog) -> None:
        self._ids = QueryIds()
        self._results = results
        self._log = log
        self._watchdog = watchdog
        self._lock = threading.Lock()
        self._by_id: dict[str, Query] = {}  # oldest first

    def begin(self, session: Session, text: str, request: Request) -> Query:
        """A new query, logged and watched, that has not run yet."""
        record = _record(self._ids.next(), session, text, request)
        query = Query(record.id, session, record, request.describe_only)
        query.timeout = _seconds(_parameter(session, request.parameters, "STATEMENT_TIMEOUT_IN_SECONDS"))
        with self._lock:
            self._by_id[query.id] = query
        if not query.describe_only:
            self._log.add(record)
        self._watchdog.began(query)
        return query

    def retain(self, query: Query, result: Result) -> None:
        """Keep ``result`` as what came of ``query``."""
        query.retained = self._results.retain(result)
        query.record.rows = result.row_count
        query.record.rows_inserted = result.stats.get("numRowsInserted", 0)
        query.record.rows_updated = result.stats.get("numRowsUpdated", 0)
        query.record.rows_deleted = result.stats.get("numRowsDeleted", 0)

    def end(self, query: Query) -> None:
        """Close ``query``."""
        self._watchdog.ended(query)
        if not query.describe_only:
            query.session.query_ids.append(query.id)
        query.end()
        if not query.describe_only:
            self._log.finished(query.record)

    def find(self, query_id: str) -> Query | None:
        return self._by_id.get(query_id)

    def running(self, session: Session | None = None) -> list[Query]:
        """What runs now, in ``session`` or anywhere."""
        return [q for q in self._watchdog.running() if session is None or q.session is session]

    def cancel(self, query: Query, cause: SnowflakeError = CANCELLED) -> bool:
        """Make ``query`` end with ``cause``; False if it has ended."""
        if query.done.done():
            return False
        query.scope.cancel(cause)
        return True

    def forget_old(self) -> None:
        """Drop the results of sessions that ended long ago, and the oldest when there are too many."""
        with self._lock:
            kept = list(self._by_id.values())
        excess = len(kept) - MAX_KEPT
        for index, query in enumerate(kept):
            before = query.session.catalog.clock.now() - int(RETENTION * 1e9)
            expired = query.session.closed and query.record.end < before
            if query.done.done() and (index < excess or expired):
                self._forget(query)

    def _forget(self, query: Query) -> None:
        with self._lock:
            self._by_id.pop(query.id, None)
        retained, query.retained = query.retained, None
        if retained is not None:
            self._results.drop(retained)


def _parameter(session: Session, own: Mapping[str, object], name: str) -> object:
    found = own.get(name)
    return session.parameters.get(name) if found is None else found


def _seconds(value: object) -> float:
    try:
        return max(float(str(value or 0)), 0.0)
    except ValueError:
        return 0.0


def _record(query_id: str, session: Session, text: str, request: Request) -> QueryRecord:
    warehouse = session.catalog.snapshot.get(Warehouse, 0, session.warehouse) if session.warehouse else None
    return QueryRecord(
        id=query_id,
        text=text[:MAX_TEXT],
        session_id=session.id,
        user=session.user,
        role=session.role,
        warehouse=session.warehouse,
        warehouse_size=warehouse.size if warehouse else None,
        database=session.database,
        schema=session.schema,
        tag=str(_parameter(session, request.parameters, "QUERY_TAG") or ""),
        start=session.catalog.clock.now(),
        internal=request.internal,
    )
