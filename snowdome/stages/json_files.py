"""JSON files: documents one after the other, or the elements of one array."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from snowdome.catalog.names import literal
from snowdome.engine import json_text
from snowdome.errors import SnowflakeError, not_supported
from snowdome.stages.formats import Format
from snowdome.stages.plain import INVALID_UTF8, broken, invalid_utf8, plain
from snowdome.stages.storage import StagedFile, Stages

_BIGGEST = 1 << 27  # bytes of a document, as the engine's reader allows for


@dataclass(frozen=True)
class Document:
    """One document: its canonical text, and its offsets in the file's text."""

    text: str
    start: int
    end: int


class Unreadable(ValueError):
    """A file's text holds no documents from ``offset`` on; the message and the code are Snowflake's."""

    def __init__(self, message: str, offset: int, start: int, code: str = "100069") -> None:
        super().__init__(message)
        self.code = code
        self.offset = offset
        self.start = start  # of the document

    def failure(self, where: str = "") -> SnowflakeError:
        """The error that this is, with ``where`` after its message."""
        state = "22000" if self.code == INVALID_UTF8 else "22P02"
        return SnowflakeError(self.code, state, f"{self}{where}")


@dataclass(frozen=True)
class JsonFile:
    """A staged JSON file, its plain copy at ``path``, and its options."""

    file: StagedFile
    path: Path
    format: Format

    def engine_reader(self) -> str | None:
        """A call of the engine's reader that gives the documents as a column ``json``; None if only the exact
        reader does what the options ask. It fails where the text is not plain JSON."""
        if any(self.format.flag(o) for o in ("STRIP_NULL_VALUES", "IGNORE_UTF8_ERRORS", "TRIM_SPACE")):
            return None
        if self.format.texts("NULL_IF"):
            return None
        kind = (
            "array" if self.format.flag("STRIP_OUTER_ARRAY") and self._starts_with_array() else "unstructured"
        )
        return (
            f"read_json_objects({literal(str(self.path))}, format = '{kind}', compression = 'uncompressed', "
            f"maximum_object_size = {_BIGGEST})"
        )

    def parsed(self, column: str) -> str:
        """Engine SQL: the documents in ``column``, canonical; 100069 where one is none."""
        last = "_last" if self.format.flag("ALLOW_DUPLICATE") else ""
        return f"sf.parse_json{last}(CAST({column} AS VARCHAR))"

    def _starts_with_array(self) -> bool:
        with self.path.open("rb") as source:
            while block := source.read(1 << 12):
                if head := block.lstrip(b" \t\r\n\xef\xbb\xbf"):
                    return head.startswith(b"[")
        return False

    # -- exactly --------------------------------------------------------------------------------

    def text(self) -> str:
        errors = "ignore" if self.format.flag("IGNORE_UTF8_ERRORS") else "surrogateescape"
        return self.path.read_bytes().decode("utf-8", errors).removeprefix("\ufeff")

    def documents(self) -> Iterator[Document]:
        """Every document, in order; ``Unreadable`` where the text is none."""
        text = self.text()
        first_broken = broken(text, len(text))
        for value, start, end in _values(text, self.format):
            if end > first_broken:
                said = invalid_utf8(text[start:end])
                raise Unreadable(said, first_broken, start, INVALID_UTF8)
            elements = value if isinstance(value, list) and self.format.flag("STRIP_OUTER_ARRAY") else [value]
            for element in elements:
                yield Document(json_text.encode(_changed(element, self.format)), start, end)


def json_file(file: StagedFile, format_: Format, stages: Stages) -> JsonFile:
    """``file`` made ready to be read."""
    if format_.flag("ENABLE_OCTAL"):
        raise not_supported("ENABLE_OCTAL = TRUE")
    return JsonFile(file, plain(file, format_, stages), format_)


class _Documents(json_text.Reader):
    """The lenient reader over several documents."""

    def next_value(self) -> tuple[Any, int] | None:
        """The next document's value and where it starts; None at the end."""
        if not self._next():
            return None
        start = self.at
        return self._value(), start


def _values(text: str, format_: Format) -> Iterator[tuple[Any, int, int]]:
    reader = _Documents(text, format_.flag("ALLOW_DUPLICATE"))
    while True:
        before = reader.at
        try:
            found = reader.next_value()
        except (json_text.Fault, RecursionError) as fault:
            message = re.sub(r",? ?(line \d+, )?pos \d+$", "", str(fault)) or "nesting too deep"
            raise Unreadable(f"Error parsing JSON: {message}", min(reader.at, len(text)), before) from None
        if found is None:
            return
        yield found[0], found[1], reader.at


def _changed(value: Any, format_: Format) -> Any:
    """``value`` after STRIP_NULL_VALUES, TRIM_SPACE and NULL_IF."""
    if isinstance(value, dict):
        strip = format_.flag("STRIP_NULL_VALUES")
        members = {k: _changed(v, format_) for k, v in value.items()}
        return {k: v for k, v in members.items() if not (strip and v is None)}
    if isinstance(value, list):
        items = [_changed(v, format_) for v in value]
        return [v for v in items if v is not None] if format_.flag("STRIP_NULL_VALUES") else items
    if isinstance(value, str) and not value.startswith(json_text.TAG):
        value = value.strip() if format_.flag("TRIM_SPACE") else value
        return None if value in format_.texts("NULL_IF") else value
    return value
