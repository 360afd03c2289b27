"""INFORMATION_SCHEMA's views of roles and privileges."""

from __future__ import annotations

from collections.abc import Sequence

from snowdome.catalog.information_schema import Row, Viewer, defines, yes
from snowdome.catalog.model import Database, Grant, Role


@defines("ENABLED_ROLES", "ROLE_NAME ROLE_OWNER")
def enabled_roles(viewer: Viewer, database: Database) -> Sequence[Row]:
    return [{"ROLE_NAME": r.name, "ROLE_OWNER": r.owner} for r in viewer.catalog.snapshot.children(Role, 0)]


@defines("APPLICABLE_ROLES", "GRANTEE ROLE_NAME ROLE_OWNER IS_GRANTABLE")
def applicable_roles(viewer: Viewer, database: Database) -> Sequence[Row]:
    return [
        {
            "GRANTEE": g.to_name,
            "ROLE_NAME": g.on_name,
            "ROLE_OWNER": g.owner,
            "IS_GRANTABLE": yes(g.grant_option),
        }
        for g in viewer.catalog.snapshot.all(Grant)
        if g.on_kind == "ROLE"
    ]


@defines(
    "OBJECT_PRIVILEGES",
    "GRANTOR GRANTEE GRANTED_TO OBJECT_CATALOG OBJECT_SCHEMA OBJECT_NAME OBJECT_TYPE PRIVILEGE_TYPE"
    " IS_GRANTABLE CREATED",
)
def object_privileges(viewer: Viewer, database: Database) -> Sequence[Row]:
    return [_privilege(g, "OBJECT") for g in viewer.catalog.snapshot.all(Grant) if "<" not in g.on_name]


@defines(
    "TABLE_PRIVILEGES",
    "GRANTOR GRANTEE GRANTED_TO TABLE_CATALOG TABLE_SCHEMA TABLE_NAME PRIVILEGE_TYPE IS_GRANTABLE"
    " WITH_HIERARCHY CREATED",
)
def table_privileges(viewer: Viewer, database: Database) -> Sequence[Row]:
    found = [
        g
        for g in viewer.catalog.snapshot.all(Grant)
        if g.on_kind in ("TABLE", "VIEW") and "<" not in g.on_name
    ]
    return [{**_privilege(g, "TABLE"), "WITH_HIERARCHY": "NO"} for g in found]


def _privilege(grant: Grant, prefix: str) -> Row:
    parts = ["", "", *grant.on_name.split(".")][-3:]
    return {
        "GRANTOR": grant.owner,
        "GRANTEE": grant.to_name,
        "GRANTED_TO": grant.to_kind,
        f"{prefix}_CATALOG": parts[0] or None,
        f"{prefix}_SCHEMA": parts[1] or None,
        f"{prefix}_NAME": parts[2],
        "OBJECT_TYPE": grant.on_kind,
        "PRIVILEGE_TYPE": grant.privilege,
        "IS_GRANTABLE": yes(grant.grant_option),
        "CREATED": grant.created_on,
    }
