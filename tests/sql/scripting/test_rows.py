"""Cursors, RESULTSETs, SELECT INTO and SQL statements in blocks."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.sql.scripting.conftest import Blocks


@pytest.fixture(autouse=True)
def invoices(blocks: Blocks) -> None:
    """The table of the documentation's examples."""
    blocks.run("CREATE OR REPLACE TABLE invoices (id INTEGER, price NUMBER(12, 2))")
    blocks.run("INSERT INTO invoices (id, price) VALUES (1, 11.11), (2, 22.22)")


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (
            "DECLARE row_price FLOAT; total_price FLOAT; c1 CURSOR FOR SELECT price FROM invoices; BEGIN "
            "row_price := 0.0; total_price := 0.0; OPEN c1; FETCH c1 INTO row_price; "
            "total_price := total_price + row_price; FETCH c1 INTO row_price; "
            "total_price := total_price + row_price; CLOSE c1; RETURN total_price; END;",
            33.33,
        ),
        (
            "DECLARE total_price FLOAT; c1 CURSOR FOR SELECT price FROM invoices; BEGIN total_price := 0.0; "
            "FOR rec IN c1 DO total_price := total_price + rec.price; END FOR; RETURN total_price; END;",
            33.33,
        ),
        (
            "DECLARE total_price FLOAT; c1 CURSOR FOR SELECT price FROM invoices; BEGIN total_price := 0.0; OPEN c1; "
            "FOR rec IN c1 DO total_price := total_price + rec.price; END FOR; CLOSE c1; RETURN total_price; END;",
            33.33,
        ),
        (
            "DECLARE id INTEGER DEFAULT 0; minimum_price NUMBER(13,2) DEFAULT 22.00; "
            "maximum_price NUMBER(13,2) DEFAULT 33.00; "
            "c1 CURSOR FOR SELECT id FROM invoices WHERE price > ? AND price < ?; BEGIN "
            "OPEN c1 USING (minimum_price, maximum_price); FETCH c1 INTO id; RETURN id; END;",
            2,
        ),
        ("BEGIN LET c CURSOR FOR SELECT ? + 1 AS x; LET r INT := 0; OPEN c USING (41); FETCH c INTO r; RETURN r; END", 42),
        (
            "DECLARE x INT DEFAULT 9; c CURSOR FOR SELECT id FROM invoices ORDER BY id; BEGIN OPEN c; "
            "FETCH c INTO :x; FETCH c INTO :x; FETCH c INTO :x; RETURN x; END",
            None,
        ),
        (
            "DECLARE s INT DEFAULT 0; rs RESULTSET DEFAULT (SELECT id FROM invoices); c CURSOR FOR rs; BEGIN "
            "FOR r IN c DO s := s + r.id; END FOR; RETURN s; END",
            3,
        ),
        ("BEGIN LET s := 0; LET rs RESULTSET := (SELECT id FROM invoices); FOR r IN rs DO s := s + r.id; END FOR; RETURN s; END", 3),
        ("BEGIN LET n := 1; LET c CURSOR FOR SELECT id FROM invoices WHERE id > :n; FOR r IN c DO RETURN r.id; END FOR; END", 2),
        ("DECLARE a INT; b NUMBER(12,2); BEGIN SELECT id, price INTO :a, :b FROM invoices WHERE id = 2; RETURN a + b; END", Decimal("24.22")),
        ("DECLARE a INT; BEGIN SELECT 2 INTO a; RETURN a; END", 2),
        ("DECLARE a INT DEFAULT 5; BEGIN SELECT id INTO :a FROM invoices WHERE id = 77; RETURN a; END", None),
        ("BEGIN LET n := (SELECT COUNT(*) FROM invoices); RETURN n; END", 2),
        ("BEGIN LET name := 'invoices'; LET n INT := (SELECT COUNT(*) FROM IDENTIFIER(:name)); RETURN n; END", 2),
        ("BEGIN SHOW TABLES LIKE 'INVOICES'; LET n := (SELECT \"rows\" FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))); RETURN n; END", 2),
        ("BEGIN LET r RESULTSET := (INSERT INTO invoices VALUES (3, 3)); FOR x IN r DO RETURN x.\"number of rows inserted\"; END FOR; END", 1),
        ("BEGIN LET r RESULTSET := (BEGIN RETURN 4; END); FOR x IN r DO RETURN x.\"anonymous block\"; END FOR; END", 4),
    ],
)  # fmt: skip
def test_reading_rows(blocks: Blocks, block: str, expected: object) -> None:
    assert blocks.value(block) == expected


