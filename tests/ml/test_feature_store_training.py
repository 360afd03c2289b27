"""Training sets at points in time, feature values, datasets, aggregations over windows, online features."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Callable
from typing import Any

import pytest
from snowflake.snowpark import DataFrame, Session
from snowflake.snowpark.exceptions import SnowparkSQLException
from snowflake.snowpark.types import DoubleType, LongType, StructField, StructType, TimestampType

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from snowflake.ml.dataset import Dataset
    from snowflake.ml.feature_store import (
        CreationMode,
        Entity,
        Feature,
        FeatureGroup,
        FeatureStore,
        FeatureView,
        FeatureViewSlice,
        OnlineConfig,
        OnlineStoreType,
        StorageConfig,
        StorageFormat,
        StoreType,
        StreamConfig,
        StreamSource,
    )

Rows = Callable[[str], list[tuple[Any, ...]]]
WAREHOUSE = "COMPUTE_WH"
REFUSED = "not supported by the local account"


@pytest.fixture(scope="module")
def store(opened: Session, schema: str) -> FeatureStore:
    opened.sql(f"""CREATE TABLE {schema}.prices AS SELECT column1 AS cust, column2::TIMESTAMP_NTZ AS ts,
        column3::FLOAT AS price FROM VALUES (1, '2024-01-01', 10), (1, '2024-01-05', 30),
        (2, '2024-01-02', 5)""").collect()
    opened.sql(f"""CREATE TABLE {schema}.visits AS SELECT column1 AS cust, column2::TIMESTAMP_NTZ AS ts,
        column3 AS visits FROM VALUES (1, '2024-01-02', 7), (2, '2024-01-08', 9)""").collect()
    opened.sql(f"CREATE TABLE {schema}.regions AS SELECT column1 AS cust, column2 AS region"
               " FROM VALUES (1, 'north'), (3, 'south')").collect()  # fmt: skip
    return FeatureStore(
        opened, "TESTS", f"FS_{schema[6:]}", WAREHOUSE, creation_mode=CreationMode.CREATE_IF_NOT_EXIST
    )


@pytest.fixture(scope="module")
def customer(store: FeatureStore) -> Entity:
    return store.register_entity(Entity("CUSTOMER", ["CUST"]))


@pytest.fixture(scope="module")
def prices(store: FeatureStore, customer: Entity, opened: Session, schema: str) -> FeatureView:
    frame = opened.table(f"{schema}.prices")
    view = FeatureView("PRICES", [customer], frame, timestamp_col="TS", refresh_freq="1 day")
    return store.register_feature_view(view, "V1")


@pytest.fixture(scope="module")
def visits(store: FeatureStore, customer: Entity, opened: Session, schema: str) -> FeatureView:
    view = FeatureView("VISITS", [customer], opened.table(f"{schema}.visits"), timestamp_col="TS")
    return store.register_feature_view(view, "V1")


@pytest.fixture(scope="module")
def regions(store: FeatureStore, customer: Entity, opened: Session, schema: str) -> FeatureView:
    return store.register_feature_view(
        FeatureView("REGIONS", [customer], opened.table(f"{schema}.regions")), "V1"
    )


@pytest.fixture
def spine(opened: Session) -> DataFrame:
    return opened.sql("""SELECT column1 AS cust, column2::TIMESTAMP_NTZ AS ts, column3 AS bought FROM VALUES
        (1, '2023-12-31', 0), (1, '2024-01-01', 1), (1, '2024-01-04', 0), (1, '2024-01-06', 1), (2, '2024-01-03', 0)""")


ON_TIME = {"spine_timestamp_col": "TS", "spine_label_cols": ["BOUGHT"]}


def shown(frame: Any, *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in frame.sort("CUST", "TS").select(*columns).collect()]


# -- training sets --------------------------------------------------------------------------------


def test_values_as_they_were_then(store: FeatureStore, prices: FeatureView, spine: DataFrame) -> None:
    found = store.generate_training_set(spine, [prices], **ON_TIME)
    assert found.columns == ["CUST", "TS", "BOUGHT", "PRICE"]
    assert shown(found, "CUST", "BOUGHT", "PRICE") == [
        (1, 0, None),
        (1, 1, 10),
        (1, 0, 10),
        (1, 1, 30),
        (2, 0, 5),
    ]


@pytest.mark.parametrize("method", ["sequential", "cte"])
def test_several_views(
    store: FeatureStore,
    prices: FeatureView,
    visits: FeatureView,
    regions: FeatureView,
    spine: DataFrame,
    method: str,
) -> None:
    found = store.generate_training_set(spine, [prices, visits, regions], join_method=method, **ON_TIME)
    assert shown(found, "CUST", "PRICE", "VISITS", "REGION") == [
        (1, None, None, "north"), (1, 10, None, "north"), (1, 10, 7, "north"), (1, 30, 7, "north"), (2, 5, None, None),
    ]  # fmt: skip


def test_slices_and_their_times(
    store: FeatureStore, prices: FeatureView, visits: FeatureView, spine: DataFrame
) -> None:
    found = store.generate_training_set(
        spine, [prices.slice(["PRICE"]), visits], include_feature_view_timestamp_col=True, **ON_TIME
    )
    times = [
        (a and f"{a:%m-%d}", b and f"{b:%m-%d}") for a, b in shown(found, "PRICES_V1_TS", "VISITS_V1_TS")
    ]
    assert times == [(None, None), ("01-01", None), ("01-01", "01-02"), ("01-05", "01-02"), ("01-02", None)]


def test_prefixes(store: FeatureStore, prices: FeatureView, visits: FeatureView, spine: DataFrame) -> None:
    automatic = store.generate_training_set(spine, [prices, visits], auto_prefix=True, **ON_TIME)
    assert automatic.columns[3:] == ["PRICES_V1_PRICE", "VISITS_V1_VISITS"]
    named = store.generate_training_set(spine, [prices.with_name("p"), visits], **ON_TIME)
    assert named.columns[3:] == ['"p_PRICE"', "VISITS"]


def test_a_training_set_is_kept(
    store: FeatureStore, prices: FeatureView, spine: DataFrame, rows: Rows, schema: str
) -> None:
    found = store.generate_training_set(spine, [prices], save_as="KEPT", **ON_TIME)
    assert found.count() == 5
    assert rows(f"SELECT COUNT(*), COUNT(price) FROM TESTS.FS_{schema[6:]}.KEPT") == [(5, 4)]
    with pytest.raises(RuntimeError, match="already exists"):
        store.generate_training_set(spine, [prices], save_as="KEPT", **ON_TIME)
    with pytest.raises(SnowparkSQLException, match="NOSUCH"):
        store.generate_training_set(spine, [prices], spine_timestamp_col="NOSUCH").collect()


def test_feature_values(
    store: FeatureStore, prices: FeatureView, regions: FeatureView, spine: DataFrame
) -> None:
    found = store.retrieve_feature_values(
        spine.drop("BOUGHT"), [prices], spine_timestamp_col="TS", exclude_columns=["CUST"]
    )
    assert sorted(found.columns) == ["PRICE", "TS"]
    now = store.retrieve_feature_values(spine.select("CUST").distinct(), [regions])
    assert sorted(map(tuple, now.collect())) == [(1, "north"), (2, None)]


# -- datasets -------------------------------------------------------------------------------------


def test_datasets(store: FeatureStore, prices: FeatureView, regions: FeatureView, spine: DataFrame) -> None:
    made = store.generate_dataset(
        "TRAIN",
        spine,
        [prices.slice(["PRICE"]), regions],
        version="first",
        exclude_columns=["TS"],
        desc="d",
        **ON_TIME,
    )
    assert isinstance(made, Dataset)
    frame = made.read.to_pandas().sort_values(["CUST", "PRICE"])
    assert (list(frame.columns), len(frame)) == (["CUST", "BOUGHT", "PRICE", "REGION"], 5)
    assert made.selected_version is not None
    assert (made.selected_version.comment, made.selected_version.label_cols) == ("d", ["BOUGHT"])
    loaded = store.load_feature_views_from_dataset(made)
    assert [type(v) for v in loaded] == [FeatureViewSlice, FeatureView]
    assert [str(n) for n in loaded[0].names] == ["PRICE"]
    with pytest.raises(RuntimeError, match="already exists"):
        store.generate_dataset("TRAIN", spine, [prices], version="first", **ON_TIME)
    store.generate_dataset("TRAIN", spine, [prices], version="second", **ON_TIME)
    assert Dataset.load(store._session, made.fully_qualified_name).list_versions() == ["first", "second"]


def test_a_dataset_as_a_table(store: FeatureStore, prices: FeatureView, spine: DataFrame, rows: Rows) -> None:
    made = store.generate_dataset("FLAT", spine, [prices], version="V1", output_type="table", **ON_TIME)
    assert made.count() == 5
    assert rows(f"SELECT COUNT(*) FROM {store._config.full_schema_path}.FLAT_V1") == [(5,)]


# -- aggregations over windows --------------------------------------------------------------------

WINDOWS: list[tuple[Feature, list[Any]]] = [
    (Feature.sum("PRICE", "2 days"), [0, 10, 10, 30, 5]),
    (Feature.count("PRICE", "10 days"), [0, 1, 1, 2, 1]),
    (Feature.avg("PRICE", "10 days"), [None, 10, 10, 20, 5]),
    (Feature.min("PRICE", "10 days"), [None, 10, 10, 10, 5]),
    (Feature.max("PRICE", "10 days"), [None, 10, 10, 30, 5]),
    (Feature.var("PRICE", "10 days"), [None, 0, 0, 100, 0]),
    (Feature.stddev("PRICE", "10 days"), [None, 0, 0, 10, 0]),
    (Feature.approx_percentile("PRICE", "10 days"), [None, 10, 10, 20, 5]),
    (Feature.last_n("PRICE", "10 days", n=1), [None, [10], [10], [30], [5]]),
    (Feature.first_n("PRICE", "10 days", n=2), [None, [10], [10], [10, 30], [5]]),
    (Feature.last_distinct_n("PRICE", "10 days", n=2), [None, [10], [10], None, [5]]),
    (Feature.first_distinct_n("PRICE", "10 days", n=1), [None, [10], [10], [10], [5]]),
]


def test_windows(store: FeatureStore, customer: Entity, opened: Session, schema: str) -> None:
    """Days are complete at the next midnight: what happens later in the day does not count yet."""
    features = [feature.alias(f"F{i}") for i, (feature, _) in enumerate(WINDOWS)]
    view = FeatureView(
        "WINDOWS", [customer], opened.table(f"{schema}.prices"), timestamp_col="TS", refresh_freq="1 day",
        feature_granularity="1 day", features=features,
    )  # fmt: skip
    made = store.register_feature_view(view, "V1")
    spine = opened.sql("""SELECT column1 AS cust, column2::TIMESTAMP_NTZ AS ts, column3 AS bought FROM VALUES
        (1, '2024-01-01', 0), (1, '2024-01-02', 1), (1, '2024-01-02 12:00', 0), (1, '2024-01-06', 1),
        (2, '2024-01-03', 0)""")
    with pytest.raises(ValueError, match="join_method='cte'"):
        store.generate_training_set(spine, [made], **ON_TIME)
    found = store.generate_training_set(spine, [made], join_method="cte", **ON_TIME)
    for index, (feature, expected) in enumerate(WINDOWS):
        values = [_plain(v) for (v,) in shown(found, f"F{index}")]
        for value, wanted in zip(values, expected, strict=True):
            assert wanted is None or value == pytest.approx(wanted), feature
    assert store.read_feature_view(made).columns[0] == "CUST"


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return json.loads(value)
    return None if value is None or (isinstance(value, float) and math.isnan(value)) else float(value)


# -- online features ------------------------------------------------------------------------------


def test_online_features(
    store: FeatureStore, customer: Entity, opened: Session, schema: str, rows: Rows
) -> None:
    frame = opened.table(f"{schema}.prices")
    view = FeatureView(
        "FRESH", [customer], frame, timestamp_col="TS", refresh_freq="1 day",
        online_config=OnlineConfig(enable=True, target_lag="30s"),
    )  # fmt: skip
    made = store.register_feature_view(view, "V1")
    assert made.online
    assert made.online_config is not None
    assert made.online_config.target_lag == "30 seconds"
    online = {"store_type": StoreType.ONLINE}
    assert sorted(map(tuple, store.read_feature_view(made, feature_names=["PRICE"], **online).collect())) == [
        (1, 30),
        (2, 5),
    ]
    assert list(
        map(tuple, store.read_feature_view(made, keys=[["2"]], feature_names=["PRICE"], **online).collect())
    ) == [(2, 5)]
    assert store.read_feature_view(made, keys=[[1], [2]], as_pandas=True, **online).shape == (2, 3)
    rows(f"INSERT INTO {schema}.prices VALUES (2, '2024-02-01', 8)")
    store.refresh_feature_view(made)
    store.refresh_feature_view(made, store_type=StoreType.ONLINE)
    rows(f"DELETE FROM {schema}.prices WHERE price = 8")
    assert [r["PRICE"] for r in store.read_feature_view(made, keys=[[2]], **online).collect()] == [8]
    history = store.get_refresh_history(made, store_type=StoreType.ONLINE).collect()
    assert {(r["NAME"], r["STATE"]) for r in history} == {("FRESH$V1$ONLINE", "SUCCEEDED")}
    assert (
        "REFRESH_TRIGGER"
        in store.get_refresh_history(made, store_type=StoreType.ONLINE, verbose=True).columns
    )
    _changed_and_deleted(store, opened)


def _changed_and_deleted(store: FeatureStore, opened: Session) -> None:
    (row,) = store.list_feature_views(feature_view_name="FRESH").collect()
    assert json.loads(row["ONLINE_CONFIG"])["scheduling_state"] == "ACTIVE"
    store.suspend_feature_view("FRESH", "V1")
    (row,) = store.list_feature_views(feature_view_name="FRESH").collect()
    assert json.loads(row["ONLINE_CONFIG"])["scheduling_state"] == "SUSPENDED"
    store.resume_feature_view("FRESH", "V1")
    later = store.update_feature_view(
        "FRESH", "V1", online_config=OnlineConfig(enable=True, target_lag="2 minutes")
    )
    assert later.online_config is not None
    assert later.online_config.target_lag == "2 minutes"
    assert not store.update_feature_view("FRESH", "V1", online_config=OnlineConfig(enable=False)).online
    assert store.update_feature_view("FRESH", "V1", online_config=OnlineConfig(enable=True)).online
    store.delete_feature_view("FRESH", "V1")
    assert (
        opened.sql(f"SHOW ONLINE FEATURE TABLES IN SCHEMA {store._config.full_schema_path}").collect() == []
    )


# -- what needs the Postgres online service ---------------------------------------------------------


def test_the_online_service_is_refused(
    store: FeatureStore, customer: Entity, opened: Session, schema: str
) -> None:
    """The online service runs on Postgres."""
    for refused in (
        store.get_online_service_status,
        lambda: store.create_online_service("MAKERS", "READERS"),
        lambda: store.alter_online_service(size="M"),
        store.drop_online_service,
    ):
        with pytest.raises(Exception, match=REFUSED):
            refused()
    frame = opened.table(f"{schema}.prices")
    on_postgres = OnlineConfig(enable=True, store_type=OnlineStoreType.POSTGRES)
    view = FeatureView(
        "PG", [customer], frame, timestamp_col="TS", refresh_freq="1 day", online_config=on_postgres
    )
    with pytest.raises(RuntimeError, match=REFUSED):
        store.register_feature_view(view, "V1")


def test_stream_sources(store: FeatureStore, customer: Entity, opened: Session, schema: str) -> None:
    columns = (("CUST", LongType()), ("TS", TimestampType()), ("PRICE", DoubleType()))
    source = StreamSource("CLICKS", StructType([StructField(n, t) for n, t in columns]), desc="s")
    store.register_stream_source(source)
    assert store.get_stream_source("CLICKS").desc == "s"
    assert [r["NAME"] for r in store.list_stream_sources().collect()] == ["CLICKS"]
    changed = store.update_stream_source("CLICKS", desc="t")
    assert changed is not None
    assert changed.desc == "t"
    backfill = opened.table(f"{schema}.prices")
    config = StreamConfig(stream_source="CLICKS", transformation_fn=_same, backfill_df=backfill)
    view = FeatureView("STREAMED", [customer], stream_config=config, timestamp_col="TS", refresh_freq="1 day")
    with pytest.raises(RuntimeError, match=REFUSED):
        store.register_feature_view(view, "V1")
    store.delete_stream_source("CLICKS")
    assert store.list_stream_sources().collect() == []


def test_ingestion_is_refused(store: FeatureStore) -> None:
    """It writes to the online service, which runs on Postgres."""
    source = StreamSource(
        "TAPS", StructType([StructField("CUST", LongType()), StructField("TS", TimestampType())])
    )
    store.register_stream_source(source)
    with pytest.raises(Exception, match=REFUSED):
        store.stream_ingest("TAPS", [{"CUST": 1, "TS": "2024-01-01"}])
    store.delete_stream_source("TAPS")


def _same(frame: Any) -> Any:
    return frame


def test_feature_groups(store: FeatureStore) -> None:
    """There are none: they need the online service."""
    assert store.list_feature_groups().collect() == []
    with pytest.raises(ValueError, match="is not registered"):
        store.get_feature_group("G", "V1")
    store.delete_feature_group("G", "V1")


def test_making_feature_groups_is_refused(store: FeatureStore, prices: FeatureView) -> None:
    """The client takes feature views in the online service only, and such are refused."""
    with pytest.raises(ValueError, match="OnlineStoreType.POSTGRES"):
        store.register_feature_group(FeatureGroup("G", [prices]), "V1")
    with pytest.raises(ValueError, match="is not registered"):
        store.read_feature_group("G", version="V1", keys=[[1]])


def test_iceberg_is_refused(store: FeatureStore, customer: Entity, opened: Session, schema: str) -> None:
    config = StorageConfig(format=StorageFormat.ICEBERG, external_volume="V")
    frame = opened.table(f"{schema}.prices")
    view = FeatureView(
        "ICE", [customer], frame, timestamp_col="TS", refresh_freq="1 day", storage_config=config
    )
    with pytest.raises(RuntimeError, match=REFUSED):
        store.register_feature_view(view, "V1")


def test_counting_different_values_is_refused(
    store: FeatureStore, customer: Entity, opened: Session, schema: str
) -> None:
    view = FeatureView(
        "SKETCH", [customer], opened.table(f"{schema}.prices"), timestamp_col="TS", refresh_freq="1 day",
        feature_granularity="1 day", features=[Feature.approx_count_distinct("PRICE", "10 days")],
    )  # fmt: skip
    with pytest.raises(RuntimeError, match=f"{REFUSED}: DATASKETCHES_HLL_ACCUMULATE"):
        store.register_feature_view(view, "V1")
