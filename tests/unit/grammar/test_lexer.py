"""Text to tokens."""

from __future__ import annotations

import pytest

from snowdome.errors import SnowflakeError
from snowdome.sql import lexer
from snowdome.sql.lexer import tokenize


def kinds(text: str) -> list[tuple[str, str]]:
    """Kind and text of every token but the last."""
    return [(token.kind, token.text) for token in tokenize(text)[:-1]]


def value(text: str) -> str:
    """What the only token of ``text`` denotes."""
    [token, _] = tokenize(text)
    return token.value


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("name", lexer.WORD),
        ("_a$1", lexer.WORD),
        ("Straße", lexer.WORD),
        ('"a ""b"" c"', lexer.QUOTED),
        ("'it''s'", lexer.STRING),
        ("$$ x; 'y' $$", lexer.DOLLAR),
        ("1", lexer.NUMBER),
        ("1.5e-3", lexer.NUMBER),
        (".5", lexer.NUMBER),
        ("$v", lexer.VARIABLE),
        ("$1", lexer.COLUMN),
        ("?", lexer.PLACEHOLDER),
        (":1", lexer.PLACEHOLDER),
        (":name", lexer.PLACEHOLDER),
        ("@stage/path/x.csv.gz", lexer.LOCATION),
        ('@"my stage"/a', lexer.LOCATION),
        ("@~/a", lexer.LOCATION),
        ("@%t", lexer.LOCATION),
        ("file:///tmp/a*.csv", lexer.LOCATION),
        ("s3://bucket/path", lexer.LOCATION),
        ("snow://model/db.s.m/versions/V1", lexer.LOCATION),
        ("::", lexer.OP),
        ("=>", lexer.OP),
        ("->>", lexer.OP),
        ("||", lexer.OP),
    ],
)
def test_one_token(text: str, kind: str) -> None:
    assert kinds(text) == [(kind, text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name", "NAME"),
        ('"Name"', "Name"),
        ('"a ""b"""', 'a "b"'),
        ("'it''s'", "it's"),
        (r"'a\tb\n\'\\'", "a\tb\n'\\"),
        (r"'\u26c4 \x41 \101 \z'", "\u26c4 A A z"),
        (r"$$a\tb$$", r"a\tb"),
        ("$v", "V"),
    ],
)
def test_values(text: str, expected: str) -> None:
    assert value(text) == expected


@pytest.mark.parametrize("comment", ["-- x ' y\n", "// x\n", "/* ; ' \n */"])
def test_comments_are_skipped(comment: str) -> None:
    assert kinds(f"a {comment} b") == [(lexer.WORD, "a"), (lexer.WORD, "b")]


def test_a_path_is_no_operator_and_an_operator_no_path() -> None:
    assert kinds("v:a.b")[1] == (lexer.OP, ":")
    assert kinds("a::int")[1] == (lexer.OP, "::")
    assert kinds("PUT /tmp/a.csv @s")[1] == (lexer.LOCATION, "/tmp/a.csv")
    assert kinds("a / b")[1] == (lexer.OP, "/")


def test_offsets_are_those_of_the_text() -> None:
    text = "a\n  -- c\n  'b'"
    tokens = tokenize(text)
    assert [text[t.start : t.end] for t in tokens[:-1]] == ["a", "'b'"]
    assert lexer.place(text, tokens[1].start) == (3, 2)


@pytest.mark.parametrize("text", ["'open", '"open', "$$ open", "/* open", "a ` b"])
def test_what_can_be_no_token(text: str) -> None:
    with pytest.raises(SnowflakeError) as caught:
        tokenize(text)
    assert (caught.value.code, caught.value.sqlstate) == ("001003", "42000")
    assert "syntax error line 1 at position" in caught.value.message
