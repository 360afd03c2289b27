"""Datasets through the client and in SQL: versions, metadata, every way to read them, deletion."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
import warnings
from collections.abc import Callable
from datetime import datetime
from typing import Any

import numpy as np
import pytest
from snowflake.snowpark import DataFrame, Session
from snowflake.snowpark.exceptions import SnowparkSQLException

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from snowflake.ml import dataset
    from snowflake.ml._internal.exceptions.dataset_errors import (
        DatasetCannotDeleteError,
        DatasetExistError,
        DatasetNotExistError,
    )
    from snowflake.ml._internal.exceptions.exceptions import SnowflakeMLException
    from snowflake.ml.data import DataConnector
    from snowflake.ml.dataset import Dataset, DatasetReader

Failure = tuple[str, str, str]
Rows = Callable[[str], list[tuple[Any, ...]]]
Fails = Callable[[str], Failure]


@pytest.fixture(scope="module")
def points(opened: Session) -> DataFrame:
    """Ten rows of every type that a dataset can hold."""
    opened.sql("""CREATE TABLE points AS SELECT SEQ4() AS id, MOD(id, 2) AS half, id * 1.5::FLOAT AS x,
        (id / 4)::NUMBER(10, 2) AS price, 'n' || id AS name, half = 0 AS even,
        DATEADD(day, id, '2024-01-01'::TIMESTAMP_NTZ) AS ts, '2024-01-01'::DATE AS d
        FROM TABLE(GENERATOR(ROWCOUNT => 10))""").collect()
    return opened.table("points")


@pytest.fixture(scope="module")
def made(opened: Session, points: DataFrame) -> Dataset:
    """A dataset with one version, which is selected."""
    empty = Dataset.create(opened, "POINTS_SET")
    return empty.create_version(
        "v1", points, exclude_cols=["TS", "D"], label_cols=["EVEN"], comment="it's the first",
        properties=None,
    )  # fmt: skip


# -- versions -------------------------------------------------------------------------------------


def test_what_a_version_tells(opened: Session, made: Dataset) -> None:
    version = Dataset.load(opened, "POINTS_SET").select_version("v1").selected_version
    assert version is not None
    assert version.session is opened
    assert (version.name, version.comment) == ("v1", "it's the first")
    assert (version.label_cols, version.exclude_cols) == (["EVEN"], ["TS", "D"])
    assert isinstance(version.created_on, datetime)
    assert version.url() == f"snow://dataset/{made.fully_qualified_name}/versions/v1/"
    (file,) = version.list_files()
    assert file["name"] == "versions/v1/data_0_0_0.snappy.parquet"
    assert file["size"] > 0


def test_create_and_load(opened: Session, made: Dataset) -> None:
    with pytest.raises(DatasetExistError):
        Dataset.create(opened, "points_set")
    assert Dataset.create(opened, "points_set", exist_ok=True).list_versions() == ["v1"]
    with pytest.raises(DatasetNotExistError):
        Dataset.load(opened, "NOSUCH")
    with pytest.raises(SnowflakeMLException, match="No Dataset version selected"):
        _ = Dataset.load(opened, "POINTS_SET").read
    with pytest.raises(DatasetNotExistError):
        made.select_version("V1")  # it is v1


def test_versions_come_and_go(opened: Session, points: DataFrame) -> None:
    empty = Dataset.create(opened, "VERSIONS_SET")
    assert empty.list_versions() == []
    empty.create_version("b", points)
    empty.create_version("a", points, shuffle=True)
    assert empty.list_versions() == ["a", "b"]
    detailed = empty.list_versions(detailed=True)
    assert [json.loads(row["metadata"])["label_cols"] for row in detailed] == [None, None]
    with pytest.raises(DatasetExistError):
        empty.create_version("a", points)
    url = empty.select_version("b").read.files()[0]
    empty.delete_version("b")
    assert empty.list_versions() == ["a"]
    with pytest.raises(SnowparkSQLException, match="Version 'b' does not exist"):
        opened.sql(f"LIST '{url}'").collect()
    with pytest.raises(DatasetCannotDeleteError, match="'b' does not exist"):
        empty.delete_version("b")
    empty.create_version("b", points.limit(1))
    assert empty.select_version("b").read.to_pandas().shape[0] == 1


def test_deletion(opened: Session, points: DataFrame) -> None:
    gone = dataset.create_from_dataframe(opened, "GONE_SET", "v", points)
    assert dataset.load_dataset(opened, "GONE_SET", "v").read.to_pandas().shape == (10, 8)
    gone.delete()
    for refused in (
        gone.list_versions,
        lambda: gone.create_version("w", points),
        lambda: Dataset.load(opened, "GONE_SET"),
    ):
        with pytest.raises(DatasetNotExistError):
            refused()
    with pytest.raises(SnowparkSQLException, match="does not exist or not authorized"):
        gone.delete()


# -- reading --------------------------------------------------------------------------------------


def test_pandas(made: Dataset) -> None:
    frame = made.read.to_pandas().sort_values("ID")
    assert frame.dtypes.astype(str).to_dict() == {
        "ID": "int64", "HALF": "int64", "X": "float64", "PRICE": "float64", "NAME": "object", "EVEN": "bool",
        "TS": "datetime64[us]", "D": "object",
    }  # fmt: skip
    assert frame["ID"].tolist() == list(range(10))
    np.testing.assert_allclose(frame["X"], np.arange(10) * 1.5)
    assert made.read.to_pandas(limit=3).shape == (3, 8)


def test_snowpark(made: Dataset) -> None:
    frame = made.read.to_snowpark_dataframe()
    assert frame.columns == ["ID", "HALF", "X", "PRICE", "NAME", "EVEN", "TS", "D"]
    assert frame.agg({"ID": "sum", "PRICE": "sum"}).collect() == [(45, 11.25)]
    features = made.read.to_snowpark_dataframe(only_feature_cols=True)
    assert features.columns == ["ID", "HALF", "X", "PRICE", "NAME"]


def test_files(made: Dataset) -> None:
    """File lists are what PyTorch's and TensorFlow's readers take."""
    (url,) = made.read.files()
    assert url == f"snow://dataset/{made.fully_qualified_name}/versions/v1/data_0_0_0.snappy.parquet"
    system = made.read.filesystem()
    assert system.ls(url.rpartition("/")[0]) == [url.removeprefix("snow://")]
    with system.open(url) as file:
        assert file.read(4) == b"PAR1"
        file.seek(-4, 2)
        assert file.read() == b"PAR1"
    (source,) = made.read.data_sources
    assert (source.version, set(source.exclude_cols or ())) == ("v1", {"TS", "D", "EVEN"})


def test_torch(made: Dataset) -> None:
    pytest.importorskip("torch")
    assert len(list(made.read.to_torch_dataset(batch_size=4))) == 3
    assert len(list(made.read.to_torch_datapipe(batch_size=4))) == 3


def test_tensorflow(made: Dataset) -> None:
    pytest.importorskip("tensorflow")
    assert len(list(made.read.to_tf_dataset(batch_size=4))) == 3


def test_hugging_face(made: Dataset) -> None:
    pytest.importorskip("datasets")
    assert len(made.read.to_huggingface_dataset()) == 10


def test_ray(made: Dataset) -> None:
    ray = pytest.importorskip("ray")
    found = made.read.to_ray_dataset()
    assert found.count() == 10
    assert DataConnector.from_ray_dataset(found).to_pandas().shape == (10, 8)
    ray.shutdown()


def test_connectors(opened: Session, points: DataFrame, made: Dataset) -> None:
    """The reader's own kind, over a query instead of files."""
    assert DataConnector.from_dataframe(points.select("ID")).to_pandas()["ID"].sum() == 45
    assert DataConnector.from_sql("SELECT id FROM points", opened).to_pandas().shape == (10, 1)
    assert DataConnector.from_dataset(made).to_pandas().shape == (10, 8)
    again = DataConnector.from_sources(opened, made.read.data_sources)
    assert sorted(again.to_pandas()["ID"]) == list(range(10))
    assert made.session is made.read.session is opened
    with pytest.raises(RuntimeError, match="not supported"):
        DatasetReader.from_dataframe(points)


