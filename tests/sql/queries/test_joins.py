"""Joins, laterals, pivots."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from snowflake.connector.errors import ProgrammingError

L = "(SELECT * FROM VALUES (1, 'a'), (2, 'b') AS v(id, x)) l"
R = "(SELECT * FROM VALUES (2, 'B'), (3, 'C') AS v(id, y)) r"

CASES: list[tuple[str, list[tuple[Any, ...]]]] = [
    (f"SELECT l.id, y FROM {L} JOIN {R} ON l.id = r.id", [(2, "B")]),
    (f"SELECT l.id, y FROM {L} LEFT JOIN {R} ON l.id = r.id ORDER BY 1", [(1, None), (2, "B")]),
    (f"SELECT x, r.id FROM {L} RIGHT JOIN {R} ON l.id = r.id ORDER BY 2", [("b", 2), (None, 3)]),
    (f"SELECT x, y FROM {L} FULL OUTER JOIN {R} ON l.id = r.id ORDER BY x, y", [("a", None), ("b", "B"), (None, "C")]),
    (f"SELECT count(*) FROM {L} CROSS JOIN {R}", [(4,)]),
    (f"SELECT count(*) FROM {L}, {R} WHERE l.id < r.id", [(3,)]),
    (f"SELECT * FROM {L} JOIN {R} USING (id)", [(2, "b", "B")]),
    (f"SELECT id, x, y FROM {L} FULL JOIN {R} USING (id) ORDER BY id", [(1, "a", None), (2, "b", "B"), (3, None, "C")]),
    (f"SELECT * FROM {L} NATURAL JOIN {R}", [(2, "b", "B")]),
    (f"SELECT l.id FROM ({L} JOIN {R} ON l.id = r.id)", [(2,)]),
    # ASOF keeps every left row
    ("""SELECT t.a, q.b FROM (SELECT * FROM VALUES (1), (5), (9) v(a)) t
        ASOF JOIN (SELECT * FROM VALUES (4, 'p'), (7, 'q') v(at, b)) q MATCH_CONDITION (t.a >= q.at) ORDER BY 1""",
     [(1, None), (5, "p"), (9, "q")]),
    ("""SELECT t.k, t.a, q.b FROM (SELECT * FROM VALUES ('u', 5), ('v', 5) v(k, a)) t
        ASOF JOIN (SELECT * FROM VALUES ('u', 4, 'p'), ('u', 6, 'q') v(k, at, b)) q
        MATCH_CONDITION (t.a >= q.at) ON t.k = q.k ORDER BY 1""", [("u", 5, "p"), ("v", 5, None)]),
    # LATERAL
    ("SELECT a, s.b FROM VALUES (1), (2) v(a), LATERAL (SELECT a * 10 AS b) s ORDER BY 1", [(1, 10), (2, 20)]),
    ("""SELECT f.index, f.value::int FROM (SELECT PARSE_JSON('[5, 6]') v) t, LATERAL FLATTEN(INPUT => v) f""",
     [(0, 5), (1, 6)]),
    ("""SELECT seq, key, path, value::int FROM TABLE(FLATTEN(PARSE_JSON('{"a": 1, "b": 2}')))""",
     [(1, "a", "a", 1), (1, "b", "b", 2)]),
    ("""SELECT t.k, f.value FROM (SELECT 1 k, PARSE_JSON('[]') v) t, LATERAL FLATTEN(v, OUTER => TRUE) f""",
     [(1, None)]),
    ("""SELECT path FROM TABLE(FLATTEN(PARSE_JSON('{"a": [1, {"b": 2}]}'), RECURSIVE => TRUE)) ORDER BY path""",
     [("a",), ("a[0]",), ("a[1]",), ("a[1].b",)]),
    ("""SELECT value FROM TABLE(FLATTEN(PARSE_JSON('{"a": {"b": 7}}'), PATH => 'a'))""", [("7",)]),
    ("SELECT seq, index, value FROM TABLE(SPLIT_TO_TABLE('a.b', '.'))", [(1, 1, "a"), (1, 2, "b")]),
    ("""SELECT t.k, s.seq, s.index, s.value FROM VALUES (1, 'a b'), (2, 'c') t(k, x), LATERAL SPLIT_TO_TABLE(x, ' ') s
        ORDER BY k, index""", [(1, 1, 1, "a"), (1, 1, 2, "b"), (2, 2, 1, "c")]),
    ("SELECT value FROM TABLE(STRTOK_SPLIT_TO_TABLE('a-b c', '- '))", [("a",), ("b",), ("c",)]),
    ("SELECT count(*) FROM TABLE(GENERATOR(ROWCOUNT => 7))", [(7,)]),
    # PIVOT and UNPIVOT
    ("""SELECT * FROM (SELECT * FROM VALUES ('q', 'jan', 1), ('q', 'feb', 2), ('r', 'jan', 3) v(k, m, n))
        PIVOT (SUM(n) FOR m IN ('jan', 'feb')) ORDER BY k""", [("q", 1, 2), ("r", 3, None)]),
    ("""SELECT * FROM (SELECT * FROM VALUES ('jan', 1), ('feb', 2) v(m, n)) PIVOT (SUM(n) FOR m IN (ANY ORDER BY m))""",
     [(2, 1)]),
    ("""SELECT * FROM (SELECT * FROM VALUES ('jan', 1), ('feb', 2) v(m, n))
        PIVOT (SUM(n) FOR m IN (SELECT 'jan')) AS p(j)""", [(1,)]),
    ("""WITH RECURSIVE a AS (SELECT 1 n UNION ALL SELECT n + 1 FROM a WHERE n < 3), b AS (SELECT n, n * 10 x FROM a)
        SELECT * FROM (WITH c AS (SELECT * FROM b) SELECT * FROM c PIVOT (SUM(n) FOR x IN (ANY ORDER BY x)))""",
     [(1, 2, 3)]),
    ("""SELECT * FROM (SELECT * FROM VALUES ('q', 'jan', 1) v(k, m, n))
        PIVOT (SUM(n) FOR m IN ('jan', 'feb') DEFAULT ON NULL (0))""", [("q", 1, 0)]),
    ("""SELECT * FROM (SELECT 'e' k, 1 jan, NULL::int feb, 3 mar) UNPIVOT (n FOR m IN (jan, feb, mar))""",
     [("e", "JAN", 1), ("e", "MAR", 3)]),
    ("""SELECT m, n FROM (SELECT 1 jan, NULL::int feb) UNPIVOT INCLUDE NULLS (n FOR m IN (jan AS 'J', feb AS 'F'))""",
     [("J", 1), ("F", None)]),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "expected"), CASES, ids=[sql for sql, _ in CASES])
def test_rows(sql: str, expected: list[tuple[Any, ...]], run: Callable[..., list[tuple[Any, ...]]]) -> None:
    assert run(sql) == expected


def test_pivot_columns_keep_the_quotes_of_texts(connection: Any) -> None:
    sql = "SELECT * FROM (SELECT * FROM VALUES ('jan', 1) v(m, n)) PIVOT (SUM(n) FOR m IN ('jan', 'feb'))"
    assert [d.name for d in connection.cursor().execute(sql).description] == ["'jan'", "'feb'"]


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("'10:11:12'::TIME", "'10:11:12'"),
        ("'2024-01-02'::DATE", "'2024-01-02'"),
        ("'2024-01-02 10:11:12.5'::TIMESTAMP_NTZ", "'2024-01-02 10:11:12.500'"),
        ("'2024-01-02 10:11:12.5 +0200'::TIMESTAMP_TZ", "'2024-01-02 10:11:12.500 +0200'"),
        ("2.5::NUMBER(10, 2)", "2.50"),
        ("TO_BINARY('AB')", "'AB'"),
        ("PARSE_JSON('[1]')", "'[1]'"),
    ],
)
@pytest.mark.parametrize("which", ["ANY", "SELECT x FROM v"])
def test_pivot_names_its_columns_by_the_values_that_are_there(
    value: str, name: str, which: str, connection: Any
) -> None:
    sql = f"WITH v AS (SELECT 1 n, {value} x) SELECT * FROM v PIVOT (SUM(n) FOR x IN ({which}))"
    cursor = connection.cursor().execute(sql)
    assert ([column.name for column in cursor.description], cursor.fetchall()) == ([name], [(1,)])


def test_using_needs_the_column_on_both_sides(run: Callable[..., Any]) -> None:
    with pytest.raises(ProgrammingError) as raised:
        run(f"SELECT * FROM {L} JOIN {R} USING (x)")
    assert raised.value.errno == 904


def test_a_sample_with_a_seed_is_the_same_again(run: Callable[..., list[tuple[Any, ...]]]) -> None:
    run("CREATE OR REPLACE TABLE numbers AS SELECT seq4() n FROM TABLE(GENERATOR(ROWCOUNT => 1000))")
    query = "SELECT n FROM numbers SAMPLE BERNOULLI (20) SEED (7) ORDER BY n"
    first = run(query)
    assert first == run(query)
    assert 100 < len(first) < 300
    assert len(run("SELECT n FROM numbers SAMPLE (10 ROWS)")) == 10
