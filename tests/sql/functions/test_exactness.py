"""Arithmetic on random numbers of up to 38 digits, against decimal arithmetic and the documented types."""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from typing import Any

import pytest
from snowflake.connector import SnowflakeConnection

EXACT = Context(prec=200, rounding=ROUND_HALF_UP)
Number = tuple[int, int]  # precision and scale


def _remainder(a: Decimal, b: Decimal) -> Decimal:
    return EXACT.remainder(a, b)


def _sum_type(a: Number, b: Number) -> Number:
    scale = max(a[1], b[1])
    return max(a[0] - a[1], b[0] - b[1]) + 1 + scale, scale


def _product_type(a: Number, b: Number) -> Number:
    scale = min(a[1] + b[1], max(a[1], b[1], 12))
    return a[0] - a[1] + b[0] - b[1] + scale, scale


def _quotient_type(a: Number, b: Number) -> Number:
    scale = max(a[1], min(a[1] + 6, 12))
    return a[0] - a[1] + b[1] + scale, scale


def _remainder_type(a: Number, b: Number) -> Number:
    scale = max(a[1], b[1])
    return max(a[0] - a[1], b[0] - b[1], 2) + scale, scale


OPERATORS: dict[str, tuple[Callable[..., Decimal], Callable[[Number, Number], Number]]] = {
    "+": (EXACT.add, _sum_type),
    "-": (EXACT.subtract, _sum_type),
    "*": (EXACT.multiply, _product_type),
    "/": (EXACT.divide, _quotient_type),
    "%": (_remainder, _remainder_type),
}
ROUNDINGS = {"ROUND": ROUND_HALF_UP, "TRUNC": ROUND_DOWN, "FLOOR": ROUND_FLOOR, "CEIL": ROUND_CEILING}


def _number(chance: random.Random, type_: Number) -> Decimal:
    digits = chance.randint(0, 10 ** chance.randint(1, type_[0]) - 1)
    return Decimal(digits * chance.choice((1, -1))).scaleb(-type_[1], EXACT)


def _type(chance: random.Random) -> Number:
    precision = chance.randint(1, 38)
    return precision, chance.randint(0, min(precision, 14))


def _rows(connection: SnowflakeConnection, sql: str) -> tuple[list[Any], Number]:
    cursor = connection.cursor()
    cursor.execute(sql)
    column = cursor.description[0]
    values = [Decimal(row[0]) for row in cursor.fetchall()]  # type: ignore[call-overload, index, arg-type]
    return values, (column.precision or 0, column.scale or 0)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("symbol", OPERATORS)
def test_operators(expressions: SnowflakeConnection, symbol: str, seed: int) -> None:
    chance = random.Random(seed)
    left, right = _type(chance), _type(chance)
    compute, type_of = OPERATORS[symbol]
    precision, scale = type_of(left, right)
    precision = min(precision, 38)
    cases: list[tuple[Decimal, Decimal, Decimal]] = []
    while len(cases) < 25:
        a, b = _number(chance, left), _number(chance, right)
        if not b and symbol in "/%":
            continue
        value = EXACT.quantize(compute(a, b), Decimal(1).scaleb(-scale))
        if abs(value) < Decimal(10) ** (precision - scale):
            cases.append((a, b, value))
    rows = ", ".join(f"('{a:f}', '{b:f}')" for a, b, _ in cases)
    expression = f"a::NUMBER({left[0]},{left[1]}) {symbol} b::NUMBER({right[0]},{right[1]})"
    values, type_ = _rows(expressions, f"SELECT {expression} FROM VALUES {rows} AS t(a, b)")
    assert values == [value for _, _, value in cases]
    assert type_ == (precision, scale)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("name", ROUNDINGS)
def test_rounding(expressions: SnowflakeConnection, name: str, seed: int) -> None:
    chance = random.Random(seed)
    type_ = _type(chance)
    scale = chance.randint(-8, 10)
    numbers = [_number(chance, type_) for _ in range(25)]
    numbers = [n for n in numbers if abs(n) < Decimal(10) ** 37]
    unit = Decimal(1).scaleb(-scale)
    expected = [n if scale >= type_[1] else n.quantize(unit, ROUNDINGS[name], EXACT) for n in numbers]
    rows = ", ".join(f"('{n:f}')" for n in numbers)
    expression = f"{name}(a::NUMBER({type_[0]},{type_[1]}), {scale})"
    values, _ = _rows(expressions, f"SELECT {expression} FROM VALUES {rows} AS t(a)")
    assert values == expected
