"""Running handlers: rows, vectors, table functions, aggregates. Inside a worker."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

import pyarrow as pa

from snowdome.python.messages import Program
from snowdome.python.values import arrow_type, from_python, from_series, to_frame, to_python, to_series

Run = Callable[[list[pa.Array]], list[pa.Array]]


def runner(program: Program, handler: Any) -> Run:
    """What runs ``handler`` on batches of arguments."""
    if program.kind == "scalar":
        vectorized = hasattr(handler, "_sf_vectorized_input")
        return _vectorized(program, handler) if vectorized else _scalar(program, handler)
    return _table(program, handler) if program.kind == "table" else _aggregate(program, handler)


def _scalar(program: Program, handler: Callable[..., Any]) -> Run:
    types = [t for _, t in program.arguments]
    assert program.returns is not None
    returns = program.returns

    def run(columns: list[pa.Array]) -> list[pa.Array]:
        count = len(columns[-1])
        given = [to_python(c, t) for c, t in zip(columns, types, strict=False)]
        if not types:
            return [from_python([handler() for _ in range(count)], returns)]
        if program.strict:
            results = [None if None in row else handler(*row) for row in zip(*given, strict=True)]
        else:
            results = [handler(*row) for row in zip(*given, strict=True)]
        return [from_python(results, returns)]

    return run


def _vectorized(program: Program, handler: Callable[..., Any]) -> Run:
    """The handler takes a DataFrame whose columns are numbered; batches are at most as large as it says."""
    types = [t for _, t in program.arguments]
    limit = getattr(handler, "_sf_max_batch_size", None)
    assert program.returns is not None
    returns = program.returns

    def run(columns: list[pa.Array]) -> list[pa.Array]:
        count = len(columns[-1])
        frame = to_frame(columns, types, count)
        if getattr(handler, "_sf_flatten", False):
            frame = _flattened(frame, handler)
        parts = [_checked(handler(f), len(f)) for f in _cut(frame, limit or count)]
        arrays = [from_series(p, returns) for p in parts]
        return [pa.concat_arrays(arrays) if arrays else pa.array([], arrow_type(returns))]

    return run


def _flattened(frame: Any, handler: Any) -> Any:
    """The objects of a frame's one column as columns: in the order that the handler's module calls its inputs,
    else in that of their keys."""
    import pandas as pd

    names = getattr(handler, "__globals__", {})
    order = [*names.get("input_cols", ()), *names.get("param_cols", ())]
    return pd.DataFrame(list(frame[0]), columns=order or None)


def _cut(frame: Any, size: int) -> Iterable[Any]:
    """A frame as frames of at most ``size`` rows; none of an empty one."""
    if len(frame) <= size:
        return [frame] if len(frame) else []
    return (frame[i : i + size].reset_index(drop=True) for i in range(0, len(frame), size))


def _checked(result: Any, count: int) -> Any:
    if len(result) != count:
        raise ValueError(f"The vectorized function returned {len(result)} rows for a batch of {count}.")
    return result


# -- table functions ------------------------------------------------------------------------------


def _table(program: Program, handler: type) -> Run:
    """A batch is a list of partitions; each is a list of argument rows. The result is, for each partition,
    a list of rows: the number of the input row (or None for end_partition's) and the output columns."""
    types = [t for _, t in program.arguments]

    def run(columns: list[pa.Array]) -> list[pa.Array]:
        partitions = columns[0]
        offsets = partitions.offsets.to_pylist()
        rows = partitions.values
        fields = [rows.field(i) for i in range(len(types))]
        if (
            _is_row_by_row(handler, offsets)
            and (bulk := _in_bulk(program, handler(), fields, types)) is not None
        ):
            return [_output(program, bulk)]
        found = [
            list(_partition(program, handler(), [f[start:end] for f in fields], end - start, types))
            for start, end in pairwise(offsets)
        ]
        return [_output(program, found)]

    return run


def _is_row_by_row(handler: type, offsets: list[int]) -> bool:
    """Whether each partition is a row, of a handler that takes frames and does nothing at a partition's end."""
    process = getattr(handler, "process", None)
    single = all(end - start == 1 for start, end in pairwise(offsets))
    return single and hasattr(process, "_sf_vectorized_input") and not hasattr(handler, "end_partition")


def _in_bulk(
    program: Program, instance: Any, fields: list[pa.Array], types: list[Any]
) -> list[list[tuple[Any, ...]]] | None:
    """One output row for each input row, made in few calls; None if they turn out not to be as many."""
    rows = list(_vectorized_partition(program, instance, fields, types))
    if len(rows) != (len(fields[0]) if fields else 0):
        return None
    return [[(0, *row[1:])] for row in rows]


def _partition(
    program: Program, instance: Any, fields: list[pa.Array], count: int, types: list[Any]
) -> Iterable[tuple[Any, ...]]:
    process: Any = getattr(instance, "process", None)
    end: Any = getattr(instance, "end_partition", None)
    if hasattr(end, "_sf_vectorized_input") or hasattr(process, "_sf_vectorized_input"):
        yield from _vectorized_partition(program, instance, fields, types)
        return
    given = [to_python(f, t) for f, t in zip(fields, types, strict=True)]
    for index in range(count):
        if process is not None:
            for row in _rows(process, *(g[index] for g in given)):
                yield (index, *_row(program, row))
    if end is not None:
        for row in _rows(end):
            yield (None, *_row(program, row))


def _rows(method: Any, *values: Any) -> Iterable[Any]:
    """What a method yields or returns; nothing for None."""
    return method(*values) or ()


def _row(program: Program, row: Any) -> tuple[Any, ...]:
    values = row if isinstance(row, tuple) else tuple(row) if isinstance(row, list) else (row,)
    if len(values) != len(program.columns):
        raise ValueError(
            f"The handler gave a row of {len(values)} values where {len(program.columns)} are declared."
        )
    return values


def _vectorized_partition(
    program: Program, instance: Any, fields: list[pa.Array], types: list[Any]
) -> Iterable[tuple[Any, ...]]:
    import pandas as pd

    names = [name for name, _ in program.arguments]
    frame = pd.DataFrame({i: to_series(f, t) for i, (f, t) in enumerate(zip(fields, types, strict=True))})
    frame.columns = pd.Index(names)
    for method in (getattr(instance, "process", None), getattr(instance, "end_partition", None)):
        if getattr(method, "_sf_flatten", False):
            frame = _flattened(frame.set_axis(range(frame.shape[1]), axis=1), method)
    process: Any = getattr(instance, "process", None)
    end: Any = getattr(instance, "end_partition", None)
    if hasattr(process, "_sf_vectorized_input"):
        size = getattr(process, "_sf_max_batch_size", None) or max(len(frame), 1)
        for first in range(0, len(frame), size):
            yield from _frames(process(frame[first : first + size].reset_index(drop=True)), first)
    if end is not None:
        yield from _frames(end(frame) if hasattr(end, "_sf_vectorized_input") else end(), None)


def _frames(result: Any, first: int | None) -> Iterable[tuple[Any, ...]]:
    """The rows of returned frames; those of ``process`` stand beside the input rows from ``first`` on."""
    import pandas as pd

    for frame in [result] if isinstance(result, (pd.DataFrame, pd.Series, tuple)) else (result or ()):
        columns = list(frame) if isinstance(frame, tuple) else [frame[c] for c in frame.columns]
        lists = [pa.array(c, from_pandas=True).to_pylist() for c in columns]
        for number, row in enumerate(zip(*lists, strict=True)):
            yield (None if first is None else first + number, *row)


def _output(program: Program, found: list[list[tuple[Any, ...]]]) -> pa.Array:
    """Rows of all partitions as a list column of structs: i, then c1, c2, …"""
    flat = [row for rows in found for row in rows]
    fields = [pa.array([row[0] for row in flat], pa.int64())]
    for number, (_, type_) in enumerate(program.columns, 1):
        fields.append(from_python([row[number] for row in flat], type_))
    names = ["i", *(f"c{n}" for n in range(1, len(program.columns) + 1))]
    offsets = [0]
    for rows in found:
        offsets.append(offsets[-1] + len(rows))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pa.StructArray.from_arrays(fields, names))


# -- aggregates -----------------------------------------------------------------------------------


def _aggregate(program: Program, handler: type) -> Run:
    """A batch is a list of groups, each a list of argument rows."""
    types = [t for _, t in program.arguments]
    assert program.returns is not None
    returns = program.returns

    def run(columns: list[pa.Array]) -> list[pa.Array]:
        groups = columns[0]
        offsets = groups.offsets.to_pylist()
        given = [to_python(groups.values.field(i), t) for i, t in enumerate(types)]
        results = []
        for start, end in pairwise(offsets):
            instance = handler()
            for index in range(start, end):
                instance.accumulate(*(g[index] for g in given))
            results.append(instance.finish())
        return [from_python(results, returns)]

    return run
