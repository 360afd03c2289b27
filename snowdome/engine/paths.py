"""Paths into semi-structured values, such as ``a.b[0]['c']`` or ``a:b``."""

from __future__ import annotations

import re
from typing import Any

from snowdome.engine import json_text

_STEP = re.compile(
    r"""[.:]?(?:"((?:[^"]|"")*)"|([A-Za-z_][A-Za-z0-9_$]*)|\[\s*(\d+)\s*\]|\[\s*'((?:[^']|'')*)'\s*\])"""
)


def steps(text: str) -> tuple[str | int, ...]:
    """The keys and indexes of a path; ``ValueError`` where it is none."""
    found: list[str | int] = []
    position = 0
    while position < len(text):
        step = _STEP.match(text, position)
        if step is None:
            raise ValueError(text)
        found.append(_step(*step.groups()))
        position = step.end()
    return tuple(found)


def _step(quoted: str | None, bare: str | None, index: str | None, bracketed: str | None) -> str | int:
    if index is not None:
        return int(index)
    if bracketed is not None:
        return bracketed.replace("''", "'")
    return quoted.replace('""', '"') if quoted is not None else bare or ""


def at(text: str, path: str) -> str | None:
    """The part of canonical JSON at a path; None if there is none, or the path is none."""
    value: Any = json_text.decode(text)
    try:
        for step in steps(path):
            if not isinstance(value, dict if isinstance(step, str) else list):
                return None
            value = value[step]  # type: ignore[index]
    except (ValueError, LookupError):
        return None
    return None if value == json_text.UNDEFINED else json_text.encode(value)
