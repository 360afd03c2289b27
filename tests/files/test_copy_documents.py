"""Loading and querying JSON, XML, Parquet, ORC and Avro files."""

from __future__ import annotations

import datetime
import decimal
import io
import json
from typing import Any

import pyarrow as pa
import pyarrow.orc as orc
import pyarrow.parquet as pq
import pytest


def _parquet(table: pa.Table, **options: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out, **options)
    return out.getvalue()


TABLE = pa.table(
    {
        "I": pa.array([1, 2], pa.int64()),
        "S": ["a", None],
        "N": pa.array([decimal.Decimal("1.50"), decimal.Decimal("2.25")], pa.decimal128(5, 2)),
        "D": [datetime.date(2024, 2, 29), None],
        "T": pa.array([datetime.datetime(2024, 2, 29, 10, 0, 0, 123456), None], pa.timestamp("us")),
        "L": [[1, 2], []],
        "O": [{"k": "v"}, None],
        "B": pa.array([b"\x01\xff", b""], pa.binary()),
    }
)


# -- JSON ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "options", "documents"),
    [
        ('{"b": 1, "a": [1, 2.5]}\n{"a":null}', "", ['{"a":[1,2.5],"b":1}', '{"a":null}']),
        ('{\n "a":\n 1}{"a":2}', "", ['{"a":1}', '{"a":2}']),
        ('[{"a":1},{"a":2}]', "", ['[{"a":1},{"a":2}]']),
        ('[{"a":1},{"a":2}]', "STRIP_OUTER_ARRAY = TRUE", ['{"a":1}', '{"a":2}']),
        ('{"a":null,"b":{"c":null}}', "STRIP_NULL_VALUES = TRUE", ['{"b":{}}']),
        ('{"a":"none","b":"x"}', "NULL_IF = ('none')", ['{"a":null,"b":"x"}']),
        ('{"a":" x "}', "TRIM_SPACE = TRUE", ['{"a":"x"}']),
        ('{"a":1,"a":2}', "ALLOW_DUPLICATE = TRUE", ['{"a":2}']),
        ('1\n"x"\nnull\ntrue', "", ["1", '"x"', "null", "true"]),
        ('{"big": 123456789012345678901234567890123}', "", ['{"big":123456789012345678901234567890123}']),
        ('\ufeff{"a":1}', "", ['{"a":1}']),
        ("", "", []),
    ],
)
def test_json_documents(place: Any, text: str, options: str, documents: list[str]) -> None:
    place.run("CREATE OR REPLACE TABLE j (v VARIANT)")
    place.put("st/x.json", text)
    [row] = place.run(f"COPY INTO j FROM @st FILE_FORMAT = (TYPE = JSON {options})")
    assert row[1:4] == ("LOADED", len(documents), len(documents))
    place.run(f"CREATE OR REPLACE FILE FORMAT fj TYPE = JSON {options}")
    # the order of documents in a file is not promised for a table, but is for METADATA$FILE_ROW_NUMBER
    query = "SELECT TO_JSON($1) FROM @st (FILE_FORMAT => 'fj') ORDER BY METADATA$FILE_ROW_NUMBER"
    assert place.column(query) == documents
    assert sorted(place.column("SELECT TO_JSON(v) FROM j")) == sorted(documents)


def test_json_paths_and_metadata(place: Any) -> None:
    place.run("CREATE OR REPLACE FILE FORMAT fj TYPE = JSON")
    place.put("st/dir/x.json", '{"a":{"b":[10,20]},"s":"t"}\n')
    query = (
        "SELECT $1:a.b[1]::INT, t.$1:s::VARCHAR, $1:nope, METADATA$FILENAME, METADATA$FILE_ROW_NUMBER,"
        " METADATA$FILE_CONTENT_KEY IS NOT NULL, METADATA$FILE_LAST_MODIFIED <= CURRENT_TIMESTAMP()::TIMESTAMP_NTZ"
        " OR TRUE, METADATA$START_SCAN_TIME <= CURRENT_TIMESTAMP() FROM @st (FILE_FORMAT => fj) t"
    )
    assert place.run(query) == [(20, "t", None, "dir/x.json", 1, True, True, True)]


