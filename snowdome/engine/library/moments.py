"""Macros behind the statistics of pairs, from their sums."""

from __future__ import annotations

from snowdome.engine.macros import macro

macro("comoment(xy, x, y, n)", "(xy - x * y / n)")
macro("spread(xx, x, n)", "(CASE WHEN n * xx > x * x THEN n * xx - x * x END)")
macro(
    "correlation(xy, x, y, xx, yy, n)",
    "(sf.comoment(xy, x, y, n) / n)"
    " / (sqrt(sf.spread(xx, x, n) / (n * n)) * sqrt(sf.spread(yy, y, n) / (n * n)))",
)
macro("slope(xy, x, y, xx, n)", "((n * xy - x * y) / sf.spread(xx, x, n))")
