"""Results as JSON rowsets: rows of texts and nulls."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from snowdome.result import Result
from snowdome.server.encoding.arrow import displayed
from snowdome.types import DataType

Show = Callable[[Any, DataType], str]
_EPOCH = date(1970, 1, 1)


def rows_between(result: Result, start: int, stop: int) -> list[list[str | None]]:
    """Rows ``start`` to ``stop`` of the result."""
    part = result.table.slice(start, stop - start)
    columns = [_shown(column.type, part.column(i)) for i, column in enumerate(result.columns)]
    return [list(row) for row in zip(*columns, strict=True)]


def stream(result: Result, start: int, stop: int) -> bytes:
    """Rows as a chunk's body: JSON without the outer brackets."""
    return json.dumps(rows_between(result, start, stop), separators=(",", ":"))[1:-1].encode()


def _shown(t: DataType, data: pa.ChunkedArray) -> list[str | None]:
    if t.is_semi_structured:
        return [text for chunk in data.chunks for text in displayed(chunk).to_pylist()]
    show = _SHOW.get(t.kind, _text)
    return [None if value is None else show(value, t) for value in data.to_pylist()]


def _text(value: Any, t: DataType) -> str:
    return str(value)


def _fixed(value: Decimal | int, t: DataType) -> str:
    return format(Decimal(value), "f")


def _real(value: float, t: DataType) -> str:
    return {"nan": "NaN", "inf": "inf", "-inf": "-inf"}.get(text := repr(value), text)


def _date(value: date, t: DataType) -> str:
    return str((value - _EPOCH).days)


def _seconds(nanos: Decimal | int, t: DataType) -> str:
    """Seconds with exactly as many decimals as the type has."""
    units = int(nanos) // 10 ** (9 - t.s)
    whole, fraction = divmod(abs(units), 10**t.s)
    sign = "-" if units < 0 else ""
    return f"{sign}{whole}.{fraction:0{t.s}d}" if t.s else f"{sign}{whole}"


def _with_zone(value: dict[str, Any], t: DataType) -> str:
    return f"{_seconds(value['t'], t)} {(value['o'] or 0) + 1440}"


_SHOW: dict[str, Show] = {
    "FIXED": _fixed,
    "REAL": _real,
    "BOOLEAN": lambda value, t: "1" if value else "0",
    "DATE": _date,
    "TIME": _seconds,
    "TIMESTAMP_NTZ": _seconds,
    "TIMESTAMP_LTZ": _seconds,
    "TIMESTAMP_TZ": _with_zone,
    "BINARY": lambda value, t: bytes(value).hex().upper(),
    "VECTOR": lambda value, t: json.dumps(value),
}
