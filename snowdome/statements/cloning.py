"""CLONE: objects and their data, copied."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from snowdome.catalog.model import (
    Alert,
    Database,
    DynamicTable,
    Entity,
    FileFormat,
    Function,
    Procedure,
    Routine,
    Schema,
    Sequence,
    Stage,
    Stream,
    Table,
    TableColumn,
    Tag,
    Task,
    View,
)
from snowdome.catalog.numbering import next_value
from snowdome.catalog.online import OnlineFeatureTable
from snowdome.catalog.services import Gateway, ImageRepository, Service
from snowdome.catalog.versioned import Versioned
from snowdome.context import Context
from snowdome.sql import ast
from snowdome.sql.staging import object_name
from snowdome.statements import ddl, tracking
from snowdome.statements.ddl import Kind
from snowdome.statements.granted import Changes

E = TypeVar("E", bound=Entity)
Copy = Callable[[Changes, Any, Entity], Entity]


def source(context: Context, kind: Kind, name: ast.Name | None) -> Entity | None:
    """The object to clone, if one is named."""
    return None if name is None else ddl.require(context, kind, object_name(name, context))


def copy_children(context: Context, unit: Changes, source: Entity, into: Entity) -> None:
    """Copy everything in ``source``, a database or schema, into ``into``."""
    made: dict[int, Entity] = {}
    _copy_inside(context, unit, source, into, {}, made)
    for original in [e for e in context.catalog.snapshot.by_id.values() if isinstance(e, Stream)]:
        place = made.get(original.parent, into if original.parent == source.id else None)
        if place is not None:
            unit.put(tracking.copied(context, unit, original, made, place))


def _copy_inside(
    context: Context,
    unit: Changes,
    source: Entity,
    into: Entity,
    places: dict[tuple[str, str], tuple[str, str]],
    copies: dict[int, Entity],
) -> None:
    snapshot = context.catalog.snapshot
    if isinstance(source, Schema) and isinstance(into, Schema):
        before, after = snapshot.by_id[source.parent].name, _name_of(snapshot.by_id, into.parent, places)
        places = {**places, (before, source.name): (after, into.name)}
    for child in [e for e in snapshot.by_id.values() if e.parent == source.id]:
        if isinstance(child, Stage) and not child.url:
            continue  # the files of internal stages are not cloned, nor are they
        if isinstance(child, (Versioned, OnlineFeatureTable)):
            continue  # neither are apps, models and online tables
        if isinstance(child, (Service, ImageRepository, Gateway)):
            continue  # nor what runs models
        if isinstance(child, Stream):
            continue  # after the tables
        made = _moved(_COPIES.get(type(child), _plain)(unit, child, into), places)
        copies[child.id] = unit.put(made)
        if isinstance(child, Schema):
            named = {("", ""): (into.name, "")} if isinstance(into, Database) else {}
            _copy_inside(context, unit, child, made, {**places, **named}, copies)


def _name_of(
    entities: dict[int, Entity], entity_id: int, places: dict[tuple[str, str], tuple[str, str]]
) -> str:
    found = entities.get(entity_id)  # a database that is being cloned is not there yet
    return found.name if found is not None else places["", ""][0]


def _moved(entity: E, places: dict[tuple[str, str], tuple[str, str]]) -> E:
    """A view or function of a cloned schema looks its names up in the clone."""
    if isinstance(entity, (View, Routine, DynamicTable)) and entity.context in places:
        return replace(entity, context=places[entity.context])
    return entity


def _plain(unit: Changes, child: Entity, into: Entity) -> Entity:
    return replace(child, id=unit.new_id(), parent=into.id, created_on=0)


def _table(unit: Changes, child: Table, into: Entity) -> Entity:
    return copy_table(unit, child, child.name, into.id)


def _dynamic_table(unit: Changes, child: DynamicTable, into: Entity) -> Entity:
    """The clone has the rows, and is not refreshed before somebody resumes it."""
    copy = copy_table(unit, child, child.name, into.id)
    assert isinstance(copy, DynamicTable)
    return replace(copy, suspended="CLONED_AUTO_SUSPENDED")


def _alert(unit: Changes, child: Alert, into: Entity) -> Entity:
    """The clone is suspended."""
    return replace(child, id=unit.new_id(), parent=into.id, created_on=0, started=False)


def _sequence(unit: Changes, child: Sequence, into: Entity) -> Entity:
    new_id = unit.new_id()
    storage = ddl.storage_name(new_id, child.name)
    copy_sequence(unit, child.storage, storage, child.start, child.increment)
    return replace(child, id=new_id, parent=into.id, storage=storage, created_on=0)


def _task(unit: Changes, task: Task, into: Entity) -> Entity:
    """A copy of a task is suspended, and its graph has no versions yet."""
    made = replace(task, id=unit.new_id(), parent=into.id, created_on=0, started=False, version=0)
    return replace(made, fingerprint="", resumed_on=0, suspended_on=0, committed_on=0, suspended_reason=None)


_COPIES: dict[type, Copy] = {
    Table: _table,
    DynamicTable: _dynamic_table,
    Alert: _alert,
    Task: _task,
    Sequence: _sequence,
    **dict.fromkeys((Schema, View, FileFormat, Stage, Function, Procedure, Tag), _plain),
}


def copy_table(unit: Changes, table: Table, name: str, parent: int, with_rows: bool = True) -> Table:
    """A table like ``table`` in the engine, with its rows or without, and the entity for it."""
    new_id = unit.new_id()
    storage = ddl.storage_name(new_id, name)
    rows = "" if with_rows else " LIMIT 0"
    stored = ", ".join(c.storage for c in table.columns)
    unit.sql(f"CREATE TABLE {storage} AS SELECT {stored} FROM {table.storage}{rows}")
    for column in table.columns:
        if not column.nullable:
            unit.sql(f"ALTER TABLE {storage} ALTER COLUMN {column.storage} SET NOT NULL")
    columns = tuple(_column(unit, c, new_id, name, with_rows) for c in table.columns)
    return replace(
        table, id=new_id, name=name, parent=parent, storage=storage, columns=columns, created_on=0, history=""
    )


def _column(unit: Changes, column: TableColumn, new_id: int, name: str, with_rows: bool) -> TableColumn:
    if column.sequence is None or column.identity is None:
        return column
    storage = ddl.storage_name(new_id, name, f"_{column.storage}")
    if with_rows:
        copy_sequence(unit, column.sequence, storage, *column.identity)
    else:
        create_sequence(unit, storage, *column.identity)
    return replace(column, sequence=storage)


def create_sequence(unit: Changes, storage: str, start: int, step: int) -> None:
    """An engine sequence without bounds."""
    bounds = f"MINVALUE {-(2**63)} MAXVALUE {2**63 - 1}"
    unit.sql(f"CREATE SEQUENCE {storage} INCREMENT BY {step} {bounds} START {start}")


def copy_sequence(unit: Changes, storage: str, new_storage: str, start: int, step: int) -> None:
    """An engine sequence that goes on where ``storage`` is."""
    create_sequence(unit, new_storage, next_value(unit.cursor, storage, start, step), step)
