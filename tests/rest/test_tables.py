"""Tables."""

from __future__ import annotations

from typing import Any

import pytest
from snowflake.core.exceptions import APIError, NotFoundError
from snowflake.core.schema import SchemaResource
from snowflake.core.table import (
    ForeignKey,
    PrimaryKey,
    Table,
    TableColumn,
    UniqueKey,
)

from tests.rest.conftest import Raw


def column(name: str, datatype: str = "int", **more: Any) -> TableColumn:
    return TableColumn(name=name, datatype=datatype, **more)


def shown(columns: list[TableColumn]) -> list[tuple[Any, ...]]:
    return [(c.name, c.datatype, c.nullable, c.default, c.comment) for c in columns]


def test_columns(place: SchemaResource) -> None:
    columns = [
        column("id", autoincrement=True, autoincrement_start=5, autoincrement_increment=2),
        column('"b c"', "varchar(10)", nullable=False, default="'x'", comment="it's"),
        column("e", "number(10,2)"),
        column("v", "variant"),
    ]
    found = place.tables.create(Table(name="wide", columns=columns, comment="c", cluster_by=["e"])).fetch()
    assert shown(found.columns) == [
        ("ID", "NUMBER(38,0)", True, None, None),
        ('"b c"', "VARCHAR(10)", False, "'x'", "it's"),
        ("E", "NUMBER(10,2)", True, None, None),
        ("V", "VARIANT", True, None, None),
    ]
    identity = found.columns[0]
    assert (identity.autoincrement, identity.autoincrement_start, identity.autoincrement_increment) == (
        True,
        5,
        2,
    )
    assert (found.cluster_by, found.comment, found.kind, found.rows) == (["e"], "c", "PERMANENT", 0)


def test_constraints(place: SchemaResource) -> None:
    parent = Table(
        name="parent",
        columns=[column("a", constraints=[PrimaryKey()]), column('"b c"'), column("d")],
        constraints=[UniqueKey(name="uq", column_names=["d", '"b c"'])],
    )
    first, second = place.tables.create(parent).fetch().constraints
    assert (type(first).__name__, first.column_names) == ("PrimaryKey", ["A"])
    assert (type(second).__name__, second.name, second.column_names) == ("UniqueKey", "UQ", ["D", '"b c"'])
    reference = ForeignKey(
        name="fk", column_names=["x"], referenced_table_name="parent", referenced_column_names=["a"]
    )
    child = Table(name="child", columns=[column("x")], constraints=[reference])
    (found,) = place.tables.create(child).fetch().constraints
    assert found.referenced_table_name == f"REST_TESTS.{place.name}.PARENT"
    assert (found.column_names, found.referenced_column_names) == (["X"], ["A"])


@pytest.mark.parametrize("kind", ["TRANSIENT", "TEMPORARY", "PERMANENT"])
def test_kinds(place: SchemaResource, kind: str) -> None:
    found = place.tables.create(Table(name="of_kind", kind=kind, columns=[column("a")]))
    assert found.fetch().kind == kind
    found.drop()


@pytest.mark.parametrize("kind", ["transient", "temporary", ""])
def test_kinds_as_older_clients_spell_them(place: SchemaResource, raw: Raw, kind: str) -> None:
    tables = f"databases/REST_TESTS/schemas/{place.name}/tables"
    body = {"name": "of_old_kind", "kind": kind, "columns": [{"name": "a", "datatype": "int"}]}
    assert raw("POST", tables, body)[0] == 200
    assert place.tables["of_old_kind"].fetch().kind == (kind.upper() or "PERMANENT")
    place.tables["of_old_kind"].drop()


def test_as_select(place: SchemaResource, run: Any) -> None:
    query = "SELECT 1 AS a, 'it''s' AS b"
    found = place.tables.create(Table(name="selected"), as_select=query).fetch()
    assert [c.name for c in found.columns] == ["A", "B"]
    assert run("SELECT * FROM selected") == [(1, "it's")]


