"""CREATE, ALTER, EXECUTE, DROP, DESCRIBE of alerts."""

from __future__ import annotations

from typing import cast

from snowdome.errors import not_supported
from snowdome.sql import ast
from snowdome.sql import cursor as reading
from snowdome.sql.cursor import Cursor
from snowdome.sql.grammar import common
from snowdome.sql.grammar.registry import Head, alters, creates, statement

KIND = "ALERT"


@creates("ALERT")
def create_alert(cursor: Cursor, head: Head) -> ast.CreateAlert:
    """CREATE ALERT [IF NOT EXISTS] name properties IF (EXISTS (condition)) THEN action."""
    head.only(cursor)
    guarded = common.if_not_exists(cursor, head)
    name = cursor.name()
    if cursor.at("CLONE"):
        raise not_supported("CREATE ALERT … CLONE")
    options: ast.Options = {}
    tags: ast.Tags = ()
    while not cursor.at("IF"):
        if common.at_tags(cursor):
            tags = (*tags, *common.tags(cursor))
        elif cursor.at_option():
            more = cursor.options()
            for given in more:
                if given in options:
                    raise reading.duplicate_property(given)
            options.update(more)
        else:
            raise cursor.unexpected()
    cursor.expect("IF", "(")
    condition = _exists(cursor)
    cursor.expect(")", "THEN")
    return ast.CreateAlert(
        name=name, replace=head.replace, if_not_exists=guarded, options=options, tags=tags,
        condition=condition, action=cursor.rest().text,
    )  # fmt: skip


def _exists(cursor: Cursor) -> str:
    cursor.expect("EXISTS")
    found = cursor.parenthesised()
    if not found.text.strip():
        raise cursor.unexpected(cursor.peek(-1))
    return found.text


@alters("ALERT")
def alter_alert(cursor: Cursor) -> ast.Statement:
    """ALTER ALERT [IF EXISTS] name RESUME | SUSPEND | SET | UNSET | MODIFY CONDITION | MODIFY ACTION."""
    exists = common.if_exists(cursor)
    name = cursor.name()
    return ast.AlterObject(kind=KIND, if_exists=exists, name=name, action=_action(cursor))


def _action(cursor: Cursor) -> ast.Action:
    if word := cursor.accept_any("RESUME", "SUSPEND"):
        return ast.Verb(word)
    if cursor.accept("MODIFY", "CONDITION"):
        return cast(
            ast.Action, ast.ModifyAlert(condition=_exists(cursor))
        )  # its handler is found by its class
    if cursor.accept("MODIFY", "ACTION"):
        return cast(ast.Action, ast.ModifyAlert(action=cursor.rest().text))
    if not cursor.at_any("SET", "UNSET"):
        raise cursor.unexpected()
    return common.action(cursor)


@statement("EXECUTE", "ALERT")
def execute_alert(cursor: Cursor) -> ast.Statement:
    """EXECUTE ALERT name."""
    return ast.ExecuteAlert(name=cursor.name())


@statement("DROP", "ALERT")
def drop_alert(cursor: Cursor) -> ast.Statement:
    """DROP ALERT [IF EXISTS] name."""
    exists = common.if_exists(cursor)
    return ast.Drop(kind=KIND, name=cursor.name(), if_exists=exists)


@statement("DESCRIBE", "ALERT")
@statement("DESC", "ALERT")
def describe_alert(cursor: Cursor) -> ast.Statement:
    """DESCRIBE ALERT name."""
    return ast.Describe(kind=KIND, name=cursor.name())
