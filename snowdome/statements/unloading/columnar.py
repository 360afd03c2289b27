"""Parquet files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from snowdome.context import Context
from snowdome.errors import compilation_error
from snowdome.sql.compiler import Compiled
from snowdome.sql.variants import compact_sql
from snowdome.stages.formats import Format
from snowdome.statements.unloading.output import Output, Sink, Written, pieces
from snowdome.types import Column

_BATCH = 100_000  # rows
_CODECS = {"AUTO": "snappy", "NONE": "none"}


def codec(format_: Format) -> str:
    """The compression as pyarrow names it."""
    given = format_.text("COMPRESSION")
    if given == "AUTO" and not format_.flag("SNAPPY_COMPRESSION"):
        return "none"
    if given == "LZO":
        raise compilation_error("002105", "0A000", "LZO compression is not supported for unloading data.")
    return _CODECS.get(given, given.lower())


def write(
    compiled: Compiled, format_: Format, header: bool, sink: Sink, output: Output, context: Context
) -> Iterator[Written]:
    """Write the rows of a query, to a new file whenever one has reached the limit; column names are kept
    with ``header``."""
    values = ", ".join(f"{_value(f'c{i}', c)} AS c{i}" for i, c in enumerate(compiled.columns, 1))
    names = [c.name if header else f"_COL_{i}" for i, c in enumerate(compiled.columns)]
    with context.session.cursor() as cursor:
        for name, table in compiled.tables.items():
            cursor.register(name, table)
        rows = cursor.sql(f"SELECT {values} FROM ({compiled.sql})")
        reader: pa.RecordBatchReader = rows.to_arrow_reader(_BATCH)
        pairs = zip(names, reader.schema, compiled.columns, strict=True)
        schema = pa.schema([pa.field(name, _storage(f.type), c.nullable) for name, f, c in pairs])
        file = _File(sink, output, schema, codec(format_))
        for batch in reader:
            yield from file.add(batch)
        for name in compiled.tables:
            cursor.unregister(name)
    yield from file.close()


class _File:
    """The file that is being written, and the next ones."""

    def __init__(self, sink: Sink, output: Output, schema: pa.Schema, compression: str) -> None:
        self._sink = sink
        self._output = output
        self._schema = schema
        self._compression = compression
        self._scratch: Path | None = None

    def add(self, batch: pa.RecordBatch) -> Iterator[Written]:
        """Write rows; gives each file that has no room for more."""
        for some in pieces(batch, self._sink.max_size // 2):
            if self._scratch is not None and self._is_full(self._scratch, some.nbytes):
                yield from self.close()
            self._write(some)

    def _is_full(self, scratch: Path, more: int) -> bool:
        return not self._sink.single and scratch.stat().st_size + more > self._sink.max_size

    def _write(self, batch: pa.RecordBatch) -> None:
        if self._scratch is None:
            self._scratch = self._sink.stages.scratch()
            self._writer = pq.ParquetWriter(self._scratch, self._schema, compression=self._compression)
            self._rows = self._plain = 0
        columns = [a.cast(f.type) for a, f in zip(batch.columns, self._schema, strict=True)]
        self._writer.write_batch(pa.record_batch(columns, self._schema))
        self._rows += batch.num_rows
        self._plain += batch.nbytes

    def close(self) -> Iterator[Written]:
        """Finish the file, if there is one."""
        if self._scratch is None:
            return
        self._writer.close()
        name = self._output.next()
        size = self._sink.place(self._scratch, name)
        self._scratch = None
        yield Written(name, self._rows, self._plain, size)


def _storage(type_: pa.DataType) -> pa.DataType:
    """The Arrow type that is written for one that the engine gives."""
    if isinstance(type_, pa.BaseExtensionType):
        return type_.storage_type
    return pa.string() if pa.types.is_string_view(type_) else type_


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
