"""What the account and its instances say to each other: frames of a kind, a number and a payload.

On the control socket the account says CONNECT (with a descriptor); the instance READY or FAILED. On every other
connection the account sends requests: HTTP, ALONE (the same, with a call of the model for itself) or BATCH, each with
a number of its own. The instance says BEGUN before it calls the model, with the numbers of all requests that share
the call, and answers each of them once.
"""

from __future__ import annotations

import pickle
import socket
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from snowdome.python.messages import Program
from snowdome.serving.spec import Deployment

CONNECT, READY, FAILED = 1, 2, 3
HTTP, ALONE, BATCH = 4, 5, 6
BEGUN, ANSWER, ERROR = 7, 8, 9

_HEAD = struct.Struct("!IBQ")  # bytes of the payload, kind, number
_STATUS = struct.Struct("!H")
_METHOD = struct.Struct("!H")
_CHUNK = 1 << 18  # bytes read at once


@dataclass(frozen=True)
class Setup:
    """What an instance is told first: what it serves, and one program for each of the methods."""

    deployment: Deployment
    programs: tuple[Program, ...]


def frame(kind: int, number: int, payload: bytes = b"") -> bytes:
    """A frame as bytes."""
    return _HEAD.pack(len(payload), kind, number) + payload


@dataclass(frozen=True)
class Request:
    """A request for the method of that place in the deployment."""

    kind: int
    method: int
    body: bytes

    def frame(self, number: int) -> bytes:
        """The frame that sends it."""
        return (
            _HEAD.pack(len(self.body) + _METHOD.size, self.kind, number)
            + _METHOD.pack(self.method)
            + self.body
        )


def method_of(payload: bytes) -> tuple[int, bytes]:
    """The place of the method, and the body."""
    return _METHOD.unpack_from(payload)[0], payload[_METHOD.size :]


def answer(number: int, status: int, body: bytes) -> bytes:
    """The frame of an answer over HTTP."""
    return _HEAD.pack(len(body) + _STATUS.size, ANSWER, number) + _STATUS.pack(status) + body


def status_of(payload: bytes) -> tuple[int, bytes]:
    """The status of an answer over HTTP, and its body."""
    return _STATUS.unpack_from(payload)[0], payload[_STATUS.size :]


def begun(numbers: Iterable[int]) -> bytes:
    """The frame that says which requests share the call that begins."""
    found = list(numbers)
    return frame(BEGUN, 0, struct.pack(f"!{len(found)}Q", *found))


def numbers_of(payload: bytes) -> tuple[int, ...]:
    """The numbers in a BEGUN."""
    return struct.unpack(f"!{len(payload) // 8}Q", payload)


class Frames:
    """Takes bytes as they come and gives whole frames: kind, number, payload."""

    def __init__(self) -> None:
        self._left = b""

    def feed(self, data: bytes) -> Iterator[tuple[int, int, bytes]]:
        """The frames that are whole now."""
        data = self._left + data if self._left else data
        start, size = 0, _HEAD.size
        while len(data) - start >= size:
            length, kind, number = _HEAD.unpack_from(data, start)
            end = start + size + length
            if len(data) < end:
                break
            yield kind, number, data[start + size : end]
            start = end
        self._left = data[start:]


def read(end: socket.socket) -> tuple[int, int, bytes]:
    """One frame from a blocking socket; EOFError when the other side is gone."""
    length, kind, number = _HEAD.unpack(read_exactly(end, _HEAD.size))
    return kind, number, read_exactly(end, length)


def read_exactly(end: socket.socket, size: int) -> bytes:
    """So many bytes; EOFError when the other side is gone."""
    parts: list[bytes] = []
    while size:
        part = end.recv(min(size, _CHUNK))
        if not part:
            raise EOFError
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def send_setup(end: socket.socket, setup: Setup) -> None:
    """Tell an instance what it is."""
    end.sendall(frame(CONNECT, 0, pickle.dumps(setup)))


def receive_setup(end: socket.socket) -> Setup:
    """What this instance is."""
    setup = pickle.loads(read(end)[2])
    assert isinstance(setup, Setup)
    return setup
