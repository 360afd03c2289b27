"""Workers for handlers: forked on demand, kept warm, killed when their statement is."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from snowdome.errors import SnowflakeError
from snowdome.python.messages import Channel, Found, Program, Reply, Request, Wanted, connection

MAX_IDLE = 8  # workers kept warm, over all functions
_MAX_LOG = 16_000_000  # bytes
_POLL = 50  # milliseconds between two looks at a cancellation
_PYTHON = (sys.executable, "-E", "-s", "-c")
_START = "import json, sys; sys.path[:] = json.loads(sys.argv.pop()); from snowdome.python.zygote import main; main()"

Cancelled = Callable[[], SnowflakeError | None]
Find = Callable[[str], Found]  # a staged file by the name that a handler gives it


class WorkerLost(Exception):
    """The worker ended in the middle of a request."""


class NeverBegan(WorkerLost):
    """The worker had ended before it took the request up."""


@dataclass
class Worker:
    """A process with one handler loaded."""

    pid: int
    channel: Channel
    key: str
    _ready: select.poll = field(default_factory=select.poll)

    def __post_init__(self) -> None:
        self._ready.register(self.channel, select.POLLIN)

    def ask(self, request: Request, cancelled: Cancelled, find: Find) -> Reply:
        """Send a request and wait for its reply; raises the cause if the statement is cancelled. Staged files
        that the handler asks for are found with ``find``."""
        begun = False
        try:
            self.channel.send(request)
            while not isinstance(reply := self._received(cancelled), Reply):
                begun = True
                self.channel.send(find(reply.path))
        except (BrokenPipeError, ConnectionResetError) as failure:  # it ended and had not read what was sent
            raise (WorkerLost if begun else NeverBegan) from failure
        except (EOFError, OSError) as failure:
            raise WorkerLost from failure
        return reply

    def _received(self, cancelled: Cancelled) -> Reply | Wanted:
        while not self._ready.poll(_POLL):
            if (cause := cancelled()) is not None:
                raise cause
        reply: Reply | Wanted = self.channel.recv()
        return reply

    def is_alive(self) -> bool:
        """Whether an idle worker still listens; nothing but its end can be read from it."""
        return not self._ready.poll(0)

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self.channel.close()


class Pool:
    """Workers of an account, and the warm process that forks them, with the modules ``preloaded`` imported
    and ``environment`` in its environment."""

    def __init__(
        self, folder: Path, preloaded: tuple[str, ...] = (), environment: Mapping[str, str] | None = None
    ) -> None:
        self._folder = folder
        self._preloaded = preloaded
        self._environment = {**os.environ, **(environment or {})}
        self._lock = threading.Lock()
        self._idle: OrderedDict[int, Worker] = OrderedDict()
        self._control: socket.socket | None = None
        self._zygote: subprocess.Popen[bytes] | None = None

    def warm_up(self, procedures: bool = False) -> None:
        """Start the warm process, if it does not run; returns at once."""
        with self._lock:
            self._start()

    def _start(self) -> socket.socket:
        if self._control is not None and self._zygote is not None and self._zygote.poll() is None:
            return self._control
        self._folder.mkdir(parents=True, exist_ok=True)
        ours, theirs = socket.socketpair()
        here = os.getcwd()
        paths = [p for p in sys.path if (p and os.path.abspath(p) != here) or p.endswith("site-packages")]
        paths.append(str(Path(__file__).parents[2]))
        with _log(self._folder / "workers.log").open("ab") as log:
            self._zygote = subprocess.Popen(
                [*_PYTHON, _START, str(theirs.fileno()), *self._preloaded, json.dumps(paths)],
                pass_fds=[theirs.fileno()],
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        theirs.close()
        self._control = ours
        return ours

    def _fork(self, program: Program) -> Worker:
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                pid = self._forked(("fork", *program.slow), theirs.fileno())
        except WorkerLost:
            ours.close()
            raise
        return Worker(pid, connection(ours), program.key)

    def run(self, module: str, slow: Iterable[str], *descriptors: int) -> int:
        """The process id of a fork that is not a worker: it runs ``module.main`` with its own copies of the
        ``descriptors`` and lives as long as it wants. The ``slow`` modules are imported before."""
        return self._forked(("run", module, *slow), *descriptors)

    def _forked(self, words: Iterable[str], *descriptors: int) -> int:
        with self._lock:
            # If the warm process has just died, the next one answers.
            pid = self._asked(words, descriptors) or self._asked(words, descriptors)
        if pid is None:
            raise WorkerLost
        return pid

    def _asked(self, words: Iterable[str], descriptors: Sequence[int]) -> int | None:
        """The process that the warm one forked; None if that was gone."""
        control = self._start()
        answer = b""
        with suppress(OSError):
            socket.send_fds(control, [" ".join(words).encode()], descriptors)
            answer = control.recv(4)
        if len(answer) == 4:
            return int.from_bytes(answer, "big")
        control.close()
        self._control = None
        return None

    def ask(self, program: Program, request: Request, cancelled: Cancelled, find: Find) -> Reply:
        """The reply of a worker with ``program`` loaded; one that had died while it was idle is replaced."""
        for _ in range(MAX_IDLE):
            with suppress(NeverBegan), self._worker(program, cancelled, find) as worker:
                return worker.ask(request, cancelled, find)
        raise WorkerLost

    @contextmanager
    def _worker(self, program: Program, cancelled: Cancelled, find: Find) -> Iterator[Worker]:
        """A worker with ``program`` loaded; it is kept for later unless something went wrong."""
        worker = self._take(program.key) or self._loaded(program, cancelled, find)
        try:
            yield worker
        except BaseException:
            worker.kill()
            raise
        self._keep(worker)

    def _loaded(self, program: Program, cancelled: Cancelled, find: Find) -> Worker:
        worker = self._fork(program)
        try:
            reply = worker.ask(Request("load", program), cancelled, find)
        except BaseException:
            worker.kill()
            raise
        if reply.error is not None:
            worker.kill()
            raise handler_error(reply.error)
        return worker

    def _take(self, key: str) -> Worker | None:
        with self._lock:
            for pid, worker in reversed([*self._idle.items()]):
                if worker.key == key:
                    del self._idle[pid]
                    if worker.is_alive():
                        return worker
        return None

    def _keep(self, worker: Worker) -> None:
        with self._lock:
            self._idle[worker.pid] = worker
            spare = [self._idle.popitem(last=False)[1] for _ in range(max(len(self._idle) - MAX_IDLE, 0))]
        for one in spare:
            one.kill()

    def forget(self, entity_id: int) -> None:
        """End the warm workers of the handlers of a function, or a model's version, that is gone."""
        with self._lock:
            theirs = [p for p, w in self._idle.items() if w.key.startswith(f"{entity_id}_")]
            gone = [self._idle.pop(pid) for pid in theirs]
        for worker in gone:
            worker.kill()

    def close(self) -> None:
        """End everything."""
        with self._lock:
            workers = list(self._idle.values())
            self._idle.clear()
            control, self._control = self._control, None
            zygote, self._zygote = self._zygote, None
        for worker in workers:
            worker.kill()
        if control is not None:
            control.close()
        if zygote is not None:
            with suppress(ProcessLookupError):
                os.killpg(zygote.pid, signal.SIGKILL)  # with the workers that are busy
            zygote.wait()


def _log(path: Path) -> Path:
    """Where workers write; what an earlier warm process left there is put aside once it is long."""
    if path.exists() and path.stat().st_size > _MAX_LOG:
        path.replace(path.with_suffix(".old.log"))
    return path


def handler_error(text: str) -> SnowflakeError:
    """100357: the handler raised; ``text`` holds its traceback."""
    return SnowflakeError("100357", "P0000", text)


def lost(name: str) -> SnowflakeError:
    """100357: the worker ended: the handler crashed, called os._exit, or used too much memory."""
    text = f"Python Interpreter Error:\nThe process that ran the handler ended unexpectedly.\n in function {name}"
    return handler_error(text)
