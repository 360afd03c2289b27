"""What the engine keeps of the runs of experiments."""

from __future__ import annotations

import math

import duckdb
import pytest

from snowdome.catalog import run_values
from snowdome.catalog.run_values import Metric, Parameter


@pytest.fixture
def engine() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("CREATE SCHEMA catalog")
    connection.execute(run_values.DDL)
    return connection


def test_metrics_are_kept_exactly(engine: duckdb.DuckDBPyConnection) -> None:
    values = [0.1, -1e-300, 1.7976931348623157e308, math.inf, -math.inf, math.nan]
    run_values.log_metrics(engine, 1, [Metric("m", step, value) for step, value in enumerate(values)], 5)
    found = [point.metric.value for point in run_values.history(engine, 1)]
    assert found[:-1] == values[:-1]
    assert math.isnan(found[-1])
    assert math.isnan(run_values.latest(engine, [1])[1][0].value)


def test_what_is_logged_again_is_written_over(engine: duckdb.DuckDBPyConnection) -> None:
    run_values.log_metrics(engine, 1, [Metric("m", 1, 1.0), Metric("m", 1, 2.0), Metric("n", 1, 3.0)], 5)
    run_values.log_metrics(engine, 1, [Metric("m", 1, 4.0)], 6)
    run_values.log_metrics(engine, 2, [Metric("m", 1, 9.0)], 6)
    run_values.log_metrics(engine, 1, [], 7)
    assert [(p.metric, p.logged) for p in run_values.history(engine, 1)] == [
        (Metric("m", 1, 4.0), 6), (Metric("n", 1, 3.0), 5),
    ]  # fmt: skip
    run_values.log_parameters(engine, 1, [Parameter("p", "x"), Parameter("p", "y")])
    run_values.log_parameters(engine, 1, [Parameter("p", "z")])
    assert run_values.parameters(engine, [1, 2]) == {1: [Parameter("p", "z")]}


def test_what_is_forgotten(engine: duckdb.DuckDBPyConnection) -> None:
    for run in (1, 2):
        run_values.log_metrics(engine, run, [Metric("m", 1, 1.0)], 5)
        run_values.log_parameters(engine, run, [Parameter("p", "x")])
    run_values.forget(engine, [1])
    assert set(run_values.latest(engine, [1, 2])) == set(run_values.parameters(engine, [1, 2])) == {2}
