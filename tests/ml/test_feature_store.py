"""The client's feature store: entities, feature views of every kind, their life and their history."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from snowflake.snowpark import DataFrame, Session

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from snowflake.ml.feature_store import (
        CreationMode,
        Entity,
        FeatureStore,
        FeatureView,
        FeatureViewStatus,
        setup_feature_store,
    )

Rows = Callable[[str], list[tuple[Any, ...]]]
WAREHOUSE = "COMPUTE_WH"


@pytest.fixture(scope="module")
def store(opened: Session, schema: str) -> FeatureStore:
    """A feature store FS of its own, beside the module's schema, over the table PURCHASES."""
    opened.sql(f"""CREATE TABLE {schema}.purchases AS SELECT column1 AS cust, column2::TIMESTAMP_NTZ AS ts,
        column3::FLOAT AS amount FROM VALUES (1, '2024-01-01', 10), (1, '2024-01-05', 30), (2, '2024-01-02', 5),
        (2, '2024-01-09', 7), (3, '2024-01-08', 1)""").collect()
    return FeatureStore(
        opened, "TESTS", f"FS_{schema[6:]}", WAREHOUSE, creation_mode=CreationMode.CREATE_IF_NOT_EXIST
    )


@pytest.fixture(scope="module")
def customer(store: FeatureStore) -> Entity:
    return store.register_entity(Entity("customer", ["cust"], desc="who buys"))


@pytest.fixture
def purchases(opened: Session, schema: str) -> DataFrame:
    return opened.table(f"{schema}.purchases")


@pytest.fixture
def view(store: FeatureStore, customer: Entity, purchases: DataFrame) -> Iterator[Callable[..., FeatureView]]:
    """Registers a feature view of every purchase; those that are left are deleted after the test."""
    made: list[tuple[str, str]] = []

    def register(name: str, version: str = "V1", **more: Any) -> FeatureView:
        options = {"timestamp_col": "TS", "feature_df": purchases, **more}
        overwrite = options.pop("overwrite", False)
        made.append((name, version))
        return store.register_feature_view(
            FeatureView(name, [customer], **options), version, overwrite=overwrite
        )

    yield register
    there = {(row["NAME"], row["VERSION"]) for row in store.list_feature_views().collect()}
    for name, version in there & {(n.upper(), v) for n, v in made}:
        store.delete_feature_view(name, version)


# -- the store ------------------------------------------------------------------------------------


def test_a_store_is_opened_where_it_is(opened: Session, store: FeatureStore, schema: str) -> None:
    FeatureStore(opened, "TESTS", f"FS_{schema[6:]}", WAREHOUSE)
    with pytest.raises(ValueError, match="schema NOSUCH does not exist"):
        FeatureStore(opened, "TESTS", "NOSUCH", WAREHOUSE)
    with pytest.raises(ValueError, match="Cannot find warehouse NOSUCH"):
        FeatureStore(opened, "TESTS", f"FS_{schema[6:]}", "NOSUCH")


def test_default_warehouse(opened: Session, schema: str, rows: Rows) -> None:
    rows("CREATE WAREHOUSE IF NOT EXISTS other_wh")
    store = FeatureStore(
        opened, "TESTS", f"FS2_{schema[6:]}", WAREHOUSE, creation_mode=CreationMode.CREATE_IF_NOT_EXIST
    )
    store.update_default_warehouse("OTHER_WH")
    entity = store.register_entity(Entity("E", ["CUST"]))
    rows(f"CREATE TABLE {schema}.few AS SELECT 1 AS cust, 2 AS x")
    view = FeatureView("OTHER", [entity], opened.table(f"{schema}.few"), refresh_freq="1 day")
    assert str(store.register_feature_view(view, "V1").warehouse) == "OTHER_WH"
    with pytest.raises(ValueError, match="Cannot find warehouse NOSUCH"):
        store.update_default_warehouse("NOSUCH")
    store.close()


def test_setup_makes_roles(opened: Session, schema: str, rows: Rows) -> None:
    roles = {"producer_role": "MAKERS", "consumer_role": "READERS"}
    setup_feature_store(opened, "TESTS", f"FS3_{schema[6:]}", WAREHOUSE, **roles)
    assert {row[1] for row in rows("SHOW ROLES")} >= {"MAKERS", "READERS"}
    assert ("MAKERS", "READERS") in {(row[5], row[3]) for row in rows("SHOW GRANTS TO ROLE MAKERS")}


# -- entities -------------------------------------------------------------------------------------


