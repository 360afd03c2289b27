"""Running a block: a table from node class to the function that runs it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from snowdome.context import TypedBinding
from snowdome.engine import interrupts
from snowdome.result import Result
from snowdome.sql.ast import scripting as nodes
from snowdome.statements.scripting.failures import EXPRESSION_ERROR, STATEMENT_ERROR, Thrown
from snowdome.statements.scripting.frames import Declared, Frame
from snowdome.statements.scripting.state import Run

N = TypeVar("N", bound=nodes.Node)


@dataclass(frozen=True)
class Returned:
    """A RETURN that ran: a value, the rows of TABLE(…), or nothing."""

    value: TypedBinding | Result | None = None


@dataclass(frozen=True)
class Jumped:
    """A BREAK or CONTINUE on its way to its loop."""

    continues: bool
    label: str | None


Signal = Returned | Jumped | None
Runner = Callable[[Any, Run, Frame], Signal]
RUNNERS: dict[type[nodes.Node], Runner] = {}
_BUILT_IN = frozenset({STATEMENT_ERROR, EXPRESSION_ERROR})


def runs(kind: type[N]) -> Callable[[Runner], Runner]:
    """Register the decorated function for nodes of ``kind``."""

    def register(function: Runner) -> Runner:
        RUNNERS[kind] = function
        return function

    return register


def run_all(statements: Sequence[nodes.Node], run: Run, frame: Frame) -> Signal:
    """Run statements one after another until one returns or jumps."""
    for statement in statements:
        interrupts.check()
        signal = _resumable(statement, run, frame)
        if signal is not None:
            return signal
    return None


def _resumable(statement: nodes.Node, run: Run, frame: Frame) -> Signal:
    """Run a statement; what it throws may meet a CONTINUE handler, after which the next statement runs."""
    try:
        return RUNNERS[type(statement)](statement, run, frame)
    except Thrown as thrown:
        found = handler_for(thrown, frame)
        if found is None or not found[0].resumes:
            raise
        return handle(found[0], thrown, run, found[1])


def handler_for(thrown: Thrown, frame: Frame) -> tuple[nodes.Handler, Frame] | None:
    """The nearest handler that takes ``thrown``, and the frame of the block that has it."""
    for each in frame.chain():
        for handler in each.handlers:
            if any(_takes(name.name, thrown, each) for name in handler.names):
                return handler, each
    return None


def _takes(name: str, thrown: Thrown, frame: Frame) -> bool:
    declared = frame.get(name, Declared)
    if declared is not None:
        return thrown.name == name
    return name == "OTHER" or (name in _BUILT_IN and thrown.name == name)


def handle(handler: nodes.Handler, thrown: Thrown, run: Run, frame: Frame) -> Signal:
    """Run a handler's statements; what they throw goes to the blocks around ``frame``'s."""
    run.handled.append(thrown)
    try:
        return run_all(handler.statements, run, Frame(frame.without_handlers()))
    finally:
        run.handled.pop()
