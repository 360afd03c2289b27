"""BEGIN, COMMIT, ROLLBACK."""

from __future__ import annotations

from snowdome.context import Context
from snowdome.result import Result
from snowdome.sql import ast
from snowdome.statements import ddl
from snowdome.statements.registry import handles


@handles(ast.Begin)
def begin(statement: ast.Begin, context: Context) -> Result:
    """BEGIN; inside an open transaction it changes nothing."""
    context.session.begin(statement.name or "")
    return ddl.done()


@handles(ast.Commit)
def commit(statement: ast.Commit, context: Context) -> Result:
    """COMMIT; without an open transaction it changes nothing."""
    context.session.commit()
    return ddl.done()


@handles(ast.Rollback)
def rollback(statement: ast.Rollback, context: Context) -> Result:
    """ROLLBACK; without an open transaction it changes nothing."""
    context.session.rollback()
    return ddl.done()