def test_entities(store: FeatureStore) -> None:
    store.register_entity(Entity("shop", ["country", "shop_id"], desc="where"))
    found = store.get_entity("shop")
    assert (found.name, found.join_keys, found.desc) == ("SHOP", ["COUNTRY", "SHOP_ID"], "where")
    listed = {row["NAME"]: row for row in store.list_entities().collect()}
    assert (listed["SHOP"]["JOIN_KEYS"], listed["SHOP"]["OWNER"]) == (
        '["COUNTRY", "SHOP_ID"]',
        "ACCOUNTADMIN",
    )
    changed = store.update_entity("shop", desc="a shop's")
    assert changed is not None
    assert changed.desc == store.get_entity("shop").desc == "a shop's"
    with pytest.warns(UserWarning, match="already exists"):
        store.register_entity(Entity("shop", ["other"]))
    store.delete_entity("shop")
    with pytest.raises(ValueError, match="Cannot find Entity with name: SHOP"):
        store.get_entity("shop")
    with pytest.raises(ValueError, match="Entity SHOP does not exist"):
        store.delete_entity("shop")
    with pytest.warns(UserWarning, match="does not exist"):
        assert store.update_entity("shop", desc="x") is None


def test_an_entity_in_use_stays(store: FeatureStore, view: Callable[..., FeatureView]) -> None:
    view("USES")
    with pytest.raises(ValueError, match="active FeatureViews"):
        store.delete_entity("customer")


# -- feature views --------------------------------------------------------------------------------


def test_a_view_without_refreshes(store: FeatureStore, view: Callable[..., FeatureView], rows: Rows) -> None:
    made = view("PLAIN", desc="all of them")
    assert (made.status, made.refresh_freq, made.desc) == (FeatureViewStatus.STATIC, None, "all of them")
    assert [str(n) for n in made.feature_names] == ["AMOUNT"]
    name = made.fully_qualified_name()
    assert rows(f"SELECT COUNT(*), SUM(amount) FROM {name}") == [(5, 53.0)]
    assert store.read_feature_view("PLAIN", "V1").count() == 5
    assert store.read_feature_view(made, keys=[[2]], feature_names=["AMOUNT"]).sort("AMOUNT").collect() == [
        (2, 5.0), (2, 7.0),
    ]  # fmt: skip
    with pytest.warns(UserWarning, match="Static feature view can't be refreshed"):
        store.refresh_feature_view(made)


def test_a_view_with_a_lag(
    store: FeatureStore, view: Callable[..., FeatureView], rows: Rows, schema: str
) -> None:
    made = view("LAGS", refresh_freq="1 day", desc="daily")
    assert (made.status, made.refresh_freq, made.refresh_mode) == (
        FeatureViewStatus.ACTIVE,
        "1 day",
        "INCREMENTAL",
    )
    assert str(made.warehouse) == WAREHOUSE
    rows(f"INSERT INTO {schema}.purchases VALUES (4, '2024-02-01', 2)")
    assert store.read_feature_view(made).count() == 5
    store.refresh_feature_view(made)
    assert store.read_feature_view(made).count() == 6
    rows(f"DELETE FROM {schema}.purchases WHERE cust = 4")
    store.refresh_feature_view("LAGS", "V1")
    assert store.read_feature_view(made).count() == 5
    history = store.get_refresh_history(made).sort("REFRESH_START_TIME").collect()
    assert [(r["NAME"], r["STATE"], r["REFRESH_ACTION"]) for r in history] == [
        ("LAGS$V1", "SUCCEEDED", "INCREMENTAL"),
    ] * 3
    verbose = store.get_refresh_history("LAGS", "V1", verbose=True).sort("REFRESH_START_TIME").collect()
    assert [r["REFRESH_TRIGGER"] for r in verbose] == ["CREATION", "MANUAL", "MANUAL"]
    assert {r["QUALIFIED_NAME"].rpartition(".")[2] for r in verbose} == {"LAGS$V1"}


def test_suspend_and_resume(store: FeatureStore, view: Callable[..., FeatureView], opened: Session) -> None:
    for name, frequency in (("PAUSED", "2 hours"), ("CRONPAUSED", "0 3 * * * UTC")):
        view(name, refresh_freq=frequency)
        assert store.suspend_feature_view(name, "V1").status == FeatureViewStatus.SUSPENDED
        assert store.get_feature_view(name, "V1").status == FeatureViewStatus.SUSPENDED
        resumed = store.resume_feature_view(store.get_feature_view(name, "V1"))
        assert resumed.status == FeatureViewStatus.ACTIVE
    store.suspend_feature_view("CRONPAUSED", "V1")
    (task,) = opened.sql(
        f"SHOW TASKS LIKE 'CRONPAUSED$V1' IN SCHEMA {store._config.full_schema_path}"
    ).collect()
    assert task["state"] == "suspended"


