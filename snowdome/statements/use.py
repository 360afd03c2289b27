"""USE: the session's current objects."""

from __future__ import annotations

from collections.abc import Callable

from snowdome.catalog.model import Role, Schema, Warehouse
from snowdome.catalog.names import ObjectName
from snowdome.context import Context
from snowdome.errors import SnowflakeError, cannot_use
from snowdome.result import Result
from snowdome.session import INFORMATION_SCHEMA, NoCurrentPlace
from snowdome.sql import ast
from snowdome.sql.staging import object_name
from snowdome.statements import ddl
from snowdome.statements.registry import handles


@handles(ast.Use)
def use(statement: ast.Use, context: Context) -> Result:
    """USE kind name; a bare name of one part is a database, of two a schema."""
    name = object_name(statement.name, context)
    kind = statement.kind or ("DATABASE" if len(name.parts) == 1 else "SCHEMA")
    _USE[kind](context, name)
    return ddl.done()


def use_database(context: Context, name: ObjectName) -> None:
    """The schema is then PUBLIC, if there is one."""
    session = context.session
    if len(name.parts) != 1 or session.find_database(name.name) is None:
        raise cannot_use(str(name))
    session.database = name.name
    session.schema = "PUBLIC" if session.find_schema(name.name, "PUBLIC") else None


def use_schema(context: Context, name: ObjectName) -> None:
    session = context.session
    database = name.schema or session.database
    if database is None:
        raise NoCurrentPlace("database")
    found = session.find_database(database)
    if found is None:
        raise cannot_use(str(name))
    if name.name != INFORMATION_SCHEMA and session.catalog.snapshot.get(Schema, found.id, name.name) is None:
        raise cannot_use(str(name))
    session.database, session.schema = database, name.name


def use_warehouse(context: Context, name: ObjectName) -> None:
    if context.catalog.snapshot.get(Warehouse, 0, name.name) is None:
        raise cannot_use(str(name))
    context.session.warehouse = name.name


def use_role(context: Context, name: ObjectName) -> None:
    """Every user may take every role that is there."""
    if context.catalog.snapshot.get(Role, 0, name.name) is None:
        raise not_assigned(name.name)
    context.session.role = name.name


def not_assigned(role: str) -> SnowflakeError:
    """003013: the user does not have the role."""
    text = (
        f"Requested role '{role}' is not assigned to the executing user.  Specify another role to activate."
    )
    return SnowflakeError("003013", "42501", f"SQL access control error:\n{text}")


_USE: dict[str, Callable[[Context, ObjectName], None]] = {
    "DATABASE": use_database,
    "SCHEMA": use_schema,
    "WAREHOUSE": use_warehouse,
    "ROLE": use_role,
}


@handles(ast.UseSecondaryRoles)
def use_secondary_roles(statement: ast.UseSecondaryRoles, context: Context) -> Result:
    """USE SECONDARY ROLES: roles forbid nothing here, so only their names are checked."""
    for role in statement.roles:
        if role not in ("ALL", "NONE"):
            use_role_exists(context, role)
    return ddl.done()


def use_role_exists(context: Context, role: str) -> None:
    """003013 if there is no such role."""
    if context.catalog.snapshot.get(Role, 0, role) is None:
        raise not_assigned(role)
