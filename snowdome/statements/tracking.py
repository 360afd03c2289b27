"""The end of a statement that read streams or changed tracked tables (see ``snowdome.catalog.changes``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

import duckdb

from snowdome.catalog import changes
from snowdome.catalog.changes import Reading
from snowdome.catalog.model import Entity, Stream, Table
from snowdome.catalog.names import always_quoted
from snowdome.context import Context
from snowdome.session import Session
from snowdome.sql.binder import tracking as binding
from snowdome.sql.binder.core import Binder
from snowdome.statements.granted import Changes


def finish(
    session: Session,
    cursor: duckdb.DuckDBPyConnection,
    streams: Mapping[int, bool],
    versions: Mapping[int, int],
) -> None:
    """Move the streams read and record the versions made, in the transaction of ``cursor``; an explicit one
    moves its streams when it commits, so that all its statements read the same changes."""
    transaction = session.transaction
    if transaction is None or cast(object, cursor) is not transaction.cursor:
        for stream, initial in streams.items():
            changes.lock(cursor, Reading(stream, initial))
            changes.advance(cursor, Reading(stream, initial), session.catalog.clock.now())
        changes.record(cursor, versions)
        return
    new = {s: initial for s, initial in streams.items() if s not in transaction.consumed}
    for stream, initial in new.items():
        changes.lock(cursor, Reading(stream, initial))
    changes.record(cursor, versions)
    transaction.versions += versions.values()
    transaction.consumed.update(new)


def clear(session: Session, cursor: duckdb.DuckDBPyConnection, table: Table, binder: Binder) -> None:
    """Remove all rows of ``table``."""
    for kept in binding.keep_all(binder, table):
        cursor.execute(kept)
    cursor.execute(f"DELETE FROM {table.storage}").fetchall()
    finish(session, cursor, {}, binder.versions)


def start(unit: Changes, table: Table) -> Table:
    """Keep what changes in ``table`` from now on."""
    if not table.history:
        history = always_quoted(f"{table.name}#{table.id}_history")
        table = replace(table, history=f"data.{history}")
        changes.start(unit.cursor, table, table.history)
    elif table.change_tracking:
        return table
    return unit.put(replace(table, change_tracking=True))


def copied(
    context: Context, unit: Changes, stream: Stream, copies: dict[int, Entity], into: Entity
) -> Stream:
    """A stream of a schema or database that is cloned as ``into``, with the objects that ``copies`` has by their
    originals' ids. One whose source is cloned too reads the clone, and begins anew."""
    clone = replace(stream, id=unit.new_id(), parent=into.id, created_on=0)
    if any(each not in copies for each in (stream.source, *stream.bases)):
        changes.copy_offset(unit.cursor, clone.id, stream.id, stream.bases)
        return clone
    for base in stream.bases:
        table = copies[base]
        assert isinstance(table, Table)
        copies[base] = start(unit, table)
    source = copies[stream.source]
    clone = replace(clone, source=source.id, bases=tuple(copies[b].id for b in stream.bases))
    changes.place(unit.cursor, clone.id, clone.bases, False, context.catalog.clock.now())
    return clone