@pytest.mark.parametrize(
    "block",
    [
        "DECLARE c1 CURSOR FOR SELECT * FROM invoices ORDER BY id; BEGIN OPEN c1; RETURN TABLE(RESULTSET_FROM_CURSOR(c1)); END;",
        "DECLARE res RESULTSET DEFAULT (SELECT * FROM invoices ORDER BY id); BEGIN RETURN TABLE(res); END;",
        "DECLARE res RESULTSET; BEGIN res := (SELECT * FROM invoices ORDER BY id); RETURN TABLE(res); END;",
        "BEGIN LET q := 'SELECT * FROM invoices ORDER BY id'; LET res RESULTSET := (EXECUTE IMMEDIATE :q); RETURN TABLE(res); END;",
        "DECLARE res RESULTSET; t VARCHAR DEFAULT 'invoices'; q VARCHAR DEFAULT 'SELECT * FROM IDENTIFIER(?) ORDER BY id;'; "
        "BEGIN res := (EXECUTE IMMEDIATE :q USING (t)); RETURN TABLE(res); END;",
        "DECLARE c CURSOR FOR SELECT * FROM invoices ORDER BY id; i INT; p FLOAT; BEGIN OPEN c; FETCH c INTO i, p; "
        "RETURN TABLE(RESULTSET_FROM_CURSOR(c)); END",
    ],
)  # fmt: skip
def test_returning_a_table(blocks: Blocks, block: str) -> None:
    assert blocks.run(block) == [(1, Decimal("11.11")), (2, Decimal("22.22"))]
    assert blocks.columns(block) == ["ID", "PRICE"]
    blocks.run(block)
    assert blocks.run("SELECT MAX(id) FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))") == [(2,)]


def test_a_select_into_of_two_rows(blocks: Blocks) -> None:
    head = "Uncaught exception of type 'STATEMENT_ERROR' on line 1 at position 21 : "
    error = blocks.fails("DECLARE x INT; BEGIN SELECT id INTO :x FROM invoices; END")
    assert error[2] == head + "A SELECT INTO statement expects exactly 1 returned row, but got 2."


def test_a_subquery_of_two_rows(blocks: Blocks) -> None:
    head = "Uncaught exception of type 'EXPRESSION_ERROR' on line 1 at position 15 : "
    error = blocks.fails("BEGIN LET x := (SELECT id FROM invoices); END")
    assert error == ("090150", "22000", head + "Single-row subquery returns more than one row.")


def test_a_cursor_opened_without_its_values(blocks: Blocks) -> None:
    error = blocks.fails(
        "EXECUTE IMMEDIATE $$ DECLARE c CURSOR FOR SELECT ?; BEGIN OPEN c; RETURN 1; END; $$"
    )
    assert error[2].startswith("Uncaught exception of type 'STATEMENT_ERROR' on line 1 at position 38 : ")
    assert error[0] == "002049"


def test_a_cursor_that_is_not_open(blocks: Blocks) -> None:
    declared = "DECLARE x INT; c CURSOR FOR SELECT id FROM invoices; BEGIN "
    for body in ("FETCH c INTO x;", "CLOSE c;", "OPEN c; CLOSE c; FETCH c INTO x;"):
        error = blocks.fails(f"{declared}{body} END")
        assert error[1] == "P0000"
        assert error[2].startswith("Uncaught exception of type 'STATEMENT_ERROR'")


def test_a_failing_resultset_is_placed_at_its_query(blocks: Blocks) -> None:
    text = "Uncaught exception of type 'STATEMENT_ERROR' on line 1 at position 26 : Division by zero"
    assert blocks.fails("BEGIN LET r RESULTSET := (SELECT 1/0); RETURN 5; END;")[2] == text
    assert (
        blocks.fails("BEGIN LET r RESULTSET := (EXECUTE IMMEDIATE 'SELECT 1/0'); RETURN 5; END;")[2] == text
    )


