"""The tags of an object as Snowflake looks them up: its own, and those of what it is in."""

from __future__ import annotations

from dataclasses import dataclass

from snowdome.catalog.model import (
    Alert,
    Database,
    Entity,
    FileFormat,
    NotificationIntegration,
    Relation,
    Role,
    Schema,
    Sequence,
    Stage,
    Stream,
    Tag,
    Task,
    User,
    View,
    Warehouse,
)
from snowdome.catalog.names import ObjectName
from snowdome.catalog.versioned import Dataset, Model
from snowdome.errors import SnowflakeError, compilation_error, not_supported, object_not_found
from snowdome.session import Session
from snowdome.sql.names import parse_name

_IN_SCHEMA: dict[str, type[Entity]] = {
    "TABLE": Relation, "VIEW": View, "STAGE": Stage, "SEQUENCE": Sequence, "FILE FORMAT": FileFormat, "TAG": Tag,
    "MODULE": Model, "MODEL": Model, "TASK": Task, "STREAM": Stream, "ALERT": Alert,
    "DATASET": Dataset,
}  # fmt: skip
_IN_ACCOUNT: dict[str, type[Entity]] = {
    "DATABASE": Database, "WAREHOUSE": Warehouse, "ROLE": Role, "USER": User,
    "INTEGRATION": NotificationIntegration,
}  # fmt: skip
_LATER = ("FUNCTION", "PROCEDURE", "PIPE", "SHARE", "ACCOUNT")


@dataclass(frozen=True)
class Reference:
    """A tag with its value, set on the object itself or on what it is in; ``level`` is the domain of that."""

    tag: Tag
    value: str
    level: str
    inherited: bool


@dataclass(frozen=True)
class Tagged:
    """An object (or a column of one) that tags are asked of; ``place`` is the path from the database on."""

    domain: str
    entity: Entity
    place: tuple[Entity, ...]
    column: str | None = None
    column_tags: tuple[tuple[str, str], ...] = ()


def tagged(session: Session, name: str, domain: str) -> Tagged:
    """The object called ``name`` in ``domain``; 002003 if there is none."""
    word = domain.upper()
    parts = ObjectName(tuple(p or "PUBLIC" for p in parse_name(name)[:3])) if word != "COLUMN" else None
    if parts is None:
        return _column(session, name)
    if word in _LATER:
        raise not_supported(f"tags of domain {word}")
    entity = _entity(session, parts, word)
    if entity is None:
        raise object_not_found(_label(word), str(parts))
    return Tagged("TABLE" if word == "VIEW" else word, entity, _place(session, entity))


def _label(word: str) -> str:
    if word == "TABLE":
        return "Table"
    return Schema.kind_name if word == "SCHEMA" else (_IN_SCHEMA.get(word) or _IN_ACCOUNT[word]).kind_name


def _entity(session: Session, name: ObjectName, word: str) -> Entity | None:
    if word in _IN_SCHEMA:
        return session.find(_IN_SCHEMA[word], name)
    if word == "SCHEMA":
        return session.find_schema(name.schema or session.database or "", name.name)
    if word in _IN_ACCOUNT:
        return session.catalog.snapshot.get(_IN_ACCOUNT[word], 0, name.name)
    raise invalid_domain(word)


def invalid_domain(word: str) -> SnowflakeError:
    """001007: no such domain."""
    return compilation_error("001007", "22023", f"invalid value [{word}] for parameter 'object_domain'")


def _column(session: Session, name: str) -> Tagged:
    """``db.schema.table.column``"""
    table, _, column = name.rpartition(".")
    wanted = parse_name(column)[-1]
    entity = session.find(Relation, ObjectName(parse_name(table))) if table else None
    found = [c for c in entity.columns if c.name == wanted] if entity is not None else []
    if entity is None or not found:
        raise object_not_found("Object", name)
    tags = tuple(found[0].tags.items())
    return Tagged("COLUMN", entity, _place(session, entity), wanted, tags)


def columns(of: Tagged) -> list[Tagged]:
    """The columns of a table or view."""
    found = of.entity.columns if isinstance(of.entity, Relation) else ()
    return [Tagged("COLUMN", of.entity, of.place, c.name, tuple(c.tags.items())) for c in found]


def _place(session: Session, entity: Entity) -> tuple[Entity, ...]:
    found: list[Entity] = []
    parent = entity.parent
    while parent:
        above = session.catalog.snapshot.by_id[parent]
        found.insert(0, above)
        parent = above.parent
    return tuple(found)


def references(session: Session, of: Tagged) -> list[Reference]:
    """The tags that apply, the nearest of each, by the tag's name."""
    levels: list[tuple[str, dict[str, str]]] = [("COLUMN", dict(of.column_tags))] if of.column else []
    levels.append(("TABLE" if of.column else of.domain, of.entity.tags))
    levels += [(above.space, above.tags) for above in reversed(of.place)]
    found: dict[str, Reference] = {}
    for number, (level, tags) in enumerate(levels):
        for tag_id, value in tags.items():
            tag = session.catalog.snapshot.by_id.get(int(tag_id))
            if isinstance(tag, Tag) and tag_id not in found:
                found[tag_id] = Reference(tag, value, level, number > 0)
    return sorted(found.values(), key=lambda r: r.tag.name)


@dataclass(frozen=True)
class Use:
    """Where a tag is set, with what value: on ``entity`` of ``domain``, or on a column of it."""

    entity: Entity
    domain: str
    value: str
    column: str | None = None


def uses(session: Session, tag: Tag) -> list[Use]:
    """Everything that carries ``tag`` itself, as the session sees it, by name."""
    key = str(tag.id)
    seen = [*session.catalog.snapshot.by_id.values(), *session.temporary.by_id.values()]
    found = [Use(e, domain_of(e), e.tags[key]) for e in seen if key in e.tags]
    for entity in seen:
        for column in getattr(entity, "columns", ()):
            if key in getattr(column, "tags", {}):
                found.append(Use(entity, "COLUMN", column.tags[key], column.name))
    return sorted(found, key=lambda use: (use.domain, use.entity.name, use.column or ""))


def domain_of(entity: Entity) -> str:
    """What tags call the kind of object: every kind of table or view is a TABLE, a model is a MODULE."""
    if isinstance(entity, Relation):
        return "TABLE"
    return "MODULE" if isinstance(entity, Model) else entity.kind_name.upper()


def place_of(session: Session, tag: Tag) -> tuple[str, str]:
    """The names of the database and the schema that hold ``tag``."""
    database, schema = _place(session, tag)
    return database.name, schema.name
