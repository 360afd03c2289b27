"""Pseudo-random values that depend only on their seed: a hash of it, made a number or a text."""

from __future__ import annotations

from snowdome.engine.library import sizes
from snowdome.engine.macros import macro

macro("random_unit(g)", "((hash(g, 7) >> 11) / 9007199254740992.0)")  # 53 bits: 0 <= x < 1
macro("random_signed(x)", "CAST(CAST(hash(x, 11) AS HUGEINT) - 9223372036854775808 AS DECIMAL(19,0))")
macro("random_whole(lo, hi, g)", "(lo + CAST(CAST(hash(g, 13) AS HUGEINT) % (hi - lo + 1) AS HUGEINT))")
macro(
    "random_normal(g)",
    "(sqrt(-2.0 * ln(1.0 - sf.random_unit(g))) * cos(2.0 * pi() * ((hash(CAST(hash(g, 17) AS VARCHAR)) >>"
    " 11) / 9007199254740992.0)))",
)
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
macro(
    "random_text(n, g)",
    "coalesce(list_aggregate(list_transform("
    f"range(sf.bounded(CAST(n AS BIGINT), 1, {sizes.LARGEST_ITEMS})), lambda rt_i:"
    f" substr('{_LETTERS}', 1 + CAST(hash(CAST(hash(g) AS VARCHAR) || rt_i) % 62 AS BIGINT), 1)),"
    " 'string_agg', ''), '')",
)
macro("zipf_weights(s, n)", "list_transform(range(1, sf.items(n) + 1), lambda zw_k: 1.0 / pow(zw_k, s))")
macro(
    "random_zipf(w, g)",
    "list_reduce(list_transform(w, lambda rz_w: struct_pack(k := 0, s := CAST(rz_w AS DOUBLE), t :="
    " sf.random_unit(g) * list_sum(w))), lambda rz_a, rz_b: struct_pack(k := rz_a.k + CASE WHEN rz_a.s <="
    " rz_a.t"
    " THEN 1 ELSE 0 END, s := rz_a.s + rz_b.s, t := rz_a.t)).k + 1",
)
