"""CSV text cut into records, by the options of the format."""

from __future__ import annotations

from typing import Any

import pytest

from snowdome.stages.csv_records import Reader, dialect_of
from snowdome.stages.formats import Format, read_options


def _records(text: str, options: dict[str, Any]) -> list[tuple[str | None, ...]]:
    format_ = Format("CSV", read_options("CSV", options))
    return [r.fields for r in Reader(text, dialect_of(format_)).records()]


@pytest.mark.parametrize(
    ("text", "options", "records"),
    [
        ("1,a\n2,b\n", {}, [("1", "a"), ("2", "b")]),
        ("1,a\n2,b", {}, [("1", "a"), ("2", "b")]),
        ("1,a\r\n2,b\r\n", {}, [("1", "a"), ("2", "b")]),
        ("", {}, []),
        ("1,\n,2\n", {}, [("1", None), (None, "2")]),
        ("1,\n", {"EMPTY_FIELD_AS_NULL": False}, [("1", "")]),
        ("\\N,NULL\n", {}, [(None, "NULL")]),
        ("x,NULL\n", {"NULL_IF": ["NULL", "x"]}, [(None, None)]),
        ('"a,b",c\n', {}, [('"a', 'b"', "c")]),
        ('"a,b",c\n', {"FIELD_OPTIONALLY_ENCLOSED_BY": '"'}, [("a,b", "c")]),
        ('"a""b",c\n', {"FIELD_OPTIONALLY_ENCLOSED_BY": '"'}, [('a"b', "c")]),
        ('"a\nb",c\n', {"FIELD_OPTIONALLY_ENCLOSED_BY": '"'}, [("a\nb", "c")]),
        ('"",x\n', {"FIELD_OPTIONALLY_ENCLOSED_BY": '"'}, [("", "x")]),
        ('x"y,z\n', {"FIELD_OPTIONALLY_ENCLOSED_BY": '"'}, [('x"y', "z")]),
        ("'a,b',c\n", {"FIELD_OPTIONALLY_ENCLOSED_BY": "'"}, [("a,b", "c")]),
        (' 1 , " x y " \n', {"TRIM_SPACE": True, "FIELD_OPTIONALLY_ENCLOSED_BY": '"'}, [("1", " x y ")]),
        (" 1 , x y \n", {}, [(" 1 ", " x y ")]),
        ("x\\,y,1\n", {}, [("x,y", "1")]),
        ("x\\\\,1\n", {}, [("x\\", "1")]),
        ("x\\ty,1\n", {}, [("x\\ty", "1")]),
        ("1\\\n2,3\n", {}, [("1\n2", "3")]),
        ("x\\,y,1\n", {"ESCAPE_UNENCLOSED_FIELD": "NONE"}, [("x\\", "y", "1")]),
        ('"x\\"y",1\n', {"FIELD_OPTIONALLY_ENCLOSED_BY": '"', "ESCAPE": "\\"}, [('x"y', "1")]),
        ("a||b\n", {"FIELD_DELIMITER": "||"}, [("a", "b")]),
        ("a,b;c,d\n;e,f", {"RECORD_DELIMITER": ";"}, [("a", "b"), ("c", "d\n"), ("e", "f")]),
        ("a,b\r1,x\r", {"RECORD_DELIMITER": "\\r"}, [("a", "b"), ("1", "x")]),
        ("a\x01b\n", {"FIELD_DELIMITER": "0x01"}, [("a", "b")]),
        ("a\x01b\n", {"FIELD_DELIMITER": "\\001"}, [("a", "b")]),
        ("a\tb\n", {"FIELD_DELIMITER": "\\t"}, [("a", "b")]),
        ("a,b\n", {"FIELD_DELIMITER": "NONE"}, [("a,b",)]),
        ("h\n1\n2\n", {"SKIP_HEADER": 1}, [("1",), ("2",)]),
        ("h\n", {"SKIP_HEADER": 3}, []),
        ("\ufeff1,a\n", {}, [("1", "a")]),
        ("1\n\n2\n", {}, [("1",), (None,), ("2",)]),
    ],
)
def test_records(text: str, options: dict[str, Any], records: list[tuple[str | None, ...]]) -> None:
    assert _records(text, options) == records


def test_an_open_enclosure_is_a_problem_at_its_start() -> None:
    format_ = Format("CSV", {"FIELD_OPTIONALLY_ENCLOSED_BY": '"'})
    records = list(Reader('1,2\n3,"x\n', dialect_of(format_)).records())
    problem = records[-1].problem
    assert problem is not None
    assert problem.message == "matching enclosing character '\"' not found before end of file"
    assert (problem.offset, problem.field) == (6, 1)
    assert records[0].fields == ("1", "2")


def test_characters_behind_an_enclosure_are_a_problem() -> None:
    format_ = Format("CSV", {"FIELD_OPTIONALLY_ENCLOSED_BY": '"'})
    [record] = Reader('"x"y,1\n', dialect_of(format_)).records()
    assert record.problem is not None
    assert record.problem.message == "Found character 'y' instead of field delimiter ','"
    assert record.problem.offset == 3
