"""Refreshing dynamic tables: upstream first, each in a transaction of its own with its row of the history."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import duckdb

from snowdome.catalog import refreshes
from snowdome.catalog.model import DynamicTable, Warehouse
from snowdome.catalog.refreshes import Counts, Refresh, State
from snowdome.clock import SECOND
from snowdome.context import Context
from snowdome.engine import failures as engine_failures
from snowdome.errors import SnowflakeError, compilation_error
from snowdome.sql import refresh_mode
from snowdome.statements import ddl
from snowdome.statements import refresh_graph as graph
from snowdome.statements import refresh_rows as content
from snowdome.statements import table_columns as parts
from snowdome.statements.refresh_rows import Definition
from snowdome.types import engine_type

MANUAL = "MANUAL"
SCHEDULED = "SCHEDULED"
CREATION = "CREATION"

MOST_FAILURES = 5  # scheduled refreshes that fail in a row before a table is suspended
INTERRUPTED = "000604"


@dataclass(frozen=True)
class Attempt:
    """A refresh being tried: why, with the data of which moment, and when it began (ns UTC)."""

    cause: str
    moment: int
    started: int


@dataclass(frozen=True)
class Outcome:
    """How the refresh of one table ended; ``error`` is why it failed."""

    table: DynamicTable
    state: str
    action: str | None = None
    error: SnowflakeError | None = None


def refresh(
    context: Context, tables: Sequence[DynamicTable], cause: str, moment: int | None = None
) -> list[Outcome]:
    """Refresh ``tables`` in this order, which has upstream ones first, all with the data of one moment (ns
    UTC, now by default); what depends on a failed one is not refreshed."""
    moment = context.catalog.clock.now() if moment is None else moment
    failed: dict[int, DynamicTable] = {}
    outcomes = []
    for table in tables:
        current = context.catalog.snapshot.by_id.get(table.id)
        if not isinstance(current, DynamicTable):
            continue  # it was dropped meanwhile
        attempt = Attempt(cause, moment, context.catalog.clock.now())
        broken = [failed[i] for i in current.sources if i in failed]
        outcome = _blocked(context, current, broken, attempt) if broken else _tried(context, current, attempt)
        if outcome.error is not None:
            failed[current.id] = current
        outcomes.append(outcome)
    return outcomes


def _blocked(context: Context, table: DynamicTable, broken: list[DynamicTable], attempt: Attempt) -> Outcome:
    names = ", ".join(str(ddl.place_name(context, t)) for t in broken)
    text = f"Some inputs failed to refresh: [{names}]."
    if attempt.cause == MANUAL:
        text = "Manual refresh failed because an upstream dynamic table failed to refresh."
    return _failed(
        context, table, SnowflakeError("002753", "55000", text), attempt, refreshes.UPSTREAM_FAILED
    )


def _tried(context: Context, table: DynamicTable, attempt: Attempt) -> Outcome:
    """One table's refresh; a conflict with another transaction is the caller's to repeat."""
    try:
        action = _run(context, table, attempt)
    except SnowflakeError as error:
        state = refreshes.CANCELLED if error.code == INTERRUPTED else refreshes.FAILED
        return _failed(context, table, error, attempt, state)
    except duckdb.Error as failure:
        if engine_failures.is_conflict(failure):
            raise
        return _failed(context, table, engine_failures.translate(failure), attempt, refreshes.FAILED)
    return Outcome(table, refreshes.SUCCEEDED, action)


def _run(context: Context, table: DynamicTable, attempt: Attempt) -> str:
    """Refresh one table; what was done (see REFRESH_ACTION)."""
    if context.catalog.snapshot.get(Warehouse, 0, table.warehouse) is None:
        text = f"Dynamic table could not be refreshed because warehouse '{table.warehouse}' is missing."
        raise SnowflakeError("002725", "57P03", text)
    definition = content.define(context, table.query, table.context)
    graph.check_acyclic(context.catalog.snapshot, table.id, definition.sources)
    if _shape_changed(table, definition):
        return _reinitialize(context, table, definition, attempt)
    if not table.initialized or set(definition.sources) != set(table.sources):
        with context.catalog.unit() as unit:
            action = write(context, unit.cursor, table, definition, attempt)
            unit.put(replace(_current(context, table), initialized=True, sources=definition.sources))
        return action
    with context.engine.cursor() as cursor:
        cursor.execute("BEGIN")
        try:
            action = write(context, cursor, table, definition, attempt)
            cursor.execute("COMMIT")
        except BaseException:
            with suppress(duckdb.TransactionException):  # a failed COMMIT has rolled back already
                cursor.execute("ROLLBACK")
            raise
    return action


def _current(context: Context, table: DynamicTable) -> DynamicTable:
    """The table as it is now, which others may have altered since it was looked up."""
    found = context.catalog.snapshot.by_id.get(table.id)
    assert isinstance(found, DynamicTable)
    return found


def _shape_changed(table: DynamicTable, definition: Definition) -> bool:
    """Whether the query gives other columns than the table has, as SELECT * does of an altered table."""
    given = definition.compiled.columns
    if table.declared:
        if len(given) != len(table.columns):
            raise compilation_error("002026", "42601", "Invalid column definition list")
        return False
    wanted = [(c.name, engine_type(c.type)) for c in parts.from_query(given)]
    return wanted != [(c.name, engine_type(c.type)) for c in table.columns]


def _reinitialize(context: Context, table: DynamicTable, definition: Definition, attempt: Attempt) -> str:
    """Begin anew with the columns that the query gives now."""
    if table.history:
        text = f"Dynamic table {ddl.place_name(context, table)} can no longer be refreshed incrementally."
        raise SnowflakeError("002766", "55000", text)
    columns = tuple(parts.from_query(definition.compiled.columns))
    with context.catalog.unit() as unit:
        storage = ddl.storage_name(unit.new_id(), table.name)
        changed = replace(
            _current(context, table), columns=columns, storage=storage, initialized=False,
            next_column=len(columns) + 1, sources=definition.sources,
        )  # fmt: skip
        unit.sql(f"DROP TABLE {table.storage}")
        unit.sql(f"CREATE TABLE {storage} ({parts.engine_columns(columns)})")
        action = write(context, unit.cursor, changed, definition, attempt, refreshes.REINITIALIZE)
        unit.put(replace(changed, initialized=True))
    return action


def write(
    context: Context, cursor: duckdb.DuckDBPyConnection, table: DynamicTable, definition: Definition,
    attempt: Attempt, action: str = "",
) -> str:  # fmt: skip
    """Write rows, state and history in the transaction of ``cursor``; the action, ``action`` if it is given."""
    before = refreshes.state(cursor, table.id)
    after = content.print_of(cursor, definition)
    counts = Counts()
    moved = table.refresh_mode == refreshes.INCREMENTAL and refresh_mode.depends_on_time(
        (table.query, *definition.views)
    )
    if table.initialized and after == before.fingerprint and not moved:
        action = refreshes.NO_DATA
    else:
        replaced = table.initialized and not refreshes.same_sources(before.fingerprint, after)
        action = action or (refreshes.REINITIALIZE if replaced else table.refresh_mode)
        counts = content.rewrite(context, cursor, table, definition, whole=action != refreshes.INCREMENTAL)
    refreshes.put_state(cursor, State(table.id, attempt.moment, 0, after, attempt.started))
    row = _row(context, cursor, table, before, refreshes.SUCCEEDED, attempt)
    refreshes.add(cursor, replace(row, statistics=counts.as_json(), action=action))
    return action


# -- history --------------------------------------------------------------------------------------


def _failed(
    context: Context, table: DynamicTable, error: SnowflakeError, attempt: Attempt, state: str
) -> Outcome:
    """Keep the failure; after too many in a row the table, and what depends on it, is suspended."""
    counted = attempt.cause == SCHEDULED and state == refreshes.FAILED
    with context.catalog.unit() as unit:
        before = refreshes.state(unit.cursor, table.id)
        new = refreshes.failed_again(before, attempt.moment, counted)
        refreshes.put_state(unit.cursor, new)
        row = _row(context, unit.cursor, table, before, state, attempt)
        refreshes.add(unit.cursor, replace(row, state_code=error.code, state_message=error.message))
        if counted and new.failures >= MOST_FAILURES:
            graph.suspend(context, unit, table, graph.ERRORS)
    return Outcome(table, state, None, error)


def _row(
    context: Context, cursor: duckdb.DuckDBPyConnection, table: DynamicTable, before: State, state: str,
    attempt: Attempt,
) -> Refresh:  # fmt: skip
    database, schema, name = graph.parts(context, table)
    lag = graph.effective_lag(context.catalog.snapshot, table)
    target = before.data_timestamp + lag * SECOND if lag is not None and before.data_timestamp else None
    return Refresh(
        table.id, name, schema, database, state, "SUCCESS" if state == refreshes.SUCCEEDED else None, None,
        context.query_id, attempt.moment, attempt.started, context.catalog.clock.now(), target,
        _dependency(context, cursor, table), None, None, attempt.cause, lag,
        refreshes.current_version(cursor, table.id),
    )  # fmt: skip


def _dependency(context: Context, cursor: duckdb.DuckDBPyConnection, table: DynamicTable) -> str | None:
    """The upstream dynamic table that became available last, as JSON; its time is ns UTC."""
    above = graph.parents(context.catalog.snapshot, table)
    if not above:
        return None
    found = [(refreshes.state(cursor, t.id).data_timestamp, str(ddl.place_name(context, t))) for t in above]
    moment, name = max(found)
    return json.dumps({"qualified_name": name, "data_timestamp": moment})
