"""Dynamic tables: statements, refreshing on the account's clock, histories, as Snowflake documents them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from snowflake.connector import SnowflakeConnection
from snowflake.snowpark import Session
from snowflake.snowpark.functions import col

LAG = "TARGET_LAG = '5 minutes' WAREHOUSE = COMPUTE_WH"


@pytest.fixture
def base(place: Any) -> Any:
    """The test's schema with a table T (ID, V) of two rows."""
    place.run("CREATE TABLE t (id INT, v VARCHAR)", "INSERT INTO t VALUES (1, 'a'), (2, 'b')")
    return place


def history(
    place: Any, columns: str = "name, state, refresh_action, refresh_trigger"
) -> list[tuple[Any, ...]]:
    """The refreshes of the test's schema, oldest first."""
    rows = place.rows(
        f"SELECT {columns} FROM TABLE(LAB.INFORMATION_SCHEMA.DYNAMIC_TABLE_REFRESH_HISTORY("
        f"RESULT_LIMIT => 10000)) WHERE schema_name = '{place.schema.split('.')[1]}'"
    )
    return rows[::-1]


def state(place: Any, name: str) -> str:
    """A dynamic table's scheduling_state."""
    [row] = place.named(f"SHOW DYNAMIC TABLES LIKE '{name}'")
    return str(row["scheduling_state"])


# -- creation and reading ---------------------------------------------------------------------------


def test_it_is_filled_when_it_is_created(base: Any) -> None:
    base.run(f"CREATE DYNAMIC TABLE dt {LAG} AS SELECT id, UPPER(v) AS v FROM t")
    assert base.rows("SELECT * FROM dt ORDER BY id") == [(1, "A"), (2, "B")]
    assert history(base) == [("DT", "SUCCEEDED", "INCREMENTAL", "CREATION")]


def test_creation_says_so(base: Any) -> None:
    sql = f"CREATE DYNAMIC TABLE dt {LAG} AS SELECT id FROM t"
    assert base.value(sql) == "Dynamic table DT successfully created."
    assert base.fails(sql)[0] == "002002"
    assert (
        base.value(sql.replace("TABLE dt", "TABLE IF NOT EXISTS dt"))
        == "DT already exists, statement succeeded."
    )
    assert base.value(sql.replace("CREATE", "CREATE OR REPLACE")) == "Dynamic table DT successfully created."


def test_one_that_waits_for_its_schedule_cannot_be_read_before(base: Any) -> None:
    base.run(f"CREATE DYNAMIC TABLE dt {LAG} INITIALIZE = ON_SCHEDULE AS SELECT id FROM t")
    code, _, message = base.fails("SELECT * FROM dt")
    assert (code, message) == (
        "002741",
        f"Dynamic Table '{base.schema}.DT' is not initialized. Please run a manual refresh or wait for a "
        "scheduled refresh before querying.",
    )
    assert base.tick("5m") == [("DT", "SUCCEEDED")]
    assert base.rows("SELECT COUNT(*) FROM dt") == [(2,)]
    assert history(base) == [("DT", "SUCCEEDED", "INCREMENTAL", "SCHEDULED")]


def test_a_failing_query_creates_nothing(base: Any) -> None:
    assert base.fails(f"CREATE DYNAMIC TABLE dt {LAG} AS SELECT 1 / (id - 1) AS x FROM t")[0] == "100051"
    assert base.named("SHOW DYNAMIC TABLES") == []
    assert history(base) == []


def test_columns_may_be_named_and_typed(base: Any) -> None:
    base.run(
        f"CREATE DYNAMIC TABLE dt (key VARCHAR COMMENT 'the id', double) {LAG} AS SELECT id, id * 2 FROM t"
    )
    assert base.rows("SELECT * FROM dt ORDER BY key") == [("1", 2), ("2", 4)]
    rows = base.named("DESCRIBE DYNAMIC TABLE dt")
    assert next((r["name"], r["type"], r["comment"]) for r in rows) == ("KEY", "VARCHAR(16777216)", "the id")
    assert base.fails(f"CREATE DYNAMIC TABLE x (a) {LAG} AS SELECT id, v FROM t")[0] == "002026"


