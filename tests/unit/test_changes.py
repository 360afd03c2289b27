"""What the engine keeps of a tracked table, and for how long."""

from __future__ import annotations

import duckdb
import pytest

from snowdome.catalog import changes
from snowdome.catalog.changes import Reading
from snowdome.catalog.model import Table, TableColumn
from snowdome.engine.failures import UNTRACKED
from snowdome.types import NUMBER

TABLE = Table(
    id=7,
    name="T",
    storage="data.t",
    history="data.h",
    columns=(TableColumn(name="ID", type=NUMBER, storage="c1"),),
)


@pytest.fixture
def engine() -> duckdb.DuckDBPyConnection:
    """A database with the tracked table, two rows in it."""
    connection = duckdb.connect()
    connection.execute("CREATE SCHEMA catalog; CREATE SCHEMA data; CREATE TABLE data.t (c1 INT)")
    connection.execute(changes.DDL)
    connection.execute("INSERT INTO data.t VALUES (1), (2)")
    changes.start(connection, TABLE, TABLE.history)
    return connection


def update(engine: duckdb.DuckDBPyConnection, version: int) -> None:
    engine.execute(changes.outdated(TABLE, version, changes.all_rows(TABLE)))
    engine.execute(f"UPDATE data.t SET c1 = c1 + 10, born = {version}")
    changes.record(engine, {TABLE.id: version})


def count(engine: duckdb.DuckDBPyConnection, table: str) -> int:
    row = engine.execute(f"SELECT count(*) FROM {table}").fetchone()
    assert row is not None
    return int(row[0])


def test_history_goes_when_every_stream_has_seen_it(engine: duckdb.DuckDBPyConnection) -> None:
    for stream in (1, 2):
        changes.place(engine, stream, [TABLE.id], False, 0)
    update(engine, 100)
    changes.advance(engine, Reading(1), 0)
    changes.prune(engine, [TABLE])
    assert (count(engine, "data.h"), count(engine, "catalog.versions")) == (2, 1)
    changes.advance(engine, Reading(2), 0)
    changes.prune(engine, [TABLE])
    assert (count(engine, "data.h"), count(engine, "catalog.versions")) == (0, 0)
    assert count(engine, "catalog.stream_seen") == 0


def test_a_row_written_without_a_version_is_refused(engine: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(duckdb.Error, match=UNTRACKED):
        engine.execute("INSERT INTO data.t (c1) VALUES (3)")


def test_stopping_leaves_the_table_as_it_was(engine: duckdb.DuckDBPyConnection) -> None:
    update(engine, 100)
    changes.stop(engine, TABLE)
    assert engine.execute("SELECT * FROM data.t ORDER BY 1").fetchall() == [(11,), (12,)]
    assert count(engine, "catalog.versions") == 0


def test_versions_of_a_later_process_are_later(engine: duckdb.DuckDBPyConnection) -> None:
    assert changes.first_version(engine) + 2**31 < changes.first_version(engine)
