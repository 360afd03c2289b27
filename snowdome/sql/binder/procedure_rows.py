"""A procedure in FROM: it is called before the query around it runs."""

from __future__ import annotations

import pyarrow as pa
from sqlglot import exp

from snowdome.catalog.model import Procedure
from snowdome.catalog.names import quote
from snowdome.errors import compilation_error
from snowdome.result import arrow_table
from snowdome.sql.binder.core import Binder
from snowdome.sql.binder.scope import Scope
from snowdome.sql.binder.user_functions import overload
from snowdome.types import Column


def called(
    binder: Binder, name: tuple[str, ...], procedures: list[Procedure], call: exp.Anonymous
) -> tuple[pa.Table, tuple[Column, ...]]:
    """The rows and columns of a call of the one of ``procedures`` that takes its arguments, which can be no
    columns; no rows while the query is only described."""
    if binder.defining or next(call.find_all(exp.Placeholder), None) is not None:
        place = "the query of a view or a table" if binder.defining else "FROM with bound variables"
        raise compilation_error("000002", "0A000", f"Unsupported feature 'procedure call in {place}'.")
    made = overload(binder, procedures, call, Scope()).function
    columns = tuple(Column(n, t) for n, t in made.columns)
    if not columns:
        text = (
            f"Unsupported feature 'procedure call in FROM: {made.name} does not declare its table's columns'."
        )
        raise compilation_error("000002", "0A000", text)
    binder.volatile()
    if not binder.context.actions:
        return arrow_table(columns, []), columns
    given = ", ".join(a.sql(dialect="snowflake") for a in call.expressions)
    text = f"CALL {'.'.join(map(quote, name))}({given})"
    return binder.context.services.run(binder.session, text).table, columns
