"""Databases and schemas: CREATE, CLONE, managed access."""

from __future__ import annotations

from dataclasses import replace

from snowdome.catalog.model import Database, Entity, Schema
from snowdome.context import Context
from snowdome.errors import object_exists
from snowdome.result import Result
from snowdome.session import INFORMATION_SCHEMA
from snowdome.sql import ast
from snowdome.sql.staging import object_name
from snowdome.statements import cloning, ddl, properties, tags
from snowdome.statements.creation import creates
from snowdome.statements.ddl import KINDS, Target
from snowdome.statements.granted import Changes
from snowdome.statements.objects import verb

_PLACE = {
    "DATA_RETENTION_TIME_IN_DAYS": properties.parameter("retention_days", int, 1),
    "MAX_DATA_EXTENSION_TIME_IN_DAYS": properties.checked("MAX_DATA_EXTENSION_TIME_IN_DAYS"),
    "DEFAULT_DDL_COLLATION": properties.only("", "UTF8"),
    "LOG_LEVEL": properties.checked("LOG_LEVEL"),
    "TRACE_LEVEL": properties.checked("TRACE_LEVEL"),
    "METRIC_LEVEL": properties.checked("METRIC_LEVEL"),
}
properties.defines("DATABASE", **_PLACE)
properties.defines("SCHEMA", **_PLACE)


@creates("DATABASE")
def create_database(statement: ast.CreateObject, context: Context) -> Result:
    """CREATE DATABASE, which then is the current one."""
    name = object_name(statement.name, context)
    kind = KINDS["DATABASE"]
    source = cloning.source(context, kind, statement.clone)

    def build(unit: Changes, target: Target) -> Entity:
        made = Database(**target.fields(unit), transient=statement.transient)
        made = properties.applied(made, "DATABASE", statement.options, context)
        made = tags.tagged(made, statement.tags, context)
        if source is not None:
            cloning.copy_children(context, unit, source, made)
        else:
            unit.put(Schema(id=unit.new_id(), name="PUBLIC", parent=made.id, owner=made.owner))
        return made

    def then() -> None:
        context.session.database = name.name
        context.session.schema = "PUBLIC" if context.session.find_schema(name.name, "PUBLIC") else None

    return ddl.create(context, kind, name, statement, build, then=then)


@creates("SCHEMA")
def create_schema(statement: ast.CreateObject, context: Context) -> Result:
    """CREATE SCHEMA, which then is the current one."""
    name = object_name(statement.name, context)
    kind = KINDS["SCHEMA"]
    if name.name == INFORMATION_SCHEMA:
        if statement.if_not_exists:
            return ddl.exists_already(name.name)
        raise object_exists(str(ddl.full_name(context, kind, name)))
    source = cloning.source(context, kind, statement.clone)

    def build(unit: Changes, target: Target) -> Entity:
        made = Schema(
            **target.fields(unit), transient=statement.transient, managed_access=statement.managed_access
        )
        made = properties.applied(made, "SCHEMA", statement.options, context)
        made = tags.tagged(made, statement.tags, context)
        if source is not None:
            cloning.copy_children(context, unit, source, made)
        return made

    def then() -> None:
        full = ddl.full_name(context, kind, name)
        context.session.database, context.session.schema = full.schema, full.name

    return ddl.create(context, kind, name, statement, build, then=then)


@verb("SCHEMA", "ENABLE")
def enable_managed_access(context: Context, entity: Schema) -> Entity:
    return replace(entity, managed_access=True)


@verb("SCHEMA", "DISABLE")
def disable_managed_access(context: Context, entity: Schema) -> Entity:
    return replace(entity, managed_access=False)
