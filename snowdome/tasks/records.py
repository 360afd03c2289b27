"""What is remembered of runs: of a graph, and of each of its tasks."""

from __future__ import annotations

from dataclasses import dataclass, field

from snowdome.catalog.model import Task
from snowdome.catalog.names import ObjectName
from snowdome.tasks.graphs import ENDED, SCHEDULED


@dataclass(frozen=True, kw_only=True)
class Version:
    """A graph as it was when its root was resumed or run; ``place`` is its database and schema."""

    root: int
    number: int
    place: tuple[str, str]
    tasks: tuple[Task, ...]

    @property
    def root_task(self) -> Task:
        return self.tasks[0]

    def task(self, name: str) -> Task | None:
        return next((t for t in self.tasks if t.name == name), None)

    def full_name(self, name: str) -> str:
        """The full name of one of its tasks, quoted where it must be."""
        return str(ObjectName((*self.place, name)))


@dataclass(frozen=True, kw_only=True)
class GraphRun:
    """One attempt at running a graph. Times are nanoseconds UTC of the account's clock, 0 for not yet;
    ``run_id`` is milliseconds and grows; ``origin`` is SCHEDULED_FROM."""

    id: int
    run_id: int
    group: str
    root: int
    version: int
    attempt: int = 1
    state: str = SCHEDULED
    scheduled: int = 0
    original: int = 0
    started: int = 0
    ended: int = 0
    next_due: int = 0
    origin: str = "SCHEDULE"
    config: str | None = None
    by_user: str | None = None
    error: tuple[str, str, str] | None = None  # of the first failure: task, code, message

    @property
    def live(self) -> bool:
        return self.state not in ENDED


@dataclass(frozen=True, kw_only=True)
class TaskRun:
    """One run of one task within a ``graph`` (a ``GraphRun``'s id)."""

    id: int
    graph: int
    task: int
    name: str
    state: str = SCHEDULED
    scheduled: int = 0
    started: int = 0
    ended: int = 0
    query_id: str | None = None
    error_code: str | None = None
    error_message: str | None = None
    returned: str | None = None

    @property
    def live(self) -> bool:
        return self.state not in ENDED


Record = Version | GraphRun | TaskRun


@dataclass
class Told:
    """What a task's session knows of its run, for SYSTEM$ functions."""

    graph: GraphRun
    run: TaskRun
    version: Version
    returned: str | None = None
    names: dict[str, str] = field(default_factory=dict)
