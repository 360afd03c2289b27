"""What a file gives for the columns of the table that it is loaded into."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import duckdb

from snowdome.catalog.model import Table, TableColumn
from snowdome.catalog.names import literal
from snowdome.context import Context
from snowdome.engine import failures
from snowdome.engine.failures import raising
from snowdome.errors import SnowflakeError, compilation_error
from snowdome.sql.binder.core import Binder
from snowdome.sql.binder.dml import assigned, insert_sql
from snowdome.sql.binder.scope import Relation
from snowdome.sql.casts import cast
from snowdome.sql.compiler import compile_query
from snowdome.sql.functions.semistructured import get_path
from snowdome.sql.typed import Typed
from snowdome.stages.documents import DocumentFile, document_file
from snowdome.stages.exact import document_copy
from snowdome.stages.formats import AUTO, Format
from snowdome.stages.location import Choice, Location
from snowdome.stages.storage import StagedFile, Stages
from snowdome.stages.tabular import as_parquet
from snowdome.types import MAX_TEXT, TEXT, VARIANT, Column, DataType

_INPUT_FORMATS = {
    "DATE_INPUT_FORMAT": "DATE_FORMAT",
    "TIME_INPUT_FORMAT": "TIME_FORMAT",
    "TIMESTAMP_INPUT_FORMAT": "TIMESTAMP_FORMAT",
}


class LoadBinder(Binder):
    """A binder whose input formats are those of a file format, where it says something."""

    def __init__(self, context: Context, format_: Format) -> None:
        super().__init__(context)
        self._format = format_

    def parameter(self, name: str) -> object:
        if name == "BINARY_INPUT_FORMAT" and (given := self._format.text("BINARY_FORMAT")):
            return given
        given = self._format.text(_INPUT_FORMATS.get(name, ""))
        return super().parameter(name) if given in ("", AUTO) else given


@dataclass(frozen=True)
class Job:
    """One COPY: what is loaded into which columns, and how."""

    context: Context
    table: Table
    columns: tuple[TableColumn, ...]
    format: Format
    truncate: bool = False
    match: str = "NONE"
    query: str | None = None
    place: Location | None = None
    positional: bool = False  # whether a file's fields are counted against the table's columns

    @property
    def stages(self) -> Stages:
        return self.context.services.stages

    def binder(self) -> LoadBinder:
        return LoadBinder(self.context, self.format)

    def file_label(self, file: StagedFile) -> str:
        """``file`` as errors name it."""
        return self.place.label(file) if self.place is not None else file.name

    def column_label(self, index: int) -> str:
        """Column ``index`` (from 0) of those loaded, as COPY names it in errors."""
        column = self.columns[index]
        ordinal = next(i for i, c in enumerate(self.table.columns, 1) if c.name == column.name)
        return f'"{self.table.name}"["{column.name}":{ordinal}]'

    def stored(self, relation: Relation, binder: Binder) -> Relation:
        """``relation`` as the columns store it; it fails where a value does not fit its column.

        Columns of ``relation`` that have their target's type already are taken as they are.
        """
        if len(relation.columns) != len(self.columns):
            raise wrong_count(len(relation.columns), len(self.columns))
        pairs = zip(relation.columns, self.columns, strict=True)
        values = [self._stored(Typed(f"s.c{i}", g.type), c, binder) for i, (g, c) in enumerate(pairs, 1)]
        shown = ", ".join(f"{v} AS c{i}" for i, v in enumerate(values, 1))
        columns = tuple(Column(c.name, c.type, c.nullable) for c in self.columns)
        return Relation(f"SELECT {shown} FROM ({relation.sql}) AS s", columns)

    def _stored(self, value: Typed, column: TableColumn, binder: Binder) -> str:
        sql = assigned(self._fitted(value, column.type, binder), column, binder)
        return sql if column.nullable else f"coalesce({sql}, {_NULL})"

    def _fitted(self, value: Typed, target: DataType, binder: Binder) -> Typed:
        """Text for a semi-structured column is parsed; text that is too long is cut or refused."""
        if value.type.kind == "TEXT" and target.is_semi_structured:
            return Typed(f"sf.parse_json(nullif({value.sql}, ''))", VARIANT)
        if target.kind != "TEXT" or target.length is None or target.length >= MAX_TEXT:
            return value
        text = value if value.type.kind == "TEXT" else cast(value, TEXT, binder)
        if self.truncate:
            return Typed(f"left({text.sql}, {target.length})", target)
        said = f"'User character length limit ({target.length}) exceeded by string ''' || {text.sql} || ''''"
        too_long = f"length({text.sql}) > {target.length}"
        raised = raising("100074", "54000", said)
        return Typed(f"(CASE WHEN {too_long} THEN {raised} ELSE {text.sql} END)", target)

    def insert(self, stored: Relation, binder: Binder) -> str:
        """The engine's INSERT of stored rows; columns that are not loaded get their defaults."""
        return insert_sql(binder, self.table, list(self.columns), stored)


