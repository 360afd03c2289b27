"""SYSTEM$RESOLVE_EXPERIMENT_ID, SYSTEM$RESOLVE_EXPERIMENT_RUN_ID."""

from __future__ import annotations

from snowdome.sql.experiments import experiment_named, run_written
from snowdome.sql.functions.registry import scalar
from snowdome.sql.typed import Call, Typed
from snowdome.types import NUMBER


@scalar("SYSTEM$RESOLVE_EXPERIMENT_ID", args="text")
def experiment_id(call: Call) -> Typed:
    """The number of an experiment."""
    call.env.volatile()
    return call.result(str(experiment_named(call.env.session, call.constant_text(0)).id), NUMBER, False)


@scalar("SYSTEM$RESOLVE_EXPERIMENT_RUN_ID", args="text, text")
def run_id(call: Call) -> Typed:
    """The number of an experiment's run."""
    call.env.volatile()
    experiment = experiment_named(call.env.session, call.constant_text(0))
    return call.result(str(run_written(experiment, call.constant_text(1)).id), NUMBER, False)