def test_counts_of_changed_rows(blocks: Blocks) -> None:
    block = (
        "BEGIN UPDATE invoices SET price = 0; LET a := SQLROWCOUNT; LET f := SQLFOUND; LET n := SQLNOTFOUND; "
        "DELETE FROM invoices WHERE id = 99; RETURN a || ' ' || f || ' ' || n || ' ' || SQLROWCOUNT || ' ' || "
        "SQLFOUND || ' ' || SQLNOTFOUND; END"
    )
    assert blocks.value(block) == "2 true false 0 false true"


def test_counts_before_any_change(blocks: Blocks) -> None:
    assert blocks.value("BEGIN SELECT 1; RETURN SQLROWCOUNT; END") is None


def test_sqlid_is_the_last_query(blocks: Blocks) -> None:
    block = (
        "BEGIN SELECT 7 AS seven; LET id := SQLID; RETURN (SELECT seven FROM TABLE(RESULT_SCAN(:id))); END"
    )
    assert blocks.value(block) == 7


def test_transactions_inside(blocks: Blocks) -> None:
    blocks.run("BEGIN BEGIN TRANSACTION; INSERT INTO invoices VALUES (3, 3); ROLLBACK; END")
    blocks.run("BEGIN BEGIN; INSERT INTO invoices VALUES (4, 4); COMMIT; END")
    assert blocks.run("SELECT id FROM invoices ORDER BY id") == [(1,), (2,), (4,)]


def test_what_ran_before_a_failure_stays(blocks: Blocks) -> None:
    blocks.fails("BEGIN INSERT INTO invoices VALUES (5, 5); SELECT 1/0; END")
    assert blocks.value("SELECT COUNT(*) FROM invoices") == 3


def test_statements_are_in_the_history(blocks: Blocks) -> None:
    blocks.run("BEGIN LET x := 31337; INSERT INTO invoices VALUES (:x, 1); END")
    rows = blocks.run(
        "SELECT query_type, rows_inserted FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY_BY_SESSION()) "
        "WHERE query_text = 'INSERT INTO invoices VALUES (:x, 1)'"
    )
    assert rows == [("INSERT", 1)]


def test_two_statements_in_one_text(blocks: Blocks) -> None:
    text = "Actual statement count 2 did not match the desired statement count 1."
    assert blocks.fails("EXECUTE IMMEDIATE 'SELECT 1; SELECT 2'") == ("000008", "0A000", text)
    error = blocks.fails("BEGIN EXECUTE IMMEDIATE 'INSERT INTO invoices VALUES (8, 8); SELECT 1'; END")
    assert error[2] == f"Uncaught exception of type 'STATEMENT_ERROR' on line 1 at position 6 : {text}"
    assert blocks.value("SELECT COUNT(*) FROM invoices") == 2


def test_values_of_every_type_come_through(blocks: Blocks) -> None:
    values = {
        "n": "15::NUMBER(5)", "f": "1.5::FLOAT", "t": "'it''s'", "b": "TRUE", "d": "'2020-01-02'::DATE",
        "c": "'10:20:30.123'::TIME", "z": "'2020-01-02 03:04:05 +0200'::TIMESTAMP_TZ", "s": "'2020-01-02'::TIMESTAMP_NTZ",
        "l": "'2020-01-02'::TIMESTAMP_LTZ", "x": "TO_BINARY('ab', 'HEX')", "v": "PARSE_JSON('{\"k\": [1, null]}')",
        "a": "[1, 'two']", "o": "{'k': 1}",
    }  # fmt: skip
    declared = " ".join(f"LET {name} := {value};" for name, value in values.items())
    compared = " AND ".join(
        f"EQUAL_NULL(TO_VARCHAR(:{name}), TO_VARCHAR({value}))" for name, value in values.items()
    )
    assert blocks.value(f"BEGIN {declared} RETURN (SELECT {compared}); END") is True
