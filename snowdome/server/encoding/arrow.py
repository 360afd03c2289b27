"""Results as Arrow IPC streams, in the layouts and with the field metadata that Snowflake's clients read.

Clients trust the metadata: a wrong layout crashes their process. So each type has one encoder, chosen once
for a whole result, and all chunks of a result have one schema.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from snowdome.result import Result, arrow_type
from snowdome.server.encoding import words
from snowdome.sql import variants
from snowdome.types import Column, DataType

Encode = Callable[[pa.Array], pa.Array]


@dataclass(frozen=True)
class Physical:
    """How a column travels: its Arrow type, the function that makes it, metadata beside the logical type."""

    type: pa.DataType
    encode: Encode
    logical: str
    metadata: dict[str, str]


Planner = Callable[[DataType, pa.ChunkedArray], Physical]


class ArrowEncoding:
    """How one result travels; keeps the decisions, not the rows."""

    def __init__(self, result: Result) -> None:
        self._physical = [
            _PLANNERS[column.type.kind](column.type, _normal(column, result.table.column(i)))
            for i, column in enumerate(result.columns)
        ]
        self.schema = pa.schema([_field(c, p) for c, p in zip(result.columns, self._physical, strict=True)])

    def stream(self, result: Result, start: int, stop: int) -> memoryview:
        """Rows ``start`` to ``stop`` of the result as an IPC stream."""
        part = result.table.slice(start, stop - start)
        columns = [_normal(column, part.column(i)) for i, column in enumerate(result.columns)]
        table = pa.Table.from_arrays(columns, [str(i) for i in range(len(columns))])
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, self.schema) as writer:
            for batch in table.to_batches():
                arrays = [p.encode(a) for p, a in zip(self._physical, batch.columns, strict=True)]
                writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=self.schema))
        return memoryview(sink.getvalue())


def _field(column: Column, physical: Physical) -> pa.Field:
    metadata = {"logicalType": physical.logical, **physical.metadata, "finalType": "T"}
    return pa.field(column.name, physical.type, True, metadata)


def _normal(column: Column, data: pa.ChunkedArray) -> pa.ChunkedArray:
    """``data`` in exactly the Arrow type of the engine layout."""
    wanted = arrow_type(column)
    found = data.type
    if found == wanted or (pa.types.is_decimal128(found) and _same_scale(found, wanted)):
        return data
    if isinstance(found, pa.ExtensionType):
        data = pa.chunked_array([chunk.storage for chunk in data.chunks], found.storage_type)
    return data.cast(wanted)


def _same_scale(found: pa.DataType, wanted: pa.DataType) -> bool:
    return bool(pa.types.is_decimal128(wanted) and found.scale == wanted.scale)


def _ints(values: words.Ints, array: pa.Array, type_: pa.DataType) -> pa.Array:
    narrow = np.ascontiguousarray(values, type_.to_pandas_dtype())
    return pa.array(narrow, type_, mask=words.null_mask(array))


# -- numbers ------------------------------------------------------------------------------------

_WIDTHS = ((pa.int8(), 7), (pa.int16(), 15), (pa.int32(), 31))


def _fixed(t: DataType, data: pa.ChunkedArray) -> Physical:
    metadata = {"precision": str(t.p), "scale": str(t.s)}
    width = _smallest_int(data)
    if width is None:
        wide = pa.decimal128(38, t.s)
        return Physical(wide, lambda array: _retyped(array, wide), "FIXED", metadata)
    return Physical(width, lambda array: _ints(words.words(array)[0], array, width), "FIXED", metadata)


def _smallest_int(data: pa.ChunkedArray) -> pa.DataType | None:
    """The smallest integer type that holds every unscaled value; None if 64 bits do not."""
    least = most = 0
    for chunk in data.chunks:
        low, high = words.words(chunk)
        if not words.fits_64(low, high):
            return None
        if len(low):
            least, most = min(least, int(low.min())), max(most, int(low.max()))
    return next((t for t, bits in _WIDTHS if -(1 << bits) <= least and most < 1 << bits), pa.int64())


def _retyped(array: pa.Array, type_: pa.DataType) -> pa.Array:
    return pa.Array.from_buffers(type_, len(array), array.buffers(), array.null_count, array.offset)


# -- times --------------------------------------------------------------------------------------

_EPOCH_FRACTION = [pa.field("epoch", pa.int64()), pa.field("fraction", pa.int32())]
_WITH_ZONE = [*_EPOCH_FRACTION, pa.field("timezone", pa.int32())]
_UTC = 1440  # minutes added to a time zone's offset, so that it is never negative


def _time(t: DataType, data: pa.ChunkedArray) -> Physical:
    unit = 10 ** (9 - t.s)

    def encode(array: pa.Array) -> pa.Array:
        return _ints(words.raw_64(array) // unit, array, pa.int64())

    return Physical(pa.int64(), encode, "TIME", {"scale": str(t.s)})


def _timestamp(t: DataType, data: pa.ChunkedArray) -> Physical:
    metadata = {"precision": "0", "scale": str(t.s)}
    if t.s > 7:  # of the year 9999, 64 bits hold no finer units
        return Physical(pa.struct(_EPOCH_FRACTION), _epoch_and_fraction, t.kind, metadata)
    per_second, unit = 10**t.s, 10 ** (9 - t.s)

    def encode(array: pa.Array) -> pa.Array:
        seconds, nanos = words.seconds_and_nanos(array)
        return _ints(seconds * per_second + nanos // unit, array, pa.int64())

    return Physical(pa.int64(), encode, t.kind, metadata)


def _epoch_and_fraction(array: pa.Array) -> pa.Array:
    seconds, nanos = words.seconds_and_nanos(array)
    children = [pa.array(seconds), pa.array(nanos.astype(np.int32))]
    return _struct(children, _EPOCH_FRACTION, array)


def _struct(children: list[pa.Array], fields: list[pa.Field], array: pa.Array) -> pa.Array:
    mask = words.null_mask(array)
    return pa.StructArray.from_arrays(children, fields=fields, mask=None if mask is None else pa.array(mask))


def _timestamp_tz(t: DataType, data: pa.ChunkedArray) -> Physical:
    def encode(array: pa.Array) -> pa.Array:
        seconds, nanos = words.seconds_and_nanos(array.field(0))
        offset = pc.fill_null(array.field(1), 0).to_numpy(zero_copy_only=False)
        zone = offset.astype(np.int32) + np.int32(_UTC)
        children = [pa.array(seconds), pa.array(nanos.astype(np.int32)), pa.array(zone)]
        return _struct(children, _WITH_ZONE, array)

    metadata = {"precision": "0", "scale": str(t.s), "byteLength": "16"}
    return Physical(pa.struct(_WITH_ZONE), encode, t.kind, metadata)


# -- the rest -----------------------------------------------------------------------------------


def _as_it_is(type_: pa.DataType, logical: str) -> Planner:
    return lambda t, data: Physical(type_, lambda array: array, logical, {})


def _text(t: DataType, data: pa.ChunkedArray) -> Physical:
    length = str(t.length or 0)
    return Physical(pa.string(), lambda array: array, "TEXT", {"charLength": length, "byteLength": length})


def _semi_structured(logical: str) -> Planner:
    return lambda t, data: Physical(pa.string(), displayed, logical, {})


def displayed(array: pa.Array) -> pa.Array:
    """Stored semi-structured values as clients see them; each different value is worked out once."""
    nested = pc.match_substring_regex(array, r"^[\[{]")
    tagged = pc.match_substring(array, variants.TAG)
    if not pc.any(pc.or_(nested, tagged)).as_py():
        return array  # numbers, texts and the like are seen as they are stored
    encoded = array.dictionary_encode()
    shown = [None if v is None else variants.display(v) for v in encoded.dictionary.to_pylist()]
    return pa.array(shown, pa.string()).take(encoded.indices)


def _vector(t: DataType, data: pa.ChunkedArray) -> Physical:
    element = pa.float32() if t.element is not None and t.element.kind == "REAL" else pa.int32()
    logical = {"logicalType": "REAL"} if element == pa.float32() else _INT_ELEMENT
    type_ = pa.list_(pa.field("element", element, True, logical), t.length or 0)
    return Physical(type_, lambda array: array.cast(type_), "VECTOR", {})


_INT_ELEMENT = {"logicalType": "FIXED", "precision": "38", "scale": "0"}

_PLANNERS: dict[str, Planner] = {
    "FIXED": _fixed,
    "REAL": _as_it_is(pa.float64(), "REAL"),
    "TEXT": _text,
    "NULL": _text,
    "INTERVAL": _text,
    "BINARY": _as_it_is(pa.binary(), "BINARY"),
    "BOOLEAN": _as_it_is(pa.bool_(), "BOOLEAN"),
    "DATE": _as_it_is(pa.date32(), "DATE"),
    "TIME": _time,
    "TIMESTAMP_NTZ": _timestamp,
    "TIMESTAMP_LTZ": _timestamp,
    "TIMESTAMP_TZ": _timestamp_tz,
    "VARIANT": _semi_structured("VARIANT"),
    "OBJECT": _semi_structured("OBJECT"),
    "ARRAY": _semi_structured("ARRAY"),
    "MAP": _semi_structured("OBJECT"),
    "VECTOR": _vector,
}


def encodable(columns: Sequence[Column]) -> bool:
    """Whether every column's type can travel."""
    return all(column.type.kind in _PLANNERS for column in columns)
