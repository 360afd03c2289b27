"""COPY INTO a table from CSV files: results, ON_ERROR, counts of columns, values, transformations.

The expected rows and messages were recorded on a Snowflake account.
"""

from __future__ import annotations

import gzip
from typing import Any

import pytest

ADVICE = (
    "\n  If you would like to continue loading when an error is encountered, use other values such as "
    "'SKIP_FILE' or 'CONTINUE' for the ON_ERROR option. For more information on loading options, please run "
    "'info loading_data' in a SQL client."
)
BAD = "1,x\nNOPE,y\n3,z\n"
NUMERIC = "Numeric value 'NOPE' is not recognized"
NOTHING = "Copy executed with 0 files processed."
COLUMN_A = '"T"["A":1]'


def _mismatch(found: int, wanted: int) -> str:
    return (
        f"Number of columns in file ({found}) does not match that of the corresponding table ({wanted}), use "
        "file format option error_on_column_count_mismatch=false to ignore this error"
    )


# -- results --------------------------------------------------------------------------------------


def test_result_of_a_clean_load(place: Any) -> None:
    place.put("st/good.csv", "1,x\n2,y\n")
    copy = "COPY INTO t FROM @st FILES = ('good.csv')"
    assert place.names(copy + " FORCE = TRUE") == [
        "file", "status", "rows_parsed", "rows_loaded", "error_limit", "errors_seen", "first_error",
        "first_error_line", "first_error_character", "first_error_column_name",
    ]  # fmt: skip
    place.run("TRUNCATE TABLE t")
    assert place.run(copy) == [("st/good.csv", "LOADED", 2, 2, 1, 0, None, None, None, None)]
    skipped = ("st/good.csv", "LOAD_SKIPPED", 0, 0, None, 1, "File was loaded before.", None, None, None)
    assert place.run(copy) == [skipped]
    assert place.names("COPY INTO t FROM @st") == ["status"]
    assert place.value("COPY INTO t FROM @st") == NOTHING
    assert place.run(copy + " FORCE = TRUE")[0][1] == "LOADED"
    assert place.contents() == ["1/x", "1/x", "2/y", "2/y"]


@pytest.mark.parametrize(
    ("on_error", "status", "loaded", "limit", "rows"),
    [
        ("CONTINUE", "PARTIALLY_LOADED", 2, 3, ["1/x", "3/z"]),
        ("SKIP_FILE", "LOAD_FAILED", 0, 1, []),
        ("'SKIP_FILE'", "LOAD_FAILED", 0, 1, []),
        ("SKIP_FILE_1", "LOAD_FAILED", 0, 1, []),
        ("SKIP_FILE_2", "PARTIALLY_LOADED", 2, 2, ["1/x", "3/z"]),
        ("'SKIP_FILE_50%'", "PARTIALLY_LOADED", 2, None, ["1/x", "3/z"]),
        ("'SKIP_FILE_10%'", "LOAD_FAILED", 0, None, []),
    ],
)
def test_on_error(place: Any, on_error: str, status: str, loaded: int, limit: int | None, rows: Any) -> None:
    place.put("st/bad.csv", BAD)
    [row] = place.run(f"COPY INTO t FROM @st ON_ERROR = {on_error}")
    assert row[:4] == ("st/bad.csv", status, 3, loaded)
    assert limit is None or row[4] == limit
    assert row[5:] == (1, NUMERIC, 2, 1, COLUMN_A)
    assert place.contents() == rows


def test_abort_statement_loads_nothing_of_any_file(place: Any) -> None:
    place.put("st/good.csv", "1,x\n2,y\n")
    place.put("st/bad.csv", BAD)
    errno, state, message = place.refused("COPY INTO t FROM @st FILES = ('good.csv', 'bad.csv')")
    assert (errno, state) == (100038, "22018")
    assert message == f"{NUMERIC}\n  File 'bad.csv', line 2, character 1\n  Row 2, column {COLUMN_A}{ADVICE}"
    assert place.contents() == []


