"""Operators, CASE, CAST and predicates."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from snowdome.errors import compilation_error
from snowdome.sql import collation, datatypes
from snowdome.sql.binder.core import Binder, binds
from snowdome.sql.binder.echo import echo
from snowdome.sql.binder.scope import Scope
from snowdome.sql.casts import cast, coerces
from snowdome.sql.functions import datetime as dates
from snowdome.sql.functions import numeric
from snowdome.sql.functions.conditional import common_type, unify
from snowdome.sql.typed import Typed, invalid_arguments
from snowdome.sql.unification import cannot_convert
from snowdome.sql.variants import sortable
from snowdome.types import BOOLEAN, TEXT, VARIANT, DataType, text, timestamp

_ARITHMETIC: dict[type[exp.Expr], Callable[..., Typed]] = {
    exp.Add: numeric.add, exp.Sub: numeric.subtract, exp.Mul: numeric.multiply, exp.Div: numeric.divide,
    exp.Mod: numeric.modulo,
}  # fmt: skip
_SYMBOLS: dict[type[exp.Expr], str] = {
    exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=",
    exp.NullSafeEQ: "IS NOT DISTINCT FROM", exp.NullSafeNEQ: "IS DISTINCT FROM",
}  # fmt: skip
_DATES = frozenset({"DATE", "TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP_TZ", "TIME"})


@binds(exp.Paren)
def bind_paren(binder: Binder, node: exp.Paren, scope: Scope) -> Typed:
    return binder.expression(node.this, scope)


@binds(exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod)
def bind_arithmetic(binder: Binder, node: exp.Binary, scope: Scope) -> Typed:
    if isinstance(node.expression, exp.Interval) and isinstance(node, (exp.Add, exp.Sub)):
        return _interval(binder, node.this, node.expression, -1 if isinstance(node, exp.Sub) else 1, scope)
    if isinstance(node.this, exp.Interval) and isinstance(node, exp.Add):
        return _interval(binder, node.expression, node.this, 1, scope)
    left, right = binder.expression(node.this, scope), binder.expression(node.expression, scope)
    if left.type.kind in _DATES or right.type.kind in _DATES:
        return _date_arithmetic(binder, node, left, right)
    return _ARITHMETIC[type(node)](_numeric(left, binder, node), _numeric(right, binder, node), binder)


def _numeric(value: Typed, binder: Binder, node: exp.Expr) -> Typed:
    if value.type.kind in ("BOOLEAN", "BINARY", "ARRAY", "OBJECT"):
        raise invalid_arguments(_OPERATOR_NAMES.get(type(node), "+"), [value.type])
    return value


_OPERATOR_NAMES: dict[type[exp.Expr], str] = {
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
    exp.Mod: "%",
}


def _interval(binder: Binder, value: exp.Expr, interval: exp.Interval, sign: int, scope: Scope) -> Typed:
    bound = binder.expression(value, scope)
    if bound.type.kind == "TEXT":
        bound = cast(bound, timestamp(), binder)
    unit = interval.args.get("unit")
    written = f"{interval.name} {unit.name}" if unit is not None else interval.name
    return dates.add_interval(bound, dates.parse_interval(written), sign, binder)


def _date_arithmetic(binder: Binder, node: exp.Binary, left: Typed, right: Typed) -> Typed:
    if isinstance(node, exp.Sub) and left.type.kind == right.type.kind == "DATE":
        return dates.days_between(left, right)
    if isinstance(node, exp.Add) and right.type.kind == "DATE" and left.type.kind not in _DATES:
        left, right = right, left
    if left.type.kind == "DATE" and right.type.kind not in _DATES and isinstance(node, (exp.Add, exp.Sub)):
        days = right if isinstance(node, exp.Add) else numeric.negate(right, binder)
        return dates.add_days(left, days)
    raise invalid_arguments(_OPERATOR_NAMES[type(node)], [left.type, right.type])


@binds(exp.Neg)
def bind_negation(binder: Binder, node: exp.Neg, scope: Scope) -> Typed:
    return numeric.negate(binder.expression(node.this, scope), binder)


@binds(exp.DPipe)
def bind_concatenation(binder: Binder, node: exp.DPipe, scope: Scope) -> Typed:
    left, right = binder.expression(node.this, scope), binder.expression(node.expression, scope)
    if left.type.kind == right.type.kind == "BINARY":
        return Typed(f"({left.sql} || {right.sql})", left.type, left.nullable or right.nullable)
    if {left.type.kind, right.type.kind} & {"BINARY", "OBJECT", "ARRAY", "MAP"}:
        raise invalid_arguments("||", [left.type, right.type])
    left, right = cast_text(left, binder), cast_text(right, binder)
    length = (left.type.length or 0) + (right.type.length or 0)
    return Typed(f"({left.sql} || {right.sql})", text(min(length, 16777216)), left.nullable or right.nullable)


def cast_text(value: Typed, binder: Binder) -> Typed:
    """``value`` as VARCHAR; one that is VARCHAR keeps its length."""
    return value if value.type.kind == "TEXT" else cast(value, TEXT, binder)


# -- logic ----------------------------------------------------------------------------------------


def as_boolean(value: Typed, binder: Binder) -> Typed:
    """``value`` as an operand of AND, OR or NOT; 001038 where it cannot be one."""
    if value.type.kind == "BOOLEAN":
        return value
    if not coerces(value.type, BOOLEAN):
        raise cannot_convert(value.type, BOOLEAN)
    return cast(value, BOOLEAN, binder)


def predicate(binder: Binder, node: exp.Expr, scope: Scope) -> Typed:
    """The condition of WHERE, ON, HAVING or QUALIFY, which has to be BOOLEAN as it is: 002016."""
    value = binder.expression(node, scope)
    if value.type.kind not in ("BOOLEAN", "NULL"):
        text_ = f"Invalid data type [{value.type}] for predicate [{echo(node, scope)}]"
        raise compilation_error("002016", "22000", text_)
    return as_boolean(value, binder)


def _when(binder: Binder, node: exp.Expr, value: Typed, scope: Scope) -> str:
    """The condition of CASE WHEN, which has to be BOOLEAN as it is: 001038."""
    if value.type.kind not in ("BOOLEAN", "NULL"):
        raise cannot_convert(value.type, BOOLEAN, echo(node, scope))
    return as_boolean(value, binder).sql


@binds(exp.And, exp.Or)
def bind_connector(binder: Binder, node: exp.Connector, scope: Scope) -> Typed:
    word = "AND" if isinstance(node, exp.And) else "OR"
    parts = [as_boolean(binder.expression(p, scope), binder) for p in node.flatten()]
    return Typed("(" + f" {word} ".join(p.sql for p in parts) + ")", BOOLEAN, any(p.nullable for p in parts))


@binds(exp.Not)
def bind_not(binder: Binder, node: exp.Not, scope: Scope) -> Typed:
    value = as_boolean(binder.expression(node.this, scope), binder)
    return Typed(f"(NOT {value.sql})", BOOLEAN, value.nullable)


@binds(*_SYMBOLS)
def bind_comparison(binder: Binder, node: exp.Binary, scope: Scope) -> Typed:
    if isinstance(node.expression, (exp.Any, exp.All)):
        return _quantified(binder, node, scope)
    if isinstance(node.this, exp.Tuple) and isinstance(node.expression, exp.Tuple):
        return _compare_tuples(binder, node, scope)
    left, right = binder.expression(node.this, scope), binder.expression(node.expression, scope)
    sql = compare(_SYMBOLS[type(node)], left, right, binder)
    null_safe = isinstance(node, (exp.NullSafeEQ, exp.NullSafeNEQ))
    return Typed(sql, BOOLEAN, not null_safe and (left.nullable or right.nullable))


def _compare_tuples(binder: Binder, node: exp.Binary, scope: Scope) -> Typed:
    pairs = zip(node.this.expressions, node.expression.expressions, strict=True)
    parts = [type(node)(this=a.copy(), expression=b.copy()) for a, b in pairs]
    return binder.expression(exp.and_(*parts) if isinstance(node, exp.EQ) else exp.or_(*parts), scope)


def compare(symbol: str, left: Typed, right: Typed, binder: Binder) -> str:
    """Engine SQL of a comparison, after Snowflake's coercions."""
    left, right = comparands(left, right, binder)
    specification = left.type.collation or right.type.collation
    if specification and left.type.kind == right.type.kind == "TEXT":
        return _compare_collated(symbol, left, right, specification)
    return f"({order_key(left)} {symbol} {order_key(right)})"


