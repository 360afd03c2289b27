"""A value that a DML statement could not compute or write, told with the table and the column.

The engine does not say which column failed, so after a failure each column's value is computed again by
itself: the first that fails, or that is NULL and must not be, is the one.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from snowdome.engine.failures import translate
from snowdome.errors import SnowflakeError
from snowdome.session import Session
from snowdome.sql.binder.written import Assignment, Written

_VALUE_ERRORS = frozenset({
    "100035", "100037", "100038", "100039", "100040", "100046", "100051", "100069", "100071", "100072",
    "100078", "100097", "100108", "100115", "100145",
})  # fmt: skip


def told(
    failure: duckdb.Error, written: Sequence[Written], tables: dict[str, pa.Table], session: Session
) -> SnowflakeError | None:
    """The failure with its table and column; None if it is no value's, or no column's."""
    plain = translate(failure)
    if plain.code not in _VALUE_ERRORS:
        return None
    for part in written:
        if _fails(f"SELECT count(*) FROM {part.rows}", tables, session):
            return None
        for value in part.values:
            if _is_broken(value, part, tables, session, null=plain.code == "100072"):
                head = f"DML operation to table {part.table} failed on column {value.column} with error: "
                return SnowflakeError(plain.code, plain.sqlstate, head + plain.message)
    return None


def _is_broken(
    value: Assignment, part: Written, tables: dict[str, pa.Table], session: Session, *, null: bool
) -> bool:
    if null and not value.required:
        return False
    return _fails(f"SELECT bool_or({value.sql} IS NULL) FROM {part.rows}", tables, session, null=null)


def _fails(query: str, tables: dict[str, pa.Table], session: Session, *, null: bool = False) -> bool:
    """Whether the engine refuses ``query``, or with ``null`` its answer is true."""
    try:
        with session.cursor() as cursor:
            for name, table in tables.items():
                cursor.register(name, table)
            try:
                rows = cursor.execute(query).fetchall()
            finally:
                for name in tables:
                    cursor.unregister(name)
    except duckdb.Error:
        return not null
    return null and bool(rows) and rows[0][0] is True