def test_a_file_that_is_not_there(place: Any) -> None:
    errno, _, message = place.refused("COPY INTO t FROM @st PATTERN = '.*' FILES = ('x.csv')")
    assert errno == 91016
    assert message.startswith("Remote file '@st/x.csv' was not found.")
    [row] = place.run("COPY INTO t FROM @st FILES = ('x.csv') ON_ERROR = CONTINUE")
    assert (row[0], row[1]) == ("st/x.csv", "LOAD_FAILED")


def test_return_failed_only(place: Any) -> None:
    place.put("st/bad.csv", BAD)
    place.put("st/good.csv", "1,x\n")
    rows = place.run("COPY INTO t FROM @st ON_ERROR = CONTINUE RETURN_FAILED_ONLY = TRUE")
    assert [(r[0], r[1]) for r in rows] == [("st/bad.csv", "PARTIALLY_LOADED")]


def test_compressed_files_load_by_what_they_are(place: Any) -> None:
    place.put("st/named.csv", gzip.compress(b"8,g\n"))
    place.put("st/zip.csv", "9,h\n", "AUTO_COMPRESS = TRUE")
    assert [r[:2] for r in place.run("COPY INTO t FROM @st")] == [
        ("st/named.csv", "LOADED"),
        ("st/zip.csv.gz", "LOADED"),
    ]
    assert place.contents() == ["8/g", "9/h"]


def test_empty_files(place: Any) -> None:
    place.put("st/empty.csv", "")
    place.put("st/head.csv", "a,b\n")
    rows = place.run("COPY INTO t FROM @st FILE_FORMAT = (TYPE = CSV SKIP_HEADER = 1)")
    assert rows == [
        ("st/empty.csv", "LOADED", 0, 0, 1, 0, None, None, None, None),
        ("st/head.csv", "LOADED", 0, 0, 1, 0, None, None, None, None),
    ]


def test_size_limit_is_exceeded_not_reached(place: Any) -> None:
    place.put("st/s1.csv", "1,a\n2,b\n")
    place.put("st/s2.csv", "3,c\n4,d\n")
    assert len(place.run("COPY INTO t FROM @st FORCE = TRUE SIZE_LIMIT = 1")) == 1
    assert len(place.run("COPY INTO t FROM @st FORCE = TRUE SIZE_LIMIT = 8")) == 2


def test_purge_removes_what_was_loaded(place: Any) -> None:
    place.put("st/bad.csv", BAD)
    place.put("st/good.csv", "1,x\n")
    place.run("COPY INTO t FROM @st ON_ERROR = CONTINUE PURGE = TRUE")
    assert place.column("LIST @st") == ["st/bad.csv"]


# -- counts of columns ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "status", "loaded", "error", "rows"),
    [
        ("id,name\n1,a,extra\n2,b\n", "PARTIALLY_LOADED", 1, (1, _mismatch(3, 2), 3, 1, '"T"[3]'), ["2/b"]),
        ("id,name\n1\n2,b\n", "PARTIALLY_LOADED", 1, (1, _mismatch(1, 2), 3, 1, COLUMN_A), ["2/b"]),
        ("id,name\n1,a,extra\n", "LOAD_FAILED", 0, (1, _mismatch(3, 2), 2, 10, '"T"[3]'), []),
        ("id,name\n1\n", "LOAD_FAILED", 0, (1, _mismatch(1, 2), 2, 2, COLUMN_A), []),
        (
            "id,name\n1,a\n2,b,extra\n", "PARTIALLY_LOADED", 1,
            (1, "Field delimiter ',' found while expecting record delimiter '\\n'", 3, 4, '"T"["B":2]'),
            ["1/a"],
        ),
        (
            "id,name\n1,a\n2\n", "PARTIALLY_LOADED", 1,
            (1, "End of record reached while expected to parse column '\"T\"[\"B\":2]'", 3, 2, '"T"["B":2]'),
            ["1/a"],
        ),
        (
            "id,name\n1,a\n\n2,b\n", "PARTIALLY_LOADED", 2,
            (1, "End of record reached while expected to parse column '\"T\"[\"B\":2]'", 3, 1, '"T"["B":2]'),
            ["1/a", "2/b"],
        ),
        (
            "id,name\n1,a\n2,b\n\n", "PARTIALLY_LOADED", 2,
            (1, "End of record reached while expected to parse column '\"T\"[\"B\":2]'", 4, 1, '"T"["B":2]'),
            ["1/a", "2/b"],
        ),
        ("id,name\n1,a\n2,\n", "LOADED", 2, (0, None, None, None, None), ["1/a", "2/-"]),
        ("id,name\n1,a\n2,b", "LOADED", 2, (0, None, None, None, None), ["1/a", "2/b"]),
        ("id,name\n", "LOADED", 0, (0, None, None, None, None), []),
    ],
)  # fmt: skip
def test_wrong_counts_of_columns(
    place: Any, text: str, status: str, loaded: int, error: tuple[Any, ...], rows: list[str]
) -> None:
    place.put("st/x.csv", text)
    [row] = place.run("COPY INTO t FROM @st FILE_FORMAT = (TYPE = CSV SKIP_HEADER = 1) ON_ERROR = CONTINUE")
    assert (row[1], row[3]) == (status, loaded)
    assert row[5:] == error
    assert place.contents() == rows


