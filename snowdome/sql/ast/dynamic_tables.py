"""Statements about dynamic tables."""

from __future__ import annotations

from dataclasses import dataclass, field

from snowdome.sql.ast.base import Fragment, Name, Options, Statement
from snowdome.sql.ast.objects import Create
from snowdome.sql.ast.tables import ColumnDef


@dataclass(frozen=True, kw_only=True)
class CreateDynamicTable(Create):
    """CREATE DYNAMIC TABLE … AS query."""

    query: Fragment
    columns: tuple[ColumnDef, ...] = ()
    options: Options = field(default_factory=dict)
    cluster_by: Fragment | None = None
    transient: bool = False
    copy_grants: bool = False


@dataclass(frozen=True, kw_only=True)
class RefreshDynamicTables(Statement):
    """ALTER DYNAMIC TABLE name, … REFRESH."""

    names: tuple[Name, ...]
    if_exists: bool = False
