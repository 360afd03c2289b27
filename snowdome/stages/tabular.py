"""Files that hold tables, as Parquet: Parquet itself, and what is turned into it."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from snowdome.errors import not_supported
from snowdome.stages.formats import Format
from snowdome.stages.parquet_files import ParquetFile, parquet_file
from snowdome.stages.plain import plain
from snowdome.stages.storage import StagedFile, Stages


def as_parquet(file: StagedFile, format_: Format, stages: Stages, cursor: DuckDBPyConnection) -> ParquetFile:
    """What the file holds, by columns; its format is not CSV or JSON."""
    if format_.type != "PARQUET":
        raise not_supported(f"reading {format_.type} files")
    return parquet_file(plain(file, format_, stages), file.name, format_, cursor)
