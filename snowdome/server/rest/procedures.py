"""Procedures, and calling them."""

from __future__ import annotations

from snowdome.catalog.model import Procedure
from snowdome.server import edge
from snowdome.server.rest import routines
from snowdome.server.rest.body import Body
from snowdome.server.rest.call import Answer, Call, Status
from snowdome.server.rest.grants import routine_parts
from snowdome.server.rest.registry import delete, get, post
from snowdome.server.rest.resource import SCHEMA, Clauses, Resource, created, listing, named
from snowdome.server.rest.rows import Row
from snowdome.server.rest.sqltext import assignments, joined, properties, text


def _answer(call: Call, row: Row) -> Answer:
    procedure = routines.entity_of(call, row, Procedure)
    return {**routines.answer(row, procedure), "execute_as": procedure.execute_as.split()[-1]}


PROCEDURES = Resource("procedures", "PROCEDURE", "USER PROCEDURES", SCHEMA, _answer)


@get(PROCEDURES.collection)
def list_procedures(call: Call) -> list[Answer]:
    """SHOW USER PROCEDURES."""
    return listing(PROCEDURES, call)


@get(PROCEDURES.one)
def fetch(call: Call) -> Answer:
    """The overload that the path names."""
    return _answer(call, routines.row_of(PROCEDURES, call))


@delete(PROCEDURES.one)
def drop(call: Call) -> Status:
    """DROP PROCEDURE."""
    guard = "IF EXISTS" if call.flag("ifExists") else ""
    return call.status(joined("DROP PROCEDURE", guard, *routines.called(call)))


@post(PROCEDURES.collection)
def create(call: Call) -> Status:
    """CREATE PROCEDURE."""
    body = call.fields()
    tail = joined(
        "COPY GRANTS" if call.flag("copyGrants") else "",
        routines.returns(body),
        routines.language(body),
        assignments(body, properties(text, "comment")),
        _rights(body),
        routines.source(body),
    )
    clauses = Clauses(tail, "SECURE" if body.flag("is_secure") else "")
    name = named(call, body) + routines.signature(body)
    body.finish()
    return created("PROCEDURE", call, clauses, name)


def _rights(body: Body) -> str:
    rights = body.text("execute_as")
    if rights is None:
        return ""
    if rights.upper() not in ("OWNER", "CALLER"):
        raise edge.bad_request("execute_as is neither OWNER nor CALLER")
    return f"EXECUTE AS {rights}"


@post(f"{PROCEDURES.one}:call")
def call_procedure(call: Call) -> Answer:
    """CALL with the body's arguments: a list of rows."""
    given = call.fields().objects("call_arguments")
    name, _ = routine_parts(call.path["name"], *call.place)
    return routines.results(call, f"CALL {name}{routines.arguments(given)}")
