"""PUT, GET, LIST, REMOVE and COPY FILES."""

from __future__ import annotations

import os
import shutil
from email.utils import formatdate
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from snowdome.context import Context
from snowdome.errors import SnowflakeError, compilation_error
from snowdome.result import SHOW, TRANSFER, Result, arrow_table, rows_result
from snowdome.sql import ast
from snowdome.sql.compiler import compile_query, run_query
from snowdome.sql.staging import (
    Options,
    loose_count,
    loose_flag,
    resolve,
    text_of,
)
from snowdome.stages import formats, location, uploads
from snowdome.stages.location import Location, matching
from snowdome.stages.storage import StagedFile, Stages, safe_path
from snowdome.statements.registry import handles
from snowdome.types import TEXT, Column, fixed

_SIZE = fixed(38, 0)
_PUT = (
    Column("source", TEXT), Column("target", TEXT), Column("source_size", _SIZE),
    Column("target_size", _SIZE), Column("source_compression", TEXT),
    Column("target_compression", TEXT), Column("status", TEXT), Column("message", TEXT),
)  # fmt: skip
_GET = (Column("file", TEXT), Column("size", _SIZE), Column("status", TEXT), Column("message", TEXT))
_LIST = (Column("name", TEXT), Column("size", _SIZE), Column("md5", TEXT), Column("last_modified", TEXT))
_REMOVE = (Column("name", TEXT), Column("result", TEXT))
_COMPRESSIONS = formats.choice(
    "AUTO_DETECT", "GZIP", "BZ2", "BROTLI", "ZSTD", "DEFLATE", "RAW_DEFLATE", "PARQUET", "ORC", "NONE"
)
_THRESHOLD = 209715200  # bytes; larger files go up in several parts


# -- PUT ----------------------------------------------------------------------------------------


@handles(ast.Put, describe=lambda statement, context: _PUT)
def put(statement: ast.Put, context: Context) -> Result:
    """Tell the client where to write; what must not be overwritten is answered as SKIPPED instead."""
    place = _internal(resolve(statement.target, context), "PUT").writable()
    options = Options(statement.options, context)
    upload = uploads.Upload(
        _local(text_of(statement.source, context)),
        place.area,
        place.path,
        options.take("AUTO_COMPRESS", loose_flag, "TRUE") == "TRUE",
        options.take("SOURCE_COMPRESSION", _COMPRESSIONS, "AUTO_DETECT").lower(),
    )
    overwrite = options.take("OVERWRITE", loose_flag, "FALSE") == "TRUE"
    parallel = int(options.take("PARALLEL", loose_count, "4"))
    options.done()
    stages = context.services.stages
    if not overwrite and (rows := uploads.without_overwriting(upload, stages)) is not None:
        return rows_result(_PUT, rows, TRANSFER)
    directory = stages.target(place.area, safe_path(f"{place.path}/x")).parent
    return _transfer(_PUT, {
        "command": "UPLOAD", "src_locations": [upload.source], "parallel": parallel, "overwrite": overwrite,
        "autoCompress": upload.compress, "sourceCompression": upload.compression, "threshold": _THRESHOLD,
        "clientShowEncryptionParameter": False, "encryptionMaterial": None,
        "stageInfo": _stage_info(directory),
    })  # fmt: skip


def _internal(place: Location, verb: str) -> Location:
    if place.is_external:
        text = f"{verb} command is not supported for external stages: {place.text}"
        raise compilation_error("001039", "0A000", text)
    return place


def _local(text: str) -> str:
    """A local path from ``file://…`` or from a bare path; 001011 for another kind of URL."""
    if text.lower().startswith("file://"):
        return text[len("file://") :]
    if "://" in text:
        raise compilation_error("001011", "42601", f"invalid URL: {text}")
    return text


def _stage_info(directory: Path) -> dict[str, Any]:
    return {
        "locationType": "LOCAL_FS", "location": str(directory), "path": "", "region": None, "creds": {},
        "storageAccount": None, "endPoint": None, "presignedUrl": None, "isClientSideEncrypted": False,
    }  # fmt: skip


def _transfer(columns: tuple[Column, ...], reply: dict[str, Any]) -> Result:
    return Result(columns, arrow_table(columns, []), TRANSFER, as_json=True, transfer=reply)


# -- GET ----------------------------------------------------------------------------------------


@handles(ast.Get, describe=lambda statement, context: _GET)
def get(statement: ast.Get, context: Context) -> Result:
    """Tell the client which files to read, and where."""
    place = _internal(resolve(statement.source, context), "GET")
    options = Options(statement.options, context)
    pattern = options.take("PATTERN", formats.text)
    parallel = int(options.take("PARALLEL", loose_count, "10"))
    options.done()
    files = matching(place.files(context.services.stages), pattern, place)
    return _transfer(_GET, {
        "command": "DOWNLOAD", "src_locations": [f.name for f in files],
        "parallel": parallel,
        "localLocation": _local(text_of(statement.target, context)), "encryptionMaterial": [],
        "presignedUrls": [], "stageInfo": _stage_info(place.area.directory),
    })  # fmt: skip


