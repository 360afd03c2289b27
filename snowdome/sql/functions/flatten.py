"""The rows of FLATTEN, as a query of the engine that may stand in a lateral join."""

from __future__ import annotations

import re

from snowdome.catalog.names import literal
from snowdome.errors import compilation_error
from snowdome.sql.functions import semistructured
from snowdome.sql.typed import Typed

_STEP = re.compile(
    r"""\.?(?:"((?:[^"]|"")*)"|([A-Za-z_][A-Za-z0-9_$]*)|\[\s*(\d+)\s*\]|\[\s*'((?:[^']|'')*)'\s*\])"""
)
_MODES = ("BOTH", "OBJECT", "ARRAY")


def parse_path(text: str) -> tuple[str | int, ...]:
    """The steps of a path such as ``a.b[0]['c']``; 001007 where it is none."""
    steps: list[str | int] = []
    position = 0
    while position < len(text):
        found = _STEP.match(text, position)
        if found is None:
            raise compilation_error("001007", "22023", f"invalid value [{text}] for parameter 'path'")
        quoted, bare, index, bracket = found.groups()
        if index is not None:
            steps.append(int(index))
        elif bracket is not None:
            steps.append(bracket.replace("''", "'"))
        else:
            steps.append(quoted.replace('""', '"') if quoted is not None else bare)
        position = found.end()
    return tuple(steps)


def flatten_sql(
    value: Typed, path: str = "", *, outer: bool = False, recursive: bool = False, mode: str = "BOTH"
) -> str:
    """A query with the columns key, path, index, value, this: FLATTEN's but SEQ.

    ``value`` may name columns of the query around it. An unknown ``mode`` is 001007.
    """
    if mode.upper() not in _MODES:
        raise compilation_error("001007", "22023", f"invalid value [{mode}] for parameter 'MODE'")
    start = semistructured.get_path(value, parse_path(path)).sql
    rows = f"sf.flatten_{'deep' if recursive else 'one'}(x, {literal(path)}, '{mode.upper()}')"
    if outer:
        rows = f"sf.flatten_outer({rows}, x, {literal(path)})"
    shown = 'r.k AS "key", r.p AS "path", r.i AS "index", r.v AS "value", r.t AS "this"'
    return f"SELECT {shown} FROM (SELECT unnest({rows}) AS r FROM (SELECT {start} AS x))"
