"""INFORMATION_SCHEMA: virtual relations over the catalog.

A view is a decorated function ``f(viewer, database) -> rows``; a row is a dict by column name, and cells
that it leaves out are NULL.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import duckdb

from snowdome.catalog.catalog import Catalog, Snapshot
from snowdome.catalog.model import (
    Database,
    DynamicTable,
    Entity,
    Relation,
    Schema,
    Table,
    TableColumn,
    View,
)
from snowdome.catalog.names import always_quoted
from snowdome.types import MAX_BINARY, MAX_TEXT, NUMBER, TEXT, Column, DataType, timestamp

E = TypeVar("E", bound=Entity)
Row = dict[str, Any]

STAMP = timestamp("TIMESTAMP_LTZ", 3)
NAME = "INFORMATION_SCHEMA"


class Viewer(Protocol):
    """The session that looks: what it has of the catalog, and its temporary objects."""

    catalog: Catalog
    temporary: Snapshot
    role: str | None

    def cursor(self) -> AbstractContextManager[duckdb.DuckDBPyConnection]: ...


@dataclass(frozen=True)
class VirtualRelation:
    """Columns, and the rows that ``rows(session, database)`` makes in the engine layout."""

    columns: tuple[Column, ...]
    rows: Callable[[Any, Database], list[tuple[object, ...]]]


VIEWS: dict[str, VirtualRelation] = {}
Source = Callable[[Viewer, Database], Sequence[Row]]


def view(name: str) -> VirtualRelation | None:
    """The view called ``name`` (upper case), or None."""
    return VIEWS.get(name)


def defines(name: str, columns: str, **types: DataType) -> Callable[[Source], Source]:
    """Register the decorated function as the view ``name``; ``columns`` are text unless typed."""
    shown = tuple(Column(c, types.get(c) or _TYPES.get(c, TEXT)) for c in columns.split())

    def register(source: Source) -> Source:
        def rows(viewer: Any, database: Database) -> list[tuple[object, ...]]:
            return [tuple(row.get(c.name) for c in shown) for row in source(viewer, database)]

        VIEWS[name] = VirtualRelation(shown, rows)
        return source

    return register


_TYPES: dict[str, DataType] = {
    **dict.fromkeys(("CREATED", "LAST_ALTERED", "LAST_DDL"), STAMP),
    **dict.fromkeys(
        (
            "ROW_COUNT", "BYTES", "RETENTION_TIME", "ORDINAL_POSITION", "CHARACTER_MAXIMUM_LENGTH",
            "CHARACTER_OCTET_LENGTH", "NUMERIC_PRECISION", "NUMERIC_PRECISION_RADIX", "NUMERIC_SCALE",
            "DATETIME_PRECISION", "INTERVAL_PRECISION", "MAXIMUM_CARDINALITY", "SKIP_HEADER",
            "MAX_BATCH_ROWS",
        ),
        NUMBER,
    ),
}  # fmt: skip


# -- what a session sees --------------------------------------------------------------------------


def schemas(viewer: Viewer, database: Database) -> list[Schema]:
    """The schemas of the database, by name."""
    return viewer.catalog.snapshot.children(Schema, database.id)


def objects(viewer: Viewer, database: Database, kind: type[E]) -> Iterator[tuple[Schema, E]]:
    """The objects of ``kind`` in the database, temporary ones instead of what they shadow."""
    for schema in schemas(viewer, database):
        shared = viewer.catalog.snapshot.by_place.get((kind.space, schema.id), {})
        mine = viewer.temporary.by_place.get((kind.space, schema.id), {})
        seen = {**shared, **mine}
        for key in sorted(seen):
            entity = seen[key]
            if isinstance(entity, kind):
                yield schema, entity


def times(entity: Entity) -> Row:
    """The cells that every object has."""
    altered = entity.altered_on or entity.created_on
    return {
        "CREATED": entity.created_on,
        "LAST_ALTERED": altered,
        "LAST_DDL": altered,
        "COMMENT": entity.comment or None,
    }


def yes(flag: bool) -> str:
    """YES or NO."""
    return "YES" if flag else "NO"


# -- databases and schemas ------------------------------------------------------------------------


@defines("INFORMATION_SCHEMA_CATALOG_NAME", "CATALOG_NAME")
def catalog_name(viewer: Viewer, database: Database) -> Sequence[Row]:
    return [{"CATALOG_NAME": database.name}]


@defines(
    "DATABASES", "DATABASE_NAME DATABASE_OWNER IS_TRANSIENT COMMENT CREATED LAST_ALTERED RETENTION_TIME TYPE"
)
def databases(viewer: Viewer, database: Database) -> Sequence[Row]:
    return [
        {
            **times(d),
            "DATABASE_NAME": d.name,
            "DATABASE_OWNER": d.owner,
            "IS_TRANSIENT": yes(d.transient),
            "RETENTION_TIME": d.retention_days,
            "TYPE": "STANDARD",
        }
        for d in viewer.catalog.snapshot.children(Database, 0)
    ]


@defines(
    "SCHEMATA",
    "CATALOG_NAME SCHEMA_NAME SCHEMA_OWNER IS_TRANSIENT IS_MANAGED_ACCESS RETENTION_TIME"
    " DEFAULT_CHARACTER_SET_CATALOG DEFAULT_CHARACTER_SET_SCHEMA DEFAULT_CHARACTER_SET_NAME SQL_PATH CREATED"
    " LAST_ALTERED COMMENT",
)
def schemata(viewer: Viewer, database: Database) -> Sequence[Row]:
    own = {
        "CATALOG_NAME": database.name,
        "SCHEMA_NAME": NAME,
        "IS_TRANSIENT": "NO",
        "IS_MANAGED_ACCESS": "NO",
        "RETENTION_TIME": database.retention_days,
        "CREATED": database.created_on,
        "LAST_ALTERED": database.created_on,
        "COMMENT": "Views describing the contents of schemas in this database",
    }
    return [own, *(_schema(database, s) for s in schemas(viewer, database))]


def _schema(database: Database, schema: Schema) -> Row:
    return {
        **times(schema),
        "CATALOG_NAME": database.name,
        "SCHEMA_NAME": schema.name,
        "SCHEMA_OWNER": schema.owner,
        "IS_TRANSIENT": yes(schema.transient),
        "IS_MANAGED_ACCESS": yes(schema.managed_access),
        "RETENTION_TIME": schema.retention_days,
    }


# -- tables, views, columns -----------------------------------------------------------------------


@defines(
    "TABLES",
    "TABLE_CATALOG TABLE_SCHEMA TABLE_NAME TABLE_OWNER TABLE_TYPE IS_TRANSIENT CLUSTERING_KEY ROW_COUNT BYTES"
    " RETENTION_TIME SELF_REFERENCING_COLUMN_NAME REFERENCE_GENERATION USER_DEFINED_TYPE_CATALOG"
    " USER_DEFINED_TYPE_SCHEMA USER_DEFINED_TYPE_NAME IS_INSERTABLE_INTO IS_TYPED COMMIT_ACTION CREATED"
    " LAST_ALTERED LAST_DDL LAST_DDL_BY AUTO_CLUSTERING_ON COMMENT IS_TEMPORARY IS_ICEBERG IS_DYNAMIC"
    " IS_IMMUTABLE IS_HYBRID",
)
def tables(viewer: Viewer, database: Database) -> Sequence[Row]:
    found = list(objects(viewer, database, Relation))
    counts = row_counts(viewer, [r for _, r in found])
    own = [_own_view(database, name) for name in sorted(VIEWS)]
    there = [(s, r) for s, r in found if r.id in counts or not isinstance(r, Table)]
    return [*own, *(_relation(database, s, r, counts) for s, r in there)]


def _own_view(database: Database, name: str) -> Row:
    return {
        "TABLE_CATALOG": database.name,
        "TABLE_SCHEMA": NAME,
        "TABLE_NAME": name,
        "TABLE_TYPE": "VIEW",
        "IS_TRANSIENT": "NO",
        "IS_INSERTABLE_INTO": "NO",
        "IS_TYPED": "YES",
        "CREATED": database.created_on,
        "LAST_ALTERED": database.created_on,
    }


def _relation(database: Database, schema: Schema, relation: Relation, counts: dict[int, int]) -> Row:
    row = {
        **times(relation),
        "TABLE_CATALOG": database.name,
        "TABLE_SCHEMA": schema.name,
        "TABLE_NAME": relation.name,
        "TABLE_OWNER": relation.owner,
        "TABLE_TYPE": "VIEW",
        "IS_INSERTABLE_INTO": "NO",
        "IS_TRANSIENT": "NO",
        "IS_TYPED": "YES",
        "IS_TEMPORARY": yes(isinstance(relation, View) and relation.temporary),
        **dict.fromkeys(("IS_ICEBERG", "IS_DYNAMIC", "IS_IMMUTABLE", "IS_HYBRID"), "NO"),
    }
    return {**row, **_table(relation, counts[relation.id])} if isinstance(relation, Table) else row


def _table(table: Table, rows: int) -> Row:
    temporary = table.persistence == "TEMPORARY"
    return {
        "TABLE_TYPE": "TEMPORARY TABLE" if temporary else "BASE TABLE",
        "IS_TRANSIENT": yes(table.persistence == "TRANSIENT"),
        "CLUSTERING_KEY": table.cluster_by or None,
        "ROW_COUNT": rows,
        "BYTES": table_bytes(table, rows),
        "RETENTION_TIME": table.retention_days,
        "IS_INSERTABLE_INTO": "YES",
        "AUTO_CLUSTERING_ON": yes(bool(table.cluster_by) and not table.clustering_suspended),
        "IS_TEMPORARY": yes(temporary),
        "IS_DYNAMIC": yes(isinstance(table, DynamicTable)),
    }


def row_counts(viewer: Viewer, found: Sequence[Relation]) -> dict[int, int]:
    """How many rows each table has, by id, as the session sees them; none of what is dropped meanwhile."""
    tables = [t for t in found if isinstance(t, Table)]
    with viewer.cursor() as cursor:
        while tables:
            selects = ", ".join(f"(SELECT count(*) FROM {t.storage})" for t in tables)
            try:
                counts = cursor.execute(f"SELECT {selects}").fetchone() or ()
            except duckdb.CatalogException:
                before, tables = len(tables), _still_there(cursor, tables)
                if len(tables) == before:
                    raise
            else:
                return {t.id: int(n) for t, n in zip(tables, counts, strict=True)}
    return {}


def _still_there(cursor: duckdb.DuckDBPyConnection, tables: list[Table]) -> list[Table]:
    names = cursor.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'data'").fetchall()
    storages = {f"data.{always_quoted(name)}" for (name,) in names}
    return [t for t in tables if t.storage in storages]


def table_bytes(table: Table, rows: int) -> int:
    """An estimate of the table's size: eight bytes a cell, in whole blocks of 512."""
    return -(-rows * len(table.columns) * 8 // 512) * 512


@defines(
    "VIEWS",
    "TABLE_CATALOG TABLE_SCHEMA TABLE_NAME TABLE_OWNER VIEW_DEFINITION CHECK_OPTION IS_UPDATABLE"
    " INSERTABLE_INTO IS_SECURE CREATED LAST_ALTERED LAST_DDL LAST_DDL_BY COMMENT",
)
def views(viewer: Viewer, database: Database) -> Sequence[Row]:
    return [
        {
            **times(v),
            "TABLE_CATALOG": database.name,
            "TABLE_SCHEMA": schema.name,
            "TABLE_NAME": v.name,
            "TABLE_OWNER": v.owner,
            "VIEW_DEFINITION": v.text,
            "CHECK_OPTION": "NONE",
            "IS_UPDATABLE": "NO",
            "INSERTABLE_INTO": "NO",
            "IS_SECURE": yes(v.secure),
        }
        for schema, v in objects(viewer, database, View)
    ]


@defines(
    "COLUMNS",
    "TABLE_CATALOG TABLE_SCHEMA TABLE_NAME COLUMN_NAME ORDINAL_POSITION COLUMN_DEFAULT IS_NULLABLE DATA_TYPE"
    " CHARACTER_MAXIMUM_LENGTH CHARACTER_OCTET_LENGTH NUMERIC_PRECISION NUMERIC_PRECISION_RADIX NUMERIC_SCALE"
    " DATETIME_PRECISION INTERVAL_TYPE INTERVAL_PRECISION CHARACTER_SET_CATALOG CHARACTER_SET_SCHEMA"
    " CHARACTER_SET_NAME COLLATION_CATALOG COLLATION_SCHEMA COLLATION_NAME DOMAIN_CATALOG DOMAIN_SCHEMA"
    " DOMAIN_NAME UDT_CATALOG UDT_SCHEMA UDT_NAME SCOPE_CATALOG SCOPE_SCHEMA SCOPE_NAME MAXIMUM_CARDINALITY"
    " DTD_IDENTIFIER IS_SELF_REFERENCING IS_IDENTITY IDENTITY_GENERATION IDENTITY_START IDENTITY_INCREMENT"
    " IDENTITY_MAXIMUM IDENTITY_MINIMUM IDENTITY_CYCLE IDENTITY_ORDERED SCHEMA_EVOLUTION_RECORD COMMENT",
)
def columns(viewer: Viewer, database: Database) -> Sequence[Row]:
    own = [
        _column(database, NAME, name, i, TableColumn(name=c.name, type=c.type))
        for name in sorted(VIEWS)
        for i, c in enumerate(VIEWS[name].columns, 1)
    ]
    return [
        *own,
        *(
            _column(database, schema.name, relation.name, i, c)
            for schema, relation in objects(viewer, database, Relation)
            for i, c in enumerate(relation.columns, 1)
        ),
    ]


def _column(database: Database, schema: str, relation: str, position: int, column: TableColumn) -> Row:
    identity = column.identity or (None, None)
    return {
        **type_cells(column.type),
        "TABLE_CATALOG": database.name,
        "TABLE_SCHEMA": schema,
        "TABLE_NAME": relation,
        "COLUMN_NAME": column.name,
        "ORDINAL_POSITION": position,
        "COLUMN_DEFAULT": column.default,
        "IS_NULLABLE": yes(column.nullable),
        "COLLATION_NAME": column.collation,
        "DTD_IDENTIFIER": str(position),
        "IS_SELF_REFERENCING": "NO",
        "IS_IDENTITY": yes(column.identity is not None),
        "IDENTITY_START": None if identity[0] is None else str(identity[0]),
        "IDENTITY_INCREMENT": None if identity[1] is None else str(identity[1]),
        "IDENTITY_GENERATION": "BY DEFAULT" if column.identity else None,
        "IDENTITY_CYCLE": "NO" if column.identity else None,
        "IDENTITY_ORDERED": yes(column.ordered) if column.identity else None,
        "COMMENT": column.comment,
    }


DATA_TYPES = {"FIXED": "NUMBER", "REAL": "FLOAT", "NULL": "TEXT"}


def type_cells(t: DataType) -> Row:
    """A type in the cells that describe one."""
    row: Row = {"DATA_TYPE": DATA_TYPES.get(t.kind, t.kind)}
    if t.kind == "FIXED":
        row |= {"NUMERIC_PRECISION": t.p, "NUMERIC_PRECISION_RADIX": 10, "NUMERIC_SCALE": t.s}
    elif t.kind in ("TEXT", "NULL"):
        length = MAX_TEXT if t.length is None else t.length
        row |= {"CHARACTER_MAXIMUM_LENGTH": length, "CHARACTER_OCTET_LENGTH": min(length * 4, MAX_TEXT * 8)}
    elif t.kind == "BINARY":
        length = MAX_BINARY if t.length is None else t.length
        row |= {"CHARACTER_MAXIMUM_LENGTH": length, "CHARACTER_OCTET_LENGTH": length}
    elif t.kind == "TIME" or t.is_timestamp:
        row |= {"DATETIME_PRECISION": 9 if t.scale is None else t.scale}
    return row


# The views of the other families register themselves too.
for _family in ("objects", "roles", "loads"):
    importlib.import_module(f"snowdome.catalog.information_{_family}")
