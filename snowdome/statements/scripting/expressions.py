"""Expressions of a block: bound with its variables, run by the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import duckdb
from sqlglot import exp

from snowdome.context import Context, TypedBinding
from snowdome.engine import failures, interrupts
from snowdome.errors import SnowflakeError
from snowdome.sql.ast.base import Fragment
from snowdome.sql.ast.scripting import Embedded
from snowdome.sql.binder.core import Binder, fold
from snowdome.sql.binder.literals import held
from snowdome.sql.binder.scope import Scope
from snowdome.sql.casts import cast
from snowdome.sql.compiler import Compiled, run_query
from snowdome.sql.functions.registry import FUNCTIONS
from snowdome.sql.query_parser import parse_expression
from snowdome.sql.typed import Typed
from snowdome.statements.scripting.failures import EXPRESSION_ERROR, Thrown
from snowdome.statements.scripting.frames import Frame, Record
from snowdome.statements.scripting.state import Run, binding, value_of
from snowdome.types import BOOLEAN, NULL, REAL, TEXT, Column, DataType, fixed

# What stands before an expression where it is compiled: errors in its first line are placed behind that.
QUERY = " " * len("SELECT ")
ASSIGNMENT = " " * len("SELECT * FROM (")

Target = DataType | Callable[[DataType], DataType] | None
_WORDS = frozenset({"part", "word"})  # arguments that are no values


@dataclass(frozen=True)
class Bound:
    """A bound expression and the binder that holds its tables."""

    typed: Typed
    binder: Binder


def evaluate(
    run: Run, frame: Frame, fragment: Fragment, target: Target = None, lead: str = QUERY
) -> TypedBinding:
    """The value of an expression, as ``target`` if one is given; raises EXPRESSION_ERROR."""
    interrupts.check()
    try:
        return _computed(bind(run, frame, fragment, target, lead), run.context)
    except (SnowflakeError, duckdb.Error) as failure:
        interrupts.check()  # a cancellation is nothing to handle
        raise Thrown(EXPRESSION_ERROR, _worded(failure), *run.place(fragment.start)) from failure


def truth(run: Run, frame: Frame, fragment: Fragment) -> bool:
    """Whether a condition holds; NULL does not."""
    return evaluate(run, frame, fragment, BOOLEAN).held is True


def converted(run: Run, value: TypedBinding, target: DataType, start: int) -> TypedBinding:
    """``value`` as ``target``; raises EXPRESSION_ERROR at ``start``."""
    if value.data_type == target:
        return value
    binder = Binder(run.context, "NULL")
    try:
        return _computed(Bound(cast(_literal(value), target, binder), binder), run.context)
    except (SnowflakeError, duckdb.Error) as failure:
        interrupts.check()
        raise Thrown(EXPRESSION_ERROR, _worded(failure), *run.place(start)) from failure


def inferred(type_: DataType) -> DataType:
    """The type of an untyped variable, by that of its first value."""
    if type_.kind == "TEXT":
        return DataType("TEXT", length=_WIDEST)
    if type_.kind == "FIXED":
        return REAL if type_.s else fixed()
    return TEXT if type_ == NULL else type_


_WIDEST = 134217728  # characters


# -- binding ------------------------------------------------------------------------------------


def bind(run: Run, frame: Frame, fragment: Fragment, target: Target = None, lead: str = QUERY) -> Bound:
    """Bind an expression with the values that its names have now."""
    source = lead + fragment.text
    tree = parse_expression(source)
    context = replace(run.context, bindings=_bound(run, frame, tree), text=source)
    binder = Binder(context, source)
    typed = binder.expression(_substituted(tree, run, frame), Scope())
    wanted = target(typed.type) if callable(target) else target
    return Bound(cast(typed, wanted, binder) if wanted is not None else typed, binder)


def _bound(run: Run, frame: Frame, tree: exp.Expr) -> dict[str, TypedBinding]:
    names = {str(node.this) for node in tree.find_all(exp.Placeholder)}
    found = {name: value_of(run, frame, name.upper()) for name in names}
    return {name: value for name, value in found.items() if value is not None}


def bindings(run: Run, frame: Frame, statement: Embedded) -> dict[str, TypedBinding]:
    """The values of a statement's ``:name``, as written and folded."""
    found: dict[str, TypedBinding] = {}
    for bind_ in statement.binds:
        value = value_of(run, frame, bind_.name.upper())
        if value is not None:
            found[bind_.name] = found[bind_.name.upper()] = value
    return found


def _substituted(tree: exp.Expr, run: Run, frame: Frame) -> exp.Expr:
    """``tree`` with values for the block's names; those in subqueries are the query's own."""
    for node in list(bare_names(tree)):
        value = _named(node, run, frame)
        if value is None:
            continue
        node.meta["typed"] = _literal(value)  # the binder takes it for what the name means
    return tree


def bare_names(tree: exp.Expr) -> Iterator[exp.Column]:
    """The names of an expression that may be variables."""
    for node in tree.walk(prune=lambda n: isinstance(n, (exp.Query, exp.Lambda))):
        if isinstance(node, exp.Column) and not _is_word(node):
            yield node


def _is_word(node: exp.Column) -> bool:
    """Whether it is a word such as DAY in DATEADD(DAY, …)."""
    call = node.parent
    if isinstance(call, exp.Kwarg):
        return call.this is node
    if not isinstance(call, exp.Anonymous):
        return False
    function = FUNCTIONS.get(call.name.upper())
    return bool(function and function.parameters and function.word(int(node.index or 0)) in _WORDS)


def _named(node: exp.Column, run: Run, frame: Frame) -> TypedBinding | None:
    parts = [fold(p) for p in node.parts]
    if len(parts) == 1:
        return value_of(run, frame, parts[0])
    record = frame.get(parts[0], Record)
    return record.fields.get(parts[1]) if record is not None and len(parts) == 2 else None


def _literal(value: TypedBinding) -> Typed:
    return held(value.held, value.data_type)


# -- running ------------------------------------------------------------------------------------


def _computed(bound: Bound, context: Context) -> TypedBinding:
    typed = bound.typed
    if typed.type == NULL:
        return binding(None, NULL)
    inner = Typed("v", typed.type)
    shown = cast(inner, TEXT, bound.binder).sql if typed.type.kind != "VECTOR" else "NULL"
    sql = f"SELECT v AS c1, {shown} AS c2 FROM (SELECT {typed.sql} AS v)"
    columns = (Column("V", typed.type), Column("T", TEXT))
    result = run_query(Compiled(sql, columns, bound.binder.tables), context)
    value, text = (column[0].as_py() for column in result.table.columns)
    return binding(value, typed.type, text)


def _worded(failure: Any) -> SnowflakeError:
    """The failure as Snowflake words it in a block, where values are known not to be NULL."""
    error = failure if isinstance(failure, SnowflakeError) else failures.translate(failure)
    if error.code != "100046":
        return error
    return SnowflakeError(error.code, error.sqlstate, error.message.replace("{nullable}", "{not null}"))
