"""Exceptions: declared, raised, handled, passed on."""

from __future__ import annotations

import json

import pytest

from tests.sql.scripting.conftest import Blocks

_DECLARED = "DECLARE my_exception EXCEPTION (-20002, 'Raised MY_EXCEPTION.'); "


def test_an_uncaught_exception_names_its_place(blocks: Blocks) -> None:
    block = """DECLARE
  my_exception EXCEPTION (-20002, 'Raised MY_EXCEPTION.');
BEGIN
  LET counter := 0;
  LET should_raise_exception := true;
  IF (should_raise_exception) THEN
    -- here
    RAISE my_exception;
  END IF;
  counter := counter + 1;
  RETURN counter;
END;"""
    text = "Uncaught exception of type 'MY_EXCEPTION' on line 8 at position 4 : Raised MY_EXCEPTION."
    assert blocks.fails(block) == ("-20002", "P0001", text)
    quoted = block.replace("    -- here\n", "")
    assert blocks.fails(f"EXECUTE IMMEDIATE $$\n{quoted}\n$$") == ("-20002", "P0001", text)


def test_an_exception_without_a_message(blocks: Blocks) -> None:
    text = "Uncaught exception of type 'MY_EXCEPTION' on line 1 at position 38"
    block = "DECLARE my_exception EXCEPTION; BEGIN RAISE my_exception; END"
    assert blocks.fails(block) == ("-20000", "P0001", text)


@pytest.mark.parametrize("number", ["-30,000", "-20,999", "-20,000", "100"])
def test_numbers_outside_the_range(blocks: Blocks, number: str) -> None:
    block = f"DECLARE\n    my_error EXCEPTION ({number.replace(',', '')}, 'x');\nBEGIN RAISE my_error; END"
    text = f"Invalid error code '{number}'. Must be between -20,999 and -20,000"
    assert blocks.fails(block)[2] == f"SQL compilation error: error line 2 at position 4\n {text}"


def test_a_handler_sees_what_was_raised(blocks: Blocks) -> None:
    block = _DECLARED + (
        "BEGIN LET counter := 0; IF (true) THEN RAISE my_exception; END IF; RETURN counter; EXCEPTION "
        "WHEN STATEMENT_ERROR THEN RETURN 'statement'; "
        "WHEN my_exception THEN RETURN OBJECT_CONSTRUCT('Error type', 'MY_EXCEPTION', 'SQLCODE', sqlcode, "
        "'SQLERRM', sqlerrm, 'SQLSTATE', sqlstate); WHEN OTHER THEN RETURN 'other'; END;"
    )
    assert json.loads(blocks.value(block)) == {
        "Error type": "MY_EXCEPTION", "SQLCODE": -20002, "SQLERRM": "Raised MY_EXCEPTION.", "SQLSTATE": "P0001",
    }  # fmt: skip


