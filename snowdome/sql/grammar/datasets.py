"""CREATE, ALTER and DROP of datasets."""

from __future__ import annotations

from snowdome.sql import ast
from snowdome.sql.cursor import Cursor, duplicate_property
from snowdome.sql.grammar import common
from snowdome.sql.grammar.models import version_name
from snowdome.sql.grammar.objects import create
from snowdome.sql.grammar.registry import Head, alters, creates, statement

KIND = "DATASET"
_AFTER_QUERY = ("PARTITION", "COMMENT", "METADATA")


@creates(KIND)
def create_dataset(cursor: Cursor, head: Head) -> ast.Statement:
    """CREATE [OR REPLACE] DATASET [IF NOT EXISTS] name [COMMENT = …]"""
    head.only(cursor)
    return create(cursor, head, KIND)


@alters(KIND)
def alter_dataset(cursor: Cursor) -> ast.Statement:
    """ALTER DATASET [IF EXISTS] name: the common actions; without IF EXISTS, those on versions."""
    exists = common.if_exists(cursor)
    name = cursor.name()
    if not exists and cursor.accept("ADD", "VERSION"):
        return _add(cursor, name)
    if not exists and cursor.accept("DROP", "VERSION"):
        return ast.DropDatasetVersion(name=name, version=version_name(cursor))
    if cursor.at("SWAP"):
        raise cursor.unexpected()
    return ast.AlterObject(kind=KIND, if_exists=exists, name=name, action=common.action(cursor))


def _add(cursor: Cursor, name: ast.Name) -> ast.Statement:
    version = version_name(cursor)
    cursor.expect("FROM")
    query = cursor.parenthesised() if cursor.at("(") else cursor.until(*_AFTER_QUERY)
    partition: ast.Fragment | None = None
    options: ast.Options = {}
    while not cursor.at_end:
        if partition is None and cursor.accept("PARTITION", "BY"):
            partition = cursor.until("COMMENT", "METADATA")
        elif cursor.at_any("COMMENT", "METADATA"):
            options = _more(options, cursor)
        else:
            raise cursor.unexpected()
    return ast.AddDatasetVersion(
        name=name, version=version, query=query, partition_by=partition, options=options
    )


def _more(options: ast.Options, cursor: Cursor) -> ast.Options:
    found = cursor.options()
    if not found:
        raise cursor.unexpected(cursor.peek(1))
    for name in found:
        if name in options:
            raise duplicate_property(name)
    return {**options, **found}


@statement("DROP", KIND)
def drop_dataset(cursor: Cursor) -> ast.Statement:
    """DROP DATASET [IF EXISTS] name."""
    exists = common.if_exists(cursor)
    return ast.Drop(kind=KIND, name=cursor.name(), if_exists=exists)
