"""Similarities and distances of VECTORs, and their elementwise arithmetic."""

from __future__ import annotations

from collections.abc import Callable

from snowdome.sql.functions.registry import scalar
from snowdome.sql.typed import Call, Typed
from snowdome.types import REAL


def _vectors(call: Call) -> list[str]:
    """Both arguments as lists of doubles; 001044 unless they are vectors of one type."""
    if any(a.type.kind != "VECTOR" for a in call.args) or call[0].type != call[1].type:
        raise call.invalid_types()
    return [f"CAST({a.sql} AS DOUBLE[{a.type.length}])" for a in call.args]


def _measure(engine: str) -> Callable[[Call], Typed]:
    def rule(call: Call) -> Typed:
        left, right = _vectors(call)
        return call.result(engine.format(left, right), REAL)

    return rule


_MEASURES = {
    "VECTOR_INNER_PRODUCT": "array_inner_product({0}, {1})",
    "VECTOR_L1_DISTANCE": "sf.vector_l1({0}, {1})",
    "VECTOR_L2_DISTANCE": "array_distance({0}, {1})",
    "VECTOR_COSINE_SIMILARITY": "sf.vector_cosine({0}, {1})",
    "VECTOR_COSINE_DISTANCE": "sf.vector_cosine({0}, {1})",  # the name that Snowpark sends
}
for _name, _engine in _MEASURES.items():
    scalar(_name, args="any, any")(_measure(_engine))
