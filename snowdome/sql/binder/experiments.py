"""SYSTEM$GET_EXPERIMENT_RUN_METRICS: every metric that a run of an experiment logged."""

from __future__ import annotations

from decimal import Decimal

from snowdome.catalog import run_values
from snowdome.result import arrow_table
from snowdome.sql.binder.scope import Relation
from snowdome.sql.binder.table_functions import TableCall, arrow_relation, table_function
from snowdome.sql.experiments import experiment_named, run_written
from snowdome.types import LTZ, NUMBER, REAL, TEXT, Column

_COLUMNS = (
    Column("METRIC_NAME", TEXT),
    Column("STEP", NUMBER),
    Column("VALUE", REAL),
    Column("TIMESTAMP", LTZ),
)


@table_function("SYSTEM$GET_EXPERIMENT_RUN_METRICS", takes="EXPERIMENT_NAME RUN_NAME")
def run_metrics(call: TableCall) -> Relation:
    """A row for each metric and step, by name and step."""
    session = call.binder.session
    experiment = experiment_named(session, _text(call, 0, "EXPERIMENT_NAME"))
    found = run_written(experiment, _text(call, 1, "RUN_NAME"))
    call.binder.volatile()
    with session.cursor() as cursor:
        points = run_values.history(cursor, found.id)
    rows = [(p.metric.name, Decimal(p.metric.step), p.metric.value, Decimal(p.logged)) for p in points]
    return arrow_relation(call.binder, arrow_table(_COLUMNS, rows), _COLUMNS)


def _text(call: TableCall, index: int, name: str) -> str:
    call.required(index, name, "text")
    return str(call.constant(index, name))
