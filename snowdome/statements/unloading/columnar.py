"""Parquet files, written by the engine."""

from __future__ import annotations

from collections.abc import Iterator

from snowdome.catalog.names import always_quoted, literal
from snowdome.context import Context
from snowdome.errors import compilation_error
from snowdome.sql.compiler import Compiled
from snowdome.sql.variants import compact_sql
from snowdome.stages.formats import Format
from snowdome.statements.unloading.output import Output, Sink, Written
from snowdome.types import Column

_CODECS = {"AUTO": "snappy", "NONE": "uncompressed", "LZO": "lzo"}
_ROWS = 1_000_000  # of a file; larger results go to several files


def codec(format_: Format) -> str:
    """The compression as the engine names it."""
    given = format_.text("COMPRESSION")
    if given == "AUTO" and not format_.flag("SNAPPY_COMPRESSION"):
        return "uncompressed"
    return _CODECS.get(given, given.lower())


def write(
    compiled: Compiled, format_: Format, header: bool, sink: Sink, output: Output, context: Context
) -> Iterator[Written]:
    """Write the rows of a query as Parquet; column names are kept with ``header``."""
    values = ", ".join(
        f"{_value(f'c{i}', c)} AS {always_quoted(c.name if header else f'_COL_{i - 1}')}"
        for i, c in enumerate(compiled.columns, 1)
    )
    query = f"SELECT {values} FROM ({compiled.sql})"
    scratch = sink.stages.scratch()
    options = f"FORMAT parquet, COMPRESSION '{codec(format_)}'"
    with context.session.cursor() as cursor:
        for name, table in compiled.tables.items():
            cursor.register(name, table)
        row = cursor.execute(f"COPY ({query}) TO {literal(str(scratch))} ({options})").fetchone()
        for name in compiled.tables:
            cursor.unregister(name)
    rows = int(row[0]) if row else 0
    if rows == 0:
        scratch.unlink()
        return
    name = output.next()
    size = sink.place(scratch, name)
    yield Written(name, rows, size, size)


def _value(sql: str, column: Column) -> str:
    """Engine SQL of a value as Parquet stores it."""
    kind = column.type.kind
    if kind in ("TIMESTAMP_TZ", "TIMESTAMP_LTZ"):
        text = (
            "Error encountered when unloading to PARQUET: TIMESTAMP_TZ and LTZ types are not supported for "
            "unloading to Parquet."
        )
        raise compilation_error("002106", "0A000", text)
    if kind == "TIMESTAMP_NTZ":
        return f"sf.ts({sql})"
    if kind == "TIME":
        return f"(TIME '00:00:00' + to_microseconds({sql} // 1000))"
    if column.type.is_semi_structured:
        return f"CAST({compact_sql(sql)} AS VARCHAR)"
    if kind == "FIXED" and column.type.s == 0 and column.type.p <= 18:
        return f"CAST({sql} AS {'INTEGER' if column.type.p <= 9 else 'BIGINT'})"
    return sql
