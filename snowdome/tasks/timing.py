"""Which graphs are due when: by schedule, or by a stream that has data."""

from __future__ import annotations

from collections.abc import Sequence

from snowdome.catalog.model import Task
from snowdome.clock import SECOND
from snowdome.engine import interrupts
from snowdome.errors import SnowflakeError
from snowdome.scheduler import Ran
from snowdome.tasks import graphs
from snowdome.tasks.host import Host
from snowdome.tasks.limits import number
from snowdome.tasks.records import GraphRun, TaskRun, Told
from snowdome.tasks.schedules import parse
from snowdome.tasks.service import SCHEDULE, TRIGGER, Tasks


class TaskTimes:
    """The started tasks as a kind of things that the account does by itself (see ``Schedulable``)."""

    def __init__(self, tasks: Tasks, host: Host) -> None:
        self._tasks = tasks
        self._host = host
        self._reached: dict[int, int] = {}  # by root: the latest due time that was looked at
        self._started: tuple[int, list[Task]] = (-1, [])

    @property
    def poll(self) -> float:
        """Streams do not tell when data comes, so they are asked."""
        return 0.5 if any(_triggered(root) for root in self._roots()) else 30.0

    def _roots(self) -> list[Task]:
        """The started roots, by id."""
        snapshot = self._tasks.catalog.snapshot
        if self._started[0] != snapshot.version:
            found = [t for t in snapshot.all(Task) if t.started and graphs.is_root(t)]
            self._started = (snapshot.version, sorted(found, key=lambda t: t.id))
        return self._started[1]

    # -- when -----------------------------------------------------------------------------------

    def next_due(self, now: int) -> int | None:
        """The earliest time at which a root is due."""
        found = [self.due(root, now) for root in self._roots()]
        return min((due for due in found if due is not None), default=None)

    def due(self, root: Task, now: int) -> int | None:
        """When a started root is due: of several times that passed unseen, only the last one counts."""
        if root.schedule is None:
            return self._trigger(root, now)
        schedule = parse(root.schedule)
        reached = max(root.resumed_on, self._reach(root, SCHEDULE))
        late = schedule.last(root.resumed_on, reached, now)
        return late if late is not None else schedule.after(root.resumed_on, max(reached, now))

    def _reach(self, root: Task, origin: str) -> int:
        """The latest due time of the root that was looked at, before a restart as well."""
        if root.id not in self._reached:
            runs = [g.original for g in self._tasks.history.all_graphs(root.id) if g.origin == origin]
            self._reached[root.id] = max(runs, default=0)
        return self._reached[root.id]

    def _trigger(self, root: Task, now: int) -> int | None:
        if not _triggered(root) or self._tasks.live(root.id) or not self._has_data(root, now):
            return None
        pause = number(root, "USER_TASK_MINIMUM_TRIGGER_INTERVAL_IN_SECONDS") * SECOND
        earliest = self._reach(root, TRIGGER) + pause
        return max(earliest, now)

    def _has_data(self, root: Task, now: int) -> bool:
        version = self._tasks.version_of(root)
        run = GraphRun(id=0, run_id=0, group="", root=root.id, version=version.number, scheduled=now)
        session = self._host.open(Told(run, TaskRun(id=0, graph=0, task=root.id, name=root.name), version))
        try:
            return root.condition is not None and self._host.ask(session, root.condition)
        except SnowflakeError:
            return False  # its stream may be gone, or stale
        finally:
            self._host.close(session)

    # -- what -----------------------------------------------------------------------------------

    def run(self, due: int, wait: bool) -> Sequence[Ran]:
        """Begin the graphs that are due, one after the other if the clock is being moved."""
        ran: list[Ran] = []
        for root in self._roots():
            mine = self.due(root, due)
            if mine is None or mine > due:
                continue
            self._reached[root.id] = mine
            if wait:
                self._tasks.wait_for_root(root.id, interrupts.check)
            elif self._tasks.blocked(root):
                continue
            run = self._tasks.begin(root, mine, SCHEDULE if root.schedule is not None else TRIGGER)
            if wait:
                self._tasks.wait(run, interrupts.check)
                ran += self._tasks.told(self._tasks.history.group(run.group), mine)
        return ran

    def next_after(self, root: Task, moment: int) -> int | None:
        """The next scheduled time of a root, for its history."""
        if root.schedule is None or not root.started:
            return None
        return self.due(root, moment)


def _triggered(root: Task) -> bool:
    return root.schedule is None and root.condition is not None
