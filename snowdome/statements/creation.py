"""CREATE of the kinds that have only properties: which function makes which."""

from __future__ import annotations

from collections.abc import Callable

from snowdome.context import Context
from snowdome.result import Result
from snowdome.sql import ast
from snowdome.statements.registry import handles

Creator = Callable[[ast.CreateObject, Context], Result]
CREATORS: dict[str, Creator] = {}


def creates(kind: str) -> Callable[[Creator], Creator]:
    """Register the decorated function for CREATE of that kind."""

    def register(function: Creator) -> Creator:
        CREATORS[kind] = function
        return function

    return register


@handles(ast.CreateObject)
def create(statement: ast.CreateObject, context: Context) -> Result:
    """CREATE kind name properties."""
    return CREATORS[statement.kind](statement, context)
