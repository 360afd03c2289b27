"""CREATE, ALTER, DROP, DESCRIBE of dynamic tables."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from snowdome.errors import not_supported
from snowdome.sql import ast
from snowdome.sql import cursor as reading
from snowdome.sql.cursor import Cursor
from snowdome.sql.grammar import columns as parts
from snowdome.sql.grammar import common
from snowdome.sql.grammar.registry import Head, alters, creates, statement
from snowdome.sql.grammar.tables import table_action

KIND = "DYNAMIC TABLE"
_LATER = (
    "FROZEN WHERE", "IMMUTABLE WHERE", "BACKFILL FROM", "REQUIRE USER", "EXECUTE AS", "REFRESH USING",
    "COPY TAGS", "START AT", "CLONE", "FROM BACKUP", "WITH CONTACT", "CONTACT",
)  # fmt: skip


@creates("DYNAMIC", "TABLE")
def create_dynamic_table(cursor: Cursor, head: Head) -> ast.CreateDynamicTable:
    """CREATE [TRANSIENT] DYNAMIC TABLE name [(columns)] properties AS query."""
    head.only(cursor, "TRANSIENT")
    guarded = common.if_not_exists(cursor, head)
    name = cursor.name()
    guarded = common.if_not_exists(cursor, head) or guarded
    found = ast.CreateDynamicTable(
        name=name, replace=head.replace, if_not_exists=guarded, query=ast.Fragment(""),
        transient=head.has("TRANSIENT"),
    )  # fmt: skip
    while not cursor.accept("AS"):
        found = _part(cursor, found)
    return replace(found, query=cursor.rest())


def _part(cursor: Cursor, found: ast.CreateDynamicTable) -> ast.CreateDynamicTable:
    if cursor.at("(") and not found.columns:
        return replace(found, columns=tuple(cursor.list_of(lambda: parts.column(cursor))))
    if common.at_tags(cursor):
        return replace(found, tags=(*found.tags, *common.tags(cursor)))
    if cursor.accept("COPY", "GRANTS"):
        return replace(found, copy_grants=True)
    if cursor.accept("CLUSTER", "BY"):
        cursor.accept("LINEAR")
        return replace(found, cluster_by=cursor.parenthesised())
    if cursor.at_option():
        return replace(found, options=_options(cursor, found.options))
    _refuse_later(cursor)
    raise cursor.unexpected()


def _options(cursor: Cursor, before: ast.Options) -> ast.Options:
    more = cursor.options()
    for name in more:
        if name in before:
            raise reading.duplicate_property(name)
    return {**before, **more}


def _refuse_later(cursor: Cursor) -> None:
    for words in _LATER:
        if cursor.at(*words.split()):
            raise not_supported(f"dynamic tables with {words}")
    cursor.accept("WITH")
    if cursor.at_any("ROW", "AGGREGATION", "STORAGE"):
        raise not_supported("row access, aggregation and storage lifecycle policies")


@creates("DYNAMIC", "ICEBERG", "TABLE")
def create_dynamic_iceberg_table(cursor: Cursor, head: Head) -> ast.Statement:
    """Iceberg tables are not there yet."""
    raise not_supported("CREATE DYNAMIC ICEBERG TABLE")


@alters("DYNAMIC", "TABLE")
def alter_dynamic_table(cursor: Cursor) -> ast.Statement:
    """ALTER DYNAMIC TABLE [IF EXISTS] name SUSPEND | RESUME | REFRESH | CLUSTER BY | the common actions."""
    exists = common.if_exists(cursor)
    names = tuple(cursor.comma_list(cursor.name))
    if cursor.accept("REFRESH"):
        if cursor.accept("COPY", "SESSION"):
            raise not_supported("ALTER DYNAMIC TABLE … REFRESH COPY SESSION")
        return ast.RefreshDynamicTables(names=names, if_exists=exists)
    if len(names) > 1:
        raise cursor.unexpected()
    return ast.AlterObject(kind=KIND, if_exists=exists, name=names[0], action=_action(cursor))


def _action(cursor: Cursor) -> ast.Action:
    if cursor.at_any("SUSPEND", "RESUME") and cursor.peek(1).upper != "RECLUSTER":
        return ast.Verb(cursor.next().upper)
    if cursor.at_any("SET", "UNSET"):
        for words in _LATER:
            if cursor.peek(1).upper == words.split()[0]:
                raise not_supported(f"dynamic tables with {words}")
        return common.action(cursor)
    if cursor.at_any("RENAME", "SWAP"):
        return common.action(cursor)
    found = table_action(cursor)
    if isinstance(found, (ast.ClusterBy, ast.AlterColumns, ast.Verb)):
        return cast(ast.Action, found)  # its handler is found by its class
    raise cursor.unexpected()


def _drop(cursor: Cursor) -> ast.Statement:
    """DROP DYNAMIC TABLE [IF EXISTS] name."""
    exists = common.if_exists(cursor)
    return ast.Drop(kind=KIND, name=cursor.name(), if_exists=exists)


def _describe(cursor: Cursor) -> ast.Statement:
    """DESCRIBE DYNAMIC TABLE name."""
    return ast.Describe(kind=KIND, name=cursor.name())


statement("DROP", "DYNAMIC", "TABLE")(_drop)
statement("DESCRIBE", "DYNAMIC", "TABLE")(_describe)
statement("DESC", "DYNAMIC", "TABLE")(_describe)
