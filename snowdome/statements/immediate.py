"""EXECUTE IMMEDIATE of one statement."""

from __future__ import annotations

from dataclasses import replace

from snowdome.context import Context
from snowdome.errors import SnowflakeError, not_supported
from snowdome.result import Result
from snowdome.sql import ast
from snowdome.sql.compiler import compile_query, run_query
from snowdome.sql.grammar import parse
from snowdome.sql.staging import referred
from snowdome.statements.registry import Describer, Handler, handler_for, handles
from snowdome.types import Column


def _inner(statement: ast.ExecuteImmediate, context: Context) -> tuple[ast.Statement, Context]:
    if statement.using:
        raise not_supported("EXECUTE IMMEDIATE … USING")
    found = parse(_text(statement, context))
    if len(found) != 1:
        text = f"Actual statement count {len(found)} did not match the desired statement count 1."
        raise SnowflakeError("000008", "0A000", text)
    return found[0], replace(context, text=found[0].text, bindings={})


def _text(statement: ast.ExecuteImmediate, context: Context) -> str:
    source = statement.source
    if isinstance(source, str):
        return source
    if isinstance(source, (ast.Placeholder, ast.Variable)):
        return str(referred(source, context))
    found = run_query(compile_query(f"SELECT {source.text}", context), context)
    return str(found.table.column(0)[0].as_py())


def _columns(statement: ast.ExecuteImmediate, context: Context) -> tuple[Column, ...]:
    inner, inside = _inner(statement, context)
    return _registered(inner)[1](inner, inside)


@handles(ast.ExecuteImmediate, describe=_columns)
def execute_immediate(statement: ast.ExecuteImmediate, context: Context) -> Result:
    """EXECUTE IMMEDIATE: the result is that of the statement inside."""
    inner, inside = _inner(statement, context)
    return _registered(inner)[0](inner, inside)


def _registered(statement: ast.Statement) -> tuple[Handler, Describer]:
    try:
        return handler_for(statement)
    except KeyError:
        raise not_supported(" ".join(statement.text.split()[:2]).upper()) from None