def test_like_and_clone(place: SchemaResource, run: Any) -> None:
    place.tables.create(Table(name="source_1"), as_select="SELECT 1 AS a")
    place.tables.create(Table(name="like_1"), like_table="source_1")
    place.tables.create(Table(name="clone_1"), clone_table="source_1")
    assert run("SELECT (SELECT COUNT(*) FROM like_1), (SELECT COUNT(*) FROM clone_1)") == [(0, 1)]


def test_swap(place: SchemaResource, run: Any) -> None:
    place.tables.create(Table(name="left_1"), as_select="SELECT 1 AS a")
    place.tables.create(Table(name="right_1"), as_select="SELECT 2 AS a")
    place.tables["left_1"].swap_with("right_1")
    assert run("SELECT (SELECT a FROM left_1), (SELECT a FROM right_1)") == [(2, 1)]


def test_reclustering(place: SchemaResource) -> None:
    found = place.tables.create(Table(name="clustered", columns=[column("a")], cluster_by=["a"]))
    found.suspend_recluster()
    assert found.fetch().automatic_clustering is False
    found.resume_recluster()
    assert found.fetch().automatic_clustering is True


def test_clustering_by_expressions(place: SchemaResource) -> None:
    keys = ["SUBSTRING(b, 1, 2)", '"c,d"']
    columns = [column("b", "varchar"), column('"c,d"')]
    found = place.tables.create(Table(name="by_expression", columns=columns, cluster_by=keys))
    assert found.fetch().cluster_by == keys


def test_listing(place: SchemaResource) -> None:
    for name in ("deep_a", "deep_b", "deep_c"):
        place.tables.create(Table(name=name, columns=[column("a")]))
    shallow = list(place.tables.iter(like="deep%"))
    assert [(t.name, t.columns) for t in shallow] == [("DEEP_A", None), ("DEEP_B", None), ("DEEP_C", None)]
    deep = place.tables.iter(starts_with="DEEP", limit=1, from_name="DEEP_A", deep=True)
    assert [(t.name, [c.name for c in t.columns]) for t in deep] == [("DEEP_B", ["A"])]


def test_create_or_alter(place: SchemaResource, run: Any) -> None:
    table = place.tables["evolving"]
    columns = [column("a"), column("b", "varchar(5)", nullable=False), column("c")]
    table.create_or_alter(Table(name="evolving", columns=columns, comment="one"))
    run("INSERT INTO evolving VALUES (1, 'x', 3)")
    columns = [column("a", comment="key"), column("b", "varchar(50)"), column("d", "date")]
    table.create_or_alter(Table(name="evolving", columns=columns, data_retention_time_in_days=0))
    found = table.fetch()
    assert shown(found.columns) == [
        ("A", "NUMBER(38,0)", True, None, "key"),
        ("B", "VARCHAR(50)", True, None, None),
        ("D", "DATE", True, None, None),
    ]
    assert (found.comment, found.data_retention_time_in_days) == ("", 0)
    assert run("SELECT * FROM evolving") == [(1, "x", None)]


@pytest.mark.parametrize(
    "wanted",
    [
        [column("b"), column("a")],
        [column("a", default="1"), column("b")],
        [column("a", constraints=[PrimaryKey()]), column("b")],
    ],
)
def test_what_create_or_alter_cannot_do_is_refused(place: SchemaResource, wanted: list[TableColumn]) -> None:
    table = place.tables["rigid"]
    table.create_or_alter(Table(name="rigid", columns=[column("a"), column("b")]))
    with pytest.raises(NotImplementedError):
        table.create_or_alter(Table(name="rigid", columns=wanted))
    assert [c.name for c in table.fetch().columns] == ["A", "B"]


def test_bad_types_and_missing_tables(place: SchemaResource) -> None:
    with pytest.raises(APIError, match="002040"):
        place.tables.create(Table(name="bad", columns=[column("a", "nosuch")]))
    with pytest.raises(NotFoundError):
        place.tables["nope"].swap_with("nope_either")
    with pytest.raises(NotFoundError):
        place.tables.create(Table(name="x"), clone_table="nope")
    place.tables["nope"].drop(if_exists=True)
