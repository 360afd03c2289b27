"""Staged files for the tests: a stage and a table made anew for each test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from snowflake.connector import SnowflakeConnection
from snowflake.connector.errors import DatabaseError

Rows: TypeAlias = list[tuple[Any, ...]]


@dataclass
class Place:
    """A schema with the stage ST and the table T (A INTEGER, B VARCHAR), both empty."""

    connection: SnowflakeConnection
    folder: Path

    def run(self, *statements: str) -> Rows:
        """The rows of the last statement."""
        rows: Rows = []
        for sql in statements:
            rows = list(self.connection.cursor().execute(sql).fetchall())
        return rows

    def column(self, sql: str) -> list[Any]:
        """The first column of a statement's rows."""
        return [row[0] for row in self.run(sql)]

    def value(self, sql: str) -> Any:
        """The only value of a statement."""
        [[value]] = self.run(sql)
        return value

    def contents(self, table: str = "t") -> list[str]:
        """A table's rows in order, values joined by slashes, NULL as a hyphen."""
        rows = self.run(f"SELECT * FROM {table} ORDER BY 1")
        return ["/".join("-" if v is None else str(v) for v in row) for row in rows]

    def names(self, sql: str) -> list[str]:
        """The columns of a statement's result."""
        cursor = self.connection.cursor().execute(sql)
        return [column.name for column in cursor.description]

    def put(self, target: str, content: str | bytes, options: str = "AUTO_COMPRESS = FALSE") -> Rows:
        """Upload ``content`` as the file that the location ``target`` (without @) ends with."""
        folder, _, name = target.rpartition("/")
        local = self.folder / name
        local.write_bytes(content if isinstance(content, bytes) else content.encode())
        return self.run(f"PUT 'file://{local}' '@{folder}' OVERWRITE = TRUE {options}")

    def refused(self, sql: str) -> tuple[int, str, str]:
        """Code, SQLSTATE and message of the error that a statement ends with."""
        with pytest.raises(DatabaseError) as caught:
            self.connection.cursor().execute(sql)
        error = caught.value
        return error.errno, error.sqlstate, error.raw_msg


@pytest.fixture
def place(connect: Callable[..., SnowflakeConnection], tmp_path: Path) -> Place:
    """The module's schema, its stage and table made anew."""
    made = Place(connect(), tmp_path)
    made.run("CREATE OR REPLACE STAGE st", "CREATE OR REPLACE TABLE t (a INTEGER, b VARCHAR)")
    return made
