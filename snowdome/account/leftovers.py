"""Engine tables and sequences that no object names any more."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from snowdome.catalog.catalog import Snapshot
from snowdome.catalog.model import Entity, Sequence, Table
from snowdome.catalog.names import always_quoted

_STORED = """
SELECT name, kind FROM (
    SELECT table_name AS name, 'TABLE' AS kind, schema_name, database_name FROM duckdb_tables()
    UNION ALL
    SELECT sequence_name, 'SEQUENCE', schema_name, database_name FROM duckdb_sequences()
)
WHERE schema_name = 'data' AND database_name = current_database()
"""


def storage_names(entities: Iterable[Entity]) -> set[str]:
    """The engine tables and sequences in which ``entities`` keep their data."""
    names: set[str] = set()
    for entity in entities:
        if isinstance(entity, Table):
            names.update(c.sequence for c in entity.columns if c.sequence)
        if isinstance(entity, (Table, Sequence)):
            names.add(entity.storage)
        if isinstance(entity, Table):
            names.add(entity.history)
    return names - {""}


def drop_orphans(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> None:
    """Drop what the temporary objects of an earlier process left behind."""
    kept = storage_names(snapshot.by_id.values())
    stored = connection.execute(_STORED).fetchall()
    _drop(connection, [(name, kind) for name, kind in stored if _qualified(name) not in kept])


def drop_storage(cursor: duckdb.DuckDBPyConnection, entities: Iterable[Entity]) -> None:
    """Drop the engine tables and sequences of ``entities``, those that are there."""
    names = storage_names(entities)
    if names:
        stored = cursor.execute(_STORED).fetchall()
        _drop(cursor, [(name, kind) for name, kind in stored if _qualified(name) in names])


def _qualified(name: str) -> str:
    """How an entity's ``storage`` names the engine's table or sequence."""
    return f"data.{always_quoted(name)}"


def _drop(cursor: duckdb.DuckDBPyConnection, stored: list[tuple[str, str]]) -> None:
    # Tables go first: their columns' defaults depend on sequences.
    for name, kind in sorted(stored, key=lambda row: row[1] != "TABLE"):
        cursor.execute(f"DROP {kind} IF EXISTS {_qualified(name)}")
