"""SELECT and its relatives."""

from __future__ import annotations

from dataclasses import replace

from snowdome.result import Result
from snowdome.sql import ast
from snowdome.sql.compiler import compile_query, run_query
from snowdome.statements.registry import Context, handles
from snowdome.types import Column


def _columns(statement: ast.Query, context: Context) -> tuple[Column, ...]:
    return compile_query(statement.text, context).columns


@handles(ast.Query, describe=_columns)
def query(statement: ast.Query, context: Context) -> Result:
    """Compile and run; the columns are Snowflake's, the rows the engine's, as many as the session wants."""
    result = run_query(compile_query(statement.text, context), context)
    most = int(str(context.session.parameter("ROWS_PER_RESULTSET")))
    return replace(result, table=result.table.slice(0, most)) if most else result
