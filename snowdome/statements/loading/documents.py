"""Files of documents with a fault: where it is, and the documents before it."""

from __future__ import annotations

from itertools import islice

import pyarrow as pa
import pyarrow.parquet as pq

from snowdome.catalog.names import literal
from snowdome.errors import SnowflakeError
from snowdome.sql.binder.scope import Relation
from snowdome.stages.documents import document_file
from snowdome.stages.json_files import Unreadable
from snowdome.stages.storage import StagedFile
from snowdome.statements.loading.rejects import Reject
from snowdome.statements.loading.rows import DocumentRows, Job


def faulty(file: StagedFile, job: Job) -> Reject:
    """The first document that is none."""
    source = document_file(file, job.format, job.stages)
    number = 1
    try:
        for _ in source.documents():
            number += 1
    except Unreadable as fault:
        text = source.text()
        line, character = _place(text, fault.offset)
        column = job.column_label(0) if job.columns else None
        start = len(text[: fault.start]) + len(text[fault.start :]) - len(text[fault.start :].lstrip())
        return Reject(
            fault.failure(), job.file_label(file), number, column, line, character, len(text[: fault.offset].encode()),
            _place(text, start)[0], text[start : fault.offset + 1], "parsing",
        )  # fmt: skip
    return Reject(SnowflakeError("100069", "22P02", "Error parsing JSON"), job.file_label(file), number, None)


def _place(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def readable(file: StagedFile, job: Job, count: int) -> Relation | None:
    """The first ``count`` documents of a file; None if that is none at all."""
    if count < 1:
        return None
    documents = islice(document_file(file, job.format, job.stages).documents(), count)
    scratch = job.stages.scratch()
    pq.write_table(pa.table({"c1": pa.array([d.text for d in documents], pa.string())}), scratch)
    some = f"SELECT CAST(c1 AS JSON) AS v FROM read_parquet({literal(str(scratch))})"
    return DocumentRows(file, job).of(some, job.binder())
