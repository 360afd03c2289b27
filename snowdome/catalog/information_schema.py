"""INFORMATION_SCHEMA: virtual relations over the catalog."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from snowdome.types import Column


@dataclass(frozen=True)
class VirtualRelation:
    """Columns, and the rows that ``rows(session, database)`` makes in the engine layout."""

    columns: tuple[Column, ...]
    rows: Callable[[Any, Any], list[tuple[object, ...]]]


VIEWS: dict[str, VirtualRelation] = {}


def view(name: str) -> VirtualRelation | None:
    """The view called ``name`` (upper case), or None."""
    return VIEWS.get(name)
