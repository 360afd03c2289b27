"""Statements that the account runs by itself: in a session of its own as an object's owner, kept in the query
history like any other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import duckdb

from snowdome.account.execution import repeated
from snowdome.account.own_sessions import open_session
from snowdome.account.queries import Queries
from snowdome.account.query import Query, Request
from snowdome.catalog.catalog import Snapshot
from snowdome.catalog.model import Entity
from snowdome.catalog.names import ObjectName
from snowdome.context import Context, Services
from snowdome.engine import failures, interrupts
from snowdome.errors import SnowflakeError
from snowdome.result import Result
from snowdome.session import Session
from snowdome.statements.system_functions import SYSTEM_ACTIONS


def full_name(snapshot: Snapshot, entity: Entity) -> str:
    """Database, schema and name of an object, as SQL writes them."""
    schema = snapshot.by_id[entity.parent]
    return str(ObjectName((snapshot.by_id[schema.parent].name, schema.name, entity.name)))


class ByItself:
    """Opens sessions that nobody is logged in to, and runs what handlers do in them."""

    def __init__(
        self,
        services: Services,
        queries: Queries,
        new_id: Callable[[], int],
        ended: Callable[[Session], None],
    ) -> None:
        self._services = services
        self._queries = queries
        self._new_id = new_id
        self._ended = ended

    @contextmanager
    def session(self, owner: str, warehouse: str, place: tuple[str, str], client: str) -> Iterator[Session]:
        """A session as the role ``owner`` in a database and schema; it ends with the block."""
        session = open_session(
            self._services, self._new_id(), client, owner=owner, warehouse=warehouse, place=place
        )
        try:
            yield session
        finally:
            session.closed = True
            self._ended(session)

    def run(
        self, session: Session, text: str, kind: str, action: Callable[[Context], Result]
    ) -> tuple[Query, SnowflakeError | None]:
        """Run ``action`` as the statement ``text`` of QUERY_TYPE ``kind``; the query, and why it failed."""
        query = self._queries.begin(session, text, Request(text))
        query.record.type = kind
        context = Context(self._services, session, text, query.id)
        context.actions = SYSTEM_ACTIONS
        try:
            with interrupts.running(query.scope):
                self._queries.retain(query, repeated(query, lambda: action(context)))
        except SnowflakeError as error:
            query.fail(query.scope.cause or error)
        except duckdb.Error as failure:
            query.fail(query.scope.cause or failures.translate(failure))
        finally:
            self._queries.end(query)
        return query, query.error
