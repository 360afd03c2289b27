"""Databases, schemas, warehouses, and what all kinds of objects have in common."""

from __future__ import annotations

from typing import Any

import pytest


def current(place: Any) -> tuple[Any, ...]:
    """The session's database and schema."""
    [row] = place.rows("SELECT CURRENT_DATABASE(), CURRENT_SCHEMA()")
    return tuple(row)


class TestUse:
    def test_creating_a_database_goes_to_it(self, place: Any, gone: list[str]) -> None:
        gone.append("DATABASE USE_DB")
        assert place.value("CREATE DATABASE use_db") == "Database USE_DB successfully created."
        assert current(place) == ("USE_DB", "PUBLIC")
        assert place.value("CREATE SCHEMA s1") == "Schema S1 successfully created."
        assert current(place) == ("USE_DB", "S1")
        place.run("CREATE DATABASE IF NOT EXISTS ddl_tests")
        assert current(place) == ("USE_DB", "S1")

    def test_dropping_the_schema_one_is_in(self, place: Any) -> None:
        place.run("CREATE SCHEMA dropped", "DROP SCHEMA dropped")
        assert current(place) == ("DDL_TESTS", "PUBLIC")

    def test_what_the_account_itself_has_stays(self, place: Any) -> None:
        assert place.fails("DROP DATABASE snowflake")[0] == "003001"
        assert place.fails("CREATE SCHEMA information_schema")[0] == "002002"
        assert place.fails("CREATE OR REPLACE SCHEMA information_schema")[0] == "002002"
        assert (
            place.value("SELECT COUNT(*) FROM INFORMATION_SCHEMA.SCHEMATA WHERE SCHEMA_NAME = 'PUBLIC'") == 1
        )

    def test_a_schema_is_never_temporary(self, place: Any) -> None:
        code, _, message = place.fails("CREATE TEMPORARY SCHEMA s")
        assert (code, message) == ("000002", "Unsupported feature 'TEMPORARY SCHEMA'.")

    def test_use_in_its_forms(self, place: Any, gone: list[str]) -> None:
        gone.append("SCHEMA DDL_TESTS.SECOND")
        place.run("CREATE SCHEMA second", f"USE SCHEMA {place.schema}")
        assert place.value("USE SCHEMA second") == "Statement executed successfully."
        assert current(place) == ("DDL_TESTS", "SECOND")
        place.run(f"USE ddl_tests.{place.schema}")
        assert current(place) == ("DDL_TESTS", place.schema)
        place.run("USE ddl_tests")
        assert current(place) == ("DDL_TESTS", "PUBLIC")
        place.run("USE SCHEMA IDENTIFIER('ddl_tests.second')")
        assert current(place) == ("DDL_TESTS", "SECOND")

    def test_a_database_without_public_leaves_no_schema(self, place: Any, gone: list[str]) -> None:
        gone.append("DATABASE BARE_DB")
        place.run("CREATE DATABASE bare_db", "DROP SCHEMA public")
        assert current(place) == ("BARE_DB", None)
        assert place.fails("CREATE TABLE t (a INT)") == (
            "090106",
            "22000",
            "Cannot perform CREATE TABLE. This session does not have a current schema. Call 'USE SCHEMA', or use a "
            "qualified name.",
        )

    @pytest.mark.parametrize("what", ["DATABASE nosuch", "SCHEMA nosuch", "WAREHOUSE nosuch"])
    def test_what_is_not_there_cannot_be_used(self, place: Any, what: str) -> None:
        assert place.fails(f"USE {what}") == (
            "002043",
            "02000",
            "SQL compilation error:\nObject does not exist, or operation cannot be performed.",
        )

    def test_a_role_that_the_user_does_not_have(self, place: Any) -> None:
        assert place.fails("USE ROLE nosuch") == (
            "003013",
            "42501",
            "SQL access control error:\nRequested role 'NOSUCH' is not assigned to the executing user.  Specify another "
            "role to activate.",
        )

    def test_roles_and_warehouses(self, place: Any, gone: list[str]) -> None:
        gone += ["WAREHOUSE USED_WH", "ROLE USED_ROLE"]
        user = place.value("SELECT CURRENT_USER()")
        place.run(
            "CREATE WAREHOUSE used_wh", "CREATE ROLE used_role", f'GRANT ROLE used_role TO USER "{user}"'
        )
        place.run("USE WAREHOUSE used_wh", "USE ROLE used_role")
        assert place.rows("SELECT CURRENT_WAREHOUSE(), CURRENT_ROLE()") == [("USED_WH", "USED_ROLE")]
        place.run("USE ROLE ACCOUNTADMIN")
        assert place.value("USE SECONDARY ROLES NONE") == "Statement executed successfully."
        assert place.value("USE SECONDARY ROLES ALL") == "Statement executed successfully."


