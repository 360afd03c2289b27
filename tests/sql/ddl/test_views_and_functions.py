"""Views, functions in SQL, and sequences."""

from __future__ import annotations

from typing import Any

import pytest


class TestViews:
    def test_columns_by_a_list(self, place: Any) -> None:
        place.run("CREATE TABLE numbers (a INT, b INT)", "INSERT INTO numbers VALUES (10, 5), (20, 8)")
        place.run("CREATE VIEW calc (sum_col, diff_col) AS SELECT a + b, a - b FROM numbers")
        assert place.rows("SELECT sum_col, diff_col FROM calc ORDER BY 1") == [(15, 5), (28, 12)]
        place.run("CREATE OR REPLACE VIEW calc (x, y) AS SELECT * FROM numbers")
        assert place.columns("SELECT * FROM calc") == ["X", "Y"]

    def test_the_list_must_fit(self, place: Any) -> None:
        place.run("CREATE TABLE items (a INT, b INT, c INT)")
        assert place.fails("CREATE VIEW bad (col1, col2) AS SELECT a, b, c FROM items") == (
            "002026",
            "42601",
            "SQL compilation error:\nInvalid column definition list",
        )

    def test_expressions_need_a_name(self, place: Any) -> None:
        place.run("CREATE TABLE t (a INT)")
        assert place.fails("CREATE VIEW v AS SELECT a + 1 FROM t")[2] == (
            "SQL compilation error:\nMissing column specification"
        )

    def test_the_query_must_compile(self, place: Any) -> None:
        assert place.fails("CREATE VIEW v AS SELECT * FROM nosuch")[:2] == ("002003", "42S02")
        assert place.rows("SHOW VIEWS") == []

    def test_names_are_those_of_the_views_own_schema(self, place: Any, gone: list[str]) -> None:
        gone.append("SCHEMA DDL_TESTS.ELSEWHERE")
        place.run(
            "CREATE TABLE t AS SELECT 1 AS a", "CREATE VIEW v AS SELECT a FROM t", "CREATE SCHEMA elsewhere"
        )
        assert place.rows(f"SELECT * FROM {place.schema}.v") == [(1,)]

    def test_a_view_over_a_view(self, place: Any) -> None:
        place.run("CREATE VIEW one AS SELECT 1 AS a", "CREATE VIEW two AS SELECT a + 1 AS b FROM one")
        assert place.rows("SELECT * FROM two") == [(2,)]

    def test_a_table_without_the_columns_breaks_the_view(self, place: Any) -> None:
        place.run(
            "CREATE TABLE t (a INT, b INT)",
            "CREATE VIEW v AS SELECT a, b FROM t",
            "ALTER TABLE t DROP COLUMN b",
        )
        assert place.fails("SELECT * FROM v")[0] in ("000904", "002037")

    def test_a_temporary_view_is_the_sessions_own(self, place: Any) -> None:
        place.run("CREATE TEMPORARY VIEW tv AS SELECT 1 AS a")
        assert place.rows("SELECT * FROM tv") == [(1,)]
        with place.connection.cursor() as cursor:
            cursor.execute("DROP VIEW tv")
        assert place.fails("SELECT * FROM tv")[0] == "002003"

    @pytest.mark.parametrize(
        "sql",
        [
            "CREATE OR REPLACE SECURE VIEW v COPY GRANTS COMMENT = 'c' AS SELECT 1 AS a",
            "CREATE RECURSIVE VIEW v (n) AS SELECT 1 AS a",
            "CREATE VIEW IF NOT EXISTS v (a COMMENT 'first') AS (SELECT 1)",
            "CREATE VIEW v AS WITH c AS (SELECT 1 AS a) SELECT a FROM c",
            "CREATE VIEW v AS SELECT a FROM VALUES (1) AS t (a) -- at the end",
        ],
    )
    def test_forms(self, place: Any, sql: str) -> None:
        assert place.value(sql) == "View V successfully created."
        assert place.rows("SELECT * FROM v") == [(1,)]

    @pytest.mark.parametrize("query", ["{}", "({})"])
    def test_a_recursive_view_reads_itself(self, place: Any, query: str) -> None:
        rows = query.format("SELECT 1 UNION ALL SELECT n + 1 FROM v WHERE n < 3")
        place.run(f"CREATE RECURSIVE VIEW v (n) AS {rows}", "ALTER VIEW v RENAME TO w")
        assert place.rows("SELECT n FROM w ORDER BY n") == [(1,), (2,), (3,)]
        bad = "CREATE RECURSIVE VIEW x (n) AS SELECT 1 UNION ALL SELECT nosuch FROM x"
        assert "line 1 at position 57" in place.fails(bad)[2]

    def test_alter(self, place: Any) -> None:
        place.run(
            "CREATE VIEW v AS SELECT 1 AS a",
            "ALTER VIEW v SET SECURE",
            "ALTER VIEW v ALTER COLUMN a COMMENT 'x'",
        )
        assert place.named("SHOW VIEWS")[0]["is_secure"] == "true"
        assert place.named("DESC VIEW v")[0]["comment"] == "x"
        place.run("ALTER VIEW v UNSET SECURE", "ALTER VIEW v RENAME TO w")
        assert place.named("SHOW VIEWS LIKE 'w'")[0]["is_secure"] == "false"

    def test_no_bound_values(self, place: Any) -> None:
        cursor = place.connection.cursor()
        cursor._connection._paramstyle, saved = "qmark", cursor._connection._paramstyle
        try:
            with pytest.raises(Exception, match="Bind variables not allowed in view and UDF definitions"):
                cursor.execute("CREATE VIEW v AS SELECT ? AS a", (1,))
        finally:
            cursor._connection._paramstyle = saved


