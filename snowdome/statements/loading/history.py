"""The load history: which files were loaded into which table, so that COPY loads none twice.

It is the engine's table ``catalog.loads`` and changes in the transaction of the load. Entries count for
64 days, by the account's clock.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from snowdome.stages.location import Location
from snowdome.stages.storage import StagedFile

RETENTION = 64 * 86_400 * 10**9  # nanoseconds


@dataclass(frozen=True)
class Outcome:
    """What became of one file: COPY's result row, in its order."""

    file: str
    status: str
    parsed: int
    loaded: int
    limit: int | None
    errors: int
    first_error: str | None = None
    line: int | None = None
    character: int | None = None
    column: str | None = None

    def row(self) -> tuple[str | int | None, ...]:
        return (
            self.file, self.status, self.parsed, self.loaded, self.limit, self.errors,
            self.first_error, self.line, self.character, self.column,
        )  # fmt: skip


def loaded_before(
    table_id: int, place: Location, now: int, cursor: duckdb.DuckDBPyConnection
) -> set[tuple[str, int, int]]:
    """Name, size and time of the location's files that were loaded into the table and still count at ``now``,
    nanoseconds UTC."""
    since = now - RETENTION
    rows = cursor.execute(
        "SELECT file, size, modified FROM catalog.loads WHERE table_id = ? AND area = ? AND loaded_on >= ?"
        " AND status <> 'LOAD_FAILED'",
        [table_id, place.area.key, since],
    ).fetchall()
    return {(str(name), int(size), int(modified)) for name, size, modified in rows}


def remember(
    table_id: int,
    place: Location,
    done: list[tuple[StagedFile, Outcome]],
    query_id: str,
    now: int,
    cursor: duckdb.DuckDBPyConnection,
) -> None:
    """Add entries for what was done with files at ``now``, nanoseconds UTC."""
    rows = [
        [
            table_id, place.area.key, file.name, outcome.file, file.size, file.modified, now,
            *outcome.row()[1:], place.text, query_id,
        ]
        for file, outcome in done
    ]  # fmt: skip
    if rows:
        cursor.executemany(f"INSERT INTO catalog.loads VALUES ({', '.join('?' * len(rows[0]))})", rows)


def forget(table_id: int, cursor: duckdb.DuckDBPyConnection) -> None:
    """Let the table's files be loaded again, as TRUNCATE does; that they were loaded is still told."""
    cursor.execute("UPDATE catalog.loads SET area = NULL WHERE table_id = ?", [table_id])