def test_partitions(opened: Session, points: DataFrame) -> None:
    parted = Dataset.create(opened, "PARTED_SET").create_version("v", points, partition_by="'half=' || half")
    assert parted.selected_version is not None
    names = [row["name"] for row in parted.selected_version.list_files()]
    assert names == [f"versions/v/half={half}/data_0_0_0.snappy.parquet" for half in (0, 1)]
    assert len(parted.selected_version.list_files("half=1")) == 1
    assert parted.read.to_snowpark_dataframe().filter("half = 1").count() == 5


def test_a_frame_of_several_queries(opened: Session, points: DataFrame) -> None:
    cached = points.select("ID").cache_result()
    version = Dataset.create(opened, "CACHED_SET").create_version("v", cached)
    assert version.read.to_pandas()["ID"].sum() == 45


def test_lineage(opened: Session, made: Dataset, schema: str) -> None:
    (source,) = made.lineage(direction="upstream")
    assert (source._lineage_node_domain, source._lineage_node_name) == ("table", f"{schema}.POINTS")
    (target,) = opened.lineage.trace(f"{schema}.POINTS", "table", direction="downstream").collect()[:1]
    assert "POINTS_SET" in str(target)


# -- in SQL ---------------------------------------------------------------------------------------


def test_statements(rows: Rows, fails: Fails, schema: str) -> None:
    assert rows("CREATE DATASET s COMMENT = 'c'") == [("Dataset S successfully created.",)]
    assert fails("CREATE DATASET s")[:2] == ("002002", "42710")
    assert rows("CREATE DATASET IF NOT EXISTS s") == [("S already exists, statement succeeded.",)]
    rows("""ALTER DATASET s ADD VERSION 'v1' FROM (SELECT SEQ4() AS id, id % 3 AS part
        FROM TABLE(GENERATOR(ROWCOUNT => 9)) v)
        PARTITION BY part COMMENT = 'Initial' METADATA = '{"source": "t"}'""")
    (shown,) = rows("SHOW DATASETS LIKE 's' IN SCHEMA " + schema)
    assert (shown[1], shown[4], json.loads(shown[7])) == ("S", "c", ["v1"])
    (version,) = rows("SHOW VERSIONS LIKE 'V_' IN DATASET s LIMIT 1")
    assert (version[1], version[2], version[6]) == ("v1", "Initial", '{"source": "t"}')
    assert len(rows("LIST snow://dataset/s/versions/v1/")) == 3
    rows("ALTER DATASET s SET COMMENT = 'd'")
    rows("ALTER DATASET s RENAME TO t")
    assert rows("SHOW DATASETS LIKE 'T'")[0][4] == "d"
    assert rows("ALTER DATASET t DROP VERSION 'v1'") == [("Statement executed successfully.",)]
    assert rows("DROP DATASET t") == [("T successfully dropped.",)]
    assert rows("DROP DATASET IF EXISTS t") == [
        ("Drop statement executed successfully (T already dropped).",)
    ]


