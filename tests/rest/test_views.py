"""Views."""

from __future__ import annotations

from typing import Any

import pytest
from snowflake.core import CreateMode
from snowflake.core.exceptions import APIError, NotFoundError
from snowflake.core.schema import SchemaResource
from snowflake.core.view import View, ViewColumn


def test_a_view_is_fetched_as_created(place: SchemaResource, run: Any) -> None:
    columns = [ViewColumn(name="x", comment="first"), ViewColumn(name='"y z"')]
    query = "SELECT 1::NUMBER(5,0), /* as c */ 'a as b'"
    given = View(name="v", comment="it's", secure=True, columns=columns, query=query)
    found = place.views.create(given).fetch()
    assert (found.name, found.comment, found.secure, found.query) == ("V", "it's", True, query)
    assert [(c.name, c.comment) for c in found.columns] == [("X", "first"), ('"y z"', None)]
    assert found.columns[0].datatype == "NUMBER(5,0)"
    assert run('SELECT x, "y z" FROM v') == [(1, "a as b")]


def test_modes_and_listing(place: SchemaResource) -> None:
    given = View(name="listed", columns=[ViewColumn(name="a")], query="SELECT 1")
    place.views.create(given)
    with pytest.raises(APIError, match="409"):
        place.views.create(given)
    place.views.create(given, mode=CreateMode.or_replace)
    assert [v.name for v in place.views.iter(like="listed")] == ["LISTED"]
    place.views["listed"].drop()
    with pytest.raises(NotFoundError):
        place.views["listed"].fetch()


def test_a_query_that_fails(place: SchemaResource) -> None:
    with pytest.raises(NotFoundError):
        place.views.create(View(name="bad", columns=[ViewColumn(name="a")], query="SELECT a FROM nowhere"))
