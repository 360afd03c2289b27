"""CREATE, ALTER, DROP, DESCRIBE of online feature tables."""

from __future__ import annotations

from snowdome.errors import not_supported
from snowdome.sql import ast
from snowdome.sql.cursor import Cursor, duplicate_property
from snowdome.sql.grammar import common
from snowdome.sql.grammar.registry import Head, alters, creates, statement
from snowdome.sql.reserved import COLUMN_RESERVED

KIND = "ONLINE FEATURE TABLE"
_WORDS = ("ONLINE", "FEATURE", "TABLE")


@creates(*_WORDS)
def create_online_table(cursor: Cursor, head: Head) -> ast.Statement:
    """CREATE [OR REPLACE] ONLINE FEATURE TABLE [IF NOT EXISTS] name PRIMARY KEY (…) properties FROM source."""
    head.only(cursor)
    guarded = common.if_not_exists(cursor, head)
    name = cursor.name()
    keys: tuple[str, ...] = ()
    options: ast.Options = {}
    tags: ast.Tags = ()
    while not cursor.accept("FROM"):
        if not keys and cursor.accept("PRIMARY", "KEY"):
            keys = tuple(cursor.list_of(lambda: cursor.identifier(COLUMN_RESERVED)))
        elif common.at_tags(cursor):
            tags = (*tags, *common.tags(cursor))
        elif cursor.at_option():
            options = _more(options, cursor.options())
        else:
            raise cursor.unexpected()
    if not keys:
        raise cursor.unexpected(cursor.peek(-1))
    if cursor.at("SPECIFICATION"):
        raise not_supported("online feature tables FROM SPECIFICATION")
    return ast.CreateOnlineTable(
        name=name, replace=head.replace, if_not_exists=guarded, tags=tags, keys=keys, options=options,
        source=cursor.name(),
    )  # fmt: skip


def _more(options: ast.Options, found: ast.Options) -> ast.Options:
    for name in found:
        if name in options:
            raise duplicate_property(name)
    return {**options, **found}


@alters(*_WORDS)
def alter_online_table(cursor: Cursor) -> ast.Statement:
    """ALTER ONLINE FEATURE TABLE [IF EXISTS] name SUSPEND | RESUME | REFRESH | the common actions."""
    exists = common.if_exists(cursor)
    name = cursor.name()
    verb = cursor.accept_any("SUSPEND", "RESUME", "REFRESH")
    if cursor.at("SWAP"):
        raise cursor.unexpected()
    action: ast.Action = ast.Verb(verb) if verb is not None else common.action(cursor)
    return ast.AlterObject(kind=KIND, if_exists=exists, name=name, action=action)


def _drop(cursor: Cursor) -> ast.Statement:
    """DROP ONLINE FEATURE TABLE [IF EXISTS] name."""
    exists = common.if_exists(cursor)
    return ast.Drop(kind=KIND, name=cursor.name(), if_exists=exists)


def _describe(cursor: Cursor) -> ast.Statement:
    """DESCRIBE ONLINE FEATURE TABLE name."""
    return ast.Describe(kind=KIND, name=cursor.name())


statement("DROP", *_WORDS)(_drop)
statement("DESCRIBE", *_WORDS)(_describe)
statement("DESC", *_WORDS)(_describe)
