"""Semi-structured values as clients see them and as the binder compares them.

The stored form is described in ``snowdome.engine.library.variants``.
"""

from __future__ import annotations

import re

from snowdome.engine import xml_text
from snowdome.engine.json_text import TAG
from snowdome.engine.library.variants import UNDEFINED

_TAGGED = re.compile(f'"{TAG}([A-Za-z])(?:[^|"]*\\|)?([^"\\\\]*(?:\\\\.[^"\\\\]*)*)"')
_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\[\]{},:"]+')


def _untagged(found: re.Match[str]) -> str:
    return found[2] if found[1].islower() else f'"{found[2]}"'


def compact(text: str) -> str:
    """The value as TO_JSON gives it: on one line, without tags."""
    return _TAGGED.sub(_untagged, text) if TAG in text else text


def display(text: str, indent: int = 2) -> str:
    """The value as a client sees it: objects and arrays over several lines, ``indent`` spaces a level (the
    parameter JSON_INDENT; 0 keeps it on one line); XML as XML."""
    if text.startswith(xml_text.START) and (element := xml_text.shown(text, pretty=indent > 0)) is not None:
        return element
    plain = _TAGGED.sub(_untagged, text) if TAG in text else text
    return _pretty(plain, " " * indent) if indent and plain[0] in "[{" and len(plain) > 2 else plain


def _pretty(text: str, step: str) -> str:
    out: list[str] = []
    line, before = "\n", ""
    for token in _TOKENS.findall(text):
        if token == ",":
            out.append("," + line)
        elif token == ":":
            out.append(": ")
        elif token in ("{", "["):
            line += step
            out.append(token + line)
        elif token in ("}", "]"):
            line = line[: -len(step)]
            if before in ("{", "["):
                out[-1] = before + token
            else:
                out.append(line + token)
        else:
            out.append(token)
        before = token
    return "".join(out)


def display_sql(sql: str) -> str:
    """Engine SQL of what ``display`` gives; many times faster on whole columns."""
    return f"sf.variant_display({sql})"


def compact_sql(sql: str) -> str:
    """Engine SQL of what ``compact`` gives, as VARCHAR."""
    return f"sf.variant_compact({sql})"


def comparable(sql: str) -> str:
    """Engine SQL by which semi-structured values are grouped; it is the value itself, for equal values
    have equal texts (but a DOUBLE and an exact number: ``sortable`` makes those equal)."""
    return sql


def sortable(sql: str) -> str:
    """Engine SQL by which semi-structured values compare and sort: numbers by size, texts by code point."""
    return f"sf.variant_sortable({sql})"


def is_json_null(sql: str) -> str:
    """Engine SQL: whether the value is JSON null (not SQL NULL)."""
    return f"({sql} = 'null')"


__all__ = ["TAG", "UNDEFINED", "compact", "compact_sql", "comparable", "display", "display_sql"]
__all__ += ["is_json_null", "sortable"]
