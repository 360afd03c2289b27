"""Vectorized Python functions: handlers of pandas frames."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., list[tuple[Any, ...]]]
PANDAS = "PACKAGES = ('pandas')"
NUMBERS = "(SELECT SEQ8() AS x FROM TABLE(GENERATOR(ROWCOUNT => 5000)))"


def body(expression: str, mark: str = "@vectorized(input=pandas.DataFrame)") -> str:
    return f"import pandas\nfrom _snowflake import vectorized\n{mark}\ndef run(df):\n    return {expression}"


def test_marked_by_the_decorator(run: Run, define: Any) -> None:
    define("total(x INT, y FLOAT)", "FLOAT", body("df[0] + df[1]"), PANDAS)
    assert run("SELECT total(1, 2.5)") == [(3.5,)]
    assert run(f"SELECT SUM(total(x, 1)) FROM {NUMBERS}") == [(5000 * 4999 / 2 + 5000,)]
    assert run("SELECT total(x, 1) FROM (SELECT 1 AS x) WHERE x > 1") == []


def test_marked_by_an_attribute(run: Run, define: Any) -> None:
    text = "import pandas\ndef run(df):\n    return df[0] * 2\nrun._sf_vectorized_input = pandas.DataFrame"
    define("doubled(x INT)", "INT", text, PANDAS)
    assert run("SELECT doubled(21)") == [(42,)]


def test_batches_are_not_larger_than_asked(run: Run, define: Any) -> None:
    mark = "@vectorized(input=pandas.DataFrame, max_batch_size=100)"
    define("batch_size(x INT)", "INT", body("pandas.Series([len(df)] * len(df))", mark), PANDAS)
    assert run(f"SELECT MAX(batch_size(x)) FROM {NUMBERS}") == [(100,)]


def test_the_frame(run: Run, define: Any) -> None:
    shown = "pandas.Series([f'{list(df.columns)} {df.index[0]}'] * len(df))"
    define("frame(a INT, b INT)", "VARCHAR", body(shown), PANDAS)
    assert run("SELECT frame(1, 2)") == [("[0, 1] 0",)]


@pytest.mark.parametrize(
    ("kind", "value", "dtype"),
    [
        ("INT", "1", "int64"), ("NUMBER(10,2)", "1.5", "float64"), ("FLOAT", "1.5", "float64"),
        ("BOOLEAN", "TRUE", "bool"), ("DATE", "'2024-01-01'::DATE", "datetime64"),
        ("TIMESTAMP_NTZ", "'2024-01-01'::TIMESTAMP_NTZ", "datetime64[ns]"), ("BINARY", "TO_BINARY('00')", "object"),
        ("VARIANT", "PARSE_JSON('{}')", "object"), ("ARRAY", "[1]", "object"), ("TIME", "'12:00'::TIME", "object"),
    ],
)  # fmt: skip
def test_types_of_series(run: Run, define: Any, kind: str, value: str, dtype: str) -> None:
    run("CREATE OR REPLACE SCHEMA in_series")
    define(f"dtype_of(x {kind})", "VARCHAR", body("pandas.Series([str(df[0].dtype)] * len(df))"), PANDAS)
    ((found,),) = run(f"SELECT dtype_of({value})")
    assert found.startswith(dtype)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("INT", "[1, 2, None]", [1, 2, None]),
        ("NUMBER(10,2)", "[1, 2.25, None]", [1, 2.25, None]),
        ("FLOAT", "[1, 2, 3]", [1.0, 2.0, 3.0]),
        ("VARCHAR", "['a', None, 'c']", ["a", None, "c"]),
        ("BOOLEAN", "[True, None, False]", [True, None, False]),
        ("DATE", "pandas.to_datetime(['2024-01-01', None, '2024-01-03'])",
         [datetime.date(2024, 1, 1), None, datetime.date(2024, 1, 3)]),
        ("TIMESTAMP_NTZ", "pandas.to_datetime(['2024-01-01 01:00', None, '2024-01-03 00:00'])",
         [datetime.datetime(2024, 1, 1, 1), None, datetime.datetime(2024, 1, 3)]),
        ("ARRAY", "[[1], None, [2, 3]]", ["[1]", None, "[2,3]"]),
        ("VARIANT", "[{'a': 1}, {'a': 2}, {'a': 3}]", ['{"a":1}', '{"a":2}', '{"a":3}']),
    ],
)  # fmt: skip
def test_results(run: Run, define: Any, kind: str, value: str, expected: list[Any]) -> None:
    define("made(x INT)", kind, body(f"pandas.Series({value})"), PANDAS)
    found = run("SELECT made(x) FROM VALUES (1), (2), (3) AS v(x)")
    texts = [v if v is None or kind not in ("ARRAY", "VARIANT") else "".join(v.split()) for (v,) in found]
    assert texts == expected


def test_large_numbers_stay_exact(run: Run, define: Any) -> None:
    define("same_number(x INT)", "INT", body("df[0]"), PANDAS)
    assert run("SELECT same_number(9007199254740993)") == [(9007199254740993,)]
    assert run("SELECT same_number(12345678901234567890123456789)") == [(12345678901234567890123456789,)]


def test_nulls(run: Run, define: Any) -> None:
    define("filled(x INT)", "INT", body("df[0].fillna(-1)"), PANDAS)
    assert run("SELECT filled(x) FROM VALUES (1), (NULL) AS v(x)") == [(1,), (-1,)]
    define("filled(x VARCHAR)", "BOOLEAN", body("df[0].isna()"), PANDAS)
    assert run("SELECT filled(x) FROM VALUES ('a'), (NULL) AS v(x)") == [(False,), (True,)]


def test_a_result_of_another_length_is_an_error(define: Any, fails: Any) -> None:
    define("short(x INT)", "INT", body("df[0][:1]"), PANDAS)
    code, _, text = fails("SELECT short(x) FROM VALUES (1), (2) AS v(x)")
    assert code == "100357"
    assert "in function SHORT with handler run" in text
