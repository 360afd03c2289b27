"""Warehouses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from snowflake.core import Root
from snowflake.core.exceptions import APIError, ConflictError, NotFoundError
from snowflake.core.warehouse import Warehouse, WarehouseResource


@pytest.fixture
def small(root: Root) -> Iterator[WarehouseResource]:
    given = Warehouse(
        name="small_one", warehouse_size="XSMALL", auto_suspend=60, auto_resume="false", comment="c",
        initially_suspended="true", statement_timeout_in_seconds=7,
    )  # fmt: skip
    found = root.warehouses.create(given)
    yield found
    found.drop(if_exists=True)


def test_a_warehouse_is_fetched_as_created(small: WarehouseResource) -> None:
    found = small.fetch()
    assert (found.name, found.warehouse_size, found.size) == ("SMALL_ONE", "XSMALL", "X-Small")
    assert (found.auto_suspend, found.auto_resume, found.comment) == (60, "false", "c")
    assert (found.state, found.warehouse_type) == ("SUSPENDED", "STANDARD")
    assert found.statement_timeout_in_seconds == 7


@pytest.mark.parametrize(
    ("given", "size", "shown"),
    [
        ("XLARGE", "XLARGE", "X-Large"), ("XXLARGE", "XXLARGE", "2X-Large"),
        ("XXXLARGE", "XXXLARGE", "3X-Large"), ("X4LARGE", "X4LARGE", "4X-Large"),
        ("X6LARGE", "X6LARGE", "6X-Large"), ("MEDIUM", "MEDIUM", "Medium"),
    ],
)  # fmt: skip
def test_sizes(root: Root, given: str, size: str, shown: str) -> None:
    found = root.warehouses.create(Warehouse(name="sized", warehouse_size=given))
    fetched = found.fetch()
    assert (fetched.warehouse_size, fetched.size) == (size, shown)
    found.drop()


def test_suspend_and_resume(small: WarehouseResource) -> None:
    small.resume()
    assert small.fetch().state == "STARTED"
    small.suspend()
    assert small.fetch().state == "SUSPENDED"
    small.abort_all_queries()
    with pytest.raises(APIError, match="090064"):
        small.suspend()


def test_rename(root: Root, small: WarehouseResource) -> None:
    small.rename("Other_One")
    assert root.warehouses["other_one"].fetch().name == "OTHER_ONE"
    root.warehouses["other_one"].drop()
    with pytest.raises(NotFoundError):
        root.warehouses["other_one"].rename("x")


def test_create_or_alter_sets_and_unsets(root: Root, small: WarehouseResource) -> None:
    small.create_or_alter(Warehouse(name="small_one", warehouse_size="LARGE", auto_suspend=5))
    found = small.fetch()
    assert (found.warehouse_size, found.auto_suspend) == ("LARGE", 5)
    assert (found.comment, found.auto_resume, found.statement_timeout_in_seconds) == ("", "true", 172800)


def test_conflicts_and_bad_values(root: Root, small: WarehouseResource) -> None:
    with pytest.raises(ConflictError):
        root.warehouses.create(Warehouse(name="small_one"))
    with pytest.raises(APIError, match="001422"):
        root.warehouses.create(Warehouse(name="bad", warehouse_size="HUGE"))


def test_listing(root: Root, small: WarehouseResource) -> None:
    assert [w.name for w in root.warehouses.iter(like="SMALL%")] == ["SMALL_ONE"]
