"""Copies of what the engine's readers do not read as Snowflake does: cut up in Python, kept as Parquet."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from snowdome.errors import SnowflakeError
from snowdome.stages.csv_files import CsvFile
from snowdome.stages.csv_records import Reader, Record
from snowdome.stages.documents import DocumentFile
from snowdome.stages.json_files import Unreadable
from snowdome.stages.plain import INVALID_UTF8, invalid, invalid_utf8
from snowdome.stages.storage import Stages

_BATCH = 50_000  # records


def csv_copy(csv: CsvFile, columns: int, stages: Stages) -> Path:
    """The file's records as columns c1, c2, … of a Parquet file; an error where one cannot be read."""
    target = stages.cached(csv.file, f"csv {csv.dialect} {columns}", ".parquet")
    if not target.exists():
        schema = pa.schema([(f"c{i}", pa.string()) for i in range(1, columns + 1)])
        _write(schema, _csv_batches(csv, columns, schema), stages.scratch(), target)
    return target


def _csv_batches(csv: CsvFile, columns: int, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    reader = csv.reader()
    records = reader.records()
    while batch := list(islice(records, _BATCH)):
        kept = [r for r in batch if not (r.blank and csv.dialect.skip_blank)]
        for record in kept:
            _check(record, reader, csv.file.name)
        rows = [(*r.fields, *([None] * (columns - len(r.fields)))) for r in kept]
        yield pa.record_batch([pa.array([r[i] for r in rows], pa.string()) for i in range(columns)], schema)


def _check(record: Record, reader: Reader, name: str) -> None:
    if record.problem is not None:
        line, character = reader.place(record.problem.offset)
        column = f'"TRANSIENT_STAGE_TABLE"["${record.problem.field + 1}":{record.problem.field + 1}]'
        where = (
            f"\n  File '{name}', line {line}, character {character}\n  Row {record.number}, column {column}"
        )
        raise SnowflakeError(record.problem.code, "22000", record.problem.message + where)
    for field in record.fields:
        if field is not None and not field.isascii() and invalid(field):
            raise SnowflakeError(INVALID_UTF8, "22000", invalid_utf8(field))


def document_copy(source: DocumentFile, stages: Stages) -> Path:
    """The file's documents, canonical, as column c1 of a Parquet file; an error where the text is none."""
    options = sorted(source.format.options.items())
    target = stages.cached(source.file, f"{source.format.type} {options}", ".parquet")
    if not target.exists():
        schema = pa.schema([("c1", pa.string())])
        _write(schema, _document_batches(source, schema), stages.scratch(), target)
    return target


def _document_batches(source: DocumentFile, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    documents = source.documents()
    while True:
        try:
            batch = [d.text for d in islice(documents, _BATCH)]
        except Unreadable as fault:
            text = source.text()
            line = text.count("\n", 0, fault.offset) + 1
            character = fault.offset - text.rfind("\n", 0, fault.offset)
            where = f"\n  File '{source.file.name}', line {line}, character {character}"
            raise fault.failure(where) from None
        if not batch:
            return
        yield pa.record_batch([pa.array(batch, pa.string())], schema)


def _write(schema: pa.Schema, batches: Iterator[pa.RecordBatch], scratch: Path, target: Path) -> None:
    with pq.ParquetWriter(scratch, schema, compression="none") as writer:
        for batch in batches:
            writer.write_batch(batch)
    os.replace(scratch, target)
