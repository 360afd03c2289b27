"""Statements on compute pools and services that no other kind of object has."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StopAll:
    """STOP ALL [OF TYPE type, …] of a compute pool; no ``types`` for everything."""

    types: tuple[str, ...] = ()


@dataclass(frozen=True)
class NewSpecification:
    """FROM SPECIFICATION ``text``, or FROM @stage SPECIFICATION_FILE = …, whose location ``file`` then is."""

    text: str = ""
    file: str = ""
