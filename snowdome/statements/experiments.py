"""Experiments: CREATE EXPERIMENT, and ALTER EXPERIMENT, which adds runs and what they log."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from typing import Any

from snowdome.catalog import run_values
from snowdome.catalog.catalog import Unit
from snowdome.catalog.experiments import FAILED, FINISHED, Experiment, Run
from snowdome.catalog.model import Entity
from snowdome.catalog.names import ObjectName
from snowdome.catalog.run_values import Metric, Parameter
from snowdome.context import Context
from snowdome.errors import SnowflakeError, compilation_error, object_exists
from snowdome.result import Result
from snowdome.sql import ast
from snowdome.sql.experiments import run_named
from snowdome.sql.staging import object_name
from snowdome.statements import ddl
from snowdome.statements.creation import creates
from snowdome.statements.ddl import KINDS, Target
from snowdome.statements.granted import Changes
from snowdome.statements.properties import invalid_property_value
from snowdome.statements.registry import handles

KIND = KINDS["EXPERIMENT"]
MOST_EXPERIMENTS = 500  # in a schema
MOST_RUNS = 500  # in an experiment
MOST_BYTES = 200_000  # of a run's parameters, and of its latest metrics, as JSON
_INT64 = range(-(2**63), 2**63)
_SHOWN = 200  # characters of a wrong value that its error shows

Change = Callable[[Context, Unit, Experiment, ast.AlterRun], "Run | None"]


@creates("EXPERIMENT")
def create_experiment(statement: ast.CreateObject, context: Context) -> Result:
    """CREATE EXPERIMENT; it has no runs yet."""

    def build(unit: Changes, target: Target) -> Entity:
        there = context.catalog.snapshot.children(Experiment, target.parent)
        if target.replaced is None and len(there) >= MOST_EXPERIMENTS:
            raise _too_many(MOST_EXPERIMENTS, "experiments in a schema")
        return Experiment(**target.fields(unit))

    return ddl.create(context, KIND, object_name(statement.name, context), statement, build)


def _too_many(limit: int, of_what: str) -> SnowflakeError:
    """091400: a limit is reached."""
    return SnowflakeError("091400", "54000", f"Cannot have more than {limit} {of_what}.")


@handles(ast.AlterRun)
def alter_run(statement: ast.AlterRun, context: Context) -> Result:
    """ALTER EXPERIMENT … RUN."""
    name = object_name(statement.name, context)
    ddl.commit_first(context)
    with context.catalog.unit() as unit:
        experiment = _require(context, name)
        gone = _CHANGES[type(statement.change)](context, unit, experiment, statement)
    if gone is not None:
        context.services.stages.forget_version(experiment.id, gone.id)
    return ddl.done()


def _require(context: Context, name: ObjectName) -> Experiment:
    found = ddl.require(context, KIND, name)
    assert isinstance(found, Experiment)
    return found


# -- runs -----------------------------------------------------------------------------------------


def _add(context: Context, unit: Unit, experiment: Experiment, statement: ast.AlterRun) -> None:
    """ADD RUN."""
    assert isinstance(statement.change, ast.AddRun)
    _check_name(statement.run)
    if experiment.run(statement.run) is not None:
        raise object_exists(statement.run)
    if len(experiment.runs) >= MOST_RUNS:
        raise _too_many(MOST_RUNS, "runs in an experiment")
    run = Run(
        id=unit.new_id(), name=statement.run, created_on=context.catalog.clock.now(), live=True,
        source=_source(statement.change.source),
    )  # fmt: skip
    unit.put(replace(experiment, runs=(*experiment.runs, run)))


def _check_name(name: str) -> None:
    """001007: a name that no URL could have in it."""
    if not name or set(name) & set("/\\\0") or name in (".", ".."):
        raise compilation_error("001007", "22023", f"invalid value [{name}] for parameter 'run name'")


def _source(text: str | None) -> str:
    """The text of SOURCE_INFO, which is a JSON object."""
    if text is not None and not isinstance(_json("SOURCE_INFO", text), dict):
        raise _wrong("SOURCE_INFO", text)
    return text or ""


def _running(experiment: Experiment, name: str) -> Run:
    """The run called ``name``, if it is not committed yet."""
    run = run_named(experiment, name)
    if not run.live:
        text = f"Run '{run.name}' of experiment '{experiment.name}' is {run.status}: it cannot be altered any more."
        raise SnowflakeError("091400", "22023", text)
    return run


def _commit(context: Context, unit: Unit, experiment: Experiment, statement: ast.AlterRun) -> None:
    """COMMIT RUN: nothing of it changes any more."""
    assert isinstance(statement.change, ast.CommitRun)
    run = _running(experiment, statement.run)
    status = (statement.change.status or FINISHED).upper()
    if status not in (FINISHED, FAILED):
        raise _wrong("STATUS", status)
    done = replace(run, status=status, live=False, ended_on=context.catalog.clock.now())
    unit.put(replace(experiment, runs=tuple(done if r is run else r for r in experiment.runs)))


def _drop(context: Context, unit: Unit, experiment: Experiment, statement: ast.AlterRun) -> Run:
    """DROP RUN: with all that it logged."""
    run = run_named(experiment, statement.run)
    run_values.forget(unit.cursor, [run.id])
    unit.put(replace(experiment, runs=tuple(r for r in experiment.runs if r is not run)))
    return run


# -- metrics and parameters -----------------------------------------------------------------------


def _log(context: Context, unit: Unit, experiment: Experiment, statement: ast.AlterRun) -> None:
    """MODIFY RUN … ADD METRICS, ADD PARAMETERS: what is there under the same names is written over."""
    assert isinstance(statement.change, ast.LogValues)
    run = _running(experiment, statement.run)
    kind, text = statement.change.kind, statement.change.text
    now: Sequence[Metric | Parameter]
    if kind == "METRICS":
        metrics = [_metric(found, text) for found in _listed(kind, text)]
        run_values.log_metrics(unit.cursor, run.id, metrics, context.catalog.clock.now())
        now = run_values.latest(unit.cursor, [run.id]).get(run.id, [])
    else:
        parameters = [_parameter(found, text) for found in _listed(kind, text)]
        run_values.log_parameters(unit.cursor, run.id, parameters)
        now = run_values.parameters(unit.cursor, [run.id]).get(run.id, [])
    _check_size(run, kind, len(json.dumps([asdict(one) for one in now])))


def _check_size(run: Run, kind: str, size: int) -> None:
    """400003: a run's parameters, or its latest metrics, are too long."""
    if size > MOST_BYTES:
        text = f"The {kind} of run '{run.name}' would have {size} bytes, which exceeds the limit of {MOST_BYTES} bytes"
        raise SnowflakeError("400003", "54000", text)


