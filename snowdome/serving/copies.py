"""Copies of a model and how they are kept alive."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from snowdome.python.pool import Pool, WorkerLost
from snowdome.serving import frames
from snowdome.serving.frames import Setup
from snowdome.serving.logs import Log
from snowdome.serving.process import Process
from snowdome.serving.supervisor import Supervisor

MOST_DEATHS = 5  # in a row, without having been READY
MOST_REFUSALS = 2  # in a row: the model cannot be loaded, and it was said why
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 30.0  # seconds before a restart
_STEADY = 30.0  # seconds after which a READY copy is trusted again


class Status(str, Enum):
    """How a copy is."""

    PENDING = "PENDING"
    READY = "READY"
    FAILED = "FAILED"


@dataclass(frozen=True)
class House:
    """What copies live in: ``changed`` is told of every change, ``now`` is seconds since 1970."""

    pool: Pool
    supervisor: Supervisor
    lock: threading.RLock
    changed: Callable[[], None]
    now: Callable[[], float]


@dataclass(eq=False)
class Copy:
    """A copy of a model in an instance: its process, and the next one when that dies. The house's lock is held
    to change it."""

    house: House
    setup: Setup
    instance: int
    log: Log
    status: Status = Status.PENDING
    message: str = ""
    restarts: int = 0
    started: float | None = None  # seconds since 1970
    process: Process | None = None
    ended: bool = False
    _deaths: int = 0  # in a row
    _unready: int = 0  # deaths in a row without having been READY
    _refusals: list[str] = field(default_factory=list)

    def begin(self) -> None:
        """Start the process; returns at once."""
        threading.Thread(target=self._begin, daemon=True, name="service start").start()

    def _begin(self) -> None:
        try:
            process = Process(self.house.pool, self.setup, self.log)
        except (WorkerLost, OSError) as failure:
            self.log.write(f"The process could not be started: {failure!r}\n".encode())
            self._died()
            return
        with self.house.lock:
            self.process, self.started = process, self.house.now()
            stop = self.ended
        self.house.supervisor.watch(process, lambda kind, text: self._told(process, kind, text), self._died)
        if stop:
            process.kill()

    def _told(self, process: Process, kind: int, text: bytes) -> None:
        with self.house.lock:
            if kind == frames.READY and self.process is process and not self.ended:
                self.status, self.message = Status.READY, "Running"
                self._unready = 0
                self._refusals.clear()
                self.house.supervisor.later(_STEADY, lambda: self._steady(process))
            elif kind == frames.FAILED:
                self._refusals.append(text.decode("utf-8", "replace"))
        self.house.changed()

    def _steady(self, process: Process) -> None:
        with self.house.lock:
            if self.process is process:
                self._deaths = 0

    def _died(self) -> None:
        """The process has ended: start it again after a pause, or no more."""
        with self.house.lock:
            self.process = None
            if self.ended:
                return
            self._deaths += 1
            self._unready += 1
            said = self._refusals[-1] if self._refusals else ""
            if self._unready >= MOST_DEATHS or len(self._refusals) >= MOST_REFUSALS:
                self.status, self.message = Status.FAILED, said or "The process ended again and again."
                self._note(f"The service has failed. {self.message}")
            else:
                self.status, self.message = Status.PENDING, said or "The process ended and is started again."
                self.restarts += 1
                pause = min(_FIRST_PAUSE * 2 ** (self._deaths - 1), _LONGEST_PAUSE)
                self._note(f"The process has ended; it is started again in {pause:.1f} seconds.")
                self.house.supervisor.later(pause, self._again)
        self.house.changed()

    def _note(self, text: str) -> None:
        self.log.write(f"{text}\n".encode(errors="replace"))

    def _again(self) -> None:
        with self.house.lock:
            if self.ended:
                return
        self.begin()

    def stop(self) -> None:
        """End the process, for good."""
        with self.house.lock:
            self.ended = True
            process = self.process
        if process is not None:
            process.kill()


class Generation:
    """All copies of one deployment."""

    def __init__(self, house: House, setup: Setup, log_of: Callable[[int], Log], workers: int) -> None:
        self.setup = setup
        self.workers = workers
        self.copies = [
            Copy(house, setup, number, log_of(number))
            for number in range(setup.deployment.instances)
            for _ in range(workers)
        ]

    def of(self, instance: int) -> list[Copy]:
        """The copies in an instance."""
        return self.copies[instance * self.workers : (instance + 1) * self.workers]

    @property
    def is_ready(self) -> bool:
        return all(c.status is Status.READY for c in self.copies)

    @property
    def failed(self) -> Copy | None:
        return next((c for c in self.copies if c.status is Status.FAILED), None)

    @property
    def pending(self) -> int:
        """The requests that have no answer yet."""
        return sum(c.process.pending for c in self.copies if c.process is not None)

    def pick(self) -> Process | None:
        """The process that has least to do; None if none is READY."""
        there = (c.process for c in self.copies if c.status is Status.READY)
        return min((p for p in there if p and not p.lost), key=lambda p: p.pending, default=None)

    def begin(self) -> None:
        for copy in self.copies:
            copy.begin()

    def stop(self) -> None:
        for copy in self.copies:
            copy.stop()
