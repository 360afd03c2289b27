"""sqlglot's data type nodes as Snowflake's types."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from snowdome.errors import compilation_error, not_supported
from snowdome.sql.typenames import parse as parse
from snowdome.types import (
    ARRAY,
    BOOLEAN,
    DATE,
    MAX_BINARY,
    MAX_TEXT,
    NUMBER,
    OBJECT,
    REAL,
    VARIANT,
    DataType,
    binary,
    fixed,
    text,
    time_type,
    timestamp,
    vector,
)  # fmt: skip

_D = exp.DType
_PLAIN: dict[exp.DType, DataType] = {
    _D.INT: NUMBER, _D.BIGINT: NUMBER, _D.SMALLINT: NUMBER, _D.TINYINT: NUMBER, _D.DOUBLE: REAL, _D.FLOAT: REAL,
    _D.BOOLEAN: BOOLEAN, _D.DATE: DATE, _D.VARIANT: VARIANT, _D.OBJECT: OBJECT, _D.ARRAY: ARRAY,
    _D.STRUCT: OBJECT,
}  # fmt: skip
_TIMESTAMPS: dict[exp.DType, str] = {
    _D.TIMESTAMP: "TIMESTAMP_NTZ", _D.DATETIME: "TIMESTAMP_NTZ", _D.TIMESTAMPNTZ: "TIMESTAMP_NTZ",
    _D.TIMESTAMPLTZ: "TIMESTAMP_LTZ", _D.TIMESTAMPTZ: "TIMESTAMP_TZ",
}  # fmt: skip
_TEXTS = {_D.VARCHAR: MAX_TEXT, _D.TEXT: MAX_TEXT, _D.NVARCHAR: MAX_TEXT, _D.CHAR: 1, _D.NCHAR: 1}


def from_node(node: exp.Expr) -> DataType:
    """The type that a DataType node names; an error if Snowflake has no such type."""
    kind = node.this
    sizes = [int(p.name) for p in node.expressions if isinstance(p, exp.DataTypeParam)]
    for table, build in _BUILDERS:
        if kind in table:
            return build(kind, sizes, node)
    raise not_supported(f"the data type {node.sql(dialect='snowflake')}")


def _number(kind: exp.DType, sizes: list[int], node: exp.Expr) -> DataType:
    precision, scale = (*sizes, 38, 0)[:2] if len(sizes) != 1 else (sizes[0], 0)
    if not 1 <= precision <= 38:
        raise compilation_error(
            "002071", "22003", f"Invalid precision {precision}; it must be between 1 and 38."
        )
    if scale > min(precision, 37):
        raise compilation_error("002072", "22003", f"Invalid scale {scale} for precision {precision}.")
    return fixed(precision, scale)


def _text(kind: exp.DType, sizes: list[int], node: exp.Expr) -> DataType:
    return text(sizes[0] if sizes else _TEXTS[kind])


def _binary(kind: exp.DType, sizes: list[int], node: exp.Expr) -> DataType:
    return binary(sizes[0] if sizes else MAX_BINARY)


def _time(kind: exp.DType, sizes: list[int], node: exp.Expr) -> DataType:
    return time_type(sizes[0] if sizes else 9)


def _timestamp(kind: exp.DType, sizes: list[int], node: exp.Expr) -> DataType:
    return timestamp(_TIMESTAMPS[kind], sizes[0] if sizes else 9)


def _vector(kind: exp.DType, sizes: list[int], node: exp.Expr) -> DataType:
    element = node.expressions[0]
    integral = isinstance(element, exp.Expr) and element.this in (_D.INT, _D.BIGINT)
    return vector(NUMBER if integral else REAL, sizes[-1])


def _array(kind: exp.DType, sizes: list[int], node: exp.Expr) -> DataType:
    inner = [e for e in node.expressions if isinstance(e, exp.DataType)]
    return DataType("ARRAY", element=from_node(inner[0])) if inner else ARRAY


def _object(kind: exp.DType, sizes: list[int], node: exp.Expr) -> DataType:
    fields = [(e.name, from_node(e.args["kind"])) for e in node.expressions if isinstance(e, exp.ColumnDef)]
    return DataType("OBJECT", fields=tuple(fields))


def _map(kind: exp.DType, sizes: list[int], node: exp.Expr) -> DataType:
    inner = [from_node(e) for e in node.expressions if isinstance(e, exp.DataType)]
    return DataType("MAP", fields=tuple(zip(("key", "value"), inner, strict=False)))


_BUILDERS: list[tuple[frozenset[exp.DType], Callable[[exp.DType, list[int], exp.Expr], DataType]]] = [
    (frozenset({_D.DECIMAL}), _number),
    (frozenset(_TEXTS), _text),
    (frozenset({_D.BINARY, _D.VARBINARY}), _binary),
    (frozenset({_D.TIME}), _time),
    (frozenset(_TIMESTAMPS), _timestamp),
    (frozenset({_D.VECTOR}), _vector),
    (frozenset({_D.ARRAY}), _array),
    (frozenset({_D.OBJECT, _D.STRUCT}), _object),
    (frozenset({_D.MAP}), _map),
    (frozenset(_PLAIN), lambda kind, sizes, node: _PLAIN[kind]),
]