def test_files_wider_and_narrower_than_three_columns(place: Any) -> None:
    place.run("CREATE OR REPLACE TABLE w (id INTEGER, name VARCHAR, age INTEGER)")
    place.put("st/five.csv", "1,a,30,x,y\n")
    place.put("st/two.csv", "1,a\n2,b\n")
    rows = place.run("COPY INTO w FROM @st ON_ERROR = CONTINUE")
    assert [r[1:] for r in rows] == [
        ("LOAD_FAILED", 1, 0, 1, 1, _mismatch(5, 3), 1, 11, '"W"[5]'),
        ("LOAD_FAILED", 2, 0, 2, 2, _mismatch(2, 3), 2, 1, '"W"["NAME":2]'),
    ]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("1,a,extra\n2,b\n", ["1/a", "2/b"]),
        ("1\n2,b\n", ["1/-", "2/b"]),
        ("1,a\n2,b,extra\n3,c\n", ["1/a", "2/b", "3/c"]),
    ],
)
@pytest.mark.parametrize(
    "copy",
    [
        "COPY INTO t FROM @st FILE_FORMAT = (TYPE = CSV ERROR_ON_COLUMN_COUNT_MISMATCH = FALSE)",
        "COPY INTO t FROM @st FILE_FORMAT = (FORMAT_NAME = 'lenient')",
        "COPY INTO t (a, b) FROM @st",
        "COPY INTO t FROM (SELECT $1, $2 FROM @st)",
    ],
)
def test_where_counts_do_not_matter(place: Any, copy: str, text: str, rows: list[str]) -> None:
    place.run("CREATE OR REPLACE FILE FORMAT lenient TYPE = CSV ERROR_ON_COLUMN_COUNT_MISMATCH = FALSE")
    place.put("st/x.csv", text)
    [row] = place.run(copy)
    assert (row[1], row[5:]) == ("LOADED", (0, None, None, None, None))
    assert place.contents() == rows


def test_the_message_shows_the_delimiter_of_the_format(place: Any) -> None:
    place.put("st/x.csv", "1|a\n2|b|c\n")
    [row] = place.run("COPY INTO t FROM @st FILE_FORMAT = (FIELD_DELIMITER = '|') ON_ERROR = CONTINUE")
    assert row[6:9] == ("Field delimiter '|' found while expecting record delimiter '\\n'", 2, 4)


