"""CREATE FUNCTION."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from snowdome.errors import not_supported
from snowdome.sql import ast, lexer, typenames
from snowdome.sql.cursor import Cursor
from snowdome.sql.grammar import columns, common
from snowdome.sql.grammar.registry import Head, creates
from snowdome.types import DataType


@creates("FUNCTION")
def create_function(cursor: Cursor, head: Head) -> ast.CreateFunction:
    """CREATE [TEMPORARY] [SECURE] [AGGREGATE] FUNCTION name(arguments) RETURNS … AS '…'."""
    head.only(cursor, "TEMP", "TEMPORARY", "VOLATILE", "SECURE", "AGGREGATE")
    guarded = common.if_not_exists(cursor, head)
    name = cursor.name()
    arguments = tuple(cursor.list_of(lambda: argument(cursor)))
    making = Making()
    clauses(cursor, making, CLAUSES)
    return ast.CreateFunction(
        name=name, replace=head.replace, if_not_exists=guarded, arguments=arguments,
        secure=head.has("SECURE"), temporary=head.temporary, aggregate=head.has("AGGREGATE"), **making.fields,
    )  # fmt: skip


@dataclass
class Making:
    """A routine in the making: the fields its clauses set; each clause may come once."""

    fields: dict[str, Any] = field(default_factory=dict)
    seen: frozenset[str] = frozenset()

    def set(self, **changes: Any) -> None:
        self.fields.update(changes)

    def once(self, cursor: Cursor, clause: str, token: lexer.Token) -> None:
        if clause in self.seen:
            raise cursor.unexpected(token)
        self.seen |= {clause}


Clause = Callable[[Cursor, Making], None]
Clauses = Mapping[tuple[str, ...], tuple[str, Clause]]


def argument(cursor: Cursor) -> ast.ArgumentDef:
    """``name type [DEFAULT expression]``."""
    name = cursor.identifier()
    kind = typenames.read(cursor)
    default = columns.expression(cursor) if cursor.accept("DEFAULT") else None
    return ast.ArgumentDef(name, kind, default)


def clauses(cursor: Cursor, found: Making, known: Clauses, last: str = "") -> None:
    """Clauses and options in any order, up to the word ``last`` or the end; RETURNS must be there."""
    while not (cursor.at_end or (last and cursor.at(last))):
        _clause(cursor, found, known)
    if not found.fields.keys() & {"returns", "columns"}:
        raise cursor.unexpected()


def _clause(cursor: Cursor, found: Making, known: Clauses) -> None:
    if cursor.at_option():
        found.set(options={**found.fields.get("options", {}), **_options(cursor)})
        return
    for words, (family, reader) in known.items():
        token = cursor.peek()
        if cursor.accept(*words):
            found.once(cursor, family, token)
            reader(cursor, found)
            return
    raise cursor.unexpected()


def _options(cursor: Cursor) -> ast.Options:
    """One ``NAME = value``; COMMENT may come again, and its last value counts."""
    name = cursor.next().upper
    cursor.expect("=")
    return {name: cursor.value()}


def _returns(cursor: Cursor, found: Making) -> None:
    if cursor.accept("TABLE"):
        found.set(columns=tuple(cursor.list_of(lambda: _table_column(cursor))))
        return
    found.set(returns=typenames.read(cursor))
    if cursor.accept("NOT", "NULL"):
        found.set(not_null=True)
    else:
        cursor.accept("NULL")


def _table_column(cursor: Cursor) -> tuple[str, DataType]:
    return cursor.identifier(), typenames.read(cursor)


def _language(cursor: Cursor, found: Making) -> None:
    found.set(language=cursor.identifier())


def _body(cursor: Cursor, found: Making) -> None:
    token = cursor.peek()
    if token.kind not in (lexer.STRING, lexer.DOLLAR):
        raise not_supported("a function's body that is not quoted")
    inside = token.start + (2 if token.kind == lexer.DOLLAR else 1)
    found.set(body=cursor.string(), body_start=inside)


def flag(name: str, value: bool = True) -> Clause:
    """A clause that only sets a field."""
    return lambda cursor, found: found.set(**{name: value})


def ignored(cursor: Cursor, found: Making) -> None:
    """What is the default, or has no meaning here."""


CLAUSES: Clauses = {
    ("RETURNS", "NULL", "ON", "NULL", "INPUT"): ("null", flag("strict")),
    ("CALLED", "ON", "NULL", "INPUT"): ("null", ignored),
    ("STRICT",): ("null", flag("strict")),
    ("RETURNS",): ("returns", _returns),
    ("LANGUAGE",): ("language", _language),
    ("VOLATILE",): ("volatility", flag("volatile")),
    ("IMMUTABLE",): ("volatility", flag("volatile", False)),
    ("MEMOIZABLE",): ("memoizable", flag("memoizable")),
    ("COPY", "GRANTS"): ("grants", ignored),
    ("AS",): ("body", _body),
}
