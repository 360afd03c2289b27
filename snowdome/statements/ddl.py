"""How objects are changed: kinds by their keywords, finding, creating, dropping, and their statuses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

from snowdome.catalog import changes as row_changes
from snowdome.catalog import experiments, model, online, refreshes, run_values, services, versioned
from snowdome.catalog.model import Entity, Table
from snowdome.catalog.names import ObjectName, always_quoted
from snowdome.context import Context
from snowdome.errors import SnowflakeError, compilation_error, object_exists, object_not_found
from snowdome.result import Result, status_result
from snowdome.statements import granted
from snowdome.statements.granted import Changes as Changes
from snowdome.types import DataType

E = TypeVar("E", bound=Entity)

DONE = "Statement executed successfully."
ACCOUNT = "ACCOUNT"
DATABASE = "DATABASE"
SCHEMA = "SCHEMA"


@dataclass(frozen=True)
class Kind:
    """A kind of object: its keywords, its class, and whether it is in the account, a database or a schema.

    ``created`` is what the status of its creation calls it.
    """

    word: str
    entity: type[Entity]
    level: str = SCHEMA
    created: str = ""

    @property
    def label(self) -> str:
        """How messages call the kind."""
        return self.entity.kind_name


KINDS: dict[str, Kind] = {
    k.word: k
    for k in (
        Kind("DATABASE", model.Database, ACCOUNT),
        Kind("SCHEMA", model.Schema, DATABASE),
        Kind("TABLE", model.Table),
        Kind("VIEW", model.View),
        Kind("STREAM", model.Stream),
        Kind("WAREHOUSE", model.Warehouse, ACCOUNT),
        Kind("ROLE", model.Role, ACCOUNT),
        Kind("USER", model.User, ACCOUNT),
        Kind("FILE FORMAT", model.FileFormat),
        Kind("STAGE", model.Stage, created="Stage area"),
        Kind("SEQUENCE", model.Sequence),
        Kind("TAG", model.Tag),
        Kind("DYNAMIC TABLE", model.DynamicTable),
        Kind("ONLINE FEATURE TABLE", online.OnlineFeatureTable),
        Kind("ALERT", model.Alert),
        Kind("INTEGRATION", model.NotificationIntegration, ACCOUNT),
        Kind("FUNCTION", model.Function),
        Kind("TASK", model.Task),
        Kind("MODEL", versioned.Model),
        Kind("STREAMLIT", versioned.Streamlit),
        Kind("DATASET", versioned.Dataset),
        Kind("EXPERIMENT", experiments.Experiment),
        Kind("COMPUTE POOL", services.ComputePool, ACCOUNT),
        Kind("IMAGE REPOSITORY", services.ImageRepository),
        Kind("SERVICE", services.Service),
        Kind("GATEWAY", services.Gateway),
        Kind("PROCEDURE", model.Procedure, created="Function"),
    )
}


# -- names ----------------------------------------------------------------------------------------


def function_key(name: str, arguments: tuple[DataType, ...]) -> str:
    """What tells overloads apart, as ``Function.key`` writes it."""
    return f"{name}({','.join(a.kind for a in arguments)})"


def full_name(context: Context, kind: Kind, name: ObjectName) -> ObjectName:
    """``name`` with everything that is left out filled in from the session."""
    if kind.level == ACCOUNT:
        return ObjectName((name.name,))
    if kind.level == DATABASE:
        database = context.session.require_database(name.schema)
        return ObjectName((database.name, name.name))
    return context.session.full_name(name)


def find(
    context: Context, kind: Kind, name: ObjectName, arguments: tuple[DataType, ...] | None = None
) -> Entity | None:
    """The object of that kind, temporary ones first; None if there is none or it is of another kind."""
    session = context.session
    if kind.level == ACCOUNT:
        return session.catalog.snapshot.get(kind.entity, 0, name.name)
    if kind.level == DATABASE:
        database = session.find_database(name.schema or session.database or "")
        return session.catalog.snapshot.get(kind.entity, database.id, name.name) if database else None
    key = None if arguments is None else function_key(name.name, arguments)
    found = session.find(kind.entity, name, key)
    return found if found is None or _is_a(found, kind) else None


def _is_a(entity: Entity, kind: Kind) -> bool:
    """Whether the object is of that kind; a dynamic table is no table where one is asked for."""
    if kind.entity in (Table, model.DynamicTable):
        return type(entity) is kind.entity
    return isinstance(entity, kind.entity)


def require(
    context: Context, kind: Kind, name: ObjectName, arguments: tuple[DataType, ...] | None = None
) -> Entity:
    """Like ``find``; 002003 if there is none, 002203 if the name is a relation of another kind."""
    found = find(context, kind, name, arguments)
    if found is not None:
        return found
    check_kind(context, kind, name)
    raise object_not_found(kind.label, str(full_name(context, kind, name)))


def check_kind(context: Context, kind: Kind, name: ObjectName) -> None:
    """002203 if ``name`` is a table where a view is asked for, or the other way round."""
    if issubclass(kind.entity, (model.Relation, model.Stream)):
        other = context.session.find(model.Relation, name) or context.session.find(model.Stream, name)
        if other is not None and not _is_a(other, kind):
            raise wrong_kind(other, kind)


def wrong_kind(found: Entity, kind: Kind) -> SnowflakeError:
    """002203: the name is a relation of another kind."""
    wanted = kind.word.replace(" ", "_")
    text = f"Object found is of type '{_type_word(found)}', not specified type '{wanted}'."
    return SnowflakeError("002203", "42601", f"SQL compilation error: {text}")


def _type_word(entity: Entity) -> str:
    """TABLE, VIEW, DYNAMIC_TABLE, …"""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(entity).__name__).upper()


def parent_of(context: Context, kind: Kind, name: ObjectName) -> int:
    """The id of the schema or database in which ``name`` is or would be; 0 in the account."""
    if kind.level == ACCOUNT:
        return 0
    if kind.level == DATABASE:
        return context.session.require_database(name.schema).id
    return context.session.require_schema(name)[1].id


def place_name(context: Context, entity: Entity) -> ObjectName:
    """The full name of an object that is there."""
    parts = [entity.name]
    parent = entity.parent
    while parent:
        above = context.catalog.snapshot.by_id[parent]
        parts.insert(0, above.name)
        parent = above.parent
    return ObjectName(tuple(parts))


# -- changes --------------------------------------------------------------------------------------


def commit_first(context: Context) -> None:
    """DDL ends the session's open transaction, unless the client asks otherwise."""
    if not context.keeps_transaction:
        context.session.commit()


