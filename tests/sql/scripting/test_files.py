"""EXECUTE IMMEDIATE FROM a staged file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sql.scripting.conftest import Blocks

Put = Callable[..., None]


@pytest.fixture
def put(blocks: Blocks, tmp_path: Path) -> Put:
    """Puts a text on a new stage as ``folder/name``."""
    blocks.run("CREATE OR REPLACE STAGE scripts")

    def upload(name: str, text: str) -> None:
        file = tmp_path / Path(name).name
        file.write_text(text)
        folder = str(Path(name).parent).strip(".")
        blocks.run(f"PUT file://{file} @scripts/{folder} AUTO_COMPRESS=FALSE OVERWRITE=TRUE")

    return upload


def test_the_last_statement_gives_the_result(blocks: Blocks, put: Put) -> None:
    put(
        "dir/insert-inventory.sql",
        "CREATE OR REPLACE TABLE my_inventory(sku VARCHAR, price NUMBER);\n"
        "INSERT INTO my_inventory VALUES ('XYZ12345', 10), ('XYZ81974', 50);\n"
        "BEGIN LET n := (SELECT COUNT(*) FROM my_inventory); RETURN n; END;\n"
        "SELECT sku, price FROM my_inventory ORDER BY price DESC;\n",
    )
    assert blocks.run("EXECUTE IMMEDIATE FROM @scripts/dir/insert-inventory.sql") == [
        ("XYZ81974", 50),
        ("XYZ12345", 10),
    ]
    block = "BEGIN LET r RESULTSET := (EXECUTE IMMEDIATE FROM @scripts/dir/insert-inventory.sql); RETURN TABLE(r); END"
    assert len(blocks.run(block)) == 2


def test_paths_from_a_file(blocks: Blocks, put: Put) -> None:
    put("a/main.sql", "EXECUTE IMMEDIATE FROM './inner.sql';")
    put("a/inner.sql", "EXECUTE IMMEDIATE FROM '../b/last.sql';")
    put("b/last.sql", "SELECT 'last';")
    assert blocks.value("EXECUTE IMMEDIATE FROM @scripts/a/main.sql") == "last"
    put("a/rooted.sql", "EXECUTE IMMEDIATE FROM '/b/last.sql'")
    assert blocks.value("EXECUTE IMMEDIATE FROM @scripts/a/rooted.sql") == "last"


def test_a_failing_statement_names_file_and_place(blocks: Blocks, put: Put) -> None:
    put("bad.sql", "SELECT 1;\n  SELECT 1/0;\nSELECT 2;")
    text = "Uncaught exception of type 'STATEMENT_ERROR' in file bad.sql on line 2 at position 2:\nDivision by zero"
    assert blocks.fails("EXECUTE IMMEDIATE FROM @scripts/bad.sql") == ("100051", "22012", text)


def test_what_cannot_run(blocks: Blocks, put: Put) -> None:
    put("syntax.sql", "SELECT 1;\nSELEC 2;")
    error = blocks.fails("EXECUTE IMMEDIATE FROM @scripts/syntax.sql")
    assert error == (
        "001003",
        "42000",
        "SQL compilation error:\nsyntax error line 2 at position 0 unexpected 'SELEC'.",
    )
    error = blocks.fails("EXECUTE IMMEDIATE FROM @scripts/missing.sql")
    assert error == ("001501", "02000", "File 'missing.sql' not found in stage 'scripts'.")
    text = "Relative file references like './x.sql' cannot be used in top-level EXECUTE IMMEDIATE calls."
    assert blocks.fails("EXECUTE IMMEDIATE FROM './x.sql'") == ("001503", "42601", text)
    assert blocks.fails("EXECUTE IMMEDIATE FROM @nosuch/x.sql")[0] == "002003"


def test_templates_are_refused_by_name(blocks: Blocks, put: Put) -> None:
    put("template.sql", "--!jinja\nSELECT {{ n }};")
    assert blocks.fails("EXECUTE IMMEDIATE FROM @scripts/template.sql")[0] == "000002"
    assert blocks.fails("EXECUTE IMMEDIATE FROM @scripts/template.sql USING (n => 1)")[0] == "000002"
