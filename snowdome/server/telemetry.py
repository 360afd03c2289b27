"""Usage data: clients are told not to send any; those that do are thanked, and it is dropped."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from snowdome.server import edge


async def telemetry(request: Request) -> Response:
    """POST /telemetry/send"""
    await edge.json_body(request)
    return edge.respond(edge.success("Log Received"))