@pytest.mark.parametrize(
    ("sql", "code", "message"),
    [
        ("CREATE DYNAMIC TABLE x WAREHOUSE = COMPUTE_WH AS SELECT 1 AS a", "002029",
         "SQL compilation error:\nMissing option(s): [TARGET_LAG]."),
        ("CREATE DYNAMIC TABLE x TARGET_LAG = '1 minute' AS SELECT 1 AS a", "002029",
         "SQL compilation error:\nMissing option(s): [WAREHOUSE]."),
        ("CREATE DYNAMIC TABLE x TARGET_LAG = 'soon' WAREHOUSE = COMPUTE_WH AS SELECT 1 AS a", "001422",
         "SQL compilation error:\ninvalid value 'soon' for property 'TARGET_LAG'"),
        ("CREATE DYNAMIC TABLE x TARGET_LAG = '1 minute' WAREHOUSE = nowhere AS SELECT 1 AS a", "002003",
         "Warehouse 'NOWHERE' does not exist."),
        ("CREATE TABLE dt (a INT)", "001998",
         "SQL compilation error:\nObject 'DT' already exists as DYNAMIC_TABLE"),
        ("CREATE OR REPLACE VIEW dt AS SELECT 1 AS a", "001998",
         "SQL compilation error:\nObject 'DT' already exists as DYNAMIC_TABLE"),
        (f"CREATE OR REPLACE DYNAMIC TABLE t {LAG} AS SELECT 1 AS a", "001998",
         "SQL compilation error:\nObject 'T' already exists as TABLE"),
        ("DROP TABLE dt", "002203",
         "SQL compilation error: Object found is of type 'DYNAMIC_TABLE', not specified type 'TABLE'."),
        ("DROP VIEW dt", "002203",
         "SQL compilation error: Object found is of type 'DYNAMIC_TABLE', not specified type 'VIEW'."),
        ("ALTER DYNAMIC TABLE t REFRESH", "002203",
         "SQL compilation error: Object found is of type 'TABLE', not specified type 'DYNAMIC_TABLE'."),
        ("ALTER DYNAMIC TABLE dt UNSET TARGET_LAG", "001422",
         "SQL compilation error:\ninvalid value 'null' for property 'TARGET_LAG'"),
        ("ALTER DYNAMIC TABLE dt UNSET WAREHOUSE", "001429",
         "SQL compilation error: cannot unset property 'WAREHOUSE' for 'DT'"),
        ("ALTER DYNAMIC TABLE dt, dt REFRESH", "002008", "SQL compilation error:\nDuplicate Dynamic Table: DT"),
        (f"CREATE DYNAMIC TABLE x {LAG} REFRESH_MODE = INCREMENTAL AS SELECT MODE(id) AS m FROM t", "091912",
         "SQL compilation error:\nChange tracking is not supported on queries containing the function 'MODE'."),
    ],
)  # fmt: skip
def test_refusals(base: Any, sql: str, code: str, message: str) -> None:
    base.run(f"CREATE DYNAMIC TABLE dt {LAG} AS SELECT id FROM t")
    found = base.fails(sql)
    assert (found[0], found[2]) == (code, message)


@pytest.mark.parametrize("sql", ["INSERT INTO dt VALUES (1)", "DELETE FROM dt", "UPDATE dt SET id = 1",
                                 "MERGE INTO dt USING t ON dt.id = t.id WHEN MATCHED THEN DELETE",
                                 "TRUNCATE TABLE dt", "INSERT OVERWRITE INTO dt SELECT 1",
                                 "COPY INTO dt FROM @~"])  # fmt: skip
def test_nobody_else_changes_its_rows(base: Any, sql: str) -> None:
    base.run(f"CREATE DYNAMIC TABLE dt {LAG} AS SELECT id FROM t")
    base.fails(sql)
    assert base.rows("SELECT COUNT(*) FROM dt") == [(2,)]


# -- what is shown ----------------------------------------------------------------------------------