def test_json_into_more_than_one_column(place: Any) -> None:
    message = place.refused("COPY INTO t FROM @st FILE_FORMAT = (TYPE = JSON)")[2]
    assert message == (
        "SQL compilation error:\nJSON file format can produce one and only one column of type variant, object, or "
        "array. Load data into separate columns using the MATCH_BY_COLUMN_NAME copy option or copy with "
        "transformation."
    )


@pytest.mark.parametrize(
    ("text", "on_error", "status", "loaded"),
    [('{"a":1}\n{bad', "CONTINUE", "PARTIALLY_LOADED", 1), ('{"a":1}\n{bad', "SKIP_FILE", "LOAD_FAILED", 0)],
)
def test_json_that_is_none(place: Any, text: str, on_error: str, status: str, loaded: int) -> None:
    place.run("CREATE OR REPLACE TABLE j (v VARIANT)")
    place.put("st/x.json", text)
    copy = "COPY INTO j FROM @st FILE_FORMAT = (TYPE = JSON)"
    errno, state, message = place.refused(copy)
    assert (errno, state) == (100069, "22P02")
    assert message.startswith("Error parsing JSON: ")
    assert "\n  File 'x.json', line 2, character " in message
    [row] = place.run(f"{copy} ON_ERROR = {on_error}")
    assert (row[1], row[3]) == (status, loaded)


def test_json_text_that_is_not_utf8(place: Any) -> None:
    place.run("CREATE OR REPLACE TABLE j (v VARIANT)")
    place.put("st/x.json", b'{"a":"\xff"}\n')
    copy = "COPY INTO j FROM @st FILE_FORMAT = (TYPE = JSON {}) FORCE = TRUE"
    assert place.refused(copy.format(""))[0] == 100144
    place.run(copy.format("IGNORE_UTF8_ERRORS = TRUE"))
    place.run(copy.format("REPLACE_INVALID_CHARACTERS = TRUE"))
    assert sorted(place.column("SELECT v:a::VARCHAR FROM j")) == ["", "\ufffd"]


@pytest.mark.parametrize(
    ("match", "rows"),
    [("CASE_INSENSITIVE", [(1, "x"), (2, "y")]), ("CASE_SENSITIVE", [(1, "x"), (None, "y")])],
)
def test_json_by_column_name(place: Any, match: str, rows: Any) -> None:
    place.put("st/x.json", '{"A":1,"B":"x","z":0}\n{"a":2,"B":"y"}\n')
    place.run(f"COPY INTO t FROM @st FILE_FORMAT = (TYPE = JSON) MATCH_BY_COLUMN_NAME = {match}")
    assert place.run("SELECT a, b FROM t ORDER BY b") == rows


# -- XML ----------------------------------------------------------------------------------------

XML = "<?xml version='1.0'?>\n<cat><b id='1'>x</b><b id='2'/></cat>\n<!-- more -->\n<cat>é</cat>\n"


def test_xml_elements(place: Any) -> None:
    place.run("CREATE OR REPLACE TABLE x (v VARIANT)", "CREATE OR REPLACE FILE FORMAT fx TYPE = XML")
    place.put("st/x.xml", XML)
    assert place.run("COPY INTO x FROM @st FILE_FORMAT = (TYPE = XML)")[0][1:4] == ("LOADED", 2, 2)
    assert place.run(
        'SELECT $1:"@"::VARCHAR, XMLGET($1, \'b\'):"@id"::INT, $1:"$"::VARCHAR FROM @st (FILE_FORMAT => fx)'
        " ORDER BY METADATA$FILE_ROW_NUMBER DESC LIMIT 1"
    ) == [("cat", None, "é")]
    assert place.value("SELECT XMLGET($1, 'b', 1):\"@id\"::INT FROM @st (FILE_FORMAT => fx) LIMIT 1") == 2


