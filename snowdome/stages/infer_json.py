"""The members of a JSON file's objects."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from snowdome.errors import SnowflakeError
from snowdome.stages.formats import Format
from snowdome.stages.infer_types import ACCEPTED, Found, number, text_family
from snowdome.stages.plain import plain
from snowdome.stages.storage import StagedFile, Stages

_DATE = re.compile(ACCEPTED["DATE"])


class _Digits(str):
    """A number as it is written."""


def json_columns(
    file: StagedFile, format_: Format, stages: Stages, limit: int | None, *, ignore_case: bool
) -> dict[str, tuple[Found, int]]:
    """Type and position of each member of the first ``limit`` objects, by name."""
    columns: dict[str, tuple[Found, int]] = {}
    for record in islice(_records(file, format_, stages), limit):
        _check(record)
        for position, name in enumerate(sorted(record)):
            shown = name.upper() if ignore_case else name
            found = _found(record[name])
            known = columns.get(shown)
            columns[shown] = (
                (found, position) if known is None else (_met(known[0], found, record[name]), known[1])
            )
    return columns


def _records(file: StagedFile, format_: Format, stages: Stages) -> Iterator[Any]:
    text = plain(file, format_, stages).read_text(encoding="utf-8-sig")
    hook = None if format_.flag("ALLOW_DUPLICATE") else _unique
    decoder = json.JSONDecoder(parse_float=_Digits, parse_int=_Digits, object_pairs_hook=hook)
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        try:
            value, at = decoder.raw_decode(text, at)
        except json.JSONDecodeError as error:
            where = f"\n  File '{file.name}', line {error.lineno}, character {error.colno}"
            raise SnowflakeError("100069", "22P02", f"Error parsing JSON: {error.msg}{where}") from None
        elements = value if isinstance(value, list) and format_.flag("STRIP_OUTER_ARRAY") else [value]
        yield from elements


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(n for n in names if names.count(n) > 1)
        text = f'Error parsing JSON: duplicate object attribute "{twice}"'
        raise SnowflakeError("100069", "22P02", text)
    return found


def _check(record: Any) -> None:
    if isinstance(record, dict):
        return
    if isinstance(record, list):
        what, advice = "ARRAY", "Please consider STRIP_OUTER_ARRAY or validate the JSON data"
    else:
        advice = "Please validate the JSON data or use CSV file format"
        kinds = {"_Digits": "FIXED", "str": "TEXT", "bool": "BOOLEAN", "NoneType": "NULL_VALUE"}
        what = kinds[type(record).__name__]
    text = f"Schema Inference failed: {what} detected instead of an OBJECT. {advice}"
    raise SnowflakeError("100113", "22000", text)


def _found(value: Any) -> Found:
    if value is None:
        return Found()
    if isinstance(value, _Digits):
        return number(value)
    if isinstance(value, bool):
        return Found("BOOLEAN")
    if isinstance(value, str):
        return Found(text_family(value))
    return Found("ARRAY" if isinstance(value, list) else "OBJECT")


def _met(known: Found, found: Found, value: Any) -> Found:
    """The type of a member that had ``known`` and now has ``value``."""
    if known.family == "DATE" and isinstance(value, str) and _DATE.fullmatch(value):
        return known
    return known.merged(found)
