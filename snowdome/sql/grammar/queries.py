"""Statements that are left to the query compiler, and those that wrap another statement."""

from __future__ import annotations

from dataclasses import replace

from snowdome.errors import not_supported
from snowdome.sql import ast, lexer
from snowdome.sql.cursor import Cursor
from snowdome.sql.grammar import procedures, scripting
from snowdome.sql.grammar.registry import statement


@statement("SELECT")
@statement("VALUES")
@statement("(")
def query(cursor: Cursor) -> ast.Statement:
    """Everything to the end is the query compiler's."""
    if not cursor.at_end:
        cursor.rest()
    return ast.Query()


@statement("WITH")
def with_query(cursor: Cursor) -> ast.Statement:
    """WITH name AS (…); anonymous procedures and models look alike."""
    for index in range(4):
        if cursor.peek(index).upper == "AS" and cursor.peek(index + 1).upper == "PROCEDURE":
            return procedures.anonymous(cursor)
    return query(cursor)


def _dml(verb: str) -> None:
    def read(cursor: Cursor) -> ast.Dml:
        if cursor.at_end:
            raise cursor.unexpected()
        cursor.rest()
        return ast.Dml(verb=verb)

    statement(verb)(read)


for _verb in ("INSERT", "UPDATE", "DELETE", "MERGE"):
    _dml(_verb)


@statement("EXPLAIN")
def explain(cursor: Cursor) -> ast.Explain:
    """EXPLAIN [USING TABULAR | TEXT | JSON] statement."""
    form = cursor.expect_any("TABULAR", "TEXT", "JSON") if cursor.accept("USING") else "TABULAR"
    first, bound, start = cursor.index, cursor.bound, cursor.peek().start
    inner = statement.require(cursor)(cursor)
    text = cursor.source[start : cursor.tokens[cursor.index - 1].end] if cursor.index > first else ""
    return ast.Explain(format=form, statement=replace(inner, text=text, start=start, bound_before=bound))


@statement("CALL")
def call(cursor: Cursor) -> ast.Call:
    """CALL name(arguments) [INTO :variable]."""
    return procedures.call(cursor)


@statement("EXECUTE", "IMMEDIATE")
def execute_immediate(cursor: Cursor) -> ast.ExecuteImmediate:
    """EXECUTE IMMEDIATE '…' | $$…$$ | $variable | :name | ? [USING (names)]."""
    if cursor.at("FROM"):
        raise not_supported("EXECUTE IMMEDIATE FROM a file")
    source: str | ast.Placeholder | ast.Variable | ast.Fragment
    if cursor.peek().kind in (lexer.STRING, lexer.DOLLAR):
        source = cursor.string()
    else:
        source = cursor.reference() or cursor.until("USING")
    using = tuple(cursor.list_of(cursor.identifier)) if cursor.accept("USING") else ()
    return ast.ExecuteImmediate(source=source, using=using)


statement.later("EXECUTE ALERT", "EXECUTE NOTEBOOK", "EXECUTE DBT")


@statement("DECLARE")
def scripting_block(cursor: Cursor) -> ast.Statement:
    """DECLARE … BEGIN … END."""
    cursor.index -= 1
    return scripting.anonymous_block(cursor)
