"""A schema of a test's own, and short ways to ask about what is in it."""

from __future__ import annotations

from typing import Any

import pytest
from snowflake.connector import DictCursor, SnowflakeConnection
from snowflake.connector.errors import Error


class Connected:
    """A connection whose current schema is the test's own."""

    def __init__(self, connection: SnowflakeConnection, schema: str) -> None:
        self.connection = connection
        self.schema = schema

    def run(self, *statements: str) -> None:
        """Run the statements one after another."""
        for sql in statements:
            self.connection.cursor().execute(sql)

    def rows(self, sql: str, *bound: Any) -> list[tuple[Any, ...]]:
        """The statement's rows."""
        cursor = self.connection.cursor()
        cursor.execute(sql, bound or None)
        return [tuple(row) for row in cursor.fetchall()]

    def value(self, sql: str) -> Any:
        """The one cell of the statement's result."""
        [(cell,)] = self.rows(sql)
        return cell

    def named(self, sql: str) -> list[dict[str, Any]]:
        """The statement's rows by column name."""
        return [dict(row) for row in self.connection.cursor(DictCursor).execute(sql).fetchall()]

    def columns(self, sql: str) -> list[str]:
        """The names of the statement's columns."""
        cursor = self.connection.cursor()
        cursor.execute(sql)
        return [column.name for column in cursor.description]

    def error(self, sql: str) -> Error:
        """The error that the statement must give."""
        with pytest.raises(Error) as caught:
            self.connection.cursor().execute(sql)
        return caught.value


class Place(Connected):
    """The same, where a test wants all of an error."""

    def fails(self, sql: str) -> tuple[str, str, str]:
        """Code, SQLSTATE and message of the error that the statement must give."""
        error = self.error(sql)
        return f"{error.errno:06d}", str(error.sqlstate), str(error.raw_msg)
