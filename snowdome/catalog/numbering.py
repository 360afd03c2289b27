"""Where the engine's sequences are."""

from __future__ import annotations

import duckdb

from snowdome.catalog.names import literal


def next_value(cursor: duckdb.DuckDBPyConnection, storage: str, start: int, step: int) -> int:
    """The value that the engine's sequence gives next, without taking it."""
    name = storage.removeprefix('data."').removesuffix('"').replace('""', '"')
    found = cursor.execute(
        "SELECT coalesce(last_value + increment_by, start_value) FROM duckdb_sequences() WHERE schema_name = 'data' "
        f"AND database_name = current_database() AND sequence_name = {literal(name)}"
    ).fetchone()
    return start if found is None else int(found[0])
