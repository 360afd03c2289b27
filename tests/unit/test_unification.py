"""The common type of branches and of arms, as recorded on a real account."""

from __future__ import annotations

import pytest

from snowdome.errors import SnowflakeError
from snowdome.sql.unification import common_type, literal_number
from snowdome.types import (
    ARRAY,
    BOOLEAN,
    DATE,
    LTZ,
    NTZ,
    NUMBER,
    OBJECT,
    REAL,
    TIME,
    TZ,
    VARIANT,
    DataType,
    binary,
    fixed,
    text,
    timestamp,
)  # fmt: skip

ARMS = [
    ((NUMBER, text(5)), "NUMBER(38,5)"),
    ((text(5), NUMBER), "NUMBER(38,5)"),
    ((fixed(10, 2), text(5)), "NUMBER(18,5)"),
    ((NUMBER, fixed(10, 2)), "NUMBER(38,2)"),
    ((NUMBER, REAL), "FLOAT"),
    ((NUMBER, text(5), REAL), "FLOAT"),
    ((text(5), DATE), "DATE"),
    ((text(5), BOOLEAN), "VARCHAR(5)"),
    ((BOOLEAN, text(5), NUMBER), "BOOLEAN"),
    ((DATE, NTZ), "TIMESTAMP_NTZ(9)"),
    ((NTZ, LTZ), "TIMESTAMP_LTZ(9)"),
    ((TZ, NTZ), "TIMESTAMP_TZ(9)"),
    ((fixed(1), text(5)), "NUMBER(18,5)"),
]
BRANCHES = [
    ((fixed(5, 4), fixed(10, 0)), "NUMBER(14,4)"),
    ((text(4), text(100)), "VARCHAR(100)"),
    ((binary(4), binary(100)), "BINARY(100)"),
    ((timestamp(scale=3), NTZ), "TIMESTAMP_NTZ(9)"),
    ((fixed(10, 2), BOOLEAN), "BOOLEAN"),
    ((LTZ, TZ), "TIMESTAMP_TZ(9)"),
    ((VARIANT, NUMBER), "VARIANT"),
    ((NUMBER, VARIANT), "VARIANT"),
    ((VARIANT, DATE), "DATE"),
    ((OBJECT, VARIANT), "OBJECT"),
    ((VARIANT, OBJECT), "VARIANT"),
    ((ARRAY, VARIANT), "ARRAY"),
    ((NUMBER, VARIANT, text(5)), "NUMBER(38,5)"),
    ((DataType("NULL"), DATE), "DATE"),
]


@pytest.mark.parametrize(("types", "expected"), ARMS)
def test_arms(types: tuple[DataType, ...], expected: str) -> None:
    assert str(common_type(types, arms=True)) == expected


@pytest.mark.parametrize(("types", "expected"), BRANCHES)
def test_branches(types: tuple[DataType, ...], expected: str) -> None:
    assert str(common_type(types)) == expected


_ARM = "inconsistent data type for result columns for set operator input branches, expected {}, got {}"
REFUSED = [
    ((DATE, TIME), True, "001790", _ARM.format("TIME(9)", "DATE")),
    ((fixed(10, 2), BOOLEAN), True, "001790", _ARM.format("BOOLEAN", "NUMBER(10,2)")),
    ((NTZ, TZ), True, "001790", _ARM.format("TIMESTAMP_TZ(9)", "TIMESTAMP_NTZ(9)")),
    ((NUMBER, text(5), binary(5)), True, "001790", _ARM.format("BINARY(5)", "NUMBER(38,5)")),
    ((text(5), binary(5)), True, "001790", _ARM.format("BINARY(5)", "VARCHAR(5)")),
    ((OBJECT, ARRAY), True, "001790", _ARM.format("ARRAY", "OBJECT")),
    ((NTZ, TIME), True, "002016", "incompatible types: [TIME(9)] and [TIMESTAMP_NTZ(9)]"),
    ((TIME, NTZ), False, "002016", "incompatible types: [TIME(9)] and [TIMESTAMP_NTZ(9)]"),
]


@pytest.mark.parametrize(("types", "arms", "code", "message"), REFUSED)
def test_refusals(types: tuple[DataType, ...], arms: bool, code: str, message: str) -> None:
    with pytest.raises(SnowflakeError) as refused:
        common_type(types, arms)
    assert (refused.value.code, refused.value.message) == (code, f"SQL compilation error:\n{message}")


@pytest.mark.parametrize(
    ("spelled", "type_"),
    [("5", "NUMBER(1,0)"), ("5.12345", "NUMBER(6,5)"), ("100", "NUMBER(3,0)"), ("1.50", "NUMBER(2,1)")],
)
def test_a_text_literal_measures_as_its_number(spelled: str, type_: str) -> None:
    assert str(literal_number(spelled)) == type_


@pytest.mark.parametrize("spelled", ["abc", "1e3", "nan", ""])
def test_a_text_literal_that_is_no_plain_number(spelled: str) -> None:
    assert literal_number(spelled) is None
