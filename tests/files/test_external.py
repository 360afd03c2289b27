"""External stages: their URLs stand for mounted folders."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import snowflake.connector

from snowdome.client import local


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that s3://bucket stands for."""
    return tmp_path_factory.mktemp("bucket")


@pytest.fixture(scope="module")
def cursor(tmp_path_factory: pytest.TempPathFactory, bucket: Path) -> Iterator[Any]:
    """A cursor of an account with the mount, in a schema with the stage EXT on s3://bucket/data/."""
    account = local.account(tmp_path_factory.mktemp("account") / "state")
    account.start(mounts={"s3://bucket": str(bucket)})
    with snowflake.connector.connect(**account.parameters()) as connection:
        cursor = connection.cursor()
        for sql in (
            "CREATE DATABASE ext",
            "CREATE TABLE t (a INT)",
            "CREATE STAGE ext URL = 's3://bucket/data/' FILE_FORMAT = (TYPE = CSV SKIP_HEADER = 1)",
        ):
            cursor.execute(sql)
        yield cursor
    account.stop()


@pytest.fixture
def data(cursor: Any, bucket: Path) -> Path:
    """The stage's folder, with one file."""
    folder = bucket / "data" / "day"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "x.csv").write_text("a\n5\n6\n")
    cursor.execute("TRUNCATE TABLE t")
    return bucket / "data"


def test_list_and_load(cursor: Any, data: Path) -> None:
    [[name, size, _, _]] = cursor.execute("LIST @ext").fetchall()
    assert (name, size) == ("s3://bucket/data/day/x.csv", 6)
    [row] = cursor.execute("COPY INTO t FROM @ext PATTERN = '.*x[.]csv'").fetchall()
    assert row[:4] == ("s3://bucket/data/day/x.csv", "LOADED", 2, 2)
    assert cursor.execute("SELECT a FROM t ORDER BY a").fetchall() == [(5,), (6,)]
    assert cursor.execute("SELECT METADATA$FILENAME, $1 FROM @ext/day ORDER BY 2").fetchall() == [
        ("data/day/x.csv", "5"),
        ("data/day/x.csv", "6"),
    ]


def test_urls_without_a_stage(cursor: Any, data: Path) -> None:
    cursor.execute("COPY INTO t FROM 's3://bucket/data/day/' FILE_FORMAT = (TYPE = CSV SKIP_HEADER = 1)")
    assert cursor.execute("SELECT SUM(a) FROM t").fetchall() == [(11,)]


def test_urls_are_what_names_begin_with(cursor: Any, data: Path) -> None:
    options = "FILE_FORMAT = (TYPE = CSV SKIP_HEADER = 1) FORCE = TRUE"
    for url, loaded in (("day/x.csv", 1), ("day/x", 1), ("da", 1), ("day", 1), ("day/y", 0)):
        rows = cursor.execute(f"COPY INTO t FROM 's3://bucket/data/{url}' {options}").fetchall()
        assert (rows[0][0] == "s3://bucket/data/day/x.csv") is bool(loaded), url
    cursor.execute("CREATE OR REPLACE STAGE one URL = 's3://bucket/data/day/x.csv'")
    assert [r[0] for r in cursor.execute("LIST @one").fetchall()] == ["s3://bucket/data/day/x.csv"]
    assert cursor.execute("SELECT METADATA$FILENAME FROM @one LIMIT 1").fetchall() == [("data/day/x.csv",)]
    unload = "FROM (SELECT 7) SINGLE = TRUE FILE_FORMAT = (TYPE = CSV COMPRESSION = NONE)"
    cursor.execute(f"COPY INTO 's3://bucket/data/seven.csv' {unload}")
    assert (data / "seven.csv").read_text() == "7\n"
    (data / "seven.csv").unlink()


def test_unloading(cursor: Any, data: Path) -> None:
    cursor.execute("COPY INTO @ext/out/ FROM (SELECT 7) FILE_FORMAT = (TYPE = CSV COMPRESSION = NONE)")
    assert (data / "out" / "data_0_0_0.csv").read_text() == "7\n"
    (data / "out" / "data_0_0_0.csv").unlink()


def test_links_are_passed_over(cursor: Any, data: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("99\n")
    (data / "link.csv").symlink_to(tmp_path / "secret")
    (data / "folder").symlink_to(tmp_path)
    names = [r[0] for r in cursor.execute("LIST @ext").fetchall()]
    assert names == ["s3://bucket/data/day/x.csv"]
    assert cursor.execute("SELECT $1 FROM @ext/folder/").fetchall() == []
    with pytest.raises(snowflake.connector.errors.ProgrammingError, match="was not found"):
        cursor.execute("COPY INTO t FROM @ext FILES = ('link.csv')")
    (data / "link.csv").unlink()
    (data / "folder").unlink()


def test_put_needs_an_internal_stage(cursor: Any, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("1")
    with pytest.raises(snowflake.connector.errors.ProgrammingError) as caught:
        cursor.execute(f"PUT file://{tmp_path}/x @ext")
    assert caught.value.sqlstate == "0A000"


def test_what_is_not_mounted(cursor: Any) -> None:
    cursor.execute("CREATE OR REPLACE STAGE other URL = 'gcs://elsewhere/x/'")
    with pytest.raises(snowflake.connector.errors.ProgrammingError) as caught:
        cursor.execute("LIST @other")
    assert (caught.value.errno, caught.value.sqlstate) == (2, "0A000")
    assert "snowdome up --mount gcs://elsewhere=DIR" in str(caught.value)
