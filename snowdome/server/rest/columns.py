"""Columns and constraints of tables: bodies to SQL, and DESCRIBE and SHOW … KEYS to JSON."""

from __future__ import annotations

import re
from typing import Any

from snowdome.errors import not_supported
from snowdome.server import edge
from snowdome.server.rest.body import Body
from snowdome.server.rest.call import Answer, Call
from snowdome.server.rest.rows import Row, said
from snowdome.server.rest.sqltext import (
    identifier,
    joined,
    listed,
    literal,
    object_sql,
    reference,
    shown_name,
)
from snowdome.sql import lexer

# -- bodies ---------------------------------------------------------------------------------------


def definitions(body: Body, place: tuple[str, ...]) -> str:
    """The columns and constraints of a table in parentheses; empty if it names none."""
    columns = [column(c, place) for c in body.objects("columns")]
    return listed([*columns, *(constraint(c, place) for c in body.objects("constraints"))]) if columns else ""


def column(body: Body, place: tuple[str, ...] = ()) -> str:
    """One column's definition."""
    name = column_name(body.required("name"))
    written = joined(
        name,
        body.text("datatype") or "",
        _collation(body),
        _identity(body),
        None if (default := body.text("default")) is None else f"DEFAULT {default}",
        "NOT NULL" if body.flag("nullable") is False else "",
        *(constraint(c, place, inline=True) for c in body.objects("constraints")),
        None if (comment := body.text("comment")) is None else f"COMMENT {literal(comment)}",
    )
    body.finish("autoincrement_start", "autoincrement_increment")
    return written


def column_name(text: str) -> str:
    """A column's name as typed, as SQL."""
    return object_sql(identifier(text))


def _collation(body: Body) -> str:
    text = body.text("collate")
    return "" if text is None else f"COLLATE {literal(text)}"


def _identity(body: Body) -> str:
    if not body.flag("autoincrement"):
        return ""
    start, step = body.number("autoincrement_start"), body.number("autoincrement_increment")
    return joined(
        "AUTOINCREMENT",
        None if start is None else f"START {start}",
        None if step is None else f"INCREMENT {step}",
    )


def constraint(body: Body, place: tuple[str, ...] = (), inline: bool = False) -> str:
    """A constraint of a table, or ``inline`` of one column."""
    kind = body.required("constraint_type")
    if kind == "CHECK":
        raise not_supported("CHECK constraints")
    if kind not in ("PRIMARY KEY", "UNIQUE", "FOREIGN KEY"):
        raise edge.bad_request(f"{kind} is no constraint_type")
    name = body.text("name")
    columns = _names(body.texts("column_names"))
    words = "" if inline and kind == "FOREIGN KEY" else kind
    return joined(
        None if name is None else f"CONSTRAINT {column_name(name)}",
        words,
        "" if inline else columns,
        _referenced(body, place) if kind == "FOREIGN KEY" else "",
    )


def _referenced(body: Body, place: tuple[str, ...]) -> str:
    table = reference(body.required("referenced_table_name"), *place)
    return joined("REFERENCES", table, _names(body.texts("referenced_column_names")))


def _names(names: list[str]) -> str:
    return listed(column_name(name) for name in names) if names else ""


# -- answers --------------------------------------------------------------------------------------

_IDENTITY = re.compile(r"IDENTITY START (-?\d+) INCREMENT (-?\d+)")


def columns_of(call: Call, table: str) -> list[Answer]:
    """What DESCRIBE TABLE says of every column."""
    return [_column(row) for row in call.rows(f"DESCRIBE TABLE {table}")]


def _column(row: Row) -> Answer:
    default = row["default"]
    identity = _IDENTITY.match(default or "")
    found: dict[str, Any] = {
        "name": shown_name(row["name"]),
        "datatype": row["type"],
        "nullable": row["null?"] == "Y",
        "default": None if identity else default,
        "autoincrement": identity is not None,
        "comment": said(row["comment"]),
        "constraints": [],
    }
    if identity:
        found["autoincrement_start"], found["autoincrement_increment"] = int(identity[1]), int(identity[2])
    return found


def constraints_of(call: Call, table: str) -> list[Answer]:
    """What SHOW … KEYS says of the table."""
    own = [
        found
        for kind in ("PRIMARY KEY", "UNIQUE")
        for found in _keys(call.rows(f"SHOW {kind.split()[0]} KEYS IN TABLE {table}"), kind)
    ]
    return [*own, *_references(call.rows(f"SHOW IMPORTED KEYS IN TABLE {table}"))]


def _keys(rows: list[Row], kind: str) -> list[Answer]:
    names = dict.fromkeys(r["constraint_name"] for r in rows)
    return [
        {
            "name": shown_name(name),
            "constraint_type": kind,
            "column_names": [shown_name(r["column_name"]) for r in rows if r["constraint_name"] == name],
        }
        for name in names
    ]


def _references(rows: list[Row]) -> list[Answer]:
    found: dict[str, Answer] = {}
    for row in rows:
        name = row["fk_name"]
        one = found.setdefault(name, {
            "name": shown_name(name), "constraint_type": "FOREIGN KEY", "column_names": [],
            "referenced_table_name": ".".join(
                shown_name(row[f"pk_{part}_name"]) for part in ("database", "schema", "table")
            ),
            "referenced_column_names": [],
        })  # fmt: skip
        one["column_names"].append(shown_name(row["fk_column_name"]))
        one["referenced_column_names"].append(shown_name(row["pk_column_name"]))
    return list(found.values())


def cluster_keys(text: str | None) -> list[str]:
    """``LINEAR(a, f(b, c))`` as its expressions."""
    inner = re.sub(r"^\s*LINEAR", "", text or "", flags=re.IGNORECASE).strip()
    if inner.startswith("(") and inner.endswith(")"):
        inner = inner[1:-1]
    commas, depth = [-1], 0
    for token in lexer.tokenize(inner):
        depth += (token.text == "(") - (token.text == ")")
        if token.text == "," and not depth:
            commas.append(token.start)
    keys = [inner[start + 1 : end] for start, end in zip(commas, [*commas[1:], None], strict=True)]
    return [key.strip() for key in keys if key.strip()]
