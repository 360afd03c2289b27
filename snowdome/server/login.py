"""Logging in and out, and staying logged in."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from snowdome.account.logins import MASTER_VALIDITY, TOKEN_VALIDITY, Credentials, Login
from snowdome.errors import SnowflakeError
from snowdome.server import edge, tokens
from snowdome.server.parameters import parameters
from snowdome.sql.functions.context import VERSION

_SNOWPARK = "PythonSnowpark"


async def login(request: Request) -> Response:
    """POST /session/v1/login-request"""
    data = edge.dict_of(await edge.json_body(request), "data")
    account = tokens.account_of(request)
    try:
        opened = account.login(_credentials(data, request))
    except SnowflakeError as error:
        reply = edge.failure(error)
        reply["data"]["authnMethod"] = "USERNAME_PASSWORD"
        return edge.respond(reply)
    if data.get("CLIENT_APP_ID") == _SNOWPARK:  # who writes Snowpark will register functions and procedures
        account.python.pool.warm_up()
        account.python.procedures.warm_up()
    return edge.respond(edge.success(_session_data(opened)))


def _credentials(data: dict[str, Any], request: Request) -> Credentials:
    asked = request.query_params
    client = [edge.text_of(data, "CLIENT_APP_ID"), edge.text_of(data, "CLIENT_APP_VERSION")]
    return Credentials(
        user=edge.text_of(data, "LOGIN_NAME"),
        password=edge.text_of(data, "PASSWORD") or edge.text_of(data, "TOKEN"),
        database=asked.get("databaseName"),
        schema=asked.get("schemaName"),
        warehouse=asked.get("warehouse"),
        role=asked.get("roleName"),
        parameters=edge.dict_of(data, "SESSION_PARAMETERS"),
        application=" ".join(filter(None, client)),
    )


def _session_data(opened: Login) -> dict[str, Any]:
    session = opened.session
    return {
        "token": opened.token,
        "masterToken": opened.master_token,
        "validityInSeconds": TOKEN_VALIDITY,
        "masterValidityInSeconds": MASTER_VALIDITY,
        "displayUserName": session.user,
        "serverVersion": VERSION,
        "firstLogin": False,
        "healthCheckInterval": 45,
        "sessionId": session.id,
        "sessionInfo": {
            "databaseName": session.database,
            "schemaName": session.schema,
            "warehouseName": session.warehouse,
            "roleName": session.role,
        },
        "parameters": parameters(session),
    }


async def heartbeat(request: Request) -> Response:
    """POST /session/heartbeat"""
    tokens.login_of(request)
    return edge.respond(edge.success(None))


async def renew(request: Request) -> Response:
    """POST /session/token-request"""
    await edge.json_body(request)
    renewed = tokens.account_of(request).logins.renew(tokens.token_of(request))
    if renewed is None:
        raise tokens.expired()
    data = {
        "sessionToken": renewed.token,
        "masterToken": renewed.master_token,
        "validityInSecondsST": TOKEN_VALIDITY,
        "validityInSecondsMT": MASTER_VALIDITY,
        "masterValidityInSeconds": MASTER_VALIDITY,
        "sessionId": renewed.session.id,
    }
    return edge.respond(edge.success(data))


async def logout(request: Request) -> Response:
    """POST /session?delete=true"""
    await edge.json_body(request)
    leaving = tokens.login_of(request)
    if request.query_params.get("delete") == "true":
        await asyncio.to_thread(tokens.account_of(request).logout, leaving)
    return edge.respond(edge.success(None))
