"""Warehouses."""

from __future__ import annotations

from snowdome.server.rest.body import Body
from snowdome.server.rest.call import Answer, Call, Status
from snowdome.server.rest.registry import post, put
from snowdome.server.rest.resource import ACCOUNT, Clauses, Resource, acts, altered, created, listed
from snowdome.server.rest.rows import Row, said, whole, yes
from snowdome.server.rest.settings import create_or_alter
from snowdome.server.rest.sqltext import (
    Property,
    assignments,
    flag,
    identifier,
    name,
    number,
    object_sql,
    properties,
    shown_name,
    word,
)
from snowdome.server.rest.sqltext import text as text_property

_SETTINGS = (
    *properties(word, "warehouse_type warehouse_size scaling_policy"),
    *properties(number, "max_cluster_count min_cluster_count auto_suspend"
                " query_acceleration_max_scale_factor max_concurrency_level"
                " statement_queued_timeout_in_seconds statement_timeout_in_seconds"),
    *properties(flag, "auto_resume enable_query_acceleration"),
    *properties(name, "resource_monitor"),
    *properties(text_property, "comment"),
)  # fmt: skip
_ONCE = properties(flag, "initially_suspended wait_for_completion")
_PARAMETERS = ("max_concurrency_level", "statement_queued_timeout_in_seconds", "statement_timeout_in_seconds")
_TEXTS = "available provisioning quiescing other scaling_policy owner_role_type state type size"
_TIMES = "created_on resumed_on updated_on"
_NUMBERS = (
    "max_cluster_count min_cluster_count auto_suspend started_clusters running queued"
    " query_acceleration_max_scale_factor"
)


def _answer(call: Call, row: Row) -> Answer:
    return {
        **{key: row[key] for key in (*_TEXTS.split(), *_TIMES.split())},
        **{key: whole(row[key]) for key in _NUMBERS.split()},
        "name": shown_name(row["name"]),
        "warehouse_type": row["type"],
        "warehouse_size": _size(row["size"]),
        "auto_resume": str(row["auto_resume"]).lower(),
        "enable_query_acceleration": str(row["enable_query_acceleration"]).lower(),
        "resource_monitor": said(row["resource_monitor"]),
        "is_default": yes(row["is_default"]),
        "is_current": yes(row["is_current"]),
        "owner": shown_name(row["owner"]),
        "comment": row["comment"] or "",
    }


def _size(shown: str) -> str:
    """``2X-Large`` as REST writes it: XXLARGE."""
    plain = shown.upper().replace("-", "")
    repeated = {"2XLARGE": "XXLARGE", "3XLARGE": "XXXLARGE"}
    return repeated.get(plain) or (f"X{plain[0]}{plain[2:]}" if plain[0].isdigit() else plain)


def _detail(call: Call, row: Row) -> Answer:
    found = call.rows(f"SHOW PARAMETERS IN WAREHOUSE {object_sql(row['name'])}")
    values = {r["key"].lower(): whole(r["value"]) for r in found}
    return {**_answer(call, row), **{key: values.get(key) for key in _PARAMETERS}}


WAREHOUSES = Resource("warehouses", "WAREHOUSE", "WAREHOUSES", ACCOUNT, _answer, _detail)

listed(WAREHOUSES)
acts(
    WAREHOUSES,
    suspend="SUSPEND",
    resume="RESUME",
    abort="ABORT ALL QUERIES",
    enable="ENABLE",
    disable="DISABLE",
)


@post(WAREHOUSES.collection)
def create(call: Call) -> Status:
    """CREATE WAREHOUSE."""
    return created("WAREHOUSE", call, _clauses(call.fields()))


def _clauses(body: Body) -> Clauses:
    tail = assignments(body, (*_SETTINGS, *_ONCE, *_old_names(body)))
    body.finish("name", "type", "size")
    return Clauses(tail)


def _old_names(body: Body) -> list[Property]:
    """``type`` and ``size``, as they were called before, count where the names of today are absent."""
    absent = [key for key in ("type", "size") if f"warehouse_{key}" not in body]
    return [Property(key, f"WAREHOUSE_{key.upper()}", word) for key in absent]


@put(WAREHOUSES.one)
def create_or_alter_warehouse(call: Call) -> Status:
    """As CREATE OR ALTER WAREHOUSE does."""
    return create_or_alter(WAREHOUSES, call, _clauses(call.fields()), _SETTINGS)


@post(f"{WAREHOUSES.one}:use")
def use(call: Call) -> Status:
    """USE WAREHOUSE in the token's session."""
    return call.status(f"USE WAREHOUSE {call.object}")


@post(f"{WAREHOUSES.one}:rename")
def rename(call: Call) -> Status:
    """ALTER WAREHOUSE … RENAME TO the body's name."""
    new = identifier(call.fields().required("name"))
    return altered(WAREHOUSES, call, f"RENAME TO {object_sql(new)}")
