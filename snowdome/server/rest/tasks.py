"""Tasks: created, altered, run, and shown as clients expect them."""

from __future__ import annotations

import json
import re
from typing import Any

from snowdome.server import edge
from snowdome.server.rest import schedules
from snowdome.server.rest.body import Body
from snowdome.server.rest.call import Answer, Call, Status
from snowdome.server.rest.registry import get, post, put
from snowdome.server.rest.resource import (
    SCHEMA,
    Clauses,
    Filters,
    Resource,
    acts,
    answers,
    created,
    filters,
    listed,
    row_of,
    shown,
)
from snowdome.server.rest.rows import Row, said, whole
from snowdome.server.rest.sqltext import (
    assignments,
    flag,
    identifier,
    joined,
    literal,
    name,
    number,
    object_sql,
    properties,
    reference,
    shown_name,
    text,
    word,
)
from snowdome.sql.names import parse_name

_BEFORE = (*properties(name, "warehouse"), *properties(word, "user_task_managed_initial_warehouse_size"))
_AFTER = (
    *properties(flag, "allow_overlapping_execution"),
    *properties(word, "overlap_policy serverless_task_min_statement_size serverless_task_max_statement_size"),
    *properties(number, "user_task_timeout_ms suspend_task_after_num_failures task_auto_retry_attempts"),
    *properties(name, "error_integration success_integration"),
    *properties(text, "comment"),
)
_NUMBERS = ("user_task_timeout_ms", "suspend_task_after_num_failures", "task_auto_retry_attempts")
_SIZES = (
    "user_task_managed_initial_warehouse_size", "serverless_task_min_statement_size",
    "serverless_task_max_statement_size",
)  # fmt: skip
_OTHER_PARAMETERS = ("user_task_minimum_trigger_interval_in_seconds",)
_PARAMETER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")

# -- bodies ---------------------------------------------------------------------------------------


def clauses(call: Call, body: Body) -> Clauses:
    """Everything behind the name: properties, AFTER, WHEN, AS."""
    user = body.text("execute_as_user")
    condition = body.text("condition")
    found = joined(
        assignments(body, _BEFORE),
        _timed(body, "schedule"),
        _config(body),
        assignments(body, _AFTER),
        _session_parameters(body),
        _timed(body, "target_completion_interval"),
        _finalized(call, body),
        _predecessors(call, body),
        None if user is None else f"EXECUTE AS USER {object_sql(identifier(user))}",
        None if not condition else f"WHEN {condition}\n",
        f"AS {body.required('definition')}",
    )
    body.finish("name")
    return Clauses(found)


def _timed(body: Body, key: str) -> str:
    inner = body.object(key)
    return "" if inner is None else f"{key.upper()} = {literal(schedules.written(inner))}"


def _config(body: Body) -> str:
    config = body.mapping("config")
    return f"CONFIG = {literal(json.dumps(config, separators=(',', ':')))}" if config else ""


def _session_parameters(body: Body) -> str:
    return joined(*(f"{_parameter(k)} = {_value(v)}" for k, v in body.mapping("session_parameters").items()))


def _parameter(key: str) -> str:
    if not _PARAMETER.match(key):
        raise edge.bad_request(f"{key} is no session parameter")
    return key


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    return str(value) if isinstance(value, (int, float)) else literal(str(value))


def _finalized(call: Call, body: Body) -> str:
    root = body.text("finalize")
    return "" if not root else f"FINALIZE = {reference(root, *call.place)}"


def _predecessors(call: Call, body: Body) -> str:
    names = body.texts("predecessors")
    return f"AFTER {', '.join(reference(n, *call.place) for n in names)}" if names else ""


# -- answers --------------------------------------------------------------------------------------


def answer(call: Call, row: Row) -> Answer:
    """A task as REST has it: states in lower case, config as an object, relations as text."""
    place = (row["database_name"], row["schema_name"])
    relations = json.loads(row["task_relations"] or "{}")
    return {
        **_told(row),
        **_parameters(call, object_sql(*place, row["name"])),
        "name": shown_name(row["name"]),
        "database_name": shown_name(place[0]),
        "schema_name": shown_name(place[1]),
        "owner": shown_name(row["owner"]) if row["owner"] else None,
        "schedule": schedules.shown(row["schedule"]),
        "target_completion_interval": schedules.shown_interval(said(row["target_completion_interval"])),
        "config": json.loads(row["config"]) if said(row["config"]) else {},
        "predecessors": [_near(p, place) for p in json.loads(row["predecessors"] or "[]")],
        "finalize": _near(relations["FinalizedRootTask"], place)
        if "FinalizedRootTask" in relations
        else None,
        "task_relations": row["task_relations"] or "{}",
        **_overlap(row),
    }


