"""The services of an account: their instances, and requests to them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from snowdome.errors import SnowflakeError, not_supported
from snowdome.python.pool import Cancelled, Pool
from snowdome.serving.spec import Deployment

CONTAINER = "model-inference"  # the one container of an instance, as Snowflake calls it


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


class Fleet:
    """The running services of one account; ``folder`` holds their logs.

    Instances are forked by the warm process of ``pool``, which has the client's library imported (that of the
    account's models); ``now`` is the account's time, in seconds since 1970.
    """

    def __init__(self, folder: Path, pool: Pool, now: Callable[[], float] = time.time) -> None:
        self._folder, self._pool, self._now = folder, pool, now

    def start(self, deployment: Deployment) -> None:
        """Run a service's instances; returns at once, they are PENDING until they have loaded the model."""
        raise not_supported("model services")

    def wait(self, service_id: str, seconds: float) -> None:
        """Wait until all instances are READY; SnowflakeError with the end of its log if one is FAILED, or if it
        takes longer than ``seconds``. Ends early, with the cause, when the statement is cancelled."""
        raise not_supported("model services")

    def replace(self, deployment: Deployment) -> None:
        """Run another version under the same service id: it gets the requests once it is READY, then the earlier
        one ends. Returns at once; ``wait`` waits for the new one. If that FAILS, the earlier one goes on."""
        raise not_supported("model services")

    def stop(self, service_id: str) -> None:
        """End a service once the requests in flight are answered; nothing if there is none."""
        raise not_supported("model services")

    def status(self, service_id: str) -> tuple[InstanceStatus, ...]:
        """The instances of a service; none if it does not run."""
        return ()

    def logs(self, service_id: str, instance: int, container: str, lines: int) -> str:
        """The last ``lines`` lines of an instance's log, also of a service that has ended; "" if none is kept."""
        return ""

    def forget(self, service_id: str) -> None:
        """Stop a service and delete its logs: it is dropped."""
        raise not_supported("model services")

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
        raise not_supported("model services")

    async def answer(
        self, service_id: str, path: str, content_type: str, body: bytes, seconds: float = 90.0
    ) -> Reply:
        """The reply to a request over HTTP for the method of that ``path``."""
        raise not_supported("model services")

    def close(self) -> None:
        """End everything."""


def failed(name: str, log: str) -> SnowflakeError:
    """395055: a service's instance did not start; with the end of its log."""
    return SnowflakeError("395055", "22000", f"Service {name} failed to start.\n{log}".rstrip())
