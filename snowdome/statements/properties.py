"""``NAME = value`` properties of objects: which kinds have which, and what each changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from snowdome.catalog import parameters
from snowdome.catalog.model import Entity
from snowdome.context import Context
from snowdome.errors import SnowflakeError, compilation_error, not_supported
from snowdome.sql import ast
from snowdome.sql.staging import given
from snowdome.stages.formats import Bare, Given

E = TypeVar("E", bound=Entity)
Fields = Mapping[str, Any]
Reader = Callable[[str, Given], Fields]


@dataclass(frozen=True)
class Property:
    """One property: ``read`` gives the fields that a value sets, ``unset`` those that UNSET does.

    A ``kept`` one is an entry of the entity's ``properties`` instead of a field; one of ``later`` is
    refused by name.
    """

    read: Reader
    unset: Fields = field(default_factory=dict)
    kept: bool = False
    later: str = ""


PROPERTIES: dict[str, dict[str, Property]] = {}


def defines(kind: str, **properties: Property) -> None:
    """The properties of a kind; COMMENT is always one."""
    PROPERTIES[kind] = {"COMMENT": Property(_comment, {"comment": ""}), **properties}


def invalid_property(name: str, kind: str) -> SnowflakeError:
    """001420: the kind has no such property."""
    return compilation_error("001420", "22023", f"invalid property '{name}' for '{kind}'")


def invalid_property_value(name: str, value: object) -> SnowflakeError:
    """001422: the property does not take this value."""
    return compilation_error("001422", "22023", f"invalid value '{value}' for property '{name}'")


def applied(entity: E, kind: str, options: ast.Options, context: Context) -> E:
    """``entity`` with the properties that ``options`` set."""
    for name, value in options.items():
        found = _known(kind, name)
        if found.later:
            raise not_supported(f"{name} {found.later}")
        fields = found.read(name, given(value, context))
        entity = _keeping(entity, fields) if found.kept else replace(entity, **fields)
    return entity


def _keeping(entity: E, more: Fields) -> E:
    fields: Fields = {"properties": {**getattr(entity, "properties", {}), **more}}
    return replace(entity, **fields)


def cleared(entity: E, kind: str, names: tuple[str, ...]) -> E:
    """``entity`` with the named properties as they are when nobody sets them."""
    for index, name in enumerate(names):
        if name in names[:index]:
            raise compilation_error("001425", "22023", f"duplicate property '{name}';")
    found = {name: _known(kind, name) for name in names}
    for name, one in found.items():
        entity = replace(entity, **({"properties": _without(entity, name)} if one.kept else one.unset))
    return entity


def _without(entity: Entity, name: str) -> dict[str, str]:
    return {k: v for k, v in getattr(entity, "properties", {}).items() if k != name}


def _known(kind: str, name: str) -> Property:
    found = PROPERTIES[kind].get(name)
    if found is None:
        raise invalid_property(name, kind)
    return found


# -- readers --------------------------------------------------------------------------------------


def plain(value: Given) -> str:
    """The value as text."""
    if isinstance(value, bool):
        return str(value).upper()
    return value.text if isinstance(value, Bare) else str(value)


def _comment(name: str, value: Given) -> Fields:
    if not isinstance(value, str):
        raise parameters.invalid_value(name, plain(value))
    return {"comment": value}


def text(field_name: str) -> Property:
    """Any text, into one field."""
    return Property(lambda name, value: {field_name: plain(value)}, {field_name: ""})


def parameter(field_name: str, kind: type, unset: Any) -> Property:
    """A parameter of the same name, checked as such, into one field."""

    def read(name: str, value: Given) -> Fields:
        found = parameters.PARAMETERS[name].coerce(plain(value))
        return {field_name: kind(found)}

    return Property(read, {field_name: unset})


def flag(field_name: str, unset: bool = False) -> Property:
    """TRUE or FALSE, into one field."""

    def read(name: str, value: Given) -> Fields:
        word = plain(value).upper()
        if word not in ("TRUE", "FALSE"):
            raise parameters.invalid_value(name, plain(value))
        return {field_name: word == "TRUE"}

    return Property(read, {field_name: unset})


def checked(parameter_name: str) -> Property:
    """A parameter whose value is checked and has no effect on this machine."""

    def read(name: str, value: Given) -> Fields:
        parameters.PARAMETERS[parameter_name].coerce(plain(value))
        return {}

    return Property(read)


def only(*values: str) -> Property:
    """A property whose values other than these are refused by name."""

    def read(name: str, value: Given) -> Fields:
        if plain(value).upper() not in values:
            raise not_supported(f"{name} = {plain(value)}")
        return {}

    return Property(read)


def later(of: str) -> Property:
    """A property that is refused by name, whatever its value; ``of`` says whose it is."""
    return Property(lambda name, value: {}, later=of)
