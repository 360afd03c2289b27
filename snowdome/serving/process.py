"""An instance's process as the account sees it, and requests to it from threads that wait."""

from __future__ import annotations

import os
import select
import signal
import socket
import threading
from contextlib import suppress

from snowdome.errors import SnowflakeError
from snowdome.python.pool import Cancelled, Pool
from snowdome.serving import frames
from snowdome.serving.frames import Frames, Setup
from snowdome.serving.logs import Log

_MODULE = "snowdome.serving.instance"
_POLL = 50  # milliseconds between two looks at a cancellation
_CHUNK = 1 << 18  # bytes


class Lost(Exception):
    """The process ended in the middle of a request. ``begun`` says whether its model was called for it,
    ``company`` how many requests shared that call."""

    def __init__(self, begun: bool, company: int = 1) -> None:
        super().__init__()
        self.begun, self.company = begun, company


class Process:
    """A running copy of a model. ``pending`` counts the requests that it has and has not answered; ``lost`` is
    set by the first one that it did not answer because it had ended."""

    def __init__(self, pool: Pool, setup: Setup, log: Log) -> None:
        """Begin to run; WorkerLost if the warm process cannot. Waits for that to be warm."""
        self.log = log
        self.methods = setup.deployment.methods
        self.frames = Frames()
        self.pending = 0
        self.lost = False
        self._lock = threading.Lock()  # held to use the control socket and to change what is below
        self._idle: list[socket.socket] = []
        self._gone = False
        self.control, theirs = socket.socketpair()
        self.output, printed = os.pipe()
        os.set_blocking(self.output, False)
        try:
            with theirs:
                self.pid = pool.run(
                    _MODULE, setup.programs[0].slow if setup.programs else (), theirs.fileno(), printed
                )
            frames.send_setup(self.control, setup)
        except BaseException:
            self.close()
            raise
        finally:
            os.close(printed)

    def connect(self) -> socket.socket:
        """A new connection to the instance; Lost if it has ended."""
        ours, theirs = socket.socketpair()
        with theirs, self._lock:
            try:
                if self._gone:
                    raise OSError
                socket.send_fds(self.control, [b"c"], [theirs.fileno()])
            except OSError:
                ours.close()
                raise Lost(begun=False) from None
        return ours

    def kill(self) -> None:
        """End the process and what it has started; its end is seen by who watches it."""
        with self._lock:
            if not self._gone:
                for end in (os.killpg, os.kill):  # it may not have its group yet
                    with suppress(ProcessLookupError, PermissionError):
                        end(self.pid, signal.SIGKILL)

    def close(self) -> None:
        """Let go of what belongs to a process that has ended."""
        with self._lock:
            if self._gone:
                return
            self._gone = True
            self.control.close()
            os.close(self.output)
            for end in self._idle:
                end.close()
            self._idle.clear()

    # -- waiting for an answer ------------------------------------------------------------------

    def ask(self, method: int, body: bytes, cancelled: Cancelled) -> tuple[int, bytes]:
        """The kind and payload of the answer to a batch; Lost, or what ``cancelled`` gives."""
        with self._lock:
            end = self._idle.pop() if self._idle else None
        end = end or self.connect()
        try:
            answer = _ask(end, frames.Request(frames.BATCH, method, body).frame(1), cancelled)
        except BaseException:
            end.close()
            raise
        with self._lock:
            if not self._gone:
                self._idle.append(end)
                return answer
        end.close()
        return answer


def _ask(end: socket.socket, request: bytes, cancelled: Cancelled) -> tuple[int, bytes]:
    poll = select.poll()
    poll.register(end, select.POLLIN)
    begun = False
    found = Frames()
    try:
        end.sendall(request)
        while True:
            while not poll.poll(_POLL):
                if (cause := cancelled()) is not None:
                    raise cause
            data = end.recv(_CHUNK)
            if not data:
                raise Lost(begun)
            for kind, _, payload in found.feed(data):
                begun = True
                if kind != frames.BEGUN:
                    return kind, payload
    except OSError:
        raise Lost(begun) from None


def never() -> SnowflakeError | None:
    """What nobody cancels."""
    return None
