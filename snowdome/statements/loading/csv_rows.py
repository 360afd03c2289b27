"""CSV files: records as rows, and which of them are wrong."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from snowdome.catalog.names import literal
from snowdome.errors import SnowflakeError
from snowdome.sql.binder.core import Binder
from snowdome.sql.binder.scope import Relation
from snowdome.sql.casts import cast
from snowdome.sql.typed import Typed
from snowdome.stages.csv_files import CsvFile, csv_file
from snowdome.stages.csv_records import Reader, Record
from snowdome.stages.plain import INVALID_UTF8, invalid, invalid_utf8
from snowdome.stages.storage import StagedFile
from snowdome.statements.loading.quick import quick
from snowdome.statements.loading.rejects import Reject
from snowdome.statements.loading.rows import Job, evaluate
from snowdome.types import MAX_TEXT, TEXT, Column, DataType

_BATCH = 50_000  # records
_INLINE = 1000  # numbers that a query may list


@dataclass
class Checked:
    """A file after every record was looked at: where the readable ones are, as c1, c2, … with their number
    ``n``; how many records there were; the rejected ones, in order."""

    source: str
    parsed: int
    rejects: list[Reject] = field(default_factory=list)


@dataclass(frozen=True)
class CsvRows:
    """The records of a CSV file."""

    file: StagedFile
    job: Job

    @cached_property
    def csv(self) -> CsvFile:
        return csv_file(self.file, self.job.format, self.job.stages)

    @cached_property
    def header(self) -> tuple[str, ...]:
        """The names in the first record, with PARSE_HEADER."""
        return self.csv.reader().header()

    @property
    def reads_header(self) -> bool:
        return self.job.format.flag("PARSE_HEADER")

    @cached_property
    def places(self) -> tuple[int | None, ...]:
        """For each loaded column the field (from 0) that it takes; None for none."""
        if self.job.match == "NONE":
            return tuple(range(len(self.job.columns)))
        sensitive = self.job.match == "CASE_SENSITIVE"
        names = [n if sensitive else n.lower() for n in self.header]
        wanted = (c.name if sensitive else c.name.lower() for c in self.job.columns)
        return tuple(names.index(n) if n in names else None for n in wanted)

    @property
    def wide(self) -> int:
        """How many fields a record should have."""
        if self.job.match != "NONE":
            return len(self.header)
        return len(self.job.columns) if self.job.positional else self.csv.width

    # -- fast -----------------------------------------------------------------------------------

    def fast(self) -> Relation | None:
        """The records by the engine's reader, which fails on any that is wrong; None if it cannot be used."""
        csv = self.csv
        if self.reads_header:
            csv = self._behind_header()
        reader = csv.engine_reader(self.wide)
        return (
            None
            if reader is None
            else self._picked(reader, [csv.field(f"c{i + 1}") for i in range(self.wide)])
        )

    def _behind_header(self) -> CsvFile:
        """The file with the header as a line to skip; wrong where a name is enclosed over several lines."""
        lines = 1 + sum(n.count("\\n") for n in self.header)
        return csv_file(self.file, self.job.format.with_options(SKIP_HEADER=str(lines)), self.job.stages)

    def _picked(self, source: str, fields: Sequence[str]) -> Relation:
        none = "CAST(NULL AS VARCHAR)"
        given = [fields[p] if p is not None and p < len(fields) else none for p in self.places]
        shown = ", ".join(f"{g} AS c{i}" for i, g in enumerate(given, 1))
        return Relation(f"SELECT {shown} FROM {source}", tuple(Column("", TEXT) for _ in given))

    def quick(self, binder: Binder) -> Relation | None:
        """Like ``fast``, the values converted by those conversions that are quick but take less."""
        relation = self.fast()
        if relation is None:
            return None
        parts, columns = [], []
        for i, target in enumerate(self.job.columns, 1):
            sql = quick(f"q.c{i}", target.type, binder, underscores=self.csv.has_underscores)
            parts.append(f"{sql or f'q.c{i}'} AS c{i}")
            columns.append(Column("", target.type if sql else TEXT))
        return Relation(f"SELECT {', '.join(parts)} FROM ({relation.sql}) AS q", tuple(columns))

    def count(self) -> int:
        """How many records the engine's reader finds."""
        relation = self.fast()
        assert relation is not None
        with self.job.context.session.engine.cursor() as cursor:
            row = cursor.execute(f"SELECT count(*) FROM ({relation.sql})").fetchone()
        return int(row[0]) if row else 0

    # -- with a look at every record ------------------------------------------------------------

    def checked(self, *, every: bool = False) -> Checked:
        """The file's records sorted into good and bad; all bad ones are described if ``every``."""
        found = self._regular() or self._cut()
        bad = self._unfit(found.source)
        wanted = bad if every else bad[:1]
        columns = dict(wanted)
        for record, reader in self._records(columns.keys()):
            found.rejects.append(self._reject(record, columns[record.number], reader))
        found.rejects += [_counted(number) for number, _ in bad[len(wanted) :]]
        found.rejects.sort(key=lambda r: r.record)
        return found

    def good(self, checked: Checked) -> Relation:
        """The records that were not rejected."""
        where = f" WHERE n NOT IN ({self._numbers(checked.rejects)})" if checked.rejects else ""
        width = max((p for p in self.places if p is not None), default=-1) + 1
        source = f"(SELECT * FROM {checked.source}{where} ORDER BY n)"
        return self._picked(source, [f"c{i}" for i in range(1, width + 1)])

    def _numbers(self, rejects: Sequence[Reject]) -> str:
        """Engine SQL that lists the numbers of rejected records."""
        if len(rejects) < _INLINE:
            return ", ".join(str(r.record) for r in rejects)
        scratch = self.job.stages.scratch()
        pq.write_table(pa.table({"n": pa.array([r.record for r in rejects], pa.int64())}), scratch)
        return f"SELECT n FROM read_parquet({literal(str(scratch))})"

    def _regular(self) -> Checked | None:
        """The records by the engine's reader, if it can cut them all."""
        csv = self._behind_header() if self.reads_header else self.csv
        reader = csv.engine_reader(self.wide)
        if reader is None:
            return None
        fields = ", ".join(f"{csv.field(f'c{i}')} AS c{i}" for i in range(1, self.wide + 1))
        every = ", ".join(f"count(c{i})" for i in range(1, self.wide + 1))
        with self.job.context.session.engine.cursor() as cursor:
            try:
                row = cursor.execute(f"SELECT count(*), {every} FROM {reader}").fetchone()
            except duckdb.InvalidInputException:
                return None
        return Checked(
            f"(SELECT row_number() OVER () AS n, {fields} FROM {reader})", int(row[0]) if row else 0
        )

    def _cut(self) -> Checked:
        """The records as a numbered table, those apart that cannot be cut into the right fields."""
        width = max(self.wide, max((p for p in self.places if p is not None), default=0) + 1, 1)
        schema = pa.schema([("n", pa.int64()), *((f"c{i}", pa.string()) for i in range(1, width + 1))])
        scratch = self.job.stages.scratch()
        target = scratch.with_suffix(".parquet")
        checked = Checked(f"read_parquet({literal(str(target))})", 0)
        with pq.ParquetWriter(scratch, schema, compression="none") as writer:
            for batch in self._batches(checked):
                rows = [(n, *f[:width], *([None] * (width - len(f)))) for n, f in batch]
                arrays = [pa.array([r[i] for r in rows], schema.types[i]) for i in range(width + 1)]
                writer.write_batch(pa.record_batch(arrays, schema))
        os.replace(scratch, target)
        return checked

    def _batches(self, checked: Checked) -> Iterator[list[tuple[int, tuple[str | None, ...]]]]:
        reader = self._reader()
        records = reader.records()
        while batch := list(islice(records, _BATCH)):
            checked.parsed += len(batch)
            good = []
            for record in batch:
                if record.blank and self.csv.dialect.skip_blank:
                    continue
                reject = self._structure(record, reader)
                if reject is None:
                    good.append((record.number, record.fields))
                else:
                    checked.rejects.append(reject)
            yield good

    def _reader(self) -> Reader:
        reader = self.csv.reader()
        if self.reads_header:
            reader.header()
        return reader

    def _records(self, numbers: Collection[int]) -> Iterator[tuple[Record, Reader]]:
        """Some records, by number, and what tells where they are."""
        if len(numbers) == 1 and not self.csv.has_enclosures and not self.reads_header:
            yield from self._record_on_line(next(iter(numbers)))
            return
        reader = self._reader()
        for record in islice(reader.records(), max(numbers, default=0)):
            if record.number in numbers:
                yield record, reader

    def _record_on_line(self, number: int) -> Iterator[tuple[Record, Reader]]:
        """A record of a file that has one on each line."""
        line = number + self.csv.dialect.skip_header
        text, before = self.csv.line(line)
        reader = Reader(text, replace(self.csv.dialect, skip_header=0), line - 1, before)
        yield replace(next(reader.records()), number=number), reader

    # -- structure ------------------------------------------------------------------------------

    def _structure(self, record: Record, reader: Reader) -> Reject | None:
        problem = record.problem
        if problem is not None:
            error = SnowflakeError(problem.code, "22000", problem.message)
            return self._at(record, error, problem.offset, self._label(problem.field), reader, "parsing")
        for index, value in enumerate(record.fields):
            if value is not None and not value.isascii() and invalid(value):
                error = SnowflakeError(INVALID_UTF8, "22000", invalid_utf8(value))
                return self._at(record, error, record.starts[index], self._label(index), reader, "parsing")
        if self.job.match != "NONE":
            return self._unlike_header(record, reader)
        return self._miscounted(record, reader) if self.job.positional else None

    def _unlike_header(self, record: Record, reader: Reader) -> Reject | None:
        given, wanted = len(record.fields), len(self.header)
        if given == wanted or not self.job.format.flag("ERROR_ON_COLUMN_COUNT_MISMATCH"):
            return None
        more = f"header defined ({wanted}) columns while data contains more columns"
        fewer = f"header defined {wanted} columns while data contains {given} columns. \n"
        text = f"Error with CSV header: {more if given > wanted else fewer}"
        error = SnowflakeError("100113", "22000", text)
        return self._at(record, error, record.end, self._label(min(given, wanted) - 1), reader, "parsing")

    def _miscounted(self, record: Record, reader: Reader) -> Reject | None:
        given, wanted = len(record.fields), len(self.job.columns)
        if given == wanted:
            return None
        if record.number == 1:
            text = (
                f"Number of columns in file ({given}) does not match that of the corresponding table "
                f"({wanted}), use file format "
                "option error_on_column_count_mismatch=false to ignore this error"
            )
            error = SnowflakeError("100080", "22000", text)
            after = record.next if record.next < len(reader.text) else record.end
            return self._at(record, error, after, self._label(given - 1), reader, "parsing")
        if given > wanted:
            shown = f"Field delimiter '{self.csv.dialect.field}' found while expecting record delimiter '\\n'"
            at = record.starts[wanted] - len(self.csv.dialect.field or "")
            label = self._label(wanted - 1)
            return self._at(record, SnowflakeError("100016", "22000", shown), at, label, reader, "parsing")
        label = self._label(given)
        text = f"End of record reached while expected to parse column '{label}'"
        return self._at(record, SnowflakeError("100068", "22000", text), record.end, label, reader, "parsing")

    def _label(self, place: int) -> str:
        """Field ``place`` (from 0) as COPY names it: by its column, if it has one."""
        if place in self.places:
            return self.job.column_label(self.places.index(place))
        return f'"{self.job.table.name}"[{place + 1}]'

    def _at(
        self, record: Record, error: SnowflakeError, offset: int, label: str, reader: Reader, category: str
    ) -> Reject:
        line, character = reader.place(offset)
        last = record.next >= len(reader.text)
        text = reader.text[record.start : record.end if last else record.next]
        return Reject(
            error, self.job.file_label(self.file), record.number, label, line, character,
            reader.byte_offset(offset), reader.place(record.start)[0], text, category,
        )  # fmt: skip

    # -- values ---------------------------------------------------------------------------------

    def _unfit(self, source: str) -> list[tuple[int, int]]:
        """Numbers of records with a value that does not fit its column, and which column (from 0)."""
        binder = self.job.binder()
        tests = [*self._conversions(binder), *self._nulls()]
        if not tests:
            return []
        cases = " ".join(f"WHEN {test} THEN {index}" for index, test in tests)
        query = f"SELECT n, CASE {cases} END AS bad FROM {source} WHERE bad IS NOT NULL ORDER BY n"
        with binder.session.engine.cursor() as cursor:
            return [(int(n), int(bad)) for n, bad in cursor.execute(query).fetchall()]

    def _conversions(self, binder: Binder) -> Iterator[tuple[int, str]]:
        for index, (place, column) in enumerate(zip(self.places, self.job.columns, strict=True)):
            if place is not None and (test := self._test(f"c{place + 1}", column.type, binder)):
                yield index, test

    def _test(self, raw: str, target: DataType, binder: Binder) -> str | None:
        """Engine SQL: whether the text ``raw`` does not fit ``target``; None if any text does."""
        if target.kind == "TEXT":
            limited = target.length is not None and target.length < MAX_TEXT and not self.job.truncate
            return f"length({raw}) > {target.length}" if limited else None
        if target.is_semi_structured:
            parsed = f"sf.try_parse_json({raw})"
            shape = {"OBJECT": f" OR NOT starts_with({parsed}, '{{')"}.get(target.kind, "")
            return f"trim({raw}) <> '' AND ({parsed} IS NULL{shape})"
        return f"{raw} IS NOT NULL AND {cast(Typed(raw, TEXT), target, binder, safe=True).sql} IS NULL"

    def _nulls(self) -> Iterator[tuple[int, str]]:
        for index, (place, column) in enumerate(zip(self.places, self.job.columns, strict=True)):
            if not column.nullable:
                yield index, "true" if place is None else f"c{place + 1} IS NULL"

    def _reject(self, record: Record, index: int, reader: Reader) -> Reject:
        place = self.places[index]
        has = place is not None and place < len(record.fields)
        value = record.fields[place] if has and place is not None else None
        offset = record.starts[place] if has and place is not None else record.start
        error = self._failure(value, index)
        return self._at(record, error, offset, self.job.column_label(index), reader, "conversion")

    def _failure(self, value: str | None, index: int) -> SnowflakeError:
        """What storing ``value`` in a column raises."""
        job = self.job
        one = replace(job, columns=(job.columns[index],))
        binder = one.binder()
        text = "CAST(NULL AS VARCHAR)" if value is None else _text(value)
        stored = one.stored(Relation(f"SELECT {text} AS c1", (Column("", TEXT),)), binder)
        error = evaluate(stored.sql, binder)
        assert error is not None, "a value that was found not to fit does fit"
        return error


def _text(value: str) -> str:
    return "(" + " || chr(0) || ".join(literal(p) for p in value.split("\0")) + ")"


def _counted(number: int) -> Reject:
    """A bad record of which only the number matters."""
    return Reject(SnowflakeError("100038", "22018", ""), "", number, None)
