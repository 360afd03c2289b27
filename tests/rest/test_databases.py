"""Databases and schemas."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from snowflake.core import CreateMode, Root
from snowflake.core.database import Database, DatabaseResource
from snowflake.core.exceptions import APIError, ConflictError, NotFoundError
from snowflake.core.schema import Schema


@pytest.fixture
def mine(root: Root) -> Iterator[DatabaseResource]:
    found = root.databases.create(Database(name="mine", comment="a", data_retention_time_in_days=0))
    yield found
    found.drop(if_exists=True)


def test_a_database_is_fetched_as_created(mine: DatabaseResource) -> None:
    found = mine.fetch()
    assert (found.name, found.comment, found.data_retention_time_in_days) == ("MINE", "a", 0)
    assert (found.kind, found.owner, found.is_current) == ("PERMANENT", "ACCOUNTADMIN", True)
    assert found.created_on is not None


def test_kinds(root: Root) -> None:
    found = root.databases.create(Database(name="fleeting", kind="TRANSIENT"))
    assert found.fetch().kind == "TRANSIENT"
    schema = found.schemas.create(Schema(name="s", kind="TRANSIENT"))
    assert schema.fetch().kind == "TRANSIENT"
    found.drop()


def test_modes(root: Root, mine: DatabaseResource) -> None:
    with pytest.raises(ConflictError):
        root.databases.create(Database(name="mine"))
    root.databases.create(Database(name="mine", comment="b"), mode=CreateMode.if_not_exists)
    assert mine.fetch().comment == "a"
    root.databases.create(Database(name="mine", comment="b"), mode=CreateMode.or_replace)
    assert mine.fetch().comment == "b"


def test_listing(root: Root, mine: DatabaseResource) -> None:
    for name in ("list_a", "list_b", "list_c"):
        mine.schemas.create(Schema(name=name))
    assert [s.name for s in mine.schemas.iter(like="LIST%")] == ["LIST_A", "LIST_B", "LIST_C"]
    assert [s.name for s in mine.schemas.iter(like="list_b")] == ["LIST_B"]
    assert not list(mine.schemas.iter(starts_with="list"))
    assert [s.name for s in mine.schemas.iter(starts_with="LIST", limit=2)] == ["LIST_A", "LIST_B"]
    assert [s.name for s in mine.schemas.iter(starts_with="LIST", from_name="LIST_A")] == ["LIST_B", "LIST_C"]
    assert "MINE" in [d.name for d in root.databases.iter()]


def test_clone(root: Root, mine: DatabaseResource) -> None:
    mine.schemas.create(Schema(name="inside"))
    copy = root.databases.create(Database(name="copied"), clone="mine")
    assert "INSIDE" in [s.name for s in copy.schemas.iter()]
    copy.schemas.create(Schema(name="twin"), clone="inside")
    assert copy.schemas["twin"].fetch().name == "TWIN"
    copy.drop()


def test_create_or_alter(root: Root, mine: DatabaseResource) -> None:
    mine.create_or_alter(Database(name="mine", data_retention_time_in_days=1))
    found = mine.fetch()
    assert (found.comment, found.data_retention_time_in_days) == (None, 1)
    root.databases["new_one"].create_or_alter(Database(name="new_one", comment="made"))
    assert root.databases["new_one"].fetch().comment == "made"
    root.databases["new_one"].drop()
    with pytest.raises(NotImplementedError):
        mine.create_or_alter(Database(name="mine", kind="TRANSIENT"))


def test_drop(root: Root, mine: DatabaseResource) -> None:
    mine.drop()
    with pytest.raises(NotFoundError):
        mine.drop()
    mine.drop(if_exists=True)


def test_undrop_is_refused(mine: DatabaseResource) -> None:
    mine.drop()
    with pytest.raises(APIError, match="000002"):
        mine.undrop()


def test_managed_access(mine: DatabaseResource) -> None:
    schema = mine.schemas.create(Schema(name="s", managed_access=True, comment="c"))
    found = schema.fetch()
    assert (found.managed_access, found.database_name, found.comment) == (True, "MINE", "c")
    schema.create_or_alter(Schema(name="s"))
    assert schema.fetch().managed_access is False


def test_information_schema_is_listed_and_fetched(mine: DatabaseResource) -> None:
    assert "INFORMATION_SCHEMA" in [s.name for s in mine.schemas.iter()]
    assert mine.schemas["information_schema"].fetch().name == "INFORMATION_SCHEMA"
