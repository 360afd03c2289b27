"""CREATE STREAM, ALTER STREAM."""

from __future__ import annotations

from snowdome.sql import ast
from snowdome.sql.cursor import Cursor
from snowdome.sql.grammar import common
from snowdome.sql.grammar.registry import Head, alters, creates

_SOURCES = ("EXTERNAL TABLE", "DYNAMIC TABLE", "EVENT TABLE", "TABLE", "VIEW", "STAGE")


@creates("STREAM")
def create_stream(cursor: Cursor, head: Head) -> ast.CreateStream:
    """CREATE STREAM [IF NOT EXISTS] name [TAG] [COPY GRANTS] ON kind name [AT | BEFORE …] options, or CLONE."""
    head.only(cursor)
    guarded = common.if_not_exists(cursor, head)
    name = cursor.name()
    tags = common.tags(cursor) if common.at_tags(cursor) else ()
    copied = cursor.accept("COPY", "GRANTS")
    if cursor.accept("CLONE"):
        clone = common.clone_source(cursor)
        copied = cursor.accept("COPY", "GRANTS") or copied
        return ast.CreateStream(
            name=name, replace=head.replace, if_not_exists=guarded, tags=tags, clone=clone, copy_grants=copied
        )
    cursor.expect("ON")
    return ast.CreateStream(
        name=name, replace=head.replace, if_not_exists=guarded, tags=tags, copy_grants=copied,
        kind=_kind(cursor), source=cursor.name(), start_point=_point(cursor), options=cursor.options(),
    )  # fmt: skip


def _kind(cursor: Cursor) -> str:
    for kind in _SOURCES:
        if cursor.accept(*kind.split()):
            return kind
    raise cursor.unexpected()


def _point(cursor: Cursor) -> ast.Point | None:
    word = cursor.accept_any("AT", "BEFORE")
    if word is None:
        return None
    cursor.expect("(")
    kind = cursor.expect_any("TIMESTAMP", "OFFSET", "STATEMENT", "STREAM")
    cursor.expect("=>")
    if kind == "STREAM":
        point = ast.Point(word == "BEFORE", kind, cursor.scalar())
    else:
        point = ast.Point(word == "BEFORE", kind, None)
        _skip(cursor)
    cursor.expect(")")
    return point


def _skip(cursor: Cursor) -> None:
    """Pass over an expression up to the parenthesis that closes it."""
    depth = 0
    while not cursor.at_end and (depth or not cursor.at(")")):
        depth += {"(": 1, ")": -1}.get(cursor.next().text, 0)


@alters("STREAM")
def alter_stream(cursor: Cursor) -> ast.AlterObject:
    """ALTER STREAM [IF EXISTS] name SET | UNSET."""
    exists = common.if_exists(cursor)
    name = cursor.name()
    if not cursor.at_any("SET", "UNSET"):
        raise cursor.unexpected()
    return ast.AlterObject(kind="STREAM", if_exists=exists, name=name, action=common.action(cursor))
