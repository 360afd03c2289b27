"""Values of the engine layout to the Python objects that handlers get, and back."""

from __future__ import annotations

import datetime
import json
import math
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from snowdome.engine import json_text
from snowdome.engine.json_text import TAG
from snowdome.types import DataType

_EPOCH = datetime.datetime(1970, 1, 1)
_UTC = datetime.timezone.utc


class sqlNullWrapper:
    """SQL NULL as a VARIANT argument, where None is JSON null; returned for a VARIANT it is SQL NULL."""

    is_sql_null = True


def narrowed(column: pa.Array) -> pa.Array:
    """A whole-number decimal column as int64 where every value fits; else as it is."""
    if not pa.types.is_decimal(column.type) or column.type.scale or column.type.bit_width != 128:
        return column
    words = np.frombuffer(column.buffers()[1], dtype=np.int64)[
        2 * column.offset : 2 * (column.offset + len(column))
    ]
    low, high = words[::2], words[1::2]
    valid = column.is_valid().to_numpy(zero_copy_only=False) if column.null_count else None
    fits = high == (low >> 63)
    if not bool(fits.all() if valid is None else (fits | ~valid).all()):
        return column
    return pa.array(low, mask=None if valid is None else ~valid)


# -- to Python ------------------------------------------------------------------------------------


def to_python(column: pa.Array, type_: DataType) -> list[Any]:
    """A column as the objects that a handler of single rows gets."""
    if type_.kind in _WHOLE and not (type_.kind == "FIXED" and type_.s):
        column = narrowed(column)
    plain = column.to_pylist()
    if type_.kind == "FIXED":
        wide = not type_.s and not pa.types.is_integer(column.type)
        return [None if v is None else int(v) for v in plain] if wide else plain
    null = sqlNullWrapper() if type_.kind == "VARIANT" else None
    reader = _READERS.get(type_.kind)
    return plain if reader is None else [null if v is None else reader(v) for v in plain]


_WHOLE = frozenset({"FIXED", "TIMESTAMP_NTZ", "TIMESTAMP_LTZ"})


