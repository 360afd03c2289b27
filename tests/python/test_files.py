"""Staged files that handlers open by their scoped addresses."""

from __future__ import annotations

import io
from typing import Any

import pytest
from snowflake.snowpark import Session

READS = (
    "from snowflake.snowpark.files import SnowflakeFile\n"
    "def run(url):\n    with SnowflakeFile.open(url) as file:\n        return file.read()"
)
PACKAGES = "PACKAGES = ('snowflake-snowpark-python')"


@pytest.fixture
def staged(session: Session, run: Any) -> str:
    run("CREATE STAGE IF NOT EXISTS letters")
    session.file.put_stream(
        io.BytesIO("grüße".encode()), "@letters/a b/hello.txt", auto_compress=False, overwrite=True
    )
    return "a b/hello.txt"


def test_a_scoped_address(run: Any, define: Any, staged: str) -> None:
    define("read_it(url VARCHAR)", "VARCHAR", READS, PACKAGES)
    assert run(f"SELECT read_it(BUILD_SCOPED_FILE_URL(@letters, '{staged}'))") == [("grüße",)]
    query = "SELECT read_it(BUILD_SCOPED_FILE_URL(@letters, column1)) FROM VALUES ('a b/hello.txt')"
    assert run(query) == [("grüße",)]


def test_in_a_procedure(run: Any, procedure: Any, staged: str) -> None:
    body = (
        "from snowflake.snowpark.files import SnowflakeFile\ndef run(session, url):\n"
        "    with SnowflakeFile.open(url, 'rb', require_scoped_url=False) as file:\n        return len(file.read())"
    )
    procedure("size_of(url VARCHAR)", "INT", body)
    assert run(f"CALL size_of(BUILD_SCOPED_FILE_URL(@letters, '{staged}'))") == [(7,)]
    assert run(f"CALL size_of('@letters/{staged}')") == [(7,)]


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ("BUILD_SCOPED_FILE_URL(@letters, 'none.txt')", "FileNotFoundError"),
        ("BUILD_SCOPED_FILE_URL(@letters, '../../account.duckdb')", "FileNotFoundError"),
        ("BUILD_STAGE_FILE_URL(@letters, 'a b/hello.txt')", "is not scoped"),
    ],
)
def test_what_cannot_be_opened(define: Any, fails: Any, staged: str, address: str, text: str) -> None:
    define("read_it(url VARCHAR)", "VARCHAR", READS, PACKAGES)
    assert text in fails(f"SELECT read_it({address})")[2]


def test_addresses_of_staged_files(run: Any, fails: Any, schema: str, staged: str) -> None:
    place = schema.replace(".", "/")
    url = f"https://snowdome.snowflakecomputing.com/api/files/{place}/LETTERS/a%20b/hello.txt"
    assert run(f"SELECT BUILD_STAGE_FILE_URL(@letters, '{staged}')") == [(url,)]
    assert fails("SELECT BUILD_SCOPED_FILE_URL(@no_such_stage, 'x')")[0] == "002003"
    assert fails("SELECT GET_STAGE_LOCATION(@letters)")[0] == "000002"