def _compare_collated(symbol: str, left: Typed, right: Typed, specification: str) -> str:
    if symbol in ("=", "<>", "IS DISTINCT FROM", "IS NOT DISTINCT FROM"):
        key = collation.parse(specification).key
        return f"({key(left.sql)} {symbol} {key(right.sql)})"
    keys = [collation.sort_key(v.sql, specification) for v in (left, right)]
    return f"({keys[0]} {symbol} {keys[1]})"


def comparands(left: Typed, right: Typed, binder: Binder) -> tuple[Typed, Typed]:
    """Both sides as one comparable type."""
    a, b = left.type.kind, right.type.kind
    if a == b or "NULL" in (a, b) or (left.type.is_numeric and right.type.is_numeric):
        return left, right
    target = _comparison_type(left.type, right.type)
    return cast(left, target, binder), cast(right, target, binder)


def _comparison_type(left: DataType, right: DataType) -> DataType:
    """TEXT and VARIANT give way to the other side; otherwise the common type."""
    for this, other in ((left, right), (right, left)):
        if this.kind == "VARIANT" and other.kind in ("OBJECT", "ARRAY"):
            return VARIANT
        if this.kind == "VARIANT" and other.kind == "FIXED":
            return DataType("REAL") if other.s else DataType("FIXED", 38, 9)
        if this.kind in ("TEXT", "VARIANT"):
            if other.kind == "FIXED":
                return DataType("FIXED", 38, max(other.s, 5))
            return TEXT if other.kind == "TEXT" else other
    return common_type([left, right])


