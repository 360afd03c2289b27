"""CALL: a procedure by name, one that lives for the statement only, a system function."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace

import pyarrow as pa
from sqlglot import exp

from snowdome.catalog.model import Procedure
from snowdome.catalog.names import ObjectName, quote
from snowdome.context import Context
from snowdome.engine import interrupts
from snowdome.errors import SnowflakeError, compilation_error, not_supported
from snowdome.python.messages import unpack
from snowdome.result import CALL, Result
from snowdome.sql import ast
from snowdome.sql.binder import python_calls, user_functions
from snowdome.sql.binder.core import Binder
from snowdome.sql.binder.scope import Scope
from snowdome.sql.binder.user_functions import Chosen
from snowdome.sql.compiler import Compiled, compile_query, run_query
from snowdome.sql.query_parser import parse_expression
from snowdome.sql.staging import inside, object_name
from snowdome.statements import procedures
from snowdome.statements.registry import handles
from snowdome.types import Column

MAX_DEPTH = 16  # procedures inside each other
_SYSTEM = "SYSTEM$"


@dataclass(frozen=True)
class Ready:
    """A call whose procedure is chosen and whose arguments are bound."""

    binder: Binder
    chosen: Chosen[Procedure]

    @property
    def procedure(self) -> Procedure:
        return self.chosen.function

    @property
    def columns(self) -> tuple[Column, ...]:
        """The result's columns; none are known before the call of a procedure that RETURNS TABLE()."""
        made = self.procedure
        if made.returns is not None:
            return (Column(made.name, made.returns),)
        return tuple(Column(name, type_) for name, type_ in made.columns)


# -- the statements -------------------------------------------------------------------------------


def _columns(statement: ast.Call, context: Context) -> tuple[Column, ...]:
    name = object_name(statement.name, context)
    if _is_system(name):
        return compile_query(f"SELECT {_text(name, statement)}", _within(statement, context)).columns
    return _ready(statement, context, _named(name)).columns


@handles(ast.Call, describe=_columns)
def call(statement: ast.Call, context: Context) -> Result:
    """CALL name(arguments)."""
    if statement.into is not None:
        raise not_supported("CALL … INTO outside a scripting block")
    name = object_name(statement.name, context)
    if _is_system(name):
        query = compile_query(f"SELECT {_text(name, statement)}", _within(statement, context))
        found = run_query(query, context)
        return replace(found, columns=(replace(found.columns[0], name=name.name),), statement_type=CALL)
    return run(_ready(statement, context, _named(name)), context)


def _anonymous_columns(statement: ast.CallAnonymous, context: Context) -> tuple[Column, ...]:
    made = procedures.anonymous(statement.procedure, context)
    return _ready(statement.call, context, _only(made)).columns


@handles(ast.CallAnonymous, describe=_anonymous_columns)
def call_anonymous(statement: ast.CallAnonymous, context: Context) -> Result:
    """WITH name AS PROCEDURE … CALL name(arguments)."""
    made = procedures.anonymous(statement.procedure, context)
    try:
        return run(_ready(statement.call, context, _only(made)), context)
    finally:
        if made.options.get("IMPORTS"):
            shutil.rmtree(context.services.python.imports(made), ignore_errors=True)


def _is_system(name: ObjectName) -> bool:
    return len(name.parts) == 1 and name.name.startswith(_SYSTEM)


def _text(name: ObjectName, statement: ast.Call) -> str:
    return f"{name.name}({statement.arguments.text})"


def _within(statement: ast.Call, context: Context) -> Context:
    return inside(context, statement.arguments)


# -- choosing -------------------------------------------------------------------------------------

Candidates = Callable[[Binder], list[Procedure]]


def _named(name: ObjectName) -> Candidates:
    def find(binder: Binder) -> list[Procedure]:
        found = user_functions.candidates(binder, Procedure, name)
        if not found:
            raise unknown_procedure(name)
        return found

    return find


def _only(made: Procedure) -> Candidates:
    return lambda binder: [made]


def _ready(statement: ast.Call, context: Context, candidates: Candidates) -> Ready:
    within = _within(statement, context)
    binder = Binder(within, statement.arguments.text)
    node = parse_expression(f"CALLED({statement.arguments.text})")
    assert isinstance(node, exp.Anonymous)
    return Ready(binder, user_functions.overload(binder, candidates(binder), node, Scope()))


def unknown_procedure(name: ObjectName) -> SnowflakeError:
    """002140: no procedure is called that."""
    text = f"Unknown function {'.'.join(quote(p) for p in name.parts)}."
    return compilation_error("002140", "42601", text)


# -- running --------------------------------------------------------------------------------------


def run(ready: Ready, context: Context) -> Result:
    """Evaluate the arguments and run the procedure."""
    scope = interrupts.current()
    if scope is not None and scope.depth >= MAX_DEPTH:
        raise too_deep()
    return _RUNNERS[ready.procedure.language](ready, context)


def too_deep() -> SnowflakeError:
    """Procedures call each other too deeply."""
    text = "Stored procedure execution error: stored procedure exceeded the maximum call depth."
    return SnowflakeError("090233", "54001", text)


def _python(ready: Ready, context: Context) -> Result:
    arguments = _evaluated(ready, context)
    services = context.services
    with services.inner_login(context.session) as login:
        reply = services.python.call(ready.procedure, arguments, login)
    if reply.query_id:
        return _table(ready, services.result_of(context.session, reply.query_id), context)
    return _scalar(ready, unpack(reply.batch)[0])


def _evaluated(ready: Ready, context: Context) -> list[pa.Array]:
    """The arguments as the handler's process gets them, one row."""
    sent = python_calls.sent(ready.binder, ready.procedure, ready.chosen.arguments)
    if not sent:
        return []
    compiled = Compiled(f"SELECT {', '.join(sent)}", (), ready.binder.tables)
    table = run_query(compiled, context).table
    return [column.combine_chunks() for column in table.columns]


def _scalar(ready: Ready, value: pa.Array) -> Result:
    return Result(ready.columns, pa.table([value], names=["c1"]), CALL)


def _table(ready: Ready, found: Result, context: Context) -> Result:
    return replace(found, statement_type=CALL, as_json=False)


_RUNNERS: dict[str, Callable[[Ready, Context], Result]] = {"PYTHON": _python}
