"""INFORMATION_SCHEMA: what its views say of the objects in a database."""

from __future__ import annotations

from typing import Any

import pytest


def test_tables_and_views(place: Any) -> None:
    place.run(
        "CREATE TRANSIENT TABLE t (id INT) COMMENT = 'tc' CLUSTER BY (id)",
        "INSERT INTO t VALUES (1), (2)",
        "CREATE TEMPORARY TABLE tmp (a INT)",
        "CREATE VIEW v AS SELECT id FROM t",
    )
    shown = place.rows(
        "SELECT table_catalog, table_name, table_type, is_transient, clustering_key, row_count, comment, table_owner "
        f"FROM information_schema.tables WHERE table_schema = '{place.schema}' ORDER BY table_name"
    )
    assert shown == [
        ("DDL_TESTS", "T", "BASE TABLE", "YES", "LINEAR(id)", 2, "tc", "ACCOUNTADMIN"),
        ("DDL_TESTS", "TMP", "TEMPORARY TABLE", "NO", None, 0, None, "ACCOUNTADMIN"),
        ("DDL_TESTS", "V", "VIEW", "NO", None, None, None, "ACCOUNTADMIN"),
    ]


def test_columns(place: Any) -> None:
    place.run(
        "CREATE TABLE t (id INT NOT NULL DEFAULT 5 COMMENT 'c', n VARCHAR(10), f FLOAT, d DATE, ts TIMESTAMP_NTZ(3), "
        "b BOOLEAN, bin BINARY(8), v VARIANT, i INT IDENTITY(1, 2))"
    )
    shown = place.rows(
        "SELECT column_name, ordinal_position, column_default, is_nullable, data_type, character_maximum_length, "
        "character_octet_length, numeric_precision, numeric_scale, datetime_precision, is_identity, identity_start, "
        f"identity_increment, comment FROM information_schema.columns WHERE table_schema = '{place.schema}' "
        "ORDER BY ordinal_position"
    )
    assert [row[:5] for row in shown] == [
        ("ID", 1, "5", "NO", "NUMBER"),
        ("N", 2, None, "YES", "TEXT"),
        ("F", 3, None, "YES", "FLOAT"),
        ("D", 4, None, "YES", "DATE"),
        ("TS", 5, None, "YES", "TIMESTAMP_NTZ"),
        ("B", 6, None, "YES", "BOOLEAN"),
        ("BIN", 7, None, "YES", "BINARY"),
        ("V", 8, None, "YES", "VARIANT"),
        ("I", 9, None, "YES", "NUMBER"),
    ]
    by_name = {row[0]: row[5:] for row in shown}
    assert by_name["ID"] == (None, None, 38, 0, None, "NO", None, None, "c")
    assert by_name["N"][:2] == (10, 40)
    assert by_name["TS"][4] == 3
    assert by_name["I"][5:8] == ("YES", "1", "2")


def test_the_definition_of_a_view_can_be_run(place: Any) -> None:
    place.run("CREATE TABLE products (id INT, price NUMBER)")
    text = "CREATE OR REPLACE SECURE VIEW priced (pid, cost) AS SELECT id, price FROM products"
    place.run(text)
    definition = "SELECT view_definition, is_secure FROM information_schema.views WHERE table_name = 'PRICED'"
    assert place.rows(definition) == [(text, "YES")]
    place.run(f"SET ddl = (SELECT view_definition FROM ({definition}))")
    assert place.value("EXECUTE IMMEDIATE $ddl") == "View PRICED successfully created."


def test_constraints(place: Any) -> None:
    place.run(
        "CREATE TABLE parent (id INT PRIMARY KEY)",
        "CREATE TABLE child (pid INT, CONSTRAINT fk FOREIGN KEY (pid) REFERENCES parent (id))",
    )
    shown = place.rows(
        "SELECT table_name, constraint_type FROM information_schema.table_constraints "
        f"WHERE table_schema = '{place.schema}' ORDER BY table_name"
    )
    assert shown == [("CHILD", "FOREIGN KEY"), ("PARENT", "PRIMARY KEY")]
    assert place.value(
        "SELECT COUNT(*) FROM information_schema.referential_constraints WHERE constraint_name = 'FK'"
    ) == 1  # fmt: skip


def test_schemata_and_databases(place: Any) -> None:
    assert place.rows(
        "SELECT schema_name, schema_owner, is_transient FROM information_schema.schemata "
        f"WHERE schema_name IN ('{place.schema}', 'INFORMATION_SCHEMA') ORDER BY schema_name"
    ) == [("INFORMATION_SCHEMA", None, "NO"), (place.schema, "ACCOUNTADMIN", "NO")]
    assert place.rows(
        "SELECT database_name, type FROM information_schema.databases WHERE database_name = 'DDL_TESTS'"
    ) == [("DDL_TESTS", "STANDARD")]


def test_other_objects(place: Any) -> None:
    place.run(
        "CREATE SEQUENCE s START 5 INCREMENT 2",
        "CREATE STAGE st",
        "CREATE FILE FORMAT ff TYPE = JSON",
        "CREATE FUNCTION f(x INT) RETURNS INT AS 'x + 1'",
    )
    here = f"= '{place.schema}'"
    assert place.rows(
        'SELECT sequence_name, start_value, next_value, "INCREMENT" FROM information_schema.sequences '
        f"WHERE sequence_schema {here}"
    ) == [("S", "5", "5", "2")]
    assert place.rows(
        f"SELECT stage_name, stage_type FROM information_schema.stages WHERE stage_schema {here}"
    ) == [("ST", "Internal Named")]
    assert place.rows(
        "SELECT file_format_name, file_format_type FROM information_schema.file_formats "
        f"WHERE file_format_schema {here}"
    ) == [("FF", "JSON")]
    assert place.rows(
        "SELECT function_name, argument_signature, data_type, function_language, function_definition "
        f"FROM information_schema.functions WHERE function_schema {here}"
    ) == [("F", "(X NUMBER)", "NUMBER", "SQL", "x + 1")]


def test_it_can_be_joined_and_named_in_full(place: Any) -> None:
    place.run("CREATE TABLE t (a INT, b INT)")
    assert place.rows(
        "SELECT t.table_name, COUNT(*) FROM ddl_tests.information_schema.tables t "
        "JOIN ddl_tests.information_schema.columns c USING (table_schema, table_name) "
        f"WHERE table_schema = '{place.schema}' GROUP BY 1"
    ) == [("T", 2)]


def test_its_views_belong_to_nobody_and_are_listed(place: Any) -> None:
    listed = place.named("SHOW OBJECTS IN SCHEMA ddl_tests.information_schema")
    assert {"TABLES", "COLUMNS", "SCHEMATA", "VIEWS"} <= {row["name"] for row in listed}
    assert {(row["kind"], row["owner"], row["owner_role_type"]) for row in listed} == {("VIEW", "", "")}
    assert place.rows("SHOW TABLES IN SCHEMA ddl_tests.information_schema") == []
    assert "TABLE_CATALOG" in [
        row[0] for row in place.rows("DESCRIBE VIEW ddl_tests.information_schema.tables")
    ]


@pytest.mark.parametrize(
    "sql", ["SELECT * FROM information_schema.nosuch", "DESCRIBE VIEW information_schema.nosuch"]
)
def test_a_view_that_is_not_there(place: Any, sql: str) -> None:
    assert place.fails(sql)[:2] == ("002003", "42S02")
