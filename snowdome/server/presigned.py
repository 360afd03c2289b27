"""Staged files behind presigned addresses: GET and HEAD, whole or in ranges, without a login."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from snowdome.clock import SECOND
from snowdome.errors import SnowflakeError
from snowdome.server import edge, tokens
from snowdome.stages import presigned

ROUTE = f"{presigned.PREFIX}/{{directory}}/{{end}}/{{signature}}/{{path:path}}"


async def staged_file(request: Request) -> Response:
    """The file's bytes; 403 for an address that is not or no longer signed, 404 if the file is gone."""
    account = tokens.account_of(request)
    now = account.catalog.clock.now() // SECOND
    try:
        path = await asyncio.to_thread(presigned.file_of, account.stages, now, **request.path_params)
    except (PermissionError, SnowflakeError):
        refusal = SnowflakeError("390403", "08001", "The address has expired or is not valid.")
        return edge.respond(edge.failure(refusal), 403)
    if path is None:
        return edge.respond(edge.failure(SnowflakeError("390404", "08001", "The file does not exist.")), 404)
    return FileResponse(path, media_type="application/octet-stream")
