"""Parquet files, read column by column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from duckdb import DuckDBPyConnection

from snowdome.catalog.names import always_quoted, literal
from snowdome.errors import SnowflakeError
from snowdome.stages.formats import Format
from snowdome.types import (
    BINARY,
    BOOLEAN,
    DATE,
    LTZ,
    NTZ,
    NUMBER,
    REAL,
    TEXT,
    TIME,
    VARIANT,
    DataType,
    fixed,
)

_INTEGERS = (
    "tinyint", "smallint", "integer", "bigint", "hugeint",
    "utinyint", "usmallint", "uinteger", "ubigint", "uhugeint",
)  # fmt: skip


@dataclass(frozen=True)
class NativeColumn:
    """A column of a file: its Snowflake type, and engine SQL that gives it in the engine layout."""

    name: str
    type: DataType
    sql: str
    nullable: bool = True


def _reader(path: Path) -> str:
    """Engine SQL that reads only what the file holds: directories called ``x=1`` are no columns."""
    return f"read_parquet({literal(str(path))}, hive_partitioning = false)"


@dataclass(frozen=True)
class ParquetFile:
    """A file's columns, and the engine's name for what they are read from."""

    path: Path
    columns: tuple[NativeColumn, ...]
    rows: int

    @property
    def source(self) -> str:
        return _reader(self.path)

    def column(self, name: str) -> NativeColumn | None:
        """The column called exactly ``name``."""
        return next((c for c in self.columns if c.name == name), None)


def parquet_file(path: Path, shown: str, format_: Format, cursor: DuckDBPyConnection) -> ParquetFile:
    """What the Parquet file at ``path`` holds; 100156 if it is none. ``shown`` names it in errors."""
    try:
        metadata = pq.ParquetFile(path)
        relation = cursor.sql(f"SELECT * FROM {_reader(path)}")
        kinds = list(zip(relation.columns, relation.types, strict=True))
    except (pa.ArrowInvalid, OSError, duckdb.Error) as error:
        text = f"Error parsing the parquet file: {str(error).splitlines()[0]}\n  File '{shown}'"
        raise SnowflakeError("100156", "22000", text) from None
    names = metadata.schema_arrow.names
    old = {
        c.path for c in map(metadata.schema.column, range(len(metadata.schema))) if c.physical_type == "INT96"
    }
    required = {f.name for f in metadata.schema_arrow if not f.nullable}
    columns = tuple(
        _native(name, always_quoted(engine), kind, format_, name in old, name not in required)
        for name, (engine, kind) in zip(names, kinds, strict=True)
    )
    return ParquetFile(path, columns, metadata.metadata.num_rows)


# -- types --------------------------------------------------------------------------------------

Made = tuple[DataType, str]
Maker = Callable[[str, Sequence[tuple[str, object]], Format, bool], Made]


def _native(name: str, sql: str, kind: object, format_: Format, old: bool, nullable: bool) -> NativeColumn:
    """``old`` says that it is an INT96: always a timestamp, whatever USE_LOGICAL_TYPE says."""
    id_ = str(getattr(kind, "id", kind))
    children = getattr(kind, "children", ()) if id_ in ("decimal",) else ()
    maker = _MAKERS.get(id_)
    type_, made = maker(sql, children, format_, old) if maker else (TEXT, f"CAST({sql} AS VARCHAR)")
    return NativeColumn(name, type_, made, nullable)


def _cast(type_: DataType, engine: str) -> Maker:
    return lambda sql, children, format_, old: (type_, f"CAST({sql} AS {engine})")


def _decimal(sql: str, children: Sequence[tuple[str, object]], format_: Format, old: bool) -> Made:
    sizes = {name: int(str(value)) for name, value in children}
    return fixed(sizes["precision"], sizes["scale"]), sql


def _blob(sql: str, children: Sequence[tuple[str, object]], format_: Format, old: bool) -> Made:
    return (TEXT, f"decode({sql})") if format_.flag("BINARY_AS_TEXT") else (BINARY, sql)


def _time(sql: str, children: Sequence[tuple[str, object]], format_: Format, old: bool) -> Made:
    return TIME, f"(epoch_us({sql}) * 1000)"


def _time_ns(sql: str, children: Sequence[tuple[str, object]], format_: Format, old: bool) -> Made:
    if format_.flag("USE_LOGICAL_TYPE"):
        return TIME, f"epoch_ns({sql})"
    return NUMBER, f"CAST(epoch_ns({sql}) AS DECIMAL(38,0))"


def _timestamp(sql: str, children: Sequence[tuple[str, object]], format_: Format, old: bool) -> Made:
    return NTZ, f"(epoch_us(CAST({sql} AS TIMESTAMP))::HUGEINT * 1000)"


def _timestamp_ns(sql: str, children: Sequence[tuple[str, object]], format_: Format, old: bool) -> Made:
    if old or format_.flag("USE_LOGICAL_TYPE"):
        return NTZ, f"CAST(epoch_ns({sql}) AS HUGEINT)"
    # without the option, nanoseconds are read as the number that is stored
    return NUMBER, f"CAST(epoch_ns({sql}) AS DECIMAL(38,0))"


def _zoned(sql: str, children: Sequence[tuple[str, object]], format_: Format, old: bool) -> Made:
    return LTZ if format_.flag("USE_LOGICAL_TYPE") else NTZ, f"(epoch_us({sql})::HUGEINT * 1000)"


def _zoned_ns(sql: str, children: Sequence[tuple[str, object]], format_: Format, old: bool) -> Made:
    if format_.flag("USE_LOGICAL_TYPE"):
        return LTZ, f"CAST(epoch_ns({sql}) AS HUGEINT)"
    return NUMBER, f"CAST(epoch_ns({sql}) AS DECIMAL(38,0))"


def _nested(sql: str, children: Sequence[tuple[str, object]], format_: Format, old: bool) -> Made:
    return VARIANT, f"(CASE WHEN {sql} IS NOT NULL THEN sf.parse_json(CAST(to_json({sql}) AS VARCHAR)) END)"


_MAKERS: dict[str, Maker] = {
    **dict.fromkeys(_INTEGERS, _cast(NUMBER, "DECIMAL(38,0)")),
    "float": _cast(REAL, "DOUBLE"),
    "double": _cast(REAL, "DOUBLE"),
    "boolean": _cast(BOOLEAN, "BOOLEAN"),
    "date": _cast(DATE, "DATE"),
    "decimal": _decimal,
    "blob": _blob,
    "time": _time,
    "time_ns": _time_ns,
    "timestamp": _timestamp,
    "timestamp_s": _timestamp,
    "timestamp_ms": _timestamp,
    "timestamp_ns": _timestamp_ns,
    "timestamp with time zone": _zoned,
    "timestamptz_ns": _zoned_ns,
    "list": _nested,
    "array": _nested,
    "struct": _nested,
    "map": _nested,
}