_KINDS = {
    "DATABASE": "",
    "SCHEMA": "",
    "TABLE": "(a INT)",
    "VIEW": "AS SELECT 1 AS a",
    "SEQUENCE": "",
    "STAGE": "",
    "FILE FORMAT": "TYPE = CSV",
    "TAG": "",
    "WAREHOUSE": "",
    "ROLE": "",
    "USER": "",
}
_SHOWN = {"STAGE": "Stage area", "FILE FORMAT": "File format"}


@pytest.mark.parametrize("kind", _KINDS)
class TestEveryKind:
    @pytest.fixture(autouse=True)
    def cleaned(self, kind: str, gone: list[str]) -> None:
        gone += [f"{kind} {n}" for n in ("FIRST_ONE", "OTHER_ONE", '"quoted one"') if kind in _ACCOUNT_KINDS]

    def test_create(self, place: Any, kind: str) -> None:
        shown = _SHOWN.get(kind, kind.capitalize())
        rest = _KINDS[kind]
        assert place.value(f"CREATE {kind} first_one {rest}") == f"{shown} FIRST_ONE successfully created."
        assert place.fails(f"CREATE {kind} first_one {rest}") == (
            "002002",
            "42710",
            f"SQL compilation error:\nObject '{'DDL_TESTS.' if kind == 'SCHEMA' else ''}FIRST_ONE' already exists.",
        )
        assert place.value(f"CREATE {kind} IF NOT EXISTS first_one {rest}") == (
            "FIRST_ONE already exists, statement succeeded."
        )
        assert (
            place.value(f"CREATE OR REPLACE {kind} first_one {rest}")
            == f"{shown} FIRST_ONE successfully created."
        )
        assert (
            place.value(f'CREATE {kind} "quoted one" {rest}') == f"{shown} quoted one successfully created."
        )

    def test_drop(self, place: Any, kind: str) -> None:
        place.run(f"CREATE {kind} first_one {_KINDS[kind]}")
        assert place.value(f"DROP {kind} first_one") == "FIRST_ONE successfully dropped."
        assert place.value(f"DROP {kind} IF EXISTS first_one") == (
            "Drop statement executed successfully (FIRST_ONE already dropped)."
        )
        assert place.fails(f"DROP {kind} first_one")[0] == "002003"

    def test_comment(self, place: Any, kind: str) -> None:
        place.run(f"CREATE {kind} first_one {_KINDS[kind]}")
        assert (
            place.value(f"COMMENT ON {kind} first_one IS 'it''s new'") == "Statement executed successfully."
        )
        assert shown_of(place, kind, "first_one")["comment"] == "it's new"
        if kind != "STAGE":
            place.run(f"ALTER {kind} first_one SET COMMENT = 'newer'")
            assert shown_of(place, kind, "first_one")["comment"] == "newer"
        assert (
            place.value(f"COMMENT IF EXISTS ON {kind} no_such_one IS 'x'")
            == "Statement executed successfully."
        )
        assert "does not exist or not authorized" in place.fails(f"COMMENT ON {kind} no_such_one IS 'x'")[2]

    def test_rename(self, place: Any, kind: str) -> None:
        place.run(f"CREATE {kind} first_one {_KINDS[kind]}")
        assert (
            place.value(f"ALTER {kind} first_one RENAME TO other_one") == "Statement executed successfully."
        )
        assert shown_of(place, kind, "other_one")["name"] == "OTHER_ONE"
        assert place.named(f"SHOW {kind}S LIKE 'first_one'") == []


_ACCOUNT_KINDS = ("DATABASE", "SCHEMA", "WAREHOUSE", "ROLE", "USER")


def shown_of(place: Any, kind: str, name: str) -> dict[str, Any]:
    """The row that SHOW gives for one object."""
    [row] = place.named(f"SHOW {kind}S LIKE '{name}'")
    return dict(row)