def test_show(base: Any) -> None:
    sql = f"CREATE  DYNAMIC TABLE dt\n {LAG} COMMENT = 'c' CLUSTER BY (id)  AS\nSELECT id FROM t"
    base.run(sql)
    [row] = base.named("SHOW DYNAMIC TABLES LIKE 'd%'")
    database, schema = base.schema.split(".")
    expected = {
        "name": "DT", "database_name": database, "schema_name": schema, "cluster_by": "LINEAR(id)", "rows": 2,
        "owner": "ACCOUNTADMIN", "target_lag": "5 minutes", "refresh_mode": "INCREMENTAL",
        "refresh_mode_reason": None, "warehouse": "COMPUTE_WH", "comment": "c", "text": sql,
        "scheduling_state": "ACTIVE", "last_suspended_on": None, "owner_role_type": "ROLE",
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected
    assert row["data_timestamp"] is not None
    documented = [
        "created_on",
        "name",
        "database_name",
        "schema_name",
        "cluster_by",
        "rows",
        "bytes",
        "owner",
        "target_lag",
        "refresh_mode",
        "refresh_mode_reason",
        "warehouse",
        "comment",
        "text",
        "automatic_clustering",
        "scheduling_state",
        "last_suspended_on",
        "is_clone",
        "is_replica",
        "is_iceberg",
        "data_timestamp",
        "owner_role_type",
    ]
    assert list(row)[: len(documented)] == documented


def test_it_is_listed_as_a_dynamic_table(base: Any) -> None:
    base.run(f"CREATE DYNAMIC TABLE dt {LAG} AS SELECT id FROM t")
    assert {r["name"]: r["is_dynamic"] for r in base.named("SHOW TABLES")} == {"DT": "Y", "T": "N"}
    assert {r["name"]: r["is_dynamic"] for r in base.named("SHOW OBJECTS")} == {"DT": "Y", "T": "N"}
    rows = base.rows(
        "SELECT table_name, table_type, is_dynamic FROM LAB.INFORMATION_SCHEMA.TABLES "
        f"WHERE table_schema = '{base.schema.split('.')[1]}' ORDER BY 1"
    )
    assert rows == [("DT", "BASE TABLE", "YES"), ("T", "BASE TABLE", "NO")]


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("SELECT id, COUNT(*) AS n FROM t GROUP BY id", None),
        ("SELECT id FROM t WHERE CURRENT_TIMESTAMP() > '2020-01-01'::TIMESTAMP_LTZ", None),
        ("SELECT id, SUM(id) OVER (PARTITION BY v) AS s FROM t", None),
        ("SELECT id FROM t UNION ALL SELECT id FROM t", None),
        ("SELECT id, CURRENT_TIMESTAMP() AS at FROM t",
         "Query contains the function 'CURRENT_TIMESTAMP', but change tracking is not supported on queries with"
         " non-deterministic functions."),
        ("SELECT id FROM t WHERE id = (SELECT MAX(id) FROM t)",
         "Change tracking is not supported on queries with subquery expressions."),
        ("SELECT MODE(id) AS m FROM t",
         "Change tracking is not supported on queries containing the function 'MODE'."),
        ("SELECT id FROM t LIMIT 1", "Change tracking is not supported on queries with 'LIMIT'."),
    ],
)  # fmt: skip
def test_the_refresh_mode_follows_the_query(base: Any, query: str, reason: str | None) -> None:
    base.run(f"CREATE DYNAMIC TABLE dt {LAG} AS {query}")
    [row] = base.named("SHOW DYNAMIC TABLES")
    assert (row["refresh_mode"], row["refresh_mode_reason"]) == ("FULL" if reason else "INCREMENTAL", reason)


# -- refreshing -------------------------------------------------------------------------------------


