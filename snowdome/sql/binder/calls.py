"""Function calls: built-in ones through the registry, the user's by name, windows around both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlglot import exp

from snowdome.errors import SnowflakeError, compilation_error, located_error, not_supported
from snowdome.sql import datatypes
from snowdome.sql.binder import user_functions
from snowdome.sql.binder.core import Binder, binds, fold, function_name, position, ready
from snowdome.sql.binder.echo import echo, qualified
from snowdome.sql.binder.literals import string
from snowdome.sql.binder.operators import order_key
from snowdome.sql.binder.ordering import order_by
from snowdome.sql.binder.row_numbers import settled
from snowdome.sql.binder.scope import Scope
from snowdome.sql.casts import coerce_word
from snowdome.sql.functions.generation import SEQUENCES
from snowdome.sql.functions.registry import FUNCTIONS, Function
from snowdome.sql.typed import Call, LambdaArgument, Typed, invalid_arguments
from snowdome.types import DataType

# Functions whose arguments are not values: name -> rule.
SPECIAL: dict[str, Callable[[Binder, exp.Anonymous, Scope], Typed]] = {}


@dataclass(frozen=True)
class Decoration:
    """What stands around a call: WITHIN GROUP, OVER, IGNORE NULLS; ``filter`` is the engine's FILTER, for
    PIVOT."""

    window: exp.Window | None = None
    order: exp.Order | None = None
    filter: str = ""
    ignore_nulls: bool = False
    from_last: bool = False


@binds(exp.Anonymous)
def bind_call(binder: Binder, node: exp.Anonymous, scope: Scope) -> Typed:
    return call(binder, node, scope, Decoration())


def call(binder: Binder, node: exp.Anonymous, scope: Scope, decoration: Decoration) -> Typed:
    """Bind a call with what stands around it."""
    name = function_name(node)
    function = FUNCTIONS.get(name)
    if (special := SPECIAL.get(name)) is not None:
        return special(binder, node, scope)
    if function is None and user_functions.is_aggregate(binder, (name,)):
        return _user_aggregate(binder, (name,), node, scope, decoration)
    if function is None:
        return user_functions.scalar_call(binder, (name,), node, scope)
    if function.kind == "window" and decoration.window is None:
        raise compilation_error("002303", "42601", f"Window function type [{name}] requires OVER clause")
    if function.kind == "scalar":
        return _lower(binder, function, node, scope, decoration, "")
    return _aggregate(binder, function, node, scope, decoration)


def _aggregate(
    binder: Binder, function: Function, node: exp.Anonymous, scope: Scope, decoration: Decoration
) -> Typed:
    if decoration.window is not None:
        if not scope.windows_allowed:
            raise _misplaced_window(decoration.window, scope)
        over = _over(binder, function, decoration.window, scope)
        return _lower(binder, function, node, replace(scope, windows_allowed=False), decoration, over)
    if not scope.aggregates_allowed:
        raise _misplaced_aggregate(node, scope)
    mark = len(scope.grouping.strays) if scope.grouping is not None else 0
    typed = _lower(binder, function, node, scope.inside_aggregate(), decoration, decoration.filter)
    if scope.grouping is not None:
        del scope.grouping.strays[mark:]
    return settled(binder, typed, scope.grouping)


def _user_aggregate(
    binder: Binder, name: tuple[str, ...], node: exp.Anonymous, scope: Scope, decoration: Decoration
) -> Typed:
    """A call of the user's aggregate function, which may not have OVER."""
    if decoration.window is not None:
        text = f"Unsupported feature 'user-defined aggregate function {name[-1]} with OVER'."
        raise SnowflakeError("000002", "0A000", text)
    if not scope.aggregates_allowed:
        raise _misplaced_aggregate(node, scope)
    mark = len(scope.grouping.strays) if scope.grouping is not None else 0
    typed = user_functions.aggregate_call(binder, name, node, scope.inside_aggregate(), decoration.filter)
    if scope.grouping is not None:
        del scope.grouping.strays[mark:]
    return typed


def _misplaced_aggregate(node: exp.Anonymous, scope: Scope) -> SnowflakeError:
    shown = f"[{echo(node, scope)}]"
    if scope.clause == "group by":
        return compilation_error("000979", "42601", f"{shown} is not a valid group by expression")
    if scope.clause == "aggregate":
        outer = node.find_ancestor(exp.Anonymous)
        nested = f"{shown} nested in [{echo(outer, scope)}]" if outer is not None else shown
        return compilation_error("002036", "42601", f"Aggregate functions cannot be nested: {nested}")
    if scope.clause == "set":
        return compilation_error(
            "000979", "42601", "[PSEUDOCOLUMN(VOL_ID)] is not a valid group by expression"
        )
    text = f"Invalid aggregate function in {scope.clause} clause {shown}"
    return compilation_error("002035", "42601", text)


