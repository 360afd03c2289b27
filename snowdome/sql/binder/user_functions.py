"""The user's functions: SQL bodies are bound where they are called, Python ones go to a worker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlglot import exp

from snowdome.catalog.model import Function, Routine
from snowdome.catalog.names import ObjectName
from snowdome.sql.binder import python_calls
from snowdome.sql.binder.core import Binder, fold
from snowdome.sql.binder.scope import Relation, Scope
from snowdome.sql.casts import cast, coerces
from snowdome.sql.functions.refused import unknown_function
from snowdome.sql.query_parser import parse_body, parse_expression
from snowdome.sql.typed import Typed, invalid_arguments

R = TypeVar("R", bound=Routine)


@dataclass(frozen=True)
class Chosen(Generic[R]):
    """The overload that a call means, with an argument for each of its parameters."""

    function: R
    arguments: list[Typed]


def scalar_call(binder: Binder, name: tuple[str, ...], node: exp.Anonymous, scope: Scope) -> Typed:
    """A call of the user's scalar function ``name``; 002140 if there is none."""
    chosen = choose(binder, name, node, scope, table=False)
    function = chosen.function
    if function.returns is None:
        raise unknown_function(name)
    if function.language == "PYTHON":
        return python_calls.scalar(binder, function, chosen.arguments, node.find(exp.Column) is None)
    with binder.inside(function.context, function.name):
        typed = binder.expression(parse_body(function.body), body_scope(binder, chosen))
    return cast(typed, function.returns, binder)


def aggregate_call(
    binder: Binder, name: tuple[str, ...], node: exp.Anonymous, scope: Scope, condition: str
) -> Typed:
    """A call of the user's aggregate function over the rows that ``condition``, a FILTER clause, leaves."""
    distinct = node.expressions[0] if node.expressions else None
    if isinstance(distinct, exp.Distinct):
        node = exp.Anonymous(this=node.this, expressions=distinct.expressions)
    chosen = choose(binder, name, node, scope, table=False)
    word = "DISTINCT " if isinstance(distinct, exp.Distinct) else ""
    return python_calls.aggregate(binder, chosen.function, chosen.arguments, word, condition)


def is_aggregate(binder: Binder, name: tuple[str, ...]) -> bool:
    """Whether ``name`` is a user's aggregate function."""
    return any(f.aggregate for f in candidates(binder, Function, binder.object_name(name)))


def table_rows(binder: Binder, function: Function, arguments: list[Typed]) -> Relation:
    """The rows of an SQL table function."""
    with binder.inside(function.context, function.name):
        return binder.query(parse_body(function.body), body_scope(binder, Chosen(function, arguments)))


def choose(
    binder: Binder, name: tuple[str, ...], node: exp.Anonymous, scope: Scope, *, table: bool
) -> Chosen[Function]:
    """The overload that takes the call's arguments: one of equal kinds first, then one they convert to."""
    overloads = [f for f in candidates(binder, Function, binder.object_name(name)) if f.is_table == table]
    if not overloads:
        raise unknown_function(name)
    return overload(binder, overloads, node, scope)


def overload(binder: Binder, overloads: list[R], node: exp.Anonymous, scope: Scope) -> Chosen[R]:
    """The one of ``overloads`` that takes the call's arguments; 001044 if none does."""
    plain = [binder.expression(a, scope) for a in node.expressions if not isinstance(a, exp.Kwarg)]
    named = {
        fold(a.this): binder.expression(a.expression, scope)
        for a in node.expressions
        if isinstance(a, exp.Kwarg)
    }
    given_twice = len(plain) + len(named) < len(node.expressions)
    fitting = [(f, given) for f in overloads if (given := _matched(binder, f, plain, named)) is not None]
    fitting.sort(key=lambda pair: [a.type.kind for a in pair[1]] != [a.type.kind for a in pair[0].arguments])
    if not fitting or given_twice:
        raise invalid_arguments(overloads[0].name, [a.type for a in (*plain, *named.values())])
    return Chosen(*fitting[0])


def _matched(
    binder: Binder, function: Routine, plain: list[Typed], named: dict[str, Typed]
) -> list[Typed] | None:
    """An argument for each parameter, defaults filled in; None if the call does not fit."""
    names = [a.name for a in function.arguments]
    if len(plain) > len(names) or set(named) - set(names[len(plain) :]):
        return None
    given = list(plain)
    for parameter in function.arguments[len(plain) :]:
        if parameter.name in named:
            given.append(named[parameter.name])
        elif parameter.default is not None:
            given.append(binder.expression(parse_expression(parameter.default), Scope()))
        else:
            return None
    fits = all(coerces(g.type, w.type) for g, w in zip(given, function.arguments, strict=True))
    return given if fits else None


def candidates(binder: Binder, kind: type[R], name: ObjectName) -> list[R]:
    """All overloads called ``name`` that the session sees."""
    session = binder.session
    database = session.find_database(name.database or session.database or "")
    schema = session.find_schema(database.name, name.schema or session.schema or "") if database else None
    if schema is None:
        return []
    place = (kind.space, schema.id)
    found = {**session.catalog.snapshot.by_place.get(place, {}), **session.temporary.by_place.get(place, {})}
    return [f for f in found.values() if isinstance(f, kind) and f.name == name.name]


def body_scope(binder: Binder, chosen: Chosen[Function]) -> Scope:
    """The scope of a function's body: its arguments and nothing else."""
    pairs = zip(chosen.function.arguments, chosen.arguments, strict=True)
    return Scope(parameters={wanted.name: cast(value, wanted.type, binder) for wanted, value in pairs})
