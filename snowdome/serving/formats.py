"""Snowflake's formats of requests and answers over HTTP: ``dataframe_split``, ``dataframe_records``, ``data``."""

from __future__ import annotations

import datetime
import decimal
import difflib
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from snowdome.serving.signature import Field, Signature, shown

FORMATS = ("dataframe_split", "dataframe_records", "data")
_BESIDE = frozenset({"params", "extra_columns"})
_NAMED = 10  # names that a message lists at most
_MAX_DIGITS = 400  # of a whole number; no type holds more


class Malformed(ValueError):
    """A request that cannot be understood; its text names the column or the row."""


@dataclass(frozen=True)
class Rows:
    """A request's rows: one value for each input. ``params`` has one value for each parameter, None where the
    request says nothing."""

    rows: Sequence[tuple[Any, ...]]
    params: tuple[Any, ...] = ()


# -- requests -------------------------------------------------------------------------------------


def parse(body: bytes, signature: Signature) -> Rows:
    """The rows of a request; Malformed, with what is wrong, where it makes no sense."""
    try:
        return _rows(_object(body), signature)
    except RecursionError:
        raise Malformed("the JSON is nested too deeply") from None


def _object(body: bytes) -> dict[str, Any]:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        raise Malformed(f"the body is not UTF-8: byte {failure.start} does not belong there") from None
    try:
        found = json.loads(text, parse_int=_integer)
    except json.JSONDecodeError as failure:
        place = f"line {failure.lineno}, column {failure.colno}"
        raise Malformed(f"the body is not JSON: {failure.msg} at {place}") from None
    if not isinstance(found, dict):
        raise Malformed(f"the body is a JSON {_kind(found)}; {_wanted()}")
    return found


def _integer(digits: str) -> int | float:
    """A whole number; one that no type holds is infinite, and converted by none."""
    return int(digits) if len(digits) <= _MAX_DIGITS else -math.inf if digits[0] == "-" else math.inf


def _rows(body: dict[str, Any], signature: Signature) -> Rows:
    given = [name for name in FORMATS if name in body]
    if len(given) != 1:
        raise Malformed(
            f"the body has {'none' if not given else 'more than one'} of its formats; {_wanted()}"
        )
    if unknown := sorted(body.keys() - _BESIDE - set(FORMATS)):
        raise Malformed(f"the body has the unknown {_list('field', unknown)}; {_wanted()}")
    reader = _READERS[given[0]]
    rows, positional = reader(body[given[0]], signature, _extra(body, signature))
    if not rows:
        raise Malformed(f"{given[0]} has no rows")
    return Rows(rows, _params(body.get("params"), signature, positional))


def _wanted() -> str:
    return "an object with dataframe_split, dataframe_records or data is needed"


def _extra(body: Mapping[str, Any], signature: Signature) -> frozenset[str]:
    """The columns that the request declares as not the model's."""
    written = body.get("extra_columns")
    if written is None:
        return frozenset()
    if not isinstance(written, list) or not all(isinstance(n, str) for n in written):
        raise Malformed("extra_columns is not a list of names")
    if taken := [f.name for f in signature.inputs if f.name in set(written)]:
        raise Malformed(f"extra_columns has the {_list('input', taken)} of the model")
    return frozenset(written)


_Found = tuple[list[tuple[Any, ...]], tuple[Any, ...]]


def _split(value: Any, signature: Signature, extra: frozenset[str]) -> _Found:
    if not isinstance(value, dict):
        raise Malformed(
            f"dataframe_split is a JSON {_kind(value)}; an object with columns and data is needed"
        )
    columns, data, index = value.get("columns"), value.get("data"), value.get("index")
    if not isinstance(columns, list) or not all(isinstance(c, str) for c in columns):
        raise Malformed("dataframe_split.columns is not a list of names")
    if not isinstance(data, list):
        raise Malformed("dataframe_split.data is not a list of rows")
    if index is not None and (not isinstance(index, list) or len(index) != len(data)):
        raise Malformed(
            f"dataframe_split.index is not a list with one entry for each of the {len(data)} rows"
        )
    places = _places(columns, signature, extra)
    cells = [_cells(row, number, len(columns)) for number, row in enumerate(data)]
    return [_converted([row[p] for p in places], signature, number) for number, row in enumerate(cells)], ()


