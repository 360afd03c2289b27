"""Looks after what nobody waits for: timeouts, cancelled statements, idle sessions, budgets."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from snowdome.account.query import Query, timed_out

_BUSY = 0.25  # seconds between two looks while statements run
_IDLE = 5.0  # seconds between two looks otherwise
_HOUSEKEEPING = 1.0  # seconds at least between two rounds of it


class Watchdog:
    """A thread that knows the running queries, and calls ``housekeep`` now and then."""

    def __init__(self, housekeep: Callable[[], None]) -> None:
        self._housekeep = housekeep
        self._running: dict[str, Query] = {}
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End the thread and wait for it."""
        self._stopped.set()
        self._wake.set()
        self._thread.join(5)

    def began(self, query: Query) -> None:
        """Watch ``query`` until ``ended``."""
        self._running[query.id] = query
        if not self._wake.is_set():
            self._wake.set()

    def ended(self, query: Query) -> None:
        self._running.pop(query.id, None)

    def running(self) -> list[Query]:
        """The queries that run now."""
        return list(self._running.values())

    def _watch(self) -> None:
        kept_house = time.monotonic()
        while not self._stopped.is_set():
            self._wake.wait(_IDLE)
            self._wake.clear()
            self._stopped.wait(_BUSY)
            self._look()
            if self._running:
                self._wake.set()
            if time.monotonic() - kept_house > _HOUSEKEEPING:
                self._housekeep()
                kept_house = time.monotonic()

    def _look(self) -> None:
        now = time.monotonic()
        for query in self.running():
            if query.timeout and now - query.began >= query.timeout:
                query.scope.cancel(timed_out(query.timeout))
            elif (cause := query.scope.cause) is not None:
                query.scope.cancel(cause)  # again: what it began since the first time
