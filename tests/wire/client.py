"""An account in the test process, and a client that sends what no real one would."""

from __future__ import annotations

import gzip
import http.client
import json
import uuid
from dataclasses import dataclass, field
from typing import Any

import snowflake.connector

from snowdome.account import Account
from snowdome.account.query import Request
from snowdome.result import Result

PASSWORD = "a password"


class Client:
    """A client that sends what a test says, also what no real client would."""

    def __init__(self, port: int) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.token = "None"
        self.master_token = ""
        self.session_id = 0

    def close(self) -> None:
        self._http.close()

    def send(
        self, method: str, path: str, body: bytes | None = None, token: str | None = None, **headers: str
    ) -> tuple[int, Any]:
        """Send one request; status and decoded reply."""
        headers = {"Authorization": f'Snowflake Token="{token or self.token}"', **headers}
        self._http.request(method, path, body, headers)
        response = self._http.getresponse()
        return response.status, json.loads(response.read() or b"null")

    def post(self, path: str, body: dict[str, Any] | None = None, token: str | None = None) -> Any:
        packed = gzip.compress(json.dumps(body).encode()) if body is not None else None
        status, reply = self.send("POST", path, packed, token, **{"Content-Encoding": "gzip"})
        assert status == 200
        return reply

    def get(self, path: str) -> Any:
        status, reply = self.send("GET", path)
        assert status == 200
        return reply

    def login(self, password: str, user: str = "tester", query: str = "", **session: Any) -> Any:
        data = {"LOGIN_NAME": user, "PASSWORD": password, "SESSION_PARAMETERS": session}
        reply = self.post(f"/session/v1/login-request?request_id=1{query}", {"data": data})
        if reply["success"]:
            self.token, self.master_token = reply["data"]["token"], reply["data"]["masterToken"]
            self.session_id = reply["data"]["sessionId"]
        return reply

    def query(self, text: str, request_id: str | None = None, **more: Any) -> Any:
        """Send a statement as the connector does."""
        path = f"/queries/v1/query-request?requestId={request_id or uuid.uuid4()}"
        return self.post(path, {"sqlText": text, "asyncExec": False, "sequenceId": 1, **more})


@dataclass
class Wire:
    """An account that answers on ``port``."""

    account: Account
    port: int
    clients: list[Client] = field(default_factory=list)

    @property
    def parameters(self) -> dict[str, Any]:
        return {
            "account": "snowdome",
            "user": "tester",
            "password": PASSWORD,
            "host": "127.0.0.1",
            "port": self.port,
            "protocol": "http",
            "platform_detection_timeout_seconds": 0,
        }

    def stranger(self) -> Client:
        """A client that speaks HTTP itself, not logged in."""
        self.clients.append(Client(self.port))
        return self.clients[-1]

    def client(self, **session: Any) -> Client:
        """A client that speaks HTTP itself, logged in."""
        client = self.stranger()
        client.login(PASSWORD, **session)
        return client

    def hang_up(self) -> None:
        """Close the connections of the clients."""
        while self.clients:
            self.clients.pop().close()

    def connect(self, **more: Any) -> snowflake.connector.SnowflakeConnection:
        return snowflake.connector.connect(**(self.parameters | more))

    def finish(self, connection: snowflake.connector.SnowflakeConnection, result: Result) -> str:
        """Make ``result`` that of a query of the connection's session; its query id."""
        logins = self.account.logins.all()
        session = next(login.session for login in logins if login.session.id == connection.session_id)
        query = self.account.queries.begin(session, "made by a test", Request("made by a test"))
        self.account.queries.retain(query, result)
        self.account.queries.end(query)
        return query.id
