"""The HTTP edge: reading requests, writing replies, and the one place where every failure becomes one.

Clients retry most HTTP errors for minutes, so whatever goes wrong is HTTP 200 with a code and a message.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import zlib
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from snowdome.account.query import INTERNAL
from snowdome.errors import SnowflakeError

Reply = dict[str, Any]
Endpoint = Callable[[Request], Awaitable[Response]]

_LOG = logging.getLogger("snowdome")
_MAX_BODY = 512 << 20  # bytes, compressed or not
_SLOW_BODY = 256 << 10  # bytes from which unpacking leaves the event loop


def success(data: Any) -> Reply:
    """A reply that all went well."""
    return {"data": data, "code": None, "message": None, "success": True}


def failure(error: SnowflakeError, query_id: str | None = None) -> Reply:
    """The reply for ``error``."""
    line, position = _place(error.message)
    data = {
        "internalError": False, "errorCode": error.code, "age": 0, "sqlState": error.sqlstate,
        "queryId": query_id, "line": line, "pos": position, "type": "COMPILATION" if line > 0 else "",
    }  # fmt: skip
    return {"data": data, "code": error.code, "message": error.message, "success": False, "headers": None}


_PLACE = re.compile(r"line (\d+) at position (\d+)")


def _place(message: str) -> tuple[int, int]:
    found = _PLACE.search(message)
    return (int(found[1]), int(found[2])) if found else (-1, -1)


def respond(reply: Reply, status: int = 200) -> Response:
    """``reply`` as JSON."""
    return Response(encoded(reply), status, media_type="application/json")


def encoded(reply: Reply) -> bytes:
    """``reply`` as JSON text; lone surrogates, which UTF-8 has not, become question marks."""
    return json.dumps(reply, separators=(",", ":"), ensure_ascii=False).encode(errors="replace")


def guarded(endpoint: Endpoint) -> Endpoint:
    """``endpoint``, whose failures become replies."""

    async def run(request: Request) -> Response:
        try:
            return await endpoint(request)
        except SnowflakeError as error:
            return respond(failure(error))
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it
        except Exception:  # noqa: BLE001 - the edge: a bug of ours must not make clients retry for minutes
            _LOG.exception("%s %s failed for a reason that is a bug.", request.method, request.url.path)
            return respond(failure(INTERNAL))

    return run


async def not_found(request: Request, error: Exception) -> Response:
    """The reply to unknown routes and methods; 404 is what clients do not retry."""
    message = f"Nothing answers {request.method} {request.url.path} here."
    assert isinstance(error, HTTPException)
    return respond(failure(SnowflakeError("390404", "08001", message)), 404)


# -- bodies -------------------------------------------------------------------------------------


async def json_body(request: Request) -> dict[str, Any]:
    """The request's JSON object, unpacked; {} if there is no body. 390400 if it is not one."""
    value = await json_value(request)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise bad_request("its body is not a JSON object")
    return value


async def json_value(request: Request) -> Any:
    """The request's JSON value, unpacked; None if there is no body. 390400 if it is not JSON."""
    raw = await _raw_body(request)
    if not raw:
        return None
    if len(raw) > _SLOW_BODY:
        return await asyncio.to_thread(_parsed, raw)
    return _parsed(raw)


async def _raw_body(request: Request) -> bytes:
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= _MAX_BODY:  # the rest is read too, and dropped: clients only listen once they have sent it
            chunks.append(chunk)
    if size > _MAX_BODY:
        raise _too_large()
    return b"".join(chunks)


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(_unpacked(raw) if raw[:2] == b"\x1f\x8b" else raw)
    except (ValueError, zlib.error, RecursionError) as error:
        raise bad_request("its body is not JSON") from error


def _unpacked(raw: bytes) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    text = unpacker.decompress(raw, _MAX_BODY)
    if unpacker.unconsumed_tail:
        raise _too_large()
    return text + unpacker.flush()


def bad_request(why: str) -> SnowflakeError:
    """390400: the request makes no sense."""
    return SnowflakeError("390400", "08001", f"The request is not understood: {why}.")


def _too_large() -> SnowflakeError:
    return bad_request(f"its body is larger than {_MAX_BODY >> 20} MB")


def text_of(values: dict[str, Any], key: str) -> str:
    """A text in a request, "" if it is not there; 390400 if it is something else."""
    value = values.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise bad_request(f"{key} is not a text")
    return valid_text(value)


def valid_text(text: str) -> str:
    """``text``; lone surrogates, which JSON can carry and UTF-8 cannot, become question marks."""
    return text if text.isascii() else text.encode(errors="replace").decode()


def dict_of(values: dict[str, Any], key: str) -> dict[str, Any]:
    """An object in a request, {} if it is not there; 390400 if it is something else."""
    value = values.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise bad_request(f"{key} is not an object")
    return value
