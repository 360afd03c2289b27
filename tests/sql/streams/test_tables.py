"""Streams on tables: what they show after each kind of change."""

from __future__ import annotations

from typing import Any

import pytest

TABLE = "CREATE TABLE t (id INT, v VARCHAR)"
FILLED = "INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')"
STREAM = "CREATE STREAM s ON TABLE t"


def test_the_basic_example_of_the_documentation(place: Any) -> None:
    place.run(
        "CREATE TABLE members (id NUMBER(8) NOT NULL, name VARCHAR(255) DEFAULT NULL, fee NUMBER(3) NULL)",
        "CREATE STREAM member_check ON TABLE members",
        "CREATE TABLE signup (id NUMBER(8), dt DATE)",
        "INSERT INTO members (id, name, fee) VALUES (1,'Joe',0),(2,'Jane',0),(3,'George',0),(4,'Betty',0),(5,'Sally',0)",
        "INSERT INTO signup VALUES (1,'2018-01-01'),(2,'2018-02-15'),(3,'2018-05-01'),(4,'2018-07-16'),(5,'2018-08-21')",
    )
    names = {1: "Joe", 2: "Jane", 3: "George", 4: "Betty", 5: "Sally"}
    assert place.changes("member_check", "id, name, fee") == [
        (i, n, 0, "INSERT", False) for i, n in names.items()
    ]
    place.run(
        "MERGE INTO members m USING (SELECT id, dt FROM signup s WHERE DATEDIFF(day, '2018-08-15'::date, s.dt::DATE)"
        " < -30) s ON m.id = s.id WHEN MATCHED THEN UPDATE SET m.fee = 90"
    )
    fees = {1: 90, 2: 90, 3: 90, 4: 0, 5: 0}
    expected = [(i, n, fees[i], "INSERT", False) for i, n in names.items()]
    assert place.changes("member_check", "id, name, fee") == expected
    place.run(
        "CREATE TABLE members_prod (id NUMBER(8) NOT NULL, name VARCHAR(255), fee NUMBER(3))",
        "INSERT INTO members_prod(id, name, fee) SELECT id, name, fee FROM member_check WHERE METADATA$ACTION = 'INSERT'",
    )
    assert place.rows("SELECT * FROM member_check") == []
    place.run("UPDATE members SET fee = 45 WHERE id = 4", "DELETE FROM members WHERE id = 5")
    assert place.changes("member_check", "id, name, fee") == [
        (4, "Betty", 0, "DELETE", True), (4, "Betty", 45, "INSERT", True), (5, "Sally", 0, "DELETE", False),
    ]  # fmt: skip


def test_a_star_has_the_metadata_last(place: Any) -> None:
    place.run(TABLE, STREAM, FILLED)
    cursor = place.connection.cursor()
    cursor.execute("SELECT * FROM s")
    names = [c.name for c in cursor.description]
    assert names == ["ID", "V", "METADATA$ACTION", "METADATA$ISUPDATE", "METADATA$ROW_ID"]


