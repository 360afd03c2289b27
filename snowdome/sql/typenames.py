"""Snowflake's spelling of data types to ``DataType``; one table for DDL, casts and signatures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from snowdome import types
from snowdome.errors import SnowflakeError, compilation_error, not_supported
from snowdome.sql import lexer
from snowdome.sql.cursor import Cursor
from snowdome.types import DataType

Reader = Callable[[Cursor], DataType]

_UNMAPPED = DataType("TIMESTAMP", precision=0, scale=9)  # what TIMESTAMP_TYPE_MAPPING decides


def parse(text: str, timestamp_mapping: str = "TIMESTAMP_NTZ") -> DataType:
    """The type that ``text`` spells; TIMESTAMP and DATETIME become ``timestamp_mapping``."""
    cursor = Cursor(text, lexer.tokenize(text))
    found = read(cursor)
    cursor.finish()
    return mapped(found, timestamp_mapping)


def mapped(t: DataType, timestamp_mapping: str) -> DataType:
    """``t`` with a bare TIMESTAMP, at any depth, replaced by ``timestamp_mapping``."""
    if t.kind == "TIMESTAMP":
        return replace(t, kind=timestamp_mapping)
    if t.element is None and not t.fields:
        return t
    element = mapped(t.element, timestamp_mapping) if t.element else None
    fields = tuple((name, mapped(f, timestamp_mapping)) for name, f in t.fields)
    return replace(t, element=element, fields=fields)


def read(cursor: Cursor) -> DataType:
    """The type at the cursor; a bare TIMESTAMP has the kind TIMESTAMP until ``mapped``."""
    token = cursor.peek()
    if token.kind != lexer.WORD:
        raise cursor.unexpected()
    cursor.next()
    reader = _TYPES.get(token.upper)
    if reader is None:
        raise unsupported_type(token.text)
    return reader(cursor)


def unsupported_type(name: str) -> SnowflakeError:
    """002040: no such type."""
    return compilation_error("002040", "42601", f"Unsupported data type '{name}'.")


def _plain(t: DataType) -> Reader:
    return lambda cursor: t


def _sizes(cursor: Cursor) -> list[int]:
    return cursor.list_of(cursor.integer) if cursor.at("(") else []


def _number(cursor: Cursor) -> DataType:
    sizes = _sizes(cursor)
    if len(sizes) > 2:
        raise cursor.unexpected(cursor.peek(-1))
    precision, scale = (*sizes, 38, 0)[:2] if len(sizes) != 1 else (sizes[0], 0)
    if not 1 <= precision <= types.MAX_PRECISION:
        raise _invalid(f"Invalid precision: {precision}. Must be between 1 and {types.MAX_PRECISION}.")
    if not 0 <= scale <= precision or scale > 37:
        raise _invalid(f"Invalid scale: {scale}. Must be between 0 and {min(precision, 37)}.")
    return types.fixed(precision, scale)


def _invalid(text: str) -> SnowflakeError:
    return compilation_error("001063", "42601", text)


def _text(default: int = types.MAX_TEXT) -> Reader:
    return lambda cursor: types.text(_length(cursor, "VARCHAR", default, types.MAX_TEXT * 8))


def _binary(cursor: Cursor) -> DataType:
    return types.binary(_length(cursor, "BINARY", types.MAX_BINARY, types.MAX_BINARY * 8))


def _length(cursor: Cursor, name: str, default: int, limit: int) -> int:
    sizes = _sizes(cursor)
    length = sizes[0] if len(sizes) == 1 else default
    if len(sizes) > 1:
        raise cursor.unexpected(cursor.peek(-1))
    if not 1 <= length <= limit:
        raise _invalid(f"Invalid length: {length}. Must be between 1 and {limit}.")
    return length


def _timed(kind: str) -> Reader:
    def reader(cursor: Cursor) -> DataType:
        sizes = _sizes(cursor)
        scale = sizes[0] if sizes else 9
        if not 0 <= scale <= 9 or len(sizes) > 1:
            raise _invalid(f"Invalid precision: {scale}. Must be between 0 and 9.")
        return DataType(kind, precision=0, scale=scale)

    return reader


def _timestamp(cursor: Cursor) -> DataType:
    """TIMESTAMP [(n)] [WITH [LOCAL] TIME ZONE | WITHOUT TIME ZONE]."""
    found = _timed("TIMESTAMP")(cursor)
    for words, kind in _ZONED.items():
        if cursor.accept(*words):
            return replace(found, kind=kind)
    return found


_ZONED = {
    ("WITH", "LOCAL", "TIME", "ZONE"): "TIMESTAMP_LTZ",
    ("WITH", "TIME", "ZONE"): "TIMESTAMP_TZ",
    ("WITHOUT", "TIME", "ZONE"): "TIMESTAMP_NTZ",
}


def _double(cursor: Cursor) -> DataType:
    cursor.accept("PRECISION")
    return types.REAL


def _char(cursor: Cursor) -> DataType:
    return _text()(cursor) if cursor.accept("VARYING") else _text(1)(cursor)


def _vector(cursor: Cursor) -> DataType:
    cursor.expect("(")
    element = read(cursor)
    cursor.expect(",")
    dimension = cursor.integer()
    cursor.expect(")")
    if element not in (types.REAL, types.NUMBER):
        raise compilation_error("002040", "42601", f"Unsupported data type 'VECTOR({element}, {dimension})'.")
    if not 1 <= dimension <= 4096:
        raise _invalid(f"Invalid vector dimension: {dimension}. Must be between 1 and 4096.")
    return types.vector(element, dimension)


def _array(cursor: Cursor) -> DataType:
    if not cursor.accept("("):
        return types.ARRAY
    element = _nullable(cursor)
    cursor.expect(")")
    return replace(types.ARRAY, element=element)


def _object(cursor: Cursor) -> DataType:
    if not cursor.at("("):
        return types.OBJECT
    return replace(types.OBJECT, fields=tuple(cursor.list_of(lambda: (_key(cursor), _nullable(cursor)))))


def _key(cursor: Cursor) -> str:
    """A key of an OBJECT: the only name that is not folded to upper case."""
    token = cursor.peek()
    folded = cursor.identifier(frozenset())
    return token.text if token.kind == lexer.WORD else folded


def _map(cursor: Cursor) -> DataType:
    cursor.expect("(")
    key = read(cursor)
    cursor.expect(",")
    value = _nullable(cursor)
    cursor.expect(")")
    return DataType("MAP", fields=(("key", key), ("value", value)))


def _nullable(cursor: Cursor) -> DataType:
    found = read(cursor)
    if cursor.accept("NOT", "NULL"):
        raise not_supported("NOT NULL inside a structured type")
    return found


def _later(name: str) -> Reader:
    def reader(cursor: Cursor) -> DataType:
        raise not_supported(f"data type {name}")

    return reader


_TYPES: dict[str, Reader] = {
    **dict.fromkeys(("NUMBER", "DECIMAL", "NUMERIC", "DEC"), _number),
    **dict.fromkeys(("INT", "INTEGER", "BIGINT", "SMALLINT", "TINYINT", "BYTEINT"), _plain(types.NUMBER)),
    **dict.fromkeys(("FLOAT", "FLOAT4", "FLOAT8", "REAL"), _plain(types.REAL)),
    "DOUBLE": _double,
    **dict.fromkeys(("VARCHAR", "STRING", "TEXT", "NVARCHAR", "NVARCHAR2", "CHARVARYING"), _text()),
    **dict.fromkeys(("CHAR", "CHARACTER", "NCHAR"), _char),
    **dict.fromkeys(("BINARY", "VARBINARY"), _binary),
    **dict.fromkeys(("BOOLEAN", "BOOL"), _plain(types.BOOLEAN)),
    "DATE": _plain(types.DATE),
    "TIME": _timed("TIME"),
    "DATETIME": _timed("TIMESTAMP"),
    "TIMESTAMP": _timestamp,
    **dict.fromkeys(("TIMESTAMP_NTZ", "TIMESTAMPNTZ"), _timed("TIMESTAMP_NTZ")),
    **dict.fromkeys(("TIMESTAMP_LTZ", "TIMESTAMPLTZ"), _timed("TIMESTAMP_LTZ")),
    **dict.fromkeys(("TIMESTAMP_TZ", "TIMESTAMPTZ"), _timed("TIMESTAMP_TZ")),
    "VARIANT": _plain(types.VARIANT),
    "OBJECT": _object,
    "ARRAY": _array,
    "MAP": _map,
    "VECTOR": _vector,
    **{name: _later(name) for name in ("GEOGRAPHY", "GEOMETRY", "DECFLOAT", "FILE", "UUID", "INTERVAL")},
}
