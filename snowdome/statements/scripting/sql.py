"""SQL statements inside blocks: they run as the user's own would, and show in the query history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from snowdome.context import TypedBinding
from snowdome.engine import interrupts
from snowdome.errors import SnowflakeError
from snowdome.result import Result
from snowdome.sql.ast import scripting as nodes
from snowdome.sql.ast.base import Dml, Statement
from snowdome.sql.grammar import parse
from snowdome.statements.scripting import failures
from snowdome.statements.scripting.expressions import bindings, converted, evaluate
from snowdome.statements.scripting.failures import STATEMENT_ERROR, Thrown
from snowdome.statements.scripting.frames import Frame, Record, Variable
from snowdome.statements.scripting.runner import Signal, runs
from snowdome.statements.scripting.state import Run, binding, value_of
from snowdome.types import NULL, TEXT

_OWN = "MULTI_STATEMENT_COUNT"  # a request's parameter that its statements do not inherit


@runs(nodes.Sql)
def sql(node: nodes.Sql, run: Run, frame: Frame) -> Signal:
    """An SQL statement, perhaps with INTO."""
    result = rows_of(node.statement, run, frame)
    if node.statement.into:
        fill(node.statement.into, result, run, frame, node.start)
    return None


@runs(nodes.ExecuteText)
def execute_text(node: nodes.ExecuteText, run: Run, frame: Frame) -> Signal:
    """EXECUTE IMMEDIATE."""
    result = rows_of(node.statement, run, frame)
    if node.statement.into:
        fill(node.statement.into, result, run, frame, node.start)
    return None


@dataclass(frozen=True)
class Prepared:
    """A statement's text with the values of its names; ``start`` is where the block has it."""

    text: str
    values: Mapping[str, TypedBinding]
    start: int
    kind: type[Statement] = Statement

    def send(self, run: Run) -> Result:
        """Run it as the user would."""
        context = run.context
        parameters = {k: v for k, v in context.parameters.items() if k.upper() != _OWN}
        return context.services.run(context.session, self.text, bindings=self.values, parameters=parameters)


def prepared(rows: nodes.Rows, run: Run, frame: Frame) -> Prepared:
    """A statement, or the text of an EXECUTE IMMEDIATE, as it is now."""
    if isinstance(rows, nodes.Embedded):
        return Prepared(rows.text, bindings(run, frame, rows), rows.start, rows.kind)
    text = evaluate(run, frame, rows.source, TEXT).held
    values = {str(i + 1): _variable(v, run, frame) for i, v in enumerate(rows.using)}
    kind = _kind_of(text) if isinstance(text, str) else Statement
    return Prepared(str(text or ""), values, rows.start, kind)


def rows_of(rows: nodes.Rows, run: Run, frame: Frame) -> Result:
    """Run a statement or the text of an EXECUTE IMMEDIATE; raises STATEMENT_ERROR."""
    return execute(prepared(rows, run, frame), run)


def _variable(name: nodes.Target, run: Run, frame: Frame) -> TypedBinding:
    found = value_of(run, frame, name.name)
    if found is None:
        raise failures.unknown(name.name, *run.place(name.start))
    return found


def _kind_of(text: str) -> type[Statement]:
    try:
        found = parse(text)
    except SnowflakeError:
        return Statement  # it is told when the text runs
    return type(found[0]) if len(found) == 1 else Statement


def execute(statement: Prepared, run: Run) -> Result:
    """Run one statement; what it says of changed rows is kept for SQLROWCOUNT."""
    try:
        result = statement.send(run)
    except SnowflakeError as error:
        interrupts.check()  # a cancellation is nothing to handle
        raise Thrown(STATEMENT_ERROR, error, *run.place(statement.start)) from error
    finally:
        ids = run.context.session.query_ids
        run.query_id = ids[-1] if ids else None
    if issubclass(statement.kind, Dml):
        run.changed = _changed(result)
    return result


def _changed(result: Result) -> int:
    if result.stats:
        return sum(result.stats.values())
    return sum(int(column[0].as_py() or 0) for column in result.table.columns)


# -- variables ----------------------------------------------------------------------------------


def fill(targets: tuple[nodes.Target, ...], result: Result, run: Run, frame: Frame, start: int) -> None:
    """Assign the one row of ``result``; NULLs if there is none."""
    if result.row_count > 1:
        raise Thrown(STATEMENT_ERROR, failures.too_many_rows(result.row_count), *run.place(start))
    if len(targets) != len(result.columns):
        error = failures.wrong_count(len(targets), len(result.columns))
        raise Thrown(STATEMENT_ERROR, error, *run.place(start))
    values = row_of(result, 0) if result.row_count else [binding(None, NULL)] * len(targets)
    for target, value in zip(targets, values, strict=True):
        assign(target, value, run, frame)


def row_of(result: Result, index: int) -> list[TypedBinding]:
    """A row's values."""
    pairs = zip(result.table.columns, result.columns, strict=True)
    return [binding(cells[index].as_py(), column.type) for cells, column in pairs]


def assign(target: nodes.Target, value: TypedBinding, run: Run, frame: Frame) -> None:
    """Give a variable a value, as the variable's type; 092228 for what is none."""
    found = frame.find(target.name)
    if isinstance(found, Variable):
        found.value = converted(run, value, found.type, target.start)
        return
    if isinstance(found, Record):
        raise failures.not_assignable(target.name, *run.place(target.start))
    raise failures.unknown(target.name, *run.place(target.start))
