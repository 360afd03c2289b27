"""DESCRIBE, SHOW and the options of Python functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from snowflake.connector import DictCursor, SnowflakeConnection

BODY = "def run(x, y):\n    return x"


@pytest.fixture(autouse=True)
def _function(define: Callable[..., None]) -> None:
    more = "PACKAGES = ('pandas', 'numpy') COMMENT = 'why not' STRICT IMMUTABLE"
    define("listed(x INT, y VARCHAR DEFAULT 'a')", "NUMBER(10,2)", BODY, more)


def test_describe(connection: SnowflakeConnection) -> None:
    rows = dict(connection.cursor().execute("DESCRIBE FUNCTION listed(INT, VARCHAR)").fetchall())
    assert rows["signature"] == "(X NUMBER, Y VARCHAR)"
    assert rows["returns"] == "NUMBER(10,2)"
    assert rows["language"] == "PYTHON"
    assert rows["null handling"] == "RETURNS NULL ON NULL INPUT"
    assert rows["volatility"] == "IMMUTABLE"
    assert rows["body"].strip() == BODY
    assert rows["handler"] == "run"
    assert rows["runtime_version"] == "3.11"
    assert rows["packages"] == "['pandas','numpy']"
    assert rows["imports"] == "[]"


def test_show(connection: SnowflakeConnection) -> None:
    cursor = connection.cursor(DictCursor)
    (row,) = cursor.execute("SHOW USER FUNCTIONS LIKE 'LISTED'").fetchall()
    assert (row["name"], row["language"], row["is_table_function"]) == ("LISTED", "PYTHON", "N")
    assert row["arguments"] == "LISTED(NUMBER, DEFAULT VARCHAR) RETURN NUMBER"
    assert (row["description"], row["min_num_arguments"], row["max_num_arguments"]) == ("why not", 1, 2)


def test_table_and_aggregate_functions(connection: SnowflakeConnection, define: Any, run: Any) -> None:
    define(
        "pair(x INT)",
        "TABLE (a INT, b VARCHAR)",
        "class run:\n    def process(self, x):\n        yield x, 'b'",
    )
    run(
        "CREATE OR REPLACE AGGREGATE FUNCTION gathered(x INT) RETURNS INT LANGUAGE PYTHON RUNTIME_VERSION = 3.11"
        " HANDLER = 'Sum' AS 'class Sum: pass'"
    )
    cursor = connection.cursor(DictCursor)
    rows = {r["name"]: r for r in cursor.execute("SHOW USER FUNCTIONS").fetchall()}
    assert rows["PAIR"]["is_table_function"] == "Y"
    assert rows["PAIR"]["arguments"] == "PAIR(NUMBER) RETURN TABLE (A NUMBER, B VARCHAR)"
    assert rows["GATHERED"]["is_aggregate"] == "Y"


def test_comment(run: Any, connection: SnowflakeConnection) -> None:
    run("COMMENT ON FUNCTION listed(INT, VARCHAR) IS 'a new one'")
    (row,) = connection.cursor(DictCursor).execute("SHOW USER FUNCTIONS LIKE 'listed'").fetchall()
    assert row["description"] == "a new one"


def test_granted(run: Any) -> None:
    run("CREATE ROLE IF NOT EXISTS readers")
    run("GRANT USAGE ON FUNCTION listed(INT, VARCHAR) TO ROLE readers")


def test_information_schema(run: Any) -> None:
    query = (
        "SELECT function_language, volatility, is_null_call FROM information_schema.functions"
        " WHERE function_name = 'LISTED' AND function_schema = CURRENT_SCHEMA()"
    )
    assert run(query) == [("PYTHON", "IMMUTABLE", "NO")]


CREATE = "CREATE FUNCTION refused() RETURNS INT LANGUAGE PYTHON {options} AS 'def run(): return 1'"


class TestRefused:
    def test_an_unknown_package(self, fails: Any) -> None:
        options = "RUNTIME_VERSION = 3.11 HANDLER = 'run' PACKAGES = ('numpy', 'no-such-thing')"
        code, state, text = fails(CREATE.format(options=options))
        assert (code, state) == ("391531", "42601")
        assert "Cannot create a Python function with the specified packages." in text
        assert "no-such-thing" in text

    def test_a_version_that_is_not_here(self, fails: Any) -> None:
        options = "RUNTIME_VERSION = 3.11 HANDLER = 'run' PACKAGES = ('numpy==0.0.1')"
        assert fails(CREATE.format(options=options))[0] == "391531"

    def test_without_handler_or_version(self, fails: Any) -> None:
        assert "HANDLER" in fails(CREATE.format(options="RUNTIME_VERSION = 3.11"))[2]
        assert "RUNTIME_VERSION" in fails(CREATE.format(options="HANDLER = 'run'"))[2]
        assert "2.7" in fails(CREATE.format(options="HANDLER = 'run' RUNTIME_VERSION = '2.7'"))[2]

    def test_a_missing_import(self, fails: Any) -> None:
        options = "RUNTIME_VERSION = 3.11 HANDLER = 'a.run' IMPORTS = ('@~/no_such_file.py')"
        assert "no_such_file.py" in fails(CREATE.format(options=options))[2]

    def test_failed_creation_leaves_nothing(self, fails: Any) -> None:
        fails(CREATE.format(options="RUNTIME_VERSION = 3.11 HANDLER = 'run' PACKAGES = ('no-such-thing')"))
        assert fails("SELECT refused()")[0] == "002140"
