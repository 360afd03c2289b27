"""The routes."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from snowdome.account import Account
from snowdome.server import chunks, edge, login, presigned, queries, services, telemetry
from snowdome.server.rest.as_resource import Resources
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


class Application(Starlette):
    """The routes, and before them what services answer: that has to be quick."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and services.is_endpoint(scope["path"]):
            await services.serve(self.state.account, scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def application(account: Account) -> Starlette:
    """The HTTP application in front of ``account``."""
    routes = [Route(path, edge.guarded(endpoint), methods=[method]) for method, path, endpoint in _ROUTES]
    routes.append(Route(f"{PREFIX}{{rest:path}}", Api().answer, methods=["GET", "POST", "PUT", "DELETE"]))
    app = Application(routes=routes, exception_handlers={404: edge.not_found, 405: edge.not_found})
    app.state.account = account
    account.resources = Resources(account)
    return app
