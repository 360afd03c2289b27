"""``snow://`` URLs: the files of versions, ``snow://model/db.schema.name/versions/V/path``."""

from __future__ import annotations

import re

from snowdome.catalog.names import ObjectName
from snowdome.catalog.versioned import VERSIONED, Version, Versioned
from snowdome.errors import SnowflakeError, compilation_error, object_not_found

_PART = r'(?:"(?:[^"]|"")+"|[A-Za-z_\u0080-\uffff][\w$]*)'
_URL = re.compile(
    rf"snow://(\w+)/({_PART}(?:\.{_PART}){{0,2}})(?:/versions(?:/([^/]*)(.*))?)?/?", re.I | re.S
)
_NAME = re.compile(_PART)


def is_versions(text: str) -> bool:
    """Whether ``text`` is a snow:// URL."""
    return text[:7].lower() == "snow://"


class Address:
    """A parsed URL: the kind of object, its name, the version as written and the path below it."""

    def __init__(self, text: str) -> None:
        found = _URL.fullmatch(text)
        if found is None or found[3] is None or not found[3]:
            raise invalid(text)
        kind = VERSIONED.get(found[1].lower())
        if kind is None:
            raise invalid(text)
        self.kind: type[Versioned] = kind
        self.name = ObjectName(tuple(_folded(p) for p in _NAME.findall(found[2])))
        self.version = found[3]
        self.path = found[4]


def _folded(part: str) -> str:
    return part[1:-1].replace('""', '"') if part.startswith('"') else part.upper()


def version_of(owner: Versioned, name: str) -> Version:
    """The version that a URL names: as written, else in upper case; 002003 if there is none."""
    found = owner.version(name) or owner.version(name.upper())
    if found is None:
        raise object_not_found("Version", name)
    return found


def invalid(text: str) -> SnowflakeError:
    """001011: a URL that names no version's files."""
    return compilation_error("001011", "42601", f"invalid URL: {text}")


def committed(text: str) -> SnowflakeError:
    """001039: the files of a committed version do not change."""
    return compilation_error("001039", "0A000", f"Files of a committed version cannot be changed: {text}")
