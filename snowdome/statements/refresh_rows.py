"""The rows of a dynamic table: its query compiled, what its sources are like, and rewriting what changed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb

from snowdome.catalog import changes, refreshes
from snowdome.catalog.model import DynamicTable, Relation, Table, TableColumn, View
from snowdome.catalog.refreshes import Counts
from snowdome.context import Context
from snowdome.errors import compilation_error, not_supported
from snowdome.sql.binder.core import Binder
from snowdome.sql.binder.dml import assigned
from snowdome.sql.binder.written import incompatible, writable
from snowdome.sql.compiler import Compiled
from snowdome.sql.query_parser import parse_tree
from snowdome.sql.typed import Typed


@dataclass(frozen=True)
class Definition:
    """A compiled query of a dynamic table, and the tables and views that it reads."""

    compiled: Compiled
    relations: tuple[Relation, ...]

    @property
    def sources(self) -> tuple[int, ...]:
        """The ids of the relations."""
        return tuple(r.id for r in self.relations)

    @property
    def views(self) -> tuple[str, ...]:
        """The queries of the views among them."""
        return tuple(r.query for r in self.relations if isinstance(r, View))


def define(context: Context, query: str, place: tuple[str, str], source: str = "") -> Definition:
    """Compile the query of a dynamic table; ``source`` is its text where errors are placed."""
    text = source or query
    binder = Binder(context, text)
    binder.place = place
    binder.defining = True
    relation = binder.query(parse_tree(text))
    if binder.streams:
        raise not_supported("streams in the query of a dynamic table")
    compiled = Compiled(relation.sql, relation.columns, binder.tables)
    relations = tuple(binder.relations.values())
    for each in relations:
        if context.session.is_temporary(each):
            text = f"Dynamic tables cannot depend on temporary objects: '{each.name}'."
            raise compilation_error("002711", "0A000", text)
    return Definition(compiled, relations)


def values(context: Context, columns: Sequence[TableColumn], compiled: Compiled) -> str:
    """Engine SQL of the query's rows as the table stores them."""
    binder = Binder(context)
    pairs = list(zip(columns, compiled.columns, strict=True))
    for column, given in pairs:
        if not given.untyped and not writable(given.type, column.type):
            raise incompatible(given.type, column.type)
    shown = ", ".join(
        f"{assigned(Typed(f'q.c{i}', g.type), c, binder)} AS {c.storage}" for i, (c, g) in enumerate(pairs, 1)
    )
    return f"SELECT {shown} FROM ({compiled.sql}) AS q"


def sources_of(relations: Iterable[Relation]) -> list[tuple[str, list[str]]]:
    """The engine tables behind the relations, with their columns."""
    tables = [r for r in relations if isinstance(r, Table)]
    return sorted((t.storage, [c.storage for c in t.columns]) for t in tables)


def print_of(cursor: duckdb.DuckDBPyConnection, definition: Definition) -> str:
    """What changes when what the query reads does: rows of tables, and the text of views."""
    rows = refreshes.fingerprint(cursor, sources_of(definition.relations))
    views = sorted(f"{r.id}:{r.query}" for r in definition.relations if isinstance(r, View))
    return json.dumps([*json.loads(rows), *([view, 0] for view in views)])


# -- rewriting ------------------------------------------------------------------------------------


@contextmanager
def _registered(cursor: Any, compiled: Compiled) -> Iterator[None]:
    """Let ``cursor`` know the Arrow tables of a compiled query."""
    for name, rows in compiled.tables.items():
        cursor.register(name, rows)
    try:
        yield
    finally:
        for name in compiled.tables:
            cursor.unregister(name)


def rewrite(
    context: Context,
    cursor: duckdb.DuckDBPyConnection,
    table: DynamicTable,
    definition: Definition,
    whole: bool,
) -> Counts:
    """Make the rows of ``table`` those that its query gives: all anew if ``whole``, else only the ones that
    differ. Streams on the table see what changed."""
    names = ", ".join(c.storage for c in table.columns)
    fresh = f"refreshed_{table.id}"
    with _registered(cursor, definition.compiled):
        rows = values(context, table.columns, definition.compiled)
        cursor.execute(f"CREATE OR REPLACE TEMP TABLE {fresh} AS {rows}")
    old, new = (
        f"SELECT rowid AS place, {names} FROM {table.storage}",
        f"SELECT rowid AS place, {names} FROM {fresh}",
    )
    if whole:
        removed, added = f"SELECT rowid FROM {table.storage}", f"SELECT rowid FROM {fresh}"
    else:
        removed, added = _unmatched(table, old, new), _unmatched(table, new, old)
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE {fresh}_gone AS {removed}")
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE {fresh}_new AS {added}")
    version = context.catalog.new_version()
    deleted = _remove(cursor, table, f"SELECT * FROM {fresh}_gone", version)
    inserted = _insert(cursor, table, f"FROM {fresh} WHERE rowid IN (SELECT * FROM {fresh}_new)", version)
    if table.history:
        changes.record(cursor, {table.id: version})
    total = cursor.execute(f"SELECT count(*) FROM {table.storage}").fetchone()
    for suffix in ("", "_gone", "_new"):
        cursor.execute(f"DROP TABLE {fresh}{suffix}")
    return Counts(inserted, deleted, int(total[0]) - inserted if total else 0)


def _unmatched(table: DynamicTable, one: str, other: str) -> str:
    """Places of the rows of ``one`` that ``other`` has not, a row twice as often being another row."""
    names = ", ".join(c.storage for c in table.columns)
    numbered = f"SELECT *, row_number() OVER (PARTITION BY {names}) AS copy FROM"
    same = " AND ".join(f"a.{c.storage} IS NOT DISTINCT FROM b.{c.storage}" for c in table.columns)
    return (
        f"SELECT a.place FROM ({numbered} ({one})) AS a ANTI JOIN ({numbered} ({other})) AS b "
        f"ON a.copy = b.copy AND {same}"
    )


def _remove(cursor: duckdb.DuckDBPyConnection, table: DynamicTable, places: str, version: int) -> int:
    if table.history:
        ids = f"SELECT {changes.ROW} FROM {table.storage} WHERE rowid IN ({places})"
        cursor.execute(changes.outdated(table, version, ids))
    row = cursor.execute(f"DELETE FROM {table.storage} WHERE rowid IN ({places})").fetchone()
    return int(row[0]) if row else 0


def _insert(cursor: duckdb.DuckDBPyConnection, table: DynamicTable, rows: str, version: int) -> int:
    names = ", ".join(c.storage for c in table.columns)
    target, shown = names, names
    if table.history:
        target, shown = f"{names}, {changes.BORN}", f"{names}, {version}"
    row = cursor.execute(f"INSERT INTO {table.storage} ({target}) SELECT {shown} {rows}").fetchone()
    return int(row[0]) if row else 0
