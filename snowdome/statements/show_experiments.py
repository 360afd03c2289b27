"""SHOW EXPERIMENTS, SHOW RUNS, SHOW RUN METRICS, SHOW RUN PARAMETERS."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from snowdome.catalog import run_values
from snowdome.catalog.experiments import Experiment, Run
from snowdome.catalog.run_values import Metric, Parameter
from snowdome.context import Context
from snowdome.sql import ast
from snowdome.sql.experiments import run_named
from snowdome.sql.staging import object_name
from snowdome.statements import ddl
from snowdome.statements.ddl import KINDS
from snowdome.statements.showing import NUMBER, Row, common, lists, objects


@lists(
    "EXPERIMENTS",
    "created_on name database_name schema_name comment owner owner_role_type",
    starts_with=True, limit=True,
)  # fmt: skip
def experiments(show: ast.Show, context: Context) -> Sequence[Row]:
    return [common(place, e) for place, e in objects(show, context, Experiment)]


def _named(show: ast.Show, context: Context) -> tuple[Experiment, list[Run]]:
    """The experiment of IN EXPERIMENT, and its runs by name, or the one of RUN."""
    assert show.scope is not None
    assert show.scope.name is not None
    found = ddl.require(context, KINDS["EXPERIMENT"], object_name(show.scope.name, context))
    assert isinstance(found, Experiment)
    if show.scope.version is not None:
        return found, [run_named(found, show.scope.version)]
    return found, sorted(found.runs, key=lambda run: run.name)


@lists("RUNS IN EXPERIMENT", "created_on name database_name schema_name experiment_name metadata", limit=True)
def runs(show: ast.Show, context: Context) -> Sequence[Row]:
    experiment, found = _named(show, context)
    database, schema, name = ddl.place_name(context, experiment).parts
    ids = [run.id for run in found]
    with context.session.cursor() as cursor:
        metrics = run_values.latest(cursor, ids)
        parameters = run_values.parameters(cursor, ids)
    return [
        {
            "created_on": run.created_on, "name": run.name, "database_name": database, "schema_name": schema,
            "experiment_name": name, "metadata": _metadata(run, metrics.get(run.id), parameters.get(run.id)),
        }
        for run in found
    ]  # fmt: skip


def _metadata(run: Run, metrics: list[Metric] | None, parameters: list[Parameter] | None) -> str:
    """A run's status, its metrics at their highest steps, its parameters, and what it says of its program."""
    found: dict[str, object] = {
        "status": run.status,
        "metrics": [asdict(m) for m in metrics or ()],
        "parameters": [asdict(p) for p in parameters or ()],
    }
    if run.source:
        found["source_info"] = json.loads(run.source)
    return json.dumps(found)


@lists("RUN METRICS IN EXPERIMENT", "run_name name value step", limit=True, step=NUMBER)
def metrics(show: ast.Show, context: Context) -> Sequence[Row]:
    _, found = _named(show, context)
    with context.session.cursor() as cursor:
        latest = run_values.latest(cursor, [run.id for run in found])
    return [
        {"run_name": run.name, "name": m.name, "value": json.dumps(m.value), "step": m.step}
        for run in found
        for m in latest.get(run.id, ())
    ]


@lists("RUN PARAMETERS IN EXPERIMENT", "run_name name value", limit=True)
def parameters(show: ast.Show, context: Context) -> Sequence[Row]:
    _, found = _named(show, context)
    with context.session.cursor() as cursor:
        logged = run_values.parameters(cursor, [run.id for run in found])
    return [
        {"run_name": run.name, "name": p.name, "value": p.value}
        for run in found
        for p in logged.get(run.id, ())
    ]
