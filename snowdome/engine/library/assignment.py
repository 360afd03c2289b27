"""Checks at assignment to a column."""

from __future__ import annotations

from snowdome.engine.failures import raising
from snowdome.engine.macros import macro

_LONG_TEXT = raising("100078", "22000", "'String ''' || v || ''' is too long and would be truncated'")
_LONG_BINARY = raising(
    "100145", "22000", "'Binary value ''' || hex(v) || ''' is too long and would be truncated'"
)

macro("fits_text(v, n)", f"CASE WHEN length(v) > n THEN {_LONG_TEXT} ELSE v END")
macro("fits_binary(v, n)", f"CASE WHEN octet_length(v) > n THEN CAST({_LONG_BINARY} AS BLOB) ELSE v END")
