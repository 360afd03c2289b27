"""What running tasks needs of the account."""

from __future__ import annotations

from typing import Protocol

from snowdome.errors import SnowflakeError
from snowdome.session import Session
from snowdome.tasks.records import Told


class Running(Protocol):
    """A statement that is about to run, or runs."""

    @property
    def id(self) -> str: ...

    def finish(self) -> SnowflakeError | None:
        """Run it in this thread, to its end; why it failed, if it did."""

    def cancel(self, cause: SnowflakeError) -> None:
        """Make it end with ``cause``."""


class Host(Protocol):
    """The account, as tasks see it."""

    def open(self, told: Told) -> Session:
        """A session of its own for a task's run: the owner's role, the task's database, schema, parameters."""

    def close(self, session: Session) -> None:
        """End such a session: roll back, drop what was temporary."""

    def begin(self, session: Session, text: str, timeout: float) -> Running:
        """A statement that will run in the session, ``timeout`` seconds at most."""

    def ask(self, session: Session, condition: str) -> bool:
        """Whether a condition of a task holds now; an error of the condition is raised."""

    def notify(self, integration: str, payload: dict[str, object]) -> None:
        """Put a notification into the outbox."""
