"""What Snowflake finds before a block runs, reached or not: names it does not know, types it cannot infer.

Binds, targets, cursors and untyped declarations are judged where they stand; bare names of expressions
after all of those, a list's declarations before its other statements.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from sqlglot import exp

from snowdome.errors import SnowflakeError
from snowdome.sql import lexer
from snowdome.sql.ast import scripting as nodes
from snowdome.sql.ast.base import Dml, Fragment, Query
from snowdome.sql.binder.core import fold
from snowdome.sql.query_parser import parse_expression, parse_tree
from snowdome.sql.typenames import mapped
from snowdome.statements.scripting import failures
from snowdome.statements.scripting.expressions import bare_names, bind, inferred
from snowdome.statements.scripting.failures import EXPRESSION_ERROR, STATEMENT_ERROR
from snowdome.statements.scripting.frames import Cursor, Declared, Frame, Record, ResultSet, Variable
from snowdome.statements.scripting.state import SPECIAL, Run, binding
from snowdome.types import TEXT, DataType, fixed

N = TypeVar("N", bound=nodes.Node)
_BUILT_IN = frozenset({STATEMENT_ERROR, EXPRESSION_ERROR, "OTHER"})


@dataclass(frozen=True)
class Unknown:
    """A bare name that means nothing, and where it stands."""

    name: str
    line: int
    position: int


@dataclass
class Check:
    """One walk over a block; ``loops`` are the labels of the loops around, None for one without."""

    run: Run
    loops: list[str | None] = field(default_factory=list)


Found = list[Unknown]
CHECKS: dict[type[nodes.Node], Callable[[Any, Check, Frame], Found]] = {}


def checks(*kinds: type[N]) -> Callable[[Callable[[Any, Check, Frame], Found]], Callable[..., Found]]:
    """Register the decorated function for nodes of ``kinds``; it returns the bare names it could not place."""

    def register(function: Callable[[Any, Check, Frame], Found]) -> Callable[..., Found]:
        for kind in kinds:
            CHECKS[kind] = function
        return function

    return register


def check_block(block: nodes.Block, run: Run, frame: Frame) -> None:
    """Raise what is wrong with a block before any of it runs; nothing acts yet."""
    silent = replace(run, context=replace(run.context, actions={}))
    for unknown in _block(block, Check(silent), frame):
        raise failures.unknown(unknown.name, unknown.line, unknown.position)


def _all(statements: Sequence[nodes.Node], check: Check, frame: Frame) -> Found:
    declared: Found = []
    others: Found = []
    for statement in statements:
        found = CHECKS[type(statement)](statement, check, frame)
        (declared if isinstance(statement, nodes.Declaration) else others).extend(found)
    return declared + others


# -- places and expressions ---------------------------------------------------------------------


def _located(run: Run, start: int) -> str:
    """What stands before an offset, as white space: places in what follows are those in the block."""
    line, position = run.place(start)
    return "\n" * (line - 1) + " " * position


def _expression(fragment: Fragment | None, check: Check, frame: Frame) -> Found:
    """An expression: its binds now, its bare names later."""
    if fragment is None:
        return []
    source = _located(check.run, fragment.start) + fragment.text
    tree = parse_expression(source)
    for token in lexer.tokenize(source):
        if token.kind == lexer.PLACEHOLDER and token.text != "?":
            _bind(token.text[1:], lexer.place(source, token.start), frame)
    return [
        Unknown(fold(node.this), *lexer.place(source, int(node.this.meta.get("start", 0))))
        for node in bare_names(tree)
        if len(node.parts) == 1 and not _known(fold(node.this), frame)
    ]


def _known(name: str, frame: Frame) -> bool:
    return name in SPECIAL or isinstance(frame.find(name), (Variable, Record))


def _bind(name: str, place: tuple[int, int], frame: Frame) -> None:
    if name.upper() not in SPECIAL and not isinstance(frame.find(name.upper()), Variable):
        raise failures.unknown(name, *place)


def _rows(rows: nodes.Rows | None, check: Check, frame: Frame) -> Found:
    """A statement in a block: its binds and variables; a query's syntax too."""
    if rows is None:
        return []
    found: Found = []
    if isinstance(rows, nodes.Dynamic):
        found = _expression(rows.source, check, frame)
        _targets(rows.using, check, frame)
    else:
        for name in rows.binds:
            _bind(name.name, check.run.place(name.start), frame)
        if issubclass(rows.kind, (Query, Dml)):
            parse_tree(_located(check.run, rows.start) + rows.text)
    _targets(rows.into, check, frame)
    return found


