"""INSERT, UPDATE, DELETE, MERGE: what they change, and the counts they report."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from snowflake.connector import SnowflakeConnection
from snowflake.connector.errors import IntegrityError, ProgrammingError

Run = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture(autouse=True)
def table(run: Run) -> None:
    run("CREATE OR REPLACE TABLE t (id INT, x VARCHAR(5) DEFAULT 'd', n INT NOT NULL DEFAULT 0)")
    run("INSERT INTO t VALUES (1, 'a', 10), (2, 'b', 20), (3, 'c', 30)")


def rows(run: Run) -> list[tuple[Any, ...]]:
    return run("SELECT * FROM t ORDER BY id, n")


def test_insert_fills_defaults(run: Run) -> None:
    assert run("INSERT INTO t (id) VALUES (4), (5)") == [(2,)]
    assert run("INSERT INTO t VALUES (6, DEFAULT, 1)") == [(1,)]
    assert rows(run)[3:] == [(4, "d", 0), (5, "d", 0), (6, "d", 1)]


def test_insert_overwrite_replaces_all_rows(run: Run) -> None:
    assert run("INSERT OVERWRITE INTO t SELECT 9, 'z', 1") == [(1,)]
    assert rows(run) == [(9, "z", 1)]


def test_insert_overwrite_may_read_the_table_it_replaces(run: Run) -> None:
    before = rows(run)
    assert run("INSERT OVERWRITE INTO t SELECT * FROM t WHERE id > 1") == [(len(before) - 1,)]
    assert rows(run) == before[1:]
    run("CREATE VIEW v AS SELECT id + 10 AS id, x, n FROM t")
    assert run("INSERT OVERWRITE INTO t (id, x, n) WITH w AS (SELECT * FROM v) SELECT * FROM w") == [
        (len(before) - 1,)
    ]
    assert rows(run) == [(id_ + 10, x, n) for id_, x, n in before[1:]]
    with pytest.raises((IntegrityError, ProgrammingError)):
        run("INSERT OVERWRITE INTO t SELECT id, x, NULL FROM t")
    assert rows(run) == [(id_ + 10, x, n) for id_, x, n in before[1:]]


def test_a_failing_insert_changes_nothing(run: Run) -> None:
    with pytest.raises(ProgrammingError) as long:
        run("INSERT INTO t SELECT column1, column2, 1 FROM VALUES (4, 'ok'), (5, 'much too long')")
    assert (
        long.value.errno,
        "String 'much too long' is too long and would be truncated" in str(long.value),
    ) == (100078, True)
    with pytest.raises((IntegrityError, ProgrammingError)) as missing:
        run("INSERT INTO t VALUES (4, 'x', NULL)")
    assert (missing.value.errno, "NULL result in a non-nullable column" in str(missing.value)) == (
        100072,
        True,
    )
    with pytest.raises(ProgrammingError) as count:
        run("INSERT INTO t VALUES (4)")
    assert (count.value.errno, "expecting 3 but got 1" in str(count.value)) == (2020, True)
    assert len(rows(run)) == 3


def test_multi_table_insert(run: Run) -> None:
    run("CREATE OR REPLACE TABLE small (a INT)")
    run("CREATE OR REPLACE TABLE big (a INT)")
    source = "SELECT column1 a FROM VALUES (1), (50), (100)"
    assert run(
        f"INSERT ALL WHEN a < 60 THEN INTO small WHEN a > 40 THEN INTO big (a) VALUES (a * 2) {source}"
    ) == [(2, 2)]
    assert run("SELECT a FROM big ORDER BY a") == [(100,), (200,)]
    assert run(f"INSERT OVERWRITE FIRST WHEN a < 60 THEN INTO small ELSE INTO big {source}") == [(2, 1)]
    assert run("SELECT a FROM small ORDER BY a") == [(1,), (50,)]
    assert run("SELECT a FROM big") == [(100,)]


def test_a_branch_of_a_multi_table_insert_takes_defaults(run: Run) -> None:
    run("INSERT ALL INTO t VALUES (k, DEFAULT, DEFAULT) SELECT 9 AS k")
    assert rows(run)[3:] == [(9, "d", 0)]


def test_update_and_its_counts(run: Run) -> None:
    assert run("UPDATE t SET x = upper(x), n = n + 1 WHERE id < 3") == [(2, 0)]
    assert rows(run) == [(1, "A", 11), (2, "B", 21), (3, "c", 30)]
    source = "(SELECT * FROM VALUES (3, 'p'), (3, 'p') v(k, y)) s"
    assert run(f"UPDATE t SET x = s.y FROM {source} WHERE t.id = s.k") == [(1, 1)]
    assert rows(run)[2] == (3, "p", 30)


def test_delete(run: Run) -> None:
    assert run("DELETE FROM t USING (SELECT 2 AS k) s WHERE t.id = s.k") == [(1,)]
    assert run("DELETE FROM t WHERE id > 100") == [(0,)]
    assert run("DELETE FROM t") == [(2,)]


def test_merge(run: Run) -> None:
    source = "(SELECT * FROM VALUES (1, 'drop'), (2, 'keep'), (9, 'new') v(k, w)) s"
    counts = run(
        f"""MERGE INTO t USING {source} ON t.id = s.k
            WHEN MATCHED AND s.w = 'drop' THEN DELETE
            WHEN MATCHED THEN UPDATE SET x = s.w
            WHEN NOT MATCHED AND s.w = 'new' THEN INSERT (id, x) VALUES (s.k, s.w)"""
    )
    assert counts == [(1, 1, 1)]
    assert rows(run) == [(2, "keep", 20), (3, "c", 30), (9, "new", 0)]


def test_merge_refuses_a_row_that_matches_twice(run: Run) -> None:
    with pytest.raises(ProgrammingError) as raised:
        run(
            "MERGE INTO t USING (SELECT 1 k UNION ALL SELECT 1) s ON t.id = s.k WHEN MATCHED THEN UPDATE SET n = 0"
        )
    assert (raised.value.errno, "Duplicate row detected during DML action" in str(raised.value)) == (
        100090,
        True,
    )
    assert rows(run)[0] == (1, "a", 10)


_MERGE = "MERGE INTO t USING (SELECT 1 AS k) s ON t.id = s.k WHEN MATCHED THEN"


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        (
            f"{_MERGE} DELETE WHEN MATCHED THEN DELETE",
            " error line 1 at position 81\nUnreachable merge case.",
        ),
        (f"{_MERGE} UPDATE SET n = 1, n = 2", "\nduplicate column name 'N'"),
        (f"{_MERGE} UPDATE SET s.k = 1", " error line 1 at position 80\ninvalid identifier 'S.K'"),
        (f"{_MERGE} UPDATE SET z = 1", " error line 1 at position 80\ninvalid identifier 'Z'"),
        ("UPDATE t SET z = 1", " error line 1 at position 13\ninvalid identifier 'Z'"),
        ("UPDATE t SET n = 1, n = nosuch", "\nduplicate column name 'N'"),
        ("UPDATE t SET n = SUM(id)", "\n[PSEUDOCOLUMN(VOL_ID)] is not a valid group by expression"),
        ("INSERT INTO t (z) VALUES (1)", " error line 1 at position 15\ninvalid identifier 'Z'"),
    ],
)
def test_what_is_refused_before_any_row(run: Run, sql: str, message: str) -> None:
    with pytest.raises(ProgrammingError) as raised:
        run(sql)
    assert raised.value.raw_msg == f"SQL compilation error:{message}"


def test_rowcount_of_the_connector(connection: SnowflakeConnection) -> None:
    cursor = connection.cursor()
    assert cursor.execute("UPDATE t SET n = 1").rowcount == 3
    assert cursor.execute("DELETE FROM t WHERE id = 1").rowcount == 1
    assert cursor.executemany("INSERT INTO t (id, x) VALUES (%s, %s)", [(7, "p"), (8, "q")]).rowcount == 2


def test_a_failed_statement_leaves_the_transaction_open(run: Run) -> None:
    run("BEGIN")
    run("UPDATE t SET n = 99 WHERE id = 1")
    with pytest.raises(ProgrammingError):
        run("INSERT INTO t SELECT 1/0, 'x', 1")
    assert rows(run)[0] == (1, "a", 99)
    run("INSERT INTO t VALUES (4, 'e', 1)")
    run("COMMIT")
    assert [r[0] for r in rows(run)] == [1, 2, 3, 4]


def test_rollback_and_other_sessions(run: Run, connect: Callable[..., SnowflakeConnection]) -> None:
    other = connect().cursor()
    run("BEGIN")
    run("DELETE FROM t")
    assert other.execute("SELECT count(*) FROM t").fetchone() == (3,)
    run("ROLLBACK")
    assert len(rows(run)) == 3


def test_ddl_commits_the_open_transaction(run: Run) -> None:
    run("BEGIN")
    run("DELETE FROM t WHERE id = 1")
    run("CREATE OR REPLACE TABLE another (a INT)")
    run("ROLLBACK")
    assert len(rows(run)) == 2


def test_with_autocommit_off_dml_opens_a_transaction(
    connect: Callable[..., SnowflakeConnection], run: Run
) -> None:
    mine = connect(autocommit=False)
    mine.cursor().execute("DELETE FROM t")
    assert len(rows(run)) == 3
    mine.rollback()
    mine.cursor().execute("DELETE FROM t WHERE id = 2")
    mine.commit()
    assert [r[0] for r in rows(run)] == [1, 3]


def test_bound_values(connect: Callable[..., SnowflakeConnection]) -> None:
    cursor = connect(paramstyle="qmark").cursor()
    cursor.executemany("INSERT INTO t (id, x, n) VALUES (?, ?, ?)", [(i, f"v{i}", i) for i in range(10, 20)])
    assert cursor.rowcount == 10
    assert cursor.execute("SELECT x FROM t WHERE id = ? AND n = ?", (12, 12)).fetchall() == [("v12",)]
    assert cursor.execute("SELECT count(*) FROM IDENTIFIER(?)", ("t",)).fetchone() == (13,)
