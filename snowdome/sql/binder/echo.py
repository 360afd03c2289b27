"""An expression as Snowflake's messages show it: from its plan, not from its source text.

Names stand in upper case, columns behind the name of their FROM item, sort keys with their direction;
window frames and the treatment of NULLs are left out.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from snowdome.catalog.names import quote
from snowdome.sql import datatypes
from snowdome.sql.binder.core import fold
from snowdome.sql.binder.scope import Scope

_Rule = Callable[[exp.Expr, Scope], str]
_INFIX: dict[type[exp.Expr], str] = {
    exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.Mod: "%", exp.DPipe: "||", exp.EQ: "=",
    exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=", exp.And: "AND", exp.Or: "OR",
}  # fmt: skip


def echo(node: exp.Expr, scope: Scope) -> str:
    """``node`` as a message shows it."""
    if (known := node.meta.get("echo")) is not None:
        return str(known)
    rule = _RULES.get(type(node))
    if rule is not None:
        return rule(node, scope)
    if type(node) in _INFIX:
        left, right = (_operand(node.args[side], scope) for side in ("this", "expression"))
        return f"{left} {_INFIX[type(node)]} {right}"
    return node.sql(dialect="snowflake")


def qualified(qualifier: tuple[str, ...], name: str, scope: Scope) -> str:
    """A column behind its FROM item's name; a select alias or a name without a source stands alone."""
    for source in scope.frm.sources:
        known = any(c.name == name for c in source.columns)
        if known and source.names and (not qualifier or source.answers_to(qualifier)):
            return f"{quote(source.names[-1])}.{quote(name)}"
    return ".".join(quote(p) for p in (*qualifier, name))


def _operand(node: exp.Expr, scope: Scope) -> str:
    inner = node.unnest()
    shown = echo(inner, scope)
    return f"({shown})" if type(inner) in _INFIX else shown


def _column(node: exp.Expr, scope: Scope) -> str:
    assert isinstance(node, exp.Column)
    if not isinstance(node.this, exp.Identifier):
        return node.sql(dialect="snowflake").upper()
    return qualified(tuple(fold(p) for p in node.parts[:-1]), fold(node.this), scope)


def _call(node: exp.Expr, scope: Scope) -> str:
    arguments = list(node.expressions)
    distinct = arguments[0] if arguments and isinstance(arguments[0], exp.Distinct) else None
    if distinct is not None:
        arguments = [*distinct.expressions, *arguments[1:]]
    shown = ", ".join(echo(a, scope) for a in arguments)
    return f"{node.name.upper()}({'DISTINCT ' if distinct is not None else ''}{shown})"


def _window(node: exp.Expr, scope: Scope) -> str:
    parts = []
    partition = node.args.get("partition_by")
    if partition:
        parts.append("PARTITION BY " + ", ".join(echo(p.unnest(), scope) for p in partition))
    order = node.args.get("order")
    if order is not None:
        parts.append("ORDER BY " + ", ".join(_sort_key(k, scope) for k in order.expressions))
    return f"{echo(node.this, scope)} OVER ({' '.join(parts)})"


def _sort_key(node: exp.Expr, scope: Scope) -> str:
    descending = bool(node.args.get("desc"))
    placed = node.args.get("nulls_first")
    first = descending if placed is None else bool(placed)
    return f"{echo(node.this, scope)} {'DESC' if descending else 'ASC'} NULLS {'FIRST' if first else 'LAST'}"


def _cast(node: exp.Expr, scope: Scope) -> str:
    word = "TRY_CAST" if isinstance(node, exp.TryCast) else "CAST"
    return f"{word}({echo(node.this, scope)} AS {datatypes.from_node(node.args['to'])})"


def _bracket(node: exp.Expr, scope: Scope) -> str:
    return f"GET({echo(node.this, scope)}, {', '.join(echo(e, scope) for e in node.expressions)})"


def _path(node: exp.Expr, scope: Scope) -> str:
    shown = echo(node.this, scope)
    for part in node.expression.expressions[1:]:
        key = str(part.this)
        shown = f"GET({shown}, {key if isinstance(part.this, int) else exp.Literal.string(key).sql()})"
    return shown


_RULES: dict[type[exp.Expr], _Rule] = {
    exp.Column: _column,
    exp.Anonymous: _call,
    exp.Window: _window,
    exp.Cast: _cast,
    exp.TryCast: _cast,
    exp.Bracket: _bracket,
    exp.JSONExtract: _path,
    exp.Paren: lambda node, scope: echo(node.this, scope),
    exp.IgnoreNulls: lambda node, scope: echo(node.this, scope),
    exp.RespectNulls: lambda node, scope: echo(node.this, scope),
    exp.Neg: lambda node, scope: f"NEGATE({echo(node.this, scope)})",
    exp.Not: lambda node, scope: f"NOT({echo(node.this, scope)})",
}
