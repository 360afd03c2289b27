"""The query log: what ran in the account, for QUERY_HISTORY."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

RUNNING = "RUNNING"
SUCCESS = "SUCCESS"
FAILED = "FAILED_WITH_ERROR"
INCIDENT = "FAILED_WITH_INCIDENT"

MAX_TEXT = 100_000  # characters kept of a statement, as Snowflake does
_MAX_RECORDS = 10_000
_MAX_CHARACTERS = 32_000_000
_MAX_FILE = 64_000_000  # bytes; a longer file of earlier processes is cut when the log is opened


@dataclass
class QueryRecord:
    """One statement. Times are nanoseconds UTC; ``end`` is 0 while it runs; ``type`` is QUERY_TYPE's."""

    id: str
    text: str
    session_id: int
    user: str
    role: str | None = None
    warehouse: str | None = None
    warehouse_size: str | None = None
    database: str | None = None
    schema: str | None = None
    tag: str = ""
    type: str = "UNKNOWN"
    status: str = RUNNING
    error_code: str | None = None
    error_message: str | None = None
    start: int = 0
    end: int = 0
    rows: int | None = None
    rows_inserted: int = 0
    rows_updated: int = 0
    rows_deleted: int = 0
    internal: bool = False


class QueryLog:
    """The newest records: this process's, and those an earlier one wrote to ``path``."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._records: deque[QueryRecord] = deque()
        self._characters = 0
        self._unwritten: list[QueryRecord] = []
        self._earlier: list[QueryRecord] | None = None
        self._end_of_earlier = path.stat().st_size if path.exists() else 0

    def add(self, record: QueryRecord) -> None:
        """Note a statement that begins; the oldest go when there are too many."""
        with self._lock:
            self._records.append(record)
            self._characters += len(record.text)
            while len(self._records) > _MAX_RECORDS or self._characters > _MAX_CHARACTERS:
                self._characters -= len(self._records.popleft().text)

    def finished(self, record: QueryRecord) -> None:
        """Note that ``record`` will not change any more."""
        with self._lock:
            self._unwritten.append(record)

    def records(self) -> list[QueryRecord]:
        """All records, newest last."""
        with self._lock:
            if self._earlier is None:
                self._earlier = self._read_earlier()
            missing = max(_MAX_RECORDS - len(self._records), 0)
            return [*self._earlier[len(self._earlier) - min(missing, len(self._earlier)) :], *self._records]

    def write(self) -> None:
        """Append the finished records to the file."""
        with self._lock:
            records, self._unwritten = self._unwritten, []
        if records:
            with self._path.open("a", encoding="utf-8") as file:
                file.writelines(json.dumps(asdict(r), separators=(",", ":")) + "\n" for r in records)

    def _read_earlier(self) -> list[QueryRecord]:
        if not self._end_of_earlier:
            return []
        with self._path.open("rb") as file:
            file.seek(max(self._end_of_earlier - _MAX_CHARACTERS, 0))
            text = file.read(self._end_of_earlier - file.tell())
        return list(_parsed(text.splitlines()[-_MAX_RECORDS:]))

    def trim(self) -> None:
        """Cut a file that has grown too long to its newest half; called before anything is written."""
        if self._end_of_earlier > _MAX_FILE:
            with self._path.open("rb") as file:
                file.seek(self._end_of_earlier - _MAX_FILE // 2)
                file.readline()
                kept = file.read()
            self._path.write_bytes(kept)
            self._end_of_earlier = len(kept)


_FIELDS = frozenset(f.name for f in fields(QueryRecord))


def _parsed(lines: Iterable[bytes]) -> Iterable[QueryRecord]:
    for line in lines:
        try:
            values = json.loads(line)
            yield QueryRecord(**{k: v for k, v in values.items() if k in _FIELDS})
        except (ValueError, TypeError, AttributeError):
            continue  # the first line may be cut, the last one torn by a kill
