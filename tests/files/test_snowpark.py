"""Reading, writing and uploading through Snowpark and the connector's pandas tools."""

from __future__ import annotations

import datetime
import decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from snowflake.connector import SnowflakeConnection
from snowflake.connector.pandas_tools import write_pandas
from snowflake.snowpark import Row, Session
from snowflake.snowpark import functions as F
from snowflake.snowpark.exceptions import SnowparkSQLException
from snowflake.snowpark.types import IntegerType, StringType, StructField, StructType

# Snowpark asks pandas in an old way
pytestmark = pytest.mark.filterwarnings("ignore:is_datetime64tz_dtype is deprecated:DeprecationWarning")

SCHEMA = StructType([StructField("a", IntegerType()), StructField("b", StringType())])


@pytest.fixture
def files(session: Session, tmp_path: Path) -> Session:
    """The stage FILES holds one file of each format."""
    session.sql("CREATE OR REPLACE TEMPORARY STAGE files").collect()
    (tmp_path / "x.csv").write_text("1,one\n2,two\n")
    (tmp_path / "head.csv").write_text("a,b\n1,one\n2,two\n")
    (tmp_path / "x.json").write_text('{"a": 1, "b": "one"}\n{"a": 2, "b": "two"}\n')
    pq.write_table(pa.table({"a": [1, 2], "b": ["one", "two"]}), tmp_path / "x.parquet")
    session.file.put(f"{tmp_path}/*", "@files", auto_compress=False)
    return session


# -- reading ------------------------------------------------------------------------------------


def test_csv_with_a_schema(files: Session) -> None:
    frame = files.read.schema(SCHEMA).csv("@files/x.csv")
    assert frame.collect() == [Row(A=1, B="one"), Row(A=2, B="two")]
    assert frame.filter(F.col("a") > 1).select("b").collect() == [Row(B="two")]


def test_csv_with_an_inferred_schema(files: Session) -> None:
    frame = files.read.options({"PARSE_HEADER": True, "INFER_SCHEMA": True}).csv("@files/head.csv")
    assert [f.name for f in frame.schema.fields] == ['"a"', '"b"']
    assert [tuple(r) for r in frame.collect()] == [(1, "one"), (2, "two")]


def test_csv_with_metadata(files: Session) -> None:
    frame = files.read.with_metadata("METADATA$FILENAME", "METADATA$FILE_ROW_NUMBER").schema(SCHEMA)
    rows = frame.option("skip_header", 1).csv("@files/head.csv").collect()
    assert [tuple(r) for r in rows] == [("head.csv", 1, 1, "one"), ("head.csv", 2, 2, "two")]


def test_csv_of_a_pattern(files: Session) -> None:
    frame = files.read.option("pattern", ".*x[.]csv").schema(SCHEMA).csv("@files")
    assert frame.count() == 2


def test_json(files: Session) -> None:
    frame = files.read.json("@files/x.json")
    rows = frame.select(F.col("$1")["a"].cast("int"), F.col("$1")["b"].cast("string")).collect()
    assert [tuple(r) for r in rows] == [(1, "one"), (2, "two")]
    inferred = files.read.option("INFER_SCHEMA", True).json("@files/x.json")
    assert [tuple(r) for r in inferred.collect()] == [(1, "one"), (2, "two")]


def test_parquet(files: Session) -> None:
    frame = files.read.parquet("@files/x.parquet")
    assert frame.columns == ['"a"', '"b"']
    assert [tuple(r) for r in frame.sort('"a"').collect()] == [(1, "one"), (2, "two")]


def test_copy_into_table(files: Session) -> None:
    files.sql("CREATE OR REPLACE TABLE copied (a INT, b VARCHAR)").collect()
    frame = files.read.schema(SCHEMA).csv("@files/x.csv")
    [row] = frame.copy_into_table("copied")
    assert (row["file"], row["status"], row["rows_loaded"]) == ("files/x.csv", "LOADED", 2)
    assert frame.copy_into_table("copied")[0].status.startswith("Copy executed with 0 files processed.")
    frame.copy_into_table(
        "copied", force=True, transformations=[F.col("$1").cast("int"), F.concat("$2", F.lit("!"))]
    )
    assert files.table("copied").filter(F.col("b").endswith("!")).count() == 2


def test_copy_into_a_new_table(files: Session) -> None:
    files.sql("DROP TABLE IF EXISTS fresh").collect()
    files.read.schema(SCHEMA).csv("@files/x.csv").copy_into_table("fresh")
    assert files.table("fresh").sort("a").collect() == [Row(A=1, B="one"), Row(A=2, B="two")]


def test_missing_stages(files: Session) -> None:
    with pytest.raises(SnowparkSQLException, match="does not exist or not authorized"):
        files.read.schema(SCHEMA).csv("@nope/x.csv").collect()


# -- writing ------------------------------------------------------------------------------------


def test_write_csv(files: Session) -> None:
    frame = files.create_dataframe([[1, "one"], [2, None]], schema=["a", "b"])
    [row] = frame.write.csv("@files/out/w.csv", overwrite=True, single=True, header=True)
    assert row["rows_unloaded"] == 2
    schema = StructType([StructField("a", IntegerType()), StructField("b", StringType())])
    read = files.read.option("skip_header", 1).option("compression", "auto").schema(schema)
    assert read.csv("@files/out/w.csv").sort("a").collect() == [Row(A=1, B="one"), Row(A=2, B=None)]


