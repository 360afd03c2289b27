"""Databases and schemas."""

from __future__ import annotations

from snowdome.errors import not_supported
from snowdome.server.rest.body import Body
from snowdome.server.rest.call import Answer, Call, Status
from snowdome.server.rest.registry import post, put
from snowdome.server.rest.resource import (
    ACCOUNT,
    DATABASE,
    Clauses,
    Resource,
    created,
    listed,
    target,
)
from snowdome.server.rest.rows import Row, said, whole, yes
from snowdome.server.rest.settings import create_or_alter
from snowdome.server.rest.sqltext import (
    assignments,
    joined,
    number,
    properties,
    shown_name,
    text,
    word,
)

_PROPERTIES = (
    *properties(text, "comment default_ddl_collation"),
    *properties(number, "data_retention_time_in_days max_data_extension_time_in_days"
                " suspend_task_after_num_failures user_task_timeout_ms"),
    *properties(word, "log_level trace_level user_task_managed_initial_warehouse_size"
                " serverless_task_min_statement_size serverless_task_max_statement_size"),
)  # fmt: skip


def _answer(call: Call, row: Row) -> Answer:
    transient = "TRANSIENT" in (row["options"] or "").split(", ")
    return {
        "name": shown_name(row["name"]),
        "created_on": row["created_on"],
        "kind": "TRANSIENT" if transient else "PERMANENT",
        "is_default": yes(row["is_default"]),
        "is_current": yes(row["is_current"]),
        "owner": shown_name(row["owner"]) if row["owner"] else None,
        "comment": said(row["comment"]),
        "options": row["options"],
        "retention_time": whole(row["retention_time"]),
        "data_retention_time_in_days": whole(row["retention_time"]),
        "owner_role_type": said(row["owner_role_type"]),
    }


def _database(call: Call, row: Row) -> Answer:
    return {**_answer(call, row), "origin": said(row["origin"])}


def _schema(call: Call, row: Row) -> Answer:
    managed = "MANAGED ACCESS" in (row["options"] or "").split(", ")
    return {
        **_answer(call, row),
        "managed_access": managed,
        "database_name": shown_name(row["database_name"]),
    }


DATABASES = Resource("databases", "DATABASE", "DATABASES", ACCOUNT, _database)
SCHEMAS = Resource("schemas", "SCHEMA", "SCHEMAS", DATABASE, _schema)

for _resource in (DATABASES, SCHEMAS):
    listed(_resource)


@put(DATABASES.one)
def create_or_alter_database(call: Call) -> Status:
    """As CREATE OR ALTER DATABASE does."""
    return _create_or_alter(DATABASES, call)


@put(SCHEMAS.one)
def create_or_alter_schema(call: Call) -> Status:
    """As CREATE OR ALTER SCHEMA does."""
    return _create_or_alter(SCHEMAS, call)


def _create_or_alter(resource: Resource, call: Call) -> Status:
    body = call.fields()
    clauses = _clauses(call, body)
    body.finish("name")
    return create_or_alter(resource, call, clauses, _PROPERTIES, _access)


def _access(body: Body, before: Answer) -> list[str]:
    """What changes MANAGED ACCESS; TRANSIENT cannot be changed."""
    kind = (body.text("kind") or before["kind"]).upper()
    if kind != before["kind"]:
        raise not_supported("turning a permanent object into a transient one or back")
    wanted = bool(body.flag("managed_access"))
    if "managed_access" not in before or wanted == before["managed_access"]:
        return []
    return [f"{'ENABLE' if wanted else 'DISABLE'} MANAGED ACCESS"]


def _clauses(call: Call, body: Body) -> Clauses:
    kind = (call.query.get("kind") or body.text("kind") or "").upper()
    body.get("kind")
    managed = "WITH MANAGED ACCESS" if body.flag("managed_access") else ""
    tail = joined(managed, assignments(body, _PROPERTIES))
    return Clauses(tail, "TRANSIENT" if kind == "TRANSIENT" else "")


@post(DATABASES.collection)
def create_database(call: Call) -> Status:
    """CREATE [TRANSIENT] DATABASE."""
    return _create(DATABASES, call)


@post(SCHEMAS.collection)
def create_schema(call: Call) -> Status:
    """CREATE [TRANSIENT] SCHEMA."""
    return _create(SCHEMAS, call)


def _create(resource: Resource, call: Call) -> Status:
    body = call.fields()
    clauses = _clauses(call, body)
    body.finish("name")
    return created(resource.word, call, clauses)


@post(f"{DATABASES.one}:clone")
def clone_database(call: Call) -> Status:
    """CREATE DATABASE … CLONE."""
    return _clone(DATABASES, call)


@post(f"{SCHEMAS.one}:clone")
def clone_schema(call: Call) -> Status:
    """CREATE SCHEMA … CLONE."""
    return _clone(SCHEMAS, call)


def _clone(resource: Resource, call: Call) -> Status:
    body = call.fields()
    clauses = _clauses(call, body)
    body.finish("name")
    tail = joined(f"CLONE {call.object}", clauses.tail)
    return created(resource.word, call, Clauses(tail, clauses.modifiers), target(call, body))


@post(f"{DATABASES.one}:undrop", f"{SCHEMAS.one}:undrop")
def undrop(call: Call) -> Status:
    """UNDROP."""
    return call.status(f"UNDROP {'SCHEMA' if 'database' in call.path else 'DATABASE'} {call.object}")


@post("databases:from-share")
def from_share(call: Call) -> Status:
    """Shares come from other accounts."""
    raise not_supported("CREATE DATABASE from a share, listing or replica")
