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


OWN = READS.replace("open(url)", "open(url, require_scoped_url=False)")


def test_a_name_on_a_stage(run: Any, define: Any, schema: str, staged: str) -> None:
    define("read_own(url VARCHAR)", "VARCHAR", OWN, PACKAGES)
    assert run(f"SELECT read_own('@letters/{staged}'), read_own('@{schema}.letters/{staged}')") == [
        ("grüße",) * 2
    ]


def test_names_are_looked_up_in_the_session_of_the_statement(
    run: Any, define: Any, connect: Any, staged: str
) -> None:
    define("read_own(url VARCHAR)", "VARCHAR", OWN, PACKAGES)
    run("CREATE OR REPLACE TEMPORARY STAGE only_here")
    run("COPY FILES INTO @only_here FROM @letters")
    assert run(f"SELECT read_own('@only_here/{staged}')") == [("grüße",)]
    with pytest.raises(Exception, match="FileNotFoundError"):
        connect().cursor().execute(f"SELECT read_own('@only_here/{staged}')")


def test_in_a_table_function_and_from_threads(run: Any, staged: str) -> None:
    run(
        "CREATE OR REPLACE FUNCTION sizes(url VARCHAR) RETURNS TABLE (size INT) LANGUAGE PYTHON"
        f" RUNTIME_VERSION = 3.11 {PACKAGES} HANDLER = 'Sizes' AS $$\n"
        "from concurrent.futures import ThreadPoolExecutor\nfrom snowflake.snowpark.files import SnowflakeFile\n"
        "def size(url):\n    with SnowflakeFile.open(url, 'rb', require_scoped_url=False) as f:\n"
        "        return f.seek(0, 2)\n"
        "class Sizes:\n    def process(self, url):\n        with ThreadPoolExecutor(8) as pool:\n"
        "            for found in pool.map(size, [url] * 20):\n                yield (found,)\n$$"
    )
    assert run(f"SELECT COUNT(*), MAX(size) FROM TABLE(sizes('@letters/{staged}'))") == [(20, 7)]


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("@letters/none.txt", "FileNotFoundError"),
        ("@letters/../../x", "FileNotFoundError"),
        ("@nowhere/x", "NOWHERE"),
    ],
)
def test_names_of_nothing(define: Any, fails: Any, staged: str, url: str, text: str) -> None:
    define("read_own(url VARCHAR)", "VARCHAR", OWN, PACKAGES)
    assert text in fails(f"SELECT read_own('{url}')")[2]


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
        ("'@letters/a b/hello.txt'", "is not scoped"),
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
