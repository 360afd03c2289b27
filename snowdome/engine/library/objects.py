"""Macros over objects: lists of members (k key, v value) to JSON text and back."""

from __future__ import annotations

from snowdome.engine.failures import raising
from snowdome.engine.library import arrays as _uses  # noqa: F401  its macros must be defined before these
from snowdome.engine.library.variants import UNDEFINED
from snowdome.engine.macros import macro

macro(
    "members(o)",
    "CASE WHEN o IS NOT NULL THEN list_transform(list_zip(sf.member_keys(o), sf.member_values(o)), lambda"
    " me_m:"
    " struct_pack(k := me_m[1], v := me_m[2])) END",
)
macro(
    "join_members(ms)",
    "CAST('{' || sf.joined(list_transform(list_sort(CAST(ms AS STRUCT(k VARCHAR, v JSON)[])), lambda jm_m:"
    " to_json(jm_m.k) || ':' || jm_m.v)) || '}' AS JSON)",
)
# Members without a key or a value are left out; a key that comes twice is an error.
_twice = raising(
    "100095",
    "22000",
    "format('Duplicate field key ''{}''', list_filter(od_k, lambda od_a, od_i: list_position(od_k, od_a) <"
    " od_i)[1])",
)
macro("known_members(ms)", "list_filter(ms, lambda km_m: km_m.k IS NOT NULL AND km_m.v IS NOT NULL)")
macro(
    "object_of(ms)",
    "list_transform([sf.known_members(ms)], lambda od_l: list_transform([list_transform(od_l, lambda od_m:"
    " od_m.k)],"
    f" lambda od_k: CASE WHEN list_unique(od_k) < len(od_k) THEN {_twice} ELSE sf.join_members(od_l)"
    " END)[1])[1]",
)
macro(
    "object_without(o, ks)",
    "sf.join_members(list_filter(sf.members(o), lambda ow_m: NOT list_contains(ks, ow_m.k)))",
)
macro(
    "object_with(o, ks)",
    "sf.join_members(list_filter(sf.members(o), lambda oi_m: list_contains(ks, oi_m.k)))",
)
macro("text_list(a)", "list_transform(sf.variant_list(a), lambda tl_e: sf.variant_text(tl_e))")
_exists = raising("100095", "22000", "format('Duplicate field key ''{}''', k)")
macro(
    "object_insert(o, k, v, replace)",
    "CASE WHEN o IS NULL THEN NULL WHEN NOT coalesce(replace, FALSE) AND list_contains(sf.member_keys(o), k)"
    f" THEN {_exists} ELSE"
    " sf.join_members(list_concat(list_filter(sf.members(o), lambda oj_m: oj_m.k IS DISTINCT FROM k),"
    " list_filter([struct_pack(k := k, v := v)], lambda oj_n: oj_n.k IS NOT NULL AND oj_n.v IS NOT NULL)))"
    " END",
)
macro("object_keys(o)", "CASE WHEN starts_with(o, '{') THEN to_json(sf.member_keys(o)) END")
_uneven = raising("100104", "22000", "'Key array and value array had unequal lengths in ARRAYS_TO_OBJECT'")
macro(
    "arrays_to_object(ks, vs)",
    "CASE WHEN ks IS NULL OR vs IS NULL THEN NULL WHEN json_array_length(ks) <> json_array_length(vs)"
    f" THEN {_uneven} ELSE"
    " sf.object_of(list_transform(list_zip("
    "sf.variant_list(ks), sf.variant_list(vs)), lambda ao_p: struct_pack(k :="
    " sf.variant_text(nullif(ao_p[1],"
    f" '{UNDEFINED}')), v := CASE WHEN ao_p[2] = '{UNDEFINED}' THEN CAST('null' AS JSON) ELSE ao_p[2]"
    " END))) END",
)
macro(
    "map_cat(a, b)",
    "CASE WHEN a IS NOT NULL AND b IS NOT NULL THEN sf.join_members(list_concat(list_filter(sf.members(a),"
    " lambda mc_m: NOT list_contains(sf.member_keys(b), mc_m.k)), sf.members(b))) END",
)