def test_a_manual_refresh_writes_what_changed(base: Any) -> None:
    base.run(f"CREATE DYNAMIC TABLE dt {LAG} AS SELECT v, COUNT(*) AS n FROM t GROUP BY v")
    base.run("INSERT INTO t VALUES (3, 'b'), (4, 'c')", "DELETE FROM t WHERE v = 'a'")
    assert base.rows("SELECT * FROM dt ORDER BY v") == [("a", 1), ("b", 1)]
    base.run("ALTER DYNAMIC TABLE dt REFRESH", "ALTER DYNAMIC TABLE dt REFRESH")
    assert base.rows("SELECT * FROM dt ORDER BY v") == [("b", 2), ("c", 1)]
    assert history(base)[1:] == [
        ("DT", "SUCCEEDED", "INCREMENTAL", "MANUAL"), ("DT", "SUCCEEDED", "NO_DATA", "MANUAL"),
    ]  # fmt: skip
    changed = json.loads(history(base, "statistics")[1][0])
    assert (changed["numInsertedRows"], changed["numDeletedRows"]) == (2, 2)


def test_equal_rows_are_counted(base: Any) -> None:
    base.run(f"CREATE DYNAMIC TABLE dt {LAG} AS SELECT v, id > 0 AS yes FROM t")
    base.run(
        "INSERT INTO t VALUES (7, 'a'), (8, 'a'), (9, NULL), (9, NULL)", "ALTER DYNAMIC TABLE dt REFRESH"
    )
    assert base.rows("SELECT v, COUNT(*) FROM dt GROUP BY v ORDER BY v") == [("a", 3), ("b", 1), (None, 2)]
    base.run(
        "DELETE FROM t WHERE id IN (8, 9)", "INSERT INTO t VALUES (9, NULL)", "ALTER DYNAMIC TABLE dt REFRESH"
    )
    assert base.rows("SELECT v, COUNT(*) FROM dt GROUP BY v ORDER BY v") == [("a", 2), ("b", 1), (None, 1)]


def test_full_refreshes_write_every_row(base: Any) -> None:
    base.run(f"CREATE DYNAMIC TABLE dt {LAG} REFRESH_MODE = FULL AS SELECT id FROM t")
    base.run("INSERT INTO t VALUES (3, 'c')", "ALTER DYNAMIC TABLE dt REFRESH")
    action, statistics = history(base, "refresh_action, statistics")[1]
    found = json.loads(statistics)
    assert (action, found["numInsertedRows"], found["numDeletedRows"]) == ("FULL", 3, 2)


def test_without_new_data_nothing_is_computed_again(base: Any) -> None:
    base.run(f"CREATE DYNAMIC TABLE dt {LAG} AS SELECT id, CURRENT_TIMESTAMP() AS at FROM t")
    before = base.rows("SELECT * FROM dt ORDER BY id")
    assert base.tick("5m") == [("DT", "SUCCEEDED")]
    assert base.rows("SELECT * FROM dt ORDER BY id") == before
    assert history(base)[-1] == ("DT", "SUCCEEDED", "NO_DATA", "SCHEDULED")


def test_none_reads_itself(base: Any) -> None:
    base.run(
        f"CREATE DYNAMIC TABLE a {LAG} AS SELECT id FROM t",
        f"CREATE DYNAMIC TABLE b {LAG} AS SELECT id FROM a",
    )
    for source in ("a", "b"):
        code, _, message = base.fails(f"CREATE OR REPLACE DYNAMIC TABLE a {LAG} AS SELECT id FROM {source}")
        assert (code, message.splitlines()[-1]) == ("002712", "Dynamic table 'A' cannot depend on itself.")
    base.run("ALTER TABLE t RENAME TO u", "ALTER DYNAMIC TABLE b RENAME TO t")
    assert base.fails("ALTER DYNAMIC TABLE a REFRESH")[0] == "002712"
    assert base.tick("5m") == [("A", "FAILED"), ("T", "UPSTREAM_FAILED")]


def test_rows_leave_a_window_of_time(base: Any) -> None:
    base.run("CREATE TABLE seen (id INT, at TIMESTAMP_LTZ)", "INSERT INTO seen SELECT 1, CURRENT_TIMESTAMP()")
    base.run(f"""CREATE DYNAMIC TABLE dt {LAG} AS
        SELECT id FROM seen WHERE at > DATEADD('minute', -7, CURRENT_TIMESTAMP())""")
    base.tick("5m")
    assert base.rows("SELECT id FROM dt") == [(1,)]
    base.tick("5m")
    assert base.rows("SELECT id FROM dt") == []


