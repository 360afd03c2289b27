"""Tables: created from columns, queries, templates and other tables; swapped, cloned, reclustered."""

from __future__ import annotations

from snowdome.server import edge
from snowdome.server.rest import columns
from snowdome.server.rest.body import Body
from snowdome.server.rest.call import Answer, Call, Status
from snowdome.server.rest.registry import get, post, put
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
    target_place,
)
from snowdome.server.rest.rows import Row, whole, yes
from snowdome.server.rest.settings import create_or_alter
from snowdome.server.rest.sqltext import (
    assignments,
    flag,
    identifier,
    joined,
    number,
    object_sql,
    properties,
    reference,
    text,
)
from snowdome.server.rest.table_changes import changes

SETTINGS = (
    *properties(text, "comment default_ddl_collation"),
    *properties(flag, "change_tracking enable_schema_evolution row_timestamp error_logging"),
    *properties(number, "data_retention_time_in_days max_data_extension_time_in_days"),
)
_KINDS = {"": "", "PERMANENT": "", "TABLE": "", "TRANSIENT": "TRANSIENT", "TEMPORARY": "TEMPORARY"}


def _answer(call: Call, row: Row) -> Answer:
    return {
        **in_schema(row),
        "kind": "PERMANENT" if row["kind"] == "TABLE" else row["kind"],
        "rows": whole(row["rows"]),
        "bytes": whole(row["bytes"]),
        "cluster_by": columns.cluster_keys(row["cluster_by"]),
        "automatic_clustering": yes(row["automatic_clustering"]),
        "change_tracking": yes(row["change_tracking"]),
        "search_optimization": yes(row["search_optimization"]),
        "enable_schema_evolution": yes(row["enable_schema_evolution"]),
        "data_retention_time_in_days": whole(row["retention_time"]),
        "table_type": "DYNAMIC" if yes(row["is_dynamic"]) else "NORMAL",
    }


def _detail(call: Call, row: Row) -> Answer:
    table = object_sql(row["database_name"], row["schema_name"], row["name"])
    return {
        **_answer(call, row),
        "columns": columns.columns_of(call, table),
        "constraints": columns.constraints_of(call, table),
    }


TABLES = Resource("tables", "TABLE", "TABLES", SCHEMA, _answer, _detail)

listed(TABLES)
acts(TABLES, suspend_recluster="SUSPEND RECLUSTER", resume_recluster="RESUME RECLUSTER")


@get(TABLES.collection)
def list_tables(call: Call) -> list[Answer]:
    """SHOW TABLES; with ``deep``, also the columns and constraints of each."""
    answer = _detail if call.flag("deep") else _answer
    rows = shown(TABLES, call, filters(call))
    return answers(call, [row for row in rows if not yes(row["is_dynamic"])], answer)


# -- creating -------------------------------------------------------------------------------------


@post(TABLES.collection)
def create(call: Call) -> Status:
    """CREATE TABLE from columns and constraints."""
    return created("TABLE", call, _clauses(call, call.fields()))


def _clauses(call: Call, body: Body, *source: str) -> Clauses:
    found = Clauses(
        joined(
            columns.definitions(body, call.place),
            _clustered(body),
            assignments(body, SETTINGS),
            "COPY GRANTS" if call.flag("copyGrants") else "",
            *source,
        ),
        _modifier(body),
    )
    body.finish("name")
    return found


def _modifier(body: Body) -> str:
    kind = (body.text("kind") or "").upper()
    if kind not in _KINDS:
        raise edge.bad_request(f"{kind} is no kind of table")
    return _KINDS[kind]


def _clustered(body: Body) -> str:
    keys = body.texts("cluster_by")
    return f"CLUSTER BY ({', '.join(keys)})" if keys else ""


@put(TABLES.one)
def create_or_alter_table(call: Call) -> Status:
    """As CREATE OR ALTER TABLE does."""
    clauses = _clauses(call, call.fields())
    return create_or_alter(TABLES, call, clauses, SETTINGS, changes)


def _source(call: Call, key: str) -> str:
    if not call.query.get(key):
        raise edge.bad_request(f"{key} is missing")
    return call.query[key]


@post(f"{TABLES.collection}:as-select")
def create_as_select(call: Call) -> Status:
    """CREATE TABLE … AS the query."""
    return created("TABLE", call, _clauses(call, call.fields(), "AS", _source(call, "query")))


@post(f"{TABLES.collection}:using-template")
def create_using_template(call: Call) -> Status:
    """CREATE TABLE … USING TEMPLATE."""
    template = f"USING TEMPLATE ({_source(call, 'query')}\n)"
    return created("TABLE", call, _clauses(call, call.fields(), template))


@post(f"{TABLES.one}:create-like")
def create_like(call: Call) -> Status:
    """CREATE TABLE of the body's name LIKE the path's."""
    return created("TABLE", call, _clauses(call, call.fields(), f"LIKE {call.object}"))


@post(f"{TABLES.one}:clone")
def clone(call: Call) -> Status:
    """CREATE TABLE … CLONE the path's."""
    body = call.fields()
    clauses = _clauses(call, body, f"CLONE {call.object}", point_of_time(body))
    return created("TABLE", call, clauses, target(call, body))


def point_of_time(body: Body) -> str:
    """AT or BEFORE a moment, as SQL."""
    moment = body.object("point_of_time")
    if moment is None:
        return ""
    kind = moment.required("point_of_time_type").upper()
    value = moment.required(kind.lower())
    written = value if kind == "OFFSET" else text(moment, kind.lower())
    return f"{(moment.text('reference') or 'AT').upper()} ({kind} => {written})"


# -- the spellings of before: everything in the path and the query --------------------------------


@post(f"{TABLES.one}:as_select")
def create_as_select_before(call: Call) -> Status:
    """CREATE TABLE of the path's name AS the query."""
    return _before(call, f"AS {_source(call, 'query')}", call.object)


@post(f"{TABLES.one}:using_template")
def create_using_template_before(call: Call) -> Status:
    """CREATE TABLE of the path's name USING TEMPLATE."""
    return _before(call, f"USING TEMPLATE ({_source(call, 'query')}\n)", call.object)


@post(f"{TABLES.one}:create_like")
def create_like_before(call: Call) -> Status:
    """CREATE TABLE of the query's name LIKE the path's."""
    new = object_sql(*call.place, identifier(_source(call, "newTableName")))
    return _before(call, f"LIKE {call.object}", new)


def _before(call: Call, source: str, name: str) -> Status:
    copied = "COPY GRANTS" if call.flag("copyGrants") else ""
    return created("TABLE", call, Clauses(joined(copied, source)), name)


# -- changing -------------------------------------------------------------------------------------


@post(f"{TABLES.one}:swap-with")
def swap(call: Call) -> Status:
    """ALTER TABLE … SWAP WITH the query's target."""
    return altered(TABLES, call, f"SWAP WITH {swapped(call)}")


def swapped(call: Call) -> str:
    """What targetDatabase, targetSchema and targetName name, as SQL."""
    return reference(_source(call, "targetName"), *target_place(call))


@post(f"{TABLES.one}:swapwith")
def swap_before(call: Call) -> Status:
    """ALTER TABLE … SWAP WITH targetTableName."""
    other = reference(_source(call, "targetTableName"), *call.place)
    return altered(TABLES, call, f"SWAP WITH {other}")


@post(f"{TABLES.one}:undrop")
def undrop(call: Call) -> Status:
    """UNDROP TABLE."""
    return call.status(f"UNDROP TABLE {call.object}")