_NULL = raising("100072", "22000", "'NULL result in a non-nullable column'")


class FileRows(Protocol):
    """A file's records as rows of the target columns."""

    @property
    def file(self) -> StagedFile: ...

    def count(self) -> int:
        """How many records there are; an error if the file cannot be read."""

    def relation(self, binder: Binder, rows: tuple[int, int] | None, without: Sequence[int]) -> Relation:
        """Those records (first and last, from 1) that are not in ``without``; it fails on bad values."""


# -- one document a row ---------------------------------------------------------------------------


@dataclass(frozen=True)
class QueryRows:
    """A COPY's query over one file."""

    file: StagedFile
    job: Job

    def count(self) -> int:
        binder = self.job.binder()
        context = replace(self.job.context, staged=Choice((self.file,), self.job.format), bindings={})
        counted = compile_query("SELECT COUNT(*) FROM @~", context)
        return _number(binder, counted.sql)

    def relation(self, binder: Binder, rows: tuple[int, int] | None, without: Sequence[int]) -> Relation:
        choice = Choice((self.file,), self.job.format, rows, tuple(without))
        assert self.job.query is not None
        compiled = compile_query(self.job.query, replace(self.job.context, staged=choice))
        binder.tables.update(compiled.tables)
        return Relation(compiled.sql, compiled.columns)


def _number(binder: Binder, sql: str) -> int:
    with binder.session.engine.cursor() as cursor:
        row = cursor.execute(sql).fetchone()
    return int(row[0]) if row else 0


@dataclass(frozen=True)
class DocumentRows:
    """The documents of a file: each in one column, or its members by name."""

    file: StagedFile
    job: Job

    def _documents(self) -> DocumentFile:
        return document_file(self.file, self.job.format, self.job.stages)

    def _source(self) -> tuple[str, str]:
        """What to read from, and the document in it as VARIANT."""
        documents = self._documents()
        reader = documents.engine_reader()
        if reader is not None and self._reads(reader):
            return reader, documents.parsed("json")
        return f"read_parquet({literal(str(document_copy(documents, self.job.stages)))})", "CAST(c1 AS JSON)"

    def _reads(self, reader: str) -> bool:
        def answer() -> bool:
            try:
                _number(self.job.binder(), f"SELECT count(json) FROM {reader}")
            except duckdb.InvalidInputException:
                return False
            return True

        return self.job.stages.remembered(self.file, reader, answer)

    def count(self) -> int:
        return _number(self.job.binder(), f"SELECT count(*) FROM {self._source()[0]}")

    def relation(self, binder: Binder, rows: tuple[int, int] | None, without: Sequence[int]) -> Relation:
        source, document = self._source()
        return self.of(chosen(f"SELECT {document} AS v FROM {source}", rows, without), binder)

    def of(self, some: str, binder: Binder) -> Relation:
        """The rows of the query ``some``, which gives documents as ``v``."""
        if self.job.match == "NONE":
            return Relation(f"SELECT v AS c1 FROM ({some})", (Column("$1", VARIANT),))
        values = [self._member(c.name, binder) for c in self.job.columns]
        shown = ", ".join(f"{v.sql} AS c{i}" for i, v in enumerate(values, 1))
        types = tuple(Column(c.name, v.type) for c, v in zip(self.job.columns, values, strict=True))
        return Relation(f"SELECT {shown} FROM ({some})", types)

    def _member(self, name: str, binder: Binder) -> Typed:
        exact = get_path(Typed("v", VARIANT), (name,), binder)
        if self.job.match == "CASE_SENSITIVE":
            return exact
        key = f"list_filter(json_keys(v), lambda k: lower(k) = {literal(name.lower())})[1]"
        return Typed(f"coalesce({exact.sql}, sf.variant_member(v, {key}))", VARIANT)


