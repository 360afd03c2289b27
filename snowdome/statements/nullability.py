"""Which columns of a view are reported NOT NULL: those that its query takes from a table by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlglot import exp

from snowdome.sql.query_parser import parse_tree
from snowdome.types import Column


def reported(query: str, columns: Sequence[Column]) -> list[Column]:
    """``columns`` of ``query``, those nullable that come of an expression, a literal or a set operation."""
    named = _named(parse_tree(query), len(columns))
    return [replace(c, nullable=c.nullable or not by_name) for c, by_name in zip(columns, named, strict=True)]


def _named(tree: exp.Expr, count: int) -> list[bool]:
    """For each of the ``count`` columns of ``tree`` whether it is a name or part of a ``*``."""
    while isinstance(tree, exp.Subquery):
        tree = tree.this
    if not isinstance(tree, exp.Select):
        return [False] * count
    items = tree.expressions
    stars = [i for i, item in enumerate(items) if item.is_star]
    if not stars:
        return [_is_name(item) for item in items]
    front = [_is_name(item) for item in items[: stars[0]]]
    back = [_is_name(item) for item in items[stars[-1] + 1 :]]
    return front + [True] * (count - len(front) - len(back)) + back


def _is_name(item: exp.Expr) -> bool:
    while isinstance(item, (exp.Alias, exp.Paren)):
        item = item.this
    return isinstance(item, exp.Column)
