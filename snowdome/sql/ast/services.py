"""Statements on compute pools and services that no other kind of object has."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StopAll:
    """STOP ALL [OF TYPE type, …] of a compute pool; no ``types`` for everything."""

    types: tuple[str, ...] = ()


@dataclass(frozen=True)
class NewSpecification:
    """FROM [@stage] SPECIFICATION[_TEMPLATE][_FILE] …; ``text`` is a gateway's, a service's is not looked at."""

    text: str = ""
