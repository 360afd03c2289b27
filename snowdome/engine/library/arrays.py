"""Macros over arrays: JSON text to lists of JSON values and back.

``_k`` macros compare elements by ``variant_key``, the text in which equal values are equal. Names of
lambda parameters are unique to their macro: an argument may hold another macro's.
"""

from __future__ import annotations

from snowdome.engine.failures import raising
from snowdome.engine.json_text import TAG
from snowdome.engine.library import json_parsing as _uses  # noqa: F401  its macros must be defined before these
from snowdome.engine.library import sizes as _uses_too  # noqa: F401
from snowdome.engine.library.variants import UNDEFINED
from snowdome.engine.macros import macro

# A DOUBLE as the exact number it prints as, so that 1 equals 1.0.
macro("variant_key(v)", f"regexp_replace(v, '\"{TAG}f(-?[0-9][^|]*)\\|[^\"]*\"', '\\1', 'g')")
macro("key_list(l)", "list_transform(l, lambda kl_e: sf.variant_key(kl_e))")
macro("is_undefined(v)", f"(v = '{UNDEFINED}')")
macro("item(v)", f"coalesce(v, '{UNDEFINED}')")

# Where an item occurs for the n-th time in its own list, as pairs of key and n.
macro(
    "numbered(k)",
    "list_transform(k, lambda nu_e, nu_i: struct_pack(k := nu_e,"
    " n := len(list_filter(k[1:nu_i], lambda nu_f: nu_f = nu_e))))",
)
macro(
    "kept(l, flags)",
    "CASE WHEN l IS NOT NULL THEN sf.list_to_array(list_transform(list_filter(list_zip(l, flags),"
    " lambda ke_p: ke_p[2]), lambda ke_q: ke_q[1])) END",
)
macro(
    "array_except(a, b)",
    "list_transform([sf.numbered(sf.key_list(sf.variant_list(b)))], lambda ae_b:"
    " CASE WHEN ae_b IS NOT NULL THEN sf.kept(sf.variant_list(a),"
    " list_transform(sf.numbered(sf.key_list(sf.variant_list(a))),"
    " lambda ae_e: NOT list_contains(ae_b, ae_e))) END)[1]",
)
macro(
    "array_intersection(a, b)",
    "list_transform([sf.numbered(sf.key_list(sf.variant_list(b)))], lambda an_b:"
    " CASE WHEN an_b IS NOT NULL THEN sf.kept(sf.variant_list(a),"
    " list_transform(sf.numbered(sf.key_list(sf.variant_list(a))),"
    " lambda an_e: list_contains(an_b, an_e))) END)[1]",
)
# Each item the first time it comes, by sorting (item, place): the first place of each, back in order.
macro(
    "places(l)",
    "list_sort(list_transform(list_filter(l, lambda pl_f: pl_f IS NOT NULL), lambda pl_e, pl_i:"
    " struct_pack(k := sf.variant_key(pl_e), i := pl_i, v := pl_e)))",
)
macro(
    "first_items(l)",
    "list_transform([CAST(sf.places(l) AS STRUCT(k VARCHAR, i BIGINT, v JSON)[])], lambda fi_p:"
    " list_transform(list_sort(list_transform(list_filter(fi_p,"
    " lambda fi_a, fi_n: fi_n = 1 OR fi_p[fi_n - 1].k <> fi_a.k), lambda fi_b: struct_pack(i := fi_b.i, v"
    " := fi_b.v))),"
    " lambda fi_c: fi_c.v))[1]",
)
macro("array_distinct(a)", "sf.list_to_array(sf.first_items(sf.variant_list(a)))")
macro(
    "array_position(v, a)",
    "(list_position(sf.key_list(sf.variant_list(a)), sf.variant_key(v)) - 1)",
)
macro("array_contains(v, a)", "list_contains(sf.key_list(sf.variant_list(a)), sf.variant_key(v))")
macro(
    "arrays_overlap(a, b)",
    "list_has_any(sf.key_list(sf.variant_list(a)), sf.key_list(sf.variant_list(b)))",
)
macro(
    "array_remove(a, v)",
    "CASE WHEN v IS NOT NULL THEN sf.list_to_array(list_filter(sf.variant_list(a), lambda ar_e:"
    " sf.variant_key(ar_e) <> sf.variant_key(v))) END",
)
macro(
    "array_compact(a)",
    f"sf.list_to_array(list_filter(sf.variant_list(a), lambda ac_e: ac_e NOT IN ('null', '{UNDEFINED}')))",
)
macro("array_reverse(a)", "sf.list_to_array(list_reverse(sf.variant_list(a)))")
macro("array_size(v)", "CASE WHEN starts_with(v, '[') THEN json_array_length(v) END")
macro(
    "array_cat(a, b)",
    "CASE WHEN a = '[]' THEN b WHEN b = '[]' THEN a ELSE"
    " CAST(left(a, length(a) - 1) || ',' || substr(b, 2) AS JSON) END",
)

