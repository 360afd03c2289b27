"""Statements about online feature tables."""

from __future__ import annotations

from dataclasses import dataclass, field

from snowdome.sql.ast.base import Name, Options
from snowdome.sql.ast.objects import Create


@dataclass(frozen=True, kw_only=True)
class CreateOnlineTable(Create):
    """CREATE ONLINE FEATURE TABLE name PRIMARY KEY (keys) properties FROM source."""

    keys: tuple[str, ...]
    source: Name
    options: Options = field(default_factory=dict)
