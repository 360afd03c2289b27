"""Statements: sent, waited for, fetched, aborted."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from snowdome.account import query as account_query
from snowdome.account.account import no_statement
from snowdome.account.query import Query
from snowdome.context import Binding
from snowdome.errors import SnowflakeError
from snowdome.server import edge, replies, tokens
from snowdome.server.waiting import ended

# Clients give up reading after 60 s and would send the statement again.
HAND_OVER = 45.0  # seconds after which a client is told to come back for the result
_IN_PROGRESS, _ACCEPTED = "333333", "333334"


async def query_request(request: Request) -> Response:
    """POST /queries/v1/query-request"""
    login = tokens.login_of(request)
    body = await edge.json_body(request)
    request_id = request.query_params.get("requestId", "")
    query = tokens.account_of(request).submit(login, _asked(body), request_id)
    if body.get("asyncExec") is True:
        return edge.respond(_progress(query, _ACCEPTED))
    return await _when_ended(request, query, _wants_json(body))


def _asked(body: dict[str, Any]) -> account_query.Request:
    return account_query.Request(
        text=edge.text_of(body, "sqlText"),
        describe_only=body.get("describeOnly") is True,
        internal=body.get("isInternal") is True,
        bindings={key: _binding(value) for key, value in edge.dict_of(body, "bindings").items()},
        parameters=edge.dict_of(body, "parameters"),
        bind_stage=edge.text_of(body, "bindStage") or None,
    )


def _binding(given: Any) -> Binding:
    if not isinstance(given, dict):
        raise edge.bad_request("a binding is not an object")
    value = given.get("value")
    if isinstance(value, list):
        return Binding(_type_name(given), [_text(v) for v in value])
    return Binding(_type_name(given), _text(value))


def _type_name(given: dict[str, Any]) -> str:
    return edge.text_of(given, "type").upper() or "TEXT"


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        return edge.valid_text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    raise edge.bad_request("a bound value is neither text nor null")


def _wants_json(body: dict[str, Any]) -> bool:
    wanted = edge.dict_of(body, "parameters").get("PYTHON_CONNECTOR_QUERY_RESULT_FORMAT")
    return isinstance(wanted, str) and wanted.upper() == "JSON"


async def _when_ended(request: Request, query: Query, as_json: bool = False) -> Response:
    if not await ended(query, HAND_OVER):
        return edge.respond(_progress(query, _IN_PROGRESS))
    if replies.is_quick(query):
        return edge.respond(replies.reply(query, _base_url(request), as_json=as_json))
    return await asyncio.to_thread(_respond, query, _base_url(request), as_json)


def _respond(query: Query, base_url: str, as_json: bool) -> Response:
    return edge.respond(replies.reply(query, base_url, as_json=as_json))


def _base_url(request: Request) -> str:
    """This server as the client calls it: it may come through a forwarded port."""
    host = request.headers.get("host")
    return f"http://{host}" if host else str(request.base_url).rstrip("/")


def _progress(query: Query, code: str) -> edge.Reply:
    data = {
        "queryId": query.id,
        "getResultUrl": f"/queries/{query.id}/result",
        "queryAbortsAfterSecs": 300,
        "progressDesc": None,
    }
    message = (
        "Query execution in progress. Asynchronous execution." if code == _ACCEPTED else "Query in progress."
    )
    return {"data": data, "code": code, "message": message, "success": code == _ACCEPTED}


# -- by query id --------------------------------------------------------------------------------


async def result(request: Request) -> Response:
    """GET /queries/ID/result: waits for a query that runs, so that clients need not ask again and again."""
    return await _when_ended(request, _named(request))


async def abort(request: Request) -> Response:
    """POST /queries/ID/abort-request"""
    await edge.json_body(request)
    query = _named(request)
    if not tokens.account_of(request).cancel(query.id):
        raise SnowflakeError("000605", "57014", "Identified SQL statement is not currently executing.")
    return edge.respond(edge.success(None))


async def abort_request(request: Request) -> Response:
    """POST /queries/v1/abort-request: names the query by the id of the request that sent it."""
    login = tokens.login_of(request)
    body = await edge.json_body(request)
    query = login.requests.get(edge.text_of(body, "requestId"))
    if query is not None:
        tokens.account_of(request).cancel(query.id)
    return edge.respond(edge.success(None))


async def monitoring(request: Request) -> Response:
    """GET /monitoring/queries/ID"""
    login = tokens.login_of(request)
    query = tokens.account_of(request).find(login.session, request.path_params["query_id"])
    return edge.respond(edge.success({"queries": [_status(query)] if query is not None else []}))


def _status(query: Query) -> dict[str, Any]:
    record = query.record
    return {
        "id": query.id,
        "status": record.status,
        "state": record.status,
        "sqlText": record.text,
        "startTime": record.start // 1_000_000,
        "endTime": record.end // 1_000_000,
        "sessionId": record.session_id,
        "userName": record.user,
        "warehouseName": record.warehouse,
        "errorCode": record.error_code,
        "errorMessage": record.error_message or "",
    }


def _named(request: Request) -> Query:
    login = tokens.login_of(request)
    query_id = request.path_params["query_id"]
    query = tokens.account_of(request).find(login.session, query_id)
    if query is None:
        raise no_statement(query_id)
    return query