def test_tags(rows: Rows) -> None:
    rows("CREATE TAG team")
    rows("CREATE DATASET tagged WITH TAG (team = 'one')")
    assert rows("SELECT SYSTEM$GET_TAG('team', 'tagged', 'DATASET')") == [("one",)]
    rows("ALTER DATASET tagged SET TAG team = 'two'")
    found = rows("SELECT ENTITY_DETAIL('TAG', 'team', '[\"TAG_REFERENCES_INTERNAL\"]')")
    assert json.loads(found[0][0])["referencedEntities"]["tagReferenceList"] == [
        {"domain": "DATASET", "entityName": "TAGGED", "tagValue": "two"}
    ]


def test_failures(rows: Rows, fails: Fails, schema: str) -> None:
    rows("CREATE DATASET f")
    assert fails("ALTER DATASET nosuch ADD VERSION 'v' FROM (SELECT 1 AS a)")[0] == "399019"
    assert fails("SHOW VERSIONS IN DATASET nosuch")[0] == "002043"
    assert fails("ALTER DATASET f DROP VERSION 'v'")[0] == "399012"
    assert fails("ALTER DATASET f ADD VERSION 'v' FROM (SELECT nosuch)")[0] == "000904"
    assert fails("ALTER DATASET f ADD VERSION '../v' FROM (SELECT 1 AS a)")[0] == "001007"
    assert fails("ALTER DATASET f ADD VERSION 'v' FROM (SELECT 1 AS a) METADATA = '[1]'")[0] == "001422"
    assert fails("ALTER DATASET f ADD VERSION 'v' FROM (SELECT 1e30::NUMBER(38, 0) AS a)")[0] == "100039"
    assert fails("ALTER DATASET f ADD VERSION 'v' FROM (SELECT 1 AS a, 2 AS a)")[0] == "002025"
    assert fails("ALTER DATASET f ADD VERSION 'v'")[0] == "001003"
    assert rows("SHOW VERSIONS IN DATASET f") == []
    rows("ALTER DATASET f ADD VERSION 'v' FROM (SELECT 1 AS a)")
    assert fails("ALTER DATASET f ADD VERSION 'v' FROM (SELECT 1 AS a)")[0] == "399020"
    assert fails("REMOVE 'snow://dataset/f/versions/v/'")[0] == "001039"
    assert fails("DROP DATASET nosuch") == (
        "002003", "02000", f"SQL compilation error:\nDataset '{schema}.NOSUCH' does not exist or not authorized.",
    )  # fmt: skip


