"""Short ways to run blocks, one connection a module."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import snowflake.connector
from snowflake.connector.errors import DatabaseError


class Blocks:
    """A connection whose current schema is the module's own."""

    def __init__(self, parameters: dict[str, Any]) -> None:
        self.connection = snowflake.connector.connect(**parameters)

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """The statement's rows."""
        return [tuple(row) for row in self.connection.cursor().execute(sql).fetchall()]

    def value(self, sql: str) -> Any:
        """The one cell of the statement's result."""
        [(cell,)] = self.run(sql)
        return cell

    def columns(self, sql: str) -> list[str]:
        """The names of the result's columns."""
        return [column.name for column in self.connection.cursor().execute(sql).description]

    def type(self, block: str) -> str:
        """The type of a block's result, as DESCRIBE shows it of a table made from it."""
        self.run(block)
        self.run("CREATE OR REPLACE TABLE kept AS SELECT * FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))")
        return str(self.run("DESC TABLE kept")[0][1])

    def fails(self, sql: str) -> tuple[str, str, str]:
        """Code, SQLSTATE and message of the error that the statement must give."""
        with pytest.raises(DatabaseError) as caught:
            self.connection.cursor().execute(sql)
        error = caught.value
        return f"{error.errno:06d}", str(error.sqlstate), str(error.raw_msg)


@pytest.fixture(scope="module")
def blocks(server: dict[str, Any], schema: str) -> Iterator[Blocks]:
    """Runs blocks in the module's schema."""
    database, name = schema.split(".")
    made = Blocks({**server, "database": database, "schema": name})
    yield made
    made.connection.close()
