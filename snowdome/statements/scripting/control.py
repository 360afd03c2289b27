"""Blocks, declarations, assignments, branches, loops, RETURN and RAISE."""

from __future__ import annotations

from decimal import Decimal

from snowdome.engine import interrupts
from snowdome.errors import SnowflakeError
from snowdome.result import Result
from snowdome.sql import lexer
from snowdome.sql.ast import scripting as nodes
from snowdome.sql.ast.base import Fragment
from snowdome.sql.typenames import mapped
from snowdome.statements.scripting import failures, jobs
from snowdome.statements.scripting.expressions import ASSIGNMENT, converted, evaluate, inferred, truth
from snowdome.statements.scripting.failures import STATEMENT_ERROR, Thrown
from snowdome.statements.scripting.frames import Cursor, Declared, Frame, Record, ResultSet, Variable
from snowdome.statements.scripting.runner import Jumped, Returned, Signal, handle, handler_for, run_all, runs
from snowdome.statements.scripting.sql import rows_of
from snowdome.statements.scripting.state import Run, binding
from snowdome.types import TEXT, DataType, fixed

_COUNTER = fixed(9, 0)
_SUBJECT = "CASE's subject"  # no variable can be called that and be meant by accident


@runs(nodes.Block)
def block(node: nodes.Block, run: Run, frame: Frame) -> Signal:
    """A block in a frame of its own; a handler ends it unless it resumes."""
    declared = Frame(frame)
    for declaration in node.declarations:
        run_all((declaration,), run, declared)
    declared.handlers = node.handlers
    try:
        signal = run_all(node.statements, run, Frame(declared))
    except Thrown as thrown:
        found = handler_for(thrown, declared)
        if found is None or found[1] is not declared:
            raise
        signal = handle(found[0], thrown, run, declared)
    return None if _ends(signal, node.label) else signal


def _ends(signal: Signal, label: str | None) -> bool:
    return isinstance(signal, Jumped) and not signal.continues and label is not None and signal.label == label


# -- names --------------------------------------------------------------------------------------


@runs(nodes.DeclareVariable)
def declare_variable(node: nodes.DeclareVariable, run: Run, frame: Frame) -> Signal:
    """A scalar: its value in the declared type, or the type that the value gives."""
    if node.value is None:
        assert node.type is not None
        type_ = _mapped(node, run)
        frame.names[node.name] = Variable(type_, binding(None, type_))
        return None
    name = _variable_named(node.value, frame)
    widened = (
        (lambda t: t) if name is not None and name.type.kind == "FIXED" and not name.type.s else inferred
    )
    target = widened if node.type is None else _mapped(node, run)
    value = evaluate(run, frame, node.value, target, ASSIGNMENT)
    frame.names[node.name] = Variable(value.data_type, value)
    return None


def _mapped(node: nodes.DeclareVariable, run: Run) -> DataType:
    assert node.type is not None
    return mapped(node.type, str(run.context.session.parameter("TIMESTAMP_TYPE_MAPPING")))


def _variable_named(value: Fragment, frame: Frame) -> Variable | None:
    """The variable whose name is all there is, parentheses aside."""
    text = value.text.strip()
    while text.startswith("(") and text.endswith(")"):
        text = text[1:-1].strip()
    return frame.get(text.upper(), Variable)


@runs(nodes.DeclareException)
def declare_exception(node: nodes.DeclareException, run: Run, frame: Frame) -> Signal:
    """An exception."""
    frame.names[node.name] = Declared(node.name, node.number, node.message)
    return None


@runs(nodes.Assign)
def assign(node: nodes.Assign, run: Run, frame: Frame) -> Signal:
    """``x := …``, to a variable or a RESULTSET."""
    found = frame.find(node.target.name)
    if isinstance(found, ResultSet) and node.rows is not None:
        refill(found, node.rows, node.awaited, run, frame)
    elif isinstance(found, Variable):
        found.value = evaluate(run, frame, node.value, found.type, ASSIGNMENT)
    elif isinstance(found, (Cursor, ResultSet, Record)):
        raise failures.not_assignable(node.target.name, *run.place(node.target.start))
    else:
        raise failures.unknown(node.target.name, *run.place(node.target.start))
    return None


def refill(made: ResultSet, rows: nodes.Rows, awaited: bool, run: Run, frame: Frame) -> None:
    """Give a RESULTSET other rows, now or once they are awaited."""
    if not awaited:
        made.result = made.query_id = None
        jobs.start(rows, run, frame, made)
        return
    made.result = rows_of(rows, run, frame)
    made.query_id = run.query_id


# -- branches -----------------------------------------------------------------------------------


@runs(nodes.If)
def if_(node: nodes.If, run: Run, frame: Frame) -> Signal:
    """The first branch whose condition holds."""
    for branch in node.branches:
        if truth(run, frame, branch.condition):
            return run_all(branch.statements, run, Frame(frame))
    return run_all(node.otherwise, run, Frame(frame))


