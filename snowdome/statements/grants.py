"""GRANT and REVOKE: recorded, and shown by SHOW GRANTS."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from snowdome.catalog.catalog import role_membership
from snowdome.catalog.model import Entity, Grant, Schema, User
from snowdome.catalog.names import ObjectName
from snowdome.context import Context
from snowdome.errors import compilation_error, object_not_found
from snowdome.result import Result
from snowdome.sql import ast
from snowdome.sql.staging import object_name
from snowdome.statements import ddl
from snowdome.statements.ddl import KINDS
from snowdome.statements.granted import Changes
from snowdome.statements.registry import handles
from snowdome.statements.roles import require_role

# What ALL [PRIVILEGES] stands for.
ALL_PRIVILEGES: dict[str, tuple[str, ...]] = {
    "DATABASE": ("APPLYBUDGET", "CREATE DATABASE ROLE", "CREATE SCHEMA", "MODIFY", "MONITOR", "USAGE"),
    "SCHEMA": (
        "ADD SEARCH OPTIMIZATION", "CREATE FILE FORMAT", "CREATE FUNCTION", "CREATE PROCEDURE",
        "CREATE SEQUENCE", "CREATE STAGE", "CREATE TABLE", "CREATE TAG", "CREATE TEMPORARY TABLE",
        "CREATE VIEW", "MODIFY", "MONITOR", "USAGE",
    ),
    "TABLE": ("DELETE", "EVOLVE SCHEMA", "INSERT", "REBUILD", "REFERENCES", "SELECT", "TRUNCATE", "UPDATE"),
    "VIEW": ("DELETE", "INSERT", "REBUILD", "REFERENCES", "SELECT", "TRUNCATE", "UPDATE"),
    "WAREHOUSE": ("APPLYBUDGET", "MODIFY", "MONITOR", "OPERATE", "USAGE"),
    "STAGE": ("READ", "WRITE"),
    "FILE FORMAT": ("USAGE",),
    "SEQUENCE": ("USAGE",),
    "FUNCTION": ("USAGE",),
    "PROCEDURE": ("USAGE",),
    "TAG": ("APPLY", "READ"),
    "MODEL": ("READ", "USAGE"),
    "EXPERIMENT": ("MODIFY", "USAGE"),
    "DYNAMIC TABLE": ("MONITOR", "OPERATE", "SELECT"),
    "ALERT": ("MONITOR", "OPERATE"),
    "INTEGRATION": ("USAGE", "USE_ANY_ROLE"),
    "COMPUTE POOL": ("MODIFY", "MONITOR", "OPERATE", "USAGE"),
    "IMAGE REPOSITORY": ("READ", "WRITE"),
    "GATEWAY": ("MODIFY", "USAGE"),
    "SERVICE": ("MODIFY", "MONITOR", "OPERATE", "USAGE"),
    "TASK": ("MONITOR", "OPERATE"),
    "USER": ("MONITOR",),
    "ROLE": ("USAGE",),
}  # fmt: skip


@handles(ast.Grant)
def grant(statement: ast.Grant, context: Context) -> Result:
    """GRANT or REVOKE."""
    ddl.commit_first(context)
    grantee = _grantee(statement, context)
    with context.catalog.unit() as unit:
        if statement.privileges == ("ROLE",):
            found = [_membership(statement, context, grantee, unit.new_id())]
        else:
            found = [
                g
                for target in _targets(statement, context)
                for g in _privileges(statement, context, target, grantee, unit)
            ]
        for one in found:
            _record(context, unit, one, statement)
    return ddl.done()


def _grantee(statement: ast.Grant, context: Context) -> str:
    assert statement.to_name is not None
    name = object_name(statement.to_name, context).name
    if statement.to_kind == "ROLE":
        require_role(context, name)
    elif name != context.session.user and context.catalog.snapshot.get(User, 0, name) is None:
        raise object_not_found("User", str(ObjectName((name,))))
    return name


def _membership(statement: ast.Grant, context: Context, grantee: str, new_id: int) -> Grant:
    assert statement.on_name is not None
    role = require_role(context, object_name(statement.on_name, context).name)
    if not statement.revoke and statement.to_kind == "ROLE" and grantee in _inherited(context, role.name):
        text = f"Role '{role.name}' cannot be granted to role '{grantee}', which it inherits from."
        raise compilation_error("091400", "42601", text)
    return role_membership(new_id, role.name, statement.to_kind, grantee, context.session.role or "")


def _inherited(context: Context, role: str) -> set[str]:
    """The role and all roles that it has the rights of."""
    direct: dict[str, list[str]] = {}
    for grant in context.catalog.snapshot.all(Grant):
        if grant.on_kind == grant.to_kind == "ROLE" and grant.privilege == "USAGE":
            direct.setdefault(grant.to_name, []).append(grant.on_name)
    found, waiting = {role}, [role]
    while waiting:
        new = [r for r in direct.get(waiting.pop(), ()) if r not in found]
        found.update(new)
        waiting += new
    return found


def _targets(statement: ast.Grant, context: Context) -> list[tuple[str, str, Entity | None]]:
    """Kind, full name and object of what the privileges are on."""
    if statement.on_kind == "ACCOUNT" or statement.on_name is None:
        return [("ACCOUNT", context.services.name, None)]
    name = object_name(statement.on_name, context)
    kind = KINDS.get(statement.on_kind)
    if statement.on_many:
        return _many(statement, context, name)
    if kind is None:
        raise object_not_found(statement.on_kind.capitalize(), str(name))
    entity = ddl.require(context, kind, name, statement.arguments)
    return [(kind.word, str(ddl.place_name(context, entity)), entity)]


def _many(statement: ast.Grant, context: Context, place: ObjectName) -> list[tuple[str, str, Entity | None]]:
    holder = ddl.require(context, KINDS[statement.in_kind], place)
    if statement.on_many == "FUTURE":
        return [(statement.on_kind, f"{ddl.place_name(context, holder)}.<{statement.on_kind}>", None)]
    kind = KINDS.get(statement.on_kind)
    inside = _inside(context, holder) if kind is not None else []
    return [
        (kind.word, str(ddl.place_name(context, e)), e)
        for e in inside
        if kind is not None and isinstance(e, kind.entity)
    ]


def _inside(context: Context, holder: Entity) -> Iterable[Entity]:
    snapshot = context.catalog.snapshot
    places = {holder.id, *(s.id for s in snapshot.all(Schema) if s.parent == holder.id)}
    return [e for e in snapshot.by_id.values() if e.parent in places]


def _privileges(
    statement: ast.Grant,
    context: Context,
    target: tuple[str, str, Entity | None],
    grantee: str,
    unit: Changes,
) -> list[Grant]:
    kind, name, entity = target
    words = [w for p in statement.privileges for w in (ALL_PRIVILEGES.get(kind, ()) if p == "ALL" else (p,))]
    if "OWNERSHIP" in words and entity is not None:
        unit.put(replace(entity, owner=grantee))
        words.remove("OWNERSHIP")
    common: dict[str, Any] = {
        "name": name, "owner": context.session.role or "", "on_kind": kind, "on_name": name,
        "to_kind": statement.to_kind, "to_name": grantee,
    }  # fmt: skip
    option = statement.grant_option
    return [Grant(id=unit.new_id(), privilege=word, grant_option=option, **common) for word in words]


def _record(context: Context, unit: Changes, grant: Grant, statement: ast.Grant) -> None:
    before = context.catalog.snapshot.get(Grant, 0, grant.key)
    if not statement.revoke:
        unit.put(grant if before is None else replace(before, grant_option=grant.grant_option))
    elif before is not None and statement.grant_option:
        unit.put(replace(before, grant_option=False))
    elif before is not None:
        unit.delete(before)