def _misplaced_window(window: exp.Window, scope: Scope) -> SnowflakeError:
    shown = f"[{echo(window, scope)}]"
    if scope.clause == "having" and scope.grouping is not None and scope.grouping.written:
        return compilation_error("000979", "42601", f"{shown} is not a valid group by expression")
    text = f"Window function {shown} appears outside of SELECT, QUALIFY, and ORDER BY clauses."
    return compilation_error("002303", "42601", text)


def _lower(
    binder: Binder, function: Function, node: exp.Anonymous, scope: Scope, decoration: Decoration, over: str
) -> Typed:
    try:
        return _lowered(binder, function, node, scope, decoration, over)
    except SnowflakeError as refusal:
        raise _placed(refusal, binder, node) from None


def _placed(refusal: SnowflakeError, binder: Binder, node: exp.Expr) -> SnowflakeError:
    """A refusal of argument types tells where the call stands, unless it is of a call inside this one."""
    head, _, text = refusal.message.partition("\n")
    if refusal.code != "001044" or head != "SQL compilation error:":
        return refusal
    return located_error(refusal.code, refusal.sqlstate, text, *position(binder, node))


def _lowered(
    binder: Binder, function: Function, node: exp.Anonymous, scope: Scope, decoration: Decoration, over: str
) -> Typed:
    arguments, distinct = list(node.expressions), False
    if arguments and isinstance(arguments[0], exp.Distinct):
        distinct, arguments = True, [*arguments[0].expressions, *arguments[1:]]
    named = {a.this.name.upper(): a.expression for a in arguments if isinstance(a, exp.Kwarg)}
    plain = [a for a in arguments if not isinstance(a, (exp.Kwarg, exp.Lambda))]
    plain = _positional(function, plain, named)
    if function.name == "COUNT" and len(plain) == 1 and isinstance(plain[0], exp.Star):
        plain = []
    plain = _expand_stars(binder, function, plain, scope)
    typed = [_argument(binder, function, i, a, scope) for i, a in enumerate(plain)]
    _check_arity(binder, function, plain, node, scope)
    keys = decoration.order.expressions if decoration.order else []
    return function.rule(
        Call(
            name=function.name,
            args=tuple(_coerced(binder, function, typed)),
            env=binder,
            named={k: binder.expression(v, scope) for k, v in named.items()},
            lambdas=tuple(_lambda(binder, a, scope) for a in arguments if isinstance(a, exp.Lambda)),
            distinct=distinct,
            over=over,
            order=order_by(binder, keys, scope),
            order_keys=tuple(binder.expression(k.this, scope) for k in keys),
            order_descending=bool(keys and keys[0].args.get("desc")),
            ignore_nulls=decoration.ignore_nulls,
            from_last=decoration.from_last,
            text=str(node.meta.get("text") or node.sql(dialect="snowflake")),
        )
    )


def _positional(function: Function, plain: list[exp.Expr], named: dict[str, exp.Expr]) -> list[exp.Expr]:
    """Named arguments whose order the function declares become positional ones."""
    for name in function.names[len(plain) :]:
        if name not in named:
            break
        plain = [*plain, named.pop(name)]
    return plain


def _expand_stars(binder: Binder, function: Function, plain: list[exp.Expr], scope: Scope) -> list[exp.Expr]:
    """``f(*)`` over the FROM clause's columns; OBJECT_CONSTRUCT gets their names too."""
    if not any(_is_star(a) for a in plain):
        return plain
    expanded: list[exp.Expr] = []
    for argument in plain:
        if not _is_star(argument):
            expanded.append(argument)
            continue
        qualifier = tuple(fold(p) for p in argument.parts[:-1]) if isinstance(argument, exp.Column) else ()
        columns = list(scope.frm.visible())
        if qualifier:
            columns = [
                c for s in scope.frm.sources if s.answers_to(qualifier) for c in s.columns if not c.hidden
            ]
        for column in columns:
            if function.name.startswith("OBJECT_CONSTRUCT"):
                expanded.append(exp.Literal.string(column.name))
            expanded.append(ready(column.typed()))
            expanded[-1].meta["echo"] = qualified((), column.name, scope)
    return expanded