def _targets(targets: Sequence[nodes.Target], check: Check, frame: Frame) -> None:
    for target in targets:
        found = frame.find(target.name)
        place = check.run.place(target.start)
        if isinstance(found, (Cursor, ResultSet)):
            raise failures.not_assignable(target.name, *place)
        if not isinstance(found, Variable):
            raise failures.unknown(target.name, *place)


def _refers(target: nodes.Target, kinds: tuple[type, ...], check: Check, frame: Frame) -> None:
    if not isinstance(frame.find(target.name), kinds):
        raise failures.unknown(target.name, *check.run.place(target.start))


# -- declarations -------------------------------------------------------------------------------


def _declare(node: nodes.Declaration, entry: Any, check: Check, frame: Frame) -> None:
    if node.name in frame.names:
        raise failures.declared_twice(node.name, *check.run.place(node.start))
    frame.names[node.name] = entry


@checks(nodes.DeclareVariable)
def _declare_variable(node: nodes.DeclareVariable, check: Check, frame: Frame) -> Found:
    found = _expression(node.value, check, frame)
    if node.type is not None:
        mapping = str(check.run.context.session.parameter("TIMESTAMP_TYPE_MAPPING"))
        type_ = mapped(node.type, mapping)
    else:
        type_ = _inferred(node, bool(found), check, frame)
    _declare(node, Variable(type_, binding(None, type_)), check, frame)
    return found


def _inferred(node: nodes.DeclareVariable, has_unknown: bool, check: Check, frame: Frame) -> DataType:
    """The type of an untyped declaration's value; 092228 if it has none."""
    assert node.value is not None
    tree = _bare(parse_expression(node.value.text))
    names_nothing = isinstance(tree, exp.Column) and not isinstance(frame.find(fold(tree.parts[0])), Variable)
    special = isinstance(tree, exp.Column) and fold(tree.this) in SPECIAL
    if isinstance(tree, exp.Null) or (names_nothing and not special):
        raise failures.not_inferred(node.name, *check.run.place(node.start))
    try:
        prefix = _located(check.run, node.value.start)
        return inferred(bind(check.run, frame, node.value, None, prefix).typed.type)
    except SnowflakeError:
        query = tree.find(exp.Query)
        if has_unknown or query is None or "RESULT_SCAN" in node.value.text.upper():
            return TEXT  # what it is, and what is wrong, is seen when it runs
        if query.find(exp.From):
            raise failures.not_inferred(node.name, *check.run.place(node.start)) from None
        raise


def _bare(tree: exp.Expr) -> exp.Expr:
    return _bare(tree.this) if isinstance(tree, exp.Paren) else tree


@checks(nodes.DeclareCursor)
def _declare_cursor(node: nodes.DeclareCursor, check: Check, frame: Frame) -> Found:
    if isinstance(node.query, nodes.Target):
        _refers(node.query, (ResultSet,), check, frame)
    else:
        _rows(node.query, check, frame)
    _declare(node, Cursor(node.query), check, frame)
    return []


@checks(nodes.DeclareResultSet)
def _declare_resultset(node: nodes.DeclareResultSet, check: Check, frame: Frame) -> Found:
    found = _rows(node.rows, check, frame)
    _declare(node, ResultSet(), check, frame)
    return found


@checks(nodes.DeclareException)
def _declare_exception(node: nodes.DeclareException, check: Check, frame: Frame) -> Found:
    _declare(node, Declared(node.name, node.number, node.message), check, frame)
    return []


# -- statements ---------------------------------------------------------------------------------


@checks(nodes.Block)
def _block(node: nodes.Block, check: Check, frame: Frame) -> Found:
    declared = Frame(frame)
    found = _all(node.declarations, check, declared)
    check.loops.append(node.label or "")
    found += _all(node.statements, check, Frame(declared))
    check.loops.pop()
    for handler in node.handlers:
        for name in handler.names:
            if name.name not in _BUILT_IN:
                _refers(name, (Declared,), check, declared)
        found += _all(handler.statements, check, Frame(declared))
    return found


@checks(nodes.Assign)
def _assign(node: nodes.Assign, check: Check, frame: Frame) -> Found:
    found = frame.find(node.target.name)
    place = check.run.place(node.target.start)
    if isinstance(found, Cursor) or (isinstance(found, ResultSet) and node.rows is None):
        raise failures.not_assignable(node.target.name, *place)
    if not isinstance(found, (Variable, Record, ResultSet)):
        raise failures.unknown(node.target.name, *place)
    if isinstance(found, ResultSet):
        return _rows(node.rows, check, frame)
    return _expression(node.value, check, frame)


