"""Change tracking: what the engine keeps so that streams can tell what changed in a table.

A tracked table has two more columns in the engine: ``row_id``, the row's own for ever, and ``born``, the
version that wrote the row as it is now. What a version removes or overwrites is moved, with the version in
``gone``, to the table's history. A version is one statement's change of one table; committed ones are rows of
``catalog.versions``. A stream's offset is the set of versions that it has seen, so what is pending does not
depend on the order in which transactions began: a version that commits late is simply not seen yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from snowdome.catalog.model import Table
from snowdome.engine.failures import UNTRACKED

ROW, BORN, GONE = "row_id", "born", "gone"

DDL = """
CREATE SEQUENCE IF NOT EXISTS catalog.row_numbers;
CREATE TABLE IF NOT EXISTS catalog.epochs AS SELECT 0::BIGINT AS epoch;
CREATE TABLE IF NOT EXISTS catalog.versions (source BIGINT, version BIGINT);
CREATE TABLE IF NOT EXISTS catalog.stream_offsets (
  stream BIGINT, source BIGINT, initial BOOLEAN, moved_on BIGINT, movers BIGINT
);
CREATE TABLE IF NOT EXISTS catalog.stream_seen (stream BIGINT, version BIGINT);
"""


@dataclass(frozen=True)
class Reading:
    """How a statement reads a stream: ``own`` are the versions of its transaction, which it must not see;
    ``initial`` says that it reads the rows there were when the stream was made."""

    stream: int
    initial: bool = False
    own: tuple[int, ...] = ()


def first_version(connection: duckdb.DuckDBPyConnection) -> int:
    """The first version of this process; later than those of all earlier ones."""
    row = connection.execute("UPDATE catalog.epochs SET epoch = epoch + 1 RETURNING epoch").fetchone()
    assert row is not None
    return int(row[0]) << 32


def _run(cursor: duckdb.DuckDBPyConnection, text: str) -> None:
    """Run a statement to its end: one whose result waits keeps the connection from other work."""
    cursor.execute(text).fetchall()


# -- tracking -------------------------------------------------------------------------------------


def start(cursor: duckdb.DuckDBPyConnection, table: Table, history: str) -> None:
    """Make the engine keep what changes in ``table``."""
    _run(cursor, f"ALTER TABLE {table.storage} ADD COLUMN {BORN} BIGINT DEFAULT 0")
    _run(cursor, f"ALTER TABLE {table.storage} ALTER COLUMN {BORN} SET DEFAULT error('{UNTRACKED}')")
    numbered = f"{ROW} BIGINT DEFAULT nextval('catalog.row_numbers')"
    # the last: engines before version 2 cannot alter a table again in the transaction that numbered its rows
    _run(cursor, f"ALTER TABLE {table.storage} ADD COLUMN {numbered}")
    kept = f"SELECT *, CAST(0 AS BIGINT) AS {GONE} FROM {table.storage} LIMIT 0"
    _run(cursor, f"CREATE TABLE {history} AS {kept}")


def stop(cursor: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Undo ``start``."""
    forget(cursor, table)
    _run(cursor, f"ALTER TABLE {table.storage} DROP COLUMN {ROW}")
    _run(cursor, f"ALTER TABLE {table.storage} DROP COLUMN {BORN}")


