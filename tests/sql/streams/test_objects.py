"""Streams as objects: creation, listings, clones, names, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

TABLE = "CREATE TABLE t (id INT)"
STREAM = "CREATE STREAM s ON TABLE t"
COLUMNS = (
    "created_on name database_name schema_name owner comment table_name source_type base_tables type stale mode "
    "stale_after invalid_reason owner_role_type"
)


def test_the_listing(place: Any) -> None:
    place.run(TABLE, "CREATE STREAM s ON TABLE t APPEND_ONLY = TRUE COMMENT = 'x'")
    database, schema = place.schema.split(".")
    [row] = place.named("SHOW STREAMS")
    assert " ".join(row) == COLUMNS
    assert place.named("DESCRIBE STREAM s") == [row]
    assert row.pop("created_on") < row.pop("stale_after")
    assert row == {
        "name": "S", "database_name": database, "schema_name": schema, "owner": "ACCOUNTADMIN", "comment": "x",
        "table_name": f"{place.schema}.T", "source_type": "Table", "base_tables": f"{place.schema}.T",
        "type": "DELTA", "stale": "false", "mode": "APPEND_ONLY", "invalid_reason": "N/A", "owner_role_type": "ROLE",
    }  # fmt: skip
    [terse] = place.named("SHOW TERSE STREAMS LIKE 's%'")
    assert " ".join(terse) == "created_on name kind database_name schema_name tableOn"
    assert place.named("SHOW STREAMS LIKE 'nothing'") == []
    assert [r["change_tracking"] for r in place.named("SHOW TABLES")] == ["ON"]


STATUSES = [
    (STREAM, "Stream S successfully created."),
    ("CREATE STREAM IF NOT EXISTS s ON TABLE t", "S already exists, statement succeeded."),
    ("CREATE OR REPLACE STREAM s ON TABLE t", "Stream S successfully created."),
    ("ALTER STREAM s SET COMMENT = 'a'", "Statement executed successfully."),
    ("COMMENT ON STREAM s IS 'b'", "Statement executed successfully."),
    ("ALTER STREAM IF EXISTS nope SET COMMENT = 'a'", "Statement executed successfully."),
    ("GRANT SELECT ON STREAM s TO ROLE PUBLIC", "Statement executed successfully."),
    ("DROP STREAM s", "S successfully dropped."),
    ("DROP STREAM IF EXISTS s", "Drop statement executed successfully (S already dropped)."),
]


def test_the_statuses(place: Any) -> None:
    place.run(TABLE)
    for statement, status in STATUSES:
        assert place.rows(statement) == [(status,)], statement


def test_tags_and_comments(place: Any) -> None:
    place.run(TABLE, "CREATE TAG tg", "CREATE STREAM s WITH TAG (tg = 'v') ON TABLE t COMMENT = 'one'")
    place.run(
        "ALTER STREAM s UNSET TAG tg", "ALTER STREAM s SET TAG tg = 'w'", "ALTER STREAM s UNSET COMMENT"
    )
    assert [r["comment"] for r in place.named("SHOW STREAMS")] == [""]


REFUSED = [
    ("SELECT * FROM nope", 2003, "SQL compilation error:\nObject 'NOPE' does not exist or not authorized."),
    (STREAM, 2002, "SQL compilation error:\nObject 'S' already exists."),
    ("CREATE STREAM t ON TABLE t", 1998, "SQL compilation error:\nObject 'T' already exists as TABLE"),
    ("CREATE TABLE s (a INT)", 1998, "SQL compilation error:\nObject 'S' already exists as STREAM"),
    (
        "CREATE STREAM x ON VIEW t", 2203,
        "SQL compilation error: Object found is of type 'TABLE', not specified type 'VIEW'.",
    ),
    (
        "DROP TABLE s", 2203,
        "SQL compilation error: Object found is of type 'STREAM', not specified type 'TABLE'.",
    ),
    (
        "SELECT SYSTEM$STREAM_HAS_DATA('no_such_stream')", 1044,
        "SQL compilation error: error line 1 at position 7\nInvalid value ['no_such_stream'] for function "
        "'SYSTEM$STREAM_HAS_DATA', parameter 1: must be a valid stream name",
    ),
    ("CREATE STREAM x ON TABLE t AT (STREAM => 'no_such')", 2003, "Stream 'no_such' not found."),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "code", "message"), REFUSED)
def test_what_is_refused(place: Any, statement: str, code: int, message: str) -> None:
    place.run(TABLE, STREAM)
    assert place.fails(statement) == (code, message)


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        (
            "CREATE STREAM x ON TABLE t INSERT_ONLY = TRUE",
            "Streams of type INSERT_ONLY can only be created on external tables or Iceberg tables with an external "
            "catalog integration.",
        ),
        (
            "CREATE STREAM x ON TABLE t AT (STREAM => NULL)",
            "Time travel AT(STREAM => _) expected a stream name, got NULL.",
        ),
        ("CREATE STREAM x ON TABLE nope", "Table '{place}.NOPE' does not exist or not authorized."),
        ("CREATE STREAM x ON VIEW nope", "View '{place}.NOPE' does not exist or not authorized."),
        ("CREATE STREAM x CLONE nope", "Stream '{place}.NOPE' does not exist or not authorized."),
        ("DROP STREAM nope", "Stream '{place}.NOPE' does not exist or not authorized."),
        ("ALTER STREAM s RENAME TO r", "unexpected 'RENAME'"),
        ("CREATE TEMPORARY STREAM x ON TABLE t", "unexpected 'TEMPORARY'"),
        ("CREATE STREAM x ON STAGE st", "not supported by the local account: CREATE STREAM … ON STAGE"),
        ("CREATE STREAM x ON EXTERNAL TABLE e", "not supported by the local account: CREATE STREAM … ON EXTERNAL TABLE"),
        ("CREATE STREAM x ON TABLE t AT (OFFSET => -60 * 5)", "not supported by the local account: CREATE STREAM … AT (OFFSET"),
        ("CREATE STREAM x ON TABLE t BEFORE (TIMESTAMP => TO_TIMESTAMP(1))", "not supported by the local account"),
        ("INSERT INTO s VALUES (1)", "Object found is of type 'STREAM', not specified type 'TABLE'."),
    ],
)  # fmt: skip
def test_what_is_refused_in_part_of_the_text(place: Any, statement: str, message: str) -> None:
    place.run(TABLE, STREAM)
    assert message.format(place=place.schema) in place.fails(statement)[1]


def test_a_clone_has_the_offset_of_its_original_and_then_its_own(place: Any) -> None:
    place.run(
        TABLE,
        "CREATE STREAM s ON TABLE t APPEND_ONLY = TRUE COMMENT = 'orig'",
        "INSERT INTO t VALUES (1), (2)",
    )
    place.run("CREATE STREAM c CLONE s", "CREATE TABLE sink AS SELECT id FROM s", "INSERT INTO t VALUES (3)")
    assert place.rows("SELECT id FROM c ORDER BY id") == [(1,), (2,), (3,)]
    assert place.rows("SELECT id FROM s") == [(3,)]
    assert [(r["mode"], r["comment"]) for r in place.named("SHOW STREAMS LIKE 'C'")] == [
        ("APPEND_ONLY", "orig")
    ]


def test_a_stream_that_starts_where_another_is(place: Any) -> None:
    place.run(
        TABLE, STREAM, "INSERT INTO t VALUES (1), (2)", "CREATE STREAM s2 ON TABLE t AT (STREAM => 's')"
    )
    assert place.rows("SELECT id FROM s2 ORDER BY id") == [(1,), (2,)]
    place.run("CREATE OR REPLACE STREAM s ON TABLE t AT (STREAM => 's')")
    assert place.rows("SELECT id FROM s ORDER BY id") == [(1,), (2,)]
    place.run("CREATE OR REPLACE STREAM s ON TABLE t")
    assert place.rows("SELECT id FROM s") == []
    assert place.rows("SELECT id FROM s2 ORDER BY id") == [(1,), (2,)]


def test_streams_of_a_cloned_schema_read_the_cloned_tables_from_then_on(place: Any) -> None:
    place.run(
        TABLE,
        STREAM,
        "CREATE VIEW v AS SELECT id FROM t",
        "CREATE STREAM sv ON VIEW v",
        "INSERT INTO t VALUES (1)",
    )
    clone = f"{place.schema}_CLONE"
    place.run(f"CREATE SCHEMA {clone} CLONE {place.schema}", f"USE SCHEMA {place.schema}")
    for stream in ("s", "sv"):
        assert place.rows(f"SELECT * FROM {clone}.{stream}") == []
    place.run(f"INSERT INTO {clone}.t VALUES (2)")
    for stream in ("s", "sv"):
        assert place.rows(f"SELECT id FROM {clone}.{stream}") == [(2,)]
        assert place.rows(f"SELECT id FROM {stream}") == [(1,)]
    place.run("CREATE TABLE copy CLONE t", "INSERT INTO copy VALUES (3)")
    assert place.rows("SELECT id FROM s") == [(1,)]
    place.run(f"DROP SCHEMA {clone}")


def test_the_timestamp_of_the_offset_moves_with_it(place: Any) -> None:
    place.run(TABLE, STREAM, "INSERT INTO t VALUES (1)")
    ask = "SELECT SYSTEM$STREAM_GET_TABLE_TIMESTAMP('s')::NUMBER"
    [(before,)] = place.rows(ask)
    place.run("CREATE TABLE sink AS SELECT id FROM s")
    assert place.rows(ask)[0][0] > before