def order_key(value: Typed) -> str:
    """What the engine compares and sorts by for ``value``."""
    if value.type.kind == "TIMESTAMP_TZ":
        return f"({value.sql}).t"
    if value.type.collation:
        return collation.sort_key(value.sql, value.type.collation)
    return sortable(value.sql) if value.type.is_semi_structured else value.sql


def _quantified(binder: Binder, node: exp.Binary, scope: Scope) -> Typed:
    """``x = ANY (SELECT …)``."""
    quantifier = node.expression
    query = quantifier.this.this if isinstance(quantifier.this, exp.Subquery) else quantifier.this
    left = binder.expression(node.this, scope)
    relation = binder.query(query, scope)
    alias = binder.fresh()
    left, right = comparands(left, Typed(f"{alias}.c1", relation.columns[0].type), binder)
    word = "ANY" if isinstance(quantifier, exp.Any) else "ALL"
    inner = f"SELECT {order_key(right)} FROM ({relation.sql}) AS {alias}"
    return Typed(f"({order_key(left)} {_SYMBOLS[type(node)]} {word} ({inner}))", BOOLEAN)


@binds(exp.Is)
def bind_is(binder: Binder, node: exp.Is, scope: Scope) -> Typed:
    value = binder.expression(node.this, scope)
    if isinstance(node.expression, exp.Null):
        return Typed(f"({value.sql} IS NULL)", BOOLEAN, False)
    truth = "TRUE" if node.expression.this else "FALSE"
    return Typed(f"({as_boolean(value, binder).sql} IS NOT DISTINCT FROM {truth})", BOOLEAN, False)


