"""Reading request bodies: every value is checked before it becomes SQL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from snowdome.errors import not_supported
from snowdome.server import edge

T = TypeVar("T")


class Body:
    """A JSON object of a request; keys that are null count as absent."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = {key: value for key, value in values.items() if value is not None}
        self._read: set[str] = set()

    @classmethod
    def of(cls, value: Any) -> Body:
        """``value`` as a body; 390400 if it is not an object."""
        if value is None:
            return cls({})
        if not isinstance(value, dict):
            raise edge.bad_request("its body is not a JSON object")
        return cls(value)

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def get(self, key: str) -> Any:
        """Any value, None if it is not there."""
        self._read.add(key)
        return self._values.get(key)

    def text(self, key: str) -> str | None:
        """A text."""
        return self._typed(key, str, "a text")

    def required(self, key: str) -> str:
        """A text that must be there."""
        found = self.text(key)
        if found is None:
            raise edge.bad_request(f"{key} is missing")
        return found

    def flag(self, key: str) -> bool | None:
        """A boolean; the texts true and false count too, for some resources send them."""
        value = self.get(key)
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"
        return self._typed(key, bool, "a boolean")

    def number(self, key: str) -> int | None:
        """An integer."""
        if isinstance(self.get(key), bool):
            raise edge.bad_request(f"{key} is not an integer")
        return self._typed(key, int, "an integer")

    def object(self, key: str) -> Body | None:
        """An object within."""
        found = self._typed(key, dict, "an object")
        return None if found is None else Body(found)

    def mapping(self, key: str) -> dict[str, Any]:
        """An object within as it is, {} if it is not there."""
        return self._typed(key, dict, "an object") or {}

    def objects(self, key: str) -> list[Body]:
        """A list of objects, [] if it is not there."""
        return [Body.of(item) for item in self._list(key)]

    def texts(self, key: str) -> list[str]:
        """A list of texts, [] if it is not there."""
        found = self._list(key)
        if not all(isinstance(item, str) for item in found):
            raise edge.bad_request(f"{key} is not a list of texts")
        return found

    def _list(self, key: str) -> list[Any]:
        return self._typed(key, list, "a list") or []

    def _typed(self, key: str, kind: type[T], called: str) -> T | None:
        value = self.get(key)
        if value is not None and not isinstance(value, kind):
            raise edge.bad_request(f"{key} is not {called}")
        return value

    def unread(self) -> Iterator[str]:
        """The keys that nobody has asked for."""
        return (key for key in self._values if key not in self._read)

    def finish(self, *ignored: str) -> None:
        """000002 if something in the body would go unheard; ``ignored`` keys are known to mean nothing."""
        for key in self.unread():
            if key not in ignored and self._values[key] not in ("", [], {}, False):
                raise not_supported(f"the property {key} over REST")
