"""CREATE PROCEDURE, and procedures that live for one CALL."""

from __future__ import annotations

from dataclasses import dataclass, field

from snowdome.sql.ast.base import Call, Options, Statement
from snowdome.sql.ast.objects import Create
from snowdome.sql.ast.tables import ArgumentDef
from snowdome.types import DataType


@dataclass(frozen=True, kw_only=True)
class CreateProcedure(Create):
    """CREATE PROCEDURE: ``returns`` is a scalar's type, ``columns`` a table's, empty for TABLE();
    ``options`` are the ``NAME = value`` properties. ``body_start`` is the body's offset in the request."""

    arguments: tuple[ArgumentDef, ...]
    language: str = "SQL"
    returns: DataType | None = None
    columns: tuple[tuple[str, DataType], ...] | None = None
    body: str | None = None
    body_start: int = 0
    not_null: bool = False
    secure: bool = False
    temporary: bool = False
    strict: bool = False
    volatile: bool | None = None  # taken and without effect, as on Snowflake
    execute_as: str = "OWNER"
    copy_grants: bool = False
    options: Options = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class CallAnonymous(Statement):
    """WITH name AS PROCEDURE … CALL name(…)."""

    procedure: CreateProcedure
    call: Call
