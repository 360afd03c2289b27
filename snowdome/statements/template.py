"""Columns of CREATE TABLE … USING TEMPLATE: those that the rows of INFER_SCHEMA describe."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from snowdome.context import Context
from snowdome.engine import json_text
from snowdome.errors import SnowflakeError, compilation_error
from snowdome.sql import ast, typenames
from snowdome.sql.compiler import compile_query, run_query
from snowdome.statements.fragments import in_place, shifted

_FIELDS = ("COLUMN_NAME", "TYPE", "NULLABLE")


def with_columns(statement: ast.CreateTable, context: Context) -> ast.CreateTable:
    """The statement with the columns that its template gives; the template's query runs for that."""
    if statement.template is None:
        return statement
    columns = [
        _column(described, statement) for described in _template(statement, statement.template, context)
    ]
    return replace(statement, columns=tuple(columns))


def _template(statement: ast.CreateTable, query: ast.Fragment, context: Context) -> list[Any]:
    compiled = compile_query(in_place(statement, query), shifted(context, query))
    rows = [list(row.values()) for row in run_query(compiled, context).table.to_pylist()]
    value = json_text.decode(rows[0][0]) if len(rows) == 1 and len(rows[0]) == 1 and rows[0][0] else None
    if not isinstance(value, list) or not value:
        raise _invalid("template must be a non-null JSON array")
    return value


def _column(described: Any, statement: ast.CreateTable) -> ast.ColumnDef:
    fields = described if isinstance(described, dict) else {}
    for name in _FIELDS:
        if name not in fields:
            raise _invalid(f"{name} field is missing in {json_text.encode(described)}")
    name, type_, nullable = (fields[f] for f in _FIELDS)
    return ast.ColumnDef(str(name), typenames.parse(str(type_)), statement.start, bool(nullable))


def _invalid(what: str) -> SnowflakeError:
    return compilation_error("002240", "22023", f"Invalid template: {what}\n")
