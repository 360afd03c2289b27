"""Grants: what roles and users hold, given and taken back."""

from __future__ import annotations

import re
from collections.abc import Callable

from snowdome.errors import SnowflakeError
from snowdome.server import edge
from snowdome.server.rest.body import Body
from snowdome.server.rest.call import Answer, Call, Status
from snowdome.server.rest.registry import delete, get, post
from snowdome.server.rest.resource import MAX_ROWS
from snowdome.server.rest.rows import Row, yes
from snowdome.server.rest.sqltext import identifier, joined, object_sql, reference, shown_name
from snowdome.sql.names import parse_name

_KIND = re.compile(r"[A-Za-z]+(?:[ _-][A-Za-z]+)*\Z")
_PRIVILEGE = re.compile(r"[A-Za-z_.]+(?: [A-Za-z_.]+)*\Z")


def kind_of(text: str) -> str:
    """A kind of object or grantee as SQL writes it: ``database-role`` is DATABASE ROLE."""
    if not _KIND.match(text):
        raise edge.bad_request(f"{text} is no kind of object")
    return re.sub(r"[_-]", " ", text).upper()


def _privileges(names: list[str]) -> str:
    for name in names:
        if not _PRIVILEGE.match(name):
            raise edge.bad_request(f"{name} is no privilege")
    if not names:
        raise edge.bad_request("privileges is missing")
    return ", ".join(names)


def _what(kind: str, name: str, privileges: list[str]) -> str:
    """ROLE r, or privileges ON kind name; ``name`` is SQL."""
    if kind.endswith("ROLE") and not privileges:
        return f"{kind} {name}"
    if kind == "ACCOUNT":
        return f"{_privileges(privileges)} ON ACCOUNT"
    return f"{_privileges(privileges)} ON {kind} {name}"


def _change(what: str, grantee: str, body: Body) -> str:
    return joined(f"GRANT {what} TO {grantee}", "WITH GRANT OPTION" if body.flag("grant_option") else "")


def _taken(what: str, grantee: str, mode: str, option_only: bool = False) -> str:
    option = "GRANT OPTION FOR" if option_only else ""
    return joined("REVOKE", option, what, "FROM", grantee, "CASCADE" if mode.lower() == "cascade" else "")


# -- /grants/… ------------------------------------------------------------------------------------

_HOLDER = "grants/{granteeType}/{granteeName}"
_OBJECT = f"{_HOLDER}/{{securableType}}/{{securableName}}/privileges"
_MANY = f"{_HOLDER}/{{bulk}}/{{plural}}/{{scopeType}}/{{scopeName}}/privileges"


def _grantee(call: Call) -> str:
    return f"{kind_of(call.path['granteeType'])} {reference(call.path['granteeName'])}"


def _securable(call: Call) -> Callable[[list[str]], str]:
    """The part of GRANT about privileges on the path's object or objects."""
    if "bulk" in call.path:
        bulk, plural, scope = (kind_of(call.path[key]) for key in ("bulk", "plural", "scopeType"))
        place = reference(call.path["scopeName"])
        return lambda privileges: f"{_privileges(privileges)} ON {bulk} {plural} IN {scope} {place}"
    kind, text = kind_of(call.path["securableType"]), call.path["securableName"]
    name, arguments = routine_parts(text) if kind != "ACCOUNT" else ("", "")
    return lambda privileges: _what(kind, name + arguments, privileges)


_ROUTINE = re.compile(r"(.*?)(\([\w\s,()]*\))\Z", re.DOTALL)


def routine_parts(text: str, *place: str) -> tuple[str, str]:
    """The name, as SQL, and the argument types, in parentheses, of ``name(types)`` or a bare name."""
    found = _ROUTINE.match(text)
    name, arguments = (found[1], found[2]) if found else (text, "")
    return reference(name, *place), arguments


@post(_OBJECT, _MANY)
def grant(call: Call) -> Status:
    """GRANT privileges, or a role."""
    body = call.fields()
    what = _securable(call)(body.texts("privileges"))
    return call.status(_change(what, _grantee(call), body))


@delete(f"{_OBJECT}/{{privilege}}", f"{_MANY}/{{privilege}}")
def revoke(call: Call) -> Status:
    """REVOKE a privilege."""
    return _revoked(call, option_only=False)


@delete(f"{_OBJECT}/{{privilege}}/grant-option", f"{_MANY}/{{privilege}}/grant-option")
def revoke_grant_option(call: Call) -> Status:
    """REVOKE GRANT OPTION FOR a privilege."""
    return _revoked(call, option_only=True)


def _revoked(call: Call, option_only: bool) -> Status:
    what = _securable(call)([call.path["privilege"]])
    return call.status(_taken(what, _grantee(call), call.query.get("deleteMode", ""), option_only))


@get(_HOLDER)
def list_grants(call: Call) -> list[Answer]:
    """SHOW GRANTS TO."""
    return [_shown(row) for row in _limited(call, call.rows(f"SHOW GRANTS TO {_grantee(call)}"))]


def _limited(call: Call, rows: list[Row]) -> list[Row]:
    return rows[: call.count("showLimit", MAX_ROWS)]


