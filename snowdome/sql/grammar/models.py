"""CREATE MODEL and ALTER MODEL."""

from __future__ import annotations

from dataclasses import replace

from snowdome.sql import ast, lexer
from snowdome.sql.cursor import Cursor
from snowdome.sql.grammar import common
from snowdome.sql.grammar.files import location
from snowdome.sql.grammar.registry import Head, alters, creates


@creates("MODEL")
def create_model(cursor: Cursor, head: Head) -> ast.Statement:
    """CREATE [OR REPLACE] MODEL [IF NOT EXISTS] name [WITH [LIVE] VERSION v] FROM @stage | MODEL m [VERSION v]"""
    head.only(cursor)
    guarded = common.if_not_exists(cursor, head)
    name = cursor.name()
    live, version = _with_version(cursor)
    source = ast.ModelSource() if live and not cursor.at("FROM") else _source(cursor)
    made = ast.CreateModel(
        name=name, version=version, source=source, replace=head.replace, if_not_exists=guarded
    )
    while not cursor.at_end:
        if common.at_tags(cursor):
            made = replace(made, tags=(*made.tags, *common.tags(cursor)))
        elif cursor.at_option():
            made = replace(made, options={**made.options, **cursor.options()})
        else:
            raise cursor.unexpected()
    return made


def _with_version(cursor: Cursor) -> tuple[bool, str | None]:
    if not cursor.accept("WITH"):
        return False, None
    live = cursor.accept("LIVE")
    cursor.expect("VERSION")
    return live, version_name(cursor)


def version_name(cursor: Cursor) -> str:
    """A version's name: an identifier, any word, or a string."""
    if cursor.peek().kind in (lexer.STRING, lexer.DOLLAR):
        return cursor.string()
    return cursor.identifier(frozenset())


def _source(cursor: Cursor) -> ast.ModelSource:
    cursor.expect("FROM")
    if not cursor.accept("MODEL"):
        return ast.ModelSource(location=location(cursor))
    model = cursor.name()
    return ast.ModelSource(model=model, version=version_name(cursor) if cursor.accept("VERSION") else None)


@alters("MODEL")
def alter_model(cursor: Cursor) -> ast.Statement:
    """ALTER MODEL [IF EXISTS] name: the common actions, and those on versions."""
    exists = common.if_exists(cursor)
    name = cursor.name()
    return ast.AlterObject(kind="MODEL", if_exists=exists, name=name, action=_action(cursor))


def _action(cursor: Cursor) -> ast.Action:
    for words, read in _ACTIONS.items():
        if cursor.accept(*words):
            return read(cursor)
    if cursor.at("SWAP"):
        raise cursor.unexpected()
    return common.action(cursor)


def _add(cursor: Cursor) -> ast.Action:
    return ast.AddVersion(version_name(cursor), _source(cursor))


def _add_live(cursor: Cursor) -> ast.Action:
    name = version_name(cursor)
    return ast.AddVersion(name, _source(cursor) if cursor.at("FROM") else ast.ModelSource())


def _drop(cursor: Cursor) -> ast.Action:
    return ast.DropVersion(version_name(cursor))


def _modify(cursor: Cursor) -> ast.Action:
    name = version_name(cursor)
    cursor.expect("SET")
    return ast.ModifyVersion(name, common.settings(cursor))


def _alias(cursor: Cursor) -> ast.Action:
    name = version_name(cursor)
    if cursor.accept("UNSET", "ALIAS"):
        return ast.SetAlias(name, None)
    cursor.expect("SET", "ALIAS", "=")
    return ast.SetAlias(name, version_name(cursor))


def _commit(cursor: Cursor) -> ast.Action:
    name = version_name(cursor)
    model = cursor.name() if cursor.accept("RENAME", "TO") else None
    renamed = version_name(cursor) if cursor.accept("RENAME", "VERSION", "TO") else None
    return ast.CommitVersion(name, model, renamed)


_ACTIONS = {
    ("ADD", "VERSION"): _add,
    ("ADD", "LIVE", "VERSION"): _add_live,
    ("DROP", "VERSION"): _drop,
    ("MODIFY", "VERSION"): _modify,
    ("VERSION",): _alias,
    ("COMMIT", "VERSION"): _commit,
}
