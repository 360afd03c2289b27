"""The services of an account as objects: which of them run, since when nobody asked them, and where they answer."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from snowdome.catalog.catalog import Catalog, Snapshot
from snowdome.catalog.model import Entity, Function
from snowdome.catalog.names import ObjectName
from snowdome.catalog.services import INGRESS, SYSTEM_POOL, ComputePool, Gateway, Service, in_pool, served
from snowdome.clock import SECOND
from snowdome.engine.python_functions import create_vectorised
from snowdome.errors import SnowflakeError
from snowdome.python.runtime import Runtime, engine_exception, one_array, signature
from snowdome.scheduler import Ran
from snowdome.serving import spec
from snowdome.serving.fleet import Fleet, InstanceStatus
from snowdome.serving.gateways import Turns
from snowdome.serving.spec import Deployment
from snowdome.stages.storage import Stages

PENDING, RUNNING, FAILED, SUSPENDED = "PENDING", "RUNNING", "FAILED", "SUSPENDED"
_SYSTEM: dict[str, Any] = {
    "name": SYSTEM_POOL, "min_nodes": 1, "max_nodes": 150, "family": "CPU_X64_S", "auto_suspend": 600,
    "suspended": True, "system": True,
}  # fmt: skip
PATIENCE = 600.0  # seconds that a service gets to load its model


@dataclass(frozen=True)
class Endpoint:
    """Where a service answers over HTTP. ``resumes`` says whether a request starts it again when ``state`` is
    SUSPENDED; ``paths`` are its methods as addresses end with them."""

    service_id: str
    state: str
    resumes: bool
    paths: tuple[str, ...]


@dataclass(frozen=True)
class Build:
    """What went before a service's first start, as the client follows it: RUNNING, DONE or FAILED, and its log."""

    state: str
    log: str


