"""CREATE, ALTER, DROP, DESCRIBE of notification integrations."""

from __future__ import annotations

from snowdome.sql import ast
from snowdome.sql.cursor import Cursor
from snowdome.sql.grammar import common
from snowdome.sql.grammar.objects import create
from snowdome.sql.grammar.registry import Head, alters, creates, statement

KIND = "INTEGRATION"


@creates("NOTIFICATION", "INTEGRATION")
def create_integration(cursor: Cursor, head: Head) -> ast.Statement:
    """CREATE NOTIFICATION INTEGRATION [IF NOT EXISTS] name TYPE = … properties."""
    head.only(cursor)
    return create(cursor, head, KIND)


def _alter(cursor: Cursor) -> ast.Statement:
    """ALTER [NOTIFICATION] INTEGRATION [IF EXISTS] name SET | UNSET."""
    exists = common.if_exists(cursor)
    name = cursor.name()
    if not cursor.at_any("SET", "UNSET"):
        raise cursor.unexpected()
    return ast.AlterObject(kind=KIND, if_exists=exists, name=name, action=common.action(cursor))


def _describe(cursor: Cursor) -> ast.Statement:
    """DESCRIBE [NOTIFICATION] INTEGRATION name."""
    return ast.Describe(kind=KIND, name=cursor.name())


def _drop(cursor: Cursor) -> ast.Statement:
    """DROP [NOTIFICATION] INTEGRATION [IF EXISTS] name."""
    exists = common.if_exists(cursor)
    return ast.Drop(kind=KIND, name=cursor.name(), if_exists=exists)


for _words in (("NOTIFICATION", "INTEGRATION"), ("INTEGRATION",)):
    alters(*_words)(_alter)
    statement("DROP", *_words)(_drop)
    statement("DESCRIBE", *_words)(_describe)
    statement("DESC", *_words)(_describe)
