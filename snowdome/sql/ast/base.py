"""What all statements share: names, values, fragments, and the statements that are passed on whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias


@dataclass(frozen=True)
class Fragment:
    """A slice of the request: a query or an expression left for the query compiler.

    ``start`` is its offset in the request; ``bound_before`` counts the ``?`` that come before it.
    """

    text: str
    start: int = 0
    bound_before: int = 0


@dataclass(frozen=True)
class Placeholder:
    """A bound value: ``key`` is "1", "2", … for ``?`` (counted over the request), or the name after ``:``."""

    key: str


@dataclass(frozen=True)
class Variable:
    """``$name``: a session variable, by its folded name."""

    name: str


@dataclass(frozen=True)
class Word:
    """A bare word as an option's value; ``text`` is as written and may be a dotted name."""

    text: str

    @property
    def upper(self) -> str:
        return self.text.upper()


Scalar: TypeAlias = "str | int | Decimal | bool | Word | Placeholder | Variable | Fragment | None"
Value: TypeAlias = "Scalar | list[Value] | dict[str, Value]"
Options: TypeAlias = "dict[str, Value]"


@dataclass(frozen=True)
class Name:
    """An object's name as written: folded ``parts``, or the ``reference`` inside IDENTIFIER(…).

    An empty middle part is what ``db..name`` leaves out. ``start`` is its offset in the request.
    """

    parts: tuple[str, ...] = ()
    reference: Placeholder | Variable | None = None
    start: int = 0


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement: its own source ``text``, trimmed and without the semicolon, and where it starts.

    ``bound_before`` counts the ``?`` of the request that come before the statement.
    """

    text: str = field(default="", compare=False)
    start: int = field(default=0, compare=False)
    bound_before: int = field(default=0, compare=False)

    @property
    def fragment(self) -> Fragment:
        """The whole statement for the query compiler."""
        return Fragment(self.text, self.start, self.bound_before)


@dataclass(frozen=True, kw_only=True)
class Query(Statement):
    """SELECT, WITH, VALUES or a parenthesised query."""


@dataclass(frozen=True, kw_only=True)
class Dml(Statement):
    """INSERT, UPDATE, DELETE or MERGE: ``verb`` says which."""

    verb: str


@dataclass(frozen=True, kw_only=True)
class Explain(Statement):
    """EXPLAIN: ``format`` is TABULAR, TEXT or JSON."""

    format: str
    statement: Statement


@dataclass(frozen=True, kw_only=True)
class Call(Statement):
    """CALL name(arguments): ``arguments`` is the text between the parentheses."""

    name: Name
    arguments: Fragment
    into: str | None = None


@dataclass(frozen=True, kw_only=True)
class ExecuteImmediate(Statement):
    """EXECUTE IMMEDIATE: ``source`` is the text, or where it is; ``using`` are folded variable names."""

    source: str | Placeholder | Variable | Fragment
    using: tuple[str, ...] = ()
