"""t-digests, as APPROX_PERCENTILE_ACCUMULATE shows them: centroids and weights in turn."""

from __future__ import annotations

import json
from itertools import pairwise

import duckdb
from duckdb.func import FunctionNullHandling

from snowdome.engine.json_text import TAG
from snowdome.engine.macros import installer

MAX_CENTROIDS = 400


def _merged(pairs: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Sorted centroids, neighbours merged until there are few enough."""
    pairs = sorted(pairs)
    while len(pairs) > MAX_CENTROIDS:
        halves = [pairs[i : i + 2] for i in range(0, len(pairs), 2)]
        pairs = [_mean(h) for h in halves]
    return pairs


def _mean(pairs: list[tuple[float, float]]) -> tuple[float, float]:
    weight = sum(w for _, w in pairs)
    return sum(v * w for v, w in pairs) / weight, weight


def _shown(pairs: list[tuple[float, float]]) -> str:
    """The digest as a stored OBJECT; its numbers are FLOAT."""
    state = [f"{TAG}f{number:.15e}" for pair in _merged(pairs) for number in pair]
    return json.dumps(
        {"state": state, "type": "tdigest", "version": 1}, ensure_ascii=False, separators=(",", ":")
    )


_NO_STATE = "First argument of the function must be an object which maps the key 'state' to an array"


def _read(text: str) -> list[tuple[float, float]]:
    state = json.loads(text).get("state")
    if not isinstance(state, list):
        raise ValueError(f"SF|100050|22023|{_NO_STATE}")
    numbers = [float(str(n).lstrip(TAG).lstrip("f")) for n in state]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def digest(values: list[float | None]) -> str:
    """The digest of single values; NULLs do not count."""
    return _shown([(v, 1.0) for v in values if v is not None])


def combine(digests: list[str | None]) -> str:
    """One digest of several; NULLs do not count."""
    return _shown([pair for d in digests if d is not None for pair in _read(d)])


def estimate(text: str | None, fraction: float | None) -> float | None:
    """The value below which ``fraction`` of the weight lies, interpolated between centroids; None if there
    are none."""
    pairs = _read(text) if text is not None else []
    if not pairs or fraction is None:
        return None
    target = fraction * (sum(w for _, w in pairs) - 1)
    passed = 0.0
    for (value, weight), (following, next_weight) in pairwise(pairs):
        middle, step = passed + (weight - 1) / 2, (weight + next_weight) / 2
        if target <= middle + step:
            return value + (following - value) * max(target - middle, 0.0) / step
        passed += weight
    return pairs[-1][0]


@installer
def install(connection: duckdb.DuckDBPyConnection) -> None:
    """sf_digest, sf_digest_combine, sf_digest_estimate."""
    double, text = "DOUBLE", "VARCHAR"
    connection.create_function("sf_digest", digest, [duckdb.list_type(double)], "JSON")
    connection.create_function("sf_digest_combine", combine, [duckdb.list_type(text)], "JSON")
    connection.create_function(
        "sf_digest_estimate", estimate, [text, double], double, null_handling=FunctionNullHandling.SPECIAL
    )
