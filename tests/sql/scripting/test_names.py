"""Names a block does not know: what is said of them, where, and in which order."""

from __future__ import annotations

import pytest

from tests.sql.scripting.conftest import Blocks


def _block(body: str) -> str:
    return f"EXECUTE IMMEDIATE $$BEGIN {body} END;$$"


def _invalid(position: int, name: str) -> str:
    return f"SQL compilation error: error line 1 at position {position}\ninvalid identifier '{name}'"


def _uncaught(outer: int, inner: int, name: str) -> str:
    return f"Uncaught exception of type 'EXPRESSION_ERROR' on line 1 at position {outer} : " + _invalid(
        inner, name
    )


@pytest.mark.parametrize(
    ("body", "outer", "inner", "name"),
    [
        ("LET a NUMBER := (SELECT missing FROM (SELECT 1 AS b)); RETURN 5;", 22, 23, "MISSING"),
        ("RETURN (SELECT missing FROM (SELECT 1 AS b));", 13, 15, "MISSING"),
        ("LET a NUMBER := 1; a := (SELECT missing FROM (SELECT 1 AS b)); RETURN 5;", 30, 23, "MISSING"),
        (
            "IF ((SELECT missing FROM (SELECT 1 AS b)) = 1) THEN RETURN 1; END IF; RETURN 5;",
            10,
            15,
            "MISSING",
        ),
        ("WHILE ((SELECT missing FROM (SELECT 1 AS b)) = 1) DO RETURN 1; END WHILE;", 13, 15, "MISSING"),
        ("CASE (SELECT missing FROM (SELECT 1 AS b)) WHEN 1 THEN RETURN 1; END CASE;", 11, 15, "MISSING"),
        ("LET a NUMBER := 1 + (SELECT missing FROM (SELECT 1 AS b)); RETURN 5;", 22, 27, "MISSING"),
        ("RETURN IFF(TRUE, 1, (SELECT missing FROM (SELECT 1 AS b)));", 13, 28, "MISSING"),
        ("LET a BOOLEAN := EXISTS (SELECT missing FROM (SELECT 1 AS b)); RETURN 5;", 23, 30, "MISSING"),
        ("LET a NUMBER := (SELECT t.missing FROM (SELECT 1 AS b) t); RETURN 5;", 22, 23, "T.MISSING"),
        ("LET a NUMBER := 2 * (1 + (SELECT missing)); RETURN a;", 22, 32, "MISSING"),
    ],
)
def test_a_running_expression_places_its_error_behind_a_lead_in(
    blocks: Blocks, body: str, outer: int, inner: int, name: str
) -> None:
    assert blocks.fails(_block(body)) == ("000904", "42000", _uncaught(outer, inner, name))


