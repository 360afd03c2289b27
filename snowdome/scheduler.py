"""What the account does by itself at its own times, and moving its clock through it.

A kind of such things (tasks, refreshes, alerts) is one ``Schedulable`` that is given to
``Scheduler.add``, before or after the scheduler has started.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from snowdome.clock import SECOND, Clock

_LOG = logging.getLogger("snowdome")
_LONGEST = 30.0  # seconds the thread sleeps at most
_AFTER_FAILURE = 5 * SECOND
_SETTLE = 0.02  # seconds between two looks at whether a kind is idle, while the clock is moved


@dataclass(frozen=True)
class Ran:
    """One thing that was done: ``due`` is when it was due (ns UTC of the account's clock), ``state`` how
    it ended (SUCCEEDED, FAILED, SKIPPED, …), ``detail`` an error or a remark."""

    kind: str
    name: str
    due: int
    state: str
    detail: str = ""


class Schedulable(Protocol):
    """A kind of things that the account does at its own times. The two methods are called by one thread
    at a time for each kind; what they raise is logged as a bug, so errors of users belong into histories.
    ``poll`` is after how many seconds to ask again when nothing told the scheduler of a change."""

    @property
    def poll(self) -> float: ...

    def next_due(self, now: int) -> int | None:
        """When (ns UTC of the account's clock) something is to be done next; ``now`` or earlier says that
        it is due already, None that nothing is planned. Cheap: asked after each change of the catalog."""

    def run(self, due: int, wait: bool) -> Sequence[Ran]:
        """Do what is due at ``due`` or earlier. Afterwards ``next_due`` must say a later time.

        With ``wait`` (the clock is being moved) all of it has ended on return, and is told; without, it
        may go on in threads of its own.
        """


@dataclass
class _Entry:
    kind: Schedulable
    look_at: int = 0  # when to ask it again
    running: Future[int | None] | None = None


class Scheduler:
    """A thread that calls the kinds when something of theirs is due."""

    def __init__(self, clock: Clock, moved: Callable[[int], None] = lambda offset: None) -> None:
        self._clock = clock
        self._moved = moved  # told each new offset of the clock, to keep it
        self._entries: list[_Entry] = []
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._turn = threading.RLock()  # held while kinds are asked, and while the clock is moved
        self._pool = ThreadPoolExecutor(16, thread_name_prefix="schedule")
        self._thread = threading.Thread(target=self._watch, name="scheduler", daemon=True)

    def add(self, kind: Schedulable) -> None:
        """Let ``kind`` take part."""
        with self._turn:
            self._entries.append(_Entry(kind))
        self.wake()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Begin nothing any more; what runs goes on."""
        self._stopped.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(5)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def wake(self) -> None:
        """Something changed: ask every kind again when its next time is."""
        for entry in list(self._entries):
            entry.look_at = 0
        self._wake.set()

    # -- as time passes -------------------------------------------------------------------------

    def _watch(self) -> None:
        while not self._stopped.is_set():
            self._wake.clear()
            with self._turn:
                for entry in self._entries:
                    self._look(entry)
            self._wake.wait(self._pause())

    def _look(self, entry: _Entry) -> None:
        if entry.running is not None:
            if not entry.running.done():
                return
            self._note(entry, entry.running)
            entry.running = None
        if entry.look_at <= self._clock.now() and not self._stopped.is_set():
            entry.look_at = self._clock.now() + int(entry.kind.poll * SECOND)
            entry.running = self._pool.submit(self._step, entry.kind)
            entry.running.add_done_callback(lambda _: self._wake.set())

    def _note(self, entry: _Entry, done: Future[int | None]) -> None:
        if (failure := done.exception()) is not None:
            _LOG.error("What the account does by itself failed for a reason that is a bug.", exc_info=failure)
            entry.look_at = self._clock.now() + _AFTER_FAILURE
        elif (due := done.result()) is not None:
            entry.look_at = min(entry.look_at, due)  # 0 after wake()

    def _step(self, kind: Schedulable) -> int | None:
        now = self._clock.now()
        due = kind.next_due(now)
        if due is None or due > now or self._stopped.is_set():
            return due
        kind.run(due, False)
        return kind.next_due(self._clock.now())

    def _pause(self) -> float:
        times = [e.look_at for e in self._entries if e.running is None]
        soonest = min(times, default=None)
        if soonest is None:
            return _LONGEST
        return min(max((soonest - self._clock.now()) / SECOND, 0.0), _LONGEST)

    # -- moving the clock -----------------------------------------------------------------------

    def advance(self, nanoseconds: int, check: Callable[[], None] = lambda: None) -> list[Ran]:
        """Move the clock forward. What becomes due on the way runs in order, each at its own time and
        ended before the next; what ran. ``check`` is called while waiting and may raise to stop there."""
        while not self._turn.acquire(timeout=_SETTLE):
            check()  # somebody else moves it
        try:
            self._settle(check)
            target = self._clock.now() + nanoseconds
            ran = list(self._run_until(target, check))
            self._move(target)
        finally:
            self._turn.release()
            self.wake()
        return ran

    def _run_until(self, target: int, check: Callable[[], None]) -> Iterator[Ran]:
        entries = list(self._entries)
        while (found := self._soonest(entries, target)) is not None:
            due, entry = found
            self._move(due)
            yield from entry.kind.run(due, True)
            check()
            after = entry.kind.next_due(self._clock.now())
            if after is not None and after <= due:
                _LOG.error("%s is due at %d again after it ran: a bug.", type(entry.kind).__name__, due)
                entries.remove(entry)

    def _soonest(self, entries: list[_Entry], target: int) -> tuple[int, _Entry] | None:
        """The kind that is due first until ``target``; of several due at once, the one added first."""
        now = self._clock.now()
        dues = [(due, e) for e in entries if (due := e.kind.next_due(now)) is not None and due <= target]
        return min(dues, key=lambda found: found[0], default=None)

    def _settle(self, check: Callable[[], None]) -> None:
        """Let the kinds come back from what they are doing."""
        for entry in self._entries:
            while entry.running is not None and not entry.running.done():
                check()
                self._stopped.wait(_SETTLE)

    def _move(self, moment: int) -> None:
        if moment > self._clock.now():
            self._moved(self._clock.advance_to(moment))
