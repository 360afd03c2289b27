"""Files that hold tables, as Parquet: Parquet itself, and what is turned into it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.orc as orc
import pyarrow.parquet as pq
from duckdb import DuckDBPyConnection

from snowdome.errors import SnowflakeError, not_supported
from snowdome.stages.avro import read_avro
from snowdome.stages.formats import Format
from snowdome.stages.parquet_files import ParquetFile, parquet_file
from snowdome.stages.plain import plain
from snowdome.stages.storage import StagedFile, Stages

# Avro and ORC say what their values are
_LOGICAL = Format("PARQUET", {"USE_LOGICAL_TYPE": "TRUE", "BINARY_AS_TEXT": "FALSE"})


def as_parquet(file: StagedFile, format_: Format, stages: Stages, cursor: DuckDBPyConnection) -> ParquetFile:
    """What the file holds, by columns; its format is not CSV or JSON."""
    if format_.type == "PARQUET":
        return parquet_file(plain(file, format_, stages), file.name, format_, cursor)
    read = _READERS.get(format_.type)
    if read is None:
        raise not_supported(f"reading {format_.type} files")
    target = stages.cached(file, f"parquet {format_.type} {format_.text('COMPRESSION')}", ".parquet")
    if not target.exists():
        scratch = stages.scratch()
        pq.write_table(read(plain(file, format_, stages), file.name), scratch, compression="none")
        os.replace(scratch, target)
    return parquet_file(target, file.name, _LOGICAL, cursor)


def _read_orc(path: Path, shown: str) -> pa.Table:
    try:
        return orc.ORCFile(path).read()
    except (pa.ArrowInvalid, OSError) as error:
        text = f"Error parsing the orc file: {str(error).splitlines()[0]}\n  File '{shown}'"
        raise SnowflakeError("100156", "22000", text) from None


_READERS: dict[str, Callable[[Path, str], pa.Table]] = {"ORC": _read_orc, "AVRO": read_avro}
