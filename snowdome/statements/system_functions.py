"""What SYSTEM$ functions do: the table that ``Environment.perform`` looks into when a statement runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from snowdome.context import Context
from snowdome.engine import interrupts
from snowdome.errors import compilation_error, not_supported
from snowdome.result import Result
from snowdome.sql import ast
from snowdome.sql.compiler import Compiled, compile_query, run_query
from snowdome.statements import sending
from snowdome.statements.registry import handles
from snowdome.types import Column

Action = Callable[[Context, Sequence[object]], "str | None"]

_UNITS = {
    "DAYS": 86400.0, "HOURS": 3600.0, "MINUTES": 60.0, "SECONDS": 1.0, "MILLISECONDS": 1e-3,
}  # fmt: skip
_LOOK = 0.05  # seconds between two looks at a cancellation


def cancel_query(context: Context, arguments: Sequence[object]) -> str:
    """Stop a running query."""
    query_id = str(arguments[0])
    if context.services.cancel(query_id):
        return f"query [{query_id}] terminated."
    return "Identified SQL statement is not currently executing."


def cancel_all_queries(context: Context, arguments: Sequence[object]) -> str:
    """Stop what runs in a session, but for this statement."""
    count = context.services.cancel_session(_session_id(arguments[0]), sparing=context.query_id)
    return f"{count} cancelled."


def abort_session(context: Context, arguments: Sequence[object]) -> str:
    """End a session."""
    session_id = _session_id(arguments[0])
    if not context.services.end_session(session_id):
        raise compilation_error("001007", "22023", f"invalid value [{session_id}] for parameter 'session id'")
    return f"session [{session_id}] terminated."


def _session_id(value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        text = f"invalid value [{value}] for parameter 'session id'"
        raise compilation_error("001007", "22023", text) from None


def wait(context: Context, arguments: Sequence[object]) -> str:
    """Wait for an amount of a unit, seconds by default; a cancelled statement stops waiting."""
    amount = float(str(arguments[0]))
    unit = str(arguments[1]).upper() if len(arguments) > 1 else "SECONDS"
    if unit not in _UNITS:
        raise compilation_error("001007", "22023", f"invalid value [{unit}] for parameter 'time unit'")
    end = time.monotonic() + amount * _UNITS[unit]
    while (left := end - time.monotonic()) > 0:
        interrupts.check()
        time.sleep(min(left, _LOOK))
    return f"waited {arguments[0]} {unit.lower()}"


SYSTEM_ACTIONS: dict[str, Action] = {
    "SYSTEM$CANCEL_QUERY": cancel_query,
    "SYSTEM$CANCEL_ALL_QUERIES": cancel_all_queries,
    "SYSTEM$ABORT_SESSION": abort_session,
    "SYSTEM$WAIT": wait,
    "SYSTEM$SEND_EMAIL": sending.send_email,
    "SYSTEM$SEND_SNOWFLAKE_NOTIFICATION": sending.send_notification,
}


def acts(name: str) -> Callable[[Action], Action]:
    """Register what the function ``name`` does; its signature is in ``sql.functions``."""

    def register(action: Action) -> Action:
        SYSTEM_ACTIONS[name] = action
        return action

    return register


def _as_query(statement: ast.Call, context: Context) -> Compiled:
    """``CALL SYSTEM$F(…)`` is the query of the function; other procedures are not known."""
    name = ".".join(statement.name.parts)
    if not name.startswith("SYSTEM$"):
        raise not_supported(f"CALL {name}")
    return compile_query(f'SELECT {name}({statement.arguments.text}) AS "{name}"', context)


def _columns(statement: ast.Call, context: Context) -> tuple[Column, ...]:
    return _as_query(statement, context).columns


@handles(ast.Call, describe=_columns)
def call(statement: ast.Call, context: Context) -> Result:
    """CALL of a SYSTEM$ function: one row with its answer."""
    return run_query(_as_query(statement, context), context)
