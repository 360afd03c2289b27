"""Macros that refuse values larger than any type of the account holds, before the engine makes them."""

from __future__ import annotations

from snowdome.engine.failures import raising
from snowdome.engine.macros import macro

LARGEST_TEXT = 134217728  # bytes; what an expression may come to
LARGEST_ITEMS = 16777216  # bytes of an array's text, of which an item takes two at the least

_TOO_LARGE = "format('Max LOB size ({}) exceeded, actual size of parsed column is {}', most, n * CAST(size AS HUGEINT))"
# ``n``, if so many pieces of ``size`` bytes are no more than ``most``.
macro(
    "bounded(n, size, most)",
    f"CASE WHEN n > 0 AND n * CAST(size AS HUGEINT) > most THEN {raising('100082', '22000', _TOO_LARGE)} ELSE n END",
)
macro("pieces(n, size)", f"sf.bounded(n, size, {LARGEST_TEXT})")
macro("items(n)", f"sf.bounded(n, 2, {LARGEST_ITEMS})")
