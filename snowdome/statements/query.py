"""SELECT and its relatives."""

from __future__ import annotations

from snowdome.result import Result
from snowdome.sql import ast
from snowdome.sql.compiler import compile_query, run_query
from snowdome.statements.registry import Context, handles
from snowdome.types import Column


def _columns(statement: ast.Query, context: Context) -> tuple[Column, ...]:
    return compile_query(statement.text, context).columns


@handles(ast.Query, describe=_columns)
def query(statement: ast.Query, context: Context) -> Result:
    """Compile and run; the columns are Snowflake's, the rows the engine's."""
    return run_query(compile_query(statement.text, context), context)