CHANGES = [
    ("nothing", [], []),
    ("insert, then delete", ["INSERT INTO t VALUES (4, 'd')", "DELETE FROM t WHERE id = 4"], []),
    (
        "insert, then update",
        ["INSERT INTO t VALUES (4, 'd')", "UPDATE t SET v = 'e' WHERE id = 4"],
        [(4, "e", "INSERT", False)],
    ),
    (
        "update twice",
        ["UPDATE t SET v = 'x' WHERE id = 1", "UPDATE t SET v = 'y' WHERE id = 1"],
        [(1, "a", "DELETE", True), (1, "y", "INSERT", True)],
    ),
    ("update and back", ["UPDATE t SET v = 'x' WHERE id = 1", "UPDATE t SET v = 'a' WHERE id = 1"], []),
    (
        "update, then delete",
        ["UPDATE t SET v = 'x' WHERE id = 1", "DELETE FROM t WHERE id = 1"],
        [(1, "a", "DELETE", False)],
    ),
    (
        "delete, then insert the same",
        ["DELETE FROM t WHERE id = 3", "INSERT INTO t VALUES (3, 'c')"],
        [(3, "c", "DELETE", False), (3, "c", "INSERT", False)],
    ),
    ("truncate", ["TRUNCATE TABLE t"], [(i, v, "DELETE", False) for i, v in ((1, "a"), (2, "b"), (3, "c"))]),
    (
        "insert overwrite",
        ["INSERT OVERWRITE INTO t VALUES (9, 'z')"],
        [
            (1, "a", "DELETE", False),
            (2, "b", "DELETE", False),
            (3, "c", "DELETE", False),
            (9, "z", "INSERT", False),
        ],
    ),
    (
        "merge of all kinds",
        [
            "MERGE INTO t USING (SELECT column1 i, column2 w FROM VALUES (1, 'm'), (2, NULL), (7, 'n')) x ON t.id = x.i "
            "WHEN MATCHED AND x.w IS NULL THEN DELETE WHEN MATCHED AND x.w = 'm' THEN UPDATE SET v = x.w "
            "WHEN NOT MATCHED THEN INSERT VALUES (x.i, x.w)"
        ],
        [
            (1, "a", "DELETE", True),
            (1, "m", "INSERT", True),
            (2, "b", "DELETE", False),
            (7, "n", "INSERT", False),
        ],
    ),
    (
        "merge that leaves matched rows alone",
        ["MERGE INTO t USING (SELECT 1 i) x ON t.id = x.i WHEN MATCHED AND t.v = 'no' THEN DELETE"],
        [],
    ),
    (
        "insert all",
        ["INSERT ALL INTO t VALUES (n, 'one') INTO t VALUES (n + 1, 'two') SELECT 10 n"],
        [(10, "one", "INSERT", False), (11, "two", "INSERT", False)],
    ),
    (
        "update from and delete using",
        [
            "UPDATE t SET v = x.w FROM (SELECT 1 i, 'f' w) x WHERE t.id = x.i",
            "DELETE FROM t USING (SELECT 2 i) x WHERE t.id = x.i",
        ],
        [(1, "a", "DELETE", True), (1, "f", "INSERT", True), (2, "b", "DELETE", False)],
    ),
    ("a change of no row", ["UPDATE t SET v = 'x' WHERE id = 99", "DELETE FROM t WHERE id = 99"], []),
]


@pytest.mark.parametrize(("statements", "expected"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES])
def test_the_net_difference(place: Any, statements: list[str], expected: list[tuple[object, ...]]) -> None:
    place.run(TABLE, FILLED, STREAM, *statements)
    assert place.changes("s", "id, v") == expected
    assert place.rows("SELECT SYSTEM$STREAM_HAS_DATA('s')") == [(bool(expected),)]


def test_the_halves_of_an_update_share_the_row_id_that_the_row_keeps(place: Any) -> None:
    place.run(TABLE, STREAM, "INSERT INTO t VALUES (1, 'a')", "CREATE TABLE sink (id INT, r VARCHAR)")
    [(first,)] = place.rows("SELECT METADATA$ROW_ID FROM s")
    place.run("INSERT INTO sink SELECT id, METADATA$ROW_ID FROM s", "UPDATE t SET v = 'b'")
    assert place.rows("SELECT METADATA$ROW_ID FROM s") == [(first,), (first,)]
    assert len(first) == 40


def test_an_append_only_stream_shows_every_insertion(place: Any) -> None:
    place.run(
        TABLE, FILLED, "CREATE STREAM s ON TABLE t APPEND_ONLY = TRUE", "INSERT INTO t VALUES (4, 'd'), (5, 'e')",
        "UPDATE t SET v = 'x' WHERE id IN (1, 4)", "DELETE FROM t WHERE id IN (2, 5)",
    )  # fmt: skip
    assert place.changes("s", "id, v") == [(4, "d", "INSERT", False), (5, "e", "INSERT", False)]
    place.run("TRUNCATE TABLE t")
    assert place.changes("s", "id, v") == [(4, "d", "INSERT", False), (5, "e", "INSERT", False)]


def test_an_update_by_chance_is_seen_as_it_was_done(place: Any) -> None:
    place.run("CREATE TABLE t AS SELECT SEQ4() id, 0 v FROM TABLE(GENERATOR(ROWCOUNT => 200))", STREAM)
    place.run(
        "UPDATE t SET v = 1 WHERE UNIFORM(0, 1, RANDOM()) = 1",
        "DELETE FROM t WHERE UNIFORM(0, 3, RANDOM()) = 1",
    )
    assert place.rows(
        "SELECT COUNT(*) FROM (SELECT id, v FROM t MINUS SELECT id, v FROM s WHERE METADATA$ACTION = 'INSERT') WHERE v = 1"
    ) == [(0,)]
    deleted = "SELECT COUNT(*) FROM s WHERE METADATA$ACTION = 'DELETE' AND NOT METADATA$ISUPDATE"
    assert place.rows(f"SELECT 200 - COUNT(*) = ({deleted}) FROM t") == [(True,)]


