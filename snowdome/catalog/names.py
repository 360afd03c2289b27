"""Identifiers: folding, quoting, and names of one to three parts."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PLAIN = re.compile(r"[A-Z_][A-Z0-9_$]*\Z")


def quote(name: str) -> str:
    """``name`` as it must be written in SQL: bare when it folds to itself, else in double quotes."""
    return name if _PLAIN.match(name) else always_quoted(name)


def always_quoted(name: str) -> str:
    """``name`` in double quotes."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """``value`` as a DuckDB string literal."""
    return "'" + value.replace("'", "''") + "'"


@dataclass(frozen=True)
class ObjectName:
    """A name of one to three parts, already folded: ``parts`` are the characters as stored."""

    parts: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.parts[-1]

    @property
    def schema(self) -> str | None:
        return self.parts[-2] if len(self.parts) > 1 else None

    @property
    def database(self) -> str | None:
        return self.parts[-3] if len(self.parts) > 2 else None

    def __str__(self) -> str:
        return ".".join(quote(p) for p in self.parts)
