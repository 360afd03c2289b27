"""Configurations of graphs: JSON objects whose numbers stay as they are written."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from snowdome.tasks.schedules import refused


class Number(str):
    """A JSON number as it is written."""

    __slots__ = ()


def parse(text: str) -> dict[str, Any]:
    """The JSON object that a configuration says; an error in Snowflake's words if it says none."""
    try:
        value = json.loads(text, parse_float=Number, parse_int=Number, parse_constant=_no_number)
        if isinstance(value, dict):
            written(value).encode()  # half a surrogate pair is no text
            return value
    except (ValueError, RecursionError):
        pass
    raise refused("Invalid config. Must be a string representation of a valid JSON Object.")


def _no_number(word: str) -> NoReturn:
    """NaN and the like, which only Python takes for JSON."""
    raise ValueError(word)


def merged(stored: str | None, dynamic: str | None) -> str | None:
    """A run's configuration: the given one over the stored one, object by object."""
    if dynamic is None:
        return stored
    return written(_merged(parse(stored) if stored else {}, parse(dynamic)))


def _merged(under: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    found = dict(under)
    for key, value in over.items():
        both = isinstance(found.get(key), dict) and isinstance(value, dict)
        found[key] = _merged(found[key], value) if both else value
    return found


def written(value: Any) -> str:
    """A parsed value as compact JSON."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{written(k)}:{written(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(written(v) for v in value) + "]"
    return json.dumps(value, ensure_ascii=False)
