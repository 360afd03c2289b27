"""Texts read as numbers by a format model."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from snowdome.engine.number_model import BadModel, Element, NumberModel, alternatives

_MINUS = Element("lit", "-")  # before the digits it may have been read as the sign
_MINIMAL = {
    "TM9": r"\d+\.?\d*|\.\d+",
    "TME": r"(?:\d+\.?\d*|\.\d+)[eE][+-]?\d+",
    "TM": r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?",
}


def read_number(text: str, model: str, hexadecimal: bool) -> Decimal | None:
    """The number that ``text`` spells by one of the alternatives of the model, or None; BadModel."""
    if model.strip().upper() == "AUTO":
        model = "TM"
    models = alternatives(model)
    if len(models) > 1 and not models[-1].elements:
        models = models[:-1]
    readers = [_reader(m, hexadecimal) for m in models]
    for pattern, alternative in readers:
        found = pattern.fullmatch(text)
        if found:
            return _value(found, alternative)
    return None


def _value(found: re.Match[str], model: NumberModel) -> Decimal:
    groups = found.groupdict()
    digits = (groups.get("n") or groups.get("w") or "").replace(",", "")
    if model.is_hexadecimal:
        value = Decimal(int(digits, 16))
    else:
        digits = re.sub(r"[^0-9.eE+-]", "", digits) if model.tm else re.sub(r"\D", "", digits)
        fraction = groups.get("f") or ""
        value = Decimal(f"{digits or '0'}{'.' + fraction if fraction else ''}{groups.get('e') or ''}")
    if "-" in (groups.get("s") or "") or groups.get("m") == "-":
        value = -value
    return value / 100 if model.has("%") else value


@lru_cache(256)
def _readers(model: NumberModel, hexadecimal: bool) -> re.Pattern[str]:
    body = _body(model)
    signed = model.has("S") or model.has("MI") or model.is_hexadecimal
    lead = r"\s*" if signed else r"\s*(?P<s>[+-]?)\s*"
    return re.compile(lead + body + r"\s*")


def _reader(model: NumberModel, hexadecimal: bool) -> tuple[re.Pattern[str], NumberModel]:
    if not (model.tm or model.has_digits) or (model.is_hexadecimal and not hexadecimal):
        raise BadModel("missing required input format element(s)")
    return _readers(model, hexadecimal), model


def _body(model: NumberModel) -> str:
    """The regular expression of everything but the implicit sign."""
    elements = list(model.elements)
    digits = [i for i, e in enumerate(elements) if e.kind in ("9", "0", "X")]
    if model.tm:
        at = next(i for i, e in enumerate(elements) if e.kind == "TM")
        behind = [e for e in elements[at + 1 :] if e.kind != "$"]
        return "".join([*map(_mark, elements[:at]), _minimal(elements[at]), *map(_mark, behind)])
    first = digits[0]
    point = next((i for i, e in enumerate(elements) if e.kind == "D"), None)
    inner = [i for i in digits if point is None or i < point]
    last = inner[-1] if inner else first - 1
    before = "".join("-?" if e == _MINUS else _mark(e) for e in elements[:first] if e.kind != "D")
    after = "".join(_mark(e) for e in elements[max(last, digits[-1]) + 1 :] if e.kind != "D")
    return before + _whole(elements[first : last + 1], model) + _fraction(model) + after


def _minimal(element: Element) -> str:
    name, bracket, grouped = element.text.upper().partition("(")
    number = r"\d{1,3}(?:,\d+)*\.?\d*" if bracket and "," in grouped else _MINIMAL[name]
    return f"(?P<n>{number})"


def _mark(element: Element) -> str:
    """The regular expression of an element that is no digit."""
    if element.kind == "lit":
        return r"\s+" if element.text == " " else re.escape(element.text)
    if element.kind == "E":
        return r"(?P<e>[eE][+-]?\d{1,3})"
    return {"$": r"\$\s*", "S": r"(?P<s>[+-])", "MI": r"(?P<m>[+ -]?)", "%": "%", "_": r"\s*"}.get(
        element.kind, ""
    )


def _whole(elements: list[Element], model: NumberModel) -> str:
    """Digits before the point: those that the model requires, and up to as many as it has, with all of
    its group separators or none."""
    required = next((i for i, e in enumerate(e for e in elements if e.kind in "90X") if e.kind == "0"), None)
    forms = []
    for separators in (True, False):
        pieces = _digit_pieces(elements, separators)
        last = len(pieces) - 1 if required is None else required
        forms += ["".join(pieces[i:]) for i in range(min(last, len(pieces) - 1) + 1)]
    if model.has("B") and required is None:
        forms.append("")
    return f"(?P<w>{'|'.join(dict.fromkeys(forms))})"


def _digit_pieces(elements: list[Element], separators: bool) -> list[str]:
    """For every digit, its regular expression with what must follow it before the next digit."""
    pieces: list[str] = []
    for element in elements:
        if element.kind in ("9", "0", "X"):
            pieces.append("[0-9A-Fa-f]" if any(e.kind == "X" for e in elements) else r"\d")
        elif element.kind == "G":
            pieces[-1] += "," if separators else ""
        else:
            pieces[-1] += _mark(element)
    return pieces


def _fraction(model: NumberModel) -> str:
    places = model.fraction
    if not model.has("D"):
        return ""
    required = max((i + 1 for i, e in enumerate(places) if e.kind == "0"), default=0)
    digits = rf"\.(?P<f>\d{{{required},{len(places)}}})"
    return digits if required else f"(?:{digits})?"
