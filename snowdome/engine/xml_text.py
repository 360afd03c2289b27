"""XML documents as semi-structured values, and such values as XML.

An element is an object: ``$`` its content (a text, number or boolean; one element; or an array of both),
``@`` its tag, ``@name`` an attribute, and for each child's tag the index in the content of the first child
that has it. Any object with a ``$`` and a text ``@`` is an element, wherever it came from.
"""

from __future__ import annotations

import re
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from snowdome.engine import json_text
from snowdome.engine.json_text import TAG

START = '{"$":'  # how the canonical text of every element starts
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_TAGGED = re.compile(f"{TAG}.(?:[^|]*\\|)?(.*)", re.S)
_TYPES = {"f": "DOUBLE", "x": "DECIMAL", "D": "DATE", "T": "TIME", "B": "BINARY", "N": "TIMESTAMP_NTZ",
          "L": "TIMESTAMP_LTZ", "Z": "TIMESTAMP_TZ"}  # fmt: skip


class Fault(ValueError):
    """What is wrong with a document."""


def parse(text: str, as_text: bool = False) -> str | None:
    """The canonical JSON of a document's root; None for a blank one. Raises ``Fault``.

    Content and attributes that spell numbers or booleans become such, unless ``as_text``.
    """
    if not text.strip():
        return None
    builder = _Builder(as_text)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.EntityDeclHandler = _no_entities
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise Fault(_fault(error, text)) from None
    return json_text.encode(builder.root)


def _no_entities(*declaration: object) -> None:
    raise Fault("entity declarations are not allowed")


def _fault(error: expat.ExpatError, text: str) -> str:
    lines = text.splitlines(keepends=True)
    offset = sum(len(line) for line in lines[: error.lineno - 1]) + error.offset
    if error.code == expat.errors.codes[expat.errors.XML_ERROR_TAG_MISMATCH]:
        closing = re.compile(r"[^>]*>").match(text, offset)
        tag = "</" + (closing[0] if closing else "").lstrip("</")
        return f"no opening tag for {tag}, pos {closing.end() if closing else offset}"
    return f"{expat.errors.messages[error.code]}, pos {offset}"


class _Builder:
    """Builds elements as expat reports them."""

    def __init__(self, as_text: bool) -> None:
        self.as_text = as_text
        self.open: list[tuple[dict[str, Any], list[Any]]] = []
        self.root: dict[str, Any] = {}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        named = {f"@{name}": self._value(value) for name, value in attributes.items()}
        self.open.append(({"@": tag, **named}, []))

    def text(self, data: str) -> None:
        if data.strip():
            self.open[-1][1].append(self._value(data.strip()))

    def end(self, tag: str) -> None:
        element, content = self.open.pop()
        for index, part in enumerate(content):
            if isinstance(part, dict):
                element.setdefault(part["@"], index)
        element["$"] = "" if not content else content[0] if len(content) == 1 else content
        if self.open:
            self.open[-1][1].append(element)
        else:
            self.root = element

    def _value(self, text: str) -> Any:
        if self.as_text:
            return text
        if text in ("true", "false"):
            return text == "true"
        if not _NUMBER.fullmatch(text):
            return text
        if "." in text and text[-1] == "0" and "e" not in text.lower():
            return f"{TAG}x{text}"  # keeps its zeros
        return json_text.number(text) if not text.lstrip("-").isdigit() or len(text) > 38 else int(text)


def is_element(value: Any) -> bool:
    """Whether a decoded value is an element."""
    return isinstance(value, dict) and "$" in value and isinstance(value.get("@"), str)


def shown(text: str, pretty: bool) -> str | None:
    """The XML of a stored value, over several lines if ``pretty``; None if it is no element."""
    value = json_text.decode(text)
    return _element(value, "\n" if pretty else None) if is_element(value) else None


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return ""
    found = _TAGGED.fullmatch(str(value))
    return found[1] if found else str(value)


def _element(element: dict[str, Any], line: str | None) -> str:
    """``line`` starts a line at the element's depth; None writes everything on one."""
    tag = element["@"]
    named = sorted(name for name in element if name.startswith("@") and name != "@")
    opening = f"<{tag}" + "".join(f" {name[1:]}={quoteattr(_scalar(element[name]))}" for name in named) + ">"
    content = element["$"] if isinstance(element["$"], list) else [element["$"]]
    if line is None or not any(is_element(part) for part in content):
        return f"{opening}{''.join(_content(part, None) for part in content)}</{tag}>"
    deeper = line + "  "
    parts = "".join(deeper + _content(part, deeper) for part in content)
    return f"{opening}{parts}{line}</{tag}>"


def _content(part: Any, line: str | None) -> str:
    return _element(part, line) if is_element(part) else escape(_scalar(part))


def to_xml(text: str) -> str:
    """Any stored value as XML: an element as it is, anything else under ``SnowflakeData``."""
    value = json_text.decode(text)
    return _element(value, None) if is_element(value) else _data("SnowflakeData", value)


def _data(tag: str, value: Any) -> str:
    if value is None:
        return f'<{tag} xsi:nil="true"/>'
    kind, inside = _kind(value), escape(_scalar(value))
    if isinstance(value, dict):
        inside = "".join(_data(key, part) for key, part in value.items())
    elif isinstance(value, list):
        inside = "".join(_data("e", part) for part in value)
    return f'<{tag} type="{kind}">{inside}</{tag}>'


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "BOOLEAN"
    if isinstance(value, int):
        return "INTEGER"
    if isinstance(value, (dict, list)):
        return "OBJECT" if isinstance(value, dict) else "ARRAY"
    marked = str(value)
    if marked.startswith(TAG):
        return "DECIMAL" if marked[1:2] == "#" else _TYPES.get(marked[1:2], "VARCHAR")
    return "VARCHAR"
