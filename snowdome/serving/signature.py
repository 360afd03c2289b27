"""What a method takes over HTTP: its inputs and parameters, and how JSON values become theirs."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from snowdome.serving.spec import ServedMethod
from snowdome.types import DataType

SPECIFICATION = "model/model.yaml"  # what the client wrote about the model, beside the model itself
Convert = Callable[[Any], Any]  # raises ValueError with what is wrong about the value


@dataclass(frozen=True)
class Field:
    """An input or a parameter. ``kind`` is that of the column the model gets: double, int, bool, text, time, or
    object."""

    name: str
    type: str
    kind: str
    convert: Convert
    nullable: bool = True


@dataclass(frozen=True)
class Signature:
    """A method's fields; ``outputs`` names what it gives, as far as that is known.

    ``optional`` are the parameters that have defaults of their own.
    """

    inputs: tuple[Field, ...]
    params: tuple[Field, ...] = ()
    outputs: tuple[str, ...] = ()
    optional: frozenset[str] = frozenset()


def signature(method: ServedMethod, written: Mapping[str, Any] | None) -> Signature:
    """A method's signature as the client has ``written`` it, or as the arguments of its SQL function."""
    if written is None:
        fields = tuple(_of_argument(name, type_) for name, type_ in method.arguments)
        return Signature(fields)
    params = tuple(
        _of_feature({"nullable": True, "type": p.get("dtype"), **p}) for p in written.get("params") or ()
    )
    return Signature(
        inputs=tuple(_of_feature(f) for f in written["inputs"]),
        params=params,
        outputs=tuple(str(f["name"]) for f in written.get("outputs") or ()),
        optional=frozenset(p.name for p in params),
    )


def written_signatures(directory: Path) -> Mapping[str, Any]:
    """The signatures that the client wrote, by the method's Python name; none in a model made by hand."""
    try:
        found = yaml.safe_load((directory / SPECIFICATION).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return dict(found.get("signatures") or {})


def _of_feature(written: Mapping[str, Any]) -> Field:
    name, type_ = str(written["name"]), str(written.get("type", ""))
    nullable = bool(written.get("nullable", False))
    if "specs" in written or type_ not in _FEATURES:
        return Field(name, type_ or "OBJECT", "object", _anything, nullable)
    if written.get("shape"):
        return Field(name, f"list of {type_}", "object", _list(_FEATURES[type_][1]), nullable)
    kind, convert = _FEATURES[type_]
    return Field(name, type_, kind, convert, nullable)


def _of_argument(name: str, type_: DataType) -> Field:
    if type_.kind == "FIXED" and not type_.s:
        return Field(name, str(type_), *_FEATURES["INT64"])
    return Field(name, str(type_), *_ARGUMENTS.get(type_.kind, ("object", _anything)))


# -- values ---------------------------------------------------------------------------------------


def _anything(value: Any) -> Any:
    """Any JSON, whose numbers are finite at every depth."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if type(one) is float:
            _check_finite(one)
        elif isinstance(one, (list, dict)):
            waiting += one if isinstance(one, list) else one.values()
    return value


def _check_finite(value: float) -> None:
    if math.isnan(value):
        raise ValueError("NaN is not a JSON number; a missing value is null")
    if math.isinf(value):
        raise ValueError("the number is infinite or too large")


def shown(value: Any) -> str:
    """A value in a message, short."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _double(value: Any) -> float:
    if type(value) is not float:
        try:
            value = float(value if type(value) is int else _number(value))
        except OverflowError:
            raise ValueError("the number is too large") from None
    _check_finite(value)
    return float(value)


def _number(value: Any) -> float | int:
    """Numbers, booleans and texts that are numbers, as the model's own conversion takes them."""
    if isinstance(value, str) and len(value) <= 400:
        with suppress(ValueError):
            value = int(value) if value.strip().lstrip("+-").isdigit() else float(value)
    if not isinstance(value, (int, float)):
        raise ValueError(f"a number is needed, got {shown(value)}")
    if isinstance(value, float):
        _check_finite(value)
    return value


def _single(value: Any) -> float:
    found = _double(value)
    if abs(found) > 3.4028235677973366e38:
        raise ValueError("the number is too large")
    return found


def _whole(low: int, high: int) -> Convert:
    def convert(value: Any) -> int:
        number = value if type(value) is int else _number(value)
        if isinstance(number, float) and not number.is_integer():
            raise ValueError(f"a whole number is needed, got {shown(value)}")
        if not low <= number <= high:
            raise ValueError(f"the number is not between {low} and {high}")
        return int(number)

    return convert


def _boolean(value: Any) -> bool:
    if type(value) is bool or (type(value) in (int, float) and value in (0, 1)):
        return bool(value)
    raise ValueError(f"true or false is needed, got {shown(value)}")


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise ValueError(f"a text is needed, got {shown(value)}")


def _bytes(value: Any) -> bytes:
    try:
        return bytes.fromhex(_text(value))
    except ValueError:
        raise ValueError(f"bytes as hexadecimal text are needed, got {shown(value)}") from None


_EPOCH = datetime.datetime(1970, 1, 1)


def _moment(value: Any) -> datetime.datetime:
    """ISO text, or milliseconds since 1970, which is what pandas writes."""
    try:
        if type(value) is str:
            found = datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
            return (
                found
                if found.tzinfo is None
                else found.astimezone(datetime.timezone.utc).replace(tzinfo=None)
            )
        if type(value) in (int, float):
            return _EPOCH + datetime.timedelta(milliseconds=value)
    except (ValueError, OverflowError):
        pass
    raise ValueError(f"a time as ISO 8601 text or in milliseconds since 1970 is needed, got {shown(value)}")


def _day(value: Any) -> datetime.datetime:
    return datetime.datetime.combine(_moment(value).date(), datetime.time())


def _list(inner: Convert) -> Convert:
    def convert(value: Any) -> Any:
        if not isinstance(value, list):
            raise ValueError(f"a list is needed, got {shown(value)}")
        return [convert(v) if isinstance(v, list) else None if v is None else inner(v) for v in value]

    return convert


def _ints(bits: int, signed: bool = True) -> tuple[str, Convert]:
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)
    return "int", _whole(low, high)


_FEATURES: dict[str, tuple[str, Convert]] = {
    **{f"INT{bits}": _ints(bits) for bits in (8, 16, 32, 64)},
    **{f"UINT{bits}": _ints(bits, signed=False) for bits in (8, 16, 32, 64)},
    "FLOAT": ("double", _single),
    "DOUBLE": ("double", _double),
    "BOOL": ("bool", _boolean),
    "STRING": ("text", _text),
    "BYTES": ("object", _bytes),
    "TIMESTAMP_NTZ": ("time", _moment),
}
_ARGUMENTS: dict[str, tuple[str, Convert]] = {
    "FIXED": ("double", _double),
    "REAL": ("double", _double),
    "TEXT": ("text", _text),
    "BOOLEAN": ("bool", _boolean),
    "BINARY": ("object", _bytes),
    "TIMESTAMP_NTZ": ("time", _moment),
    "TIMESTAMP_LTZ": ("time", _moment),
    "DATE": ("time", _day),
    "ARRAY": ("object", _list(_anything)),
}
