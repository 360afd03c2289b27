"""The table function INFER_SCHEMA."""

from __future__ import annotations

import pyarrow as pa
from sqlglot import exp

from snowdome.errors import SnowflakeError, compilation_error, located_error, not_supported
from snowdome.sql import staging
from snowdome.sql.binder.scope import Relation
from snowdome.sql.binder.table_functions import TableCall, table_function
from snowdome.sql.typed import Typed
from snowdome.stages import location
from snowdome.stages.inference import Request, infer
from snowdome.stages.versions import is_versions
from snowdome.types import BOOLEAN, TEXT, Column, fixed

COLUMNS = (
    Column("COLUMN_NAME", TEXT), Column("TYPE", TEXT), Column("NULLABLE", BOOLEAN),
    Column("EXPRESSION", TEXT), Column("FILENAMES", TEXT), Column("ORDER_ID", fixed(38, 0)),
)  # fmt: skip
_ARGUMENTS = (
    "LOCATION", "FILE_FORMAT", "FILES", "IGNORE_CASE", "MAX_FILE_COUNT", "MAX_RECORDS_PER_FILE", "KIND",
)  # fmt: skip


@table_function("INFER_SCHEMA")
def infer_schema(call: TableCall) -> Relation:
    """INFER_SCHEMA(LOCATION => …, FILE_FORMAT => …, …)"""
    binder = call.binder
    _check_names(call)
    where, format_name = _text(call, "LOCATION"), _text(call, "FILE_FORMAT")
    stages = binder.context.services.stages
    if where is None or not (where.startswith("@") or is_versions(where)):
        text = (
            f"SQL compilation error: Invalid value '{where or 'null'}' provided for argument LOCATION of "
            "function INFER_SCHEMA. Please use a named stage location."
        )
        raise SnowflakeError("001039", "22023", text)
    place = location.resolve(where, binder.session, stages)
    format_ = staging.named(format_name or "", binder.context)
    count, records = _count(call, "MAX_FILE_COUNT"), _count(call, "MAX_RECORDS_PER_FILE")
    _check_kind(call)
    request = Request(place, format_, _files(call), _ignores_case(call), count, records)
    binder.volatile()
    with binder.session.engine.cursor() as cursor:
        rows = infer(request, stages, cursor)
    return _relation(call, rows)


def _relation(call: TableCall, rows: list[tuple[str, str, bool, str, str, int]]) -> Relation:
    types = (pa.string(), pa.string(), pa.bool_(), pa.string(), pa.string(), pa.decimal128(38, 0))
    arrays = [pa.array([row[i] for row in rows], t) for i, t in enumerate(types)]
    name = call.binder.register(pa.table(arrays, names=[f"c{i}" for i in range(1, 7)]))
    return Relation(f"SELECT * FROM {name}", COLUMNS)


def _check_names(call: TableCall) -> None:
    given = len(call.arguments) + len(call.named)
    for index, name in enumerate(call.named, 1):
        if name not in _ARGUMENTS:
            text = f"unexpected argument [{name}] at position {index},"
            text = f"invalid argument for function [INFER_SCHEMA] {text}"
            raise located_error("001039", "22023", text, 1, 20)
    if given < 2:
        text = f"not enough arguments for function [INFER_SCHEMA], expected 2, got {given}"
        raise located_error("000938", "22023", text, 1, 20)
    if call.arguments:
        text = (
            "missing required arguments for function [INFER_SCHEMA]. The argument name with arrow (e.g. "
            '"LOCATION=>") is also required in the query text.'
        )
        raise located_error("001039", "22023", text, 1, 20)
    for name in ("LOCATION", "FILE_FORMAT"):
        node = call.named.get(name)
        if node is None or isinstance(node, exp.Null):
            text = f"missing required argument [{name}] for function [INFER_SCHEMA]"
            raise located_error("001039", "22023", text, 1, 20)


def _value(call: TableCall, name: str) -> Typed | None:
    return call.typed(99, name) if name in call.named else None


def _text(call: TableCall, name: str) -> str | None:
    value = _value(call, name)
    if value is None or value.literal is None:
        return None
    if isinstance(value.literal, str):
        return value.literal
    if name == "FILE_FORMAT":
        text = f"invalid type [{value.type}] for parameter '{name}'"
        raise compilation_error("001065", "22023", text)
    return None


def _invalid(call: TableCall, name: str) -> SnowflakeError:
    shown = call.named[name].sql(dialect="snowflake")
    return compilation_error("001422", "22023", f"invalid value '{shown}' for property '{name}'")


def _count(call: TableCall, name: str) -> int | None:
    if name not in call.named:
        return None
    node = call.named[name]
    text = node.name if isinstance(node, exp.Literal) and not node.is_string else ""
    whole, _, fraction = text.partition(".")
    if not whole.isdigit() or int(whole) == 0 or fraction.strip("0"):
        raise _invalid(call, name)
    return int(whole)


def _check_kind(call: TableCall) -> None:
    if "KIND" not in call.named:
        return
    node = call.named["KIND"]
    word = node.name.upper() if isinstance(node, exp.Literal) and node.is_string else ""
    if word == "ICEBERG":
        raise not_supported("INFER_SCHEMA with KIND => 'ICEBERG'")
    if word != "STANDARD":
        raise _invalid(call, "KIND")


def _ignores_case(call: TableCall) -> bool:
    value = _value(call, "IGNORE_CASE")
    if value is None or value.literal is None:
        return False
    if not isinstance(value.literal, bool):
        raise compilation_error("001065", "22023", f"invalid type [{value.type}] for parameter 'IGNORE_CASE'")
    return value.literal


def _files(call: TableCall) -> tuple[str, ...]:
    if "FILES" not in call.named:
        return ()
    node = call.named["FILES"]
    items = (
        node.expressions
        if isinstance(node, exp.Tuple)
        else [node.this if isinstance(node, exp.Paren) else node]
    )
    if not all(isinstance(i, exp.Literal) and i.is_string for i in items):
        raise _invalid(call, "FILES")
    return tuple(str(i.this) for i in items)
