"""Literals, placeholders and session variables."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sqlglot import exp

from snowdome.context import Binding, TypedBinding
from snowdome.errors import compilation_error, located_error
from snowdome.session import SessionValue
from snowdome.sql.binder.core import Binder, binds, fold, text_literal
from snowdome.sql.binder.scope import Scope
from snowdome.sql.casts import cast
from snowdome.sql.typed import Typed
from snowdome.types import (
    BINARY,
    BOOLEAN,
    DATE,
    LTZ,
    NTZ,
    NULL,
    REAL,
    TEXT,
    TIME,
    TZ,
    VARIANT,
    DataType,
    engine_type,
    fixed,
    text,
)  # fmt: skip


def number(value: Decimal | int) -> Typed:
    """An exact number as the narrowest NUMBER that holds it."""
    _, digits, exponent = Decimal(value).as_tuple()
    scale = max(-int(exponent), 0)
    whole = len(digits) + max(int(exponent), 0)
    precision = max(whole, scale, 1)
    if precision > 38:
        return Typed(f"CAST({float(value)!r} AS DOUBLE)", REAL, False, float(value))
    plain = f"{Decimal(value):f}"
    shown = plain if scale == 0 and precision <= 18 else f"'{plain}'"
    type_ = fixed(precision, scale)
    literal = int(value) if scale == 0 else value
    return Typed(f"CAST({shown} AS DECIMAL({precision},{scale}))", type_, False, literal)


def real(value: float) -> Typed:
    """A FLOAT literal."""
    return Typed(f"CAST('{value!r}' AS DOUBLE)", REAL, False, value)


def string(value: str) -> Typed:
    """A VARCHAR literal of its own length; an empty one is one character wide."""
    return Typed(text_literal(value), text(max(len(value), 1)), False, value)


def boolean(value: bool) -> Typed:
    return Typed("TRUE" if value else "FALSE", BOOLEAN, False, value)


def null() -> Typed:
    return Typed("NULL", NULL, True, None)


def blob(value: bytes) -> Typed:
    return Typed(f"unhex('{value.hex()}')", BINARY, False, value)


def python_value(value: object) -> Typed:
    """A Python value as a literal."""
    if value is None:
        return null()
    if isinstance(value, bool):
        return boolean(value)
    if isinstance(value, (int, Decimal)):
        return number(value)
    if isinstance(value, float):
        return real(value)
    if isinstance(value, SessionValue):
        return Typed(_engine_literal(value), value.type, False)
    return blob(value) if isinstance(value, bytes) else string(str(value))


def held(value: Any, type_: DataType) -> Typed:
    """A value in the engine layout of ``type_`` as a literal of exactly that type."""
    if value is None or type_.kind == "NULL":
        return Typed(f"CAST(NULL AS {engine_type(type_)})", type_, True, None)
    if type_.kind == "FIXED":
        literal = Decimal(value) if type_.s else int(value)
        return Typed(f"CAST('{value}' AS {engine_type(type_)})", type_, False, literal)
    build = _HELD.get(type_.kind)
    if build is not None:
        return build(value).with_type(type_)
    if type_.is_semi_structured:
        return Typed(f"CAST({text_literal(str(value))} AS JSON)", type_, False)
    if type_.kind == "VECTOR":
        return Typed(f"CAST({list(value)!r} AS {engine_type(type_)})", type_, False)
    return Typed(_engine_literal(SessionValue(value, type_, "")), type_, False)


def _engine_literal(held: SessionValue) -> str:
    """A date, time or timestamp in the engine layout."""
    if held.type.kind == "TIMESTAMP_TZ":
        assert isinstance(held.value, dict)
        parts = f"t: CAST({held.value['t']} AS HUGEINT), o: CAST({held.value['o']} AS SMALLINT)"
        return "{" + parts + "}"
    shown = f"'{held.value}'" if held.type.kind == "DATE" else str(held.value)
    return f"CAST({shown} AS {engine_type(held.type)})"


_HELD: dict[str, Callable[[Any], Typed]] = {"TEXT": string, "REAL": real, "BOOLEAN": boolean, "BINARY": blob}


@binds(exp.Literal)
def bind_literal(binder: Binder, node: exp.Literal, scope: Scope) -> Typed:
    if node.is_string:
        return string(node.this)
    return number(Decimal(node.this.rstrip(".")))


@binds(exp.RawString, exp.National)
def bind_raw(binder: Binder, node: exp.Expr, scope: Scope) -> Typed:
    return string(node.name)


@binds(exp.HexString)
def bind_hex(binder: Binder, node: exp.HexString, scope: Scope) -> Typed:
    return blob(bytes.fromhex(node.name))


@binds(exp.Boolean)
def bind_boolean(binder: Binder, node: exp.Boolean, scope: Scope) -> Typed:
    return boolean(bool(node.this))


@binds(exp.Null)
def bind_null(binder: Binder, node: exp.Null, scope: Scope) -> Typed:
    return null()


@binds(exp.Placeholder)
def bind_placeholder(binder: Binder, node: exp.Placeholder, scope: Scope) -> Typed:
    name = str(node.this) if node.this else None
    if binder.bound_rows is not None:
        return binder.bound_rows[binder.next_placeholder(name)]
    return bound(binder.binding(name), binder)


def bound(binding: Binding, binder: Binder) -> Typed:
    """A bound value as a literal of the type that the client named."""
    if isinstance(binding, TypedBinding):
        return held(binding.held, binding.data_type)
    if binding.value is None:
        return null()
    if isinstance(binding.value, list):
        raise compilation_error("002083", "0A000", "Array bind is supported for INSERT … VALUES only.")
    convert = _BOUND.get(binding.type, _bound_text)
    try:
        return convert(binding.value, binder)
    except (ValueError, ArithmeticError):  # no value of that type: the conversion of its text says why
        return cast(string(binding.value), BOUND_TYPES[binding.type], binder)


def _bound_text(value: str, binder: Binder) -> Typed:
    return string(value)


def _bound_date(value: str, binder: Binder) -> Typed:
    if not value.lstrip("-").isdigit():
        return cast(string(value), DATE, binder)
    day = datetime.date(1970, 1, 1) + datetime.timedelta(milliseconds=int(value))
    return Typed(f"DATE '{day.isoformat()}'", DATE, False)


def _bound_instant(type_: DataType) -> Callable[[str, Binder], Typed]:
    def convert(value: str, binder: Binder) -> Typed:
        if not value.lstrip("-").isdigit():
            return cast(string(value), type_, binder)
        return Typed(f"CAST('{int(value)}' AS HUGEINT)", type_, False)

    return convert


def _bound_tz(value: str, binder: Binder) -> Typed:
    instant, _, offset = value.partition(" ")
    if not instant.lstrip("-").isdigit():
        return cast(string(value), TZ, binder)
    minutes = int(offset) - 1440 if offset else 0
    sql = f"CAST({{'t': CAST('{int(instant)}' AS HUGEINT), 'o': {minutes}}} AS STRUCT(t HUGEINT, o SMALLINT))"
    return Typed(sql, TZ, False)


def _bound_fixed(value: str, binder: Binder) -> Typed:
    found = Decimal(value)
    if not found.is_finite():
        raise ValueError(value)
    return number(found)


def _bound_boolean(value: str, binder: Binder) -> Typed:
    if value.lower() not in _TRUTH:
        raise ValueError(value)
    return boolean(_TRUTH[value.lower()])


_TRUTH = {"true": True, "1": True, "false": False, "0": False}


def _bound_time(value: str, binder: Binder) -> Typed:
    return (
        Typed(f"CAST({int(value)} AS BIGINT)", TIME, False)
        if value.isdigit()
        else cast(string(value), TIME, binder)
    )


_BOUND: dict[str, Callable[[str, Binder], Typed]] = {
    "FIXED": _bound_fixed,
    "REAL": lambda value, binder: real(float(value)),
    "BOOLEAN": _bound_boolean,
    "TEXT": _bound_text,
    "DATE": _bound_date,
    "TIME": _bound_time,
    "TIMESTAMP_NTZ": _bound_instant(NTZ),
    "TIMESTAMP_LTZ": _bound_instant(LTZ),
    "TIMESTAMP_TZ": _bound_tz,
    "BINARY": lambda value, binder: blob(bytes.fromhex(value)),
    "VARIANT": lambda value, binder: cast(string(value), VARIANT, binder),
}
BOUND_TYPES: dict[str, DataType] = {
    "FIXED": fixed(38, 0), "REAL": REAL, "BOOLEAN": BOOLEAN, "TEXT": TEXT, "ANY": TEXT, "DATE": DATE, "TIME": TIME,
    "TIMESTAMP_NTZ": NTZ, "TIMESTAMP_LTZ": LTZ, "TIMESTAMP_TZ": TZ, "BINARY": BINARY, "VARIANT": VARIANT,
}  # fmt: skip


@binds(exp.Parameter)
def bind_parameter(binder: Binder, node: exp.Parameter, scope: Scope) -> Typed:
    """``$1``: a column by position; ``$name``: a session variable."""
    if isinstance(node.this, exp.Literal) and not node.this.is_string:
        return positional(binder, int(node.this.this), (), scope)
    name = fold(node.this)
    binder.volatile()
    if name not in binder.session.variables:
        raise compilation_error("002211", "02000", f"Session variable '${name}' does not exist")
    return python_value(binder.session.variables[name])


def positional(binder: Binder, index: int, qualifier: tuple[str, ...], scope: Scope) -> Typed:
    """Column ``$index`` (from 1) of the source that ``qualifier`` names, or of all of them."""
    sources = [s for s in scope.frm.sources if not qualifier or s.answers_to(qualifier)]
    columns = [c for s in sources for c in s.columns if not c.hidden]
    if not 1 <= index <= len(columns):
        text_ = f"invalid identifier '${index}'"
        raise located_error("000904", "42000", text_, 1, 7)
    column = columns[index - 1]
    if scope.grouping is not None:
        scope.grouping.strays.append((f"${index}", 1, 7))
    return column.typed()
