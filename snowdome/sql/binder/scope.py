"""What names mean at a place in a query."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from sqlglot import exp

from snowdome.catalog.versioned import Model, ModelVersion
from snowdome.sql.typed import Typed
from snowdome.types import Column, DataType


@dataclass(frozen=True)
class BoundColumn:
    """A column that a FROM item offers; ``sql`` refers to it. ``hidden`` ones are not in ``*``."""

    name: str
    type: DataType
    nullable: bool
    sql: str
    hidden: bool = False

    def typed(self) -> Typed:
        return Typed(self.sql, self.type, self.nullable)


@dataclass
class Source:
    """A FROM item: ``names`` are its alias, or the parts of the table's name, last part last."""

    names: tuple[str, ...]
    columns: list[BoundColumn]

    def answers_to(self, qualifier: tuple[str, ...]) -> bool:
        """Whether ``qualifier`` (last part last) names this source."""
        return bool(qualifier) and self.names[-len(qualifier) :] == qualifier

    def column(self, name: str) -> list[BoundColumn]:
        return [c for c in self.columns if c.name == name]


@dataclass(frozen=True)
class Relation:
    """A bound query: engine SQL whose output columns are called c1, c2, …"""

    sql: str
    columns: tuple[Column, ...]


@dataclass
class From:
    """The bound FROM clause so far. ``merged`` holds USING columns: name -> what an unqualified
    reference means; they come first in ``*``, and ``hidden`` their originals do not come at all.
    ``preferred`` are the left side's columns that a USING join lets win over the right side's, and
    ``contested`` the merged names that a relation joined later carries too."""

    sql: str = ""
    sources: list[Source] = field(default_factory=list)
    merged: dict[str, BoundColumn] = field(default_factory=dict)
    preferred: dict[str, BoundColumn] = field(default_factory=dict)
    contested: frozenset[str] = frozenset()

    def visible(self) -> Iterator[BoundColumn]:
        """Columns of ``*``, in order."""
        yield from self.merged.values()
        for source in self.sources:
            yield from (c for c in source.columns if not c.hidden and not self._is_merged(c))

    def _is_merged(self, column: BoundColumn) -> bool:
        return column.name in self.merged

    def find(self, qualifier: tuple[str, ...], name: str) -> list[BoundColumn]:
        """Columns that ``qualifier.name`` may mean; more than one is ambiguous."""
        if not qualifier and name in self.merged and name not in self.contested:
            return [self.merged[name]]
        if not qualifier and name in self.preferred:
            return [self.preferred[name]]
        sources = [s for s in self.sources if not qualifier or s.answers_to(qualifier)]
        return [c for s in sources for c in s.column(name)]


@dataclass
class Grouping:
    """How an aggregate query sees columns: ``keys`` maps a grouped expression's SQL to the SQL to use;
    ``strays`` collects the columns used outside aggregates and keys, with line and position.
    ``written`` tells whether there is a GROUP BY; ``row`` names the column of the row's number, where one is
    needed (see ``row_numbers``)."""

    keys: dict[str, str] = field(default_factory=dict)
    strays: list[tuple[str, int, int]] = field(default_factory=list)
    written: bool = False
    row: str = ""


@dataclass
class Scope:
    """Names at a place: the FROM clause, select aliases, parameters, and the enclosing query's scope."""

    frm: From = field(default_factory=From)
    parent: Scope | None = None
    aliases: dict[str, exp.Expr] = field(default_factory=dict)
    aliases_first: bool = False
    parameters: dict[str, Typed] = field(default_factory=dict)
    ctes: dict[str, Relation] = field(default_factory=dict)
    models: dict[str, tuple[Model, ModelVersion]] = field(default_factory=dict)  # WITH m AS MODEL …
    grouping: Grouping | None = None
    aggregates_allowed: bool = False
    windows_allowed: bool = False
    windows: dict[str, exp.Expr] = field(default_factory=dict)
    resolving: tuple[str, ...] = ()
    clause: str = "where"  # what messages call the place that aggregates are not allowed in

    def child(self) -> Scope:
        """The scope of a subquery inside this one."""
        return Scope(parent=self)

    def inside_aggregate(self) -> Scope:
        """The scope of an aggregate's arguments."""
        return replace(
            self, grouping=None, aggregates_allowed=False, windows_allowed=False, clause="aggregate"
        )

    def cte(self, name: str) -> Relation | None:
        """The common table expression called ``name`` here or outside."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.ctes:
                return scope.ctes[name]
            scope = scope.parent
        return None

    def model(self, name: str) -> tuple[Model, ModelVersion] | None:
        """The version of a model that WITH calls ``name`` here or outside."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.models:
                return scope.models[name]
            scope = scope.parent
        return None

    def parameter(self, name: str) -> Typed | None:
        """A lambda's or function's parameter here or outside."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.parameters:
                return scope.parameters[name]
            scope = scope.parent
        return None
