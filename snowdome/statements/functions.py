"""CREATE FUNCTION: scalar, table and aggregate, in SQL and Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from snowdome.catalog.model import Argument, Entity, Function, Routine
from snowdome.context import Context
from snowdome.errors import compilation_error, not_supported
from snowdome.result import Result
from snowdome.sql import ast
from snowdome.sql.staging import given, object_name
from snowdome.sql.typenames import mapped
from snowdome.statements import ddl, function_bodies, properties, python_functions
from snowdome.statements.ddl import KINDS, Target
from snowdome.statements.granted import Changes
from snowdome.statements.properties import invalid_property, plain
from snowdome.statements.registry import handles
from snowdome.types import DataType

LEVELS = {
    name: properties.later("of a function or procedure")
    for name in ("LOG_LEVEL", "TRACE_LEVEL", "METRIC_LEVEL")
}
properties.defines("FUNCTION", **LEVELS)


@handles(ast.CreateFunction)
def create_function(statement: ast.CreateFunction, context: Context) -> Result:
    """CREATE [AGGREGATE] FUNCTION."""
    if statement.language not in ("SQL", "PYTHON"):
        raise not_supported(f"functions in {statement.language}")
    if statement.language == "SQL":
        _check_sql(statement)
    name = object_name(statement.name, context)
    arguments = declared(statement.arguments, context)
    key = ddl.function_key(name.name, tuple(a.type for a in arguments))

    def build(unit: Changes, target: Target) -> Entity:
        return _function(statement, context, unit, target, arguments)

    kind = KINDS["FUNCTION"]
    return ddl.create(context, kind, name, statement, build, statement.temporary, key)


def _check_sql(statement: ast.CreateFunction) -> None:
    if statement.aggregate:
        raise compilation_error("001003", "42000", "Aggregate functions cannot be written in SQL.")
    if statement.body is None:
        raise compilation_error("002091", "42601", "Missing function body.")


def type_of(t: DataType, context: Context) -> DataType:
    """A declared type as the session reads it: TIMESTAMP is one of three."""
    return mapped(t, str(context.session.parameter("TIMESTAMP_TYPE_MAPPING")))


def declared(arguments: Sequence[ast.ArgumentDef], context: Context) -> tuple[Argument, ...]:
    """The arguments of a function or procedure; 002025 if two have one name."""
    names = [a.name for a in arguments]
    for name in names:
        if names.count(name) > 1:
            raise compilation_error("002025", "42S21", f"duplicate column name '{name}'")
    for before, after in pairwise(arguments):
        if before.default is not None and after.default is None:
            text = f"Required argument '{after.name}' cannot follow the optional argument '{before.name}'."
            raise compilation_error("001003", "42000", text)
    return tuple(
        Argument(name=a.name, type=type_of(a.type, context), default=a.default.text if a.default else None)
        for a in arguments
    )


def check_overloads(made: Routine, context: Context) -> None:
    """000949 if a call with as many arguments might mean ``made`` or another routine of its name."""
    snapshot = context.session.temporary if made.temporary else context.catalog.snapshot
    for one in snapshot.by_place.get((made.space, made.parent), {}).values():
        if isinstance(one, Routine) and one.name == made.name and one.key != made.key and _meet(one, made):
            word = made.kind_name.upper()
            text = f"Cannot overload {word} '{made.name}' as it would cause ambiguous {word} overloading."
            raise compilation_error("000949", "42723", text)


def _meet(one: Routine, other: Routine) -> bool:
    """Whether both take the same number of arguments of the same types, their optional ones left out."""
    required = max(sum(a.default is None for a in r.arguments) for r in (one, other))
    mine, theirs = ([a.type.kind for a in r.arguments] for r in (one, other))
    counts = range(required, min(len(mine), len(theirs)) + 1)
    return any(mine[:count] == theirs[:count] for count in counts)


def _function(
    statement: ast.CreateFunction,
    context: Context,
    unit: Changes,
    target: Target,
    arguments: tuple[Argument, ...],
) -> Function:
    full = context.session.full_name(target.name)
    made = Function(
        **target.fields(unit),
        arguments=arguments,
        body=statement.body or "",
        secure=statement.secure,
        returns=type_of(statement.returns, context) if statement.returns is not None else None,
        columns=tuple((n, type_of(t, context)) for n, t in statement.columns or ()),
        context=(full.database or "", full.schema or ""),
        volatile=statement.language == "PYTHON" if statement.volatile is None else statement.volatile,
        strict=statement.strict,
        memoizable=statement.memoizable,
        not_null=statement.not_null,
        temporary=statement.temporary,
        language=statement.language,
        aggregate=statement.aggregate,
    )
    check_overloads(made, context)
    if statement.language == "SQL":
        return function_bodies.checked(_with_options(made, statement.options, context), context)
    made = python_functions.with_options(made, statement.options, context)
    python_functions.fetch_imports(made, context)
    context.services.python.pool.warm_up()
    return made


def _with_options(made: Function, options: Mapping[str, ast.Value], context: Context) -> Function:
    for name, value in options.items():
        if name != "COMMENT":
            raise invalid_property(name, "FUNCTION")
        made = replace(made, comment=plain(given(value, context)))
    return made
