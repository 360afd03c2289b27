"""The routes."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.routing import Route

from snowdome.account import Account
from snowdome.server import chunks, edge, login, presigned, queries, telemetry
from snowdome.server.rest.endpoint import PREFIX, Api

_ROUTES: tuple[tuple[str, str, edge.Endpoint], ...] = (
    ("POST", "/queries/v1/query-request", queries.query_request),
    ("POST", "/queries/v1/abort-request", queries.abort_request),
    ("GET", "/queries/{query_id}/result", queries.result),
    ("POST", "/queries/{query_id}/abort-request", queries.abort),
    ("GET", "/monitoring/queries/{query_id}", queries.monitoring),
    ("GET", "/results/{key}/{kind}/{rows}", chunks.chunk),
    ("GET", presigned.ROUTE, presigned.staged_file),
    ("POST", "/session/v1/login-request", login.login),
    ("POST", "/session/heartbeat", login.heartbeat),
    ("POST", "/session/token-request", login.renew),
    ("POST", "/session", login.logout),
    ("POST", "/telemetry/send", telemetry.telemetry),
)


def application(account: Account) -> Starlette:
    """The HTTP application in front of ``account``."""
    routes = [Route(path, edge.guarded(endpoint), methods=[method]) for method, path, endpoint in _ROUTES]
    routes.append(Route(f"{PREFIX}{{rest:path}}", Api().answer, methods=["GET", "POST", "PUT", "DELETE"]))
    app = Starlette(routes=routes, exception_handlers={404: edge.not_found, 405: edge.not_found})
    app.state.account = account
    return app
