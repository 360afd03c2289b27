"""CSV text to records, by every option Snowflake has: exact, in Python, for what the engine's reader
cannot read as Snowflake does, and to say where a record is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from snowdome.stages.formats import Format

UNCLOSED = "100063"  # an enclosed field that does not end
UNEXPECTED = "100066"  # something between an enclosed field and the delimiter


@dataclass(frozen=True)
class Dialect:
    """The options that decide how text is cut into records and fields."""

    field: str | None = ","
    record: str | None = "\n"
    enclosure: str | None = None
    escape: str | None = None
    escape_unenclosed: str | None = "\\"
    trim: bool = False
    multi_line: bool = True
    skip_header: int = 0
    skip_blank: bool = False
    null_if: tuple[str, ...] = ("\\N",)
    empty_as_null: bool = True

    @cached_property
    def plain_field(self) -> re.Pattern[str]:
        """What an unenclosed field may hold before something that ends or escapes."""
        stops = [s for s in (self.field, self.record, self.escape_unenclosed) if s]
        if not stops:
            return re.compile(r".*", re.S)
        if all(len(s) == 1 for s in stops):
            return re.compile(f"[^{''.join(re.escape(s) for s in stops)}]*")
        return re.compile(f"(?:(?!{'|'.join(re.escape(s) for s in stops)}).)*", re.S)

    def escaped(self, text: str, at: int) -> tuple[str, int]:
        """What the escape at ``at`` stands for, and the offset behind it.

        It takes a delimiter, the enclosure or itself literally; before anything else it stays.
        """
        for literal in (self.field, self.record, "\r\n", self.enclosure, text[at]):
            if literal and text.startswith(literal, at + 1):
                return literal, at + 1 + len(literal)
        return text[at : at + 2], min(at + 2, len(text))

    @cached_property
    def enclosed_run(self) -> re.Pattern[str]:
        """What an enclosed field may hold before its enclosure or an escape."""
        stops = "".join(re.escape(s) for s in (self.enclosure, self.escape) if s)
        return re.compile(f"[^{stops}]*", re.S)


def dialect_of(format_: Format) -> Dialect:
    """The dialect of a CSV format."""
    return Dialect(
        format_.character("FIELD_DELIMITER"),
        "\n" if (record := format_.character("RECORD_DELIMITER")) == "\r\n" else record,
        format_.character("FIELD_OPTIONALLY_ENCLOSED_BY"),
        format_.character("ESCAPE"),
        format_.character("ESCAPE_UNENCLOSED_FIELD"),
        format_.flag("TRIM_SPACE"),
        format_.flag("MULTI_LINE"),
        format_.number("SKIP_HEADER"),
        format_.flag("SKIP_BLANK_LINES"),
        format_.texts("NULL_IF"),
        format_.flag("EMPTY_FIELD_AS_NULL"),
    )


@dataclass(frozen=True)
class Problem:
    """Where a record stops being readable: ``offset`` in the text, in field number ``field`` from 0."""

    code: str
    message: str
    offset: int
    field: int


@dataclass(frozen=True)
class Record:
    """One record: its fields, where each starts, and the offsets of the record in the text.

    ``next`` is behind its delimiter; equal to ``end`` where the text ends without one.
    """

    number: int
    fields: tuple[str | None, ...]
    starts: tuple[int, ...]
    start: int
    end: int
    next: int
    problem: Problem | None = None
    blank: bool = False


class Reader:
    """Cuts ``text`` into records."""

    def __init__(self, text: str, dialect: Dialect, lines_before: int = 0, bytes_before: int = 0) -> None:
        """``text`` is the rest of a file behind so many lines and bytes."""
        self.text = text[1:] if text.startswith("\ufeff") else text
        self.dialect = dialect
        self._lines_before = lines_before
        self._bytes_before = bytes_before
        self._at = 0
        self._number = 0

    def records(self) -> Iterator[Record]:
        """The records behind the header; blank lines too, marked so."""
        self._skip_lines(self.dialect.skip_header)
        while self._at < len(self.text):
            record = self._record()
            self._at = record.next
            yield record

    def header(self) -> tuple[str, ...]:
        """The names in the first record, which is taken; no escapes are read in it."""
        before = self.dialect
        self.dialect = replace(before, escape=None, escape_unenclosed=None, null_if=(), empty_as_null=False)
        names = self._record() if self.text else None
        self.dialect = before
        self._number = 0
        if names is None:
            return ()
        self._at = names.next
        return tuple(f or "" for f in names.fields)

    def place(self, offset: int) -> tuple[int, int]:
        """Line and character of ``offset``, both from 1."""
        line = self.text.count("\n", 0, offset) + 1 + self._lines_before
        return line, offset - self.text.rfind("\n", 0, offset)

    def byte_offset(self, offset: int) -> int:
        return self._bytes_before + len(self.text[:offset].encode("utf-8", "surrogateescape"))

    def _skip_lines(self, count: int) -> None:
        for _ in range(count):
            found = self.text.find("\n", self._at)
            self._at = len(self.text) if found < 0 else found + 1

    # -- records --------------------------------------------------------------------------------

    def _record(self) -> Record:
        self._number += 1
        start, at = self._at, self._at
        fields: list[str | None] = []
        starts: list[int] = []
        while True:
            starts.append(at)
            value, at, problem = self._field(at, len(fields))
            fields.append(value)
            if problem is not None:
                return self._broken(fields, starts, start, problem)
            if self.dialect.field is None or not self.text.startswith(self.dialect.field, at):
                break
            at += len(self.dialect.field)
        following = self._after(at)
        return Record(self._number, tuple(fields), tuple(starts), start, at, following, None, at == start)

    def _after(self, at: int) -> int:
        """The offset behind the record delimiter that is at ``at``."""
        record = self.dialect.record
        if record is None or at >= len(self.text):
            return len(self.text)
        if record == "\n" and self.text.startswith("\r\n", at):
            return at + 2
        return at + len(record)

    def _ends(self, at: int) -> bool:
        """Whether a field may end at ``at``."""
        d = self.dialect
        return (
            at >= len(self.text)
            or bool(d.field and self.text.startswith(d.field, at))
            or bool(d.record and self.text.startswith(d.record, at))
            or (d.record == "\n" and self.text.startswith("\r\n", at))
        )

    def _broken(self, fields: list[str | None], starts: list[int], start: int, problem: Problem) -> Record:
        """A record that is given up: reading goes on behind the next record delimiter."""
        record = self.dialect.record
        found = self.text.find(record, problem.offset) if record and problem.code != UNCLOSED else -1
        end = len(self.text) if found < 0 else found
        return Record(self._number, tuple(fields), tuple(starts), start, end, self._after(end), problem)

    # -- fields ---------------------------------------------------------------------------------

    def _field(self, at: int, number: int) -> tuple[str | None, int, Problem | None]:
        enclosure = self.dialect.enclosure
        if enclosure is None:
            return self._plain(at)
        begin = at
        if self.dialect.trim:
            while self.text.startswith((" ", "\t"), begin):
                begin += 1
        return self._enclosed(begin, number) if self.text.startswith(enclosure, begin) else self._plain(at)

    def _plain(self, at: int) -> tuple[str | None, int, Problem | None]:
        d, text = self.dialect, self.text
        pieces, end = [], at
        while True:
            found = d.plain_field.match(text, end)
            assert found is not None
            pieces.append(found[0])
            end = found.end()
            if not d.escape_unenclosed or not text.startswith(d.escape_unenclosed, end):
                break
            piece, end = d.escaped(text, end)
            pieces.append(piece)
        value = "".join(pieces)
        if d.record == "\n" and value.endswith("\r") and text.startswith("\n", end):
            value, end = value[:-1], end - 1
        return self._settled(value, text[at:end]), end, None

    def _settled(self, value: str, raw: str) -> str | None:
        """An unenclosed value after TRIM_SPACE, NULL_IF and EMPTY_FIELD_AS_NULL."""
        d = self.dialect
        if d.trim:
            value, raw = value.strip(), raw.strip()
        if raw in d.null_if:
            return None
        return None if not value and d.empty_as_null else value

    def _enclosed(self, at: int, number: int) -> tuple[str | None, int, Problem | None]:
        d, text = self.dialect, self.text
        assert d.enclosure is not None
        pieces: list[str] = []
        end = at + 1
        while True:
            found = d.enclosed_run.match(text, end)
            assert found is not None
            pieces.append(found[0])
            end = found.end()
            if end >= len(text) or (not d.multi_line and "\n" in found[0]):
                message = f"matching enclosing character '{d.enclosure}' not found before end of file"
                return None, at, Problem(UNCLOSED, message, at, number)
            if text.startswith(d.enclosure * 2, end):
                pieces.append(d.enclosure)
                end += 2
            elif text.startswith(d.enclosure, end):
                break
            else:  # an escape
                piece, end = d.escaped(text, end)
                pieces.append(piece)
        return self._closed("".join(pieces), end + 1, number)

    def _closed(self, value: str, end: int, number: int) -> tuple[str | None, int, Problem | None]:
        """What follows an enclosed value: spaces, then a delimiter."""
        d = self.dialect
        after = end
        while self.text.startswith((" ", "\t"), after):
            after += 1
        if self._ends(after):
            return (None if value in d.null_if else value), after, None
        wanted = f"field delimiter '{d.field}'" if d.field else f"record delimiter '{_shown(d.record)}'"
        message = f"Found character '{self.text[after]}' instead of {wanted}"
        return None, after, Problem(UNEXPECTED, message, after, number)


def _shown(delimiter: str | None) -> str:
    return (delimiter or "").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
