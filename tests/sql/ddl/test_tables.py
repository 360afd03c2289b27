"""Tables: CREATE in its forms, ALTER, and what becomes of their rows."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("before", "sql", "status"),
    [
        ("", "CREATE TABLE t (a INT)", "Table T successfully created."),
        (
            "CREATE TABLE t (a INT)",
            "CREATE TABLE IF NOT EXISTS t (b INT)",
            "T already exists, statement succeeded.",
        ),
        (
            "CREATE TABLE t (a INT)",
            "CREATE TABLE t IF NOT EXISTS (b INT)",
            "T already exists, statement succeeded.",
        ),
        ("CREATE TABLE t (a INT)", "CREATE OR REPLACE TABLE t (b INT)", "Table T successfully created."),
        ("CREATE TABLE t (a INT)", "DROP TABLE t", "T successfully dropped."),
        ("", "DROP TABLE IF EXISTS t", "Drop statement executed successfully (T already dropped)."),
        ("CREATE TABLE t (a INT)", "ALTER TABLE t ADD COLUMN b INT", "Statement executed successfully."),
        ("CREATE TABLE t (a INT)", "TRUNCATE TABLE t", "Statement executed successfully."),
        ("", "ALTER TABLE IF EXISTS t ADD COLUMN b INT", "Statement executed successfully."),
    ],
)
def test_statuses(place: Any, before: str, sql: str, status: str) -> None:
    if before:
        place.run(before)
    assert place.value(sql) == status


@pytest.mark.parametrize(
    ("sql", "code", "state", "message"),
    [
        ("CREATE TABLE taken (a INT)", "002002", "42710",
         "SQL compilation error:\nObject 'TAKEN' already exists."),
        ("CREATE TABLE v (a INT)", "001998", "42710",
         "SQL compilation error:\nObject 'V' already exists as VIEW"),
        ("CREATE OR REPLACE TABLE v (a INT)", "001998", "42710",
         "SQL compilation error:\nObject 'V' already exists as VIEW"),
        ("DROP TABLE v", "002203", "42601",
         "SQL compilation error: Object found is of type 'VIEW', not specified type 'TABLE'."),
        ("DROP TABLE IF EXISTS v", "002203", "42601",
         "SQL compilation error: Object found is of type 'VIEW', not specified type 'TABLE'."),
        ("DROP TABLE nosuch", "002003", "42S02",
         "SQL compilation error:\nTable 'DDL_TESTS.{schema}.NOSUCH' does not exist or not authorized."),
        ("ALTER TABLE nosuch ADD COLUMN x INT", "002003", "42S02",
         "SQL compilation error:\nTable 'DDL_TESTS.{schema}.NOSUCH' does not exist or not authorized."),
        ("ALTER TABLE taken ADD COLUMN a INT", "001430", "42601",
         "SQL compilation error:\ncolumn 'A' already exists"),
        ("ALTER TABLE taken SET NO_SUCH_PROP = 1", "001420", "22023",
         "SQL compilation error:\ninvalid property 'NO_SUCH_PROP' for 'TABLE'"),
        ("ALTER TABLE taken SET DATA_RETENTION_TIME_IN_DAYS = -1", "001008", "22023",
         "SQL compilation error:\ninvalid value [-1] for parameter 'DATA_RETENTION_TIME_IN_DAYS'"),
        ("ALTER TABLE taken RENAME TO v", "002002", "42710",
         "SQL compilation error:\nObject 'V' already exists."),
        ("CREATE TABLE x (n INT DEFAULT 1 AUTOINCREMENT)", "001412", "42601",
         "SQL compilation error: \nMultiple DEFAULT or AUTOINCREMENT expressions declared for column N."),
        ("CREATE TABLE x (n INT) COMMENT 'no equals'", "001003", "42000",
         "SQL compilation error:\nsyntax error line 1 at position 23 unexpected 'COMMENT'."),
        ("CREATE TABLE x (n INT COMMENT = 'equals')", "001003", "42000",
         "SQL compilation error:\nsyntax error line 1 at position 30 unexpected '='."),
        ("CREATE TABLE x (n INT) CHANGE_TRACKING = TRUE CHANGE_TRACKING = FALSE", "001425", "22023",
         "SQL compilation error:\nduplicate property 'CHANGE_TRACKING';"),
        ("CREATE OR ALTER TABLE x (n INT)", "000002", "0A000",
         "Unsupported feature: not supported by the local account: CREATE OR ALTER."),
        ("UNDROP TABLE x", "000002", "0A000",
         "Unsupported feature: not supported by the local account: UNDROP."),
    ],
)  # fmt: skip
def test_refusals(place: Any, sql: str, code: str, state: str, message: str) -> None:
    place.run("CREATE TABLE taken (a INT)", "CREATE VIEW v AS SELECT a FROM taken")
    assert place.fails(sql) == (code, state, message.format(schema=place.schema))


def test_a_failed_replacement_leaves_the_table(place: Any) -> None:
    place.run("CREATE TABLE t (a INT)", "INSERT INTO t VALUES (1)")
    place.fails("CREATE OR REPLACE TABLE t AS SELECT nosuch FROM t")
    assert place.rows("SELECT a FROM t") == [(1,)]


def test_ctas_takes_names_and_types_from_its_list(place: Any) -> None:
    place.run("CREATE TABLE s (n VARCHAR, x NUMBER, y NUMBER)", "INSERT INTO s VALUES ('a', 10, 5)")
    place.run("CREATE TABLE t (nm, total) AS SELECT n, x + y FROM s")
    assert place.rows("SELECT nm, total FROM t") == [("a", 15)]
    place.run("CREATE TABLE u (total NUMBER(10, 2)) AS SELECT x + y FROM s")
    assert place.named("DESCRIBE TABLE u")[0]["type"] == "NUMBER(10,2)"


def test_like_copies_the_definition_and_clone_the_rows(place: Any) -> None:
    place.run("CREATE TABLE s (a INT NOT NULL DEFAULT 5 COMMENT 'c')", "INSERT INTO s VALUES (1)")
    place.run("CREATE TABLE l LIKE s", "CREATE TABLE c CLONE s", "INSERT INTO s VALUES (2)")
    assert place.rows("SELECT count(*) FROM l") == [(0,)]
    assert place.rows("SELECT a FROM c") == [(1,)]
    for name in ("l", "c"):
        [column] = place.named(f"DESCRIBE TABLE {name}")
        assert (column["null?"], column["default"], column["comment"]) == ("N", "5", "c")


def test_identity_columns_count_from_their_start(place: Any) -> None:
    place.run("CREATE TABLE t (id INT AUTOINCREMENT START 10 INCREMENT 2 NOORDER, n VARCHAR)")
    place.run("INSERT INTO t (n) VALUES ('a'), ('b')", "CREATE TABLE down (id INT IDENTITY(1, -1), n INT)")
    place.run("INSERT INTO down (n) VALUES (1), (2)")
    assert place.rows("SELECT id FROM t ORDER BY id") == [(10,), (12,)]
    assert place.rows("SELECT id FROM down ORDER BY id DESC") == [(1,), (0,)]


def test_columns_are_added_renamed_widened_and_dropped(place: Any) -> None:
    place.run("CREATE TABLE t (a NUMBER(3, 0), b VARCHAR(2))", "INSERT INTO t VALUES (5, 'x')")
    place.run("ALTER TABLE t ADD COLUMN d NUMBER DEFAULT 9, e VARCHAR DEFAULT 'z'")
    assert place.rows("SELECT d, e FROM t") == [(9, "z")]
    place.run("ALTER TABLE t ADD COLUMN IF NOT EXISTS e VARCHAR, f NUMBER")
    place.run("ALTER TABLE t RENAME COLUMN e TO g", "ALTER TABLE t DROP COLUMN d, f")
    place.run("ALTER TABLE t ALTER (COLUMN a TYPE NUMBER(9, 0), COLUMN b SET DATA TYPE VARCHAR(20))")
    place.run("ALTER TABLE t MODIFY COLUMN b COMMENT 'wide'", "ALTER TABLE t ALTER a SET NOT NULL")
    found = [(c["name"], c["type"], c["null?"], c["comment"]) for c in place.named("DESCRIBE TABLE t")]
    assert found == [
        ("A", "NUMBER(9,0)", "N", None),
        ("B", "VARCHAR(20)", "Y", "wide"),
        ("G", "VARCHAR(16777216)", "Y", None),
    ]
    assert place.rows("SELECT * FROM t") == [(5, "x", "z")]


def test_not_null_is_enforced_and_can_be_lifted(place: Any) -> None:
    place.run("CREATE TABLE t (a INT NOT NULL)")
    code, state, message = place.fails("INSERT INTO t VALUES (NULL)")
    assert (code, state) == ("100072", "22000")
    assert message.endswith("failed on column A with error: NULL result in a non-nullable column")
    place.run("ALTER TABLE t ALTER COLUMN a DROP NOT NULL", "INSERT INTO t VALUES (NULL)")
    assert place.rows("SELECT count(*) FROM t") == [(1,)]


def test_swap_exchanges_whole_definitions(place: Any) -> None:
    place.run("CREATE TABLE a (x INT)", "INSERT INTO a VALUES (1)")
    place.run("CREATE TABLE b (z VARCHAR)", "INSERT INTO b VALUES ('zed')", "ALTER TABLE a SWAP WITH b")
    assert place.rows("SELECT z FROM a") == [("zed",)]
    assert place.rows("SELECT x FROM b") == [(1,)]


def test_rename_moves_a_table_with_its_rows(place: Any) -> None:
    place.run("CREATE TABLE m (id INT)", "INSERT INTO m VALUES (1), (2)")
    place.run(f"ALTER TABLE m RENAME TO DDL_TESTS.PUBLIC.m_{place.schema}")
    assert place.rows(f"SELECT count(*) FROM DDL_TESTS.PUBLIC.m_{place.schema}") == [(2,)]
    assert place.fails("SELECT * FROM m")[0] == "002003"
    place.run(f"DROP TABLE DDL_TESTS.PUBLIC.m_{place.schema}")


def test_names_differ_by_case_when_quoted(place: Any) -> None:
    place.run('CREATE TABLE "t" ("a" INT, a INT)', "CREATE TABLE t (b INT)", 'INSERT INTO "t" VALUES (1, 2)')
    assert place.rows('SELECT a, "a" FROM "t"') == [(2, 1)]
    assert [t["name"] for t in place.named("SHOW TABLES")] == ["T", "t"]


def test_temporary_tables_shadow_permanent_ones(place: Any) -> None:
    place.run("CREATE TABLE t (a INT)", "INSERT INTO t VALUES (1)", "CREATE TEMPORARY TABLE t (b VARCHAR)")
    place.run("INSERT INTO t VALUES ('temporary')")
    assert place.rows("SELECT * FROM t") == [("temporary",)]
    place.run("DROP TABLE t")
    assert place.rows("SELECT * FROM t") == [(1,)]


@pytest.mark.parametrize(
    "words", ["TEMP", "LOCAL TEMPORARY", "GLOBAL TEMPORARY", "VOLATILE", "SCOPED TEMPORARY"]
)
def test_every_spelling_of_temporary(place: Any, words: str) -> None:
    place.run(f"CREATE {words} TABLE t (a INT)")
    assert place.named("SHOW TABLES")[0]["kind"] == "TEMPORARY"


def test_a_temporary_table_is_its_sessions_own(place: Any, server: dict[str, Any]) -> None:
    import snowflake.connector

    place.run("CREATE TEMPORARY TABLE mine (a INT)")
    with snowflake.connector.connect(
        **{**server, "database": place.database, "schema": place.schema}
    ) as other:
        found = other.cursor().execute("SHOW TABLES")
        assert found is not None
        assert found.fetchall() == []


def test_ddl_commits_the_open_transaction(place: Any) -> None:
    place.run(
        "CREATE TABLE t (a INT)", "BEGIN", "INSERT INTO t VALUES (1)", "CREATE TABLE u (a INT)", "ROLLBACK"
    )
    assert place.rows("SELECT count(*) FROM t") == [(1,)]


def test_names_may_be_bound(place: Any) -> None:
    place.run("CREATE TABLE IDENTIFIER('bound') (a INT)", "SET target = 'bound'")
    place.run("INSERT INTO IDENTIFIER($target) VALUES (1)", "ALTER TABLE IDENTIFIER($target) RENAME TO moved")
    assert place.rows("SELECT a FROM moved") == [(1,)]


def test_constraints_are_recorded(place: Any) -> None:
    place.run("CREATE TABLE p (a INT, b INT, CONSTRAINT pk PRIMARY KEY (a, b) RELY)")
    place.run("CREATE TABLE c (x INT, y INT UNIQUE, CONSTRAINT fk FOREIGN KEY (x, y) REFERENCES p (a, b))")
    keys = place.named("SHOW PRIMARY KEYS IN TABLE p")
    assert [(k["column_name"], k["key_sequence"], k["constraint_name"], k["rely"]) for k in keys] == [
        ("A", 1, "PK", "true"),
        ("B", 2, "PK", "true"),
    ]
    [unique] = place.named("SHOW UNIQUE KEYS IN TABLE c")
    assert unique["constraint_name"].startswith("SYS_CONSTRAINT_")
    found = place.named("SHOW IMPORTED KEYS IN TABLE c")
    assert [
        (k["pk_table_name"], k["pk_column_name"], k["fk_column_name"], k["delete_rule"]) for k in found
    ] == [
        ("P", "A", "X", "NO ACTION"),
        ("P", "B", "Y", "NO ACTION"),
    ]


def test_constraints_can_be_added_and_dropped(place: Any) -> None:
    place.run("CREATE TABLE t (a INT, b INT)", "ALTER TABLE t ADD PRIMARY KEY (a)")
    message = place.fails("ALTER TABLE t ADD PRIMARY KEY (b)")[2]
    assert message == "SQL compilation error:\nprimary key already exists for table 'T'"
    place.run("ALTER TABLE t DROP PRIMARY KEY", "ALTER TABLE t ADD CONSTRAINT pk PRIMARY KEY (b)")
    assert place.named("SHOW PRIMARY KEYS IN TABLE t")[0]["column_name"] == "B"


def test_types_of_every_family_are_kept(place: Any) -> None:
    place.run(
        "CREATE TABLE t (c0 NUMBER(10,2), c1 INT, c2 FLOAT, c4 VARCHAR(9), c5 STRING, c6 CHAR(4), c7 BOOLEAN,"
        " c8 DATE, c9 TIME(3), c11 TIMESTAMP, c12 TIMESTAMP_LTZ, c13 TIMESTAMP_TZ(6), c14 BINARY(20),"
        " c16 VARIANT, "
        "c17 OBJECT, c18 ARRAY, c19 VECTOR(FLOAT, 3), c20 DATETIME, c21 DOUBLE PRECISION, c22 DECIMAL)"
    )
    assert [c["type"] for c in place.named("DESCRIBE TABLE t")] == [
        "NUMBER(10,2)", "NUMBER(38,0)", "FLOAT", "VARCHAR(9)", "VARCHAR(16777216)", "VARCHAR(4)", "BOOLEAN",
        "DATE", "TIME(3)", "TIMESTAMP_NTZ(9)", "TIMESTAMP_LTZ(9)", "TIMESTAMP_TZ(6)", "BINARY(20)", "VARIANT",
        "OBJECT",
        "ARRAY", "VECTOR(FLOAT, 3)", "TIMESTAMP_NTZ(9)", "FLOAT", "NUMBER(38,0)",
    ]  # fmt: skip


def test_timestamp_type_mapping_decides_what_timestamp_is(place: Any) -> None:
    place.run("ALTER SESSION SET TIMESTAMP_TYPE_MAPPING = 'TIMESTAMP_LTZ'", "CREATE TABLE t (a TIMESTAMP(3))")
    place.run("ALTER SESSION UNSET TIMESTAMP_TYPE_MAPPING")
    assert place.named("DESCRIBE TABLE t")[0]["type"] == "TIMESTAMP_LTZ(3)"


def test_properties_read_back_from_the_listing(place: Any) -> None:
    place.run("CREATE TABLE t (n INT) CLUSTER BY (n) COMMENT = 'first'")
    place.run("ALTER TABLE t SET DATA_RETENTION_TIME_IN_DAYS = 0, CHANGE_TRACKING = TRUE COMMENT = 'second'")
    place.run("ALTER TABLE t SET ENABLE_SCHEMA_EVOLUTION = TRUE")
    [t] = place.named("SHOW TABLES LIKE 't'")
    assert (t["retention_time"], t["change_tracking"], t["comment"]) == ("0", "ON", "second")
    assert (t["cluster_by"], t["automatic_clustering"], t["enable_schema_evolution"]) == (
        "LINEAR(n)",
        "ON",
        "Y",
    )
    place.run("ALTER TABLE t SUSPEND RECLUSTER", "ALTER TABLE t UNSET ENABLE_SCHEMA_EVOLUTION")
    [t] = place.named("SHOW TABLES LIKE 't'")
    assert (t["automatic_clustering"], t["enable_schema_evolution"]) == ("OFF", "N")
    place.run("ALTER TABLE t DROP CLUSTERING KEY")
    assert place.named("SHOW TABLES LIKE 't'")[0]["cluster_by"] == ""


def test_properties_are_set_several_at_once(place: Any) -> None:
    place.run("CREATE TABLE t (n INT)")
    place.run("ALTER TABLE t SET DATA_RETENTION_TIME_IN_DAYS = 1, CHANGE_TRACKING = TRUE COMMENT = 'three'")
    place.run("ALTER TABLE t SET ENABLE_SCHEMA_EVOLUTION = TRUE", "ALTER TABLE t SET ERROR_LOGGING = DEFAULT")
    [row] = place.named("SHOW TABLES")
    told = ("retention_time", "change_tracking", "comment", "enable_schema_evolution", "error_logging")
    assert [row[name] for name in told] == ["1", "ON", "three", "Y", "OFF"]
    place.run("ALTER TABLE t UNSET ENABLE_SCHEMA_EVOLUTION, COMMENT")
    [row] = place.named("SHOW TABLES")
    assert (row["enable_schema_evolution"], row["comment"]) == ("N", "")


def test_reclustering_is_suspended_and_resumed(place: Any) -> None:
    place.run("CREATE TABLE t (n INT) CLUSTER BY (n)", "CREATE TABLE plain_t (n INT)")
    for verb, shown in (("SUSPEND", "OFF"), ("RESUME", "ON")):
        place.run(f"ALTER TABLE t {verb} RECLUSTER")
        [row] = place.named("SHOW TABLES LIKE 't'")
        assert (row["automatic_clustering"], row["cluster_by"]) == (shown, "LINEAR(n)")
        assert "Table 'PLAIN_T' is not clustered" in place.fails(f"ALTER TABLE plain_t {verb} RECLUSTER")[2]


def test_numbering_in_its_forms(place: Any) -> None:
    forms = {
        "AUTOINCREMENT": [1, 2],
        "AUTOINCREMENT START 10": [10, 11],
        "AUTOINCREMENT INCREMENT 2 START 10 NOORDER": [10, 12],
        "AUTOINCREMENT(100, 5)": [100, 105],
        "IDENTITY START 50 INCREMENT 10": [50, 60],
        "IDENTITY INCREMENT -1": [1, 0],
    }
    for form, numbers in forms.items():
        place.run(
            f"CREATE OR REPLACE TABLE t (id INT {form}, n VARCHAR)", "INSERT INTO t (n) VALUES ('a'), ('b')"
        )
        assert place.rows("SELECT id FROM t ORDER BY n") == [(n,) for n in numbers]