def _is_star(node: exp.Expr) -> bool:
    return isinstance(node, exp.Star) or (isinstance(node, exp.Column) and isinstance(node.this, exp.Star))


def _argument(binder: Binder, function: Function, index: int, node: exp.Expr, scope: Scope) -> Typed:
    word = function.word(index) if function.parameters else "any"
    if word in ("part", "word") and isinstance(node, (exp.Column, exp.Var, exp.Identifier)):
        return string(node.name)
    if isinstance(node, exp.Order):
        raise not_supported(f"ORDER BY inside the arguments of {function.name}")
    if isinstance(node, exp.Interval):
        raise not_supported(f"INTERVAL as an argument of {function.name}")
    return binder.expression(node, scope)


def _check_arity(
    binder: Binder, function: Function, given: list[exp.Expr], node: exp.Expr, scope: Scope
) -> None:
    few = len(given) < function.minimum
    if not few and (function.maximum is None or len(given) <= function.maximum):
        return
    shown = f"{function.name}({', '.join(echo(a, scope) for a in given)})"
    if few:
        text = f"not enough arguments for function [{shown}], expected {function.minimum}, got {len(given)}"
        raise located_error("000938", "22023", text, *position(binder, node))
    text = f"too many arguments for function [{shown}] expected {function.maximum}, got {len(given)}"
    raise located_error("000939", "22023", text, *position(binder, node))


def _coerced(binder: Binder, function: Function, typed: list[Typed]) -> list[Typed]:
    coerced = [coerce_word(t, function.word(i), binder) for i, t in enumerate(typed)]
    if any(c is None for c in coerced):
        raise invalid_arguments(function.name, [t.type for t in typed])
    return [c for c in coerced if c is not None]


def _lambda(binder: Binder, node: exp.Lambda, scope: Scope) -> LambdaArgument:
    names = tuple(_lambda_name(p) for p in node.expressions)

    def bind(types: Sequence[DataType]) -> tuple[tuple[str, ...], Typed]:
        # The same names for the same text, for GROUP BY to recognise it; others than those of a lambda around it.
        engine = tuple(f"l{len(scope.parameters)}_{i}" for i in range(len(names)))
        given = {
            n: Typed(e, _declared(p) or t)
            for n, e, p, t in zip(names, engine, node.expressions, types, strict=False)
        }
        inner = replace(scope, parameters={**scope.parameters, **given})
        return engine, binder.expression(node.this, inner)

    return LambdaArgument(names, bind, tuple(_declared(p) for p in node.expressions))


def _lambda_name(node: exp.Expr) -> str:
    return fold(node.this if isinstance(node, exp.Cast) else node)


def _declared(node: exp.Expr) -> DataType | None:
    return datatypes.from_node(node.args["to"]) if isinstance(node, exp.Cast) else None


# -- what stands around a call --------------------------------------------------------------------


@binds(exp.Window, exp.WithinGroup, exp.IgnoreNulls, exp.RespectNulls)
def bind_decorated(binder: Binder, node: exp.Expr, scope: Scope) -> Typed:
    decoration, inner = Decoration(), node
    while not isinstance(inner, exp.Anonymous):
        if isinstance(inner, exp.Window):
            decoration = replace(
                decoration, window=_named_window(inner, scope), from_last=inner.args.get("first") is False
            )
        elif isinstance(inner, exp.WithinGroup):
            decoration = replace(decoration, order=inner.expression)
        elif isinstance(inner, exp.IgnoreNulls):
            decoration = replace(decoration, ignore_nulls=True)
        elif not isinstance(inner, exp.RespectNulls):
            raise not_supported(f"a window over {inner.sql(dialect='snowflake')[:80]}")
        inner = inner.this
    arguments = inner.expressions
    if arguments and isinstance(arguments[0], exp.IgnoreNulls):
        decoration = replace(decoration, ignore_nulls=True)
        inner = exp.Anonymous(this=inner.this, expressions=[arguments[0].this, *arguments[1:]])
    return call(binder, inner, scope, decoration)


def _named_window(window: exp.Window, scope: Scope) -> exp.Window:
    return window


def _over(binder: Binder, function: Function, window: exp.Window, scope: Scope) -> str:
    """The engine's `` OVER (…)``, with Snowflake's default frame where it has one."""
    inner = replace(scope, windows_allowed=False)
    partition = [order_key(binder.expression(p, inner)) for p in window.args.get("partition_by") or []]
    order = window.args.get("order")
    parts = [f"PARTITION BY {', '.join(partition)}"] if partition else []
    if order is not None:
        parts.append(order_by(binder, [k for k in order.expressions if not _in_order(k)], inner))
    spec = window.args.get("spec")
    if spec is not None:
        parts.append(_frame(binder, spec, order, inner))
    elif order is not None and function.name in _DEFAULT_FRAMES:
        parts.append(_DEFAULT_FRAMES[function.name])
    return f" OVER ({' '.join(parts)})"


