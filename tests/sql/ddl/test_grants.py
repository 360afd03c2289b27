"""Users, roles and privileges: recorded and shown; whoever has ACCOUNTADMIN may do all."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def people(place: Any, gone: list[str]) -> Any:
    """A place with a role and a user."""
    gone += ["ROLE ANALYST", "ROLE LEADER", "USER PERSON"]
    place.run("CREATE ROLE analyst", "CREATE ROLE leader", "CREATE USER person")
    return place


class TestGrants:
    def test_a_privilege_on_a_table(self, people: Any) -> None:
        people.run("CREATE TABLE t (a INT)")
        assert (
            people.value("GRANT SELECT, INSERT ON TABLE t TO ROLE analyst")
            == "Statement executed successfully."
        )
        assert people.columns("SHOW GRANTS ON TABLE t") == [
            "created_on", "privilege", "granted_on", "name", "granted_to", "grantee_name", "grant_option",
            "granted_by", "granted_by_role_type",
        ]  # fmt: skip
        shown = people.named("SHOW GRANTS ON TABLE t")
        assert {(r["privilege"], r["grantee_name"], r["granted_on"]) for r in shown} == {
            ("OWNERSHIP", "ACCOUNTADMIN", "TABLE"),
            ("SELECT", "ANALYST", "TABLE"),
            ("INSERT", "ANALYST", "TABLE"),
        }
        assert {r["name"] for r in shown} == {f"DDL_TESTS.{people.schema}.T"}

    def test_to_a_role(self, people: Any) -> None:
        people.run("CREATE TABLE t (a INT)", "GRANT SELECT ON TABLE t TO ROLE analyst WITH GRANT OPTION")
        assert people.columns("SHOW GRANTS TO ROLE analyst") == [
            "created_on", "privilege", "granted_on", "name", "granted_to", "grantee_name", "grant_option",
            "granted_by",
        ]  # fmt: skip
        [row] = people.named("SHOW GRANTS TO ROLE analyst")
        assert (row["privilege"], row["grant_option"], row["granted_by"]) == (
            "SELECT",
            "true",
            "ACCOUNTADMIN",
        )

    def test_revoke(self, people: Any) -> None:
        people.run("CREATE TABLE t (a INT)", "GRANT ALL PRIVILEGES ON TABLE t TO ROLE analyst")
        assert {r["privilege"] for r in people.named("SHOW GRANTS TO ROLE analyst")} >= {
            "SELECT",
            "INSERT",
            "DELETE",
        }
        people.run("REVOKE SELECT ON TABLE t FROM ROLE analyst")
        assert "SELECT" not in {r["privilege"] for r in people.named("SHOW GRANTS TO ROLE analyst")}
        people.run("REVOKE ALL ON TABLE t FROM ROLE analyst")
        assert people.rows("SHOW GRANTS TO ROLE analyst") == []

    @pytest.mark.parametrize(
        "sql",
        [
            "GRANT USAGE ON DATABASE ddl_tests TO ROLE analyst",
            "GRANT USAGE ON WAREHOUSE compute_wh TO ROLE analyst",
            "GRANT SELECT ON ALL TABLES IN SCHEMA ddl_tests.public TO ROLE analyst",
            "GRANT SELECT ON FUTURE TABLES IN DATABASE ddl_tests TO ROLE analyst",
            "GRANT CREATE DATABASE ON ACCOUNT TO ROLE analyst",
            "GRANT CREATE TABLE, CREATE VIEW ON SCHEMA ddl_tests.public TO ROLE analyst",
        ],
    )
    def test_forms(self, people: Any, sql: str) -> None:
        assert people.value(sql).startswith("Statement executed successfully.")

    def test_a_role_to_a_user_and_to_a_role(self, people: Any) -> None:
        people.run("GRANT ROLE analyst TO USER person", "GRANT ROLE analyst TO ROLE leader")
        assert people.columns("SHOW GRANTS OF ROLE analyst") == [
            "created_on", "role", "granted_to", "grantee_name", "granted_by",
        ]  # fmt: skip
        shown = people.named("SHOW GRANTS OF ROLE analyst")
        assert {(r["role"], r["granted_to"], r["grantee_name"]) for r in shown} == {
            ("ANALYST", "USER", "PERSON"),
            ("ANALYST", "ROLE", "LEADER"),
        }
        [row] = people.named("SHOW ROLES LIKE 'analyst'")
        assert (row["assigned_to_users"], row["granted_to_roles"]) == (1, 1)
        people.run("REVOKE ROLE analyst FROM USER person")
        assert len(people.rows("SHOW GRANTS OF ROLE analyst")) == 1

    def test_roles_make_no_cycle(self, people: Any, gone: list[str]) -> None:
        gone += ["ROLE LOWER_ROLE", "ROLE UPPER_ROLE"]
        people.run(
            "CREATE ROLE lower_role", "CREATE ROLE upper_role", "GRANT ROLE lower_role TO ROLE upper_role"
        )
        for low, high in (("lower_role", "lower_role"), ("upper_role", "lower_role")):
            assert people.fails(f"GRANT ROLE {low} TO ROLE {high}")[0] == "091400"
        people.run("GRANT ROLE upper_role TO ROLE accountadmin")
        assert "LOWER_ROLE" in people.value("SELECT CURRENT_AVAILABLE_ROLES()")

    def test_a_word_that_is_no_privilege(self, people: Any) -> None:
        people.run("CREATE TABLE t (a INT)")
        message = people.fails("GRANT SELECT, ANYTHING ON TABLE t TO ROLE analyst")[2]
        assert message == "SQL compilation error:\nsyntax error line 1 at position 14 unexpected 'ANYTHING'."

    def test_ownership(self, people: Any) -> None:
        people.run("CREATE TABLE t (a INT)", "GRANT OWNERSHIP ON TABLE t TO ROLE analyst")
        assert people.named("SHOW TABLES")[0]["owner"] == "ANALYST"

    def test_grants_follow_names_and_go_with_objects(self, people: Any) -> None:
        people.run(
            "CREATE TABLE t (a INT)", "GRANT SELECT ON TABLE t TO ROLE analyst", "ALTER TABLE t RENAME TO u"
        )
        [row] = people.named("SHOW GRANTS TO ROLE analyst")
        assert row["name"] == f"DDL_TESTS.{people.schema}.U"
        people.run("ALTER ROLE analyst RENAME TO leader2", "ALTER ROLE leader2 RENAME TO analyst")
        assert len(people.rows("SHOW GRANTS TO ROLE analyst")) == 1
        people.run("CREATE OR REPLACE TABLE u COPY GRANTS AS SELECT 1 AS a")
        assert len(people.rows("SHOW GRANTS TO ROLE analyst")) == 1
        people.run("CREATE OR REPLACE TABLE u (a INT)")
        assert people.rows("SHOW GRANTS TO ROLE analyst") == []

    def test_what_a_dropped_role_owned_goes_to_the_current_one(self, people: Any) -> None:
        people.run(
            "CREATE TABLE t (a INT)", "GRANT OWNERSHIP ON TABLE t TO ROLE analyst", "DROP ROLE analyst"
        )
        assert people.named("SHOW TABLES")[0]["owner"] == "ACCOUNTADMIN"

    def test_roles_own_what_they_create(self, people: Any) -> None:
        user = people.value("SELECT CURRENT_USER()")
        people.run(f'GRANT ROLE leader TO USER "{user}"', "USE ROLE leader", "CREATE TABLE led (a INT)")
        assert people.named("SHOW TABLES LIKE 'led'")[0]["owner"] == "LEADER"
        people.run("USE ROLE ACCOUNTADMIN")

    @pytest.mark.parametrize(
        ("sql", "message"),
        [
            ("GRANT ROLE nosuch TO USER person", "Role 'NOSUCH' does not exist or not authorized."),
            ("GRANT ROLE analyst TO USER nosuch", "User 'NOSUCH' does not exist or not authorized."),
            ("SHOW GRANTS TO ROLE nosuch", "Role 'NOSUCH' does not exist or not authorized."),
        ],
    )
    def test_who_is_not_there(self, people: Any, sql: str, message: str) -> None:
        assert people.fails(sql) == ("002003", "02000", f"SQL compilation error:\n{message}")


class TestUsers:
    def test_properties_are_kept(self, place: Any, gone: list[str]) -> None:
        gone.append("USER PROP_PROBE")
        place.run(
            "CREATE USER prop_probe LOGIN_NAME = 'probe_login' DISPLAY_NAME = 'Probe Display' FIRST_NAME = 'First' "
            "LAST_NAME = 'Last' EMAIL = 'probe@example.com' DEFAULT_NAMESPACE = ddl_tests.public "
            "DEFAULT_SECONDARY_ROLES = ('ALL') MUST_CHANGE_PASSWORD = TRUE DISABLED = TRUE COMMENT = 'pc'"
        )
        [row] = place.named("SHOW USERS LIKE 'prop_probe'")
        told = ("login_name", "display_name", "first_name", "last_name", "email", "default_namespace")
        assert [row[n] for n in told] == [
            "PROBE_LOGIN", "Probe Display", "First", "Last", "probe@example.com", "DDL_TESTS.PUBLIC",
        ]  # fmt: skip
        assert (row["must_change_password"], row["disabled"], row["type"], row["comment"]) == (
            "true", "true", "PERSON", "pc",
        )  # fmt: skip

    def test_plain_ones(self, place: Any, gone: list[str]) -> None:
        gone.append("USER PLAIN")
        place.run("CREATE USER plain DEFAULT_ROLE = public")
        [row] = place.named("SHOW USERS LIKE 'plain'")
        told = (
            "disabled",
            "must_change_password",
            "type",
            "default_secondary_roles",
            "login_name",
            "display_name",
        )
        assert [row[n] for n in told] == ["false", "false", "PERSON", '["ALL"]', "PLAIN", "PLAIN"]
        assert row["default_role"] == "PUBLIC"

    def test_a_new_name_leaves_login_and_display_names(self, place: Any, gone: list[str]) -> None:
        gone.append("USER NEW_USER")
        place.run("CREATE USER old_user PASSWORD = 'pass123'", "ALTER USER old_user RENAME TO new_user")
        [row] = place.named("SHOW USERS LIKE 'new_user'")
        assert (row["name"], row["login_name"], row["display_name"]) == ("NEW_USER", "OLD_USER", "OLD_USER")

    @pytest.mark.parametrize("name", ["FIRST_NAME", "LAST_NAME", "MIDDLE_NAME"])
    def test_a_service_has_no_name_of_a_person(self, place: Any, gone: list[str], name: str) -> None:
        gone.append("USER SVC")
        place.run("CREATE USER svc TYPE = SERVICE")
        assert place.fails(f"ALTER USER svc SET {name} = 'X'")[2] == (
            f"SQL execution error: Cannot set {name} on users with TYPE=SERVICE."
        )

    def test_unset(self, place: Any, gone: list[str]) -> None:
        gone.append("USER MID")
        place.run("CREATE USER mid LOGIN_NAME = 'ln' FIRST_NAME = 'F' DISABLED = TRUE COMMENT = 'keep me'")
        assert "invalid property 'ROBOT' for 'USER'" in place.fails("ALTER USER mid UNSET COMMENT, ROBOT")[2]
        assert "duplicate property 'COMMENT';" in place.fails("ALTER USER mid UNSET COMMENT, COMMENT")[2]
        assert place.properties("DESCRIBE USER mid")["COMMENT"] == "keep me"
        place.run(
            "ALTER USER mid UNSET LOGIN_NAME, FIRST_NAME, DISABLED, COMMENT", "ALTER USER mid UNSET COMMENT"
        )
        shown = place.properties("DESCRIBE USER mid")
        assert (shown["LOGIN_NAME"], shown["FIRST_NAME"], shown["DISABLED"]) == ("MID", "null", "false")
        assert shown["COMMENT"] == "null"


def test_system_roles_are_there(place: Any) -> None:
    names = {row["name"] for row in place.named("SHOW ROLES")}
    assert {"ACCOUNTADMIN", "SECURITYADMIN", "SYSADMIN", "USERADMIN", "PUBLIC"} <= names
