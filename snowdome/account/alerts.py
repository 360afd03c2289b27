"""Alerts run on the account's clock, each in a session of its own."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace

from snowdome.account.by_itself import ByItself, full_name
from snowdome.catalog import alert_runs
from snowdome.catalog.alert_runs import AlertRun, Running
from snowdome.catalog.catalog import Catalog
from snowdome.catalog.model import Alert
from snowdome.context import Services
from snowdome.engine.database import Database
from snowdome.errors import SnowflakeError
from snowdome.scheduler import Ran
from snowdome.session import Session
from snowdome.tasks.schedules import parse
from snowdome.tasks.service import STOPPED

_CLIENT = "Snowdome alert"


class Alerts:
    """Implements ``snowdome.scheduler.Schedulable``."""

    poll = 30.0

    def __init__(self, services: Services, catalog: Catalog, engine: Database, runner: ByItself) -> None:
        self._services = services
        self._catalog = catalog
        self._engine = engine
        self._runner = runner
        self._lock = threading.Lock()
        self._reached: dict[int, int] | None = None  # by alert: the latest due time that was looked at

    def next_due(self, now: int) -> int | None:
        """The earliest time at which a started alert is due."""
        found = [self._due(alert, now) for alert in self._started()]
        return min((due for due in found if due is not None), default=None)

    def _started(self) -> list[Alert]:
        return [a for a in self._catalog.snapshot.all(Alert) if a.started]

    def _due(self, alert: Alert, now: int) -> int | None:
        """Of several times that passed unseen, only the last one counts."""
        schedule = parse(alert.schedule)
        since = max(alert.resumed_on, self._passed().get(alert.id, 0))
        late = schedule.last(alert.resumed_on, since, now)
        return late if late is not None else schedule.after(alert.resumed_on, max(since, now))

    def _passed(self) -> dict[int, int]:
        with self._lock:
            if self._reached is None:
                with self._engine.cursor() as cursor:
                    self._reached = alert_runs.reached(cursor)
            return self._reached

    def run(self, due: int, wait: bool) -> Sequence[Ran]:
        """Run the alerts that are due, by name."""
        now = self._catalog.clock.now()
        dues = [(alert, self._due(alert, now)) for alert in self._started()]
        found = [(a, moment) for a, moment in dues if moment is not None and moment <= due]
        ran = []
        for alert, moment in sorted(found, key=lambda pair: (pair[1], pair[0].name)):
            self._passed()[alert.id] = moment
            snapshot = self._catalog.snapshot
            if alert.id not in snapshot.by_id:
                continue  # an alert before it dropped it
            name = full_name(snapshot, alert)
            ended = self.evaluate(alert, moment)
            ran.append(Ran("ALERT", name, moment, ended.state, ended.error_message or ""))
        return ran

    def resume_after_restart(self) -> None:
        """Close what was executing when the account ended."""
        with self._engine.cursor() as cursor:
            alert_runs.close_interrupted(cursor, self._catalog.clock.now(), STOPPED)

    def evaluate(self, alert: Alert, moment: int) -> AlertRun:
        """Look at the condition, run the action if it gives a row, and keep what came of it."""
        snapshot = self._catalog.snapshot
        schema = snapshot.by_id[alert.parent]
        database = snapshot.by_id[schema.parent]
        run = AlertRun(
            alert.id, alert.name, schema.name, database.name, alert.condition, None, alert.action, None,
            alert_runs.EXECUTING, None, None, moment, 0,
        )  # fmt: skip
        with self._engine.cursor() as cursor:
            last = alert_runs.last_evaluated(cursor, alert.id)
            alert_runs.save(cursor, run)  # first: an account that is killed now does not do it all again
        place = (database.name, schema.name)
        with self._runner.session(alert.owner, alert.warehouse, place, _CLIENT) as session:
            session.alert = Running(moment, last)
            run = self._ran(session, session.alert, run)
        run = replace(run, completed=self._catalog.clock.now())
        with self._engine.cursor() as cursor:
            alert_runs.save(cursor, run)
        return run

    def _ran(self, session: Session, running: Running, run: AlertRun) -> AlertRun:
        try:
            found = self._services.run(session, run.condition)
        except SnowflakeError as error:
            failed = replace(run, state=alert_runs.CONDITION_FAILED, condition_query_id=_last_query(session))
            return _failed(failed, error)
        running.condition_query_id = _last_query(session)
        run = replace(run, condition_query_id=running.condition_query_id, state=alert_runs.CONDITION_FALSE)
        if not found.row_count:
            return run
        run = replace(run, state=alert_runs.ACTION_FAILED)
        try:
            self._services.run(session, run.action)
        except SnowflakeError as error:
            return _failed(replace(run, action_query_id=_last_query(session)), error)
        return replace(run, state=alert_runs.TRIGGERED, action_query_id=_last_query(session))


def _last_query(session: Session) -> str | None:
    return session.query_ids[-1] if session.query_ids else None


def _failed(run: AlertRun, error: SnowflakeError) -> AlertRun:
    return replace(run, error_code=error.code, error_message=error.message)
