"""Model services under load: `python benchmarks/services.py [seconds]`.

Sixteen clients, each with one connection, send single rows to a service and wait for each answer: the median and the
99th percentile of what a request takes, requests a second, errors. The clients are one cheap process; the account's
server and the instance are the other two, and all share the machine. Then: how long a service takes to be READY.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

CLIENTS = 16
FEATURES = [f"feature_{i}" for i in range(12)]
AIM = 15.0  # milliseconds: the median
WARM_UP = 0.5  # seconds that do not count


@dataclass(frozen=True)
class Load:
    """What the clients saw: milliseconds, and requests a second."""

    median: float
    p99: float
    rate: float
    errors: int

    def __str__(self) -> str:
        verdict = "ok" if self.median < AIM and not self.errors else "MISSED"
        numbers = f"median {self.median:6.2f} ms   p99 {self.p99:6.2f} ms   {self.rate:7.0f} requests/s"
        return f"{numbers}   {self.errors} errors   aim {AIM:.0f} ms  {verdict}"


# -- the clients: a process of their own -----------------------------------------------------------


class Client(asyncio.Protocol):
    """Sends the same request again and again, the next one when the answer to the last is there."""

    def __init__(self, request: bytes, until: float, times: list[float]) -> None:
        self._request, self._until, self._times = request, until, times
        self._answer = b""
        self.errors = 0
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._send()

    def _send(self) -> None:
        self._sent = time.perf_counter()
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._answer += data
        head, separator, body = self._answer.partition(b"\r\n\r\n")
        if not separator or len(body) < int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]):
            return
        now = time.perf_counter()
        self._times.append(now - self._sent)
        self.errors += not head.startswith(b"HTTP/1.1 200 ")
        self._answer = b""
        if now < self._until:
            self._send()
        elif not self.done.done():
            self.done.set_result(None)
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.errors += 1
            self.done.set_result(None)


async def hammer(port: int, request: bytes, seconds: float) -> Load:
    """Keep the clients busy for so long."""
    loop = asyncio.get_running_loop()
    for phase in (WARM_UP, seconds):
        times: list[float] = []
        new = partial(Client, request, time.perf_counter() + phase, times)
        busy = [(await loop.create_connection(new, "127.0.0.1", port))[1] for _ in range(CLIENTS)]
        for client in busy:
            await client.done
    times.sort()
    p99 = times[int(len(times) * 0.99)]
    errors = sum(client.errors for client in busy)
    return Load(statistics.median(times) * 1000, p99 * 1000, len(times) / seconds, errors)


def clients(url: str, token: str, seconds: float) -> Load:
    """What sixteen clients in a process of their own see."""
    asked = json.dumps({"url": url, "token": token, "seconds": seconds})
    found = subprocess.run(
        [sys.executable, __file__, "--clients"], input=asked, capture_output=True, text=True, check=True
    )
    return Load(*json.loads(found.stdout))


def run_clients() -> None:
    """The process of the clients."""
    asked = json.load(sys.stdin)
    address, _, path = asked["url"].partition("/")
    row = [round(0.1 * i - 0.5, 3) for i in range(len(FEATURES))]
    body = json.dumps({"dataframe_split": {"index": [0], "columns": FEATURES, "data": [row]}})
    lines = (
        f"POST /{path} HTTP/1.1", f"Host: {address}", f'Authorization: Snowflake Token="{asked["token"]}"',
        "Content-Type: application/json", f"Content-Length: {len(body)}",
    )  # fmt: skip
    request = ("\r\n".join(lines) + "\r\n\r\n" + body).encode()
    load = asyncio.run(hammer(int(address.rpartition(":")[2]), request, asked["seconds"]))
    print(json.dumps([load.median, load.p99, load.rate, load.errors]))


# -- the services ----------------------------------------------------------------------------------


@contextmanager
def account(folder: Path) -> Iterator[tuple[Any, Any]]:
    """A new account with a registry in it: session, registry."""
    from snowflake.ml.registry import Registry
    from snowflake.snowpark import Session

    from snowdome.client import local

    server = local.account(folder)
    server.start()
    session = Session.builder.configs(server.parameters()).create()
    try:
        session.sql("CREATE DATABASE bench").collect()
        session.sql(
            "CREATE COMPUTE POOL pool MIN_NODES = 1 MAX_NODES = 1 INSTANCE_FAMILY = CPU_X64_XS"
        ).collect()
        yield session, Registry(session=session, database_name="BENCH", schema_name="PUBLIC")
    finally:
        session.close()
        server.stop()


def models() -> dict[str, Any]:
    """Fitted models by name, and what they were fitted with."""
    import numpy as np
    import pandas as pd
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression

    random = np.random.default_rng(7)
    x = pd.DataFrame(random.normal(size=(300, len(FEATURES))), columns=FEATURES)
    y = (x.sum(axis=1) + random.normal(size=300) > 0).astype(int)
    found = {
        "FOREST": RandomForestClassifier(n_estimators=50, max_depth=6, random_state=0),
        "LOGISTIC": LogisticRegression(),
    }
    return {name: (model.fit(x, y), x) for name, model in found.items()}


def until_ready(session: Any, service: str) -> float:
    """Seconds until a service that was suspended answers: its processes start anew."""
    session.sql(f"ALTER SERVICE {service} SUSPEND").collect()
    start = time.perf_counter()
    session.sql(f"ALTER SERVICE {service} RESUME").collect()
    while session.sql(f"SHOW SERVICE CONTAINERS IN SERVICE {service}").collect()[0]["status"] != "READY":
        time.sleep(0.01)
    return time.perf_counter() - start


def main(seconds: float) -> None:
    """Print all measurements."""
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder, account(Path(folder) / "state") as (session, registry):
        for name, (model, x) in models().items():
            options = {"relax_version": False}
            version = registry.log_model(
                model, model_name=name, version_name="V1", sample_input_data=x, options=options
            )
            start = time.perf_counter()
            version.create_service(
                service_name=f"{name}_SERVICE", service_compute_pool="POOL", ingress_enabled=True
            )
            created = time.perf_counter() - start
            url = version.list_services()["inference_endpoint"][0]
            before = os.getloadavg()[0]
            load = clients(f"{url}/predict", session.connection.rest.token, seconds)
            print(f"{name:<10}{load}   machine's load before {before:.1f}")
            resumed = until_ready(session, f"{name}_SERVICE")
            print(f"{'':<10}create_service {created:.1f} s   resume to READY {resumed:.2f} s")


if __name__ == "__main__":
    if sys.argv[1:] == ["--clients"]:
        run_clients()
    else:
        main(float(sys.argv[1]) if len(sys.argv) > 1 else 10.0)
