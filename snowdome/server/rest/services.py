"""Compute pools, image repositories and services of models."""

from __future__ import annotations

from snowdome.errors import not_supported
from snowdome.server import edge
from snowdome.server.rest.body import Body
from snowdome.server.rest.call import Answer, Call, Status
from snowdome.server.rest.registry import get, post, put
from snowdome.server.rest.resource import ACCOUNT, SCHEMA, Clauses, Resource, acts, created, listed
from snowdome.server.rest.rows import Row, said, yes
from snowdome.server.rest.settings import create_or_alter
from snowdome.server.rest.sqltext import (
    assignments,
    flag,
    joined,
    literal,
    number,
    object_sql,
    properties,
    shown_name,
    text,
    word,
)

_CREATED = "services of containers (of models they are made by SYSTEM$DEPLOY_MODEL)"

# -- compute pools --------------------------------------------------------------------------------

_SETTINGS = (
    *properties(number, "min_nodes max_nodes auto_suspend_secs"),
    *properties(word, "instance_family"),
    *properties(flag, "auto_resume"),
    *properties(text, "comment"),
)
_KEPT = (
    "state min_nodes max_nodes instance_family num_services num_jobs auto_suspend_secs active_nodes idle_nodes"
    " target_nodes created_on resumed_on updated_on"
)


def _pool(call: Call, row: Row) -> Answer:
    return {
        **{key: row[key] for key in _KEPT.split()},
        "name": shown_name(row["name"]),
        "auto_resume": yes(row["auto_resume"]),
        "is_exclusive": yes(row["is_exclusive"]),
        "owner": shown_name(row["owner"]),
        "comment": row["comment"] or "",
        "error_code": "",
        "status_message": "",
    }


POOLS = Resource("compute-pools", "COMPUTE POOL", "COMPUTE POOLS", ACCOUNT, _pool)
listed(POOLS)
acts(POOLS, suspend="SUSPEND", resume="RESUME", stopallservices="STOP ALL", stop_all_services="STOP ALL")


@post(POOLS.collection)
def create_pool(call: Call) -> Status:
    """CREATE COMPUTE POOL."""
    return created("COMPUTE POOL", call, _pool_clauses(call, call.fields()))


def _pool_clauses(call: Call, body: Body) -> Clauses:
    suspended = "INITIALLY_SUSPENDED = TRUE" if call.flag("initiallySuspended") else ""
    tail = joined(assignments(body, _SETTINGS), suspended)
    body.finish("name", *_READ_ONLY)
    return Clauses(tail)


_READ_ONLY = (
    "state", "num_services", "num_jobs", "active_nodes", "idle_nodes", "target_nodes", "created_on", "resumed_on",
    "updated_on", "owner", "is_exclusive", "application", "budget", "error_code", "status_message",
)  # fmt: skip


@put(POOLS.one)
def create_or_alter_pool(call: Call) -> Status:
    """As CREATE OR ALTER does."""
    return create_or_alter(POOLS, call, _pool_clauses(call, call.fields()), _SETTINGS)


# -- image repositories ---------------------------------------------------------------------------


def _repository(call: Call, row: Row) -> Answer:
    return {
        **{key: row[key] for key in ("created_on", "repository_url", "owner_role_type")},
        **{key: shown_name(row[key]) for key in ("name", "database_name", "schema_name", "owner")},
    }


REPOSITORIES = Resource("image-repositories", "IMAGE REPOSITORY", "IMAGE REPOSITORIES", SCHEMA, _repository)
listed(REPOSITORIES)


@post(REPOSITORIES.collection)
def create_repository(call: Call) -> Status:
    """CREATE IMAGE REPOSITORY."""
    body = call.fields()
    body.finish(
        "name", "database_name", "schema_name", "created_on", "repository_url", "owner", "owner_role_type"
    )
    return created("IMAGE REPOSITORY", call, Clauses())


@get(f"{REPOSITORIES.one}/images")
def images(call: Call) -> list[Answer]:
    """SHOW IMAGES IN IMAGE REPOSITORY."""
    return call.rows(f"SHOW IMAGES IN IMAGE REPOSITORY {call.object}")


# -- services -------------------------------------------------------------------------------------

_SERVICE = (
    "status dns_name current_instances target_instances min_ready_instances min_instances max_instances"
    " created_on updated_on resumed_on suspended_on auto_suspend_secs owner_role_type spec_digest"
    " managing_object_domain managing_object_name"
)


def _service(call: Call, row: Row) -> Answer:
    full = object_sql(row["database_name"], row["schema_name"], row["name"])
    (described,) = call.rows(f"DESCRIBE SERVICE {full}")
    return {
        **{key: described[key] for key in _SERVICE.split()},
        **{key: shown_name(row[key]) for key in ("name", "database_name", "schema_name", "owner")},
        **{key: yes(described[key]) for key in ("auto_resume", "is_job", "is_async_job", "is_upgrading")},
        "compute_pool": described["compute_pool"],
        "query_warehouse": said(described["query_warehouse"]),
        "comment": described["comment"] or "",
        "spec": {"spec_type": "from_inline", "spec_text": described["spec"]},
    }


SERVICES = Resource("services", "SERVICE", "SERVICES", SCHEMA, _service)
listed(SERVICES)
acts(SERVICES, suspend="SUSPEND", resume="RESUME")


@post(SERVICES.collection)
@put(SERVICES.one)
@post(f"{SERVICES.collection}:execute-job")
def create_service(call: Call) -> Answer:
    """CREATE SERVICE, EXECUTE JOB SERVICE: no containers run here."""
    raise not_supported(_CREATED)


def _inside(last: str, sql: str, flags: tuple[str, ...] = ()) -> None:
    """What SHOW lists of a service."""

    @get(f"{SERVICES.one}/{last}")
    def show(call: Call) -> list[Answer]:
        rows = call.rows(f"SHOW {sql} IN SERVICE {call.object}")
        return [{**row, **{key: yes(row[key]) for key in flags}} for row in rows]


_inside("containers", "SERVICE CONTAINERS")
_inside("instances", "SERVICE INSTANCES")
_inside("endpoints", "ENDPOINTS", flags=("is_public",))


@get(f"{SERVICES.one}/roles")
def roles(call: Call) -> list[Answer]:
    """SHOW ROLES IN SERVICE."""
    raise not_supported("SHOW ROLES IN SERVICE")


@get(f"{SERVICES.one}/status")
def status(call: Call) -> Answer:
    """SYSTEM$GET_SERVICE_STATUS."""
    seconds = _count(call, "timeout", 0)
    (row,) = call.rows(f"SELECT SYSTEM$GET_SERVICE_STATUS({literal(call.object)}, {seconds}) AS S")
    return {"system$get_service_status": row["S"]}


@get(f"{SERVICES.one}/logs")
def logs(call: Call) -> Answer:
    """SYSTEM$GET_SERVICE_LOGS."""
    given = [call.query.get(key) for key in ("instanceId", "containerName")]
    instance, container = ("NULL" if value is None else literal(value) for value in given)
    lines = _count(call, "numLines", 500)
    call_ = f"SYSTEM$GET_SERVICE_LOGS({literal(call.object)}, {instance}, {container}, {lines})"
    (row,) = call.rows(f"SELECT {call_} AS S")
    return {"system$get_service_logs": row["S"]}


def _count(call: Call, key: str, default: int) -> int:
    value = call.query.get(key)
    if value is None:
        return default
    if not value.isdecimal():
        raise edge.bad_request(f"{key} must be a number")
    return int(value)
