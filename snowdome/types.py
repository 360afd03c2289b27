"""Snowflake's data types and how the engine stores each.

The engine layout (what DuckDB columns and internal Arrow tables hold):

=================  =============================================================
FIXED(p, s)        ``DECIMAL(p, s)``, always exactly this type
REAL               ``DOUBLE``
TEXT, BINARY       ``VARCHAR``, ``BLOB``
BOOLEAN, DATE      ``BOOLEAN``, ``DATE``
TIME               ``BIGINT``, nanoseconds since midnight
TIMESTAMP_NTZ      ``HUGEINT``, nanoseconds of the wall clock since 1970-01-01
TIMESTAMP_LTZ      ``HUGEINT``, nanoseconds UTC since 1970-01-01
TIMESTAMP_TZ       ``STRUCT(t HUGEINT, o SMALLINT)``: UTC nanoseconds, offset in minutes
VARIANT, OBJECT,   ``JSON`` text; values that JSON lacks are tagged strings
ARRAY, MAP         (see ``snowdome.sql.variants``); SQL NULL is NULL, JSON null is ``null``
VECTOR(t, n)       ``FLOAT[n]`` or ``INTEGER[n]``
=================  =============================================================

HUGEINT nanoseconds keep both Snowflake's nanoseconds and its years 1 to 9999, which neither of
DuckDB's timestamp types does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

MAX_PRECISION = 38
MAX_TEXT = 16777216
MAX_BINARY = 8388608

SEMI_STRUCTURED = frozenset({"VARIANT", "OBJECT", "ARRAY", "MAP"})
TIMESTAMPS = frozenset({"TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP_TZ"})


@dataclass(frozen=True)
class DataType:
    """One Snowflake type: ``kind`` is the wire's name, the rest its parameters.

    ``precision``/``scale`` are digits (FIXED) or fractional digits (TIME, TIMESTAMP_*: ``scale``),
    ``length`` is characters (TEXT) or bytes (BINARY) or dimension (VECTOR).
    ``element`` is VECTOR's element, or a structured ARRAY's; ``fields`` a structured OBJECT's or MAP's.
    """

    kind: str
    precision: int | None = None
    scale: int | None = None
    length: int | None = None
    element: DataType | None = None
    fields: tuple[tuple[str, DataType], ...] = ()
    collation: str | None = None  # of TEXT, what COLLATE said

    def __str__(self) -> str:
        return sql_name(self)

    @property
    def is_numeric(self) -> bool:
        return self.kind in ("FIXED", "REAL")

    @property
    def is_timestamp(self) -> bool:
        return self.kind in TIMESTAMPS

    @property
    def is_semi_structured(self) -> bool:
        return self.kind in SEMI_STRUCTURED

    @property
    def p(self) -> int:
        """Precision, digits; 38 where none is set."""
        return MAX_PRECISION if self.precision is None else self.precision

    @property
    def s(self) -> int:
        """Scale, digits; 0 where none is set."""
        return self.scale or 0


def fixed(precision: int = MAX_PRECISION, scale: int = 0) -> DataType:
    """NUMBER(precision, scale)."""
    return DataType("FIXED", min(precision, MAX_PRECISION), scale)


def text(length: int = MAX_TEXT) -> DataType:
    """VARCHAR(length), characters."""
    return DataType("TEXT", length=min(max(length, 0), MAX_TEXT * 8))


def binary(length: int = MAX_BINARY) -> DataType:
    """BINARY(length), bytes."""
    return DataType("BINARY", length=length)


def time_type(scale: int = 9) -> DataType:
    """TIME(scale)."""
    return DataType("TIME", precision=0, scale=scale)


def timestamp(kind: str = "TIMESTAMP_NTZ", scale: int = 9) -> DataType:
    """TIMESTAMP_NTZ, _LTZ or _TZ with ``scale`` fractional digits."""
    return DataType(kind, precision=0, scale=scale)


def vector(element: DataType, dimension: int) -> DataType:
    """VECTOR(element, dimension)."""
    return DataType("VECTOR", length=dimension, element=element)


NUMBER = fixed()
INT18 = fixed(18, 0)
REAL = DataType("REAL")
TEXT = text()
BINARY = binary()
BOOLEAN = DataType("BOOLEAN")
DATE = DataType("DATE")
TIME = time_type()
NTZ = timestamp("TIMESTAMP_NTZ")
LTZ = timestamp("TIMESTAMP_LTZ")
TZ = timestamp("TIMESTAMP_TZ")
VARIANT = DataType("VARIANT")
OBJECT = DataType("OBJECT")
ARRAY = DataType("ARRAY")
NULL = DataType("NULL")  # the type of a bare NULL; on the wire it is TEXT
INTERVAL = DataType("INTERVAL")  # INTERVAL '…' literals: only inside date arithmetic


@dataclass(frozen=True)
class Column:
    """A named column of a table or of a result. One of bare NULLs is ``untyped``: its type is VARCHAR for
    whoever reads the result, and any for what the query is part of."""

    name: str
    type: DataType
    nullable: bool = True
    untyped: bool = False

    @property
    def inner_type(self) -> DataType:
        """The type as the query around it sees it."""
        return NULL if self.untyped else self.type


_ENGINE = {
    "REAL": "DOUBLE",
    "TEXT": "VARCHAR",
    "BINARY": "BLOB",
    "BOOLEAN": "BOOLEAN",
    "DATE": "DATE",
    "TIME": "BIGINT",
    "TIMESTAMP_NTZ": "HUGEINT",
    "TIMESTAMP_LTZ": "HUGEINT",
    "TIMESTAMP_TZ": "STRUCT(t HUGEINT, o SMALLINT)",
    "VARIANT": "JSON",
    "OBJECT": "JSON",
    "ARRAY": "JSON",
    "MAP": "JSON",
    "NULL": "VARCHAR",
    "INTERVAL": "INTERVAL",
}


def engine_type(t: DataType) -> str:
    """The DuckDB type that holds values of ``t``."""
    if t.kind == "FIXED":
        return f"DECIMAL({t.p},{t.s})"
    if t.kind == "VECTOR" and t.element is not None:
        return f"{'FLOAT' if t.element.kind == 'REAL' else 'INTEGER'}[{t.length}]"
    return _ENGINE[t.kind]


def sql_name(t: DataType) -> str:
    """The type as DESCRIBE and error messages write it, such as ``NUMBER(38,0)``."""
    if t.kind == "FIXED":
        return f"NUMBER({t.p},{t.s})"
    if t.kind == "REAL":
        return "FLOAT"
    if t.kind == "TEXT":
        return f"VARCHAR({MAX_TEXT if t.length is None else t.length})"
    if t.kind == "BINARY":
        return f"BINARY({MAX_BINARY if t.length is None else t.length})"
    if t.kind == "TIME" or t.is_timestamp:
        return f"{t.kind}({t.s if t.scale is not None else 9})"
    if t.kind == "VECTOR" and t.element is not None:
        return f"VECTOR({'FLOAT' if t.element.kind == 'REAL' else 'INT'}, {t.length})"
    return t.kind


def with_length(t: DataType, length: int | None) -> DataType:
    """``t`` with another length."""
    return replace(t, length=length)
