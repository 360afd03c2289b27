"""Avro object container files: their records as a table.

The format is that of the Avro specification, version 1.11: a header with the schema, then blocks of
records, each block perhaps compressed.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from snowdome.errors import SnowflakeError, not_supported

_MAGIC = b"Obj\x01"
Decoder = Callable[["_Input"], Any]
Typed = tuple[Decoder, pa.DataType]


class _Input:
    """Bytes, read from front to back."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, size: int) -> bytes:
        piece = self.data[self.at : self.at + size]
        if len(piece) != size:
            raise EOFError("unexpected end of data")
        self.at += size
        return piece

    def long(self) -> int:
        """A variable-length zig-zag integer."""
        shift = value = 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return (value >> 1) ^ -(value & 1)
            shift += 7

    def bytes_(self) -> bytes:
        return self.take(self.long())

    def text(self) -> str:
        return self.bytes_().decode()


def read_avro(path: Path, shown: str) -> pa.Table:
    """The file's records, one column a field; 100156 if it is no such file. ``shown`` names it in errors."""
    try:
        return _table(_Input(path.read_bytes()))
    except (EOFError, ValueError, KeyError, struct.error, zlib.error, pa.ArrowInvalid) as error:
        text = f"Error parsing the avro file: {error}\n  File '{shown}'"
        raise SnowflakeError("100156", "22000", text) from None


def _table(source: _Input) -> pa.Table:
    if source.take(4) != _MAGIC:
        raise ValueError("it does not start with Avro's mark")
    metadata = dict(_items(source, lambda s: (s.text(), s.bytes_())))
    schema = json.loads(metadata["avro.schema"])
    if not isinstance(schema, dict) or schema.get("type") != "record":
        raise ValueError("its schema is not a record")
    decode, type_ = _Schema().reader(schema)
    sync = source.take(16)
    rows: list[Any] = []
    for block in _blocks(source, sync, metadata.get("avro.codec", b"null").decode()):
        count, records = block
        rows += [decode(records) for _ in range(count)]
    return pa.Table.from_pylist(rows, pa.schema(list(type_)))


def _blocks(source: _Input, sync: bytes, codec: str) -> Iterator[tuple[int, _Input]]:
    unpack = _CODECS.get(codec)
    if unpack is None:
        raise not_supported(f"Avro files compressed with {codec}")
    while source.at < len(source.data):
        count, data = source.long(), source.bytes_()
        if source.take(16) != sync:
            raise ValueError("a block ends wrongly")
        yield count, _Input(unpack(data))


def _snappy(data: bytes) -> bytes:
    size = shift = at = 0  # the length of the data comes first, then it, then four bytes of checksum
    while True:
        byte = data[at]
        size |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            break
    return bytes(pa.decompress(data[:-4], size, "snappy", asbytes=True))


def _zstd(data: bytes) -> bytes:
    with pa.CompressedInputStream(pa.BufferReader(data), "zstd") as stream:
        return bytes(stream.read())


_CODECS: dict[str, Callable[[bytes], bytes]] = {
    "null": lambda data: data,
    "deflate": lambda data: zlib.decompress(data, -zlib.MAX_WBITS),
    "snappy": _snappy,
    "zstandard": _zstd,
}


def _items(source: _Input, read: Callable[[_Input], Any]) -> Iterator[Any]:
    """The items of an array or a map, which come in counted blocks."""
    while count := source.long():
        if count < 0:
            source.long()  # the block's size in bytes
        for _ in range(abs(count)):
            yield read(source)


# -- schemas ------------------------------------------------------------------------------------

_PLAIN: dict[str, Typed] = {
    "null": (lambda s: None, pa.null()),
    "boolean": (lambda s: s.take(1) == b"\x01", pa.bool_()),
    "int": (_Input.long, pa.int64()),
    "long": (_Input.long, pa.int64()),
    "float": (lambda s: struct.unpack("<f", s.take(4))[0], pa.float64()),
    "double": (lambda s: struct.unpack("<d", s.take(8))[0], pa.float64()),
    "bytes": (_Input.bytes_, pa.binary()),
    "string": (_Input.text, pa.string()),
}
_LOGICAL: dict[str, pa.DataType] = {
    "date": pa.date32(),
    "time-millis": pa.time32("ms"),
    "time-micros": pa.time64("us"),
    "timestamp-millis": pa.timestamp("ms"),
    "timestamp-micros": pa.timestamp("us"),
    "local-timestamp-millis": pa.timestamp("ms"),
    "local-timestamp-micros": pa.timestamp("us"),
}


@dataclass
class _Schema:
    """Readers for the types of a schema, those with names remembered."""

    named: dict[str, Typed] = field(default_factory=dict)

    def reader(self, schema: Any) -> Typed:
        """What reads values of ``schema``, and their type."""
        if isinstance(schema, list):
            return self._union(schema)
        if isinstance(schema, str):
            return _PLAIN.get(schema) or self.named[schema]
        kind = schema["type"]
        if isinstance(kind, (list, dict)):
            return self.reader(kind)
        if (logical := schema.get("logicalType")) in _LOGICAL:
            return self.reader(kind)[0], _LOGICAL[logical]
        if logical == "decimal":
            return self._decimal(schema)
        compound = getattr(self, f"_{kind}", None)
        return compound(schema) if compound is not None else self.reader(kind)

    def _union(self, branches: list[Any]) -> Typed:
        readers = [self.reader(b) for b in branches]
        types = [t for _, t in readers if t != pa.null()]
        if len(types) > 1:
            raise not_supported("Avro unions of several types")
        return lambda s: readers[s.long()][0](s), types[0] if types else pa.null()

    def _record(self, schema: dict[str, Any]) -> Typed:
        pairs = [(f["name"], self.reader(f["type"])) for f in schema["fields"]]
        type_ = pa.struct([pa.field(name, t) for name, (_, t) in pairs])
        return self._named(schema, (lambda s: {name: read(s) for name, (read, _) in pairs}, type_))

    def _enum(self, schema: dict[str, Any]) -> Typed:
        symbols: list[str] = schema["symbols"]
        return self._named(schema, (lambda s: symbols[s.long()], pa.string()))

    def _fixed(self, schema: dict[str, Any]) -> Typed:
        size = int(schema["size"])
        return self._named(schema, (lambda s: s.take(size), pa.binary()))

    def _array(self, schema: dict[str, Any]) -> Typed:
        read, type_ = self.reader(schema["items"])
        return lambda s: list(_items(s, read)), pa.list_(type_)

    def _map(self, schema: dict[str, Any]) -> Typed:
        read, type_ = self.reader(schema["values"])
        return lambda s: list(_items(s, lambda i: (i.text(), read(i)))), pa.map_(pa.string(), type_)

    def _decimal(self, schema: dict[str, Any]) -> Typed:
        scale, precision = int(schema.get("scale", 0)), int(schema["precision"])
        read = self._fixed(schema)[0] if schema["type"] == "fixed" else _Input.bytes_
        return (
            lambda s: Decimal(int.from_bytes(read(s), "big", signed=True)).scaleb(-scale),
            pa.decimal128(precision, scale),
        )

    def _named(self, schema: dict[str, Any], typed: Typed) -> Typed:
        self.named[schema["name"]] = typed
        return typed
