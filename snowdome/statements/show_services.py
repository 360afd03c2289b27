"""SHOW and DESCRIBE of compute pools, image repositories and services."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from snowdome.catalog.model import Entity
from snowdome.catalog.services import ComputePool, ImageRepository, Service, in_pool, served
from snowdome.clock import SECOND
from snowdome.context import Context
from snowdome.errors import object_not_found
from snowdome.serving.fleet import CONTAINER, InstanceStatus
from snowdome.serving.model_services import Build, full_name
from snowdome.sql import ast
from snowdome.sql.staging import object_name
from snowdome.statements import ddl
from snowdome.statements.compute_pools import nodes, state
from snowdome.statements.ddl import KINDS
from snowdome.statements.describe import describes
from snowdome.statements.service_specifications import ENDPOINT, IMAGE, PORT, digest, specification
from snowdome.statements.showing import NUMBER, STAMP, Place, Row, columns, common, lists, objects, true

BUILD = "model-build"  # the container of what goes before a service's first start
_COUNTS = (
    "min_nodes max_nodes num_services num_jobs auto_suspend_secs active_nodes idle_nodes target_nodes"
    " current_instances target_instances min_ready_instances min_instances max_instances port restart_count"
    " last_exit_code"
)
_TYPES = {
    **dict.fromkeys(_COUNTS.split(), NUMBER),
    **dict.fromkeys(("suspended_on", "creation_time", "start_time", "last_restart_time"), STAMP),
}
_POOL = (
    "name state min_nodes max_nodes instance_family num_services num_jobs auto_suspend_secs auto_resume"
    " active_nodes idle_nodes target_nodes created_on resumed_on updated_on owner comment is_exclusive application"
)
_POOL_SHOWN = f"{_POOL} placement_group backup_instance_families"
_POOL_DESCRIBED = f"{_POOL} error_code status_message placement_group backup_instance_families"


# -- compute pools --------------------------------------------------------------------------------


@lists("COMPUTE POOLS", columns(_POOL_SHOWN, **_TYPES), starts_with=True, limit=True)
def compute_pools(show: ast.Show, context: Context) -> Sequence[Row]:
    return [_pool(context, pool) for pool in context.catalog.snapshot.children(ComputePool, 0)]


def _pool(context: Context, pool: ComputePool) -> Row:
    snapshot = context.catalog.snapshot
    active, idle = nodes(snapshot, pool)
    return {
        "name": pool.name, "state": state(snapshot, pool), "min_nodes": pool.min_nodes,
        "max_nodes": pool.max_nodes, "instance_family": pool.family,
        "num_services": len(in_pool(snapshot, pool.id)), "num_jobs": 0,
        "auto_suspend_secs": pool.auto_suspend, "auto_resume": true(pool.auto_resume), "active_nodes": active,
        "idle_nodes": idle, "target_nodes": active + idle, "created_on": pool.created_on,
        "resumed_on": pool.resumed_on, "updated_on": pool.altered_on, "owner": pool.owner,
        "comment": pool.comment or None, "is_exclusive": "false",
        "backup_instance_families": ",".join(pool.backup_families), "error_code": "", "status_message": "",
    }  # fmt: skip


@describes("COMPUTE POOL", columns(_POOL_DESCRIBED, **_TYPES))
def describe_pool(context: Context, pool: ComputePool) -> list[tuple[Any, ...]]:
    row = _pool(context, pool)
    return [tuple(row.get(name) for name in _POOL_DESCRIBED.split())]


# -- image repositories ---------------------------------------------------------------------------

_REPOSITORY = (
    "created_on name database_name schema_name repository_url owner owner_role_type comment encryption"
    " privatelink_repository_url"
)


@lists("IMAGE REPOSITORIES", _REPOSITORY)
def image_repositories(show: ast.Show, context: Context) -> Sequence[Row]:
    found = objects(show, context, ImageRepository)
    return [_repository(context, place, r) for place, r in found if isinstance(r, ImageRepository)]


def _repository(context: Context, place: Place, repository: ImageRepository) -> Row:
    parts = (place.database.name, place.schema.name, repository.name)
    host = f"{context.services.name.lower()}.registry.snowflakecomputing.com"
    return {
        **common(place, repository), "repository_url": f"{host}/{'/'.join(p.lower() for p in parts)}",
        "comment": repository.comment or None, "encryption": repository.encryption,
    }  # fmt: skip


@describes("IMAGE REPOSITORY", columns(_REPOSITORY))
def describe_repository(context: Context, repository: ImageRepository) -> list[tuple[Any, ...]]:
    row = _repository(context, place_of(context, repository), repository)
    return [tuple(row.get(name) for name in _REPOSITORY.split())]


@lists("IMAGES", "created_on image_name tags digest image_path", name="image_name")
def images(show: ast.Show, context: Context) -> Sequence[Row]:
    """Nothing can be pushed to a repository."""
    assert show.scope is not None
    assert show.scope.name is not None
    ddl.require(context, KINDS["IMAGE REPOSITORY"], object_name(show.scope.name, context))
    return []


# -- services -------------------------------------------------------------------------------------

_SERVICE_HEAD = "name status database_name schema_name owner compute_pool"
_SERVICE_TAIL = (
    "dns_name current_instances target_instances min_ready_instances min_instances max_instances auto_resume"
    " external_access_integrations created_on updated_on resumed_on suspended_on auto_suspend_secs comment"
    " owner_role_type query_warehouse is_job is_async_job spec_digest is_upgrading managing_object_domain"
    " managing_object_name"
)
_SERVICE_SHOWN = f"{_SERVICE_HEAD} {_SERVICE_TAIL}"
_SERVICE_DESCRIBED = f"{_SERVICE_HEAD} spec {_SERVICE_TAIL}"


@lists("SERVICES", columns(_SERVICE_SHOWN, **_TYPES), starts_with=True, limit=True)
def services(show: ast.Show, context: Context) -> Sequence[Row]:
    return [_service(context, service) for service in _listed(show, context)]


def _listed(show: ast.Show, context: Context) -> list[Service]:
    if show.scope is not None and show.scope.kind == "COMPUTE POOL":
        assert show.scope.name is not None
        pool = ddl.require(context, KINDS["COMPUTE POOL"], object_name(show.scope.name, context))
        return sorted(in_pool(context.catalog.snapshot, pool.id), key=lambda s: s.name)
    return [s for _, s in objects(show, context, Service) if isinstance(s, Service)]


@lists("JOB SERVICES", columns(_SERVICE_SHOWN, **_TYPES), starts_with=True, limit=True)
def job_services(show: ast.Show, context: Context) -> Sequence[Row]:
    """There are no jobs."""
    if show.scope is None or show.scope.kind != "COMPUTE POOL":
        objects(show, context, Service)  # the scope must be there
    return []


def _service(context: Context, service: Service) -> Row:
    place = place_of(context, service)
    instances = context.services.services.instances(service)
    pool = context.catalog.snapshot.by_id.get(service.pool)
    return {
        **common(place, service), "status": context.services.services.state(service),
        "compute_pool": pool.name if pool is not None else None, "dns_name": service.dns_name,
        "current_instances": sum(1 for i in instances if i.status == "READY"),
        "target_instances": 0 if service.suspended else service.instances,
        "min_ready_instances": service.min_ready_instances, "min_instances": service.min_instances,
        "max_instances": service.max_instances, "auto_resume": true(service.auto_resume),
        "updated_on": service.altered_on, "resumed_on": service.resumed_on or None,
        "suspended_on": service.suspended_on or None, "auto_suspend_secs": service.auto_suspend,
        "comment": service.comment or None, "query_warehouse": service.query_warehouse or None,
        "is_job": "false", "is_async_job": "false", "spec_digest": digest(context, service),
        "is_upgrading": true(context.services.services.is_upgrading(service)),
        "managing_object_domain": "Model Version", "managing_object_name": _managing(context, service),
        "spec": specification(context, service),
    }  # fmt: skip


def _managing(context: Context, service: Service) -> str | None:
    found = served(context.catalog.snapshot, service)
    return f"{full_name(context.catalog.snapshot, found[0])}!{found[1].name}" if found else None


@describes("SERVICE", columns(_SERVICE_DESCRIBED, **_TYPES))
def describe_service(context: Context, service: Service) -> list[tuple[Any, ...]]:
    row = _service(context, service)
    return [tuple(row.get(name) for name in _SERVICE_DESCRIBED.split())]


def place_of(context: Context, entity: Entity) -> Place:
    """The schema that an object is in."""
    schema = context.catalog.snapshot.by_id[entity.parent]
    return Place(context.catalog.snapshot.by_id[schema.parent], schema)  # type: ignore[arg-type]


# -- what is in a service -------------------------------------------------------------------------


def named(show: ast.Show, context: Context) -> Service | Build:
    """The service of IN SERVICE, or what was built for one."""
    assert show.scope is not None
    assert show.scope.name is not None
    name = object_name(show.scope.name, context)
    found = ddl.find(context, KINDS["SERVICE"], name)
    if isinstance(found, Service):
        return found
    schema = context.session.require_schema(name)[1]
    build = context.services.services.build(schema.id, name.name)
    if build is None:
        raise object_not_found("Service", str(ddl.full_name(context, KINDS["SERVICE"], name)))
    return build


def _head(show: ast.Show, context: Context, service: Service | Build) -> Row:
    assert show.scope is not None
    assert show.scope.name is not None
    full = ddl.full_name(context, KINDS["SERVICE"], object_name(show.scope.name, context))
    status = service.state if isinstance(service, Build) else context.services.services.state(service)
    return {
        "database_name": full.database, "schema_name": full.schema, "service_name": full.name,
        "service_status": status,
    }  # fmt: skip


_CONTAINERS = (
    "database_name schema_name service_name service_status instance_id instance_status container_name status"
    " message image_name image_digest restart_count start_time last_exit_code last_restart_time"
)


@lists("SERVICE CONTAINERS", columns(_CONTAINERS, **_TYPES), name="service_name")
def containers(show: ast.Show, context: Context) -> Sequence[Row]:
    service = named(show, context)
    head = _head(show, context, service)
    if isinstance(service, Build):
        ready = "SUCCEEDED" if service.state == "DONE" else service.state
        return [{**head, "instance_id": "0", "instance_status": ready, "container_name": BUILD,
                 "status": service.state, "message": service.log, "restart_count": 0}]  # fmt: skip
    found = context.services.services.instances(service)
    return [{**head, **_container(context, service, i)} for i in found] or [head]


def _container(context: Context, service: Service, instance: InstanceStatus) -> Row:
    return {
        "instance_id": str(instance.instance_id), "instance_status": instance.status,
        "container_name": CONTAINER, "status": instance.status, "message": instance.message,
        "image_name": IMAGE, "image_digest": f"sha256:{digest(context, service)}",
        "restart_count": instance.restart_count, "start_time": _nanoseconds(instance.start_time),
        "last_restart_time": _nanoseconds(instance.start_time) if instance.restart_count else None,
    }  # fmt: skip


def _nanoseconds(seconds: float | None) -> int | None:
    return None if seconds is None else int(seconds * SECOND)


_INSTANCES = (
    "database_name schema_name service_name service_status instance_id status spec_digest creation_time"
    " start_time"
)


@lists("SERVICE INSTANCES", columns(_INSTANCES, **_TYPES), name="service_name")
def instances(show: ast.Show, context: Context) -> Sequence[Row]:
    service = named(show, context)
    head = _head(show, context, service)
    if isinstance(service, Build):
        return [{**head, "instance_id": "0", "status": service.state}]
    return [
        {
            **head, "instance_id": str(i.instance_id), "status": i.status,
            "spec_digest": digest(context, service), "creation_time": service.resumed_on or service.created_on,
            "start_time": _nanoseconds(i.start_time),
        }
        for i in context.services.services.instances(service)
    ]  # fmt: skip


@lists("ENDPOINTS", columns("name port port_range protocol is_public ingress_url", **_TYPES))
def endpoints(show: ast.Show, context: Context) -> Sequence[Row]:
    service = named(show, context)
    if isinstance(service, Build):
        return []
    return [{
        "name": ENDPOINT, "port": PORT, "protocol": "HTTP", "is_public": true(service.public),
        "ingress_url": ingress(context, service.host) if service.public else None,
    }]  # fmt: skip


def ingress(context: Context, host: str) -> str:
    """Where a public endpoint answers: at the account's own server, whose first path segment says which."""
    address = context.services.address
    return host if address is None else f"{address[0]}:{address[1]}/{host}"