def test_blank_lines(place: Any) -> None:
    place.put("st/x.csv", "1,x\n\n2,y\n")
    _, _, message = place.refused("COPY INTO t FROM @st")
    assert message == (
        "End of record reached while expected to parse column '\"T\"[\"B\":2]'\n  File 'x.csv', line 2, "
        f'character 1\n  Row 2, column "T"["B":2]{ADVICE}'
    )
    [row] = place.run("COPY INTO t FROM @st FILE_FORMAT = (TYPE = CSV SKIP_BLANK_LINES = TRUE)")
    assert row[1:4] == ("LOADED", 3, 2)
    place.run("CREATE OR REPLACE TABLE one (v VARCHAR)")
    place.put("st/one.csv", "1\n\n2\n")
    assert place.run("COPY INTO one FROM @st/one")[0][1:4] == ("LOADED", 3, 3)
    assert place.value("SELECT COUNT(*) - COUNT(v) FROM one") == 1


# -- values ---------------------------------------------------------------------------------------


def test_values_of_every_type(place: Any) -> None:
    place.run(
        "CREATE OR REPLACE TABLE v (i INTEGER, n NUMBER(6,2), f FLOAT, b BOOLEAN, d DATE, ts TIMESTAMP_NTZ,"
        " tm TIME, x BINARY, j VARIANT, s VARCHAR(5))"
    )
    place.put("st/v.csv", '1|2.345|1e3|yes|2024-02-29|2024-02-29 10:00:00.5|10:11:12|BEEF|{"a": [1]}|abc\n')
    place.run("COPY INTO v FROM @st FILE_FORMAT = (FIELD_DELIMITER = '|')")
    [row] = place.run(
        "SELECT i, n::VARCHAR, f::VARCHAR, b, d::VARCHAR, ts::VARCHAR, tm::VARCHAR, x::VARCHAR, j:a[0]::INT, s"
        " FROM v"
    )
    assert row == (
        1, "2.35", "1000", True, "2024-02-29", "2024-02-29 10:00:00.500", "10:11:12", "BEEF", 1, "abc",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("type_", "value", "code", "message"),
    [
        ("INTEGER", "x", 100038, "Numeric value 'x' is not recognized"),
        ("BOOLEAN", "maybe", 100037, "Boolean value 'maybe' is not recognized"),
        ("DATE", "2024-02-30", 100040, "Date '2024-02-30' is not recognized"),
        ("TIMESTAMP_NTZ", "soon", 100035, "Timestamp 'soon' is not recognized"),
        ("TIME", "25:00", 100108, "Time '25:00' is not recognized"),
        ("VARCHAR(2)", "abc", 100074, "User character length limit (2) exceeded by string 'abc'"),
        ("INTEGER NOT NULL", "", 100072, "NULL result in a non-nullable column"),
        ("VARIANT", "{", 100069, "Error parsing JSON: "),
    ],
)
def test_values_that_do_not_fit(place: Any, type_: str, value: str, code: int, message: str) -> None:
    place.run(f"CREATE OR REPLACE TABLE v (c {type_})")
    place.put("st/v.csv", f"{value}\n")
    errno, _, text = place.refused("COPY INTO v FROM @st")
    assert errno == code
    assert text.startswith(message)
    assert '\n  File \'v.csv\', line 1, character 1\n  Row 1, column "V"["C":1]' in text


def test_truncated_columns(place: Any) -> None:
    place.run("CREATE OR REPLACE TABLE v (c VARCHAR(2))")
    place.put("st/v.csv", "abcdef\n")
    place.run("COPY INTO v FROM @st TRUNCATECOLUMNS = TRUE")
    place.run("COPY INTO v FROM @st ENFORCE_LENGTH = FALSE FORCE = TRUE")
    assert place.column("SELECT c FROM v") == ["ab", "ab"]


def test_formats_of_dates_and_nulls(place: Any) -> None:
    place.run("CREATE OR REPLACE TABLE v (d DATE, t TIME, x BINARY, s VARCHAR)")
    place.put("st/v.csv", "29/02/2024,1011,aGk=,none\n")
    place.run(
        "COPY INTO v FROM @st FILE_FORMAT = (DATE_FORMAT = 'DD/MM/YYYY' TIME_FORMAT = 'HH24MI'"
        " BINARY_FORMAT = BASE64 NULL_IF = ('none'))"
    )
    [row] = place.run("SELECT d::VARCHAR, t::VARCHAR, x::VARCHAR, s FROM v")
    assert row == ("2024-02-29", "10:11:00", "6869", None)


