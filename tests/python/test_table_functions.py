"""Python table functions: process, end_partition, partitions and order, pandas frames."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture(autouse=True)
def _trades(run: Run) -> None:
    run(
        "CREATE OR REPLACE TABLE trades AS SELECT * FROM VALUES"
        " ('a', 1, 10), ('a', 2, 20), ('b', 1, 5), ('b', 2, NULL), (NULL, 1, 7) AS v(symbol, day, price)"
    )


COUNTDOWN = (
    "class run:\n    def process(self, n):\n        for i in range(n, 0, -1):\n            yield (i, 'x' * i)"
)


class TestProcess:
    def test_rows_of_one_call(self, run: Run, define: Any) -> None:
        define("countdown(n INT)", "TABLE (i INT, xs VARCHAR)", COUNTDOWN)
        assert run("SELECT * FROM TABLE(countdown(3))") == [(3, "xxx"), (2, "xx"), (1, "x")]
        assert run("SELECT c.xs FROM TABLE(countdown(1)) AS c") == [("x",)]
        assert run("SELECT * FROM TABLE(countdown(0))") == []

    def test_beside_a_table(self, run: Run, define: Any) -> None:
        define("countdown(n INT)", "TABLE (i INT, xs VARCHAR)", COUNTDOWN)
        query = (
            "SELECT t.symbol, c.i FROM trades t, TABLE(countdown(t.day)) c WHERE t.price > 5 ORDER BY 1, 2"
        )
        assert run(query) == [("a", 1), ("a", 1), ("a", 2), (None, 1)]
        query = "SELECT symbol, i FROM trades JOIN LATERAL countdown(day) WHERE symbol = 'b' ORDER BY day, i"
        assert run(query) == [("b", 1), ("b", 1), ("b", 2)]

    def test_returned_instead_of_yielded(self, run: Run, define: Any) -> None:
        define(
            "listed(x INT)",
            "TABLE (v INT)",
            "class run:\n    def process(self, x):\n        return [(x,), (x + 1,)]",
        )
        assert run("SELECT * FROM TABLE(listed(5))") == [(5,), (6,)]
        define("empty(x INT)", "TABLE (v INT)", "class run:\n    def process(self, x):\n        pass")
        assert run("SELECT * FROM TABLE(empty(5))") == []

    def test_types(self, run: Run, define: Any) -> None:
        text = (
            "import datetime, decimal\nclass run:\n    def process(self):\n"
            "        yield (None, decimal.Decimal('1.5'), datetime.date(2024, 1, 2), {'a': [1]}, b'x')"
        )
        define("typed()", "TABLE (n INT, d NUMBER(10,2), day DATE, v VARIANT, b BINARY)", text)
        query = "SELECT n, d::VARCHAR, day::VARCHAR, v:a[0]::INT, b::VARCHAR FROM TABLE(typed())"
        assert run(query) == [(None, "1.50", "2024-01-02", 1, "78")]

    def test_a_row_of_the_wrong_width(self, define: Any, fails: Any) -> None:
        define("narrow()", "TABLE (a INT, b INT)", "class run:\n    def process(self):\n        yield (1,)")
        code, _, text = fails("SELECT * FROM TABLE(narrow())")
        assert code == "100357"
        assert "in function NARROW with handler run" in text

    def test_an_exception(self, define: Any, fails: Any) -> None:
        define("broken()", "TABLE (a INT)", "class run:\n    def process(self):\n        yield (1 // 0,)")
        assert "ZeroDivisionError" in fails("SELECT * FROM TABLE(broken())")[2]


RUNNING = """class run:
    def __init__(self):
        self.total = 0
    def process(self, price):
        self.total += price or 0
        yield (self.total,)
    def end_partition(self):
        yield (-self.total,)"""
LAST = """class run:
    def __init__(self):
        self.rows = []
    def process(self, day, price):
        self.rows.append((day, price))
    def end_partition(self):
        yield self.rows[-1]"""


class TestPartitions:
    def test_one_instance_for_each(self, run: Run, define: Any) -> None:
        define("running(price INT)", "TABLE (total INT)", RUNNING)
        query = (
            "SELECT symbol, day, total FROM trades, TABLE(running(price) OVER (PARTITION BY symbol ORDER BY day))"
            " ORDER BY symbol, total"
        )
        assert run(query) == [
            ("a", None, -30), ("a", 1, 10), ("a", 2, 30), ("b", None, -5), ("b", 1, 5), ("b", 2, 5),
            (None, None, -7), (None, 1, 7),
        ]  # fmt: skip

    def test_order(self, run: Run, define: Any) -> None:
        define("last_row(day INT, price INT)", "TABLE (last_day INT, last_price INT)", LAST)
        for order, expected in (
            ("day", [("a", 2, 20), ("b", 2, None)]),
            ("day DESC", [("a", 1, 10), ("b", 1, 5)]),
        ):
            query = (
                "SELECT symbol, last_day, last_price FROM trades,"
                f" TABLE(last_row(day, price) OVER (PARTITION BY symbol ORDER BY {order}))"
                " WHERE symbol IS NOT NULL ORDER BY symbol"
            )
            assert run(query) == expected

    def test_the_whole_table_as_one(self, run: Run, define: Any) -> None:
        define("counted(x INT)", "TABLE (n INT)", (
            "class run:\n    def __init__(self):\n        self.n = 0\n    def process(self, x):\n        self.n += 1\n"
            "    def end_partition(self):\n        yield (self.n,)"
        ))  # fmt: skip
        assert run("SELECT n FROM trades, TABLE(counted(day) OVER (PARTITION BY 1))") == [(5,)]
        assert run("SELECT n FROM trades, TABLE(counted(day) OVER (ORDER BY day))") == [(5,)]

    def test_without_over_all_rows_are_one(self, run: Run, define: Any) -> None:
        define("running(price INT)", "TABLE (total INT)", RUNNING)
        query = (
            "SELECT day, total FROM (SELECT * FROM trades WHERE {}) t, TABLE(running(price)) ORDER BY total"
        )
        assert run(query.format("symbol = 'b'")) == [(None, -5), (1, 5), (2, 5)]
        assert run(query.format("FALSE")) == []

    def test_many_partitions(self, run: Run, define: Any) -> None:
        define("running(price INT)", "TABLE (total INT)", RUNNING)
        query = (
            "SELECT COUNT(*), SUM(total) FROM (SELECT MOD(SEQ4(), 700) AS k, 1 AS p"
            " FROM TABLE(GENERATOR(ROWCOUNT => 7000))) v, TABLE(running(v.p) OVER (PARTITION BY v.k))"
        )
        assert run(query) == [(7700, 700 * (55 - 10))]


FRAME = """import pandas
from _snowflake import vectorized
class run:
    @vectorized(input=pandas.DataFrame)
    def {method}(self, df):
        {body}"""


class TestFrames:
    def test_end_partition(self, run: Run, define: Any) -> None:
        text = FRAME.format(
            method="end_partition",
            body="return pandas.DataFrame({'n': [len(df)], 'mean': [df['PRICE'].mean()]})",
        )
        define("described(day INT, price FLOAT)", "TABLE (n INT, mean FLOAT)", text, "PACKAGES = ('pandas')")
        query = (
            "SELECT symbol, n, mean FROM trades, TABLE(described(day, price::FLOAT) OVER (PARTITION BY symbol))"
            " ORDER BY symbol"
        )
        assert run(query) == [("a", 2, 15.0), ("b", 2, 5.0), (None, 1, 7.0)]

    def test_process(self, run: Run, define: Any) -> None:
        text = FRAME.format(method="process", body="return (df.iloc[:, 0] * 2, df.iloc[:, 0] + 0.5)")
        define("scaled(price INT)", "TABLE (double INT, half FLOAT)", text, "PACKAGES = ('pandas')")
        query = "SELECT price, double, half FROM trades, TABLE(scaled(price)) WHERE price IS NOT NULL ORDER BY price"
        assert run(query) == [(5, 10, 5.5), (7, 14, 7.5), (10, 20, 10.5), (20, 40, 20.5)]
