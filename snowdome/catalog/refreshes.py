"""What the engine keeps of dynamic tables besides their rows: the state of their refreshing, the history of
refreshes, and how they were defined when."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass, field, fields, replace
from typing import Any

import duckdb

DDL = """
CREATE TABLE IF NOT EXISTS catalog.refresh_states (
  table_id BIGINT, data_timestamp BIGINT, failures BIGINT, fingerprint VARCHAR, attempted BIGINT
);
CREATE TABLE IF NOT EXISTS catalog.refreshes (
  table_id BIGINT, name VARCHAR, schema_name VARCHAR, database_name VARCHAR, state VARCHAR, state_code VARCHAR,
  state_message VARCHAR, query_id VARCHAR, data_timestamp BIGINT, started BIGINT, ended BIGINT,
  completion_target BIGINT, dependency VARCHAR, statistics VARCHAR, action VARCHAR, cause VARCHAR,
  lag_seconds BIGINT, valid_from BIGINT
);
CREATE TABLE IF NOT EXISTS catalog.graph_versions (
  table_id BIGINT, name VARCHAR, schema_name VARCHAR, database_name VARCHAR, inputs VARCHAR, lag_type VARCHAR,
  lag_seconds BIGINT, query VARCHAR, valid_from BIGINT, valid_to BIGINT, scheduling VARCHAR, causes VARCHAR
);
"""

KEPT = 7 * 86_400 * 1_000_000_000  # nanoseconds that history is kept

SUCCEEDED = "SUCCEEDED"
FAILED = "FAILED"
UPSTREAM_FAILED = "UPSTREAM_FAILED"
CANCELLED = "CANCELLED"

NO_DATA = "NO_DATA"
FULL = "FULL"
INCREMENTAL = "INCREMENTAL"
REINITIALIZE = "REINITIALIZE"


@dataclass(frozen=True)
class State:
    """How far a dynamic table's refreshing is: the moment whose data it has (ns UTC, 0 before the first
    refresh), scheduled failures in a row, what its sources were like then, and when it was last tried."""

    table_id: int
    data_timestamp: int = 0
    failures: int = 0
    fingerprint: str = ""
    attempted: int = 0


@dataclass(frozen=True)
class Refresh:
    """One row of the history; times are nanoseconds UTC, ``dependency`` and ``statistics`` JSON."""

    table_id: int
    name: str
    schema_name: str
    database_name: str
    state: str
    state_code: str | None
    state_message: str | None
    query_id: str
    data_timestamp: int
    started: int
    ended: int
    completion_target: int | None
    dependency: str | None
    statistics: str | None
    action: str | None
    cause: str
    lag_seconds: int | None
    valid_from: int | None


@dataclass(frozen=True)
class GraphVersion:
    """How a dynamic table was defined between two moments (ns UTC; ``valid_to`` is None for now);
    ``inputs``, ``scheduling`` and ``causes`` are JSON."""

    table_id: int
    name: str
    schema_name: str
    database_name: str
    inputs: str
    lag_type: str
    lag_seconds: int | None
    query: str
    valid_from: int
    valid_to: int | None
    scheduling: str
    causes: str


@dataclass(frozen=True)
class Counts:
    """What a refresh changed, in rows; ``copied`` ones stayed."""

    inserted: int = 0
    deleted: int = 0
    copied: int = 0
    extra: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> str:
        """STATISTICS of the history; a table is one partition here."""
        changed = bool(self.inserted or self.deleted)
        return json.dumps(
            {
                "numInsertedRows": self.inserted, "numDeletedRows": self.deleted,
                "numCopiedRows": self.copied if changed else 0,
                "numAddedPartitions": int(changed and bool(self.inserted or self.copied)),
                "numRemovedPartitions": int(changed and bool(self.deleted or self.copied)),
            },
            separators=(",", ":"),
        )  # fmt: skip


# -- states ---------------------------------------------------------------------------------------


def states(cursor: duckdb.DuckDBPyConnection) -> dict[int, State]:
    """All states, by table."""
    rows = cursor.execute("SELECT * FROM catalog.refresh_states").fetchall()
    return {row[0]: State(*row) for row in rows}


def state(cursor: duckdb.DuckDBPyConnection, table_id: int) -> State:
    """One table's state."""
    query = "SELECT * FROM catalog.refresh_states WHERE table_id = ?"
    row = cursor.execute(query, [table_id]).fetchone()
    return State(*row) if row else State(table_id)


