"""ASOF JOIN: what MATCH_CONDITION and ON may be, and the engine's conditions for them."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from snowdome.errors import SnowflakeError, compilation_error
from snowdome.sql.binder.core import Binder, fold
from snowdome.sql.binder.echo import echo
from snowdome.sql.binder.operators import comparands, order_key, predicate
from snowdome.sql.binder.scope import From, Scope
from snowdome.sql.typed import Typed

_SYMBOLS: dict[type[exp.Expr], str] = {exp.GT: ">", exp.GTE: ">=", exp.LT: "<", exp.LTE: "<="}
_OPERATORS = (
    "Only comparison operators '>=', '>', '<=' and '<' are allowed. "
    "Keywords such as AND and OR are not allowed."
)
_SIDES = (
    "The left side allows only column references from the left side table, and the right side allows only column "
    "references from the right side table."
)
_TYPES = "The left and right side expressions must be numeric or timestamp expressions."
_ON = (
    "ON clause for ASOF JOIN must contain conjunctions of equality conditions only. Disjunctions are not allowed. "
    "Each side of an equality condition must only refer to either the left table or the right table."
)


def conditions(binder: Binder, join: exp.Join, left: From, right: From, scope: Scope) -> list[str]:
    """Engine SQL of what must hold: ON's equalities, and the comparison of MATCH_CONDITION, which is last;
    ``scope`` has the columns of both sides."""
    found = []
    if join.args.get("on") is not None:
        inner = replace(scope, clause="on")
        found.append(predicate(binder, join.args["on"], inner).sql)
        _check_on(join.args["on"], left, right, scope)
    match = join.args.get("match_condition")
    if match is None:
        raise compilation_error("001003", "42000", "ASOF JOIN needs a MATCH_CONDITION.")
    return [*found, _matched(binder, match.unnest(), left, right, scope)]


def _matched(binder: Binder, match: exp.Expr, left: From, right: From, scope: Scope) -> str:
    if type(match) not in _SYMBOLS:
        binder.expression(match, scope)  # a name that is not there is told first
        raise _invalid("010001", _OPERATORS)
    operands = [binder.expression(match.args[side], scope) for side in ("this", "expression")]
    pairs = ((match.this, left, right), (match.expression, right, left))
    if not all(_is_of(node, mine, other) for node, mine, other in pairs):
        raise _invalid("010002", _SIDES)
    a, b = comparands(operands[0], operands[1], binder)
    if not (_has_order(a) and _has_order(b)):
        raise _invalid("010003", _TYPES)
    return f"{order_key(a)} {_SYMBOLS[type(match)]} {order_key(b)}"


def _has_order(value: Typed) -> bool:
    return value.type.is_numeric or value.type.is_timestamp or value.type.kind in ("DATE", "TIME", "NULL")


def _invalid(code: str, why: str) -> SnowflakeError:
    return compilation_error(code, "42601", f"MATCH_CONDITION clause is invalid: {why}")


def _is_of(node: exp.Expr, mine: From, other: From) -> bool:
    """Whether ``node`` names columns of ``mine``, at least one, and none of ``other`` or of a query around."""
    columns = list(node.find_all(exp.Column))
    return bool(columns) and all(_names(c, mine) and not _names(c, other) for c in columns)


def _names(column: exp.Column, frm: From) -> bool:
    return bool(frm.find(tuple(fold(p) for p in column.parts[:-1]), fold(column.this)))


def _check_on(node: exp.Expr, left: From, right: From, scope: Scope) -> None:
    inner = node.unnest()
    if isinstance(inner, exp.And):
        for side in (inner.this, inner.expression):
            _check_on(side, left, right, scope)
    elif not isinstance(inner, exp.EQ) or any(
        _mixes(side, left, right) for side in (inner.this, inner.expression)
    ):
        raise compilation_error("010010", "42601", f"{_ON} {echo(inner, scope)} is invalid.")


def _mixes(node: exp.Expr, left: From, right: From) -> bool:
    columns = list(node.find_all(exp.Column))
    return any(_names(c, left) for c in columns) and any(_names(c, right) for c in columns)