# Positions count from zero, negative ones from the end.
macro("from_end(n, i)", "CASE WHEN i < 0 THEN n + i ELSE i END")
macro(
    "array_slice(a, f, t)",
    "list_transform([sf.variant_list(a)], lambda sl_l: CASE WHEN f IS NOT NULL AND t IS NOT NULL THEN"
    " sf.list_to_array(sl_l[greatest(sf.from_end(len(sl_l), f), 0) + 1"
    ":greatest(sf.from_end(len(sl_l), t), 0)]) END)[1]",
)
macro(
    "array_remove_at(a, i)",
    "list_transform([sf.variant_list(a)], lambda ra_l: CASE WHEN i IS NOT NULL THEN sf.list_to_array("
    "list_filter(ra_l, lambda ra_e, ra_i: ra_i - 1 <> sf.from_end(len(ra_l), i))) END)[1]",
)
_bad_index = raising(
    "100202", "22000", "format('Index {} for array of size {} is out of range.', i, len(in_l))"
)
macro(
    "list_insert(in_l, i, v)",
    f"CASE WHEN i IS NULL OR in_l IS NULL THEN NULL WHEN sf.from_end(len(in_l), i) < 0 THEN {_bad_index} ELSE"
    " list_concat(list_concat(list_concat(in_l[1:sf.from_end(len(in_l), i)],"
    f" list_transform(range(sf.items(sf.from_end(len(in_l), i)) - len(in_l)), lambda in_g: CAST('{UNDEFINED}' AS"
    " JSON))), [v]),"
    " in_l[sf.from_end(len(in_l), i) + 1:]) END",
)
macro(
    "array_insert(a, i, v)",
    "list_transform([sf.variant_list(a)], lambda ai_l: sf.list_to_array(sf.list_insert(ai_l, i, v)))[1]",
)

# Order: undefined elements go to one end, the others sort as VARIANTs do.
macro(
    "sorted_items(l)",
    "list_transform(list_sort(list_transform(list_filter(l, lambda si_u: NOT sf.is_undefined(si_u)),"
    " lambda si_e:"
    " struct_pack(k := sf.variant_sortable(CAST(si_e AS JSON)), v := si_e))), lambda si_p: si_p.v)",
)
macro("undefined_items(l)", "list_filter(l, lambda ui_e: sf.is_undefined(ui_e))")
macro(
    "array_sort(a, up, first)",
    "list_transform([sf.variant_list(a)], lambda as_l: list_transform([CASE WHEN up THEN"
    " sf.sorted_items(as_l) ELSE"
    " list_reverse(sf.sorted_items(as_l)) END], lambda as_s: sf.list_to_array(CASE WHEN a IS NULL THEN"
    " NULL WHEN first THEN"
    " list_concat(sf.undefined_items(as_l), as_s) ELSE list_concat(as_s, sf.undefined_items(as_l))"
    " END))[1])[1]",
)
macro("array_min(a)", "sf.sorted_items(sf.variant_list(a))[1]")
macro("array_max(a)", "sf.sorted_items(sf.variant_list(a))[-1]")

macro(
    "array_to_string(a, s)",  # the engine's own string_agg wants a constant separator
    "CASE WHEN s IS NOT NULL AND starts_with(a, '[') THEN"
    " substr(list_reduce(list_transform(sf.variant_list(a),"
    " lambda ts_e: coalesce(sf.variant_text(nullif(ts_e, '" + UNDEFINED + "')), '')),"
    " lambda ts_p, ts_q: ts_p || s || ts_q, ''), length(s) + 1) END",
)
_no_step = raising("100203", "22000", "'ARRAY_GENERATE_RANGE: step cannot be 0'")
macro("steps(f, t, s)", "greatest((CAST(t AS HUGEINT) - CAST(f AS HUGEINT)) // CAST(s AS HUGEINT), 0)")
macro(
    "array_generate_range(f, t, s)",
    f"CASE WHEN s = 0 THEN {_no_step} WHEN sf.items(sf.steps(f, t, nullif(s, 0))) >= 0 THEN"
    " sf.list_to_array(list_transform(range(CAST(f AS BIGINT), CAST(t AS BIGINT), CAST(s AS BIGINT)),"
    " lambda gr_e: CAST(gr_e AS VARCHAR))) END",
)
_not_nested = raising(
    "100107", "22000", "'Not an array: ' || sf.variant_compact(af_e) || ' in ARRAY_FLATTEN'"
)
macro(
    "array_flatten(a)",
    "CASE WHEN NOT list_contains(sf.variant_list(a), CAST('null' AS JSON)) THEN sf.list_to_array(flatten("
    "list_transform(sf.variant_list(a), lambda af_e: CASE WHEN starts_with(af_e, '[') THEN"
    " sf.variant_list(af_e)"
    f" ELSE {_not_nested} END))) END",
)
macro(
    "arrays_zip(ls)",
    "list_transform([ls], lambda az_l:"
    " sf.list_to_array(list_transform(range(coalesce(list_max(list_transform(az_l,"
    " lambda az_n: len(az_n))), 0)), lambda az_i: '{' || sf.joined(list_transform(az_l, lambda az_e, az_k:"
    " '\"$' ||"
    f" az_k || '\":' || coalesce(nullif(az_e[az_i + 1], '{UNDEFINED}'), 'null'))) || '}}')))[1]",
)
# A multiset union: each element as often as the array that has it most often.
macro(
    "array_union(ls)",
    "sf.list_to_array(list_transform(list_sort(list_distinct(flatten(list_transform(list_filter(ls, lambda"
    " au_f:"
    " au_f IS NOT NULL), lambda au_l: list_transform(sf.numbered(sf.variant_list(au_l)), lambda au_e:"
    " struct_pack("
    "s := sf.variant_sortable(CAST(au_e.k AS JSON)), k := au_e.k, n := au_e.n)))))), lambda au_p: au_p.k))",
)
macro(
    "defined_list(a)",
    f"list_transform(sf.variant_list(a), lambda dl_e: nullif(dl_e, '{UNDEFINED}'))",
)
