"""JSON as PARSE_JSON reads it: what it takes, how it is written, and the faults it names."""

from __future__ import annotations

import pytest

from snowdome.engine.json_text import TAG, Fault, canonical

READ = [
    ('{"b":1, "a":[ 1.50, 2.0 ]}', '{"a":[1.5,2],"b":1}'),
    ('{"a":1,}', '{"a":1}'),
    ("{'a': 'b'}", '{"a":"b"}'),
    ("{a:1, _b2:2}", '{"_b2":2,"a":1}'),
    ("{true:1}", '{"true":1}'),
    ("True", "true"),
    ("NULL", "null"),
    (".", "0"),
    ("-0.5", "-0.5"),
    ("007", "7"),
    ("123456789012345678901234567890", "123456789012345678901234567890"),
    ('"\\d\\u00e9\\uD83D\\uDE00"', '"dé😀"'),
    ("[1,,2]", f'[1,"{TAG}u|undefined",2]'),
    ("[1,2,]", f'[1,2,"{TAG}u|undefined"]'),
    ("[,]", f'["{TAG}u|undefined"]'),
    ('{"a":undefined}', '{"a":null}'),
    ("1.912e2", f'"{TAG}f191.2|1.912000000000000e+02"'),
    ("NaN", f'"{TAG}fnan|NaN"'),
    ("-Infinity", f'"{TAG}f-inf|-Infinity"'),
    ("0.1234567890123456789", f'"{TAG}x0.1234567890123456789"'),
    (" ", None),
    ("undefined", None),
]


@pytest.mark.parametrize(("text", "expected"), READ)
def test_what_is_read(text: str, expected: str | None) -> None:
    assert canonical(text) == expected


FAULTS = [
    ("cdefg", 'unknown keyword "cdefg", pos 6'),
    ("-a", 'unknown keyword "-a", pos 3'),
    ('{"a":[1,{"b":x}]}', 'unknown keyword "x", pos 15'),
    ("}", "misplaced }, pos 1"),
    ("{bad}", "misplaced }, pos 5"),
    ('{"a":}', "misplaced }, pos 6"),
    ("[1}", "misplaced }, pos 3"),
    ('{"a":1]', "misplaced ], pos 7"),
    ('{"a":1,,}', "misplaced comma, pos 8"),
    ("{a,b:1}", "misplaced comma, pos 3"),
    ("{", "incomplete object value, pos 2"),
    ("[1,2", "incomplete array value, pos 5"),
    ('{"a":[1,2', "incomplete array value, pos 10"),
    ('"abc', "unfinished string, pos 5"),
    ("[1 2]", "missing comma, pos 4"),
    ('{"a" 1}', "missing colon, pos 6"),
    ('{"a":1,"a":2}', 'duplicate object attribute "a", pos 10'),
    ("{1a:1}", "object attribute name cannot be a number, pos 2"),
    ("#", "invalid character outside of a string: '#', pos 1"),
    ("-", "no number after a sign, pos 2"),
    ("--1", "stray minus sign, pos 2"),
    ("1e+", "missing decimal exponent digits: '1e+', pos 4"),
    ("1a", "garbage in the numeric literal: 1a , pos 3"),
    ("[1-2]", "garbage in the numeric literal: 1-2], pos 5"),
    ("{} {}", "more than one document in the input"),
    ("1 2", "garbage after valid input document"),
    (",1", "garbage after valid input document"),
]


@pytest.mark.parametrize(("text", "fault"), FAULTS)
def test_faults(text: str, fault: str) -> None:
    with pytest.raises(Fault) as raised:
        canonical(text)
    assert str(raised.value) == fault


def test_the_last_of_two_equal_keys_when_they_are_allowed() -> None:
    assert canonical('{"a":1,"a":2}', allow_duplicates=True) == '{"a":2}'


def test_nesting_beyond_measure_is_a_fault() -> None:
    with pytest.raises(Fault):
        canonical("[" * 100_000)
