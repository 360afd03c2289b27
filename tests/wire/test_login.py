"""Logging in, staying logged in, logging out, and requests that make no sense."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
import snowflake.connector
from snowflake.connector.errors import DatabaseError, ProgrammingError

from snowdome.account.logins import IDLE_LIMIT
from snowdome.server import edge
from tests.wire.client import PASSWORD, Client, Wire


def parameters_of(reply: Any) -> dict[str, Any]:
    return {p["name"]: p["value"] for p in reply["data"]["parameters"]}


def test_login_answers_what_clients_need(wire: Wire) -> None:
    reply = wire.stranger().login(PASSWORD, user="Bob")
    data = reply["data"]
    assert reply["success"] is True
    assert data["token"]
    assert data["masterToken"]
    assert data["token"] != data["masterToken"]
    assert isinstance(data["sessionId"], int)
    assert data["sessionInfo"]["roleName"] == "ACCOUNTADMIN"
    values = parameters_of(reply)
    assert values["AUTOCOMMIT"] is True
    assert values["CLIENT_STAGE_ARRAY_BINDING_THRESHOLD"] == 65280
    assert values["CLIENT_TELEMETRY_ENABLED"] is False
    assert values["CLIENT_PREFETCH_THREADS"] == 4
    assert values["TIMEZONE"] == "America/Los_Angeles"
    assert "idToken" not in data


def test_any_user_is_the_current_user(wire: Wire) -> None:
    with wire.connect(user="maria") as connection:
        assert connection.cursor().execute("select current_user()").fetchall() == [("MARIA",)]


def test_wrong_password(wire: Wire) -> None:
    with pytest.raises(DatabaseError) as caught:
        wire.connect(password="wrong")
    assert caught.value.errno == 390100
    assert caught.value.sqlstate == "28000"
    assert "Incorrect username or password was specified." in str(caught.value)


def test_unknown_role(wire: Wire) -> None:
    with pytest.raises(DatabaseError) as caught:
        wire.connect(role="nobody")
    assert caught.value.errno == 390189
    assert "Role 'NOBODY' specified in the connect string does not exist or not authorized." in str(
        caught.value
    )


def test_objects_that_do_not_exist_are_left_unset(wire: Wire) -> None:
    with wire.connect(database="nowhere", schema="s", warehouse="none") as connection:
        assert (connection.database, connection.schema, connection.warehouse) == (None, None, None)


def test_database_brings_its_public_schema(wire: Wire) -> None:
    with wire.connect() as connection:
        connection.cursor().execute('create database "Ski Data"')
    with wire.connect(database='"Ski Data"', warehouse="compute_wh") as connection:
        assert (connection.database, connection.schema) == ("Ski Data", "PUBLIC")
        assert connection.warehouse == "COMPUTE_WH"


def test_parameters_given_at_login_are_the_sessions(wire: Wire) -> None:
    given = {"TIMEZONE": "Asia/Tokyo", "QUERY_TAG": "t", "NO_SUCH_PARAMETER": 1}
    with wire.connect(session_parameters=given) as connection:
        rows = connection.cursor().execute("show parameters like 'TIMEZONE' in session").fetchall()
        assert rows[0][:2] == ("TIMEZONE", "Asia/Tokyo")


def test_parameters_that_nothing_obeys_are_refused_at_login(wire: Wire) -> None:
    with pytest.raises(DatabaseError, match="QUOTED_IDENTIFIERS_IGNORE_CASE = TRUE"):
        wire.connect(session_parameters={"QUOTED_IDENTIFIERS_IGNORE_CASE": True})


def test_parameters_follow_alter_session(client: Client) -> None:
    reply = client.query("alter session set timezone = 'Europe/Paris'")
    assert parameters_of(reply)["TIMEZONE"] == "Europe/Paris"
    reply = client.query("alter session set python_snowpark_use_sql_simplifier = false")
    assert parameters_of(reply)["PYTHON_SNOWPARK_USE_SQL_SIMPLIFIER"] is False


def test_heartbeat_and_session_token(wire: Wire) -> None:
    with wire.connect() as first:
        assert first.is_valid()
        parameters = wire.parameters | {
            "session_token": first.rest.token,
            "master_token": first.rest.master_token,
        }
        second = snowflake.connector.connect(**parameters)
        first.cursor().execute("set who = 'both'")
        assert second.cursor().execute("select $who").fetchall() == [("both",)]


def test_renewed_tokens_replace_the_old(client: Client) -> None:
    body = {"oldSessionToken": client.token, "requestType": "RENEW"}
    reply = client.post("/session/token-request", body, token=client.master_token)
    old, client.token = client.token, reply["data"]["sessionToken"]
    assert client.query("select 1")["success"] is True
    assert client.post("/session/heartbeat", token=old)["code"] == "390114"
    again = client.post("/session/token-request", body, token=client.master_token)
    assert again["code"] == "390114"


def test_logout(wire: Wire) -> None:
    client = wire.client()
    assert client.post("/session?delete=true", {})["success"] is True
    assert client.query("select 1")["code"] == "390114"


def test_lost_session_fails_at_once_and_clearly(wire: Wire) -> None:
    connection = wire.connect()
    wire.account.logout(next(x for x in wire.account.logins.all() if x.token == connection.rest.token))
    with pytest.raises(ProgrammingError) as caught:
        connection.cursor().execute("select 1")
    assert caught.value.errno == 390114
    assert "Authentication token has expired.  The user must authenticate again." in str(caught.value)
    assert connection.expired
    connection.close()


def test_sessions_end_when_nobody_uses_them_for_long(wire: Wire) -> None:
    client, busy = wire.client(), wire.client()
    started = busy.query("select system$wait(5)", asyncExec=True)["data"]["queryId"]
    for login in wire.account.logins.all():
        if login.token in (client.token, busy.token):
            login.last_seen -= IDLE_LIMIT + 1
    wire.account._housekeep()
    assert client.query("select 1")["code"] == "390114"
    assert busy.query("select 1")["success"] is True  # something of it ran
    busy.post(f"/queries/{started}/abort-request", {})


def test_telemetry_is_accepted(client: Client) -> None:
    assert client.post("/telemetry/send", {"logs": [{"message": {}, "timestamp": 1}]})["success"] is True


@pytest.mark.parametrize("token", ["None", "", "x" * 64])
def test_requests_without_a_session(wire: Wire, token: str) -> None:
    client = wire.stranger()
    client.token = token
    for method, path in [("POST", "/queries/v1/query-request"), ("GET", "/queries/x/result"),
                         ("GET", "/monitoring/queries/x"), ("POST", "/session/heartbeat")]:  # fmt: skip
        status, reply = client.send(method, path, b"{}" if method == "POST" else None)
        assert (status, reply["code"], reply["success"]) == (200, "390114", False)


NONSENSE = [
    b"",
    b"{",
    b"[]",
    b'"text"',
    b"\x1f\x8b broken",
    gzip.compress(b"{}", mtime=0)[:-9],
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"sqlText": 5}',
    b'{"sqlText": null}',
    b'{"sqlText": "select 1", "bindings": []}',
    b'{"sqlText": "select 1", "bindings": {"1": 5}}',
    b'{"sqlText": "select 1", "bindings": {"1": {"type": {}, "value": {}}}}',
    b'{"sqlText": "select 1", "parameters": 7}',
    b'{"sqlText": "select \\ud800"}',
    b'{"data": 1}',
    b'{"data": {"LOGIN_NAME": 1}}',
    b'{"data": {"PASSWORD": "\\ud800", "SESSION_PARAMETERS": {"TIMEZONE": {}}}}',
]


@pytest.mark.parametrize("body", NONSENSE)
def test_nonsense_is_answered(client: Client, body: bytes) -> None:
    for path in ("/queries/v1/query-request?requestId=", "/session/v1/login-request", "/telemetry/send",
                 "/session/token-request", "/queries/v1/abort-request"):  # fmt: skip
        status, reply = client.send("POST", path, body)
        assert status == 200
        assert set(reply) >= {"success", "code", "message", "data"}
    assert client.query("select 1")["success"] is True


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/"), ("POST", "/no/such"), ("GET", "/queries/v1/query-request"), ("PUT", "/session"),
     ("DELETE", "/queries/1/result"), ("GET", "/results/a/arrow/0-1"), ("GET", "/results/a/arrow/x")],
)  # fmt: skip
def test_unknown_routes_are_not_found(client: Client, method: str, path: str) -> None:
    status, reply = client.send(method, path)
    assert status == 404
    assert reply["success"] is False


def test_a_body_that_is_too_large_is_refused(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edge, "_MAX_BODY", 1 << 20)
    packed = gzip.compress(b" " * (20 << 20))
    for body in (packed, b" " * (20 << 20)):
        status, reply = client.send("POST", "/queries/v1/query-request", body)
        assert (status, reply["code"]) == (200, "390400")
    assert client.query("select 1")["success"] is True


def test_a_large_body_with_a_lost_token_is_answered(wire: Wire) -> None:
    client = wire.stranger()
    for _ in range(2):
        status, reply = client.send("POST", "/queries/v1/query-request", b" " * (20 << 20))
        assert (status, reply["code"]) == (200, "390114")
