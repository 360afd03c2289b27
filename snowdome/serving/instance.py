"""An instance: a process that holds a model and answers requests, a fork of the models' warm process.

One thread reads what is waiting, calls the model, answers, and reads again. What has come meanwhile is the next
batch: requests of a single row for the same method share a call of the model. A second thread takes up new
connections, and ends the process once the account is gone.
"""

from __future__ import annotations

import gc
import logging
import os
import selectors
import signal
import socket
import sys
import threading
import traceback
from collections import OrderedDict, deque
from collections.abc import Hashable
from contextlib import suppress
from dataclasses import dataclass, field

from snowdome.python.messages import pack, unpack
from snowdome.python.worker import explain
from snowdome.serving import formats, frames
from snowdome.serving.formats import Malformed, Rows
from snowdome.serving.frames import Frames
from snowdome.serving.methods import Method, load

_MOST = 256  # requests that share a call of the model
_CHUNK = 1 << 18  # bytes read at once
_LOG = logging.getLogger("snowdome.serving")
BAD_REQUEST, SERVER_ERROR = 400, 500


def main(control: int, log: int) -> None:
    """Serve until the account is gone; ``log`` is where prints go."""
    os.setsid()  # a group of its own, with what the model may start
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    end = socket.socket(fileno=control)
    setup = frames.receive_setup(end)
    connections = Connections(end)
    threading.Thread(target=connections.accept, daemon=True, name="connections").start()
    try:
        methods = load(setup)
    except BaseException as failure:  # noqa: BLE001  whatever loading raises, SystemExit too
        _log(explain(failure, setup.programs[0] if setup.programs else None))
        end.sendall(frames.frame(frames.FAILED, 0, _told(failure).encode(errors="replace")))
        os._exit(1)
    gc.collect()
    gc.freeze()  # the model is not looked at again
    _log(f"{setup.deployment.name}: {setup.deployment.model} {setup.deployment.version} is loaded.")
    end.sendall(frames.frame(frames.READY, 0))
    Instance(methods, connections).serve()


def _told(failure: BaseException) -> str:
    return "".join(traceback.format_exception_only(failure)).strip()


class Connections:
    """The control socket, and the connections that come through it."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self.wake, self._waker = socket.socketpair()
        self.new: deque[socket.socket] = deque()

    def accept(self) -> None:
        """Take up connections until the account is gone; then end the process and what it has started."""
        while True:
            try:
                data, descriptors, _, _ = socket.recv_fds(self._control, 1, 1)
            except OSError:
                data = b""
            if not data:
                os.killpg(0, signal.SIGKILL)
            self.new += [socket.socket(fileno=d) for d in descriptors]
            self._waker.send(b"c")


@dataclass(eq=False)
class Client:
    """A connection of the account's."""

    end: socket.socket
    frames: Frames = field(default_factory=Frames)

    def send(self, data: bytes) -> None:
        """Send; a connection that is gone wants no answers."""
        with suppress(OSError):
            self.end.sendall(data)


@dataclass(frozen=True)
class Waiting:
    """A request over HTTP whose rows are understood."""

    client: Client
    number: int
    rows: Rows


@dataclass(frozen=True)
class WaitingBatch:
    """A batch of a SQL function."""

    client: Client
    number: int
    data: bytes


