"""Snowflake SQL text to tokens.

Comments and white space are skipped; a token keeps its offsets, so source slices (view bodies, query
history, error positions) come from the text as it was sent.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from snowdome.errors import SnowflakeError, syntax_error

WORD = "word"
QUOTED = "quoted"
STRING = "string"
DOLLAR = "dollar"  # $$…$$
NUMBER = "number"
VARIABLE = "variable"  # $name
COLUMN = "column"  # $1
PLACEHOLDER = "placeholder"  # ?, :name, :1
LOCATION = "location"  # @stage/path, file://…, snow://…, s3://…
OP = "op"
EOF = "eof"

_TOKEN = re.compile(
    r"""
      (?P<skip>[\s\ufeff]+|--[^\n]*|//[^\n]*|/\*.*?\*/)
    | (?P<location>@(?:"(?:[^"]|"")*"|[^\s;,()'"])+
        | (?i:file)://[^\s;]*
        | (?i:snow|s3|s3gov|s3china|s3compat|gcs|azure|https?)://(?:"(?:[^"]|"")*"|[^\s;,()'"])*)
    | (?P<word>[^\W\d][\w$]*)
    | (?P<quoted>"(?:[^"]|"")*")
    | (?P<string>'(?:[^'\\]|\\.|'')*')
    | (?P<dollar>\$\$.*?\$\$)
    | (?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
    | (?P<variable>\$[^\W\d][\w$]*)
    | (?P<column>\$\d+)
    | (?P<placeholder>\?|(?<![\w$"')\]:]):(?:[^\W\d][\w$]*|\d+))
    | (?P<op>::|:=|=>|->>|->|\|\||<=>|<=|>=|<>|!=|==|[-+*/%=<>!.,;:()\[\]{}|&^~])
    """,
    re.S | re.X,
)
_PATH = re.compile(r"\s+(/(?![*/])[^\s;]*)")  # PUT /a/b: a path where no operand can stand
_ESCAPE = re.compile(r"''|\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[0-7]{1,3}|.)", re.S)
_ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


class Token(NamedTuple):
    """One token: ``text`` as written, from offset ``start`` to before ``end``."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def upper(self) -> str:
        """What keywords and operators are compared by; empty for any other token."""
        return self.text.upper() if self.kind in (WORD, OP) else ""

    @property
    def value(self) -> str:
        """What the token denotes: a folded identifier, a string without quotes and escapes."""
        if self.kind == STRING:
            return unescape(self.text[1:-1])
        if self.kind == QUOTED:
            return self.text[1:-1].replace('""', '"')
        if self.kind == DOLLAR:
            return self.text[2:-2]
        if self.kind == VARIABLE:
            return self.text[1:].upper()
        return self.text.upper() if self.kind == WORD else self.text


def unescape(body: str) -> str:
    """The characters of a string literal whose inside is ``body``."""
    return _ESCAPE.sub(_unescape, body) if "'" in body or "\\" in body else body


def _unescape(found: re.Match[str]) -> str:
    code = found[1]
    if code is None:
        return "'"
    if code[0] in "ux" and len(code) > 1:
        return chr(int(code[1:], 16))
    if code[0] in "01234567":
        return chr(int(code, 8))
    return _ESCAPED.get(code, code)


def tokenize(text: str) -> list[Token]:
    """The tokens of ``text``, an EOF token last; 001003 where no token can start."""
    tokens: list[Token] = []
    offset, size = 0, len(text)
    while offset < size:
        found = _TOKEN.match(text, offset)
        if found is None or (found.lastgroup == "op" and text.startswith("/*", offset)):
            raise unexpected(text, offset, "<EOF>" if text[offset] in "'\"$/" else text[offset])
        kind = found.lastgroup or ""
        if kind != "skip":
            tokens.append(Token(kind, found[0], offset, found.end()))
        offset = found.end()
        if kind == WORD and found[0].upper() == "PUT" and (path := _PATH.match(text, offset)):
            tokens.append(Token(LOCATION, path[1], path.start(1), path.end()))
            offset = path.end()
    tokens.append(Token(EOF, "<EOF>", size, size))
    return tokens


def place(text: str, offset: int) -> tuple[int, int]:
    """Line (from 1) and position in it (from 0) of ``offset``."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset) - 1


def unexpected(text: str, offset: int, what: str) -> SnowflakeError:
    """001003 at ``offset``."""
    return syntax_error(*place(text, offset), what)
