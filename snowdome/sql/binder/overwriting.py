"""INSERT OVERWRITE: a table loses its rows, and only then are the new ones written."""

from __future__ import annotations

from snowdome.catalog.model import Table
from snowdome.sql.binder import tracking
from snowdome.sql.binder.core import Binder
from snowdome.sql.binder.scope import Relation


def replace(
    binder: Binder, table: Table, relation: Relation, rows: str
) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """The FROM item to insert from in place of ``rows``, and the statements to run before and after.

    A query that reads the table which it replaces is computed while the table still has its rows.
    """
    cleared = (*tracking.keep_all(binder, table), f"DELETE FROM {table.storage}")
    if table.storage not in relation.sql:
        return rows, cleared, ()
    staged = f"temp.overwrite_{binder.fresh()}_{id(binder):x}"
    create = f"CREATE OR REPLACE TEMP TABLE {staged} AS {relation.sql}"
    source = rows.replace(f"({relation.sql})", staged, 1)
    return source, (create, *cleared), (f"DROP TABLE {staged}",)
