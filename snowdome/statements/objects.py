"""ALTER and DROP of every kind that has nothing of its own to say about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from snowdome.catalog.model import Database, Entity, Function, View
from snowdome.catalog.names import ObjectName
from snowdome.context import Context
from snowdome.errors import SnowflakeError, not_supported, object_exists
from snowdome.result import Result, status_result
from snowdome.sql import ast
from snowdome.sql.staging import object_name
from snowdome.statements import ddl, granted, properties
from snowdome.statements.ddl import KINDS, Kind
from snowdome.statements.registry import handles

A = TypeVar("A")
Handler = Callable[[Context, Kind, Any, Any], None]
ACTIONS: dict[tuple[str, type], Handler] = {}
VERBS: dict[tuple[str, str], Callable[[Context, Any], Entity]] = {}


def action(kind: str, what: type) -> Callable[[Handler], Handler]:
    """Register what ALTER does with this action on that kind: ``f(context, kind, entity, action)``."""

    def register(function: Handler) -> Handler:
        ACTIONS[kind, what] = function
        return function

    return register


def verb(
    kind: str, words: str
) -> Callable[[Callable[[Context, Any], Entity]], Callable[[Context, Any], Entity]]:
    """Register what an action of words only makes of the object: ``f(context, entity) -> entity``."""

    def register(function: Callable[[Context, Any], Entity]) -> Callable[[Context, Any], Entity]:
        VERBS[kind, words] = function
        return function

    return register


@handles(ast.AlterObject)
def alter(statement: ast.AlterObject, context: Context) -> Result:
    """ALTER kind name action."""
    kind = KINDS[statement.kind]
    name = _altered_name(statement, context)
    ddl.commit_first(context)
    if statement.if_exists and ddl.find(context, kind, name, statement.arguments) is None:
        ddl.check_kind(context, kind, name)
        return ddl.done()
    entity = ddl.require(context, kind, name, statement.arguments)
    handler = ACTIONS.get((kind.word, type(statement.action))) or _GENERIC[type(statement.action)]
    handler(context, kind, entity, statement.action)
    return ddl.done()


def _altered_name(statement: ast.AlterObject, context: Context) -> ObjectName:
    if statement.name is not None:
        return object_name(statement.name, context)
    if context.session.warehouse is None:
        raise no_warehouse()
    return ObjectName((context.session.warehouse,))


def no_warehouse() -> SnowflakeError:
    """000606: the statement needs a current warehouse and there is none."""
    text = (
        "No active warehouse selected in the current session.  "
        "Select an active warehouse with the 'use warehouse' command."
    )
    return SnowflakeError("000606", "57P03", text)


def _rename(context: Context, kind: Kind, entity: Entity, what: ast.Rename) -> None:
    rename(context, kind, entity, object_name(what.to, context))


def rename(context: Context, kind: Kind, entity: Entity, to: ObjectName) -> None:
    """Give ``entity`` another name, perhaps in another place."""
    temporary = context.session.is_temporary(entity)
    with ddl.changes(context, temporary) as unit:
        parent = ddl.parent_of(context, kind, to)
        moved = replace(entity, name=to.name, parent=parent)
        if ddl.taken(context, kind, parent, moved.key, temporary) is not None:
            raise object_exists(to.name)
        unit.put(moved)
        if not temporary:
            before = str(ddl.place_name(context, entity))
            granted.rename(context, unit, kind.word, {before: str(ddl.full_name(context, kind, to))})
    _follow(context, kind, entity, to)


def _follow(context: Context, kind: Kind, entity: Entity, to: ObjectName) -> None:
    """The session stays where it was when that gets another name."""
    session = context.session
    for attribute in ("database", "schema", "warehouse", "role"):
        if attribute.upper() == kind.word and getattr(session, attribute) == entity.name:
            setattr(session, attribute, to.name)


def _set(context: Context, kind: Kind, entity: Entity, what: ast.SetOptions) -> None:
    ddl.update(context, entity, properties.applied(entity, kind.word, what.options, context))


def _unset(context: Context, kind: Kind, entity: Entity, what: ast.UnsetOptions) -> None:
    ddl.update(context, entity, properties.cleared(entity, kind.word, what.names))


def _swap(context: Context, kind: Kind, entity: Entity, what: ast.SwapWith) -> None:
    swap(context, kind, entity, ddl.require(context, kind, object_name(what.name, context)))


def swap(context: Context, kind: Kind, one: Entity, other: Entity) -> None:
    """Exchange the names, and places, of two objects."""
    temporary = context.session.is_temporary(one)
    if temporary != context.session.is_temporary(other):
        raise not_supported("SWAP WITH of a temporary and another table")
    with ddl.changes(context, temporary) as unit:
        unit.put(replace(one, name=other.name, parent=other.parent))
        unit.put(replace(other, name=one.name, parent=one.parent))
        if not temporary:
            names = [str(ddl.place_name(context, each)) for each in (one, other)]
            granted.rename(context, unit, kind.word, dict(zip(names, reversed(names), strict=True)))


def _verb(context: Context, kind: Kind, entity: Entity, what: ast.Verb) -> None:
    ddl.update(context, entity, VERBS[kind.word, what.words](context, entity))


_GENERIC: dict[type, Handler] = {
    ast.Rename: _rename,
    ast.SetOptions: _set,
    ast.UnsetOptions: _unset,
    ast.SwapWith: _swap,
    ast.Verb: _verb,
}


# -- DROP -----------------------------------------------------------------------------------------


@handles(ast.Drop)
def drop(statement: ast.Drop, context: Context) -> Result:
    """DROP kind name."""
    kind = KINDS[statement.kind]
    name = object_name(statement.name, context)
    ddl.commit_first(context)
    entity = ddl.find(context, kind, name, statement.arguments)
    if entity is None and statement.if_exists:
        ddl.check_kind(context, kind, name)
        return status_result(f"Drop statement executed successfully ({name.name} already dropped).")
    entity = ddl.require(context, kind, name, statement.arguments)
    check_system(entity)
    with ddl.changes(context, context.session.is_temporary(entity)) as unit:
        gone = ddl.drop_tree(context, unit, entity)
    ddl.forget_files(context, gone)
    _leave(context, kind, entity)
    return status_result(f"{entity.name} successfully dropped.")


def check_system(entity: Entity) -> None:
    """003001: what the account itself needs cannot be dropped."""
    if getattr(entity, "system", False) or (isinstance(entity, Database) and entity.name == "SNOWFLAKE"):
        text = "SQL access control error:\nInsufficient privileges to operate on "
        raise SnowflakeError("003001", "42501", f"{text}{entity.kind_name.lower()} '{entity.name}'")


def _leave(context: Context, kind: Kind, entity: Entity) -> None:
    """The session leaves what was dropped: a schema for PUBLIC, anything else for nothing."""
    session = context.session
    if kind.word == "DATABASE" and session.database == entity.name:
        session.database = session.schema = None
    elif kind.word == "SCHEMA" and session.schema == entity.name:
        database = session.find_database(session.database or "")
        if database is not None and database.id == entity.parent:
            session.schema = "PUBLIC" if session.find_schema(database.name, "PUBLIC") else None
    elif kind.word == "WAREHOUSE" and session.warehouse == entity.name:
        session.warehouse = None


@verb("FUNCTION", "SET SECURE")
def secure_function(context: Context, entity: Function) -> Entity:
    return replace(entity, secure=True)


@verb("FUNCTION", "UNSET SECURE")
def open_function(context: Context, entity: Function) -> Entity:
    return replace(entity, secure=False)


@verb("VIEW", "SET SECURE")
def secure_view(context: Context, entity: View) -> Entity:
    return replace(entity, secure=True)


@verb("VIEW", "UNSET SECURE")
def open_view(context: Context, entity: View) -> Entity:
    return replace(entity, secure=False)
