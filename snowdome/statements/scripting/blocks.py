"""A block as a statement, as a procedure's body, and as a task's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from snowdome.context import Context, TypedBinding
from snowdome.result import CALL, Result, rows_result
from snowdome.sql.ast.scripting import AnonymousBlock
from snowdome.sql.grammar.scripting import parse_block
from snowdome.statements.registry import handles
from snowdome.statements.scripting import control, cursors, failures, sql
from snowdome.statements.scripting.checks import check_block
from snowdome.statements.scripting.failures import Thrown
from snowdome.statements.scripting.frames import Frame, Variable
from snowdome.statements.scripting.jobs import jobs_of
from snowdome.statements.scripting.runner import Returned, run_all
from snowdome.statements.scripting.state import Run, binding
from snowdome.types import BINARY, TEXT, Column, DataType

RUNNERS = (control, cursors, sql)  # imported for what they register
_NAME = "anonymous block"
_FULL_WIDTH = {"TEXT": TEXT, "BINARY": BINARY, "NULL": TEXT}


@handles(AnonymousBlock, describe=lambda statement, context: (Column(_NAME, TEXT),))
def anonymous_block(statement: AnonymousBlock, context: Context) -> Result:
    """A block sent as a statement: its result is what it returns."""
    return run_block(statement, {}, context)


def run_block(
    block: AnonymousBlock | str,
    arguments: Mapping[str, tuple[object, DataType]],
    context: Context,
    *,
    name: str = _NAME,
    returns: DataType | None = None,
    table: bool | None = None,
) -> Result:
    """Run a block with ``arguments``: folded names with values in the engine layout of their types.

    The result is one value in a column called ``name``, or the rows of RETURN TABLE(…). ``returns`` is
    what a procedure declares: a bare variable or literal is returned as that, and so is the NULL of a
    block that returns nothing. ``table`` says whether a procedure returns a table; None for others.
    """
    found = parse_block(block) if isinstance(block, str) else block
    frame = Frame(names={n: Variable(t, binding(v, t)) for n, (v, t) in arguments.items()})
    run = Run(replace(context, bindings={}), found.source, found.origin, returns, table)
    check_block(found.block, run, frame)
    try:
        with jobs_of(run):
            signal = run_all((found.block,), run, frame)
    except Thrown as thrown:
        raise thrown.uncaught() from thrown
    if not isinstance(signal, Returned):
        if table:
            raise failures.no_return()
        return _value(name, binding(None, returns or TEXT))
    if isinstance(signal.value, Result):
        return replace(signal.value, statement_type=CALL)
    return _value(name, signal.value or binding(None, TEXT))


def _value(name: str, value: TypedBinding) -> Result:
    type_ = _FULL_WIDTH.get(value.data_type.kind, value.data_type)
    return rows_result((Column(name, type_),), [(value.held,)], CALL)
