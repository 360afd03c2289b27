"""Requests from an event loop to instances: many at a time over one connection."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass

from snowdome.serving import frames
from snowdome.serving.frames import Frames
from snowdome.serving.process import Lost, Process


@dataclass(eq=False)
class _Asked:
    done: asyncio.Future[tuple[int, bytes]]
    company: int = 0  # how many requests share the call of the model; 0 before it begins


class Channel(asyncio.Protocol):
    """A connection to a process, of one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._frames = Frames()
        self._numbers = itertools.count(1)
        self._asked: dict[int, _Asked] = {}
        self._transport: asyncio.WriteTransport | None = None

    @classmethod
    async def to(cls, process: Process) -> Channel:
        """A new connection to ``process``; Lost if it has ended."""
        loop = asyncio.get_running_loop()
        end = process.connect()
        end.setblocking(False)
        _, channel = await loop.create_connection(lambda: cls(loop), sock=end)
        return channel

    @property
    def is_open(self) -> bool:
        return self._transport is not None

    def ask(self, request: frames.Request) -> tuple[int, asyncio.Future[tuple[int, bytes]]]:
        """Send a request; its number, and the status and body of what will be the answer, or Lost."""
        if self._transport is None:
            raise Lost(begun=False)
        number = next(self._numbers)
        done = self._loop.create_future()
        self._asked[number] = _Asked(done)
        self._transport.write(request.frame(number))
        return number, done

    def give_up(self, number: int) -> bool:
        """Wait no longer for an answer; whether the model was called for it."""
        asked = self._asked.pop(number, None)
        return asked is not None and asked.company > 0

    # -- asyncio's side -------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        for kind, number, payload in self._frames.feed(data):
            if kind == frames.BEGUN:
                numbers = frames.numbers_of(payload)
                for one in numbers:
                    if (asked := self._asked.get(one)) is not None:
                        asked.company = len(numbers)
            elif (asked := self._asked.pop(number, None)) is not None and not asked.done.done():
                asked.done.set_result(frames.status_of(payload))

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        asked, self._asked = self._asked, {}
        for one in asked.values():
            if not one.done.done():
                one.done.set_exception(Lost(one.company > 0, one.company))

    def close(self) -> None:
        """Close the connection."""
        if self._transport is not None:
            self._transport.close()
