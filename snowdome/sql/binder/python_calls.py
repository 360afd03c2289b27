"""Calls of Python functions: the engine hands their arguments to a worker."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from snowdome.catalog.model import Function, Routine
from snowdome.catalog.names import literal
from snowdome.engine.versions import VECTORISED
from snowdome.sql.binder.core import Binder
from snowdome.sql.binder.operators import order_key
from snowdome.sql.binder.ordering import window_order
from snowdome.sql.binder.scope import BoundColumn, From, Scope, Source
from snowdome.sql.casts import cast
from snowdome.sql.typed import Typed
from snowdome.types import NTZ, Column, DataType, engine_type


def scalar(binder: Binder, function: Function, arguments: list[Typed], constant: bool) -> Typed:
    """A call of a scalar Python function; ``constant`` if no argument depends on the row."""
    return asked(binder, _engine(binder, function, constant and function.volatile), function, arguments)


def asked(binder: Binder, engine: str, function: Function, arguments: list[Typed]) -> Typed:
    """A call of the engine function ``engine``, which answers for the scalar ``function``."""
    given = ", ".join([_token(binder), *sent(binder, function, arguments)])
    return _received(binder, f"{engine}({given})", function)


def aggregate(
    binder: Binder, function: Function, arguments: list[Typed], distinct: str, condition: str
) -> Typed:
    """A call of a Python aggregate: each group's rows go to the handler as a list."""
    assert function.returns is not None
    rows = f"coalesce(list({distinct}{_struct(binder, function, arguments)}){condition}, [])"
    return _received(binder, f"{_engine(binder, function)}({_token(binder)}, {rows})", function)


def _engine(binder: Binder, function: Function, volatile: bool = False) -> str:
    return binder.context.services.python.engine_name(function, volatile)


def _token(binder: Binder) -> str:
    binder.volatile()
    return literal(binder.context.services.python.token())


def sent(binder: Binder, function: Routine, arguments: list[Typed]) -> list[str]:
    """The arguments as the engine function takes them."""
    pairs = zip(function.arguments, arguments, strict=True)
    return [_wired(cast(value, wanted.type, binder), binder) for wanted, value in pairs]


def _wired(value: Typed, binder: Binder) -> str:
    """A value as handlers get it: JSON as text, an instant as the session's wall clock."""
    if value.type.kind == "TIMESTAMP_LTZ":
        return cast(value, NTZ, binder).sql
    return f"CAST({value.sql} AS VARCHAR)" if value.type.is_semi_structured else value.sql


def _received(binder: Binder, sql: str, function: Function) -> Typed:
    assert function.returns is not None
    return Typed(unwired(sql, function.returns, binder), function.returns)


def unwired(sql: str, type_: DataType, binder: Binder) -> str:
    """What a handler gave, in the engine layout."""
    if type_.kind == "TIMESTAMP_LTZ":
        return cast(Typed(sql, NTZ), type_, binder).sql
    if not VECTORISED and engine_type(type_) in ("VARCHAR", "JSON"):
        sql = f"({sql} || '')"  # a copy: see VECTORISED
    return f"CAST({sql} AS JSON)" if type_.is_semi_structured else sql


def _struct(binder: Binder, function: Function, arguments: list[Typed]) -> str:
    fields = [f"a{i} := {sql}" for i, sql in enumerate(sent(binder, function, arguments))]
    return f"struct_pack({', '.join(fields) or 'a0 := 0'})"


# -- table functions ------------------------------------------------------------------------------


def outputs(binder: Binder, function: Function) -> list[tuple[Column, str]]:
    """The columns of a table function over its result struct ``{r}``."""
    found = []
    for i, (name, type_) in enumerate(function.columns, 1):
        found.append((Column(name, type_), unwired(f"{{r}}.c{i}", type_, binder)))
    return found


def row_list(binder: Binder, function: Function, arguments: list[Typed]) -> str:
    """The rows that the function makes of one row of arguments, as an engine list."""
    rows = f"[{_struct(binder, function, arguments)}]"
    return f"{_engine(binder, function)}({_token(binder)}, {rows})"


def partitioned(
    binder: Binder, function: Function, arguments: list[Typed], window: exp.Window, left: From, scope: Scope
) -> tuple[str, list[Source], list[BoundColumn]]:
    """``TABLE(f(…) OVER (PARTITION BY … ORDER BY …))`` beside ``left``: its SQL, the columns of ``left`` and
    those of the function. A row that ``process`` made stands beside its input row; one of
    ``end_partition`` beside the partition's keys only."""
    engine = binder.fresh()
    keys = [binder.expression(k, scope) for k in window.args.get("partition_by") or ()]
    order = window_order(binder, window, scope)
    shown: list[str] = []
    moved = []
    for source in left.sources:
        columns = []
        for column in source.columns:
            number = len(shown) + 1
            shown.append(f"k{number} := {column.sql}")
            key = next((i for i, k in enumerate(keys) if k.sql == column.sql), None)
            sql = f"{engine}.l[{engine}.r.i + 1].k{number}" if key is None else f"{engine}.p{key}"
            columns.append(replace(column, sql=sql, nullable=True))
        moved.append(Source(source.names, columns))
    kept = f"struct_pack({', '.join(shown) or 'k1 := 0'})"
    groups = ", ".join(f"{order_key(k)} AS p{i}" for i, k in enumerate(keys))
    rows = (
        f"{_engine(binder, function)}({_token(binder)}, list({_struct(binder, function, arguments)}{order}))"
    )
    head = f"{groups}, " if groups else ""
    tail = f" GROUP BY {', '.join(order_key(k) for k in keys)}" if keys else " HAVING count(*) > 0"
    inner = f"SELECT {head}list({kept}{order}) AS l, {rows} AS rs FROM {left.sql}{tail}"
    names = "".join(f"p{i}, " for i in range(len(keys)))
    sql = f"(SELECT {names}l, unnest(rs) AS r FROM ({inner})) AS {engine}"
    bound = [
        BoundColumn(c.name, c.type, True, text.format(r=f"{engine}.r"))
        for c, text in outputs(binder, function)
    ]
    return sql, moved, bound
