"""Branches, loops and blocks: the examples of Snowflake's documentation, and their edges."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from tests.sql.scripting.conftest import Blocks


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (
            "DECLARE profit NUMBER(38, 2) DEFAULT 0.0; BEGIN LET cost NUMBER(38, 2) := 100.0; "
            "LET revenue NUMBER(38, 2) DEFAULT 110.0; profit := revenue - cost; RETURN profit; END;",
            Decimal("10.00"),
        ),
        (
            "BEGIN LET count := 1; IF (count < 0) THEN RETURN 'negative value'; "
            "ELSEIF (count = 0) THEN RETURN 'zero'; ELSE RETURN 'positive value'; END IF; END;",
            "positive value",
        ),
        (
            "DECLARE expression_to_evaluate VARCHAR DEFAULT 'default value'; BEGIN "
            "expression_to_evaluate := 'value a'; CASE (expression_to_evaluate) WHEN 'value a' THEN RETURN 'x'; "
            "WHEN 'value b' THEN RETURN 'y'; WHEN 'value c' THEN RETURN 'z'; ELSE RETURN 'default'; END; END;",
            "x",
        ),
        (
            "DECLARE a VARCHAR DEFAULT 'x'; b VARCHAR DEFAULT 'y'; BEGIN CASE WHEN a = 'y' THEN RETURN 'a is y'; "
            "WHEN b = 'y' THEN RETURN 'b is y'; ELSE RETURN 'neither'; END CASE; END;",
            "b is y",
        ),
        (
            "DECLARE counter INTEGER DEFAULT 0; maximum_count INTEGER DEFAULT 5; BEGIN "
            "FOR i IN 1 TO maximum_count DO counter := counter + 1; END FOR; RETURN counter; END;",
            5,
        ),
        ("BEGIN LET s := ''; FOR i IN REVERSE 1 TO 3 DO s := s || i; END FOR; RETURN s; END;", "321"),
        ("BEGIN LET c := 0; WHILE (c < 5) DO c := c + 1; END WHILE; RETURN c; END;", 5),
        ("BEGIN LET c := 0; WHILE (c < 5) LOOP c := c + 1; END LOOP; RETURN c; END;", 5),
        (
            "BEGIN LET counter := 5; LET n := 0; REPEAT counter := counter - 1; n := n + 1; "
            "UNTIL (counter = 0) END REPEAT; RETURN n; END;",
            5,
        ),
        (
            "BEGIN LET counter := 5; LOOP IF (counter = 0) THEN BREAK; END IF; counter := counter - 1; END LOOP; "
            "RETURN counter; END;",
            0,
        ),
        (
            "BEGIN LET c := 0; FOR i IN 1 TO 9 DO IF (i > 4) THEN EXIT; END IF; c := i; END FOR; RETURN c; END;",
            4,
        ),
        (
            "BEGIN LET c := 0; FOR i IN 1 TO 5 DO IF (i = 3) THEN ITERATE; END IF; c := c + i; END FOR; RETURN c; END;",
            12,
        ),
        ("BEGIN WHILE (NULL) DO RETURN 1; END WHILE; RETURN 2; END;", 2),
        ("BEGIN IF (NULL) THEN RETURN 1; END IF; RETURN 2; END;", 2),
        ("BEGIN LET x := 1; BEGIN LET x := 2; END; RETURN x; END;", 1),
        ("BEGIN LET x := 1; BEGIN x := 2; END; RETURN x; END;", 2),
        ("BEGIN LET x := CASE WHEN TRUE THEN 'in' ELSE 'out' END; RETURN x; END;", "in"),
        ("BEGIN NULL; RETURN 1; END;", 1),
        ('DECLARE "x y" INT; BEGIN "x y" := 4; RETURN "x y"; END;', 4),
        ("BEGIN NULL;; ; RETURN 1; END;", 1),
        ("BEGIN LET x := 0; RETURN x = 0 OR 1/x = 1; END;", True),
        ("BEGIN RETURN $$a;b$$; END", "a;b"),
        ("DECLARE x INT; BEGIN RETURN x; END", None),
        ("BEGIN RETURN; END", None),
        ("BEGIN END", None),
        ("begin -- a comment with 'END;\n return 1; end", 1),
    ],
)
def test_blocks(blocks: Blocks, block: str, expected: Any) -> None:
    assert blocks.value(block) == expected
    assert blocks.columns(block) == ["anonymous block"]


def test_labels_choose_the_loop(blocks: Blocks) -> None:
    block = """
    BEGIN
      LET inner_counter := 0;
      LET outer_counter := 0;
      LOOP
        LOOP
          IF (inner_counter < 5) THEN
            inner_counter := inner_counter + 1;
            CONTINUE OUTER;
          ELSE
            BREAK OUTER;
          END IF;
        END LOOP INNER;
        outer_counter := outer_counter + 1;
        BREAK;
      END LOOP OUTER;
      RETURN ARRAY_CONSTRUCT(outer_counter, inner_counter);
    END;
    """
    assert json.loads(blocks.value(block)) == [0, 5]


def test_a_block_in_dollars_and_one_in_quotes(blocks: Blocks) -> None:
    assert blocks.value("EXECUTE IMMEDIATE $$BEGIN RETURN 'a' || 'b'; END;$$") == "ab"
    assert blocks.value("EXECUTE IMMEDIATE 'DECLARE x INT DEFAULT 2; BEGIN RETURN x; END'") == 2


def test_a_block_in_a_session_variable(blocks: Blocks) -> None:
    blocks.run("SET stmt = 'BEGIN RETURN $$x$$; END'")
    assert blocks.value("EXECUTE IMMEDIATE $stmt") == "x"


def test_session_variables_inside(blocks: Blocks) -> None:
    blocks.run("SET outside = 5")
    assert blocks.value("BEGIN RETURN $outside + 1; END") == 6


def test_begin_is_still_a_transaction(blocks: Blocks) -> None:
    for text in ("BEGIN", "BEGIN TRANSACTION", "BEGIN WORK", "BEGIN NAME t1"):
        assert blocks.value(text) == "Statement executed successfully."
        blocks.run("ROLLBACK")


@pytest.mark.parametrize(
    ("block", "position", "word"),
    [
        ("BEGIN IF x THEN RETURN 1; END IF; END", 9, "x"),
        ("BEGIN LET x := 1 RETURN x; END", 17, "RETURN"),
        ("BEGIN SELEC 1; END", 6, "SELEC"),
        ("BEGIN FOR i IN 1 TO 2 DO NULL; END LOOP; END", 35, "LOOP"),
        ("BEGIN WHILE (TRUE) LOOP NULL; END WHILE; END", 34, "WHILE"),
        ("DECLARE e EXCEPTION (-20000 - 1, 'computed'); BEGIN RAISE e; END", 28, "-"),
        ("BEGIN RETURN 1", 14, "<EOF>"),
    ],
)
def test_blocks_that_do_not_parse(blocks: Blocks, block: str, position: int, word: str) -> None:
    text = f"SQL compilation error:\nsyntax error line 1 at position {position} unexpected '{word}'."
    assert blocks.fails(block) == ("001003", "42000", text)


def test_a_syntax_error_keeps_all_of_the_block_from_running(blocks: Blocks) -> None:
    error = blocks.fails("BEGIN CREATE TABLE never_made (a INT); SELECT FROM; END")
    assert error[0] == "001003"
    assert blocks.run("SHOW TABLES LIKE 'NEVER_MADE'") == []


def test_what_is_not_supported_is_refused_by_name(blocks: Blocks) -> None:
    refusal = "Unsupported feature: not supported by the local account: "
    nested = "DECLARE p PROCEDURE () RETURNS INT AS BEGIN RETURN 1; END; BEGIN CALL p(); END"
    assert blocks.fails(nested)[2] == refusal + "nested procedures in Snowflake Scripting."