def test_it_is_refreshed_as_often_as_its_lag_asks(base: Any) -> None:
    base.run(f"CREATE DYNAMIC TABLE dt {LAG} AS SELECT id FROM t")
    assert base.tick("4m") == []
    assert base.tick("1h") == [("DT", "SUCCEEDED")] * 12
    base.run("ALTER DYNAMIC TABLE dt SET TARGET_LAG = '1 hour'")
    assert base.tick("55m") == []
    assert base.tick("10m") == [("DT", "SUCCEEDED")]


def test_a_pipeline_is_refreshed_from_its_beginning(base: Any) -> None:
    base.run(
        "CREATE DYNAMIC TABLE a TARGET_LAG = DOWNSTREAM WAREHOUSE = COMPUTE_WH INITIALIZE = ON_SCHEDULE"
        " AS SELECT id FROM t",
        "CREATE VIEW va AS SELECT id FROM a",
        f"CREATE DYNAMIC TABLE b {LAG} INITIALIZE = ON_SCHEDULE AS SELECT COUNT(*) AS n FROM va",
    )
    assert base.tick("5m") == [("A", "SUCCEEDED"), ("B", "SUCCEEDED")]
    base.run("INSERT INTO t VALUES (3, 'c')", "ALTER DYNAMIC TABLE b REFRESH")
    assert base.rows("SELECT n FROM b") == [(3,)]
    assert [row[0] for row in history(base)] == ["A", "B", "A", "B"]
    moments = history(base, "data_timestamp")
    assert moments[0] == moments[1]
    [(dependency,)] = history(base, "last_completed_dependency:qualified_name::VARCHAR")[-1:]
    assert dependency == f"{base.schema}.A"


def test_creation_fills_what_it_reads_first(base: Any) -> None:
    base.run(f"CREATE DYNAMIC TABLE a {LAG} INITIALIZE = ON_SCHEDULE AS SELECT id FROM t")
    base.run(f"CREATE DYNAMIC TABLE b {LAG} AS SELECT COUNT(*) AS n FROM a")
    assert base.rows("SELECT n FROM b") == [(2,)]
    assert history(base, "name, refresh_trigger") == [("A", "CREATION"), ("B", "CREATION")]


def test_a_table_that_nothing_depends_on_downstream_is_left_alone(base: Any) -> None:
    base.run("CREATE DYNAMIC TABLE a TARGET_LAG = DOWNSTREAM WAREHOUSE = COMPUTE_WH AS SELECT id FROM t")
    assert base.tick("2h") == []


def test_five_failures_suspend_it_and_what_depends_on_it(base: Any) -> None:
    base.run(
        "CREATE DYNAMIC TABLE a TARGET_LAG = DOWNSTREAM WAREHOUSE = COMPUTE_WH AS SELECT id FROM t",
        f"CREATE DYNAMIC TABLE b {LAG} AS SELECT id FROM a",
        "ALTER TABLE t RENAME TO gone",
    )
    assert base.tick("1h") == [("A", "FAILED"), ("B", "UPSTREAM_FAILED")] * 5
    assert (state(base, "a"), state(base, "b")) == ("SUSPENDED", "SUSPENDED")
    code, message = history(base, "state_code, state_message")[-2]
    assert (code, message) == (
        "002003", f"SQL compilation error:\nObject '{base.schema}.T' does not exist or not authorized."
    )  # fmt: skip
    assert history(base, "state_message")[-1] == (f"Some inputs failed to refresh: [{base.schema}.A].",)
    assert base.rows("SELECT COUNT(*) FROM b") == [(2,)]
    base.run("ALTER TABLE gone RENAME TO t", "ALTER DYNAMIC TABLE a RESUME")
    assert base.tick("5m") == [("A", "SUCCEEDED"), ("B", "SUCCEEDED")]