class Instance:
    """The requests that wait and the methods that answer them."""

    def __init__(self, methods: list[Method], connections: Connections) -> None:
        self._methods = methods
        self._connections = connections
        self._selector = selectors.DefaultSelector()
        self._selector.register(connections.wake, selectors.EVENT_READ)
        self._waiting: OrderedDict[Hashable, tuple[Method, list[Waiting | WaitingBatch]]] = OrderedDict()

    def serve(self) -> None:
        """Answer requests for ever."""
        while True:
            for key, _ in self._selector.select(0 if self._waiting else None):
                if key.data is None:
                    self._take_up()
                else:
                    self._read(key.data)
            if self._waiting:
                _, (method, requests) = self._waiting.popitem(last=False)
                self._work(method, requests)

    def _take_up(self) -> None:
        self._connections.wake.recv(_CHUNK)
        while self._connections.new:
            client = Client(self._connections.new.popleft())
            self._selector.register(client.end, selectors.EVENT_READ, client)

    def _read(self, client: Client) -> None:
        try:
            data = client.end.recv(_CHUNK, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._selector.unregister(client.end)
            client.end.close()
            return
        for kind, number, payload in client.frames.feed(data):
            place, body = frames.method_of(payload)
            self._put(client, kind, number, place, body)

    def _put(self, client: Client, kind: int, number: int, place: int, body: bytes) -> None:
        method = self._methods[place]
        if kind == frames.BATCH:
            self._waiting[client, number] = method, [WaitingBatch(client, number, body)]
            return
        try:
            rows = formats.parse(body, method.signature)
        except Malformed as refusal:
            _refuse(client, number, method, f"Input data malformed: {refusal}.")
            return
        shared = kind == frames.HTTP and len(rows.rows) == 1
        key = (place, repr(rows.params)) if shared else (client, number)
        _, requests = self._waiting.setdefault(key, (method, []))
        requests.append(Waiting(client, number, rows))

    def _work(self, method: Method, requests: list[Waiting | WaitingBatch]) -> None:
        first = requests[0]
        if isinstance(first, WaitingBatch):
            first.client.send(frames.begun([first.number]))
            first.client.send(_batch(method, first))
            return
        found = [r for r in requests if isinstance(r, Waiting)]
        for start in range(0, len(found), method.limit or _MOST):
            _answer(method, found[start : start + (method.limit or _MOST)])


def _batch(method: Method, request: WaitingBatch) -> bytes:
    try:
        result = pack([method.batch(unpack(request.data))])
    except BaseException as failure:  # noqa: BLE001  whatever a model raises, SystemExit too, is its error
        text = explain(failure, method.program)
        _log(text)
        return frames.frame(frames.ERROR, request.number, text.encode(errors="replace"))
    return frames.frame(frames.ANSWER, request.number, result)


def _answer(method: Method, requests: list[Waiting]) -> None:
    """Answer requests with one call of the model; if that fails, with one call each."""
    replies: dict[Client, list[bytes]] = {}
    for request in requests:
        replies.setdefault(request.client, []).append(b"")
    for client in replies:
        client.send(frames.begun(r.number for r in requests if r.client is client))
        replies[client].clear()
    together = [row for r in requests for row in r.rows.rows]
    try:
        results = method.rows(together, requests[0].rows.params)
        bodies = _bodies(requests, results)
    except BaseException as failure:  # noqa: BLE001  whatever a model raises, SystemExit too, is its error
        if len(requests) > 1:
            for request in requests:
                _answer(method, [request])
            return
        _log(explain(failure, method.program))
        _refuse(requests[0].client, requests[0].number, method, f"Prediction failed: {_told(failure)}")
        return
    for request, body in zip(requests, bodies, strict=True):
        replies[request.client].append(frames.answer(request.number, 200, body))
    for client, parts in replies.items():
        client.send(b"".join(parts))


def _bodies(requests: list[Waiting], results: list[object]) -> list[bytes]:
    found, start = [], 0
    for request in requests:
        end = start + len(request.rows.rows)
        found.append(formats.answer(results[start:end]))
        start = end
    return found


def _refuse(client: Client, number: int, method: Method, message: str) -> None:
    shown = message if len(message) <= 2000 else f"{message[:2000]}..."
    _LOG.warning("%s %s", method.program.name, shown.encode(errors="replace").decode()[:500])
    client.send(frames.answer(number, BAD_REQUEST, formats.error(shown)))


def _log(text: str) -> None:
    with suppress(OSError, ValueError):  # a model may have closed it
        sys.stderr.write(f"{text.encode(errors='replace').decode()}\n")
        sys.stderr.flush()
