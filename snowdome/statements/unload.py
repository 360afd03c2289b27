"""COPY INTO a location: the rows of a table or a query, written to staged files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from snowdome.context import Context
from snowdome.errors import SnowflakeError, compilation_error
from snowdome.result import COPY, Result, rows_result
from snowdome.sql import ast, staging
from snowdome.sql.compiler import Compiled, compile_query, run_query
from snowdome.stages import formats
from snowdome.stages.formats import Format
from snowdome.stages.location import Location
from snowdome.stages.storage import safe_path
from snowdome.statements import tracking
from snowdome.statements.registry import handles
from snowdome.statements.unloading import columnar, lines
from snowdome.statements.unloading.output import Output, Sink, Written
from snowdome.types import TEXT, Column, fixed

_COUNT = fixed(38, 0)
_TOTALS = (Column("rows_unloaded", _COUNT), Column("input_bytes", _COUNT), Column("output_bytes", _COUNT))
_DETAILS = (Column("FILE_NAME", TEXT), Column("FILE_SIZE", _COUNT), Column("ROW_COUNT", _COUNT))
_DEFAULT_SIZE = 16_777_216  # bytes
_NO_PARTITION = "__NULL__"


@dataclass(frozen=True)
class Plan:
    """What is unloaded, where to and how; sizes are bytes."""

    compiled: Compiled
    place: Location
    format: Format
    single: bool
    overwrite: bool
    header: bool
    max_size: int
    with_query_id: bool
    detailed: bool
    validation: str
    partitioned: bool


def _columns(statement: ast.CopyIntoLocation, context: Context) -> tuple[Column, ...]:
    plan = _plan(statement, context)
    if plan.validation:
        return plan.compiled.columns
    return _DETAILS if plan.detailed else _TOTALS


@handles(ast.CopyIntoLocation, describe=_columns)
def copy_into_location(statement: ast.CopyIntoLocation, context: Context) -> Result:
    """Write the rows; how many they were, and how many bytes before and after compression."""
    plan = _plan(statement, context)
    if plan.validation:
        return run_query(plan.compiled, context)
    if not plan.overwrite and not plan.partitioned:
        _check_free(plan, context)
    written = write(plan, context)
    if plan.detailed:
        rows = [(plan.place.shown + w.name, w.size, w.rows) for w in written]
        return rows_result(_DETAILS, rows, COPY, as_json=True)
    totals = (sum(w.rows for w in written), sum(w.plain_size for w in written), sum(w.size for w in written))
    return rows_result(_TOTALS, [totals], COPY, as_json=True)


def write(plan: Plan, context: Context) -> list[Written]:
    """Write the rows of ``plan``; the files that they make."""
    with _reading(plan, context):
        return list(_write(plan, context))


@contextmanager
def _reading(plan: Plan, context: Context) -> Iterator[None]:
    """A transaction for the query if it reads streams, which move when all files are written."""
    session = context.session
    if not plan.compiled.streams:
        yield
        return
    alone = session.transaction is None
    session.begin()
    try:
        yield
        with session.cursor() as cursor:
            tracking.finish(session, cursor, plan.compiled.streams, {})
    except BaseException:
        if alone:
            session.rollback()
        raise
    if alone:
        session.commit()


# -- what is asked ------------------------------------------------------------------------------


def _plan(statement: ast.CopyIntoLocation, context: Context) -> Plan:
    place = staging.resolve(statement.location, context).writable()
    given = dict(statement.options)
    described = given.pop("FILE_FORMAT", None)
    options = staging.Options(given, context)
    for name in ("STORAGE_INTEGRATION", "CREDENTIALS", "ENCRYPTION"):
        options.raw(name)
    partitioned = statement.partition_by is not None
    plan = Plan(
        _compiled(statement, context),
        place,
        staging.file_format(described, context, place.stage),
        options.flag("SINGLE"),
        options.flag("OVERWRITE"),
        options.flag("HEADER"),
        options.number("MAX_FILE_SIZE") or _DEFAULT_SIZE,
        options.flag("INCLUDE_QUERY_ID", default=partitioned),
        options.flag("DETAILED_OUTPUT"),
        options.take("VALIDATION_MODE", formats.choice("RETURN_ROWS")),
        partitioned,
    )
    options.done()
    _check(plan)
    return plan


def _check(plan: Plan) -> None:
    if plan.partitioned and (plan.single or plan.overwrite):
        option = "SINGLE" if plan.single else "OVERWRITE"
        text = f"COPY option {option} = TRUE is not supported together with PARTITION BY."
        raise compilation_error("002104", "0A000", text)
    if plan.format.type not in ("CSV", "JSON", "PARQUET"):
        text = f"{plan.format.type} file format is not supported for unloading data."
        raise compilation_error("002105", "0A000", text)
    columns = plan.compiled.columns[:-1] if plan.partitioned else plan.compiled.columns
    if plan.format.type == "JSON" and (len(columns) != 1 or not columns[0].type.is_semi_structured):
        text = (
            "JSON file format can produce one and only one column of type variant or object or array. "
            "Use CSV file format if you want to unload more than one column."
        )
        raise compilation_error("001758", "42601", text)


def _compiled(statement: ast.CopyIntoLocation, context: Context) -> Compiled:
    """The query; with PARTITION BY its expression is the last column."""
    source = statement.source
    if isinstance(source, ast.Fragment):
        text, inner = source.text, staging.inside(context, source)
    else:
        text, inner = f"SELECT * FROM {staging.object_name(source, context)}", replace(context, bindings={})
    if statement.partition_by is not None:
        text = f"SELECT *, TO_VARCHAR({statement.partition_by.text}) FROM ({text})"
    return compile_query(text, inner)


def _check_free(plan: Plan, context: Context) -> None:
    """A file that would be written, or counted on from, must not be there."""
    stages = context.services.stages
    if plan.single:
        taken = stages.file(plan.place.area, _single_name(plan)) is not None
    else:
        taken = bool(stages.files(plan.place.area, _prefix(plan.place)))
    if taken:
        text = (
            f"Files already existing at the unload destination: {plan.place.text}. Use overwrite option to "
        )
        raise SnowflakeError("001756", "22000", f"{text}force unloading.")


def _prefix(place: Location) -> str:
    """What the names of several files begin with."""
    return place.path + "data" if place.path.endswith("/") or not place.path else place.path


def _single_name(plan: Plan) -> str:
    return _prefix(plan.place)


# -- writing ------------------------------------------------------------------------------------


def _write(plan: Plan, context: Context) -> Iterator[Written]:
    sink = Sink(context.services.stages, plan.place.area, plan.max_size, plan.single)
    if not plan.partitioned:
        yield from _write_part(plan, sink, plan.compiled, _namer(plan, context), context)
        return
    rows = _materialised(plan.compiled, context)
    base = place if (place := plan.place.path) == "" or place.endswith("/") else place + "/"
    namers: dict[str, Output] = {}  # values that differ may mean one directory
    for value in _partitions(rows, context):
        path = base + _directory(value)
        inside = replace(plan, place=replace(plan.place, path=path))
        namer = namers.setdefault(path, _namer(inside, context))
        yield from _write_part(inside, sink, _only(rows, value), namer, context)


def _materialised(compiled: Compiled, context: Context) -> Compiled:
    """The rows of the query, computed once."""
    table = run_query(compiled, context).table
    names = [f"c{i}" for i in range(1, len(compiled.columns) + 1)]
    tables = {"unloaded_rows": table.rename_columns(names)}
    return Compiled("SELECT * FROM unloaded_rows", compiled.columns, tables)


def _directory(value: str | None) -> str:
    """A partition's value as the directory of its files; what could lead elsewhere is replaced."""
    if value is None:
        return _NO_PARTITION + "/"
    parts = value.replace("\\", "_").replace("\0", "_").split("/")
    return safe_path("/".join("_" * len(p) if p in ("..", ".") else p for p in parts) + "/")