def test_enclosed_fields_and_trimmed_space(place: Any) -> None:
    place.put("st/sp.csv", ' 1 , " x y " \n')
    place.run("COPY INTO t FROM @st FILE_FORMAT = (TRIM_SPACE = TRUE FIELD_OPTIONALLY_ENCLOSED_BY = '\"')")
    assert place.run("SELECT a, '[' || b || ']' FROM t") == [(1, "[ x y ]")]


def test_encodings(place: Any) -> None:
    place.put("st/latin.csv", "1,é\n".encode("latin-1"))
    place.run("COPY INTO t FROM @st FILE_FORMAT = (ENCODING = 'ISO88591')")
    assert place.contents() == ["1/é"]
    errno, _, message = place.refused("COPY INTO t FROM @st FORCE = TRUE")
    assert errno == 100144
    assert message.startswith("Invalid UTF8 detected in string '0xE9'")
    place.run("COPY INTO t FROM @st FORCE = TRUE FILE_FORMAT = (REPLACE_INVALID_CHARACTERS = TRUE)")
    assert place.contents() == ["1/é", "1/\ufffd"]


def test_defaults_of_columns_that_are_not_loaded(place: Any) -> None:
    place.run("CREATE OR REPLACE TABLE v (a INTEGER, b VARCHAR DEFAULT 'none', c INTEGER AUTOINCREMENT)")
    place.put("st/v.csv", "7\n8\n")
    place.run("COPY INTO v (a) FROM @st")
    assert place.contents("v") == ["7/none/1", "8/none/2"]


def test_match_by_column_name(place: Any) -> None:
    place.put("st/mb.csv", "B,A\nhey,9\n")
    copy = "COPY INTO t FROM @st FILE_FORMAT = (PARSE_HEADER = TRUE) MATCH_BY_COLUMN_NAME = {}"
    place.run(copy.format("CASE_INSENSITIVE"))
    assert place.contents() == ["9/hey"]


# -- transformations ------------------------------------------------------------------------------


def test_transformations(place: Any) -> None:
    place.put("st/x.csv", "1,ab,zz\n2,,zz\n")
    place.run(
        "COPY INTO t (b, a) FROM (SELECT IFF(s.$2 IS NULL, 'none', CONCAT(s.$2, '!')), s.$1::INT FROM @st s)"
    )
    assert place.contents() == ["1/ab!", "2/none"]
    place.run("TRUNCATE TABLE t")
    place.run("COPY INTO t FROM (SELECT METADATA$FILE_ROW_NUMBER, METADATA$FILENAME FROM @st)")
    assert place.contents() == ["1/x.csv", "2/x.csv"]


def test_quoted_positions(place: Any) -> None:
    place.put("st/x.csv", "1,ab\n")
    assert place.run('SELECT "$2", s."$1", s.$3 FROM @st s') == [("ab", "1", None)]
    place.run('COPY INTO t FROM (SELECT CAST("$1" AS INT), CONCAT("$2", \'!\') FROM @st)')
    assert place.contents() == ["1/ab!"]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("SELECT $1, UPPER($2) FROM @st", "Function 'UPPER' not supported within a COPY"),
        ("SELECT $1, $2 * 2 FROM @st", "Function '*' not supported within a COPY"),
    ],
)
def test_functions_that_a_transformation_has_not(place: Any, query: str, message: str) -> None:
    assert message in place.refused(f"COPY INTO t FROM ({query})")[2]


def test_errors_of_transformed_records(place: Any) -> None:
    place.put("st/bad.csv", BAD)
    [row] = place.run("COPY INTO t FROM (SELECT $1, $2 FROM @st) ON_ERROR = CONTINUE")
    assert (row[1], row[2], row[3], row[5], row[6]) == ("PARTIALLY_LOADED", 3, 2, 1, NUMERIC)
    assert place.contents() == ["1/x", "3/z"]
