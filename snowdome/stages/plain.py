"""Plain copies of staged files: decompressed, in UTF-8, under a name the engine takes literally."""

from __future__ import annotations

import codecs
import os
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from snowdome.errors import SnowflakeError, not_supported
from snowdome.stages.formats import AUTO, ENCODINGS, NONE, Format
from snowdome.stages.storage import StagedFile, Stages

_BLOCK = 1 << 20
_MAGIC = {
    b"\x1f\x8b": "GZIP",
    b"BZh": "BZ2",
    b"\x28\xb5\x2f\xfd": "ZSTD",
}
_CODECS = {"GZIP": "gzip", "BZ2": "bz2", "ZSTD": "zstd", "BROTLI": "brotli"}
_WINDOWS = {"DEFLATE": zlib.MAX_WBITS, "RAW_DEFLATE": -zlib.MAX_WBITS}
_SPECIAL = re.compile(r"[*?\[\]{}]")  # what the engine reads as a pattern
INVALID_UTF8 = "100144"
_BROKEN = re.compile("[\udc80-\udcff]")  # bytes as surrogateescape shows them


def compression(file: StagedFile, format_: Format) -> str:
    """What the file is compressed with: as the format says, else as its first bytes say."""
    given = format_.text("COMPRESSION") if format_.type not in ("PARQUET", "ORC") else AUTO
    if given not in (AUTO, ""):
        return given
    with file.path.open("rb") as source:
        head = source.read(4)
    found = next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), NONE)
    return "BROTLI" if found == NONE and file.name.endswith(".br") else found


def plain(file: StagedFile, format_: Format, stages: Stages) -> Path:
    """A path to the file's own bytes, decompressed; the file itself where it can be read as it is."""
    method, encoding = compression(file, format_), _encoding(format_)
    replaces = format_.flag("REPLACE_INVALID_CHARACTERS") and encoding == "utf-8"
    if method == NONE and encoding == "utf-8" and not replaces and not _SPECIAL.search(str(file.path)):
        return file.path
    target = stages.cached(file, f"plain {method} {encoding} {replaces}", ".plain")
    if not target.exists():
        _write(file, method, encoding, "replace" if replaces else "strict", stages.scratch(), target)
    return target


def _encoding(format_: Format) -> str:
    given = format_.text("ENCODING") or "UTF8"
    found = ENCODINGS[given]
    if found is None:
        raise not_supported(f"ENCODING = '{given}'")
    return found


def _write(file: StagedFile, method: str, encoding: str, errors: str, scratch: Path, target: Path) -> None:
    transcodes = encoding != "utf-8" or errors == "replace"
    decoder = codecs.getincrementaldecoder("utf-8" if encoding == "utf-8" else encoding)(errors)
    try:
        with scratch.open("wb") as out:
            for block in _blocks(file.path, method):
                out.write(decoder.decode(block).encode() if transcodes else block)
            out.write(decoder.decode(b"", final=True).encode() if transcodes else b"")
    except (OSError, zlib.error, EOFError) as error:
        text = f"The file '{file.name}' cannot be decompressed as {method}: {error}"
        raise SnowflakeError("100085", "22000", text) from None
    except UnicodeError as error:
        text = f"Invalid {encoding.upper()} detected in the file '{file.name}': {error}"
        raise SnowflakeError(INVALID_UTF8, "22000", text) from None
    os.replace(scratch, target)


def _blocks(path: Path, method: str) -> Iterator[bytes]:
    if method in _WINDOWS:
        yield from _inflated(path, _WINDOWS[method])
        return
    with pa.input_stream(str(path), compression=_CODECS.get(method)) as source:
        while block := source.read(_BLOCK):
            yield block


def _inflated(path: Path, window: int) -> Iterator[bytes]:
    inflater = zlib.decompressobj(window)
    with path.open("rb") as source:
        while block := source.read(_BLOCK):
            yield inflater.decompress(block)
    yield inflater.flush()
    if not inflater.eof:
        raise EOFError("unexpected end of data")


def broken(text: str, otherwise: int) -> int:
    """The offset of the first byte of ``text`` that was not UTF-8."""
    if text.isascii():
        return otherwise
    found = _BROKEN.search(text)
    return found.start() if found else otherwise


def invalid(text: str) -> bool:
    """Whether ``text`` holds bytes that were not UTF-8."""
    return _BROKEN.search(text) is not None


def invalid_utf8(text: str) -> str:
    """Snowflake's words for a text with bytes that are not UTF-8."""
    shown = "".join(f"0x{ord(c) - 0xDC00:X}" if "\udc80" <= c <= "\udcff" else c for c in text)
    return f"Invalid UTF8 detected in string '{shown}'"
