"""Macros over vectors of doubles."""

from __future__ import annotations

from snowdome.engine.macros import macro

macro("vector_l1(a, b)", "list_sum(list_transform(list_zip(a, b), lambda vl_p: abs(vl_p[1] - vl_p[2])))")
macro(
    "vector_cosine(a, b)",
    "(array_inner_product(a, b) / (sqrt(array_inner_product(a, a)) * sqrt(array_inner_product(b, b))))",
)
