"""Aggregates of numbers, texts and any values; statistics and estimates are in modules beside this one."""

from __future__ import annotations

import re

from snowdome.errors import compilation_error
from snowdome.sql.casts import cast
from snowdome.sql.dateparts import unsupported_argument
from snowdome.sql.functions import arithmetic
from snowdome.sql.functions.exact import COUNT, as_fixed, distinct
from snowdome.sql.functions.registry import aggregate
from snowdome.sql.typed import Call, Typed, invalid_arguments
from snowdome.sql.variants import comparable, sortable
from snowdome.types import ARRAY, BOOLEAN, MAX_PRECISION, REAL, TEXT, DataType, fixed

# -- counting -------------------------------------------------------------------------------------


@aggregate("COUNT", args="any*")
def count(call: Call) -> Typed:
    """COUNT(*), COUNT(x), COUNT(DISTINCT x, y): rows in which no argument is NULL."""
    if not call.args:
        return call.result(as_fixed(f"count(*){call.over}", COUNT), COUNT, False)
    shown = [_key(a) for a in call.args]
    if len(shown) == 1:
        counted = shown[0]
    else:
        present = " AND ".join(f"{s} IS NOT NULL" for s in shown)
        counted = f"CASE WHEN {present} THEN ({', '.join(shown)}) END"
    return call.result(as_fixed(f"count({distinct(call)}{counted}){call.over}", COUNT), COUNT, False)


def _key(value: Typed) -> str:
    if value.type.kind == "TIMESTAMP_TZ":
        return f"({value.sql}).t"
    return comparable(value.sql) if value.type.is_semi_structured else value.sql


@aggregate("COUNT_IF", args="any")
def count_if(call: Call) -> Typed:
    """How many rows satisfy the condition, which is a BOOLEAN: for Snowflake, SUM(IFF(condition, 1, 0))."""
    if call[0].type.kind not in ("BOOLEAN", "NULL"):
        raise invalid_arguments("IFF", [call[0].type, fixed(1, 0), fixed(1, 0)])
    condition = cast(call[0], BOOLEAN, call.env).sql
    return call.result(
        as_fixed(f"count(CASE WHEN {condition} THEN 1 END){call.over}", _COUNTED), _COUNTED, False
    )


_COUNTED = fixed(13, 0)


# -- sums and averages ----------------------------------------------------------------------------


def total(call: Call, value: Typed) -> Typed:
    """The sum of ``value``: NUMBER(38, s), or FLOAT."""
    sql = f"sum({distinct(call)}{value.sql}){call.over}"
    if value.type.kind == "REAL":
        return Typed(sql, REAL)
    type_ = fixed(38, value.type.s)
    return Typed(as_fixed(sql, type_), type_)


@aggregate("SUM", args="measure")
def sum_(call: Call) -> Typed:
    """SUM: twelve more digits than its argument."""
    sums = total(call, call[0])
    if sums.type.kind == "REAL":
        return sums
    type_ = fixed(call[0].type.p + 12, sums.type.s)
    return Typed(as_fixed(sums.sql, type_), type_)


@aggregate("AVG", args="measure")
def average(call: Call) -> Typed:
    """AVG: exact for NUMBER, with six more fractional digits (twelve at the most); three over windows."""
    value = call[0]
    if value.type.kind == "REAL":
        return Typed(f"avg({distinct(call)}{value.sql}){call.over}", REAL)
    counted = f"nullif(count({distinct(call)}{value.sql}){call.over}, 0)"
    type_ = _average_type(value.type, call.over)
    number = Typed(as_fixed(counted, COUNT), COUNT)
    return Typed(arithmetic.quotient(total(call, value), number, type_), type_)


_DEFAULT_FRAME = re.compile(r"ORDER BY (?!.*\b(?:ROWS|RANGE) BETWEEN\b)", re.S)


def _average_type(t: DataType, over: str) -> DataType:
    """The type of averages of ``t``: windows without an order, or with a frame, have their own."""
    if over.startswith(" OVER") and not _DEFAULT_FRAME.search(over):
        return widened(t, 15)
    scale = max(t.s, min(t.s + 6, 12))
    return fixed(t.p + 12 + scale - t.s, scale)


def widened(t: DataType, digits: int) -> DataType:
    """``t`` with ``digits`` more digits, three of them fractional; there is none beyond a scale of 38."""
    if t.s + 3 > MAX_PRECISION:
        raise compilation_error(
            "001014", "22023", f"Invalid intermediate datatype: NUMBER({t.p + 3},{t.s + 3})."
        )
    return fixed(t.p + digits, t.s + 3)


# -- any type -------------------------------------------------------------------------------------


def _extreme(call: Call, name: str) -> Typed:
    value = call[0]
    if value.type.kind in ("OBJECT", "ARRAY", "MAP"):
        raise unsupported_argument(call.name, value.type)
    if value.type.kind == "NULL":
        return Typed(f"CAST({name}(NULL){call.over} AS VARCHAR)", TEXT)
    if value.type.is_semi_structured:
        return Typed(f"arg_{name}({value.sql}, {sortable(value.sql)}){call.over}", value.type)
    return Typed(f"{name}({value.sql}){call.over}", value.type)


@aggregate("MIN", args="any")
def minimum(call: Call) -> Typed:
    """MIN."""
    return _extreme(call, "min")


@aggregate("MAX", args="any")
def maximum(call: Call) -> Typed:
    """MAX."""
    return _extreme(call, "max")


