"""Online feature tables: CREATE, ALTER, SHOW, DESCRIBE. They are refreshed as dynamic tables are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from snowdome.catalog import refreshes
from snowdome.catalog.information_schema import row_counts
from snowdome.catalog.model import DynamicTable, Entity, Relation, View, Warehouse
from snowdome.catalog.names import ObjectName, quote
from snowdome.catalog.online import OnlineFeatureTable
from snowdome.catalog.refreshes import State
from snowdome.context import Context
from snowdome.errors import SnowflakeError, compilation_error
from snowdome.result import Result
from snowdome.sql import ast, refresh_mode
from snowdome.sql.names import parse_name
from snowdome.sql.staging import object_name
from snowdome.stages.formats import Given
from snowdome.statements import ddl, properties, refreshing, tags
from snowdome.statements import refresh_graph as graph
from snowdome.statements import refresh_rows as content
from snowdome.statements import table_columns as parts
from snowdome.statements.ddl import KINDS, Kind, Target
from snowdome.statements.describe import COLUMNS, describes, relation_rows
from snowdome.statements.granted import Changes
from snowdome.statements.notifications import missing
from snowdome.statements.objects import action, no_warehouse
from snowdome.statements.properties import Fields, Property, invalid_property_value, plain
from snowdome.statements.refresh_rows import Definition
from snowdome.statements.registry import handles
from snowdome.statements.show import table_bytes
from snowdome.statements.showing import Place, Row, common, lists, objects

WORD = "ONLINE FEATURE TABLE"
KIND = KINDS[WORD]
_SHORTEST, _LONGEST = 10, 8 * 86_400  # seconds
_LAG = re.compile(r"(\d+)\s*(s|sec|m|min|h|hr|d|second|minute|hour|day)s?", re.I)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


# -- properties -----------------------------------------------------------------------------------


def _target_lag(name: str, value: Given) -> Fields:
    """A number and a unit, from ten seconds to eight days; kept as ``30 seconds``."""
    found = _LAG.fullmatch(plain(value).strip())
    text = f"{int(found[1])} {_UNITS[found[2][0].lower()]}" if found is not None else ""
    seconds = graph.lag_seconds(text)
    if seconds is None or not _SHORTEST <= seconds <= _LONGEST:
        raise invalid_property_value(name, plain(value))
    return {"target_lag": text}


def _refresh_mode(name: str, value: Given) -> Fields:
    word = plain(value).upper()
    if word not in ("AUTO", "FULL", "INCREMENTAL"):
        raise invalid_property_value(name, plain(value))
    return {"configured_mode": word}


properties.defines(
    WORD,
    TARGET_LAG=Property(_target_lag),
    WAREHOUSE=Property(lambda name, value: {"warehouse": ObjectName(parse_name(plain(value))).name}),
    REFRESH_MODE=Property(_refresh_mode),
    TIMESTAMP_COLUMN=Property(lambda name, value: {"moment": parse_name(plain(value))[-1]}),
)
_FIXED = ("REFRESH_MODE", "TIMESTAMP_COLUMN")


def _with_options(table: OnlineFeatureTable, options: ast.Options, context: Context) -> OnlineFeatureTable:
    found = properties.applied(table, WORD, options, context)
    if context.catalog.snapshot.get(Warehouse, 0, found.warehouse) is None:
        raise SnowflakeError("002003", "02000", f"Warehouse '{found.warehouse}' does not exist.")
    return found


# -- CREATE ---------------------------------------------------------------------------------------


@handles(ast.CreateOnlineTable)
def create_online_table(statement: ast.CreateOnlineTable, context: Context) -> Result:
    """CREATE ONLINE FEATURE TABLE; it is filled at once."""
    name = object_name(statement.name, context)
    database, schema = context.session.require_schema(name)
    ddl.commit_first(context)
    if statement.if_not_exists and ddl.find(context, KIND, name) is not None:
        return ddl.exists_already(name.name)
    wanted = _described(statement, context)
    _check_source(context, wanted, object_name(statement.source, context))
    definition = content.define(context, wanted.query, (database.name, schema.name))
    mode = _mode(wanted, definition)

    def build(unit: Changes, target: Target) -> Entity:
        columns = tuple(parts.from_query(definition.compiled.columns))
        table = replace(
            wanted, **target.fields(unit), columns=columns, next_column=len(columns) + 1,
            context=(database.name, schema.name), sources=definition.sources, refresh_mode=mode,
        )  # fmt: skip
        table = replace(table, storage=ddl.storage_name(table.id, table.name))
        table = tags.tagged(table, statement.tags, context)
        unit.sql(f"CREATE TABLE {table.storage} ({parts.engine_columns(columns)})")
        now = context.catalog.clock.now()
        refreshing.write(
            context, unit.cursor, table, definition, refreshing.Attempt(refreshing.CREATION, now, now)
        )
        return replace(table, initialized=True)

    return ddl.create(context, KIND, name, statement, build)


def _described(statement: ast.CreateOnlineTable, context: Context) -> OnlineFeatureTable:
    """The table as the statement describes it, without a place and columns."""
    if "TARGET_LAG" not in statement.options:
        raise missing(["TARGET_LAG"])
    if "WAREHOUSE" not in statement.options and context.session.warehouse is None:
        raise no_warehouse()
    table = OnlineFeatureTable(
        id=0, name="", parent=0, owner="", text=statement.text, keys=statement.keys,
        warehouse=context.session.warehouse or "",
    )  # fmt: skip
    table = _with_options(table, statement.options, context)
    source = context.session.full_name(object_name(statement.source, context))
    return replace(table, query=_newest(source, table))


def _newest(source: ObjectName, table: OnlineFeatureTable) -> str:
    """The query of the newest row of each key."""
    keys = ", ".join(f'"{_doubled(key)}"' for key in table.keys)
    order = f'"{_doubled(table.moment)}" DESC NULLS LAST' if table.moment else keys
    name = ".".join(f'"{_doubled(part)}"' for part in source.parts)
    return f"SELECT * FROM {name} QUALIFY ROW_NUMBER() OVER (PARTITION BY {keys} ORDER BY {order}) = 1"


def _doubled(name: str) -> str:
    return name.replace('"', '""')


def _check_source(context: Context, table: OnlineFeatureTable, name: ObjectName) -> None:
    """The source must have the columns that are named; if it was never refreshed, it is now."""
    source = context.session.find(Relation, name)
    names = [c.name for c in source.columns] if source is not None else []
    for wanted in (*table.keys, *((table.moment,) if table.moment else ())):
        if source is not None and wanted not in names:
            raise compilation_error("000904", "42000", f"invalid identifier '{quote(wanted)}'")
    if isinstance(source, DynamicTable) and not source.initialized:
        above = graph.upstream(context.catalog.snapshot, [source])
        for outcome in refreshing.refresh(context, above, refreshing.CREATION):
            if outcome.error is not None:
                raise outcome.error


def _mode(table: OnlineFeatureTable, definition: Definition) -> str:
    """FULL or INCREMENTAL, as the statement asks or as the source allows."""
    full = any(isinstance(r, DynamicTable) and r.refresh_mode == "FULL" for r in definition.relations)
    views = [r.query for r in definition.relations if isinstance(r, View)]
    reason = refresh_mode.refusal([table.query, *views])
    if full:
        reason = "Change tracking is not supported on a dynamic table with refresh mode FULL."
    if table.configured_mode == "INCREMENTAL" and reason is not None:
        raise compilation_error("091912", "0A000", reason)
    return "FULL" if table.configured_mode == "FULL" or reason is not None else "INCREMENTAL"


# -- ALTER ----------------------------------------------------------------------------------------


@action(WORD, ast.Verb)
def suspend_resume_refresh(context: Context, kind: Kind, table: OnlineFeatureTable, what: ast.Verb) -> None:
    """SUSPEND, RESUME and REFRESH."""
    if what.words == "REFRESH":
        (outcome,) = refreshing.refresh(context, [table], refreshing.MANUAL)
        if outcome.error is not None:
            raise outcome.error
        return
    with context.catalog.unit() as unit:
        if what.words == "SUSPEND":
            graph.suspend(context, unit, table, graph.USER_SUSPENDED)
        else:
            graph.resume(context, unit, table)


@action(WORD, ast.SetOptions)
def set_options(context: Context, kind: Kind, table: OnlineFeatureTable, what: ast.SetOptions) -> None:
    """SET TARGET_LAG, WAREHOUSE, COMMENT."""
    for name in _FIXED:
        if name in what.options:
            raise properties.invalid_property(name, "ONLINE_FEATURE_TABLE")
    ddl.update(context, table, _with_options(table, what.options, context))


@action(WORD, ast.UnsetOptions)
def unset_options(context: Context, kind: Kind, table: OnlineFeatureTable, what: ast.UnsetOptions) -> None:
    """UNSET COMMENT: the other properties always have a value."""
    for name in what.names:
        if name != "COMMENT":
            raise properties.invalid_property(name, "ONLINE_FEATURE_TABLE")
    ddl.update(context, table, replace(table, comment=""))


# -- SHOW, DESCRIBE -------------------------------------------------------------------------------


@lists(
    "ONLINE FEATURE TABLES",
    "created_on name database_name schema_name rows bytes owner target_lag refresh_mode refresh_mode_reason"
    " warehouse comment text scheduling_state data_timestamp owner_role_type primary_key timestamp_column store_type",
    starts_with=True, limit=True,
)  # fmt: skip
def online_tables(show: ast.Show, context: Context) -> Sequence[Row]:
    found = objects(show, context, OnlineFeatureTable)
    tables = [(place, t) for place, t in found if isinstance(t, OnlineFeatureTable)]
    counts = row_counts(context.session, [t for _, t in tables])
    with context.session.cursor() as cursor:
        states = refreshes.states(cursor)
    return [
        _row(place, t, counts[t.id], states.get(t.id) or State(t.id)) for place, t in tables if t.id in counts
    ]


def _row(place: Place, table: OnlineFeatureTable, rows: int, state: State) -> Row:
    return {
        **common(place, table), "rows": rows, "bytes": table_bytes(table, rows), "target_lag": table.target_lag,
        "refresh_mode": table.refresh_mode, "refresh_mode_reason": table.refresh_mode_reason,
        "warehouse": table.warehouse, "text": table.text,
        "scheduling_state": "SUSPENDED" if table.suspended else "ACTIVE",
        "data_timestamp": state.data_timestamp or None, "primary_key": f"({', '.join(map(quote, table.keys))})",
        "timestamp_column": table.moment or None, "store_type": "hybrid_table",
    }  # fmt: skip


@describes(WORD, COLUMNS)
def describe_online_table(context: Context, table: Any) -> list[tuple[Any, ...]]:
    """One row a column, as DESCRIBE TABLE has them."""
    return relation_rows(table)
