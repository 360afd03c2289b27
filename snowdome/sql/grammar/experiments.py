"""CREATE, ALTER, DROP of experiments; SHOW of what they hold."""

from __future__ import annotations

from collections.abc import Callable

from snowdome.errors import not_supported
from snowdome.sql import ast
from snowdome.sql.cursor import Cursor
from snowdome.sql.grammar import common
from snowdome.sql.grammar.models import version_name
from snowdome.sql.grammar.registry import Head, alters, creates, statement

KIND = "EXPERIMENT"

statement.later(f"EXECUTE {KIND}")


@creates(KIND)
def create_experiment(cursor: Cursor, head: Head) -> ast.Statement:
    """CREATE [OR REPLACE] EXPERIMENT [IF NOT EXISTS] name"""
    head.only(cursor)
    guarded = common.if_not_exists(cursor, head)
    name = cursor.name()
    if cursor.at_any("TYPE", "FROM"):
        raise not_supported(f"CREATE EXPERIMENT … {cursor.peek().upper} (evaluations of AI functions)")
    return ast.CreateObject(kind=KIND, name=name, replace=head.replace, if_not_exists=guarded)


@alters(KIND)
def alter_experiment(cursor: Cursor) -> ast.Statement:
    """ALTER EXPERIMENT name ADD | MODIFY | COMMIT | DROP RUN run …"""
    name = cursor.name()
    verb = cursor.expect_any(*_CHANGES)
    if verb == "ADD":
        cursor.accept("LIVE")  # what clients before 1.19 say
    cursor.expect("RUN")
    return ast.AlterRun(name=name, run=version_name(cursor), change=_CHANGES[verb](cursor))


def _add(cursor: Cursor) -> ast.RunChange:
    if not cursor.accept("WITH"):
        return ast.AddRun()
    cursor.expect("(")
    cursor.expect("SOURCE_INFO", "=")
    text = cursor.string()
    cursor.expect(")")
    return ast.AddRun(text)


def _modify(cursor: Cursor) -> ast.RunChange:
    cursor.expect("ADD")
    kind = cursor.expect_any("METRICS", "PARAMETERS")
    cursor.expect("=")
    return ast.LogValues(kind, cursor.string())


def _commit(cursor: Cursor) -> ast.RunChange:
    if not cursor.accept("WITH"):
        return ast.CommitRun()
    cursor.expect("STATUS", "=")
    return ast.CommitRun(cursor.string())


_CHANGES: dict[str, Callable[[Cursor], ast.RunChange]] = {
    "ADD": _add,
    "MODIFY": _modify,
    "COMMIT": _commit,
    "DROP": lambda cursor: ast.DropRun(),
}


@statement("DROP", KIND)
def drop_experiment(cursor: Cursor) -> ast.Statement:
    """DROP EXPERIMENT [IF EXISTS] name."""
    exists = common.if_exists(cursor)
    return ast.Drop(kind=KIND, name=cursor.name(), if_exists=exists)


# -- SHOW -----------------------------------------------------------------------------------------


def _show(words: str, of_one_run: bool) -> None:
    def read(cursor: Cursor) -> ast.Statement:
        like = cursor.string() if cursor.accept("LIKE") else None
        cursor.expect("IN", KIND)
        name = cursor.name()
        run = version_name(cursor) if of_one_run and cursor.accept("RUN") else None
        limit = cursor.integer() if cursor.accept("LIMIT") else None
        after = cursor.string() if limit is not None and cursor.accept("FROM") else None
        scope = ast.Scope(KIND, name, run)
        return ast.Show(kind=f"{words} IN {KIND}", like=like, scope=scope, limit=limit, after=after)

    statement("SHOW", *words.split())(read)


_show("RUNS", False)
_show("RUN METRICS", True)
_show("RUN PARAMETERS", True)
