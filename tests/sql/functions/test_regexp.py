"""Regular expressions: examples of the documentation and of the client's docstrings."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Shown = Callable[[str], str | None]
Refusal = Callable[[str], tuple[int | None, str]]

VALUES = [
    ("REGEXP_LIKE('San Francisco', 'San.*')", "True"),
    ("REGEXP_LIKE('Big San', 'San.*')", "False"),
    ("REGEXP_LIKE('San Jose', 'SAN.*', 'i')", "True"),
    ("REGEXP_LIKE('ABC', 'abc', 'ic')", "False"),
    (r"RLIKE('a\nb', 'a.b')", "False"),
    (r"RLIKE('a\nb', 'a.b', 's')", "True"),
    ("'ab1' REGEXP '[a-z]+\\\\d'", "True"),
    ("REGEXP_LIKE(NULL, 'a')", None),
    (r"REGEXP_COUNT('It was the best of times, it was the worst of times', '\\bwas\\b', 1)", "2"),
    ("REGEXP_COUNT('qqqabcrtrababcbcd', 'abc')", "2"),
    ("REGEXP_COUNT('qqqabcrtrababcbcd', '[abc]{3}')", "3"),
    ("REGEXP_COUNT('qqqabcrtrababcbcd', '[abc]')", "10"),
    (r"REGEXP_SUBSTR('It was the best of times, it was the worst of times.', 'the\\W+\\w+')", "the best"),
    (
        r"REGEXP_SUBSTR('It was the best of times, it was the worst of times.', 'the\\W+\\w+', 1, 2)",
        "the worst",
    ),
    (
        r"REGEXP_SUBSTR('It was the best, it was the worst of times.', 'the\\W+(\\w+)', 1, 2, 'e', 1)",
        "worst",
    ),
    (r"REGEXP_SUBSTR('It was the best of times', 'the\\W+(\\w+)', 1, 1, 'e')", "best"),
    (r"REGEXP_SUBSTR('It was the best of times', 'the\\W+\\w+', 1, 1, 'e')", "the best"),
    ("REGEXP_SUBSTR('abc', 'x')", None),
    (r"REGEXP_INSTR('It was the best of times, it was the worst of times', '\\bwas\\b', 1, 1)", "4"),
    ("REGEXP_INSTR('nevermore1, nevermore2', 'nevermore\\\\d', 1, 2)", "13"),
    ("REGEXP_INSTR('Hello world', 'world', 1, 1, 1)", "12"),
    ("REGEXP_INSTR('Hello world', 'hello', 1, 1, 0, 'i')", "1"),
    (r"REGEXP_INSTR('It was the best of times', 'the\\W+(\\w+)', 1, 1, 0, 'e')", "12"),
    ("REGEXP_INSTR('abc', 'x')", "0"),
    ("REGEXP_INSTR('abcabc', 'b', 3, 1, 1)", "6"),
    ("REGEXP_REPLACE('It was the best of times', '( ){1,}', '')", "Itwasthebestoftimes"),
    (
        r"REGEXP_REPLACE('firstname middlename lastname', '(.*) (.*) (.*)', '\\3, \\1 \\2')",
        "lastname, firstname middlename",
    ),
    (r"REGEXP_REPLACE('Customers - (NY)', '\\(|\\)')", "Customers - NY"),
    (
        r"REGEXP_REPLACE('It was the best of times, it was the worst of times', 'times', 'days', 1, 2)",
        "It was the best of times, it was the worst of days",
    ),
    ("REGEXP_REPLACE('aXbXc', 'X', '-', 3)", "aXb-c"),
    ("TO_JSON(REGEXP_SUBSTR_ALL('a1_a2a3_a4A5a6', 'a[[:digit:]]', 1, 3))", '["a3","a4","a6"]'),
    (
        "TO_JSON(REGEXP_SUBSTR_ALL('a1_a2a3_a4A5a6', '(a)([[:digit:]])', 1, 1, 'ie', 1))",
        '["a","a","a","a","A","a"]',
    ),
    ("TO_JSON(REGEXP_SUBSTR_ALL('a1', 'b'))", "[]"),
]


@pytest.mark.parametrize(("expression", "value"), VALUES)
def test_values(shown: Shown, expression: str, value: str | None) -> None:
    assert shown(expression) == value


def test_arguments_that_are_columns(shown: Shown) -> None:
    rows = "FROM VALUES ('aXbX', 'b(x)', 1, 'ie') AS t(s, p, n, f)"
    assert shown(f"REGEXP_SUBSTR(s, p, 1, n, f) {rows}") == "X"
    assert shown(f"REGEXP_INSTR(s, p, 1, n, 0, f) {rows}") == "4"


REFUSED = [
    ("REGEXP_REPLACE('abc', '(', 'x')", 100048, "Invalid regular expression: '(', missing ): ("),
    (
        "REGEXP_LIKE('a', '*a')",
        100048,
        "Invalid regular expression: '*', no argument for repetition operator: *",
    ),
]


@pytest.mark.parametrize(("expression", "code", "message"), REFUSED)
def test_refusals(refused: Refusal, expression: str, code: int, message: str) -> None:
    assert refused(expression) == (code, message)
