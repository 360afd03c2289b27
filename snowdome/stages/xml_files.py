"""XML files: elements one after the other, or the children of each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.parsers import expat

from snowdome.engine import json_text, xml_text
from snowdome.errors import not_supported
from snowdome.stages.formats import Format
from snowdome.stages.json_files import Document, Unreadable
from snowdome.stages.plain import INVALID_UTF8, invalid_utf8, plain
from snowdome.stages.storage import StagedFile, Stages

_FIRST_LOOK = 1 << 12  # bytes in which most elements end
_NEXT = frozenset(
    expat.errors.codes[m]
    for m in (expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT, expat.errors.XML_ERROR_MISPLACED_XML_PI)
)
_NONE = expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS]
_SPACE = re.compile(rb"\s*")
_SHOWN = 100  # characters before a byte that is not UTF-8
_DATA = "SnowflakeData"


@dataclass(frozen=True)
class XmlFile:
    """A staged XML file, its plain copy at ``path``, and its options."""

    file: StagedFile
    path: Path
    format: Format

    def engine_reader(self) -> None:
        """The engine has no reader of XML."""

    def parsed(self, column: str) -> str:
        """Engine SQL: the documents in ``column``, which are canonical already."""
        return f"CAST({column} AS JSON)"

    def text(self) -> str:
        errors = "ignore" if self.format.flag("IGNORE_UTF8_ERRORS") else "surrogateescape"
        return self.path.read_bytes().decode("utf-8", errors).removeprefix("\ufeff")

    def documents(self) -> Iterator[Document]:
        """Every document, in order; ``Unreadable`` where the text is none."""
        text = self.text()
        for start, end in _elements(text):
            element = self._element(text[start:end], start)
            for document in _children(element) if self.format.flag("STRIP_OUTER_ELEMENT") else [element]:
                yield Document(json_text.encode(document), start, end)

    def _element(self, text: str, start: int) -> dict[str, Any]:
        try:
            found = xml_text.parse(text, self.format.flag("DISABLE_AUTO_CONVERT"))
        except xml_text.Fault as fault:
            said, _, position = str(fault).rpartition(", pos ")
            at = start + (int(position) if position.isdigit() else 0)
            raise unreadable(said or str(fault), at, start) from None
        element: dict[str, Any] = json_text.decode(found or "{}")
        if element["@"] == _DATA and not self.format.flag("DISABLE_SNOWFLAKE_DATA"):
            raise not_supported(f"loading {_DATA} elements")
        return element


def xml_file(file: StagedFile, format_: Format, stages: Stages) -> XmlFile:
    """``file`` made ready to be read."""
    if format_.flag("PRESERVE_SPACE"):
        raise not_supported("PRESERVE_SPACE = TRUE")
    return XmlFile(file, plain(file, format_, stages), format_)


def unreadable(message: str, offset: int, start: int) -> Unreadable:
    """The fault of a text that is not XML from ``offset`` on."""
    return Unreadable(f"Error parsing XML: {message}", offset, start, "100100")


def _children(element: dict[str, Any]) -> list[dict[str, Any]]:
    content = element["$"] if isinstance(element["$"], list) else [element["$"]]
    return [part for part in content if xml_text.is_element(part)]


def _elements(text: str) -> Iterator[tuple[int, int]]:
    """Where each element that is in no other starts and ends; a fault's text counts as one to the end."""
    try:
        data = text.encode()
    except UnicodeEncodeError as error:
        said = invalid_utf8(text[max(error.start - _SHOWN, 0) : error.end])
        raise Unreadable(said, error.start, 0, INVALID_UTF8) from None
    plain_ascii = len(data) == len(text)
    at = _past_space(data, 0)
    while at < len(data) and (length := _length(memoryview(data)[at:])) is not None:
        start = at if plain_ascii else len(data[:at].decode())
        end = start + (length if plain_ascii else len(data[at : at + length].decode()))
        yield start, end
        at = _past_space(data, at + length)


def _past_space(data: bytes, at: int) -> int:
    found = _SPACE.match(data, at)
    return found.end() if found else at


def _length(data: memoryview) -> int | None:
    """How many bytes the first element takes; None if only comments are left."""
    parser = expat.ParserCreate("utf-8")
    read, size = 0, _FIRST_LOOK
    try:
        while read < len(data):
            parser.Parse(data[read : read + size], False)
            read, size = read + size, size * 2
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        if error.code in _NEXT:
            return parser.ErrorByteIndex
        if error.code == _NONE:
            return None
    return len(data)
