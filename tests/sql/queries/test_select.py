"""Queries: what they give, and what their columns are called."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal as D
from typing import Any

import pytest
from snowflake.connector import SnowflakeConnection
from snowflake.connector.errors import ProgrammingError

PEOPLE = """(SELECT * FROM VALUES (1, 'ann', 'x', 10), (2, 'bob', 'x', 20), (3, 'cat', 'y', 30), (4, 'dan', NULL, NULL)
AS p(id, name, team, pay))"""

CASES: list[tuple[str, list[tuple[Any, ...]]]] = [
    # FROM and names
    ("SELECT $1, $2 FROM VALUES (1, 'a'), (2, 'b')", [(1, "a"), (2, "b")]),
    ("SELECT column2 FROM VALUES (1, 'a')", [("a",)]),
    (f"SELECT p.name FROM {PEOPLE} p WHERE p.id = 3", [("cat",)]),
    ('SELECT "a", "A", A FROM (SELECT 1 AS "a", 2 AS "A")', [(1, 2, 2)]),
    ("SELECT a + 1 AS b, b * 2 AS c FROM (SELECT 1 AS a)", [(2, 4)]),
    ("SELECT a AS b FROM (SELECT 1 AS a, 2 AS b) WHERE b = 2", [(1,)]),
    ("SELECT x FROM (SELECT 5 AS a) t(x)", [(5,)]),
    ("SELECT 1 FROM dual", [(1,)]),
    # star
    ("SELECT * EXCLUDE (b) FROM (SELECT 1 a, 2 b, 3 c)", [(1, 3)]),
    ("SELECT * REPLACE (a + 10 AS a) FROM (SELECT 1 a, 2 b)", [(11, 2)]),
    ("SELECT * ILIKE '%b%' FROM (SELECT 1 ab, 2 cd, 3 b)", [(1, 3)]),
    ("SELECT t.*, u.* FROM (SELECT 1 a) t, (SELECT 2 b) u", [(1, 2)]),
    # grouping
    (f"SELECT team, count(*), sum(pay) FROM {PEOPLE} GROUP BY team ORDER BY team",
     [("x", 2, 30), ("y", 1, 30), (None, 1, None)]),
    (f"SELECT team t, count(*) FROM {PEOPLE} GROUP BY t HAVING count(*) > 1", [("x", 2)]),
    (f"SELECT upper(team), max(id) FROM {PEOPLE} GROUP BY 1 ORDER BY 1", [("X", 2), ("Y", 3), (None, 4)]),
    (f"SELECT team, max(id) FROM {PEOPLE} GROUP BY ALL ORDER BY team NULLS FIRST", [(None, 4), ("x", 2), ("y", 3)]),
    # the rows' numbers in aggregates, keys and WHERE
    ("SELECT MOD(SEQ4(), 3) k, COUNT(*), SUM(SEQ4()) FROM TABLE(GENERATOR(ROWCOUNT => 10)) GROUP BY k ORDER BY k",
     [(0, 4, 18), (1, 3, 12), (2, 3, 15)]),
    (f"SELECT team, SUM(p.pay), MAX(SEQ4()) FROM {PEOPLE} p WHERE id < 4 GROUP BY team ORDER BY team",
     [("x", 30, 1), ("y", 30, 2)]),
    ("SELECT AVG(UNIFORM(1, 10, RANDOM(5))) BETWEEN 5 AND 6 FROM TABLE(GENERATOR(ROWCOUNT => 1000))", [(True,)]),
    (f"SELECT id FROM {PEOPLE} p WHERE SEQ4() < 2 ORDER BY id", [(1,), (2,)]),
    (f"SELECT COUNT(*), SEQ4() FROM {PEOPLE} p", [(4, 0)]),
    ("SELECT a, b, sum(c) FROM VALUES (1, 2, 3), (1, 4, 5) v(a, b, c) GROUP BY ROLLUP(a, b) ORDER BY a, b",
     [(1, 2, 3), (1, 4, 5), (1, None, 8), (None, None, 8)]),
    ("SELECT a, b, grouping(a, b) g FROM VALUES (1, 2) v(a, b) GROUP BY CUBE(a, b) ORDER BY g",
     [(1, 2, 0), (1, None, 1), (None, 2, 2), (None, None, 3)]),
    ("SELECT a, b, count(*) FROM VALUES (1, 2) v(a, b) GROUP BY GROUPING SETS ((a), (b), ()) ORDER BY a, b",
     [(1, None, 1), (None, 2, 1), (None, None, 1)]),
    ("SELECT count(*), count(b), count(DISTINCT a, b), avg(a) FROM VALUES (1, 1), (1, NULL), (2, 3) v(a, b)",
     [(3, 2, 2, D("1.333333"))]),
    # order and limit
    ("SELECT a FROM VALUES (2), (NULL), (1) v(a) ORDER BY a", [(1,), (2,), (None,)]),
    ("SELECT a FROM VALUES (2), (NULL), (1) v(a) ORDER BY a DESC", [(None,), (2,), (1,)]),
    ("SELECT a FROM VALUES (2), (NULL), (1) v(a) ORDER BY 1 DESC NULLS LAST", [(2,), (1,), (None,)]),
    ("SELECT -a AS a FROM VALUES (1), (2) v(a) ORDER BY a", [(-2,), (-1,)]),
    ("SELECT a, b FROM VALUES (1, 2), (1, 1), (0, 9) v(a, b) ORDER BY ALL", [(0, 9), (1, 1), (1, 2)]),
    ("SELECT a, v::INT FROM (SELECT a, TO_VARIANT(a) v FROM VALUES (2), (1) x(a)) ORDER BY ALL", [(1, 1), (2, 2)]),
    ("SELECT a FROM (SELECT TO_VARIANT(a) a FROM VALUES (10), (9) x(a)) ORDER BY ALL", [("9",), ("10",)]),
    ("SELECT a FROM VALUES (1), (2), (3) v(a) ORDER BY a LIMIT 1 OFFSET 1", [(2,)]),
    ("SELECT TOP 2 a FROM VALUES (1), (2), (3) v(a) ORDER BY a DESC", [(3,), (2,)]),
    ("SELECT a FROM VALUES (1), (2), (3) v(a) ORDER BY a FETCH FIRST 2 ROWS ONLY", [(1,), (2,)]),
    ("SELECT DISTINCT a FROM VALUES (1), (1), (2) v(a) ORDER BY a", [(1,), (2,)]),
    # windows
    (f"SELECT name, row_number() OVER (PARTITION BY team ORDER BY id DESC) FROM {PEOPLE} ORDER BY id",
     [("ann", 2), ("bob", 1), ("cat", 1), ("dan", 1)]),
    ("SELECT sum(a) OVER (ORDER BY a ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM VALUES (1), (2), (3) v(a)"
     " ORDER BY 1", [(1,), (3,), (5,)]),
    ("SELECT last_value(a) OVER (ORDER BY a), lag(a, 1, 0) OVER (ORDER BY a) FROM VALUES (1), (2) v(a) ORDER BY 2",
     [(2, 0), (2, 1)]),
    ("SELECT first_value(a) IGNORE NULLS OVER (ORDER BY b) FROM VALUES (NULL, 1), (7, 2) v(a, b)", [(7,), (7,)]),
    (f"SELECT name FROM {PEOPLE} QUALIFY rank() OVER (ORDER BY pay DESC NULLS LAST) = 1", [("cat",)]),
    ("SELECT b, sum(sum(a)) OVER () FROM VALUES (1, 'x'), (2, 'y') v(a, b) GROUP BY b ORDER BY b",
     [("x", 3), ("y", 3)]),
    # subqueries
    ("SELECT (SELECT max(a) FROM VALUES (1), (5) v(a))", [(5,)]),
    (f"SELECT name FROM {PEOPLE} p WHERE pay > (SELECT avg(pay) FROM {PEOPLE} q WHERE q.team = p.team)", [("bob",)]),
    ("SELECT a FROM VALUES (1), (2) v(a) WHERE a IN (SELECT b FROM VALUES (2), (3) w(b))", [(2,)]),
    ("SELECT a FROM VALUES (1), (2) v(a) WHERE NOT EXISTS (SELECT 1 FROM VALUES (2) w(b) WHERE b = a)", [(1,)]),
    ("SELECT 3 > ALL (SELECT a FROM VALUES (1), (2) v(a)), 1 = ANY (SELECT a FROM VALUES (1), (2) v(a))",
     [(True, True)]),
    ("SELECT (1, 2) IN (SELECT a, b FROM VALUES (1, 2) v(a, b))", [(True,)]),
    # WITH
    ("WITH a AS (SELECT 1 x), b(y) AS (SELECT x + 1 FROM a) SELECT x, y FROM a, b", [(1, 2)]),
    ("WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 4) SELECT sum(n) FROM r", [(10,)]),
    ("WITH a AS (SELECT 1 x) SELECT * FROM (WITH a AS (SELECT 2 x) SELECT * FROM a)", [(2,)]),
    # set operations
    ("SELECT 1 UNION SELECT 1 UNION ALL SELECT 1", [(1,), (1,)]),
    ("SELECT a FROM VALUES (1), (2), (2) v(a) INTERSECT SELECT 2", [(2,)]),
    ("SELECT a FROM VALUES (1), (2), (2) v(a) EXCEPT SELECT 1", [(2,)]),
    ("SELECT 1 AS a UNION ALL SELECT 2.5 ORDER BY a DESC", [(D("2.5"),), (D("1.0"),)]),
    ("(SELECT 1) UNION ALL (SELECT 2 LIMIT 1) ORDER BY 1", [(1,), (2,)]),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "expected"), CASES, ids=[sql for sql, _ in CASES])
def test_rows(sql: str, expected: list[tuple[Any, ...]], run: Callable[..., list[tuple[Any, ...]]]) -> None:
    assert run(sql) == expected


NAMES = [
    ("SELECT 1", ["1"]),
    ("SELECT 'abc', a, b AS c FROM (SELECT 1 a, 2 b)", ["'ABC'", "A", "C"]),
    ("SELECT count(*), sum(a + 1) FROM (SELECT 1 a)", ["COUNT(*)", "SUM(A + 1)"]),
    ('SELECT upper("x"), "x" FROM (SELECT \'q\' AS "x")', ['UPPER("x")', "x"]),
    ("SELECT * FROM (SELECT 1 a, 2 a)", ["A", "A"]),
    ("SELECT a::varchar FROM (SELECT 1 a)", ["A::VARCHAR"]),
    ("SELECT * FROM VALUES (1, 2)", ["COLUMN1", "COLUMN2"]),
]


@pytest.mark.parametrize(("sql", "expected"), NAMES, ids=[sql for sql, _ in NAMES])
def test_column_names(sql: str, expected: list[str], connection: SnowflakeConnection) -> None:
    cursor = connection.cursor()
    assert [d.name for d in cursor.describe(sql)] == expected
    assert [d.name for d in cursor.execute(sql).description] == expected


ERRORS = [
    ("SELECT nope FROM (SELECT 1 a)", 904, "invalid identifier 'NOPE'"),
    ("SELECT t.b FROM (SELECT 1 a) t", 904, "invalid identifier 'T.B'"),
    ("SELECT * FROM nowhere", 2003, "does not exist or not authorized"),
    ("SELECT a FROM (SELECT 1 a) x, (SELECT 2 a) y", 2028, "ambiguous column name 'A'"),
    ("SELECT a, sum(b) FROM (SELECT 1 a, 2 b)", 979, "[A] is not a valid group by expression"),
    ("SELECT no_such_function(1)", 2140, "Unknown function NO_SUCH_FUNCTION"),
    ("SELECT list_transform([1], 2)", 2140, "Unknown function LIST_TRANSFORM"),
    ("SELECT * FROM TABLE(INFORMATION_SCHEMA.NONSENSE())", 2140, "Unknown function INFORMATION_SCHEMA.NONSENSE"),
    ("SELECT upper()", 938, "not enough arguments for function"),
    ("SELECT upper('a', 'b', 'c')", 939, "too many arguments for function"),
    ("SELECT 1 +", 1003, "syntax error"),
    ("SELECT a FROM", 1003, "syntax error"),
    ("SELECT 1 UNION SELECT 1, 2", 1789, "invalid number of result columns"),
    ("SELECT 1/0", 100051, "Division by zero"),
    ("SELECT 'abc'::int", 100038, "Numeric value 'abc' is not recognized"),
    ("SELECT (SELECT a FROM VALUES (1), (2) v(a))", 90150, "Single-row subquery returns more than one row."),
    ("SELECT row_number() FROM (SELECT 1 a)", 2303, "OVER"),
    ("SELECT $nope", 2211, "Session variable '$NOPE' does not exist"),
    ("SELECT a FROM VALUES (1) v(a) ORDER BY 2", 965, "[2] is not a valid order by expression"),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "number", "message"), ERRORS, ids=[sql for sql, _, _ in ERRORS])
def test_errors(sql: str, number: int, message: str, run: Callable[..., Any]) -> None:
    with pytest.raises(ProgrammingError) as raised:
        run(sql)
    assert (raised.value.errno, message in str(raised.value)) == (number, True), str(raised.value)


REFUSED = [
    ("SELECT a FROM VALUES (1) v(a) START WITH a = 1 CONNECT BY PRIOR a = a", "CONNECT BY"),
    (
        "SELECT * FROM (SELECT 1 a) MATCH_RECOGNIZE (ORDER BY a PATTERN (x) DEFINE x AS a > 0)",
        "MATCH_RECOGNIZE",
    ),
    ("SELECT * FROM SNOWFLAKE.ACCOUNT_USAGE.QUERY_HISTORY", "schema SNOWFLAKE.ACCOUNT_USAGE"),
    (
        "SELECT SNOWFLAKE.CORTEX.COMPLETE('a-model', 'hi')",
        "SNOWFLAKE.CORTEX.COMPLETE (schema SNOWFLAKE.CORTEX)",
    ),
    ("CALL SNOWFLAKE.ALERT.GET_CONDITION_QUERY_UUID()", "schema SNOWFLAKE.ALERT"),
    ("SELECT * FROM TABLE(INFORMATION_SCHEMA.LOGIN_HISTORY())", "INFORMATION_SCHEMA.LOGIN_HISTORY"),
    ("SELECT SYSTEM$LOG_INFO('hi')", "SYSTEM$LOG_INFO (event tables)"),
    ("SELECT SYSTEM$ALLOWLIST()", "SYSTEM$ALLOWLIST"),
]


@pytest.mark.parametrize(("sql", "name"), REFUSED)
def test_what_is_not_supported_yet_is_refused_by_name(sql: str, name: str, run: Callable[..., Any]) -> None:
    with pytest.raises(ProgrammingError) as raised:
        run(sql)
    assert raised.value.errno == 2
    assert "not supported by the local account" in str(raised.value)
    assert name in str(raised.value)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT *",
        "SELECT * FROM dual",
        "SELECT * FROM TABLE(GENERATOR(ROWCOUNT => 2))",
        "SELECT * EXCLUDE (a) FROM (SELECT 1 a)",
        "CREATE TABLE nothing AS SELECT * FROM dual",
        "CREATE VIEW nothing AS SELECT * FROM dual",
        "COPY INTO @~/nothing FROM (SELECT * FROM dual)",
    ],
)
def test_a_select_of_nothing(sql: str, run: Callable[..., Any]) -> None:
    with pytest.raises(ProgrammingError, match="SELECT with no columns") as raised:
        run(sql)
    assert (raised.value.errno, raised.value.sqlstate) == (2028, "42601")