def test_a_failed_manual_refresh_says_why_and_keeps_the_rows(base: Any) -> None:
    base.run(f"CREATE DYNAMIC TABLE dt {LAG} AS SELECT 10 / id AS x FROM t", "INSERT INTO t VALUES (0, 'z')")
    assert base.fails("ALTER DYNAMIC TABLE dt REFRESH")[0] == "100051"
    assert base.rows("SELECT COUNT(*) FROM dt") == [(2,)]
    assert history(base, "state, state_code, refresh_action")[-1] == ("FAILED", "100051", None)
    assert state(base, "dt") == "ACTIVE"


def test_suspending_and_resuming_pass_down(base: Any) -> None:
    base.run(
        f"CREATE DYNAMIC TABLE a {LAG} AS SELECT id FROM t",
        f"CREATE DYNAMIC TABLE b {LAG} AS SELECT id FROM a",
    )
    base.run("ALTER DYNAMIC TABLE a SUSPEND")
    assert (state(base, "a"), state(base, "b")) == ("SUSPENDED", "SUSPENDED")
    assert base.tick("1h") == []
    base.run("INSERT INTO t VALUES (3, 'c')", "ALTER DYNAMIC TABLE b REFRESH")
    assert base.rows("SELECT COUNT(*) FROM b") == [(3,)]
    base.run("ALTER DYNAMIC TABLE a RESUME")
    assert (state(base, "a"), state(base, "b")) == ("ACTIVE", "ACTIVE")


def test_a_transaction_takes_no_manual_refresh(base: Any) -> None:
    base.run(f"CREATE DYNAMIC TABLE dt {LAG} AS SELECT id FROM t", "BEGIN")
    found = base.fails("ALTER DYNAMIC TABLE dt REFRESH")
    base.run("ROLLBACK")
    assert (found[0], found[2]) == (
        "002743", "Manual refresh of a dynamic table is not supported inside a multi-statement transaction."
    )  # fmt: skip


def test_columns_follow_a_star(base: Any) -> None:
    base.run(f"CREATE DYNAMIC TABLE dt {LAG} AS SELECT * FROM t", "ALTER TABLE t ADD COLUMN w INT")
    base.run("ALTER DYNAMIC TABLE dt REFRESH")
    assert base.columns("SELECT * FROM dt") == ["ID", "V", "W"]
    assert history(base, "refresh_action")[-1] == ("REINITIALIZE",)


def test_a_schema_s_clone_has_tables_of_its_own(base: Any) -> None:
    base.run(f"CREATE DYNAMIC TABLE dt {LAG} AS SELECT id FROM t")
    clone = f"{base.schema}_CLONE"
    base.run(f"CREATE SCHEMA {clone} CLONE {base.schema}", f"INSERT INTO {clone}.t VALUES (3, 'c')")
    [row] = base.named(f"SHOW DYNAMIC TABLES IN SCHEMA {clone}")
    assert row["scheduling_state"] == "SUSPENDED"
    base.run(f"ALTER DYNAMIC TABLE {clone}.dt REFRESH")
    assert base.rows(f"SELECT COUNT(*) FROM {clone}.dt") == [(3,)]
    base.run(f"DROP SCHEMA {clone}", f"USE SCHEMA {base.schema}")
    assert base.rows("SELECT COUNT(*) FROM dt") == [(2,)]


def test_swap_and_rename(base: Any) -> None:
    base.run(
        f"CREATE DYNAMIC TABLE a {LAG} AS SELECT 1 AS x", f"CREATE DYNAMIC TABLE b {LAG} AS SELECT 2 AS x"
    )
    base.run("ALTER DYNAMIC TABLE a SWAP WITH b", "ALTER DYNAMIC TABLE b RENAME TO c")
    assert (base.value("SELECT x FROM a"), base.value("SELECT x FROM c")) == (2, 1)
    base.run("ALTER DYNAMIC TABLE a REFRESH", "DROP DYNAMIC TABLE a")
    assert base.fails("DROP DYNAMIC TABLE a")[2] == (
        f"SQL compilation error:\nDynamic table '{base.schema}.A' does not exist or not authorized."
    )


