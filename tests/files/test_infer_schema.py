"""INFER_SCHEMA: names, types, expressions, and what it refuses; as recorded on a Snowflake account."""

from __future__ import annotations

import decimal
import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

WIDE = (
    "c_int,c_big,c_neg,c_dec,c_exp,c_bool,c_date,c_ts,c_tstz,c_time,c_text,c_empty,c_mix,c_intdec,c_lead0,c_yes,"
    "c_huge\n"
    "1,123456789012,-5,1.5,1e2,true,2020-01-01,2020-01-01 10:00:00,2020-01-01 10:00:00 +01:00,10:00:00,alpha,,1,"
    "1,007,yes,12345678901234567890123456789012345678\n"
    "2,23,10,22.25,2.5E-3,false,2020-02-29,2020-02-29 23:59:59.123,2020-02-29T23:59:59Z,23:59:59,beta,,x,2.5,"
    "010,no,1\n"
    "3,4,0,-3,-1.0e+10,TRUE,2021-12-31,2021-12-31T01:02:03,2021-12-31 01:02:03.456 -0800,01:02:03.5,gamma,,2,3,"
    "000,y,99999999999999999999999999999999999999999\n"
)
JSON_LINES = (
    '{"a":1,"b":"x","c":1.5,"d":true,"e":null,"f":[1,2],"g":{"k":1},"h":"2020-01-01","i":"2020-01-01 10:00:00",'
    '"j":1e2,"k":"10:00:00","Mixed":1,"big":123456789012345678901234567890}\n'
    '{"a":2,"b":"y","c":22.25,"d":false,"e":null,"f":[],"g":{},"h":"2020-02-29","i":"2020-02-29T23:59:59.123Z",'
    '"j":2.5E-3,"k":"23:59:59","Mixed":"x","extra":5,"big":1}\n'
)
JSON_ARRAY = '[{"a":3,"B":"z","country":"PL","COUNTRY":"de"},{"a":4.5,"b":null,"country":"US"}]'


@pytest.fixture
def formats(place: Any) -> Any:
    """FFH reads a header, FFN none; FJ is JSON and FJS strips the outer array."""
    place.run(
        "CREATE OR REPLACE FILE FORMAT ffh TYPE = CSV PARSE_HEADER = TRUE",
        "CREATE OR REPLACE FILE FORMAT ffn TYPE = CSV",
        "CREATE OR REPLACE FILE FORMAT fj TYPE = JSON",
        "CREATE OR REPLACE FILE FORMAT fjs TYPE = JSON STRIP_OUTER_ARRAY = TRUE",
    )
    return place


def _infer(place: Any, arguments: str) -> list[str]:
    query = f"SELECT * FROM TABLE(INFER_SCHEMA({arguments})) ORDER BY ORDER_ID, COLUMN_NAME"
    return [" | ".join(map(str, row)) for row in place.run(query)]


def _types(place: Any, arguments: str) -> list[str]:
    query = f"SELECT COLUMN_NAME || ' ' || TYPE FROM TABLE(INFER_SCHEMA({arguments})) ORDER BY ORDER_ID"
    return [str(v) for v in place.column(query)]


def _refused(place: Any, arguments: str) -> str:
    return str(place.refused(f"SELECT * FROM TABLE(INFER_SCHEMA({arguments}))")[2])


def test_columns(formats: Any) -> None:
    query = "SELECT * FROM TABLE(INFER_SCHEMA(LOCATION => '@st', FILE_FORMAT => 'ffh'))"
    assert formats.names(query) == ["COLUMN_NAME", "TYPE", "NULLABLE", "EXPRESSION", "FILENAMES", "ORDER_ID"]
    assert formats.run(query) == []