class TestFunctions:
    @pytest.mark.parametrize("body", ["'x + 1'", "$$ x + 1 $$", "$$SELECT x + 1$$", "'SELECT x + 1'"])
    def test_scalar(self, place: Any, body: str) -> None:
        assert place.value(f"CREATE FUNCTION add_one(x INT) RETURNS INT AS {body}") == (
            "Function ADD_ONE successfully created."
        )
        assert place.rows("SELECT add_one(5), add_one(NULL)") == [(6, None)]

    def test_tables(self, place: Any) -> None:
        place.run(
            "CREATE TABLE orders (id INT, who VARCHAR)",
            "INSERT INTO orders VALUES (1, 'a'), (2, 'b'), (3, 'a')",
        )
        place.run(
            "CREATE FUNCTION orders_of(name VARCHAR) RETURNS TABLE (order_id INT) "
            "AS $$ SELECT id FROM orders WHERE who = name $$"
        )
        assert place.rows("SELECT order_id FROM TABLE(orders_of('a')) ORDER BY 1") == [(1,), (3,)]

    def test_overloads_differ_by_types(self, place: Any) -> None:
        place.run("CREATE FUNCTION f(x INT) RETURNS VARCHAR AS '''number'''")
        place.run("CREATE FUNCTION f(x VARCHAR) RETURNS VARCHAR AS '''text'''")
        assert place.rows("SELECT f(1), f('a')") == [("number", "text")]
        assert place.fails("CREATE FUNCTION f(y NUMBER) RETURNS INT AS '1'")[0] == "002002"

    def test_drop_takes_the_types_of_the_arguments(self, place: Any) -> None:
        place.run("CREATE FUNCTION f(x INT, y INT) RETURNS INT AS 'x * y'")
        assert place.fails("DROP FUNCTION f")[0] == "001003"
        for wrong in ("(INT)", "(VARCHAR, VARCHAR)"):
            assert place.fails(f"DROP FUNCTION f{wrong}") == (
                "002003",
                "02000",
                f"SQL compilation error:\nFunction 'DDL_TESTS.{place.schema}.F' does not exist or not authorized.",
            )
        assert place.value("DROP FUNCTION f(INTEGER, NUMBER)") == "F successfully dropped."
        assert place.value("DROP FUNCTION IF EXISTS f(INT, INT)") == (
            "Drop statement executed successfully (F already dropped)."
        )

    def test_listing(self, place: Any) -> None:
        place.run("CREATE FUNCTION plain(x INT) RETURNS INT AS 'x + 1'")
        place.run(
            "CREATE SECURE FUNCTION told(x INT, y VARCHAR) RETURNS INT COMMENT = 'my comment' AS 'x + 2'"
        )
        plain, told = place.named("SHOW USER FUNCTIONS")
        assert (plain["name"], plain["is_builtin"], plain["description"]) == (
            "PLAIN",
            "N",
            "user-defined function",
        )
        assert plain["arguments"] == "PLAIN(NUMBER) RETURN NUMBER"
        assert (told["description"], told["is_secure"]) == ("my comment", "Y")
        assert (told["min_num_arguments"], told["max_num_arguments"]) == (2, 2)
        names = {row["name"] for row in place.named("SHOW FUNCTIONS")}
        assert {"PLAIN", "UPPER", "ABS", "SUM", "ROW_NUMBER"} <= names

    def test_comment_by_signature(self, place: Any) -> None:
        place.run("CREATE FUNCTION f(x VARCHAR, y DECIMAL) RETURNS VARCHAR AS 'x'")
        place.run("COMMENT ON FUNCTION f(VARCHAR, DECIMAL) IS 'said'")
        assert place.named("SHOW USER FUNCTIONS")[0]["description"] == "said"
        assert place.fails("COMMENT ON FUNCTION f(VARCHAR) IS 'no'")[2] == (
            f"SQL compilation error:\nFunction 'DDL_TESTS.{place.schema}.F' does not exist or not authorized."
        )

    @pytest.mark.parametrize("language", ["JAVASCRIPT", "JAVA", "SCALA"])
    def test_other_languages_are_refused_by_name(self, place: Any, language: str) -> None:
        code, _, message = place.fails(
            f"CREATE FUNCTION f(x INT) RETURNS INT LANGUAGE {language} AS 'return 1;'"
        )
        assert code == "000002"
        assert language in message.upper()

    def test_a_body_must_compile(self, place: Any) -> None:
        assert place.fails("CREATE FUNCTION f(x INT) RETURNS INT AS 'nosuch + 1'")[0] == "000904"
        assert (
            place.fails("CREATE FUNCTION f() RETURNS TABLE (a INT) AS 'SELECT * FROM nosuch'")[0] == "002003"
        )

    @pytest.mark.parametrize(
        ("returns", "body", "found"),
        [
            ("DATE", "CURRENT_TIMESTAMP", "TIMESTAMP_LTZ(9)"),
            ("TIMESTAMP_NTZ(9)", "CURRENT_TIMESTAMP", "TIMESTAMP_LTZ(9)"),
            ("NUMBER(38,0)", "'abc'", "VARCHAR(3)"),
            ("BOOLEAN", "1", "NUMBER(1,0)"),
            ("VARIANT", "42", "NUMBER(2,0)"),
            ("VARIANT", "ARRAY_CONSTRUCT(1)", "ARRAY"),
            ("OBJECT", "PARSE_JSON('{}')", "VARIANT"),
            ("FLOAT", "1.5", "NUMBER(2,1)"),
            ("NUMBER(38,0)", "1.5::FLOAT", "FLOAT"),
            ("DATE", "SELECT CURRENT_TIMESTAMP", "TIMESTAMP_LTZ(9)"),
        ],
    )
    def test_a_body_of_another_kind_than_declared(
        self, place: Any, returns: str, body: str, found: str
    ) -> None:
        assert place.fails(f"CREATE FUNCTION f() RETURNS {returns} AS $${body}$$") == (
            "090207",
            "42601",
            f"Declared return type '{returns}' is incompatible with actual return type '{found}'",
        )

    @pytest.mark.parametrize(
        ("returns", "body"),
        [("INTEGER", "1.5"), ("NUMBER(3,0)", "12345"), ("VARCHAR(5)", "'abcdefgh'"), ("NUMBER", "NULL")],
    )
    def test_lengths_and_digits_do_not_matter(self, place: Any, returns: str, body: str) -> None:
        place.run(f"CREATE FUNCTION f() RETURNS {returns} AS $${body}$$")


