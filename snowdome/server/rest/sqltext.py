"""Pieces of SQL made of what requests hold: names quoted, texts escaped."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from snowdome.catalog.names import always_quoted
from snowdome.catalog.names import quote as shown_name
from snowdome.errors import syntax_error
from snowdome.server import edge
from snowdome.server.rest.body import Body
from snowdome.sql.names import parse_name

__all__ = ["identifier", "literal", "object_sql", "reference", "shown_name"]

_WORD = re.compile(r"[A-Za-z0-9_-]+\Z")


def identifier(text: str) -> str:
    """A name as typed, as it is stored; 001003 if it is not one identifier."""
    parts = parse_name(text)
    if len(parts) != 1:
        raise syntax_error(1, len(parts[0]), ".")
    return parts[0]


def object_sql(*parts: str) -> str:
    """Stored names as a full name in SQL."""
    return ".".join(always_quoted(part) for part in parts)


def reference(text: str, *place: str) -> str:
    """A name as typed, of one to three parts, as SQL; what it leaves out is taken from ``place``."""
    parts = parse_name(text)
    missing = max(len(place) + 1 - len(parts), 0)
    return object_sql(*place[:missing], *parts)


def literal(text: str) -> str:
    """``text`` as a string in SQL: a backslash escapes there."""
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def pattern(text: str) -> str:
    """A LIKE pattern that only ``text`` itself matches, in any case."""
    return literal(re.sub(r"([\\%_])", r"\\\1", text))


# -- properties -----------------------------------------------------------------------------------

Writer = Callable[[Body, str], "str | None"]


class Property(NamedTuple):
    """A key of a body, and the property of SQL that it sets."""

    key: str
    sql: str
    write: Writer


def text(body: Body, key: str) -> str | None:
    """A text as a string in SQL."""
    value = body.text(key)
    return None if value is None else literal(value)


def number(body: Body, key: str) -> str | None:
    """An integer."""
    value = body.number(key)
    return None if value is None else str(value)


def flag(body: Body, key: str) -> str | None:
    """TRUE or FALSE."""
    value = body.flag(key)
    return None if value is None else str(value).upper()


def name(body: Body, key: str) -> str | None:
    """A name as typed."""
    value = body.text(key)
    return None if value is None else reference(value)


def word(body: Body, key: str) -> str | None:
    """One of a property's keywords, as SQL checks it."""
    value = body.text(key)
    if value is None:
        return None
    if not _WORD.match(value):
        raise edge.bad_request(f"{key} is not a keyword")
    return literal(value)


def assignments(body: Body, properties: Iterable[Property]) -> str:
    """``NAME = value`` for every property that the body has."""
    written = [(p.sql, p.write(body, p.key)) for p in properties]
    return " ".join(f"{sql} = {value}" for sql, value in written if value is not None)


def joined(*clauses: str | None) -> str:
    """Clauses that are there, with blanks between them."""
    return " ".join(clause for clause in clauses if clause)


def listed(items: Iterable[Any]) -> str:
    """Items in parentheses, with commas between them."""
    return f"({', '.join(str(item) for item in items)})"


def properties(write: Writer, keys: str) -> tuple[Property, ...]:
    """Properties of one kind whose SQL names are their keys in upper case."""
    return tuple(Property(key, key.upper(), write) for key in keys.split())
