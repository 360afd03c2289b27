"""Cursors and RESULTSETs, and the loops over them."""

from __future__ import annotations

from snowdome.context import TypedBinding
from snowdome.errors import SnowflakeError
from snowdome.result import Result
from snowdome.sql.ast import scripting as nodes
from snowdome.statements.scripting import failures
from snowdome.statements.scripting.control import once, refill
from snowdome.statements.scripting.expressions import bindings, evaluate
from snowdome.statements.scripting.failures import STATEMENT_ERROR, Thrown
from snowdome.statements.scripting.frames import Cursor, Frame, Record, ResultSet
from snowdome.statements.scripting.runner import Signal, runs
from snowdome.statements.scripting.sql import Prepared, assign, execute, row_of
from snowdome.statements.scripting.state import Run, binding
from snowdome.types import NULL


@runs(nodes.DeclareCursor)
def declare_cursor(node: nodes.DeclareCursor, run: Run, frame: Frame) -> Signal:
    """A cursor; its query runs when it is opened."""
    frame.names[node.name] = Cursor(node.query)
    return None


@runs(nodes.DeclareResultSet)
def declare_resultset(node: nodes.DeclareResultSet, run: Run, frame: Frame) -> Signal:
    """A RESULTSET; its query runs now."""
    made = frame.names[node.name] = ResultSet()
    if node.rows is not None:
        refill(made, node.rows, node.awaited, run, frame)
    return None


@runs(nodes.Open)
def open_(node: nodes.Open, run: Run, frame: Frame) -> Signal:
    """OPEN cursor [USING (…)]: the query runs with the values of the moment."""
    found = _cursor(node.cursor, run, frame)
    if found.result is not None:
        raise _statement_error(failures.already_open(node.cursor.name), node, run)
    values = {str(i + 1): evaluate(run, frame, v) for i, v in enumerate(node.using)}
    found.result, found.fetched = _rows(found, values, node, run, frame), 0
    return None


def _rows(
    cursor: Cursor, values: dict[str, TypedBinding], node: nodes.Node, run: Run, frame: Frame
) -> Result:
    query = cursor.query
    if isinstance(query, nodes.Embedded):
        bound = {**bindings(run, frame, query), **values}
        return execute(Prepared(query.text, bound, node.start, query.kind), run)
    found = frame.get(query.name, ResultSet)
    if found is None:
        raise failures.unknown(query.name, *run.place(query.start))
    if found.result is None:
        raise _statement_error(failures.no_rows_yet(query.name), node, run)
    return found.result


@runs(nodes.Fetch)
def fetch(node: nodes.Fetch, run: Run, frame: Frame) -> Signal:
    """FETCH cursor INTO variables: the next row, NULLs behind the last one."""
    found = _cursor(node.cursor, run, frame)
    if found.result is None:
        raise _statement_error(failures.not_open(node.cursor.name), node, run)
    if len(node.into) != len(found.columns):
        raise _statement_error(failures.wrong_count(len(node.into), len(found.columns)), node, run)
    behind = found.fetched >= found.rows.num_rows
    values = [binding(None, NULL)] * len(node.into) if behind else row_of(found.result, found.fetched)
    found.fetched += not behind
    for target, value in zip(node.into, values, strict=True):
        assign(target, value, run, frame)
    return None


@runs(nodes.Close)
def close(node: nodes.Close, run: Run, frame: Frame) -> Signal:
    """CLOSE cursor."""
    found = _cursor(node.cursor, run, frame)
    if found.result is None:
        raise _statement_error(failures.not_open(node.cursor.name), node, run)
    found.result = None
    return None


@runs(nodes.ForRows)
def for_rows(node: nodes.ForRows, run: Run, frame: Frame) -> Signal:
    """FOR row IN cursor or resultset; a cursor that is not open is opened for the loop."""
    found = frame.find(node.source.name)
    if isinstance(found, ResultSet):
        if found.result is None:
            raise _statement_error(failures.no_rows_yet(node.source.name), node, run)
        return _each(node, Cursor(node.source, found.result), run, frame)
    cursor = _cursor(node.source, run, frame)
    if cursor.result is not None:
        return _each(node, cursor, run, frame)
    cursor.result, cursor.fetched = _rows(cursor, {}, node, run, frame), 0
    try:
        return _each(node, cursor, run, frame)
    finally:
        cursor.result = None


def _each(node: nodes.ForRows, cursor: Cursor, run: Run, frame: Frame) -> Signal:
    names = [column.name for column in cursor.columns]
    assert cursor.result is not None
    result = cursor.result
    while cursor.fetched < result.row_count:
        row = row_of(result, cursor.fetched)
        cursor.fetched += 1
        goes_on, signal = once(
            node, run, Frame(frame, {node.row: Record(dict(zip(names, row, strict=True)))})
        )
        if not goes_on:
            return signal
    return None


def _cursor(name: nodes.Target, run: Run, frame: Frame) -> Cursor:
    found = frame.get(name.name, Cursor)
    if found is None:
        raise failures.unknown(name.name, *run.place(name.start))
    return found


def _statement_error(error: SnowflakeError, node: nodes.Node, run: Run) -> Thrown:
    return Thrown(STATEMENT_ERROR, error, *run.place(node.start))
