"""What SHOW statements share: scopes, patterns, columns, and the registry of listings.

A listing is a decorated function ``f(show, context) -> rows``; the modifiers LIKE, STARTS WITH, LIMIT and
TERSE are applied here, as far as the listing obeys them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from snowdome.catalog.information_schema import VIEWS, VirtualRelation
from snowdome.catalog.model import Database, Entity, Relation, Schema, TableColumn, View
from snowdome.catalog.names import ObjectName
from snowdome.context import Context
from snowdome.errors import SnowflakeError, compilation_error, not_supported, object_not_found
from snowdome.result import SHOW, Result, rows_result
from snowdome.session import INFORMATION_SCHEMA, NoCurrentPlace
from snowdome.sql import ast
from snowdome.sql.staging import object_name
from snowdome.statements.registry import handles
from snowdome.types import TEXT, Column, DataType, fixed, timestamp

Row = dict[str, Any]
Lister = Callable[[ast.Show, Context], Sequence[Row]]

STAMP = timestamp("TIMESTAMP_LTZ", 3)
NUMBER = fixed(38, 0)
_AS_RESOURCE = (Column("As Resource", TEXT),)
TERSE = ("created_on", "name", "kind", "database_name", "schema_name")

_TYPES: dict[str, DataType] = {
    **dict.fromkeys(
        ("created_on", "resumed_on", "updated_on", "dropped_on", "last_committed_on", "last_suspended_on",
         "started_on", "last_success_login", "expires_at_time", "locked_until_time", "stale_after",
         "transaction_started_on", "acquired_on", "data_timestamp"), STAMP),
    **dict.fromkeys(
        ("rows", "bytes", "next_value", "interval", "min_num_arguments", "max_num_arguments", "key_sequence",
         "min_cluster_count", "max_cluster_count", "started_clusters", "running", "queued", "auto_suspend",
         "actives", "pendings", "failed", "suspended", "assigned_to_users", "granted_to_roles",
         "granted_roles",
         "session_id", "session", "scope", "id", "transaction", "search_optimization_bytes",
         "query_acceleration_max_scale_factor"), NUMBER),
}  # fmt: skip


@dataclass(frozen=True)
class Listing:
    """A kind of listing: its columns in order, and which modifiers act on it.

    ``terse`` are TERSE's columns, empty where TERSE changes nothing. ``name`` is the column that LIKE,
    STARTS WITH and FROM look at.
    """

    lister: Lister
    columns: tuple[Column, ...]
    terse: tuple[str, ...] = ()
    starts_with: bool = False
    limit: bool = False
    name: str = "name"


LISTINGS: dict[str, Listing] = {}


def columns(names: str, **types: DataType) -> tuple[Column, ...]:
    """Columns by their names, separated by blanks; types by name, text where there is none."""
    return tuple(Column(n, types.get(n) or _TYPES.get(n, TEXT)) for n in names.split())


def lists(
    kind: str, names: str | tuple[Column, ...], *, terse: str = "", starts_with: bool = False,
    limit: bool = False, name: str = "name", **types: DataType,
) -> Callable[[Lister], Lister]:  # fmt: skip
    """Register the decorated function for SHOW ``kind``."""
    shown = columns(names, **types) if isinstance(names, str) else names

    def register(lister: Lister) -> Lister:
        LISTINGS[kind] = Listing(lister, shown, tuple(terse.split()), starts_with, limit, name)
        return lister

    return register


def _columns(show: ast.Show, context: Context) -> tuple[Column, ...]:
    if show.as_resource:
        return _AS_RESOURCE
    listing = LISTINGS[show.kind]
    if show.terse and listing.terse:
        return tuple(Column(n, _TYPES.get(n, TEXT)) for n in listing.terse)
    return listing.columns


@handles(ast.Show, describe=_columns)
def show(statement: ast.Show, context: Context) -> Result:
    """SHOW kind."""
    if statement.as_resource:
        return _as_resources(statement, context)
    listing = LISTINGS[statement.kind]
    if statement.limit is not None and statement.limit <= 0:
        raise compilation_error("001003", "42000", "LIMIT must be greater than 0.")
    rows = [r for r in listing.lister(statement, context) if matches(r[listing.name], statement.like)]
    if listing.starts_with and statement.starts_with is not None:
        rows = [r for r in rows if str(r[listing.name]).startswith(statement.starts_with)]
    if listing.limit and statement.limit is not None:
        rows = [r for r in rows if statement.after is None or str(r[listing.name]) > statement.after]
        rows = rows[: statement.limit]
    shown = _columns(statement, context)
    return rows_result(shown, [cells(row, shown) for row in rows], SHOW)


def _as_resources(statement: ast.Show, context: Context) -> Result:
    """SHOW AS RESOURCE kind: one column of JSON."""
    resources = context.services.resources
    if resources is None or statement.kind not in resources:
        raise not_supported(f"SHOW AS RESOURCE {statement.kind}")
    shown = show(replace(statement, as_resource=False), context)
    found = resources.answers(context.session, statement.kind, shown)
    return rows_result(_AS_RESOURCE, [(json.dumps(one, ensure_ascii=False),) for one in found], SHOW)


def cells(row: Row, shown: tuple[Column, ...]) -> tuple[Any, ...]:
    """The row's cells in order; times to the millisecond, as their columns have them."""
    return tuple(whole(row.get(c.name)) if c.type == STAMP else row.get(c.name) for c in shown)


