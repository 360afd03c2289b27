"""SHOW AS RESOURCE: the rows of a SHOW as the JSON that ``/api/v2`` answers. Snowpark's ``session.catalog`` asks so."""

from __future__ import annotations

from snowdome.account import Account
from snowdome.result import Result
from snowdome.server.rest import (
    alerts,
    databases,
    dynamic_tables,
    functions,
    procedures,
    roles,
    sequences,
    stages,
    streams,
    tables,
    tasks,
    users,
    views,
    warehouses,
)
from snowdome.server.rest.call import Answer, Call
from snowdome.server.rest.resource import answers
from snowdome.server.rest.rows import rows_of
from snowdome.session import Session

_ALL = (
    alerts.ALERTS, databases.DATABASES, databases.SCHEMAS, dynamic_tables.TABLES, functions.FUNCTIONS,
    procedures.PROCEDURES, roles.ROLES, sequences.SEQUENCES, stages.STAGES, streams.STREAMS, tables.TABLES,
    tasks.TASKS, users.USERS, views.VIEWS, warehouses.WAREHOUSES,
)  # fmt: skip
_BY_LISTING = {resource.plural: resource for resource in _ALL} | {"PROCEDURES": procedures.PROCEDURES}


class Resources:
    """What the account asks for the JSON of its objects."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def __contains__(self, listing: object) -> bool:
        return listing in _BY_LISTING

    def answers(self, session: Session, listing: str, shown: Result) -> list[Answer]:
        """The JSON of each row of SHOW ``listing``."""
        call = Call(self._account, session, {}, {})
        return answers(call, rows_of(shown), _BY_LISTING[listing].answer)
