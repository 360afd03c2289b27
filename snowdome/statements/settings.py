"""Session and account parameters, session variables."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from snowdome.catalog import parameters
from snowdome.catalog.model import Account
from snowdome.context import Context
from snowdome.errors import compilation_error, not_supported
from snowdome.result import Result
from snowdome.session import SessionValue
from snowdome.sql import ast
from snowdome.sql.compiler import bind_expression, compile_query, run_query
from snowdome.sql.staging import given
from snowdome.statements import ddl
from snowdome.statements.fragments import in_place, shifted
from snowdome.statements.properties import plain
from snowdome.statements.registry import handles

_LONGEST_VARIABLE = 256  # characters


@handles(ast.AlterParameters)
def alter_parameters(statement: ast.AlterParameters, context: Context) -> Result:
    """ALTER SESSION or ALTER ACCOUNT."""
    values = {name: _coerced(name, value, context) for name, value in statement.settings.items()}
    for name in statement.unset:
        if name not in parameters.PARAMETERS:
            parameters.coerce(name, "")  # unknown ones are refused
    if statement.level == "ACCOUNT":
        _alter_account(context, values, statement.unset)
    else:
        _alter_session(context, values, statement.unset)
    return ddl.done()


def _coerced(name: str, value: ast.Value, context: Context) -> object:
    return parameters.coerce(name, _plain(given(value, context)))


def _plain(value: Any) -> object:
    return value if isinstance(value, (bool, int)) else plain(value)


def _alter_session(context: Context, values: dict[str, object], unset: tuple[str, ...]) -> None:
    session = context.session
    if ("AUTOCOMMIT" in values or "AUTOCOMMIT" in unset) and session.transaction is not None:
        session.commit()
    session.parameters.update(values)
    for name in unset:
        session.parameters.pop(name, None)


def _alter_account(context: Context, values: dict[str, object], unset: tuple[str, ...]) -> None:
    with context.catalog.unit() as unit:
        found = context.catalog.snapshot.get(Account, 0, ACCOUNT_KEY)
        account = found or Account(id=unit.new_id(), name=ACCOUNT_KEY)
        kept = {k: v for k, v in account.parameters.items() if k not in unset}
        texts = {name: str(value) for name, value in values.items()}
        unit.put(replace(account, parameters={**kept, **texts}))


ACCOUNT_KEY = "ACCOUNT"


# -- variables ------------------------------------------------------------------------------------


@handles(ast.SetVariables)
def set_variables(statement: ast.SetVariables, context: Context) -> Result:
    """SET name = expression, also with a subquery."""
    if len(statement.names) != len(statement.values):
        text = "Assignment to multiple variables must have as many values as variables."
        raise compilation_error("000984", "42601", text)
    for fragment in statement.values:  # for errors at their places
        bind_expression(in_place(statement, fragment), shifted(context, fragment))
    values = [_value(fragment, context) for fragment in statement.values]
    for name, value in zip(statement.names, values, strict=True):
        if isinstance(value, str) and len(value) > _LONGEST_VARIABLE:
            text = (
                f"Assignment to '{name}' not done because value exceeds size limit for variables. "
                f"Its size is {len(value)}; the limit is {_LONGEST_VARIABLE}"
                " (internal storage size in bytes)."
            )
            raise compilation_error("001086", "22000", text)
        _set(context, name, value)
    return ddl.done()


def _set(context: Context, name: str, value: object) -> None:
    now = context.catalog.clock.now()
    first, _ = context.session.variable_times.get(name, (now, now))
    context.session.variables[name] = value
    context.session.variable_times[name] = (first, now)


def _value(fragment: ast.Fragment, context: Context) -> object:
    """The value of an expression: Python's where that tells its type."""
    text = f"SELECT v, v::VARCHAR FROM (SELECT {fragment.text} AS v)"
    result = run_query(compile_query(text, shifted(context, fragment)), context)
    value, shown = (column[0].as_py() for column in result.table.columns)
    kind = result.columns[0].type
    if kind.kind == "FIXED" and isinstance(value, Decimal):
        return value if kind.s else int(value)
    if value is None or kind.kind in ("FIXED", "REAL", "TEXT", "BOOLEAN", "BINARY", "NULL"):
        return value
    if kind.kind in ("DATE", "TIME") or kind.is_timestamp:
        return SessionValue(value, kind, shown)
    raise not_supported(f"session variables of type {kind}")


@handles(ast.UnsetVariables)
def unset_variables(statement: ast.UnsetVariables, context: Context) -> Result:
    """UNSET: a variable that is not there changes nothing."""
    for name in statement.names:
        context.session.variables.pop(name, None)
        context.session.variable_times.pop(name, None)
    return ddl.done()
