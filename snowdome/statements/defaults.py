"""Which DEFAULT a column takes: a table of kinds for CREATE TABLE, a stricter one for ADD COLUMN."""

from __future__ import annotations

import re

from sqlglot import exp

from snowdome.context import Context
from snowdome.errors import SnowflakeError, compilation_error, located_error
from snowdome.sql import ast
from snowdome.sql.compiler import bind_expression
from snowdome.sql.lexer import place, tokenize
from snowdome.sql.query_parser import parse_expression
from snowdome.types import DataType

_NUMBERS = frozenset({"FIXED", "REAL"})
_STAMPS = frozenset({"TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP_TZ"})
_TEMPORAL = _STAMPS | {"DATE", "TIME"}
_VALUES = frozenset({"TEXT", "BOOLEAN", "VARIANT", "OBJECT", "ARRAY", "MAP", "VECTOR"})
_CLOCKS = _NUMBERS | {"BOOLEAN", "DATE"}

# By the column's kind, the kinds of value that may be its default; a kind that is not here takes any.
_CREATED: dict[str, frozenset[str]] = {
    "FIXED": _NUMBERS | _TEMPORAL | {"BOOLEAN", "VARIANT"},
    "REAL": _NUMBERS | _TEMPORAL | {"BOOLEAN", "VARIANT"},
    "TEXT": _VALUES,
    "BOOLEAN": _VALUES | _TEMPORAL,
    "VARIANT": _VALUES | _TEMPORAL | {"BINARY", "GEOGRAPHY", "GEOMETRY"},
    "DATE": _CLOCKS,
    "TIME": _CLOCKS,
    **dict.fromkeys(_STAMPS, _CLOCKS),
}
_ADDED: dict[str, frozenset[str]] = {
    "FIXED": _NUMBERS,
    "REAL": _NUMBERS,
    "TEXT": frozenset({"TEXT"}),
    "BOOLEAN": frozenset({"BOOLEAN"}),
    "MAP": frozenset(),
    "VECTOR": frozenset(),
    **dict.fromkeys(_TEMPORAL, frozenset()),
}


def created(definition: ast.ColumnDef, type_: DataType, context: Context) -> str | None:
    """The text of a default in CREATE TABLE; 002023 if the column cannot take its type."""
    if definition.default is None:
        return None
    _refuse_binary(type_)
    text = _in_request(definition.default, context)
    _refuse_queries(text)
    given = bind_expression(text, context).type
    if not _fits(given, type_):
        text = f"Default value data type does not match data type for column {definition.name}"
        raise compilation_error("002023", "22000", text)
    return definition.default.text


def added(definition: ast.ColumnDef, type_: DataType, context: Context) -> str | None:
    """The text of a default in ADD COLUMN: a literal of the column's own kind; 002263 or 002023 if not."""
    if definition.default is None:
        return None
    _refuse_binary(type_)
    tree = parse_expression(definition.default.text)
    if not _is_literal(tree):
        shown = tree.sql("snowflake") if tree.find(exp.Cast) else definition.default.text
        raise compilation_error("002263", "22000", f"Invalid column default expression [{shown}]")
    given = bind_expression(definition.default.text, context).type
    if given.kind != "NULL" and type_.kind in _ADDED and given.kind not in _ADDED[type_.kind]:
        text = f"Expression type does not match column data type, expecting {type_} but got {given}"
        raise compilation_error("002023", "22000", f"{text} for column {definition.name}")
    return created(definition, type_, context)


def _fits(given: DataType, type_: DataType) -> bool:
    if given.kind == "NULL" or type_.kind not in _CREATED:
        return True
    if given.kind in _TEMPORAL and type_.kind in _TEMPORAL:
        return _fits_clock(given, type_)
    return given.kind in _CREATED[type_.kind]


def _fits_clock(given: DataType, type_: DataType) -> bool:
    """A date fits every column; digits of seconds are never lost, and are the same in a change of kind."""
    if given.kind == "DATE" or type_.kind == "DATE":
        return given.kind == "DATE"
    if given.kind == type_.kind:
        return given.s <= type_.s
    if type_.kind == "TIME":
        return False
    if given.kind == "TIMESTAMP_TZ":
        return True
    return given.s == type_.s


def _in_request(fragment: ast.Fragment, context: Context) -> str:
    """The fragment's text behind blanks, so that positions in it are the request's."""
    before, end = context.text[: fragment.start], fragment.start + len(fragment.text)
    known = context.text[fragment.start : end] == fragment.text
    return (re.sub(r"[^\n]", " ", before) if known else "") + fragment.text


def _refuse_queries(text: str) -> None:
    """002262: a default is computed without reading anything."""
    if parse_expression(text).find(exp.Query) is not None:
        offset = next((t.start for t in tokenize(text) if t.upper in ("SELECT", "WITH")), 0)
        what = "sub-queries are not supported as part of the specification of a default value clause."
        raise located_error("002262", "42601", what, *place(text, offset))


def _is_literal(tree: exp.Expr) -> bool:
    if isinstance(tree, exp.Neg):
        return isinstance(tree.this, exp.Literal) and not tree.this.is_string
    return isinstance(tree, (exp.Literal, exp.Boolean, exp.Null, exp.HexString))


def _refuse_binary(type_: DataType) -> None:
    if type_.kind == "BINARY":
        text = "SQL compilation error: Default values are not allowed on 'BINARY' columns."
        raise SnowflakeError("002023", "22000", text)
