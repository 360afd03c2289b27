"""Python aggregate functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., list[tuple[Any, ...]]]
RANGE = """class run:
    def __init__(self):
        self._state = (None, None)
    @property
    def aggregate_state(self):
        return self._state
    def accumulate(self, x):
        low, high = self._state
        if x is not None:
            self._state = (x if low is None else min(low, x), x if high is None else max(high, x))
    def merge(self, other):
        for x in other:
            self.accumulate(x)
    def finish(self):
        low, high = self._state
        return None if low is None else high - low"""


@pytest.fixture(autouse=True)
def _spread(run: Run) -> None:
    run(
        "CREATE OR REPLACE AGGREGATE FUNCTION spread(x INT) RETURNS INT LANGUAGE PYTHON RUNTIME_VERSION = 3.11"
        f" HANDLER = 'run' AS $$\n{RANGE}\n$$"
    )
    run(
        "CREATE OR REPLACE TABLE points AS SELECT * FROM VALUES ('a', 1), ('a', 9), ('b', 4), ('c', NULL) AS v(k, x)"
    )


def test_groups(run: Run) -> None:
    query = "SELECT k, spread(x), COUNT(*) FROM points GROUP BY k ORDER BY k"
    assert run(query) == [("a", 8, 2), ("b", 0, 1), ("c", None, 1)]


def test_all_rows_and_no_rows(run: Run) -> None:
    assert run("SELECT spread(x) FROM points") == [(8,)]
    assert run("SELECT spread(x) FROM points WHERE x > 100") == [(None,)]
    assert run("SELECT k, spread(x) FROM points WHERE x > 100 GROUP BY k") == []


def test_having_and_expressions(run: Run) -> None:
    assert run("SELECT k, spread(x) + 1 FROM points GROUP BY k HAVING spread(x) > 0") == [("a", 9)]


def test_distinct(run: Run) -> None:
    query = "SELECT summed(x), summed(DISTINCT x), summed(DISTINCT(x)) FROM VALUES (1), (1), (2) AS v(x)"
    run(
        "CREATE OR REPLACE AGGREGATE FUNCTION summed(x INT) RETURNS INT LANGUAGE PYTHON RUNTIME_VERSION = 3.11"
        " HANDLER = 'run' AS $$\nclass run:\n    def __init__(self):\n        self.s = 0\n"
        "    def accumulate(self, x):\n        self.s += x\n    def finish(self):\n        return self.s\n$$"
    )
    assert run(query) == [(4, 3, 3)]


def test_no_window_function(fails: Any) -> None:
    assert fails("SELECT spread(x) OVER (PARTITION BY k) FROM points")[0] == "000002"


def test_many_rows(run: Run) -> None:
    query = "SELECT spread(x) FROM (SELECT SEQ8() AS x FROM TABLE(GENERATOR(ROWCOUNT => 20000)))"
    assert run(query) == [(19999,)]


def test_an_error(run: Run, fails: Any) -> None:
    run(
        "CREATE OR REPLACE AGGREGATE FUNCTION broken(x INT) RETURNS INT LANGUAGE PYTHON RUNTIME_VERSION = 3.11"
        " HANDLER = 'run' AS $$\nclass run:\n    def accumulate(self, x):\n        raise ValueError('no good')\n$$"
    )
    code, _, text = fails("SELECT broken(x) FROM points")
    assert code == "100357"
    assert "ValueError: no good" in text