class TestSequences:
    def test_numbers(self, place: Any) -> None:
        assert place.value("CREATE SEQUENCE s START = 10 INCREMENT = 5 COMMENT = 'c'") == (
            "Sequence S successfully created."
        )
        assert [place.value("SELECT s.NEXTVAL") for _ in range(3)] == [10, 15, 20]
        place.run("ALTER SEQUENCE s SET INCREMENT BY 1")
        shown = place.rows("SHOW SEQUENCES LIKE 'S'")[0][3]
        assert shown in (21, 25)
        assert place.value("SELECT s.NEXTVAL") == shown

    def test_another_increment_before_the_first_number(self, place: Any) -> None:
        place.run("CREATE SEQUENCE s START = 10 INCREMENT = 5 ORDER", "ALTER SEQUENCE s SET INCREMENT BY 2")
        assert [place.value("SELECT s.NEXTVAL") for _ in range(2)] == [10, 12]

    @pytest.mark.parametrize(
        "sql",
        [
            "CREATE SEQUENCE s WITH START WITH 1 INCREMENT BY 2 ORDER",
            "CREATE SEQUENCE s START 1 INCREMENT 2 ORDER",
        ],
    )
    def test_forms(self, place: Any, sql: str) -> None:
        place.run(sql)
        assert place.named("SHOW SEQUENCES")[0]["ordered"] == "Y"

    def test_an_increment_of_nothing(self, place: Any) -> None:
        assert place.fails("CREATE SEQUENCE s INCREMENT 0")[0] == "001422"
