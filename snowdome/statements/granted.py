"""Grants when what they are on, or whom they are to, goes or gets another name."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Protocol, TypeVar

import duckdb

from snowdome.catalog.model import Entity, Grant
from snowdome.context import Context

E = TypeVar("E", bound=Entity)
Named = tuple[str, str]  # the keywords of a kind, a full name

_PLACES = ("DATABASE", "SCHEMA")


class Changes(Protocol):
    """A unit of work: the catalog's, or that of a session's temporary objects."""

    cursor: duckdb.DuckDBPyConnection

    def new_id(self) -> int: ...

    def sql(self, text: str) -> None: ...

    def put(self, entity: E) -> E: ...

    def delete(self, entity: Entity) -> None: ...


def forget(context: Context, unit: Changes, gone: Collection[Named]) -> None:
    """Drop the grants on and to what is ``gone``; what a role owned goes to the current one."""
    places = {name for word, name in gone if word in _PLACES}
    for grant in context.catalog.snapshot.all(Grant):
        future = grant.on_name.partition(".<")[0] if "<" in grant.on_name else ""
        if {(grant.on_kind, grant.on_name), (grant.to_kind, grant.to_name)} & set(gone) or future in places:
            unit.delete(grant)
    for word, name in gone:
        if word == "ROLE":
            _give(context, unit, name, context.session.role or "", gone)


def rename(context: Context, unit: Changes, word: str, names: Mapping[str, str]) -> None:
    """Write the grants on and to objects of the kind ``word`` by their new names."""
    for grant in context.catalog.snapshot.all(Grant):
        on_name = _renamed(grant.on_name, names, grant.on_kind == word, word in _PLACES)
        to_name = names.get(grant.to_name, grant.to_name) if grant.to_kind == word else grant.to_name
        if (on_name, to_name) != (grant.on_name, grant.to_name):
            unit.put(replace(grant, on_name=on_name, to_name=to_name))
    if word == "ROLE":
        for old, new in names.items():
            _give(context, unit, old, new, ())


def _renamed(name: str, names: Mapping[str, str], same_kind: bool, is_place: bool) -> str:
    for old, new in names.items():
        if (same_kind and name == old) or (is_place and name.startswith(f"{old}.")):
            return new + name[len(old) :]
    return name


def _give(context: Context, unit: Changes, owner: str, to: str, gone: Collection[Named]) -> None:
    for entity in context.catalog.snapshot.by_id.values():
        is_gone = ("ROLE", entity.name) in gone or isinstance(entity, Grant)
        if entity.owner == owner and not is_gone:
            unit.put(replace(entity, owner=to))
