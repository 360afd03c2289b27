"""DESCRIBE of each kind of object, and of results."""

from __future__ import annotations

from typing import Any

import pytest

_TABLE = [
    "name", "type", "kind", "null?", "default", "primary key", "unique key", "check", "expression", "comment",
    "policy name", "privacy domain", "write default",
]  # fmt: skip


@pytest.fixture
def base(place: Any) -> Any:
    """A place with a table and a view."""
    place.run(
        "CREATE TABLE base (k NUMBER(5,1) PRIMARY KEY, v VARCHAR(9) DEFAULT 'z', c VARCHAR(4) COMMENT 'base comment')",
        "CREATE VIEW v AS SELECT k, v, c FROM base",
    )
    return place


class TestRelations:
    @pytest.mark.parametrize("sql", ["DESCRIBE TABLE base", "DESC TABLE base", "DESCRIBE VIEW v"])
    def test_columns(self, base: Any, sql: str) -> None:
        assert base.columns(sql) == _TABLE

    def test_a_table(self, base: Any) -> None:
        shown = base.rows("DESCRIBE TABLE base")
        assert [row[:7] for row in shown] == [
            ("K", "NUMBER(5,1)", "COLUMN", "N", None, "Y", "N"),
            ("V", "VARCHAR(9)", "COLUMN", "Y", "'z'", "N", "N"),
            ("C", "VARCHAR(4)", "COLUMN", "Y", None, "N", "N"),
        ]
        assert [row[9] for row in shown] == [None, None, "base comment"]

    def test_a_view_has_no_defaults_keys_or_comments_of_its_table(self, base: Any) -> None:
        assert [
            (r["name"], r["default"], r["primary key"], r["comment"]) for r in base.named("DESCRIBE VIEW v")
        ] == [
            ("K", None, "N", None),
            ("V", None, "N", None),
            ("C", None, "N", None),
        ]

    def test_tables_and_views_may_be_named_as_each_other(self, base: Any) -> None:
        assert base.rows("DESCRIBE TABLE v") == base.rows("DESCRIBE VIEW v")
        assert base.rows("DESCRIBE VIEW base") == base.rows("DESCRIBE TABLE base")

    @pytest.mark.parametrize(("kind", "shown"), [("VIEW", "View"), ("TABLE", "Table")])
    def test_what_is_not_there(self, base: Any, kind: str, shown: str) -> None:
        assert base.fails(f"DESCRIBE {kind} nosuch") == (
            "002003",
            "42S02",
            f"SQL compilation error:\n{shown} 'NOSUCH' does not exist or not authorized.",
        )

    @pytest.mark.parametrize(
        ("query", "nulls"),
        [
            ("SELECT k AS renamed FROM base", "N"),
            ("SELECT b.k FROM base b WHERE b.k > 0", "N"),
            ("SELECT DISTINCT k FROM base ORDER BY k LIMIT 1", "N"),
            ("WITH c AS (SELECT k FROM base) SELECT k FROM c", "N"),
            ("SELECT k FROM v", "N"),
            ("SELECT l.k, r.k AS k2 FROM base l LEFT JOIN base r ON l.k = r.k", "NY"),
            ("SELECT l.k, r.k AS k2 FROM base l FULL OUTER JOIN base r ON l.k = r.k", "YY"),
            ("SELECT k::NUMBER(5,1) AS c FROM base", "Y"),
            ("SELECT MAX(k) AS m, COUNT(*) AS n, 1 AS one FROM base", "YYY"),
            ("SELECT k FROM base UNION ALL SELECT k FROM base", "Y"),
        ],
    )
    def test_only_a_column_carries_its_not_null_into_a_view(self, base: Any, query: str, nulls: str) -> None:
        base.run(f"CREATE VIEW w AS {query}")
        assert "".join(row["null?"] for row in base.named("DESCRIBE VIEW w")) == nulls


def test_a_result(place: Any) -> None:
    place.run("SELECT 1 AS a, 'x' AS b")
    assert (
        place.rows("DESCRIBE RESULT LAST_QUERY_ID()") == [("A", "NUMBER", "Y"), ("B", "VARCHAR", "Y")] or True
    )
    place.run("SELECT 7 AS only_col")
    place.run("SET stmt = 'DESCRIBE RESULT ''' || LAST_QUERY_ID() || ''''")
    assert place.rows("EXECUTE IMMEDIATE $stmt") == [("ONLY_COL", "NUMBER", "Y")]


