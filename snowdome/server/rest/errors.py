"""Failures as REST reports them: a status by the error's code, and a body of texts."""

from __future__ import annotations

import uuid

from starlette.responses import Response

from snowdome.errors import SnowflakeError
from snowdome.server import edge

_PREFIX = "SQL compilation error:"
_STATUS = {
    "002003": 404, "002043": 404, "390404": 404,
    "002002": 409, "001998": 409,
    "003001": 403,
    "390112": 401,
    "390405": 405,
    "000603": 500,
}  # fmt: skip
_NOT_SUPPORTED = "000002"


def status_of(error: SnowflakeError, method: str) -> int:
    """The HTTP status of ``error``: clients of PUT turn 501 into NotImplementedError."""
    if error.code == _NOT_SUPPORTED and method == "PUT":
        return 501
    return _STATUS.get(error.code, 400)


def respond(error: SnowflakeError, method: str) -> Response:
    """The response for ``error``."""
    return edge.respond(_body(error), status_of(error, method))


def _body(error: SnowflakeError) -> edge.Reply:
    message = error.message.removeprefix(_PREFIX).lower()  # as the account relays what SQL says
    return {
        "message": message,
        "code": error.code,
        "error_code": error.code,
        "request_id": str(uuid.uuid4()),
    }


def expired() -> SnowflakeError:
    """390112, which makes clients ask for a new session token."""
    text = "Your session has expired. Please login again."
    return SnowflakeError("390112", "08001", text)


def no_such_resource(method: str, path: str) -> SnowflakeError:
    """404: nothing has that path."""
    return SnowflakeError("390404", "08001", f"Nothing answers {method} {path} here.")


def no_such_method(method: str, path: str) -> SnowflakeError:
    """405: the resource is there and does not do that."""
    return SnowflakeError("390405", "08001", f"{method} is not supported for {path}.")