@dataclass(frozen=True)
class TableRows:
    """The rows of a file of columns: each as one object, or its columns by name."""

    file: StagedFile
    job: Job

    def count(self) -> int:
        with self.job.context.session.engine.cursor() as cursor:
            return as_parquet(self.file, self.job.format, self.job.stages, cursor).rows

    def relation(self, binder: Binder, rows: tuple[int, int] | None, without: Sequence[int]) -> Relation:
        if self.job.match == "NONE":
            query = replace(self.job, query="SELECT $1 FROM @~")
            return QueryRows(self.file, query).relation(binder, rows, without)
        with self.job.context.session.engine.cursor() as cursor:
            parquet = as_parquet(self.file, self.job.format, self.job.stages, cursor)
        by_name = {self._folded(c.name): c for c in parquet.columns}
        found = [by_name.get(self._folded(c.name)) for c in self.job.columns]
        shown = ", ".join(
            f"{c.sql if c else 'CAST(NULL AS VARCHAR)'} AS c{i}" for i, c in enumerate(found, 1)
        )
        types = tuple(Column(c.name, c.type) if c else Column("", TEXT) for c in found)
        some = chosen(f"SELECT * FROM {parquet.source}", rows, without)
        return Relation(f"SELECT {shown} FROM ({some})", types)

    def _folded(self, name: str) -> str:
        return name if self.job.match == "CASE_SENSITIVE" else name.lower()


def chosen(query: str, rows: tuple[int, int] | None, without: Sequence[int]) -> str:
    """The records ``rows`` (first and last, from 1) of ``query`` that are not in ``without``."""
    if rows is None and not without:
        return query
    first, last = rows or (1, 1 << 62)
    left_out = f" AND n NOT IN ({', '.join(map(str, without))})" if without else ""
    return (
        f"SELECT * EXCLUDE (n) FROM (SELECT *, row_number() OVER () AS n FROM ({query}))"
        f" WHERE n BETWEEN {first} AND {last}{left_out}"
    )


# -- finding what fails ---------------------------------------------------------------------------


def evaluate(sql: str, binder: Binder) -> SnowflakeError | None:
    """Run a query for its errors only."""
    with binder.session.engine.cursor() as cursor:
        for name, table in binder.tables.items():
            cursor.register(name, table)
        try:
            cursor.execute(sql).to_arrow_table()
        except duckdb.InterruptException:
            raise
        except duckdb.Error as failure:
            return failures.translate(failure)
    return None


def failing(rows: FileRows, job: Job, count: int) -> Iterator[tuple[int, SnowflakeError]]:
    """The records (from 1) that cannot be stored, found by halving, in order."""
    pending = [(1, count)] if count else []
    while pending:
        first, last = pending.pop()
        error = _error(rows, job, (first, last))
        if error is None:
            continue
        if first == last:
            yield first, error
            continue
        middle = (first + last) // 2
        pending += [(middle + 1, last), (first, middle)]


def failing_column(rows: FileRows, job: Job, record: int) -> int:
    """Which of the loaded columns (from 0) record number ``record`` does not fit."""
    for index in range(len(job.columns)):
        if _error(rows, job, (record, record), f"c{index + 1}") is not None:
            return index
    return 0


def _error(rows: FileRows, job: Job, which: tuple[int, int], what: str = "*") -> SnowflakeError | None:
    binder = job.binder()
    stored = job.stored(rows.relation(binder, which, ()), binder)
    return evaluate(f"SELECT {what} FROM ({stored.sql})", binder)


def wrong_count(given: int, wanted: int) -> SnowflakeError:
    """002020: the query gives another number of columns than are loaded."""
    text = f"Insert value list does not match column list expecting {wanted} but got {given}"
    return compilation_error("002020", "21S01", text)
