"""CSV and JSON: one line of text a row, composed by the engine."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from snowdome.catalog.names import literal
from snowdome.context import Context
from snowdome.sql.binder.core import Binder
from snowdome.sql.casts import cast
from snowdome.sql.compiler import Compiled
from snowdome.sql.typed import Typed
from snowdome.sql.variants import compact_sql
from snowdome.stages.formats import AUTO, Format
from snowdome.statements.unloading.output import Output, Sink, Written, packer, pieces
from snowdome.types import TEXT, Column

_BATCH = 50_000  # rows
_PIECES = 16  # how many go into a file, about
_OUTPUT_FORMATS = {
    "DATE_OUTPUT_FORMAT": "DATE_FORMAT",
    "TIME_OUTPUT_FORMAT": "TIME_FORMAT",
    "TIMESTAMP_OUTPUT_FORMAT": "TIMESTAMP_FORMAT",
    "TIMESTAMP_NTZ_OUTPUT_FORMAT": "TIMESTAMP_FORMAT",
    "TIMESTAMP_LTZ_OUTPUT_FORMAT": "TIMESTAMP_FORMAT",
    "TIMESTAMP_TZ_OUTPUT_FORMAT": "TIMESTAMP_FORMAT",
    "BINARY_OUTPUT_FORMAT": "BINARY_FORMAT",
}


class UnloadBinder(Binder):
    """A binder whose output formats are those of a file format, where it says something."""

    def __init__(self, context: Context, format_: Format) -> None:
        super().__init__(context)
        self._format = format_

    def parameter(self, name: str) -> object:
        given = self._format.text(_OUTPUT_FORMATS.get(name, ""))
        return super().parameter(name) if given in ("", AUTO) else given


def write(
    compiled: Compiled, format_: Format, header: bool, sink: Sink, output: Output, context: Context
) -> Iterator[Written]:
    """Write the rows of a query, to a new file whenever one has reached the limit."""
    composer = _Csv(format_) if format_.type == "CSV" else _Json()
    sql = composer.query(compiled, UnloadBinder(context, format_))
    head = composer.header(compiled.columns) if header and format_.type == "CSV" else ""
    file = _File(sink, output, format_, head)
    with context.session.cursor() as cursor:
        for name, table in compiled.tables.items():
            cursor.register(name, table)
        reader: pa.RecordBatchReader = cursor.sql(sql).to_arrow_reader(_BATCH)
        for batch in reader:
            yield from file.add(batch.column(0))
        for name in compiled.tables:
            cursor.unregister(name)
    yield from file.close()


class _File:
    """The file that is being written, and the next ones."""

    def __init__(self, sink: Sink, output: Output, format_: Format, head: str) -> None:
        self._sink = sink
        self._output = output
        self._end = format_.character("RECORD_DELIMITER") or "\n" if format_.type == "CSV" else "\n"
        self._compression = format_.text("COMPRESSION")
        self._head = head
        self._opened = False

    def _open(self) -> None:
        self._scratch = self._sink.stages.scratch()
        self._target = self._scratch.open("wb")
        self._packer = packer(self._target, self._compression)
        self._rows = self._plain = 0
        self._opened = True
        if self._head:
            self._put(self._head + self._end)

    def _put(self, text: str) -> None:
        data = text.encode()
        self._plain += len(data)
        if self._packer is not None:
            self._packer.write(data)
        else:
            self._target.write(data)

    def add(self, lines: pa.Array) -> Iterator[Written]:
        """Write lines; gives each file that has no room for more."""
        for some in pieces(lines, self._sink.max_size // _PIECES):
            text = "".join(line + self._end for line in some.to_pylist())
            if self._opened and self._is_full(len(text)):
                yield from self.close()
            if not self._opened:
                self._open()
            self._put(text)
            self._rows += len(some)

    def _is_full(self, more: int) -> bool:
        return not self._sink.single and self._target.tell() + more > self._sink.max_size

    def close(self) -> Iterator[Written]:
        """Finish the file, if there is one."""
        if not self._opened:
            return
        self._opened = False
        if self._packer is not None:
            self._packer.close()
        self._target.close()
        name = self._output.next()
        yield Written(name, self._rows, self._plain, self._sink.place(self._scratch, name))


# -- composing ----------------------------------------------------------------------------------


def quoted(text: str) -> str:
    """An engine text literal; NUL is kept by chr(0)."""
    return "(" + " || chr(0) || ".join(literal(p) for p in text.split("\0")) + ")"


class _Json:
    """Each row's one value, on a line."""

    def query(self, compiled: Compiled, binder: Binder) -> str:
        return f"SELECT coalesce({compact_sql('c1')}, '') FROM ({compiled.sql})"

    def header(self, columns: tuple[Column, ...]) -> str:
        return ""


class _Csv:
    """Fields with delimiters, enclosed or escaped as the format says."""

    def __init__(self, format_: Format) -> None:
        self._field = format_.character("FIELD_DELIMITER") or ""
        self._record = format_.character("RECORD_DELIMITER") or ""
        self._enclosure = format_.character("FIELD_OPTIONALLY_ENCLOSED_BY")
        self._escape = format_.character("ESCAPE")
        self._unenclosed = format_.character("ESCAPE_UNENCLOSED_FIELD")
        nulls = format_.texts("NULL_IF")
        self._null = nulls[0] if nulls else ""

    def query(self, compiled: Compiled, binder: Binder) -> str:
        values = [self._value(f"c{i}", c, binder) for i, c in enumerate(compiled.columns, 1)]
        return f"SELECT concat_ws({quoted(self._field)}, {', '.join(values)}) FROM ({compiled.sql})"

    def header(self, columns: tuple[Column, ...]) -> str:
        names = [f'"{c.name.replace(chr(34), chr(34) * 2)}"' if self._enclosure else c.name for c in columns]
        return self._field.join(names)

    def _value(self, sql: str, column: Column, binder: Binder) -> str:
        kind = column.type.kind
        text = cast(Typed(sql, column.type), TEXT, binder).sql
        if column.type.is_semi_structured:
            text = f"CAST({compact_sql(sql)} AS VARCHAR)"
        is_text = kind in ("TEXT", "BINARY") or column.type.is_semi_structured
        if is_text:
            text = self._enclosed(text) if self._enclosure else self._escaped(text)
        return f"coalesce({text}, {quoted(self._null)})"

    def _enclosed(self, text: str) -> str:
        mark = self._enclosure or ""
        if self._escape and self._escape != mark:
            text = f"replace({text}, {quoted(self._escape)}, {quoted(self._escape * 2)})"
            doubled = quoted(self._escape + mark)
        else:
            doubled = quoted(mark * 2)
        return f"({quoted(mark)} || replace({text}, {quoted(mark)}, {doubled}) || {quoted(mark)})"

    def _escaped(self, text: str) -> str:
        escape = self._unenclosed
        if escape is None:
            return text
        for special in (escape, self._field, self._record):
            if special:
                text = f"replace({text}, {quoted(special)}, {quoted(escape + special)})"
        return text
