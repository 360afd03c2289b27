"""Roles, users, and grants to both."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from snowflake.core import Root
from snowflake.core.database_role import DatabaseRole
from snowflake.core.exceptions import APIError, NotFoundError
from snowflake.core.grant import Grant, Grantees, Privileges, Securables
from snowflake.core.role import ContainingScope, Role, RoleResource, Securable
from snowflake.core.schema import SchemaResource
from snowflake.core.user import Securable as UserSecurable
from snowflake.core.user import User, UserResource

DATABASE = Securable(name="rest_tests")


@pytest.fixture
def role(root: Root) -> Iterator[RoleResource]:
    found = root.roles.create(Role(name="rest_role", comment="c"))
    yield found
    found.drop(if_exists=True)


@pytest.fixture
def other(root: Root) -> Iterator[RoleResource]:
    found = root.roles.create(Role(name='"rest 2"'))
    yield found
    found.drop(if_exists=True)


@pytest.fixture
def user(root: Root) -> Iterator[UserResource]:
    given = User(
        name="rest_user", password="abc", first_name="F", middle_name="M", default_role="rest_role",
        default_namespace="rest_tests.public", days_to_expiry=4, must_change_password=True, comment="c",
    )  # fmt: skip
    found = root.users.create(given)
    yield found
    found.drop(if_exists=True)


def held(role: RoleResource) -> list[tuple[str, str, list[str], bool]]:
    return sorted(
        (g.securable_type, g.securable.name, g.privileges, bool(g.grant_option))
        for g in role.iter_grants_to()
    )


# -- roles ----------------------------------------------------------------------------------------


def test_roles(root: Root, role: RoleResource) -> None:
    (found,) = root.roles.iter(like="rest_role")
    assert (found.name, found.comment, found.owner, found.granted_roles) == (
        "REST_ROLE",
        "c",
        "ACCOUNTADMIN",
        0,
    )
    role.drop()
    with pytest.raises(NotFoundError):
        role.drop()
    role.drop(if_exists=True)


def test_database_roles_are_refused(root: Root) -> None:
    with pytest.raises(APIError, match="000002"):
        root.databases["rest_tests"].database_roles.create(DatabaseRole(name="r"))


# -- users ----------------------------------------------------------------------------------------


def test_users(root: Root, user: UserResource) -> None:
    found = user.fetch()
    assert (found.name, found.first_name, found.middle_name, found.comment) == ("REST_USER", "F", "M", "c")
    assert (found.default_role, found.default_namespace) == ("REST_ROLE", "REST_TESTS.PUBLIC")
    assert (found.must_change_password, found.disabled, found.has_password) == (True, False, True)
    assert (found.days_to_expiry, found.default_secondary_roles) == (4, "ALL")
    assert "REST_USER" in [u.name for u in root.users.iter()]


def test_create_or_alter_of_a_user(user: UserResource) -> None:
    user.create_or_alter(User(name="rest_user", last_name="L", default_secondary_roles="NONE"))
    found = user.fetch()
    assert (found.last_name, found.first_name, found.default_role, found.comment) == ("L", None, None, "")
    assert found.default_secondary_roles == "NONE"


# -- grants of roles ------------------------------------------------------------------------------


def test_privileges(role: RoleResource, place: SchemaResource) -> None:
    schema = Securable(database="rest_tests", name=place.name)
    role.grant_privileges(["USAGE", "MONITOR"], "database", DATABASE)
    role.grant_privileges(["CREATE TABLE"], "schema", schema, grant_option=True)
    role.grant_privileges(["CREATE DATABASE"], "account")
    assert [(k, p, o) for k, _, p, o in held(role)] == [
        ("ACCOUNT", ["CREATE DATABASE"], False),
        ("DATABASE", ["MONITOR"], False),
        ("DATABASE", ["USAGE"], False),
        ("SCHEMA", ["CREATE TABLE"], True),
    ]
    role.revoke_grant_option_for_privileges(["CREATE TABLE"], "schema", schema)
    role.revoke_privileges(["MONITOR"], "database", DATABASE)
    assert held(role)[1:] == [
        ("DATABASE", "REST_TESTS", ["USAGE"], False),
        ("SCHEMA", place.name, ["CREATE TABLE"], False),
    ]


def test_privileges_on_all_and_future(role: RoleResource, place: SchemaResource) -> None:
    scope = ContainingScope(database="rest_tests", schema=place.name)
    role.grant_privileges_on_all(["USAGE"], "schema", ContainingScope(database="rest_tests"))
    assert ("SCHEMA", place.name, ["USAGE"], False) in held(role)
    role.grant_future_privileges(["SELECT"], "table", scope)
    (found,) = role.iter_future_grants_to()
    assert (found.securable_type, found.privileges) == ("TABLE", ["SELECT"])
    assert (found.containing_scope.database, found.containing_scope.var_schema) == ("REST_TESTS", place.name)
    role.revoke_future_privileges(["SELECT"], "table", scope)
    assert not list(role.iter_future_grants_to())


def test_memberships(role: RoleResource, other: RoleResource, user: UserResource) -> None:
    role.grant_role("role", Securable(name='"rest 2"'))
    user.grant_role("role", UserSecurable(name="rest_role"))
    assert held(role) == [("ROLE", '"rest 2"', ["USAGE"], False)]
    (mine,) = user.iter_grants_to()
    assert (mine.securable_type, mine.securable.name) == ("ROLE", "REST_ROLE")
    assert [(g.granted_to, g.grantee_name) for g in role.iter_grants_of()] == [("USER", "REST_USER")]
    assert ("OWNERSHIP", "ACCOUNTADMIN") in [(g.privilege, g.grantee_name) for g in role.iter_grants_on()]
    role.revoke_role("role", Securable(name='"rest 2"'))
    user.revoke_role("role", UserSecurable(name="rest_role"))
    assert not held(role)
    assert not list(user.iter_grants_to())


# -- the grants collection ------------------------------------------------------------------------


def test_grants(root: Root, role: RoleResource, other: RoleResource) -> None:
    grantee, database = Grantees.role("rest_role"), Securables.database("rest_tests")
    both = Grant(grantee, database, [Privileges.usage, Privileges.create_schema], grant_option=True)
    root.grants.grant(both)
    root.grants.grant(Grant(grantee, Securables.current_account, [Privileges.create_warehouse]))
    root.grants.grant(Grant(grantee, Securables.role('"rest 2"')))
    root.grants.grant(Grant(grantee, Securables.all_schemas(database), [Privileges.create_view]))
    found = {(g.securable_type, g.privileges[0], g.grant_option) for g in root.grants.to(grantee)}
    assert found == {
        ("DATABASE", "USAGE", True), ("DATABASE", "CREATE SCHEMA", True), ("ACCOUNT", "CREATE WAREHOUSE", False),
        ("ROLE", "USAGE", False), ("SCHEMA", "CREATE VIEW", False),
    }  # fmt: skip
    assert len(list(root.grants.to(grantee, limit=2))) == 2
    root.grants.revoke_grant_option(Grant(grantee, database, [Privileges.usage]))
    root.grants.revoke(Grant(grantee, database, [Privileges.create_schema]))
    root.grants.revoke(Grant(grantee, Securables.all_schemas(database), [Privileges.create_view]))
    kept = {(g.securable_type, g.privileges[0], g.grant_option) for g in root.grants.to(grantee)}
    assert kept == {
        ("DATABASE", "USAGE", False),
        ("ACCOUNT", "CREATE WAREHOUSE", False),
        ("ROLE", "USAGE", False),
    }


def test_grants_that_cannot_be(root: Root, role: RoleResource) -> None:
    database = Securables.database("rest_tests")
    with pytest.raises(NotFoundError):
        root.grants.grant(Grant(Grantees.role("nobody"), database, [Privileges.usage]))
    with pytest.raises(NotFoundError):
        root.grants.grant(
            Grant(Grantees.role("rest_role"), Securables.database("nowhere"), [Privileges.usage])
        )
    with pytest.raises(APIError, match="000002"):
        root.grants.grant(Grant(Grantees.database_role("d.r"), database, [Privileges.usage]))
    with pytest.raises(APIError, match="400"):
        root.grants.grant(Grant(Grantees.role("rest_role"), database))