class TestDatabases:
    def test_drop_takes_all_that_is_inside(self, place: Any, gone: list[str]) -> None:
        gone.append("DATABASE FULL_DB")
        place.run("CREATE DATABASE full_db", "CREATE TABLE t (a INT)", "INSERT INTO t VALUES (1)")
        assert place.value("DROP DATABASE full_db") == "FULL_DB successfully dropped."
        place.run("CREATE DATABASE full_db")
        assert place.rows("SHOW TABLES IN DATABASE full_db") == []

    def test_replacing_a_schema_empties_it(self, place: Any) -> None:
        place.run("CREATE TABLE t (a INT)", f"CREATE OR REPLACE SCHEMA {place.schema}")
        assert place.rows("SHOW TABLES") == []

    def test_kinds_are_told(self, place: Any, gone: list[str]) -> None:
        gone.append("DATABASE SHORT_DB")
        place.run("CREATE TRANSIENT DATABASE short_db DATA_RETENTION_TIME_IN_DAYS = 0 COMMENT = 'c'")
        row = shown_of(place, "DATABASE", "short_db")
        assert (row["options"], row["retention_time"], row["comment"]) == ("TRANSIENT", "0", "c")
        assert shown_of(place, "DATABASE", "ddl_tests")["kind"] == "STANDARD"

    def test_public_and_information_schema_are_there(self, place: Any, gone: list[str]) -> None:
        gone.append("DATABASE NEW_DB")
        place.run("CREATE DATABASE new_db")
        assert [r["name"] for r in place.named("SHOW SCHEMAS")] == ["INFORMATION_SCHEMA", "PUBLIC"]


class TestClones:
    def test_a_table_and_its_clone_go_their_own_ways(self, place: Any) -> None:
        place.run(
            "CREATE TABLE original (id INT, name VARCHAR)", "INSERT INTO original VALUES (1, 'Original')"
        )
        assert place.value("CREATE TABLE copy CLONE original") == "Table COPY successfully created."
        place.run("INSERT INTO original VALUES (2, 'NewRow')", "UPDATE copy SET name = 'Copy'")
        assert place.rows("SELECT * FROM original ORDER BY id") == [(1, "Original"), (2, "NewRow")]
        assert place.rows("SELECT * FROM copy") == [(1, "Copy")]

    def test_a_database_with_all_in_it(self, place: Any, gone: list[str]) -> None:
        gone += ["DATABASE SOURCE_DB", "DATABASE CLONED_DB"]
        place.run(
            "CREATE DATABASE source_db",
            "CREATE TABLE users (id INT AUTOINCREMENT, name VARCHAR)",
            "INSERT INTO users (name) VALUES ('Alice'), ('Bob')",
            "CREATE VIEW user_view AS SELECT * FROM users",
            "CREATE SEQUENCE seq START 7",
            "CREATE FILE FORMAT csv_fmt TYPE = CSV",
            "CREATE SCHEMA depot",
            "CREATE STAGE jar_stage URL='s3://bucket/jars'",
            "CREATE DATABASE cloned_db CLONE source_db",
            "INSERT INTO source_db.public.users (name) VALUES ('Carol')",
        )
        assert place.rows("SELECT * FROM cloned_db.public.users ORDER BY id") == [(1, "Alice"), (2, "Bob")]
        assert place.value("SELECT cloned_db.public.seq.NEXTVAL") == 7
        assert [r["name"] for r in place.named("SHOW FILE FORMATS IN SCHEMA cloned_db.public")] == ["CSV_FMT"]
        [stage] = place.named("SHOW STAGES IN SCHEMA cloned_db.depot")
        assert stage["url"] == "s3://bucket/jars"

    def test_a_schema(self, place: Any, gone: list[str]) -> None:
        gone.append("SCHEMA DDL_TESTS.DST")
        place.run("CREATE TABLE kv (k VARCHAR, v INT)", "INSERT INTO kv VALUES ('a', 1)")
        place.run(f"CREATE SCHEMA dst CLONE {place.schema}", f"DELETE FROM {place.schema}.kv")
        assert place.rows("SELECT * FROM dst.kv") == [("a", 1)]

    @pytest.mark.parametrize("kind", ["TABLE", "DATABASE", "SCHEMA"])
    def test_of_nothing(self, place: Any, kind: str) -> None:
        code, _, message = place.fails(f"CREATE {kind} new_one CLONE no_such_one")
        assert code == "002003"
        assert "NO_SUCH_ONE' does not exist or not authorized." in message


