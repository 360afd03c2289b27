"""ASOF JOIN: the closest row, NULLs, ties, chains, and what its conditions may be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import snowflake.connector
from snowflake.connector import SnowflakeConnection
from snowflake.connector.errors import ProgrammingError

Rows = list[tuple[Any, ...]]
Run = Callable[..., Rows]


@pytest.fixture(scope="module")
def tables(server: dict[str, Any], schema: str) -> str:
    """The tables Q and R of Snowflake's recorded answers, in the module's schema."""
    database, name = schema.split(".")
    with snowflake.connector.connect(**{**server, "database": database, "schema": name}) as connection:
        cursor = connection.cursor()
        cursor.execute("CREATE TABLE q (k INTEGER, t INTEGER, v INTEGER)")
        cursor.execute("CREATE TABLE r (k INTEGER, t INTEGER, w INTEGER)")
        cursor.execute("INSERT INTO q VALUES (1, 10, 100), (1, 20, 200), (2, 10, 300), (3, 10, 400)")
        cursor.execute("INSERT INTO r VALUES (1, 5, 1), (1, 15, 2), (1, 25, 3), (2, 50, 4)")
    return schema


CASES: list[tuple[str, Rows]] = [
    ("SELECT q.k, q.t, r.t, r.w FROM q ASOF JOIN r MATCH_CONDITION (q.t >= r.t) ON q.k = r.k ORDER BY q.k, q.t",
     [(1, 10, 5, 1), (1, 20, 15, 2), (2, 10, None, None), (3, 10, None, None)]),
    ("SELECT q.k, q.t, r.t FROM q ASOF JOIN r MATCH_CONDITION (q.t <= r.t) ON q.k = r.k ORDER BY q.k, q.t",
     [(1, 10, 15), (1, 20, 25), (2, 10, 50), (3, 10, None)]),
    ("SELECT q.k, q.t, r.t FROM q ASOF JOIN r MATCH_CONDITION (q.t > r.t) ON q.k = r.k ORDER BY q.k, q.t",
     [(1, 10, 5), (1, 20, 15), (2, 10, None), (3, 10, None)]),
    ("SELECT q.k, q.t, r.k, r.t FROM q ASOF JOIN r MATCH_CONDITION (q.t >= r.t) ORDER BY q.k, q.t",
     [(1, 10, 1, 5), (1, 20, 1, 15), (2, 10, 1, 5), (3, 10, 1, 5)]),
    ("SELECT q.t, r.t FROM q ASOF JOIN r MATCH_CONDITION (q.t >= r.t + 1) ON q.k = r.k ORDER BY q.t, r.t",
     [(10, 5), (10, None), (10, None), (20, 15)]),
    ("""SELECT q.t, r.t, r2.t FROM q ASOF JOIN r MATCH_CONDITION (q.t >= r.t) ON q.k = r.k
        ASOF JOIN r r2 MATCH_CONDITION (q.t >= r2.t) ON q.k = r2.k WHERE q.k = 1 ORDER BY q.t""",
     [(10, 5, 5), (20, 15, 15)]),
    ("""WITH cq AS (SELECT * FROM q) SELECT cq.t, r.t FROM cq ASOF JOIN r MATCH_CONDITION (cq.t >= r.t)
        ON cq.k = r.k WHERE cq.k = 1 ORDER BY cq.t""", [(10, 5), (20, 15)]),
    ("""SELECT z.t, s.t FROM q z ASOF JOIN (SELECT * FROM r WHERE w < 3) s MATCH_CONDITION (z.t >= s.t)
        ON z.k = s.k WHERE z.k = 1 ORDER BY z.t""", [(10, 5), (20, 15)]),
    ("SELECT COUNT(*) FROM q ASOF JOIN r OFFSET MATCH_CONDITION (q.t > OFFSET.t)", [(4,)]),
    ("SELECT COUNT(*) FROM q ASOF JOIN r LIMIT MATCH_CONDITION (q.t > w)", [(4,)]),
    # USING shows its column once
    ("SELECT * FROM q ASOF JOIN r MATCH_CONDITION (q.t >= r.t) USING (k) WHERE k = 1 ORDER BY v",
     [(1, 10, 100, 5, 1), (1, 20, 200, 15, 2)]),
    ("SELECT k, v, w FROM q JOIN (SELECT k FROM q WHERE k > 1) x USING (k) ASOF JOIN (SELECT t, w FROM r) s"
     " MATCH_CONDITION (q.t <= s.t) ORDER BY k", [(2, 300, 2), (3, 400, 2)]),
    # one of several closest rows
    ("""SELECT COUNT(*), MIN(x.w) IN (7, 8) FROM q ASOF JOIN (SELECT * FROM VALUES (10, 7), (10, 8) v(t, w)) x
        MATCH_CONDITION (q.t >= x.t) WHERE q.v = 100""", [(1, True)]),
    # NULLs match nothing, on neither side and in no key
    ("""SELECT l.n, r.w FROM (SELECT * FROM VALUES (1, 10, 'a'), (1, NULL, 'b'), (NULL, 10, 'c') v(k, t, n)) l
        ASOF JOIN (SELECT * FROM VALUES (1, 5, 'x'), (1, NULL, 'y'), (NULL, 9, 'z') v(k, t, w)) r
        MATCH_CONDITION (l.t >= r.t) ON l.k = r.k ORDER BY 1""", [("a", "x"), ("b", None), ("c", None)]),
    ("""SELECT l.d, r.w FROM (SELECT '2024-01-02'::DATE d) l
        ASOF JOIN (SELECT '2024-01-01 10:00'::TIMESTAMP_TZ t, 'w' w) r MATCH_CONDITION (l.d >= r.t)""",
     [(date(2024, 1, 2), "w")]),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "expected"), CASES)
def test_closest_rows(tables: str, run: Run, sql: str, expected: Rows) -> None:
    assert run(sql) == expected


def test_its_words_are_names_too(tables: str, run: Run) -> None:
    run("CREATE TABLE kw (asof INTEGER, match_condition INTEGER)")
    run("INSERT INTO kw VALUES (1, 2)")
    assert run("SELECT asof, match_condition FROM kw") == [(1, 2)]


HEAD = "SQL compilation error:\nMATCH_CONDITION clause is invalid: "
OPERATORS = "Only comparison operators '>=', '>', '<=' and '<' are allowed. Keywords such as AND and OR are not allowed."
SIDES = (
    "The left side allows only column references from the left side table, and the right side allows only column "
    "references from the right side table."
)
TYPES = "The left and right side expressions must be numeric or timestamp expressions."
ON = (
    "SQL compilation error:\nON clause for ASOF JOIN must contain conjunctions of equality conditions only. "
    "Disjunctions are not allowed. Each side of an equality condition must only refer to either the left table or "
    "the right table. "
)
FROM = "SELECT q.k FROM q ASOF JOIN r "
FAILURES = [
    ("MATCH_CONDITION (q.t = r.t)", 10001, HEAD + OPERATORS),
    ("MATCH_CONDITION (q.t >= r.t AND q.k = r.k)", 10001, HEAD + OPERATORS),
    ("MATCH_CONDITION (q.t BETWEEN r.t AND r.w)", 10001, HEAD + OPERATORS),
    ("MATCH_CONDITION (TRUE)", 10001, HEAD + OPERATORS),
    ("MATCH_CONDITION (r.t <= q.t)", 10002, HEAD + SIDES),
    ("MATCH_CONDITION (q.t >= q.v)", 10002, HEAD + SIDES),
    ("MATCH_CONDITION (q.t >= 1)", 10002, HEAD + SIDES),
    ("MATCH_CONDITION (q.t >= r.t + q.v)", 10002, HEAD + SIDES),
    ("MATCH_CONDITION (q.t::VARCHAR >= r.t::VARCHAR)", 10003, HEAD + TYPES),
    ("MATCH_CONDITION (q.t >= r.t) ON q.k >= r.k", 10010, ON + "Q.K >= R.K is invalid."),
    ("MATCH_CONDITION (q.t >= r.t) ON q.k = r.k OR q.v = r.w", 10010, ON + "(Q.K = R.K) OR (Q.V = R.W) is invalid."),
]  # fmt: skip


@pytest.mark.parametrize(("condition", "code", "message"), FAILURES)
def test_conditions_that_are_refused(
    tables: str, connection: SnowflakeConnection, condition: str, code: int, message: str
) -> None:
    with pytest.raises(ProgrammingError) as failure:
        connection.cursor().execute(FROM + condition)
    assert (failure.value.errno, failure.value.sqlstate) == (code, "42601")
    assert failure.value.raw_msg == message


@pytest.mark.parametrize(
    "tail",
    [
        "ASOF JOIN r ON q.k = r.k",
        "LEFT ASOF JOIN r MATCH_CONDITION (q.t >= r.t)",
        "ASOF JOIN r ON q.k = r.k MATCH_CONDITION (q.t >= r.t)",
    ],
)
def test_other_spellings_do_not_parse(tables: str, connection: SnowflakeConnection, tail: str) -> None:
    with pytest.raises(ProgrammingError) as failure:
        connection.cursor().execute(f"SELECT q.k FROM q {tail}")
    assert failure.value.errno == 1003


def test_names_are_looked_up_first(tables: str, connection: SnowflakeConnection) -> None:
    with pytest.raises(ProgrammingError) as failure:
        connection.cursor().execute("SELECT q.k FROM q ASOF JOIN r MATCH_CONDITION (r.nosuch >= q.t)")
    assert failure.value.raw_msg.endswith("error line 1 at position 47\ninvalid identifier 'R.NOSUCH'")