def _told(row: Row) -> Answer:
    """What needs no thought."""
    return {
        "created_on": row["created_on"],
        "id": str(row["id"]),
        "comment": row["comment"] or "",
        "owner_role_type": said(row["owner_role_type"]),
        "warehouse": shown_name(row["warehouse"]) if said(row["warehouse"]) else None,
        "state": row["state"].lower(),
        "definition": row["definition"],
        "condition": said(row["condition"]),
        "error_integration": _integration(row["error_integration"]),
        "success_integration": _integration(row["success_integration"]),
        "last_committed_on": row["last_committed_on"],
        "last_suspended_on": row["last_suspended_on"],
        "execute_as_user": said(row["execute_as_user"]),
    }


def _integration(shown: str | None) -> str | None:
    return shown_name(shown) if said(shown) and shown is not None else None


def _overlap(row: Row) -> Answer:
    """Children have no policy of their own."""
    allowed, policy = said(row["allow_overlapping_execution"]), said(row["overlap_policy"])
    return {
        "allow_overlapping_execution": None if allowed is None else allowed == "true",
        "overlap_policy": policy,
    }


def _near(full: str, place: tuple[str, str]) -> str:
    """A task's name, bare where it is in the same schema."""
    parts = parse_name(full)
    return shown_name(parts[-1]) if parts[:-1] == place else ".".join(shown_name(p) for p in parts)


def _parameters(call: Call, task: str) -> Answer:
    """The task's own parameters, and those of its session, as far as they were set."""
    rows = call.rows(f"SHOW PARAMETERS IN TASK {task}")
    found = {r["key"].lower(): _typed(r) for r in rows if r["level"] == "TASK"}
    own = {key: found.pop(key, None) for key in (*_NUMBERS, *_SIZES)}
    for key in _OTHER_PARAMETERS:
        found.pop(key, None)
    return {**own, "session_parameters": {key.upper(): value for key, value in found.items()}}


def _typed(row: Row) -> Any:
    if row["type"] == "BOOLEAN":
        return row["value"].lower() == "true"
    number = whole(row["value"]) if row["type"] == "NUMBER" else None
    return row["value"] if number is None else number


TASKS = Resource("tasks", "TASK", "TASKS", SCHEMA, answer)

listed(TASKS)
acts(TASKS, resume="RESUME", suspend="SUSPEND")


@get(TASKS.collection)
def list_tasks(call: Call) -> list[Answer]:
    """SHOW TASKS [ROOT ONLY]: a finalizer is no root."""
    if not call.flag("rootOnly"):
        return answers(call, shown(TASKS, call, filters(call)), answer)
    found = answers(call, shown(TASKS, call, filters(call), "ROOT ONLY"), answer)
    return [task for task in found if task["finalize"] is None]


@post(TASKS.collection)
def create(call: Call) -> Status:
    """CREATE TASK."""
    return created("TASK", call, clauses(call, call.fields()))


@put(TASKS.one)
def create_or_alter(call: Call) -> Status:
    """CREATE OR ALTER TASK: what the body leaves out is unset."""
    body = call.fields()
    if identifier(body.required("name")) != call.name():
        raise edge.bad_request("the name in the body is not the name in the path")
    return call.status(f"CREATE OR ALTER TASK {call.object} {clauses(call, body).tail}")


@post(f"{TASKS.one}:execute")
def execute(call: Call) -> Status:
    """EXECUTE TASK [RETRY LAST]."""
    return call.status(joined("EXECUTE TASK", call.object, "RETRY LAST" if call.flag("retryLast") else ""))


@get(f"{TASKS.one}/dependents")
def dependents(call: Call) -> list[Answer]:
    """The task itself, and then those that follow it, its graph's finalizer among them."""
    row_of(TASKS, call)
    recursive = "TRUE" if "recursive" not in call.query or call.flag("recursive") else "FALSE"
    function = f"{object_sql(call.place[0])}.INFORMATION_SCHEMA.TASK_DEPENDENTS"
    names = call.rows(
        f"SELECT name FROM TABLE({function}(TASK_NAME => {literal(call.object)}, RECURSIVE => {recursive}))"
    )
    rows = {row["name"]: row for row in shown(TASKS, call, Filters())}
    return answers(call, [rows[n["NAME"]] for n in names if n["NAME"] in rows], answer)
