"""The catalog: an immutable snapshot for readers, one unit of work at a time for writers.

Rows of ``catalog.entities`` are the truth and change in the same engine transaction as the data; the
snapshot is what they said at the last commit.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import duckdb

from snowdome.catalog import alert_runs, changes, codec, refreshes, run_values, versioned
from snowdome.catalog.model import Database, Entity, Grant, Role, Schema, Warehouse
from snowdome.clock import Clock
from snowdome.engine import interrupts

E = TypeVar("E", bound=Entity)

SYSTEM_ROLES = {
    "ACCOUNTADMIN": "Account administrator can manage all aspects of the account.",
    "ORGADMIN": "Organization administrator can manage the organization and its accounts.",
    "PUBLIC": "Public role is available to every user in the account.",
    "SECURITYADMIN": "Security administrator can manage security aspects of the account.",
    "SYSADMIN": "System administrator can create and manage databases and warehouses.",
    "USERADMIN": "User administrator can create and manage users and roles",
}
SYSTEM_MEMBERS = (
    ("SYSADMIN", "ACCOUNTADMIN"),
    ("SECURITYADMIN", "ACCOUNTADMIN"),
    ("USERADMIN", "SECURITYADMIN"),
)

DDL = """
CREATE SCHEMA IF NOT EXISTS catalog;
CREATE SCHEMA IF NOT EXISTS data;
CREATE TABLE IF NOT EXISTS catalog.entities (id BIGINT, kind VARCHAR, body VARCHAR);
CREATE TABLE IF NOT EXISTS catalog.loads (
  table_id BIGINT, area VARCHAR, file VARCHAR, shown VARCHAR, size BIGINT, modified BIGINT, loaded_on BIGINT,
  status VARCHAR, rows_parsed BIGINT, rows_loaded BIGINT, error_limit BIGINT, errors_seen BIGINT,
  first_error VARCHAR, first_error_line BIGINT, first_error_character BIGINT, first_error_column_name VARCHAR,
  location VARCHAR, query_id VARCHAR
);
CREATE TABLE IF NOT EXISTS catalog.clock (ahead BIGINT);
"""


@dataclass(frozen=True)
class Snapshot:
    """All entities at one moment, by id and by (space, parent) -> key."""

    version: int = 0
    by_id: dict[int, Entity] = field(default_factory=dict)
    by_place: dict[tuple[str, int], dict[str, Entity]] = field(default_factory=dict)

    def get(self, kind: type[E], parent: int, key: str) -> E | None:
        """The entity of that kind's space under ``parent`` called ``key``, of that kind or not at all."""
        found = self.by_place.get((kind.space, parent), {}).get(key)
        return found if isinstance(found, kind) else None

    def children(self, kind: type[E], parent: int) -> list[E]:
        """Entities of that kind directly under ``parent``, by name."""
        found = self.by_place.get((kind.space, parent), {}).values()
        return sorted((e for e in found if isinstance(e, kind)), key=lambda e: e.key)

    def all(self, kind: type[E]) -> list[E]:
        """Every entity of that kind in the account, by id."""
        return [e for e in self.by_id.values() if isinstance(e, kind)]

    def changed(self, puts: list[Entity], deletes: list[int]) -> Snapshot:
        """A new snapshot with ``deletes`` gone and ``puts`` added or replaced."""
        by_id, by_place = dict(self.by_id), dict(self.by_place)
        gone = [by_id[i] for i in {*deletes, *(p.id for p in puts)} if i in by_id]
        for place in {(e.space, e.parent) for e in (*gone, *puts)}:
            by_place[place] = dict(by_place.get(place, {}))
        for e in gone:
            del by_id[e.id]
            by_place[e.space, e.parent].pop(e.key, None)
        for e in puts:
            by_id[e.id] = e
            by_place[e.space, e.parent][e.key] = e
        return Snapshot(self.version + 1, by_id, by_place)


def stamped(entity: E, now: int) -> E:
    """``entity`` as changed at ``now``, and as created then if it was not there before."""
    return replace(entity, created_on=entity.created_on or now, altered_on=now)


