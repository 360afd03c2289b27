"""CREATE, ALTER, EXECUTE, DESCRIBE and DROP TASK."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from snowdome.errors import not_supported
from snowdome.sql import ast, lexer
from snowdome.sql.cursor import Cursor
from snowdome.sql.grammar import common
from snowdome.sql.grammar.registry import Head, alters, creates, statement


@creates("TASK")
def create_task(cursor: Cursor, head: Head) -> ast.CreateTask:
    """CREATE [OR REPLACE] TASK [IF NOT EXISTS] name, clauses in any order, AS body; or CLONE source."""
    head.only(cursor)
    return _create(cursor, head)


@statement("CREATE", "OR", "ALTER", "TASK")
def create_or_alter_task(cursor: Cursor) -> ast.CreateTask:
    """CREATE OR ALTER TASK name, clauses, AS body."""
    return replace(_create(cursor, Head()), or_alter=True)


def _create(cursor: Cursor, head: Head) -> ast.CreateTask:
    guarded = common.if_not_exists(cursor, head)
    name = cursor.name()
    found = ast.CreateTask(name=name, replace=head.replace, if_not_exists=guarded)
    if cursor.accept("CLONE"):
        return replace(found, clone=common.clone_source(cursor))
    parts: dict[str, Any] = {"tags": (), "properties": ()}
    while not cursor.accept("AS"):
        _clause(cursor, parts)
    return replace(found, **parts, body=cursor.rest())


def _clause(cursor: Cursor, parts: dict[str, Any]) -> None:
    if cursor.accept("AFTER"):
        parts["after"] = tuple(cursor.comma_list(cursor.name))
    elif cursor.accept("WHEN"):
        parts["condition"] = cursor.until("AS").text
    elif cursor.accept("EXECUTE", "AS", "USER"):
        parts["execute_as"] = cursor.identifier()
    elif common.at_tags(cursor):
        parts["tags"] += common.tags(cursor)
    elif cursor.at("WITH", "CONTACT") or cursor.at("CONTACT", "("):
        raise not_supported("contacts")
    elif cursor.at_option() or (cursor.peek().kind == lexer.QUOTED and cursor.peek(1).upper == "="):
        parts["properties"] += (_property(cursor),)
        cursor.accept(",")
    else:
        raise cursor.unexpected()


def _property(cursor: Cursor) -> ast.TaskProperty:
    spelling = cursor.next().value if cursor.peek().kind == lexer.QUOTED else cursor.next().text
    cursor.expect("=")
    first = cursor.index
    value: ast.Value | ast.Name
    if spelling.upper() in _NAMES and cursor.peek().kind in (lexer.WORD, lexer.QUOTED):
        value = cursor.name()
    else:
        value = cursor.value()
    written = cursor.source[cursor.tokens[first].start : cursor.tokens[cursor.index - 1].end]
    return ast.TaskProperty(spelling, value, written)


_NAMES = frozenset({"FINALIZE", "WAREHOUSE", "ERROR_INTEGRATION", "SUCCESS_INTEGRATION"})


# -- ALTER ----------------------------------------------------------------------------------------


@alters("TASK")
def alter_task(cursor: Cursor) -> ast.AlterTask:
    """ALTER TASK [IF EXISTS] name action."""
    exists = common.if_exists(cursor)
    name = cursor.name()
    return ast.AlterTask(name=name, if_exists=exists, action=_action(cursor))


def _action(cursor: Cursor) -> ast.TaskAction:
    word = cursor.expect_any("RESUME", "SUSPEND", "SET", "UNSET", "ADD", "REMOVE", "MODIFY")
    if word in ("RESUME", "SUSPEND"):
        return ast.TaskVerb(word)
    if word == "REMOVE" and cursor.accept("WHEN"):
        return ast.TaskVerb("REMOVE WHEN")
    if word in ("ADD", "REMOVE"):
        cursor.expect("AFTER")
        return ast.Predecessors(word == "ADD", tuple(cursor.comma_list(cursor.name)))
    if word == "MODIFY":
        if cursor.expect_any("AS", "WHEN") == "AS":
            return ast.ModifyTask(body=cursor.rest())
        return ast.ModifyTask(condition=cursor.rest().text)
    return _set(cursor) if word == "SET" else _unset(cursor)


def _set(cursor: Cursor) -> ast.TaskAction:
    if cursor.at("TAG") and cursor.peek(1).upper != "=":
        cursor.next()
        return ast.SetTags(tuple(cursor.comma_list(lambda: common.tag(cursor))))
    if cursor.at("CONTACT") and cursor.peek(1).upper != "=":
        raise not_supported("contacts")
    if cursor.accept("EXECUTE", "AS", "USER"):
        return ast.SetTask((), cursor.identifier())
    properties = [_property(cursor)]
    while cursor.accept(",") or not cursor.at_end:
        properties.append(_property(cursor))
    return ast.SetTask(tuple(properties))


def _unset(cursor: Cursor) -> ast.TaskAction:
    if cursor.at("TAG") and cursor.peek(1).kind in (lexer.WORD, lexer.QUOTED):
        cursor.next()
        return ast.UnsetTags(tuple(cursor.comma_list(cursor.name)))
    if cursor.accept("EXECUTE", "AS", "USER"):
        return ast.TaskVerb("UNSET EXECUTE AS USER")
    names = cursor.comma_list(lambda: cursor.next().text)
    return ast.UnsetTask(tuple(names))


# -- the others -----------------------------------------------------------------------------------


@statement("EXECUTE", "TASK")
def execute_task(cursor: Cursor) -> ast.ExecuteTask:
    """EXECUTE TASK name [USING CONFIG = …] [AWAIT] | RETRY LAST | RETRY GRAPH RUN GROUP 'id'."""
    name = cursor.name()
    if cursor.accept("RETRY"):
        if cursor.accept("GRAPH", "RUN", "GROUP"):
            return ast.ExecuteTask(name=name, retry="GROUP", group=cursor.scalar())
        cursor.expect("LAST")
        return ast.ExecuteTask(name=name, retry="LAST")
    config: ast.Value = None
    if cursor.accept("USING"):
        cursor.expect("CONFIG", "=")
        config = cursor.scalar()
    return ast.ExecuteTask(name=name, config=config, wait=cursor.accept("AWAIT"))


@statement("DROP", "TASK")
def drop_task(cursor: Cursor) -> ast.DropTask:
    """DROP TASK [IF EXISTS] name."""
    exists = common.if_exists(cursor)
    return ast.DropTask(name=cursor.name(), if_exists=exists)


@statement("DESCRIBE", "TASK")
@statement("DESC", "TASK")
def describe_task(cursor: Cursor) -> ast.DescribeTask:
    """DESCRIBE TASK name."""
    return ast.DescribeTask(name=cursor.name())
