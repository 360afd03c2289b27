"""Statements on compute pools, image repositories and services."""

from __future__ import annotations

from snowdome.errors import not_supported
from snowdome.sql import ast, lexer
from snowdome.sql.cursor import Cursor
from snowdome.sql.grammar import common, objects
from snowdome.sql.grammar.registry import Head, alters, creates, statement


@creates("COMPUTE", "POOL")
def create_compute_pool(cursor: Cursor, head: Head) -> ast.Statement:
    """CREATE COMPUTE POOL [IF NOT EXISTS] name properties."""
    head.only(cursor)
    if cursor.peek(1).upper == "FOR" or cursor.peek(4).upper == "FOR":
        raise not_supported("CREATE COMPUTE POOL … FOR APPLICATION")
    return objects.create(cursor, head, "COMPUTE POOL")


@creates("IMAGE", "REPOSITORY")
def create_image_repository(cursor: Cursor, head: Head) -> ast.Statement:
    """CREATE [OR REPLACE] IMAGE REPOSITORY [IF NOT EXISTS] name [ENCRYPTION = (TYPE = '…')] [COMMENT = '…']."""
    head.only(cursor)
    return objects.create(cursor, head, "IMAGE REPOSITORY")


# -- ALTER ----------------------------------------------------------------------------------------


@alters("COMPUTE", "POOL")
def alter_compute_pool(cursor: Cursor) -> ast.Statement:
    """ALTER COMPUTE POOL [IF EXISTS] name SUSPEND | RESUME | STOP ALL … | SET … | UNSET …"""
    exists = common.if_exists(cursor)
    name = cursor.name()
    return ast.AlterObject(kind="COMPUTE POOL", if_exists=exists, name=name, action=_pool_action(cursor))


def _pool_action(cursor: Cursor) -> ast.Action:
    if word := cursor.accept_any("SUSPEND", "RESUME"):
        return ast.Verb(word)
    if cursor.accept("STOP", "ALL"):
        of_type = cursor.accept("OF", "TYPE")
        return ast.StopAll(tuple(cursor.comma_list(lambda: common.option_name(cursor))) if of_type else ())
    return _settings(cursor)


def _settings(cursor: Cursor) -> ast.Action:
    """SET and UNSET: these kinds have no other common action."""
    if not cursor.at_any("SET", "UNSET"):
        raise cursor.unexpected()
    return common.action(cursor)


@alters("IMAGE", "REPOSITORY")
def alter_image_repository(cursor: Cursor) -> ast.Statement:
    """ALTER IMAGE REPOSITORY [IF EXISTS] name SET | UNSET COMMENT."""
    exists = common.if_exists(cursor)
    name = cursor.name()
    return ast.AlterObject(kind="IMAGE REPOSITORY", if_exists=exists, name=name, action=_settings(cursor))


@alters("SERVICE")
def alter_service(cursor: Cursor) -> ast.Statement:
    """ALTER SERVICE [IF EXISTS] name SUSPEND | RESUME | FROM … | SET … | UNSET …"""
    exists = common.if_exists(cursor)
    name = cursor.name()
    return ast.AlterObject(kind="SERVICE", if_exists=exists, name=name, action=_service_action(cursor))


def _service_action(cursor: Cursor) -> ast.Action:
    if word := cursor.accept_any("SUSPEND", "RESUME"):
        return ast.Verb(word)
    if cursor.accept("FROM"):
        return _specification(cursor)
    if cursor.at("RESTORE", "VOLUME"):
        raise not_supported("ALTER SERVICE … RESTORE VOLUME (no containers run here)")
    return _settings(cursor)


def _specification(cursor: Cursor) -> ast.Action:
    """SPECIFICATION '…', or @stage SPECIFICATION_FILE = '…'."""
    stage = cursor.next().text if cursor.peek().kind == lexer.LOCATION else ""
    if cursor.at_any("SPECIFICATION_TEMPLATE", "SPECIFICATION_TEMPLATE_FILE"):
        raise not_supported("ALTER SERVICE … FROM SPECIFICATION_TEMPLATE")
    if not stage and cursor.at("SPECIFICATION_FILE"):
        raise not_supported("ALTER SERVICE … FROM SPECIFICATION_FILE of an application")
    if not stage:
        cursor.expect("SPECIFICATION")
        return ast.NewSpecification(cursor.string())
    cursor.expect("SPECIFICATION_FILE")
    cursor.expect("=")
    return ast.NewSpecification(file=f"{stage.rstrip('/')}/{cursor.string().lstrip('/')}")


# -- gateways -------------------------------------------------------------------------------------


@creates("GATEWAY")
def create_gateway(cursor: Cursor, head: Head) -> ast.Statement:
    """CREATE [OR REPLACE] GATEWAY [IF NOT EXISTS] name FROM SPECIFICATION '…'."""
    head.only(cursor)
    guarded = common.if_not_exists(cursor, head)
    name = cursor.name()
    cursor.expect("FROM", "SPECIFICATION")
    options: ast.Options = {"SPECIFICATION": cursor.string()}
    return ast.CreateObject(
        kind="GATEWAY", name=name, replace=head.replace, if_not_exists=guarded, options=options
    )


@alters("GATEWAY")
def alter_gateway(cursor: Cursor) -> ast.Statement:
    """ALTER GATEWAY [IF EXISTS] name FROM SPECIFICATION '…'."""
    exists = common.if_exists(cursor)
    name = cursor.name()
    cursor.expect("FROM", "SPECIFICATION")
    action = ast.NewSpecification(cursor.string())
    return ast.AlterObject(kind="GATEWAY", if_exists=exists, name=name, action=action)


# -- SHOW -----------------------------------------------------------------------------------------


def _shows(words: str, within: str, kind: str) -> None:
    def read(cursor: Cursor) -> ast.Statement:
        cursor.expect("IN", *within.split())
        return ast.Show(kind=kind, scope=ast.Scope(within, cursor.name()))

    statement("SHOW", *words.split())(read)


_shows("SERVICE CONTAINERS", "SERVICE", "SERVICE CONTAINERS")
_shows("SERVICE INSTANCES", "SERVICE", "SERVICE INSTANCES")
_shows("ENDPOINTS", "SERVICE", "ENDPOINTS")
_shows("IMAGES", "IMAGE REPOSITORY", "IMAGES")


statement.later("SHOW COMPUTE POOL INSTANCE", "SHOW ROLES IN SERVICE", "SHOW ENDPOINTS IN ACCOUNT")
