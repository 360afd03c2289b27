"""What moves a stream's offset, what does not, and what transactions see of it."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import snowflake.connector
from snowflake.connector.errors import DatabaseError

from snowdome.client import local

SETUP = (
    "CREATE TABLE t (id INT, v VARCHAR)",
    "CREATE TABLE sink (id INT, v VARCHAR)",
    "CREATE STREAM s ON TABLE t",
    "INSERT INTO t VALUES (1, 'a'), (2, 'b')",
)

CONSUMING = [
    "INSERT INTO sink SELECT id, v FROM s",
    "INSERT INTO sink SELECT id, v FROM s WHERE FALSE",
    "CREATE TABLE made AS SELECT * FROM s",
    "CREATE TEMPORARY TABLE made AS SELECT * FROM s",
    "MERGE INTO sink USING s ON s.id = sink.id WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.v)",
    "UPDATE sink SET v = s.v FROM s WHERE s.id = sink.id",
    "DELETE FROM sink USING s WHERE s.id = sink.id",
    "DELETE FROM sink WHERE id IN (SELECT id FROM s)",
    "INSERT INTO sink WITH c AS (SELECT * FROM s) SELECT id, v FROM c",
    "INSERT INTO sink SELECT id, v FROM over_s",
    "INSERT INTO t SELECT id + 10, v FROM s",
    "INSERT ALL INTO sink VALUES (id, v) SELECT id, v FROM s",
    "COPY INTO @st/out FROM (SELECT id, v FROM s)",
]
READING = [
    "SELECT * FROM s",
    "SELECT COUNT(*) FROM TABLE('s')",
    "SELECT SYSTEM$STREAM_HAS_DATA('s')",
    "CREATE VIEW w AS SELECT * FROM s",
    "EXPLAIN INSERT INTO sink SELECT id, v FROM s",
    "INSERT INTO sink SELECT id, v FROM t",
    "INSERT INTO sink SELECT 1, IFF(SYSTEM$STREAM_HAS_DATA('s'), 'y', 'n')",
]


@pytest.mark.parametrize("statement", CONSUMING)
def test_what_moves_the_offset(place: Any, statement: str) -> None:
    place.run(*SETUP, "CREATE VIEW over_s AS SELECT id, v FROM s", "CREATE STAGE st", statement)
    assert [r[0] for r in place.rows("SELECT id FROM s ORDER BY id")] == (
        [11, 12] if "INTO t " in statement else []
    )


@pytest.mark.parametrize("statement", READING)
def test_what_does_not_move_it(place: Any, statement: str) -> None:
    place.run(*SETUP, statement)
    assert place.rows("SELECT COUNT(*) FROM s") == [(2,)]


def test_a_failed_statement_does_not_move_it(place: Any) -> None:
    place.run(*SETUP)
    assert place.fails("INSERT INTO sink SELECT v::INT, v FROM s")[0] == 100038
    assert place.rows("SELECT COUNT(*) FROM s") == [(2,)]


def test_streams_of_one_table_move_by_themselves(place: Any) -> None:
    place.run(*SETUP, "CREATE STREAM s2 ON TABLE t", "INSERT INTO t VALUES (3, 'c')", CONSUMING[0])
    assert place.rows("SELECT COUNT(*) FROM s") == [(0,)]
    assert place.changes("s2", "id") == [(3, "INSERT", False)]
    place.run("DELETE FROM t WHERE id = 3", "UPDATE t SET v = 'z' WHERE id = 1")
    assert place.changes("s", "id, v") == [
        (1, "a", "DELETE", True), (1, "z", "INSERT", True), (3, "c", "DELETE", False),
    ]  # fmt: skip
    assert place.changes("s2", "id, v") == [(1, "a", "DELETE", True), (1, "z", "INSERT", True)]


def test_a_transaction_reads_the_same_changes_throughout(place: Any) -> None:
    place.run(*SETUP, "BEGIN", "INSERT INTO t VALUES (3, 'c')", "UPDATE t SET v = 'z' WHERE id = 1")
    before = [(1, "a", "INSERT", False), (2, "b", "INSERT", False)]
    assert place.changes("s", "id, v") == before
    place.run(CONSUMING[0], "DELETE FROM t WHERE id = 2")
    assert place.changes("s", "id, v") == before
    place.run(CONSUMING[0], "COMMIT")
    assert place.rows("SELECT * FROM sink ORDER BY id") == [(1, "a"), (1, "a"), (2, "b"), (2, "b")]
    assert place.changes("s", "id, v") == [
        (1, "a", "DELETE", True), (1, "z", "INSERT", True), (2, "b", "DELETE", False), (3, "c", "INSERT", False),
    ]  # fmt: skip


def test_a_rolled_back_transaction_moves_nothing(place: Any) -> None:
    place.run(*SETUP, "BEGIN", CONSUMING[0], "INSERT INTO t VALUES (3, 'c')", "ROLLBACK")
    assert place.changes("s", "id, v") == [(1, "a", "INSERT", False), (2, "b", "INSERT", False)]


def test_a_failure_inside_a_transaction_leaves_the_rest_of_it(place: Any) -> None:
    place.run(*SETUP, "BEGIN", "INSERT INTO t VALUES (3, 'c')", CONSUMING[0])
    place.fails("INSERT INTO sink SELECT 'x'::INT, 'y'")
    place.run("UPDATE t SET v = 'z' WHERE id = 3", "COMMIT")
    assert place.rows("SELECT COUNT(*) FROM sink") == [(2,)]
    assert place.changes("s", "id, v") == [(3, "z", "INSERT", False)]


def test_a_change_that_commits_late_is_not_lost(place: Any) -> None:
    place.run(*SETUP)
    late = place.another()
    try:
        late.run("BEGIN", "INSERT INTO t VALUES (3, 'late')")
        place.run("INSERT INTO t VALUES (4, 'early')", CONSUMING[0])
        assert place.rows("SELECT COUNT(*) FROM s") == [(0,)]
        late.run("COMMIT")
        assert place.changes("s", "id, v") == [(3, "late", "INSERT", False)]
    finally:
        late.connection.close()


def test_two_consumers_share_nothing(place: Any) -> None:
    place.run(*SETUP, "INSERT INTO t SELECT SEQ4() + 100, 'n' FROM TABLE(GENERATOR(ROWCOUNT => 50))")
    others = [place.another() for _ in range(3)]
    threads = [threading.Thread(target=o.run, args=(CONSUMING[0],)) for o in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for other in others:
        other.connection.close()
    assert place.rows("SELECT COUNT(*), COUNT(DISTINCT id) FROM sink") == [(52, 52)]


def test_a_transaction_that_met_another_consumer_does_not_consume_again(place: Any) -> None:
    place.run(*SETUP, "BEGIN", "SELECT * FROM s")
    other = place.another()
    other.run(CONSUMING[0])
    other.connection.close()
    with pytest.raises(DatabaseError):
        place.run(CONSUMING[0])
    place.run("ROLLBACK")
    assert place.rows("SELECT COUNT(*) FROM sink") == [(2,)]


def test_writers_and_consumers_lose_and_repeat_nothing(place: Any) -> None:
    place.run("CREATE TABLE t (id INT)", "CREATE TABLE sink (id INT)", "CREATE STREAM s ON TABLE t")
    writers = [place.another() for _ in range(2)]
    consumer = place.another()

    def write(number: int) -> None:
        for i in range(20):
            writers[number].run(f"INSERT INTO t VALUES ({number * 1000 + i})")

    threads = [threading.Thread(target=write, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        consumer.run("INSERT INTO sink SELECT id FROM s")
    consumer.run("INSERT INTO sink SELECT id FROM s")
    for each in (*writers, consumer):
        each.connection.close()
    assert place.rows("SELECT COUNT(*), COUNT(DISTINCT id) FROM sink") == [(40, 40)]


def test_streams_come_and_go_while_others_write(place: Any) -> None:
    place.run("CREATE TABLE t (id INT, n INT)", "INSERT INTO t VALUES (0, 0)")
    writer = place.another()

    def write() -> None:
        for number in range(1, 31):
            writer.run(f"INSERT INTO t VALUES ({number}, 0)", "UPDATE t SET n = n + 1 WHERE id = 0")

    thread = threading.Thread(target=write)
    thread.start()
    while thread.is_alive():
        place.run("CREATE STREAM passing ON TABLE t", "DROP STREAM passing")
    writer.connection.close()
    assert place.rows("SELECT COUNT(*), MAX(n) FROM t") == [(31, 30)]


def _wait_for_end(account: local.LocalAccount) -> None:
    """Until nothing of the killed server holds the account's files."""
    deadline = time.monotonic() + 20
    while account.state.owned():
        assert time.monotonic() < deadline, "the killed server is still there"
        time.sleep(0.01)


def test_changes_and_offsets_survive_a_killed_server(tmp_path: Path) -> None:
    account = local.account(tmp_path / "state")
    process = account.start().pid
    try:
        first = snowflake.connector.connect(**account.parameters())
        for sql in ("CREATE DATABASE d", *SETUP, CONSUMING[0], "UPDATE t SET v = 'z' WHERE id = 1"):
            first.cursor().execute(sql)
        first.cursor().execute("BEGIN")
        first.cursor().execute("INSERT INTO t VALUES (9, 'uncommitted')")
        first.cursor().execute(CONSUMING[0])
        os.kill(process, signal.SIGKILL)
        _wait_for_end(account)
        account.start()
        second = snowflake.connector.connect(**account.parameters())
        second.cursor().execute("USE SCHEMA d.public")
        rows = second.cursor().execute("SELECT id, v, METADATA$ACTION FROM s ORDER BY ALL").fetchall()
        assert rows == [(1, "a", "DELETE"), (1, "z", "INSERT")]
        second.cursor().execute("INSERT INTO t VALUES (3, 'c')")
        ids = second.cursor().execute("SELECT id FROM s ORDER BY id").fetchall()
        assert ids == [(1,), (1,), (3,)]
    finally:
        account.stop()