def forget(cursor: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Drop the history of ``table``."""
    _run(cursor, f"DROP TABLE IF EXISTS {table.history}")
    _run(cursor, f"DELETE FROM catalog.versions WHERE source = {table.id}")


def has_streams(cursor: duckdb.DuckDBPyConnection, table_id: int) -> bool:
    """Whether a stream reads the changes of the table."""
    query = f"SELECT 1 FROM catalog.stream_offsets WHERE source = {table_id} LIMIT 1"
    return bool(cursor.execute(query).fetchall())


def outdated(table: Table, version: int, rows: str) -> str:
    """Engine SQL that keeps the rows whose ids ``rows`` selects, before ``version`` changes them."""
    columns = ", ".join((*(c.storage for c in table.columns), ROW, BORN))
    return (
        f"INSERT INTO {table.history} ({columns}, {GONE}) SELECT {columns}, {version} FROM {table.storage} "
        f"WHERE {ROW} IN ({rows})"
    )


def all_rows(table: Table) -> str:
    """The ids of all rows of ``table``."""
    return f"SELECT {ROW} FROM {table.storage}"


def unchanged(table: Table, version: int) -> str:
    """Engine SQL that takes out of the history what ``version`` did not change after all."""
    return (
        f"DELETE FROM {table.history} WHERE {GONE} = {version} "
        f"AND {ROW} IN (SELECT {ROW} FROM {table.storage} WHERE {BORN} <> {version})"
    )


def record(cursor: duckdb.DuckDBPyConnection, versions: Mapping[int, int]) -> None:
    """Note the versions by table, in the transaction that made them."""
    for source, version in versions.items():
        _run(cursor, f"INSERT INTO catalog.versions VALUES ({source}, {version})")


# -- reading --------------------------------------------------------------------------------------


def _listed(versions: Iterable[int]) -> str:
    return ", ".join(map(str, versions)) or "NULL"


def pending(reading: Reading, source: int) -> str:
    """A query of the versions of a table that the stream has not seen."""
    own = f" AND version NOT IN ({_listed(reading.own)})" if reading.own else ""
    seen = f"SELECT version FROM catalog.stream_seen WHERE stream = {reading.stream}"
    return f"SELECT version FROM catalog.versions WHERE source = {source} AND version NOT IN ({seen}){own}"


def _hidden(reading: Reading, source: int) -> str:
    """A query of the versions that are later than the stream's offset."""
    found = pending(reading, source)
    return f"{found} UNION ALL SELECT unnest([{_listed(reading.own)}])" if reading.own else found


def as_of(table: Table, reading: Reading, *, offset: bool) -> str:
    """A query of the rows of ``table`` as they were at the stream's offset, or when the transaction began."""
    columns = ", ".join((*(c.storage for c in table.columns), ROW, BORN))
    if not offset and not reading.own:
        return f"SELECT {columns} FROM {table.storage}"
    later = _hidden(reading, table.id) if offset else _listed(reading.own)
    return (
        f"SELECT {columns} FROM {table.storage} WHERE {BORN} NOT IN ({later}) UNION ALL "
        f"SELECT {columns} FROM {table.history} WHERE {BORN} NOT IN ({later}) AND {GONE} IN ({later})"
    )


def appeared(table: Table, reading: Reading) -> str:
    """A query of the rows that are there since the offset, as they are."""
    return f"SELECT * FROM ({as_of(table, reading, offset=False)}) WHERE {BORN} IN ({pending(reading, table.id)})"


def disappeared(table: Table, reading: Reading) -> str:
    """A query of the rows that were there at the offset and are gone or other now."""
    found = pending(reading, table.id)
    later = _hidden(reading, table.id)
    return f"SELECT * FROM {table.history} WHERE {GONE} IN ({found}) AND {BORN} NOT IN ({later})"


def inserted(table: Table, reading: Reading) -> str:
    """A query of the rows that pending versions inserted, as they were then."""
    columns = ", ".join((*(c.storage for c in table.columns), ROW, BORN))
    found = f"{BORN} IN ({pending(reading, table.id)})"
    written = (
        f"SELECT {columns} FROM {table.storage} WHERE {found} UNION ALL "
        f"SELECT {columns} FROM {table.history} WHERE {found}"
    )
    before = f"SELECT 1 FROM {table.history} AS h WHERE h.{ROW} = w.{ROW} AND h.{GONE} = w.{BORN}"
    return f"SELECT {columns} FROM ({written}) AS w WHERE NOT EXISTS ({before})"


# -- offsets --------------------------------------------------------------------------------------


def place(
    cursor: duckdb.DuckDBPyConnection, stream: int, sources: Sequence[int], initial: bool, now: int
) -> None:
    """Put a new stream's offset at the present."""
    for source in sources:
        _run(cursor, f"INSERT INTO catalog.stream_offsets VALUES ({stream}, {source}, {initial}, {now}, 0)")
        seen = f"SELECT {stream}, version FROM catalog.versions WHERE source = {source}"
        _run(cursor, f"INSERT INTO catalog.stream_seen {seen}")


def copy_offset(
    cursor: duckdb.DuckDBPyConnection, stream: int, like: int, sources: Sequence[int],
    *, initial: bool | None = None,
) -> None:  # fmt: skip
    """Put a new stream's offset in the changes of ``sources`` where the one of ``like`` is."""
    shown = "initial" if initial is None else str(initial)
    offsets = (
        f"SELECT {stream}, source, {shown}, moved_on, 0 FROM catalog.stream_offsets WHERE stream = {like}"
    )
    _run(cursor, f"INSERT INTO catalog.stream_offsets {offsets} AND source IN ({_listed(sources)})")
    seen = f"SELECT {stream}, version FROM catalog.stream_seen WHERE stream = {like}"
    _run(cursor, f"INSERT INTO catalog.stream_seen {seen}")


def remove(cursor: duckdb.DuckDBPyConnection, stream: int) -> None:
    """Forget a stream's offset."""
    _run(cursor, f"DELETE FROM catalog.stream_offsets WHERE stream = {stream}")
    _run(cursor, f"DELETE FROM catalog.stream_seen WHERE stream = {stream}")


def lose(cursor: duckdb.DuckDBPyConnection, source: int) -> None:
    """Leave streams on a table without an offset: its changes are not known any more."""
    _run(cursor, f"DELETE FROM catalog.stream_offsets WHERE source = {source}")


def sources(cursor: duckdb.DuckDBPyConnection, stream: int) -> set[int]:
    """The tables in which the stream has an offset."""
    rows = cursor.execute(f"SELECT source FROM catalog.stream_offsets WHERE stream = {stream}").fetchall()
    return {int(row[0]) for row in rows}


def offset(cursor: duckdb.DuckDBPyConnection, stream: int) -> tuple[bool, int]:
    """Whether the stream still has its initial rows to show, and when its offset moved last, ns UTC."""
    rows = cursor.execute(
        f"SELECT bool_or(initial), max(moved_on) FROM catalog.stream_offsets WHERE stream = {stream}"
    ).fetchall()
    return bool(rows[0][0]), int(rows[0][1] or 0)


def lock(cursor: duckdb.DuckDBPyConnection, reading: Reading) -> None:
    """Let only this transaction move the stream: another one that tries meets a conflict, as this one does
    if the initial rows have been read since the statement was compiled."""
    rows = cursor.execute(
        f"UPDATE catalog.stream_offsets SET movers = movers + 1 "
        f"WHERE stream = {reading.stream} AND initial = {reading.initial}"
    ).fetchall()
    if not rows[0][0]:
        raise duckdb.TransactionException("Conflict: the stream was read by another transaction")


def advance(cursor: duckdb.DuckDBPyConnection, reading: Reading, now: int) -> None:
    """Move the stream's offset behind what ``reading`` gave. Initial rows are read by themselves: the changes
    since the stream was made are still pending after them."""
    moved = f"initial = FALSE, moved_on = {now}"
    _run(cursor, f"UPDATE catalog.stream_offsets SET {moved} WHERE stream = {reading.stream}")
    if reading.initial:
        return
    rows = f"SELECT source FROM catalog.stream_offsets WHERE stream = {reading.stream}"
    for (source,) in cursor.execute(rows).fetchall():
        seen = f"SELECT {reading.stream}, version FROM ({pending(reading, source)})"
        _run(cursor, f"INSERT INTO catalog.stream_seen {seen}")


def prune(cursor: duckdb.DuckDBPyConnection, tables: Iterable[Table]) -> None:
    """Drop the history of ``tables`` that every stream has seen."""
    for table in tables:
        seen = "SELECT 1 FROM catalog.stream_seen AS s WHERE s.stream = o.stream AND s.version = v.version"
        needed = (
            f"SELECT 1 FROM catalog.stream_offsets AS o WHERE o.source = v.source AND NOT EXISTS ({seen})"
        )
        _run(
            cursor, f"DELETE FROM catalog.versions AS v WHERE v.source = {table.id} AND NOT EXISTS ({needed})"
        )
        kept = f"SELECT version FROM catalog.versions WHERE source = {table.id}"
        _run(cursor, f"DELETE FROM {table.history} WHERE {GONE} NOT IN ({kept})")
    _run(
        cursor, "DELETE FROM catalog.stream_seen WHERE version NOT IN (SELECT version FROM catalog.versions)"
    )