def test_xml_options(place: Any) -> None:
    place.run("CREATE OR REPLACE TABLE x (v VARIANT)")
    place.put("st/x.xml", "<r><a>1</a><a>2</a></r>")
    copy = "COPY INTO x FROM @st FILE_FORMAT = (TYPE = XML {}) FORCE = TRUE"
    place.run(copy.format("STRIP_OUTER_ELEMENT = TRUE"))
    assert sorted(place.run('SELECT v:"@"::VARCHAR, TYPEOF(v:"$") FROM x')) == [("a", "INTEGER")] * 2
    place.run("TRUNCATE TABLE x", copy.format("STRIP_OUTER_ELEMENT = TRUE DISABLE_AUTO_CONVERT = TRUE"))
    assert sorted(place.run('SELECT TYPEOF(v:"$"), v:"$"::VARCHAR FROM x')) == [
        ("VARCHAR", "1"),
        ("VARCHAR", "2"),
    ]


def test_xml_that_is_none(place: Any) -> None:
    place.run("CREATE OR REPLACE TABLE x (v VARIANT)")
    place.put("st/x.xml", "<a>1</a>\n<a>2</b>\n")
    errno, _, message = place.refused("COPY INTO x FROM @st FILE_FORMAT = (TYPE = XML)")
    assert errno == 100100
    assert message.startswith("Error parsing XML: no opening tag for </b>\n  File 'x.xml', line 2, ")
    [row] = place.run("COPY INTO x FROM @st FILE_FORMAT = (TYPE = XML) ON_ERROR = CONTINUE")
    assert (row[1], row[3]) == ("PARTIALLY_LOADED", 1)


# -- Parquet ------------------------------------------------------------------------------------


def test_parquet_rows_are_objects(place: Any) -> None:
    place.run(
        "CREATE OR REPLACE FILE FORMAT fp TYPE = PARQUET USE_LOGICAL_TYPE = TRUE BINARY_AS_TEXT = FALSE"
    )
    place.put("st/whatever.txt", _parquet(TABLE))
    documents = place.column("SELECT $1 FROM @st (FILE_FORMAT => fp) ORDER BY $1:I")
    first = json.loads(documents[0])
    assert first["I"] == 1
    assert first["S"] == "a"
    assert first["N"] == 1.5
    assert first["D"] == "2024-02-29"
    assert first["T"] == "2024-02-29 10:00:00.123"
    assert first["L"] == [1, 2]
    assert first["O"] == {"k": "v"}
    assert set(json.loads(documents[1])) == {"I", "N", "L", "B"}  # what is NULL is left out


def test_parquet_paths(place: Any) -> None:
    place.run("CREATE OR REPLACE FILE FORMAT fp TYPE = PARQUET USE_LOGICAL_TYPE = TRUE")
    place.put("st/x.parquet", _parquet(TABLE))
    query = (
        'SELECT $1:"I"::INT, $1:"S"::VARCHAR, $1:N::NUMBER(5,2), $1:T::TIMESTAMP_NTZ, $1:L[0]::INT,'
        " $1:O.k::VARCHAR, $1:nope::INT, METADATA$FILE_ROW_NUMBER FROM @st (FILE_FORMAT => fp)"
    )
    assert place.run(query)[0] == (
        1, "a", decimal.Decimal("1.50"), datetime.datetime(2024, 2, 29, 10, 0, 0, 123456), 1, "v", None, 1,
    )  # fmt: skip


@pytest.mark.parametrize("compression", ["none", "snappy", "gzip", "zstd", "brotli", "lz4"])
def test_parquet_compressions(place: Any, compression: str) -> None:
    place.put("st/x.parquet", _parquet(TABLE.select(["I", "S"]), compression=compression))
    place.run(
        'COPY INTO t FROM (SELECT $1:"I"::INT, $1:"S"::VARCHAR FROM @st) FILE_FORMAT = (TYPE = PARQUET)'
    )
    assert place.run("SELECT a, b FROM t ORDER BY a") == [(1, "a"), (2, None)]


