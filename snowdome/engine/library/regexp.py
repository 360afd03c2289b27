"""Macros and Python functions behind the regular expression functions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import duckdb

from snowdome.engine.failures import raising, rule
from snowdome.engine.macros import installer, macro

_position = raising(
    "100050", "22023", "format('Invalid parameter value: {}. Reason: position must be positive', n)"
)
macro("regexp_position(n)", f"CASE WHEN n < 1 THEN {_position} ELSE n END")
macro("regexp_occurrence(n)", "CASE WHEN n < 1 THEN 1 ELSE n END")

# The letters of parameters that are not a literal, as flags before the pattern; of c and i the last counts.
macro(
    "regexp_flags(p)",
    "CASE WHEN p IS NOT NULL THEN replace('(?' || CASE WHEN regexp_matches(p, 'i[^c]*$') THEN 'i' ELSE '' END"
    " || CASE WHEN contains(p, 'm') THEN 'm' ELSE '' END"
    " || CASE WHEN contains(p, 's') THEN 's' ELSE '' END || ')', '(?)', '') END",
)
macro("regexp_all(s, p, g)", "regexp_extract_all(s, p, CAST(g AS INTEGER))")

_RE2 = (
    "no argument for repetition operator|missing \\)|unexpected \\)|missing \\]"
    "|missing closing \\]|missing terminating \\]"
    "|invalid escape sequence|bad repetition operator|invalid character class range|invalid character class"
    "|trailing \\\\|invalid perl operator|invalid repetition size|invalid named capture group"
)
rule(rf"({_RE2})(?:: (.*?))?(?:\n|$)", "100048", "2201B", "Invalid regular expression: '{1}', {0}: {1}")
rule(r"Pattern has (\d+) groups. Cannot access group (\d+)", "100050", "22023",
     "Invalid parameter value: {1}. Reason: the pattern has {0} groups")  # fmt: skip

# Matches are marked in place by two noncharacters, so that their places can be counted.
_OPEN, _CLOSE = "\ufdd1", "\ufdd2"
macro("regexp_marked(s, p)", f"regexp_replace(s, p, '{_OPEN}\\0{_CLOSE}', 'g')")
macro("regexp_before(pieces, n)", f"length(replace(array_to_string(pieces[1:n], ''), '{_CLOSE}', ''))")
macro("regexp_size(piece)", f"instr(piece, '{_CLOSE}') - 1")
macro(
    "regexp_place(pieces, start, n, behind)",
    "CASE WHEN len(pieces) <= n THEN 0 ELSE sf.regexp_before(pieces, n) + start"
    " + CASE WHEN behind = 0 THEN 0 WHEN behind IS NOT NULL THEN sf.regexp_size(pieces[n + 1]) END END",
)
macro(
    "regexp_instr(s, p, start, n, behind)",
    f"sf.regexp_place(string_split(sf.regexp_marked(s, p), '{_OPEN}'), start, n, behind)",
)

_CLASSES = {
    "alnum": "a-zA-Z0-9", "alpha": "a-zA-Z", "ascii": r"\x00-\x7f", "blank": r" \t",
    "cntrl": r"\x00-\x1f\x7f", "digit": "0-9", "graph": r"\x21-\x7e", "lower": "a-z", "print": r"\x20-\x7e",
    "punct": r"!-/:-@\[-`{-~", "space": r"\s", "upper": "A-Z", "word": r"\w", "xdigit": "0-9A-Fa-f",
}  # fmt: skip
_POSIX = re.compile(r"\[:(\w+):\]")


@lru_cache(512)
def _compiled(pattern: str) -> re.Pattern[str]:
    """A pattern of RE2 as Python's: POSIX classes spelled out, classes of ASCII only."""
    spelled = _POSIX.sub(lambda found: _CLASSES.get(found[1], found[0]), pattern)
    try:
        return re.compile(spelled, 0 if "(?i" in pattern[:5] else re.ASCII)
    except re.error as error:
        message = f"Invalid regular expression: '{pattern}', {error.msg}"
        raise ValueError(f"SF|100048|2201B|{message}") from None


def _matches(subject: str, pattern: str) -> Iterator[re.Match[str]]:
    return _compiled(pattern).finditer(subject)


def _first_group(pattern: str) -> int:
    """1 if the pattern has a group, else 0: what the parameter ``e`` extracts."""
    return min(_compiled(pattern).groups, 1)


def _instr(subject: str, pattern: str, start: int, occurrence: int, behind: int, group: int) -> int:
    """Where a group of the match of the occurrence begins, or the place behind it; 0 if nowhere."""
    groups = _compiled(pattern).groups
    if not 0 <= group <= groups:
        message = f"Invalid parameter value: {group}. Reason: the pattern has {groups} groups"
        raise ValueError(f"SF|100050|22023|{message}")
    for number, found in enumerate(_matches(subject, pattern), 1):
        if number == occurrence:
            at = found.end(group) if behind else found.start(group)
            return at + start if at >= 0 else 0
    return 0


_GROUP = re.compile(r"\\(\d|\\)")


def _filled(new: str, found: re.Match[str]) -> str:
    """The replacement with the groups of the match in it."""
    return _GROUP.sub(lambda g: "\\" if g[1] == "\\" else found[int(g[1])] or "", new)


def _replace(subject: str, pattern: str, new: str, occurrence: int) -> str:
    """The subject with one match replaced, or all for occurrence 0."""
    for number, found in enumerate(_matches(subject, pattern), 1):
        if number == occurrence:
            return subject[: found.start()] + _filled(new, found) + subject[found.end() :]
    return subject if occurrence else _compiled(pattern).sub(new, subject)


@installer
def install(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the functions that the engine's RE2 has no form for."""
    text, integer = duckdb.sqltype("VARCHAR"), duckdb.sqltype("BIGINT")
    connection.create_function("sf_first_group", _first_group, [text], integer)
    connection.create_function("sf_regexp_instr", _instr, [text, text, *[integer] * 4], integer)
    connection.create_function("sf_regexp_replace", _replace, [text, text, text, integer], text)
