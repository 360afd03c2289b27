"""What the tests of serving share: a fleet for each module, and models made by hand."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from snowdome.python.pool import Pool
from snowdome.serving.fleet import Fleet, Reply
from snowdome.serving.spec import Deployment, ServedMethod
from snowdome.types import DataType

PATIENCE = 90.0  # seconds that a service gets to be READY on a busy machine
REAL, OBJECT = DataType("REAL"), DataType("OBJECT")
_Found = TypeVar("_Found")

HEAD = """
import pandas as pd
from _snowflake import vectorized

"""


@pytest.fixture(scope="session")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pool]:
    """A warm process, without the client's library: models made by hand do not need it."""
    made = Pool(tmp_path_factory.mktemp("pool"))
    yield made
    made.close()


class Serving:
    """A fleet with an event loop for its requests over HTTP."""

    def __init__(self, folder: Path, pool: Pool) -> None:
        self.folder = folder
        self.fleet = Fleet(folder / "logs", pool)
        self.loop = asyncio.new_event_loop()

    def run(self, work: Coroutine[Any, Any, _Found]) -> _Found:
        """Run what is asynchronous."""
        return self.loop.run_until_complete(work)

    def deployment(self, service_id: str, **methods: str) -> Deployment:
        """A model made by hand: each method takes X and gives what its code says."""
        folder = self.folder / f"{service_id}_{len(list(self.folder.iterdir()))}"
        (folder / "functions").mkdir(parents=True)
        for name, code in methods.items():
            (folder / "functions" / f"{name}.py").write_text(HEAD + code, encoding="utf-8")
        return Deployment(
            service_id=service_id,
            name=f"DB.S.{service_id.upper()}",
            model="DB.S.M",
            version="V1",
            directory=folder,
            packages=("pandas",),
            methods=tuple(
                ServedMethod(n.upper(), n.replace("_", "-"), f"functions.{n}.infer", (("X", REAL),), OBJECT)
                for n in methods
            ),
        )

    def start(self, deployment: Deployment) -> str:
        """Run a service until it is READY; gives its id."""
        self.fleet.start(deployment)
        self.fleet.wait(deployment.service_id, PATIENCE)
        return deployment.service_id

    async def asked(self, service_id: str, *values: Any, path: str = "predict", **more: Any) -> Reply:
        """The reply for rows of single values."""
        body = json.dumps({"data": [[number, value] for number, value in enumerate(values)]})
        return await self.fleet.answer(service_id, path, "application/json", body.encode(), **more)

    def ask(self, service_id: str, *values: Any, path: str = "predict", **more: Any) -> tuple[int, Any]:
        """Status and JSON of the reply for rows of single values."""
        return told(self.run(self.asked(service_id, *values, path=path, **more)))

    def close(self) -> None:
        """End everything."""
        self.fleet.close()
        self.run(_settled(self.loop))
        self.loop.close()


async def _settled(loop: asyncio.AbstractEventLoop) -> None:
    """Let connections whose other side is gone notice it."""
    for _ in range(20):
        await asyncio.sleep(0.01)


def told(reply: Reply) -> tuple[int, Any]:
    """Status and JSON of a reply."""
    assert reply.content_type == "application/json"
    return reply.status, json.loads(reply.body)


@pytest.fixture(scope="module")
def serving(pool: Pool, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """The module's fleet."""
    made = Serving(tmp_path_factory.mktemp("serving"), pool)
    yield made
    made.close()


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], None]:
    """Waits until a condition holds; fails if it does not within a minute."""
    import time

    def wait(condition: Callable[[], bool]) -> None:
        latest = time.monotonic() + 60
        while not condition():
            assert time.monotonic() < latest, "it did not come about"
            time.sleep(0.01)

    return wait