@contextmanager
def changes(context: Context, temporary: bool) -> Iterator[Changes]:
    """A unit of work on the session's temporary objects, or on the account's."""
    if temporary:
        with context.session.temporary_unit() as private:
            yield private
    else:
        with context.catalog.unit() as shared:
            yield shared


def done() -> Result:
    """The status of most statements."""
    return status_result(DONE)


def created(kind: Kind, name: str) -> Result:
    """The status of a creation."""
    return status_result(f"{kind.created or kind.label} {name} successfully created.")


def exists_already(name: str) -> Result:
    """The status of CREATE … IF NOT EXISTS where it does."""
    return status_result(f"{name} already exists, statement succeeded.")


@dataclass(frozen=True)
class Target:
    """Where an object is being created."""

    kind: Kind
    name: ObjectName
    parent: int
    owner: str
    replaced: Entity | None = None

    def fields(self, unit: Changes) -> dict[str, Any]:
        """What every entity's constructor takes."""
        return {"id": unit.new_id(), "name": self.name.name, "parent": self.parent, "owner": self.owner}


class Creation(Protocol):
    """What CREATE statements have in common."""

    @property
    def replace(self) -> bool: ...

    @property
    def if_not_exists(self) -> bool: ...


def create(
    context: Context,
    kind: Kind,
    name: ObjectName,
    statement: Creation,
    build: Callable[[Changes, Target], Entity],
    temporary: bool = False,
    key: str | None = None,
    then: Callable[[], None] | None = None,
) -> Result:
    """Create an object: ``build`` makes it once it is known that it may be made, ``then`` follows."""
    commit_first(context)
    with changes(context, temporary) as unit:
        parent = parent_of(context, kind, name)
        before = taken(context, kind, parent, key or name.name, temporary)
        if before is not None and type(before) is not kind.entity:
            raise exists_as(before)
        if before is not None and statement.if_not_exists:
            return exists_already(name.name)
        if before is not None and not statement.replace:
            raise object_exists(str(full_name(context, kind, name)) if kind.level == DATABASE else name.name)
        target = Target(kind, name, parent, context.session.role or "", before)
        made = build(unit, target)
        keep_grants = bool(getattr(statement, "copy_grants", False))
        gone = drop_tree(context, unit, before, keep_grants) if before is not None else []
        unit.put(made)
    forget_files(context, gone)
    if then is not None:
        then()
    return created(kind, name.name)


def taken(context: Context, kind: Kind, parent: int, key: str, temporary: bool) -> Entity | None:
    """What has the key already: among the session's temporary objects, or among the account's."""
    snapshot = context.session.temporary if temporary else context.catalog.snapshot
    return snapshot.by_place.get((kind.entity.space, parent), {}).get(key)


