"""Views."""

from __future__ import annotations

from snowdome.server.rest.body import Body
from snowdome.server.rest.call import Answer, Call, Status
from snowdome.server.rest.columns import column_name
from snowdome.server.rest.registry import post
from snowdome.server.rest.resource import SCHEMA, Clauses, Resource, created, in_schema, listed
from snowdome.server.rest.rows import Row, said, yes
from snowdome.server.rest.sqltext import (
    assignments,
    joined,
    literal,
    object_sql,
    properties,
    shown_name,
    text,
)
from snowdome.server.rest.sqltext import (
    listed as in_parentheses,
)
from snowdome.sql import ast
from snowdome.sql.grammar import parse


def _answer(call: Call, row: Row) -> Answer:
    view = object_sql(row["database_name"], row["schema_name"], row["name"])
    statement = _statement(row["text"])
    return {
        **in_schema(row),
        "secure": yes(row["is_secure"]),
        "recursive": statement is not None and statement.recursive,
        "kind": "TEMPORARY" if statement is not None and statement.temporary else "PERMANENT",
        "query": statement.query.text if statement is not None else row["text"] or "",
        "columns": [_column(r) for r in call.rows(f"DESCRIBE VIEW {view}")],
    }


def _statement(text: str | None) -> ast.CreateView | None:
    """The CREATE VIEW that SHOW shows; INFORMATION_SCHEMA's views have none."""
    (statement,) = parse(text) if text else (None,)
    return statement if isinstance(statement, ast.CreateView) else None


def _column(row: Row) -> Answer:
    return {"name": shown_name(row["name"]), "datatype": row["type"], "comment": said(row["comment"])}


VIEWS = Resource("views", "VIEW", "VIEWS", SCHEMA, _answer)

listed(VIEWS)


@post(VIEWS.collection)
def create(call: Call) -> Status:
    """CREATE VIEW."""
    body = call.fields()
    clauses = Clauses(
        joined(
            in_parentheses(_defined(c) for c in body.objects("columns")) if body.objects("columns") else "",
            "COPY GRANTS" if call.flag("copyGrants") else "",
            assignments(body, properties(text, "comment")),
            "AS",
            body.required("query"),
        ),
        _modifiers(body),
    )
    body.finish("name")
    return created("VIEW", call, clauses)


def _modifiers(body: Body) -> str:
    return joined(
        "SECURE" if body.flag("secure") else "",
        "TEMPORARY" if (body.text("kind") or "").upper() == "TEMPORARY" else "",
        "RECURSIVE" if body.flag("recursive") else "",
    )


def _defined(body: Body) -> str:
    comment = body.text("comment")
    return joined(
        column_name(body.required("name")), None if comment is None else f"COMMENT {literal(comment)}"
    )
