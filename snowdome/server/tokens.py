"""Tokens in the Authorization header."""

from __future__ import annotations

import re

from starlette.requests import Request

from snowdome.account import Account
from snowdome.account.logins import Login
from snowdome.errors import SnowflakeError

_HEADER = re.compile(r'(?:Snowflake Token="([^"]*)"|Bearer (\S+))\Z', re.IGNORECASE)


def account_of(request: Request) -> Account:
    """The account behind this server."""
    account = request.app.state.account
    assert isinstance(account, Account)
    return account


def token_of(request: Request) -> str:
    """The token a request came with; "" if none."""
    found = _HEADER.match(request.headers.get("authorization", "").strip())
    return (found[1] or found[2] or "") if found else ""


def login_of(request: Request) -> Login:
    """The session of a request; 390114, which makes clients log in again, if its token is not known.

    Tokens are not known after a restart of the server, a logout, or a long time without any request.
    """
    login = account_of(request).logins.by_token(token_of(request))
    if login is None:
        raise expired()
    return login


def expired() -> SnowflakeError:
    """390114: the session is gone."""
    text = "Authentication token has expired.  The user must authenticate again."
    return SnowflakeError("390114", "08001", text)
