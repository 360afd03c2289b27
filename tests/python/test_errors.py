"""What a failing handler looks like to the client."""

from __future__ import annotations

import re
from typing import Any

import pytest


def test_the_whole_message(define: Any, fails: Any) -> None:
    define(
        "faulty(x INT)",
        "INT",
        "def helper(x):\n    raise ValueError(f'no {x}')\ndef run(x):\n    return helper(x)",
    )
    code, state, message = fails("SELECT faulty(1)")
    # Whether Python marks the place in a line differs from version to version.
    assert (code, state, re.sub(r"(?m)^ +[\^~]+\n", "", message)) == (
        "100357",
        "P0000",
        "Python Interpreter Error:\nTraceback (most recent call last):\n"
        '  File "_udf_code.py", line 5, in run\n    return helper(x)\n'
        '  File "_udf_code.py", line 3, in helper\n'
        "    raise ValueError(f'no {x}')\n"
        "ValueError: no 1\n in function FAULTY with handler run",
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("def run(x) return x", "SyntaxError"),
        ("def other(x): return x", "run"),
        ("import no_such_module\ndef run(x): return x", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("def run(): return 1", "TypeError: run() takes 0 positional arguments but 1 was given"),
        ("import sys\ndef run(x): sys.exit(3)", "SystemExit: 3"),
        ("def run(x): return run(x)", "RecursionError"),
        ("class Odd(Exception): pass\ndef run(x):\n    try:\n        1 / 0\n    except ZeroDivisionError as e:\n"
         "        raise Odd('a | b: c') from e", "Odd: a | b: c\n"),
        ("def run(x): raise ValueError('ü' * 10)", "ValueError: üüüüüüüüüü"),
    ],
)  # fmt: skip
def test_kinds_of_failure(define: Any, fails: Any, body: str, expected: str) -> None:
    define("failing(x INT)", "INT", body)
    code, state, text = fails("SELECT failing(1)")
    assert (code, state) == ("100357", "P0000")
    assert expected in text
    assert text.endswith("in function FAILING with handler run")


def test_the_next_call_works(run: Any, define: Any, fails: Any) -> None:
    define("half_of(x INT)", "FLOAT", "def run(x):\n    return 1 / x")
    assert "ZeroDivisionError" in fails("SELECT half_of(0)")[2]
    assert run("SELECT half_of(2)") == [(0.5,)]
