"""CREATE, ALTER, EXECUTE, SHOW and DESCRIBE of alerts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from snowdome.catalog.model import Alert, Database, Entity, Schema, Warehouse
from snowdome.catalog.parameters import invalid_value
from snowdome.context import Context
from snowdome.errors import SnowflakeError, compilation_error, not_supported
from snowdome.result import Result
from snowdome.sql import ast
from snowdome.sql.grammar import parse
from snowdome.sql.names import parse_name
from snowdome.sql.staging import object_name
from snowdome.stages.formats import Given
from snowdome.statements import ddl, properties, tags
from snowdome.statements.ddl import KINDS, Kind, Target
from snowdome.statements.describe import describes
from snowdome.statements.granted import Changes
from snowdome.statements.objects import action, verb
from snowdome.statements.properties import Fields, Property, plain
from snowdome.statements.registry import handles
from snowdome.statements.showing import Place, Row, columns, common, lists, objects
from snowdome.tasks import schedules

KIND = KINDS["ALERT"]


def _schedule(name: str, value: Given) -> Fields:
    if not isinstance(value, str):
        raise invalid_value(name, plain(value))
    schedules.parse(value)
    return {"schedule": value}


def _warehouse(name: str, value: Given) -> Fields:
    return {"warehouse": parse_name(plain(value))[-1]}


properties.defines(
    "ALERT",
    WAREHOUSE=Property(_warehouse, {"warehouse": ""}),
    SCHEDULE=Property(_schedule),
    CONFIG=properties.later("of an alert"),
    RUNBOOK=properties.later("of an alert"),
    SUSPEND_ALERT_AFTER_NUM_FAILURES=properties.later("of an alert"),
)


# -- CREATE ---------------------------------------------------------------------------------------


@handles(ast.CreateAlert)
def create_alert(statement: ast.CreateAlert, context: Context) -> Result:
    """CREATE [OR REPLACE] ALERT; it begins suspended."""
    check_condition(statement.condition)
    check_action(statement.action)

    def build(unit: Changes, target: Target) -> Entity:
        made = Alert(**target.fields(unit), condition=statement.condition, action=statement.action)
        made = _with(context, made, statement.options)
        if not made.schedule:
            raise not_supported("alerts on new data (an alert without SCHEDULE)")
        return tags.tagged(made, statement.tags, context)

    return ddl.create(context, KIND, object_name(statement.name, context), statement, build)


def _with(context: Context, alert: Alert, options: ast.Options) -> Alert:
    found = properties.applied(alert, "ALERT", options, context)
    if "WAREHOUSE" in options and context.catalog.snapshot.get(Warehouse, 0, found.warehouse) is None:
        raise SnowflakeError("091083", "22023", f"Nonexistent warehouse {found.warehouse} was specified.")
    return found


def check_condition(text: str) -> None:
    """A condition is a SELECT, a SHOW or a CALL."""
    statements = parse(text)
    if len(statements) != 1 or not isinstance(statements[0], (ast.Query, ast.Show, ast.Call)):
        text = "The condition of an alert is a SELECT, SHOW or CALL statement."
        raise compilation_error("001003", "42000", text)


def check_action(text: str) -> None:
    """An action is one statement, which may be a block."""
    if len(parse(text)) != 1:
        raise compilation_error("001003", "42000", "The action of an alert is one statement or a block.")


# -- ALTER and EXECUTE ----------------------------------------------------------------------------


@verb("ALERT", "RESUME")
def resume(context: Context, alert: Alert) -> Entity:
    """Its schedule begins to run now, unless it did already."""
    now = context.catalog.clock.now()
    return alert if alert.started else replace(alert, started=True, resumed_on=now)


@verb("ALERT", "SUSPEND")
def suspend(context: Context, alert: Alert) -> Entity:
    return replace(alert, started=False)


@action("ALERT", ast.SetOptions)
def set_options(context: Context, kind: Kind, alert: Alert, what: ast.SetOptions) -> None:
    """SET properties; another schedule counts from now."""
    changed = _with(context, alert, what.options)
    if changed.schedule != alert.schedule:
        changed = replace(changed, resumed_on=context.catalog.clock.now())
    ddl.update(context, alert, changed)


@action("ALERT", ast.UnsetOptions)
def unset_options(context: Context, kind: Kind, alert: Alert, what: ast.UnsetOptions) -> None:
    """UNSET properties; what makes the alert an alert stays."""
    if "SCHEDULE" in what.names:
        raise not_supported("alerts on new data (an alert without SCHEDULE)")
    ddl.update(context, alert, properties.cleared(alert, "ALERT", what.names))


@action("ALERT", ast.ModifyAlert)
def modify(context: Context, kind: Kind, alert: Alert, what: ast.ModifyAlert) -> None:
    """MODIFY CONDITION EXISTS (…), MODIFY ACTION …"""
    if what.condition is not None:
        check_condition(what.condition)
        alert = replace(alert, condition=what.condition)
    if what.action is not None:
        check_action(what.action)
        alert = replace(alert, action=what.action)
    ddl.update(context, alert, alert)


@handles(ast.ExecuteAlert)
def execute_alert(statement: ast.ExecuteAlert, context: Context) -> Result:
    """EXECUTE ALERT: once, now, whether it is suspended or not."""
    alert = ddl.require(context, KIND, object_name(statement.name, context))
    context.services.execute_alert(alert.id)
    return ddl.done()


# -- SHOW and DESCRIBE ----------------------------------------------------------------------------

_COLUMNS = columns(
    "created_on name database_name schema_name owner comment warehouse schedule state condition action"
    " owner_role_type"
)


@lists(
    "ALERTS", _COLUMNS, terse="created_on name kind database_name schema_name schedule state",
    starts_with=True, limit=True,
)  # fmt: skip
def alerts(show: ast.Show, context: Context) -> Sequence[Row]:
    return [_row(place, a) for place, a in objects(show, context, Alert) if isinstance(a, Alert)]


def _row(place: Place, alert: Alert) -> Row:
    return {
        **common(place, alert), "kind": "ALERT", "warehouse": alert.warehouse or None,
        "schedule": alert.schedule, "state": "started" if alert.started else "suspended",
        "condition": alert.condition, "action": alert.action,
    }  # fmt: skip


@describes("ALERT", _COLUMNS)
def describe_alert(context: Context, alert: Any) -> list[tuple[Any, ...]]:
    """One row, as SHOW has it."""
    schema = context.catalog.snapshot.by_id[alert.parent]
    assert isinstance(schema, Schema)
    database = context.catalog.snapshot.by_id[schema.parent]
    assert isinstance(database, Database)
    row = _row(Place(database, schema), alert)
    return [tuple(row.get(c.name) for c in _COLUMNS)]