@pytest.mark.parametrize(
    ("body", "position", "name"),
    [
        ("LET x NUMBER := missing; LET y NUMBER := :nosuch; RETURN 1;", 47, "nosuch"),
        ("IF (missing = 1) THEN RETURN :nosuch; END IF; RETURN 1;", 35, "nosuch"),
        ("RETURN missing + (SELECT :nosuch);", 31, "nosuch"),
        ("BEGIN RETURN missing; END; LET y NUMBER := :nosuch; RETURN 1;", 49, "nosuch"),
        ("RETURN missing; EXCEPTION WHEN OTHER THEN RETURN :nosuch;", 55, "nosuch"),
        ("FOR i IN missing TO 2 DO RETURN :nosuch; END FOR; RETURN 1;", 38, "nosuch"),
        ("RETURN missing; nosuchtarget := 1;", 35, "NOSUCHTARGET"),
        ("RETURN missing; OPEN nosuchcursor;", 27, "NOSUCHCURSOR"),
        ("LET a := 1; nosuchtarget := 1; LET y NUMBER := :nosuch; RETURN 1;", 31, "NOSUCHTARGET"),
        ("LET y NUMBER := :nosuch; nosuchtarget := 1; RETURN 1;", 22, "nosuch"),
        ("RETURN missing; LET c := missing2 + 1;", 31, "MISSING2"),
        ("LET c := missing + 1; LET d := missing2 + 1; RETURN 1;", 15, "MISSING"),
        ("RETURN missing; BEGIN LET x NUMBER := missing2; END;", 13, "MISSING"),
        ("IF (TRUE) THEN RETURN missing; LET x NUMBER := missing2; END IF;", 53, "MISSING2"),
        ("IF (missing) THEN LET x NUMBER := missing2; END IF;", 10, "MISSING"),
        ("LOOP RETURN missing; LET x NUMBER := missing2; END LOOP;", 43, "MISSING2"),
        ("REPEAT RETURN missing; UNTIL (missing2) END REPEAT;", 36, "MISSING2"),
        ("CASE WHEN TRUE THEN RETURN missing; WHEN missing2 THEN RETURN 1; END CASE;", 33, "MISSING"),
        ("LET a := (SELECT missing); RETURN 5;", 23, "MISSING"),
        ("IF (FALSE) THEN LET a := (SELECT missing); END IF; RETURN 5;", 39, "MISSING"),
        ("LET a := (SELECT UPPER(missing)); RETURN 5;", 29, "MISSING"),
        ("LET a NUMBER := missing; RETURN 5;", 22, "MISSING"),
        ("RAISE undefined_exception;", 12, "UNDEFINED_EXCEPTION"),
    ],
)
def test_a_block_that_does_not_compile(blocks: Blocks, body: str, position: int, name: str) -> None:
    assert blocks.fails(_block(body)) == ("000904", "42000", _invalid(position, name))


@pytest.mark.parametrize(
    ("body", "position", "name"),
    [
        ("LET a := missing; RETURN 5;", 6, "A"),
        ("LET a := NULL; RETURN 'x';", 6, "A"),
        ("LET a := (SELECT missing FROM (SELECT 1 AS b)); RETURN 5;", 6, "A"),
        ("RETURN missing; LET c := missing2;", 22, "C"),
        ("IF (TRUE) THEN LET a := missing; END IF; RETURN 5;", 21, "A"),
        ("LET c CURSOR FOR SELECT 1 AS a; FOR r IN c DO LET z := r.a; END FOR; RETURN 1;", 52, "Z"),
    ],
)
def test_a_declaration_without_a_type(blocks: Blocks, body: str, position: int, name: str) -> None:
    text = f"variable '{name}' cannot have its type inferred from initializer"
    message = f"SQL compilation error: error line 1 at position {position}\n {text}"
    assert blocks.fails(_block(body)) == ("092228", "P0000", message)


def test_a_declare_items_place_is_its_name(blocks: Blocks) -> None:
    text = "SQL compilation error: error line 1 at position 9\n variable 'A' cannot have its type inferred"
    assert blocks.fails("EXECUTE IMMEDIATE $$ DECLARE a DEFAULT missing; BEGIN RETURN 5; END; $$")[
        2
    ].startswith(text)
    text = _uncaught(25, 23, "MISSING")
    block = "DECLARE a NUMBER DEFAULT (SELECT missing); BEGIN RETURN a; END;"
    assert blocks.fails(f"EXECUTE IMMEDIATE $${block}$$")[2] == text


@pytest.mark.parametrize(
    ("block", "position"),
    [
        ("DECLARE c CURSOR FOR SELECT 1; BEGIN c := 5; RETURN 1; END;", 39),
        ("DECLARE c CURSOR FOR SELECT 1; BEGIN c := (SELECT 1); RETURN 1; END;", 39),
        ("DECLARE c CURSOR FOR SELECT 1; BEGIN c := nosuch; RETURN 1; END;", 39),
        ("BEGIN LET c CURSOR FOR SELECT 1; c := 5; RETURN 1; END;", 35),
    ],
)
def test_a_cursor_is_never_assigned(blocks: Blocks, block: str, position: int) -> None:
    text = f"SQL compilation error: error line 1 at position {position}\n Assignment to variable 'C' is not permitted."
    assert blocks.fails(block)[2] == text


