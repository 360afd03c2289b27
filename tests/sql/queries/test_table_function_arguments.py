"""What the account's table functions take, and what they refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from snowflake.connector import SnowflakeConnection
from snowflake.connector.errors import ProgrammingError

Run = Callable[..., list[tuple[Any, ...]]]


@pytest.mark.parametrize(
    "function",
    [
        "TASK_HISTORY", "QUERY_HISTORY", "QUERY_HISTORY_BY_USER", "ALERT_HISTORY", "NOTIFICATION_HISTORY",
        "CURRENT_TASK_GRAPHS", "COMPLETE_TASK_GRAPHS", "DYNAMIC_TABLE_REFRESH_HISTORY",
        "DYNAMIC_TABLE_GRAPH_HISTORY",
    ],
)  # fmt: skip
def test_a_parameter_that_is_none_is_refused(connection: SnowflakeConnection, function: str) -> None:
    with pytest.raises(ProgrammingError) as error:
        connection.cursor().execute(f"SELECT 1 FROM TABLE(INFORMATION_SCHEMA.{function}(BOGUS => 1))")
    message = f"invalid argument for function [{function}] unexpected argument [BOGUS] at position 1,"
    assert error.value.errno == 1039
    assert message in str(error.value.raw_msg)


@pytest.mark.parametrize(
    ("call", "number"),
    [
        ("FLATTEN(INPUTT => PARSE_JSON('[1]'))", 1039),
        ("FLATTEN(PARSE_JSON('[1]'), INPUT => PARSE_JSON('[2]'))", 1044),
        ("SPLIT_TO_TABLE('a b', ' ', 'c')", 939),
        ("GENERATOR(ROWCOUNT => 'abc')", 1044),
        ("GENERATOR(ROWCOUNT => 1.5)", 1044),
        ("INFORMATION_SCHEMA.QUERY_HISTORY(RESULT_LIMIT => 'abc')", 1044),
        ("INFORMATION_SCHEMA.ALERT_HISTORY(RESULT_LIMIT => 1.5)", 1044),
        ("INFORMATION_SCHEMA.TASK_HISTORY(ERROR_ONLY => 'abc')", 100037),
        ("INFORMATION_SCHEMA.CURRENT_TASK_GRAPHS(1, 'R', 2)", 939),
    ],
)
def test_arguments_that_are_refused(connection: SnowflakeConnection, call: str, number: int) -> None:
    with pytest.raises(ProgrammingError) as error:
        connection.cursor().execute(f"SELECT 1 FROM TABLE({call})")
    assert error.value.errno == number


@pytest.mark.parametrize(
    "call",
    [
        "TASK_HISTORY(SCHEDULED_TIME_RANGE_START => NULL, RESULT_LIMIT => NULL)",
        "ALERT_HISTORY(NULL, NULL, NULL)",
        "NOTIFICATION_HISTORY(START_TIME => NULL)",
        "DYNAMIC_TABLE_REFRESH_HISTORY(DATA_TIMESTAMP_END => NULL, ERROR_ONLY => NULL)",
        "DYNAMIC_TABLE_GRAPH_HISTORY(AS_OF => NULL)",
        "QUERY_HISTORY(END_TIME_RANGE_START => NULL)",
    ],
)
def test_null_is_as_good_as_nothing(run: Run, call: str) -> None:
    assert len(run(f"SELECT COUNT(*) FROM TABLE(INFORMATION_SCHEMA.{call})")) == 1


def test_arguments_by_place(run: Run) -> None:
    for text in ("SELECT 1", "SELECT 2", "SELECT 3"):
        run(text)
    assert run("SELECT COUNT(*) FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY(NULL, NULL, 2))") == [(2,)]
