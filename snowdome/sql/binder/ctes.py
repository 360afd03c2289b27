"""WITH: common table expressions, recursive ones too."""

from __future__ import annotations

import re
from dataclasses import replace

from sqlglot import exp

from snowdome.errors import compilation_error
from snowdome.sql.binder import model_calls
from snowdome.sql.binder.core import Binder, fold
from snowdome.sql.binder.scope import Relation, Scope
from snowdome.sql.query_parser import ModelReference
from snowdome.types import MAX_TEXT, Column, DataType, engine_type, fixed, with_length

_ENGINE_NAME = re.compile(r"\bt\d+\b")


def bind_with(binder: Binder, node: exp.Expr, scope: Scope) -> str:
    """Binds the WITH clause of ``node`` into ``scope``; returns the engine's, or an empty text."""
    with_ = node.args.get("with_")
    if with_ is None:
        return ""
    parts, recursive = [], False
    for cte in with_.expressions:
        name, query = fold(cte.args["alias"].this), cte.this
        if isinstance(query, ModelReference):
            scope.models[name] = model_calls.referred(binder, query)
            continue
        names = [fold(c) for c in cte.args["alias"].args.get("columns") or ()]
        union = query.unnest()
        if isinstance(union, exp.Union) and mentions(union, name):
            recursive = True
            parts.append(_recursive(binder, name, names, union, scope))
        else:
            relation = binder.query(query, scope)
            engine = binder.fresh()
            scope.ctes[name] = Relation(engine, _renamed(relation.columns, names))
            parts.append(f"{engine} AS ({relation.sql})")
        binder.common[scope.ctes[name].sql] = parts[-1]
    if not parts:
        return ""
    return f"WITH {'RECURSIVE ' if recursive else ''}{', '.join(parts)} "


def with_common(binder: Binder, query: str) -> str:
    """Engine SQL that runs by itself: ``query`` with the common table expressions that it reads."""
    needed, texts = set[str](), [query]
    while texts:
        found = binder.common.keys() & set(_ENGINE_NAME.findall(texts.pop())) - needed
        needed |= found
        texts += [binder.common[name] for name in found]
    read = [definition for name, definition in binder.common.items() if name in needed]
    return f"WITH RECURSIVE {', '.join(read)} {query}" if read else query


def mentions(query: exp.Expr, name: str) -> bool:
    """Whether ``query`` reads ``name`` without a schema."""
    return any(
        not t.db and isinstance(t.this, exp.Identifier) and fold(t.this) == name
        for t in query.find_all(exp.Table)
    )


def _renamed(columns: tuple[Column, ...], names: list[str]) -> tuple[Column, ...]:
    if not names:
        return columns
    if len(names) != len(columns):
        raise compilation_error(
            "002061", "42601", f"Invalid number of columns in WITH: expected {len(columns)}, got {len(names)}"
        )
    return tuple(replace(c, name=n) for c, n in zip(columns, names, strict=True))


def _recursive(binder: Binder, name: str, names: list[str], query: exp.Union, scope: Scope) -> str:
    """``WITH RECURSIVE``: the first branch gives the types, widened so that the second fits."""
    first = binder.query(query.this, scope)
    engine = binder.fresh()
    columns = tuple(replace(c, type=_wide(c.type), nullable=True) for c in _renamed(first.columns, names))
    scope.ctes[name] = Relation(engine, columns)
    second = binder.query(query.expression, scope)
    if len(second.columns) != len(columns):
        raise compilation_error(
            "001789", "42601", "invalid number of result columns for set operator input branches"
        )
    word = "UNION" if query.args.get("distinct") else "UNION ALL"
    return f"{engine} AS ({_as(binder, first, columns)} {word} {_as(binder, second, columns)})"


def _wide(type_: DataType) -> DataType:
    if type_.kind == "FIXED":
        return fixed(38, type_.s)
    return with_length(type_, MAX_TEXT) if type_.kind == "TEXT" else type_


def _as(binder: Binder, relation: Relation, columns: tuple[Column, ...]) -> str:
    alias = binder.fresh()
    shown = ", ".join(
        f"CAST({alias}.c{i} AS {engine_type(c.type)}) AS c{i}" for i, c in enumerate(columns, 1)
    )
    return f"SELECT {shown} FROM ({relation.sql}) AS {alias}"
