"""Requests to statements."""

from __future__ import annotations

import pytest

from snowdome.errors import SnowflakeError
from snowdome.sql import ast
from snowdome.sql.ast.scripting import AnonymousBlock
from snowdome.sql.grammar import parse


def texts(request: str) -> list[str]:
    """The statements' own texts."""
    return [statement.text for statement in parse(request)]


def test_semicolons_end_statements() -> None:
    assert texts("SELECT 1; ;\n SELECT ';' -- ; \n;SELECT $$;$$;") == [
        "SELECT 1",
        "SELECT ';'",
        "SELECT $$;$$",
    ]


def test_a_statement_knows_where_it_starts_and_what_was_bound_before() -> None:
    first, second = parse("SELECT ?, ?; \n DELETE FROM t WHERE a = ?")
    assert (first.start, first.bound_before) == (0, 0)
    assert (second.start, second.bound_before) == (15, 2)


def test_nothing_is_no_statement() -> None:
    assert parse(" -- only this\n;") == []


@pytest.mark.parametrize(
    "block",
    [
        "BEGIN LET x := 1; RETURN x; END",
        "DECLARE x INT; BEGIN IF (x > 1) THEN RETURN 1; END IF; RETURN 2; END",
        "BEGIN BEGIN RETURN 1; END; END",
        "BEGIN SELECT CASE WHEN 1 = 1 THEN 1 END; FOR i IN 1 TO 2 DO SELECT 1; END FOR; END",
    ],
)
def test_a_block_is_one_statement(block: str) -> None:
    first, second = parse(f"{block}; SELECT 1")
    assert (type(first), first.text) == (AnonymousBlock, block)
    assert type(second) is ast.Query


@pytest.mark.parametrize(
    "begin", ["BEGIN", "BEGIN TRANSACTION", "BEGIN WORK", "BEGIN NAME x", "START TRANSACTION"]
)
def test_a_transaction_is_no_block(begin: str) -> None:
    statements = parse(f"{begin}; SELECT 1; COMMIT")
    assert [type(s) for s in statements] == [ast.Begin, ast.Query, ast.Commit]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("SELECT 1", ast.Query),
        ("(SELECT 1)", ast.Query),
        ("VALUES (1)", ast.Query),
        ("WITH a AS (SELECT 1) SELECT * FROM a", ast.Query),
        ("insert into t values (1)", ast.Dml),
        ("MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN DELETE", ast.Dml),
        ("CALL p(1, 'a')", ast.Call),
        ("EXECUTE IMMEDIATE $$SELECT 1$$", ast.ExecuteImmediate),
        ("EXPLAIN USING JSON SELECT 1", ast.Explain),
    ],
)
def test_what_goes_where(text: str, kind: type) -> None:
    [statement] = parse(text)
    assert type(statement) is kind
    assert statement.text == text


def test_dml_says_its_verb() -> None:
    verbs = [s.verb for s in parse("update t set a = 1; DELETE FROM t") if isinstance(s, ast.Dml)]
    assert verbs == ["UPDATE", "DELETE"]


@pytest.mark.parametrize(
    ("text", "unexpected", "line", "position"),
    [
        ("CREATE TABLE (a INT)", "(", 1, 13),
        ("CREATE TABLE t (a INT,, b INT)", ",", 1, 22),
        ("DROP TABEL t", "TABEL", 1, 5),
        ("FLY me", "FLY", 1, 0),
        ("USE SCHEMA a b", "b", 1, 13),
        ("SELECT 1;\nCREATE SCHEMA", "<EOF>", 2, 13),
        ("CREATE TABLE t (n INT COMMENT = 'equals')", "=", 1, 30),
    ],
)
def test_syntax_errors_say_where(text: str, unexpected: str, line: int, position: int) -> None:
    with pytest.raises(SnowflakeError) as caught:
        parse(text)
    assert (caught.value.code, caught.value.sqlstate) == ("001003", "42000")
    assert caught.value.message == (
        f"SQL compilation error:\nsyntax error line {line} at position {position} unexpected '{unexpected}'."
    )


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("CREATE OR ALTER TABLE t (a INT)", "CREATE OR ALTER"),
        ("UNDROP SCHEMA s", "UNDROP"),
        ("CREATE MASKING POLICY p AS (x INT) RETURNS INT -> x", "MASKING POLICY"),
        ("CREATE CORTEX SEARCH SERVICE s ON a AS SELECT 1", "CORTEX SEARCH SERVICE"),
    ],
)
def test_what_is_not_there_yet_is_refused_by_name(text: str, named: str) -> None:
    with pytest.raises(SnowflakeError) as caught:
        parse(text)
    assert caught.value.code == "000002"
    assert named in caught.value.message.upper()