def exists_as(found: Entity) -> SnowflakeError:
    """001998: the name is taken by a relation of another kind."""
    text = f"Object '{found.name}' already exists as {_type_word(found)}"
    return compilation_error("001998", "42710", text)


def update(context: Context, entity: Entity, changed: Entity) -> None:
    """Replace ``entity`` by ``changed``, which has the same id."""
    with changes(context, context.session.is_temporary(entity)) as unit:
        unit.put(changed)


# -- dropping -------------------------------------------------------------------------------------


def drop_tree(context: Context, unit: Changes, entity: Entity, keep_grants: bool = False) -> list[Entity]:
    """Drop ``entity`` with all that is in it and what the engine stores of it; what was dropped."""
    gone = [*_inside(context, entity), entity]
    _check_unused(context, gone)
    for one in gone:
        drop_storage(unit, one)
        if isinstance(one, model.DynamicTable):
            refreshes.forget(unit.cursor, one.id, context.catalog.clock.now())
        if isinstance(one, online.OnlineFeatureTable):
            refreshes.purge(unit.cursor, one.id)
        unit.delete(one)
    _untrack(context, unit, gone)
    if not keep_grants and not context.session.is_temporary(entity):
        granted.forget(context, unit, {(word_of(e), str(place_name(context, e))) for e in gone})
    return gone


def _check_unused(context: Context, gone: list[Entity]) -> None:
    """091400: a compute pool or model goes that a service needs which stays."""
    ids = {one.id for one in gone}
    for service in context.catalog.snapshot.all(services.Service):
        if service.id not in ids and ids & {service.model, service.pool}:
            raise in_use(
                context, context.catalog.snapshot.by_id[(ids & {service.model, service.pool}).pop()], service
            )


def in_use(context: Context, entity: Entity, service: services.Service, version: str = "") -> SnowflakeError:
    """091400: a service needs ``entity``, or that version of it."""
    what = f"{entity.kind_name} {place_name(context, entity)}{f' version {version}' if version else ''}"
    text = (
        f"{what} cannot be dropped: service {place_name(context, service)} uses it. Drop the service first."
    )
    return SnowflakeError("091400", "22000", text)


def word_of(entity: Entity) -> str:
    """The keywords of the kind of ``entity``; empty for what only belongs to others."""
    return next((word for word, kind in KINDS.items() if kind.entity is type(entity)), "")


def _inside(context: Context, entity: Entity) -> list[Entity]:
    if not isinstance(entity, (model.Database, model.Schema)):
        return []
    children = [e for e in context.catalog.snapshot.by_id.values() if e.parent == entity.id]
    return [*children, *(e for c in children for e in _inside(context, c))]


def drop_storage(unit: Changes, entity: Entity) -> None:
    """Drop the engine's table or sequence of ``entity``."""
    if isinstance(entity, Table):
        unit.sql(f"DROP TABLE {entity.storage}")
        if entity.history:
            row_changes.forget(unit.cursor, entity)
        for column in entity.columns:
            if column.sequence:
                unit.sql(f"DROP SEQUENCE {column.sequence}")
    elif isinstance(entity, model.Sequence):
        unit.sql(f"DROP SEQUENCE {entity.storage}")
    elif isinstance(entity, model.Stream):
        row_changes.remove(unit.cursor, entity.id)
    elif isinstance(entity, experiments.Experiment):
        run_values.forget(unit.cursor, [run.id for run in entity.runs])


def _untrack(context: Context, unit: Changes, gone: list[Entity]) -> None:
    """Keep no changes of tables any more whose last stream is ``gone``."""
    dropped = {e.id for e in gone}
    for base in {b for e in gone if isinstance(e, model.Stream) for b in e.bases} - dropped:
        table = context.catalog.snapshot.by_id.get(base)
        if isinstance(table, Table) and table.history and not row_changes.has_streams(unit.cursor, base):
            row_changes.stop(unit.cursor, table)
            unit.put(replace(table, history=""))


def forget_files(context: Context, gone: list[Entity]) -> None:
    """Remove the staged files of stages and tables that were dropped; end the workers of routines and models."""
    for entity in gone:
        if isinstance(entity, model.Routine):
            left = (*context.catalog.snapshot.by_id.values(), *context.session.temporary.by_id.values())
            context.services.python.forget(entity, left)
        for version in entity.all_versions if isinstance(entity, versioned.Model) else ():
            context.services.python.models.forget(version.id)
        context.services.services.forget(entity)
        if isinstance(entity, (model.Stage, Table, versioned.Versioned)):
            context.services.stages.forget(entity.id)


def storage_name(entity_id: int, name: str, suffix: str = "") -> str:
    """The engine's name for what an object stores."""
    return f"data.{always_quoted(f'{name}#{entity_id}{suffix}')}"
