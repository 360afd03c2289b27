"""Array functions, their aggregates and lambdas: documented and recorded values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Shown = Callable[[str], str | None]
Refusal = Callable[[str], tuple[int | None, str]]
Run = Callable[..., list[tuple[Any, ...]]]

COMPACT = [
    ("ARRAY_CONSTRUCT(10, NULL, 'x', 3::FLOAT)", '[10,undefined,"x",3.000000000000000e+00]'),
    ("ARRAY_CONSTRUCT()", "[]"),
    ("[1, [2]]", "[1,[2]]"),
    ("ARRAY_CONSTRUCT_COMPACT(NULL, 'hello', 3, NULL)", '["hello",3]'),
    ("ARRAY_APPEND([1, 2], 'HELLO')", '[1,2,"HELLO"]'),
    ("ARRAY_APPEND([], NULL)", "[undefined]"),
    ("ARRAY_PREPEND([0, 1], 'hello')", '["hello",0,1]'),
    ("ARRAY_CAT([1, 2], [3, 4])", "[1,2,3,4]"),
    ("ARRAY_CAT([1], NULL)", None),
    ("ARRAY_COMPACT([1, NULL, PARSE_JSON('null'), 2])", "[1,2]"),
    ("ARRAY_DISTINCT(['A', 'A', 'B', NULL, NULL])", '["A","B",undefined]'),
    ("ARRAY_EXCEPT(['A', 'B', 'B', 'B', 'C'], ['B'])", '["A","B","B","C"]'),
    ("ARRAY_EXCEPT(['A', NULL, NULL], ['B', NULL])", '["A",undefined]'),
    ("ARRAY_FLATTEN([[1, 2, 3], [4], [5, 6]])", "[1,2,3,4,5,6]"),
    ("ARRAY_FLATTEN([[[1, 2], [3]], [[4], [5]]])", "[[1,2],[3],[4],[5]]"),
    ("ARRAY_FLATTEN([[1], PARSE_JSON('null')])", None),
    ("ARRAY_GENERATE_RANGE(2, 5)", "[2,3,4]"),
    ("ARRAY_GENERATE_RANGE(5, 25, 10)", "[5,15]"),
    ("ARRAY_GENERATE_RANGE(-5, -25, -10)", "[-5,-15]"),
    ("ARRAY_GENERATE_RANGE(2, 2)", "[]"),
    ("ARRAY_INSERT([0, 1, 2, 3], 2, 'hello')", '[0,1,"hello",2,3]'),
    ("ARRAY_INSERT([0, 1, 2, 3], 5, 'hello')", '[0,1,2,3,undefined,"hello"]'),
    ("ARRAY_INSERT([0, 1, 2, 3], -1, 'hello')", '[0,1,2,"hello",3]'),
    ("ARRAY_INTERSECTION(['A', 'B', 'B'], ['B', 'B', 'C'])", '["B","B"]'),
    ("ARRAY_REMOVE([1, 5, 5.00, 5::FLOAT, '5', 2], 5)", '[1,"5",2]'),
    ("ARRAY_REMOVE_AT([2, 5, 7], 0)", "[5,7]"),
    ("ARRAY_REMOVE_AT([2, 5, 7], -1)", "[2,5]"),
    ("ARRAY_REMOVE_AT([2, 5, 7], 10)", "[2,5,7]"),
    ("ARRAY_REVERSE([1, 2, 3])", "[3,2,1]"),
    ("ARRAY_SLICE([0, 1, 2, 3, 4, 5, 6], 0, 2)", "[0,1]"),
    ("ARRAY_SLICE([0, 1, 2, 3, 4, 5, 6], -5, -3)", "[2,3]"),
    ("ARRAY_SLICE([0, 1, 2], 1, 10)", "[1,2]"),
    ("ARRAY_SLICE(NULL, 2, 3)", None),
    ("ARRAY_SORT([20, PARSE_JSON('null'), 0, NULL, 10])", "[0,10,20,null,undefined]"),
    ("ARRAY_SORT([20, 0, NULL, 10], FALSE)", "[undefined,20,10,0]"),
    ("ARRAY_SORT([20, 0, NULL, 10], TRUE, TRUE)", "[undefined,0,10,20]"),
    ("ARRAYS_TO_OBJECT(['key1', 'key2', 'key3'], [1, 2, 3])", '{"key1":1,"key2":2,"key3":3}'),
    ("ARRAYS_TO_OBJECT(['key1', NULL], [1, 2])", '{"key1":1}'),
    ("ARRAYS_ZIP([1, 2, 3], ['a'])", '[{"$1":1,"$2":"a"},{"$1":2,"$2":null},{"$1":3,"$2":null}]'),
    ("ARRAYS_ZIP([1], NULL)", None),
    ("ARRAY_REPEAT('a', 3)", '["a","a","a"]'),
    ("FILTER([1, 2, 3], x -> x > 1)", "[2,3]"),
    ('FILTER(PARSE_JSON(\'[{"n":50},{"n":10}]\'), i -> i:n >= 50)', '[{"n":50}]'),
    ("TRANSFORM([1, 2, 3], a INT -> a * 2)", "[2,4,6]"),
    ("TRANSFORM(PARSE_JSON('[{\"n\":\"a\"}]'), i -> i:n || 'x')", '["ax"]'),
    ("[1, '2']::ARRAY(INT)", "[1,2]"),
]


@pytest.mark.parametrize(("expression", "value"), COMPACT)
def test_arrays(shown: Shown, expression: str, value: str | None) -> None:
    assert shown(f"TO_JSON(({expression})::VARIANT)") == value


VALUES = [
    ("ARRAY_SIZE([1, NULL])", "2"),
    ("ARRAY_SIZE(PARSE_JSON('{}'))", None),
    ("ARRAY_CONTAINS('hello'::VARIANT, ['hello', 'hi'])", "True"),
    ("ARRAY_CONTAINS(1, [2])", "False"),
    ("ARRAY_CONTAINS(NULL, ['hello'])", "False"),
    ("ARRAY_POSITION('hi'::VARIANT, ['hello', 'hi'])", "1"),
    ("ARRAY_POSITION('hola'::VARIANT, ['hello', 'hi'])", None),
    ("ARRAYS_OVERLAP(['hello', 'aloha'], ['hello', 'hi'])", "True"),
    ("ARRAYS_OVERLAP([1], [2])", "False"),
    ("ARRAY_MIN([20, 0, NULL, 10, NULL])", "0"),
    ("ARRAY_MAX([20, 0, NULL, 10, NULL])", "20"),
    ("ARRAY_MAX([])", None),
    ("ARRAY_TO_STRING(PARSE_JSON('[\"Hello\", 42, true]'), '-')", "Hello-42-true"),
    ("ARRAY_TO_STRING(['a', NULL, 'b'], ',')", "a,,b"),
    ("ARRAY_TO_STRING(['a'], NULL)", None),
    ("REDUCE([1, 2, 3], 0, (acc, x) -> acc + x)", "6.0"),
    ("REDUCE([1, 2, 3]::ARRAY(INT), 0, (acc, x) -> acc + x)", "6"),
    ("REDUCE(['a', 'b'], '', (acc, x) -> acc || x)", "ab"),
    ("REDUCE(NULL, 0, (acc, x) -> acc + x)", None),
]


@pytest.mark.parametrize(("expression", "value"), VALUES)
def test_values(shown: Shown, expression: str, value: str | None) -> None:
    assert shown(expression) == value


REDUCED = [
    ("REDUCE([1, 2, 3], 0, (acc, x) -> acc + x)", "FLOAT[DOUBLE]"),
    ("REDUCE([1, 2, 3]::ARRAY(INT), 0, (acc INT, x INT) -> acc + x)", "NUMBER(38,0)[SB16]"),
    ("REDUCE([1, 2], NULL, (acc, x) -> x)", "VARIANT[LOB]"),
    ("REDUCE([1, 2], 0, (acc, x) -> acc || x)", "NUMBER(18,5)[SB8]"),
    ("REDUCE([1, 2], 0.5, (acc, x) -> acc + 1)", "NUMBER(38,1)[SB16]"),
    ("REDUCE([1, 2], [], (acc, x) -> ARRAY_APPEND(acc, x))", "ARRAY[LOB]"),
    ("REDUCE([1, 2], TRUE, (acc, x) -> acc AND x::BOOLEAN)", "BOOLEAN[SB1]"),
]


@pytest.mark.parametrize(("expression", "type_"), REDUCED)
def test_the_accumulator(shown: Shown, expression: str, type_: str) -> None:
    assert shown(f"SYSTEM$TYPEOF({expression})") == type_


REFUSED = [
    (
        "ARRAY_CONTAINS('a', ['a'])",
        1044,
        "Invalid argument types for function 'ARRAY_CONTAINS': (VARCHAR(1), ARRAY)",
    ),
    (
        "OBJECT_AGG('a', 'b')",
        1044,
        "Invalid argument types for function 'OBJECT_AGG': (VARCHAR(1), VARCHAR(1))",
    ),
    ("MAX(OBJECT_CONSTRUCT())", 2016, "Function MAX does not support OBJECT argument type"),
    ("MODE([1])", 2016, "Function MODE does not support ARRAY argument type"),
    ("'x' || {}", 1044, "Invalid argument types for function '||': (VARCHAR(1), OBJECT)"),
    ("LISTAGG([1])", 1044, "Invalid argument types for function 'LISTAGG': (ARRAY)"),
    (
        "COUNT_IF(1)",
        1044,
        "Invalid argument types for function 'IFF': (NUMBER(1,0), NUMBER(1,0), NUMBER(1,0))",
    ),
    ("+{}", 1044, "Invalid argument types for function 'UNARY PLUS': (OBJECT)"),
    (
        "APPROX_PERCENTILE_ESTIMATE({'a': 1}, 0.5)",
        100050,
        "First argument of the function must be an object which maps the key 'state' to an array",
    ),
    ("REDUCE([1], 0, (acc, x) -> acc > x)", 2016, "incompatible types: [BOOLEAN] and [NUMBER(1,0)]"),
]


@pytest.mark.parametrize(("expression", "code", "message"), REFUSED)
def test_refusals(refused: Refusal, expression: str, code: int, message: str) -> None:
    found, text = refused(expression)
    assert found == code
    assert text.endswith(message)


AGGREGATES = [
    ("ARRAY_AGG(k) WITHIN GROUP (ORDER BY v)", '["a","b","c","b"]'),
    ("ARRAY_AGG(DISTINCT k) WITHIN GROUP (ORDER BY k DESC)", '["c","b","a"]'),
    ("ARRAY_AGG(IFF(v > 9, v, NULL))", "[]"),
    ("ARRAY_SIZE(ARRAY_UNIQUE_AGG(k))::VARIANT", "3"),
    ("ARRAY_UNION_AGG(a)", "[1,1,2,3]"),
    ("OBJECT_AGG(v::VARCHAR, k::VARIANT)", '{"1":"a","2":"b","3":"c","4":"b"}'),
    ("OBJECT_AGG(IFF(v = 1, 'x', NULL), k::VARIANT)", '{"x":"a"}'),
]
ROWS = "(SELECT column1 k, column2 v, column3 a FROM VALUES ('c', 3, [1]), ('a', 1, [1, 1, 2]), ('b', 2, [3]), ('b', 4, []))"


@pytest.mark.parametrize(("expression", "value"), AGGREGATES)
def test_aggregates(run: Run, expression: str, value: str) -> None:
    assert run(f"SELECT TO_JSON({expression}) FROM {ROWS}") == [(value,)]


def test_aggregates_over_windows(run: Run) -> None:
    rows = run(
        f"SELECT k, TO_JSON(ARRAY_AGG(v) WITHIN GROUP (ORDER BY v) OVER (PARTITION BY k)) FROM {ROWS} ORDER BY v"
    )
    assert rows == [("a", "[1]"), ("b", "[2,4]"), ("c", "[3]"), ("b", "[2,4]")]


def test_an_aggregate_without_rows(run: Run) -> None:
    assert run(
        f"SELECT ARRAY_AGG(k), OBJECT_AGG(k, v::VARIANT), ARRAY_UNIQUE_AGG(k) FROM {ROWS} WHERE v > 9"
    ) == [("[]", "{}", "[]")]


def test_object_agg_refuses_a_key_that_comes_twice(refused: Refusal) -> None:
    assert refused("OBJECT_AGG('a', column1::VARIANT) FROM VALUES (1), (2)") == (
        100095,
        "Duplicate field key 'a'",
    )


FLATTENED = [
    ("INPUT => PARSE_JSON('[1, ,77]')", [(None, "[0]", 0, "1"), (None, "[2]", 2, "77")]),
    ("INPUT => PARSE_JSON('{\"a\":1, \"b\":[77,88]}'), OUTER => TRUE", [("a", "a", None, "1"), ("b", "b", None, "[77,88]")]),
    ("INPUT => PARSE_JSON('{\"a\":1, \"b\":[77,88]}'), PATH => 'b'", [(None, "b[0]", 0, "77"), (None, "b[1]", 1, "88")]),
    ("INPUT => PARSE_JSON('[]')", []),
    ("INPUT => PARSE_JSON('[]'), OUTER => TRUE", [(None, "", None, None)]),
    ("INPUT => PARSE_JSON('{\"a\":1, \"b\":[77,88], \"c\":{\"d\":\"X\"}}'), RECURSIVE => TRUE",
     [("a", "a", None, "1"), ("b", "b", None, "[77,88]"), (None, "b[0]", 0, "77"), (None, "b[1]", 1, "88"),
      ("c", "c", None, '{"d":"X"}'), ("d", "c.d", None, '"X"')]),
    ("INPUT => PARSE_JSON('{\"a\":1, \"b\":[77,88], \"c\":{\"d\":\"X\"}}'), RECURSIVE => TRUE, MODE => 'OBJECT'",
     [("a", "a", None, "1"), ("b", "b", None, "[77,88]"), ("c", "c", None, '{"d":"X"}'), ("d", "c.d", None, '"X"')]),
    ("INPUT => PARSE_JSON('{\"e f\":[1]}'), RECURSIVE => TRUE",
     [("e f", "['e f']", None, "[1]"), (None, "['e f'][0]", 0, "1")]),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "rows"), FLATTENED)
def test_flatten(run: Run, arguments: str, rows: list[tuple[Any, ...]]) -> None:
    assert run(f"SELECT KEY, PATH, INDEX, TO_JSON(VALUE) FROM TABLE(FLATTEN({arguments}))") == rows
