"""Results of statements as JSON values."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from snowdome.result import Result
from snowdome.server.encoding.arrow import displayed
from snowdome.types import DataType

Row = dict[str, Any]

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def rows_of(result: Result) -> list[Row]:
    """The rows, by column names; times as ISO-8601 text, semi-structured values parsed."""
    cells = [_cells(c.type, result.table.column(i)) for i, c in enumerate(result.columns)]
    names = [c.name for c in result.columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*cells, strict=True)]


def _cells(t: DataType, data: Any) -> list[Any]:
    if t.is_semi_structured:
        return [_parsed(text) for chunk in data.chunks for text in displayed(chunk).to_pylist()]
    convert = _CONVERTERS.get(t.kind)
    values = data.to_pylist()
    return values if convert is None else [None if v is None else convert(v, t) for v in values]


def _parsed(text: str | None) -> Any:
    try:
        return None if text is None else json.loads(text)
    except ValueError:  # undefined, NaN: what JSON has no word for stays text
        return text


def _fixed(value: Decimal | int, t: DataType) -> int | float:
    return float(value) if t.s else int(value)


def _stamp(nanoseconds: Decimal | int, zone: timezone = timezone.utc) -> str:
    moment = _EPOCH + timedelta(microseconds=int(nanoseconds) // 1000)
    return moment.astimezone(zone).isoformat(timespec="milliseconds")


def _zoned(value: dict[str, Any], t: DataType) -> str:
    return _stamp(value["t"], timezone(timedelta(minutes=value["o"] or 0)))


def _wall(value: Decimal | int, t: DataType) -> str:
    return _stamp(value).removesuffix("+00:00")


def _time(value: int, t: DataType) -> str:
    return (_EPOCH + timedelta(microseconds=value // 1000)).time().isoformat()


_CONVERTERS: dict[str, Callable[[Any, DataType], Any]] = {
    "FIXED": _fixed,
    "DATE": lambda value, t: value.isoformat(),
    "TIME": _time,
    "TIMESTAMP_LTZ": lambda value, t: _stamp(value),
    "TIMESTAMP_NTZ": _wall,
    "TIMESTAMP_TZ": _zoned,
    "BINARY": lambda value, t: bytes(value).hex().upper(),
}


# -- what SHOW writes as words --------------------------------------------------------------------


def yes(cell: Any) -> bool:
    """Whether a cell says Y, true or ON."""
    return str(cell).upper() in ("Y", "TRUE", "ON", "YES", "1")


def whole(cell: Any) -> int | None:
    """A cell as an integer; None where there is none."""
    text = str(cell) if cell is not None else ""
    return int(text) if text.lstrip("-").isdecimal() else None


def said(cell: Any) -> str | None:
    """A text, None where SHOW writes nothing or the word null."""
    return None if cell in (None, "", "null") else str(cell)
