"""Dynamic tables."""

from __future__ import annotations

import re

from snowdome.server import edge
from snowdome.server.rest.body import Body
from snowdome.server.rest.call import Answer, Call, Status
from snowdome.server.rest.columns import cluster_keys, column_name, columns_of
from snowdome.server.rest.registry import get, post
from snowdome.server.rest.resource import (
    SCHEMA,
    Clauses,
    Resource,
    acts,
    altered,
    answers,
    created,
    filters,
    in_schema,
    listed,
    shown,
    target,
)
from snowdome.server.rest.rows import Row, said, whole, yes
from snowdome.server.rest.sqltext import (
    assignments,
    flag,
    joined,
    literal,
    name,
    number,
    object_sql,
    properties,
    shown_name,
    text,
    word,
)
from snowdome.server.rest.sqltext import listed as in_parentheses
from snowdome.server.rest.tables import point_of_time, swapped
from snowdome.sql import ast
from snowdome.sql.grammar import parse

_SETTINGS = (
    *properties(name, "warehouse initialization_warehouse"),
    *properties(word, "refresh_mode initialize log_level"),
    *properties(number, "data_retention_time_in_days max_data_extension_time_in_days"),
    *properties(flag, "row_timestamp"),
    *properties(text, "comment default_ddl_collation"),
)
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
_LAG = re.compile(r"\s*(\d+)\s*([a-z]+?)s?\s*", re.IGNORECASE)


def _answer(call: Call, row: Row) -> Answer:
    return {
        **in_schema(row),
        "kind": "TRANSIENT" if row.get("kind") == "TRANSIENT" else "PERMANENT",
        "rows": whole(row["rows"]),
        "bytes": whole(row["bytes"]),
        "target_lag": _lag(row["target_lag"]),
        "refresh_mode": said(row["refresh_mode"]),
        "warehouse": shown_name(row["warehouse"] or ""),
        "query": _query(row["text"] or ""),
        "cluster_by": cluster_keys(row["cluster_by"]),
        "automatic_clustering": yes(row["automatic_clustering"]),
        "scheduling_state": "SUSPENDED" if row["scheduling_state"] == "SUSPENDED" else "RUNNING",
    }


def _lag(shown: str) -> Answer:
    """``2 minutes`` or DOWNSTREAM."""
    found = _LAG.fullmatch(shown or "")
    if found is None:
        return {"type": "DOWNSTREAM"}
    return {"type": "USER_DEFINED", "seconds": int(found[1]) * _SECONDS.get(found[2].lower(), 1)}


def _query(text: str) -> str:
    """The SELECT in the CREATE statement that SHOW shows."""
    (statement,) = parse(text) if text else (None,)
    return statement.query.text if isinstance(statement, ast.CreateDynamicTable) else text


def _detail(call: Call, row: Row) -> Answer:
    table = object_sql(row["database_name"], row["schema_name"], row["name"])
    columns = [{k: c[k] for k in ("name", "datatype", "comment")} for c in columns_of(call, table)]
    return {**_answer(call, row), "columns": columns}


TABLES = Resource("dynamic-tables", "DYNAMIC TABLE", "DYNAMIC TABLES", SCHEMA, _answer, _detail)

listed(TABLES)
acts(
    TABLES, suspend="SUSPEND", resume="RESUME", refresh="REFRESH",
    suspend_recluster="SUSPEND RECLUSTER", resume_recluster="RESUME RECLUSTER",
)  # fmt: skip


@get(TABLES.collection)
def list_tables(call: Call) -> list[Answer]:
    """SHOW DYNAMIC TABLES; with ``deep``, also the columns of each."""
    return answers(call, shown(TABLES, call, filters(call)), _detail if call.flag("deep") else _answer)


@post(TABLES.collection)
def create(call: Call) -> Status:
    """CREATE DYNAMIC TABLE."""
    body = call.fields()
    columns, keys = body.objects("columns"), body.texts("cluster_by")
    tail = joined(
        in_parentheses(_column(c) for c in columns) if columns else "",
        _written_lag(body),
        assignments(body, _SETTINGS),
        f"CLUSTER BY ({', '.join(keys)})" if keys else "",
        f"AS {body.required('query')}",
    )
    clauses = Clauses(tail, "TRANSIENT" if (body.text("kind") or "").upper() == "TRANSIENT" else "")
    body.finish("name")
    return created("DYNAMIC TABLE", call, clauses)


def _column(body: Body) -> str:
    comment = body.text("comment")
    return joined(
        column_name(body.required("name")),
        body.text("datatype"),
        None if comment is None else f"COMMENT {literal(comment)}",
    )


def _written_lag(body: Body) -> str:
    lag = body.object("target_lag")
    if lag is None:
        return ""
    if lag.required("type") == "DOWNSTREAM":
        return "TARGET_LAG = DOWNSTREAM"
    seconds = lag.number("seconds")
    if seconds is None:
        raise edge.bad_request("seconds is missing")
    return f"TARGET_LAG = '{seconds} seconds'"


@post(f"{TABLES.one}:clone")
def clone(call: Call) -> Status:
    """CREATE DYNAMIC TABLE … CLONE."""
    body = call.fields()
    tail = joined(
        f"CLONE {call.object}",
        point_of_time(body),
        "COPY GRANTS" if call.flag("copyGrants") else "",
        _written_lag(body),
        assignments(body, properties(name, "warehouse")),
    )
    return created("DYNAMIC TABLE", call, Clauses(tail), target(call, body))


@post(f"{TABLES.one}:swap-with")
def swap(call: Call) -> Status:
    """ALTER DYNAMIC TABLE … SWAP WITH the query's target."""
    return altered(TABLES, call, f"SWAP WITH {swapped(call)}")


@post(f"{TABLES.one}:undrop")
def undrop(call: Call) -> Status:
    """UNDROP DYNAMIC TABLE."""
    return call.status(f"UNDROP DYNAMIC TABLE {call.object}")