def test_write_json_and_parquet(files: Session) -> None:
    frame = files.create_dataframe([[1, "one"]], schema=["a", "b"])
    frame.select(F.object_construct("*")).write.json("@files/out/w.json", single=True, overwrite=True)
    [[document]] = files.read.json("@files/out/w.json").collect()
    assert '"A": 1' in document
    frame.write.parquet("@files/out/p/", overwrite=True, header=True)
    assert [tuple(r) for r in files.read.parquet("@files/out/p/").collect()] == [(1, "one")]


def test_copy_into_location(files: Session) -> None:
    frame = files.create_dataframe([["x", 1], ["y", 2]], schema=["k", "v"])
    frame.write.copy_into_location(
        "@files/parts/",
        partition_by=F.concat(F.lit("k="), F.col("k")),
        file_format_type="parquet",
        header=True,
    )
    names = [r["name"] for r in files.sql("LIST @files/parts").collect()]
    assert [n.split("/")[2] for n in names] == ["k=x", "k=y"]


# -- pandas -------------------------------------------------------------------------------------

FRAME = pd.DataFrame(
    {
        "ID": [1, 2, 3],
        "NAME": ["a", None, "c"],
        "PRICE": [1.5, 2.5, None],
        "DAY": [datetime.date(2024, 2, 29)] * 3,
        "AT": pd.to_datetime(["2024-02-29 10:00:00.123456"] * 3),
        "OK": [True, False, True],
        "AMOUNT": [decimal.Decimal("1.50")] * 3,
        "RAW": [b"\x01", b"\xff", b""],
    }
)
ROW = (
    1, "a", 1.5, datetime.date(2024, 2, 29), datetime.datetime(2024, 2, 29, 10, 0, 0, 123456), True,
    decimal.Decimal("1.50"), bytearray(b"\x01"),
)  # fmt: skip


def _rows(connection: SnowflakeConnection, sql: str) -> list[Any]:
    return list(connection.cursor().execute(sql).fetchall())


@pytest.mark.parametrize("compression", ["gzip", "snappy"])
def test_write_pandas_creates_the_table(connection: SnowflakeConnection, compression: str) -> None:
    name = f"WP_{compression.upper()}"
    result = write_pandas(
        connection, FRAME, name, auto_create_table=True, use_logical_type=True, compression=compression
    )
    assert result[:3] == (True, 1, 3)
    assert [r[:2] for r in _rows(connection, f"DESCRIBE TABLE {name}")] == [
        ("ID", "NUMBER(38,0)"), ("NAME", "VARCHAR(16777216)"), ("PRICE", "FLOAT"), ("DAY", "DATE"),
        ("AT", "TIMESTAMP_NTZ(9)"), ("OK", "BOOLEAN"), ("AMOUNT", "NUMBER(3,2)"), ("RAW", "BINARY(8388608)"),
    ]  # fmt: skip
    assert _rows(connection, f"SELECT * FROM {name} ORDER BY ID")[0] == ROW


def test_write_pandas_appends_and_overwrites(connection: SnowflakeConnection) -> None:
    for options in ({"auto_create_table": True}, {}, {"chunk_size": 2}):
        write_pandas(connection, FRAME[["ID", "NAME"]], "WP", **options)
    assert _rows(connection, "SELECT COUNT(*) FROM WP") == [(9,)]
    write_pandas(connection, FRAME[["ID", "NAME"]], "WP", overwrite=True)
    assert _rows(connection, "SELECT COUNT(*) FROM WP") == [(3,)]
    write_pandas(connection, FRAME[["ID"]], "WP", overwrite=True, auto_create_table=True)
    assert _rows(connection, "SELECT * FROM WP ORDER BY 1") == [(1,), (2,), (3,)]


@pytest.mark.parametrize(
    "columns", [["00 name", "bAl_ance"], ['c""ol', '"col"'], ["c''ol", "'col'"], ["名前", "é"]]
)
def test_write_pandas_of_odd_names(connection: SnowflakeConnection, columns: list[str]) -> None:
    frame = pd.DataFrame([("Mark", 10), ("Luke", 20)], columns=columns)
    write_pandas(connection, frame, "odd names", auto_create_table=True, overwrite=True)
    cursor = connection.cursor().execute('SELECT * FROM "odd names"')
    assert [c.name for c in cursor.description] == columns
    assert sorted(cursor.fetchall()) == [("Luke", 20), ("Mark", 10)]


def test_write_pandas_of_nested_values(connection: SnowflakeConnection) -> None:
    frame = pd.DataFrame({"L": [[1, 2], None], "O": [{"k": 1}, {"k": 2}]})
    write_pandas(connection, frame, "WP_NESTED", auto_create_table=True)
    assert _rows(connection, "SELECT L[1]::INT, O:k::INT FROM WP_NESTED ORDER BY 2") == [(2, 1), (None, 2)]


def test_frames_of_sessions(session: Session) -> None:
    frame = session.create_dataframe(FRAME[["ID", "NAME"]])
    assert frame.sort("ID").collect()[0] == Row(ID=1, NAME="a")
    table = session.write_pandas(FRAME[["ID", "AT"]], "SP", auto_create_table=True, overwrite=True)
    assert table.count() == 3


def test_rows_bound_through_a_stage(connect: Any) -> None:
    connection = connect(paramstyle="qmark")
    rows = [(i, None if i % 3 == 0 else f'x,{i}\n"q"') for i in range(40_000)]
    cursor = connection.cursor()
    cursor.execute("CREATE OR REPLACE TABLE many (a INT, b VARCHAR)")
    cursor.executemany("INSERT INTO many VALUES (?, ?)", rows)
    assert cursor.execute("SELECT COUNT(*), COUNT(b), SUM(a) FROM many").fetchall() == [
        (40_000, 26_666, sum(range(40_000)))
    ]
    assert cursor.execute("SELECT b FROM many WHERE a = 4").fetchall() == [('x,4\n"q"',)]
