"""The numbers of the rows that a query reads, where the engine allows no window: in its aggregates, its
keys and its WHERE.

SEQ4() and RANDOM with a seed are functions of the row's number, which in a projection is a window. Elsewhere
the FROM clause gets one more query around it, in which every row has its number, and the columns that the
rest of the query reads are packed under the names of their tables, so that what was bound still reads them."""

from __future__ import annotations

import re
from dataclasses import replace

from snowdome.sql.binder.core import Binder
from snowdome.sql.binder.scope import From, Grouping
from snowdome.sql.functions.generation import ROW
from snowdome.sql.typed import Typed

_COLUMN = re.compile(r'\b(t\d+)\.("(?:[^"]|"")+"|\w+)')


def settled(binder: Binder, typed: Typed, grouping: Grouping | None) -> Typed:
    """An aggregate or a key with row numbers read from a column; those of a subquery are its own."""
    if grouping is None or ROW not in typed.sql or "SELECT" in typed.sql:
        return typed
    grouping.row = grouping.row or binder.fresh()
    return replace(typed, sql=typed.sql.replace(ROW, grouping.row))


def numbered(binder: Binder, frm: From, where: str, grouping: Grouping | None, read: str) -> tuple[str, str]:
    """What stands behind FROM, and the condition of WHERE; ``read`` is the rest of the query."""
    row = grouping.row if grouping is not None else ""
    in_where = ROW in where and "SELECT" not in where
    if not row and not in_where:
        return frm.sql, where
    row = row or binder.fresh()
    outer = where.replace(ROW, row) if in_where else ""
    inner = f" WHERE {where}" if where and not in_where else ""
    items = [*_packed(frm, f"{read} {outer}"), f"{ROW} AS {row}"]
    source = f" FROM {frm.sql}" if frm.sql else ""
    return f"(SELECT {', '.join(items)}{source}{inner})", outer


def _packed(frm: From, read: str) -> list[str]:
    columns = [*frm.merged.values(), *(c for s in frm.sources for c in s.columns)]
    offered = {pair for c in columns for pair in _COLUMN.findall(c.sql)}
    tables: dict[str, list[str]] = {}
    for table, column in sorted(offered & set(_COLUMN.findall(read))):
        tables.setdefault(table, []).append(f"{column} := {table}.{column}")
    return [f"struct_pack({', '.join(fields)}) AS {table}" for table, fields in tables.items()]
