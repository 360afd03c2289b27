"""INSERT, UPDATE, DELETE, MERGE."""

from __future__ import annotations

from typing import Any

import duckdb

from snowdome import result
from snowdome.errors import SnowflakeError
from snowdome.result import Result, rows_result
from snowdome.sql import ast
from snowdome.sql.binder.dml import DELETED, INSERTED, MERGE_COLUMNS, UPDATED, Write, bind_write
from snowdome.sql.query_parser import parse_tree
from snowdome.statements import tracking
from snowdome.statements.registry import Context, handles
from snowdome.statements.write_failures import told
from snowdome.types import Column, fixed

_COUNT = fixed(19, 0)
_TYPES = {
    "INSERT": result.INSERT, "UPDATE": result.UPDATE, "DELETE": result.DELETE, "MERGE": result.MERGE,
    "MULTI": result.MULTI_TABLE_INSERT,
}  # fmt: skip
_STATS = {INSERTED: "numRowsInserted", UPDATED: "numRowsUpdated", DELETED: "numRowsDeleted"}


def _compile(statement: ast.Dml, context: Context) -> Write:
    return bind_write(parse_tree(statement.text), context, statement.text)


def _columns(write: Write) -> tuple[Column, ...]:
    return tuple(Column(name, _COUNT, False) for name in write.columns)


@handles(ast.Dml, describe=lambda statement, context: _columns(_compile(statement, context)))
def dml(statement: ast.Dml, context: Context) -> Result:
    """Compile, run in one engine transaction, and count."""
    start_implicit_transaction(context)
    write = _compile(statement, context)
    counts = _written(write, context)
    kind = "MULTI" if len(write.actions) > 1 else statement.verb
    stats = {_STATS[n]: counts[n] for n in write.columns if n in _STATS}
    rows = [tuple(counts[n] for n in write.columns)]
    made = rows_result(_columns(write), rows, _TYPES[kind], as_json=True)
    return Result(made.columns, made.table, made.statement_type, as_json=True, stats=stats)


def _written(write: Write, context: Context) -> dict[str, int]:
    """Run it in one engine transaction; a value that fails is told with its column."""
    try:
        with context.session.atomic() as cursor:
            for name, table in write.tables.items():
                cursor.register(name, table)
            try:
                counts = _run(write, cursor)
            finally:
                for name in write.tables:
                    cursor.unregister(name)
            tracking.finish(context.session, cursor, write.streams, write.versions)
    except duckdb.Error as failure:
        refusal = told(failure, write.written, write.tables, context.session)
        if refusal is None:
            raise
        raise refusal from failure
    if write.streams and context.session.transaction is None:
        context.session.prune(write.streams)
    return counts


def start_implicit_transaction(context: Context) -> None:
    """With AUTOCOMMIT off, the first DML opens a transaction."""
    if context.session.parameter("AUTOCOMMIT") is False:
        context.session.begin()


def _run(write: Write, cursor: duckdb.DuckDBPyConnection) -> dict[str, int]:
    counts = dict.fromkeys(write.columns, 0)
    for text in write.before:
        cursor.execute(text)
    for query, code, sqlstate, message in write.checks:
        if cursor.execute(query).fetchone() is not None:
            raise SnowflakeError(code, sqlstate, message)
    for name, text in (*write.measured, *write.actions):
        row = cursor.execute(text).fetchone()
        counts[name] += int(row[0]) if row else 0
    if write.merge is not None:
        table: Any = cursor.execute(write.merge).to_arrow_table()
        for entry in table.column(0).value_counts().to_pylist():
            counts[MERGE_COLUMNS[entry["values"]]] += int(entry["counts"])
    for text in write.after:
        cursor.execute(text)
    return counts
