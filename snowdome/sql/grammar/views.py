"""CREATE VIEW, ALTER VIEW."""

from __future__ import annotations

from dataclasses import replace

from snowdome.errors import not_supported
from snowdome.sql import ast
from snowdome.sql import cursor as reading
from snowdome.sql.cursor import Cursor
from snowdome.sql.grammar import common
from snowdome.sql.grammar.registry import TEMPORARY, Head, alters, creates
from snowdome.sql.grammar.tables import table_action
from snowdome.sql.reserved import COLUMN_RESERVED


@creates("VIEW")
def create_view(cursor: Cursor, head: Head) -> ast.CreateView:
    """CREATE [SECURE] [TEMPORARY] [RECURSIVE] VIEW name [(columns)] [properties] AS query."""
    head.only(cursor, *TEMPORARY, "SECURE", "RECURSIVE")
    guarded = common.if_not_exists(cursor, head)
    view = ast.CreateView(
        name=cursor.name(), replace=head.replace, if_not_exists=guarded, query=ast.Fragment(""),
        secure=head.has("SECURE"), recursive=head.has("RECURSIVE"), temporary=head.temporary,
    )  # fmt: skip
    while not cursor.accept("AS"):
        view = _part(cursor, view)
    return replace(view, query=cursor.rest())


def _part(cursor: Cursor, view: ast.CreateView) -> ast.CreateView:
    if cursor.at("(") and not view.columns:
        return replace(view, columns=tuple(cursor.list_of(lambda: _column(cursor))))
    if common.at_tags(cursor):
        return replace(view, tags=(*view.tags, *common.tags(cursor)))
    if cursor.accept("COPY", "GRANTS"):
        return replace(view, copy_grants=True)
    if cursor.at_option():
        return replace(view, options=_options(cursor, view.options))
    cursor.accept("WITH")
    if cursor.at("ROW", "ACCESS") or cursor.at("AGGREGATION", "POLICY"):
        raise not_supported("row access and aggregation policies")
    raise cursor.unexpected()


def _options(cursor: Cursor, before: ast.Options) -> ast.Options:
    more = cursor.options()
    for name in more:
        if name in before:
            raise reading.duplicate_property(name)
    return {**before, **more}


def _column(cursor: Cursor) -> ast.ViewColumn:
    column = ast.ViewColumn(cursor.identifier(COLUMN_RESERVED))
    while not cursor.at_any(",", ")"):
        if cursor.accept("COMMENT"):
            column = replace(column, comment=cursor.string())
        elif common.at_tags(cursor):
            raise not_supported("tags on a view's columns")
        elif cursor.at("MASKING") or cursor.at("WITH", "MASKING") or cursor.at("PROJECTION"):
            raise not_supported("masking and projection policies")
        else:
            raise cursor.unexpected()
    return column


@alters("VIEW")
def alter_view(cursor: Cursor) -> ast.AlterView:
    """ALTER VIEW [IF EXISTS] name: RENAME TO, SET | UNSET, SECURE, column comments and tags."""
    exists = common.if_exists(cursor)
    name = cursor.name()
    action: ast.TableAction
    if cursor.at_any("SET", "UNSET") and cursor.peek(1).upper == "SECURE":
        action = ast.Verb(f"{cursor.next().upper} {cursor.next().upper}")
        if cursor.at_option():
            raise not_supported("SET SECURE together with other properties")
    elif cursor.at_any("ADD", "DROP", "CLUSTER", "SUSPEND", "RESUME", "SWAP"):
        raise cursor.unexpected()
    else:
        action = table_action(cursor)
    return ast.AlterView(name=name, if_exists=exists, action=action)
