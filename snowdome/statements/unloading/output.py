"""Files being written: their names, their sizes, and how they get into their stage."""

from __future__ import annotations

import itertools
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol, TypeVar

import pyarrow as pa

from snowdome.errors import SnowflakeError
from snowdome.stages.storage import Area, Stages

Batch = TypeVar("Batch", pa.Array, pa.RecordBatch)


@dataclass(frozen=True)
class Written:
    """A finished file: its name in the stage, rows, and bytes before and after compression."""

    name: str
    rows: int
    plain_size: int
    size: int


@dataclass
class Output:
    """Names for the files of one unload: ``prefix`` 0_0_0, 0_0_1 …, or just ``prefix``."""

    prefix: str
    extension: str
    single: bool = False
    _count: itertools.count[int] = field(default_factory=itertools.count)

    def next(self) -> str:
        """The name of the next file."""
        return self.prefix if self.single else f"{self.prefix}0_0_{next(self._count)}{self.extension}"


@dataclass(frozen=True)
class Sink:
    """Where files go: ``max_size`` is bytes; a single file must not be larger."""

    stages: Stages
    area: Area
    max_size: int
    single: bool

    def place(self, scratch: Path, name: str) -> int:
        """Move a finished file into the stage; its size in bytes."""
        size = scratch.stat().st_size
        if self.single and size > self.max_size:
            text = f"Max file size ({self.max_size}) exceeded for unload single file mode."
            raise SnowflakeError("100099", "22000", text)
        target = self.stages.target(self.area, name)
        if target.is_dir():
            text = f"A file cannot be called '{name}' here, since names of other staged files go on from it."
            raise SnowflakeError("001756", "22000", text)
        os.replace(scratch, target)
        return size


def pieces(batch: Batch, size: int) -> Iterator[Batch]:
    """``batch`` cut into pieces of about ``size`` bytes, of one row at least."""
    rows = max(1, len(batch) * size // max(batch.nbytes, 1))
    for start in range(0, len(batch), rows):
        yield batch.slice(start, rows)


class Packer(Protocol):
    """Something that compresses what is written to it."""

    def write(self, data: bytes) -> None: ...

    def close(self) -> None: ...


class _Deflater:
    """zlib's formats, by window bits: 31 gzip, 15 deflate, -15 raw."""

    def __init__(self, target: BinaryIO, window: int) -> None:
        self._target = target
        self._packer = zlib.compressobj(6, zlib.DEFLATED, window)

    def write(self, data: bytes) -> None:
        self._target.write(self._packer.compress(data))

    def close(self) -> None:
        self._target.write(self._packer.flush())


class _Codec:
    """One of pyarrow's codecs."""

    def __init__(self, target: BinaryIO, codec: str) -> None:
        self._stream = pa.CompressedOutputStream(pa.PythonFile(target, "w"), codec)
        self._target = target

    def write(self, data: bytes) -> None:
        self._stream.write(data)

    def close(self) -> None:
        self._stream.close()


_WINDOWS = {"AUTO": 31, "GZIP": 31, "DEFLATE": 15, "RAW_DEFLATE": -15}


def packer(target: BinaryIO, compression: str) -> Packer | None:
    """What compresses into ``target``; None for no compression."""
    if compression in _WINDOWS:
        return _Deflater(target, _WINDOWS[compression])
    return None if compression == "NONE" else _Codec(target, compression.lower())
