"""Requests that no client would send: whatever is in them, the fault is told as the user's."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from snowflake.core.schema import SchemaResource

from snowdome.server.rest import registry
from tests.rest.conftest import Raw

COLUMNS = [{"name": "a", "datatype": "int", "constraints": [{"constraint_type": "UNIQUE"}]}]
SCHEDULE = {"schedule_type": "MINUTES_TYPE", "minutes": 5, "seconds": 0}
ROUTINE = {
    "name": "r", "arguments": [{"name": "x", "datatype": "int", "default_value": "1"}],
    "return_type": {"type": "DATATYPE", "datatype": "int", "nullable": True},
    "language_config": {"language": "SQL", "called_on_null_input": True}, "body": "1", "comment": "c",
}  # fmt: skip
GRANT = {"securable_type": "DATABASE", "securable": {"name": "REST_TESTS"}, "privileges": ["USAGE"]}
SCHEMA = "databases/REST_TESTS/schemas/{schema}"

# A body that makes sense, by the path it is sent to.
BODIES: dict[str, dict[str, Any]] = {
    "databases": {"name": "n", "comment": "c", "data_retention_time_in_days": 1, "kind": "PERMANENT"},
    "databases/REST_TESTS/schemas": {"name": "n", "managed_access": True, "comment": "c"},
    "warehouses": {"name": "n", "warehouse_size": "SMALL", "auto_suspend": 5, "auto_resume": "true"},
    "roles": {"name": "n", "comment": "c"},
    "users": {"name": "n", "password": "p", "default_role": "r", "default_secondary_roles": "ALL"},
    "roles/PUBLIC/grants": GRANT,
    "roles/PUBLIC/grants:revoke": GRANT,
    "grants/role/PUBLIC/DATABASE/REST_TESTS/privileges": {"privileges": ["USAGE"], "grant_option": True},
    "notification-integrations": {
        "name": "n", "notification_hook": {"type": "EMAIL", "allowed_recipients": ["a@b.ch"]}, "comment": "c",
    },
    f"{SCHEMA}/tables": {"name": "n", "columns": COLUMNS, "cluster_by": ["a"], "kind": "TRANSIENT", "comment": "c"},
    f"{SCHEMA}/tables:as-select?query=SELECT%201%20AS%20a": {"name": "n", "cluster_by": ["a"]},
    f"{SCHEMA}/views": {"name": "n_view", "columns": [{"name": "a", "comment": "c"}], "query": "SELECT 1"},
    f"{SCHEMA}/stages": {"name": "n", "encryption": {"type": "SNOWFLAKE_SSE"}, "directory_table": {"enable": True}},
    f"{SCHEMA}/sequences": {"name": "n", "start": 1, "increment": 1, "ordered": True, "comment": "c"},
    f"{SCHEMA}/user-defined-functions": ROUTINE,
    f"{SCHEMA}/procedures": {**ROUTINE, "body": "BEGIN RETURN 1; END", "execute_as": "OWNER"},
    f"{SCHEMA}/streams": {
        "name": "n_stream", "stream_source": {"src_type": "table", "name": "base", "append_only": True}
    },
    f"{SCHEMA}/dynamic-tables": {
        "name": "n_dynamic", "target_lag": {"type": "USER_DEFINED", "seconds": 600}, "warehouse": "COMPUTE_WH",
        "query": "SELECT a FROM base", "columns": [{"name": "a"}],
    },
    f"{SCHEMA}/tasks": {
        "name": "n", "definition": "SELECT 1", "schedule": SCHEDULE, "config": {"a": 1}, "condition": "TRUE",
        "session_parameters": {"QUERY_TAG": "q"}, "comment": "c", "predecessors": [],
    },
    f"{SCHEMA}/alerts": {
        "name": "n", "schedule": {"schedule_type": "SCHEDULE_TYPE", "minutes": 5}, "condition": "SELECT 1",
        "action": "SELECT 2", "warehouse": "COMPUTE_WH", "comment": "c",
    },
}  # fmt: skip
JUNK: list[Any] = [
    3, -1, 0.5, True, "", "x y", "'; DROP DATABASE REST_TESTS; --", "é\u0000\n", [], [1], {}, {"a": {"b": []}},
]  # fmt: skip


def spoiled(body: Any) -> Iterator[Any]:
    """``body`` with one value, at whatever depth, replaced by junk or left out."""
    for key in body if isinstance(body, dict) else range(len(body)):
        for junk in JUNK:
            changed = copy.copy(body)
            changed[key] = junk
            yield changed
        without = copy.copy(body)
        del without[key]
        yield without
        if isinstance(body[key], (dict, list)):
            for inner in spoiled(body[key]):
                changed = copy.copy(body)
                changed[key] = inner
                yield changed


@pytest.fixture(scope="module")
def base(place: SchemaResource, logged_in: Any) -> str:
    logged_in.cursor().execute("CREATE TABLE base (a INT)")
    return place.name


@pytest.mark.parametrize("path", BODIES)
def test_spoiled_bodies(raw: Raw, base: str, path: str) -> None:
    where = path.format(schema=base)
    mark = "&" if "?" in where else "?"
    assert raw("POST", f"{where}{mark}createMode=orReplace", BODIES[path])[0] == 200
    for body in spoiled(BODIES[path]):
        status, answer = raw("POST", f"{where}{mark}createMode=orReplace", body)
        assert status in (200, 400, 404, 409), (body, status, answer)
        assert isinstance(answer.get("message", ""), str)
    assert raw("GET", "databases/REST_TESTS")[0] == 200


def test_every_route_with_nonsense_in_its_path_and_query(raw: Raw, base: str) -> None:
    registry.load_all()
    routes = [
        ("/".join(route.segments) + (f":{verb}" if verb else ""), method)
        for (_, verb), found in registry.ROUTES.items()
        for route in found
        for method in route.methods
    ]
    assert len(routes) > 100
    for path, method in routes:
        for name in ("nope", "%22%22", "a%20b", "%27", "%00", "1", "nope%28INT%29", "%28"):
            filled = path.replace("{database}", "REST_TESTS").replace("{schema}", base)
            filled = "/".join(name if s[:1] == "{" and s.endswith("}") else s for s in filled.split("/"))
            filled = filled.replace("{name}", name)
            status, answer = raw(
                method, f"{filled}?ifExists=False&like=%27&fromName=%5C&targetName=%22&query=x"
            )
            assert status in (200, 400, 404, 409, 501), (method, filled, status, answer)
