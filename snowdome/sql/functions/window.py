"""Functions that only work with OVER."""

from __future__ import annotations

import re

from snowdome.sql.casts import cast
from snowdome.sql.functions import arithmetic
from snowdome.sql.functions.conditional import common_type
from snowdome.sql.functions.exact import COUNT, as_fixed
from snowdome.sql.functions.registry import window
from snowdome.sql.typed import Call, Typed
from snowdome.types import REAL, fixed


def _number(engine: str, *names: str) -> None:
    def rule(call: Call) -> Typed:
        return Typed(as_fixed(f"{engine}(){call.over}", COUNT), COUNT, False)

    window(*names)(rule)


_number("row_number", "ROW_NUMBER")
_number("rank", "RANK")
_number("dense_rank", "DENSE_RANK")


def _share(engine: str, name: str) -> None:
    def rule(call: Call) -> Typed:
        return Typed(f"{engine}(){call.over}", REAL, False)

    window(name)(rule)


_share("percent_rank", "PERCENT_RANK")
_share("cume_dist", "CUME_DIST")


@window("NTILE", args="int")
def ntile(call: Call) -> Typed:
    """The number of the bucket."""
    return Typed(as_fixed(f"ntile(CAST({call[0].sql} AS BIGINT)){call.over}", COUNT), COUNT, False)


def _nulls(call: Call) -> str:
    return " IGNORE NULLS" if call.ignore_nulls else ""


def _shifted(engine: str, name: str) -> None:
    def rule(call: Call) -> Typed:
        value, offset, other = call[0], call.get(1), call.get(2)
        steps = f"CAST({offset.sql} AS BIGINT)" if offset is not None else "1"
        type_ = value.type
        default = ""
        if other is not None:
            type_ = common_type([value.type, other.type])
            value = cast(value, type_, call.env)
            default = f", {cast(other, type_, call.env).sql}"
        return Typed(f"{engine}({value.sql}, {steps}{default}{_nulls(call)}){call.over}", type_)

    window(name, args="any, int?, any?")(rule)


_shifted("lag", "LAG")
_shifted("lead", "LEAD")


def _at_end(engine: str, *names: str) -> None:
    def rule(call: Call) -> Typed:
        return Typed(f"{engine}({call[0].sql}{_nulls(call)}){call.over}", call[0].type)

    window(*names, args="any")(rule)


_at_end("first_value", "FIRST_VALUE")
_at_end("last_value", "LAST_VALUE")


@window("NTH_VALUE", args="any, int")
def nth_value(call: Call) -> Typed:
    """The n-th value of the frame, from its first or last row."""
    over = _reversed(call.over) if call.from_last else call.over
    return Typed(f"nth_value({call[0].sql}, CAST({call[1].sql} AS BIGINT){_nulls(call)}){over}", call[0].type)


_END = r"(PRECEDING|FOLLOWING|ROW)"
_FRAME = re.compile(rf" BETWEEN (.+?) {_END} AND (.+) {_END}\)$")
_TURNED = {"PRECEDING": "FOLLOWING", "FOLLOWING": "PRECEDING", "ROW": "ROW"}


def _turned(frame: re.Match[str]) -> str:
    low, low_side, high, high_side = frame.groups()
    return f" BETWEEN {high} {_TURNED[high_side]} AND {low} {_TURNED[low_side]})"


def _reversed(over: str) -> str:
    """The window with its order, and so its frame, turned round."""
    swaps = (
        ("ASC NULLS LAST", "\0DESC NULLS FIRST"), ("ASC NULLS FIRST", "\0DESC NULLS LAST"),
        ("DESC NULLS FIRST", "\0ASC NULLS LAST"), ("DESC NULLS LAST", "\0ASC NULLS FIRST"),
    )  # fmt: skip
    for before, after in swaps:
        over = over.replace(f" {before}", f" {after}")
    return _FRAME.sub(_turned, over.replace("\0", ""))


@window("RATIO_TO_REPORT", args="measure")
def ratio_to_report(call: Call) -> Typed:
    """A value's share of the partition's sum; NULL where that is zero."""
    value, whole = call[0], f"sum({call[0].sql}){call.over}"
    if value.type.kind == "REAL":
        return Typed(f"({value.sql} / nullif({whole}, 0))", REAL)
    type_ = fixed(38, value.type.s)
    return arithmetic.divide(value, Typed(f"nullif({as_fixed(whole, type_)}, 0)", type_))


@window("CONDITIONAL_TRUE_EVENT", args="bool")
def conditional_true_event(call: Call) -> Typed:
    """How often the condition was true up to the row."""
    over = call.over
    return Typed(
        as_fixed(f"coalesce(sum(CASE WHEN {call[0].sql} THEN 1 ELSE 0 END){over}, 0)", COUNT), COUNT, False
    )


@window("CONDITIONAL_CHANGE_EVENT", args="any")
def conditional_change_event(call: Call) -> Typed:
    """How often the value changed up to the row. A window over a window: the changes are counted in a
    list of the values so far."""
    value = call[0].sql
    so_far = f"list({value}){call.over}"
    present = f"list_filter({so_far}, lambda v: v IS NOT NULL)"
    changes = f"list_filter(range(2, len({present}) + 1), lambda i: {present}[i] <> {present}[i - 1])"
    return Typed(as_fixed(f"len({changes})", COUNT), COUNT, False)
