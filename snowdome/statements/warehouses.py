"""Warehouses: they have a size and are started or not; all run on this machine."""

from __future__ import annotations

from dataclasses import replace

from snowdome.catalog.model import Entity, Warehouse
from snowdome.context import Context
from snowdome.errors import SnowflakeError
from snowdome.result import Result
from snowdome.sql import ast
from snowdome.sql.staging import object_name
from snowdome.stages.formats import Given
from snowdome.statements import ddl, properties, tags
from snowdome.statements.creation import creates
from snowdome.statements.ddl import KINDS, Target
from snowdome.statements.granted import Changes
from snowdome.statements.objects import verb
from snowdome.statements.properties import Fields, Property, invalid_property_value, plain

SIZES = {
    **dict.fromkeys(("XSMALL", "X-SMALL"), "X-Small"),
    "SMALL": "Small",
    "MEDIUM": "Medium",
    "LARGE": "Large",
    **dict.fromkeys(("XLARGE", "X-LARGE"), "X-Large"),
    **dict.fromkeys(("XXLARGE", "X2LARGE", "2X-LARGE"), "2X-Large"),
    **dict.fromkeys(("XXXLARGE", "X3LARGE", "3X-LARGE"), "3X-Large"),
    **dict.fromkeys(("X4LARGE", "4X-LARGE"), "4X-Large"),
    **dict.fromkeys(("X5LARGE", "5X-LARGE"), "5X-Large"),
    **dict.fromkeys(("X6LARGE", "6X-LARGE"), "6X-Large"),
}


def _size(name: str, value: Given) -> Fields:
    found = SIZES.get(plain(value).upper())
    if found is None:
        raise invalid_property_value(name, plain(value))
    return {"size": found}


def _type(name: str, value: Given) -> Fields:
    word = plain(value).upper()
    if word not in ("STANDARD", "SNOWPARK-OPTIMIZED"):
        raise invalid_property_value(name, plain(value))
    return {"type": word}


def _auto_suspend(name: str, value: Given) -> Fields:
    if value is None:
        return {"auto_suspend": None}
    if isinstance(value, bool) or not isinstance(value, int):
        raise invalid_property_value(name, plain(value))
    return {"auto_suspend": value}


def _kept(check: tuple[str, ...] = (), least: int | None = None) -> Property:
    """A property that is shown as set and has no effect here."""

    def read(name: str, value: Given) -> Fields:
        word = plain(value)
        if check and word.upper() not in check:
            raise invalid_property_value(name, word)
        if least is not None and (not word.lstrip("-").isdigit() or int(word) < least):
            raise invalid_property_value(name, word)
        return {name: word.upper() if check else word}

    return Property(read, kept=True)


def _initially_suspended(name: str, value: Given) -> Fields:
    return {"suspended": plain(value).upper() == "TRUE"}


_FLAG = ("TRUE", "FALSE")
properties.defines(
    "WAREHOUSE",
    WAREHOUSE_SIZE=Property(_size, {"size": "X-Small"}),
    WAREHOUSE_TYPE=Property(_type, {"type": "STANDARD"}),
    AUTO_SUSPEND=Property(_auto_suspend, {"auto_suspend": 600}),
    AUTO_RESUME=properties.flag("auto_resume", True),
    INITIALLY_SUSPENDED=Property(_initially_suspended),
    MIN_CLUSTER_COUNT=_kept(least=1),
    MAX_CLUSTER_COUNT=_kept(least=1),
    SCALING_POLICY=_kept(("STANDARD", "ECONOMY")),
    RESOURCE_MONITOR=_kept(),
    ENABLE_QUERY_ACCELERATION=_kept(_FLAG),
    QUERY_ACCELERATION_MAX_SCALE_FACTOR=_kept(least=0),
    RESOURCE_CONSTRAINT=_kept(),
    GENERATION=_kept(("1", "2")),
    WAIT_FOR_COMPLETION=_kept(_FLAG),
    MAX_CONCURRENCY_LEVEL=_kept(least=1),
    STATEMENT_QUEUED_TIMEOUT_IN_SECONDS=_kept(least=0),
    STATEMENT_TIMEOUT_IN_SECONDS=_kept(least=0),
)


@creates("WAREHOUSE")
def create_warehouse(statement: ast.CreateObject, context: Context) -> Result:
    """CREATE WAREHOUSE, which then is the current one."""
    name = object_name(statement.name, context)

    def build(unit: Changes, target: Target) -> Entity:
        now = context.catalog.clock.now()
        made = Warehouse(**target.fields(unit), resumed_on=now, updated_on=now)
        made = tags.tagged(made, statement.tags, context)
        return properties.applied(made, "WAREHOUSE", statement.options, context)

    def then() -> None:
        context.session.warehouse = name.name

    return ddl.create(context, KINDS["WAREHOUSE"], name, statement, build, then=then)


@verb("WAREHOUSE", "SUSPEND")
def suspend(context: Context, entity: Warehouse) -> Entity:
    if entity.suspended:
        raise _invalid_state("090064", f"Warehouse '{entity.name}' cannot be suspended.")
    return replace(entity, suspended=True, updated_on=context.catalog.clock.now())


@verb("WAREHOUSE", "RESUME")
def resume(context: Context, entity: Warehouse) -> Entity:
    if not entity.suspended:
        raise _invalid_state("090063", f"Warehouse '{entity.name}' cannot be resumed.")
    return _started(context, entity)


@verb("WAREHOUSE", "RESUME IF SUSPENDED")
def resume_if_suspended(context: Context, entity: Warehouse) -> Entity:
    return _started(context, entity) if entity.suspended else entity


@verb("WAREHOUSE", "ABORT ALL QUERIES")
def abort_all_queries(context: Context, entity: Warehouse) -> Entity:
    """Cancel what runs in the warehouse, except this statement."""
    for record in context.services.query_log():
        running = getattr(record, "status", "") in ("RUNNING", "QUEUED")
        if running and getattr(record, "warehouse", None) == entity.name and record.id != context.query_id:
            context.services.cancel(record.id)
    return entity


def _started(context: Context, entity: Warehouse) -> Warehouse:
    now = context.catalog.clock.now()
    return replace(entity, suspended=False, resumed_on=now, updated_on=now)


def _invalid_state(code: str, text: str) -> SnowflakeError:
    """090063, 090064: resuming what runs, suspending what is suspended."""
    return SnowflakeError(code, "22000", f"Invalid state. {text}")
