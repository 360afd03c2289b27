"""User-defined functions, and service functions, which there are none of."""

from __future__ import annotations

from snowdome.catalog.model import Function
from snowdome.errors import not_supported
from snowdome.server.rest import routines
from snowdome.server.rest.body import Body
from snowdome.server.rest.call import Answer, Call, Status
from snowdome.server.rest.registry import delete, get, post
from snowdome.server.rest.resource import (
    SCHEMA,
    Clauses,
    Resource,
    created,
    listing,
    named,
    target_place,
)
from snowdome.server.rest.rows import Row, yes
from snowdome.server.rest.sqltext import assignments, identifier, joined, object_sql, properties, text


def _answer(call: Call, row: Row) -> Answer:
    function = routines.entity_of(call, row, Function)
    return {
        **routines.answer(row, function),
        "is_temporary": function.temporary,
        "is_aggregate": yes(row["is_aggregate"]),
        "is_memoizable": yes(row["is_memoizable"]),
        "is_table_function": yes(row["is_table_function"]),
        "valid_for_clustering": yes(row["valid_for_clustering"]),
    }


FUNCTIONS = Resource("user-defined-functions", "FUNCTION", "USER FUNCTIONS", SCHEMA, _answer)


@get(FUNCTIONS.collection)
def list_functions(call: Call) -> list[Answer]:
    """SHOW USER FUNCTIONS."""
    return listing(FUNCTIONS, call)


@get(FUNCTIONS.one)
def fetch(call: Call) -> Answer:
    """The overload that the path names."""
    return _answer(call, routines.row_of(FUNCTIONS, call))


@delete(FUNCTIONS.one)
def drop(call: Call) -> Status:
    """DROP FUNCTION."""
    return call.status(joined("DROP FUNCTION", _guard(call), *routines.called(call)))


def _guard(call: Call) -> str:
    return "IF EXISTS" if call.flag("ifExists") else ""


@post(FUNCTIONS.collection)
def create(call: Call) -> Status:
    """CREATE FUNCTION."""
    body = call.fields()
    tail = joined(
        "COPY GRANTS" if call.flag("copyGrants") else "",
        routines.returns(body),
        routines.language(body),
        "MEMOIZABLE" if body.flag("is_memoizable") else "",
        assignments(body, properties(text, "comment")),
        routines.source(body),
    )
    name = named(call, body) + routines.signature(body)
    clauses = Clauses(tail, _modifiers(body))
    body.finish("is_table_function")
    return created("FUNCTION", call, clauses, name)


def _modifiers(body: Body) -> str:
    return joined(
        "SECURE" if body.flag("is_secure") else "",
        "TEMPORARY" if body.flag("is_temporary") else "",
        "AGGREGATE" if body.flag("is_aggregate") else "",
    )


@post(f"{FUNCTIONS.one}:rename")
def rename(call: Call) -> Status:
    """ALTER FUNCTION … RENAME TO the query's target."""
    new = object_sql(*target_place(call), identifier(call.query.get("targetName", "")))
    return call.status(joined("ALTER FUNCTION", _guard(call), *routines.called(call), "RENAME TO", new))


@post(f"{FUNCTIONS.one}:execute")
def execute(call: Call) -> Answer:
    """SELECT of the function: one value under the function's name."""
    given = [Body.of(item) for item in call.items()]
    sql = f"SELECT {call.object}{routines.arguments(given)} AS {object_sql(call.name())}"
    (row,) = routines.results(call, sql)
    return row


@get(f"{SCHEMA}functions")
def service_functions(call: Call) -> list[Answer]:
    """Functions of services: containers do not run here."""
    return []


@post(f"{SCHEMA}functions")
def create_service_function(call: Call) -> Status:
    """CREATE FUNCTION … SERVICE."""
    raise not_supported("functions of services (Snowpark Container Services)")
