"""Files of documents, each of which is one value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from snowdome.stages.formats import Format
from snowdome.stages.json_files import Document, json_file
from snowdome.stages.storage import StagedFile, Stages
from snowdome.stages.xml_files import xml_file


class DocumentFile(Protocol):
    """A staged file that gives documents."""

    @property
    def file(self) -> StagedFile: ...

    @property
    def format(self) -> Format: ...

    def engine_reader(self) -> str | None:
        """A call of the engine's reader that gives the documents as a column ``json``, if one does."""

    def parsed(self, column: str) -> str:
        """Engine SQL: the documents in ``column`` of that reader, canonical."""

    def text(self) -> str:
        """The file's text."""

    def documents(self) -> Iterator[Document]:
        """Every document, in order; ``Unreadable`` where the text is none."""


_READERS: Mapping[str, Callable[[StagedFile, Format, Stages], DocumentFile]] = {
    "JSON": json_file,
    "XML": xml_file,
}


def holds_documents(format_: Format) -> bool:
    """Whether files of the format hold documents."""
    return format_.type in _READERS


def document_file(file: StagedFile, format_: Format, stages: Stages) -> DocumentFile:
    """``file`` made ready to be read."""
    return _READERS[format_.type](file, format_, stages)