def _partitions(rows: Compiled, context: Context) -> list[str | None]:
    last = f"c{len(rows.columns)}"
    query = replace(rows, sql=f"SELECT DISTINCT {last} AS c1 FROM ({rows.sql}) ORDER BY ALL")
    values = run_query(query, context).table.column(0).to_pylist()
    return [None if v is None else str(v) for v in values]


def _only(rows: Compiled, value: str | None) -> Compiled:
    """The rows of one partition, without its value."""
    count = len(rows.columns)
    shown = ", ".join(f"c{i}" for i in range(1, count))
    test = f"c{count} IS NULL" if value is None else f"c{count} = {lines.quoted(value)}"
    return replace(rows, sql=f"SELECT {shown} FROM ({rows.sql}) WHERE {test}", columns=rows.columns[:-1])


def _write_part(
    plan: Plan, sink: Sink, compiled: Compiled, namer: Output, context: Context
) -> Iterator[Written]:
    if plan.format.type == "PARQUET":
        return columnar.write(compiled, plan.format, plan.header, sink, namer, context)
    return lines.write(compiled, plan.format, plan.header, sink, namer, context)


def _namer(plan: Plan, context: Context) -> Output:
    if plan.single:
        return Output(_single_name(plan), "", single=True)
    query = f"_{context.query_id}" if plan.with_query_id else ""
    prefix = _prefix(plan.place) + query
    return Output(prefix if prefix.endswith("_") else prefix + "_", _extension(plan.format))


_SUFFIXES = {"GZIP": ".gz", "BZ2": ".bz2", "BROTLI": ".br", "ZSTD": ".zst", "DEFLATE": ".deflate",
             "RAW_DEFLATE": ".raw_deflate", "NONE": "", "AUTO": ".gz"}  # fmt: skip


def _extension(format_: Format) -> str:
    compression = format_.text("COMPRESSION")
    if format_.type == "PARQUET":
        word = columnar.codec(format_)
        return ".parquet" if word == "none" else f".{word}.parquet"
    extension = format_.text("FILE_EXTENSION").lstrip(".") or format_.type.lower()
    return f".{extension}" if format_.text("FILE_EXTENSION") else f".{extension}{_SUFFIXES[compression]}"