class Unit:
    """One catalog change in the making: engine statements and entity changes that commit together."""

    def __init__(self, catalog: Catalog, cursor: duckdb.DuckDBPyConnection) -> None:
        self._catalog = catalog
        self.cursor = cursor
        self.puts: dict[int, Entity] = {}
        self.deletes: list[int] = []

    def new_id(self) -> int:
        return self._catalog.new_id()

    def sql(self, text: str) -> None:
        """Run an engine statement in the unit's transaction."""
        self.cursor.execute(text)

    def put(self, entity: E) -> E:
        """Add ``entity``, or replace the one with its id; stamps its times."""
        made = stamped(entity, self._catalog.clock.now())
        self.puts[made.id] = made
        return made

    def delete(self, entity: Entity) -> None:
        """Forget ``entity``; what it stores is the caller's to drop."""
        self.puts.pop(entity.id, None)
        self.deletes.append(entity.id)

    def write_rows(self) -> None:
        """Write the entity changes as rows, in the unit's transaction."""
        gone = [[i] for i in {*self.deletes, *self.puts}]
        if gone:
            self.cursor.executemany("DELETE FROM catalog.entities WHERE id = ?", gone)
        rows = [[e.id, type(e).__name__, codec.dump(e)] for e in self.puts.values()]
        if rows:
            self.cursor.executemany("INSERT INTO catalog.entities VALUES (?, ?, ?)", rows)


class Catalog:
    """The account's objects. Read ``snapshot``; change through ``unit``."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._lock = threading.RLock()
        connection.execute(DDL)
        connection.execute(changes.DDL)
        connection.execute(refreshes.DDL)
        connection.execute(alert_runs.DDL)
        connection.execute(run_values.DDL)
        self._versions = itertools.count(changes.first_version(connection))
        ahead = connection.execute("SELECT max(ahead) FROM catalog.clock").fetchone()
        self.clock = Clock(ahead[0] or 0 if ahead else 0)
        self.changed: Callable[[], None] = lambda: None  # called after each change
        rows = connection.execute("SELECT kind, body FROM catalog.entities ORDER BY id").fetchall()
        entities = [codec.load(kind, body) for kind, body in rows]
        self.snapshot = Snapshot().changed(entities, [])
        self._ids = itertools.count(max((i for e in entities for i in versioned.ids(e)), default=0) + 1)
        if not entities:
            self._bootstrap()

    def new_id(self) -> int:
        """An id that no object of this account had before in this process."""
        return next(self._ids)

    def new_version(self) -> int:
        """A number for a change of a tracked table, higher than all before it (see ``changes``)."""
        return next(self._versions)

    @contextmanager
    def unit(self) -> Iterator[Unit]:
        """A unit of work: commits engine and catalog together at the end, or neither."""
        with interrupts.holding(self._lock):
            cursor = self._connection.cursor()
            try:
                cursor.execute("BEGIN")
                unit = Unit(self, cursor)
                try:
                    with interrupts.watched(cursor):
                        yield unit
                    unit.write_rows()
                    cursor.execute("COMMIT")
                except BaseException:
                    with suppress(duckdb.TransactionException):  # a failed COMMIT has rolled back already
                        cursor.execute("ROLLBACK")
                    raise
                self.snapshot = self.snapshot.changed(list(unit.puts.values()), unit.deletes)
            finally:
                cursor.close()
        self.changed()

    def keep_clock(self, ahead: int) -> None:
        """Write down how far the account's clock is ahead of the machine's, in nanoseconds."""
        with interrupts.holding(self._lock), closing(self._connection.cursor()) as cursor:
            cursor.execute("BEGIN")
            cursor.execute("DELETE FROM catalog.clock")
            cursor.execute("INSERT INTO catalog.clock VALUES (?)", [ahead])
            cursor.execute("COMMIT")

    def _bootstrap(self) -> None:
        with self.unit() as unit:
            for name, comment in SYSTEM_ROLES.items():
                unit.put(Role(id=unit.new_id(), name=name, owner="", comment=comment, system=True))
            for name, holder in SYSTEM_MEMBERS:
                unit.put(role_membership(unit.new_id(), name, "ROLE", holder, ""))
            unit.put(Warehouse(id=unit.new_id(), name="COMPUTE_WH"))
            add_database(unit, "SNOWFLAKE", "ACCOUNTADMIN")


def role_membership(entity_id: int, role: str, to_kind: str, to_name: str, by: str) -> Grant:
    """The grant that makes ``to_name``, a ROLE or a USER, a member of ``role``."""
    return Grant(
        id=entity_id, name=role, owner=by, privilege="USAGE", on_kind="ROLE", on_name=role,
        to_kind=to_kind, to_name=to_name,
    )  # fmt: skip


def add_database(unit: Unit, name: str, owner: str, **properties: Any) -> Database:
    """A database with its schema PUBLIC."""
    database = unit.put(Database(id=unit.new_id(), name=name, owner=owner, **properties))
    unit.put(Schema(id=unit.new_id(), name="PUBLIC", parent=database.id, owner=owner))
    return database