def test_csv_types(formats: Any) -> None:
    formats.put("st/csv/wide.csv", WIDE)
    types = [
        "c_int NUMBER(1, 0)", "c_big NUMBER(12, 0)", "c_neg NUMBER(2, 0)", "c_dec NUMBER(4, 2)", "c_exp REAL",
        "c_bool BOOLEAN", "c_date DATE", "c_ts TIMESTAMP_NTZ", "c_tstz TIMESTAMP_NTZ", "c_time TIME",
        "c_text TEXT", "c_empty TEXT", "c_mix TEXT", "c_intdec NUMBER(2, 1)", "c_lead0 NUMBER(2, 0)",
        "c_yes BOOLEAN", "c_huge TEXT",
    ]  # fmt: skip
    rows = [name.split(" ", 1) for name in types]
    assert _infer(formats, "LOCATION => '@st/csv/', FILE_FORMAT => 'ffh'") == [
        f"{name} | {type_} | True | ${i + 1}::{type_} | csv/wide.csv | {i}"
        for i, (name, type_) in enumerate(rows)
    ]


def test_csv_without_header(formats: Any) -> None:
    formats.put("st/n.csv", "1,x,2020-01-01\n2,y,2020-01-02\n")
    arguments = "LOCATION => '@st', FILE_FORMAT => 'ffn'"
    assert _types(formats, arguments) == ["c1 NUMBER(1, 0)", "c2 TEXT", "c3 DATE"]
    folded = _types(formats, arguments + ", IGNORE_CASE => TRUE")
    assert folded == ["C1 NUMBER(1, 0)", "C2 TEXT", "C3 DATE"]
    formats.run("CREATE OR REPLACE FILE FORMAT fskip TYPE = CSV SKIP_HEADER = 1")
    skipped = _types(formats, "LOCATION => '@st', FILE_FORMAT => 'fskip'")
    assert skipped == ["c1 NUMBER(1, 0)", "c2 BOOLEAN", "c3 DATE"]  # y alone is a boolean


def test_csv_scales(formats: Any) -> None:
    values = {
        "2.0": "NUMBER(2, 1)", "10.0": "NUMBER(3, 1)", "0.0": "NUMBER(1, 0)", "-0.0": "NUMBER(1, 0)",
        "0.00": "NUMBER(1, 0)", "0.10": "NUMBER(3, 2)", "00.5": "NUMBER(2, 1)", "-00.50": "NUMBER(3, 2)",
        "1.000": "NUMBER(4, 3)", "+0.0": "NUMBER(1, 0)", "100": "NUMBER(3, 0)", "-0.5": "NUMBER(2, 1)",
        "1.": "NUMBER(1, 0)", "-.25": "NUMBER(3, 2)",
    }  # fmt: skip
    formats.put("st/z.csv", ",".join(values) + "\n")
    found = _types(formats, "LOCATION => '@st', FILE_FORMAT => 'ffn'")
    assert found == [f"c{i} {type_}" for i, type_ in enumerate(values.values(), 1)]


def test_csv_words(formats: Any) -> None:
    values = {
        "10:00 PM": "TIME", "10:00PM": "TIME", "12:00 AM": "TIME", "9:30 Am": "TIME",
        "10:00:00.123456789 PM": "TIME", "13:00 PM": "TEXT", "0:00 AM": "TEXT", "10 PM": "TEXT",
        "10:00 A.M.": "TEXT", "23:59:59.1234567891": "TIME", "10:00:00.": "TIME", "10:00:00.123+07:00": "TIME",
        "10:00:00.1 Z": "TIME", "10:00:00.1-24:00": "TIME", "10:00:00+07:00": "TEXT",
        "10:00:00.123+0700": "TEXT", "10:00:00.123+07:00 PM": "TEXT", "1:5": "TIME", "24:00": "TEXT",
        "23:59:60": "TEXT", ".": "NUMBER(1, 0)", "-.": "NUMBER(1, 0)", "+.": "NUMBER(1, 0)", ".e5": "TEXT",
        "1.e5": "REAL", ".5e1": "REAL", "1e-400": "REAL", "1e400": "TEXT", "1.7976931348623157e308": "REAL",
        ".5": "NUMBER(2, 1)", "2020-01-01 10:00:00.1234567891": "TIMESTAMP_NTZ",
        "2020-01-01T10:00:00.": "TIMESTAMP_NTZ", "2020-01-01 10:00 PM": "TEXT", "31-JAN-2020 10:00": "TEXT",
        "31-JAN-2020": "DATE",
    }  # fmt: skip
    formats.put("st/v.csv", ",".join(values) + "\n")
    found = _types(formats, "LOCATION => '@st', FILE_FORMAT => 'ffn'")
    assert dict(zip(values, (f.split(" ", 1)[1] for f in found), strict=True)) == values


