"""A model's methods as an instance calls them. Inside an instance."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from snowdome.python import worker
from snowdome.python.handlers import Run, runner
from snowdome.python.messages import Program
from snowdome.serving.direct import Direct
from snowdome.serving.frames import Setup
from snowdome.serving.signature import Field, Signature, signature, written_signatures
from snowdome.serving.spec import ServedMethod

_PACKAGER = "snowflake.ml.model._packager.model_packager"


class Method:
    """One method: its handler with its signature. ``limit`` is how many rows a call of the model may have."""

    def __init__(self, program: Program, handler: Any, found: Signature, limit: int | None) -> None:
        self.program = program
        self.signature = found
        self._handler = handler
        self._run: Run = runner(program, handler)
        self._vectorized = hasattr(handler, "_sf_vectorized_input")
        self._direct = Direct.of(handler, found.inputs)
        own = getattr(handler, "_sf_max_batch_size", None)
        self.limit = min((n for n in (own, limit) if n), default=None)

    def batch(self, columns: list[pa.Array]) -> pa.Array:
        """The results for columns of all arguments in the engine's layout."""
        count = len(columns[-1]) if columns else 0
        size = self.limit or max(count, 1)
        parts = [
            self._run([c.slice(first, size) for c in columns])[0] for first in range(0, max(count, 1), size)
        ]
        return parts[0] if len(parts) == 1 else pa.concat_arrays(parts)

    def rows(self, rows: Sequence[tuple[Any, ...]], params: tuple[Any, ...]) -> list[Any]:
        """The result of each row, as Python objects; RuntimeError if the model gives fewer or more."""
        size = self.limit or len(rows)
        found: list[Any] = []
        for first in range(0, len(rows), size):
            part = rows[first : first + size]
            results = self._results(part, params)
            if len(results) != len(part):
                raise RuntimeError(f"the model gave {len(results)} rows for {len(part)}")
            found += results
        return found

    def _results(self, rows: Sequence[tuple[Any, ...]], params: tuple[Any, ...]) -> list[Any]:
        if self._direct is not None:
            return self._direct(rows, params)
        return self._frame(rows, params) if self._vectorized else [self._handler(*r, *params) for r in rows]

    def _frame(self, rows: Sequence[tuple[Any, ...]], params: tuple[Any, ...]) -> list[Any]:
        fields = self.signature.inputs
        columns = [_column(f, v) for f, v in zip(fields, zip(*rows, strict=True), strict=True)]
        columns += [_objects([value] * len(rows)) for value in params]
        frame = pd.DataFrame(dict(enumerate(columns)), index=None if columns else pd.RangeIndex(len(rows)))
        results = self._handler(frame)
        if isinstance(results, pd.Series):  # the value alone: its method has one output
            (name,) = self.signature.outputs[:1] or (None,)
            plain = results.tolist()
            return plain if name is None else [{name: value} for value in plain]
        return list(results)


def _column(field: Field, values: Sequence[Any]) -> Any:
    """A column as the client's own code takes it."""
    if field.kind == "double":
        return np.array(values, dtype=np.float64)  # None becomes NaN
    if field.kind == "time":
        return np.array(values, dtype="datetime64[ns]")
    if field.kind in _DTYPES and None not in values:
        with suppress(OverflowError):  # of what only an unsigned number holds
            return np.array(values, dtype=_DTYPES[field.kind])
    return _objects(values)


_DTYPES = {"int": np.int64, "bool": np.bool_}


def _objects(values: Sequence[Any]) -> Any:
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found


# -- loading --------------------------------------------------------------------------------------


def load(setup: Setup) -> list[Method]:
    """All methods of a version; whatever loading the model raises comes out."""
    deployment = setup.deployment
    written = written_signatures(deployment.directory)
    if written:
        _share_model()
    found: list[Method] = []
    for served, program in zip(deployment.methods, setup.programs, strict=True):
        handler = _handler(program, first=not found)
        own = written.get(_python_name(served))
        found.append(Method(program, handler, signature(served, own), deployment.max_batch_rows))
    return found


def _python_name(method: ServedMethod) -> str:
    """What the client calls the method in its own files."""
    return method.path.replace("-", "_")


def _handler(program: Program, *, first: bool) -> Any:
    if first:
        handler = worker.load(program, _no_stage)
    else:
        module, _, attribute = program.handler.rpartition(".")
        handler = getattr(importlib.import_module(module), attribute)
    namespace = getattr(handler, "__globals__", {})
    if "runner" in namespace and namespace["runner"] is None and "load_model" in namespace:
        namespace["load_model"]()  # else it would be loaded by the first request
    return handler


def _no_stage(path: str) -> str:
    raise FileNotFoundError(f"The file at {path} cannot be opened in a service.")


def _share_model() -> None:
    """Let all methods share one model: the client's code for each method loads its own."""
    with suppress(ImportError):
        packager = importlib.import_module(_PACKAGER).ModelPackager
        packager.load = _once(packager.load)


def _once(load: Callable[..., Any]) -> Callable[..., Any]:
    loaded: dict[tuple[str, str], tuple[Any, Any]] = {}

    def load_once(self: Any, **options: Any) -> Any:
        key = (str(Path(self.local_dir_path).resolve()), repr(sorted(options.items())))
        if key not in loaded:
            load(self, **options)
            loaded[key] = self.model, self.meta
        self.model, self.meta = loaded[key]
        return self.meta

    return load_once
