"""The types of variables, counters and results."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.sql.scripting.conftest import Blocks


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("BEGIN RETURN (SELECT 1.7777); END;", "NUMBER(5,4)"),
        ("BEGIN RETURN 1 + 1; END;", "NUMBER(2,0)"),
        ("BEGIN RETURN 1 / 3; END;", "NUMBER(7,6)"),
        ("BEGIN RETURN IFF(TRUE, 1.7777, 0); END;", "NUMBER(5,4)"),
        ("BEGIN RETURN NULL::NUMBER(5,2); END;", "NUMBER(5,2)"),
        ("BEGIN RETURN SQRT(4); END;", "FLOAT"),
        ("DECLARE x NUMBER(5,2) := 1.25; BEGIN RETURN x + 1; END;", "NUMBER(6,2)"),
        ("DECLARE x NUMBER(5,2) := 1.25; BEGIN RETURN :x + 1; END;", "NUMBER(6,2)"),
        ("DECLARE x NUMBER(5,2) := 1.25; BEGIN RETURN x * x; END;", "NUMBER(10,4)"),
        ("DECLARE x NUMBER(5,2) := 1.25; BEGIN RETURN NVL(x, 0); END;", "NUMBER(5,2)"),
        ("DECLARE x FLOAT := 1.5; BEGIN RETURN x + 1; END;", "FLOAT"),
        ("BEGIN RETURN CURRENT_DATE(); END;", "DATE"),
        ("DECLARE d DATE := '2020-01-15'; BEGIN RETURN d + 1; END;", "DATE"),
        ("BEGIN RETURN CURRENT_TIMESTAMP(); END;", "TIMESTAMP_LTZ(9)"),
        ("BEGIN RETURN TIME_FROM_PARTS(1, 2, 3); END;", "TIME(9)"),
        ("BEGIN RETURN 1 = 1; END;", "BOOLEAN"),
        ("BEGIN RETURN {'a': 1}; END;", "OBJECT"),
        ("BEGIN RETURN [1, 2]; END;", "ARRAY"),
        ("BEGIN RETURN PARSE_JSON('{\"a\":1}'); END;", "VARIANT"),
        ("DECLARE v VARIANT := PARSE_JSON('{\"a\":1}'); BEGIN RETURN v:a; END;", "VARIANT"),
        ("BEGIN RETURN UPPER('ab'); END;", "VARCHAR(16777216)"),
        ("BEGIN RETURN 'abc'::VARCHAR(5); END;", "VARCHAR(16777216)"),
        ("BEGIN RETURN (SELECT NULL); END;", "VARCHAR(16777216)"),
        ("BEGIN RETURN TO_BINARY('ab', 'HEX'); END;", "BINARY(8388608)"),
        ("BEGIN FOR i IN 1 TO 1 DO RETURN i + 1; END FOR; END;", "NUMBER(10,0)"),
        ("BEGIN FOR i IN 1 TO 1 DO RETURN :i; END FOR; END;", "NUMBER(9,0)"),
        ("BEGIN FOR i IN 1 TO 1 DO RETURN i; END FOR; END;", "VARCHAR(16777216)"),
        ("BEGIN FOR i IN 1 TO 1 DO RETURN (i); END FOR; END;", "VARCHAR(16777216)"),
        ("BEGIN FOR i IN 1 TO 1 DO LET y := i; RETURN y; END FOR; END;", "NUMBER(9,0)"),
        ("BEGIN LET n := 1.7777; n := 123.456789; RETURN n; END;", "FLOAT"),
        ("BEGIN IF (FALSE) THEN RETURN 1.7777 + 1; ELSE RETURN CURRENT_DATE(); END IF; END;", "DATE"),
        ("BEGIN SELECT 1/0; RETURN 1 + 1; EXCEPTION WHEN OTHER THEN RETURN 1.7777; END;", "NUMBER(5,4)"),
        ("BEGIN LET x := 1; END;", "VARCHAR(16777216)"),
        ("BEGIN RETURN; END;", "VARCHAR(16777216)"),
    ],
)
def test_the_return_that_ran_gives_the_columns_type(blocks: Blocks, block: str, expected: str) -> None:
    assert blocks.type(block) == expected


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("BEGIN LET n := 0; n := n + 1.5; RETURN n; END;", 2),
        ("BEGIN LET n := 1.7777; n := 123.456789; RETURN n; END;", 123.456789),
        ("BEGIN LET s := 'abc'; s := 'abcdef'; RETURN s; END;", "abcdef"),
        ("DECLARE x NUMBER(3,0) := 12.5; BEGIN RETURN x; END;", 13),
        ("DECLARE x NUMBER(5,2); BEGIN FOR i IN 1 TO 1 DO x := i; END FOR; RETURN x; END;", Decimal("1.00")),
        (
            "DECLARE x NUMBER := 0; BEGIN FOR i IN 999999999 TO 1000000000 DO x := x + 1; END FOR; RETURN x; END;",
            2,
        ),
        ("BEGIN FOR i IN 1.5 TO 2.5 DO RETURN 'ran'; END FOR; RETURN 'done'; END;", "ran"),
        ("BEGIN FOR i IN '1' TO '2' DO RETURN 'ran'; END FOR; RETURN 'done'; END;", "ran"),
        ("BEGIN FOR i IN 3 TO 1 DO RETURN 'ran'; END FOR; RETURN 'done'; END;", "done"),
    ],
)
def test_values_are_held_as_the_variables_type(blocks: Blocks, block: str, expected: object) -> None:
    assert blocks.value(block) == expected


@pytest.mark.parametrize(
    ("block", "position", "type_", "value"),
    [
        ("DECLARE x NUMBER(3,0) := 12345; BEGIN RETURN x; END;", 26, "FIXED[SB2](3,0)", "12345"),
        ("DECLARE x NUMBER(3,0); BEGIN x := 12345; RETURN x; END;", 35, "FIXED[SB2](3,0)", "12345"),
        ("BEGIN LET x NUMBER(3,0) := 12345; RETURN x; END;", 28, "FIXED[SB2](3,0)", "12345"),
        ("DECLARE x NUMBER(5,2) := 1234.567; BEGIN RETURN x; END;", 26, "FIXED[SB4](5,2)", "1234.567"),
        ("BEGIN FOR i IN 1000000000 TO 1 DO RETURN 1; END FOR; END;", 16, "FIXED[SB4](9,0)", "1000000000"),
    ],
)
def test_a_number_too_wide_for_its_variable(
    blocks: Blocks, block: str, position: int, type_: str, value: str
) -> None:
    text = f"Number out of representable range: type {type_}{{not null}}, value {value}"
    head = f"Uncaught exception of type 'EXPRESSION_ERROR' on line 1 at position {position} : "
    assert blocks.fails(f"EXECUTE IMMEDIATE $$ {block} $$") == ("100046", "22003", head + text)


def test_a_bound_variable_keeps_its_type(blocks: Blocks) -> None:
    head = "BEGIN FOR i IN 1 TO 2 DO CREATE OR REPLACE TABLE bound AS SELECT :i AS c, :i + 1 AS d;"
    blocks.run(f"{head} END FOR; RETURN 'ok'; END")
    assert [row[1] for row in blocks.run("DESC TABLE bound")] == ["NUMBER(9,0)", "NUMBER(10,0)"]