def _cells(row: Any, number: int, width: int) -> list[Any]:
    if not isinstance(row, list):
        raise Malformed(f"row {number} is a JSON {_kind(row)}; a list of {width} values is needed")
    if len(row) != width:
        raise Malformed(f"row {number} has {len(row)} values for {width} columns")
    return row


def _places(columns: list[str], signature: Signature, extra: frozenset[str]) -> list[int]:
    """Where each input is among the columns."""
    place = {name: number for number, name in enumerate(columns)}
    if len(place) != len(columns):
        twice = sorted({c for c in columns if columns.count(c) > 1} if len(columns) < 10_000 else {"…"})
        raise Malformed(f"the {_list('column', twice)} appears more than once")
    wanted = {f.name for f in signature.inputs}
    _check_missing([f.name for f in signature.inputs if f.name not in place], columns, "the request has no")
    if unknown := [c for c in columns if c not in wanted and c not in extra]:
        hint = "; columns that are not the model's belong in extra_columns"
        raise Malformed(f"the model has no input called {_quoted(unknown)}{hint}")
    return [place[f.name] for f in signature.inputs]


def _check_missing(missing: list[str], given: Iterable[str], prefix: str) -> None:
    if not missing:
        return
    close = difflib.get_close_matches(missing[0].lower(), [g.lower()[:100] for g in [*given][:1000]], 1)
    similar = next((g for g in given if close and g.lower()[:100] == close[0]), None)
    hint = "" if similar is None else f"; is '{similar[:100]}' meant? Names are case-sensitive"
    raise Malformed(f"{prefix} {_list('column', missing)}{hint}")


def _records(value: Any, signature: Signature, extra: frozenset[str]) -> _Found:
    if not isinstance(value, list):
        raise Malformed(f"dataframe_records is a JSON {_kind(value)}; a list of objects is needed")
    return [_record(row, number, signature) for number, row in enumerate(value)], ()


def _record(row: Any, number: int, signature: Signature) -> tuple[Any, ...]:
    """The inputs in an object; other members are passed over, as Snowflake does."""
    if not isinstance(row, dict):
        raise Malformed(f"row {number} is a JSON {_kind(row)}; an object is needed")
    try:
        values = [row[f.name] for f in signature.inputs]
    except KeyError:
        missing = [f.name for f in signature.inputs if f.name not in row]
        _check_missing(missing, row, f"row {number} has no")
        raise
    return _converted(values, signature, number)


def _positional(value: Any, signature: Signature, extra: frozenset[str]) -> _Found:
    """``[[number, input, …], …]``, the format of service functions; parameters may stand behind the inputs."""
    if not isinstance(value, list):
        raise Malformed(f"data is a JSON {_kind(value)}; a list of rows is needed")
    if extra:
        raise Malformed("extra_columns goes with dataframe_split and dataframe_records only")
    inputs, params = len(signature.inputs), len(signature.params)
    rows: list[tuple[Any, ...]] = []
    behind: tuple[Any, ...] = ()
    for number, row in enumerate(value):
        if not isinstance(row, list) or not row:
            raise Malformed(f"row {number} is no list that begins with the row's number")
        _check_number(row[0], number)
        if len(row) == 2 and isinstance(row[1], dict) and _is_by_name(signature):
            rows.append(_record(row[1], number, signature))
            continue
        if len(row) - 1 not in (inputs, inputs + params):
            raise Malformed(f"row {number} has {len(row) - 1} values behind its number for {inputs} inputs")
        rows.append(_converted(row[1 : inputs + 1], signature, number))
        more = tuple(row[inputs + 1 :])
        if number and more != behind:
            raise Malformed(f"row {number} has other parameters than row 0")
        behind = more
    return rows, behind


def _check_number(value: Any, number: int) -> None:
    if type(value) not in (int, float) and not (isinstance(value, str) and value.isdigit()):
        raise Malformed(f"row {number} begins with {shown(value)}; the row's number is needed")


