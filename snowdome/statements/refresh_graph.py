"""The graph of dynamic tables: who reads whom, their lags, suspending, and how they were defined when."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from snowdome.catalog import refreshes
from snowdome.catalog.catalog import Snapshot
from snowdome.catalog.model import DynamicTable, Entity
from snowdome.catalog.online import OnlineFeatureTable
from snowdome.catalog.refreshes import GraphVersion
from snowdome.context import Context
from snowdome.errors import compilation_error
from snowdome.statements import ddl
from snowdome.statements.granted import Changes

DOWNSTREAM = "DOWNSTREAM"
USER_SUSPENDED = "USER_SUSPENDED"
ERRORS = "SUSPENDED_DUE_TO_ERRORS"
UPSTREAM = "UPSTREAM_"


def dynamic_tables(snapshot: Snapshot) -> list[DynamicTable]:
    """All of the account, by id."""
    return snapshot.all(DynamicTable)


def parents(snapshot: Snapshot, table: DynamicTable) -> list[DynamicTable]:
    """The dynamic tables that ``table`` reads, itself or through views."""
    if isinstance(table, OnlineFeatureTable):
        return []  # it takes its source as it is
    found = (snapshot.by_id.get(i) for i in table.sources)
    return [e for e in found if isinstance(e, DynamicTable)]


def children(snapshot: Snapshot, table: DynamicTable) -> list[DynamicTable]:
    """The dynamic tables that read ``table``."""
    readers = (t for t in dynamic_tables(snapshot) if table.id in t.sources)
    return [t for t in readers if not isinstance(t, OnlineFeatureTable)]


def upstream(
    snapshot: Snapshot, tables: Iterable[DynamicTable], suspended: bool = True
) -> list[DynamicTable]:
    """``tables`` with the dynamic tables that they depend on, those first that others read; a table that is
    scheduled by nobody ends the way up, unless it is one of ``tables``; ``suspended`` says whether suspended
    ones are taken along."""
    found: dict[int, DynamicTable] = {}

    def visit(table: DynamicTable) -> None:
        if table.id in found:
            return
        if table.scheduler != "DISABLE":
            for parent in parents(snapshot, table):
                if parent.scheduler != "DISABLE" and (suspended or not parent.suspended):
                    visit(parent)
        found[table.id] = table

    for table in tables:
        visit(table)
    return list(found.values())


def check_acyclic(snapshot: Snapshot, table_id: int, sources: Iterable[int]) -> None:
    """A dynamic table cannot read itself, nor what reads it; ``sources`` are what it is to read."""
    pending, seen = list(sources), set()
    while pending:
        one = pending.pop()
        if one == table_id:
            name = snapshot.by_id[table_id].name
            raise compilation_error("002712", "0A000", f"Dynamic table '{name}' cannot depend on itself.")
        found = snapshot.by_id.get(one)
        if one not in seen and isinstance(found, DynamicTable):
            pending += found.sources
        seen.add(one)


def downstream(snapshot: Snapshot, table: DynamicTable) -> list[DynamicTable]:
    """The dynamic tables that depend on ``table``, nearest first, without it."""
    found: dict[int, DynamicTable] = {}
    pending = [table]
    while pending:
        below = [c for t in pending for c in children(snapshot, t) if c.id not in found]
        found.update({c.id: c for c in below})
        pending = below
    return list(found.values())


_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}


def lag_seconds(target_lag: str) -> int | None:
    """Seconds of a TARGET_LAG such as ``5 minutes``; None for DOWNSTREAM and for text that is none."""
    words = target_lag.lower().split()
    if len(words) != 2 or not words[0].isdigit():
        return None
    unit = _UNITS.get(words[1].removesuffix("s"))
    return None if unit is None else int(words[0]) * unit


def effective_lag(snapshot: Snapshot, table: DynamicTable) -> int | None:
    """The table's lag in seconds: its own, or the least of what depends on it; None if nothing asks for it."""
    if table.scheduler == "DISABLE":
        return None
    if table.target_lag != DOWNSTREAM:
        return lag_seconds(table.target_lag)
    lags = [lag for c in children(snapshot, table) if (lag := effective_lag(snapshot, c)) is not None]
    return min(lags, default=None)


