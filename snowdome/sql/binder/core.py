"""The walk itself: dispatch by node type, and what rules need to know of the statement."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeVar

import pyarrow as pa
from sqlglot import exp

from snowdome.catalog.model import Relation as StoredRelation
from snowdome.catalog.names import ObjectName, literal
from snowdome.context import Binding, Context
from snowdome.errors import compilation_error, not_supported
from snowdome.session import Session
from snowdome.sql.binder.scope import Relation, Scope
from snowdome.sql.typed import Typed

MAX_DEPTH = 64  # of views and functions inside each other
N = TypeVar("N", bound=exp.Expr)
ExpressionRule = Callable[["Binder", N, Scope], Typed]
EXPRESSIONS: dict[type[exp.Expr], ExpressionRule[exp.Expr]] = {}
QueryRule = Callable[["Binder", N, Scope | None], Relation]
QUERIES: dict[type[exp.Expr], QueryRule[exp.Expr]] = {}


def binds(*kinds: type[exp.Expr]) -> Callable[[Callable[..., Typed]], Callable[..., Typed]]:
    """Register the rule for expression nodes of ``kinds``: ``f(binder, node, scope) -> Typed``."""

    def register(rule: Callable[..., Typed]) -> Callable[..., Typed]:
        for kind in kinds:
            EXPRESSIONS[kind] = rule
        return rule

    return register


def binds_query(*kinds: type[exp.Expr]) -> Callable[[Callable[..., Relation]], Callable[..., Relation]]:
    """Register the rule for query nodes of ``kinds``: ``f(binder, node, outer scope) -> Relation``."""

    def register(rule: Callable[..., Relation]) -> Callable[..., Relation]:
        for kind in kinds:
            QUERIES[kind] = rule
        return rule

    return register


class Binder:
    """Binds one statement. It is the ``Environment`` of function rules."""

    def __init__(self, context: Context, source: str = "") -> None:
        self.context = context
        self.session: Session = context.session
        self.query_id = context.query_id
        self.now = context.catalog.clock.now()
        self.source = source or context.text
        self.cacheable = not context.bindings
        self.tables: dict[str, pa.Table] = {}  # engine name -> Arrow table to register before running
        self.common: dict[str, str] = {}  # engine name -> definition of each common table expression so far
        self.place: tuple[str, str] | None = None  # database and schema of the view or function being bound
        self._names = 0
        self._depth = 0
        self._placeholders = 0
        self.relations: dict[int, StoredRelation] = {}  # tables and views that the query reads, by id
        self.defining = False  # a dynamic table: what it reads need not have been filled yet
        self.bound_rows: dict[str, Typed] | None = None  # array binding: placeholder -> column
        self.streams: dict[int, bool] = {}  # streams read, by id; whether they have initial rows to show
        self.versions: dict[int, int] = {}  # of the tracked tables written, by id
        self.states: dict[int, str] = {}  # queries that stand for tables, by id, in a stream's view

    # -- the environment of rules -----------------------------------------------------------------

    def parameter(self, name: str) -> object:
        return self.session.parameter(name)

    def fresh(self) -> str:
        self._names += 1
        return f"t{self._names}"

    def volatile(self) -> None:
        self.cacheable = False

    @property
    def account(self) -> str:
        return self.context.services.name

    def perform(self, name: str, arguments: Sequence[Typed]) -> str | None:
        """What an acting SYSTEM$ function answers once it has acted; None while only describing."""
        action = self.context.actions.get(name)
        if action is None:
            return None
        if not arguments:
            return action(self.context, ())
        with self.session.cursor() as cursor:
            row = cursor.execute(f"SELECT {', '.join(a.sql for a in arguments)}").fetchone()
        return action(self.context, row or ())

    # -- the walk ---------------------------------------------------------------------------------

    def expression(self, node: exp.Expr, scope: Scope) -> Typed:
        """Bind a scalar expression."""
        rule = EXPRESSIONS.get(type(node))
        if rule is None:
            raise not_supported(f"the expression {node.sql(dialect='snowflake')[:100]}")
        grouping = scope.grouping
        if grouping is None or not grouping.keys:
            return rule(self, node, scope)
        mark = len(grouping.strays)
        typed = rule(self, node, scope)
        if typed.sql in grouping.keys:
            del grouping.strays[mark:]
            return Typed(grouping.keys[typed.sql], typed.type, typed.nullable)
        return typed

    def query(self, node: exp.Expr, outer: Scope | None = None) -> Relation:
        """Bind a query."""
        rule = QUERIES.get(type(node))
        if rule is None:
            raise not_supported(f"the query form {type(node).__name__.upper()}")
        return rule(self, node, outer)

    # -- names ------------------------------------------------------------------------------------

    def object_name(self, parts: tuple[str, ...]) -> ObjectName:
        """A name, in the view or function being bound filled in from its own context."""
        if self.place and len(parts) < 3:
            parts = (*self.place[: 3 - len(parts)], *parts) if len(parts) == 1 else (self.place[0], *parts)
        return ObjectName(parts)

    @contextmanager
    def inside(self, place: tuple[str, str], what: str) -> Iterator[None]:
        """While the body of the view or function ``what`` is bound, names resolve in ``place``."""
        if self._depth > MAX_DEPTH:
            raise compilation_error("002141", "42601", f"{what} refers to itself, or is nested too deeply.")
        before, self.place = self.place, place
        self._depth += 1
        try:
            yield
        finally:
            self.place = before
            self._depth -= 1

    def register(self, table: pa.Table) -> str:
        """Make ``table`` available to the statement; returns its engine name."""
        name = f"arrow_{self.fresh()}_{id(self):x}"
        self.tables[name] = table
        self.volatile()
        return name

    # -- bindings ---------------------------------------------------------------------------------

    def binding(self, name: str | None) -> Binding:
        """What is bound to the next ``?`` or to ``:name``."""
        if name is None:
            self._placeholders += 1
            name = str(self._placeholders)
        found: Mapping[str, Binding] = self.context.bindings
        if name not in found:
            raise compilation_error("002049", "42601", f"Bind variable :{name} not set.")
        return found[name]

    def next_placeholder(self, name: str | None) -> str:
        """The key of the next ``?``, or ``name``."""
        if name is None:
            self._placeholders += 1
            return str(self._placeholders)
        return name


class Ready(exp.Expression):
    """A node that is bound already; its ``Typed`` is in ``meta``."""


def ready(typed: Typed) -> Ready:
    """``typed`` as a node, for places that build calls out of bound parts."""
    node = Ready()
    node.meta["typed"] = typed
    return node


@binds(Ready)
def bind_ready(binder: Binder, node: Ready, scope: Scope) -> Typed:
    typed = node.meta["typed"]
    assert isinstance(typed, Typed)
    return typed


def fold(identifier: exp.Expr) -> str:
    """An identifier node as stored: quoted as written, else upper case."""
    if isinstance(identifier, exp.Identifier):
        name = str(identifier.this)
        return name if identifier.args.get("quoted") else name.upper()
    return identifier.name.upper()


def function_name(call: exp.Anonymous) -> str:
    """The name that ``call`` calls, as stored; what stands before a dot is not in it."""
    return fold(call.this) if isinstance(call.this, exp.Identifier) else call.name.upper()


def position(binder: Binder, node: exp.Expr) -> tuple[int, int]:
    """Line (from 1) and position (from 0) of ``node`` in the statement."""
    first = node.parts[0] if isinstance(node, exp.Column) else node
    for part in (first, *first.find_all(exp.Identifier)):
        start = part.meta.get("start")
        if isinstance(start, int):
            before = binder.source[:start]
            return before.count("\n") + 1, start - (before.rfind("\n") + 1)
    return 1, 0


def text_literal(value: str) -> str:
    """An engine text literal; NUL, which the engine refuses, is kept by chr(0)."""
    return (
        "(" + " || chr(0) || ".join(literal(p) for p in value.split("\0")) + ")"
        if "\0" in value
        else literal(value)
    )
