"""Columns as the reply's ``rowtype`` describes them; clients require every key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from snowdome.types import MAX_BINARY, MAX_TEXT, Column, DataType

_MAX_BYTES = 16777216
_WIRE_NAMES = {"NULL": "text", "MAP": "object", "INTERVAL": "text"}


def rowtype(columns: Sequence[Column]) -> list[dict[str, Any]]:
    """A description of each column."""
    return [_described(column) for column in columns]


def _described(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "database": "",
        "schema": "",
        "table": "",
        "nullable": column.nullable,
        "collation": None,
        **_type(column.type),
    }


def _type(t: DataType) -> dict[str, Any]:
    length, byte_length = _lengths(t)
    described: dict[str, Any] = {
        "type": _WIRE_NAMES.get(t.kind) or t.kind.lower(),
        "length": length,
        "byteLength": byte_length,
        "precision": t.p if t.kind == "FIXED" else t.precision,
        "scale": t.s if t.kind == "FIXED" else t.scale,
    }
    if t.kind == "VECTOR" and t.element is not None:
        described["vectorDimension"] = t.length
        described["fields"] = [{"name": "element", "nullable": True, **_type(t.element)}]
    return described


def _lengths(t: DataType) -> tuple[int | None, int | None]:
    if t.kind in ("TEXT", "NULL", "INTERVAL"):
        length = MAX_TEXT if t.length is None else t.length
        return length, min(length * 4, max(_MAX_BYTES, length))
    if t.kind == "BINARY":
        length = MAX_BINARY if t.length is None else t.length
        return length, length
    return None, None
