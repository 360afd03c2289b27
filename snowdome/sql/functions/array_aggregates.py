"""Aggregates that collect rows into arrays."""

from __future__ import annotations

from snowdome.errors import not_supported
from snowdome.sql import casts
from snowdome.sql.functions.registry import aggregate
from snowdome.sql.typed import Call, Typed
from snowdome.sql.unification import compare_key
from snowdome.types import ARRAY, VARIANT


@aggregate("ARRAY_AGG", "ARRAYAGG", args="any")
def array_agg(call: Call) -> Typed:
    """An array of the rows' values, NULLs left out; empty where there are none."""
    value = casts.cast(call[0], VARIANT, call.env).sql
    if call.distinct:
        return _distinct(call, value)
    order = f" {call.order}" if call.order else ""
    joined = f"string_agg({value}, ','{order}){call.over}"
    return call.result(f"CAST('[' || coalesce({joined}, '') || ']' AS JSON)", ARRAY, False)


def _distinct(call: Call, value: str) -> Typed:
    """Distinct values in the order of the only key, which is the value itself, or as they sort."""
    if len(call.order_keys) > 1:
        raise not_supported(f"{call.name} of DISTINCT values with several keys in WITHIN GROUP")
    key = compare_key(call.order_keys[0] if call.order_keys else call[0])
    listed = f"list(DISTINCT struct_pack(k := {key}, v := {value})){call.over}"
    direction = "DESC" if call.order_descending else "ASC"
    known = f"list_filter(list_sort({listed}, '{direction}'), lambda kept: kept.v IS NOT NULL)"
    return _collected(call, f"sf.list_to_array(list_transform({known}, lambda kept: kept.v))")


def _collected(call: Call, sql: str) -> Typed:
    """An array that is empty, not NULL, where there are no rows."""
    return call.result(f"coalesce({sql}, CAST('[]' AS JSON))", ARRAY, False)


@aggregate("ARRAY_UNIQUE_AGG", args="any")
def array_unique_agg(call: Call) -> Typed:
    """An array of the distinct values as they first come, NULLs left out."""
    value = casts.cast(call[0], VARIANT, call.env).sql
    return _collected(call, f"sf.list_to_array(sf.first_items(list({value}){call.over}))")


@aggregate("ARRAY_UNION_AGG", args="array")
def array_union_agg(call: Call) -> Typed:
    """The distinct elements of the rows' arrays; one that an array has n times is there n times."""
    return _collected(call, f"sf.array_union(list({call[0].sql}){call.over})")
