"""What a running block knows: names with their values, scope within scope."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

import pyarrow as pa

from snowdome.context import TypedBinding
from snowdome.result import Result
from snowdome.sql.ast.scripting import Embedded, Handler, Target
from snowdome.types import Column, DataType

E = TypeVar("E")


@dataclass
class Variable:
    """A scalar: its type and value. A ``counter`` is a FOR loop's."""

    type: DataType
    value: TypedBinding
    counter: bool = False


@dataclass
class Record:
    """A FOR loop's row: the values by column name."""

    fields: dict[str, TypedBinding]


@dataclass
class ResultSet:
    """The rows of a statement that has run, and its query id; None before."""

    result: Result | None = None
    query_id: str | None = None


@dataclass
class Cursor:
    """A query or resultset, and once it is open, its rows and how many were fetched."""

    query: Embedded | Target
    result: Result | None = None
    fetched: int = 0

    @property
    def rows(self) -> pa.Table:
        assert self.result is not None
        return self.result.table

    @property
    def columns(self) -> tuple[Column, ...]:
        assert self.result is not None
        return self.result.columns


@dataclass(frozen=True)
class Declared:
    """An exception that the block declares."""

    name: str
    number: int
    message: str | None


Entry = Variable | Record | ResultSet | Cursor | Declared


@dataclass
class Frame:
    """The names of one block or loop, the block's handlers, and the frame around it."""

    parent: Frame | None = None
    names: dict[str, Entry] = field(default_factory=dict)
    handlers: tuple[Handler, ...] = ()

    def without_handlers(self) -> Frame:
        """The same names, for statements whose exceptions are those of the blocks around."""
        return Frame(self.parent, self.names)

    def chain(self) -> Iterator[Frame]:
        """This frame and those around it, from the inside."""
        frame: Frame | None = self
        while frame is not None:
            yield frame
            frame = frame.parent

    def find(self, name: str) -> Entry | None:
        """What ``name`` means here."""
        return next((f.names[name] for f in self.chain() if name in f.names), None)

    def get(self, name: str, kind: type[E]) -> E | None:
        """What ``name`` means here, if it is a ``kind``."""
        found = self.find(name)
        return found if isinstance(found, kind) else None
