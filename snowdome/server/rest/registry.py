"""Paths and methods -> functions. A resource is a module of this package whose functions register here::

    @post("warehouses/{name}:suspend")
    def suspend(call: Call) -> Answer: ...

Paths are matched while they are still percent-encoded: a quoted name may hold ``/`` and ``:``.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from typing import NamedTuple
from urllib.parse import unquote

from snowdome.errors import not_supported
from snowdome.server.rest import errors
from snowdome.server.rest.call import Answer, Call

Handler = Callable[[Call], Answer]


class Route(NamedTuple):
    """A path: a segment is a word, or ``{key}`` for any name."""

    segments: tuple[str, ...]
    methods: dict[str, Handler]

    def match(self, segments: list[str]) -> dict[str, str] | None:
        """The names in a path, decoded; None if it is another path."""
        found: dict[str, str] = {}
        for template, given in zip(self.segments, segments, strict=True):
            if template[0] == "{":
                found[template[1:-1]] = unquote(given)
            elif template != given:
                return None
        return found


ROUTES: dict[tuple[int, str], list[Route]] = {}  # by the count of segments and the action's verb


def on(method: str, *paths: str) -> Callable[[Handler], Handler]:
    """Register the decorated function for ``method`` on paths below ``/api/v2/``."""

    def register(handler: Handler) -> Handler:
        for path in paths:
            _route(path).methods[method] = handler
        return handler

    return register


def get(*paths: str) -> Callable[[Handler], Handler]:
    """Register for GET."""
    return on("GET", *paths)


def post(*paths: str) -> Callable[[Handler], Handler]:
    """Register for POST."""
    return on("POST", *paths)


def put(*paths: str) -> Callable[[Handler], Handler]:
    """Register for PUT."""
    return on("PUT", *paths)


def delete(*paths: str) -> Callable[[Handler], Handler]:
    """Register for DELETE."""
    return on("DELETE", *paths)


def _route(path: str) -> Route:
    segments, verb = _parts(path)
    routes = ROUTES.setdefault((len(segments), verb), [])
    for route in routes:
        if route.segments == tuple(segments):
            return route
    routes.append(Route(tuple(segments), {}))
    return routes[-1]


def _parts(path: str) -> tuple[list[str], str]:
    """The segments of an encoded path, and the verb behind its last colon."""
    *above, last = path.strip("/").split("/")
    name, colon, verb = last.rpartition(":")
    return ([*above, name], verb) if colon else ([*above, last], "")


def find(method: str, path: str) -> tuple[Handler, dict[str, str]]:
    """The handler of an encoded path below ``/api/v2/``, and the names in it.

    390404 if there is no such path, 390405 if it does not take the method.
    """
    matches = list(_matches(path))
    for methods, names in matches:
        if method in methods:
            return methods[method], names
    if matches:
        raise errors.no_such_method(method, unquote(path))
    if what := _later(path):
        raise not_supported(what)
    raise errors.no_such_resource(method, unquote(path))


LATER: dict[str, str] = {}  # resources that Snowflake has and the account not yet: why, by their path
LATER_VERBS: dict[str, str] = {}


def _later(path: str) -> str | None:
    segments, verb = _parts(path)
    kinds = (segments[i] for i in (0, 2, 4) if i < len(segments))  # in the account, a database, a schema
    found = [LATER[kind.partition(":")[0]] for kind in kinds if kind.partition(":")[0] in LATER]
    return found[0] if found else LATER_VERBS.get(verb)


def _matches(path: str) -> Iterator[tuple[dict[str, Handler], dict[str, str]]]:
    segments, verb = _parts(path)
    for route in ROUTES.get((len(segments), verb), ()):
        if (names := route.match(segments)) is not None:
            yield route.methods, names


def load_all() -> None:
    """Import every module of this package, so that its resources register."""
    package = importlib.import_module("snowdome.server.rest")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
