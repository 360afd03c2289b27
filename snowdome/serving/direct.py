"""A model that the client packed, called as Snowflake's inference server does: without the SQL function around it,
whose conversions take longer than many a model. Inside an instance."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from snowdome.serving.signature import Field

_NAMES = ("runner", "input_cols", "dtype_map", "param_cols", "param_defaults", "param_dtype_map")
_MASKED: dict[type, Any] = {
    pd.Float32Dtype: pd.arrays.FloatingArray,
    pd.Float64Dtype: pd.arrays.FloatingArray,
    pd.BooleanDtype: pd.arrays.BooleanArray,
    **{
        getattr(pd, f"{sign}Int{bits}Dtype"): pd.arrays.IntegerArray
        for sign in ("", "U")
        for bits in (8, 16, 32, 64)
    },
}


class Direct:
    """The model's own method, found in the ``namespace`` of the SQL function's handler."""

    def __init__(self, namespace: Mapping[str, Any]) -> None:
        self._call: Callable[..., Any] = namespace["runner"]
        self._columns: list[str] = namespace["input_cols"]
        self._types: Mapping[str, Any] = namespace["dtype_map"]
        self._params: list[str] = namespace["param_cols"]
        self._defaults: Mapping[str, Any] = namespace["param_defaults"]
        self._param_types: Mapping[str, Any] = namespace["param_dtype_map"]

    @classmethod
    def of(cls, handler: Any, fields: Sequence[Field]) -> Direct | None:
        """What ``handler`` calls; None if it is not one that the client wrote, for those inputs."""
        namespace = getattr(handler, "__globals__", {})
        if any(namespace.get(name) is None for name in _NAMES):
            return None
        found = cls(namespace)
        names = [f.name for f in fields]
        return found if names == found._columns and len(set(names)) == len(names) else None

    def __call__(self, rows: Sequence[tuple[Any, ...]], params: tuple[Any, ...]) -> list[Any]:
        """The outputs of each row by their names; TypeError if the model gives no DataFrame."""
        columns = zip(*rows, strict=True)
        frame = pd.DataFrame(
            {n: column(v, self._types[n]) for n, v in zip(self._columns, columns, strict=True)}, copy=False
        )
        given = {n: self._param(n, v) for n, v in zip(self._params, params, strict=True)}
        found = self._runner(given)(frame)
        if not isinstance(found, pd.DataFrame):
            raise TypeError(f"the model gave a {type(found).__name__}, not a DataFrame")
        return records(found)

    def _runner(self, given: Mapping[str, Any]) -> Callable[[pd.DataFrame], Any]:
        """The method with its parameters. An asynchronous one stands as an argument of what runs it, which takes
        no parameters for it."""
        call = self._call
        if isinstance(call, partial) and call.args:
            return partial(call.func, partial(call.args[0], **given))
        return partial(call, **given)

    def _param(self, name: str, value: Any) -> Any:
        if value is None:
            return self._defaults[name]
        return self._param_types[name](value) if name in self._param_types else value


def column(values: Sequence[Any], dtype: Any) -> Any:
    """Python values, None where there is none, as a column of that type."""
    made = _MASKED.get(type(dtype))
    if made is not None:
        mask = np.zeros(len(values), dtype=bool)
        if None in values:
            mask[:] = [v is None for v in values]
            values = [0 if v is None else v for v in values]
        return made(np.array(values, dtype=dtype.numpy_dtype), mask)
    if dtype is np.object_ or dtype is np.bytes_:
        found = np.empty(len(values), dtype=object)
        found[:] = values
        return found
    array: Any = pd.array if isinstance(dtype, pd.StringDtype) else np.array
    return array(values, dtype=dtype)


def records(frame: pd.DataFrame) -> list[dict[Any, Any]]:
    """The rows of a frame by column names, with None where there is no value."""
    names = list(frame.columns)
    columns = [_values(frame.iloc[:, place]) for place in range(len(names))]
    if not names:
        return [{} for _ in range(len(frame))]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _values(series: pd.Series[Any]) -> list[Any]:
    kind = getattr(series.dtype, "kind", "O")
    if kind in "iub" and isinstance(series.dtype, np.dtype):
        return list(series.to_numpy().tolist())
    if kind == "f" and isinstance(series.dtype, np.dtype):
        return [None if v != v else v for v in series.to_numpy().tolist()]
    return [None if v is None or v is pd.NA or v is pd.NaT or v != v else v for v in _plain(series)]


def _plain(series: pd.Series[Any]) -> list[Any]:
    """Its values; arrays in cells compare to arrays, and are no missing values."""
    return [v.tolist() if isinstance(v, (np.ndarray, np.generic)) else v for v in series.tolist()]
