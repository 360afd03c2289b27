"""What instances print, kept in files that do not grow beyond a size."""

from __future__ import annotations

import re
import shutil
import threading
from pathlib import Path

MOST = 2_000_000  # bytes of a file; the one before it is kept too
_NAME = re.compile(r"[\w-]+\Z")


class Log:
    """The log of one instance: a file, and the one that it followed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._size: int | None = None  # not looked at yet

    def write(self, data: bytes) -> None:
        """Add ``data``; OSError if the disk cannot be written to."""
        with self._lock:
            if self._size is None:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._size = self._path.stat().st_size if self._path.exists() else 0
            if self._size and self._size + len(data) > MOST:
                self._path.replace(self._older)
                self._size = 0
            with self._path.open("ab") as file:
                file.write(data[-MOST:])
            self._size += len(data[-MOST:])

    @property
    def _older(self) -> Path:
        return self._path.with_suffix(".old.log")

    def tail(self, lines: int) -> str:
        """The last ``lines`` lines."""
        if lines <= 0:
            return ""
        data = b""
        for path in (self._path, self._older):
            if data.count(b"\n") <= lines and path.exists():
                data = path.read_bytes() + data
        return "\n".join(data.decode("utf-8", "replace").rstrip("\n").split("\n")[-lines:])


class Logs:
    """The logs of all services: a directory each, a file for each instance."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._open: dict[tuple[str, int], Log] = {}

    def of(self, service_id: str, instance: int) -> Log:
        """The log of an instance."""
        with self._lock:
            if (service_id, instance) not in self._open:
                self._open[service_id, instance] = Log(self._of(service_id) / f"{instance}.log")
            return self._open[service_id, instance]

    def _of(self, service_id: str) -> Path:
        if not _NAME.match(service_id):
            raise ValueError(f"{service_id!r} is no service's id")
        return self._folder / service_id

    def forget(self, service_id: str) -> None:
        """Delete the logs of a service."""
        with self._lock:
            for key in [k for k in self._open if k[0] == service_id]:
                del self._open[key]
        shutil.rmtree(self._of(service_id), ignore_errors=True)
