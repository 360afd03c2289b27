"""What the account and its workers say to each other: pickled messages with Arrow payloads."""

from __future__ import annotations

import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
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


class Channel(Connection):
    """A message connection that sends a message in one piece, which wakes the other side once."""

    def _send_bytes(self, buf: memoryview) -> None:
        if len(buf) > _ONE_PIECE:
            super()._send_bytes(buf)  # type: ignore[misc]
        else:
            self._send(struct.pack("!i", len(buf)) + buf)  # type: ignore[attr-defined]


_ONE_PIECE = 1 << 20  # bytes; what is longer is not copied


def connection(end: socket.socket) -> Channel:
    """A message connection over one end of a socket pair."""
    return Channel(end.detach())


def pack(columns: list[pa.Array]) -> bytes:
    """Arrow columns as bytes: the length of their schema, the schema, and a batch."""
    schema, head = _schema(tuple(column.type for column in columns))
    body: bytes = pa.RecordBatch.from_arrays(columns, schema=schema).serialize().to_pybytes()
    return head + body


def unpack(data: bytes) -> list[pa.Array]:
    """The columns that ``pack`` packed."""
    end = 4 + int.from_bytes(data[:4], "little")
    return list(pa.ipc.read_record_batch(pa.py_buffer(data).slice(end), _read_schema(data[4:end])).columns)


@lru_cache(256)  # batches of the same types come by the thousand
def _schema(types: tuple[pa.DataType, ...]) -> tuple[pa.Schema, bytes]:
    schema = pa.schema([(f"c{i}", type_) for i, type_ in enumerate(types)])
    told = schema.serialize().to_pybytes()
    return schema, len(told).to_bytes(4, "little") + told


@lru_cache(256)
def _read_schema(told: bytes) -> pa.Schema:
    return pa.ipc.read_schema(pa.py_buffer(told))