def test_parquet_by_column_name(place: Any) -> None:
    place.run("CREATE OR REPLACE TABLE p (s VARCHAR, i INTEGER, d DATE, missing INTEGER)")
    place.put("st/x.parquet", _parquet(TABLE))
    copy = "COPY INTO p FROM @st FILE_FORMAT = (TYPE = PARQUET) MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE"
    assert place.run(copy)[0][1:4] == ("LOADED", 2, 2)
    assert place.run("SELECT * FROM p ORDER BY i") == [
        ("a", 1, datetime.date(2024, 2, 29), None),
        (None, 2, None, None),
    ]


def test_parquet_into_one_variant(place: Any) -> None:
    place.run("CREATE OR REPLACE TABLE j (v VARIANT)")
    place.put("st/x.parquet", _parquet(TABLE.select(["I", "S"])))
    place.run("COPY INTO j FROM @st FILE_FORMAT = (TYPE = PARQUET)")
    assert sorted(place.column("SELECT TO_JSON(v) FROM j")) == ['{"I":1,"S":"a"}', '{"I":2}']


def test_parquet_values_that_do_not_fit(place: Any) -> None:
    place.put("st/x.parquet", _parquet(TABLE.select(["S"])))
    errno, _, message = place.refused(
        'COPY INTO t FROM (SELECT $1:"S"::INT, NULL FROM @st) FILE_FORMAT = (TYPE = PARQUET)'
    )
    assert errno == 100038
    assert message.startswith("Numeric value 'a' is not recognized")


def test_what_is_no_parquet(place: Any) -> None:
    place.put("st/x.parquet", "1,a\n")
    message = place.refused("COPY INTO t FROM (SELECT $1:a, $1:b FROM @st) FILE_FORMAT = (TYPE = PARQUET)")[2]
    assert message.startswith("Error parsing the parquet file: ")


# -- ORC and Avro -------------------------------------------------------------------------------


def test_orc(place: Any) -> None:
    out = io.BytesIO()
    orc.write_table(TABLE.select(["I", "S", "N", "D"]), out)
    place.put("st/x.orc", out.getvalue())
    place.run("CREATE OR REPLACE FILE FORMAT fo TYPE = ORC")
    assert place.run(
        "SELECT $1:I::INT, $1:S::VARCHAR, $1:D::DATE FROM @st (FILE_FORMAT => fo) ORDER BY 1"
    ) == [
        (1, "a", datetime.date(2024, 2, 29)),
        (2, None, None),
    ]
    place.run("COPY INTO t FROM (SELECT $1:I, $1:S FROM @st) FILE_FORMAT = (TYPE = ORC)")
    assert place.run("SELECT * FROM t ORDER BY a") == [(1, "a"), (2, None)]


def _avro(schema: Any, block: bytes, count: int) -> bytes:
    """An Avro container file with one block, as the format's specification lays it out."""

    def number(value: int) -> bytes:
        value, out = (value << 1) ^ (value >> 63), b""
        while value > 0x7F:
            out, value = out + bytes([value & 0x7F | 0x80]), value >> 7
        return out + bytes([value])

    def text(value: bytes) -> bytes:
        return number(len(value)) + value

    sync = bytes(range(16))
    meta = text(b"avro.schema") + text(json.dumps(schema).encode()) + text(b"avro.codec") + text(b"null")
    return b"Obj\x01" + number(2) + meta + number(0) + sync + number(count) + text(block) + sync


def test_avro(place: Any) -> None:
    schema = {
        "type": "record",
        "name": "r",
        "fields": [{"name": "a", "type": "long"}, {"name": "b", "type": ["null", "string"]}],
    }
    block = b"\x02" + b"\x02\x04hi" + b"\x03" + b"\x00"  # (1, "hi"), (-2, null)
    place.put("st/x.avro", _avro(schema, block, 2))
    place.run("COPY INTO t FROM (SELECT $1:a, $1:b FROM @st) FILE_FORMAT = (TYPE = AVRO)")
    assert place.run("SELECT * FROM t ORDER BY a") == [(-2, None), (1, "hi")]
