"""One statement of a client, from the moment it is accepted until its result is forgotten."""

from __future__ import annotations

import time
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from snowdome.account.history import FAILED, INCIDENT, SUCCESS, QueryRecord
from snowdome.account.results import Retained
from snowdome.context import Binding
from snowdome.engine.interrupts import Scope
from snowdome.errors import SnowflakeError
from snowdome.session import Session
from snowdome.types import Column


@dataclass(frozen=True)
class Request:
    """What a client asks for. ``parameters`` are this request's own (MULTI_STATEMENT_COUNT, QUERY_TAG, …)."""

    text: str
    describe_only: bool = False
    internal: bool = False
    bindings: Mapping[str, Binding] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    bind_stage: str | None = None


class Place(NamedTuple):
    """A session's context at one moment, names as stored."""

    database: str | None
    schema: str | None
    warehouse: str | None
    role: str | None


def place_of(session: Session) -> Place:
    return Place(session.database, session.schema, session.warehouse, session.role)


@dataclass(eq=False)
class Query:
    """A statement that runs or has run.

    When ``done`` is set, exactly one of these holds: ``error`` is why it failed; ``described`` are the
    columns of a describe-only request; ``retained`` is the result; none of them: the result was dropped.
    """

    id: str
    session: Session
    record: QueryRecord
    describe_only: bool = False
    parameters: Mapping[str, object] = field(default_factory=dict)  # that hold for it alone
    scope: Scope = field(default_factory=Scope)
    done: Future[None] = field(default_factory=Future)
    error: SnowflakeError | None = None
    described: tuple[Column, ...] | None = None
    retained: Retained | None = None
    place: Place | None = None  # the session's context when it ended
    timeout: float = 0.0  # seconds; 0 for none
    began: float = field(default_factory=time.monotonic)

    def fail(self, error: SnowflakeError, status: str = FAILED) -> None:
        """Say why it failed."""
        self.error = error
        self.record.status = status
        self.record.error_code, self.record.error_message = error.code, error.message

    def end(self) -> None:
        """Close the record and wake those who wait."""
        if self.error is None and self.described is None and self.retained is None:
            self.fail(INTERNAL, INCIDENT)
        elif self.error is None:
            self.record.status = SUCCESS
        self.record.end = self.session.catalog.clock.now()
        self.place = place_of(self.session)
        self.done.set_result(None)


INTERNAL = SnowflakeError(
    "000603", "XX000", "SQL execution internal error: the local account failed; its log has the details."
)
CANCELLED = SnowflakeError("000604", "57014", "SQL execution canceled")


def timed_out(seconds: float) -> SnowflakeError:
    """000630: STATEMENT_TIMEOUT_IN_SECONDS was reached."""
    text = f"Statement reached its statement or warehouse timeout of {seconds:g} second(s) and was canceled."
    return SnowflakeError("000630", "57014", text)
