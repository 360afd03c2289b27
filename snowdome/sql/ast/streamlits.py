"""Statements on Streamlit apps and their versions."""

from __future__ import annotations

from dataclasses import dataclass, field

from snowdome.sql.ast.base import Name, Options, Statement
from snowdome.sql.ast.files import Written


@dataclass(frozen=True, kw_only=True)
class CreateStreamlit(Statement):
    """CREATE STREAMLIT name [FROM source] properties."""

    name: Name
    source: Written | None = None
    replace: bool = False
    if_not_exists: bool = False
    options: Options = field(default_factory=dict)
    tags: tuple[tuple[Name, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class AlterStreamlitVersions(Statement):
    """ALTER STREAMLIT name ``verb``: ADD LIVE VERSION, ADD VERSION, COMMIT or ABORT."""

    name: Name
    verb: str
    alias: str = ""
    source: Written | None = None
    if_not_exists: bool = False
    options: Options = field(default_factory=dict)
