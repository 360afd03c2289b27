"""Snowpark's ``session.catalog``, which asks for listings as the REST API's JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from snowflake.connector.errors import ProgrammingError
from snowflake.core.schema import SchemaResource
from snowflake.snowpark import Session
from snowflake.snowpark.catalog import Catalog

pytestmark = pytest.mark.filterwarnings("ignore")
Run = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture
def catalog(server: dict[str, Any], place: SchemaResource) -> Iterator[Catalog]:
    parameters = {**server, "database": "REST_TESTS", "schema": place.name}
    with Session.builder.configs(parameters).create() as session:
        yield session.catalog


def names(found: list[Any]) -> list[str]:
    return sorted(one.name for one in found)


def test_tables_and_views(catalog: Catalog, run: Run) -> None:
    run("CREATE OR REPLACE TABLE as_orders (id INT) COMMENT = 'all'")
    run('CREATE OR REPLACE TRANSIENT TABLE "as Odd" (id INT)')
    run("CREATE OR REPLACE VIEW as_seen AS SELECT id FROM as_orders")
    assert names(catalog.list_tables(like="as%")) == ['"as Odd"', "AS_ORDERS"]
    assert names(catalog.list_tables(pattern="AS_.*")) == ["AS_ORDERS"]
    (orders,) = catalog.list_tables(like="as_orders")
    assert (orders.kind, orders.comment, orders.rows) == ("PERMANENT", "all", 0)
    (view,) = catalog.list_views(like="as_%")
    assert (view.name, [column.name for column in view.columns]) == ("AS_SEEN", ["ID"])


def test_routines(catalog: Catalog, run: Run) -> None:
    run("CREATE OR REPLACE FUNCTION as_plus(a INT) RETURNS INT AS 'a + 1'")
    run("CREATE OR REPLACE PROCEDURE as_one() RETURNS INT LANGUAGE SQL AS 'BEGIN RETURN 1; END'")
    (function,) = catalog.list_user_defined_functions(like="as_%")
    assert (function.name, [a.name for a in function.arguments], function.body) == ("AS_PLUS", ["A"], "a + 1")
    assert names(catalog.list_procedures(like="as_%")) == ["AS_ONE"]


def test_databases_and_schemas(catalog: Catalog, place: SchemaResource) -> None:
    assert "REST_TESTS" in names(catalog.list_databases())
    assert names(catalog.list_schemas(like=place.name)) == [place.name]


@pytest.mark.parametrize("kind", ["DATABASES LIMIT 1", "SCHEMAS", "ROLES", "WAREHOUSES"])
def test_one_column_of_json(kind: str, run: Run) -> None:
    rows = run(f"SHOW AS RESOURCE {kind}")
    assert rows
    assert all(json.loads(text)["name"] for (text,) in rows)


@pytest.mark.parametrize(
    ("statement", "code", "text"),
    [
        ("SHOW AS RESOURCE PARAMETERS", 2, "SHOW AS RESOURCE PARAMETERS"),
        ("SHOW AS RESOURCE SECRETS", 2, "SHOW SECRETS"),
        ("SHOW AS RESOURCE NONSENSE", 1003, "unexpected 'NONSENSE'"),
        ("SHOW AS RESOURCE TABLES IN SCHEMA no_such_schema", 2003, "does not exist"),
    ],
)
def test_what_is_refused(statement: str, code: int, text: str, run: Run) -> None:
    with pytest.raises(ProgrammingError) as failure:
        run(statement)
    assert failure.value.errno == code
    assert text in str(failure.value)
