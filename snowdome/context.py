"""What a statement works with: the account's services, the session, the request's bindings and parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from snowdome.catalog.catalog import Catalog
from snowdome.engine.database import Database as Engine
from snowdome.outbox import Outbox
from snowdome.python.runtime import Runtime
from snowdome.result import Result
from snowdome.scheduler import Scheduler
from snowdome.serving.model_services import ModelServices
from snowdome.session import Session
from snowdome.stages.location import Choice
from snowdome.stages.storage import Stages
from snowdome.tasks.service import Tasks
from snowdome.tasks.timing import TaskTimes
from snowdome.types import TEXT, DataType


@dataclass(frozen=True)
class Binding:
    """A value bound to ``?`` or ``:name``: the wire's type, and text or None, or a list of them."""

    type: str
    value: str | list[str | None] | None


@dataclass(frozen=True)
class TypedBinding(Binding):
    """A value whose exact type is known: ``held`` is it in the engine layout of ``data_type``; ``value`` is
    its text."""

    data_type: DataType = TEXT
    held: object = None


class Resources(Protocol):
    """Objects as the JSON of the REST API."""

    def __contains__(self, listing: object) -> bool:
        """Whether there is JSON for what SHOW ``listing`` shows."""

    def answers(self, session: Session, listing: str, shown: Result) -> list[Any]:
        """The JSON of each row of SHOW ``listing``."""


class Services(Protocol):
    """What handlers may ask of the account beyond catalog, engine and session."""

    engine: Engine
    catalog: Catalog
    stages: Stages
    python: Runtime
    services: ModelServices
    outbox: Outbox
    scheduler: Scheduler
    tasks: Tasks
    task_times: TaskTimes
    address: tuple[str, int] | None  # where the account's server listens
    resources: Resources | None  # the server's, once there is one

    @property
    def name(self) -> str: ...

    def run(self, session: Session, text: str, **options: Any) -> Result:
        """Run another statement in the same session, as the user would."""

    def result_of(self, session: Session, query_id: str) -> Result:
        """The retained result of a finished statement of this session."""

    def execute_alert(self, alert_id: int) -> None:
        """Run an alert once, now."""

    def query_log(self) -> list[Any]:
        """What ran in the account, newest last (see ``snowdome.account.history``)."""

    def sessions(self) -> list[Session]: ...

    def cancel(self, query_id: str) -> bool: ...

    def cancel_session(self, session_id: int, sparing: str = "") -> int:
        """Cancel what runs in a session, but the query ``sparing``; how many queries that were."""

    def inner_login(self, session: Session) -> AbstractContextManager[dict[str, Any]]:
        """Connection parameters with which a procedure works in ``session`` while its CALL runs."""

    def end_session(self, session_id: int) -> bool:
        """End a session; False if there is none."""


@dataclass
class Context:
    """Everything a handler works with while it runs one statement."""

    services: Services
    session: Session
    text: str = ""
    query_id: str = ""
    bindings: Mapping[str, Binding] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)  # of this statement only
    bind_stage: str | None = None
    actions: Mapping[str, Callable[[Context, Sequence[object]], str | None]] = field(
        default_factory=dict
    )  # SYSTEM$…
    staged: Choice | None = None  # what FROM @stage stands for while a COPY's query is compiled

    @property
    def catalog(self) -> Catalog:
        return self.services.catalog

    @property
    def engine(self) -> Engine:
        return self.services.engine

    @property
    def keeps_transaction(self) -> bool:
        """Whether DDL of this request must not commit the open transaction."""
        return bool(self.parameters.get("SNOWPARK_SKIP_TXN_COMMIT_IN_DDL"))