def test_a_view_by_cron(store: FeatureStore, view: Callable[..., FeatureView], opened: Session) -> None:
    made = view("NIGHTLY", refresh_freq="0 3 * * * Europe/Vienna")
    assert made.refresh_freq == "0 3 * * * Europe/Vienna"
    assert store.get_feature_view("NIGHTLY", "V1").refresh_freq == "0 3 * * * Europe/Vienna"
    path = store._config.full_schema_path
    (task,) = opened.sql(f"SHOW TASKS LIKE 'NIGHTLY$V1' IN SCHEMA {path}").collect()
    assert (task["schedule"], task["state"]) == ("USING CRON 0 3 * * * Europe/Vienna", "started")
    (table,) = opened.sql(f"SHOW DYNAMIC TABLES LIKE 'NIGHTLY$V1' IN SCHEMA {path}").collect()
    assert table["target_lag"] == "DOWNSTREAM"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("1 day", "2 hours"),
        ("1 day", "0 4 * * * UTC"),
        ("0 4 * * * UTC", "0 5 * * * UTC"),
        ("0 4 * * * UTC", "1 day"),
    ],
)
def test_update_frequency(
    store: FeatureStore, view: Callable[..., FeatureView], before: str, after: str
) -> None:
    view("UPDATED", refresh_freq=before)
    changed = store.update_feature_view("UPDATED", "V1", refresh_freq=after, desc=f"now {after}")
    again = store.get_feature_view("UPDATED", "V1")
    assert (changed.refresh_freq, again.refresh_freq, again.desc) == (after, after, f"now {after}")


def test_update_the_rest(store: FeatureStore, view: Callable[..., FeatureView], rows: Rows) -> None:
    rows("CREATE WAREHOUSE IF NOT EXISTS big_wh")
    view("REST", refresh_freq="1 day")
    changed = store.update_feature_view(
        "REST", "V1", warehouse="BIG_WH", initialization_warehouse="BIG_WH", desc="it's"
    )
    assert (str(changed.warehouse), str(changed.initialization_warehouse), changed.desc) == (
        "BIG_WH",
        "BIG_WH",
        "it's",
    )
    view("STATIC")
    assert store.update_feature_view("STATIC", "V1", desc="it's").desc == "it's"
    with pytest.raises(RuntimeError, match="Static feature view|static"):
        store.update_feature_view("STATIC", "V1", refresh_freq="1 day")


def test_versions_and_lists(
    store: FeatureStore, view: Callable[..., FeatureView], purchases: DataFrame
) -> None:
    view("MANY", "V1", desc="one")
    view("MANY", "V2", refresh_freq="1 day", desc="two")
    view("MORE", "V1")
    with pytest.warns(UserWarning, match="already exists"):
        view("MANY", "V1", desc="not now")
    listed = store.list_feature_views(feature_view_name="MANY").sort("VERSION").collect()
    assert [(r["NAME"], r["VERSION"], r["DESC"], r["REFRESH_FREQ"]) for r in listed] == [
        ("MANY", "V1", "one", None), ("MANY", "V2", "two", "1 day"),
    ]  # fmt: skip
    of_entity = store.list_feature_views(entity_name="customer").collect()
    assert {(r["NAME"], r["VERSION"]) for r in of_entity} >= {("MANY", "V1"), ("MANY", "V2"), ("MORE", "V1")}
    assert store.list_feature_views(entity_name="customer", feature_view_name="MORE").count() == 1
    with pytest.raises(ValueError, match="Failed to find FeatureView MANY/V9"):
        store.get_feature_view("MANY", "V9")


def test_overwrite(store: FeatureStore, view: Callable[..., FeatureView], purchases: DataFrame) -> None:
    view("REMADE", refresh_freq="0 1 * * * UTC", desc="first")
    frame = purchases.select("CUST", "TS", (purchases["AMOUNT"] * 2).alias("TWICE"))
    made = view("REMADE", refresh_freq="1 hour", feature_df=frame, overwrite=True)
    assert (made.refresh_freq, [str(n) for n in made.feature_names]) == ("1 hour", ["TWICE"])
    assert view("REMADE", overwrite=True).status == FeatureViewStatus.STATIC
    back = view("REMADE", refresh_freq="1 day", overwrite=True)
    assert (back.status, back.refresh_freq) == (FeatureViewStatus.ACTIVE, "1 day")
    assert store.read_feature_view("REMADE", "V1").count() == 5


