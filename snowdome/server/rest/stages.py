"""Stages and the files in them."""

from __future__ import annotations

from snowdome.errors import not_supported
from snowdome.server.rest.body import Body
from snowdome.server.rest.call import Answer, Call, Status
from snowdome.server.rest.registry import get, post
from snowdome.server.rest.resource import SCHEMA, Clauses, Resource, created, listed, row_of
from snowdome.server.rest.rows import Row, said, yes
from snowdome.server.rest.sqltext import (
    Property,
    assignments,
    flag,
    joined,
    literal,
    name,
    properties,
    shown_name,
    text,
    word,
)

_SETTINGS = (*properties(text, "url comment"), *properties(name, "storage_integration"))
_DIRECTORY = properties(flag, "enable refresh_on_create auto_refresh")
_ENCRYPTION = (*properties(word, "type"), *properties(text, "kms_key_id"))


def _answer(call: Call, row: Row) -> Answer:
    return {
        "name": shown_name(row["name"]),
        "kind": "TEMPORARY" if "TEMPORARY" in row["type"] else "PERMANENT",
        "created_on": row["created_on"],
        "url": said(row["url"]),
        "endpoint": said(row["endpoint"]),
        "storage_integration": said(row["storage_integration"]),
        "comment": row["comment"] or "",
        "has_credentials": yes(row["has_credentials"]),
        "has_encryption_key": yes(row["has_encryption_key"]),
        "directory_table": {"enable": yes(row["directory_enabled"])},
        "owner": shown_name(row["owner"]) if row["owner"] else None,
        "owner_role_type": said(row["owner_role_type"]),
        "region": said(row["region"]),
        "cloud": said(row["cloud"]),
    }


STAGES = Resource("stages", "STAGE", "STAGES", SCHEMA, _answer)

listed(STAGES)


@post(STAGES.collection)
def create(call: Call) -> Status:
    """CREATE STAGE."""
    body = call.fields()
    if "credentials" in body:
        raise not_supported(
            "stages with credentials: files of external stages are read from a mounted folder"
        )
    clauses = Clauses(
        joined(
            assignments(body, _SETTINGS),
            _nested(body, "encryption", "ENCRYPTION", _ENCRYPTION),
            _directory(body),
        ),
        "TEMPORARY" if (body.text("kind") or "").upper() == "TEMPORARY" else "",
    )
    body.finish("name")
    return created("STAGE", call, clauses)


def _directory(body: Body) -> str:
    table = body.object("directory_table")
    if table is None or not table.flag("enable"):
        return ""
    return _nested(body, "directory_table", "DIRECTORY", _DIRECTORY)


def _nested(body: Body, key: str, sql: str, known: tuple[Property, ...]) -> str:
    """An object within the body as options in parentheses."""
    inner = body.object(key)
    if inner is None:
        return ""
    written = assignments(inner, known)
    inner.finish()
    return f"{sql} = ({written})"


# -- files ----------------------------------------------------------------------------------------


@get(f"{STAGES.one}/files")
def files(call: Call) -> list[Answer]:
    """LIST @stage."""
    row_of(STAGES, call)
    pattern = call.query.get("pattern")
    rows = call.rows(
        joined(f"LIST @{call.object}", None if pattern is None else f"PATTERN = {literal(pattern)}")
    )
    return [{key: str(row[key]) for key in ("name", "size", "md5", "last_modified")} for row in rows]


@post(f"{STAGES.one}/files/{{path}}:presigned-url")
def presigned_url(call: Call) -> Answer:
    """GET_PRESIGNED_URL."""
    seconds = call.fields().number("expiration_time")
    tail = "" if seconds is None else f", {seconds}"
    row_of(STAGES, call)
    (row,) = call.rows(f"SELECT GET_PRESIGNED_URL(@{call.object}, {literal(call.path['path'])}{tail}) AS url")
    return {"presigned_url": row["URL"]}
