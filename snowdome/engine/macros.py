"""SQL macros (``sf.name``) and Python functions (``sf_name``) that lowered SQL calls.

They live in an in-memory database called ``sf`` beside the account's file: installed at every start,
never stored, so a new version of the code never meets old definitions.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable

import duckdb

Installer = Callable[[duckdb.DuckDBPyConnection], None]
MACROS: dict[str, str] = {}
INSTALLERS: list[Installer] = []


def macro(signature: str, body: str) -> None:
    """Define ``sf.name(args)`` as an SQL expression; macros it calls must be written ``sf.other(…)``
    and be defined before it."""
    MACROS[signature] = body


def table_macro(signature: str, body: str) -> None:
    """Define ``sf.name(args)`` as a query."""
    MACROS[signature] = f"TABLE {body}"


def installer(function: Installer) -> Installer:
    """Register ``function(connection)`` to run at every start, for Python functions."""
    INSTALLERS.append(function)
    return function


def install(connection: duckdb.DuckDBPyConnection) -> None:
    """Create every Python function and macro in ``connection``'s process."""
    package = importlib.import_module("snowdome.engine.library")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"snowdome.engine.library.{module.name}")
    connection.execute("ATTACH ':memory:' AS sf")
    for function in INSTALLERS:
        function(connection)
    statements = (f"CREATE MACRO sf.{signature} AS {body};" for signature, body in MACROS.items())
    connection.execute("\n".join(statements) or "SELECT 1")
