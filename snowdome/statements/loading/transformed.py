"""Records whose values a COPY's query, or a column, does not take: where they are in the file."""

from __future__ import annotations

from itertools import islice

from snowdome.errors import SnowflakeError
from snowdome.stages.csv_files import csv_file
from snowdome.statements.loading.rejects import Reject
from snowdome.statements.loading.rows import FileRows, Job, failing_column


def rejected(rows: FileRows, job: Job, number: int, error: SnowflakeError) -> Reject:
    """Record ``number`` (from 1), which raises ``error`` when it is stored."""
    column = job.column_label(failing_column(rows, job, number))
    if job.format.type != "CSV":
        return Reject(error, job.file_label(rows.file), number, column, number, 1, None, number)
    reader = csv_file(rows.file, job.format, job.stages).reader()
    kept = (r for r in reader.records() if not (r.blank and reader.dialect.skip_blank))
    record = next(islice(kept, number - 1, None))
    line, character = reader.place(record.start)
    text = reader.text[record.start : record.next]
    offset = reader.byte_offset(record.start)
    return Reject(error, job.file_label(rows.file), number, column, line, character, offset, line, text)
