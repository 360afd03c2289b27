"""Entities to JSON text and back."""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from functools import cache
from typing import Any

from snowdome.catalog import experiments, online, services, versioned  # noqa: F401  their kinds register
from snowdome.catalog.model import KINDS, Entity

R = typing.TypeVar("R")


def dump(entity: Entity) -> str:
    """The entity as JSON text."""
    return json.dumps(dataclasses.asdict(entity), separators=(",", ":"))


def load(kind: str, text: str) -> Entity:
    """The entity that ``dump`` wrote; fields it lacks take their defaults."""
    value = _build(KINDS[kind], json.loads(text))
    assert isinstance(value, Entity)
    return value


def build(cls: type[R], fields: dict[str, Any]) -> R:
    """A dataclass of any kind from what ``dataclasses.asdict`` gave, through JSON."""
    value = _build(cls, fields)
    assert isinstance(value, cls)
    return value


@cache
def _hints(cls: type) -> dict[str, Any]:
    return typing.get_type_hints(cls)


def _build(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    if dataclasses.is_dataclass(hint):
        assert isinstance(hint, type)
        hints = _hints(hint)
        known = {f.name for f in dataclasses.fields(hint)}
        return hint(**{k: _build(hints[k], v) for k, v in value.items() if k in known})
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return _build(next(a for a in args if a is not type(None)), value)
    if origin is tuple:
        return _tuple(args, value)
    if origin is dict:
        return {k: _build(args[1], v) for k, v in value.items()}
    return value


def _tuple(args: tuple[Any, ...], value: list[Any]) -> tuple[Any, ...]:
    if len(args) == 2 and args[1] is Ellipsis:
        return tuple(_build(args[0], v) for v in value)
    return tuple(_build(a, v) for a, v in zip(args, value, strict=True))
