"""The services of an account: their instances, and requests to them."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakKeyDictionary

import pyarrow as pa

from snowdome.engine import interrupts
from snowdome.errors import SnowflakeError, compilation_error
from snowdome.python import packages
from snowdome.python.messages import Program, pack, unpack
from snowdome.python.pool import Cancelled, Pool, handler_error, lost
from snowdome.python.runtime import MEMORY
from snowdome.serving import formats, frames
from snowdome.serving.channels import Channel
from snowdome.serving.copies import Generation, House, Status
from snowdome.serving.frames import Setup
from snowdome.serving.logs import Logs
from snowdome.serving.process import Lost, Process
from snowdome.serving.spec import Deployment, ServedMethod
from snowdome.serving.supervisor import Supervisor

CONTAINER = "model-inference"  # the one container of an instance, as Snowflake calls it
TIMEOUT = 90.0  # seconds that a request over HTTP gets, as at Snowflake's ingress
JSON = "application/json"
_MOST_PENDING = 2000  # requests that wait for one process; further ones are refused
_POLL = 0.02  # seconds between two looks at a service that is not READY
_GRACE = 60.0  # seconds that requests in flight get when their service ends
_TAIL = 40  # lines of the log in an error
_TRIES = 3  # processes that a request may meet


@dataclass(frozen=True)
class InstanceStatus:
    """An instance as SHOW SERVICE CONTAINERS tells it: ``status`` is PENDING, READY or FAILED; ``start_time``
    is in seconds since 1970, UTC, of the running process."""

    instance_id: int
    status: str
    message: str
    restart_count: int
    start_time: float | None


@dataclass(frozen=True)
class Reply:
    """An answer over HTTP."""

    status: int
    content_type: str
    body: bytes


@dataclass(eq=False)
class _Service:
    """A running service. ``next`` is what replaces ``current`` once it is READY."""

    current: Generation
    next: Generation | None = None

    @property
    def deployment(self) -> Deployment:
        return self.current.setup.deployment


class Fleet:
    """The running services of one account; ``folder`` holds their logs.

    Instances are forked by the warm process of ``pool``, which has the client's library imported (that of the
    account's models); ``now`` is the account's time, in seconds since 1970.
    """

    def __init__(self, folder: Path, pool: Pool, now: Callable[[], float] = time.time) -> None:
        self._logs = Logs(folder)
        self._lock = threading.RLock()  # held to change services and their copies
        self._changes = threading.Condition(self._lock)
        self._supervisor = Supervisor()
        self._house = House(pool, self._supervisor, self._lock, self._changed, now)
        self._services: dict[str, _Service] = {}
        self._channels: WeakKeyDictionary[asyncio.AbstractEventLoop, _Channels] = WeakKeyDictionary()

    # -- life -----------------------------------------------------------------------------------

    def start(self, deployment: Deployment) -> None:
        """Run a service's instances; returns at once, they are PENDING until they have loaded the model."""
        generation = self._generation(deployment)
        with self._lock:
            earlier = self._services.get(deployment.service_id)
            self._services[deployment.service_id] = _Service(generation)
        if earlier is not None:
            self._end(earlier)
        generation.begin()

    def replace(self, deployment: Deployment) -> Generation:
        """Run another version under the same service id: it gets the requests once it is READY, then the earlier
        one ends. Returns at once; ``follow`` waits for what it returns. If that FAILS, the earlier one goes on."""
        generation = self._generation(deployment)
        dropped = None
        with self._lock:
            service = self._services.get(deployment.service_id)
            if service is None:
                self._services[deployment.service_id] = _Service(generation)
            else:
                dropped, service.next = service.next, generation
        if dropped is not None:
            dropped.stop()
        generation.begin()
        return generation

    def follow(self, generation: Generation, seconds: float) -> None:
        """Wait until ``replace``'s generation has the requests; SnowflakeError if it FAILS, takes longer than
        ``seconds``, or was itself replaced or ended meanwhile. Gives up with the statement that waits."""
        deployment = generation.setup.deployment
        latest = time.monotonic() + seconds
        try:
            with self._changes:
                while (service := self._services.get(deployment.service_id)) and service.next is generation:
                    if time.monotonic() >= latest:
                        raise failed(deployment.name, f"It was not ready within {seconds:.0f} seconds.")
                    self._changes.wait(0.05)
                    interrupts.check()
                if service is None or service.current is not generation:
                    raise self._overtaken(generation)
        except SnowflakeError:
            self._give_up(generation)
            raise

    def _overtaken(self, generation: Generation) -> SnowflakeError:
        """Why a generation never got the requests."""
        deployment = generation.setup.deployment
        bad = generation.failed
        if bad is None:
            text = f"Service {deployment.name} was changed meanwhile."
            return SnowflakeError("091400", "22000", text)
        log = self.logs(deployment.service_id, bad.instance, CONTAINER, _TAIL)
        return failed(deployment.name, f"{bad.message}\n{log}")

    def _give_up(self, generation: Generation) -> None:
        """Nobody waits for a generation any more."""
        with self._lock:
            service = self._services.get(generation.setup.deployment.service_id)
            if service is not None and service.next is generation:
                service.next = None
        if service is None or service.current is not generation:
            generation.stop()

    def _generation(self, deployment: Deployment) -> Generation:
        setup = Setup(deployment, tuple(_program(deployment, m) for m in deployment.methods))
        workers = max(1, min(deployment.workers, os.cpu_count() or 1))  # more would only wait for each other
        return Generation(self._house, setup, lambda n: self._logs.of(deployment.service_id, n), workers)

    def _changed(self) -> None:
        """A copy has changed: what replaces another may be READY now."""
        gone: list[Generation] = []
        with self._lock:
            for service in self._services.values():
                following = service.next
                if following is None:
                    continue
                if following.is_ready:
                    gone.append(service.current)
                    service.current, service.next = following, None
                elif following.failed is not None:
                    service.next = None
                    following.stop()
            self._changes.notify_all()
        for generation in gone:
            self._drain(generation, time.monotonic() + _GRACE)

    def _drain(self, generation: Generation, latest: float) -> None:
        """End a generation that gets no more requests once it has answered those that it has."""
        if generation.pending and time.monotonic() < latest:
            self._supervisor.later(_POLL, lambda: self._drain(generation, latest))
        else:
            generation.stop()

    def wait(self, service_id: str, seconds: float, *, changes: bool = False) -> None:
        """Wait until all instances are READY, and with ``changes`` until nothing waits to replace them;
        SnowflakeError with the end of its log if one is FAILED, or if it takes longer than ``seconds``. Ends early,
        with the cause, when the statement is cancelled."""
        latest = time.monotonic() + seconds
        with self._changes:
            while not self._is_settled(service_id, changes):
                if time.monotonic() >= latest:
                    raise self._failure(service_id, f"It was not ready within {seconds:.0f} seconds.")
                self._changes.wait(0.05)
                interrupts.check()

    def _is_settled(self, service_id: str, changes: bool) -> bool:
        """Whether a service is READY; its failure if it has failed or is not there."""
        service = self._services.get(service_id)
        if service is None:
            raise _not_running(service_id)
        if changes and service.next is not None:
            return False
        failed = service.current.failed
        if service.next is None and failed is not None:
            raise self._failure(service_id, failed.message)
        return service.current.is_ready

    def _failure(self, service_id: str, why: str) -> SnowflakeError:
        service = self._services[service_id]
        failed_copy = service.current.failed
        log = self.logs(service_id, failed_copy.instance if failed_copy else 0, CONTAINER, _TAIL)
        return failed(service.deployment.name, f"{why}\n{log}")

    def deployment(self, service_id: str) -> Deployment | None:
        """What runs, or will once it is READY; None if nothing does."""
        with self._lock:
            service = self._services.get(service_id)
            return None if service is None else (service.next or service.current).setup.deployment

    def is_replacing(self, service_id: str) -> bool:
        """Whether something waits to take the requests of what runs."""
        service = self._services.get(service_id)
        return service is not None and service.next is not None

    def stop(self, service_id: str) -> None:
        """End a service once the requests in flight are answered; nothing if there is none."""
        with self._lock:
            service = self._services.pop(service_id, None)
            self._changes.notify_all()
        if service is not None:
            self._end(service)

    def _end(self, service: _Service) -> None:
        if service.next is not None:
            service.next.stop()
        self._drain(service.current, time.monotonic() + _GRACE)

    def forget(self, service_id: str) -> None:
        """Stop a service and delete its logs: it is dropped."""
        self.stop(service_id)
        self._logs.forget(service_id)

    def close(self) -> None:
        """End everything."""
        with self._lock:
            services, self._services = [*self._services.values()], {}
            self._changes.notify_all()
        for service in services:
            for generation in filter(None, (service.current, service.next)):
                generation.stop()
        self._supervisor.close()

    # -- how it is ------------------------------------------------------------------------------

    def status(self, service_id: str) -> tuple[InstanceStatus, ...]:
        """The instances of a service; none if it does not run."""
        service = self._services.get(service_id)
        if service is None:
            return ()
        generation = service.current
        with self._lock:
            return tuple(
                _status(generation, number) for number in range(generation.setup.deployment.instances)
            )

    def logs(self, service_id: str, instance: int, container: str, lines: int) -> str:
        """The last ``lines`` lines of an instance's log, also of a service that has ended; "" if none is kept."""
        return self._logs.of(service_id, instance).tail(lines) if container == CONTAINER else ""

    # -- requests -------------------------------------------------------------------------------

    def call(
        self,
        service_id: str,
        method: str,
        batch: pa.RecordBatch | pa.Table,
        cancelled: Cancelled | None = None,
    ) -> pa.Array:
        """What a method (by SQL name) gives for a batch of its arguments, all of them, in the engine's layout.

        Blocks, also while no instance is READY yet; ends with what ``cancelled`` gives (by default, with what
        cancelled this thread's statement). SnowflakeError if the model raises or the service does not run.
        """
        scope = interrupts.current()
        ended = cancelled or (lambda: scope.cause if scope is not None else None)
        data = pack(
            [one.combine_chunks() if isinstance(one, pa.ChunkedArray) else one for one in batch.columns]
        )
        for _ in range(_TRIES):
            process = self._taken(service_id, ended)
            try:
                place = next((n for n, m in enumerate(process.methods) if m.name == method), None)
                if place is None:
                    raise compilation_error("002140", "42601", f"Unknown function {method}.")
                kind, payload = process.ask(place, data, ended)
            except Lost as loss:
                process.lost = True
                if loss.begun:
                    raise lost(method) from None
                continue
            finally:
                self._give_back(process)
            if kind == frames.ERROR:
                raise handler_error(payload.decode("utf-8", "replace"))
            return unpack(payload)[0]
        raise lost(method)

    def _taken(self, service_id: str, cancelled: Cancelled) -> Process:
        """A process that is READY; waits for one."""
        while True:
            service = self._services.get(service_id)
            if service is None:
                raise _not_running(service_id)
            if (process := self._pick(service)) is not None:
                return process
            if service.current.failed is not None:
                raise self._failure(service_id, service.current.failed.message)
            if (cause := cancelled()) is not None:
                raise cause
            with self._changes:
                self._changes.wait(_POLL)

    def _pick(self, service: _Service) -> Process | None:
        with self._lock:
            process = service.current.pick()
            if process is not None:
                process.pending += 1
            return process

    def _give_back(self, process: Process) -> None:
        with self._lock:
            process.pending -= 1

    async def answer(
        self, service_id: str, path: str, content_type: str, body: bytes, seconds: float = TIMEOUT
    ) -> Reply:
        """The reply to a request over HTTP for the method of that ``path``, whose body is JSON in UTF-8."""
        latest = time.monotonic() + seconds
        alone = False
        while True:
            service = self._services.get(service_id)
            if service is None:
                return refusal(503, "The service does not run.")
            process = self._pick(service) or await self._ready(service_id, latest)
            if not isinstance(process, Process):
                return process
            try:
                if process.pending > _MOST_PENDING:
                    return refusal(429, "Too many requests")
                place = next((n for n, m in enumerate(process.methods) if m.path == path), None)
                if place is None:
                    return refusal(404, unknown_method(path, [m.path for m in process.methods]))
                kind = frames.ALONE if alone else frames.HTTP
                return await self._ask(process, frames.Request(kind, place, body), latest, seconds)
            except Lost as loss:
                process.lost = True
                if loss.begun and loss.company == 1:  # it may well be what ended the process
                    return refusal(503, "The service's process ended while it answered the request.")
                alone = alone or loss.begun
            finally:
                self._give_back(process)

    async def _ready(self, service_id: str, latest: float) -> Process | Reply:
        """A process that is READY once there is one, or why there is none."""
        while time.monotonic() < latest:
            service = self._services.get(service_id)
            if service is None:
                return refusal(503, "The service does not run.")
            if service.current.failed is not None:
                return refusal(503, f"The service has failed: {service.current.failed.message}")
            if (process := self._pick(service)) is not None:
                return process
            await asyncio.sleep(_POLL)
        return refusal(503, "The service is not ready.")

    async def _ask(self, process: Process, request: frames.Request, latest: float, seconds: float) -> Reply:
        channel = await self._channel(process)
        number, done = channel.ask(request)
        timer = asyncio.get_running_loop().call_at(
            asyncio.get_running_loop().time() + latest - time.monotonic(), _expire, done
        )
        try:
            status, text = await done
        except asyncio.TimeoutError:
            if channel.give_up(number):
                process.kill()  # its model does not come to an end
            return refusal(504, f"The model did not answer within {seconds:g} seconds.")
        finally:
            timer.cancel()
        return Reply(status, JSON, text)

    async def _channel(self, process: Process) -> Channel:
        loop = asyncio.get_running_loop()
        channels = self._channels.get(loop)
        if channels is None:
            channels = self._channels[loop] = _Channels()
        return await channels.of(process)


