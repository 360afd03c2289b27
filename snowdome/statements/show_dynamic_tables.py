"""SHOW and DESCRIBE of dynamic tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from snowdome.catalog import refreshes
from snowdome.catalog.information_schema import row_counts
from snowdome.catalog.model import DynamicTable
from snowdome.catalog.refreshes import State
from snowdome.context import Context
from snowdome.sql import ast
from snowdome.statements.describe import COLUMNS, describes, relation_rows
from snowdome.statements.show import table_bytes
from snowdome.statements.showing import Place, Row, common, lists, objects, on, true


@lists(
    "DYNAMIC TABLES",
    "created_on name database_name schema_name cluster_by rows bytes owner target_lag refresh_mode"
    " refresh_mode_reason warehouse comment text automatic_clustering scheduling_state last_suspended_on"
    " is_clone is_replica is_iceberg data_timestamp owner_role_type execute_as_user secondary_role_names"
    " insert_only_inputs immutable_where initialization_warehouse backfill_from scheduler frozen_where"
    " configured_refresh_mode",
    starts_with=True, limit=True,
)  # fmt: skip
def dynamic_tables(show: ast.Show, context: Context) -> Sequence[Row]:
    found = [(place, t) for place, t in objects(show, context, DynamicTable) if type(t) is DynamicTable]
    counts = row_counts(context.session, [t for _, t in found])
    with context.session.cursor() as cursor:
        states = refreshes.states(cursor)
    return [
        _row(place, table, counts[table.id], states.get(table.id) or State(table.id))
        for place, table in found
        if table.id in counts
    ]


def _row(place: Place, table: DynamicTable, rows: int, state: State) -> Row:
    return {
        **common(place, table), "cluster_by": table.cluster_by, "rows": rows, "bytes": table_bytes(table, rows),
        "target_lag": table.target_lag or None, "refresh_mode": table.refresh_mode,
        "refresh_mode_reason": table.refresh_mode_reason, "warehouse": table.warehouse, "text": table.text,
        "automatic_clustering": on(bool(table.cluster_by) and not table.clustering_suspended),
        "scheduling_state": "SUSPENDED" if table.suspended or table.scheduler == "DISABLE" else "ACTIVE",
        "last_suspended_on": table.suspended_on or None, "is_clone": true(False), "is_replica": true(False),
        "is_iceberg": true(False), "data_timestamp": state.data_timestamp or None,
        "initialization_warehouse": table.initialization_warehouse or None,
        "scheduler": table.scheduler or None, "configured_refresh_mode": table.configured_mode,
    }  # fmt: skip


@describes("DYNAMIC TABLE", COLUMNS)
def describe_dynamic_table(context: Context, table: Any) -> list[tuple[Any, ...]]:
    """One row a column, as DESCRIBE TABLE has them."""
    return relation_rows(table)