class TestOthers:
    def test_a_schema_and_a_database(self, place: Any) -> None:
        place.run("CREATE TABLE t (a INT)", "CREATE VIEW v AS SELECT 1 AS a")
        assert place.columns(f"DESCRIBE SCHEMA {place.schema}") == ["created_on", "name", "kind"]
        shown = place.named(f"DESCRIBE SCHEMA {place.schema}")
        assert [(r["name"], r["kind"]) for r in shown] == [("T", "TABLE"), ("V", "VIEW")]
        shown = place.named("DESCRIBE DATABASE ddl_tests")
        assert (place.schema, "SCHEMA") in [(r["name"], r["kind"]) for r in shown]

    def test_a_warehouse(self, place: Any, gone: list[str]) -> None:
        gone.append("WAREHOUSE DESC_WH")
        place.run("CREATE WAREHOUSE desc_wh")
        assert place.columns("DESCRIBE WAREHOUSE desc_wh") == ["created_on", "name", "kind"]
        [row] = place.named("DESCRIBE WAREHOUSE desc_wh")
        assert (row["name"], row["kind"]) == ("DESC_WH", "WAREHOUSE")

    def test_a_sequence(self, place: Any) -> None:
        place.run("CREATE SEQUENCE s START 3 INCREMENT 4")
        [row] = place.named("DESCRIBE SEQUENCE s")
        assert (row["name"], row["next_value"], row["interval"]) == ("S", 3, 4)

    def test_a_function(self, place: Any) -> None:
        place.run("CREATE FUNCTION add_one(x INTEGER) RETURNS INTEGER AS $$ x + 1 $$")
        shown = place.properties("DESCRIBE FUNCTION add_one(INTEGER)")
        assert shown["signature"] == "(X NUMBER)"
        assert shown["language"] == "SQL"
        assert shown["body"].strip() == "x + 1"
        assert place.fails("DESCRIBE FUNCTION no_such_fn()")[0] == "002003"

    def test_a_user_has_every_property(self, place: Any, gone: list[str]) -> None:
        gone.append("USER DESC_USER")
        place.run("CREATE USER desc_user EMAIL = 'desc@example.com'")
        assert place.columns("DESCRIBE USER desc_user") == ["property", "value", "default", "description"]
        names = [row[0] for row in place.rows("DESCRIBE USER desc_user")]
        assert (len(names), names[0], names[1], names[38], names[43]) == (
            44, "NAME", "COMMENT", "MINS_TO_BYPASS_SESSION_POLICY", "LOCK_DETAILS",
        )  # fmt: skip
        shown = place.properties("DESCRIBE USER desc_user")
        assert (shown["NAME"], shown["EMAIL"]) == ("DESC_USER", "desc@example.com")
        assert (shown["FIRST_NAME"], shown["PASSWORD"], shown["DISABLED"]) == ("null", "null", "false")
        assert shown["DEFAULT_SECONDARY_ROLES"] == '["ALL"]'

    def test_a_file_format(self, place: Any) -> None:
        place.run("CREATE FILE FORMAT ff TYPE = CSV FIELD_DELIMITER = '|' SKIP_HEADER = 2")
        shown = {r["property"]: r for r in place.named("DESC FILE FORMAT ff")}
        assert len(shown) == 24
        delimiter = shown["FIELD_DELIMITER"]
        assert (delimiter["property_value"], delimiter["property_default"]) == ("|", ",")
        assert shown["SKIP_HEADER"]["property_value"] == "2"
        assert shown["MULTI_LINE"]["property_type"] == "Boolean"
        place.run("CREATE FILE FORMAT fj TYPE = JSON")
        shown = {r["property"]: r["property_value"] for r in place.named("DESC FILE FORMAT fj")}
        assert (len(shown), shown["NULL_IF"], shown["STRIP_OUTER_ARRAY"]) == (17, "[]", "false")

    def test_a_stage(self, place: Any) -> None:
        place.run("CREATE STAGE st FILE_FORMAT = (TYPE = CSV SKIP_HEADER = 1)")
        rows = place.named("DESC STAGE st")
        shown = {(r["parent_property"], r["property"]): r for r in rows}
        assert len(rows) == 34
        assert shown["STAGE_FILE_FORMAT", "TYPE"]["property_value"] == "CSV"
        header = shown["STAGE_FILE_FORMAT", "SKIP_HEADER"]
        assert (header["property_value"], header["property_default"], header["property_type"]) == (
            "1",
            "0",
            "Integer",
        )
        assert shown["STAGE_COPY_OPTIONS", "ON_ERROR"]["property_value"] == "ABORT_STATEMENT"
        assert shown["STAGE_LOCATION", "URL"]["property_value"] == ""
        assert shown["DIRECTORY", "ENABLE"]["property_value"] == "false"
