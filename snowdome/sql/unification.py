"""The one type that several expressions share: branches of CASE, COALESCE, IFF …, arms of UNION, rows
of VALUES, members of IN.

Pairs fold from left to right; once a VARIANT is among them, from right to left, as Snowflake's own
answers show. A text beside a number, a date or a time stands for a value of that type.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from functools import reduce

from snowdome.errors import SnowflakeError, compilation_error
from snowdome.sql import casts
from snowdome.sql.typed import Environment, Typed
from snowdome.sql.variants import sortable
from snowdome.types import (
    MAX_PRECISION,
    MAX_TEXT,
    NULL,
    SEMI_STRUCTURED,
    VARIANT,
    DataType,
    binary,
    fixed,
    text,
)  # fmt: skip

TEMPORAL = ("DATE", "TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP_TZ")  # each widens to those after it
TEXT_NUMBER = fixed(18, 5)  # what a text column counts as beside a NUMBER

Fold = Callable[[DataType, DataType], DataType | None]


def common_type(types: Sequence[DataType], arms: bool = False) -> DataType:
    """The type that all ``types`` convert to; NULL if all of them are NULL.

    ``arms`` are the arms of a set operation, which are stricter. Raises 001038 (branches), 001790 (arms)
    or 002016 (TIME beside a timestamp) where there is none.
    """
    known = [t for t in types if t.kind != "NULL"]
    if not known:
        return NULL
    if any(t.kind == "VARIANT" for t in known) and not arms:
        return _folded(known[::-1], lambda right, left: _pair(left, right, False))
    return _folded(_stand_ins(known), lambda left, right: _pair(left, right, arms), arms)


def unify(values: Sequence[Typed], env: Environment, arms: bool = False) -> list[Typed]:
    """``values`` all converted to their common type."""
    target = common_type([_measured(v, values) for v in values], arms)
    return [casts.cast(v, target, env) for v in values]


def _measured(value: Typed, beside: Sequence[Typed]) -> DataType:
    """The type ``value`` counts as: a text literal beside a NUMBER is the number that it spells."""
    if not isinstance(value.literal, str) or value.type.kind != "TEXT":
        return value.type
    return (
        literal_number(value.literal) or value.type
        if any(v.type.kind == "FIXED" for v in beside)
        else value.type
    )


def literal_number(spelled: str) -> DataType | None:
    """The NUMBER type of a plain decimal such as ``12.50``; None for any other text."""
    try:
        digits = Decimal(spelled.strip())
    except InvalidOperation:
        return None
    if not digits.is_finite() or "e" in spelled.lower():
        return None
    shape = digits.normalize().as_tuple()
    exponent = shape.exponent if isinstance(shape.exponent, int) else 0
    scale = max(-exponent, 0)
    return fixed(max(len(shape.digits) + max(exponent, 0), scale, 1), scale)


def _folded(types: Sequence[DataType], fold: Fold, arms: bool = False) -> DataType:
    def step(left: DataType, right: DataType) -> DataType:
        found = fold(left, right)
        if found is None:
            raise _incompatible(left, right, arms)
        return found

    return reduce(step, types)


def _stand_ins(types: Sequence[DataType]) -> list[DataType]:
    """``types`` with a leading text as what it will meet: the first type that is not text."""
    met = next((t for t in types if t.kind != "TEXT"), None)
    stand_in = _text_beside(met) if met is not None else None
    if types[0].kind != "TEXT" or stand_in is None:
        return list(types)
    first_other = next(i for i, t in enumerate(types) if t.kind != "TEXT")
    return [stand_in] * first_other + list(types[first_other:])


def _text_beside(other: DataType) -> DataType | None:
    if other.kind == "FIXED":
        return TEXT_NUMBER
    return other if other.kind in ("REAL", "TIME", *TEMPORAL) else None


def _pair(left: DataType, right: DataType, arms: bool) -> DataType | None:
    """The common type of two, in written order; None if there is none."""
    if left.kind == right.kind:
        return _same_kind(left, right)
    if "VARIANT" in (left.kind, right.kind):
        return _beside_variant(left, right)
    if "TEXT" in (left.kind, right.kind) and "BOOLEAN" not in (left.kind, right.kind):
        return _beside_text(left, right)
    if "BOOLEAN" in (left.kind, right.kind):
        return _beside_boolean(left, right, arms)
    if left.is_numeric and right.is_numeric:
        return left if left.kind == "REAL" else right
    if left.kind in TEMPORAL and right.kind in TEMPORAL:
        return _temporal(left, right, arms)
    return left if {left.kind, right.kind} == {"MAP", "OBJECT"} else None


def _same_kind(left: DataType, right: DataType) -> DataType | None:
    if left.kind == "FIXED":
        scale = max(left.s, right.s)
        return fixed(min(max(left.p - left.s, right.p - right.s) + scale, MAX_PRECISION), scale)
    if left.kind == "TEXT":
        return text(max(left.length or MAX_TEXT, right.length or MAX_TEXT))
    if left.kind == "BINARY":
        return left if left.length is None or right.length is None else binary(max(left.length, right.length))
    if left.kind == "TIME" or left.is_timestamp:
        return replace(left, scale=max(left.s, right.s))
    return left if left.kind != "VECTOR" or left == right else None


def _beside_variant(left: DataType, right: DataType) -> DataType | None:
    other = right if left.kind == "VARIANT" else left
    if other.kind == "TEXT":
        return text()
    if other.kind in ("TIME", *TEMPORAL):
        return other
    if other.kind == "BOOLEAN" or other.kind in SEMI_STRUCTURED:
        return left
    return VARIANT if other.is_numeric else None


def _beside_text(left: DataType, right: DataType) -> DataType | None:
    other = right if left.kind == "TEXT" else left
    stand_in = _text_beside(other)
    return None if stand_in is None else _same_kind(stand_in, other)


def _beside_boolean(left: DataType, right: DataType, arms: bool) -> DataType | None:
    if left.kind == "BOOLEAN":
        return left if right.is_numeric or right.kind == "TEXT" else None
    if left.kind == "TEXT":
        return left if arms else text()
    return right if left.is_numeric and not arms else None


def _temporal(left: DataType, right: DataType, arms: bool) -> DataType | None:
    ranks = TEMPORAL.index(left.kind), TEMPORAL.index(right.kind)
    if arms and right.kind == "TIMESTAMP_TZ" and ranks[0] > 0:
        return None
    winner = left if ranks[0] > ranks[1] else right
    return replace(winner, scale=max(t.s for t in (left, right) if t.kind != "DATE"))


def _incompatible(left: DataType, right: DataType, arms: bool) -> SnowflakeError:
    kinds = {left.kind: left, right.kind: right}
    if "TIME" in kinds and any(k.startswith("TIMESTAMP") for k in kinds):
        stamp = next(t for k, t in kinds.items() if k != "TIME")
        return compilation_error("002016", "22000", f"incompatible types: [{kinds['TIME']}] and [{stamp}]")
    if arms:
        message = "inconsistent data type for result columns for set operator input branches, "
        return compilation_error("001790", "42601", f"{message}expected {right}, got {left}")
    return cannot_convert(right, left)


def cannot_convert(given: DataType, expected: DataType, shown: str = "") -> SnowflakeError:
    """001038: an operand of type ``given``, shown as ``shown``, where ``expected`` is needed."""
    message = (
        f"Can not convert parameter '{shown or given}' of type [{given}] into expected type [{expected}]"
    )
    return compilation_error("001038", "22023", message)


def comparands(left: Typed, right: Typed, env: Environment) -> tuple[Typed, Typed]:
    """Both sides of a comparison as values that the engine can compare."""
    kinds = {left.type.kind, right.type.kind}
    if len(kinds) == 1 or "NULL" in kinds or (left.type.is_numeric and right.type.is_numeric):
        return left, right
    target = _comparison_type(left.type, right.type)
    return casts.cast(left, target, env), casts.cast(right, target, env)


def _comparison_type(left: DataType, right: DataType) -> DataType:
    for mine, other in ((left, right), (right, left)):
        if mine.kind == "VARIANT" and other.kind in SEMI_STRUCTURED:
            return VARIANT
        if mine.kind in ("TEXT", "VARIANT") and other.kind == "FIXED":
            return fixed(MAX_PRECISION, max(other.s, 9 if mine.kind == "VARIANT" else 5))
        if mine.kind == "VARIANT" or (mine.kind == "TEXT" and other.kind not in SEMI_STRUCTURED):
            return other
    return common_type([left, right])


def compare_key(value: Typed) -> str:
    """Engine SQL that equals, and sorts as, ``value`` does in Snowflake."""
    if value.type.kind == "TIMESTAMP_TZ":
        return f"({value.sql}).t"
    return sortable(value.sql) if value.type.is_semi_structured else value.sql


def equals(left: Typed, right: Typed, env: Environment, symbol: str = "=") -> str:
    """Engine SQL of a comparison; ``IS NOT DISTINCT FROM`` for one where NULL equals NULL."""
    left, right = comparands(left, right, env)
    return f"({compare_key(left)} {symbol} {compare_key(right)})"