def _listed(kind: str, text: str) -> list[dict[str, Any]]:
    """The objects of a JSON array; each has a name."""
    found = _json(kind, text)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise _wrong(kind, text)
    if not all(isinstance(one.get("name"), str) and one["name"] for one in found):
        raise _wrong(kind, text)
    return found


def _json(kind: str, text: str) -> object:
    try:
        text.encode()
        return json.loads(text)
    except (ValueError, RecursionError):
        raise _wrong(kind, text) from None


def _metric(found: dict[str, Any], text: str) -> Metric:
    value, step = found.get("value"), found.get("step", 0)
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise _wrong("METRICS", text)
    if not isinstance(step, int) or isinstance(step, bool) or step not in _INT64:
        raise _wrong("METRICS", text)
    try:
        return Metric(found["name"], step, float(value))
    except OverflowError:
        raise _wrong("METRICS", text) from None


def _parameter(found: dict[str, Any], text: str) -> Parameter:
    value = found.get("value")
    if not isinstance(value, (str, int, float)):
        raise _wrong("PARAMETERS", text)
    return Parameter(found["name"], value if isinstance(value, str) else json.dumps(value))


def _wrong(name: str, text: str) -> SnowflakeError:
    return invalid_property_value(name, text if len(text) <= _SHOWN else text[:_SHOWN] + "…")


_CHANGES: dict[type, Change] = {
    ast.AddRun: _add,
    ast.LogValues: _log,
    ast.CommitRun: _commit,
    ast.DropRun: _drop,
}
