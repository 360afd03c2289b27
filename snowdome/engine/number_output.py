"""Numbers printed by a format model."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Context, Decimal

from snowdome.engine.number_model import Element, NumberModel, alternatives

_EXACT = Context(prec=400, rounding=ROUND_HALF_UP)


def print_number(value: Decimal, text: str, floating: bool) -> str:
    """``value`` by the first alternative of the model; BadModel if it is none."""
    model = alternatives(text)[0]
    if model.has("%"):
        value = _EXACT.scaleb(value, 2)
    if model.tm:
        return _minimal(value, model, floating)
    if not model.has_digits:
        return "".join(e.text for e in model.elements)
    return _Printer(model, value).text()


def _minimal(value: Decimal, model: NumberModel, floating: bool) -> str:
    """The TM forms: as many places as the value needs."""
    shown = _minimal_digits(abs(value), model, floating)
    sign = "-" if value < 0 else ""
    out = []
    for element in model.elements:
        if element.kind == "TM":
            out.append(shown)
        elif element.kind in ("S", "MI"):
            out.append(sign or ("+" if element.kind == "S" else ""))
            sign = ""
        elif element.kind in ("lit", "$", "%"):
            out.append(element.text)
    return sign + "".join(out)


def _minimal_digits(value: Decimal, model: NumberModel, floating: bool) -> str:
    plain, scientific = f"{value:f}", _scientific(value, model)
    if model.tm == "TME":
        return scientific
    if model.tm == "TM9" or not floating:
        return plain
    return min(plain, scientific, key=len)


def _scientific(value: Decimal, model: NumberModel) -> str:
    letter = "e" if any(e.kind == "TM" and e.text.islower() for e in model.elements) else "E"
    if not value:
        return f"0{letter}0"
    digits = "".join(map(str, value.as_tuple().digits)).rstrip("0")
    rest = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{digits[0]}{rest}{letter}{value.adjusted()}"


class _Printer:
    """Prints one value, element by element."""

    def __init__(self, model: NumberModel, value: Decimal) -> None:
        self.model = model
        self.filled = not model.has("FM")
        self.size = len(model.whole)
        self.exponent = 0
        self.negative = value < 0
        self.overflow = False
        places = len(model.fraction)
        if model.is_hexadecimal:
            self.digits = self._hexadecimal(value)
        else:
            self.digits = self._decimal(abs(value), places)
        self.whole_is_zero = not self.digits[: self.size].strip("0")
        self.marked = False  # whether the floating sign has its place
        self.printed = False  # whether a digit has been printed

    def _hexadecimal(self, value: Decimal) -> str:
        number, size = int(_EXACT.to_integral_value(value)), self.size
        if number < 0 and not (self.model.has("S") or self.model.has("MI")):
            number += 16**size
            self.negative = False
        lower = any(e.text == "x" for e in self.model.whole)
        digits = f"{abs(number):{'x' if lower else 'X'}}"
        self.overflow = len(digits) > size or (number < 0 and not self.negative)
        return digits.rjust(size, "0")

    def _decimal(self, value: Decimal, places: int) -> str:
        size = self.size
        if self.model.has("E") and value:
            self.exponent = value.adjusted() - (max(size, 1) - 1)
            value = _EXACT.scaleb(value, -self.exponent)
        rounded = _EXACT.quantize(value, Decimal(1).scaleb(-places))
        if self.model.has("E") and rounded >= Decimal(10) ** max(size, 1):
            self.exponent += 1
            rounded = _EXACT.quantize(_EXACT.scaleb(rounded, -1), Decimal(1).scaleb(-places))
        self.negative = self.negative and bool(rounded)
        whole, _, fraction = f"{rounded:f}".partition(".")
        whole = whole.lstrip("0")
        self.overflow = len(whole) > size
        return whole.rjust(size, "0") + fraction

    def text(self) -> str:
        """The printed value."""
        out = "".join(self._pieces())
        if not self.marked:
            out += self._floating()
        return out

    def _pieces(self) -> Iterator[str]:
        position = 0
        for element in self.model.elements:
            if element.kind in ("9", "0", "X"):
                yield self._digit(element, position)
                position += 1
            else:
                yield self._other(element, position)

    def _other(self, element: Element, position: int) -> str:
        if element.kind in ("lit", "%"):
            return element.text
        if element.kind == "D":
            return self._lead() + "."
        if element.kind == "G":
            return "," if self.printed else self._blank(1)
        if element.kind == "E":
            return self._exponent(element.text)
        if element.kind == "MI":
            return "-" if self.negative else self._blank(1)
        if element.kind in ("S", "$") and position:
            return element.text if element.kind == "$" else "-" if self.negative else "+"
        return ""

    def _blank(self, count: int) -> str:
        return " " * count if self.filled else ""

    def _lead(self) -> str:
        """The floating sign and dollar, before what is printed first."""
        if self.marked:
            return ""
        self.marked = True
        return self._floating()

    def _floating(self) -> str:
        before = []
        for element in self.model.elements:
            if element.kind in ("9", "0", "X"):
                break
            before.append(element.kind)
        dollar = "$" if "$" in before else ""
        if "S" in before:
            return ("-" if self.negative else "+") + dollar
        if self.model.has("S") or self.model.has("MI") or self.model.is_hexadecimal:
            return dollar
        return ("-" if self.negative else self._blank(1)) + dollar

    def _digit(self, element: Element, position: int) -> str:
        size = self.size
        if self.overflow:
            self.printed = True
            return self._lead() + "#"
        if position >= size:
            return self._fraction_digit(element, position)
        hidden = not (position == size - 1 and self.whole_is_zero) or self.model.has("B")
        if self.digits[position] == "0" and not self.printed and element.kind != "0" and hidden:
            return self._blank(1)
        self.printed = True
        return self._lead() + self.digits[position]

    def _fraction_digit(self, element: Element, position: int) -> str:
        if self.digits[position] != "0":
            return self.digits[position]
        rest = self.model.fraction[position - self.size :]
        trailing = not self.digits[position:].strip("0") and all(e.kind == "9" for e in rest)
        return self._blank(1) if trailing else self.digits[position]

    def _exponent(self, text: str) -> str:
        letter, places = text[0], len(text) - 2
        if places == 0:
            shown = f"{letter}{self.exponent}"
            return shown + self._blank(5 - len(shown))
        digits = f"{abs(self.exponent):0{places}d}"
        return (
            f"{letter}{'-' if self.exponent < 0 else '+'}{digits if len(digits) <= places else '#' * places}"
        )
