"""Caller's and owner's rights, and transactions that begin or end in procedures."""

from __future__ import annotations

from typing import Any

import pytest

RUNS = "def run(session, text): return str(session.sql(text).collect()[0][0])"
OTHER_SCOPE = "Modifying a transaction that has started at a different scope is not allowed."


@pytest.fixture
def owner(procedure: Any) -> str:
    procedure("by_owner(text VARCHAR)", "VARCHAR", RUNS, "EXECUTE AS OWNER")
    return "by_owner"


@pytest.fixture
def caller(procedure: Any) -> str:
    procedure("by_caller(text VARCHAR)", "VARCHAR", RUNS, "EXECUTE AS CALLER")
    return "by_caller"


@pytest.mark.parametrize(
    ("statement", "code", "text"),
    [
        ("USE SCHEMA INFORMATION_SCHEMA", "090236", "Unsupported statement type 'USE'"),
        ("ALTER SESSION SET QUERY_TAG = ''x''", "090236", "Unsupported statement type 'ALTER_SESSION'"),
        ("SET other = 1", "090236", "Unsupported statement type 'SET'"),
        ("SELECT $mine", "090244",
         "Use of session variable '$MINE' is not allowed in owners rights stored procedure"),
        ("CREATE TEMPORARY TABLE named (x INT)", "090236", "Unsupported statement type 'temporary TABLE'"),
        ("CREATE TEMPORARY VIEW named AS SELECT 1 AS x", "090236", "Unsupported statement type 'temporary VIEW'"),
    ],
)  # fmt: skip
def test_owners_may_not(run: Any, fails: Any, owner: str, statement: str, code: str, text: str) -> None:
    run("SET mine = 5")
    message = fails(f"CALL {owner}('{statement}')")[2]
    assert f"{code} (42601)" in message
    assert text in message


def test_an_owners_place_is_where_the_procedure_is(run: Any, owner: str, schema: str) -> None:
    run("CREATE SCHEMA IF NOT EXISTS elsewhere")
    run("USE SCHEMA elsewhere")
    assert run(f"CALL {schema}.{owner}('SELECT CURRENT_SCHEMA()')") == [(schema.split(".")[1],)]
    assert run("SELECT CURRENT_SCHEMA()") == [("ELSEWHERE",)]


def test_callers_share_everything(run: Any, caller: str, schema: str) -> None:
    run("SET mine = 5")
    assert run(f"CALL {caller}('SELECT $mine')") == [("5",)]
    run(f"CALL {caller}('SET other = 6')")
    assert run("SELECT $other") == [(6,)]
    run("CREATE SCHEMA IF NOT EXISTS elsewhere")
    run(f"CALL {caller}('USE SCHEMA elsewhere')")
    assert run("SELECT CURRENT_SCHEMA()") == [("ELSEWHERE",)]


def test_rights_change(run: Any, caller: str, fails: Any) -> None:
    run(f"ALTER PROCEDURE {caller}(VARCHAR) EXECUTE AS OWNER")
    assert "090236" in fails(f"CALL {caller}('SET other = 6')")[2]


def test_a_transaction_left_open(run: Any, procedure: Any, fails: Any) -> None:
    run("CREATE OR REPLACE TABLE kept (x INT)")
    body = "def run(session):\n    session.sql('BEGIN').collect()\n    session.sql('INSERT INTO kept VALUES (1)').collect()"
    procedure("leaves()", "INT", body)
    code, _, text = fails("CALL leaves()")
    assert code == "090232"
    assert text == (
        "Stored procedure execution error: Scoped transaction started in stored procedure is incomplete and it was"
        " rolled back."
    )
    assert run("SELECT COUNT(*) FROM kept") == [(0,)]
    assert run("SELECT CURRENT_TRANSACTION()") == [(None,)]


@pytest.mark.parametrize("ending", ["COMMIT", "ROLLBACK", "CREATE TABLE ends (x INT)"])
def test_a_callers_transaction_is_not_ended(run: Any, caller: str, fails: Any, ending: str) -> None:
    run("CREATE OR REPLACE TABLE kept (x INT)")
    run("BEGIN")
    run("INSERT INTO kept VALUES (1)")
    assert OTHER_SCOPE in fails(f"CALL {caller}('{ending}')")[2]
    run("COMMIT")
    assert run("SELECT * FROM kept") == [(1,)]


def test_a_transaction_of_its_own_beside_the_callers(run: Any) -> None:
    run("CREATE OR REPLACE TABLE mine_too (x INT)")
    run("CREATE OR REPLACE TABLE its (x INT)")
    run(
        "CREATE OR REPLACE PROCEDURE scoped() RETURNS INT LANGUAGE SQL AS BEGIN"
        " BEGIN TRANSACTION; INSERT INTO its VALUES (2); COMMIT; RETURN 1; END"
    )
    run("BEGIN")
    run("INSERT INTO mine_too VALUES (1)")
    run("CALL scoped()")
    run("ROLLBACK")
    assert run("SELECT * FROM mine_too") == []
    assert run("SELECT * FROM its") == [(2,)]