# -- histories --------------------------------------------------------------------------------------


def test_columns_of_the_refresh_history(base: Any) -> None:
    found = base.columns("SELECT * FROM TABLE(LAB.INFORMATION_SCHEMA.DYNAMIC_TABLE_REFRESH_HISTORY())")
    assert found == [
        "NAME",
        "SCHEMA_NAME",
        "DATABASE_NAME",
        "STATE",
        "STATE_CODE",
        "STATE_MESSAGE",
        "QUERY_ID",
        "DATA_TIMESTAMP",
        "REFRESH_START_TIME",
        "REFRESH_END_TIME",
        "COMPLETION_TARGET",
        "QUALIFIED_NAME",
        "LAST_COMPLETED_DEPENDENCY",
        "STATISTICS",
        "REFRESH_ACTION",
        "REFRESH_TRIGGER",
        "TARGET_LAG_SEC",
        "GRAPH_HISTORY_VALID_FROM",
    ]


def test_arguments_of_the_refresh_history(base: Any) -> None:
    base.run(f"CREATE DYNAMIC TABLE dt {LAG} AS SELECT 10 / id AS x FROM t", "INSERT INTO t VALUES (0, 'z')")
    base.fails("ALTER DYNAMIC TABLE dt REFRESH")
    query = "SELECT state FROM TABLE(LAB.INFORMATION_SCHEMA.DYNAMIC_TABLE_REFRESH_HISTORY({}))"
    full = f"NAME => '{base.schema.lower()}.dt'"
    assert base.rows(query.format(full)) == [("FAILED",), ("SUCCEEDED",)]
    assert base.rows(query.format(f"{full}, ERROR_ONLY => TRUE")) == [("FAILED",)]
    assert base.rows(query.format(f"NAME_PREFIX => '{base.schema}.', RESULT_LIMIT => 1")) == [("FAILED",)]
    assert base.rows(query.format("NAME => 'nobody'")) == []


def test_the_graph_s_history(base: Any) -> None:
    base.run(f"CREATE DYNAMIC TABLE dt {LAG} AS SELECT id FROM t")
    query = (
        "SELECT inputs, target_lag_type, target_lag_sec, query_text, valid_to, scheduling_state, alter_trigger"
        " FROM TABLE(LAB.INFORMATION_SCHEMA.DYNAMIC_TABLE_GRAPH_HISTORY()) WHERE qualified_name = "
        f"'{base.schema}.DT'"
    )
    [(inputs, kind, seconds, text, until, scheduling, cause)] = base.rows(query)
    assert json.loads(inputs) == [{"kind": "TABLE", "name": f"{base.schema}.T"}]
    assert (kind, seconds, text, until) == ("USER_DEFINED", 300, "SELECT id FROM t", None)
    assert (json.loads(scheduling), json.loads(cause)) == ({"state": "ACTIVE"}, ["CREATE_DYNAMIC_TABLE"])
    base.run("ALTER DYNAMIC TABLE dt SUSPEND")
    [(*_, scheduling, cause)] = base.rows(query)
    found = json.loads(scheduling)
    assert (found["state"], found["reason_code"], json.loads(cause)) == (
        "SUSPENDED", "USER_SUSPENDED", ["SUSPEND"]
    )  # fmt: skip


# -- clients ----------------------------------------------------------------------------------------


def test_snowpark_makes_them(base: Any, server: dict[str, Any], shared: SnowflakeConnection) -> None:
    database, schema = base.schema.split(".")
    session = Session.builder.configs({**server, "database": database, "schema": schema}).create()
    try:
        frame = session.table("t").select(col("id"), (col("id") + 1).alias("next"))
        frame.create_or_replace_dynamic_table(
            "dt", warehouse="COMPUTE_WH", lag="1 minute", comment="c", refresh_mode="FULL",
            initialize="ON_CREATE", clustering_keys=["id"], is_transient=True,
        )  # fmt: skip
        assert [tuple(r) for r in session.table("dt").sort("id").collect()] == [(1, 2), (2, 3)]
    finally:
        session.close()
    [row] = base.named("SHOW DYNAMIC TABLES")
    assert (row["refresh_mode"], row["target_lag"], row["comment"]) == ("FULL", "1 minute", "c")