@runs(nodes.Case)
def case(node: nodes.Case, run: Run, frame: Frame) -> Signal:
    """The first branch whose condition holds, or whose value equals the subject's."""
    inside, head = frame, ""
    if node.subject is not None:
        subject = evaluate(run, frame, node.subject)
        inside, head = Frame(frame, {_SUBJECT: Variable(subject.data_type, subject)}), f'"{_SUBJECT}" = '
    for branch in node.branches:
        condition = Fragment(f"{head}({branch.condition.text})", branch.condition.start)
        if truth(run, inside, condition if head else branch.condition):
            return run_all(branch.statements, run, Frame(frame))
    return run_all(node.otherwise or (), run, Frame(frame))


# -- loops --------------------------------------------------------------------------------------


def once(node: nodes.Loop, run: Run, frame: Frame) -> tuple[bool, Signal]:
    """Run a loop's statements; whether the loop goes on, and what it ends with if not."""
    interrupts.check()
    signal = run_all(node.statements, run, Frame(frame))
    if isinstance(signal, Jumped) and signal.label in (None, node.label):
        return signal.continues, None
    return signal is None, signal


@runs(nodes.Loop)
def loop(node: nodes.Loop, run: Run, frame: Frame) -> Signal:
    """LOOP: until something jumps out of it."""
    goes_on, signal = True, None
    while goes_on:
        goes_on, signal = once(node, run, frame)
    return signal


@runs(nodes.While)
def while_(node: nodes.While, run: Run, frame: Frame) -> Signal:
    """WHILE."""
    while truth(run, frame, node.condition):
        goes_on, signal = once(node, run, frame)
        if not goes_on:
            return signal
    return None


@runs(nodes.Repeat)
def repeat(node: nodes.Repeat, run: Run, frame: Frame) -> Signal:
    """REPEAT … UNTIL."""
    while True:
        goes_on, signal = once(node, run, frame)
        if not goes_on:
            return signal
        if truth(run, frame, node.condition):
            return None


@runs(nodes.ForCounter)
def for_counter(node: nodes.ForCounter, run: Run, frame: Frame) -> Signal:
    """FOR i IN a TO b: both bounds are whole numbers, read once."""
    low = evaluate(run, frame, node.low, fixed()).held
    high = evaluate(run, frame, node.high, fixed()).held
    if low is None or high is None:
        return None
    first = (node.high, high) if node.reverse else (node.low, low)
    converted(run, binding(first[1], fixed()), _COUNTER, first[0].start)  # only the first value must fit
    numbers = range(int(str(low)), int(str(high)) + 1)
    for number in reversed(numbers) if node.reverse else numbers:
        inside = Frame(frame, {node.counter: Variable(_COUNTER, binding(Decimal(number), _COUNTER), True)})
        goes_on, signal = once(node, run, inside)
        if not goes_on:
            return signal
    return None


@runs(nodes.Jump)
def jump(node: nodes.Jump, run: Run, frame: Frame) -> Signal:
    """BREAK or CONTINUE."""
    return Jumped(node.continues, node.label)


@runs(nodes.Null)
def null(node: nodes.Null, run: Run, frame: Frame) -> Signal:
    """NULL."""
    return None


# -- RETURN and RAISE ---------------------------------------------------------------------------


@runs(nodes.Return)
def return_(node: nodes.Return, run: Run, frame: Frame) -> Signal:
    """RETURN of a value; a bare counter is text."""
    if node.table is not None:
        return Returned(table_of(node, run, frame))
    if node.value is None:
        return Returned()
    variable = _variable_named(node.value, frame)
    if variable is not None and variable.counter:
        return Returned(evaluate(run, frame, node.value, TEXT))
    target = run.returns if variable is not None or _is_literal(node.value) else None
    return Returned(evaluate(run, frame, node.value, target))


def _is_literal(value: Fragment) -> bool:
    tokens = lexer.tokenize(value.text)
    return len(tokens) == 2 and tokens[0].kind in (lexer.NUMBER, lexer.STRING)


def table_of(node: nodes.Return, run: Run, frame: Frame) -> Result:
    """The rows of TABLE(resultset) or of an open cursor's query, all of them."""
    name = node.table
    assert isinstance(name, nodes.Target)
    found = frame.find(name.name)
    if isinstance(found, (ResultSet, Cursor)):
        if found.result is None:
            error = failures.no_rows_yet if isinstance(found, ResultSet) else failures.not_open
            raise Thrown(STATEMENT_ERROR, error(name.name), *run.place(node.start))
        return found.result
    raise failures.unknown(name.name, *run.place(name.start))


@runs(nodes.Raise)
def raise_(node: nodes.Raise, run: Run, frame: Frame) -> Signal:
    """RAISE; without a name, what is being handled."""
    if node.exception is None:
        if not run.handled:
            raise failures.misused(*run.place(node.start), "RAISE without an exception is for handlers only.")
        raise run.handled[-1]
    declared = frame.get(node.exception.name, Declared)
    if declared is None:
        raise failures.unknown(node.exception.name, *run.place(node.exception.start))
    error = SnowflakeError(str(declared.number), "P0001", declared.message or "")
    raise Thrown(declared.name, error, *run.place(node.start))