def test_csv_types_widen_in_order(formats: Any) -> None:
    formats.put(
        "st/e.csv",
        "dt_ts,ts_dt,r_i,i_r,b_1,i_b,w38,n_big,e_i,dt_n,tm_tm,hex,nan,ovf,spc,dt3,dt5\n"
        "2020-01-01,2020-01-01 10:00:00,1e2,1,true,1,99999999999999999999999999999999999999,1,,2020-01-01,10:00,"
        "0x1F,NaN,1e400, 5,31-Jan-2020,01/31/2020\n"
        "2020-01-01 10:00:00,2020-01-01,1,1e2,1,true,0.5,12345678901234567890123456789012345678901,5,1,"
        "10:00:00.5,0x2,inf,1,6 ,01-Feb-2020,02/01/2020\n",
    )
    arguments = "LOCATION => '@st', FILE_FORMAT => 'ffh'"
    assert _types(formats, arguments) == [
        "dt_ts DATE", "ts_dt TEXT", "r_i REAL", "i_r TEXT", "b_1 BOOLEAN", "i_b TEXT", "w38 NUMBER(38, 0)",
        "n_big TEXT", "e_i NUMBER(1, 0)", "dt_n TEXT", "tm_tm TIME", "hex REAL", "nan REAL", "ovf TEXT",
        "spc TEXT", "dt3 DATE", "dt5 DATE",
    ]  # fmt: skip
    assert _types(formats, arguments + ", MAX_RECORDS_PER_FILE => 1") == [
        "dt_ts DATE", "ts_dt TIMESTAMP_NTZ", "r_i REAL", "i_r NUMBER(1, 0)", "b_1 BOOLEAN", "i_b NUMBER(1, 0)",
        "w38 NUMBER(38, 0)", "n_big NUMBER(1, 0)", "e_i TEXT", "dt_n DATE", "tm_tm TIME", "hex REAL",
        "nan REAL", "ovf TEXT", "spc TEXT", "dt3 DATE", "dt5 DATE",
    ]  # fmt: skip


def test_files_merge(formats: Any) -> None:
    formats.put("st/two/small.csv", "a,b\n1,x\n2,y\n")
    formats.put("st/two/small2.csv", "a,b,c\n10,hello,2020-01-01\n20,,2020-01-02\n")
    formats.put("st/ab/filea.csv", "x,y\n1e2,2020-01-01\n")
    formats.put("st/ab/fileb.csv", "x,y\n1,2020-01-01 10:00:00\n")
    assert _infer(formats, "LOCATION => '@st/two/', FILE_FORMAT => 'ffh'") == [
        "a | NUMBER(2, 0) | True | $1::NUMBER(2, 0) | two/small.csv, two/small2.csv | 0",
        "b | TEXT | True | $2::TEXT | two/small.csv, two/small2.csv | 1",
        "c | DATE | True | $3::DATE | two/small2.csv | 2",
    ]
    assert _types(formats, "LOCATION => '@st/ab/', FILE_FORMAT => 'ffh'") == ["x TEXT", "y TEXT"]