def test_an_exception_is_no_variable(blocks: Blocks) -> None:
    block = "DECLARE e EXCEPTION (-20002, 'x'); BEGIN e := 5; RETURN 1; END;"
    assert blocks.fails(block)[2] == _invalid(43, "E")


def test_a_name_declared_twice(blocks: Blocks) -> None:
    text = "SQL compilation error: error line 1 at position 22\n Variable with name 'Y' declared twice."
    assert blocks.fails("BEGIN LET y INT := 1; LET y INT := 2; RETURN y; END")[2] == text


def test_a_records_field_is_no_bind(blocks: Blocks) -> None:
    head = "DECLARE c CURSOR FOR SELECT 1.5::NUMBER(5,2) AS a; x NUMBER(5,2); BEGIN FOR r IN c DO "
    block = f"{head}SELECT :r.a INTO :x; END FOR; RETURN 'ok'; END;"
    text = f"SQL compilation error:\nsyntax error line 1 at position {len(head) + 9} unexpected '.'."
    assert blocks.fails(f"EXECUTE IMMEDIATE $${block}$$") == ("001003", "42000", text)


def test_a_records_field_in_sql_is_a_column_of_the_statement(blocks: Blocks) -> None:
    block = (
        "EXECUTE IMMEDIATE $$ DECLARE c CURSOR FOR SELECT 1.5::NUMBER(5,2) AS a; BEGIN FOR r IN c DO "
        "CREATE OR REPLACE TABLE t373 AS SELECT r.a AS c; END FOR; RETURN 'ok'; END; $$"
    )
    text = "Uncaught exception of type 'STATEMENT_ERROR' on line 1 at position 72 : " + _invalid(39, "R.A")
    assert blocks.fails(block)[2] == text


@pytest.mark.parametrize(
    ("block", "message"),
    [
        (
            "BEGIN\n  SELECT missing;\n  RETURN 5;\nEND;",
            "Uncaught exception of type 'STATEMENT_ERROR' on line 2 at position 2 : "
            "SQL compilation error: error line 1 at position 7\ninvalid identifier 'MISSING'",
        ),
        (
            "BEGIN\n  LET a NUMBER := (SELECT missing FROM (SELECT 1 AS b));\n  RETURN 5;\nEND;",
            "Uncaught exception of type 'EXPRESSION_ERROR' on line 2 at position 18 : "
            "SQL compilation error: error line 1 at position 23\ninvalid identifier 'MISSING'",
        ),
        (
            "BEGIN\n  LET a := (SELECT missing);\n  RETURN 5;\nEND;",
            "SQL compilation error: error line 2 at position 19\ninvalid identifier 'MISSING'",
        ),
        (
            "BEGIN\n  LET a NUMBER := (SELECT\n    missing FROM (SELECT 1 AS b));\n  RETURN 5;\nEND;",
            "Uncaught exception of type 'EXPRESSION_ERROR' on line 2 at position 18 : "
            "SQL compilation error: error line 2 at position 4\ninvalid identifier 'MISSING'",
        ),
        (
            "BEGIN\n  LET a := (SELECT\n    missing);\n  RETURN 5;\nEND;",
            "SQL compilation error: error line 3 at position 4\ninvalid identifier 'MISSING'",
        ),
    ],
)
def test_places_in_blocks_of_several_lines(blocks: Blocks, block: str, message: str) -> None:
    assert blocks.fails(f"EXECUTE IMMEDIATE $${block}$$")[2] == message


def test_what_is_not_reached_may_name_missing_columns(blocks: Blocks) -> None:
    body = "IF (FALSE) THEN LET a NUMBER := (SELECT missing FROM (SELECT 1 AS b)); END IF; RETURN 5;"
    assert blocks.value(_block(body)) == 5