def test_delete(store: FeatureStore, view: Callable[..., FeatureView], opened: Session) -> None:
    view("GONE", refresh_freq="0 1 * * * UTC")
    store.delete_feature_view("GONE", "V1")
    path = store._config.full_schema_path
    for kind in ("DYNAMIC TABLES", "TASKS", "VIEWS"):
        assert opened.sql(f"SHOW {kind} LIKE 'GONE%' IN SCHEMA {path}").collect() == []
    with pytest.raises(ValueError, match="Failed to find FeatureView GONE/V1"):
        store.delete_feature_view("GONE", "V1")


def test_descriptions(store: FeatureStore, customer: Entity, purchases: DataFrame) -> None:
    for name, frequency in (("TOLD", None), ("TOLDDAILY", "1 day")):
        made = FeatureView(name, [customer], purchases, timestamp_col="TS", refresh_freq=frequency)
        made = store.register_feature_view(made.attach_feature_desc({"AMOUNT": "in euros"}), "V1")
        found = store.get_feature_view(name, "V1")
        assert found.feature_descs == {"AMOUNT": "in euros"}
        listed = {r["NAME"]: (r["CATEGORY"], r["DTYPE"], r["DESC"]) for r in found.list_columns().collect()}
        assert listed["AMOUNT"] == ("FEATURE", "double", "in euros")
        assert listed["CUST"][0] == "ENTITY"
        store.delete_feature_view(made)


def test_copies_on_paper(opened: Session, view: Callable[..., FeatureView]) -> None:
    made = view("PAPER", refresh_freq="1 day")
    again = FeatureView.from_json(made.to_json(), opened)
    assert (again.name, again.version, again.query) == (made.name, made.version, made.query)
    assert [str(n) for n in made.slice(["AMOUNT"]).names] == ["AMOUNT"]
    assert [c.name for c in made.output_schema.fields] == ["CUST", "TS", "AMOUNT"]


def test_full_refreshes_are_told(view: Callable[..., FeatureView], opened: Session, schema: str) -> None:
    frame = opened.sql(f"SELECT cust, ts, amount, RANDOM() AS chance FROM {schema}.purchases")
    with pytest.warns(UserWarning, match="won't be incrementally refreshed"):
        made = view("RANDOMLY", feature_df=frame, refresh_freq="1 day")
    assert made.refresh_mode == "FULL"
    assert made.refresh_mode_reason is not None
    assert "RANDOM" in made.refresh_mode_reason


def test_lineage(view: Callable[..., FeatureView], schema: str) -> None:
    made = view("BORN", refresh_freq="1 day")
    assert [str(n._lineage_node_name) for n in made.lineage(direction="upstream")] == [f"{schema}.PURCHASES"]


def test_append_only(
    store: FeatureStore, view: Callable[..., FeatureView], rows: Rows, opened: Session
) -> None:
    made = view("KEPT", refresh_freq="0 1 * * * UTC", refresh_mode="FULL", append_only=True)
    snapshots = made.fully_qualified_snapshot_table_name()
    assert made.append_only
    assert rows(f"SELECT COUNT(*) FROM {snapshots}") == [(0,)]
    body = opened.sql(f"SHOW TASKS LIKE 'KEPT$V1' IN SCHEMA {store._config.full_schema_path}").collect()[0][
        "definition"
    ]
    for count in (5, 10):
        rows(f"EXECUTE IMMEDIATE $${body}$$")
        assert rows(f"SELECT COUNT(*) FROM {snapshots}") == [(count,)]
    with pytest.raises(ValueError, match="append_only"):
        store.refresh_feature_view(made)


def test_a_view_of_a_query_that_fails(view: Callable[..., FeatureView], opened: Session) -> None:
    with pytest.raises(RuntimeError, match="Object 'TESTS.FS_S[0-9]+.NOSUCH' does not exist"):
        view("BAD", feature_df=opened.sql("SELECT * FROM nosuch"))


def test_clear(opened: Session, schema: str) -> None:
    store = FeatureStore(
        opened, "TESTS", f"FS4_{schema[6:]}", WAREHOUSE, creation_mode=CreationMode.CREATE_IF_NOT_EXIST
    )
    entity = store.register_entity(Entity("E", ["CUST"]))
    store.register_feature_view(FeatureView("V", [entity], opened.sql("SELECT 1 AS CUST, 2 AS X")), "V1")
    store._clear(dryrun=False)
    assert (store.list_entities().count(), store.list_feature_views().count()) == (0, 0)