@pytest.mark.parametrize(
    ("arguments", "files"),
    [
        ("LOCATION => '@st/two/small.csv'", "two/small.csv"),
        ("LOCATION => '@st/two/', FILES => ('small2.csv')", "two/small2.csv"),
        ("LOCATION => '@st/two', FILES => 'small.csv'", "two/small.csv"),
        ("LOCATION => '@st//two//', FILES => '/small.csv'", "two/small.csv"),
        (
            "LOCATION => '@st/two/', FILES => ('small2.csv', 'small.csv'), MAX_FILE_COUNT => 1",
            "two/small.csv",
        ),
        ("LOCATION => '@st/two/sm'", "two/small.csv, two/small2.csv"),
        ("LOCATION => '@st/TWO/'", None),
    ],
)
def test_which_files(formats: Any, arguments: str, files: str | None) -> None:
    formats.put("st/two/small.csv", "a\n1\n")
    formats.put("st/two/small2.csv", "a\n2\n")
    query = f"SELECT FILENAMES FROM TABLE(INFER_SCHEMA({arguments}, FILE_FORMAT => 'ffh'))"
    assert formats.column(query) == ([files] if files else [])


def test_table_stages(formats: Any) -> None:
    formats.put("%t/s.csv", "a\n1\n")
    assert _infer(formats, "LOCATION => '@%t', FILE_FORMAT => 'ffh'") == [
        "a | NUMBER(1, 0) | True | $1::NUMBER(1, 0) | @T/s.csv | 0"
    ]


def test_json(formats: Any) -> None:
    formats.put("st/j.json", JSON_LINES)
    types = [
        ("Mixed", "TEXT", 0), ("a", "NUMBER(1, 0)", 1), ("b", "TEXT", 2), ("big", "NUMBER(30, 0)", 3),
        ("c", "NUMBER(4, 2)", 4), ("d", "BOOLEAN", 5), ("e", "TEXT", 6), ("extra", "NUMBER(1, 0)", 7),
        ("f", "ARRAY", 7), ("g", "OBJECT", 8), ("h", "DATE", 9), ("i", "TIMESTAMP_NTZ", 10), ("j", "REAL", 11),
        ("k", "TIME", 12),
    ]  # fmt: skip
    assert _infer(formats, "LOCATION => '@st', FILE_FORMAT => 'fj'") == [
        f"{name} | {type_} | True | $1:{name}::{type_} | j.json | {i}" for name, type_, i in types
    ]


def test_json_names_in_any_case(formats: Any) -> None:
    formats.put("st/k.json", JSON_ARRAY)
    arguments = "LOCATION => '@st', FILE_FORMAT => 'fjs'"
    assert _infer(formats, arguments) == [
        "B | TEXT | True | $1:B::TEXT | k.json | 0",
        "COUNTRY | TEXT | True | $1:COUNTRY::TEXT | k.json | 1",
        "b | TEXT | True | $1:b::TEXT | k.json | 1",
        "a | NUMBER(2, 1) | True | $1:a::NUMBER(2, 1) | k.json | 2",
        "country | TEXT | True | $1:country::TEXT | k.json | 3",
    ]
    assert _infer(formats, arguments + ", IGNORE_CASE => TRUE") == [
        "B | TEXT | True | GET_IGNORE_CASE($1, 'B')::TEXT | k.json | 0",
        "COUNTRY | TEXT | True | GET_IGNORE_CASE($1, 'COUNTRY')::TEXT | k.json | 1",
        "A | NUMBER(2, 1) | True | GET_IGNORE_CASE($1, 'A')::NUMBER(2, 1) | k.json | 2",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            JSON_ARRAY,
            "ARRAY detected instead of an OBJECT. Please consider STRIP_OUTER_ARRAY or validate the JSON data",
        ),
        (
            "1.5\n",
            "FIXED detected instead of an OBJECT. Please validate the JSON data or use CSV file format",
        ),
        ('"x"\n', "TEXT detected instead of an OBJECT. Please validate the JSON data or use CSV file format"),
        (
            "null\n",
            "NULL_VALUE detected instead of an OBJECT. Please validate the JSON data or use CSV file format",
        ),
    ],
)
def test_json_that_is_no_object(formats: Any, text: str, message: str) -> None:
    formats.put("st/x.json", text)
    assert (
        _refused(formats, "LOCATION => '@st', FILE_FORMAT => 'fj'") == f"Schema Inference failed: {message}"
    )


