"""CREATE STREAMLIT and ALTER STREAMLIT."""

from __future__ import annotations

from dataclasses import replace

from snowdome.errors import SnowflakeError, compilation_error, not_supported
from snowdome.sql import ast
from snowdome.sql.cursor import Cursor, duplicate_property
from snowdome.sql.grammar import common
from snowdome.sql.grammar.files import location
from snowdome.sql.grammar.models import version_name
from snowdome.sql.grammar.registry import Head, alters, creates, statement

_GIT = ("PUSH", "PULL", "CHECKOUT")
_RESERVED = ("FIRST", "LAST", "LIVE", "DEFAULT", "VERSION", "COMMENT", "NAME")

statement.later("EXECUTE STREAMLIT")


@creates("STREAMLIT")
def create_streamlit(cursor: Cursor, head: Head) -> ast.Statement:
    """CREATE [OR REPLACE] STREAMLIT [IF NOT EXISTS] name [FROM source] properties"""
    head.only(cursor)
    guarded = common.if_not_exists(cursor, head)
    made = ast.CreateStreamlit(name=cursor.name(), replace=head.replace, if_not_exists=guarded)
    while not cursor.at_end:
        if common.at_tags(cursor):
            made = replace(made, tags=(*made.tags, *common.tags(cursor)))
        elif made.source is None and cursor.accept("FROM"):
            made = replace(made, source=location(cursor))
        elif cursor.at_option():
            made = replace(made, options=_more(made.options, cursor.options()))
        else:
            raise cursor.unexpected()
    if made.source is not None and "ROOT_LOCATION" in made.options:
        raise compilation_error("002014", "22023", "options FROM and ROOT_LOCATION are incompatible.")
    return made


def _more(options: ast.Options, found: ast.Options) -> ast.Options:
    for name in found:
        if name in options:
            raise duplicate_property(name)
    return {**options, **found}


@alters("STREAMLIT")
def alter_streamlit(cursor: Cursor) -> ast.Statement:
    """ALTER STREAMLIT [IF EXISTS] name: the common actions; without IF EXISTS, those on versions."""
    exists = common.if_exists(cursor)
    name = cursor.name()
    if not exists:
        if cursor.at_any(*_GIT):
            raise not_supported(f"ALTER STREAMLIT … {cursor.next().upper}: Git repositories")
        if cursor.at_any("ADD", "COMMIT", "ABORT"):
            return _versions(cursor, name)
    if cursor.at("SET") and not cursor.at("SET", "TAG"):
        cursor.next()
        action: ast.Action = ast.SetOptions(common.settings(cursor, duplicate_property))
    else:
        action = common.action(cursor)
    return ast.AlterObject(kind="STREAMLIT", if_exists=exists, name=name, action=action)


def _versions(cursor: Cursor, name: ast.Name) -> ast.Statement:
    if cursor.accept("ABORT"):
        return ast.AlterStreamlitVersions(name=name, verb="ABORT")
    if cursor.accept("COMMIT"):
        return ast.AlterStreamlitVersions(name=name, verb="COMMIT", options=_comment(cursor))
    if cursor.accept("ADD", "LIVE", "VERSION"):
        alias = _alias(cursor)
        cursor.expect("FROM", "LAST")
        return ast.AlterStreamlitVersions(name=name, verb="ADD LIVE", alias=alias, options=_comment(cursor))
    cursor.expect("ADD", "VERSION")
    guarded = cursor.accept("IF", "NOT", "EXISTS")
    alias = _alias(cursor)
    cursor.expect("FROM")
    source = location(cursor)
    return ast.AlterStreamlitVersions(
        name=name, verb="ADD", alias=alias, source=source, if_not_exists=guarded, options=_comment(cursor)
    )


def _alias(cursor: Cursor) -> str:
    if cursor.at("FROM"):
        return ""
    if cursor.at_any(*_RESERVED):
        raise cursor.unexpected()
    alias = version_name(cursor)
    if alias.upper() in _RESERVED[:4] or alias.upper().startswith("VERSION$") or "/" in alias:
        raise _invalid_alias(alias)
    return alias


def _comment(cursor: Cursor) -> ast.Options:
    options = cursor.options()
    for name in options:
        if name != "COMMENT":
            raise compilation_error("001006", "22023", f"invalid parameter '{name}'")
    return options


def _invalid_alias(alias: str) -> SnowflakeError:
    text = (
        f"Invalid version alias {alias}. Version alias must be a snowflake identifier. It cant start with"
        ' "version$", contain slashes, or be FIRST, LAST, LIVE or DEFAULT.'
    )
    return SnowflakeError("099109", "22000", text)
