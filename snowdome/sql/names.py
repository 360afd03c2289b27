"""Names given as text, as in IDENTIFIER('db.schema."t"')."""

from __future__ import annotations

import re

from snowdome.errors import syntax_error

_PART = re.compile(r'\s*(?:"((?:[^"]|"")+)"|([A-Za-z_][\w$]*))\s*(\.|\Z)')


def parse_name(text: str) -> tuple[str, ...]:
    """The folded parts of a dotted name; 001003 if it is none."""
    parts, at = [], 0
    while True:
        found = _PART.match(text, at)
        if found is None:
            raise syntax_error(1, at, text[at : at + 20] or "<EOF>")
        parts.append(found[1].replace('""', '"') if found[1] is not None else found[2].upper())
        at = found.end()
        if found[3] != ".":
            return tuple(parts)
