"""Sequences."""

from __future__ import annotations

from snowdome.catalog.model import Sequence
from snowdome.catalog.names import ObjectName
from snowdome.server.rest.call import Answer, Call, Status
from snowdome.server.rest.registry import post
from snowdome.server.rest.resource import (
    SCHEMA,
    Clauses,
    Resource,
    altered,
    created,
    in_schema,
    listed,
    target,
    target_place,
)
from snowdome.server.rest.rows import Row, whole, yes
from snowdome.server.rest.sqltext import (
    assignments,
    identifier,
    joined,
    object_sql,
    properties,
    text,
)


def _answer(call: Call, row: Row) -> Answer:
    return {
        **in_schema(row),
        "start": _start(call, row),
        "increment": whole(row["interval"]),
        "ordered": yes(row["ordered"]),
    }


def _start(call: Call, row: Row) -> int | None:
    """Where the sequence began, which no listing tells."""
    found = call.session.find(Sequence, ObjectName((row["database_name"], row["schema_name"], row["name"])))
    return found.start if found is not None else None


SEQUENCES = Resource("sequences", "SEQUENCE", "SEQUENCES", SCHEMA, _answer)

listed(SEQUENCES)


@post(SEQUENCES.collection)
def create(call: Call) -> Status:
    """CREATE SEQUENCE."""
    body = call.fields()
    start, increment, ordered = body.number("start"), body.number("increment"), body.flag("ordered")
    tail = joined(
        None if start is None else f"START = {start}",
        None if increment is None else f"INCREMENT = {increment}",
        None if ordered is None else "ORDER" if ordered else "NOORDER",
        assignments(body, properties(text, "comment")),
    )
    body.finish("name")
    return created("SEQUENCE", call, Clauses(tail))


@post(f"{SEQUENCES.one}:clone")
def clone(call: Call) -> Status:
    """CREATE SEQUENCE … CLONE."""
    return created("SEQUENCE", call, Clauses(f"CLONE {call.object}"), target(call, call.fields()))


@post(f"{SEQUENCES.one}:rename")
def rename(call: Call) -> Status:
    """ALTER SEQUENCE … RENAME TO the query's target."""
    new = object_sql(*target_place(call), identifier(call.query.get("targetName", "")))
    return altered(SEQUENCES, call, f"RENAME TO {new}")
