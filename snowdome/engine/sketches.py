"""States of HyperLogLog counters, of the most frequent values, and bitmaps of positions."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any

PRECISION = 12
REGISTERS = 1 << PRECISION
_SPARSE = REGISTERS // 4  # as many registers set are written one by one
_ALPHA = 0.7213 / (1 + 1.079 / REGISTERS)


# -- HyperLogLog ----------------------------------------------------------------------------------


def hll_state(marks: Iterable[int | None]) -> bytes:
    """The state of marks ``register * 64 + leading zeros + 1``: a byte for each register."""
    registers = bytearray(REGISTERS)
    for mark in marks:
        if mark is not None:
            register, rank = divmod(mark, 64)
            registers[register] = max(registers[register], rank)
    return bytes(registers)


def hll_merge(states: Iterable[bytes | None]) -> bytes:
    """The state of the union."""
    merged = bytes(REGISTERS)
    for state in states:
        if state is not None:
            merged = bytes(map(max, merged, state))
    return merged


def hll_estimate(state: bytes) -> int:
    """How many different values the state has seen."""
    empty = state.count(0)
    raw = _ALPHA * REGISTERS * REGISTERS / sum(2.0**-rank for rank in state)
    if raw <= 2.5 * REGISTERS and empty:
        raw = REGISTERS * math.log(REGISTERS / empty)
    return round(raw)


def hll_export(state: bytes) -> str:
    """The state as a stored OBJECT, sparse while few registers are set."""
    if REGISTERS - state.count(0) > _SPARSE:
        return _compact({"dense": list(state), "precision": PRECISION, "version": 4})
    indices = [i for i, rank in enumerate(state) if rank]
    sparse = {"indices": indices, "maxLzCounts": [state[i] for i in indices]}
    return _compact({"precision": PRECISION, "sparse": sparse, "version": 4})


def hll_import(text: str) -> bytes:
    """The state of an exported object; an error if it is none of this precision."""
    exported = json.loads(text)
    try:
        if exported["precision"] != PRECISION:
            raise ValueError(exported["precision"])
        if "dense" in exported:
            return bytes(exported["dense"])
        sparse = exported["sparse"]
        pairs = zip(sparse["indices"], sparse["maxLzCounts"], strict=True)
        return hll_state(index * 64 + rank for index, rank in pairs)
    except (LookupError, TypeError, ValueError):
        raise ValueError("SF|100050|22023|Invalid parameter value: HLL state. Reason: invalid type") from None


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


# -- the most frequent values ---------------------------------------------------------------------


class _Number(str):
    """A JSON number as it was written."""


def _load(text: str) -> Any:
    return json.loads(text, parse_int=_Number, parse_float=_Number)


def _dump(value: Any) -> str:
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, list):
        return f"[{','.join(map(_dump, value))}]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{_compact(k)}:{_dump(v)}" for k, v in value.items()) + "}"
    return _compact(value)


def top_k_combine(states: Iterable[str | None], counters: int | None) -> str | None:
    """One state of several: equal values add their counts, the least frequent beyond ``counters`` go.
    None if one of them is no such state, or they have different numbers of counters."""
    loaded = [_load(s) for s in states if s is not None]
    if any(not isinstance(s, dict) or s.get("type") != "approx_top_k" for s in loaded):
        return None
    if len({s["counters"] for s in loaded}) > 1:
        return None
    totals: dict[str, int] = {}
    for state in loaded:
        for value, count in state["state"]:
            shown = _dump(value)
            totals[shown] = totals.get(shown, 0) + int(count)
    first = loaded[0] if loaded else {"counters": _Number("1"), "datatype": "MISSING"}
    limit = counters or int(first["counters"])
    ranked = sorted(totals.items(), key=lambda item: -item[1])[:limit]
    state = ",".join(f"[{value},{count}]" for value, count in ranked)
    head = f'"counters":{limit},"datatype":{_compact(first["datatype"])}'
    width = f'"precision":{first.get("precision", 38)},"scale":{first.get("scale", 0)}'
    return f'{{{head},{width},"state":[{state}],"type":"approx_top_k"}}'


# -- bitmaps --------------------------------------------------------------------------------------

BITMAP_BYTES = 4096
_LISTED = 16  # so many positions are listed one by one, behind their number


def bitmap(positions: Iterable[int | None]) -> bytes:
    """The bitmap of positions 0 to 32767."""
    wanted = sorted({p for p in positions if p is not None})
    if len(wanted) <= _LISTED:
        listed = len(wanted).to_bytes(2, "big") + b"".join(p.to_bytes(2, "little") for p in wanted)
        return listed.ljust(10, b"\0")
    bits = bytearray(BITMAP_BYTES)
    for position in wanted:
        bits[position // 8] |= 1 << position % 8
    return bytes(bits)


def positions(bits: bytes) -> list[int]:
    """The positions set in a bitmap."""
    if len(bits) == BITMAP_BYTES:
        return [i * 8 + j for i, byte in enumerate(bits) for j in range(8) if byte >> j & 1]
    count = int.from_bytes(bits[:2], "big")
    return [int.from_bytes(bits[2 + 2 * i : 4 + 2 * i], "little") for i in range(count)]


def bitmap_or(bitmaps: Iterable[bytes | None]) -> bytes:
    """The bitmap of all positions in any of them."""
    return bitmap(p for bits in bitmaps if bits is not None for p in positions(bits))


def bitmap_count(bits: bytes) -> int:
    """How many positions are set."""
    return len(positions(bits))
