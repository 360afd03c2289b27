"""CREATE STREAM."""

from __future__ import annotations

from dataclasses import dataclass, field

from snowdome.sql.ast.base import Name, Options, Value
from snowdome.sql.ast.objects import Create


@dataclass(frozen=True)
class Point:
    """AT | BEFORE (kind => value): ``kind`` is TIMESTAMP, OFFSET, STATEMENT or STREAM."""

    before: bool
    kind: str
    value: Value


@dataclass(frozen=True, kw_only=True)
class CreateStream(Create):
    """CREATE STREAM … ON ``kind`` ``source``, or CLONE ``clone``; ``start`` is where it starts."""

    kind: str = ""
    source: Name | None = None
    clone: Name | None = None
    start_point: Point | None = None
    copy_grants: bool = False
    options: Options = field(default_factory=dict)
