"""Context, system, generated, vector and XML functions, and those refused by name."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from snowflake.connector import SnowflakeConnection
from snowflake.connector.errors import ProgrammingError

Shown = Callable[[str], str | None]
Refusal = Callable[[str], tuple[int | None, str]]
Run = Callable[..., list[tuple[Any, ...]]]


def test_where_and_who(run: Run, schema: str, server: dict[str, Any]) -> None:
    rows = run(
        "SELECT CURRENT_DATABASE() || '.' || CURRENT_SCHEMA(), CURRENT_USER(), CURRENT_ROLE(), CURRENT_WAREHOUSE()"
    )
    assert rows[0][:3] == (schema, str(server["user"]).upper(), "ACCOUNTADMIN")
    assert run("SELECT CURRENT_SCHEMAS()") == [(f'["{schema}"]',)]


def test_the_version_is_three_integers(shown: Shown) -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", shown("CURRENT_VERSION()") or "")


def test_the_client(shown: Shown) -> None:
    assert re.fullmatch(r"PythonConnector \d+\.\d+\.\d+", shown("CURRENT_CLIENT()") or "")


def test_the_statement_and_the_session(connection: SnowflakeConnection) -> None:
    cursor = connection.cursor()
    row: Any = cursor.execute("SELECT CURRENT_STATEMENT(), CURRENT_SESSION()").fetchone()
    assert row == ("SELECT CURRENT_STATEMENT(), CURRENT_SESSION()", str(connection.session_id))


def test_earlier_statements(connection: SnowflakeConnection) -> None:
    cursor = connection.cursor()
    first = cursor.execute("SELECT 1").sfqid
    second = cursor.execute("SELECT 2").sfqid
    row: Any = cursor.execute("SELECT LAST_QUERY_ID(), LAST_QUERY_ID(-2)").fetchone()
    assert row == (second, first)


def test_transactions(run: Run) -> None:
    assert run("SELECT CURRENT_TRANSACTION()") == [(None,)]
    run("BEGIN")
    current = run("SELECT CURRENT_TRANSACTION()")
    run("COMMIT")
    assert current != [(None,)]
    assert run("SELECT LAST_TRANSACTION()") == current


def test_roles(run: Run) -> None:
    assert run("SELECT IS_ROLE_IN_SESSION('PUBLIC'), IS_ROLE_IN_SESSION('NOBODY')") == [(True, False)]
    run("USE ROLE SYSADMIN")
    assert run("SELECT CURRENT_ROLE(), IS_ROLE_IN_SESSION('ACCOUNTADMIN')") == [("SYSADMIN", False)]


SYSTEM = [
    ("SYSTEM$TYPEOF(NULL)", "NULL[LOB]"),
    ("SYSTEM$TYPEOF(1)", "NUMBER(1,0)[SB1]"),
    ("SYSTEM$TYPEOF(1::NUMBER(38,0))", "NUMBER(38,0)[SB16]"),
    ("SYSTEM$TYPEOF('a')", "VARCHAR(1)[LOB]"),
    ("SYSTEM$TYPEOF(1::FLOAT)", "FLOAT[DOUBLE]"),
    ("SYSTEM$TYPEOF(DATE '2020-01-01'::VARIANT)", "VARIANT[LOB]"),
    ("SYSTEM$TYPEOF('2020-01-01'::TIMESTAMP_NTZ(3))", "TIMESTAMP_NTZ(3)[SB8]"),
    ("SYSTEM$GET_DEFAULT_PYTHON_ARTIFACT_REPOSITORY('3.11', 'schema', 'S')", None),
    ("SYSTEM$ARE_ANACONDA_TERMS_ACKNOWLEDGED()", "True"),
    ("SYSTEM$CANCEL_QUERY('no-such-query')", "Identified SQL statement is not currently executing."),
    ("SYSTEM$CANCEL_ALL_QUERIES(1)", "0 cancelled."),
    ("SYSTEM$WAIT(20, 'MILLISECONDS')", "waited 20 milliseconds"),
]


@pytest.mark.parametrize(("expression", "value"), SYSTEM)
def test_system_functions(shown: Shown, expression: str, value: str | None) -> None:
    assert shown(expression) == value


def test_a_waiting_statement_is_cancelled(connect: Callable[..., SnowflakeConnection]) -> None:
    waiting, other = connect(), connect()
    raised: list[ProgrammingError] = []

    def wait() -> None:
        try:
            waiting.cursor().execute("SELECT SYSTEM$WAIT(60)")
        except ProgrammingError as error:
            raised.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    time.sleep(0.5)
    row: Any = other.cursor().execute(f"SELECT SYSTEM$CANCEL_ALL_QUERIES({waiting.session_id})").fetchone()
    thread.join(10)
    assert row == ("1 cancelled.",)
    assert [error.errno for error in raised] == [604]


def test_describing_does_not_act(connection: SnowflakeConnection) -> None:
    began = time.monotonic()
    connection.cursor().describe("SELECT SYSTEM$WAIT(60)")
    assert time.monotonic() - began < 5


def test_a_seed_gives_the_same_rows(run: Run) -> None:
    query = (
        "SELECT RANDOM(42), UNIFORM(1, 10, RANDOM(7)), RANDSTR(5, RANDOM(1)), NORMAL(0, 1, RANDOM(2)), SEQ4()"
    )
    rows = run(f"{query} FROM TABLE(GENERATOR(ROWCOUNT => 1000))")
    assert rows == run(f"{query} FROM TABLE(GENERATOR(ROWCOUNT => 1000))")
    assert len({r[0] for r in rows}) == 1000
    assert {r[1] for r in rows} == set(range(1, 11))
    assert {len(r[2]) for r in rows} == {5}
    assert abs(sum(r[3] for r in rows) / 1000) < 0.2
    assert [r[4] for r in rows] == list(range(1000))


def test_sequences_wrap_around(run: Run) -> None:
    rows = run("SELECT SEQ1(), SEQ1(1) FROM TABLE(GENERATOR(ROWCOUNT => 130))")
    assert rows[127:] == [(127, 127), (0, -128), (1, -127)]


def test_row_numbers_in_the_order_of_a_sequence(run: Run) -> None:
    rows = run("SELECT ROW_NUMBER() OVER (ORDER BY SEQ8()) - 1 FROM TABLE(GENERATOR(ROWCOUNT => 3))")
    assert rows == [(0,), (1,), (2,)]


GENERATED = [
    ("UUID_STRING('fe971b24-9572-4005-b22f-351e9c09274d', 'foo')", "dc0b6f65-fca6-5b4b-9d37-ccc3fde1f3e2"),
    ("SYSTEM$TYPEOF(UNIFORM(1, 10, RANDOM()))", "NUMBER(2,0)[SB1]"),
    ("SYSTEM$TYPEOF(UNIFORM(1::FLOAT, 10, RANDOM()))", "FLOAT[DOUBLE]"),
    ("VECTOR_L2_DISTANCE([1,2,3]::VECTOR(INT,3), [2,3,4]::VECTOR(INT,3))", "1.7320508075688772"),
    ("VECTOR_COSINE_SIMILARITY([1,2,3]::VECTOR(INT,3), [2,3,4]::VECTOR(INT,3))", "0.9925833339709303"),
    ("VECTOR_INNER_PRODUCT([1,2,3]::VECTOR(INT,3), [2,3,4]::VECTOR(INT,3))", "20.0"),
    ("VECTOR_L1_DISTANCE([1,2,3]::VECTOR(FLOAT,3), [2,3,4]::VECTOR(FLOAT,3))", "3.0"),
]


@pytest.mark.parametrize(("expression", "value"), GENERATED)
def test_generated_and_vectors(shown: Shown, expression: str, value: str) -> None:
    assert shown(expression) == value


XML = [
    ("PARSE_XML('<t1>foo<t2>bar</t2><t3></t3></t1>')", "<t1>\n  foo\n  <t2>bar</t2>\n  <t3></t3>\n</t1>"),
    ("PARSE_XML('')", None),
    ("PARSE_XML('<a><b>1</b></a>')::VARCHAR", "<a><b>1</b></a>"),
    ('TO_JSON(PARSE_XML(\'<a attr1="v1" attr2="2">x</a>\'))', '{"$":"x","@":"a","@attr1":"v1","@attr2":2}'),
    ("TO_JSON(PARSE_XML('<a>text<b>1</b>tail</a>'))", '{"$":["text",{"$":1,"@":"b"},"tail"],"@":"a","b":1}'),
    ("TO_JSON(PARSE_XML('<a>22</a>', TRUE))", '{"$":"22","@":"a"}'),
    ("TYPEOF(PARSE_XML('<test>22</test>'))", "XML"),
    ("XMLGET(PARSE_XML('<a><b>1</b><b>2</b></a>'), 'b', 1)", "<b>2</b>"),
    ("XMLGET(PARSE_XML('<a><b>1</b></a>'), 'b', 5)", None),
    ("GET(XMLGET(PARSE_XML('<a><b>1</b></a>'), 'b'), '$')", "1"),
    ("CHECK_XML('<name> Valid </name>')", None),
    ("CHECK_XML('<name> Invalid </WRONG_CLOSING_TAG>')", "no opening tag for </WRONG_CLOSING_TAG>, pos 35"),
    (
        "TO_XML(PARSE_JSON('{\"a\":10}'))",
        '<SnowflakeData type="OBJECT"><a type="INTEGER">10</a></SnowflakeData>',
    ),
]


@pytest.mark.parametrize(("expression", "value"), XML)
def test_xml(shown: Shown, expression: str, value: str | None) -> None:
    assert shown(expression) == value


@pytest.mark.parametrize("name", ["TO_GEOGRAPHY", "H3_LATLNG_TO_CELL", "ENCRYPT", "SYSTEM$REFERENCE"])
def test_refused_by_name(refused: Refusal, name: str) -> None:
    code, message = refused(f"{name}('a', 'b')")
    assert code == 2
    assert name in message


def test_call_of_a_system_function(connection: SnowflakeConnection) -> None:
    cursor = connection.cursor()
    assert cursor.execute("CALL SYSTEM$WAIT(10, 'MILLISECONDS')").fetchone() == ("waited 10 milliseconds",)  # type: ignore[union-attr]
    assert [column.name for column in cursor.description] == ["SYSTEM$WAIT"]
