"""INFER_SCHEMA: the columns of staged files, and the types their values settle on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from duckdb import DuckDBPyConnection

from snowdome.errors import SnowflakeError, compilation_error, not_supported
from snowdome.stages.formats import Format
from snowdome.stages.infer_csv import csv_columns
from snowdome.stages.infer_json import json_columns
from snowdome.stages.infer_types import Found
from snowdome.stages.location import Location
from snowdome.stages.storage import StagedFile, Stages
from snowdome.stages.tabular import as_parquet
from snowdome.types import DataType


@dataclass(frozen=True)
class Request:
    """A call: ``files`` are the names given, ``records`` and ``count`` limits for each file and of files."""

    place: Location
    format: Format
    files: tuple[str, ...] = ()
    ignore_case: bool = False
    count: int | None = None
    records: int | None = None


@dataclass
class InferredColumn:
    """A row of the result, in the making."""

    name: str
    found: Found
    position: int
    expression: str
    files: list[str] = field(default_factory=list)
    nullable: bool = True

    def row(self) -> tuple[str, str, bool, str, str, int]:
        type_ = self.found.type_name()
        expression, files = f"{self.expression}::{type_}", ", ".join(self.files)
        return (self.name, type_, self.nullable, expression, files, self.position)


@dataclass(frozen=True)
class FileColumn:
    """One column of one file: ``source`` is how a query reads it, without its cast."""

    name: str
    found: Found
    position: int
    source: str
    nullable: bool = True


Rows = list[tuple[str, str, bool, str, str, int]]
Inferrer = Callable[[StagedFile, Request, Stages, DuckDBPyConnection], Sequence[FileColumn]]


def infer(request: Request, stages: Stages, cursor: DuckDBPyConnection) -> Rows:
    """The rows of INFER_SCHEMA: name, type, nullable, expression, file names, order."""
    inferrer = _INFERRERS.get(request.format.type)
    if inferrer is None:
        raise _unsupported(request.format.type)
    merged: dict[str, InferredColumn] = {}
    for file in _files(request, stages)[: request.count]:
        for column in inferrer(file, request, stages, cursor):
            _merge(merged, column, request.place.label(file))
    return [c.row() for c in merged.values()]


def _unsupported(type_: str) -> SnowflakeError:
    if type_ == "XML":
        return compilation_error("002240", "22023", f"Invalid file format {type_}")
    return not_supported(f"INFER_SCHEMA of {type_} files")


def _merge(merged: dict[str, InferredColumn], column: FileColumn, file: str) -> None:
    known = merged.get(column.name)
    if known is None:
        merged[column.name] = InferredColumn(
            column.name, column.found, column.position, column.source, [file], column.nullable
        )
        return
    known.found = known.found.merged(column.found)
    known.nullable |= column.nullable
    known.files.append(file)


def _files(request: Request, stages: Stages) -> list[StagedFile]:
    place = request.place
    if not request.files:
        return place.files(stages)
    names = sorted({place.joined(name) for name in request.files})
    found = []
    for name in names:
        file = stages.file(place.area, name)
        if file is None:
            raise _missing(place, name)
        found.append(file)
    return found


def _missing(place: Location, name: str) -> SnowflakeError:
    text = (
        f"Remote file '{place.area.key}/{name}' was not found. There are several potential causes. The file "
        "might not exist. The required credentials may be missing or invalid. If you are running a copy "
        "command, please make sure files are not deleted when they are being loaded or files are not being "
        f"loaded into two different tables concurrently with auto purge option.\n  File '{name}'\n"
        "  Row 0 starts at line 0, column "
    )
    return SnowflakeError("091016", "22000", text)


# -- by format ----------------------------------------------------------------------------------


def _csv(file: StagedFile, request: Request, stages: Stages, cursor: DuckDBPyConnection) -> list[FileColumn]:
    columns = csv_columns(file, request.format, stages, cursor, request.records)
    return [
        FileColumn(name.upper() if request.ignore_case else name, found, i, f"${i + 1}")
        for i, (name, found) in enumerate(columns)
    ]


def _json(file: StagedFile, request: Request, stages: Stages, cursor: DuckDBPyConnection) -> list[FileColumn]:
    columns = json_columns(file, request.format, stages, request.records, ignore_case=request.ignore_case)
    return [FileColumn(name, found, at, _member(name, request)) for name, (found, at) in columns.items()]


def _member(name: str, request: Request) -> str:
    return f"GET_IGNORE_CASE($1, '{name}')" if request.ignore_case else f"$1:{name}"


def _parquet(
    file: StagedFile, request: Request, stages: Stages, cursor: DuckDBPyConnection
) -> list[FileColumn]:
    # a column of bytes is shown as such, whether or not its values would be read as text
    format_ = request.format.with_options(BINARY_AS_TEXT="FALSE")
    parquet = as_parquet(file, format_, stages, cursor)
    named = [(c.name.upper() if request.ignore_case else c.name, c) for c in parquet.columns]
    return [
        FileColumn(name, _native(c.type), i, _member(name, request), c.nullable)
        for i, (name, c) in enumerate(named)
    ]


def _native(type_: DataType) -> Found:
    if type_.kind == "FIXED":
        return Found("NUMBER", type_.p - type_.s, type_.s)
    return Found(type_.kind if type_.kind != "TIMESTAMP" else "TIMESTAMP_NTZ")


_INFERRERS: dict[str, Inferrer] = {
    "CSV": _csv,
    "JSON": _json,
    **dict.fromkeys(("PARQUET", "ORC", "AVRO"), _parquet),
}
