"""The public addresses of model services: ``/<host>.snowflakecomputing.app/<method>``.

Requests go to the services' instances as they are; here is only looked at who asks, for what, and how much. On
Snowflake such an address is a host of its own, and everything that its ingress refuses is a 404.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import zlib
from collections.abc import Mapping

from starlette.types import Receive, Scope, Send

from snowdome.account import Account
from snowdome.errors import SnowflakeError
from snowdome.serving.fleet import JSON, Reply, refusal, unknown_method
from snowdome.serving.model_services import SUSPENDED, Endpoint

MOST = 1 << 20  # bytes of a request's body, unpacked, as on Snowflake
_DROPPED = 64 << 20  # bytes of a longer body that are read so that its sender gets to listen
_HEALTH = "health"
_LOG = logging.getLogger("snowdome")
_TOKEN = re.compile(r'Snowflake Token="([^"]*)"\Z|Bearer (\S+)\Z', re.IGNORECASE)
_CHARSET = re.compile(r'charset\s*=\s*"?([\w.:-]+)', re.IGNORECASE)
_NOT_JSON = re.compile(
    r"multipart/|image/|audio/|video/|application/(?!json|octet-stream|x-www-form|[\w.-]*\+json)"
)
Headers = Mapping[bytes, bytes]


def is_endpoint(path: str) -> bool:
    """Whether the request for ``path`` is one for a service."""
    return path.partition("/")[0] == "" and path[1:].partition("/")[0].endswith(".snowflakecomputing.app")


async def serve(account: Account, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request for a service."""
    try:
        body = await _body(receive)
        if body is None:
            return
        reply, headers = await _reply(account, scope, body)
    except Exception:  # noqa: BLE001 - the edge: a bug of ours is told as such
        _LOG.exception("%s %s failed for a reason that is a bug.", scope["method"], scope["path"])
        reply, headers = refusal(500, "The request failed for a reason that is a bug."), ()
    start = {
        "type": "http.response.start",
        "status": reply.status,
        "headers": [
            (b"content-type", reply.content_type.encode()),
            (b"content-length", str(len(reply.body)).encode()),
            *headers,
        ],
    }
    await send(start)
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else reply.body})


async def _body(receive: Receive) -> bytes | None:
    """The request's body, one byte too long where it is longer than it may be; None if nobody listens any more."""
    message = await receive()
    body: bytes = message.get("body", b"")
    size = len(body)
    while message.get("more_body") and size <= _DROPPED:
        message = await receive()
        size += len(message.get("body", b""))
        if len(body) <= MOST:
            body += message.get("body", b"")
    return None if message["type"] == "http.disconnect" else body[: MOST + 1]


_Answer = tuple[Reply, tuple[tuple[bytes, bytes], ...]]


async def _reply(account: Account, scope: Scope, body: bytes) -> _Answer:
    host, _, path = scope["path"][1:].partition("/")
    headers = dict(scope["headers"])
    if not _is_let_in(account, headers):
        text = 'The request has no valid token: send the header Authorization: Snowflake Token="…".'
        return refusal(401, text), ((b"www-authenticate", b"Snowflake"),)
    endpoint = account.services.find_endpoint(host)
    if endpoint is None:
        return refusal(404, f"There is no service with a public endpoint at {host[:200]}."), ()
    method, allowed = scope["method"], "GET" if path == _HEALTH else "POST"
    if path != _HEALTH and path not in endpoint.paths:
        return refusal(404, unknown_method(path, [*endpoint.paths])), ()
    if method != allowed:
        return refusal(405, f"/{path} takes {allowed}, not {method[:20]}."), ((b"allow", allowed.encode()),)
    if path == _HEALTH:
        return _health(account, endpoint), ()
    return await _predict(account, endpoint, path, headers, body), ()


def _is_let_in(account: Account, headers: Headers) -> bool:
    found = _TOKEN.match(headers.get(b"authorization", b"").decode("latin-1").strip())
    return found is not None and account.lets_in(found[1] or found[2] or "")


def _health(account: Account, endpoint: Endpoint) -> Reply:
    ready = any(i.status == "READY" for i in account.services.fleet.status(endpoint.service_id))
    return Reply(
        200 if ready else 503, JSON, json.dumps({"status": "ready" if ready else "not ready"}).encode()
    )


async def _predict(account: Account, endpoint: Endpoint, path: str, headers: Headers, body: bytes) -> Reply:
    if len(body) > MOST:
        return _too_large()
    content_type = headers.get(b"content-type", b"").decode("latin-1").strip().lower()
    if _NOT_JSON.match(content_type):
        return refusal(415, f"The body is {content_type[:100]}; {JSON} is needed.")
    encoding = headers.get(b"content-encoding")
    if encoding is not None or "charset" in content_type:
        read = _read(body, (encoding or b"").decode("latin-1").strip().lower(), content_type)
        if isinstance(read, Reply):
            return read
        body = read
    if endpoint.state == SUSPENDED:
        refused = await _resumed(account, endpoint)
        if refused is not None:
            return refused
    return await account.services.fleet.answer(endpoint.service_id, path, content_type, body)


def _too_large() -> Reply:
    return refusal(413, f"The request is larger than {MOST >> 20} MB: send fewer rows, or shorter ones.")


async def _resumed(account: Account, endpoint: Endpoint) -> Reply | None:
    """Run a suspended service again; why that is not done."""
    if not endpoint.resumes:
        return refusal(503, "The service is suspended and does not resume by itself.")
    try:
        await asyncio.to_thread(account.services.resume, endpoint.service_id)
    except SnowflakeError as failure:
        return refusal(503, failure.message)
    return None


def _read(body: bytes, encoding: str, content_type: str) -> bytes | Reply:
    """The body unpacked and as UTF-8."""
    if encoding in ("gzip", "x-gzip"):
        unpacked = _unpacked(body)
        if isinstance(unpacked, Reply):
            return unpacked
        body = unpacked
    elif encoding not in ("", "identity"):
        return refusal(415, f"The body's encoding {encoding[:50]} is not known; gzip is.")
    charset = _CHARSET.search(content_type)
    if charset is None or charset[1] in ("utf-8", "utf8", "us-ascii"):
        return body
    return _recoded(body, charset[1])


def _unpacked(body: bytes) -> bytes | Reply:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        text = unpacker.decompress(body, MOST + 1)
    except zlib.error:
        return refusal(400, "Input data malformed: the body is not gzip, as its encoding says.")
    if len(text) > MOST:
        return _too_large()
    return text if unpacker.eof else refusal(400, "Input data malformed: the gzip of the body is cut off.")


def _recoded(body: bytes, charset: str) -> bytes | Reply:
    try:
        return body.decode(charset).encode("utf-8", "surrogatepass")
    except LookupError:
        return refusal(415, f"The charset {charset[:50]} is not known; send UTF-8.")
    except ValueError:
        return refusal(400, f"Input data malformed: the body is not {charset[:50]}.")
