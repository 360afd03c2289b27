"""COPY INTO a location: names, formats, options, and what is read back."""

from __future__ import annotations

import datetime
import gzip
import json
import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

CSV = "FILE_FORMAT = (TYPE = CSV COMPRESSION = NONE)"
SINGLE = f"{CSV} SINGLE = TRUE"
EXISTING = "Files already existing at the unload destination: {}. Use overwrite option to force unloading."
VALUES = (
    "SELECT 1 AS a, 'x,y\"z' AS b, 1.50::NUMBER(5,2) AS n, 0.1::FLOAT AS f, TRUE AS t, '2024-02-29'::DATE AS d,"
    " '2024-02-29 10:00:00.5'::TIMESTAMP_NTZ AS ts, PARSE_JSON('{\"k\": [1]}') AS v, NULL AS z"
)


def _text(place: Any, location: str) -> str:
    """The bytes of the only file at a location, decompressed if need be."""
    out = place.folder / "got"
    out.mkdir(exist_ok=True)
    [row] = place.run(f"GET {location} 'file://{out}/'")
    content = (out / Path(row[0]).name).read_bytes()
    return (gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content).decode()


def test_result_and_names(place: Any) -> None:
    assert place.names(f"COPY INTO @st/n FROM (SELECT 1) {SINGLE}") == [
        "rows_unloaded",
        "input_bytes",
        "output_bytes",
    ]
    assert place.run(f"COPY INTO @st/f FROM (SELECT 1) {SINGLE}") == [(1, 2, 2)]
    assert place.run(f"COPY INTO @st/dir/ FROM (SELECT 1) {SINGLE}") == [(1, 2, 2)]
    place.run(
        "COPY INTO @st/pfx FROM (SELECT 1)", "COPY INTO @st/sub/ FROM (SELECT 1) FILE_FORMAT = (TYPE = CSV)"
    )
    place.run("COPY INTO @st/j/ FROM (SELECT OBJECT_CONSTRUCT()) FILE_FORMAT = (TYPE = JSON)")
    place.run("COPY INTO @st/p/ FROM (SELECT 1) FILE_FORMAT = (TYPE = PARQUET)")
    place.run("COPY INTO @st/e/ FROM (SELECT 1) FILE_FORMAT = (FILE_EXTENSION = 'txt')")
    assert place.column("LIST @st") == [
        "st/dir/data", "st/e/data_0_0_0.txt", "st/f", "st/j/data_0_0_0.json.gz", "st/n",
        "st/p/data_0_0_0.snappy.parquet", "st/pfx_0_0_0.csv.gz", "st/sub/data_0_0_0.csv.gz",
    ]  # fmt: skip


def test_files_that_are_there_already(place: Any) -> None:
    for name in ("f1", "dir/g"):
        place.put(f"st/{name}", "1\n")
    place.run(f"COPY INTO @st/f FROM (SELECT 1) {SINGLE}")  # f1 is another name
    assert EXISTING.format("@st/f") in place.refused(f"COPY INTO @st/f FROM (SELECT 1) {SINGLE}")[2]
    assert EXISTING.format("@st/di") in place.refused(f"COPY INTO @st/di FROM (SELECT 1) {CSV}")[2]
    place.run("COPY INTO @st FROM (SELECT 1)")  # nothing starts with data yet
    assert EXISTING.format("@st") in place.refused("COPY INTO @st FROM (SELECT 1)")[2]
    place.run(f"COPY INTO @st/f FROM (SELECT 9) {SINGLE} OVERWRITE = TRUE")
    assert place.value("SELECT $1 FROM @st (PATTERN => '.*/f')") == "9"


def test_csv_values(place: Any) -> None:
    place.run(f"COPY INTO @st/a FROM ({VALUES}) {SINGLE}")
    assert (
        _text(place, "@st/a") == '1,x\\,y"z,1.50,0.1,true,2024-02-29,2024-02-29 10:00:00.500,{"k":[1]},\\N\n'
    )


def test_csv_options(place: Any) -> None:
    place.run(
        "COPY INTO @st/a FROM (SELECT 1 AS a, 'x,y\"z' AS b, NULL AS z) SINGLE = TRUE HEADER = TRUE FILE_FORMAT ="
        " (COMPRESSION = NONE FIELD_OPTIONALLY_ENCLOSED_BY = '\"' FIELD_DELIMITER = '|' NULL_IF = ('none'))"
    )
    assert _text(place, "@st/a").splitlines() == ['"A"|"B"|"Z"', '1|"x,y""z"|none']


def test_csv_formats_of_moments(place: Any) -> None:
    place.run(
        "COPY INTO @st/a FROM (SELECT '2024-02-29'::DATE, '2024-02-29 10:00:00.5'::TIMESTAMP_NTZ, '10:11:12'::TIME)"
        " SINGLE = TRUE FILE_FORMAT = (COMPRESSION = NONE DATE_FORMAT = 'DD.MM.YYYY' TIMESTAMP_FORMAT = 'YYYY HH24'"
        " TIME_FORMAT = 'MI:SS')"
    )
    assert _text(place, "@st/a") == "29.02.2024,2024 10,11:12\n"


def test_json(place: Any) -> None:
    place.run(
        "COPY INTO @st/j/ FROM (SELECT OBJECT_CONSTRUCT('b', 1, 'a', PARSE_JSON('[1.5, null]')))"
        " FILE_FORMAT = (TYPE = JSON)"
    )
    assert _text(place, "@st/j/") == '{"a":[1.5,null],"b":1}\n'
    assert (
        "JSON file format" in place.refused("COPY INTO @st/k FROM (SELECT 1) FILE_FORMAT = (TYPE = JSON)")[2]
    )