def test_parquet(formats: Any) -> None:
    table = pa.table(
        {
            "i": pa.array([1], pa.int64()), "s": ["x"], "f": [0.5], "b": [True],
            "n": pa.array([decimal.Decimal("1.25")], pa.decimal128(7, 2)),
            "d": pa.array([0], pa.date32()), "t": pa.array([0], pa.timestamp("us")),
            "z": pa.array([0], pa.timestamp("us", "UTC")), "l": [[1]], "o": [{"k": 1}], "y": [b"\xff"],
        }
    )  # fmt: skip
    out = io.BytesIO()
    pq.write_table(table, out)
    formats.put("st/x.parquet", out.getvalue())
    formats.run("CREATE OR REPLACE FILE FORMAT fp TYPE = PARQUET USE_LOGICAL_TYPE = TRUE")
    assert _types(formats, "LOCATION => '@st', FILE_FORMAT => 'fp'") == [
        "i NUMBER(38, 0)", "s TEXT", "f REAL", "b BOOLEAN", "n NUMBER(7, 2)", "d DATE", "t TIMESTAMP_NTZ",
        "z TIMESTAMP_LTZ", "l VARIANT", "o VARIANT", "y BINARY",
    ]  # fmt: skip
    rows = _infer(formats, "LOCATION => '@st', FILE_FORMAT => 'fp'")
    assert rows[0] == "i | NUMBER(38, 0) | True | $1:i::NUMBER(38, 0) | x.parquet | 0"


_HEADER = "Error with CSV header: "


@pytest.mark.parametrize(
    ("text", "format_", "message"),
    [
        ("a,A,a,b\n1,2,3,4\n", "ffh", _HEADER + 'duplicated column names "a" is not allowed in the header'),
        ("a,b,c\n1,2\n", "ffh", _HEADER + "header defined 3 columns while data contains 2 columns. \n\n"),
        ("a,,c\n1,2,3\n", "ffh", _HEADER + "empty string in the header is not allowed"),
    ],
)
def test_headers_that_do_not_do(formats: Any, text: str, format_: str, message: str) -> None:
    formats.put("st/dup/x.csv", text)
    end = "\n  File 'dup/x.csv'\n  Row 0 starts at line 0, column "
    said = _refused(formats, f"LOCATION => '@st', FILE_FORMAT => '{format_}'")
    assert said == message.removesuffix("\n") + end


_SHAPE = "SQL compilation error: error line 1 at position 20\n"
_COMPILATION = "SQL compilation error:\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("LOCATION => '@st'", _SHAPE + "not enough arguments for function [INFER_SCHEMA], expected 2, got 1"),
        ("", _SHAPE + "not enough arguments for function [INFER_SCHEMA], expected 2, got 0"),
        (
            "LOCATION => '@st', IGNORE_CASE => TRUE",
            _SHAPE + "missing required argument [FILE_FORMAT] for function [INFER_SCHEMA]",
        ),
        (
            "LOCATION => NULL, FILE_FORMAT => 'ffh'",
            _SHAPE + "missing required argument [LOCATION] for function [INFER_SCHEMA]",
        ),
        (
            "LOCATION => '@st', FILE_FORMAT => 'ffh', BOGUS => 1",
            _SHAPE
            + "invalid argument for function [INFER_SCHEMA] unexpected argument [BOGUS] at position 3,",
        ),
        (
            "LOCATION => 'st/two/', FILE_FORMAT => 'ffh'",
            "SQL compilation error: Invalid value 'st/two/' provided for argument LOCATION of function INFER_SCHEMA."
            " Please use a named stage location.",
        ),
        ("LOCATION => '@', FILE_FORMAT => 'ffh'", _COMPILATION + "missing stage name in URL: @"),
        (
            "LOCATION => '@st', FILE_FORMAT => 'nope'",
            _COMPILATION + "File format 'NOPE' does not exist or not authorized.",
        ),
        (
            "LOCATION => '@st', FILE_FORMAT => 5",
            _COMPILATION + "invalid type [NUMBER(1,0)] for parameter 'FILE_FORMAT'",
        ),
        (
            "LOCATION => '@st', FILE_FORMAT => 'ffh', IGNORE_CASE => 'yes'",
            _COMPILATION + "invalid type [VARCHAR(3)] for parameter 'IGNORE_CASE'",
        ),
        (
            "LOCATION => '@st', FILE_FORMAT => 'ffh', MAX_FILE_COUNT => 0",
            _COMPILATION + "invalid value '0' for property 'MAX_FILE_COUNT'",
        ),
        (
            "LOCATION => '@st', FILE_FORMAT => 'ffh', MAX_RECORDS_PER_FILE => 0",
            _COMPILATION + "invalid value '0' for property 'MAX_RECORDS_PER_FILE'",
        ),
        (
            "LOCATION => '@st', FILE_FORMAT => 'ffh', KIND => 'BOGUS'",
            _COMPILATION + "invalid value ''BOGUS'' for property 'KIND'",
        ),
    ],
)
def test_arguments_that_are_wrong(formats: Any, arguments: str, message: str) -> None:
    assert _refused(formats, arguments) == message


