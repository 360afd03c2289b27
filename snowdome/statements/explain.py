"""EXPLAIN."""

from __future__ import annotations

from dataclasses import replace

from snowdome.result import Result, rows_result
from snowdome.sql import ast, explain
from snowdome.sql.binder.dml import bind_write
from snowdome.sql.compiler import compile_query
from snowdome.sql.query_parser import parse_tree
from snowdome.statements.registry import Context, handles
from snowdome.types import NUMBER, TEXT, Column

_TABULAR = (
    Column("step", NUMBER), Column("id", NUMBER), Column("parentOperators", TEXT), Column("operation", TEXT),
    Column("objects", TEXT), Column("alias", TEXT), Column("expressions", TEXT), Column("partitionsTotal", NUMBER),
    Column("partitionsAssigned", NUMBER), Column("bytesAssigned", NUMBER),
)  # fmt: skip
_TEXT = (Column("content", TEXT),)


def _columns(statement: ast.Explain, context: Context) -> tuple[Column, ...]:
    return _TABULAR if statement.format == "TABULAR" else _TEXT


@handles(ast.Explain, describe=_columns)
def explain_statement(statement: ast.Explain, context: Context) -> Result:
    """The plan of a query or DML statement, which must compile; it is not run."""
    inner, within = statement.statement, replace(context, actions={})  # nothing is called
    if isinstance(inner, ast.Dml):
        bind_write(parse_tree(inner.text), within, inner.text)
    else:
        compile_query(inner.text, within)
    plan = explain.Planner(context.session).plan(inner.text)
    columns = _columns(statement, context)
    if statement.format == "TABULAR":
        return rows_result(columns, explain.as_rows(plan))
    shown = explain.as_text(plan) if statement.format == "TEXT" else explain.as_json(plan)
    return rows_result(columns, [(shown,)])
