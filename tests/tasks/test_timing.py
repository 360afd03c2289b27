"""When graphs are due, asked of an account in this process: what no client can ask."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest

from snowdome.account.account import Account
from snowdome.account.logins import Credentials
from snowdome.catalog.model import Task
from snowdome.clock import DAY, HOUR, MINUTE, SECOND
from snowdome.session import Session
from snowdome.tasks.schedules import parse
from snowdome.tasks.timing import TaskTimes

Lab = tuple[Account, Session]


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """An account whose scheduler has been stopped, and a session in it."""
    account = Account(tmp_path, "secret")
    session = account.login(Credentials("tester", "secret")).session
    account.run(session, "CREATE DATABASE lab")
    account.scheduler.stop()
    yield account, session
    account.close()


def root(account: Account) -> Task:
    [found] = [t for t in account.catalog.snapshot.all(Task) if not t.predecessors]
    return found


def runs(lab: Lab) -> int:
    account, _ = lab
    return len(account.tasks.history.all_graphs(root(account).id))


def test_a_run_that_is_due_while_the_graph_runs_is_left_out(lab: Lab) -> None:
    account, session = lab
    account.run(session, "CREATE TASK r SCHEDULE = '1 MINUTE' AS CALL SYSTEM$WAIT(60)")
    account.run(session, "ALTER TASK r RESUME")
    due = account.task_times.next_due(account.catalog.clock.now())
    assert due == root(account).resumed_on + MINUTE
    account.task_times.run(due, wait=False)
    account.task_times.run(due + MINUTE, wait=False)
    assert runs(lab) == 1
    assert account.task_times.next_due(due + MINUTE) == due + 2 * MINUTE
    account.tasks.cancel(root(account))
    account.tasks.wait_for_root(root(account).id, lambda: None)
    account.task_times.run(due + 2 * MINUTE, wait=False)
    assert runs(lab) == 2


@pytest.mark.parametrize(("policy", "overlapping"), [("ALLOW_CHILD_OVERLAP", 2), ("ALLOW_ALL_OVERLAP", 2)])
def test_policies_that_let_children_overlap(lab: Lab, policy: str, overlapping: int) -> None:
    account, session = lab
    account.run(session, f"CREATE TASK r SCHEDULE = '1 MINUTE' OVERLAP_POLICY = {policy} AS SELECT 1")
    account.run(session, "CREATE TASK c AFTER r AS CALL SYSTEM$WAIT(60)")
    account.run(session, "ALTER TASK c RESUME")
    account.run(session, "ALTER TASK r RESUME")
    due = root(account).resumed_on + MINUTE
    account.task_times.run(due, wait=False)
    first = account.tasks.history.all_graphs()[0]
    while not account.tasks.root_ended(first):
        time.sleep(0.005)
    account.task_times.run(due + MINUTE, wait=False)
    assert runs(lab) == overlapping


def test_of_what_passed_unseen_only_the_last_is_made_up_for(lab: Lab) -> None:
    account, session = lab
    account.run(session, "CREATE TASK r SCHEDULE = '1 HOUR' AS SELECT 1")
    account.run(session, "ALTER TASK r RESUME")
    resumed = root(account).resumed_on
    late = resumed + 5 * HOUR + MINUTE
    assert account.task_times.next_due(late) == resumed + 5 * HOUR
    account.task_times.run(late, wait=True)
    assert runs(lab) == 1
    assert account.task_times.next_due(late) == resumed + 6 * HOUR


def test_a_run_goes_to_where_its_schema_is_now(lab: Lab) -> None:
    account, session = lab
    account.run(session, "CREATE TABLE t (i INT)")
    account.run(session, "CREATE TASK r SCHEDULE = '1 HOUR' AS INSERT INTO t VALUES (1)")
    account.run(session, "ALTER TASK r RESUME")
    account.run(session, "ALTER DATABASE lab RENAME TO moved")
    [ran] = account.task_times.run(root(account).resumed_on + HOUR, wait=True)
    assert (ran.name, ran.state) == ("MOVED.PUBLIC.R", "SUCCEEDED")


def test_old_runs_are_forgotten(lab: Lab) -> None:
    account, session = lab
    account.run(session, "CREATE TASK r AS SELECT 1")
    account.run(session, "EXECUTE TASK r AWAIT")
    account.run(session, "EXECUTE TASK r AWAIT")
    history = account.tasks.history
    last = max(history.graphs)
    history.forget_before(account.catalog.clock.now(), {(root(account).id, 1)})
    assert (list(history.graphs), len(history.versions)) == ([last], 1)
    history.forget_before(account.catalog.clock.now(), set())
    assert (len(history.graphs), len(history.versions)) == (0, 0)
    rows = account.engine.connection.execute("SELECT COUNT(*) FROM catalog.task_runs").fetchall()
    assert rows == [(0,)]


def test_a_run_of_long_ago_is_not_made_up_for_again(lab: Lab) -> None:
    account, session = lab
    account.run(session, "CREATE TASK r SCHEDULE = 'USING CRON 0 0 1 * * UTC' AS SELECT 1")
    account.run(session, "ALTER TASK r RESUME")
    clock = account.catalog.clock
    due = account.task_times.next_due(clock.now())
    assert due is not None
    clock.advance_to(due)
    account.task_times.run(due, wait=True)
    clock.advance_to(due + 20 * DAY)
    account.tasks.history.forget_before(due + 6 * DAY, {(root(account).id, 1)})
    again = TaskTimes(account.tasks, account.task_times._host).next_due(clock.now())
    assert again is not None
    assert again > clock.now()


# -- cron: recorded live --------------------------------------------------------------------------

FROM = {
    "10": datetime(2026, 9, 11, 13, 10, 17, tzinfo=timezone.utc),
    "12": datetime(2026, 9, 11, 13, 12, 52, tzinfo=timezone.utc),
    "14": datetime(2026, 9, 11, 13, 14, 52, tzinfo=timezone.utc),
}


def shown(moment: int | None) -> str:
    assert moment is not None
    return datetime.fromtimestamp(moment // SECOND, timezone.utc).strftime("%Y-%m-%d %H:%M %a")


@pytest.mark.parametrize(
    ("minute", "fields", "expected"),
    [
        ("10", "*/7 * * * * UTC", "2026-09-11 13:14 Fri"),
        ("10", "0 */2 * * * UTC", "2026-09-11 14:00 Fri"),
        ("10", "30 9 * * 1-5 America/Los_Angeles", "2026-09-11 16:30 Fri"),
        ("10", "0 12 * * SUN UTC", "2026-09-13 12:00 Sun"),
        ("10", "15,45 * * * * UTC", "2026-09-11 13:15 Fri"),
        ("10", "10-40/10 * * * * UTC", "2026-09-11 13:20 Fri"),
        ("12", "0 0 * * 0 UTC", "2026-09-13 00:00 Sun"),
        ("12", "0 6 * * MON-FRI Europe/Warsaw", "2026-09-14 04:00 Mon"),
        ("12", "0 0 * * */2 UTC", "2026-09-12 00:00 Sat"),
        ("14", "5/15 * * * * UTC", "2026-09-11 13:20 Fri"),
        ("14", "0 0 * * MON,3 UTC", "2026-09-14 00:00 Mon"),
        ("14", "*/61 * * * * UTC", "2026-09-11 14:00 Fri"),
        ("14", "0 0 * * * utc", "2026-09-12 00:00 Sat"),
        ("14", "0 0 * * * Etc/GMT+5", "2026-09-12 05:00 Sat"),
        ("14", "0   0  *  *  *   UTC", "2026-09-12 00:00 Sat"),
        ("14", "0 0 * JAN-DEC/2 * UTC", "2026-09-12 00:00 Sat"),
        ("10", "0 0 1 * MON UTC", "2026-09-14 00:00 Mon"),
        ("12", "0 0 L * 1 UTC", "2026-09-14 00:00 Mon"),
        ("14", "0 0 */2 * MON UTC", "2026-09-13 00:00 Sun"),
        ("10", "0 0 L * * UTC", "2026-09-30 00:00 Wed"),
        ("10", "0 0 1,L * * UTC", "2026-09-30 00:00 Wed"),
        ("10", "0 0 * * 5L UTC", "2026-09-25 00:00 Fri"),
        ("10", "0 0 * * FRIL UTC", "2026-09-25 00:00 Fri"),
        ("10", "0 0 * * WED UTC", "2026-09-16 00:00 Wed"),
        ("10", "0 0 L 2 * UTC", "2027-02-28 00:00 Sun"),
        ("10", "0 0 29 2 * UTC", "2028-02-29 00:00 Tue"),
        ("10", "0 0 1 */3 * UTC", "2026-10-01 00:00 Thu"),
        ("10", "0 0 */10 * * UTC", "2026-09-21 00:00 Mon"),
    ],
)
def test_cron(minute: str, fields: str, expected: str) -> None:
    moment = int(FROM[minute].timestamp()) * SECOND
    assert shown(parse(f"USING CRON {fields}").after(0, moment)) == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        # Clocks go from 02:00 to 03:00: 02:30 does not exist, and nothing runs in its place.
        (datetime(2026, 3, 8, 5, tzinfo=timezone.utc), ["2026-03-08 06:30 Sun", "2026-03-09 05:30 Mon"]),
        # Clocks go from 02:00 back to 01:00: 01:30 comes twice.
        (datetime(2026, 11, 1, 4, tzinfo=timezone.utc), ["2026-11-01 05:30 Sun", "2026-11-01 06:30 Sun"]),
    ],
)
def test_daylight_saving(day: datetime, expected: list[str]) -> None:
    schedule = parse("USING CRON 30 1,2 * * * America/New_York")
    first = schedule.after(0, int(day.timestamp()) * SECOND)
    assert first is not None
    assert [shown(first), shown(schedule.after(0, first))] == expected


@pytest.mark.parametrize("text", ["USING CRON 0 0 1 1 * UTC", "USING CRON */5 * * * * UTC", "7 MINUTE"])
def test_the_last_time_before_a_moment(text: str) -> None:
    schedule = parse(text)
    moment = int(FROM["10"].timestamp()) * SECOND
    since = moment - 400 * DAY
    last = schedule.last(since, since, moment)
    assert last is not None
    assert since < last <= moment
    following = schedule.after(since, last)
    assert following is not None
    assert following > moment
    assert schedule.last(since, last, moment) is None