class TestWarehouses:
    def test_properties(self, place: Any, gone: list[str]) -> None:
        gone.append("WAREHOUSE WH")
        place.run("CREATE WAREHOUSE wh WITH WAREHOUSE_SIZE = 'SMALL' AUTO_SUSPEND = 300 AUTO_RESUME = FALSE")
        row = shown_of(place, "WAREHOUSE", "wh")
        assert (row["size"], row["auto_suspend"], row["auto_resume"]) == ("Small", 300, "false")
        place.run("ALTER WAREHOUSE wh SET WAREHOUSE_SIZE = '2X-LARGE' MAX_CLUSTER_COUNT = 3")
        row = shown_of(place, "WAREHOUSE", "wh")
        assert (row["size"], row["max_cluster_count"]) == ("2X-Large", 3)

    def test_suspending_and_resuming(self, place: Any, gone: list[str]) -> None:
        gone.append("WAREHOUSE WH")
        place.run("CREATE WAREHOUSE wh", "ALTER WAREHOUSE wh SUSPEND")
        assert shown_of(place, "WAREHOUSE", "wh")["state"] == "SUSPENDED"
        place.run("ALTER WAREHOUSE wh RESUME IF SUSPENDED")
        assert shown_of(place, "WAREHOUSE", "wh")["state"] == "STARTED"

    def test_parameters(self, place: Any, gone: list[str]) -> None:
        gone.append("WAREHOUSE WH")
        place.run("CREATE WAREHOUSE wh MAX_CONCURRENCY_LEVEL = 4 STATEMENT_TIMEOUT_IN_SECONDS = 300")
        shown = {r["key"]: r for r in place.named("SHOW PARAMETERS IN WAREHOUSE wh")}
        level = shown["MAX_CONCURRENCY_LEVEL"]
        assert (level["value"], level["default"], level["level"]) == ("4", "8", "WAREHOUSE")
        timeout = shown["STATEMENT_TIMEOUT_IN_SECONDS"]
        assert (timeout["value"], timeout["default"]) == ("300", "172800")
        queued = shown["STATEMENT_QUEUED_TIMEOUT_IN_SECONDS"]
        assert (queued["value"], queued["level"]) == ("0", "")


class TestTags:
    def test_a_tag_on_a_table_and_on_a_column(self, place: Any) -> None:
        place.run("CREATE TAG cost ALLOWED_VALUES 'a', 'b'", "CREATE TABLE t (a INT)")
        assert place.value("ALTER TABLE t SET TAG cost = 'a'") == "Statement executed successfully."
        place.run("ALTER TABLE t MODIFY COLUMN a SET TAG cost = 'b'", "ALTER TABLE t UNSET TAG cost")
        assert shown_of(place, "TAG", "cost")["allowed_values"] == '["a","b"]'

    def test_a_value_that_is_not_allowed(self, place: Any) -> None:
        place.run("CREATE TAG cost ALLOWED_VALUES 'a', 'b'", "CREATE TABLE t (a INT)")
        assert "'z'" in place.fails("ALTER TABLE t SET TAG cost = 'z'")[2]

    def test_a_tag_that_is_not_there(self, place: Any) -> None:
        place.run("CREATE TABLE t (a INT)")
        assert place.fails("ALTER TABLE t SET TAG nosuch = 'z'")[0] == "002003"


class TestIdentifiers:
    def test_names_given_as_values(self, place: Any) -> None:
        place.run("CREATE TABLE IDENTIFIER('ct_ident') (id INT)", "SET n = 'ct_ident'")
        assert [r["name"] for r in place.named("SHOW TABLES")] == ["CT_IDENT"]
        place.run("ALTER TABLE IDENTIFIER($n) ADD COLUMN x INT", "DROP TABLE IDENTIFIER($n)")
        assert place.rows("SHOW TABLES") == []

    def test_a_bound_name(self, place: Any) -> None:
        cursor = place.connection.cursor()
        cursor._connection._paramstyle, saved = "qmark", cursor._connection._paramstyle
        try:
            cursor.execute("CREATE TABLE IDENTIFIER(?) (id INT)", ("bound_t",))
        finally:
            cursor._connection._paramstyle = saved
        assert [r["name"] for r in place.named("SHOW TABLES")] == ["BOUND_T"]

    def test_the_word_identifier_is_a_name_too(self, place: Any) -> None:
        place.run("CREATE TABLE identifier (identifier INT)", "INSERT INTO identifier VALUES (3)")
        assert place.value("SELECT identifier FROM identifier") == 3

    def test_case_is_kept_in_quotes_only(self, place: Any) -> None:
        place.run('CREATE TABLE "lower" (a INT)', 'CREATE TABLE LOWER (a INT, "b c" INT)')
        assert [r["name"] for r in place.named("SHOW TABLES")] == ["LOWER", "lower"]
        assert [r["name"] for r in place.named("DESC TABLE lower")] == ["A", "b c"]


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("CREATE OR ALTER TABLE t (a INT)", "CREATE OR ALTER"),
        ("UNDROP TABLE t", "UNDROP"),
        ("CREATE TABLE t CLONE u AT (OFFSET => -60)", "CLONE"),
        ("CREATE PIPE p AS COPY INTO t FROM @s", "PIPE"),
        ("CREATE MASKING POLICY p AS (v VARCHAR) RETURNS VARCHAR -> v", "MASKING POLIC"),
        ("CREATE EXTERNAL TABLE t LOCATION = @s", "EXTERNAL TABLE"),
    ],
)
def test_what_is_not_there_yet_is_refused_by_name(place: Any, sql: str, named: str) -> None:
    code, _, message = place.fails(sql)
    assert code == "000002"
    assert message.startswith("Unsupported feature:")
    assert named in message.upper()