def whole(nanoseconds: int | None) -> int | None:
    """The time in whole milliseconds."""
    return None if nanoseconds is None else nanoseconds - nanoseconds % 1_000_000


def matches(text: object, pattern: str | None) -> bool:
    """Whether SHOW's LIKE pattern, which knows no case, matches the whole text."""
    if pattern is None:
        return True
    return re.fullmatch(_regex(pattern), str(text), re.I | re.S) is not None


def _regex(pattern: str) -> str:
    parts = re.findall(r"\\.|%|_|[^\\%_]+|\\", pattern, re.S)
    return "".join(
        _WILD[p] if p in _WILD else re.escape(p[1:] if p[0] == "\\" and len(p) > 1 else p) for p in parts
    )


_WILD = {"%": ".*", "_": "."}


# -- scopes ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """A schema with its database: where a listed object is."""

    database: Database
    schema: Schema


def places(show: ast.Show, context: Context) -> list[Place]:
    """The schemas a SHOW looks into, by database and name.

    Without IN: the current schema, else the current database, else the whole account.
    """
    scope = show.scope
    if scope is None:
        return _default_places(context)
    if scope.kind == "ACCOUNT":
        return [p for d in _databases(context) for p in schemas_of(context, d)]
    if scope.kind == "DATABASE":
        return schemas_of(context, _scoped_database(scope, context))
    if scope.kind in ("SCHEMA", "TABLE", "VIEW", ""):
        return _scoped_schema(scope, context)
    assert scope.name is not None
    raise _unknown_scope(scope.kind, object_name(scope.name, context))


def _unknown_scope(kind: str, name: ObjectName) -> SnowflakeError:
    if kind == "CLASS":
        text = f"SQL compilation error: Object type or Class '{name}' does not exist or not authorized."
        return SnowflakeError("002003", "02000", text)
    return object_not_found(kind.capitalize(), str(name))


def _default_places(context: Context) -> list[Place]:
    session = context.session
    if session.database is None:
        return [p for d in _databases(context) for p in schemas_of(context, d)]
    database = session.require_database(None)
    if session.schema is None:
        return schemas_of(context, database)
    if session.schema == INFORMATION_SCHEMA:
        return [information_place(database)]
    found = session.find_schema(database.name, session.schema)
    return [Place(database, found)] if found else []


def _databases(context: Context) -> list[Database]:
    return context.catalog.snapshot.children(Database, 0)