class ModelServices:
    """The services of one account; implements ``snowdome.scheduler.Schedulable``: what nobody uses is suspended."""

    poll = 30.0

    def __init__(
        self,
        folder: Path,
        connection: duckdb.DuckDBPyConnection,
        catalog: Catalog,
        stages: Stages,
        python: Runtime,
    ) -> None:
        self.fleet = Fleet(folder, python.models, lambda: catalog.clock.now() / SECOND)
        self._connection = connection
        self._catalog = catalog
        self._stages = stages
        self._python = python
        self._settling = threading.RLock()  # held while what runs is changed; never while the catalog is
        self._lock = threading.Lock()  # held to change the two below
        self._registered: set[str] = set()
        self._builds: dict[tuple[int, str], Build] = {}  # by schema and name
        self._hosts: tuple[int, dict[str, Service | Gateway]] = (
            -1,
            {},
        )  # by address, of the catalog's version
        self._paths: dict[int, tuple[str, ...]] = {}  # by version
        self.turns = Turns()
        self._used: dict[int, int] = {}  # when a service was last asked, a pool last had one: ns UTC
        self._began = catalog.clock.now()

    # -- what runs ------------------------------------------------------------------------------

    def begin(self) -> None:
        """Run what ran when the account stopped; every account has Snowflake's own pool."""
        if self._catalog.snapshot.get(ComputePool, 0, SYSTEM_POOL) is None:
            with self._catalog.unit() as unit:
                unit.put(ComputePool(id=unit.new_id(), **_SYSTEM))
        for service in self._catalog.snapshot.all(Service):
            if not service.suspended:
                self._launch(service)

    def _launch(self, service: Service) -> None:
        deployment = self.deployment(service)
        if deployment is not None:
            self.fleet.start(deployment)

    def deployment(self, service: Service) -> Deployment | None:
        """What runs for a service; None if its model is gone."""
        snapshot = self._catalog.snapshot
        found = served(snapshot, service)
        if found is None:
            return None
        model, version = found
        return Deployment(
            service_id=str(service.id),
            name=full_name(snapshot, service),
            model=full_name(snapshot, model),
            version=version.name,
            directory=self._stages.of_version(model.id, version.id).directory,
            packages=version.packages,
            methods=spec.served(version.methods),
            instances=service.instances,
            max_batch_rows=service.max_batch_rows,
            workers=service.workers or 1,
        )

    def started(self, service: Service) -> None:
        """A service was made: run it."""
        self.use(service.id)
        self._settle(service.id)

    def _settle(self, service: int) -> None:
        """Let run what the catalog says that runs, whoever changed it last."""
        with self._settling:
            current = self._running(service)
            deployment = None if current is None else self.deployment(current)
            if deployment is None:
                self.fleet.stop(str(service))
            elif self.fleet.deployment(str(service)) != deployment:
                self.fleet.replace(deployment)

    def _running(self, service: int) -> Service | None:
        """The service, if it is there and not suspended."""
        found = self._catalog.snapshot.by_id.get(service)
        return found if isinstance(found, Service) and not found.suspended else None

    def changed(self, service: Service) -> None:
        """A service's row has changed: if that changes what runs, it does so without losing a request."""
        self._settle(service.id)

    def upgrade(self, service: Service, wanted: Service) -> None:
        """Let a running service be as ``wanted``, which is not in the catalog yet, and wait until it answers so;
        SnowflakeError with its log if it cannot, and then the service goes on as it was."""
        with self._settling:
            deployment = self.deployment(wanted)
            if self._running(service.id) is None or deployment is None:
                return
            following = self.fleet.replace(deployment)
        self.fleet.follow(following, PATIENCE)

    def is_upgrading(self, service: Service) -> bool:
        """Whether something else is about to take its requests over."""
        return self.fleet.is_replacing(str(service.id))

    def suspend(self, service: Service) -> None:
        """Write down that a service is suspended, and end it once what it does is done."""
        now = self._catalog.clock.now()
        with self._catalog.unit() as unit:
            current = self._catalog.snapshot.by_id.get(service.id)
            if not isinstance(current, Service) or current.suspended:
                return
            unit.put(replace(current, suspended=True, suspended_on=now))
        self.use(service.pool)
        self._settle(service.id)

    def resume(self, service_id: str) -> None:
        """Run a suspended service again, and its pool if that is suspended; returns at once. 091400 if its pool
        does not resume by itself."""
        with self._catalog.unit() as unit:
            snapshot = self._catalog.snapshot
            current = snapshot.by_id.get(int(service_id))
            if not isinstance(current, Service) or not current.suspended:
                return
            now = self._catalog.clock.now()
            pool = snapshot.by_id.get(current.pool)
            if isinstance(pool, ComputePool) and pool.suspended:
                if not pool.auto_resume:
                    raise pool_suspended(pool)
                unit.put(replace(pool, suspended=False, resumed_on=now))
            unit.put(replace(current, suspended=False, resumed_on=now))
        self.use(current.id)
        self._settle(current.id)

    def ready(self, service: Service, seconds: float = PATIENCE) -> None:
        """Wait until a service answers, resuming it if it is suspended and does that by itself."""
        now = self._catalog.snapshot.by_id.get(service.id)
        if isinstance(now, Service) and now.suspended:
            if not now.auto_resume:
                raise suspended(full_name(self._catalog.snapshot, now))
            self.resume(str(now.id))
        self.use(service.id)
        if self.deployment(service) is None:
            raise model_gone(full_name(self._catalog.snapshot, service))
        self.fleet.wait(str(service.id), seconds)

    def forget(self, gone: Entity) -> None:
        """An object was dropped: end it, if it is a service."""
        if isinstance(gone, Gateway):
            self.turns.forget(gone.id)
        if isinstance(gone, Service):
            self._used.pop(gone.id, None)
            self.use(gone.pool)
            with self._settling:
                self.fleet.forget(str(gone.id))

    def close(self) -> None:
        """End everything."""
        self.fleet.close()

    # -- how it is ------------------------------------------------------------------------------

    def state(self, service: Service) -> str:
        """PENDING, RUNNING, FAILED or SUSPENDED."""
        if service.suspended:
            return SUSPENDED
        if served(self._catalog.snapshot, service) is None:
            return FAILED
        found = {i.status for i in self.fleet.status(str(service.id))}
        if "FAILED" in found:
            return FAILED
        return RUNNING if found == {"READY"} else PENDING

    def instances(self, service: Service) -> tuple[InstanceStatus, ...]:
        """The instances of a service that is not suspended."""
        return () if service.suspended else self.fleet.status(str(service.id))

    def is_active(self, pool: ComputePool) -> bool:
        """Whether something runs in the pool."""
        return any(not s.suspended for s in in_pool(self._catalog.snapshot, pool.id))

    def use(self, entity_id: int) -> None:
        """Note that a service is asked now, or that a pool has one."""
        self._used[entity_id] = self._catalog.clock.now()

    # -- builds ---------------------------------------------------------------------------------

    def note_build(self, schema: int, name: str, build: Build) -> None:
        """Keep how the build called ``name`` went, as long as the account runs."""
        with self._lock:
            self._builds[schema, name] = build

    def build(self, schema: int, name: str) -> Build | None:
        """The build of that name."""
        return self._builds.get((schema, name))

    # -- requests -------------------------------------------------------------------------------

    def find_endpoint(self, host: str) -> Endpoint | None:
        """Where a request to a public address goes, by its last part; notes that the service is asked."""
        found = self._by_host(host)
        service = self._turn(found) if isinstance(found, Gateway) else found
        if service is None:
            return None if found is None else Endpoint("", FAILED, False, ())
        self.use(service.id)
        return Endpoint(str(service.id), self.state(service), service.auto_resume, self._paths_of(service))

    def _paths_of(self, service: Service) -> tuple[str, ...]:
        """Its methods as addresses end with them; a version's never change."""
        paths = self._paths.get(service.version)
        if paths is None:
            model = served(self._catalog.snapshot, service)
            paths = tuple(m.path for m in spec.served(model[1].methods)) if model else ()
            self._paths[service.version] = paths
        return paths

    def _turn(self, gateway: Gateway) -> Service | None:
        return self.turns.choose(self._catalog.snapshot, gateway, self._answers)

    def _answers(self, service: Service) -> bool:
        """Whether a service can answer, now or once it is resumed."""
        if not service.suspended:
            return self.state(service) != FAILED
        pool = self._catalog.snapshot.by_id.get(service.pool)
        there = isinstance(pool, ComputePool) and (pool.auto_resume or not pool.suspended)
        return service.auto_resume and there

    def _by_host(self, host: str) -> Service | Gateway | None:
        snapshot = self._catalog.snapshot
        version, hosts = self._hosts
        if version != snapshot.version:
            public: list[Service | Gateway] = [s for s in snapshot.all(Service) if s.public]
            hosts = {one.host: one for one in (*public, *snapshot.all(Gateway))}
            self._hosts = (snapshot.version, hosts)
        return hosts.get(host if host.endswith(INGRESS) else host + INGRESS)

    def engine_name(self, service: Service, function: Function) -> str:
        """The engine function that asks ``service`` for what ``function`` is, made if it is not there yet; its
        first argument is ``Runtime.token()``."""
        parameters, returns = signature(function)
        digest = hashlib.sha256(f"{function.name}|{function.arguments}".encode()).hexdigest()[:16]
        name = f"sf_service_{service.id}_{function.id}_{digest}"
        with self._lock:
            if name not in self._registered:
                caller = self._caller(service, function)
                create_vectorised(self._connection, name, caller, ["VARCHAR", *parameters], returns)
                self._registered.add(name)
        return name

    def _caller(self, service: Service, function: Function) -> Callable[..., pa.Array]:
        method = function.name.rpartition("!")[2]
        names = [a.name for a in function.arguments]

        def call(tokens: Any, *columns: Any) -> pa.Array:
            scope = self._python.scope_of(str(tokens[0])) if len(tokens) else None
            batch = pa.RecordBatch.from_arrays([one_array(c) for c in columns], names)
            self.use(service.id)
            try:
                return self.fleet.call(
                    str(service.id), method, batch, lambda: scope.cause if scope is not None else None
                )
            except SnowflakeError as error:
                raise engine_exception(error) from None

        return call

    # -- by itself ------------------------------------------------------------------------------

    def next_due(self, now: int) -> int | None:
        """When the next service or pool is to be suspended that nobody used for as long as it says."""
        return min((due for due, _ in self._dues()), default=None)

    def _dues(self) -> list[tuple[int, Service | ComputePool]]:
        snapshot = self._catalog.snapshot
        found: list[tuple[int, Service | ComputePool]] = []
        for service in snapshot.all(Service):
            if service.auto_suspend and not service.suspended:
                found.append((self._last_used(service) + service.auto_suspend * SECOND, service))
        for pool in snapshot.all(ComputePool):
            if pool.auto_suspend and not pool.suspended and not self.is_active(pool):
                found.append((self._last_used(pool) + pool.auto_suspend * SECOND, pool))
        return found

    def _last_used(self, entity: Service | ComputePool) -> int:
        return max(self._used.get(entity.id, self._began), entity.resumed_on)

    def run(self, due: int, wait: bool) -> Sequence[Ran]:
        """Suspend what is due."""
        ran = []
        for moment, entity in sorted(self._dues(), key=lambda found: (found[0], found[1].id)):
            if moment > due:
                break
            name = full_name(self._catalog.snapshot, entity)
            if isinstance(entity, Service):
                self.suspend(entity)
            else:
                self._suspend_pool(entity)
            ran.append(Ran(entity.space.replace("_", " "), name, moment, SUSPENDED))
        return ran

    def _suspend_pool(self, pool: ComputePool) -> None:
        with self._catalog.unit() as unit:
            current = self._catalog.snapshot.by_id.get(pool.id)
            if isinstance(current, ComputePool) and not self.is_active(current):
                unit.put(replace(current, suspended=True))


def full_name(snapshot: Snapshot, entity: Entity) -> str:
    """Database, schema and name of an object, as far as it has them."""
    parts = [entity.name]
    parent = entity.parent
    while parent:
        above = snapshot.by_id[parent]
        parts.insert(0, above.name)
        parent = above.parent
    return str(ObjectName(tuple(parts)))


def suspended(name: str) -> SnowflakeError:
    """091400: a suspended service does not resume by itself."""
    return SnowflakeError(
        "091400", "22000", f"Service {name} is suspended. Resume it with ALTER SERVICE … RESUME."
    )


def pool_suspended(pool: ComputePool) -> SnowflakeError:
    """091400: a suspended pool does not resume by itself."""
    text = f"Compute pool {pool.name} is suspended. Resume it with ALTER COMPUTE POOL … RESUME."
    return SnowflakeError("091400", "22000", text)


def model_gone(name: str) -> SnowflakeError:
    """091400: what a service serves was dropped."""
    return SnowflakeError("091400", "22000", f"Service {name} failed: its model does not exist any more.")
