"""Roles."""

from __future__ import annotations

from snowdome.server.rest.call import Answer, Call, Status
from snowdome.server.rest.registry import delete, get, post
from snowdome.server.rest.resource import ACCOUNT, Clauses, Resource, created, dropped, listing
from snowdome.server.rest.rows import Row, whole, yes
from snowdome.server.rest.sqltext import assignments, properties, shown_name, text


def _answer(call: Call, row: Row) -> Answer:
    return {
        "name": shown_name(row["name"]),
        "created_on": row["created_on"],
        "owner": shown_name(row["owner"]) if row["owner"] else None,
        "comment": row["comment"] or "",
        **{key: yes(row[key]) for key in ("is_default", "is_current", "is_inherited")},
        **{key: whole(row[key]) for key in ("assigned_to_users", "granted_to_roles", "granted_roles")},
    }


ROLES = Resource("roles", "ROLE", "ROLES", ACCOUNT, _answer)


@get(ROLES.collection)
def list_roles(call: Call) -> list[Answer]:
    """SHOW ROLES."""
    return listing(ROLES, call)


@delete(ROLES.one)
def drop(call: Call) -> Status:
    """DROP ROLE."""
    return dropped(ROLES, call)


@post(ROLES.collection)
def create(call: Call) -> Status:
    """CREATE ROLE."""
    body = call.fields()
    clauses = Clauses(assignments(body, properties(text, "comment")))
    body.finish("name")
    return created("ROLE", call, clauses)
