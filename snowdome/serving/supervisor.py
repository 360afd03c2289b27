"""The thread that watches instances: what they say, what they print, when they end; and what is to be done later."""

from __future__ import annotations

import heapq
import itertools
import logging
import os
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from snowdome.serving.process import Process

_LOG = logging.getLogger("snowdome")
_CHUNK = 1 << 16  # bytes
_GRACE = 5.0  # seconds that killed processes get to be gone
Action = Callable[[], None]


class Supervisor:
    """Calls what it was given, always in its own thread; it runs from the first use on."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._wake, self._waker = socket.socketpair()
        self._wake.setblocking(False)
        self._waker.setblocking(False)
        self._selector.register(self._wake, selectors.EVENT_READ, lambda: None)
        self._new: deque[Action] = deque()
        self._later: list[tuple[float, int, Action]] = []
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._watched: set[Process] = set()
        self._latest = 0.0  # when the thread ends at the latest, once it is to end
        self._thread: threading.Thread | None = None
        self._closed = False

    def soon(self, action: Action) -> bool:
        """Run ``action`` in the thread, now; False if that has ended."""
        with self._lock:
            if self._closed:
                return False
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True, name="services")
                self._thread.start()
        self._new.append(action)
        with suppress(OSError):  # full: it is awake
            self._waker.send(b"a")
        return True

    def later(self, seconds: float, action: Action) -> None:
        """Run ``action`` in the thread, in so many seconds; may be called from any thread."""
        due = time.monotonic() + seconds
        self.soon(lambda: heapq.heappush(self._later, (due, next(self._numbers), action)))

    def watch(self, process: Process, told: Callable[[int, bytes], None], ended: Action) -> None:
        """Tell what a process says on its control socket, and that it has ended; keep what it prints."""
        if not self.soon(lambda: self._register(process, told, ended)):
            process.kill()
            process.close()

    def _register(self, process: Process, told: Callable[[int, bytes], None], ended: Action) -> None:
        self._watched.add(process)
        self._selector.register(process.output, selectors.EVENT_READ, lambda: self._print(process))
        self._selector.register(
            process.control, selectors.EVENT_READ, lambda: self._listen(process, told, ended)
        )

    def _print(self, process: Process) -> bool:
        """Keep what a process has printed; whether there may be more."""
        if process.output not in self._selector.get_map():
            return False  # its end was seen just before
        try:
            data = os.read(process.output, _CHUNK)
        except BlockingIOError:
            return False
        if data:
            self._keep(process, data)
            return True
        with suppress(KeyError):
            self._selector.unregister(process.output)
        return False

    def _keep(self, process: Process, data: bytes) -> None:
        try:
            process.log.write(data)
        except OSError:
            _LOG.warning("A service's log cannot be written to.", exc_info=True)

    def _listen(self, process: Process, told: Callable[[int, bytes], None], ended: Action) -> None:
        try:
            data = process.control.recv(_CHUNK, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        for kind, _, payload in process.frames.feed(data):
            told(kind, payload)
        if not data:
            self._selector.unregister(process.control)
            process.kill()  # and what it has started
            while self._print(process):
                pass
            with suppress(KeyError):
                self._selector.unregister(process.output)
            process.close()
            self._watched.discard(process)
            ended()

    def _run(self) -> None:
        while not self._closed:
            patience = max(0.0, self._later[0][0] - time.monotonic()) if self._later else None
            for key, _ in self._selector.select(patience):
                self._guarded(key.data)
            with suppress(OSError):
                self._wake.recv(_CHUNK)
            while self._new:
                self._guarded(self._new.popleft())
            while self._later and self._later[0][0] <= time.monotonic():
                self._guarded(heapq.heappop(self._later)[2])

    def _guarded(self, action: Action) -> None:
        try:
            action()
        except Exception:  # noqa: BLE001  a bug of ours must not leave all services unwatched
            _LOG.exception("Watching a service failed for a reason that is a bug.")

    def _stop(self) -> None:
        """End the thread once the processes have ended that were told to."""
        if self._watched and time.monotonic() < self._latest:
            heapq.heappush(self._later, (time.monotonic() + 0.01, next(self._numbers), self._stop))
            return
        for process in self._watched:
            process.close()
        self._closed = True

    def close(self) -> None:
        """Wait for the end of the processes, which were told to end, and end the thread."""
        self._latest = time.monotonic() + _GRACE
        if self._thread is not None:
            self.soon(self._stop)
            self._thread.join()
        self._closed = True
        self._selector.close()
        self._wake.close()
        self._waker.close()
