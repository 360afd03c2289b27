"""Python functions in the engine: vectorised over Arrow columns where that is safe."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from inspect import Parameter, Signature
from typing import Any

import duckdb
import pyarrow as pa
from duckdb.func import FunctionNullHandling, PythonUDFType

from snowdome.engine.versions import VECTORISED


def create(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    function: Callable[..., Any],
    parameters: Sequence[str],
    returns: str,
) -> None:
    """Make a function of single values callable from SQL as ``name``; NULL where an argument is NULL."""
    build = _vectorised if VECTORISED else _single
    connection.create_function(
        name,
        _of_arity(build(function, returns), len(parameters)),
        [*parameters],
        returns,
        type=PythonUDFType.ARROW if VECTORISED else PythonUDFType.NATIVE,
        null_handling=FunctionNullHandling.SPECIAL,
    )


def create_vectorised(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    function: Callable[..., Any],
    parameters: Sequence[str],
    returns: str,
    volatile: bool = False,
) -> None:
    """Make ``function`` (Arrow columns to an Arrow array, NULLs included) callable from SQL as ``name``."""
    connection.create_function(
        name,
        _of_arity(function, len(parameters)),
        [*parameters],
        returns,
        type=PythonUDFType.ARROW,
        null_handling=FunctionNullHandling.SPECIAL,
        side_effects=volatile,
    )


def _of_arity(function: Callable[..., Any], count: int) -> Callable[..., Any]:
    """``function`` with a signature of ``count`` parameters, which is what the engine looks at."""

    def called(*values: Any) -> Any:
        return function(*values)

    parameters = [Parameter(f"value{i}", Parameter.POSITIONAL_ONLY) for i in range(count)]
    called.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    return called


def _single(function: Callable[..., Any], returns: str) -> Callable[..., Any]:
    def run(*values: Any) -> Any:
        return None if any(v is None for v in values) else function(*values)

    return run


FLATTENED = "STRUCT(k VARCHAR, p VARCHAR, i BIGINT, v VARCHAR, t VARCHAR)[]"
_TEXT = pa.string()
_ARROW = {
    "VARCHAR": _TEXT,
    FLATTENED: pa.list_(pa.struct({"k": _TEXT, "p": _TEXT, "i": pa.int64(), "v": _TEXT, "t": _TEXT})),
}


def _vectorised(function: Callable[..., Any], returns: str) -> Callable[..., Any]:
    type_ = _ARROW[returns]

    def run(*columns: Any) -> Any:
        rows = zip(*(c.to_pylist() for c in columns), strict=True)
        found = [None if any(v is None for v in row) else function(*row) for row in rows]
        return pa.array(found, type_)

    return run
