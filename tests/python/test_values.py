"""Every SQL type into a handler and out of it."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

Run = Callable[..., list[tuple[Any, ...]]]
LONG = "12345678901234567890123456789012345678"

# type, SQL value, repr of what the handler gets
ARGUMENTS = [
    ("INT", "5", "5"),
    ("NUMBER(38,0)", LONG, LONG),
    ("NUMBER(38,0)", f"-{LONG}", f"-{LONG}"),
    ("NUMBER(10,2)", "1.50", "Decimal('1.50')"),
    ("NUMBER(38,37)", "0.1234567890123456789012345678901234567", "Decimal('0.1234567890123456789012345678901234567')"),
    ("FLOAT", "1.5", "1.5"),
    ("FLOAT", "'inf'::FLOAT", "inf"),
    ("VARCHAR", "'ä😀'", "'ä😀'"),
    ("BOOLEAN", "TRUE", "True"),
    ("BINARY", "TO_BINARY('00FF')", "b'\\x00\\xff'"),
    ("DATE", "'1969-07-20'::DATE", "datetime.date(1969, 7, 20)"),
    ("TIME", "'12:34:56.789'::TIME", "datetime.time(12, 34, 56, 789000)"),
    ("TIMESTAMP_NTZ", "'1900-01-02 03:04:05.678'::TIMESTAMP_NTZ", "datetime.datetime(1900, 1, 2, 3, 4, 5, 678000)"),
    ("TIMESTAMP_LTZ", "'2024-07-01 12:00:00 +0000'::TIMESTAMP_LTZ", "datetime.datetime(2024, 7, 1, 5, 0)"),
    (
        "TIMESTAMP_TZ", "'2024-07-01 12:00:00 +0530'::TIMESTAMP_TZ",
        "datetime.datetime(2024, 7, 1, 12, 0, tzinfo=datetime.timezone(datetime.timedelta(seconds=19800)))",
    ),
    ("VARIANT", "PARSE_JSON('{\"a\": [1, 2.5, null, true]}')", "{'a': [1, 2.5, None, True]}"),
    ("VARIANT", "'text'::VARIANT", "'text'"),
    ("VARIANT", "1::VARIANT", "1"),
    ("VARIANT", "1.5::FLOAT::VARIANT", "1.5"),
    ("VARIANT", "PARSE_JSON('null')", "None"),
    ("VARIANT", "'2024-02-29'::DATE::VARIANT", "'2024-02-29'"),
    ("ARRAY", "[1, 'a', NULL]", "[1, 'a', None]"),
    ("ARRAY", "NULL", "None"),
    ("OBJECT", "{'b': 1, 'a': {'c': 2}}", "{'a': {'c': 2}, 'b': 1}"),
    ("OBJECT", "NULL", "None"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "value", "expected"), ARGUMENTS)
def test_arguments(run: Run, define: Any, kind: str, value: str, expected: str) -> None:
    run("ALTER SESSION SET TIMEZONE = 'America/Los_Angeles'")
    run("DROP SCHEMA IF EXISTS in_values")
    run("CREATE SCHEMA in_values")
    define(f"shown(x {kind})", "VARCHAR", "def run(x):\n    return repr(x)")
    assert run(f"SELECT shown({value})") == [(expected,)]


# type, Python expression, SQL text of the result
RESULTS = [
    ("INT", "2**63 - 1", str(2**63 - 1)),
    ("NUMBER(38,0)", LONG, LONG),
    ("NUMBER(38,0)", f"[-{LONG}][0]", f"-{LONG}"),
    ("NUMBER(10,2)", "decimal.Decimal('12.34')", "12.34"),
    ("NUMBER(38,2)", "decimal.Decimal('123456789012345678901234567890123456.78')",
     "123456789012345678901234567890123456.78"),
    ("NUMBER(10,2)", "3", "3.00"),
    ("INT", "numpy.int64(3)", "3"),
    ("FLOAT", "1", "1"),
    ("FLOAT", "0.1 + 0.2", "0.3"),
    ("FLOAT", "float('nan')", "NaN"),
    ("VARCHAR", "'ä😀'", "ä😀"),
    ("VARCHAR", "''", ""),
    ("BOOLEAN", "False", "false"),
    ("BOOLEAN", "numpy.bool_(True)", "true"),
    ("BINARY", "b'\\x00\\xff'", "00FF"),
    ("DATE", "datetime.date(2024, 2, 29)", "2024-02-29"),
    ("TIME", "datetime.time(1, 2, 3, 4)", "01:02:03"),
    ("TIMESTAMP_NTZ", "datetime.datetime(2024, 2, 29, 1, 2, 3, 456000)", "2024-02-29 01:02:03.456"),
    ("TIMESTAMP_LTZ", "datetime.datetime(2024, 7, 1, 5)", "2024-07-01 05:00:00.000 -0700"),
    ("TIMESTAMP_TZ", "datetime.datetime(2024, 7, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))",
     "2024-07-01 00:00:00.000 +0200"),
    ("VARIANT", "{'b': [1, 1.1, None, True, 'x'], 'a': numpy.float64(2.5)}",
     '{"a":2.5,"b":[1,1.1,null,true,"x"]}'),
    ("VARIANT", "None", None),
    ("VARIANT", "'null'", "null"),
    ("VARIANT", "decimal.Decimal('1.10')", "1.10"),
    ("ARRAY", "[1, [2, None]]", "[1,[2,null]]"),
    ("ARRAY", "numpy.array([1, 2])", "[1,2]"),
    ("ARRAY", "None", None),
    ("OBJECT", "{'k': (1, 2)}", '{"k":[1,2]}'),
    ("OBJECT", "None", None),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "value", "expected"), RESULTS)
def test_results(run: Run, define: Any, kind: str, value: str, expected: str | None) -> None:
    run("ALTER SESSION SET TIMEZONE = 'America/Los_Angeles'")
    run("ALTER SESSION SET TIMESTAMP_OUTPUT_FORMAT = 'YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM'")
    run("ALTER SESSION SET TIMESTAMP_NTZ_OUTPUT_FORMAT = 'YYYY-MM-DD HH24:MI:SS.FF3'")
    body = f"import datetime, decimal, numpy\ndef run():\n    return {value}"
    define("given()", kind, body, "PACKAGES = ('numpy')")
    assert run("SELECT given()::VARCHAR") == [(expected,)]


def test_values_arrive_as_the_client_reads_them(run: Run, define: Any) -> None:
    define("same(x NUMBER(38,5))", "NUMBER(38,5)", "def run(x):\n    return x")
    define("same(x DATE)", "DATE", "def run(x):\n    return x")
    assert run("SELECT same(1.25), same('2024-02-29'::DATE)") == [
        (Decimal("1.25000"), datetime.date(2024, 2, 29))
    ]


class TestNullsOfVariants:
    """Snowflake's documentation: JSON null is None, SQL NULL an object with the attribute is_sql_null."""

    BODY = (
        "def run(a):\n    if not a:\n        return 'JSON null'\n"
        "    return 'SQL null' if getattr(a, 'is_sql_null', False) else 'not null'"
    )

    def test_arguments(self, run: Run, define: Any) -> None:
        define("null_kind(a VARIANT)", "VARCHAR", self.BODY)
        query = "SELECT null_kind(NULL), null_kind(PARSE_JSON('null')), null_kind(10)"
        assert run(query) == [("SQL null", "JSON null", "not null")]

    def test_results(self, run: Run, define: Any) -> None:
        define("echo_variant(a VARIANT)", "VARIANT", "def run(a):\n    return a")
        query = "SELECT TYPEOF(echo_variant(PARSE_JSON('null'))), echo_variant(NULL) IS NULL"
        assert run(query) == [("NULL_VALUE", True)]

    def test_its_class_has_the_name_that_handlers_ask_for(self, run: Run, define: Any) -> None:
        define("class_of(a VARIANT)", "VARCHAR", "def run(a):\n    return type(a).__name__")
        assert run("SELECT class_of(NULL)") == [("sqlNullWrapper",)]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("INT", "'no number'"), ("NUMBER(5,0)", "123456"), ("FLOAT", "'x'"), ("DATE", "5"), ("BINARY", "'text'"),
        ("TIMESTAMP_TZ", "datetime.datetime(2024, 1, 1)"),
        ("TIMESTAMP_NTZ", "datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_an_error(define: Any, fails: Any, kind: str, value: str) -> None:
    define("misfit()", kind, f"import datetime\ndef run():\n    return {value}")
    code, state, text = fails("SELECT misfit()")
    assert (code, state) == ("100357", "P0000")
    assert "in function MISFIT with handler run" in text
