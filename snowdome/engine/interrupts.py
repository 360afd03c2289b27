"""Cancelling: the engine cursors a statement is using, so that another thread may interrupt them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

import duckdb

from snowdome.errors import SnowflakeError

_POLL = 0.05  # seconds between two looks at a cancellation while waiting for a lock


class Scope:
    """One running statement. A scope opened inside another is cancelled with it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cursors: list[duckdb.DuckDBPyConnection] = []
        self.parent: Scope | None = None
        self._cause: SnowflakeError | None = None
        self.depth = 0  # how many procedures are running around the statement

    def inside(self, outer: Scope, deeper: int = 0) -> None:
        """Cancel this statement with ``outer``, whose procedure, if ``deeper`` is 1, sent it."""
        self.parent = outer
        self.depth = outer.depth + deeper

    @property
    def cause(self) -> SnowflakeError | None:
        """Why this scope or one around it was cancelled; None if none was."""
        if self._cause is None and self.parent is not None:
            return self.parent.cause
        return self._cause

    def cancel(self, cause: SnowflakeError) -> None:
        """Make the statement end with ``cause``; may be called again to interrupt what began since."""
        with self._lock:
            self._cause = self._cause or cause
            for cursor in self._cursors:
                cursor.interrupt()

    def check(self) -> None:
        """Raise the cause if the scope was cancelled."""
        if (cause := self.cause) is not None:
            raise cause

    def _enter(self, cursor: duckdb.DuckDBPyConnection) -> None:
        if self.parent is not None:
            self.parent._enter(cursor)
        with self._lock:
            self._cursors.append(cursor)

    def _leave(self, cursor: duckdb.DuckDBPyConnection) -> None:
        with self._lock:
            self._cursors.remove(cursor)
        if self.parent is not None:
            self.parent._leave(cursor)

    @contextmanager
    def watched(self, cursor: duckdb.DuckDBPyConnection) -> Iterator[None]:
        """Interrupt ``cursor`` too when the scope is cancelled; raises at once if it was."""
        self._enter(cursor)
        try:
            self.check()
            yield
        finally:
            self._leave(cursor)


_CURRENT: ContextVar[Scope | None] = ContextVar("scope", default=None)


def current() -> Scope | None:
    """The scope of the statement that runs in this thread, if one does."""
    return _CURRENT.get()


def around(scope: Scope | None) -> Iterator[Scope]:
    """``scope`` and those that it is inside of."""
    while scope is not None:
        yield scope
        scope = scope.parent


def depth() -> int:
    """How many procedures are running around the statement of this thread."""
    scope = _CURRENT.get()
    return 0 if scope is None else scope.depth


@contextmanager
def running(scope: Scope, deeper: int = 0) -> Iterator[None]:
    """Make ``scope`` the one of this thread; ``deeper`` is 1 for what a procedure does."""
    outer = _CURRENT.get()
    if outer is not None:
        scope.inside(outer, deeper)
    token = _CURRENT.set(scope)
    try:
        yield
    finally:
        _CURRENT.reset(token)


@contextmanager
def shielded() -> Iterator[None]:
    """What is done inside is not cancelled with the statement: putting back what it did."""
    token = _CURRENT.set(None)
    try:
        yield
    finally:
        _CURRENT.reset(token)


@contextmanager
def watched(cursor: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Let the running statement's cancellation, if a statement is running, interrupt ``cursor``."""
    scope = _CURRENT.get()
    if scope is None:
        yield
    else:
        with scope.watched(cursor):
            yield


class Lock(Protocol):
    """A lock of the threading module."""

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool: ...

    def release(self) -> None: ...


@contextmanager
def holding(lock: Lock) -> Iterator[None]:
    """Hold ``lock``; a statement that is cancelled while it waits for it ends at once."""
    scope = _CURRENT.get()
    while not lock.acquire(timeout=_POLL):
        if scope is not None:
            scope.check()
    try:
        yield
    finally:
        lock.release()


def check() -> None:
    """Raise if the running statement was cancelled; for handlers that loop without the engine."""
    scope = _CURRENT.get()
    if scope is not None:
        scope.check()
