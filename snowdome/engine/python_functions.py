"""Python functions in the engine: vectorised over Arrow columns, NULLs passed on to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from inspect import Parameter, Signature
from typing import Any

import duckdb
import pyarrow as pa
from duckdb.func import FunctionNullHandling, PythonUDFType


def create(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    function: Callable[..., Any],
    parameters: Sequence[str],
    returns: str,
) -> None:
    """Make ``function`` (Arrow columns to an Arrow array) callable from SQL as ``name``."""
    connection.create_function(
        name,
        _of_arity(function, len(parameters)),
        [*parameters],
        returns,
        type=PythonUDFType.ARROW,
        null_handling=FunctionNullHandling.SPECIAL,
    )


def _of_arity(function: Callable[..., Any], count: int) -> Callable[..., Any]:
    """``function`` with a signature of ``count`` parameters, which is what the engine looks at."""

    def called(*columns: Any) -> Any:
        return function(*columns)

    parameters = [Parameter(f"column{i}", Parameter.POSITIONAL_ONLY) for i in range(count)]
    called.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    return called


def each(function: Callable[..., Any], returns: pa.DataType | None = None) -> Callable[..., Any]:
    """The vectorised form of a function of single values (text unless ``returns`` says otherwise), which
    is not called where an argument is NULL."""

    def run(*columns: Any) -> Any:
        rows = zip(*(c.to_pylist() for c in columns), strict=True)
        found = [None if any(v is None for v in row) else function(*row) for row in rows]
        return pa.array(found, returns or pa.string())

    return run