# -- LIST, REMOVE -------------------------------------------------------------------------------


@handles(ast.ListFiles, describe=lambda statement, context: _LIST)
def list_files(statement: ast.ListFiles, context: Context) -> Result:
    """Name, size in bytes, MD5 and time of each file, by name."""
    place, files = _chosen(statement.location, statement.options, context)
    stages = context.services.stages
    rows = [(place.shown_name(f), f.size, stages.digest(f), _moment(f.modified)) for f in files]
    return rows_result(_LIST, rows, SHOW)


@handles(ast.RemoveFiles, describe=lambda statement, context: _REMOVE)
def remove_files(statement: ast.RemoveFiles, context: Context) -> Result:
    """Delete files; one row each."""
    place, files = _chosen(statement.location, statement.options, context)
    for file in files:
        context.services.stages.remove(place.writable().area, file)
    return rows_result(_REMOVE, [(place.shown_name(f), "removed") for f in files], SHOW)


def _chosen(written: ast.Written, given: ast.Options, context: Context) -> tuple[Location, list[StagedFile]]:
    place = resolve(written, context)
    options = Options(given, context)
    pattern = options.take("PATTERN", formats.text)
    options.done()
    return place, matching(place.files(context.services.stages), pattern, place)


def _moment(nanoseconds: int) -> str:
    return formatdate(nanoseconds // 1_000_000_000, usegmt=True)


# -- COPY FILES ---------------------------------------------------------------------------------


def _copy_columns(statement: ast.CopyFiles, context: Context) -> tuple[Column, ...]:
    detailed = Options(statement.options, context).flag("DETAILED_OUTPUT")
    return (Column("file", TEXT),) if detailed else (Column("numOfFilesCopied", _SIZE),)


@handles(ast.CopyFiles, describe=_copy_columns)
def copy_files(statement: ast.CopyFiles, context: Context) -> Result:
    """Copy staged files to another stage; gives their new paths, or how many they are."""
    target = resolve(statement.target, context).writable()
    options = Options(statement.options, context)
    detailed = options.flag("DETAILED_OUTPUT")
    wanted, pattern = options.texts("FILES"), options.take("PATTERN", formats.text)
    options.done()
    stages = context.services.stages
    if isinstance(statement.source, ast.Fragment):
        pairs = _named_by_query(statement.source, context)
    else:
        pairs = _below(resolve(statement.source, context), wanted, pattern, stages)
    copied = [_copied(file, name, target, stages) for file, name in pairs]
    columns = _copy_columns(statement, context)
    return rows_result(columns, [(name,) for name in copied] if detailed else [(len(copied),)], SHOW)


def _below(
    place: Location, wanted: tuple[str, ...], pattern: str, stages: Stages
) -> list[tuple[StagedFile, str]]:
    """The location's files, with their paths relative to it."""
    if wanted:
        files = [_required(place, place.joined(name), stages) for name in wanted]
    else:
        files = matching(place.files(stages), pattern, place)
    return [(f, _relative(f.name, place.path)) for f in files]


def _relative(name: str, path: str) -> str:
    folder = path if path.endswith("/") or not path else path + "/"
    if name.startswith(folder):
        return name[len(folder) :]
    return name[len(path.rpartition("/")[0]) :].lstrip("/")


def _required(place: Location, name: str, stages: Stages) -> StagedFile:
    found = stages.file(place.area, name)
    if found is None:
        raise SnowflakeError("091016", "22000", f"Remote file '{place.shown}{name}' was not found.")
    return found


def _named_by_query(query: ast.Fragment, context: Context) -> list[tuple[StagedFile, str]]:
    """Files that rows of (existing location [, new name]) name."""
    compiled = compile_query(query.text, context)
    if len(compiled.columns) not in (1, 2) or any(c.type.kind != "TEXT" for c in compiled.columns):
        raise compilation_error("002240", "22023", "COPY FILES needs a query of one or two text columns.")
    pairs = []
    for row in run_query(compiled, context).table.to_pylist():
        existing, new = [*row.values(), None][:2]
        place = location.resolve(unquote(str(existing)), context.session, context.services.stages)
        file = _required(place, place.path, context.services.stages)
        pairs.append((file, str(new) if new is not None else file.name))
    return pairs


def _copied(file: StagedFile, name: str, target: Location, stages: Stages) -> str:
    path = stages.target(target.area, target.joined(name))
    scratch = stages.scratch()
    shutil.copyfile(file.path, scratch)
    os.replace(scratch, path)
    return name
