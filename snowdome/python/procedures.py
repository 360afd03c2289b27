"""Running a procedure's handler with a session of the client's own kind. Inside a worker."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from snowdome.python.messages import Program, Reply, Request, pack, unpack
from snowdome.python.values import from_python, to_python

_LOG = logging.getLogger("snowflake.snowpark.session")


def answer(program: Program, handler: Any, request: Request) -> Reply:
    """Call the handler with a session and its arguments; a table is answered by the id of its query."""
    columns = unpack(request.batch) if program.arguments else []
    given = [to_python(c, t)[0] for c, (_, t) in zip(columns, program.arguments, strict=True)]
    with _session(request.login) as session:
        result = handler(session, *given)
        if program.returns is None:
            return Reply(query_id=_query_id(result))
    return Reply(pack([from_python([result], program.returns)]))


def _query_id(result: Any) -> str:
    """Run a DataFrame's query, as the client would before it fetches the rows."""
    from snowflake.snowpark import DataFrame

    if not isinstance(result, DataFrame):
        raise TypeError(f"The handler of a procedure that returns a table gave a {type(result).__name__}, "
                        "not a Snowpark DataFrame.")  # fmt: skip
    return str(result._execute_and_get_query_id())


@contextmanager
def _session(login: Mapping[str, Any]) -> Iterator[Any]:
    """A Snowpark session in the caller's session; it is the active one while the handler runs."""
    from snowflake.connector import connect
    from snowflake.connector.errors import Error
    from snowflake.snowpark import Session
    from snowflake.snowpark import session as sessions

    connection = connect(**login, paramstyle="qmark")  # as Snowpark itself opens one
    create = Session.SessionBuilder._create_internal
    try:
        session = Session.builder.configs({"connection": connection}).create()
        session.close = _close
        Session.SessionBuilder._create_internal = _no_second
        yield session
    finally:
        Session.SessionBuilder._create_internal = create
        # Session.close() would cancel what runs in the server's session: the CALL itself.
        with sessions._session_management_lock:
            sessions._active_sessions.clear()
        with suppress(Error):  # the account lets go of the login anyway
            connection.close(retry=False)


def _no_second(builder: Any, connection: Any = None) -> Any:
    """A handler may open no session of its own, as on Snowflake."""
    from snowflake.snowpark._internal.error_message import SnowparkClientExceptionMessages

    raise SnowparkClientExceptionMessages.DONT_CREATE_SESSION_IN_SP()


def _close() -> None:
    _LOG.warning("Closing a session in a stored procedure is a no-op.")
