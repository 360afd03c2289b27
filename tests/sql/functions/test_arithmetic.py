"""Operators: exact values, and the precision and scale that Snowflake documents for them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Shown = Callable[[str], str | None]
Refusal = Callable[[str], tuple[int | None, str]]

# expression, value, type; columns are written as casts, literals as they are
CASES = [
    ("7 / 2", "3.500000", "NUMBER(7,6)"),
    ("1 / 3", "0.333333", "NUMBER(7,6)"),
    ("2 / 3", "0.666667", "NUMBER(7,6)"),
    ("-2 / 3", "-0.666667", "NUMBER(7,6)"),
    ("1.0 / 3.0", "0.333333", "NUMBER(7,6)"),
    ("1.0000000 / 3.0", "0.333333", "NUMBER(7,6)"),
    ("10.5 / 2", "5.2500000", "NUMBER(9,7)"),
    ("1::NUMBER(10,2) / 3", "0.33333333", "NUMBER(16,8)"),
    ("17::NUMBER(4,0) / 17.25::NUMBER(10,2)", "0.985507", "NUMBER(12,6)"),
    ("17.25::NUMBER(10,2) / 1.125::NUMBER(5,3)", "15.33333333", "NUMBER(19,8)"),
    ("17.25::NUMBER(38,12) / 1.125::NUMBER(5,3)", "15.333333333333", "NUMBER(38,12)"),
    ("7::INT / 2::INT", "3.500000", "NUMBER(38,6)"),
    (
        "99999999999999999999999999999999::NUMBER(38,0) / 10",
        "9999999999999999999999999999999.900000",
        "NUMBER(38,6)",
    ),
    (
        "99999999999999999999999999999999999::NUMBER(38,0) / 10000000",
        "10000000000000000000000000000.000000",
        "NUMBER(38,6)",
    ),
    (
        "-1234567890123456789012345678.12::NUMBER(38,2) / 3",
        "-411522630041152263004115226.04000000",
        "NUMBER(38,8)",
    ),
    ("10.01 * 1.1", "11.011", "NUMBER(6,3)"),
    ("10.001 * .001", "0.010001", "NUMBER(8,6)"),
    (".1 * .0000000000001", "0.0000000000000", "NUMBER(13,13)"),
    ("123456789012345678 * 987654321098765432", "121932631137021794322511812221002896", "NUMBER(36,0)"),
    ("1 + 1", "2", "NUMBER(2,0)"),
    ("2.5 - 3", "-0.5", "NUMBER(3,1)"),
    ("1::INT + 0.5", "1.5", "NUMBER(38,1)"),
    ("5 % 2", "1", "NUMBER(2,0)"),
    ("5.5 % 2", "1.5", "NUMBER(3,1)"),
    ("-7 % 3", "-1", "NUMBER(2,0)"),
    ("17.25::NUMBER(10,2) % 1.125::NUMBER(5,3)", "0.375", "NUMBER(11,3)"),
    ("17::NUMBER(4,0) % 1.125::NUMBER(5,3)", "0.125", "NUMBER(7,3)"),
    # a VARCHAR is read as NUMBER(18,5), a literal at its own scale
    ("UPPER('5') + 0", "5.00000", "NUMBER(19,5)"),
    ("UPPER('5') * 1", "5.00000", "NUMBER(19,5)"),
    ("UPPER('5') / 1", "5.00000000000", "NUMBER(24,11)"),
    ("UPPER('5') % 2", "1.00000", "NUMBER(18,5)"),
    ("UPPER('5') * 2.50::NUMBER(10,2)", "12.5000000", "NUMBER(28,7)"),
    ("UPPER('5') / 2.50::NUMBER(10,2)", "2.00000000000", "NUMBER(26,11)"),
    ("UPPER('5') / 3::INT", "1.66666666667", "NUMBER(24,11)"),
    ("UPPER('1.123456') + 0", "1.12346", "NUMBER(19,5)"),
    ("'5' + 1", "6", "NUMBER(19,0)"),
    ("'5' * 2", "10", "NUMBER(19,0)"),
    ("'5' / 2", "2.500000", "NUMBER(24,6)"),
    ("'2.5' + 1", "3.5", "NUMBER(19,1)"),
    ("'5' + '1'", "6.0", "FLOAT"),
    ("-'5'", "-5.0", "FLOAT"),
    ("UPPER('5') + 2.5::FLOAT", "7.5", "FLOAT"),
    ("NULL / 0", None, "NUMBER(7,6)"),
]


@pytest.mark.parametrize(("expression", "value", "type_"), CASES)
def test_operators(shown: Shown, declared: Shown, expression: str, value: str | None, type_: str) -> None:
    assert (shown(expression), declared(expression)) == (value, type_)


REFUSED = [
    ("1 / 0", 100051, "Division by zero"),
    ("1::FLOAT / 0", 100051, "Division by zero"),
    ("1 % 0", 100051, "Division by zero"),
    ("99999999999999999999999999999999999::NUMBER(38,0) / 0", 100051, "Division by zero"),
    ("UPPER('x') + 0", 100038, "Numeric value 'X' is not recognized"),
    ("'1,000' + 0", 100038, "Numeric value '1,000' is not recognized"),
    ("UPPER('') + 0", 100038, "Numeric value '' is not recognized"),
]


@pytest.mark.parametrize(("expression", "code", "message"), REFUSED)
def test_refusals(refused: Refusal, expression: str, code: int, message: str) -> None:
    assert refused(expression) == (code, message)


def test_a_sum_past_38_digits(refused: Refusal) -> None:
    code, message = refused("99999999999999999999999999999999999999 + 1")
    assert code == 100046
    assert message.startswith("Number out of representable range: type FIXED[SB16](38,0)")
    assert message.endswith("value 100000000000000000000000000000000000000")


def test_a_long_chain_of_divisions_is_compiled(shown: Shown) -> None:
    assert shown("1000000::INT" + " / 2" * 8) == "3906.250000000000"
