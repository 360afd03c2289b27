"""``/api/v2`` over HTTP: who asks, what for, and the answer, worked out away from the event loop."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from snowdome.account.logins import Login
from snowdome.account.query import INTERNAL
from snowdome.errors import SnowflakeError
from snowdome.server import edge, tokens
from snowdome.server.rest import errors, registry
from snowdome.server.rest.call import Answer, Call

PREFIX = "/api/v2/"
_LOG = logging.getLogger("snowdome")
_THREADS = 64  # requests that run at once; clients send many with one token


class Api:
    """The endpoint of everything below ``/api/v2/``."""

    def __init__(self) -> None:
        registry.load_all()
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="rest")

    async def answer(self, request: Request) -> Response:
        """Answer one request; what fails is told as JSON."""
        try:
            return edge.respond(await self._answer(request))
        except SnowflakeError as error:
            return errors.respond(error, request.method)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it
        except Exception:  # noqa: BLE001 - the edge: a bug of ours is told as one
            _LOG.exception("%s %s failed for a reason that is a bug.", request.method, request.url.path)
            return errors.respond(INTERNAL, request.method)

    async def _answer(self, request: Request) -> Answer:
        body = await edge.json_value(request)
        login = _login(request)
        path = _raw_path(request)
        handler, names = registry.find(request.method, path)
        query = dict(request.query_params)
        call = Call(tokens.account_of(request), login.session, names, query, body)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, handler, call)


def _login(request: Request) -> Login:
    try:
        return tokens.login_of(request)
    except SnowflakeError:
        raise errors.expired() from None


def _raw_path(request: Request) -> str:
    """The path as sent: decoding it would take the names in it apart."""
    raw: bytes = request.scope["raw_path"]
    return raw.decode("ascii", errors="replace").partition("?")[0].removeprefix(PREFIX)
