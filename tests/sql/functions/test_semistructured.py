"""VARIANT, OBJECT and ARRAY: reading, types, printing, comparing; documented and recorded values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Shown = Callable[[str], str | None]
Refusal = Callable[[str], tuple[int | None, str]]
Run = Callable[..., list[tuple[Any, ...]]]

VALUES = [
    ("PARSE_JSON('null')", "null"),
    ("PARSE_JSON(NULL)", None),
    ("PARSE_JSON('')", None),
    ("PARSE_JSON('-17')", "-17"),
    ("PARSE_JSON('123.12')", "123.12"),
    ("PARSE_JSON('1.912e2')", "1.912000000000000e+02"),
    ("PARSE_JSON('\"Om ara pa ca na dhih\"')", '"Om ara pa ca na dhih"'),
    ("PARSE_JSON('[-1, 12, false,]')", "[\n  -1,\n  12,\n  false,\n  undefined\n]"),
    ('PARSE_JSON(\'{"x":"abc","a":{"z":1,"y":[]},"e":{}}\')',
     '{\n  "a": {\n    "y": [],\n    "z": 1\n  },\n  "e": {},\n  "x": "abc"\n}'),
    ("PARSE_JSON('3.00')", "3"),
    ("PARSE_JSON('{\"a\":1,\"a\":2}', 'd'):a", "2"),
    ("TRY_PARSE_JSON('{bad}')", None),
    ("CHECK_JSON('{bad}')", "misplaced }, pos 5"),
    ("CHECK_JSON('{\"a\":1}')", None),
    ("TO_JSON(PARSE_JSON('{\"b\":1,\"a\":[1,,null]}'))", '{"a":[1,undefined,null],"b":1}'),
    ("TO_JSON(PARSE_JSON('[8.999999761581421e-01]')[0])", "8.999999761581421e-01"),
    ("PARSE_JSON('[8.999999761581421e-01]')[0]::VARCHAR", "0.8999999762"),
    ("STRIP_NULL_VALUE(PARSE_JSON('null'))", None),
    ("TO_VARIANT(1.50)", "1.5"),
    ("TO_VARIANT(1.5::FLOAT)", "1.500000000000000e+00"),
    ("TO_VARIANT('[1,2]')", '"[1,2]"'),
    ("TO_VARIANT(DATE '2024-02-29')", '"2024-02-29"'),
    ("TO_VARIANT('2024-02-29 10:11:12.5'::TIMESTAMP_NTZ)", '"2024-02-29 10:11:12.500"'),
    ("TO_VARIANT(12345678901234567890.123456789)", "12345678901234567890.123456789"),
    ("TO_ARRAY('x')", '[\n  "x"\n]'),
    ("TO_OBJECT(PARSE_JSON('{\"a\":1}')):a", "1"),
    ("JSON_EXTRACT_PATH_TEXT('{\"a\":{\"b\":\"x\"}}', 'a.b')", "x"),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "value"), VALUES)
def test_values(shown: Shown, expression: str, value: str | None) -> None:
    assert shown(expression) == value


DOCUMENT = 'PARSE_JSON(\'{"a":{"b":[10,null,{"c d":1}]},"A":2,"*":3,"x":"t"}\')'
PATHS = [
    ("{}:a.b[0]", "10"),
    ("{}:A", "2"),
    ("{}['*']", "3"),
    ('{}:a.b[2]."c d"', "1"),
    ("{}:a:b[1]", "null"),
    ("{}:a.b[9]", None),
    ("{}:a.b[-1]", None),
    ("{}:nothing", None),
    ("{}:x::VARCHAR", "t"),
    ("{}:a.b[0]::NUMBER(10,2)", "10.00"),
    ("GET({}, 'A')", "2"),
    ("GET({}:a:b, 0)", "10"),
    ("GET_PATH({}, 'a.b[0]')", "10"),
    ("GET_PATH({}, 'a:b[2][''c d'']')", "1"),
    ("GET_IGNORE_CASE(PARSE_JSON('{{\"aB\":1}}'), 'AB')", "1"),
    ("GET(ARRAY_CONSTRUCT(1, NULL), 1)", None),
    ("IS_NULL_VALUE({}:a.b[1])", "True"),
    ("{}:a.b[1]::VARCHAR", None),
]


@pytest.mark.parametrize(("expression", "value"), PATHS)
def test_paths(shown: Shown, expression: str, value: str | None) -> None:
    assert shown(expression.format(DOCUMENT)) == value


HELD = [
    ("PARSE_JSON('null')", "NULL_VALUE"),
    ("PARSE_JSON('true')", "BOOLEAN"),
    ("PARSE_JSON('-17')", "INTEGER"),
    ("PARSE_JSON('123.12')", "DECIMAL"),
    ("PARSE_JSON('3.00')", "INTEGER"),
    ("PARSE_JSON('1.912e2')", "DOUBLE"),
    ("PARSE_JSON('\"x\"')", "VARCHAR"),
    ("PARSE_JSON('[]')", "ARRAY"),
    ("PARSE_JSON('{}')", "OBJECT"),
    ("TO_VARIANT(1::FLOAT)", "DOUBLE"),
    ("TO_VARIANT(CURRENT_DATE())", "DATE"),
    ("TO_VARIANT('10:00'::TIME)", "TIME"),
    ("TO_VARIANT('2020-01-01'::TIMESTAMP_NTZ)", "TIMESTAMP_NTZ"),
    ("TO_VARIANT('2020-01-01'::TIMESTAMP_LTZ)", "TIMESTAMP_LTZ"),
    ("TO_VARIANT('2020-01-01 00:00:00 +01:00'::TIMESTAMP_TZ)", "TIMESTAMP_TZ"),
    ("TO_VARIANT(TO_BINARY('AB'))", "BINARY"),
    ("ARRAY_CONSTRUCT(NULL)[0]", None),
]


@pytest.mark.parametrize(("expression", "name"), HELD)
def test_typeof(shown: Shown, expression: str, name: str | None) -> None:
    assert shown(f"TYPEOF({expression})") == name


FAMILIES = [
    ("IS_INTEGER(PARSE_JSON('1'))", "True"),
    ("IS_INTEGER(PARSE_JSON('1.5'))", "False"),
    ("IS_DECIMAL(PARSE_JSON('1'))", "True"),
    ("IS_DOUBLE(PARSE_JSON('1'))", "True"),
    ("IS_REAL(PARSE_JSON('\"1\"'))", "False"),
    ("IS_CHAR(PARSE_JSON('\"1\"'))", "True"),
    ("IS_VARCHAR(TO_VARIANT(CURRENT_DATE()))", "False"),
    ("IS_DATE(TO_VARIANT(CURRENT_DATE()))", "True"),
    ("IS_ARRAY(PARSE_JSON('[1]'))", "True"),
    ("IS_OBJECT(PARSE_JSON('[1]'))", "False"),
    ("IS_BOOLEAN(NULL::VARIANT)", None),
    ("AS_INTEGER(PARSE_JSON('\"1\"'))", None),
    ("AS_DECIMAL(1.2345::VARIANT, 4, 1)", "1.2"),
    ("AS_VARCHAR(TO_VARIANT('x'))", "x"),
    ("AS_DATE(TO_VARIANT(DATE '2020-01-02'))", "2020-01-02"),
    ("AS_DOUBLE(PARSE_JSON('1.5'))", "1.5"),
    ("AS_BOOLEAN(PARSE_JSON('1'))", None),
]


@pytest.mark.parametrize(("expression", "value"), FAMILIES)
def test_what_a_variant_holds(shown: Shown, expression: str, value: str | None) -> None:
    assert shown(expression) == value


CASTS = [
    ("PARSE_JSON('\"12.5\"')::NUMBER(10,1)", "12.5"),
    ("PARSE_JSON('2.5')::INT", "3"),
    ("PARSE_JSON('true')::INT", "1"),
    ("PARSE_JSON('0')::BOOLEAN", "False"),
    ("PARSE_JSON('null')::INT", None),
    ("PARSE_JSON('\"2024-01-02\"')::DATE", "2024-01-02"),
    ("TO_VARIANT(DATE '2024-01-02')::DATE", "2024-01-02"),
    ("TO_VARIANT(0.1::FLOAT)::FLOAT = 0.1::FLOAT", "True"),
    ("TO_VARIANT('2024-01-02 03:04:05.123456789'::TIMESTAMP_NTZ)::TIMESTAMP_NTZ"
     " = '2024-01-02 03:04:05.123456789'::TIMESTAMP_NTZ", "True"),
    ("TO_VARIANT(TO_BINARY('DEAD'))::BINARY = TO_BINARY('DEAD')", "True"),
    ("PARSE_JSON('{\"a\":[1,2]}')::VARCHAR", '{"a":[1,2]}'),
    ("TO_ARRAY(PARSE_JSON('null'))", None),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "value"), CASTS)
def test_casts(shown: Shown, expression: str, value: str | None) -> None:
    assert shown(expression) == value


EQUAL = [
    ("PARSE_JSON('1') = PARSE_JSON('1.0')", "True"),
    ("PARSE_JSON('1') = PARSE_JSON('1e0')", "True"),
    ("PARSE_JSON('1') = PARSE_JSON('\"1\"')", "False"),
    ('PARSE_JSON(\'{"a":1,"b":2}\') = PARSE_JSON(\'{"b":2,"a":1}\')', "True"),
    ("PARSE_JSON('9') < PARSE_JSON('10')", "True"),
    ("PARSE_JSON('\"9\"') < PARSE_JSON('\"10\"')", "False"),
    ("PARSE_JSON('null') = PARSE_JSON('null')", "True"),
    ("ARRAY_CONSTRUCT(1, NULL) = PARSE_JSON('[1,null]')", "False"),
]


@pytest.mark.parametrize(("expression", "value"), EQUAL)
def test_comparisons(shown: Shown, expression: str, value: str) -> None:
    assert shown(expression) == value


def test_the_order_of_variants(run: Run) -> None:
    rows = run(
        "SELECT TO_JSON(v) FROM (SELECT PARSE_JSON(column1) v FROM VALUES ('null'), ('[1]'), ('{}'), ('\"b\"'),"
        " ('\"a\"'), ('10'), ('9'), ('true'), ('false')) ORDER BY v"
    )
    assert [r[0] for r in rows] == ["false", "true", "9", "10", '"a"', '"b"', "{}", "[1]", "null"]


def test_groups_of_variants(run: Run) -> None:
    rows = run(
        "SELECT v, COUNT(*) FROM (SELECT PARSE_JSON(column1) v FROM VALUES ('[1, 2]'), ('[1,2]'), ('1')) GROUP BY v"
        " ORDER BY 2"
    )
    assert rows == [("1", 1), ("[\n  1,\n  2\n]", 2)]


def test_variants_survive_storage(run: Run) -> None:
    run("CREATE OR REPLACE TABLE stored (v VARIANT, o OBJECT, a ARRAY)")
    run("INSERT INTO stored SELECT TO_VARIANT(1.5::FLOAT), {'d': DATE '2020-01-02'}, [1, NULL]")
    assert run("SELECT v, o, a, o:d::DATE + 1 = DATE '2020-01-03', TYPEOF(v) FROM stored") == [
        ("1.500000000000000e+00", '{\n  "d": "2020-01-02"\n}', "[\n  1,\n  undefined\n]", True, "DOUBLE")
    ]


REFUSED = [
    ("PARSE_JSON('{bad}')", 100069, "Error parsing JSON: misplaced }, pos 5"),
    ("PARSE_JSON('\"abc\"')::INT", 100071, 'Failed to cast variant value "abc" to FIXED'),
    ("PARSE_JSON('[1]')::DATE", 100071, "Failed to cast variant value [1] to DATE"),
    ("PARSE_JSON('1')::OBJECT", 100071, "Failed to cast variant value 1 to OBJECT"),
    ("GET('x', 1)", 1044, "Invalid argument types for function 'GET': (VARCHAR(1), NUMBER(1,0))"),
    ("'abc':a", 1044, "Invalid argument types for function 'GET': (VARCHAR(3), VARCHAR(1))"),
    ("TO_JSON('a')", 1044, "Invalid argument types for function 'TO_JSON': (VARCHAR(1))"),
]


@pytest.mark.parametrize(("expression", "code", "message"), REFUSED)
def test_refusals(refused: Refusal, expression: str, code: int, message: str) -> None:
    found, text = refused(expression)
    assert found == code
    assert text.endswith(message)
