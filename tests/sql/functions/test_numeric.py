"""Numeric functions: values of the documentation and recorded result types."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Shown = Callable[[str], str | None]
Refusal = Callable[[str], tuple[int | None, str]]

TYPED = [
    ("ABS(-5.5)", "5.5", "NUMBER(3,1)"),
    ("ABS(1)", "1", "NUMBER(2,0)"),
    ("CEIL(135.135)", "136", "NUMBER(7,0)"),
    ("CEIL(-975.975)", "-975", "NUMBER(7,0)"),
    ("FLOOR(-975.975, 1)", "-976.0", "NUMBER(7,1)"),
    ("CEIL(135.135, -2)", "200", "NUMBER(7,0)"),
    ("ROUND(135.135)", "135", "NUMBER(7,0)"),
    ("ROUND(-975.975)", "-976", "NUMBER(7,0)"),
    ("ROUND(135.135, 2)", "135.14", "NUMBER(7,2)"),
    ("ROUND(-975.975, -2)", "-1000", "NUMBER(7,0)"),
    ("ROUND(149.9, -2)", "100", "NUMBER(5,0)"),
    ("ROUND(1.25)", "1", "NUMBER(4,0)"),
    ("ROUND(2.5)", "3", "NUMBER(3,0)"),
    ("ROUND(2.5, 0, 'HALF_TO_EVEN')", "2", "NUMBER(3,0)"),
    ("ROUND(-0.5, 0, 'HALF_TO_EVEN')", "0", "NUMBER(2,0)"),
    ("TRUNC(-975.975, -1)", "-970", "NUMBER(7,0)"),
    ("TRUNC(135.135, 1)", "135.1", "NUMBER(7,1)"),
    ("TRUNC(135.135, 5)", "135.135", "NUMBER(6,3)"),
    ("FLOOR(1::NUMBER(38,0), -38)", "0", "NUMBER(38,0)"),
    ("CEIL(1::NUMBER(21,0), -21)", "1000000000000000000000", "NUMBER(22,0)"),
    ("ROUND('1.25', 1)", "1.3", "NUMBER(19,1)"),
    ("ROUND('1.25')", "1.0", "FLOAT"),
    ("ROUND(2.5::FLOAT)", "3.0", "FLOAT"),
    ("TRUNC(-0.9::FLOAT)", "0.0", "FLOAT"),
    ("TRUNC(4.567::FLOAT, 2)", "4.56", "FLOAT"),
    ("CEIL(1.0::FLOAT, -38)", "1e+38", "FLOAT"),
    ("CEIL(1.0::FLOAT, 40)", "1.0", "FLOAT"),
    ("MOD(3, 2)", "1", "NUMBER(2,0)"),
    ("MOD(4.5, 1.2)", "0.9", "NUMBER(3,1)"),
    ("MOD(12345, 2)", "1", "NUMBER(5,0)"),
    ("MOD('5', 2)", "1", "NUMBER(2,0)"),
    ("MOD(5::FLOAT, 2)", "1.0", "FLOAT"),
    ("DIV0(1, 2)", "0.500000", "NUMBER(7,6)"),
    ("DIV0(1, 0)", "0.000000", "NUMBER(7,6)"),
    ("DIV0(5.5, 0)", "0.0000000", "NUMBER(8,7)"),
    ("DIV0(NULL, 0)", None, "NUMBER(7,6)"),
    ("DIV0NULL(1, NULL)", "0.000000", "NUMBER(7,6)"),
    ("DIV0NULL(17.25::FLOAT, 0)", "0.0", "FLOAT"),
    ("SIGN(-2.5)", "-1", "NUMBER(2,0)"),
    ("SIGN(0)", "0", "NUMBER(2,0)"),
    ("SIGN('-3')", "-1.0", "FLOAT"),
    ("SQRT(4)", "2.0", "FLOAT"),
    ("CBRT(-10)", "-2.1544346900318834", "FLOAT"),
    ("SQUARE(3.15)", "9.9225", "FLOAT"),
    ("POWER(2, 3)", "8.0", "FLOAT"),
    ("LOG(10, 1000)", "3.0", "FLOAT"),
    ("LN(EXP(10))", "10.0", "FLOAT"),
    ("FACTORIAL(5)", "120", "NUMBER(38,0)"),
    ("FACTORIAL(33)", "8683317618811886495518194401280000000", "NUMBER(38,0)"),
    ("HAVERSINE(40.7127, -74.0059, 34.0500, -118.2500)", "3936.3850963892937", "FLOAT"),
    ("ACOSH(2.352409615)", "1.4999999998857607", "FLOAT"),
    ("ATANH(0.9051482536)", "1.4999999997517164", "FLOAT"),
    ("PI()", "3.141592653589793", "FLOAT"),
    ("WIDTH_BUCKET(290000.00, 200000, 600000, 4)", "1", "NUMBER(2,0)"),
    ("WIDTH_BUCKET(400000.00, 200000, 600000, 4)", "3", "NUMBER(2,0)"),
    ("WIDTH_BUCKET(700000.00, 200000, 600000, 4)", "5", "NUMBER(2,0)"),
    ("WIDTH_BUCKET(0.29, 0, 1, 100)", "30", "NUMBER(3,0)"),
    ("BITMAP_BIT_POSITION(32768)", "32767", "NUMBER(18,0)"),
    ("BITMAP_BUCKET_NUMBER(32769)", "2", "NUMBER(18,0)"),
]


@pytest.mark.parametrize(("expression", "value", "type_"), TYPED)
def test_functions(shown: Shown, declared: Shown, expression: str, value: str | None, type_: str) -> None:
    assert (shown(expression), declared(expression)) == (value, type_)


REFUSED = [
    ("SQRT(-1)", 100044, "Invalid floating point operation: sqrt(-1)"),
    ("LN(0)", 100044, "Invalid floating point operation: ln(0)"),
    ("ACOS(2)", 100044, "Invalid floating point operation: acos(2)"),
    ("MOD(5, 0)", 100051, "Division by zero"),
    ("CEIL(1::NUMBER(38,2), -37)", 100050, "Invalid parameter value: -37. Reason: Scale too large"),
    ("ABS('x')", 100038, "Numeric value 'x' is not recognized"),
    ("ROUND(TRUE)", 1044, "Invalid argument types for function 'ROUND': (BOOLEAN)"),
    ("MOD(TRUE, 1)", 1044, "Invalid argument types for function 'MOD': (BOOLEAN, NUMBER(1,0))"),
]


@pytest.mark.parametrize(("expression", "code", "message"), REFUSED)
def test_refusals(refused: Refusal, expression: str, code: int, message: str) -> None:
    assert refused(expression) == (code, message)


def test_a_rounded_value_past_the_width_of_its_type(refused: Refusal) -> None:
    code, message = refused("CEIL(1::NUMBER(38,0), -38)")
    assert code == 100046
    assert message.endswith("value 100000000000000000000000000000000000000")


BITS = [
    ("BITAND(12, 10)", "8"),
    ("BITOR(12, 10)", "14"),
    ("BITXOR(12, 10)", "6"),
    ("BITNOT(0)", "-1"),
    ("BITNOT(5)", "-6"),
    ("BITAND(-4, 7)", "4"),
    ("BITSHIFTLEFT(1, 4)", "16"),
    ("BITSHIFTLEFT(-1, 1)", "-2"),
    ("BITSHIFTRIGHT(16, 2)", "4"),
    ("BITAND(NULL, 7)", None),
    ("BITNOT(BITSHIFTLEFT(BITAND(BITOR(4, 1), BITXOR(7, 2)), 1))", "-11"),
    ("GETBIT(11, 3)", "1"),
    ("GETBIT(11, 2)", "0"),
    ("GETBIT(11, 100)", "0"),
    ("BITNOT('6')", "-7"),
    ("BITXOR(99, 28)", "127"),
    ("BITNOT(99)", "-100"),
    ("BITAND(TO_BINARY('1010'), TO_BINARY('1011'))", "1010"),
    ("BITXOR(TO_BINARY('1110'), TO_BINARY('1011'))", "0101"),
    ("BITAND(TO_BINARY('10'), TO_BINARY('1011'), 'LEFT')", "0010"),
]


@pytest.mark.parametrize(("expression", "value"), BITS)
def test_bits(shown: Shown, expression: str, value: str | None) -> None:
    assert shown(expression) == value
