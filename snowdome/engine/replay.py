"""A transaction that survives a failing statement.

Snowflake undoes a failed statement and leaves the transaction open; DuckDB aborts the whole transaction
and has no savepoints. So what changed data is remembered, and after a failure the transaction is begun
again and those statements are run again.
"""

from __future__ import annotations

from typing import Any

import duckdb
import pyarrow as pa

_READS = ("SELECT", "WITH", "FROM", "(", "EXPLAIN", "DESCRIBE")


class ReplayCursor:
    """A cursor in an open transaction; offers the methods of DuckDB's that handlers use."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self.raw = cursor
        self._log: list[tuple[str, Any, dict[str, pa.Table]]] = []
        self._registered: dict[str, pa.Table] = {}
        cursor.execute("BEGIN")

    def execute(self, query: str, parameters: Any = None) -> duckdb.DuckDBPyConnection:
        done = self.raw.execute(query) if parameters is None else self.raw.execute(query, parameters)
        self._remember(query, parameters)
        return done

    def sql(self, query: str) -> duckdb.DuckDBPyRelation:
        """A query, not run yet."""
        return self.raw.sql(query)

    def executemany(self, query: str, parameters: Any = None) -> duckdb.DuckDBPyConnection:
        done = self.raw.executemany(query, parameters)
        for row in parameters:
            self._remember(query, row)
        return done

    def _remember(self, query: str, parameters: Any) -> None:
        if not query.lstrip().upper().startswith(_READS):
            self._log.append((query, parameters, dict(self._registered)))

    def register(self, name: str, table: pa.Table) -> None:
        self._registered[name] = table
        self.raw.register(name, table)

    def unregister(self, name: str) -> None:
        self._registered.pop(name, None)
        self.raw.unregister(name)

    def interrupt(self) -> None:
        self.raw.interrupt()

    def mark(self) -> int:
        """Where the log stands, for ``restore``."""
        return len(self._log)

    def restore(self, mark: int) -> None:
        """Make the transaction what it was at ``mark``, after a statement failed in it."""
        del self._log[mark:]
        self.raw.execute("ROLLBACK")
        self.raw.execute("BEGIN")
        for query, parameters, tables in self._log:
            for name, table in tables.items():
                self.raw.register(name, table)
            self.raw.execute(query) if parameters is None else self.raw.execute(query, parameters)
            for name in tables:
                self.raw.unregister(name)

    def close(self) -> None:
        self.raw.close()
