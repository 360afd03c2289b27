"""The rows of FLATTEN as a list of structs k (key), p (path), i (index), v (value), t (this)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import duckdb

from snowdome.engine import json_text
from snowdome.engine.json_text import UNDEFINED
from snowdome.engine.library import variants as _uses  # noqa: F401  its macros must be defined before these
from snowdome.engine.macros import installer, macro
from snowdome.engine.python_functions import FLATTENED, create

_IDENTIFIER = "[A-Za-z_][A-Za-z0-9_$]*"
_PLAIN = re.compile(_IDENTIFIER)

macro(
    "flatten_path(start, key)",
    f"CASE WHEN NOT regexp_full_match(key, '{_IDENTIFIER}')"
    " THEN start || '[''' || replace(key, '''', '''''') || ''']'"
    " WHEN start = '' THEN key ELSE start || '.' || key END",
)
macro(
    "flatten_array(a, start)",
    "list_filter(list_transform(sf.variant_list(a), lambda fa_e, fa_n: struct_pack("
    "k := CAST(NULL AS VARCHAR), p := start || '[' || (fa_n - 1) || ']', i := CAST(fa_n - 1 AS BIGINT), v"
    " := fa_e, t := a)),"
    f" lambda fa_r: fa_r.v <> '\"{UNDEFINED}\"')",
)
macro(
    "flatten_object(o, start)",
    "list_transform(list_zip(sf.member_keys(o), sf.member_values(o)), lambda fo_m: struct_pack(k := fo_m[1],"
    " p := sf.flatten_path(start, fo_m[1]), i := CAST(NULL AS BIGINT), v := fo_m[2], t := o))",
)
macro(
    "flatten_one(x, start, mode)",
    "CASE WHEN starts_with(x, '[') AND mode <> 'OBJECT' THEN sf.flatten_array(x, start)"
    " WHEN starts_with(x, '{') AND mode <> 'ARRAY' THEN sf.flatten_object(x, start) ELSE [] END",
)
_ROW = "STRUCT(k VARCHAR, p VARCHAR, i BIGINT, v JSON, t JSON)[]"
macro("flatten_deep(x, start, mode)", f"CAST(sf_flatten(x, start, mode) AS {_ROW})")
macro(
    "flatten_outer(rows, x, start)",
    "CASE WHEN len(rows) > 0 THEN rows ELSE [struct_pack(k := CAST(NULL AS VARCHAR), p := start,"
    " i := CAST(NULL AS BIGINT), v := CAST(NULL AS JSON), t := x)] END",
)


def deep_rows(value: Any, path: str, mode: str) -> Iterator[dict[str, Any]]:
    """Every part of a decoded value, each followed by its own parts."""
    this = json_text.encode(value)
    if isinstance(value, list) and mode != "OBJECT":
        for index, item in enumerate(value):
            if item != UNDEFINED:
                yield _row(None, f"{path}[{index}]", index, item, this)
                yield from deep_rows(item, f"{path}[{index}]", mode)
    elif isinstance(value, dict) and mode != "ARRAY":
        for key, item in value.items():
            below = _below(path, key)
            yield _row(key, below, None, item, this)
            yield from deep_rows(item, below, mode)


def _row(key: str | None, path: str, index: int | None, item: Any, this: str) -> dict[str, Any]:
    return {"k": key, "p": path, "i": index, "v": json_text.encode(item), "t": this}


def _below(path: str, key: str) -> str:
    if not _PLAIN.fullmatch(key):
        return f"{path}['" + key.replace("'", "''") + "']"
    return f"{path}.{key}" if path else key


def rows(text: str, path: str, mode: str) -> list[dict[str, Any]]:
    """The rows of recursive FLATTEN over canonical JSON."""
    return list(deep_rows(json_text.decode(text), path, mode))


@installer
def install(connection: duckdb.DuckDBPyConnection) -> None:
    """The function behind recursive FLATTEN."""
    create(connection, "sf_flatten", rows, ["VARCHAR"] * 3, FLATTENED)
