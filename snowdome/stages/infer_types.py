"""What type a text reads as, for INFER_SCHEMA. Patterns are those of the engine's regular expressions."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace

MAX = 38
_DAY = r"(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}-[A-Za-z]{3}-\d{4}|\d{1,2}/\d{1,2}/\d{4})"
_HOUR, _SIXTY = r"(?:[01]?\d|2[0-3])", r"[0-5]?\d"
_ZONE = r"(?: ?(?:Z|[+-]\d{2}:?\d{2}))"
_CLOCK = rf"{_HOUR}:{_SIXTY}(?::{_SIXTY}(?:\.\d*)?)?"
_STAMP = rf"\d{{4}}-\d{{1,2}}-\d{{1,2}}[T ]{_CLOCK}{_ZONE}?"
_TIME = (
    rf"{_HOUR}:{_SIXTY}(?::{_SIXTY}(?:\.\d*(?: ?(?:Z|[+-]\d{{2}}:\d{{2}}))?)?)?"
    rf"|(?:0?[1-9]|1[0-2]):{_SIXTY}(?::{_SIXTY}(?:\.\d*)?)? ?[AaPp][Mm]"
)
_NUMBER = r"[+-]?\d*\.?\d*"
_REAL = r"[+-]?(?:(?:\d+\.?\d*|\.\d+)[eE][+-]?\d+|0[xX][0-9A-Fa-f]+|(?i:nan|inf|infinity))"
_BOOLEAN = r"(?i:true|false|t|f|yes|no|y|n|on|off)"

# What the first value of a column must be, in the order in which it is tried, and what the others may be.
FIRST = {
    "NUMBER": _NUMBER,
    "REAL": _REAL,
    "BOOLEAN": _BOOLEAN,
    "DATE": _DAY,
    "TIMESTAMP_NTZ": _STAMP,
    "TIME": _TIME,
}
ACCEPTED = {
    **FIRST,
    "REAL": f"{_REAL}|{_NUMBER}",
    "BOOLEAN": f"{_BOOLEAN}|[01]",
    "DATE": f"{_DAY}|{_STAMP}",
}
_COMPILED = {name: re.compile(pattern) for name, pattern in FIRST.items()}
_TEXTS = ("DATE", "TIMESTAMP_NTZ", "TIME")


@dataclass(frozen=True)
class Found:
    """A family of types; of numbers the digits before and after the point. No family: no value yet."""

    family: str = ""
    whole: int = 0
    fraction: int = 0

    def merged(self, other: Found) -> Found:
        """The type of a column with values of both."""
        if not self.family or not other.family:
            return other if not self.family else self
        if self.family != other.family:
            return Found("TEXT")
        return replace(self, whole=max(self.whole, other.whole), fraction=max(self.fraction, other.fraction))

    def type_name(self) -> str:
        """The type as INFER_SCHEMA writes it."""
        if self.family != "NUMBER":
            return self.family or "TEXT"
        whole = min(self.whole, MAX)
        scale = min(self.fraction, MAX - whole)
        return f"NUMBER({max(whole + scale, 1)}, {scale})"


def family_of(text: str) -> str:
    """The family that a first value decides."""
    for name, pattern in _COMPILED.items():
        if pattern.fullmatch(text) and text not in ("", "+", "-") and _is_sound(name, text):
            return name
    return "TEXT"


def text_family(text: str) -> str:
    """The family of a JSON string: a date or time, or TEXT."""
    return next((n for n in _TEXTS if _COMPILED[n].fullmatch(text) and "/" not in text), "TEXT")


def _is_sound(name: str, text: str) -> bool:
    if name == "NUMBER":
        return fits(text)
    if name == "REAL" and not text.lower().lstrip("+-").startswith("0x"):
        return not math.isinf(float(text)) or "inf" in text.lower()
    return True


def fits(digits: str) -> bool:
    """Whether the number has at most 38 digits."""
    whole, _, fraction = digits.lstrip("+-").partition(".")
    return len(whole.lstrip("0")) + len(fraction) <= MAX


def number(digits: str) -> Found:
    """The size of a JSON number as it is written; one with an exponent is REAL, one too long TEXT."""
    if "e" in digits or "E" in digits:
        return Found("REAL")
    if not fits(digits):
        return Found("TEXT")
    whole, _, fraction = digits.lstrip("+-").partition(".")
    return Found("NUMBER", max(len(whole.lstrip("0")), 1), len(fraction))