@binds(exp.Between)
def bind_between(binder: Binder, node: exp.Between, scope: Scope) -> Typed:
    value = binder.expression(node.this, scope)
    low, high = (binder.expression(node.args[k], scope) for k in ("low", "high"))
    sql = f"({compare('>=', value, low, binder)} AND {compare('<=', value, high, binder)})"
    return Typed(sql, BOOLEAN, any(t.nullable for t in (value, low, high)))


@binds(exp.In)
def bind_in(binder: Binder, node: exp.In, scope: Scope) -> Typed:
    if node.args.get("query") is not None:
        return _in_query(binder, node, scope)
    options = node.expressions
    if isinstance(node.this, exp.Tuple):
        matches: list[exp.Expr] = [exp.EQ(this=node.this.copy(), expression=o.copy()) for o in options]
        return binder.expression(exp.or_(*matches), scope)
    value = binder.expression(node.this, scope)
    parts = [compare("=", value, binder.expression(o, scope), binder) for o in options]
    return Typed("(" + " OR ".join(parts) + ")", BOOLEAN)


def _in_query(binder: Binder, node: exp.In, scope: Scope) -> Typed:
    query = node.args["query"]
    relation = binder.query(query.this if isinstance(query, exp.Subquery) else query, scope)
    left = node.this.expressions if isinstance(node.this, exp.Tuple) else [node.this]
    alias = binder.fresh()
    keys, columns = [], []
    for i, (part, column) in enumerate(zip(left, relation.columns, strict=True), 1):
        mine, theirs = comparands(binder.expression(part, scope), Typed(f"{alias}.c{i}", column.type), binder)
        keys.append(order_key(mine))
        columns.append(order_key(theirs))
    shown = keys[0] if len(keys) == 1 else "(" + ", ".join(keys) + ")"
    inner = f"SELECT {', '.join(columns)} FROM ({relation.sql}) AS {alias}"
    if len(keys) > 1:
        inner = f"SELECT ({', '.join(columns)}) FROM ({relation.sql}) AS {alias}"
    return Typed(f"({shown} IN ({inner}))", BOOLEAN)


# -- subqueries, CASE, CAST -----------------------------------------------------------------------


@binds(exp.Subquery)
def bind_scalar_subquery(binder: Binder, node: exp.Subquery, scope: Scope) -> Typed:
    return bind_scalar_query(binder, node.this, scope)


@binds(exp.Select, exp.Union, exp.Except, exp.Intersect)
def bind_scalar_query(binder: Binder, node: exp.Expr, scope: Scope) -> Typed:
    relation = binder.query(node, scope)
    if len(relation.columns) != 1:
        raise compilation_error(
            "002070", "42601", "Subquery in this position must return exactly one column."
        )
    return Typed(f"({relation.sql})", relation.columns[0].type)


@binds(exp.Exists)
def bind_exists(binder: Binder, node: exp.Exists, scope: Scope) -> Typed:
    query = node.this.this if isinstance(node.this, exp.Subquery) else node.this
    return Typed(f"(EXISTS ({binder.query(query, scope).sql}))", BOOLEAN, False)


@binds(exp.Case)
def bind_case(binder: Binder, node: exp.Case, scope: Scope) -> Typed:
    subject = binder.expression(node.this, scope) if node.this else None
    conditions, values = [], []
    for branch in node.args["ifs"]:
        when = binder.expression(branch.this, scope)
        conditions.append(
            compare("=", subject, when, binder) if subject else _when(binder, branch.this, when, scope)
        )
        values.append(binder.expression(branch.args["true"], scope))
    default = node.args.get("default")
    other = binder.expression(default, scope) if default is not None else None
    return case(conditions, values, other, binder)


