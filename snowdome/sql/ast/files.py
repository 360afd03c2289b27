"""Statements on staged files."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from snowdome.sql.ast.base import Fragment, Name, Options, Placeholder, Statement, Variable

Written: TypeAlias = "str | Placeholder | Variable"  # a location or a file name, without string quotes


@dataclass(frozen=True, kw_only=True)
class Put(Statement):
    """PUT: local ``source`` files to the stage location ``target``."""

    source: Written
    target: Written
    options: Options = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Get(Statement):
    """GET: files of the stage location ``source`` to the local directory ``target``."""

    source: Written
    target: Written
    options: Options = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ListFiles(Statement):
    """LIST or LS."""

    location: Written
    options: Options = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class RemoveFiles(Statement):
    """REMOVE or RM."""

    location: Written
    options: Options = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class CopyFiles(Statement):
    """COPY FILES INTO ``target``: from a location, or from what a query names."""

    target: Written
    source: Written | Fragment
    options: Options = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class CopyIntoTable(Statement):
    """COPY INTO a table: ``source`` is a location, a query over one, or None for the table's own stage."""

    table: Name
    columns: tuple[str, ...] = ()
    source: Written | Fragment | None = None
    options: Options = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class CopyIntoLocation(Statement):
    """COPY INTO a location: ``source`` is a table or a query."""

    location: Written
    source: Name | Fragment
    partition_by: Fragment | None = None
    options: Options = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class RefreshStage(Statement):
    """ALTER STAGE name REFRESH [SUBPATH = '…']."""

    name: Name
    if_exists: bool = False
    options: Options = field(default_factory=dict)
