"""CREATE and ALTER of dynamic tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from snowdome.catalog.model import DynamicTable, Entity, TableColumn, Warehouse
from snowdome.catalog.names import ObjectName
from snowdome.context import Context
from snowdome.errors import SnowflakeError, compilation_error, not_supported
from snowdome.result import Result
from snowdome.sql import ast, refresh_mode
from snowdome.sql.names import parse_name
from snowdome.sql.staging import given, object_name
from snowdome.stages.formats import Given
from snowdome.statements import ddl, objects, properties, refreshing, tags, views
from snowdome.statements import refresh_graph as graph
from snowdome.statements import refresh_rows as content
from snowdome.statements import table_columns as parts
from snowdome.statements.ddl import KINDS, Kind, Target
from snowdome.statements.fragments import in_place
from snowdome.statements.granted import Changes
from snowdome.statements.notifications import missing
from snowdome.statements.objects import action
from snowdome.statements.properties import Fields, Property, invalid_property_value, plain
from snowdome.statements.refresh_rows import Definition
from snowdome.statements.registry import handles

KIND = KINDS["DYNAMIC TABLE"]
LEAST_LAG = 60  # seconds


# -- properties -----------------------------------------------------------------------------------


def _target_lag(name: str, value: Given) -> Fields:
    text = plain(value).strip()
    if text.upper() == graph.DOWNSTREAM:
        return {"target_lag": graph.DOWNSTREAM}
    seconds = graph.lag_seconds(text)
    if seconds is None or not isinstance(value, str) or seconds < LEAST_LAG:
        raise invalid_property_value(name, text)
    return {"target_lag": text}


def _name(field: str) -> Property:
    def read(name: str, value: Given) -> Fields:
        return {field: plain(value)}  # looked up, and folded, once all is read

    return Property(read, {field: ""})


def _one_of(field: str, *values: str) -> Property:
    def read(name: str, value: Given) -> Fields:
        word = plain(value).upper()
        if word not in values:
            raise invalid_property_value(name, plain(value))
        return {field: word}

    return Property(read, {field: ""})


def _initialize(name: str, value: Given) -> Fields:
    if plain(value).upper() not in ("ON_CREATE", "ON_SCHEDULE"):
        raise invalid_property_value(name, plain(value))
    return {}


properties.defines(
    "DYNAMIC TABLE",
    TARGET_LAG=Property(_target_lag),
    LAG=Property(_target_lag),
    SCHEDULER=_one_of("scheduler", "ENABLE", "DISABLE"),
    WAREHOUSE=_name("warehouse"),
    INITIALIZATION_WAREHOUSE=_name("initialization_warehouse"),
    REFRESH_MODE=_one_of("configured_mode", "AUTO", "FULL", "INCREMENTAL"),
    INITIALIZE=Property(_initialize),
    DATA_RETENTION_TIME_IN_DAYS=properties.parameter("retention_days", int, 1),
    MAX_DATA_EXTENSION_TIME_IN_DAYS=properties.checked("MAX_DATA_EXTENSION_TIME_IN_DAYS"),
    DEFAULT_DDL_COLLATION=properties.only("", "UTF8"),
    LOG_LEVEL=properties.later("of a dynamic table"),
    ROW_TIMESTAMP=properties.only("FALSE"),
)
_ADAPTIVE = ("ADAPTIVE", "CUSTOM_INCREMENTAL")
_FIXED = ("REFRESH_MODE", "INITIALIZE")


def _with_options(table: DynamicTable, options: ast.Options, context: Context) -> DynamicTable:
    """The table with its properties, those that name warehouses looked up."""
    mode = plain(given(options.get("REFRESH_MODE", "AUTO"), context)).upper()
    if mode in _ADAPTIVE:
        raise not_supported(f"REFRESH_MODE = {mode}")
    found = properties.applied(table, "DYNAMIC TABLE", options, context)
    for field in ("warehouse", "initialization_warehouse"):
        if getattr(found, field) != getattr(table, field):
            changed: dict[str, Any] = {field: _warehouse(context, getattr(found, field))}
            found = replace(found, **changed)
    if found.scheduler == "DISABLE" and ("TARGET_LAG" in options or "LAG" in options):
        raise compilation_error("002768", "22023", "TARGET_LAG cannot be set when SCHEDULER is DISABLE.")
    return replace(found, target_lag="") if found.scheduler == "DISABLE" else found


def _warehouse(context: Context, written: str) -> str:
    name = ObjectName(parse_name(written)).name
    if context.catalog.snapshot.get(Warehouse, 0, name) is None:
        raise SnowflakeError("002003", "02000", f"Warehouse '{name}' does not exist.")
    return name


# -- CREATE ---------------------------------------------------------------------------------------


@handles(ast.CreateDynamicTable)
def create_dynamic_table(statement: ast.CreateDynamicTable, context: Context) -> Result:
    """CREATE [OR REPLACE] [TRANSIENT] DYNAMIC TABLE; unless it waits for its schedule, it is filled at once."""
    name = object_name(statement.name, context)
    database, schema = context.session.require_schema(name)
    place = (database.name, schema.name)
    if context.bindings:
        raise compilation_error("002210", "42601", "Bind variables not allowed in view and UDF definitions.")
    ddl.commit_first(context)
    if _is_there(statement, context, name):
        return ddl.exists_already(name.name)
    _check_required(statement.options, context)
    fills = plain(given(statement.options.get("INITIALIZE", "ON_CREATE"), context)).upper() != "ON_SCHEDULE"
    source = in_place(statement, statement.query)
    definition = content.define(context, statement.query.text, place, source)
    before = context.session.find(DynamicTable, name)
    if before is not None:
        graph.check_acyclic(context.catalog.snapshot, before.id, definition.sources)
    if fills:
        _refresh_upstream(context, definition)
        definition = content.define(context, statement.query.text, place, source)

    def build(unit: Changes, target: Target) -> Entity:
        table = _defined(statement, context, unit, DynamicTable(
            **target.fields(unit), text=statement.text, query=statement.query.text, context=place,
            sources=definition.sources, declared=bool(statement.columns),
            persistence="TRANSIENT" if statement.transient else "PERMANENT",
        ), definition)  # fmt: skip
        graph.note_definition(context, unit, table, "CREATE_DYNAMIC_TABLE")
        if fills:
            now = context.catalog.clock.now()
            attempt = refreshing.Attempt(refreshing.CREATION, now, now)
            refreshing.write(context, unit.cursor, table, definition, attempt)
        return replace(table, initialized=fills)

    return ddl.create(context, KIND, name, statement, build)


def _is_there(statement: ast.CreateDynamicTable, context: Context, name: ObjectName) -> bool:
    """Whether IF NOT EXISTS finds the table: nothing then is looked at."""
    return statement.if_not_exists and ddl.find(context, KIND, name) is not None


def _check_required(options: ast.Options, context: Context) -> None:
    unscheduled = plain(given(options.get("SCHEDULER", ""), context)).upper() == "DISABLE"
    lag = "TARGET_LAG" in options or "LAG" in options
    absent = [] if lag or unscheduled else ["TARGET_LAG"]
    absent += [] if "WAREHOUSE" in options else ["WAREHOUSE"]
    if absent:
        raise missing(absent)


def _refresh_upstream(context: Context, definition: Definition) -> None:
    """What the new table reads is refreshed before it."""
    read = [r for r in definition.relations if isinstance(r, DynamicTable)]
    found = graph.upstream(context.catalog.snapshot, read)
    wanted = [t for t in found if not (t.suspended and t.initialized) and t.scheduler != "DISABLE"]
    for outcome in refreshing.refresh(context, wanted, refreshing.CREATION):
        if outcome.error is not None:
            raise outcome.error


def _defined(
    statement: ast.CreateDynamicTable, context: Context, unit: Changes, table: DynamicTable,
    definition: Definition,
) -> DynamicTable:  # fmt: skip
    """The table with its columns and properties, and its empty engine table."""
    columns = _columns(statement, context, unit, definition)
    parts.check_names(columns)
    table = replace(
        table, columns=columns, storage=ddl.storage_name(table.id, table.name), next_column=len(columns) + 1
    )
    if statement.cluster_by is not None:
        table = replace(table, cluster_by=f"LINEAR({statement.cluster_by.text})")
    table = _with_options(table, statement.options, context)
    table = _with_mode(table, definition)
    _check_lag(context, table)
    unit.sql(f"CREATE TABLE {table.storage} ({parts.engine_columns(columns)})")
    return tags.tagged(table, statement.tags, context)


def _columns(
    statement: ast.CreateDynamicTable, context: Context, unit: Changes, definition: Definition
) -> tuple[TableColumn, ...]:
    given_columns = definition.compiled.columns
    if not statement.columns:
        parts.require_names(statement.query.text)
        return tuple(parts.from_query(given_columns))
    if len(statement.columns) != len(given_columns):
        raise compilation_error("002026", "42601", "Invalid column definition list")
    pairs = zip(statement.columns, given_columns, strict=True)
    return tuple(parts.column(d, i, context, unit, g.type) for i, (d, g) in enumerate(pairs, 1))


def _with_mode(table: DynamicTable, definition: Definition) -> DynamicTable:
    """FULL or INCREMENTAL, as the statement asks or as the query allows."""
    if table.configured_mode == "FULL":
        return replace(table, refresh_mode="FULL")
    reason = refresh_mode.refusal([table.query, *definition.views]) or _full_upstream(definition)
    if reason is None:
        return replace(table, refresh_mode="INCREMENTAL")
    if table.configured_mode == "INCREMENTAL":
        raise compilation_error("091912", "0A000", reason)
    return replace(table, refresh_mode="FULL", refresh_mode_reason=reason)


def _full_upstream(definition: Definition) -> str | None:
    for each in definition.relations:
        if isinstance(each, DynamicTable) and each.refresh_mode == "FULL":
            return f"Change tracking is not supported on dynamic table '{each.name}' with refresh mode FULL."
    return None


def _check_lag(context: Context, table: DynamicTable) -> None:
    """A table lags at least as much as those that it reads."""
    lag = graph.lag_seconds(table.target_lag)
    for above in graph.parents(context.catalog.snapshot, table):
        theirs = graph.lag_seconds(above.target_lag)
        if lag is not None and theirs is not None and theirs > lag:
            text = (
                f"Dynamic Table target lag '{table.target_lag}' is shorter than the target lag "
                f"'{above.target_lag}' of the dynamic table '{above.name}' that it reads."
            )
            raise compilation_error("002767", "22023", text)


# -- ALTER ----------------------------------------------------------------------------------------


@handles(ast.RefreshDynamicTables)
def refresh_dynamic_tables(statement: ast.RefreshDynamicTables, context: Context) -> Result:
    """ALTER DYNAMIC TABLE … REFRESH: the tables and what they read, at once."""
    if context.session.transaction is not None and not context.keeps_transaction:
        text = "Manual refresh of a dynamic table is not supported inside a multi-statement transaction."
        raise SnowflakeError("002743", "0A000", text)
    names = [object_name(name, context) for name in statement.names]
    if statement.if_exists:
        names = [name for name in names if ddl.find(context, KIND, name) is not None]
    wanted = [_require(context, name) for name in names]
    for index, table in enumerate(wanted):
        if table.id in {t.id for t in wanted[:index]}:
            raise compilation_error("002008", "22023", f"Duplicate Dynamic Table: {table.name}")
    outcomes = refreshing.refresh(
        context, graph.upstream(context.catalog.snapshot, wanted), refreshing.MANUAL
    )
    _report(outcomes, wanted)
    return ddl.done()


def _require(context: Context, name: ObjectName) -> DynamicTable:
    found = ddl.require(context, KIND, name)
    assert isinstance(found, DynamicTable)
    return found


def _report(outcomes: Sequence[refreshing.Outcome], wanted: Sequence[DynamicTable]) -> None:
    asked = {t.id for t in wanted}
    for outcome in outcomes:
        if outcome.error is not None and outcome.table.id in asked:
            raise outcome.error


@action("DYNAMIC TABLE", ast.Verb)
def suspend_or_resume(context: Context, kind: Kind, table: DynamicTable, what: ast.Verb) -> None:
    """SUSPEND and RESUME, with what depends on the table; SUSPEND | RESUME RECLUSTER."""
    if what.words.endswith("RECLUSTER"):
        ddl.update(context, table, objects.VERBS["TABLE", what.words](context, table))
        return
    with context.catalog.unit() as unit:
        if what.words == "SUSPEND":
            graph.suspend(context, unit, table, graph.USER_SUSPENDED)
        else:
            graph.resume(context, unit, table)


@action("DYNAMIC TABLE", ast.SetOptions)
def set_options(context: Context, kind: Kind, table: DynamicTable, what: ast.SetOptions) -> None:
    """SET properties; the refresh mode and when the table is filled first stay."""
    for name in _FIXED:
        if name in what.options:
            raise properties.invalid_property(name, "DYNAMIC_TABLE")
    changed = _with_options(table, what.options, context)
    if not changed.target_lag and changed.scheduler != "DISABLE":
        raise missing(["TARGET_LAG"])
    _check_lag(context, changed)
    _put(context, table, changed)


@action("DYNAMIC TABLE", ast.UnsetOptions)
def unset_options(context: Context, kind: Kind, table: DynamicTable, what: ast.UnsetOptions) -> None:
    """UNSET properties; a dynamic table always has a lag and a warehouse."""
    for name in what.names:
        if name in ("TARGET_LAG", "LAG"):
            raise invalid_property_value(name, "null")
        if name in ("WAREHOUSE", "SCHEDULER", *_FIXED):
            text = f"SQL compilation error: cannot unset property '{name}' for '{table.name}'"
            raise SnowflakeError("001429", "22023", text)
    _put(context, table, properties.cleared(table, "DYNAMIC TABLE", what.names))


def _put(context: Context, table: DynamicTable, changed: DynamicTable) -> None:
    with context.catalog.unit() as unit:
        unit.put(changed)
        if (changed.target_lag, changed.scheduler) != (table.target_lag, table.scheduler):
            graph.note_definition(context, unit, changed, "ALTER_TARGET_LAG")
        elif changed.warehouse != table.warehouse:
            graph.note_definition(context, unit, changed, "ALTER_WAREHOUSE")


@action("DYNAMIC TABLE", ast.ClusterBy)
def cluster_by(context: Context, kind: Kind, table: DynamicTable, what: ast.ClusterBy) -> None:
    """CLUSTER BY and DROP CLUSTERING KEY."""
    keys = f"LINEAR({what.keys.text})" if what.keys is not None else ""
    ddl.update(context, table, replace(table, cluster_by=keys))


@action("DYNAMIC TABLE", ast.AlterColumns)
def comment_columns(context: Context, kind: Kind, table: DynamicTable, what: ast.AlterColumns) -> None:
    """ALTER COLUMN … COMMENT."""
    views.alter_view_columns(context, kind, table, what)


@action("DYNAMIC TABLE", ast.SwapWith)
def swap(context: Context, kind: Kind, table: DynamicTable, what: ast.SwapWith) -> None:
    """SWAP WITH another dynamic table."""
    objects.swap(context, kind, table, _require(context, object_name(what.name, context)))
