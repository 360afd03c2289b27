"""Numeric format models, such as ``$9,999.00``: read into elements and checked as Snowflake checks them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

# Kinds of elements: lit, 9, 0, X, D (decimal point), G (group separator), $, S, MI, B, E, TM, FM, FX, _, %.
_ELEMENT = re.compile(
    r'(?P<lit>"(?:[^"]|"")*"|[;:=/() -])'
    r"|(?P<TM>TM9\((?:\d+|ALL)(?:,\s*\d+)?\)|TM9|TME|TM)"
    r"|(?P<FM>FM)|(?P<FX>FX)|(?P<MI>MI)|(?P<E>E{2,7})|(?P<digit>[09X])|(?P<D>[.D])|(?P<G>[,G])|(?P<mark>[$SB%_])",
    re.I,
)
_WORD = re.compile(r"[A-Za-z0-9_$%]+")
_DIGITS = ("9", "0", "X")


class BadModel(ValueError):
    """A text that is no format model; the message is the part after ``for FIXED:``."""


@dataclass(frozen=True)
class Element:
    """One element: its kind, and its text as written."""

    kind: str
    text: str


@dataclass(frozen=True)
class NumberModel:
    """The elements of one alternative of a model, checked."""

    elements: tuple[Element, ...]

    @cached_property
    def kinds(self) -> frozenset[str]:
        return frozenset(e.kind for e in self.elements)

    def has(self, kind: str) -> bool:
        return kind in self.kinds

    @cached_property
    def tm(self) -> str:
        """TM, TM9 or TME if the model is of that form, else empty."""
        return next((e.text.upper().partition("(")[0] for e in self.elements if e.kind == "TM"), "")

    @property
    def is_hexadecimal(self) -> bool:
        return self.has("X")

    @property
    def has_digits(self) -> bool:
        return any(self.has(k) for k in _DIGITS)

    @cached_property
    def whole(self) -> tuple[Element, ...]:
        """The elements of the digits before the decimal point."""
        point = next((i for i, e in enumerate(self.elements) if e.kind == "D"), len(self.elements))
        return tuple(e for e in self.elements[:point] if e.kind in _DIGITS)

    @cached_property
    def fraction(self) -> tuple[Element, ...]:
        """The elements of the digits after the decimal point."""
        point = next((i for i, e in enumerate(self.elements) if e.kind == "D"), len(self.elements))
        return tuple(e for e in self.elements[point:] if e.kind in _DIGITS)


@lru_cache(256)
def alternatives(text: str) -> tuple[NumberModel, ...]:
    """The models that ``|`` separates; BadModel if one is none."""
    return tuple(read(part) for part in _split(text))


def _split(text: str) -> list[str]:
    """``text`` at every ``|`` outside quotes."""
    parts, quoted = [""], False
    for character in text:
        quoted ^= character == '"'
        if character == "|" and not quoted:
            parts.append("")
        else:
            parts[-1] += character
    return parts


@lru_cache(256)
def read(text: str) -> NumberModel:
    """One model, checked."""
    elements: list[Element] = []
    at = 0
    while at < len(text):
        found = _ELEMENT.match(text, at)
        if found is None:
            raise _unknown(text, at)
        elements.append(_element(found, elements))
        at = found.end()
    model = NumberModel(tuple(elements))
    _check_repeats(model)
    _check_mixture(model, text)
    return model


def _unknown(text: str, at: int) -> BadModel:
    if text[at] == '"':
        return BadModel(f"missing closing \" in the literal: '{text[at:]}'")
    word = _WORD.match(text, at)
    if word:
        return BadModel(f"invalid numeric format keyword: '{word[0]}'")
    first = text[at].encode()[0]
    shown = text[at] if 32 < first < 127 else f"\\{first:03o}"
    return BadModel(f"invalid character in the format string: '{shown}'")


def _element(found: re.Match[str], before: list[Element]) -> Element:
    text, kind = found[0], str(found.lastgroup)
    if kind in ("digit", "mark"):
        return Element(text.upper(), text)
    if kind in ("D", "G") and text in ".," and not any(e.kind in _DIGITS for e in before):
        return Element("lit", text)
    if kind == "lit" and text[0] == '"':
        return Element("lit", text[1:-1].replace('""', '"'))
    return Element(kind, text)


def _check_repeats(model: NumberModel) -> None:
    for kinds in (("D",), ("S", "MI"), ("E",), ("TM",)):
        found = [e for e in model.elements if e.kind in kinds]
        for first, second in pairwise(found):
            if first.text.upper() == second.text.upper():
                raise BadModel(f"format element occurs more than once: '{second.text}'")
            raise BadModel(f"format element conflicts with preceding element(s): '{second.text}'")


def _check_mixture(model: NumberModel, text: str) -> None:
    kinds = [e.kind for e in model.elements]
    if model.is_hexadecimal:
        _check_hexadecimal(model, kinds, text)
    if model.tm and model.has_digits:
        raise BadModel(f"cannot mix TM and digit-based numeric format elements: '{text}'")
    if "E" in kinds and any(k in _DIGITS for k in kinds[kinds.index("E") :]):
        raise BadModel(f"digit position after an exponent format element: '{text}'")
    if not model.has_digits and not model.tm and any(k != "lit" for k in kinds):
        raise BadModel(f"no digit format elements in a numeric format: '{text}'")


def _check_hexadecimal(model: NumberModel, kinds: list[str], text: str) -> None:
    if "9" in kinds or model.tm:
        raise BadModel(f"cannot mix hexadecimal and decimal format elements: '{text}'")
    for kind, what in (("E", "exponents"), ("G", "digit group separators"), ("D", "fractions")):
        if kind in kinds:
            raise BadModel(f"hexadecimal {what} are not supported: '{text}'")