def case(conditions: list[str], values: list[Typed], other: Typed | None, binder: Binder) -> Typed:
    """CASE WHEN over bound parts, with Snowflake's common type."""
    every = unify([*values, *([other] if other else [])], binder)
    parts = [f"WHEN {c} THEN {v.sql}" for c, v in zip(conditions, every, strict=False)]
    last = f" ELSE {every[-1].sql}" if other else ""
    nullable = other is None or any(v.nullable for v in every)
    return Typed(f"(CASE {' '.join(parts)}{last} END)", every[0].type, nullable)


@binds(exp.Cast)
def bind_cast(binder: Binder, node: exp.Cast, scope: Scope) -> Typed:
    return cast(binder.expression(node.this, scope), datatypes.from_node(node.args["to"]), binder)


@binds(exp.TryCast)
def bind_try_cast(binder: Binder, node: exp.TryCast, scope: Scope) -> Typed:
    value = binder.expression(node.this, scope)
    target = datatypes.from_node(node.args["to"])
    if value.type.kind not in ("TEXT", "NULL"):
        shown = f"TRY_CAST({value.type} AS {target})"
        raise compilation_error("001065", "22023", f"invalid type [{shown}] for parameter 'TRY_CAST'")
    return cast(value, target, binder, safe=True)


# -- LIKE and regular expressions -----------------------------------------------------------------


@binds(exp.Like, exp.ILike, exp.Escape)
def bind_like(binder: Binder, node: exp.Expr, scope: Scope) -> Typed:
    escape: exp.Expr | None = None
    if isinstance(node, exp.Escape):
        node, escape = node.this, node.expression
    patterns = node.expression
    if isinstance(patterns, (exp.Any, exp.All)):
        inner = (
            patterns.this.expressions if isinstance(patterns.this, exp.Tuple) else [patterns.this.unnest()]
        )
        word = " OR " if isinstance(patterns, exp.Any) else " AND "
        parts = [_like(binder, node, p, escape, scope) for p in inner]
        return Typed("(" + word.join(p.sql for p in parts) + ")", BOOLEAN)
    return _like(binder, node, patterns, escape, scope)


def _like(binder: Binder, node: exp.Expr, pattern: exp.Expr, escape: exp.Expr | None, scope: Scope) -> Typed:
    value = cast_text(binder.expression(node.this, scope), binder)
    wanted = cast_text(binder.expression(pattern, scope), binder)
    word = "LIKE" if isinstance(node, exp.Like) else "ILIKE"
    tail = f" ESCAPE {binder.expression(escape, scope).sql}" if escape is not None else ""
    return Typed(f"({value.sql} {word} {wanted.sql}{tail})", BOOLEAN, value.nullable or wanted.nullable)


@binds(exp.RegexpLike)
def bind_rlike(binder: Binder, node: exp.RegexpLike, scope: Scope) -> Typed:
    call = exp.Anonymous(this="REGEXP_LIKE", expressions=[node.this.copy(), node.expression.copy()])
    return binder.expression(call, scope)


@binds(exp.Collate)
def bind_collate(binder: Binder, node: exp.Collate, scope: Scope) -> Typed:
    call = exp.Anonymous(this="COLLATE", expressions=[node.this.copy(), node.expression.copy()])
    return binder.expression(call, scope)


@binds(exp.Array)
def bind_array(binder: Binder, node: exp.Array, scope: Scope) -> Typed:
    call = exp.Anonymous(this="ARRAY_CONSTRUCT", expressions=[e.copy() for e in node.expressions])
    return binder.expression(call, scope)


@binds(exp.Struct)
def bind_object(binder: Binder, node: exp.Struct, scope: Scope) -> Typed:
    """``{'key': value}`` and ``{*}``."""
    arguments: list[exp.Expr] = []
    for part in node.expressions:
        if isinstance(part, exp.PropertyEQ):
            arguments += [exp.Literal.string(part.this.name), part.expression.copy()]
        else:
            arguments.append(part.copy())
    return binder.expression(exp.Anonymous(this="OBJECT_CONSTRUCT", expressions=arguments), scope)
