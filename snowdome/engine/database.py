"""The account's one DuckDB database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from snowdome.engine import interrupts, macros
from snowdome.engine.versions import REPLAYS_DEFAULTS

SETTINGS = {
    "preserve_insertion_order": "true",
    "allow_unsigned_extensions": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "TimeZone": "UTC",
}


class Database:
    """Opens the file and hands out cursors; closing it checkpoints."""

    def __init__(self, path: Path | None) -> None:
        if path is not None and not REPLAYS_DEFAULTS and Path(f"{path}.wal").exists():
            _replay(path)
        self.connection = duckdb.connect(str(path) if path else ":memory:")
        for name, value in SETTINGS.items():
            self.connection.execute(f"SET {name} = '{value}'")
        self.connection.execute(
            "SET temp_directory = ''" if path is None else f"SET temp_directory = {_text(f'{path}.tmp')}"
        )
        macros.install(self.connection)

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor of its own, closed afterwards; not to be shared between threads."""
        cursor = self.connection.cursor()
        try:
            with interrupts.watched(cursor):
                yield cursor
        finally:
            cursor.close()

    def close(self) -> None:
        self.connection.close()


def _replay(path: Path) -> None:
    """Bring into the file what a killed process left in its log."""
    with duckdb.connect() as connection:
        macros.install(connection)  # defaults may call them
        connection.execute(f"ATTACH {_text(str(path))} AS account")
        connection.execute("CHECKPOINT account")
        connection.execute("DETACH account")


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