def test_parquet(place: Any) -> None:
    place.run(f"COPY INTO @st/p/ FROM ({VALUES}) FILE_FORMAT = (TYPE = PARQUET) HEADER = TRUE")
    place.run("COPY INTO @st/q/ FROM (SELECT 1, 'x') FILE_FORMAT = (TYPE = PARQUET)")
    out = place.folder / "got"
    out.mkdir()
    place.run(f"GET @st/p 'file://{out}/'")
    [row] = pq.read_table(out / "data_0_0_0.snappy.parquet").to_pylist()
    assert row["A"] == 1
    assert row["B"] == 'x,y"z'
    assert row["T"] is True
    assert row["D"] == datetime.date(2024, 2, 29)
    assert json.loads(row["V"]) == {"k": [1]}
    assert row["Z"] is None
    (out / "data_0_0_0.snappy.parquet").unlink()
    place.run(f"GET @st/q 'file://{out}/'")
    assert pq.read_table(out / "data_0_0_0.snappy.parquet").column_names == ["_COL_0", "_COL_1"]


@pytest.mark.parametrize(
    "format_", ["TYPE = CSV", "TYPE = CSV COMPRESSION = ZSTD", "TYPE = CSV COMPRESSION = BZ2"]
)
def test_what_was_unloaded_loads_again(place: Any, format_: str) -> None:
    place.run(
        "CREATE OR REPLACE TABLE o (a INT, b VARCHAR, f FLOAT, d DATE, ts TIMESTAMP_NTZ, v VARIANT, t BOOLEAN)",
        "INSERT INTO o SELECT 1, 'x,y\"z\\\\\\n', 1.5, '2020-01-01', '2020-01-01 10:00:00.5',"
        " PARSE_JSON('{\"a\":[1,2.5]}'), TRUE",
        "INSERT INTO o (a, b) VALUES (2, NULL), (3, 'plain')",
        "CREATE OR REPLACE TABLE again LIKE o",
        f"COPY INTO @st/o FROM o FILE_FORMAT = ({format_})",
        f"COPY INTO again FROM @st/o FILE_FORMAT = ({format_})",
    )
    assert place.value("SELECT COUNT(*) FROM again") == 3
    assert place.run("SELECT * FROM o EXCEPT SELECT * FROM again") == []


def test_partitions(place: Any) -> None:
    place.run(
        "INSERT INTO t VALUES (1, 'x'), (2, 'y'), (3, 'x'), (4, NULL)",
        "COPY INTO @st/p FROM t PARTITION BY ('b=' || b) FILE_FORMAT = (TYPE = CSV)",
    )
    names = place.column("LIST @st")
    folders = [re.fullmatch(r"st/p/(.*)/data_[0-9a-f-]{36}_\d+_\d+_\d+\.csv\.gz", n) for n in names]
    assert [found and found[1] for found in folders] == ["__NULL__", "b=x", "b=y"]
    assert place.run("SELECT $1 FROM @st/p/b=x ORDER BY 1") == [("1",), ("3",)]


def test_size_of_files(place: Any) -> None:
    place.run(
        "COPY INTO @st/big FROM (SELECT SEQ4(), 'some text' FROM TABLE(GENERATOR(ROWCOUNT => 20000)))"
        f" {CSV} MAX_FILE_SIZE = 100000"
    )
    files = place.run("LIST @st")
    assert len(files) == 4  # 308890 bytes
    assert all(size <= 100000 for _, size, _, _ in files)
    assert place.value("SELECT COUNT(DISTINCT $1) FROM @st/big") == 20000


def test_detailed_output_and_query_ids(place: Any) -> None:
    sql = f"COPY INTO @st/d FROM (SELECT 1) {CSV} DETAILED_OUTPUT = TRUE INCLUDE_QUERY_ID = TRUE"
    cursor = place.connection.cursor().execute(sql)
    assert [c.name for c in cursor.description] == ["FILE_NAME", "FILE_SIZE", "ROW_COUNT"]
    [[name, size, count]] = cursor.fetchall()
    assert (size, count) == (2, 1)
    assert cursor.sfqid in name


def test_table_and_user_stages(place: Any) -> None:
    place.run("INSERT INTO t VALUES (1, 'a')", f"COPY INTO @%t/out/ FROM t {CSV}")
    place.run(f"COPY INTO @~/unload/ FROM t {CSV} OVERWRITE = TRUE")
    assert place.column("LIST @%t") == ["out/data_0_0_0.csv"]
    assert place.column("LIST @~/unload") == ["unload/data_0_0_0.csv"]
    place.run("REMOVE @~/unload")


def test_validation_mode_unloads_nothing(place: Any) -> None:
    assert place.run("COPY INTO @st FROM (SELECT 1, 'a') VALIDATION_MODE = RETURN_ROWS") == [(1, "a")]
    assert place.run("LIST @st") == []


def test_no_rows(place: Any) -> None:
    assert place.run(f"COPY INTO @st/none FROM t {CSV}") == [(0, 0, 0)]
    assert place.run("LIST @st") == []


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("COPY INTO @st FROM nope", "Object 'NOPE' does not exist or not authorized."),
        ("COPY INTO @nope FROM t", "does not exist or not authorized."),
        ("COPY INTO @st FROM t NO_SUCH = 1", "invalid parameter 'NO_SUCH'"),
        ("COPY INTO @st/../x FROM t", "invalid URL: "),
        ("COPY INTO @st FROM t FILE_FORMAT = (TYPE = BOGUS)", "BOGUS"),
    ],
)
def test_refusals(place: Any, sql: str, message: str) -> None:
    assert message in place.refused(sql)[2].replace(f"TESTS.{place.connection.schema}.", "")