class _Channels:
    """An event loop's connections, by process."""

    def __init__(self) -> None:
        self._open: WeakKeyDictionary[Process, Channel] = WeakKeyDictionary()
        self._lock = asyncio.Lock()

    async def of(self, process: Process) -> Channel:
        channel = self._open.get(process)
        if channel is not None:
            return channel
        async with self._lock:
            if process not in self._open:
                self._open[process] = await Channel.to(process)
            return self._open[process]


def _expire(done: asyncio.Future[tuple[int, bytes]]) -> None:
    if not done.done():
        done.set_exception(asyncio.TimeoutError())


def _status(generation: Generation, number: int) -> InstanceStatus:
    """How an instance is: as its worst copy."""
    copies = generation.of(number)
    worst = min(copies, key=lambda c: (Status.FAILED, Status.PENDING, Status.READY).index(c.status))
    times = [c.started for c in copies if c.started is not None]
    restarts = sum(c.restarts for c in copies)
    return InstanceStatus(number, worst.status.value, worst.message, restarts, max(times, default=None))


def _program(deployment: Deployment, method: ServedMethod) -> Program:
    """A method as instances load it."""
    return Program(
        key=f"{deployment.service_id}_{method.name}",
        name=f"{deployment.model}!{method.name}",
        kind="scalar",
        handler=method.handler,
        code=None,
        imports=str(deployment.directory),
        paths=tuple(str(p) for p in sorted(deployment.directory.glob("*.zip"))),
        arguments=method.arguments,
        returns=method.returns,
        modules=packages.modules(deployment.packages),
        slow=packages.slow(deployment.packages),
        memory=MEMORY,
        is_model=True,
    )


def refusal(status: int, message: str) -> Reply:
    """An error over HTTP."""
    return Reply(status, JSON, formats.error(message))


def unknown_method(path: str, there: list[str]) -> str:
    """What a request for a method that is not there is told."""
    listed = ", ".join(f"/{p}" for p in there)
    return f"The model has no method at /{path[:100]}. It has: {listed}."


def _not_running(service_id: str) -> SnowflakeError:
    return SnowflakeError("091400", "22000", "The service does not run.")


def failed(name: str, log: str) -> SnowflakeError:
    """091400: a service did not start; with the end of its log."""
    return SnowflakeError("091400", "22000", f"Service {name} failed to start.\n{log}".rstrip())