def test_a_missing_file(formats: Any) -> None:
    formats.put("st/two/small.csv", "a\n1\n")
    said = _refused(formats, "LOCATION => '@st/two/', FILE_FORMAT => 'ffh', FILES => ('small.csv', 'no.csv')")
    assert said.startswith("Remote file '")
    assert "/two/no.csv' was not found. There are several potential causes." in said
    assert said.endswith("\n  File 'two/no.csv'\n  Row 0 starts at line 0, column ")


def test_using_template(formats: Any) -> None:
    formats.put(
        "st/cc.csv", "i,d,r,b,dt,ts,tm,s,e\n1,2.5,1e2,true,2020-01-01,2020-01-01 10:00:00,10:00:00,x,\n"
    )
    formats.run(
        "CREATE OR REPLACE TABLE tcsv USING TEMPLATE (SELECT ARRAY_AGG(OBJECT_CONSTRUCT(*)) FROM TABLE("
        "INFER_SCHEMA(LOCATION => '@st', FILE_FORMAT => 'ffh')))"
    )
    assert [row[:2] for row in formats.run("DESCRIBE TABLE tcsv")] == [
        ("i", "NUMBER(1,0)"), ("d", "NUMBER(2,1)"), ("r", "FLOAT"), ("b", "BOOLEAN"), ("dt", "DATE"),
        ("ts", "TIMESTAMP_NTZ(9)"), ("tm", "TIME(9)"), ("s", "VARCHAR(16777216)"), ("e", "VARCHAR(16777216)"),
    ]  # fmt: skip
    formats.run(
        "COPY INTO tcsv FROM @st FILE_FORMAT = (FORMAT_NAME = 'ffh') MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE"
    )
    assert formats.run('SELECT "i", "d"::FLOAT, "b", "s", "e" FROM tcsv') == [(1, 2.5, True, "x", None)]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("SELECT ARRAY_AGG(OBJECT_CONSTRUCT(*)) {none}", "template must be a non-null JSON array"),
        ("SELECT ARRAY_CONSTRUCT()", "template must be a non-null JSON array"),
        (
            "SELECT ARRAY_AGG(OBJECT_CONSTRUCT('TYPE', TYPE)) {one}",
            'COLUMN_NAME field is missing in {"TYPE":"NUMBER(1, 0)"}',
        ),
        (
            "SELECT ARRAY_AGG(OBJECT_CONSTRUCT('COLUMN_NAME', COLUMN_NAME)) {one}",
            'TYPE field is missing in {"COLUMN_NAME":"a"}',
        ),
    ],
)
def test_templates_that_are_none(formats: Any, query: str, message: str) -> None:
    formats.put("st/x.csv", "a\n1\n")
    infer = "FROM TABLE(INFER_SCHEMA(LOCATION => '@st/{}', FILE_FORMAT => 'ffh'))"
    sql = query.replace("{none}", infer.format("none")).replace("{one}", infer.format(""))
    said = formats.refused(f"CREATE OR REPLACE TABLE x USING TEMPLATE ({sql})")[2]
    assert said.rstrip() == f"SQL compilation error:\nInvalid template: {message}"
