"""Object and map functions: documented and recorded values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Shown = Callable[[str], str | None]
Refusal = Callable[[str], tuple[int | None, str]]
Run = Callable[..., list[tuple[Any, ...]]]

COMPACT = [
    ("OBJECT_CONSTRUCT('a', 1, 'b', 'BBBB', 'c', NULL)", '{"a":1,"b":"BBBB"}'),
    ("OBJECT_CONSTRUCT('Key_One', PARSE_JSON('NULL'), 'Key_Two', NULL)", '{"Key_One":null}'),
    ("OBJECT_CONSTRUCT()", "{}"),
    ("OBJECT_CONSTRUCT('a' || 'b', 1, 'a', 2)", '{"a":2,"ab":1}'),
    ("OBJECT_CONSTRUCT_KEEP_NULL('key_1', 'one', 'key_2', NULL, NULL, 'x')", '{"key_1":"one","key_2":null}'),
    ("{'b': 2, 'a': 1.5::FLOAT}", '{"a":1.500000000000000e+00,"b":2}'),
    ("OBJECT_DELETE({'a': 1, 'b': 2, 'c': 3}, 'a', 'b')", '{"c":3}'),
    ("OBJECT_PICK({'a': 1, 'b': 2, 'c': 3}, 'a', 'b')", '{"a":1,"b":2}'),
    ("OBJECT_PICK({'a': 1, 'b': 2, 'c': 3}, ['a', 'x'])", '{"a":1}'),
    ("OBJECT_INSERT({'a': 1, 'b': 2}, 'c', 3)", '{"a":1,"b":2,"c":3}'),
    ("OBJECT_INSERT({'a': 1}, 'a', 2, TRUE)", '{"a":2}'),
    ("OBJECT_INSERT({'a': 1}, 'd', PARSE_JSON('null'))", '{"a":1,"d":null}'),
    ("OBJECT_INSERT({'a': 1}, 'd', NULL)", '{"a":1}'),
    ("OBJECT_KEYS({'b': 1, 'a': 2})", '["a","b"]'),
    ("MAP_KEYS({'b': 1, 'a': 2}::MAP(VARCHAR, INT))", '["a","b"]'),
]


@pytest.mark.parametrize(("expression", "value"), COMPACT)
def test_objects(shown: Shown, expression: str, value: str | None) -> None:
    assert shown(f"TO_JSON(({expression})::VARIANT)") == value


MAPS = [
    ("MAP_CAT({'a': 1, 'b': 2}::MAP(VARCHAR, INT), {'b': 3}::MAP(VARCHAR, INT))['b']", "3"),
    ("MAP_CONTAINS_KEY('a', {'a': 1}::MAP(VARCHAR, INT))", "True"),
    ("MAP_CONTAINS_KEY('z', {'a': 1}::MAP(VARCHAR, INT))", "False"),
    ("MAP_SIZE({'a': 1, 'b': 2}::MAP(VARCHAR, INT))", "2"),
    ("MAP_DELETE({'a': 1, 'b': 2}::MAP(VARCHAR, INT), 'a')['b']", "2"),
    ("MAP_PICK({'a': 1, 'b': 2}::MAP(VARCHAR, INT), 'a')['b']", None),
    ("MAP_INSERT({'a': 1}::MAP(VARCHAR, INT), 'b', 5)['b']", "5"),
]


@pytest.mark.parametrize(("expression", "value"), MAPS)
def test_maps(shown: Shown, expression: str, value: str | None) -> None:
    assert shown(expression) == value


REFUSED = [
    ("OBJECT_CONSTRUCT('a', 1, 'a', 2)", 100095, "Duplicate field key 'a'"),
    ("OBJECT_INSERT({'a': 1}, 'a', 2)", 100095, "Duplicate field key 'a'"),
    ("MAP_KEYS(OBJECT_CONSTRUCT('a', 1))", 1044, "Invalid argument types for function 'MAP_KEYS': (OBJECT)"),
]


@pytest.mark.parametrize(("expression", "code", "message"), REFUSED)
def test_refusals(refused: Refusal, expression: str, code: int, message: str) -> None:
    found, text = refused(expression)
    assert found == code
    assert text.endswith(message)


def test_an_object_of_all_columns(run: Run) -> None:
    rows = run("SELECT TO_JSON(OBJECT_CONSTRUCT(*)) FROM (SELECT 1 AS a, 'x' AS \"b c\", NULL AS d)")
    assert rows == [('{"A":1,"b c":"x"}',)]
