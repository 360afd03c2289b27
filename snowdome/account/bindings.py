"""Bound rows that a client has put on a stage because there are many of them."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

from snowdome.context import Binding, Services
from snowdome.errors import SnowflakeError
from snowdome.session import Session
from snowdome.stages import location

# What the clients write: no header, NULL is nothing at all, an empty text is "".
_FIELD = re.compile(r'(?:"((?:[^"]|"")*)"|([^,\n]*))([,\n]|\Z)')

Row = list[str | None]


def staged_bindings(stage: str, session: Session, services: Services) -> dict[str, Binding]:
    """The files below ``stage`` as one list of texts for each ``?``."""
    files = location.resolve(stage, session, services.stages).files(services.stages)
    rows = [row for file in sorted(files, key=lambda f: _number(f.name)) for row in _rows(_text(file.path))]
    if len({len(row) for row in rows}) > 1:
        raise SnowflakeError("100080", "22000", "The bound rows differ in their number of values.")
    return {str(i + 1): Binding("TEXT", list(values)) for i, values in enumerate(zip(*rows, strict=True))}


def _number(name: str) -> tuple[int, str]:
    # A file is called by the number of its last row.
    digits = re.match(r"\d+", name.rpartition("/")[2])
    return int(digits[0]) if digits else 0, name


def _text(path: Path) -> str:
    raw = path.read_bytes()
    return (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode()


def _rows(text: str) -> Iterator[Row]:
    row: Row = []
    for found in _FIELD.finditer(text):
        quoted, plain, end = found.groups()
        if not end and not row and quoted is None and not plain:
            return  # behind the last line's end
        row.append((plain or None) if quoted is None else quoted.replace('""', '"'))
        if end != ",":
            yield row
            row = []