@checks(nodes.Sql, nodes.ExecuteText, nodes.AsyncSql)
def _sql(node: nodes.Sql | nodes.ExecuteText | nodes.AsyncSql, check: Check, frame: Frame) -> Found:
    return _rows(node.statement, check, frame)


@checks(nodes.If)
def _if(node: nodes.If, check: Check, frame: Frame) -> Found:
    return _branches(node.branches, check, frame) + _all(node.otherwise, check, Frame(frame))


@checks(nodes.Case)
def _case(node: nodes.Case, check: Check, frame: Frame) -> Found:
    found = _expression(node.subject, check, frame)
    found += _branches(node.branches, check, frame)
    return found + _all(node.otherwise or (), check, Frame(frame))


def _branches(branches: Sequence[nodes.Branch], check: Check, frame: Frame) -> Found:
    found: Found = []
    for branch in branches:
        found += _expression(branch.condition, check, frame)
        found += _all(branch.statements, check, Frame(frame))
    return found


def _body(node: nodes.Loop, check: Check, frame: Frame) -> Found:
    check.loops.append(node.label)
    try:
        return _all(node.statements, check, frame)
    finally:
        check.loops.pop()


@checks(nodes.Loop)
def _loop(node: nodes.Loop, check: Check, frame: Frame) -> Found:
    return _body(node, check, Frame(frame))


@checks(nodes.While, nodes.Repeat)
def _conditional(node: nodes.While | nodes.Repeat, check: Check, frame: Frame) -> Found:
    return _expression(node.condition, check, frame) + _body(node, check, Frame(frame))


@checks(nodes.ForCounter)
def _for_counter(node: nodes.ForCounter, check: Check, frame: Frame) -> Found:
    found = _expression(node.low, check, frame) + _expression(node.high, check, frame)
    type_ = fixed(9, 0)
    counter = Variable(type_, binding(None, type_), True)
    return found + _body(node, check, Frame(Frame(frame, {node.counter: counter})))


@checks(nodes.ForRows)
def _for_rows(node: nodes.ForRows, check: Check, frame: Frame) -> Found:
    _refers(node.source, (Cursor, ResultSet), check, frame)
    return _body(node, check, Frame(Frame(frame, {node.row: Record({})})))


@checks(nodes.Jump)
def _jump(node: nodes.Jump, check: Check, frame: Frame) -> Found:
    loops = [label for label in check.loops if label != ""] if node.label is None else check.loops
    if not loops or (node.label is not None and node.label not in loops):
        word = "CONTINUE" if node.continues else "BREAK"
        what = f"{word} of an unknown label '{node.label}'." if node.label else f"{word} outside a loop."
        raise failures.misused(*check.run.place(node.start), what)
    return []


@checks(nodes.Return)
def _return(node: nodes.Return, check: Check, frame: Frame) -> Found:
    if check.run.table is not None and check.run.table != (node.table is not None):
        raise failures.other_kind_returned(check.run.table, *check.run.place(node.start))
    if isinstance(node.table, nodes.Target):
        _refers(node.table, (Cursor,) if node.of_cursor else (Cursor, ResultSet), check, frame)
    return _expression(node.value, check, frame)


@checks(nodes.Null)
def _null(node: nodes.Null, check: Check, frame: Frame) -> Found:
    return []


@checks(nodes.Await)
def _await(node: nodes.Await, check: Check, frame: Frame) -> Found:
    if node.name is not None:
        _refers(node.name, (ResultSet,), check, frame)
    return []


@checks(nodes.Open)
def _open(node: nodes.Open, check: Check, frame: Frame) -> Found:
    _refers(node.cursor, (Cursor,), check, frame)
    return [unknown for value in node.using for unknown in _expression(value, check, frame)]


@checks(nodes.Fetch)
def _fetch(node: nodes.Fetch, check: Check, frame: Frame) -> Found:
    _refers(node.cursor, (Cursor,), check, frame)
    _targets(node.into, check, frame)
    return []


@checks(nodes.Close)
def _close(node: nodes.Close, check: Check, frame: Frame) -> Found:
    _refers(node.cursor, (Cursor,), check, frame)
    return []


@checks(nodes.Raise)
def _raise(node: nodes.Raise, check: Check, frame: Frame) -> Found:
    if node.exception is not None:
        _refers(node.exception, (Declared,), check, frame)
    return []
