"""Statement class -> handler. A handler is ``f(statement, context) -> Result``."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from typing import Any, TypeVar

from snowdome.context import Binding, Context, Services
from snowdome.result import Result
from snowdome.types import TEXT, Column

__all__ = ["STATUS", "Binding", "Context", "Services", "handler_for", "handles", "load_all"]

S = TypeVar("S")
Handler = Callable[[Any, Context], Result]
Describer = Callable[[Any, Context], tuple[Column, ...]]

STATUS = (Column("status", TEXT),)

HANDLERS: dict[type, tuple[Handler, Describer]] = {}


def handles(kind: type[S], describe: Describer | None = None) -> Callable[[Handler], Handler]:
    """Register the decorated function for ``kind``; ``describe`` gives its columns without running it."""

    def register(function: Handler) -> Handler:
        HANDLERS[kind] = (function, describe or (lambda statement, context: STATUS))
        return function

    return register


def handler_for(statement: object) -> tuple[Handler, Describer]:
    """The handler and describer of ``statement``'s class."""
    return HANDLERS[type(statement)]


def load_all() -> None:
    """Import every module of this package, so that its handlers register."""
    package = importlib.import_module("snowdome.statements")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"snowdome.statements.{module.name}")
