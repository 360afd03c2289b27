"""The user's SQL functions: their bodies are bound where they are called."""

from __future__ import annotations

from sqlglot import exp

from snowdome.catalog.model import Function
from snowdome.catalog.names import ObjectName, quote
from snowdome.errors import compilation_error, not_supported
from snowdome.sql.binder.core import Binder
from snowdome.sql.binder.scope import Relation, Scope
from snowdome.sql.casts import cast, coerces
from snowdome.sql.query_parser import parse_body
from snowdome.sql.typed import Typed, invalid_arguments


def scalar_call(binder: Binder, name: tuple[str, ...], node: exp.Anonymous, scope: Scope) -> Typed:
    """A call of the user's scalar function ``name``; 002140 if there is none."""
    if not candidates(binder, binder.object_name(name)):
        raise unknown_function(name)
    arguments = [binder.expression(a, scope) for a in _positional(node)]
    function = find(binder, name, arguments, table=False)
    if function.returns is None:
        raise unknown_function(name)
    with binder.inside(function.context, function.name):
        typed = binder.expression(parse_body(function.body), body_scope(binder, function, arguments))
    return cast(typed, function.returns, binder)


def table_call(
    binder: Binder, name: tuple[str, ...], node: exp.Anonymous, scope: Scope
) -> tuple[Function, Relation]:
    """A call of the user's table function: its definition and its rows."""
    if not candidates(binder, binder.object_name(name)):
        raise unknown_function(name)
    arguments = [binder.expression(a, scope) for a in _positional(node)]
    function = find(binder, name, arguments, table=True)
    with binder.inside(function.context, function.name):
        return function, binder.query(parse_body(function.body), body_scope(binder, function, arguments))


def _positional(node: exp.Anonymous) -> list[exp.Expr]:
    if any(isinstance(a, exp.Kwarg) for a in node.expressions):
        raise not_supported("named arguments of SQL functions")
    return list(node.expressions)


def find(binder: Binder, name: tuple[str, ...], arguments: list[Typed], *, table: bool) -> Function:
    """The overload that takes ``arguments``: one of equal kinds first, then one they convert to."""
    overloads = [f for f in candidates(binder, binder.object_name(name)) if f.is_table == table]
    if not overloads:
        raise unknown_function(name)
    kinds = [a.type.kind for a in arguments]
    for function in overloads:
        if [a.type.kind for a in function.arguments] == kinds:
            return function
    for function in overloads:
        if len(function.arguments) == len(arguments) and all(
            coerces(given.type, wanted.type)
            for given, wanted in zip(arguments, function.arguments, strict=True)
        ):
            return function
    raise invalid_arguments(name[-1], [a.type for a in arguments])


def candidates(binder: Binder, name: ObjectName) -> list[Function]:
    """All overloads called ``name`` that the session sees."""
    session = binder.session
    database = session.find_database(name.database or session.database or "")
    schema = session.find_schema(database.name, name.schema or session.schema or "") if database else None
    if schema is None:
        return []
    place = ("FUNCTION", schema.id)
    found = {**session.catalog.snapshot.by_place.get(place, {}), **session.temporary.by_place.get(place, {})}
    return [f for f in found.values() if isinstance(f, Function) and f.name == name.name]


def unknown_function(name: tuple[str, ...]) -> Exception:
    """002140: nothing is called that."""
    return compilation_error("002140", "42601", f"Unknown function {'.'.join(quote(p) for p in name)}")


def body_scope(binder: Binder, function: Function, arguments: list[Typed]) -> Scope:
    """The scope of a function's body: its arguments and nothing else."""
    pairs = zip(function.arguments, arguments, strict=True)
    return Scope(parameters={wanted.name: cast(value, wanted.type, binder) for wanted, value in pairs})
