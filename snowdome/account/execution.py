"""Running a request: its statements are parsed, dispatched to their handlers, and their results kept."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import duckdb

from snowdome.account.bindings import staged_bindings
from snowdome.account.queries import Queries
from snowdome.account.query import Query, Request
from snowdome.catalog.parameters import of_statement
from snowdome.context import Context, Services
from snowdome.engine import failures, interrupts
from snowdome.errors import SnowflakeError, compilation_error, not_supported
from snowdome.result import MULTI, Result, rows_result
from snowdome.session import NoCurrentPlace, statement_parameters
from snowdome.sql.ast.base import Dml, Statement
from snowdome.sql.ast.base import Query as QueryStatement
from snowdome.sql.grammar import parse
from snowdome.statements import registry, rights
from snowdome.statements.fragments import shifted
from snowdome.statements.system_functions import SYSTEM_ACTIONS
from snowdome.types import TEXT, Column

_ATTEMPTS = 30
_MULTIPLE = (Column("multiple statement execution", TEXT),)
_ALL_RAN: list[tuple[Any, ...]] = [("Multiple statements executed successfully.",)]


class Runner:
    """Runs queries in the calling thread; what comes of them is in the ``Query``."""

    def __init__(self, services: Services, queries: Queries) -> None:
        self._services = services
        self._queries = queries

    def run(self, query: Query, request: Request) -> None:
        """Run ``request`` as ``query``. Only what is a bug of ours is raised."""
        try:
            query.parameters = of_statement(request.parameters)
            with interrupts.running(query.scope), statement_parameters(query.parameters):
                self._run(query, request)
        except SnowflakeError as error:
            query.fail(query.scope.cause or error)
        except duckdb.Error as failure:
            query.fail(query.scope.cause or failures.translate(failure))
        except RecursionError:
            query.fail(not_supported("a statement nested this deeply"))
        finally:
            self._queries.end(query)

    def _run(self, query: Query, request: Request) -> None:
        query.scope.check()  # it may have been cancelled while it waited for a thread
        statements = parse(request.text)
        _check_count(len(statements), wanted_count(query, request))
        if request.describe_only:
            query.record.type = query_type(statements[0])
            query.described = self._described(statements[0], self._context(query, statements[0], request))
        elif len(statements) == 1:
            self._queries.retain(query, self._result(query, statements[0], request))
        else:
            self._queries.retain(query, self._run_all(query, statements, request))

    def _described(self, statement: Statement, context: Context) -> tuple[Column, ...]:
        _, describe = _registered(statement)
        return describe(statement, context)

    def _run_all(self, query: Query, statements: list[Statement], request: Request) -> Result:
        query.record.type = "MULTI_STATEMENT"
        children = tuple(self._run_child(query, statement, request) for statement in statements)
        return replace(rows_result(_MULTIPLE, _ALL_RAN, MULTI, as_json=True), children=children)

    def _run_child(self, parent: Query, statement: Statement, request: Request) -> str:
        child = self._queries.begin(parent.session, statement.text, request)
        try:
            with interrupts.running(child.scope):
                self._queries.retain(child, self._result(child, statement, request))
        except SnowflakeError as error:
            child.fail(child.scope.cause or error)
            raise
        except duckdb.Error as failure:
            child.fail(child.scope.cause or failures.translate(failure))
            raise
        finally:
            self._queries.end(child)
        return child.id

    def _result(self, query: Query, statement: Statement, request: Request) -> Result:
        query.record.type = query_type(statement)
        handler, _ = _registered(statement)
        context = self._context(query, statement, request)
        context.actions = SYSTEM_ACTIONS
        rights.check(statement, context)
        try:
            return repeated(query, lambda: handler(statement, context))
        except NoCurrentPlace as error:
            raise error.of(query.record.type) from None

    def _context(self, query: Query, statement: Statement, request: Request) -> Context:
        bindings = request.bindings
        if request.bind_stage and not bindings and not request.describe_only:
            bindings = staged_bindings(request.bind_stage, query.session, self._services)
        context = Context(
            self._services, query.session, statement.text, query.id,
            bindings, request.parameters, request.bind_stage,
        )  # fmt: skip
        # A query's compiler counts the ? of the statement, the grammar those of the whole request.
        whole = isinstance(statement, (QueryStatement, Dml))
        return shifted(context, statement.fragment) if whole else context


def repeated(query: Query, attempt: Callable[[], Result]) -> Result:
    """Run ``attempt``; again when it met another transaction's change, unless a transaction is open.

    Snowflake makes the later statement wait for the earlier transaction. The engine refuses it at once,
    so it waits here.
    """
    for delay in _delays():
        try:
            return attempt()
        except duckdb.Error as failure:
            if query.session.transaction is not None or not failures.is_conflict(failure):
                raise
        time.sleep(delay)
        interrupts.check()
    return attempt()


def _delays() -> Iterator[float]:
    for attempt in range(_ATTEMPTS):
        yield min(0.005 * 1.5**attempt, 0.5) * random.uniform(0.5, 1.0)


def wanted_count(query: Query, request: Request) -> int:
    """How many statements the client says it sends; 0 for any number."""
    parameter = request.parameters.get("MULTI_STATEMENT_COUNT")
    if parameter is None:
        parameter = query.session.parameters.get("MULTI_STATEMENT_COUNT", 1)
    try:
        return int(str(parameter))
    except ValueError:
        return 1


def _check_count(actual: int, wanted: int) -> None:
    if actual == 0:
        raise compilation_error("000900", "42601", "Empty SQL statement.")
    if wanted not in (0, actual):
        text = f"Actual statement count {actual} did not match the desired statement count {wanted}."
        raise SnowflakeError("000008", "0A000", text)


def _registered(statement: Statement) -> tuple[registry.Handler, registry.Describer]:
    try:
        return registry.handler_for(statement)
    except KeyError:
        words = " ".join(statement.text.split()[:2]).upper()
        raise not_supported(words or type(statement).__name__) from None


_TYPES = {
    "AnonymousBlock": "CALL",
    "Query": "SELECT",
    "CallAnonymous": "CALL",
    "Begin": "BEGIN_TRANSACTION",
    "AlterParameters": "ALTER_SESSION",
    "SetVariables": "SET",
    "UnsetVariables": "UNSET",
    "UseSecondaryRoles": "USE",
}


def query_type(statement: Statement) -> str:
    """QUERY_HISTORY's QUERY_TYPE of a statement, such as CREATE_TABLE."""
    return statement.verb if isinstance(statement, Dml) else _type_of(type(statement).__name__)


@cache
def _type_of(name: str) -> str:
    return _TYPES.get(name) or re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper()
