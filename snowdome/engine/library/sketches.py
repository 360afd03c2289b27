"""The Python functions and macros behind sketches: see ``snowdome.engine.sketches``."""

from __future__ import annotations

import duckdb
from duckdb.func import FunctionNullHandling

from snowdome.engine import sketches
from snowdome.engine.macros import installer, macro

_FUNCTIONS = (
    ("sf_hll_state", sketches.hll_state, ["INTEGER[]"], "BLOB"),
    ("sf_hll_merge", sketches.hll_merge, ["BLOB[]"], "BLOB"),
    ("sf_hll_estimate", sketches.hll_estimate, ["BLOB"], "BIGINT"),
    ("sf_hll_export", sketches.hll_export, ["BLOB"], "VARCHAR"),
    ("sf_hll_import", sketches.hll_import, ["VARCHAR"], "BLOB"),
    ("sf_bitmap", sketches.bitmap, ["INTEGER[]"], "BLOB"),
    ("sf_bitmap_or", sketches.bitmap_or, ["BLOB[]"], "BLOB"),
    ("sf_bitmap_count", sketches.bitmap_count, ["BLOB"], "BIGINT"),
)


def _combined(states: list[str | None] | None, counters: int | None) -> str | None:
    return sketches.top_k_combine(states or [], counters)


@installer
def _install(connection: duckdb.DuckDBPyConnection) -> None:
    for name, function, parameters, result in _FUNCTIONS:
        connection.create_function(
            name, function, [*parameters], result, null_handling=FunctionNullHandling.DEFAULT
        )
    connection.create_function(
        "sf_top_k_combine",
        _combined,
        ["VARCHAR[]", "INTEGER"],
        "VARCHAR",
        null_handling=FunctionNullHandling.SPECIAL,
    )


# a register of 12 bits, and one more than the leading zeros of the 52 bits beside it
macro("hll_mark(h)", "((h & 4095) * 64 + (53 - length(ltrim(bin(h >> 12), '0'))))::INTEGER")
macro("wrapped_64(n)", "(((n + 9223372036854775808) & 18446744073709551615) - 9223372036854775808)")
macro(
    "similarity(l)",
    "len(list_filter(range(1, len(l[1]) + 1),"
    " lambda i: len(list_distinct(list_transform(l, lambda s: s[i]))) = 1)) / len(l[1])",
)
