"""Compute pools, image repositories and the services that run models."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from snowdome.catalog.model import KINDS, Database, Entity, Schema
from snowdome.catalog.versioned import Model, ModelVersion

if TYPE_CHECKING:
    from snowdome.catalog.catalog import Snapshot

INGRESS = ".snowflakecomputing.app"  # what every public endpoint's address ends with
SYSTEM_POOL = "SYSTEM_COMPUTE_POOL_CPU"


@dataclass(frozen=True, kw_only=True)
class ComputePool(Entity):
    """Where services run: on this machine, whatever the ``family`` of its nodes. Times are nanoseconds UTC,
    ``auto_suspend`` is seconds without services after which it suspends itself, 0 for never."""

    space = "COMPUTE_POOL"
    kind_name = "Compute pool"

    min_nodes: int = 0
    max_nodes: int = 0
    family: str = ""
    backup_families: tuple[str, ...] = ()
    auto_resume: bool = True
    auto_suspend: int = 3600
    suspended: bool = False
    resumed_on: int = 0
    system: bool = False


@dataclass(frozen=True, kw_only=True)
class ImageRepository(Entity):
    """A place for images of containers; there are none here, as no containers run."""

    space = "IMAGE_REPOSITORY"
    kind_name = "Image repository"
    encryption: str = "SNOWFLAKE_FULL"


@dataclass(frozen=True, kw_only=True)
class Service(Entity):
    """A version of a model that answers requests. ``model``, ``version`` and ``pool`` are ids; ``label`` makes
    its addresses unique and never changes. ``auto_suspend`` is seconds without requests, 0 for never;
    ``workers`` are copies of the model in an instance, 0 for as many as the account thinks right."""

    space = "SERVICE"
    kind_name = "Service"

    model: int = 0
    version: int = 0
    pool: int = 0
    label: str = ""
    public: bool = False
    min_instances: int = 0
    max_instances: int = 1
    min_ready_instances: int = 1
    auto_suspend: int = 0
    auto_resume: bool = True
    query_warehouse: str = ""
    cpu: str = ""
    memory: str = ""
    workers: int = 0
    max_batch_rows: int | None = None
    suspended: bool = False
    resumed_on: int = 0
    suspended_on: int = 0

    @property
    def instances(self) -> int:
        """How many instances run while it is not suspended."""
        return max(self.min_instances, 1)

    @property
    def host(self) -> str:
        """The last part of its public address."""
        return address(self.name, self.label)

    @property
    def dns_name(self) -> str:
        """Its name inside the account's network, which there is none of here."""
        return f"{plain(self.name)}.{self.label}.svc.spcs.internal"


def plain(name: str) -> str:
    """An object's name as a part of an address."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "service"


def address(name: str, label: str) -> str:
    """The last part of the public address of what is called ``name``."""
    return f"{plain(name)}-{label}{INGRESS}"


@dataclass(frozen=True)
class Target:
    """A service that a gateway sends requests to, by its full name; the weights of a gateway's add up to 100."""

    service: tuple[str, ...]
    weight: int


@dataclass(frozen=True, kw_only=True)
class Gateway(Entity):
    """An address in front of services. ``specification`` is as given, ``targets`` what it says."""

    space = "GATEWAY"
    kind_name = "Gateway"

    label: str = ""
    specification: str = ""
    targets: tuple[Target, ...] = ()

    @property
    def host(self) -> str:
        """The last part of its public address."""
        return address(self.name, self.label)


for _kind in (ComputePool, ImageRepository, Service, Gateway):
    KINDS[_kind.__name__] = _kind


def served(snapshot: Snapshot, service: Service) -> tuple[Model, ModelVersion] | None:
    """The model and version of a service; None if they are gone."""
    model = snapshot.by_id.get(service.model)
    if not isinstance(model, Model):
        return None
    version = next((v for v in model.versions if v.id == service.version), None)
    return None if version is None else (model, version)


def of_model(snapshot: Snapshot, model: int, version: int | None = None) -> list[Service]:
    """The services that use a model, or one of its versions, by id."""
    return [
        s for s in snapshot.all(Service) if s.model == model and (version is None or s.version == version)
    ]


def named(snapshot: Snapshot, parts: tuple[str, ...]) -> Service | None:
    """The service of that full name."""
    database = snapshot.get(Database, 0, parts[0])
    schema = snapshot.get(Schema, database.id, parts[1]) if database is not None else None
    return snapshot.get(Service, schema.id, parts[2]) if schema is not None else None


def in_pool(snapshot: Snapshot, pool: int) -> list[Service]:
    """The services of a compute pool, by id."""
    return [s for s in snapshot.all(Service) if s.pool == pool]