# -- presigned addresses --------------------------------------------------------------------------


def fetched(url: str, method: str = "GET", **headers: str) -> tuple[int, bytes, dict[str, str]]:
    """Status, body and headers of an answer."""
    request = urllib.request.Request(url, method=method, headers=headers)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=30) as answer:
            return answer.status, answer.read(), dict(answer.headers)
    except urllib.error.HTTPError as failure:
        with failure:
            return failure.code, failure.read(), dict(failure.headers)


def test_presigned_addresses(rows: Rows, made: Dataset) -> None:
    name, place = "data_0_0_0.snappy.parquet", f"snow://dataset/{made.fully_qualified_name}/versions/v1"
    ((url,),) = rows(f"SELECT GET_PRESIGNED_URL('{place}', '{name}', 60)")
    status, body, headers = fetched(url)
    assert (status, body[:4], body[-4:]) == (200, b"PAR1", b"PAR1")
    size = len(body)
    assert fetched(url, "HEAD")[0] == 200
    assert {k.lower(): v for k, v in fetched(url, "HEAD")[2].items()}["content-length"] == str(size)
    status, part, headers = fetched(url, Range=f"bytes={size - 4}-")
    assert (status, part) == (206, b"PAR1")
    assert {k.lower(): v for k, v in headers.items()}[
        "content-range"
    ] == f"bytes {size - 4}-{size - 1}/{size}"


def test_presigned_addresses_hold_for_one_file_and_time(
    rows: Rows, fails: Fails, tmp_path: Any, opened: Session
) -> None:
    rows("CREATE STAGE held")
    for name in ("a b.txt", "c.txt"):
        (tmp_path / name).write_text(name)
        opened.file.put(str(tmp_path / name), "@held/dir", auto_compress=False)
    ((url,),) = rows("SELECT GET_PRESIGNED_URL(@held, 'dir/a b.txt')")
    assert fetched(url)[:2] == (200, b"a b.txt")
    assert fetched(url.replace("a%20b", "c"))[0] == 403
    assert fetched(url.replace("dir/", "dir/../"))[0] in (403, 404)
    ((gone,),) = rows("SELECT GET_PRESIGNED_URL(@held, 'dir/nosuch.txt')")
    assert fetched(gone)[0] == 404
    names = rows(
        "SELECT n, GET_PRESIGNED_URL('@held/dir', n) FROM VALUES ('a b.txt'), ('c.txt') v(n) ORDER BY n"
    )
    assert [fetched(url)[1].decode() for _, url in names] == ["a b.txt", "c.txt"]
    assert fails("SELECT GET_PRESIGNED_URL(@held, 'x', 0)")[0] == "001007"
    assert fails("SELECT GET_PRESIGNED_URL(@held, 'x', 604801)")[0] == "001007"
    assert fails("SELECT GET_PRESIGNED_URL(@nosuch, 'x')")[0] == "002003"
    ((short,),) = rows("SELECT GET_PRESIGNED_URL(@held, 'dir/c.txt', 1)")
    end = time.monotonic() + 10
    while fetched(short)[0] == 200 and time.monotonic() < end:
        time.sleep(0.2)
    assert fetched(short)[0] == 403
