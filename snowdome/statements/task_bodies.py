"""The body of a task: one statement, whose syntax is looked at when the task is made."""

from __future__ import annotations

import re

from snowdome.errors import SnowflakeError
from snowdome.sql import ast
from snowdome.sql.grammar import parse
from snowdome.sql.query_parser import parse_tree

_SYNTAX = "001003"


def check(body: ast.Fragment, source: str) -> str:
    """The body's text; 001003, at its place in ``source``, where it does not parse."""
    before = source.removesuffix(body.text)  # it is the statement's end
    blank = re.sub(r"[^\n]", " ", before)  # errors then say where they are in the whole statement
    try:
        for statement in parse(blank + body.text):
            if isinstance(statement, (ast.Query, ast.Dml)):
                parse_tree(blank + statement.text)
    except SnowflakeError as error:
        if error.code == _SYNTAX:
            raise
    return body.text
