"""PARSE_JSON and FLATTEN: native macros for common shapes, Python for the rest."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import duckdb

from snowdome.engine import json_text, paths
from snowdome.engine.failures import raising
from snowdome.engine.library import variants as _uses  # noqa: F401  its macros must be defined before these
from snowdome.engine.macros import installer, macro
from snowdome.engine.python_functions import create
from snowdome.engine.versions import VECTORISED

# What the engine's own reader takes otherwise than Snowflake, or writes back otherwise than the canonical
# form has it: exponents, trailing zeros, long or tiny fractions, holes in arrays, words, minus zero. Found
# inside a text it only costs time.
_UNUSUAL = r"\d[eE]|\.\d*0(?:\D|$)|\.\d{7}|\d{9}\.\d|\d{19}|0\.0000|,\s*[\]}]|NaN|nan|NAN|[Ii]nf|INF|-0"

# The engine lifts what occurs twice inside COALESCE out of it and so evaluates it for every row; a lambda
# keeps it where it is.
macro(
    "sorted_members(k, v)",
    "list_transform(list_sort(list_zip(k, v)), lambda sm_m: to_json(sm_m[1]) || ':' || sm_m[2])",
)
macro(
    "flat_object(x)",
    "list_transform([sf.member_keys(x)], lambda fl_k: CASE WHEN list_unique(fl_k) = len(fl_k) THEN"
    " CASE WHEN list_sort(fl_k) = fl_k THEN json(x) ELSE"
    " CAST('{' || sf.joined(sf.sorted_members(fl_k, sf.member_values(x))) || '}' AS JSON) END END)[1]",
)
# The engine's VARIANT keeps keys sorted and the last of equal ones: then the text has become shorter.
macro(
    "nested_object(x)",
    "CAST(NULL AS JSON)"
    if not VECTORISED
    # earlier engines keep keys as they come
    else "list_transform([CAST(CAST(CAST(x AS JSON) AS VARIANT) AS JSON)], lambda no_j:"
    " CASE WHEN length(no_j) = length(json(x)) THEN no_j END)[1]",
)
macro(
    "plain_json(x)",
    f"CASE WHEN regexp_matches(x, '{_UNUSUAL}') THEN NULL WHEN json_valid(x) THEN"
    " CASE WHEN NOT contains(x, '{') THEN json(x)"
    " WHEN regexp_matches(x, '^\\s*\\{[^{]*$') THEN sf.flat_object(x) ELSE sf.nested_object(x) END END",
)
macro("try_parse_json(x)", "coalesce(sf.plain_json(x), CAST(sf_canonical_json(x) AS JSON))")
macro(
    "parse_json(x)",
    "coalesce(sf.plain_json(x), CAST(sf_canonical_json(x) AS JSON), "
    + raising("100069", "22P02", "'Error parsing JSON: ' || sf_json_fault(x)")
    + ")",
)
macro("try_parse_json_last(x)", "CAST(sf_canonical_json_last(x) AS JSON)")
macro(
    "parse_json_last(x)",
    "coalesce(CAST(sf_canonical_json_last(x) AS JSON), "
    + raising("100069", "22P02", "'Error parsing JSON: ' || sf_json_fault_last(x)")
    + ")",
)


def _canonical(text: str, allow_duplicates: bool = False) -> str | None:
    try:
        return json_text.canonical(text, allow_duplicates)
    except json_text.Fault:
        return None


def _fault(text: str, allow_duplicates: bool = False) -> str | None:
    try:
        json_text.canonical(text, allow_duplicates)
    except json_text.Fault as fault:
        return str(fault)
    return None


_FUNCTIONS: dict[str, Callable[[str], str | None]] = {
    "sf_canonical_json": _canonical,
    "sf_canonical_json_last": partial(_canonical, allow_duplicates=True),
    "sf_json_fault": _fault,
    "sf_json_fault_last": partial(_fault, allow_duplicates=True),
}


@installer
def install(connection: duckdb.DuckDBPyConnection) -> None:
    """The functions behind the macros above."""
    for name, function in _FUNCTIONS.items():
        create(connection, name, function, ["VARCHAR"], "VARCHAR")
    create(connection, "sf_json_at", paths.at, ["VARCHAR", "VARCHAR"], "VARCHAR")