def _shown(row: Row) -> Answer:
    kind, name, privilege = _held(row)
    return {
        "privileges": [privilege],
        "grant_option": yes(row.get("grant_option")),
        "created_on": row["created_on"],
        "grantee_type": row["granted_to"],
        "grantee_name": shown_name(row["grantee_name"]),
        "securable_type": kind,
        "securable_name": name,
        "granted_by_role_type": "ROLE",
        "granted_by_name": row["granted_by"],
    }


def _held(row: Row) -> tuple[str, str, str]:
    """Kind, name and privilege; SHOW GRANTS TO USER has only roles."""
    if "privilege" not in row:
        return "ROLE", shown_name(row["role"]), "USAGE"
    kind, name = (row.get("granted_on") or row["grant_on"]).replace("_", " "), row["name"]
    if kind == "ROLE" and not name.startswith('"'):  # memberships have the name as it is stored
        name = shown_name(name)
    return kind, name, row["privilege"]


# -- /roles/r/grants, /users/u/grants -------------------------------------------------------------


def _given(body: Body, many: str = "ALL") -> str:
    """What a Grant in a body speaks of: one object, or all (or future) ones of a kind in a place."""
    kind, privileges = kind_of(body.required("securable_type")), body.texts("privileges")
    scope = body.object("containing_scope")
    if scope is not None:
        where, place = _scope(scope)
        return f"{_privileges(privileges)} ON {many} {_plural(kind)} IN {where} {place}"
    securable = body.object("securable")
    return _what(kind, "" if securable is None else _full_name(securable), privileges)


def _scope(scope: Body) -> tuple[str, str]:
    database, schema = scope.required("database"), scope.text("schema")
    if schema is None:
        return "DATABASE", object_sql(identifier(database))
    return "SCHEMA", object_sql(identifier(database), identifier(schema))


def _full_name(securable: Body) -> str:
    above = [securable.text("database"), securable.text("schema")]
    name, arguments = routine_parts(securable.required("name"), *(identifier(p) for p in above if p))
    return name + arguments


def _plural(kind: str) -> str:
    return kind[:-1] + "IES" if kind.endswith("Y") else kind + "S"


def _holder(call: Call, kind: str) -> str:
    return f"{kind} {call.object}"


def _holders(kind: str, path: str) -> None:
    """The paths that the grants of roles and those of users share."""

    @get(f"{path}/{{name}}/grants")
    def held(call: Call) -> list[Answer]:
        return [_grant(row) for row in _limited(call, call.rows(f"SHOW GRANTS TO {_holder(call, kind)}"))]

    @post(f"{path}/{{name}}/grants")
    def give(call: Call) -> Status:
        body = call.fields()
        return call.status(_change(_given(body), _holder(call, kind), body))

    @post(f"{path}/{{name}}/grants:revoke")
    def take(call: Call) -> Status:
        return _take(call, kind)


def _take(call: Call, kind: str, many: str = "ALL") -> Status:
    body = call.fields()
    option_only = bool(body.flag("grant_option"))
    return call.status(
        _taken(_given(body, many), _holder(call, kind), call.query.get("mode", ""), option_only)
    )


def _grant(row: Row) -> Answer:
    kind, name, privilege = _held(row)
    return {
        "securable": _named(name),
        "securable_type": kind,
        "privileges": [privilege],
        "grant_option": yes(row.get("grant_option")),
        "created_on": row["created_on"],
        "granted_by": row.get("granted_by") or None,
    }


def _named(text: str) -> Answer:
    """A full name in its parts."""
    try:
        *above, name = (shown_name(part) for part in parse_name(text))
    except SnowflakeError:  # a function's name has its arguments' types
        return {"name": text}
    return {"name": name, **dict(zip(("database", "schema"), above, strict=False))}


_holders("ROLE", "roles")
_holders("USER", "users")


@get("roles/{name}/future-grants")
def future_grants(call: Call) -> list[Answer]:
    """SHOW FUTURE GRANTS TO ROLE."""
    rows = call.rows(f"SHOW FUTURE GRANTS TO {_holder(call, 'ROLE')}")
    return [_future(row) for row in _limited(call, rows)]


def _future(row: Row) -> Answer:
    place, _, kind = str(row["name"]).rpartition(".")
    found = _named(place)
    scope = {"database": found.get("database", found["name"])}
    if "database" in found:
        scope["schema"] = found["name"]
    return {
        "containing_scope": scope,
        "securable_type": kind.strip("<>"),
        "privileges": [row["privilege"]],
        "grant_option": yes(row["grant_option"]),
        "created_on": row["created_on"],
    }


@post("roles/{name}/future-grants")
def grant_future(call: Call) -> Status:
    """GRANT … ON FUTURE … TO ROLE."""
    body = call.fields()
    return call.status(_change(_given(body, "FUTURE"), _holder(call, "ROLE"), body))


@post("roles/{name}/future-grants:revoke")
def revoke_future(call: Call) -> Status:
    """REVOKE … ON FUTURE … FROM ROLE."""
    return _take(call, "ROLE", "FUTURE")


@get("roles/{name}/grants-of")
def grants_of(call: Call) -> list[Answer]:
    """SHOW GRANTS OF ROLE: who has it."""
    return _limited(call, call.rows(f"SHOW GRANTS OF ROLE {call.object}"))


@get("roles/{name}/grants-on")
def grants_on(call: Call) -> list[Answer]:
    """SHOW GRANTS ON ROLE."""
    return _limited(call, call.rows(f"SHOW GRANTS ON ROLE {call.object}"))
