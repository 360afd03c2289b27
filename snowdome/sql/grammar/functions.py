"""CREATE FUNCTION."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
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
    arguments = tuple(cursor.list_of(lambda: _argument(cursor)))
    statement = ast.CreateFunction(
        name=name, replace=head.replace, if_not_exists=guarded, arguments=arguments,
        secure=head.has("SECURE"), temporary=head.temporary, aggregate=head.has("AGGREGATE"),
    )  # fmt: skip
    found = _Function(statement)
    while not cursor.at_end:
        _clause(cursor, found)
    if found.statement.returns is None and found.statement.columns is None:
        raise cursor.unexpected()
    return found.statement


@dataclass
class _Function:
    """A CREATE FUNCTION in the making; each clause may come once."""

    statement: ast.CreateFunction
    seen: frozenset[str] = frozenset()

    def set(self, **changes: Any) -> None:
        self.statement = replace(self.statement, **changes)

    def once(self, cursor: Cursor, clause: str, token: lexer.Token) -> None:
        if clause in self.seen:
            raise cursor.unexpected(token)
        self.seen |= {clause}


def _argument(cursor: Cursor) -> ast.ArgumentDef:
    name = cursor.identifier()
    kind = typenames.read(cursor)
    default = columns.expression(cursor) if cursor.accept("DEFAULT") else None
    return ast.ArgumentDef(name, kind, default)


def _clause(cursor: Cursor, found: _Function) -> None:
    if cursor.at_option():
        found.set(options={**found.statement.options, **_options(cursor)})
        return
    for words, (family, reader) in _CLAUSES.items():
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


def _returns(cursor: Cursor, found: _Function) -> None:
    if cursor.accept("TABLE"):
        found.set(columns=tuple(cursor.list_of(lambda: _table_column(cursor))))
        return
    found.set(returns=typenames.read(cursor))
    if cursor.accept("NOT", "NULL"):
        found.set(not_null=True)


def _table_column(cursor: Cursor) -> tuple[str, DataType]:
    return cursor.identifier(), typenames.read(cursor)


def _language(cursor: Cursor, found: _Function) -> None:
    found.set(language=cursor.identifier())


def _body(cursor: Cursor, found: _Function) -> None:
    token = cursor.peek()
    if token.kind not in (lexer.STRING, lexer.DOLLAR):
        raise not_supported("a function's body that is not quoted")
    inside = token.start + (2 if token.kind == lexer.DOLLAR else 1)
    found.set(body=cursor.string(), body_start=inside)


def _flag(name: str, value: bool = True) -> Callable[[Cursor, _Function], None]:
    return lambda cursor, found: found.set(**{name: value})


def _ignored(cursor: Cursor, found: _Function) -> None:
    """What is the default, or has no meaning here."""


_CLAUSES: dict[tuple[str, ...], tuple[str, Callable[[Cursor, _Function], None]]] = {
    ("RETURNS", "NULL", "ON", "NULL", "INPUT"): ("null", _flag("strict")),
    ("CALLED", "ON", "NULL", "INPUT"): ("null", _ignored),
    ("STRICT",): ("null", _flag("strict")),
    ("RETURNS",): ("returns", _returns),
    ("LANGUAGE",): ("language", _language),
    ("VOLATILE",): ("volatility", _flag("volatile")),
    ("IMMUTABLE",): ("volatility", _flag("volatile", False)),
    ("MEMOIZABLE",): ("memoizable", _flag("memoizable")),
    ("COPY", "GRANTS"): ("grants", _ignored),
    ("AS",): ("body", _body),
}
