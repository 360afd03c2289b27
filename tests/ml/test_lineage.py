"""Lineage of models, views and tables, as the clients ask for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression
from snowflake.snowpark import Session

from tests.ml.conftest import Failure

Fails = Callable[[str], Failure]


@pytest.fixture(scope="module")
def trained(registry: Any, opened: Session) -> Any:
    """RAW -> the view CLEAN -> the model LINE, logged with rows of CLEAN."""
    opened.sql(
        "CREATE TABLE RAW AS SELECT * FROM VALUES (1.0::FLOAT, 2.0::FLOAT), (3.0, 4.0) r(A, B)"
    ).collect()
    opened.sql(
        "CREATE VIEW CLEAN AS WITH RAWS AS (SELECT * FROM RAW) SELECT A, B FROM RAWS WHERE A > 0"
    ).collect()
    given = pd.DataFrame({"A": [1.0, 3.0], "B": [2.0, 4.0]})
    fitted = LinearRegression().fit(given, [1, 2])
    return registry.log_model(
        fitted, model_name="LINE", version_name="V1", sample_input_data=opened.table("CLEAN")
    )


def test_upstream_of_a_model(trained: Any, schema: str) -> None:
    (node,) = trained.lineage("upstream")
    assert (node._lineage_node_name, node._lineage_node_domain) == (f"{schema}.CLEAN", "view")
    assert trained.lineage("downstream") == []
    assert trained.lineage("upstream", domain_filter={"dataset"}) == []


def traced(
    opened: Session, name: str, domain: str, direction: str, **more: Any
) -> list[tuple[str, str, int]]:
    rows = opened.lineage.trace(name, domain, direction=direction, **more).collect()
    parts = [(json.loads(r["SOURCE_OBJECT"]), json.loads(r["TARGET_OBJECT"]), r["DISTANCE"]) for r in rows]
    return [(s["name"].split(".")[-1], t["name"].split(".")[-1], d) for s, t, d in parts]


def test_downstream_of_a_table(trained: Any, opened: Session, schema: str) -> None:
    found = traced(opened, f"{schema}.RAW", "table", "downstream", distance=3)
    assert found == [("RAW", "CLEAN", 1), ("CLEAN", "LINE", 2)]


def test_upstream_of_a_version(trained: Any, opened: Session, schema: str) -> None:
    found = traced(opened, f"{schema}.LINE", "model", "upstream", object_version="V1", distance=2)
    assert found == [("CLEAN", "LINE", 1), ("RAW", "CLEAN", 2)]
    (row,) = opened.lineage.trace(
        f"{schema}.LINE", "model", direction="upstream", object_version="V1", distance=1
    ).collect()
    target = json.loads(row["TARGET_OBJECT"])
    assert (target["domain"], target["version"], target["status"]) == ("MODEL", "V1", "ACTIVE")


def test_objects_that_are_not_there(trained: Any, fails: Fails, schema: str) -> None:
    query = '{V(domain: %s, name:"%s"%s) {downstream: E(edgeType:[DATA_LINEAGE],direction:OUT){S {name}, T {name}}}}'
    for domain, name, parent in (
        ("TABLE", f"{schema}.NONE", ""),
        ("MODULE", "V9", f', parentName:"{schema}.LINE"'),
        ("NOTHING", "X", ""),
    ):
        assert fails(f"SELECT SYSTEM$DGQL('{query % (domain, name, parent)}')")[0] == "002003"
    assert fails("SELECT SYSTEM$DGQL('{V {id}}')")[:2] == ("000002", "0A000")
