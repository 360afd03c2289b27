"""JSON text as Snowflake's PARSE_JSON reads it, made canonical, and the faults it names.

The canonical form is described in ``snowdome.engine.library.variants``. Documents that Python's own
reader takes go through it; what Snowflake takes beyond JSON (bare keys, holes in arrays, NaN, signs and
points at either end of a number), and every fault, is for the slower reader below.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

TAG = "\ufdd0"  # a noncharacter: Unicode keeps it for a program's own use, so no text has it
UNDEFINED = f"{TAG}u|undefined"

_PLAIN = TAG + "#"  # marks a number among the decoded values, whose digits are written as they are
_MARKED = re.compile(f'"{_PLAIN}([^"]*)"')
_LONG = re.compile(r"\d{39}")
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


class Fault(ValueError):
    """What is wrong with a document, in Snowflake's words."""


def canonical(text: str, allow_duplicates: bool = False) -> str | None:
    """The canonical form of a document; None for a blank one. Raises ``Fault``."""
    try:
        if _LONG.search(text):
            raise ValueError
        value = (_LAST_WINS if allow_duplicates else _STRICT).decode(text)
    except (ValueError, RecursionError):
        value = Reader(text, allow_duplicates).document()
    return None if value is UNDEFINED else encode(value)


def encode(value: Any) -> str:
    """Canonical JSON of decoded values, in which numbers are ints or marked strings."""
    return _MARKED.sub(r"\1", _ENCODER.encode(value))


def decode(text: str) -> Any:
    """The values of canonical JSON, to be changed and encoded again."""
    return _STORED.decode(text)


def exact_text(value: float) -> str:
    """The shortest digits that read back as the same double, as the engine writes them."""
    digits = repr(value)
    return digits[:-2] if digits.endswith(".0") else digits


def tagged_double(value: float) -> str:
    """A DOUBLE as the stored form has it."""
    if math.isfinite(value):
        return f"{TAG}f{exact_text(value)}|{value:.15e}"
    shown = "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return f"{TAG}f{exact_text(value)}|{shown}"


def number(digits: str) -> int | str:
    """A number as PARSE_JSON types it: exact up to 38 digits, a DOUBLE beyond or with an exponent."""
    if "e" in digits or "E" in digits:
        return tagged_double(float(digits))
    sign = "-" if digits.startswith("-") else ""
    whole, _, fraction = digits.lstrip("+-").partition(".")
    whole, fraction = whole.lstrip("0") or "0", fraction.rstrip("0")
    if len(whole.lstrip("0")) + len(fraction) > 38:
        return tagged_double(float(digits))
    if not fraction:
        return int(sign + whole)
    exact = f"{sign}{whole}.{fraction}"
    return _PLAIN + exact if repr(float(exact)) == exact else f"{TAG}x{exact}"


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _constant(name: str) -> str:
    return tagged_double(float(name))


_STRICT = json.JSONDecoder(parse_float=number, parse_constant=_constant, object_pairs_hook=_unique)
_LAST_WINS = json.JSONDecoder(parse_float=number, parse_constant=_constant)
_STORED = json.JSONDecoder(parse_float=lambda digits: _PLAIN + digits)

_SPACE = re.compile(r"\s*")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d*)(?:[eE][+-]?\d*)?")
_GARBAGE = re.compile(r"[A-Za-z0-9_.+-]*")
_KEYWORDS: dict[str, Any] = {
    "true": True, "false": False, "null": None, "undefined": UNDEFINED, "nan": tagged_double(math.nan),
    "inf": tagged_double(math.inf), "infinity": tagged_double(math.inf),
}  # fmt: skip
_QUOTES = ('"', "'")
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "\n": ""}