@aggregate("ANY_VALUE", args="any")
def any_value(call: Call) -> Typed:
    """Some value of the group; the first, here."""
    return Typed(f"first({call[0].sql}){call.over}", call[0].type)


@aggregate("MODE", args="any")
def mode(call: Call) -> Typed:
    """The most frequent value."""
    if call[0].type.kind in ("OBJECT", "ARRAY", "MAP"):
        raise unsupported_argument(call.name, call[0].type)
    return Typed(f"mode({call[0].sql}){call.over}", call[0].type)


@aggregate("MIN_BY", args="any, any, int?")
def min_by(call: Call) -> Typed:
    """The value of the row whose second argument is smallest, or an array of those of the first n."""
    return _by(call, "arg_min")


@aggregate("MAX_BY", args="any, any, int?")
def max_by(call: Call) -> Typed:
    """The value of the row whose second argument is largest, or an array of those of the first n."""
    return _by(call, "arg_max")


def _by(call: Call, name: str) -> Typed:
    value, key, many = call[0], call[1], call.get(2)
    if many is None:
        return Typed(f"{name}({value.sql}, {_key(key)}){call.over}", value.type)
    variant = cast(value, DataType("VARIANT"), call.env)
    number = f"CAST({many.sql} AS BIGINT)"
    rows = f"{name}({variant.sql}, {_key(key)}, {number}){call.over}"
    return Typed(f"to_json(coalesce({rows}, []))", ARRAY, False)


# -- text -----------------------------------------------------------------------------------------


@aggregate("LISTAGG", "STRING_AGG", args="any, any?")
def listagg(call: Call) -> Typed:
    """LISTAGG: the values joined by the delimiter; an empty text where there are none."""
    if any(a.type.kind in ("BINARY", "OBJECT", "ARRAY", "MAP") for a in call.args):
        raise call.invalid_types()
    value = call[0] if call[0].type.kind == "TEXT" else cast(call[0], TEXT, call.env)
    delimiter = cast(call[1], TEXT, call.env) if len(call) > 1 else None
    shown = delimiter.sql if delimiter is not None else "''"
    order = f" {call.order}" if call.order else ""
    if call.distinct and order and call.order_keys[0].sql == call[0].sql != value.sql:
        order = f" ORDER BY {value.sql}"  # the engine sorts distinct values by themselves only
    if delimiter is not None and not delimiter.is_literal:
        sql = _joined(call, value, delimiter, order)
    else:
        sql = f"string_agg({distinct(call)}{value.sql}, {shown}{order}){call.over}"
    return Typed(f"coalesce({sql}, '')", TEXT, False)


_OF_A_ROW = re.compile(r"\bt\d+\.")


def _joined(call: Call, value: Typed, delimiter: Typed, order: str) -> str:
    """The values joined by a delimiter that is an expression; the engine's own wants a literal."""
    if _OF_A_ROW.search(delimiter.sql):
        text = f"argument 2 to function {call.name} needs to be constant, found '{call.text}'"
        raise compilation_error("001015", "22023", text)
    values = f"list({distinct(call)}{value.sql}{order}){call.over}"
    present = f"list_filter({values}, lambda lj_v: lj_v IS NOT NULL)"
    joined = f"list_reduce(lj_l, lambda lj_a, lj_b: lj_a || {delimiter.sql} || lj_b)"
    return f"list_transform([{present}], lambda lj_l: CASE WHEN len(lj_l) > 0 THEN {joined} END)[1]"


# -- logic and bits -------------------------------------------------------------------------------


@aggregate("BOOLAND_AGG", "BOOL_AND_AGG", args="bool")
def booland_agg(call: Call) -> Typed:
    """Whether all are true."""
    return Typed(f"bool_and({call[0].sql}){call.over}", BOOLEAN)


@aggregate("BOOLOR_AGG", "BOOL_OR_AGG", args="bool")
def boolor_agg(call: Call) -> Typed:
    """Whether one is true."""
    return Typed(f"bool_or({call[0].sql}){call.over}", BOOLEAN)


@aggregate("BOOLXOR_AGG", "BOOL_XOR_AGG", args="bool")
def boolxor_agg(call: Call) -> Typed:
    """Whether exactly one is true."""
    value = call[0].sql
    counted = f"count(CASE WHEN {value} THEN 1 END){call.over}"
    return Typed(f"CASE WHEN count({value}){call.over} > 0 THEN {counted} = 1 END", BOOLEAN)


def _bits(name: str, *names: str) -> None:
    def rule(call: Call) -> Typed:
        type_ = fixed(38, 0)
        return Typed(as_fixed(f"{name}(CAST({call[0].sql} AS HUGEINT)){call.over}", type_), type_)

    aggregate(*names, args="int")(rule)


_bits("bit_and", "BITAND_AGG", "BITANDAGG", "BIT_AND_AGG", "BIT_ANDAGG")
_bits("bit_or", "BITOR_AGG", "BITORAGG", "BIT_OR_AGG", "BIT_ORAGG")
_bits("bit_xor", "BITXOR_AGG", "BITXORAGG", "BIT_XOR_AGG", "BIT_XORAGG")


# -- grouping -------------------------------------------------------------------------------------


@aggregate("GROUPING", "GROUPING_ID", args="any+")
def grouping(call: Call) -> Typed:
    """Which of the arguments are rolled up, as bits."""
    if call.over:
        raise compilation_error("001003", "42000", "GROUPING is not a window function.")
    return call.result(as_fixed(f"grouping({', '.join(a.sql for a in call.args)})", COUNT), COUNT, False)