def put_state(cursor: duckdb.DuckDBPyConnection, new: State) -> None:
    """Keep a table's state instead of the one before."""
    cursor.execute("DELETE FROM catalog.refresh_states WHERE table_id = ?", [new.table_id])
    cursor.execute("INSERT INTO catalog.refresh_states VALUES (?, ?, ?, ?, ?)", list(astuple(new)))


def forget(cursor: duckdb.DuckDBPyConnection, table_id: int, now: int) -> None:
    """The table was dropped: its state goes, its histories end."""
    cursor.execute("DELETE FROM catalog.refresh_states WHERE table_id = ?", [table_id])
    close = "UPDATE catalog.graph_versions SET valid_to = ? WHERE table_id = ? AND valid_to IS NULL"
    cursor.execute(close, [now, table_id])


def purge(cursor: duckdb.DuckDBPyConnection, table_id: int) -> None:
    """Let go of all that is kept of a table."""
    for name in ("refreshes", "graph_versions"):
        cursor.execute(f"DELETE FROM catalog.{name} WHERE table_id = ?", [table_id])


# -- history --------------------------------------------------------------------------------------


def add(cursor: duckdb.DuckDBPyConnection, refresh: Refresh) -> None:
    """Add a refresh, and let go of what is too old."""
    marks = ", ".join("?" * len(fields(Refresh)))
    cursor.execute(f"INSERT INTO catalog.refreshes VALUES ({marks})", list(astuple(refresh)))
    cursor.execute("DELETE FROM catalog.refreshes WHERE data_timestamp < ?", [refresh.started - KEPT])


def history(cursor: duckdb.DuckDBPyConnection) -> list[Refresh]:
    """All refreshes, latest end first."""
    query = "SELECT * FROM catalog.refreshes ORDER BY ended DESC, started DESC, name"
    return [Refresh(*row) for row in cursor.execute(query).fetchall()]


# -- definitions ----------------------------------------------------------------------------------


def define(cursor: duckdb.DuckDBPyConnection, version: GraphVersion) -> None:
    """The table is defined so from now on."""
    close = "UPDATE catalog.graph_versions SET valid_to = ? WHERE table_id = ? AND valid_to IS NULL"
    cursor.execute(close, [version.valid_from, version.table_id])
    marks = ", ".join("?" * len(fields(GraphVersion)))
    cursor.execute(f"INSERT INTO catalog.graph_versions VALUES ({marks})", list(astuple(version)))
    cursor.execute("DELETE FROM catalog.graph_versions WHERE valid_to < ?", [version.valid_from - KEPT])


def rename(cursor: duckdb.DuckDBPyConnection, table_id: int, parts: Sequence[str]) -> None:
    """Call the current definition by another name."""
    query = (
        "UPDATE catalog.graph_versions SET database_name = ?, schema_name = ?, name = ? "
        "WHERE table_id = ? AND valid_to IS NULL"
    )
    cursor.execute(query, [*parts, table_id])


def versions(cursor: duckdb.DuckDBPyConnection) -> list[GraphVersion]:
    """All definitions, in order of time."""
    rows = cursor.execute("SELECT * FROM catalog.graph_versions ORDER BY valid_from, name").fetchall()
    return [GraphVersion(*row) for row in rows]


def current_version(cursor: duckdb.DuckDBPyConnection, table_id: int) -> int | None:
    """Since when the table has been defined as it is."""
    query = "SELECT max(valid_from) FROM catalog.graph_versions WHERE table_id = ? AND valid_to IS NULL"
    row = cursor.execute(query, [table_id]).fetchone()
    return None if row is None else row[0]


# -- changing rows --------------------------------------------------------------------------------


def fingerprint(cursor: duckdb.DuckDBPyConnection, tables: Sequence[tuple[str, Sequence[str]]]) -> str:
    """What changes when a row of ``tables`` (engine names with their columns) does."""
    found: list[Any] = []
    for storage, columns in tables:
        hashed = f"hash({', '.join(columns)})"
        query = (
            f"SELECT count(*), coalesce(bit_xor(h), 0)::VARCHAR, coalesce(sum(h), 0)::VARCHAR "
            f"FROM (SELECT {hashed} AS h FROM {storage})"
        )
        row = cursor.execute(query).fetchone()
        found.append([storage, len(columns), *(row or ())])
    return json.dumps(found)


def same_sources(before: str, after: str) -> bool:
    """Whether two fingerprints are of the same engine tables, whatever their rows."""
    if not before:
        return True
    return [entry[:2] for entry in json.loads(before)] == [entry[:2] for entry in json.loads(after)]


def failed_again(before: State, attempted: int, scheduled: bool) -> State:
    """The state after a refresh that failed."""
    return replace(before, failures=before.failures + int(scheduled), attempted=attempted)
