"""Large results: the first rows in the reply, the rest behind addresses that nobody can guess."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from snowdome.account.results import Retained
from snowdome.errors import SnowflakeError
from snowdome.result import Result
from snowdome.server import edge, tokens
from snowdome.server.encoding import rowset
from snowdome.server.encoding.arrow import ArrowEncoding

INLINE_CELLS = 100_000
_INLINE_BYTES = 2 << 20
_CHUNK_BYTES = 4 << 20


def inline_rows(kept: Retained) -> int:
    """How many rows go into the reply itself."""
    rows, columns = kept.row_count, max(len(kept.header.columns), 1)
    if rows * columns <= INLINE_CELLS and kept.size <= _INLINE_BYTES:
        return rows
    by_size = _INLINE_BYTES * rows // kept.size
    return max(1, min(rows, by_size, INLINE_CELLS // columns))


def chunks(kept: Retained, base_url: str, start: int, kind: str) -> list[dict[str, Any]]:
    """Where the rows from ``start`` on are; ``kind`` is arrow or json."""
    bytes_per_row = max(kept.size // kept.row_count, 1)
    step = max(_CHUNK_BYTES // bytes_per_row, 1)
    return [
        {
            "url": f"{base_url}/results/{kept.key}/{kind}/{first}-{min(first + step, kept.row_count)}",
            "rowCount": min(step, kept.row_count - first),
            "uncompressedSize": step * bytes_per_row,
            "compressedSize": step * bytes_per_row,
        }
        for first in range(start, kept.row_count, step)
    ]


async def chunk(request: Request) -> Response:
    """GET /results/KEY/KIND/START-STOP: no login, the key is the permission."""
    path = request.path_params
    kept = tokens.account_of(request).retained(path["key"])
    start, _, stop = path["rows"].partition("-")
    if kept is None or not (start.isdigit() and stop.isdigit()):
        return _gone()
    try:
        body = await asyncio.to_thread(_encoded, kept, path["kind"], int(start), int(stop))
    except FileNotFoundError:
        return _gone()
    return Response(body, media_type="application/octet-stream")


def _encoded(kept: Retained, kind: str, start: int, stop: int) -> bytes | memoryview:
    result = kept.load()
    if kind == "json":
        return rowset.stream(result, start, stop)
    return encoding_of(kept, result).stream(result, start, stop)


def _gone() -> Response:
    error = SnowflakeError("000709", "02000", "This part of a result is not kept any more.")
    return edge.respond(edge.failure(error), 404)


def encoding_of(kept: Retained, result: Result) -> ArrowEncoding:
    """How the result travels; decided once for one that has chunks."""
    found = kept.memo.get("arrow")
    if isinstance(found, ArrowEncoding):
        return found
    encoding = ArrowEncoding(result)
    if inline_rows(kept) < kept.row_count:
        kept.memo["arrow"] = encoding
    return encoding
