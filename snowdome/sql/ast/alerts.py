"""Statements about alerts."""

from __future__ import annotations

from dataclasses import dataclass, field

from snowdome.sql.ast.base import Name, Options, Statement
from snowdome.sql.ast.objects import Create


@dataclass(frozen=True, kw_only=True)
class CreateAlert(Create):
    """CREATE ALERT … IF (EXISTS (condition)) THEN action."""

    condition: str
    action: str
    options: Options = field(default_factory=dict)


@dataclass(frozen=True)
class ModifyAlert:
    """MODIFY CONDITION EXISTS (condition), or MODIFY ACTION action."""

    condition: str | None = None
    action: str | None = None


@dataclass(frozen=True, kw_only=True)
class ExecuteAlert(Statement):
    """EXECUTE ALERT name."""

    name: Name
