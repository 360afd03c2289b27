"""ASYNC, AWAIT and CANCEL."""

from __future__ import annotations

from tests.sql.scripting.conftest import Blocks


def test_jobs_have_run_once_they_are_awaited(blocks: Blocks) -> None:
    blocks.run("CREATE OR REPLACE TABLE one (a INT, b VARCHAR)")
    blocks.run("INSERT INTO one VALUES (1, 'async'), (2, 'test'), (3, 'loop')")
    blocks.run("CREATE OR REPLACE TABLE two (a INT, b VARCHAR)")
    block = """
    BEGIN
      LET res RESULTSET := (SELECT * FROM one ORDER BY 1);
      FOR record IN res DO
        LET v VARCHAR := record.b;
        LET x INT := record.a;
        ASYNC (INSERT INTO two (a, b) VALUES (:x, (SELECT 'async_' || :v)));
      END FOR;
      AWAIT ALL;
      RETURN 'Success';
    END;
    """
    assert blocks.value(block) == "Success"
    assert blocks.run("SELECT * FROM two ORDER BY a") == [
        (1, "async_async"),
        (2, "async_test"),
        (3, "async_loop"),
    ]


def test_a_resultset_that_is_awaited(blocks: Blocks) -> None:
    block = "BEGIN LET r RESULTSET := ASYNC (SELECT 5 AS a); AWAIT r; FOR x IN r DO RETURN x.a; END FOR; END"
    assert blocks.value(block) == 5
    block = "DECLARE r RESULTSET; BEGIN r := ASYNC (SELECT 6 AS a); AWAIT ALL; RETURN TABLE(r); END"
    assert blocks.value(block) == 6


def test_a_resultset_cannot_be_read_before(blocks: Blocks) -> None:
    error = blocks.fails("BEGIN LET r RESULTSET := ASYNC (SELECT 5 AS a); RETURN TABLE(r); END")
    assert error[2].startswith("Uncaught exception of type 'STATEMENT_ERROR' on line 1 at position 48 : ")


def test_what_a_job_raises_is_raised_by_await(blocks: Blocks) -> None:
    text = "Uncaught exception of type 'STATEMENT_ERROR' on line 1 at position 26 : Division by zero"
    assert blocks.fails("BEGIN ASYNC (SELECT 1/0); AWAIT ALL; END") == ("100051", "22012", text)
    block = "BEGIN ASYNC (SELECT 1/0); AWAIT ALL; EXCEPTION WHEN STATEMENT_ERROR THEN RETURN sqlerrm; END"
    assert blocks.value(block) == "Division by zero"


def test_a_job_that_is_not_awaited_is_cancelled(blocks: Blocks) -> None:
    assert blocks.value("BEGIN ASYNC (CALL SYSTEM$WAIT(600)); RETURN 'done'; END") == "done"
    block = "BEGIN LET r RESULTSET := ASYNC (SELECT SYSTEM$WAIT(600)); CANCEL r; RETURN 'done'; END"
    assert blocks.value(block) == "done"
