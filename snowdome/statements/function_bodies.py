"""The body of a function in SQL must compile where the function is made, with arguments of its types."""

from __future__ import annotations

from collections.abc import Sequence

from snowdome.catalog.model import Function
from snowdome.context import Context
from snowdome.errors import SnowflakeError, compilation_error
from snowdome.sql.binder.core import Binder
from snowdome.sql.binder.user_functions import Chosen, body_scope
from snowdome.sql.query_parser import parse_body
from snowdome.sql.typed import Typed
from snowdome.types import Column, DataType, engine_type


def checked(function: Function, context: Context) -> Function:
    """``function``, after its body was bound; 090207 if that gives another kind than RETURNS says."""
    binder = Binder(context, function.body)
    arguments = [Typed(f"CAST(NULL AS {engine_type(a.type)})", a.type, True) for a in function.arguments]
    scope = body_scope(binder, Chosen(function, arguments))
    with binder.inside(function.context, function.name):
        if function.is_table:
            _check_columns(function, binder.query(parse_body(function.body), scope).columns)
        elif function.returns is not None:
            _check(function.returns, binder.expression(parse_body(function.body), scope).type)
    return function


def _check_columns(function: Function, found: Sequence[Column]) -> None:
    if len(found) != len(function.columns):
        text = f"Number of columns: {len(found)} does not match {len(function.columns)}, as RETURNS declares."
        raise compilation_error("002023", "22000", text)
    for (name, wanted), column in zip(function.columns, found, strict=True):
        _check(wanted, column.type, f" for column '{name}'")


def _check(wanted: DataType, found: DataType, where: str = "") -> None:
    """A NULL is of every kind; lengths and digits do not matter."""
    if found.kind not in (wanted.kind, "NULL"):
        text = f"Declared return type '{wanted}'{where} is incompatible with actual return type '{found}'"
        raise SnowflakeError("090207", "42601", text)
