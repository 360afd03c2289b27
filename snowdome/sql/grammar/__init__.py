"""Statements: what begins a statement decides which function reads it (see ``registry``)."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import replace

from snowdome.sql import lexer
from snowdome.sql.ast.base import Statement
from snowdome.sql.cursor import Cursor
from snowdome.sql.grammar import registry
from snowdome.sql.grammar.split import split
from snowdome.sql.lexer import Token

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")


def parse(text: str) -> list[Statement]:
    """The statements of a request, in order; 001003 where the text does not parse."""
    statements: list[Statement] = []
    bound = 0
    for tokens in split(lexer.tokenize(text)):
        statements.append(_statement(text, tokens, bound))
        bound += sum(t.kind == lexer.PLACEHOLDER and t.text == "?" for t in tokens)
    return statements


def _statement(text: str, tokens: list[Token], bound: int) -> Statement:
    cursor = Cursor(text, tokens, bound)
    found = read(cursor)
    cursor.finish()
    first, last = tokens[0], tokens[-1]
    return replace(found, text=text[first.start : last.start], start=first.start, bound_before=bound)


def read(cursor: Cursor) -> Statement:
    """The statement at the cursor, its ``text`` not set."""
    return registry.statement.require(cursor)(cursor)
