"""The columns of a CSV file."""

from __future__ import annotations

import duckdb
from duckdb import DuckDBPyConnection

from snowdome.catalog.names import literal
from snowdome.errors import SnowflakeError
from snowdome.stages.csv_files import CsvFile, csv_file
from snowdome.stages.exact import csv_copy
from snowdome.stages.formats import Format
from snowdome.stages.infer_types import ACCEPTED, MAX, Found, family_of
from snowdome.stages.storage import StagedFile, Stages


def csv_columns(
    file: StagedFile, format_: Format, stages: Stages, cursor: DuckDBPyConnection, limit: int | None
) -> list[tuple[str, Found]]:
    """Name and type of each column, by the first ``limit`` records; none where there is no record."""
    names: tuple[str, ...] | None = None
    csv = csv_file(file, format_, stages)
    if format_.flag("PARSE_HEADER"):
        names = csv.reader().header()
        _check_header(names, file.name)
        csv = csv_file(file, format_.with_options(SKIP_HEADER="1", PARSE_HEADER="FALSE"), stages)
    if csv.width == 0:
        return []
    source = _source(csv, stages, cursor, names)
    if limit is not None:
        source = f"(SELECT * FROM {source} LIMIT {limit})"
    found = [_column(f"c{i}", source, cursor) for i in range(1, csv.width + 1)]
    shown = names if names is not None else [f"c{i}" for i in range(1, csv.width + 1)]
    return list(zip(shown, found, strict=False))


def _check_header(names: tuple[str, ...], file: str) -> None:
    for name in names:
        if name and names.count(name) > 1:
            raise _header_error(f'duplicated column names "{name}" is not allowed in the header', file)
    if "" in names:
        raise _header_error("empty string in the header is not allowed", file)


def _header_error(what: str, file: str) -> SnowflakeError:
    text = f"Error with CSV header: {what}\n  File '{file}'\n  Row 0 starts at line 0, column "
    return SnowflakeError("100113", "22000", text)


def _source(csv: CsvFile, stages: Stages, cursor: DuckDBPyConnection, names: tuple[str, ...] | None) -> str:
    """The records as columns c1, c2, …"""
    reader = csv.engine_reader(csv.width if names is None else len(names))
    if reader is not None:
        count = csv.width if names is None else len(names)
        try:
            cursor.execute(f"SELECT {', '.join(f'count(c{i})' for i in range(1, count + 1))} FROM {reader}")
        except duckdb.InvalidInputException:
            pass
        else:
            fields = ", ".join(f"{csv.field(f'c{i}')} AS c{i}" for i in range(1, count + 1))
            return f"(SELECT {fields} FROM {reader})"
    if names is not None:
        _check_widths(csv, len(names))
    return f"read_parquet({literal(str(csv_copy(csv, csv.width, stages)))})"


def _check_widths(csv: CsvFile, wanted: int) -> None:
    reader = csv.reader()
    for record in reader.records():
        given, file = len(record.fields), csv.file.name
        if record.problem is not None or given == wanted:
            continue
        if given < wanted:
            raise _header_error(
                f"header defined {wanted} columns while data contains {given} columns. \n", file
            )
        line, character = reader.place(record.starts[wanted])
        start = reader.place(record.start)[0]
        row = f"Row {record.number}" + ("" if start == line else f" starts at line {start}")
        where = f"\n  File '{file}', line {line}, character {character}"
        where += f'\n  {row}, column "TRANSIENT_STAGE_TABLE"[{wanted}]'
        raise _header_error(
            f"header defined ({wanted}) columns while data contains more columns{where}", file
        )


# -- types --------------------------------------------------------------------------------------


def _column(column: str, source: str, cursor: DuckDBPyConnection) -> Found:
    row = cursor.execute(f"SELECT first({column}) FILTER ({column} IS NOT NULL) FROM {source}").fetchone()
    if row is None or row[0] is None:
        return Found()
    family = family_of(str(row[0]))
    if family == "TEXT":
        return Found("TEXT")
    return _numbers(column, source, cursor) if family == "NUMBER" else _others(column, source, family, cursor)


def _others(column: str, source: str, family: str, cursor: DuckDBPyConnection) -> Found:
    test = f"regexp_full_match({column}, {literal(ACCEPTED[family])})"
    if family == "REAL":
        infinite = (
            f"isinf(coalesce(TRY_CAST({column} AS DOUBLE), 0)) AND NOT contains(lower({column}), 'inf')"
        )
        test = f"({test} AND NOT ({infinite}))"
    row = cursor.execute(f"SELECT bool_and({test}) FROM {source}").fetchone()
    return Found(family if row and row[0] else "TEXT")


def _numbers(column: str, source: str, cursor: DuckDBPyConnection) -> Found:
    digits = f"regexp_replace({column}, '^[+-]', '')"
    whole = f"length(ltrim(split_part({digits}, '.', 1), '0'))"
    fraction = f"length(split_part({digits}, '.', 2))"
    zero = f"NOT regexp_matches({column}, '[1-9]')"
    query = (
        f"SELECT bool_and({column} NOT IN ('', '+', '-') AND regexp_full_match({column}, "
        f"{literal(ACCEPTED['NUMBER'])}) AND {whole} + {fraction} <= {MAX}),"
        f" max(greatest({whole}, 1)), max(CASE WHEN {zero} THEN 0 ELSE {fraction} END) FROM {source}"
    )
    row = cursor.execute(query).fetchone()
    if row is None or not row[0]:
        return Found("TEXT")
    return Found("NUMBER", int(row[1]), int(row[2]))
