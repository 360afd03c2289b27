"""A block that runs: its source, its context, and what the special variables say."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from snowdome.context import Context, TypedBinding
from snowdome.sql import lexer
from snowdome.statements.scripting.failures import Thrown
from snowdome.statements.scripting.frames import Frame, Variable
from snowdome.types import BOOLEAN, NUMBER, TEXT, DataType


@dataclass
class Run:
    """One run of a block, with everything that its statements share."""

    context: Context
    source: str
    origin: int = 0  # where places are counted from
    returns: DataType | None = None  # what a procedure declares
    table: bool | None = None  # whether a procedure returns a table; None for what is no procedure
    handled: list[Thrown] = field(default_factory=list)  # innermost last
    changed: int | None = None  # rows that the last DML changed
    query_id: str | None = None  # of the last statement
    jobs: list[Any] = field(default_factory=list)  # of ASYNC, oldest first
    pool: ThreadPoolExecutor | None = None  # what they run in

    def place(self, offset: int) -> tuple[int, int]:
        """Line (from 1) and position (from 0) of an offset in the source."""
        return lexer.place(self.source[self.origin :], offset - self.origin)


def binding(value: object, type_: DataType, text: str | None = None) -> TypedBinding:
    """A value in the engine layout; ``text`` need not be given where Python prints it as Snowflake does."""
    shown = text if text is not None or value is None else _shown(value)
    return TypedBinding(type_.kind, shown, type_, value)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


# -- special variables --------------------------------------------------------------------------


def _error(run: Run, name: str) -> TypedBinding:
    if not run.handled:
        return binding(None, TEXT)
    error = run.handled[-1].error
    if name == "SQLCODE":
        return binding(Decimal(error.code), NUMBER)
    return binding(error.sqlstate if name == "SQLSTATE" else error.message, TEXT)


def _rows(run: Run, name: str) -> TypedBinding:
    if name == "SQLROWCOUNT":
        return binding(None if run.changed is None else Decimal(run.changed), NUMBER)
    if run.changed is None:
        return binding(None, BOOLEAN)
    return binding((run.changed > 0) == (name == "SQLFOUND"), BOOLEAN)


def _query_id(run: Run, name: str) -> TypedBinding:
    return binding(run.query_id, TEXT)


SPECIAL = {
    **dict.fromkeys(("SQLCODE", "SQLERRM", "SQLSTATE"), _error),
    **dict.fromkeys(("SQLROWCOUNT", "SQLFOUND", "SQLNOTFOUND"), _rows),
    "SQLID": _query_id,
}


def value_of(run: Run, frame: Frame, name: str) -> TypedBinding | None:
    """The value of the variable called ``name`` (folded), or of a special one; None if there is none."""
    found = frame.find(name)
    if isinstance(found, Variable):
        return found.value
    return SPECIAL[name](run, name) if found is None and name in SPECIAL else None
