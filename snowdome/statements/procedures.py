"""CREATE PROCEDURE, and what ALTER does with one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from snowdome.catalog.model import Argument, Entity, Procedure
from snowdome.context import Context
from snowdome.errors import compilation_error, not_supported
from snowdome.python import packages
from snowdome.result import Result
from snowdome.sql import ast
from snowdome.sql.staging import given, object_name
from snowdome.statements import ddl, functions, objects, properties, python_functions
from snowdome.statements.ddl import KINDS, Target
from snowdome.statements.granted import Changes
from snowdome.statements.properties import invalid_property, plain
from snowdome.statements.registry import handles
from snowdome.statements.scripting import parse_block

SNOWPARK = "snowflake-snowpark-python"
properties.defines("PROCEDURE", **functions.LEVELS)


@handles(ast.CreateProcedure)
def create_procedure(statement: ast.CreateProcedure, context: Context) -> Result:
    """CREATE PROCEDURE."""
    _check_language(statement.language)
    name = object_name(statement.name, context)
    arguments = functions.declared(statement.arguments, context)
    key = ddl.function_key(name.name, tuple(a.type for a in arguments))

    def build(unit: Changes, target: Target) -> Entity:
        full = context.session.full_name(target.name)
        place = (full.database or "", full.schema or "")
        made = _made(statement, context, {**target.fields(unit), "context": place}, arguments)
        functions.check_overloads(made, context)
        prepare(made, context)
        return made

    return ddl.create(context, KINDS["PROCEDURE"], name, statement, build, statement.temporary, key)


def anonymous(statement: ast.CreateProcedure, context: Context) -> Procedure:
    """The procedure of WITH … AS PROCEDURE, not prepared. Without imports an equal one gets the same id,
    so that its worker serves again."""
    _check_language(statement.language)
    name = object_name(statement.name, context).name
    arguments = functions.declared(statement.arguments, context)
    text = f"{name}|{statement.body}|{statement.options}"
    new_id = -int(hashlib.sha256(text.encode()).hexdigest()[:15], 16)
    if "IMPORTS" in statement.options:
        new_id = -context.catalog.new_id()
    fields = {"id": new_id, "name": name, "owner": context.session.role or ""}
    return _made(replace(statement, execute_as="CALLER"), context, fields, arguments)


def _check_language(language: str) -> None:
    if language not in ("SQL", "PYTHON"):
        raise not_supported(f"procedures in {language}")


def _made(
    statement: ast.CreateProcedure, context: Context, fields: dict[str, Any], arguments: tuple[Argument, ...]
) -> Procedure:
    made = Procedure(
        **fields,
        arguments=arguments,
        body=statement.body or "",
        secure=statement.secure,
        returns=functions.type_of(statement.returns, context) if statement.returns is not None else None,
        columns=tuple((n, functions.type_of(t, context)) for n, t in statement.columns or ()),
        strict=statement.strict,
        not_null=statement.not_null,
        temporary=statement.temporary,
        language=statement.language,
        execute_as=statement.execute_as,
    )
    return _MAKERS[statement.language](made, statement, context)


def _python(made: Procedure, statement: ast.CreateProcedure, context: Context) -> Procedure:
    made = python_functions.with_options(made, statement.options, context)
    _check_snowpark(made)
    return made


def prepare(made: Procedure, context: Context) -> None:
    """Get what a handler needs to run."""
    if made.language == "PYTHON":
        python_functions.fetch_imports(made, context)
        context.services.python.procedures.warm_up()


def _check_snowpark(made: Procedure) -> None:
    """A procedure's session is Snowpark's, so its package must be named."""
    names = [packages.name_of(p) for p in made.options.get("PACKAGES", "").split("\n") if p]
    if SNOWPARK not in names:
        text = f"Python stored procedure must specify the {SNOWPARK} package in PACKAGES."
        raise compilation_error("391543", "42601", text)


def _scripted(made: Procedure, statement: ast.CreateProcedure, context: Context) -> Procedure:
    if statement.body is None:
        raise compilation_error("002091", "42601", "Missing procedure body.")
    parse_block(statement.body)  # refused now, not when it is called
    for name, value in statement.options.items():
        if name != "COMMENT":
            raise invalid_property(name, "PROCEDURE")
        made = replace(made, comment=plain(given(value, context)))
    return made


_MAKERS: dict[str, Callable[[Procedure, ast.CreateProcedure, Context], Procedure]] = {
    "PYTHON": _python,
    "SQL": _scripted,
}


# -- ALTER ----------------------------------------------------------------------------------------


def _rights(words: str) -> None:
    @objects.verb("PROCEDURE", f"EXECUTE AS {words}")
    def change(context: Context, entity: Procedure) -> Entity:
        return replace(entity, execute_as=words)


for _words in ("OWNER", "CALLER", "RESTRICTED CALLER"):
    _rights(_words)


@objects.verb("PROCEDURE", "SET SECURE")
def secure(context: Context, entity: Procedure) -> Entity:
    return replace(entity, secure=True)


@objects.verb("PROCEDURE", "UNSET SECURE")
def unsecure(context: Context, entity: Procedure) -> Entity:
    return replace(entity, secure=False)