def _in_order(key: exp.Expr) -> bool:
    """Whether a sort key is SEQ1() … SEQ8(): the rows already come in that order."""
    node = key.this
    return isinstance(node, exp.Anonymous) and node.name.upper() in SEQUENCES and not key.args.get("desc")


_WHOLE = "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING"
_SO_FAR = "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"
_DEFAULT_FRAMES = {
    "FIRST_VALUE": _WHOLE, "LAST_VALUE": _WHOLE, "NTH_VALUE": _WHOLE,
    "CONDITIONAL_TRUE_EVENT": _SO_FAR, "CONDITIONAL_CHANGE_EVENT": _SO_FAR,
}  # fmt: skip


def _frame(binder: Binder, spec: exp.WindowSpec, order: exp.Order | None, scope: Scope) -> str:
    kind = (spec.args.get("kind") or "ROWS").upper()
    start, end = (_bound(binder, spec, side, kind, scope) for side in ("start", "end"))
    return f"{kind} BETWEEN {start} AND {end}"


def _bound(binder: Binder, spec: exp.WindowSpec, side: str, kind: str, scope: Scope) -> str:
    value, direction = spec.args.get(side), spec.args.get(f"{side}_side") or ""
    if value is None:
        return "CURRENT ROW"
    if isinstance(value, str):
        return f"{value} {direction}".strip()
    if isinstance(value, exp.Interval):
        return f"{_interval_bound(value)} {direction}"
    return f"{binder.expression(value, scope).sql} {direction}"


_NANOSECONDS = {
    "SECOND": 10**9,
    "MINUTE": 60 * 10**9,
    "HOUR": 3600 * 10**9,
    "DAY": 86400 * 10**9,
    "WEEK": 604800 * 10**9,
}


def _interval_bound(node: exp.Interval) -> str:
    """RANGE BETWEEN INTERVAL …: timestamps are nanoseconds in the engine."""
    unit = node.args.get("unit")
    word, _, rest = node.name.partition(" ")
    name = (unit.name if unit is not None else rest).upper().rstrip("S")
    if name not in _NANOSECONDS:
        raise not_supported(f"INTERVAL '{node.name}' as a window bound")
    return f"CAST('{int(word) * _NANOSECONDS[name]}' AS HUGEINT)"


# -- forms with a grammar of their own ------------------------------------------------------------


@binds(exp.Extract)
def bind_extract(binder: Binder, node: exp.Extract, scope: Scope) -> Typed:
    arguments = [exp.Literal.string(node.name), node.expression.copy()]
    return binder.expression(exp.Anonymous(this="DATE_PART", expressions=arguments), scope)


@binds(exp.StrPosition)
def bind_position(binder: Binder, node: exp.StrPosition, scope: Scope) -> Typed:
    arguments = [node.args["substr"].copy(), node.this.copy()]
    if node.args.get("position") is not None:
        arguments.append(node.args["position"].copy())
    return binder.expression(exp.Anonymous(this="POSITION", expressions=arguments), scope)


@binds(exp.Dot)
def bind_dot(binder: Binder, node: exp.Dot, scope: Scope) -> Typed:
    """``schema.function(…)``, or a path behind a call: ``f(…).a``."""
    parts = list(node.flatten())
    last = parts[-1]
    if isinstance(last, exp.Anonymous) and all(isinstance(p, exp.Identifier) for p in parts[:-1]):
        name = (*(fold(p) for p in parts[:-1]), function_name(last))
        if ".".join(name) in FUNCTIONS:  # Snowflake's own in a schema: SNOWFLAKE.NOTIFICATION.…
            own = last.copy()
            own.set("this", ".".join(name))
            return call(binder, own, scope, Decoration())
        if user_functions.is_aggregate(binder, name):
            return _user_aggregate(binder, name, last, scope, Decoration())
        return user_functions.scalar_call(binder, name, last, scope)
    if isinstance(node.this, (exp.Column, exp.Bracket, exp.JSONExtract, exp.Anonymous)):
        path = exp.Bracket(this=node.this.copy(), expressions=[exp.Literal.string(fold(node.expression))])
        return binder.expression(path, scope)
    raise not_supported(f"the expression {node.sql(dialect='snowflake')[:100]}")
