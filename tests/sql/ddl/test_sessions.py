"""Parameters, variables, transactions and EXECUTE IMMEDIATE."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def own_parameters(place: Any) -> Any:
    """What a test sets is unset after it."""
    yield
    place.run(
        "ROLLBACK", "ALTER SESSION UNSET QUERY_TAG, TIMEZONE, AUTOCOMMIT, WEEK_START, ROWS_PER_RESULTSET"
    )


def parameter(place: Any, name: str, scope: str = "") -> dict[str, Any]:
    """The row of SHOW PARAMETERS for one parameter."""
    [row] = place.named(f"SHOW PARAMETERS LIKE '{name}' {scope}")
    return dict(row)


class TestParameters:
    def test_set_shown_and_unset(self, place: Any) -> None:
        assert place.value("ALTER SESSION SET QUERY_TAG = 'lesson', WEEK_START = 1") == (
            "Statement executed successfully."
        )
        tag = parameter(place, "query_tag")
        assert (tag["key"], tag["value"], tag["default"]) == ("QUERY_TAG", "lesson", "")
        assert (tag["level"], tag["type"]) == ("SESSION", "STRING")
        week = parameter(place, "WEEK_START")
        assert (week["value"], week["default"], week["type"]) == ("1", "0", "NUMBER")
        place.run("ALTER SESSION UNSET QUERY_TAG, WEEK_START")
        tag = parameter(place, "query_tag")
        assert (tag["value"], tag["level"]) == ("", "")

    @pytest.mark.parametrize(
        ("name", "value", "type_"),
        [
            ("AUTOCOMMIT", "true", "BOOLEAN"),
            ("BINARY_OUTPUT_FORMAT", "HEX", "STRING"),
            ("CLIENT_SESSION_KEEP_ALIVE", "false", "BOOLEAN"),
            ("DATE_OUTPUT_FORMAT", "YYYY-MM-DD", "STRING"),
            ("ERROR_ON_NONDETERMINISTIC_MERGE", "true", "BOOLEAN"),
            ("JSON_INDENT", "2", "NUMBER"),
            ("LOCK_TIMEOUT", "43200", "NUMBER"),
            ("MULTI_STATEMENT_COUNT", "1", "NUMBER"),
            ("ROWS_PER_RESULTSET", "0", "NUMBER"),
            ("STATEMENT_TIMEOUT_IN_SECONDS", "172800", "NUMBER"),
            ("TIMESTAMP_TYPE_MAPPING", "TIMESTAMP_NTZ", "STRING"),
            ("TIMEZONE", "America/Los_Angeles", "STRING"),
            ("TWO_DIGIT_CENTURY_START", "1970", "NUMBER"),
            ("USE_CACHED_RESULT", "true", "BOOLEAN"),
        ],
    )
    def test_defaults(self, place: Any, name: str, value: str, type_: str) -> None:
        row = parameter(place, name)
        assert (row["default"], row["type"]) == (value, type_)
        assert row["description"] != ""

    @pytest.mark.parametrize(
        ("sql", "code", "message"),
        [
            ("SET NO_SUCH_PARAMETER = 1", "001006", "invalid parameter 'NO_SUCH_PARAMETER'"),
            ("SET WEEK_START = 9", "001008", "invalid value [9] for parameter 'WEEK_START'"),
            ("UNSET NO_SUCH_PARAMETER", "001006", "invalid parameter 'NO_SUCH_PARAMETER'"),
        ],
    )
    def test_what_is_not_a_parameter_or_a_value(self, place: Any, sql: str, code: str, message: str) -> None:
        found, _, text = place.fails(f"ALTER SESSION {sql}")
        assert (found, text) == (code, f"SQL compilation error:\n{message}")

    def test_the_time_zone_counts(self, place: Any) -> None:
        place.run("ALTER SESSION SET TIMEZONE = 'Asia/Tokyo'")
        assert place.value(
            "SELECT TO_VARCHAR('2024-01-01 00:00:00 +0000'::TIMESTAMP_LTZ, 'HH24 TZHTZM')"
        ) == ("09 +0900")

    def test_rows_per_resultset_cuts_results(self, place: Any) -> None:
        place.run("ALTER SESSION SET ROWS_PER_RESULTSET = 2")
        assert len(place.rows("SELECT * FROM VALUES (1), (2), (3)")) == 2

    def test_of_a_table_and_of_the_account(self, place: Any) -> None:
        place.run("CREATE TABLE t (a INT) DATA_RETENTION_TIME_IN_DAYS = 5")
        row = parameter(place, "DATA_RETENTION_TIME_IN_DAYS", "IN TABLE t")
        assert (row["value"], row["default"], row["level"]) == ("5", "1", "TABLE")
        assert parameter(place, "TIMEZONE", "IN ACCOUNT")["value"] == "America/Los_Angeles"


class TestVariables:
    def test_set_used_and_unset(self, place: Any) -> None:
        assert place.value("SET v1 = 10") == "Statement executed successfully."
        place.run("SET (v2, v3) = ('ten', $v1 * 2)")
        assert place.rows("SELECT $v1, $v2, $v3, $V1 + 1") == [(10, "ten", 20, 11)]
        place.run("UNSET (v1, v2)")
        assert "V1" in place.fails("SELECT $v1")[2]

    def test_a_query_as_value(self, place: Any) -> None:
        place.run(
            "CREATE TABLE t (a INT)", "INSERT INTO t VALUES (1), (5)", "SET top = (SELECT MAX(a) FROM t)"
        )
        assert place.rows("SELECT a FROM t WHERE a < $top") == [(1,)]

    def test_show(self, place: Any) -> None:
        place.run("SET shown_one = 'abc'")
        assert place.columns("SHOW VARIABLES") == [
            "session_id", "created_on", "updated_on", "name", "value", "type", "comment",
        ]  # fmt: skip
        [row] = place.named("SHOW VARIABLES LIKE 'shown%'")
        assert (row["name"], row["value"], row["type"]) == ("SHOWN_ONE", "abc", "text")

    def test_a_name_by_a_variable(self, place: Any) -> None:
        place.run("CREATE TABLE named (a INT)", "INSERT INTO named VALUES (7)", "SET tab = 'named'")
        assert place.value("SELECT a FROM IDENTIFIER($tab)") == 7
        place.run("DROP TABLE IDENTIFIER($tab)")


class TestTransactions:
    @pytest.mark.parametrize(
        "begin", ["BEGIN", "BEGIN TRANSACTION", "BEGIN WORK", "START TRANSACTION", "BEGIN NAME t1"]
    )
    def test_what_is_rolled_back_is_gone(self, place: Any, begin: str) -> None:
        place.run("CREATE TABLE t (a INT)", begin, "INSERT INTO t VALUES (1)")
        assert place.rows("SELECT * FROM t") == [(1,)]
        assert place.value("ROLLBACK") == "Statement executed successfully."
        assert place.rows("SELECT * FROM t") == []

    def test_what_is_committed_stays(self, place: Any) -> None:
        place.run("CREATE TABLE t (a INT)", "BEGIN", "INSERT INTO t VALUES (1)", "COMMIT WORK", "ROLLBACK")
        assert place.rows("SELECT * FROM t") == [(1,)]

    def test_ddl_commits_first(self, place: Any) -> None:
        place.run(
            "CREATE TABLE t (a INT)",
            "BEGIN",
            "INSERT INTO t VALUES (1)",
            "CREATE TABLE u (a INT)",
            "ROLLBACK",
        )
        assert place.rows("SELECT * FROM t") == [(1,)]

    def test_without_autocommit(self, place: Any) -> None:
        place.run(
            "CREATE TABLE t (a INT)", "ALTER SESSION SET AUTOCOMMIT = FALSE", "INSERT INTO t VALUES (1)"
        )
        place.run("ROLLBACK")
        assert place.rows("SELECT * FROM t") == []
        place.run("INSERT INTO t VALUES (2)", "COMMIT", "ROLLBACK")
        assert place.rows("SELECT * FROM t") == [(2,)]

    @pytest.mark.parametrize("setting", ["SET AUTOCOMMIT = TRUE", "UNSET AUTOCOMMIT"])
    def test_a_word_about_autocommit_commits(self, place: Any, setting: str) -> None:
        place.run("CREATE TABLE t (a INT)", "BEGIN", "INSERT INTO t VALUES (1)", f"ALTER SESSION {setting}")
        place.run("ROLLBACK")
        assert place.rows("SELECT * FROM t") == [(1,)]

    def test_the_transaction_has_a_number_while_it_is_open(self, place: Any) -> None:
        assert place.value("SELECT CURRENT_TRANSACTION()") is None
        place.run("BEGIN")
        assert int(place.value("SELECT CURRENT_TRANSACTION()")) > 1_600_000_000_000


class TestExecuteImmediate:
    def test_a_text_a_variable_and_dollars(self, place: Any) -> None:
        assert place.value("EXECUTE IMMEDIATE 'SELECT 1 + 1'") == 2
        place.run("SET stmt = 'CREATE TABLE t (a INT)'")
        assert place.value("EXECUTE IMMEDIATE $stmt") == "Table T successfully created."
        assert place.value("EXECUTE IMMEDIATE $$ DROP TABLE t $$") == "T successfully dropped."

    def test_errors_are_those_of_the_statement(self, place: Any) -> None:
        assert place.fails("EXECUTE IMMEDIATE 'DROP TABLE nosuch'")[0] == "002003"
