"""The rows of FLATTEN, as a list that the binder unnests."""

from __future__ import annotations

from snowdome.catalog.names import literal
from snowdome.errors import compilation_error
from snowdome.sql.functions.semistructured import get_path, parse_path
from snowdome.sql.typed import Typed

_MODES = ("BOTH", "OBJECT", "ARRAY")


def flatten_list(
    value: Typed, path: str = "", *, outer: bool = False, recursive: bool = False, mode: str = "BOTH"
) -> str:
    """A list of structs k (key), p (path), i (index), v (value), t (this): FLATTEN's rows but SEQ.

    An unknown ``mode`` is 001007.
    """
    if mode.upper() not in _MODES:
        raise compilation_error("001007", "22023", f"invalid value [{mode}] for parameter 'MODE'")
    start = get_path(value, parse_path(path)).sql
    rows = f"sf.flatten_{'deep' if recursive else 'one'}({start}, {literal(path)}, '{mode.upper()}')"
    return f"sf.flatten_outer({rows}, {start}, {literal(path)})" if outer else rows