# -- suspending, and definitions as they were --------------------------------------------------------


def suspend(context: Context, unit: Changes, table: DynamicTable, why: str) -> None:
    """Suspend a table and what depends on it."""
    snapshot = context.catalog.snapshot
    _suspended(context, unit, table, why)
    for each in downstream(snapshot, table):
        if not each.suspended:
            _suspended(context, unit, each, f"{UPSTREAM}{why}")


def _suspended(context: Context, unit: Changes, table: DynamicTable, why: str) -> None:
    current = context.catalog.snapshot.by_id[table.id]
    assert isinstance(current, DynamicTable)
    changed = replace(current, suspended=why, suspended_on=context.catalog.clock.now())
    unit.put(changed)
    note_definition(context, unit, changed, "SUSPEND")


def resume(context: Context, unit: Changes, table: DynamicTable) -> None:
    """Resume a table and what was suspended because it was."""
    snapshot = context.catalog.snapshot
    now = context.catalog.clock.now()
    for each in (table, *(t for t in downstream(snapshot, table) if t.suspended.startswith(UPSTREAM))):
        changed = replace(each, suspended="", resumed_on=now)
        unit.put(changed)
        refreshes.put_state(unit.cursor, replace(refreshes.state(unit.cursor, each.id), failures=0))
        note_definition(context, unit, changed, "RESUME")


_REASONS = {
    USER_SUSPENDED: "The dynamic table was suspended by a user.",
    "CLONED_AUTO_SUSPENDED": "The dynamic table is a clone that was not resumed yet.",
    ERRORS: "The dynamic table was suspended after too many refreshes in a row failed.",
}


def note_definition(context: Context, unit: Changes, table: DynamicTable, cause: str) -> None:
    """Keep how the table is defined from now on."""
    lag = lag_seconds(table.target_lag)
    database, schema, name = parts(context, table)
    version = GraphVersion(
        table.id, name, schema, database, _compact(_inputs(context, table)),
        DOWNSTREAM if table.target_lag == DOWNSTREAM else "USER_DEFINED", lag, table.query,
        context.catalog.clock.now(), None, _compact(_scheduling(table)), _compact([cause]),
    )  # fmt: skip
    refreshes.define(unit.cursor, version)


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def parts(context: Context, table: DynamicTable) -> tuple[str, str, str]:
    """Database, schema and name of a table, which may be one in the making."""
    schema = context.catalog.snapshot.by_id[table.parent]
    return context.catalog.snapshot.by_id[schema.parent].name, schema.name, table.name


def _inputs(context: Context, table: DynamicTable) -> list[Mapping[str, str]]:
    found = [e for i in table.sources if (e := context.catalog.snapshot.by_id.get(i)) is not None]
    return [{"kind": kind_of(e), "name": str(ddl.place_name(context, e))} for e in found]


def kind_of(entity: Entity) -> str:
    """TABLE, VIEW or DYNAMIC_TABLE."""
    return "DYNAMIC_TABLE" if isinstance(entity, DynamicTable) else type(entity).__name__.upper()


def _scheduling(table: DynamicTable) -> Mapping[str, Any]:
    """SCHEDULING_STATE of the graph's history; times are ns UTC here."""
    if not table.suspended:
        return {"state": "ACTIVE", "resumed_on": table.resumed_on or None}
    reason = _REASONS.get(table.suspended, "The dynamic table was suspended because one that it reads was.")
    return {
        "state": "SUSPENDED", "reason_code": table.suspended, "reason_message": reason,
        "suspended_on": table.suspended_on,
    }  # fmt: skip
