"""What the account and its workers say to each other: pickled messages with Arrow payloads."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

import pyarrow as pa

from snowdome.types import DataType


@dataclass(frozen=True)
class Program:
    """A handler to load: its code, where its imports lie, and the types around it.

    ``kind`` is scalar, table, aggregate or procedure. ``modules`` are the third-party top-level modules that the
    handler may import, ``slow`` those it will want that are better imported once, before a worker is forked.
    ``columns`` are a table function's.
    """

    key: str
    name: str
    kind: str
    handler: str
    code: str | None
    imports: str
    paths: tuple[str, ...]
    arguments: tuple[tuple[str, DataType], ...]
    returns: DataType | None
    columns: tuple[tuple[str, DataType], ...] = ()
    strict: bool = False
    modules: frozenset[str] = frozenset()
    slow: tuple[str, ...] = ()
    memory: int = 0
    is_model: bool = False  # a method of a model: its imports are the model's own files


@dataclass(frozen=True)
class Request:
    """Something to do: ``load`` a program, or run it on a ``batch``; a procedure with a session that is
    opened with the connection parameters ``login``."""

    verb: str
    program: Program | None = None
    batch: bytes = b""
    login: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    """What came of it: a batch, or the id of the query that made a procedure's table, or an error with
    the handler's traceback."""

    batch: bytes = b""
    query_id: str = ""
    error: str | None = None
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Wanted:
    """A worker asks, in the middle of a request, where a staged file lies."""

    path: str


@dataclass(frozen=True)
class Found:
    """Where it lies, or why it cannot be had."""

    path: str = ""
    error: str = ""


def connection(end: socket.socket) -> Connection:
    """A message connection over one end of a socket pair."""
    return Connection(end.detach())


def pack(columns: list[pa.Array]) -> bytes:
    """Arrow columns as bytes."""
    batch = pa.RecordBatch.from_arrays(columns, names=[f"c{i}" for i in range(len(columns))])
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return bytes(sink.getvalue())


def unpack(data: bytes) -> list[pa.Array]:
    """The columns that ``pack`` packed."""
    table = pa.ipc.open_stream(data).read_all()
    return [column.combine_chunks() for column in table.columns]
