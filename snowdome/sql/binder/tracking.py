"""What DML does besides, where streams read the changes of a table: see ``snowdome.catalog.changes``."""

from __future__ import annotations

from dataclasses import dataclass

from snowdome.catalog import changes
from snowdome.catalog.model import Stream, Table
from snowdome.catalog.names import ObjectName
from snowdome.errors import SnowflakeError
from snowdome.sql.binder.core import Binder

# Engine functions with which a condition may say something else the second time it is asked.
_CHANCE = ("random", "uuid", "nextval", "sf_python_")


@dataclass(frozen=True)
class Kept:
    """Engine statements that keep rows from before a change; ``after`` forgets those that stayed the same."""

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


def version(binder: Binder, table: Table) -> int:
    """The version that the statement makes of a tracked table."""
    if table.id not in binder.versions:
        binder.versions[table.id] = binder.context.catalog.new_version()
    return binder.versions[table.id]


def stamp(binder: Binder, table: Table) -> dict[str, str]:
    """What a row is given besides its values when it is written, by stored column."""
    return {changes.BORN: str(version(binder, table))} if table.history else {}


def keep(binder: Binder, table: Table, engine: str, rows: str, *, exact: bool = True) -> Kept:
    """Keep the rows of the table, aliased ``engine``, that the FROM and WHERE text ``rows`` finds; ``exact``
    says that all of them will change."""
    if not table.history:
        return Kept()
    new = version(binder, table)
    by_chance = any(word in rows for word in _CHANCE)
    found = changes.all_rows(table) if by_chance else f"SELECT {engine}.{changes.ROW} FROM {rows}"
    after = () if exact and not by_chance else (changes.unchanged(table, new),)
    return Kept((changes.outdated(table, new, found),), after)


def keep_all(binder: Binder, table: Table) -> tuple[str, ...]:
    """Keep every row of the table before all are removed."""
    if not table.history:
        return ()
    return (changes.outdated(table, version(binder, table), changes.all_rows(table)),)


def refuse_stream(binder: Binder, name: ObjectName) -> None:
    """002203 if a statement that writes names a stream."""
    if binder.session.find(Stream, name) is not None:
        text = "SQL compilation error: Object found is of type 'STREAM', not specified type 'TABLE'."
        raise SnowflakeError("002203", "42601", text)
