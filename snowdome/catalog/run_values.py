"""Metrics and parameters of the runs of experiments, kept in the engine: they are many and come one by one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import duckdb

DDL = """
CREATE TABLE IF NOT EXISTS catalog.run_metrics (
  run_id BIGINT, name VARCHAR, step BIGINT, value DOUBLE, logged BIGINT
);
CREATE TABLE IF NOT EXISTS catalog.run_parameters (run_id BIGINT, name VARCHAR, value VARCHAR);
"""


@dataclass(frozen=True)
class Metric:
    """A metric's value at a step."""

    name: str
    step: int
    value: float


@dataclass(frozen=True)
class Parameter:
    """A parameter's value."""

    name: str
    value: str


@dataclass(frozen=True)
class Point:
    """A metric with the time at which it was logged, in nanoseconds UTC."""

    metric: Metric
    logged: int


def log_metrics(cursor: duckdb.DuckDBPyConnection, run_id: int, metrics: Sequence[Metric], now: int) -> None:
    """Add metrics; one of the same name and step is written over. ``now`` is nanoseconds UTC."""
    last = {(m.name, m.step): m.value for m in metrics}
    names, steps = [name for name, _ in last], [step for _, step in last]
    values = [repr(v) for v in last.values()]  # as text: not every engine keeps a list's NaN
    cursor.execute(
        "DELETE FROM catalog.run_metrics WHERE run_id = ? AND (name, step) IN "
        "(SELECT unnest(?::VARCHAR[]), unnest(?::BIGINT[]))",
        [run_id, names, steps],
    )
    cursor.execute(
        "INSERT INTO catalog.run_metrics "
        "SELECT ?, unnest(?::VARCHAR[]), unnest(?::BIGINT[]), unnest(?::VARCHAR[])::DOUBLE, ?",
        [run_id, names, steps, values, now],
    )


def log_parameters(cursor: duckdb.DuckDBPyConnection, run_id: int, parameters: Sequence[Parameter]) -> None:
    """Add parameters; those of the same names are written over."""
    last = {p.name: p.value for p in parameters}
    cursor.execute(
        "DELETE FROM catalog.run_parameters WHERE run_id = ? AND name IN (SELECT unnest(?::VARCHAR[]))",
        [run_id, list(last)],
    )
    cursor.execute(
        "INSERT INTO catalog.run_parameters SELECT ?, unnest(?::VARCHAR[]), unnest(?::VARCHAR[])",
        [run_id, list(last), list(last.values())],
    )


def history(cursor: duckdb.DuckDBPyConnection, run_id: int) -> list[Point]:
    """Every metric that a run logged, by name and step."""
    rows = cursor.execute(
        "SELECT name, step, value, logged FROM catalog.run_metrics WHERE run_id = ? ORDER BY name, step",
        [run_id],
    ).fetchall()
    return [Point(Metric(name, step, value), logged) for name, step, value, logged in rows]


def latest(cursor: duckdb.DuckDBPyConnection, runs: Collection[int]) -> dict[int, list[Metric]]:
    """The metrics of runs at their highest steps, by name; runs without any are left out."""
    rows = cursor.execute(
        "SELECT run_id, name, max(step), arg_max(value, step) FROM catalog.run_metrics "
        "WHERE run_id IN (SELECT unnest(?::BIGINT[])) GROUP BY run_id, name ORDER BY name",
        [list(runs)],
    ).fetchall()
    found: dict[int, list[Metric]] = {}
    for run_id, name, step, value in rows:
        found.setdefault(run_id, []).append(Metric(name, step, value))
    return found


def parameters(cursor: duckdb.DuckDBPyConnection, runs: Collection[int]) -> dict[int, list[Parameter]]:
    """The parameters of runs, by name; runs without any are left out."""
    rows = cursor.execute(
        "SELECT run_id, name, value FROM catalog.run_parameters "
        "WHERE run_id IN (SELECT unnest(?::BIGINT[])) ORDER BY name",
        [list(runs)],
    ).fetchall()
    found: dict[int, list[Parameter]] = {}
    for run_id, name, value in rows:
        found.setdefault(run_id, []).append(Parameter(name, value))
    return found


def forget(cursor: duckdb.DuckDBPyConnection, runs: Collection[int]) -> None:
    """Drop what runs that are gone logged."""
    for table in ("run_metrics", "run_parameters"):
        cursor.execute(
            f"DELETE FROM catalog.{table} WHERE run_id IN (SELECT unnest(?::BIGINT[]))", [list(runs)]
        )
