"""What the tests of Python functions share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from snowflake.connector import SnowflakeConnection
from snowflake.connector.errors import Error

Define = Callable[..., None]
Failure = tuple[str, str, str]


@pytest.fixture
def define(run: Callable[..., Any]) -> Define:
    """Creates a Python function: ``define("f(x INT)", "INT", body)``; ``more`` are further clauses."""

    def create(signature: str, returns: str, body: str, more: str = "", handler: str = "run") -> None:
        run(
            f"CREATE OR REPLACE FUNCTION {signature} RETURNS {returns} LANGUAGE PYTHON"
            f" RUNTIME_VERSION = '3.11' HANDLER = '{handler}' {more} AS $$\n{body}\n$$"
        )

    return create


@pytest.fixture
def procedure(run: Callable[..., Any]) -> Define:
    """Creates a Python procedure: ``procedure("p(x INT)", "INT", body)``; ``more`` are further clauses."""

    def create(signature: str, returns: str, body: str, more: str = "", handler: str = "run") -> None:
        run(
            f"CREATE OR REPLACE PROCEDURE {signature} RETURNS {returns} LANGUAGE PYTHON"
            f" RUNTIME_VERSION = '3.11' PACKAGES = ('snowflake-snowpark-python') HANDLER = '{handler}' {more}"
            f" AS $$\n{body}\n$$"
        )

    return create


@pytest.fixture
def fails(connection: SnowflakeConnection) -> Callable[[str], Failure]:
    """Code, SQLSTATE and message of the error that a statement ends with."""

    def execute(sql: str) -> Failure:
        with pytest.raises(Error) as failure:
            connection.cursor().execute(sql).fetchall()
        error = failure.value
        return f"{error.errno:06d}", str(error.sqlstate), str(error.raw_msg)

    return execute
