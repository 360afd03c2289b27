"""What statements are given as YAML: services, gateways and deployments of models."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from snowdome.errors import SnowflakeError, compilation_error


@dataclass(frozen=True)
class Reader:
    """Reads specifications of a ``kind``; whatever is wrong with one is a SnowflakeError that says what."""

    kind: str

    def invalid(self, why: str) -> SnowflakeError:
        """091400: the specification cannot be read."""
        return SnowflakeError("091400", "22023", f"Invalid {self.kind} specification: {why}.")

    def read(self, text: str, keys: Sequence[str]) -> Mapping[str, Any]:
        """The whole of it, a mapping that has no other keys."""
        try:
            found = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise self.invalid(f"it is no YAML: {error}") from None
        return self.mapping(found, "the specification", keys)

    def mapping(self, value: object, what: str, keys: Sequence[str]) -> Mapping[str, Any]:
        """A part that is a mapping."""
        if not isinstance(value, dict):
            raise self.invalid(f"{what} must be a mapping")
        for key in value:
            if key not in keys:
                raise self.invalid(f"{what} has no property {key}")
        return value

    def amount(self, given: Mapping[str, Any], key: str) -> str:
        """An amount of cpu or memory as written; empty if there is none."""
        text = str(given.get(key) or "")
        if text and _AMOUNTS[key].fullmatch(text) is None:
            raise self.invalid(f"{text} is no amount of {key}")
        return text


_AMOUNTS = {
    "cpu": re.compile(r"\d+(\.\d+)?m?"),
    "memory": re.compile(r"\d+(\.\d+)?\s*[KMGT]i?B?"),
}


def number(given: Mapping[str, Any], key: str, default: int, least: int) -> int:
    """A whole number from ``least`` up; 001422 if it is none."""
    value = given.get(key)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise compilation_error("001422", "22023", f"invalid value '{value}' for property '{key.upper()}'")
    return value
