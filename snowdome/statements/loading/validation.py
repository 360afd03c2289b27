"""VALIDATION_MODE: what a COPY would do, without doing it."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from snowdome.errors import SnowflakeError
from snowdome.result import SELECT, Result, rows_result
from snowdome.stages.storage import StagedFile
from snowdome.statements.loading.loader import Loader, fetch
from snowdome.types import TEXT, Column, fixed

_COUNT = fixed(38, 0)
ERRORS = (
    Column("ERROR", TEXT), Column("FILE", TEXT), Column("LINE", _COUNT), Column("CHARACTER", _COUNT),
    Column("BYTE_OFFSET", _COUNT), Column("CATEGORY", TEXT), Column("CODE", _COUNT),
    Column("SQL_STATE", TEXT), Column("COLUMN_NAME", TEXT), Column("ROW_NUMBER", _COUNT),
    Column("ROW_START_LINE", _COUNT), Column("REJECTED_RECORD", TEXT),
)  # fmt: skip


def errors_of(
    loader: Loader, files: Sequence[StagedFile], absent: Sequence[tuple[str, SnowflakeError]]
) -> Result:
    """RETURN_ERRORS: every record that would not be loaded."""
    rows = [
        (e.message, name, None, None, None, "other", int(e.code), e.sqlstate, None, 0, 0, None)
        for name, e in absent
    ]
    for file in files:
        rows += [r.validation_row() for r in loader.check(file, every=True).rejects]  # type: ignore[misc]
    return rows_result(ERRORS, rows, SELECT)


def first_rows(loader: Loader, files: Sequence[StagedFile], count: int) -> Result:
    """RETURN_n_ROWS: the first rows that would be loaded; the error that a COPY would end with."""
    columns = tuple(Column(c.name, c.type, c.nullable) for c in loader.job.columns)
    tables: list[pa.Table] = []
    for file in files:
        checked = loader.check(file)
        if checked.rejects:
            raise checked.rejects[0].raised()
        left = count - sum(t.num_rows for t in tables)
        if left <= 0 or checked.good is None:
            break
        binder = loader.job.binder()
        stored = loader.job.stored(checked.good, binder)
        tables.append(fetch(f"SELECT * FROM ({stored.sql}) LIMIT {left}", binder))
    if not tables:
        return rows_result(columns, [], SELECT)
    return Result(columns, pa.concat_tables(tables), SELECT)
