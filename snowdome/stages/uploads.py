"""PUT without OVERWRITE: a file that the stage holds already is skipped, not written over.

A client that writes into a local directory overwrites without asking, whatever it is told. So the account,
which sees the same files, answers such a PUT itself: with SKIPPED for every file that is there already. If
only some are, it copies the others too, since the client takes either an upload or an answer.
"""

from __future__ import annotations

import glob
import gzip
import mimetypes
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from snowdome.stages.storage import Area, Stages, safe_path

Row: TypeAlias = "tuple[str, str, int | None, int, str, str, str, str]"

_BY_ENCODING = {"gzip": "GZIP", "bzip2": "BZIP2", "br": "BROTLI"}
_BY_OPTION = {
    "gzip": "GZIP", "bz2": "BZIP2", "brotli": "BROTLI", "zstd": "ZSTD", "deflate": "DEFLATE",
    "raw_deflate": "RAW_DEFLATE", "parquet": "PARQUET", "orc": "ORC",
}  # fmt: skip
_MAGIC = {b"ORC": "ORC", b"PAR1": "PARQUET", b"\x28\xb5\x2f\xfd": "ZSTD"}


@dataclass(frozen=True)
class Upload:
    """A PUT: local ``source`` (a path or a pattern) into directory ``path`` of a stage. ``compression`` is
    that of the source: auto_detect, none, or a method."""

    source: str
    area: Area
    path: str
    compress: bool
    compression: str


@dataclass(frozen=True)
class _Planned:
    """One file of a PUT; ``local`` is None if the account does not see it (a stream of the client's)."""

    name: str
    local: Path | None
    source_compression: str
    target: str
    target_compression: str


def without_overwriting(upload: Upload, stages: Stages) -> list[Row] | None:
    """The rows that answer the PUT, if the stage holds one of its files; None if the client may upload."""
    planned = _planned(upload)
    held = [stages.file(upload.area, _staged_name(upload, p)) is not None for p in planned]
    if not any(held):
        return None
    pairs = zip(planned, held, strict=True)
    rows = [_skipped(p) if there else _copied(p, upload, stages) for p, there in pairs]
    return sorted(rows, key=lambda row: row[0])


def _staged_name(upload: Upload, planned: _Planned) -> str:
    return safe_path(f"{upload.path}/{planned.target}")


def _planned(upload: Upload) -> list[_Planned]:
    source = os.path.expanduser(upload.source)
    found = [Path(p) for p in sorted(glob.glob(source))] if os.path.isabs(source) else []
    if found:
        return [_plan(upload, p.name, p) for p in found if p.is_file()]
    name = source.replace("\\", "/").rpartition("/")[2]
    return [] if glob.has_magic(name) else [_plan(upload, name, None)]


def _plan(upload: Upload, name: str, local: Path | None) -> _Planned:
    compression = _compression(upload.compression, name, local)
    if compression is not None:
        return _Planned(name, local, compression, name, compression)
    if upload.compress:
        return _Planned(name, local, "NONE", name + ".gz", "GZIP")
    return _Planned(name, local, "NONE", name, "NONE")


def _compression(option: str, name: str, local: Path | None) -> str | None:
    """What the file is compressed with, found as the client finds it; None for nothing."""
    if option != "auto_detect":
        return _BY_OPTION.get(option)
    if (encoding := mimetypes.guess_type(name)[1]) is not None:
        return _BY_ENCODING.get(encoding)
    if name.endswith(".br"):
        return "BROTLI"
    head = b""
    if local is not None:
        with local.open("rb") as file:
            head = file.read(4)
    return next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), None)


def _skipped(p: _Planned) -> Row:
    size = p.local.stat().st_size if p.local is not None else None
    return (p.name, p.target, size, 0, p.source_compression, p.target_compression, "SKIPPED", "")


def _copied(p: _Planned, upload: Upload, stages: Stages) -> Row:
    assert p.local is not None  # of files it does not see, the account is told only one
    scratch = stages.scratch()
    with p.local.open("rb") as source, scratch.open("wb") as target:
        if p.target_compression == "GZIP" and p.source_compression == "NONE":
            with gzip.GzipFile("", "wb", fileobj=target, mtime=0) as packed:
                shutil.copyfileobj(source, packed)
        else:
            shutil.copyfileobj(source, target)
    size, path = scratch.stat().st_size, stages.target(upload.area, _staged_name(upload, p))
    os.replace(scratch, path)
    compressions = (p.source_compression, p.target_compression)
    return (p.name, p.target, p.local.stat().st_size, size, *compressions, "UPLOADED", "")
