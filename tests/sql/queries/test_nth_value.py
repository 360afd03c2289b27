"""NTH_VALUE … FROM FIRST | LAST."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def numbers(run: Run) -> str:
    """A table of a part with five numbers, the last one NULL, and a part with two."""
    run("CREATE OR REPLACE TABLE numbers (p INT, i INT, v INT)")
    run(
        "INSERT INTO numbers VALUES (1, 1, 1), (1, 2, 2), (1, 3, 3), (1, 4, 4), (1, 5, NULL), (2, 1, 10), (2, 2, 20)"
    )
    return "numbers"


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("NTH_VALUE(v, 2) FROM FIRST OVER (PARTITION BY p ORDER BY i)", [2, 2, 2, 2, 2, 20, 20]),
        ("NTH_VALUE(v, 2) FROM LAST OVER (PARTITION BY p ORDER BY i)", [4, 4, 4, 4, 4, 10, 10]),
        ("NTH_VALUE(v, 2) FROM LAST IGNORE NULLS OVER (PARTITION BY p ORDER BY i)", [3, 3, 3, 3, 3, 10, 10]),
        ("NTH_VALUE(v, 1) FROM LAST OVER (PARTITION BY p ORDER BY i DESC)", [1, 1, 1, 1, 1, 10, 10]),
        (
            "NTH_VALUE(v, 2) FROM LAST OVER (PARTITION BY p ORDER BY i ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)",
            [None, 1, 2, 3, 4, None, 10],
        ),
    ],
)
def test_from_the_end(run: Run, numbers: str, call: str, expected: list[int | None]) -> None:
    rows = run(f"SELECT {call} FROM {numbers} ORDER BY p, i")
    assert [row[0] for row in rows] == expected


def test_a_table_may_be_called_last(run: Run) -> None:
    run("CREATE OR REPLACE TABLE last (a INT)")
    assert run("SELECT NTH_VALUE(a, 1) OVER (ORDER BY a) FROM last") == []
