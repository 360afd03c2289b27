"""Conditional expression functions."""

from __future__ import annotations

from collections.abc import Sequence

from snowdome.engine.library.variants import UNDEFINED
from snowdome.sql.functions.registry import Rule, scalar, template
from snowdome.sql.typed import Call, Typed
from snowdome.sql.unification import common_type, compare_key, equals, unify
from snowdome.types import BOOLEAN, fixed

__all__ = ["common_type", "unify"]


@scalar("IFF", args="truth, any, any")
def iff(call: Call) -> Typed:
    """The second argument where the first is true, else the third."""
    condition, *branches = call.args
    yes, no = unify(branches, call.env)
    return call.result(
        f"(CASE WHEN {condition.sql} THEN {yes.sql} ELSE {no.sql} END)", yes.type, _any(branches)
    )


@scalar("COALESCE", args="any, any+")
@scalar("IFNULL", "NVL", args="any, any")
def coalesce(call: Call) -> Typed:
    """The first argument that is not NULL."""
    values = unify(call.args, call.env)
    shown = ", ".join(v.sql for v in values)
    return call.result(f"coalesce({shown})", values[0].type, all(a.nullable for a in call.args))


@scalar("NVL2", args="any, any, any")
def nvl2(call: Call) -> Typed:
    """The second argument where the first is not NULL, else the third."""
    yes, no = unify(call.args[1:], call.env)
    sql = f"(CASE WHEN {call[0].sql} IS NOT NULL THEN {yes.sql} ELSE {no.sql} END)"
    return call.result(sql, yes.type, _any(call.args[1:]))


@scalar("NULLIF", args="any, any")
def nullif(call: Call) -> Typed:
    """NULL where both are equal, else the first, in its own type."""
    same = equals(call[0], call[1], call.env)
    return call.result(f"(CASE WHEN {same} THEN NULL ELSE {call[0].sql} END)", call[0].type, True)


@scalar("DECODE", args="any, any, any, any*")
def decode(call: Call) -> Typed:
    """The result beside the first value that equals the first argument (NULL equals NULL)."""
    subject, pairs, default = call[0], call.args[1:], call.args[-1] if len(call) % 2 == 0 else None
    searches = pairs[: len(pairs) // 2 * 2 : 2]
    results = [*pairs[1::2][: len(searches)], *([default] if default is not None else [])]
    shown = unify(results, call.env)
    whens = [
        f"WHEN {equals(subject, s, call.env, 'IS NOT DISTINCT FROM')} THEN {r.sql}"
        for s, r in zip(searches, shown, strict=False)
    ]
    last = f" ELSE {shown[-1].sql}" if default is not None else ""
    return call.result(f"(CASE {' '.join(whens)}{last} END)", shown[0].type, default is None or _any(results))


def _any(values: Sequence[Typed]) -> bool:
    return any(v.nullable for v in values)


# -- the largest and the smallest -----------------------------------------------------------------


def _extreme(function: str, ignore_nulls: bool) -> Rule:
    def rule(call: Call) -> Typed:
        values = unify(call.args, call.env)
        found = _picked(function, values)
        if not ignore_nulls and call.nullable:
            nulls = " OR ".join(f"{v.sql} IS NULL" for v in values if v.nullable)
            found = f"(CASE WHEN {nulls} THEN NULL ELSE {found} END)"
        return call.result(found, values[0].type)

    return rule


def _picked(function: str, values: Sequence[Typed]) -> str:
    """Engine SQL of the extreme of ``values``, NULLs left out."""
    if not values[0].type.is_semi_structured:
        return f"{function}({', '.join(v.sql for v in values)})"
    pairs = ", ".join(f"struct_pack(k := {compare_key(v)}, v := {v.sql})" for v in values)
    order = "DESC" if function == "greatest" else "ASC"
    known = f"list_filter([{pairs}], lambda picked: picked.v IS NOT NULL)"
    return f"struct_extract(list_sort({known}, '{order}')[1], 'v')"


for _name, _function in (("GREATEST", "greatest"), ("LEAST", "least")):
    scalar(_name, args="any+")(_extreme(_function, ignore_nulls=False))
    scalar(f"{_name}_IGNORE_NULLS", args="any+")(_extreme(_function, ignore_nulls=True))


# -- NULL and zero --------------------------------------------------------------------------------


@scalar("EQUAL_NULL", args="any, any")
def equal_null(call: Call) -> Typed:
    """Whether both are equal, where NULL equals NULL."""
    return call.result(equals(call[0], call[1], call.env, "IS NOT DISTINCT FROM"), BOOLEAN, False)


@scalar("NULLIFZERO", args="number")
def nullifzero(call: Call) -> Typed:
    """NULL for zero, else the number."""
    return call.result(f"nullif({call[0].sql}, 0)", call[0].type, True)


@scalar("ZEROIFNULL", args="number")
def zeroifnull(call: Call) -> Typed:
    """Zero for NULL, else the number."""
    zero = fixed(2, 0)  # two digits wide, unlike a written 0
    type_ = call[0].type if call[0].type.kind == "REAL" else common_type([call[0].type, zero])
    return call.result(f"coalesce({call[0].sql}, 0)", type_, False)


@scalar("IS_NULL_VALUE", args="semi")
def is_null_value(call: Call) -> Typed:
    """Whether a VARIANT holds JSON null; NULL for SQL NULL."""
    return call.result(f"(nullif({call[0].sql}, '{UNDEFINED}') = 'null')", BOOLEAN)


# -- logic over numbers, where zero is false ------------------------------------------------------

template("BOOLAND", "number, number", BOOLEAN, "(({0} <> 0) AND ({1} <> 0))")
template("BOOLOR", "number, number", BOOLEAN, "(({0} <> 0) OR ({1} <> 0))")
template("BOOLNOT", "number", BOOLEAN, "({0} = 0)")
template("BOOLXOR", "number, number", BOOLEAN, "(({0} <> 0) <> ({1} <> 0))")
