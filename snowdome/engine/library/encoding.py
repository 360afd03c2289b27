"""Macros and Python functions behind the encodings."""

from __future__ import annotations

import duckdb

from snowdome.engine import compression
from snowdome.engine.failures import raising
from snowdome.engine.library import conversion as _uses  # noqa: F401  its macros must be defined before these
from snowdome.engine.macros import installer, macro

_flag = raising("100046", "22003", "format('Numeric value is out of range, error: {}', n)")
macro("hex_encode(b, n)", f"CASE WHEN n = 0 THEN lower(hex(b)) WHEN n = 1 THEN hex(b) ELSE {_flag} END")

# The characters for + / =, where fewer than three are given followed by those that stay.
_bad_alphabet = raising(
    "100221", "22000", "format('Invalid Base64 custom alphabet or padding characters: ''{}''', a)"
)
_long_alphabet = raising(
    "100078",
    "22000",
    "format('String ''{}'' is too long and would be truncated in ''Base64 custom characters''', a)",
)
macro("filled_alphabet(a)", "a || substr('+/=', length(a) + 1)")
macro(
    "base64_alphabet(a)",
    f"CASE WHEN length(a) > 3 THEN {_long_alphabet}"
    " WHEN regexp_matches(a, '[A-Za-z0-9]')"
    " OR length(sf.filled_alphabet(a)) <> len(list_distinct(string_split(sf.filled_alphabet(a), '')))"
    f" THEN {_bad_alphabet} ELSE sf.filled_alphabet(a) END",
)
macro(
    "in_lines(x, n)",
    "CASE WHEN n <= 0 OR n >= length(x) THEN x ELSE"
    " array_to_string(list_transform(range(1, length(x) + 1, n), lambda il_i: substr(x, il_i, n)), chr(10))"
    " END",
)


@installer
def install(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the functions of compression."""
    blob, text = duckdb.sqltype("BLOB"), duckdb.sqltype("VARCHAR")
    connection.create_function("sf_compress", compression.compress, [blob, text], blob)
    connection.create_function("sf_decompress", compression.decompress, [blob, text], blob)
