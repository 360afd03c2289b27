"""Values and types of aggregates: recorded answers, the reference's examples, docstrings."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import snowflake.connector
from snowflake.connector import SnowflakeConnection
from snowflake.connector.errors import ProgrammingError

COLUMNS = {
    "c30_8": "NUMBER(30,8)", "c38_20": "NUMBER(38,20)", "c15_15": "NUMBER(15,15)", "c36_36": "NUMBER(36,36)",
    "c20_10": "NUMBER(20,10)", "c10_2": "NUMBER(10,2)", "c38_0": "NUMBER(38,0)", "c5_3": "NUMBER(5,3)",
}  # fmt: skip


@pytest.fixture(scope="module")
def shared(server: dict[str, Any], schema: str) -> Iterator[SnowflakeConnection]:
    database, name = schema.split(".")
    with snowflake.connector.connect(**server, database=database, schema=name) as connection:
        cursor = connection.cursor()
        cursor.execute(f"CREATE TABLE aw ({', '.join(f'{c} {t}' for c, t in COLUMNS.items())})")
        cursor.execute(
            "INSERT INTO aw VALUES (2.5, 2.5, 0.5, 0.5, 2.5, 2.5, 2, 2.5),"
            " (3.5, 3.5, 0.25, 0.25, 3.5, 3.5, 3, 3.5)"
        )
        yield connection


TYPES = [
    ("SUM(c10_2)", (22, 2)), ("SUM(c38_0)", (38, 0)),
    ("AVG(c30_8)", (38, 12)), ("AVG(c38_20)", (38, 20)), ("AVG(c15_15)", (27, 15)), ("AVG(c20_10)", (34, 12)),
    ("AVG(c10_2)", (28, 8)), ("AVG(c38_0)", (38, 6)), ("AVG(c5_3)", (23, 9)),
    ("AVG(c20_10) OVER (ORDER BY c20_10)", (34, 12)), ("AVG(c5_3) OVER (ORDER BY c5_3)", (23, 9)),
    ("AVG(c30_8) OVER ()", (38, 11)), ("AVG(c10_2) OVER ()", (25, 5)), ("AVG(c5_3) OVER ()", (20, 6)),
    ("AVG(c10_2) OVER (PARTITION BY c38_0)", (25, 5)),
    ("AVG(c10_2) OVER (ORDER BY c38_0 ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)", (25, 5)),
    ("VARIANCE(c30_8)", (38, 12)), ("VARIANCE(c10_2)", (38, 10)), ("VAR_POP(c38_0)", (38, 6)),
    ("VARIANCE(c36_36)", (38, 36)),
    ("MEDIAN(c30_8)", (33, 11)), ("MEDIAN(c10_2)", (13, 5)), ("MEDIAN(c38_0)", (38, 3)),
    ("PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY c5_3)", (8, 6)),
    ("PERCENTILE_DISC(0.5) WITHIN GROUP (ORDER BY c30_8)", (30, 8)),
    ("COUNT(c5_3)", (18, 0)), ("APPROX_COUNT_DISTINCT(c5_3)", (18, 0)),
    ("ROW_NUMBER() OVER (ORDER BY c5_3)", (18, 0)),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "expected"), TYPES)
def test_type(shared: SnowflakeConnection, expression: str, expected: tuple[int, int]) -> None:
    cursor = shared.cursor()
    cursor.execute(f"SELECT {expression} FROM aw")
    column = cursor.description[0]
    assert (column.precision, column.scale) == expected


VALUES = [
    ("AVG(c20_10)", "3.000000000000"), ("AVG(c38_0)", "2.500000"), ("AVG(c15_15)", "0.375000000000000"),
    ("VARIANCE(c38_20)", "0.50000000000000000000"), ("VAR_POP(c10_2)", "0.2500000000"),
    ("MEDIAN(c38_0)", "2.500"), ("AVG(c38_0) OVER ()", "2.500"),
    ("PERCENTILE_DISC(0.5) WITHIN GROUP (ORDER BY c30_8)", "2.50000000"),
    ("PERCENTILE_CONT(0.25) WITHIN GROUP (ORDER BY c38_0 DESC)", "2.750"),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "expected"), VALUES)
def test_value(shared: SnowflakeConnection, expression: str, expected: str) -> None:
    cursor = shared.cursor()
    cursor.execute(f"SELECT TO_VARCHAR({expression}) FROM aw LIMIT 1")
    assert cursor.fetchone() == (expected,)


PAIRS = "VALUES (1, 2), (1, 2), (4, 5), (2, 3), (3, NULL), (4, NULL), (6, 4)"
TENTHS = "VALUES (0.1::FLOAT, 0.5::FLOAT), (0.2, 0.6), (0.3, 0.7)"
OVER_ROWS = [
    (f"CORR(column1, column2) FROM {PAIRS}", 0.813681508328809),
    (f"CORR(column1, column2) FROM {TENTHS}", 0.9999999999999991),
    (f"COVAR_SAMP(column1, column2) FROM {TENTHS}", 0.010000000000000037),
    ("REGR_INTERCEPT(column1, column2) FROM VALUES (10, 11), (20, 22), (30, 35)", 1.1547344110854496),
    ("REGR_SLOPE(column1, column2) FROM VALUES (10, 11)", None),
    ("REGR_VALX(column1, column2) FROM VALUES (NULL, 11)", None),
    ("KURTOSIS(column1) FROM VALUES (1), (3), (10), (1), (3)", Decimal("3.613736609956")),
    ("PERCENTILE_DISC(0.5) WITHIN GROUP (ORDER BY column1 DESC) FROM VALUES (1), (2), (3), (4)", 3),
    ("COUNT(DISTINCT column1, column2) FROM VALUES (1, 2), (1, 2), (3, NULL), (2, 3)", 2),
    ("BOOLXOR_AGG(column1) FROM VALUES (TRUE), (TRUE), (TRUE)", False),
    ("LISTAGG(column1, ',') WITHIN GROUP (ORDER BY column1 DESC) FROM VALUES (1), (3), (NULL), (2)", "3,2,1"),
    ("LISTAGG(column1) FROM VALUES (NULL::VARCHAR)", ""),
    ("HLL_ESTIMATE(HLL_ACCUMULATE(column1)) FROM VALUES (1), (2), (2), (NULL)", 2),
    ("HLL_ESTIMATE(HLL_IMPORT(HLL_EXPORT(HLL_ACCUMULATE(column1)))) FROM VALUES (1), (2), (3)", 3),
    ("HLL_ESTIMATE(HLL_ACCUMULATE(column1)) FROM VALUES (NULL::INT)", 0),
    ("TO_JSON(APPROX_TOP_K_ACCUMULATE(column1, 10)) FROM VALUES ('a'), ('b'), ('a')",
     '{"counters":10,"datatype":"TEXT","precision":38,"scale":0,'
     '"state":[["a",2],["b",1]],"type":"approx_top_k"}'),
    ("TO_JSON(APPROX_TOP_K_ESTIMATE(APPROX_TOP_K_ACCUMULATE(column1, 10))) FROM VALUES (1), (2), (2)",
     "[[2,2]]"),
    ("HEX_ENCODE(BITMAP_CONSTRUCT_AGG(BITMAP_BIT_POSITION(column1))) FROM VALUES (1)",
     "00010000000000000000"),
    ("BITMAP_COUNT(BITMAP_CONSTRUCT_AGG(column1)) FROM VALUES (1), (5), (32767), (5)", 3),
    ("APPROXIMATE_SIMILARITY(m) FROM (SELECT MINHASH(20, column1) m FROM VALUES (1), (2) UNION ALL"
     " SELECT MINHASH(20, column1) FROM VALUES (2), (1), (2))", 1.0),
]  # fmt: skip


@pytest.mark.parametrize(("query", "expected"), OVER_ROWS)
def test_over_rows(shared: SnowflakeConnection, query: str, expected: object) -> None:
    cursor = shared.cursor()
    cursor.execute(f"SELECT {query}")
    assert cursor.fetchone() == (expected,)


REFUSED = [
    ("SUM(TRUE)", 1044, "Invalid argument types for function 'SUM': (BOOLEAN)"),
    ("SUM('2020-01-01'::DATE)", 1044, "Invalid argument types for function 'SUM': (DATE)"),
    ("MEDIAN(0.5::NUMBER(38,37))", None, "Invalid intermediate datatype: NUMBER(41,40)."),
    ("APPROX_TOP_K_ACCUMULATE(1, 0)", None, "Number of counters must be a positive integer"),
]


@pytest.mark.parametrize(("expression", "code", "message"), REFUSED)
def test_refused(shared: SnowflakeConnection, expression: str, code: int | None, message: str) -> None:
    with pytest.raises(ProgrammingError) as raised:
        shared.cursor().execute(f"SELECT {expression}")
    assert message in str(raised.value)
    assert code is None or raised.value.errno == code
