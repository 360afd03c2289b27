"""Statements on the versions of datasets."""

from __future__ import annotations

from dataclasses import dataclass, field

from snowdome.sql.ast.base import Fragment, Name, Options, Statement


@dataclass(frozen=True, kw_only=True)
class AddDatasetVersion(Statement):
    """ALTER DATASET name ADD VERSION version FROM (query) [PARTITION BY …] [COMMENT = …] [METADATA = …]."""

    name: Name
    version: str
    query: Fragment
    partition_by: Fragment | None = None
    options: Options = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class DropDatasetVersion(Statement):
    """ALTER DATASET name DROP VERSION version."""

    name: Name
    version: str
