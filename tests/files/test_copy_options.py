"""VALIDATION_MODE and the other options of COPY INTO a table.

The expected rows and messages were recorded on a Snowflake account.
"""

from __future__ import annotations

from typing import Any

import pytest

BAD = "1,x\nNOPE,y\n3,z\n"
NUMERIC = "Numeric value 'NOPE' is not recognized"
NOTHING = "Copy executed with 0 files processed."
COLUMN_A = '"T"["A":1]'


def _mismatch(found: int, wanted: int) -> str:
    return (
        f"Number of columns in file ({found}) does not match that of the corresponding table ({wanted}), use "
        "file format option error_on_column_count_mismatch=false to ignore this error"
    )


# -- VALIDATION_MODE ------------------------------------------------------------------------------

_GEOMETRY = [
    "ERROR", "FILE", "LINE", "CHARACTER", "BYTE_OFFSET", "CATEGORY", "CODE", "SQL_STATE", "COLUMN_NAME",
    "ROW_NUMBER", "ROW_START_LINE", "REJECTED_RECORD",
]  # fmt: skip


def test_return_errors(place: Any) -> None:
    place.put("st/bad.csv", BAD)
    validate = "COPY INTO t FROM @st VALIDATION_MODE = RETURN_ERRORS"
    assert place.names(validate) == _GEOMETRY
    assert place.run(validate) == [
        (NUMERIC, "bad.csv", 2, 1, 4, "conversion", 100038, "22018", COLUMN_A, 2, 2, "NOPE,y\n")
    ]
    assert place.contents() == []


def test_return_errors_of_the_last_record_and_a_later_column(place: Any) -> None:
    place.run("CREATE OR REPLACE TABLE ti (a INTEGER, b INTEGER)")
    place.put("st/x.csv", "1,2\n3,NO\n")
    [row] = place.run("COPY INTO ti FROM @st VALIDATION_MODE = RETURN_ERRORS")
    assert row[:5] == ("Numeric value 'NO' is not recognized", "x.csv", 2, 3, 6)
    assert (row[8], row[11]) == ('"TI"["B":2]', "3,NO")


def test_return_errors_of_short_records_and_missing_files(place: Any) -> None:
    place.put("st/short.csv", "1\n")
    [row] = place.run("COPY INTO t FROM @st VALIDATION_MODE = RETURN_ERRORS")
    assert (row[0], row[3], row[5:8]) == (_mismatch(1, 2), 2, ("parsing", 100080, "22000"))
    assert (row[9], row[11]) == (1, "1")
    [row] = place.run("COPY INTO t FROM @st FILES = ('no.csv') VALIDATION_MODE = RETURN_ERRORS")
    assert "was not found." in row[0]
    assert row[1:] == ("no.csv", None, None, None, "other", 100112, "22000", None, 0, 0, None)


def test_return_rows(place: Any) -> None:
    place.put("st/x.csv", "1,a\n2,b\n3,c\n")
    assert place.run("COPY INTO t FROM @st VALIDATION_MODE = RETURN_2_ROWS") == [(1, "a"), (2, "b")]
    place.put("st/bad.csv", BAD)
    assert place.refused("COPY INTO t FROM @st/bad VALIDATION_MODE = RETURN_2_ROWS")[0] == 100038
    assert place.contents() == []


# -- options --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [
        "ON_ERROR = CONTINUE", "ON_ERROR = 'SKIP_FILE'", "ON_ERROR = SKIP_FILE_3",
        "ON_ERROR = 'SKIP_FILE_3%'", "ON_ERROR = ABORT_STATEMENT",
        "ENFORCE_LENGTH = FALSE TRUNCATECOLUMNS = TRUE", "LOAD_UNCERTAIN_FILES = TRUE",
        "RETURN_FAILED_ONLY = TRUE", "SIZE_LIMIT = 0",
    ],
)  # fmt: skip
def test_options_over_an_empty_stage(place: Any, options: str) -> None:
    assert place.value(f"COPY INTO t FROM @st {options}") == NOTHING


_INVALID = "SQL compilation error:\ninvalid value [{}] for parameter '{}'"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("ON_ERROR = 'BOGUS'", _INVALID.format("'BOGUS'", "ON_ERROR")),
        ("MATCH_BY_COLUMN_NAME = 'WRONG'", _INVALID.format("'WRONG'", "MATCH_BY_COLUMN_NAME")),
        ("VALIDATION_MODE = 'WRONG_MODE'", _INVALID.format("'WRONG_MODE'", "VALIDATION_MODE")),
        ("FORCE = 'TRUE'", _INVALID.format("'TRUE'", "FORCE")),
        ("SIZE_LIMIT = -5", _INVALID.format("-5", "SIZE_LIMIT")),
        ("PURGE = MAYBE", _INVALID.format("MAYBE", "PURGE")),
        ("NO_SUCH_COPY_OPT = 1", "SQL compilation error:\ninvalid parameter 'NO_SUCH_COPY_OPT'"),
        (
            "ON_ERROR = CONTINUE ON_ERROR = SKIP_FILE",
            "SQL compilation error: conflicting values for copy option 'ON_ERROR'",
        ),
        (
            "ENFORCE_LENGTH = TRUE TRUNCATECOLUMNS = TRUE",
            "SQL compilation error: conflicting values for copy option 'TRUNCATECOLUMNS'",
        ),
        (
            "MATCH_BY_COLUMN_NAME = CASE_SENSITIVE",
            "SQL compilation error: match_by_column_name option is not supported for file format CSV without "
            "PARSE_HEADER = TRUE",
        ),
    ],
)
def test_options_that_are_wrong(place: Any, options: str, message: str) -> None:
    assert message in place.refused(f"COPY INTO t FROM @st {options}")[2]


def test_validation_of_a_transformation(place: Any) -> None:
    sql = "COPY INTO t FROM (SELECT $1, $2 FROM @st) VALIDATION_MODE = RETURN_ERRORS"
    message = "SQL compilation error:\nVALIDATION_MODE does not support COPY with transform."
    assert place.refused(sql)[2] == message


def test_tables_and_stages_that_are_not_there(place: Any) -> None:
    where = f"TESTS.{place.connection.schema}"
    assert place.refused("COPY INTO nope FROM @st")[::2] == (
        2003,
        "SQL compilation error:\nTable 'NOPE' does not exist or not authorized.".replace(
            "NOPE", f"{where}.NOPE"
        ),
    )
    assert place.refused("COPY INTO t FROM @nope")[::2] == (
        2003,
        f"SQL compilation error:\nStage '{where}.NOPE' does not exist or not authorized.",
    )
