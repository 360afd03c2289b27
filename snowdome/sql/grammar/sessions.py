"""Transactions, USE, parameters and variables."""

from __future__ import annotations

from snowdome.sql import ast, lexer
from snowdome.sql.cursor import Cursor
from snowdome.sql.grammar import scripting
from snowdome.sql.grammar.registry import alters, statement


@statement("BEGIN")
def begin(cursor: Cursor) -> ast.Statement:
    """BEGIN [WORK | TRANSACTION] [NAME name]; anything else is a scripting block."""
    cursor.index -= 1
    if scripting.at_block(cursor):
        return scripting.anonymous_block(cursor)
    cursor.next()
    cursor.accept_any("WORK", "TRANSACTION")
    return ast.Begin(name=cursor.identifier() if cursor.accept("NAME") else None)


@statement("START", "TRANSACTION")
def start_transaction(cursor: Cursor) -> ast.Begin:
    """START TRANSACTION [NAME name]."""
    return ast.Begin(name=cursor.identifier() if cursor.accept("NAME") else None)


@statement("COMMIT")
def commit(cursor: Cursor) -> ast.Commit:
    """COMMIT [WORK]."""
    cursor.accept("WORK")
    return ast.Commit()


@statement("ROLLBACK")
def rollback(cursor: Cursor) -> ast.Rollback:
    """ROLLBACK [WORK]."""
    cursor.accept("WORK")
    return ast.Rollback()


@statement("USE")
def use(cursor: Cursor) -> ast.Statement:
    """USE [DATABASE | SCHEMA | WAREHOUSE | ROLE] name, or USE SECONDARY ROLES."""
    if cursor.accept("SECONDARY", "ROLES"):
        return ast.UseSecondaryRoles(roles=tuple(cursor.comma_list(lambda: cursor.identifier(frozenset()))))
    for kind in ("DATABASE", "SCHEMA", "WAREHOUSE", "ROLE"):
        if cursor.at(kind) and cursor.peek(1).kind != lexer.EOF and cursor.peek(1).text != ".":
            cursor.next()
            return ast.Use(kind=kind, name=cursor.name())
    return ast.Use(kind="", name=cursor.name())


@alters("SESSION")
def alter_session(cursor: Cursor) -> ast.AlterParameters:
    """ALTER SESSION SET name = value …, or UNSET name, …"""
    return _parameters(cursor, "SESSION")


@alters("ACCOUNT")
def alter_account(cursor: Cursor) -> ast.AlterParameters:
    """ALTER ACCOUNT SET name = value …, or UNSET name, …"""
    return _parameters(cursor, "ACCOUNT")


def _parameters(cursor: Cursor, level: str) -> ast.AlterParameters:
    if cursor.expect_any("SET", "UNSET") == "SET":
        settings = cursor.options()
        if not settings:
            raise cursor.unexpected()
        return ast.AlterParameters(level=level, settings=settings)
    names = cursor.comma_list(lambda: cursor.identifier(frozenset()))
    return ast.AlterParameters(level=level, settings={}, unset=tuple(names))


@statement("SET")
def set_variables(cursor: Cursor) -> ast.SetVariables:
    """SET name = expression, or SET (a, b) = (x, y)."""
    if not cursor.at("("):
        name = cursor.identifier()
        cursor.expect("=")
        return ast.SetVariables(names=(name,), values=(cursor.until(","),))
    names = cursor.list_of(cursor.identifier)
    cursor.expect("=", "(")
    values = cursor.comma_list(lambda: cursor.until(","))
    cursor.expect(")")
    return ast.SetVariables(names=tuple(names), values=tuple(values))


@statement("UNSET")
def unset_variables(cursor: Cursor) -> ast.UnsetVariables:
    """UNSET name, or UNSET (a, b)."""
    names = cursor.list_of(cursor.identifier) if cursor.at("(") else [cursor.identifier()]
    return ast.UnsetVariables(names=tuple(names))