def _is_by_name(signature: Signature) -> bool:
    """Whether an object alone in a row holds all inputs, not one of them."""
    return len(signature.inputs) != 1 or signature.inputs[0].kind != "object"


_READERS: dict[str, Callable[[Any, Signature, frozenset[str]], _Found]] = {
    "dataframe_split": _split,
    "dataframe_records": _records,
    "data": _positional,
}


def _converted(values: Sequence[Any], signature: Signature, number: int) -> tuple[Any, ...]:
    found: list[Any] = []
    for field, value in zip(signature.inputs, values, strict=True):
        if value is None:
            if not field.nullable:
                raise Malformed(f"row {number}, column '{field.name}': null, where a value is needed")
            found.append(None)
            continue
        try:
            found.append(field.convert(value))
        except ValueError as failure:
            raise Malformed(f"row {number}, column '{field.name}' ({field.type}): {failure}") from None
    return tuple(found)


def _params(written: Any, signature: Signature, positional: tuple[Any, ...]) -> tuple[Any, ...]:
    if positional and written is not None:
        raise Malformed("parameters are given twice: in the rows and as params")
    given = dict(zip((p.name for p in signature.params), positional, strict=False)) if positional else written
    if given is None:
        given = {}
    if not isinstance(given, dict):
        raise Malformed(f"params is a JSON {_kind(given)}; an object is needed")
    names = [p.name for p in signature.params]
    if unknown := sorted(given.keys() - set(names)):
        there = f"; it has {_quoted(names)}" if names else "; it has none"
        raise Malformed(f"the method has no {_list('parameter', unknown)}{there}")
    return tuple(_param(p, given.get(p.name)) for p in signature.params)


def _param(field: Field, value: Any) -> Any:
    try:
        return None if value is None else field.convert(value)
    except ValueError as failure:
        raise Malformed(f"parameter '{field.name}' ({field.type}): {failure}") from None


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    return {dict: "object", list: "list", str: "text", type(None): "null"}.get(type(value), "number")


def _list(noun: str, names: list[str]) -> str:
    return f"{noun}{'s' if len(names) > 1 else ''} {_quoted(names)}"


def _quoted(names: list[str]) -> str:
    listed = ", ".join(f"'{name[:100]}'" for name in names[:_NAMED])
    return listed if len(names) <= _NAMED else f"{listed} and {len(names) - _NAMED} more"


# -- answers --------------------------------------------------------------------------------------


def error(message: str) -> bytes:
    """The body of a refusal."""
    return json.dumps({"error": message}).encode()


def answer(values: Sequence[Any]) -> bytes:
    """The body of an answer: one value a row; ValueError for one that JSON has not."""
    rows = [[number, value] for number, value in enumerate(values)]
    try:
        text = json.dumps({"data": rows}, allow_nan=False, default=_plain, separators=(",", ":"))
    except (ValueError, TypeError):
        rows = [[number, _cleaned(value, f"row {number}")] for number, value in enumerate(values)]
        text = json.dumps({"data": rows}, allow_nan=False, separators=(",", ":"))
    return text.encode()


def _plain(value: Any) -> Any:
    """What JSON has for an object of Python's or numpy's."""
    if hasattr(value, "tolist"):  # numpy's arrays and numbers
        return value.tolist()
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, (bytes, bytearray)):
        return value.hex().upper()
    return [*value] if isinstance(value, (set, frozenset, tuple)) else str(value)


def _cleaned(value: Any, where: str) -> Any:
    """``value`` with null for NaN; ValueError, which says where, for an infinity."""
    if isinstance(value, dict):
        return {str(k): _cleaned(v, f"{where}, output '{k}'") for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_cleaned(v, where) for v in value]
    if isinstance(value, float):
        if math.isinf(value):
            raise ValueError(f"{where} is infinite, which JSON cannot say")
        return None if math.isnan(value) else value
    if value is None or isinstance(value, (str, int)):
        return value
    return _cleaned(_plain(value), where)
