"""The end of a statement that read streams or changed tracked tables (see ``snowdome.catalog.changes``)."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from snowdome.catalog import changes
from snowdome.catalog.changes import Reading
from snowdome.catalog.model import Table
from snowdome.session import Session
from snowdome.sql.binder import tracking as binding
from snowdome.sql.binder.core import Binder


def finish(
    session: Session, cursor: duckdb.DuckDBPyConnection, streams: Mapping[int, bool], versions: Mapping[int, int]
) -> None:
    """Move the streams read and record the versions made, in the transaction of ``cursor``; an explicit one
    moves its streams when it commits, so that all its statements read the same changes."""
    transaction = session.transaction
    if transaction is None or cursor is not transaction.cursor:
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
    cursor.execute(f"DELETE FROM {table.storage}")
    finish(session, cursor, {}, binder.versions)
