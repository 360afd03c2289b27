"""What a statement gives back, before it is put on the wire."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from snowdome.types import TEXT, Column

SELECT = 0x1000
DML = 0x3000
INSERT = 0x3100
UPDATE = 0x3200
DELETE = 0x3300
MERGE = 0x3400
MULTI_TABLE_INSERT = 0x3500
COPY = 0x3000  # clients count COPY's rows by its own columns
SHOW = 0x4100
DESCRIBE = 0x4200
DDL = 0x6000
CALL = 0x5000
TRANSFER = 0x7000
MULTI = 0xA000


@dataclass(frozen=True)
class Result:
    """Columns plus rows in the engine layout of ``snowdome.types`` (a pyarrow table with one column
    for each, whatever it is called). ``as_json`` results go out as JSON rowsets (DML, SHOW, DDL);
    ``transfer`` holds the reply keys of a PUT or GET; ``children`` the query ids of a
    multi-statement request."""

    columns: tuple[Column, ...]
    table: pa.Table
    statement_type: int = SELECT
    as_json: bool = False
    transfer: dict[str, Any] | None = None
    children: tuple[str, ...] = ()
    stats: dict[str, int] = field(default_factory=dict)

    @property
    def row_count(self) -> int:
        return int(self.table.num_rows)


def rows_result(
    columns: tuple[Column, ...],
    rows: list[tuple[Any, ...]],
    statement_type: int = SHOW,
    *,
    as_json: bool = False,
) -> Result:
    """A result from Python rows; values must already be in the engine layout."""
    return Result(columns, arrow_table(columns, rows), statement_type, as_json=as_json)


def status_result(message: str, statement_type: int = DDL) -> Result:
    """The one-row ``status`` result of DDL and commands."""
    return rows_result((Column("status", TEXT),), [(message,)], statement_type, as_json=True)


def arrow_table(columns: tuple[Column, ...], rows: list[tuple[Any, ...]]) -> pa.Table:
    """Rows in the engine layout as an Arrow table whose columns are called c1, c2, …"""
    fields = [pa.field(f"c{i + 1}", arrow_type(c)) for i, c in enumerate(columns)]
    arrays = [pa.array([row[i] for row in rows], type=f.type) for i, f in enumerate(fields)]
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


_ARROW: dict[str, pa.DataType] = {
    "REAL": pa.float64(),
    "BINARY": pa.binary(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "TIME": pa.int64(),
    "TIMESTAMP_NTZ": pa.decimal128(38, 0),
    "TIMESTAMP_LTZ": pa.decimal128(38, 0),
    "TIMESTAMP_TZ": pa.struct([("t", pa.decimal128(38, 0)), ("o", pa.int16())]),
}


def arrow_type(column: Column) -> pa.DataType:
    """The Arrow type of ``column`` in the engine layout; text for semi-structured ones."""
    t = column.type
    if t.kind == "FIXED":
        return pa.decimal128(t.p, t.s)
    if t.kind == "VECTOR" and t.element is not None:
        return pa.list_(pa.float32() if t.element.kind == "REAL" else pa.int32(), t.length or 0)
    return _ARROW.get(t.kind, pa.string())
