"""Conditional functions: documented values, recorded result types."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Shown = Callable[[str], str | None]
Refusal = Callable[[str], tuple[int | None, str]]

TYPED = [
    ("IFF(TRUE, 'true', 'false')", "true", "VARCHAR"),
    ("IFF(NULL, 1, 2)", "2", "NUMBER(1,0)"),
    ("IFF(TRUE, 1, 2.5)", "1.0", "NUMBER(2,1)"),
    ("IFF(TRUE, 1, 2::FLOAT)", "1.0", "FLOAT"),
    ("IFF(FALSE, DATE '2020-01-01', '2021-01-01')", "2021-01-01", "DATE"),
    ("COALESCE(NULL, NULL, 100)", "100", "NUMBER(3,0)"),
    ("COALESCE(5.25::NUMBER(10,2), '5.12345')", "5.25000", "NUMBER(13,5)"),
    ("COALESCE('1.5', 1)", "1.5", "NUMBER(2,1)"),
    ("NVL(NULL, 'food')", "food", "VARCHAR"),
    ("IFNULL(3.14, 5)", "3.14", "NUMBER(3,2)"),
    ("NVL2(NULL, 5, 2)", "2", "NUMBER(1,0)"),
    ("NULLIF(0, 0)", None, "NUMBER(1,0)"),
    ("NULLIF(10.5, 1)", "10.5", "NUMBER(3,1)"),
    ("DECODE(2, 1, 'one', 2, 'two', NULL, '-NULL-', 'other')", "two", "VARCHAR"),
    ("DECODE(NULL, 1, 'one', NULL, '-NULL-')", "-NULL-", "VARCHAR"),
    ("DECODE(4, 1, 'one')", None, "VARCHAR"),
    ("DECODE(4, 1, 'one', 'other')", "other", "VARCHAR"),
    ("GREATEST(1, 3, 0, 4)", "4", "NUMBER(1,0)"),
    ("GREATEST(1, NULL, 3)", None, "NUMBER(1,0)"),
    ("GREATEST_IGNORE_NULLS(1, NULL, 3)", "3", "NUMBER(1,0)"),
    ("LEAST('b', 'a')", "a", "VARCHAR"),
    ("LEAST_IGNORE_NULLS(NULL, 2, 1)", "1", "NUMBER(1,0)"),
    ("GREATEST(PARSE_JSON('9'), PARSE_JSON('10'))", "10", "VARIANT"),
    ("EQUAL_NULL(NULL, NULL)", "True", "BOOLEAN"),
    ("EQUAL_NULL(1, NULL)", "False", "BOOLEAN"),
    ("NULLIFZERO(0)", None, "NUMBER(1,0)"),
    ("NULLIFZERO(3.14)", "3.14", "NUMBER(3,2)"),
    ("BOOLAND(1, -2)", "True", "BOOLEAN"),
    ("BOOLAND(0, NULL)", "False", "BOOLEAN"),
    ("BOOLOR(NULL, 3)", "True", "BOOLEAN"),
    ("BOOLNOT(0)", "True", "BOOLEAN"),
    ("BOOLXOR(2, 0)", "True", "BOOLEAN"),
    ("BOOLXOR(NULL, 1)", None, "BOOLEAN"),
    ("CASE WHEN FALSE THEN 1 ELSE '2' END", "2", "NUMBER(1,0)"),
]


@pytest.mark.parametrize(("expression", "value", "type_"), TYPED)
def test_functions(shown: Shown, declared: Shown, expression: str, value: str | None, type_: str) -> None:
    assert (shown(expression), declared(expression)) == (value, type_)


REFUSED = [
    (
        "COALESCE('10:00'::TIME, '2020-01-01'::TIMESTAMP_NTZ)",
        2016,
        "incompatible types: [TIME(9)] and [TIMESTAMP_NTZ(9)]",
    ),
    ("BOOLAND(TRUE, FALSE)", 1044, "Invalid argument types for function 'BOOLAND': (BOOLEAN, BOOLEAN)"),
    ("IFF(TRUE, 'a', 1)", 100038, "Numeric value 'a' is not recognized"),
]


@pytest.mark.parametrize(("expression", "code", "message"), REFUSED)
def test_refusals(refused: Refusal, expression: str, code: int, message: str) -> None:
    found, text = refused(expression)
    assert found == code
    assert text.endswith(message)


def test_branches_that_do_not_meet(refused: Refusal) -> None:
    code, message = refused("COALESCE(CURRENT_DATE(), 1)")
    assert code == 1038
    assert message.endswith("of type [NUMBER(1,0)] into expected type [DATE]")