def test_special_variables_in_statements(blocks: Blocks) -> None:
    blocks.run("CREATE OR REPLACE TABLE log (type VARCHAR, code VARCHAR, message VARCHAR, state VARCHAR)")
    blocks.run(
        "BEGIN SELECT 1/0; EXCEPTION WHEN STATEMENT_ERROR THEN "
        "INSERT INTO log VALUES ('STATEMENT_ERROR', :sqlcode, :sqlerrm, :sqlstate); END"
    )
    assert blocks.run("SELECT * FROM log") == [("STATEMENT_ERROR", "100051", "Division by zero", "22012")]


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("BEGIN LET x := 1/0; EXCEPTION WHEN EXPRESSION_ERROR THEN RETURN 'expression'; END", "expression"),
        (
            "BEGIN LET x := 1/0; EXCEPTION WHEN STATEMENT_ERROR THEN RETURN 's'; WHEN OTHER THEN RETURN 'o'; END",
            "o",
        ),
        (
            _DECLARED
            + "BEGIN RAISE my_exception; EXCEPTION WHEN STATEMENT_ERROR OR my_exception THEN RETURN 1; END",
            1,
        ),
        ("BEGIN BEGIN SELECT 1/0; END; EXCEPTION WHEN OTHER THEN RETURN 'outer'; END", "outer"),
        ("BEGIN BEGIN SELECT 1/0; EXCEPTION WHEN OTHER THEN NULL; END; RETURN 'went on'; END", "went on"),
        (
            "BEGIN BEGIN SELECT 1/0; EXCEPTION WHEN OTHER THEN RAISE; END; "
            "EXCEPTION WHEN OTHER THEN RETURN 'again ' || sqlerrm; END",
            "again Division by zero",
        ),
        (
            "BEGIN SELECT 1/0; EXCEPTION WHEN OTHER THEN BEGIN SELECT * FROM nosuch; EXCEPTION WHEN OTHER THEN "
            "NULL; END; RETURN sqlcode; END",
            100051,
        ),
        (
            "BEGIN SELECT 1/0; EXCEPTION WHEN OTHER THEN BEGIN SELECT * FROM nosuch; EXCEPTION WHEN OTHER THEN "
            "RETURN sqlcode; END; END",
            2003,
        ),
        (
            "DECLARE counter_val INTEGER DEFAULT 0; my_exception EXCEPTION (-20002, 'My exception text'); BEGIN "
            "WHILE (counter_val < 12) DO counter_val := counter_val + 1; IF (counter_val > 10) THEN "
            "RAISE my_exception; END IF; END WHILE; RETURN counter_val; EXCEPTION WHEN my_exception THEN "
            "RETURN 'Error ' || sqlcode || ': Counter value ' || counter_val || ' exceeds the limit of 10.'; END;",
            "Error -20002: Counter value 11 exceeds the limit of 10.",
        ),
    ],
)
def test_handlers(blocks: Blocks, block: str, expected: object) -> None:
    assert blocks.value(block) == expected


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (
            _DECLARED + "BEGIN LET counter := 0; IF (true) THEN RAISE my_exception; END IF; "
            "counter := counter + 1; RETURN 'My counter value: ' || counter; "
            "EXCEPTION WHEN my_exception CONTINUE THEN NULL; END",
            "My counter value: 1",
        ),
        (
            "DECLARE n INT DEFAULT 0; BEGIN FOR i IN 1 TO 3 DO SELECT 1/0; n := n + 1; END FOR; RETURN n; "
            "EXCEPTION WHEN OTHER CONTINUE THEN n := n + 10; END",
            33,
        ),
        (
            "DECLARE n INT DEFAULT 0; BEGIN SELECT 1/0; n := n + 1; SELECT * FROM nosuch; RETURN n; "
            "EXCEPTION WHEN EXPRESSION_ERROR EXIT THEN RETURN -1; WHEN STATEMENT_ERROR CONTINUE THEN n := n + 10; END",
            21,
        ),
        (
            "BEGIN SELECT 1/0; RETURN 'after ' || NVL(sqlerrm, 'none'); EXCEPTION WHEN OTHER CONTINUE THEN NULL; END",
            "after none",
        ),
    ],
)
def test_handlers_that_continue(blocks: Blocks, block: str, expected: object) -> None:
    assert blocks.value(block) == expected


def test_a_variable_of_the_body_is_not_the_handlers(blocks: Blocks) -> None:
    block = "BEGIN LET x := 1; SELECT 1/0; EXCEPTION WHEN OTHER THEN RETURN x; END"
    assert (
        blocks.fails(block)[2] == "SQL compilation error: error line 1 at position 63\ninvalid identifier 'X'"
    )


def test_what_a_handler_throws_goes_outwards(blocks: Blocks) -> None:
    block = "BEGIN SELECT 1/0; EXCEPTION WHEN OTHER THEN SELECT * FROM nosuch; END"
    head = "Uncaught exception of type 'STATEMENT_ERROR' on line 1 at position 44 : SQL compilation error:\n"
    assert blocks.fails(block)[2] == head + "Object 'NOSUCH' does not exist or not authorized."


def test_a_rethrown_error_keeps_its_code(blocks: Blocks) -> None:
    text = "Uncaught exception of type 'STATEMENT_ERROR' on line 2 at position 2 : Division by zero"
    block = "BEGIN\n  SELECT 1/0;\nEXCEPTION WHEN OTHER THEN RAISE; END"
    assert blocks.fails(block) == ("100051", "22012", text)


def test_a_cancelled_block_is_not_handled(blocks: Blocks) -> None:
    blocks.run("ALTER SESSION SET STATEMENT_TIMEOUT_IN_SECONDS = 1")
    try:
        error = blocks.fails("BEGIN LOOP NULL; END LOOP; EXCEPTION WHEN OTHER THEN RETURN 'handled'; END")
    finally:
        blocks.run("ALTER SESSION UNSET STATEMENT_TIMEOUT_IN_SECONDS")
    assert error[0] == "000630"
