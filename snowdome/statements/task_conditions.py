"""WHEN of a task: literals, comparisons, conversions and two functions."""

from __future__ import annotations

from itertools import pairwise

from snowdome.errors import SnowflakeError
from snowdome.sql import lexer
from snowdome.sql.lexer import Token
from snowdome.tasks.schedules import refused

_FUNCTIONS = frozenset({"SYSTEM$STREAM_HAS_DATA", "SYSTEM$GET_PREDECESSOR_RETURN_VALUE"})
_CONVERSIONS = frozenset(
    (
        "CAST", "TRY_CAST", "TO_NUMBER", "TO_DECIMAL", "TO_NUMERIC", "TO_DOUBLE", "TO_BOOLEAN", "TO_VARCHAR",
        "TO_CHAR", "TRY_TO_NUMBER", "TRY_TO_DECIMAL", "TRY_TO_NUMERIC", "TRY_TO_DOUBLE", "TRY_TO_BOOLEAN",
    )
)  # fmt: skip
_WORDS = frozenset(
    (
        "AND", "OR", "NOT", "TRUE", "FALSE", "NULL", "IS", "IN", "BETWEEN", "LIKE", "ILIKE", "AS", "NUMBER",
        "INT", "INTEGER", "BIGINT", "SMALLINT", "FLOAT", "DOUBLE", "REAL", "DECIMAL", "NUMERIC", "VARCHAR",
        "STRING", "TEXT", "CHAR", "BOOLEAN",
    )
)  # fmt: skip
_KINDS = frozenset({lexer.STRING, lexer.NUMBER, lexer.OP, lexer.DOLLAR})


def check(text: str) -> str:
    """``text``; refused where it has anything else than a condition of a task may have."""
    tokens = lexer.tokenize(text)
    for token, following in pairwise(tokens):
        if not _allowed(token, following):
            raise invalid()
    return text


def _allowed(token: Token, following: Token) -> bool:
    if token.kind != lexer.WORD:
        return token.kind in _KINDS
    called = following.upper == "("
    return token.upper in (_FUNCTIONS | _CONVERSIONS if called else frozenset()) or token.upper in _WORDS


def invalid() -> SnowflakeError:
    """The condition is none that a task may have."""
    return refused(
        "Invalid expression for task condition expression. Only some data type conversions and the following"
        " functions are allowed: [SYSTEM$GET_PREDECESSOR_RETURN_VALUE, SYSTEM$STREAM_HAS_DATA]."
    )