def schemas_of(context: Context, database: Database) -> list[Place]:
    """All schemas of a database, by name."""
    found = [Place(database, s) for s in context.catalog.snapshot.children(Schema, database.id)]
    return sorted([*found, information_place(database)], key=lambda p: p.schema.name)


def information_place(database: Database) -> Place:
    """The INFORMATION_SCHEMA of a database: nobody's, and no entity of the catalog."""
    schema = Schema(
        id=0, name=INFORMATION_SCHEMA, parent=database.id, owner="", created_on=database.created_on,
        retention_days=database.retention_days,
        comment="Views describing the contents of schemas in this database",
    )  # fmt: skip
    return Place(database, schema)


def _scoped_database(scope: ast.Scope, context: Context) -> Database:
    name = object_name(scope.name, context) if scope.name is not None else None
    return context.session.require_database(name.name if name else None)


def _scoped_schema(scope: ast.Scope, context: Context) -> list[Place]:
    session = context.session
    if scope.name is None:
        if session.schema is None:
            raise NoCurrentPlace("schema")
        return _default_places(context)
    name = object_name(scope.name, context)
    database = session.require_database(name.schema)
    if name.name == INFORMATION_SCHEMA:
        return [information_place(database)]
    found = session.find_schema(database.name, name.name)
    if found is None:
        raise object_not_found("Schema", str(ObjectName((database.name, name.name))))
    return [Place(database, found)]


def objects(show: ast.Show, context: Context, kind: type[Entity]) -> list[tuple[Place, Entity]]:
    """The objects of ``kind`` in scope, the session's temporary ones in front of what they shadow."""
    return [(place, e) for place in places(show, context) for e in in_schema(context, place.schema, kind)]


def in_schema(context: Context, schema: Schema, kind: type[Entity]) -> list[Entity]:
    """The objects of ``kind`` in a schema as the session sees them, by name."""
    if schema.name == INFORMATION_SCHEMA:
        return [e for e in _information_views(schema) if isinstance(e, kind)]
    mine = context.session.temporary.by_place.get((kind.space, schema.id), {})
    shared = context.catalog.snapshot.by_place.get((kind.space, schema.id), {})
    seen = {**shared, **mine}
    return sorted((e for e in seen.values() if isinstance(e, kind)), key=lambda e: e.key)


def _information_views(schema: Schema) -> list[View]:
    return [
        View(id=0, name=name, parent=schema.id, owner="", created_on=schema.created_on, columns=_of(relation))
        for name, relation in sorted(VIEWS.items())
    ]


def _of(relation: VirtualRelation) -> tuple[TableColumn, ...]:
    return tuple(TableColumn(name=c.name, type=c.type, nullable=c.nullable) for c in relation.columns)


def relation_named(context: Context, name: ObjectName) -> tuple[Place, Relation] | None:
    """The table or view called ``name``, which may be one of INFORMATION_SCHEMA, and where it is."""
    session = context.session
    if (name.schema or session.schema) == INFORMATION_SCHEMA:
        place = information_place(session.require_database(name.database))
        return next(((place, v) for v in _information_views(place.schema) if v.name == name.name), None)
    found = session.find(Relation, name)
    return (Place(*session.require_schema(name)), found) if found is not None else None


def common(place: Place, entity: Entity) -> Row:
    """The cells that every object in a schema has."""
    return {
        "created_on": entity.created_on, "name": entity.name, "database_name": place.database.name,
        "schema_name": place.schema.name, "catalog_name": place.database.name, "owner": entity.owner,
        "comment": entity.comment, "owner_role_type": "ROLE" if entity.owner else "",
    }  # fmt: skip


def yes(flag: bool) -> str:
    """Y or N."""
    return "Y" if flag else "N"


def true(flag: bool) -> str:
    """true or false."""
    return "true" if flag else "false"


def on(flag: bool) -> str:
    """ON or OFF."""
    return "ON" if flag else "OFF"
