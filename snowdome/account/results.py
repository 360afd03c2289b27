"""Results of finished statements: small ones in memory, the rest in Arrow files."""

from __future__ import annotations

import secrets
import shutil
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from snowdome.result import Result

MEMORY_BUDGET = 128 << 20  # bytes of results kept in memory
DISK_BUDGET = 8 << 30  # bytes of results kept in files
_FRESH = 200  # results that are not packed yet
_PACKED = 64 << 10  # bytes below which a result is packed
_OVERHEAD = 2000  # bytes that even an empty result takes
_NO_ROWS = pa.table({})


class Retained:
    """One finished statement's result, in memory or in a file.

    ``key`` is an unguessable name for those who fetch parts of it without logging in; ``memo`` is for
    what its readers work out once.
    """

    def __init__(self, result: Result) -> None:
        self.key = secrets.token_urlsafe(24)
        self.memo: dict[str, Any] = {}
        self.size = int(result.table.nbytes) + _OVERHEAD
        self.in_budget = True
        self.row_count = result.row_count
        self.header = replace(result, table=_NO_ROWS)
        self.table: pa.Table | None = result.table
        self.packed: bytes | None = None
        self.file: Path | None = None

    def load(self) -> Result:
        """The result; its rows may lie in a mapped file. FileNotFoundError if it was dropped."""
        table = self.table
        return replace(self.header, table=self._read() if table is None else table)

    def _read(self) -> pa.Table:
        packed, file = self.packed, self.file
        if packed is not None:
            return pa.ipc.open_file(pa.BufferReader(packed)).read_all()
        if file is None:
            raise FileNotFoundError(self.key)
        with pa.memory_map(str(file)) as source:
            return pa.ipc.open_file(source).read_all()

    def pack(self) -> None:
        """Keep a small table as bytes: a table of one row takes 12 KB, its bytes a few hundred."""
        table = self.table
        if table is not None and self.size < _PACKED:
            sink = pa.BufferOutputStream()
            with pa.ipc.new_file(sink, table.schema) as writer:
                writer.write_table(table)
            self.packed, self.table = sink.getvalue().to_pybytes(), None

    def spill(self, file: Path) -> None:
        """Move the rows to ``file``."""
        if self.table is None and self.packed is None:
            return
        table = self.load().table
        with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)
        self.file = file
        self.table = self.packed = None

    def drop(self) -> None:
        """Forget the rows; files that are mapped stay readable for those who hold them."""
        file, self.file = self.file, None
        self.table = self.packed = None
        if file is not None:
            with suppress(FileNotFoundError):
                file.unlink()


class ResultStore:
    """All retained results of the account, within a budget of memory and of disk."""

    def __init__(self, directory: Path, memory: int = MEMORY_BUDGET, disk: int = DISK_BUDGET) -> None:
        shutil.rmtree(directory, ignore_errors=True)  # of an earlier process: nobody can ask for them
        directory.mkdir(mode=0o700, parents=True)
        self._directory = directory
        self._memory, self._disk = memory, disk
        self._lock = threading.Lock()
        self._by_key: dict[str, Retained] = {}  # oldest first
        self._fresh: deque[Retained] = deque()
        self._in_memory = 0
        self._over_budget = threading.Event()

    def retain(self, result: Result) -> Retained:
        """Keep ``result``."""
        kept = Retained(result)
        with self._lock:
            self._by_key[kept.key] = kept
            self._fresh.append(kept)
            self._in_memory += kept.size
            if self._in_memory > self._memory:
                self._over_budget.set()
        return kept

    def by_key(self, key: str) -> Retained | None:
        return self._by_key.get(key)

    def drop(self, kept: Retained) -> None:
        """Forget a result."""
        with self._lock:
            if self._by_key.pop(kept.key, None) is not None:
                self._leave_memory(kept)
        kept.drop()

    def _leave_memory(self, kept: Retained) -> None:
        if kept.in_budget:
            kept.in_budget = False
            self._in_memory -= kept.size

    def keep_budget(self) -> None:
        """Move results to files until memory's budget holds, and drop the oldest files beyond the disk's."""
        while len(self._fresh) > _FRESH:
            self._fresh.popleft().pack()
        if self._over_budget.is_set():
            self._over_budget.clear()
            for kept in self._to_spill():
                kept.spill(self._directory / f"{kept.key}.arrow")
                if kept.key not in self._by_key:
                    kept.drop()
            pa.default_memory_pool().release_unused()
            for kept in self._to_drop():
                self.drop(kept)

    def _to_spill(self) -> list[Retained]:
        # The largest go first: many small results stay quick, and few files are written.
        with self._lock:
            chosen = []
            for kept in sorted(self._by_key.values(), key=lambda k: -k.size):
                if self._in_memory <= self._memory:
                    break
                if kept.in_budget:
                    chosen.append(kept)
                    self._leave_memory(kept)
            return chosen

    def _to_drop(self) -> Iterator[Retained]:
        with self._lock:
            in_files = [k for k in self._by_key.values() if k.file is not None]
        excess = sum(k.size for k in in_files) - self._disk
        for kept in in_files:
            if excess <= 0:
                return
            excess -= kept.size
            yield kept

    def close(self) -> None:
        """Delete the files."""
        shutil.rmtree(self._directory, ignore_errors=True)
