"""Runs of task graphs: those that are planned or running, and those that have ended."""

from __future__ import annotations

from snowdome.server.rest.call import Answer, Call
from snowdome.server.rest.registry import get
from snowdome.server.rest.resource import MAX_ROWS, row_of
from snowdome.server.rest.rows import Row, whole
from snowdome.server.rest.sqltext import joined, literal, object_sql, shown_name
from snowdome.server.rest.tasks import TASKS

_STATES = {s: s for s in ("SCHEDULED", "EXECUTING", "SUCCEEDED", "FAILED", "CANCELLED", "SKIPPED")}
_STATES |= {"CANCELED": "CANCELLED", "FAILED_AND_AUTO_SUSPENDED": "FAILED"}  # clients know no others


@get(f"{TASKS.one}/current-graphs", f"{TASKS.one}/current_graphs")
def current(call: Call) -> list[Answer]:
    """CURRENT_TASK_GRAPHS of the root task."""
    return _runs(call, "CURRENT_TASK_GRAPHS")


@get(f"{TASKS.one}/complete-graphs", f"{TASKS.one}/complete_graphs")
def complete(call: Call) -> list[Answer]:
    """COMPLETE_TASK_GRAPHS of the root task."""
    return _runs(call, "COMPLETE_TASK_GRAPHS", "ERROR_ONLY => TRUE" if call.flag("errorOnly") else "")


def _runs(call: Call, function: str, more: str = "") -> list[Answer]:
    row_of(TASKS, call)
    database, schema = (literal(part) for part in call.place)
    limit = call.count("resultLimit", MAX_ROWS)
    arguments = [
        f"ROOT_TASK_NAME => {literal(call.name())}",
        *([f"RESULT_LIMIT => {limit}"] if limit is not None else []),
        *([more] if more else []),
    ]
    table = f"{object_sql(call.place[0])}.INFORMATION_SCHEMA.{function}({', '.join(arguments)})"
    sql = joined(
        f"SELECT * FROM TABLE({table})", f"WHERE database_name = {database} AND schema_name = {schema}"
    )
    return [_run(row) for row in call.rows(sql) if row["STATE"] in _STATES]


def _run(row: Row) -> Answer:
    return {
        "root_task_name": shown_name(row["ROOT_TASK_NAME"]),
        "database_name": shown_name(row["DATABASE_NAME"]),
        "schema_name": shown_name(row["SCHEMA_NAME"]),
        "state": _STATES[row["STATE"]],
        "first_error_task_name": row["FIRST_ERROR_TASK_NAME"],
        "first_error_code": whole(row["FIRST_ERROR_CODE"]) or 0,
        "first_error_message": row["FIRST_ERROR_MESSAGE"],
        "scheduled_time": row["SCHEDULED_TIME"],
        "query_start_time": row["QUERY_START_TIME"],
        "next_scheduled_time": row["NEXT_SCHEDULED_TIME"] or row["SCHEDULED_TIME"],  # never null for clients
        "completed_time": row["COMPLETED_TIME"],
        "root_task_id": str(row["ROOT_TASK_ID"]),
        "graph_version": int(row["GRAPH_VERSION"]),
        "run_id": int(row["RUN_ID"]),
    }
