"""CALL: a procedure by name, one that lives for the statement only, a system function."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace

import pyarrow as pa
from sqlglot import exp

from snowdome.catalog.model import Procedure
from snowdome.catalog.names import ObjectName
from snowdome.context import Context
from snowdome.engine import interrupts
from snowdome.errors import SnowflakeError, not_supported
from snowdome.owner_session import OwnerSession
from snowdome.python.messages import unpack
from snowdome.result import CALL, Result, arrow_type
from snowdome.session import Session
from snowdome.sql import ast
from snowdome.sql.binder import python_calls, user_functions
from snowdome.sql.binder.core import Binder
from snowdome.sql.binder.scope import Scope
from snowdome.sql.binder.user_functions import Chosen
from snowdome.sql.casts import cast
from snowdome.sql.compiler import Compiled, compile_query, run_query
from snowdome.sql.functions.refused import unknown_function
from snowdome.sql.query_parser import parse_expression
from snowdome.sql.staging import inside, object_name
from snowdome.sql.typed import Typed
from snowdome.statements import procedures
from snowdome.statements.registry import handles
from snowdome.statements.scripting import run_block
from snowdome.types import Column

MAX_DEPTH = 5  # procedures inside each other
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
    return _ready(statement.call, context, _only(made, statement, context)).columns


@handles(ast.CallAnonymous, describe=_anonymous_columns)
def call_anonymous(statement: ast.CallAnonymous, context: Context) -> Result:
    """WITH name AS PROCEDURE … CALL name(arguments)."""
    made = procedures.anonymous(statement.procedure, context)
    ready = _ready(statement.call, context, _only(made, statement, context))
    try:
        procedures.prepare(made, context)
        return run(ready, context)
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
            raise unknown_function(name.parts)
        return found

    return find


def _only(made: Procedure, statement: ast.CallAnonymous, context: Context) -> Candidates:
    """The procedure that WITH makes; 002140 if CALL names another."""
    name = object_name(statement.call.name, context)
    if name.parts != (made.name,):
        raise unknown_function(name.parts)
    return lambda binder: [made]


def _ready(statement: ast.Call, context: Context, candidates: Candidates) -> Ready:
    within = _within(statement, context)
    binder = Binder(within, statement.arguments.text)
    node = parse_expression(f"CALLED({statement.arguments.text})")
    assert isinstance(node, exp.Anonymous)
    return Ready(binder, user_functions.overload(binder, candidates(binder), node, Scope()))


# -- running --------------------------------------------------------------------------------------


def run(ready: Ready, context: Context) -> Result:
    """Evaluate the arguments and run the procedure; what it leaves open is rolled back."""
    if interrupts.depth() >= MAX_DEPTH:
        raise too_deep()
    arguments = _evaluated(ready, context)
    if (
        ready.procedure.strict
        and ready.procedure.returns is not None
        and any(a.null_count for a in arguments)
    ):
        return _scalar(ready, pa.nulls(1, arrow_type(ready.columns[0])), context)
    with interrupts.running(interrupts.Scope(), deeper=1):
        within = replace(context, session=_session(ready.procedure, context.session))
        try:
            result = _RUNNERS[ready.procedure.language](ready, arguments, within)
        finally:
            was_open = _close_transactions(context.session)
    if was_open:
        text = "Scoped transaction started in stored procedure is incomplete and it was rolled back."
        raise SnowflakeError("090232", "22000", f"Stored procedure execution error: {text}")
    return result


def _session(procedure: Procedure, caller: Session) -> Session:
    if procedure.execute_as != "OWNER":
        return caller
    return OwnerSession(caller, procedure.context, procedure.owner, procedure.language == "PYTHON")


def _close_transactions(session: Session) -> bool:
    """Roll back what the procedure that ends has left open; whether it has."""
    found = False
    while session.transaction is not None and session.transaction.depth >= interrupts.depth():
        session.rollback()
        found = True
    return found


def too_deep() -> SnowflakeError:
    """Procedures call each other too deeply."""
    text = "Stored procedure execution error: stored procedure exceeded the maximum call depth."
    return SnowflakeError("090233", "54001", text)


def _python(ready: Ready, arguments: list[pa.Array], context: Context) -> Result:
    services = context.services
    with services.inner_login(context.session) as login:
        reply = services.python.call(ready.procedure, arguments, login)
    if reply.query_id:
        return _table(ready, services.result_of(context.session, reply.query_id))
    return _scalar(ready, unpack(reply.batch)[0], context)


def _evaluated(ready: Ready, context: Context) -> list[pa.Array]:
    """The arguments, one row: in the engine layout, or as a handler's process gets them."""
    procedure, given = ready.procedure, ready.chosen.arguments
    if procedure.language == "PYTHON":
        sent = python_calls.sent(ready.binder, procedure, given)
    else:
        pairs = zip(procedure.arguments, given, strict=True)
        sent = [cast(value, wanted.type, ready.binder).sql for wanted, value in pairs]
    if not sent:
        return []
    compiled = Compiled(f"SELECT {', '.join(sent)}", (), ready.binder.tables)
    table = run_query(compiled, context).table
    return [column.combine_chunks() for column in table.columns]


def _scalar(ready: Ready, value: pa.Array, context: Context) -> Result:
    returns = ready.procedure.returns
    assert returns is not None
    if ready.procedure.not_null and value.null_count:
        raise SnowflakeError("100072", "22000", "NULL result in a non-nullable column")
    table = pa.table([value], names=["c1"])
    received = python_calls.unwired("c1", returns, ready.binder)
    if received != "c1" and returns.kind == "TIMESTAMP_LTZ":
        table = run_query(
            Compiled(f"SELECT {received} AS c1 FROM given", (), {"given": table}), context
        ).table
    return Result(ready.columns, table, CALL)


def _table(ready: Ready, found: Result) -> Result:
    """The rows under the declared names; their types must be of the declared kinds."""
    declared = ready.procedure.columns
    if not declared:
        return replace(found, statement_type=CALL, as_json=False)
    if [c.type.kind for c in found.columns] != [t.kind for _, t in declared]:
        text = "data type of returned table does not match expected returned table type"
        raise SnowflakeError("091113", "22023", f"Stored procedure execution error: {text}")
    columns = tuple(replace(c, name=name) for c, (name, _) in zip(found.columns, declared, strict=True))
    return replace(found, columns=columns, statement_type=CALL, as_json=False)


def _scripted(ready: Ready, arguments: list[pa.Array], context: Context) -> Result:
    made = ready.procedure
    values = {a.name: (v[0].as_py(), a.type) for a, v in zip(made.arguments, arguments, strict=True)}
    found = run_block(made.body, values, context, name=made.name, returns=made.returns, table=made.is_table)
    return _table(ready, found) if made.is_table else _declared(ready, found, context)


def _declared(ready: Ready, found: Result, context: Context) -> Result:
    """A block's value as the type that the procedure declares."""
    returns = ready.procedure.returns
    assert returns is not None
    value = cast(Typed("c1", found.columns[0].type), returns, ready.binder).sql
    table = found.table.rename_columns(["c1"])
    cast_table = run_query(Compiled(f"SELECT {value} AS c1 FROM given", (), {"given": table}), context).table
    if ready.procedure.not_null and cast_table.column(0).null_count:
        raise SnowflakeError("100072", "22000", "NULL result in a non-nullable column")
    return Result(ready.columns, cast_table, CALL)


Runner = Callable[[Ready, list[pa.Array], Context], Result]
_RUNNERS: dict[str, Runner] = {"PYTHON": _python, "SQL": _scripted}