def test_initial_rows_come_first_and_the_changes_since_after_them(place: Any) -> None:
    place.run(
        "CREATE TABLE t (id INT)", "INSERT INTO t VALUES (10)", "CREATE TABLE sink (id INT)",
        "CREATE STREAM s ON TABLE t SHOW_INITIAL_ROWS = TRUE", "DELETE FROM t", "INSERT INTO t VALUES (20)",
    )  # fmt: skip
    assert place.changes("s", "id") == [(10, "INSERT", False)]
    place.run("INSERT INTO sink SELECT id FROM s")
    assert place.changes("s", "id") == [(10, "DELETE", False), (20, "INSERT", False)]
    place.run("INSERT INTO sink SELECT id FROM s")
    assert place.changes("s", "id") == []


def test_columns_that_come_go_and_get_other_names(place: Any) -> None:
    place.run(TABLE, FILLED, STREAM, "DELETE FROM t WHERE id = 3", "ALTER TABLE t ADD COLUMN n INT DEFAULT 7")
    assert place.changes("s", "id, v, n") == [(3, "c", 7, "DELETE", False)]
    place.run(
        "ALTER TABLE t RENAME COLUMN v TO w",
        "ALTER TABLE t DROP COLUMN n",
        "UPDATE t SET w = 'z' WHERE id = 1",
    )
    assert place.changes("s", "id, w") == [
        (1, "a", "DELETE", True), (1, "z", "INSERT", True), (3, "c", "DELETE", False),
    ]  # fmt: skip
    place.run("ALTER TABLE t RENAME TO u", "INSERT INTO u VALUES (4, 'd')")
    assert place.rows("SELECT COUNT(*) FROM s") == [(4,)]


@pytest.mark.parametrize("change", ["DROP TABLE t", "CREATE OR REPLACE TABLE t (id INT, v VARCHAR)"])
def test_a_stream_whose_table_is_gone(place: Any, change: str) -> None:
    place.run(TABLE, STREAM, change)
    assert place.fails("SELECT * FROM s") == (
        91901, f"Base table '{place.schema}.T' dropped, cannot read from stream 'S' in line 1 position 14",
    )  # fmt: skip
    [row] = place.named("SHOW STREAMS")
    assert (row["table_name"], row["base_tables"]) == ("No privilege or table dropped",) * 2
    assert row["stale"] == "true"
    place.run("DROP STREAM s")


def test_change_tracking_turned_off_loses_the_changes(place: Any) -> None:
    place.run(TABLE, STREAM, "ALTER TABLE t SET CHANGE_TRACKING = FALSE", "INSERT INTO t VALUES (1, 'a')")
    missing = (
        "SQL compilation error: Change tracking is not enabled or has been missing for the time range requested on "
        "table 'T'."
    )
    assert place.fails("SELECT * FROM s")[1] == missing
    place.run("CREATE STREAM s2 ON TABLE t", "INSERT INTO t VALUES (2, 'b')")
    assert place.fails("SELECT * FROM s")[1] == missing
    assert place.changes("s2", "id") == [(2, "INSERT", False)]


def test_a_table_without_streams_is_as_before(place: Any) -> None:
    place.run(
        TABLE,
        FILLED,
        STREAM,
        "CREATE STREAM s2 ON TABLE t",
        "DROP STREAM s",
        "UPDATE t SET v = 'x' WHERE id = 1",
    )
    assert place.changes("s2", "id, v") == [(1, "a", "DELETE", True), (1, "x", "INSERT", True)]
    place.run("DROP STREAM s2", "INSERT INTO t VALUES (4, 'd')", "DELETE FROM t WHERE id < 4")
    assert place.rows("SELECT * FROM t") == [(4, "d")]


def test_a_temporary_table(place: Any) -> None:
    place.run("CREATE TEMPORARY TABLE t (id INT)", STREAM, "INSERT INTO t VALUES (1)")
    assert place.changes("s", "id") == [(1, "INSERT", False)]
    place.run("DROP TABLE t")
    assert place.fails("SELECT * FROM s")[0] == 91901


def test_loaded_files(place: Any) -> None:
    place.run(
        TABLE, STREAM, "CREATE STAGE st", "COPY INTO @st/f FROM (SELECT 1, 'a' UNION ALL SELECT 2, 'b')"
    )
    place.run("COPY INTO t FROM @st")
    assert place.changes("s", "id, v") == [(1, "a", "INSERT", False), (2, "b", "INSERT", False)]
