"""Statements on models and their versions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from snowdome.sql.ast.base import Name, Options, Statement
from snowdome.sql.ast.files import Written


@dataclass(frozen=True)
class ModelSource:
    """Where a version comes from: staged files at ``location``, or ``version`` of ``model``; neither for a
    live version that is still to be written."""

    location: Written | None = None
    model: Name | None = None
    version: str | None = None


@dataclass(frozen=True, kw_only=True)
class CreateModel(Statement):
    """CREATE MODEL name WITH [LIVE] VERSION version [FROM source]."""

    name: Name
    version: str | None
    source: ModelSource
    replace: bool = False
    if_not_exists: bool = False
    options: Options = field(default_factory=dict)
    tags: tuple[tuple[Name, str], ...] = ()


@dataclass(frozen=True)
class AddVersion:
    """ADD [LIVE] VERSION version [FROM source]."""

    version: str
    source: ModelSource


@dataclass(frozen=True)
class DropVersion:
    """DROP VERSION version."""

    version: str


@dataclass(frozen=True)
class ModifyVersion:
    """MODIFY VERSION version SET COMMENT = … METADATA = …"""

    version: str
    options: Options


@dataclass(frozen=True)
class SetAlias:
    """VERSION version SET ALIAS = alias; UNSET ALIAS where ``alias`` is None."""

    version: str
    alias: str | None


@dataclass(frozen=True)
class CommitVersion:
    """COMMIT VERSION version [RENAME TO model] [RENAME VERSION TO version]."""

    version: str
    model: Name | None = None
    renamed: str | None = None


ModelAction: TypeAlias = "AddVersion | DropVersion | ModifyVersion | SetAlias | CommitVersion"
