"""A script of SQL, cut into statements that know where they stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from snowdome.sql.grammar.split import split
from snowdome.sql.lexer import place, tokenize


@dataclass(frozen=True)
class ScriptStatement:
    """One statement as written, without its semicolon; ``line`` counts from 1."""

    text: str
    line: int


def statements(script: str) -> Iterator[ScriptStatement]:
    """The statements of ``script``; SnowflakeError where it is not SQL, say an open string."""
    for tokens in split(tokenize(script)):
        start, end = tokens[0].start, tokens[-1].end
        yield ScriptStatement(script[start:end], place(script, start)[0])
