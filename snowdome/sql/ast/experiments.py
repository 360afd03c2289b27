"""Statements on the runs of experiments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from snowdome.sql.ast.base import Name, Statement


@dataclass(frozen=True)
class AddRun:
    """ADD RUN run [WITH (SOURCE_INFO = '…')]."""

    source: str | None = None


@dataclass(frozen=True)
class LogValues:
    """MODIFY RUN run ADD METRICS | PARAMETERS = '…', which ``kind`` says; ``text`` is JSON."""

    kind: str
    text: str


@dataclass(frozen=True)
class CommitRun:
    """COMMIT RUN run [WITH STATUS = '…']."""

    status: str | None = None


@dataclass(frozen=True)
class DropRun:
    """DROP RUN run."""


RunChange: TypeAlias = "AddRun | LogValues | CommitRun | DropRun"


@dataclass(frozen=True, kw_only=True)
class AlterRun(Statement):
    """ALTER EXPERIMENT name: a change of one of its runs."""

    name: Name
    run: str
    change: RunChange
