"""Streams on views: the net difference of what the view shows."""

from __future__ import annotations

from typing import Any

import pytest

JOINED = (
    "CREATE TABLE t1 (k INT, a VARCHAR)",
    "CREATE TABLE t2 (k INT, b VARCHAR)",
    "INSERT INTO t1 VALUES (1, 'a1')",
    "INSERT INTO t2 VALUES (1, 'b1')",
    "CREATE VIEW w AS SELECT t1.k AS k, t1.a AS a, t2.b AS b FROM t1 JOIN t2 ON t1.k = t2.k",
    "CREATE STREAM s ON VIEW w",
)


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        (["INSERT INTO t1 VALUES (9, 'a9')"], []),
        (
            ["INSERT INTO t1 VALUES (2, 'a2')", "INSERT INTO t2 VALUES (2, 'b2')"],
            [(2, "a2", "b2", "INSERT", False)],
        ),
        (["DELETE FROM t2 WHERE k = 1"], [(1, "a1", "b1", "DELETE", False)]),
        (
            [
                "INSERT INTO t1 VALUES (4, 'x')",
                "INSERT INTO t2 VALUES (4, 'y')",
                "DELETE FROM t1 WHERE k = 4",
            ],
            [],
        ),
        (
            ["UPDATE t1 SET a = 'new' WHERE k = 1"],
            [(1, "a1", "b1", "DELETE", True), (1, "new", "b1", "INSERT", True)],
        ),
        (["UPDATE t1 SET k = 5"], [(1, "a1", "b1", "DELETE", False)]),
    ],
)
def test_a_join(place: Any, statements: list[str], expected: list[tuple[object, ...]]) -> None:
    place.run(*JOINED, *statements)
    assert place.changes("s", "k, a, b") == expected
    assert place.rows("SELECT SYSTEM$STREAM_HAS_DATA('s')") == [(True,)]  # a table behind it has changed


def test_the_halves_of_an_update_share_the_row_id(place: Any) -> None:
    place.run(*JOINED, "UPDATE t2 SET b = 'new'")
    assert place.rows("SELECT COUNT(*), COUNT(DISTINCT METADATA$ROW_ID) FROM s") == [(2, 1)]


def test_consumption_moves_it_for_all_tables(place: Any) -> None:
    place.run(
        *JOINED, "UPDATE t1 SET a = 'x'", "UPDATE t2 SET b = 'y'", "CREATE TABLE sink AS SELECT * FROM s"
    )
    assert place.rows("SELECT * FROM s") == []
    assert place.rows("SELECT SYSTEM$STREAM_HAS_DATA('s')") == [(False,)]


UNION = (
    "CREATE TABLE t1 (id INT)",
    "CREATE TABLE t2 (id INT)",
    "CREATE VIEW w AS SELECT id, 'one' AS src FROM t1 WHERE id > 10 UNION ALL SELECT id, 'two' FROM t2",
)


def test_the_branches_of_a_union(place: Any) -> None:
    place.run(*UNION, "CREATE STREAM s ON VIEW w")
    place.run(
        "INSERT INTO t1 VALUES (5), (20)", "INSERT INTO t2 VALUES (20), (30)", "DELETE FROM t2 WHERE id = 20"
    )
    assert place.changes("s", "id, src") == [(20, "one", "INSERT", False), (30, "two", "INSERT", False)]


def test_rows_enter_and_leave_a_filter(place: Any) -> None:
    place.run(
        "CREATE TABLE t (id INT, n INT)", "INSERT INTO t VALUES (1, 5), (2, 50)",
        "CREATE VIEW w AS SELECT id FROM t WHERE n > 10", "CREATE STREAM s ON VIEW w", "UPDATE t SET n = 55 - n",
    )  # fmt: skip
    assert place.changes("s", "id") == [(1, "INSERT", False), (2, "DELETE", False)]


def test_views_in_views_subqueries_and_common_tables(place: Any) -> None:
    place.run(
        *UNION, "CREATE VIEW inner_view AS SELECT * FROM w WHERE src = 'one'",
        "CREATE VIEW outer_view AS WITH c AS (SELECT * FROM inner_view) SELECT x.id * 2 AS twice FROM (SELECT id FROM c) x",
        "CREATE STREAM s ON VIEW outer_view", "INSERT INTO t1 VALUES (11), (3)", "INSERT INTO t2 VALUES (12)",
    )  # fmt: skip
    assert place.changes("s", "twice") == [(22, "INSERT", False)]


def test_append_only(place: Any) -> None:
    place.run(*UNION, "CREATE STREAM s ON VIEW w APPEND_ONLY = TRUE", "INSERT INTO t1 VALUES (11), (12)")
    place.run("UPDATE t1 SET id = 13 WHERE id = 12", "DELETE FROM t1 WHERE id = 11")
    assert place.changes("s", "id, src") == [(11, "one", "INSERT", False), (12, "one", "INSERT", False)]


def test_initial_rows(place: Any) -> None:
    place.run(*UNION, "INSERT INTO t1 VALUES (11)", "INSERT INTO t2 VALUES (1)")
    place.run("CREATE STREAM s ON VIEW w SHOW_INITIAL_ROWS = TRUE", "INSERT INTO t2 VALUES (2)")
    assert place.changes("s", "id, src") == [(1, "two", "INSERT", False), (11, "one", "INSERT", False)]
    place.run("CREATE TABLE sink AS SELECT * FROM s")
    assert place.changes("s", "id, src") == [(2, "two", "INSERT", False)]


def test_the_listing_names_the_tables_and_they_are_tracked(place: Any) -> None:
    place.run(*UNION, "CREATE STREAM s ON VIEW w")
    [row] = place.named("SHOW STREAMS")
    assert (row["source_type"], row["table_name"]) == ("View", f"{place.schema}.W")
    assert row["base_tables"].split(", ") == [f"{place.schema}.T1", f"{place.schema}.T2"]
    assert [r["change_tracking"] for r in place.named("SHOW TABLES")] == ["ON", "ON"]
    assert [r["change_tracking"] for r in place.named("SHOW VIEWS")] == ["ON"]


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("SELECT id FROM t1 UNION SELECT id FROM t2", "joins of type '[UNION]'"),
        ("SELECT id, (SELECT MAX(id) FROM t2) m FROM t1", "subquery expressions"),
        ("SELECT id FROM t1 WHERE EXISTS (SELECT 1 FROM t2)", "subquery expressions"),
        ("SELECT id FROM t1 GROUP BY id", "'GROUP BY'"),
        ("SELECT DISTINCT id FROM t1", "'DISTINCT'"),
        ("SELECT id FROM t1 LIMIT 3", "'LIMIT'"),
        ("SELECT COUNT(*) n FROM t1", "aggregate functions"),
        ("SELECT id FROM t1 QUALIFY ROW_NUMBER() OVER (ORDER BY id) = 1", "'QUALIFY'"),
        ("SELECT column1 c FROM VALUES (1)", "'VALUES'"),
    ],
)
def test_views_whose_changes_cannot_be_tracked(place: Any, query: str, reason: str) -> None:
    place.run(*UNION[:2], f"CREATE VIEW v AS {query}")
    message = place.fails("CREATE STREAM s ON VIEW v")[1]
    assert message.startswith(
        "SQL compilation error:\nChange tracking is not supported on queries with " + reason
    )
    assert place.named("SHOW STREAMS") == []


def test_a_view_that_is_replaced(place: Any) -> None:
    place.run(*UNION, "CREATE STREAM s ON VIEW w", "CREATE OR REPLACE VIEW w AS SELECT id FROM t1")
    assert place.fails("SELECT * FROM s")[0] == 91901
