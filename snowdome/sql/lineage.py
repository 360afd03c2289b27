"""Lineage: which object was made from which, as far as the catalog says it.

Edges come from decorated functions; each knows one kind of object and what it was made from.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from snowdome.catalog.experiments import Experiment
from snowdome.catalog.model import DynamicTable, Entity, Relation, Tag, View
from snowdome.catalog.names import ObjectName, quote
from snowdome.catalog.versioned import VERSIONED, Dataset, Model, Version, Versioned
from snowdome.errors import SnowflakeError
from snowdome.session import Session
from snowdome.sql.names import parse_name
from snowdome.sql.query_parser import parse_tree

FEATURE_VIEW_TAG = "SNOWML_FEATURE_STORE_OBJECT"  # the client's: what carries it is a feature view
_DOMAINS: dict[type[Entity], str] = {Model: "MODULE"}


@dataclass(frozen=True)
class Node:
    """An object, or one version of an object that has versions."""

    entity: Entity
    version: Version | None = None

    @property
    def id(self) -> int:
        return self.version.id if self.version is not None else self.entity.id

    @property
    def shown_name(self) -> str:
        """The name as clients read it: those of versions as they are, but for runs, which are identifiers."""
        if self.version is None or isinstance(self.entity, Experiment):
            return quote((self.version or self.entity).name)
        return self.version.name

    @property
    def domain(self) -> str:
        """What Snowflake calls the kind of object in lineage."""
        if isinstance(self.entity, Relation):
            return "TABLE"
        return _DOMAINS.get(type(self.entity), type(self.entity).__name__.upper())


Edge = tuple[Node, Node]  # what was read, what was made of it
Finder = Callable[[Session], Iterable[Edge]]
FINDERS: list[Finder] = []


def edges_of(function: Finder) -> Finder:
    """Register the decorated function: it gives edges between objects of the catalog."""
    FINDERS.append(function)
    return function


def edges(session: Session) -> Iterator[Edge]:
    """All edges that are known."""
    seen = set()
    for finder in FINDERS:
        for source, target in finder(session):
            if (source.id, target.id) not in seen:
                seen.add((source.id, target.id))
                yield source, target


def read_by(session: Session, query: str, place: tuple[str, str]) -> list[Node]:
    """The relations that a query names; ``place`` fills in names that are not full."""
    try:
        tree = parse_tree(query)
    except SnowflakeError:
        return []
    common = {cte.alias.upper() for cte in tree.find_all(exp.CTE)}
    found = []
    for table in tree.find_all(exp.Table):
        parts = tuple(_folded(p) for p in table.parts if isinstance(p, exp.Identifier))
        if not parts or (len(parts) == 1 and parts[0] in common):
            continue
        name = ObjectName(
            (*place[: max(3 - len(parts), 0)], *parts) if len(parts) != 2 else (place[0], *parts)
        )
        entity = session.find(Relation, name)
        if entity is not None and not session.is_temporary(entity):
            found.append(Node(entity))
    return found


def _folded(part: exp.Identifier) -> str:
    return str(part.this) if part.args.get("quoted") else str(part.this).upper()


@edges_of
def definitions(session: Session) -> Iterator[Edge]:
    """Views and dynamic tables are made from what their queries name."""
    for entity in list(session.catalog.snapshot.by_id.values()):
        if isinstance(entity, (View, DynamicTable)):
            for source in read_by(session, entity.query, entity.context):
                yield source, Node(entity)


@edges_of
def model_sources(session: Session) -> Iterator[Edge]:
    """Versions of models are made from the queries and versions that the client found behind their data."""
    for model in session.catalog.snapshot.all(Model):
        schema = session.catalog.snapshot.by_id[model.parent]
        place = (session.catalog.snapshot.by_id[schema.parent].name, schema.name)
        for version in model.committed:
            for source in json.loads(version.sources):
                for node in _source(session, source, place):
                    yield node, Node(model, version)


@edges_of
def dataset_queries(session: Session) -> Iterator[Edge]:
    """Versions of datasets are made from what their queries name."""
    for dataset in session.catalog.snapshot.all(Dataset):
        for version in dataset.versions:
            for source in read_by(session, version.query, version.context):
                yield source, Node(dataset, version)


def _source(session: Session, source: dict[str, Any], place: tuple[str, str]) -> list[Node]:
    kind, name = str(source.get("type", "")).upper(), str(source.get("entity", ""))
    if kind == "QUERY":
        return read_by(session, name, place)
    versioned = VERSIONED.get(kind.lower())
    entity = session.find(versioned, ObjectName(parse_name(name))) if versioned is not None and name else None
    if not isinstance(entity, Versioned):
        return []
    version = entity.version(str(source.get("version", "")))
    return [Node(entity, version)] if version is not None else []


# -- finding and showing --------------------------------------------------------------------------


def find(session: Session, domain: str, name: str, parent: str | None) -> Node | None:
    """The node called ``name`` in ``domain``: a version's name where ``parent`` is the object's."""
    for one in _kinds(domain):
        if parent is None:
            entity = session.find(one, ObjectName(parse_name(name)))
            if entity is not None:
                return Node(entity)
        else:
            entity = session.find(one, ObjectName(parse_name(parent)))
            version = entity.version(name) if isinstance(entity, Versioned) else None
            if entity is not None and version is not None:
                return Node(entity, version)
    return None


def by_id(session: Session, number: int) -> Node | None:
    """The node with that id, an object's or a version's."""
    entity = session.catalog.snapshot.by_id.get(number)
    if entity is not None:
        return Node(entity)
    for kind in set(VERSIONED.values()):
        for owner in session.catalog.snapshot.all(kind):
            for version in owner.all_versions:
                if version.id == number:
                    return Node(owner, version)
    return None


def _kinds(domain: str) -> list[type[Entity]]:
    if domain in ("TABLE", "VIEW"):
        return [Relation]
    return [kind for kind in VERSIONED.values() if _DOMAINS.get(kind, kind.__name__.upper()) == domain]


def shown(session: Session, node: Node) -> dict[str, Any]:
    """The node as Snowflake's answer has it; its time in milliseconds."""
    schema = session.catalog.snapshot.by_id[node.entity.parent]
    database = session.catalog.snapshot.by_id[schema.parent]
    created = node.version.created_on if node.version is not None else node.entity.created_on
    found = {
        "domain": node.domain, "userDomain": _user_domain(session, node), "refinedDomain": _refined(node),
        "name": node.shown_name,
        "db": quote(database.name), "schema": quote(schema.name), "status": "ACTIVE",
        "createdOn": created // 1_000_000, "id": str(node.id), "properties": {},
    }  # fmt: skip
    if node.version is not None:
        found["properties"] = {"parentName": quote(node.entity.name), "parentId": str(node.entity.id)}
    return found


def _user_domain(session: Session, node: Node) -> str:
    if node.domain == "MODULE":
        return "MODEL"
    tags = (session.catalog.snapshot.by_id.get(int(t)) for t in node.entity.tags)
    is_feature_view = any(isinstance(t, Tag) and t.name == FEATURE_VIEW_TAG for t in tags)
    return "FEATURE_VIEW" if is_feature_view and "$" in node.entity.name else node.domain


def _refined(node: Node) -> str:
    if isinstance(node.entity, DynamicTable):
        return "DYNAMIC_TABLE"
    return "VIEW" if isinstance(node.entity, View) else node.domain
