"""Streams on tables, views and stages' directory tables."""

from __future__ import annotations

from snowdome.errors import not_supported
from snowdome.server import edge
from snowdome.server.rest.body import Body
from snowdome.server.rest.call import Answer, Call, Status
from snowdome.server.rest.registry import post
from snowdome.server.rest.resource import SCHEMA, Clauses, Resource, created, in_schema, listed, target
from snowdome.server.rest.rows import Row, said, yes
from snowdome.server.rest.sqltext import (
    assignments,
    flag,
    identifier,
    joined,
    properties,
    reference,
    shown_name,
    text,
)
from snowdome.sql.names import parse_name

_SOURCES = {"table": "TABLE", "view": "VIEW", "stage": "STAGE", "external_table": "EXTERNAL TABLE"}


def _answer(call: Call, row: Row) -> Answer:
    return {
        **in_schema(row),
        "table_name": shown_name(parse_name(row["table_name"])[-1]),
        "stale": yes(row["stale"]),
        "stale_after": row["stale_after"],
        "mode": said(row["mode"]),
        "type": said(row["type"]),
        "invalid_reason": said(row["invalid_reason"]),
        "stream_source": _source(row),
    }


def _source(row: Row) -> Answer:
    """What the stream looks at, and how."""
    *above, name = (shown_name(p) for p in parse_name(row["table_name"]))
    kind = (row["source_type"] or "Table").lower().replace(" ", "_")
    found = {
        "src_type": kind if kind in _SOURCES else "table",
        "name": name,
        **dict(zip(("database_name", "schema_name"), above, strict=False)),
    }
    if kind in ("table", "view"):
        found["append_only"] = row["mode"] == "APPEND_ONLY"
    if kind == "view" and row["base_tables"]:
        found["base_tables"] = [t.strip() for t in row["base_tables"].split(",")]
    if kind == "external_table":
        found["insert_only"] = row["mode"] == "INSERT_ONLY"
    return found


STREAMS = Resource("streams", "STREAM", "STREAMS", SCHEMA, _answer)

listed(STREAMS)


@post(STREAMS.collection)
def create(call: Call) -> Status:
    """CREATE STREAM … ON a source."""
    body = call.fields()
    source = body.object("stream_source")
    if source is None:
        raise edge.bad_request("stream_source is missing")
    clauses = Clauses(
        joined(
            "COPY GRANTS" if call.flag("copyGrants") else "",
            _on(call, source),
            assignments(body, properties(text, "comment")),
        )
    )
    body.finish("name")
    return created("STREAM", call, clauses)


def _on(call: Call, source: Body) -> str:
    kind = source.required("src_type")
    if kind not in _SOURCES:
        raise edge.bad_request(f"{kind} is no kind of source")
    place = _place(call, source)
    written = joined(
        f"ON {_SOURCES[kind]} {reference(source.required('name'), *place)}",
        _moment(source),
        assignments(source, properties(flag, "append_only show_initial_rows insert_only")),
    )
    source.finish()
    return written


def _place(call: Call, source: Body) -> tuple[str, ...]:
    given = (source.text("database_name"), source.text("schema_name"))
    pairs = zip(call.place, given, strict=True)
    return tuple(place if text is None else identifier(text) for place, text in pairs)


def _moment(source: Body) -> str:
    if "point_of_time" in source:
        raise not_supported("CREATE STREAM … AT | BEFORE over REST")
    return ""


@post(f"{STREAMS.one}:clone")
def clone(call: Call) -> Status:
    """CREATE STREAM … CLONE."""
    body = call.fields()
    tail = joined(
        f"CLONE {call.object}",
        "COPY GRANTS" if call.flag("copyGrants") else "",
        assignments(body, properties(text, "comment")),
    )
    return created("STREAM", call, Clauses(tail), target(call, body))