def _instant(nanoseconds: Any) -> datetime.datetime:
    return _EPOCH + datetime.timedelta(microseconds=int(nanoseconds) // 1000)


def _zoned(value: dict[str, Any]) -> datetime.datetime:
    zone = datetime.timezone(datetime.timedelta(minutes=value["o"]))
    return _instant(value["t"]).replace(tzinfo=_UTC).astimezone(zone)


def _time(nanoseconds: int) -> datetime.time:
    return (_EPOCH + datetime.timedelta(microseconds=nanoseconds // 1000)).time()


def from_json(text: str) -> Any:
    """A semi-structured value as Python objects."""
    value = json.loads(text)
    return _untagged(value) if TAG in text else value


def _untagged(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(TAG):
        return _TAGS.get(value[1], str)(value[2:].partition("|")[0])
    if isinstance(value, list):
        return [_untagged(v) for v in value]
    if isinstance(value, dict):
        return {k: _untagged(v) for k, v in value.items()}
    return value


def _stamp(exact: str) -> str:
    return _instant(exact).isoformat(" ", "milliseconds")


def _zoned_stamp(exact: str) -> str:
    nanoseconds, _, minutes = exact.partition(":")
    moment = _zoned({"t": int(nanoseconds), "o": int(minutes)})
    return f"{moment.replace(tzinfo=None).isoformat(' ', 'milliseconds')} {moment:%z}"


# What JSON lacks: numbers are floats, the rest is text, as Snowflake hands it to handlers.
_TAGS: dict[str, Callable[[str], Any]] = {
    "f": float,
    "x": float,
    "u": lambda exact: None,
    "D": lambda exact: (_EPOCH + datetime.timedelta(days=int(exact))).date().isoformat(),
    "T": lambda exact: _time(int(exact)).isoformat("seconds"),
    "N": _stamp,
    "L": lambda exact: _stamp(exact) + " Z",
    "Z": _zoned_stamp,
}
_READERS: dict[str, Callable[[Any], Any]] = {
    "TIMESTAMP_NTZ": _instant,
    "TIMESTAMP_LTZ": _instant,  # the wall clock of the session comes in and goes out
    "TIMESTAMP_TZ": _zoned,
    "TIME": _time,
    "VARIANT": from_json,
    "OBJECT": from_json,
    "ARRAY": from_json,
    "MAP": from_json,
}


# -- to the engine --------------------------------------------------------------------------------


def from_python(values: list[Any], type_: DataType) -> pa.Array:
    """What a handler returned, as a column of the engine layout; TypeError or ValueError if it cannot be."""
    if type_.kind == "FIXED":
        return _numbers(values, type_)
    if type_.kind == "VARIANT":
        values = [None if getattr(v, "is_sql_null", False) else to_json(v) for v in values]
    elif (writer := _WRITERS.get(type_.kind)) is not None:
        values = [None if v is None else writer(v, type_) for v in values]
    return pa.array(values, type=arrow_type(type_))


def _numbers(values: list[Any], type_: DataType) -> pa.Array:
    """Whole numbers in bulk, others one by one."""
    try:
        found = pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        found = None
    if found is not None and pa.types.is_integer(found.type):
        return _widened(found, type_)
    return pa.array([None if v is None else _fixed(v, type_) for v in values], type=arrow_type(type_))


def _widened(column: pa.Array, type_: DataType) -> pa.Array:
    """Whole numbers of a machine's size as decimals; ArrowInvalid where one is too large for ``type_``."""
    if type_.s or type_.p < 19 or not pa.types.is_signed_integer(column.type):
        wide = column.cast(pa.decimal128(19 if pa.types.is_signed_integer(column.type) else 20, 0))
        return wide.cast(arrow_type(type_))
    low = (
        (column.fill_null(0) if column.null_count else column).to_numpy(zero_copy_only=False).astype(np.int64)
    )
    words = np.empty((len(low), 2), dtype=np.int64)
    words[:, 0], words[:, 1] = low, low >> 63
    valid = pa.compute.is_valid(column).buffers()[1] if column.null_count else None
    return pa.Array.from_buffers(arrow_type(type_), len(low), [valid, pa.py_buffer(words)])


def arrow_type(type_: DataType) -> pa.DataType:
    """The Arrow type of the engine layout; semi-structured values are text."""
    if type_.kind == "FIXED":
        return pa.decimal128(type_.p, type_.s)
    if type_.kind == "VECTOR" and type_.element is not None:
        return pa.list_(pa.float32() if type_.element.kind == "REAL" else pa.int32(), type_.length or 0)
    return _ARROW.get(type_.kind, pa.string())


_ARROW: dict[str, pa.DataType] = {
    "REAL": pa.float64(), "BINARY": pa.binary(), "BOOLEAN": pa.bool_(), "DATE": pa.date32(), "TIME": pa.int64(),
    "TIMESTAMP_NTZ": pa.decimal128(38, 0), "TIMESTAMP_LTZ": pa.decimal128(38, 0),
    "TIMESTAMP_TZ": pa.struct([("t", pa.decimal128(38, 0)), ("o", pa.int16())]),
}  # fmt: skip


_DIGITS = Context(prec=100, rounding=ROUND_HALF_UP)


def _fixed(value: Any, type_: DataType) -> Decimal | None:
    if isinstance(value, (float, np.floating)):
        if math.isnan(value):
            return None
        value = repr(float(value))
    if not isinstance(value, (int, str, Decimal, np.bool_, np.integer)):
        raise TypeError(f"A number is needed for {type_}, got {value!r}.")
    try:
        number = Decimal(int(value) if isinstance(value, (bool, np.bool_, np.integer)) else value)
    except InvalidOperation:
        raise ValueError(f"A number is needed for {type_}, got {value!r}.") from None
    return _DIGITS.quantize(number, Decimal(1).scaleb(-type_.s))


def _nanoseconds(value: Any, type_: DataType) -> Decimal:
    moment = value if isinstance(value, datetime.datetime) else datetime.datetime.fromisoformat(str(value))
    if moment.tzinfo is not None:
        raise ValueError(f"A datetime without a time zone is needed for {type_.kind}, got {moment!r}.")
    delta = moment - _EPOCH
    return Decimal((delta.days * 86400 + delta.seconds) * 10**9 + delta.microseconds * 1000)


def _with_zone(value: Any, type_: DataType) -> dict[str, Any]:
    offset = value.utcoffset()
    if offset is None:
        raise ValueError(f"A datetime with a time zone is needed for {type_.kind}, got {value!r}.")
    moment = value.astimezone(_UTC).replace(tzinfo=None)
    return {"t": _nanoseconds(moment, type_), "o": int(offset.total_seconds() // 60)}


def _date(value: Any, type_: DataType) -> datetime.date:
    if isinstance(value, str):
        return datetime.date.fromisoformat(value)
    if not isinstance(value, datetime.date):
        raise TypeError(f"A date is needed for DATE, got {value!r}.")
    return value.date() if isinstance(value, datetime.datetime) else value


def _nanoseconds_of_day(value: datetime.time, type_: DataType) -> int:
    seconds = value.hour * 3600 + value.minute * 60 + value.second
    return seconds * 10**9 + value.microsecond * 1000


def to_json(value: Any, type_: DataType | None = None) -> str:
    """Python objects as stored semi-structured text; numbers are those that their JSON says."""
    return json_text.encode(_stored(value))


def _stored(value: Any) -> Any:
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, dict):
        return {str(k): _stored(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, np.ndarray)):
        return [_stored(v) for v in value]
    if isinstance(value, np.generic):
        return _stored(value.item())
    if isinstance(value, float):
        return json_text.number(repr(value)) if math.isfinite(value) else json_text.tagged_double(value)
    if isinstance(value, int):
        return value if abs(value) < 10**38 else json_text.tagged_double(float(value))
    return None if getattr(value, "is_sql_null", False) else str(value)


def _text(value: Any, type_: DataType) -> str:
    if not isinstance(value, str):
        return "true" if value is True else "false" if value is False else str(value)
    return value


_WRITERS: dict[str, Callable[[Any, DataType], Any]] = {
    "REAL": lambda v, t: float(v),
    "TEXT": _text,
    "BOOLEAN": lambda v, t: bool(v),
    "BINARY": lambda v, t: bytes(v),
    "DATE": _date,
    "TIME": _nanoseconds_of_day,
    "TIMESTAMP_NTZ": _nanoseconds,
    "TIMESTAMP_LTZ": _nanoseconds,
    "TIMESTAMP_TZ": _with_zone,
    "OBJECT": to_json,
    "ARRAY": to_json,
    "MAP": to_json,
}


def records(rows: list[dict[str, Any]]) -> list[str]:
    """Dictionaries as stored semi-structured texts; quick where all have the same keys."""
    names = sorted(map(str, rows[0]))
    if any(set(row) != set(names) for row in rows):
        return [to_json(row) for row in rows]
    columns = [[_cell(row[name]) for row in rows] for name in names]
    pattern = "{" + ",".join(json_text.encode(name).replace("%", "%%") + ":%s" for name in names) + "}"
    return [pattern % cells for cells in zip(*columns, strict=True)]


def _cell(value: Any) -> str:
    """What ``to_json`` gives, quickly for numbers."""
    if type(value) is float:
        digits = repr(value)
        if "e" not in digits and "n" not in digits and value:
            return digits[:-2] if digits.endswith(".0") else digits
    elif type(value) is int and -(10**18) < value < 10**18:
        return str(value)
    return to_json(value)


# -- pandas ---------------------------------------------------------------------------------------


def to_frame(columns: Sequence[pa.Array], types: Sequence[DataType], count: int) -> Any:
    """Columns as the pandas DataFrame that a vectorized handler gets; they are numbered."""
    import pandas as pd

    if len(types) == 1 and (whole := _whole(columns[0], types[0])) is not None:
        return pd.DataFrame(whole.reshape(-1, 1))  # half of what a frame of a series costs
    series = [to_series(c, t) for c, t in zip(columns, types, strict=False)]
    # An index that is given is aligned with each series', which takes longer than the rest.
    return pd.DataFrame(dict(enumerate(series)), index=None if series else pd.RangeIndex(count))


def _whole(column: pa.Array, type_: DataType) -> np.ndarray[Any, np.dtype[np.int64]] | None:
    """Whole numbers of a machine's size, which the handler may write to; None if the column has others."""
    if type_.kind != "FIXED" or type_.s or column.null_count:
        return None
    plain = narrowed(column)
    return np.array(plain) if pa.types.is_int64(plain.type) else None


def to_series(column: pa.Array, type_: DataType) -> Any:
    """A column as the pandas Series that a vectorized handler gets."""
    import pandas as pd

    if type_.kind == "FIXED":
        plain = narrowed(column) if not type_.s else column.cast(pa.float64())
        if pa.types.is_decimal(plain.type):
            return pd.Series(to_python(column, type_), dtype=object)
        if not plain.null_count:
            return pd.Series(plain.to_numpy())
        return plain.cast(pa.float64()).to_pandas()
    if type_.kind in ("TIMESTAMP_NTZ", "TIMESTAMP_LTZ"):
        whole = narrowed(column)
        if pa.types.is_integer(whole.type):
            return pd.Series(whole.cast(pa.timestamp("ns")).to_pandas())
    if type_.kind in ("REAL", "BOOLEAN", "TEXT", "BINARY"):
        return column.to_pandas()
    if type_.kind == "DATE":
        return column.to_pandas(date_as_object=False)
    return pd.Series(to_python(column, type_), dtype=object)


def from_series(series: Any, type_: DataType) -> pa.Array:
    """What a vectorized handler returned, as a column of the engine layout."""
    if isinstance(series, list) and type_.kind == "OBJECT" and all(type(v) is dict for v in series):
        return pa.array(records(series), pa.string()) if series else pa.array([], pa.string())
    quick = getattr(series, "dtype", None) == np.int64  # then there are no nulls
    try:
        array = pa.array(np.asarray(series)) if quick else pa.array(series, from_pandas=True)
    except OverflowError:
        return from_python(list(series), type_)
    if type_.kind == "FIXED" and pa.types.is_integer(array.type):
        return _widened(array, type_)
    if type_.kind == "REAL" and (pa.types.is_integer(array.type) or pa.types.is_floating(array.type)):
        return array.cast(pa.float64())
    if type_.kind in ("TEXT", "BOOLEAN") and array.type == arrow_type(type_):
        return array
    found = array.to_pylist()
    if type_.kind == "VARIANT":
        found = [sqlNullWrapper() if v is None else v for v in found]
    return from_python(found, type_)