# -- streams on dynamic tables ------------------------------------------------------------------------


def changed(place: Any) -> list[tuple[Any, ...]]:
    """What the stream S holds."""
    return place.rows("SELECT METADATA$ACTION, id, v FROM s ORDER BY METADATA$ACTION, id, v")


@pytest.fixture
def streamed(base: Any) -> Any:
    """A dynamic table D over T with a stream S on it."""
    base.run(f"CREATE DYNAMIC TABLE d {LAG} AS SELECT id, v FROM t", "CREATE STREAM s ON DYNAMIC TABLE d")
    return base


def test_a_stream_sees_what_a_refresh_changes(streamed: Any) -> None:
    assert changed(streamed) == []
    streamed.run(
        "INSERT INTO t VALUES (3, 'c')", "UPDATE t SET v = 'B' WHERE id = 2", "DELETE FROM t WHERE id = 1"
    )
    assert (changed(streamed), streamed.value("SELECT SYSTEM$STREAM_HAS_DATA('s')")) == ([], False)
    assert streamed.tick("5m") == [("D", "SUCCEEDED")]
    assert streamed.value("SELECT SYSTEM$STREAM_HAS_DATA('s')") is True
    assert changed(streamed) == [
        ("DELETE", 1, "a"), ("DELETE", 2, "b"), ("INSERT", 2, "B"), ("INSERT", 3, "c")
    ]  # fmt: skip
    streamed.run("CREATE TABLE seen AS SELECT * FROM s", "ALTER DYNAMIC TABLE d REFRESH")
    assert changed(streamed) == []
    [row] = streamed.named("SHOW STREAMS LIKE 'S'")
    assert (row["source_type"], row["table_name"]) == ("Dynamic Table", f"{streamed.schema}.D")
    assert (row["mode"], row["base_tables"]) == ("DEFAULT", f"{streamed.schema}.D")


def test_changes_of_several_refreshes_are_told_as_one(streamed: Any) -> None:
    streamed.run("INSERT INTO t VALUES (3, 'c')", "ALTER DYNAMIC TABLE d REFRESH")
    streamed.run("DELETE FROM t WHERE id IN (1, 3)", "ALTER DYNAMIC TABLE d REFRESH")
    assert changed(streamed) == [("DELETE", 1, "a")]


def test_after_its_stream_is_gone_a_dynamic_table_is_refreshed_as_before(streamed: Any) -> None:
    streamed.run("DROP STREAM s", "DELETE FROM t WHERE id = 1", "ALTER DYNAMIC TABLE d REFRESH")
    assert streamed.rows("SELECT id FROM d") == [(2,)]
    streamed.run(
        "CREATE STREAM s ON DYNAMIC TABLE d", "INSERT INTO t VALUES (4, 'd')", "ALTER DYNAMIC TABLE d REFRESH"
    )
    assert changed(streamed) == [("INSERT", 4, "d")]


@pytest.mark.parametrize(
    ("statement", "code", "text"),
    [
        ("CREATE STREAM u ON DYNAMIC TABLE d APPEND_ONLY = TRUE", "002718", "APPEND_ONLY"),
        ("CREATE STREAM u ON DYNAMIC TABLE whole", "002718", "FULL"),
        ("CREATE STREAM u ON TABLE d", "002203", "DYNAMIC_TABLE"),
        ("CREATE STREAM u ON DYNAMIC TABLE t", "002203", "TABLE"),
        ("CREATE STREAM u ON DYNAMIC TABLE nowhere", "002003", "NOWHERE"),
    ],
)
def test_streams_that_cannot_be(streamed: Any, statement: str, code: str, text: str) -> None:
    streamed.run(f"CREATE DYNAMIC TABLE whole {LAG} REFRESH_MODE = FULL AS SELECT id FROM t")
    found = streamed.fails(statement)
    assert found[0] == code
    assert text in found[-1]