class Reader:
    """A lenient reader; positions in faults count from 1."""

    def __init__(self, text: str, allow_duplicates: bool = False) -> None:
        self.text = text
        self.at = 0
        self.allow_duplicates = allow_duplicates

    def document(self) -> Any:
        """The value of the whole text; ``UNDEFINED`` for a blank one."""
        if not self._next():
            return UNDEFINED
        if self._next() == ",":
            raise Fault("garbage after valid input document")
        try:
            value = self._value()
        except RecursionError:
            raise Fault(f"nesting too deep, {self._position()}") from None
        if follows := self._next():
            many = "more than one document in the input"
            raise Fault(many if follows in "{[\"'" else "garbage after valid input document")
        return value

    def _next(self) -> str:
        found = _SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.text[self.at : self.at + 1]

    def _position(self, at: int | None = None) -> str:
        at = self.at if at is None else at
        line = self.text.count("\n", 0, at) + 1
        column = at - (self.text.rfind("\n", 0, at) + 1)
        return f"pos {column + 1}" if line == 1 else f"line {line}, pos {column}"

    def _fault(self, what: str, at: int | None = None) -> Fault:
        return Fault(f"{what}, {self._position(at)}")

    def _value(self) -> Any:
        first = self._next()
        if first == "{":
            return self._object()
        if first == "[":
            return self._array()
        if first in _QUOTES:
            return self._string()
        if first in ("}", "]", ","):
            raise self._misplaced(first)
        if first.isdigit() or first in ("+", "-", "."):
            return self._number()
        return self._keyword()

    def _misplaced(self, what: str) -> Fault:
        return self._fault(f"misplaced {'comma' if what == ',' else what}")

    def _object(self) -> dict[str, Any]:
        self.at += 1
        members: dict[str, Any] = {}
        while self._inside("object") != "}":
            key = self._key()
            if key in members and not self.allow_duplicates:
                raise self._fault(f'duplicate object attribute "{key}"', self.at - 1)
            self._colon()
            value = self._value()
            members[key] = None if value is UNDEFINED else value
            self._separator("object", "}")
        self.at += 1
        return members

    def _inside(self, kind: str) -> str:
        following = self._next()
        if not following:
            raise self._fault(f"incomplete {kind} value")
        return following

    def _key(self) -> str:
        first = self._next()
        if first in _QUOTES:
            return self._string()
        if first in ("]", ","):
            raise self._misplaced(first)
        if first.isdigit():
            raise self._fault("object attribute name cannot be a number")
        if found := _WORD.match(self.text, self.at):
            self.at = found.end()
            return found[0]
        raise self._invalid(first)

    def _colon(self) -> None:
        following = self._inside("object")
        if following in ("}", "]", "[", ","):
            raise self._misplaced(following)
        if following != ":":
            starts = following.isalnum() or following in '+-._{"'
            raise self._fault("missing colon") if starts else self._invalid(following)
        self.at += 1
        if self._inside("object") == "}":
            raise self._misplaced("}")

    def _separator(self, kind: str, closer: str) -> None:
        following = self._inside(kind)
        if following == closer:
            return
        if following in ("}", "]"):
            raise self._misplaced(following)
        if following != ",":
            raise self._fault("missing comma")
        self.at += 1

    def _array(self) -> list[Any]:
        self.at += 1
        items: list[Any] = []
        if self._inside("array") == "]":
            self.at += 1
            return items
        while True:
            hole = self._inside("array") in (",", "]")
            items.append(UNDEFINED if hole else self._value())
            self._separator("array", "]")
            if self.text[self.at - 1] != ",":
                break
            if self._inside("array") == "]" and hole:
                break
        self.at += 1
        return items

    def _string(self) -> str:
        quote, start = self.text[self.at], self.at + 1
        parts: list[str] = []
        self.at = start
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == quote:
                parts.append(self.text[start : self.at])
                self.at += 1
                return "".join(parts)
            if char == "\n":
                raise Fault(f"unterminated string, line {self.text.count(chr(10), 0, self.at) + 2}, pos 0")
            if char == "\r":
                raise self._fault("unterminated string")
            if char == "\\":
                parts.append(self.text[start : self.at] + self._escape())
                start = self.at
            else:
                self.at += 1
        raise self._fault("unfinished string")

    def _escape(self) -> str:
        """The character that an escape stands for; a backslash before any other is dropped."""
        char = self.text[self.at + 1 : self.at + 2]
        if char == "\r":
            raise self._fault("bad escape sequence in the string", self.at + 2)
        digits = self.text[self.at + 2 : self.at + 6]
        if char == "u" and re.fullmatch(r"[0-9A-Fa-f]{4}", digits):
            return self._unicode(digits)
        self.at += 2
        return _ESCAPES.get(char, char)

    def _unicode(self, digits: str) -> str:
        self.at += 6
        low = re.match(r"\\u([Dd][C-Fc-f][0-9A-Fa-f]{2})", self.text[self.at : self.at + 6])
        if 0xD800 <= int(digits, 16) < 0xDC00 and low:
            self.at += 6
            return bytes.fromhex(digits + low[1]).decode("utf-16-be")
        return "\ufffd" if 0xD800 <= int(digits, 16) < 0xE000 else chr(int(digits, 16))

    def _number(self) -> Any:
        start = self.at
        found = _NUMBER.match(self.text, start)
        if found is None:
            return self._signed_word()
        self.at = found.end()
        digits = found[0]
        if digits[-1] in "eE" or (digits[-1] in "+-" and len(digits) > 1):
            raise self._fault(f"missing decimal exponent digits: '{digits}'")
        rest = _GARBAGE.match(self.text, self.at)
        if rest and rest[0]:
            self.at = rest.end()
            after = self.text[self.at : self.at + 1] or " "
            raise self._fault(f"garbage in the numeric literal: {self.text[start : self.at]}{after}")
        return number(digits) if any(c.isdigit() for c in digits) else 0

    def _signed_word(self) -> Any:
        start = self.at
        self.at += 1
        following = self.text[self.at : self.at + 1]
        if not following:
            raise self._fault("no number after a sign")
        if following in "+-":
            raise self._fault("stray minus sign")
        word = _WORD.match(self.text, self.at)
        self.at = word.end() if word else self.at
        spelled = self.text[start : self.at].lower()
        if spelled.lstrip("+-") in ("inf", "infinity"):
            return tagged_double(-math.inf if spelled[0] == "-" else math.inf)
        if spelled == "+nan":
            return tagged_double(math.nan)
        raise self._fault(f'unknown keyword "{self.text[start : self.at]}"')

    def _keyword(self) -> Any:
        found = _WORD.match(self.text, self.at)
        if found is None:
            raise self._invalid(self._next())
        self.at = found.end()
        if found[0].lower() not in _KEYWORDS:
            raise self._fault(f'unknown keyword "{found[0]}"')
        return _KEYWORDS[found[0].lower()]

    def _invalid(self, char: str) -> Fault:
        shown = f"'{char}'" if char.isascii() else f"U+{ord(char):04X}"
        return self._fault(f"invalid character outside of a string: {shown}")
