"""The reply to a query that has ended."""

from __future__ import annotations

import base64
import time
from typing import Any

from snowdome.account.account import load
from snowdome.account.query import INTERNAL, Place, Query, place_of
from snowdome.account.results import Retained
from snowdome.errors import SnowflakeError
from snowdome.result import SELECT, Result
from snowdome.server import edge
from snowdome.server.chunks import INLINE_CELLS, chunks, encoding_of, inline_rows
from snowdome.server.encoding import rowset
from snowdome.server.encoding.rowtype import rowtype
from snowdome.server.parameters import parameters


def is_quick(query: Query) -> bool:
    """Whether the reply is made in no time, so that it need not leave the event loop."""
    kept = query.retained
    return kept is None or kept.row_count * max(len(kept.header.columns), 1) <= INLINE_CELLS // 100


def reply(query: Query, base_url: str, *, as_json: bool = False) -> edge.Reply:
    """What the client gets for ``query``; ``as_json`` asks for a JSON rowset whatever the result prefers."""
    if query.error is not None:
        return edge.failure(query.error, query.id)
    data = _common(query)
    if query.described is not None:
        return edge.success(data | _description(query, as_json))
    try:
        result = load(query)
    except SnowflakeError as error:
        return edge.failure(error, query.id)
    kept = query.retained
    if kept is None:
        return edge.failure(INTERNAL, query.id)
    return edge.success(data | _rows(result, kept, base_url, as_json or result.as_json))


def _common(query: Query) -> dict[str, Any]:
    place = query.place or place_of(query.session)
    return {
        "parameters": parameters(query.session, query.parameters),
        "queryId": query.id,
        "sqlState": "00000",
        "statementTypeId": SELECT,
        "version": 1,
        "sendResultTime": int(time.time() * 1000),
        "numberOfBinds": 0,
        "arrayBindSupported": True,
        "queryAbortsAfterSecs": 0,
        **_final(place),
    }


def _final(place: Place) -> dict[str, str | None]:
    return {
        "finalDatabaseName": place.database,
        "finalSchemaName": place.schema,
        "finalWarehouseName": place.warehouse,
        "finalRoleName": place.role,
    }


def _description(query: Query, as_json: bool) -> dict[str, Any]:
    empty = {"queryResultFormat": "json", "rowset": []} if as_json else _NO_ARROW
    return {"rowtype": rowtype(query.described or ()), "total": 0, "returned": 0, **empty}


_NO_ARROW = {"queryResultFormat": "arrow", "rowsetBase64": "", "rowset": []}


def _rows(result: Result, kept: Retained, base_url: str, as_json: bool) -> dict[str, Any]:
    inline = inline_rows(kept)
    data: dict[str, Any] = {
        "rowtype": rowtype(result.columns),
        "total": result.row_count,
        "returned": result.row_count,
        "statementTypeId": result.statement_type,
    }
    if result.transfer is not None:
        data |= result.transfer
    if as_json:
        data |= {"queryResultFormat": "json", "rowset": rowset.rows_between(result, 0, inline)}
    else:
        data |= {"queryResultFormat": "arrow", "rowsetBase64": _arrow(result, kept, inline)}
    if inline < result.row_count:
        data |= {"chunks": chunks(kept, base_url, inline, "json" if as_json else "arrow"), "chunkHeaders": {}}
    if result.stats:
        data["stats"] = result.stats
    if result.children:
        data["resultIds"] = ",".join(result.children)
        data["resultTypes"] = ",".join(str(SELECT) for _ in result.children)
    return data


def _arrow(result: Result, kept: Retained, inline: int) -> str:
    if not result.row_count:
        return ""
    return base64.b64encode(encoding_of(kept, result).stream(result, 0, inline)).decode()
