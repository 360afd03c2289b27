"""Calling models' methods from SQL, in every form."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from snowflake.snowpark import Session

from tests.ml.conftest import Failure

Rows = Callable[[str], list[tuple[Any, ...]]]
Fails = Callable[[str], Failure]


@pytest.fixture(scope="module", autouse=True)
def _model(opened: Session, staged: Callable[..., str]) -> None:
    """HAND with V1 (adds 0) and V2 (adds 100), and a table POINTS."""
    opened.sql(f"CREATE MODEL HAND WITH VERSION V1 FROM {staged('FIRST')}").collect()
    opened.sql(f"ALTER MODEL HAND ADD VERSION V2 FROM {staged('SECOND', base=100)}").collect()
    opened.sql("CREATE TABLE POINTS AS SELECT * FROM VALUES ('a', 1), ('a', 2), ('b', 5) p(G, X)").collect()


@pytest.mark.parametrize(
    "form",
    [
        "SELECT HAND!PLUS(X, 1) FROM POINTS",
        "SELECT hand!plus(X, 1) FROM POINTS",
        "SELECT {schema}.HAND!PLUS(POINTS.X, 1) FROM POINTS",
        "SELECT MODEL(HAND)!PLUS(X, 1) FROM POINTS",
        "SELECT MODEL({schema}.HAND, V1)!PLUS(X, 1) FROM POINTS",
        "SELECT MODEL(HAND, DEFAULT)!PLUS(X, 1) FROM POINTS",
        "SELECT HAND!PLUS(X => X, N => 1) FROM POINTS",
        "WITH m AS MODEL HAND SELECT m!PLUS(X, 1) FROM POINTS",
        "WITH m AS MODEL {schema}.HAND VERSION V1 SELECT m!PLUS(p.X, 1) FROM POINTS p",
        "WITH m AS MODEL HAND VERSION first, q AS (SELECT X FROM POINTS) SELECT m!PLUS(X, 1) FROM q",
        "WITH q AS (SELECT X FROM POINTS), m AS MODEL HAND SELECT m!PLUS(X, 1) FROM q",
        "SELECT * FROM (WITH m AS MODEL HAND SELECT m!PLUS(X, 1) FROM POINTS)",
        "WITH m AS MODEL HAND SELECT r FROM (SELECT m!PLUS(X, 1) AS r FROM POINTS)",
        "WITH m AS MODEL HAND, q AS (SELECT m!PLUS(X, 1) AS r FROM POINTS) SELECT r FROM q",
    ],
)
def test_forms(rows: Rows, schema: str, form: str) -> None:
    assert sorted(rows(form.format(schema=schema))) == [(2.0,), (3.0,), (6.0,)]


def test_versions(rows: Rows) -> None:
    sql = "WITH a AS MODEL HAND VERSION V1, b AS MODEL HAND VERSION LAST SELECT a!PLUS(X), b!PLUS(X) FROM POINTS"
    assert sorted(rows(sql)) == [(11.0, 111.0), (12.0, 112.0), (15.0, 115.0)]  # 10 where N is left out


def test_a_with_name_hides_a_model(rows: Rows) -> None:
    assert rows("WITH HAND AS MODEL HAND VERSION V2 SELECT HAND!PLUS(1, 1)") == [(102.0,)]


def test_objects(rows: Rows) -> None:
    sql = "SELECT HAND!TWICE(X)['twice']::INT, HAND!TWICE(X):SIZE::STRING FROM POINTS ORDER BY 1"
    assert rows(sql) == [(2, "small"), (4, "small"), (10, "big")]
    ((found,),) = rows("SELECT HAND!TWICE(2.5)")
    assert json.loads(found) == {"twice": 5, "SIZE": "big"}


def test_where_group_by_and_order_by(rows: Rows) -> None:
    sql = (
        "SELECT HAND!TWICE(X):SIZE::STRING AS S, SUM(HAND!PLUS(X, 0)) FROM POINTS"
        " WHERE HAND!PLUS(X, 0) > 1 GROUP BY S ORDER BY S"
    )
    assert rows(sql) == [("big", 5.0), ("small", 2.0)]


def test_names_and_types_of_results(opened: Session) -> None:
    found = opened.sql("SELECT HAND!PLUS(X, 1), MODEL(HAND, V1)!TWICE(X) FROM POINTS").schema
    assert [f.name for f in found.fields] == ['"HAND!PLUS(X, 1)"', '"MODEL(HAND, V1)!TWICE(X)"']


def test_views_and_tables_of_predictions(rows: Rows) -> None:
    rows("CREATE VIEW PREDICTED AS SELECT G, HAND!PLUS(X, 1) AS P FROM POINTS")
    rows("CREATE TABLE KEPT AS SELECT G, MODEL(HAND, V2)!PLUS(X, 1) AS P FROM POINTS")
    assert rows("SELECT SUM(P) FROM PREDICTED") == [(11.0,)]
    assert rows("SELECT SUM(P) FROM KEPT") == [(311.0,)]
    rows("UPDATE KEPT SET P = HAND!PLUS(P, 1) WHERE G = 'b'")
    assert rows("SELECT P FROM KEPT WHERE G = 'b'") == [(107.0,)]


@pytest.mark.parametrize(
    "form",
    [
        'SELECT * FROM POINTS, TABLE(HAND!"lower"(G, X) OVER (PARTITION BY G))',
        'SELECT *, FROM POINTS, TABLE(MODEL(HAND, V2)!"lower"(G, X) OVER (PARTITION BY G))',
        'WITH m AS MODEL HAND SELECT p.*, t.* FROM POINTS p, TABLE(m!"lower"(p.G, p.X) OVER (PARTITION BY p.G)) t',
    ],
)
def test_partitions(rows: Rows, form: str) -> None:
    assert sorted(rows(form)) == [("a", None, 3.0, 2), ("b", None, 5.0, 1)]


def test_one_partition_of_everything(rows: Rows) -> None:
    sql = 'SELECT SUMMED, COUNTED FROM POINTS, TABLE(HAND!"lower"(G, X) OVER (PARTITION BY 1))'
    assert rows(sql) == [(8.0, 3)]


def test_a_table_function_alone(rows: Rows) -> None:
    assert rows("SELECT * FROM TABLE(HAND!\"lower\"('z', 3))") == [(3.0, 1)]


def test_many_rows(rows: Rows) -> None:
    sql = "SELECT COUNT(*), SUM(HAND!PLUS(N, 0)) FROM (SELECT SEQ4() AS N FROM TABLE(GENERATOR(ROWCOUNT => 10000)))"
    assert rows(sql) == [(10000, 49995000.0)]


@pytest.mark.parametrize(
    ("sql", "code", "text"),
    [
        ("SELECT HAND!NONE(1)", "002140", "Unknown function HAND!NONE."),
        ("SELECT HAND!LOWER('a', 1)", "002140", "Unknown function HAND!LOWER."),
        ("SELECT HAND!\"lower\"('a', 1)", "002140", 'Unknown function HAND!"lower".'),
        ("SELECT * FROM TABLE(HAND!PLUS(1))", "002140", "Unknown function HAND!PLUS."),
        ("SELECT NONE!PLUS(1)", "002003", "Model 'NONE' does not exist or not authorized."),
        ("SELECT MODEL(HAND, V9)!PLUS(1)", "002003", "Version 'V9' does not exist or not authorized."),
        ("WITH m AS MODEL NONE SELECT m!PLUS(1)", "002003", "Model 'NONE' does not exist or not authorized."),
        ("SELECT HAND!PLUS()", "001044", "Invalid argument types for function 'HAND!PLUS': ()"),
        ("SELECT HAND!PLUS(1, 2, 3)", "001044", "Invalid argument types for function 'HAND!PLUS': "
         "(NUMBER(1,0), NUMBER(1,0), NUMBER(1,0))"),
        ("WITH m AS MODEL SELECT m!PLUS(1)", "001003", None),
        ("WITH m AS MODEL HAND VERSION SELECT 1", "001003", None),
    ],
)  # fmt: skip
def test_refusals(fails: Fails, sql: str, code: str, text: str | None) -> None:
    found, _, message = fails(sql)
    assert found == code
    assert text is None or message == f"SQL compilation error:\n{text}"


def test_a_failing_method(fails: Fails) -> None:
    code, state, text = fails("SELECT HAND!TWICE(-1)")
    assert (code, state) == ("100357", "P0000")
    assert "ValueError: nothing below 0" in text
    assert 'File "functions/twice.py", line 8, in infer' in text
    assert "in function HAND!TWICE with handler functions.twice.infer" in text
