"""Estimates whose states can be kept and combined, bitmaps, and hashes of groups."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from snowdome.engine.failures import raising
from snowdome.errors import SnowflakeError, compilation_error
from snowdome.sql.casts import cast
from snowdome.sql.functions.aggregate import count
from snowdome.sql.functions.exact import as_fixed, distinct
from snowdome.sql.functions.registry import FUNCTIONS, aggregate, scalar
from snowdome.sql.temporal import alone, quoted
from snowdome.sql.typed import Call, Typed
from snowdome.types import ARRAY, BINARY, INT18, OBJECT, REAL, VARIANT, DataType, fixed

COUNTERS = 100000  # of APPROX_TOP_K unless it says otherwise, and at the most
HASHES = 1024  # of MINHASH at the most


def filtered(call: Call, condition: str) -> str:
    """What stands behind an engine aggregate that sees only the rows where ``condition`` holds."""
    if call.over.startswith(" FILTER (WHERE "):
        return f"{call.over[:-1]} AND {condition})"
    return f" FILTER (WHERE {condition}){call.over}"


def _hashed(call: Call) -> str:
    """Engine SQL of a 64-bit hash of the row of arguments, as HUGEINT without a sign."""
    return f"(CAST({FUNCTIONS['HASH'].rule(call).sql} AS HUGEINT) & 18446744073709551615)"


# -- counting different values --------------------------------------------------------------------


@aggregate("APPROXIMATE_COUNT_DISTINCT", args="any+")
def approximate_count(call: Call) -> Typed:
    """Like APPROX_COUNT_DISTINCT, which counts exactly."""
    return count(replace(call, distinct=True))


@aggregate("HLL_ACCUMULATE", args="any+")
def hll_accumulate(call: Call) -> Typed:
    """The HyperLogLog state of the rows without NULLs."""
    present = " AND ".join(f"{a.sql} IS NOT NULL" for a in call.args)
    mark = f"sf.hll_mark(CAST({_hashed(call)} AS UBIGINT))"
    marks = f"list(DISTINCT CASE WHEN {present} THEN {mark} END){call.over}"
    return call.result(f"sf_hll_state(coalesce({marks}, []))", BINARY, False)


@aggregate("HLL_COMBINE", args="binary")
def hll_combine(call: Call) -> Typed:
    """The state of the union of the states."""
    states = f"list({call[0].sql}){call.over}"
    return call.result(f"sf_hll_merge(coalesce({states}, []))", BINARY, False)


@scalar("HLL_ESTIMATE", args="binary")
def hll_estimate(call: Call) -> Typed:
    """How many different values a state has seen."""
    return call.result(as_fixed(f"sf_hll_estimate({call[0].sql})", INT18), INT18)


@scalar("HLL_EXPORT", args="binary")
def hll_export(call: Call) -> Typed:
    """A state as an OBJECT."""
    return call.result(f"CAST(sf_hll_export({call[0].sql}) AS JSON)", OBJECT)


@scalar("HLL_IMPORT", args="object")
def hll_import(call: Call) -> Typed:
    """The state of an exported OBJECT."""
    return call.result(f"sf_hll_import(CAST({call[0].sql} AS VARCHAR))", BINARY)


# -- the most frequent values ---------------------------------------------------------------------


@aggregate("APPROX_TOP_K_ACCUMULATE", args="any, int")
def top_k_accumulate(call: Call) -> Typed:
    """The state of the most frequent values: each with its count, which is exact."""
    value, counters = call[0], limit(call, 1, "counters")
    exact = value.type.kind == "FIXED"
    width = (value.type.p, value.type.s) if exact else (38, 0)
    head = f'{{"counters":{counters},"datatype":"{value.type.kind}","precision":{width[0]},"scale":{width[1]}'
    pairs = f"map_entries(histogram({cast(value, VARIANT, call.env).sql}){call.over})"
    ranked = (
        f"list_reverse_sort(list_transform({pairs}, lambda e: {{'n': e.value, 'v': e.key}}))[1:{counters}]"
    )
    shown = f"list_transform({ranked}, lambda e: '[' || e.v || ',' || e.n || ']')"
    start, end = quoted(f'{head},"state":['), quoted('],"type":"approx_top_k"}')
    text = f"{start} || array_to_string(coalesce({shown}, []), ',') || {end}"
    return call.result(f"CAST({text} AS JSON)", OBJECT, False)


@aggregate("APPROX_TOP_K_COMBINE", args="object, int?")
def top_k_combine(call: Call) -> Typed:
    """The state of several together."""
    counters = str(limit(call, 1, "counters")) if len(call) > 1 else "NULL"
    states = f"list(CAST({call[0].sql} AS VARCHAR)){filtered(call, f'{call[0].sql} IS NOT NULL')}"
    failed = raising("100050", "22023", "'Invalid parameter value: ApproxTopK state. Reason: invalid type'")
    return call.result(
        f"CAST(coalesce(sf_top_k_combine({states}, {counters}), {failed}) AS JSON)", OBJECT, False
    )


@scalar("APPROX_TOP_K_ESTIMATE", args="object, int?")
def top_k_estimate(call: Call) -> Typed:
    """The first pairs of value and count of a state."""
    wanted = limit(call, 1, "counters") if len(call) > 1 else 1
    pairs = f"json_extract({call[0].sql}, '$.state[*]')[1:{wanted}]"
    return call.result(f"(CASE WHEN {call[0].sql} IS NOT NULL THEN sf.list_to_array({pairs}) END)", ARRAY)


def limit(call: Call, index: int, what: str) -> int:
    """A constant between 1 and 100000."""
    number = call[index].literal
    if isinstance(number, bool) or not isinstance(number, (int, Decimal)) or number != int(number):
        text = f"argument {index + 1} to function {call.name} needs to be constant, found '{call.text}'"
        raise compilation_error("001015", "22023", text)
    if 1 <= number <= COUNTERS:
        return int(number)
    reason = "must be a positive integer" if number < 1 else f"cannot be larger than {COUNTERS}"
    text = (
        f"Invalid value [{number}] for function '{call.name}', parameter {index}: Number of {what} {reason}"
    )
    raise SnowflakeError("001011", "22023", f"SQL compilation error: {text}")


# -- similarity of sets ---------------------------------------------------------------------------


@aggregate("MINHASH", args="int, any+")
def minhash(call: Call) -> Typed:
    """The smallest of each of k hashes of the rows, as an OBJECT."""
    size = call[0].literal
    if not isinstance(size, (int, Decimal)) or not 1 <= size <= HASHES:
        text = f"Invalid value [{size!r}] for function 'MINHASH', parameter 1"
        raise SnowflakeError("001011", "22023", f"SQL compilation error: {text}")
    row = _hashed(replace(call, args=call.args[1:]))
    mins = ", ".join(f"min(hash({row}, {i}) >> 1){call.over}" for i in range(int(size)))
    return call.result(_minhash_state(f"[{mins}]"), OBJECT, False)


def _minhash_state(numbers: str) -> str:
    start, end = quoted('{"state":['), quoted('],"type":"minhash","version":1}')
    return f"CAST({start} || array_to_string({numbers}, ',') || {end} AS JSON)"


@aggregate("MINHASH_COMBINE", args="object")
def minhash_combine(call: Call) -> Typed:
    """The state of the union of the states."""
    states = f"list(CAST(json_extract({call[0].sql}, '$.state') AS UBIGINT[])){call.over}"
    smallest = "list_min(list_transform({s}, lambda one: one[i]))"
    smallest = f"list_transform(range(1, len({{s}}[1]) + 1), lambda i: {smallest})"
    return call.result(_minhash_state(alone(states, lambda s: smallest.format(s=s))), OBJECT, True)


@aggregate("APPROXIMATE_SIMILARITY", "APPROXIMATE_JACCARD_INDEX", args="object")
def approximate_similarity(call: Call) -> Typed:
    """The share of hashes that all states have in common: their sets' Jaccard index."""
    states = f"list(CAST(json_extract({call[0].sql}, '$.state') AS UBIGINT[])){call.over}"
    return call.result(alone(states, lambda s: f"sf.similarity({s})"), REAL, True)


# -- bitmaps --------------------------------------------------------------------------------------


@aggregate("BITMAP_CONSTRUCT_AGG", args="int")
def bitmap_construct(call: Call) -> Typed:
    """The bitmap of the positions 0 to 32767."""
    found = f"list(DISTINCT CAST({call[0].sql} AS INTEGER)){call.over}"
    return call.result(f"sf_bitmap({found})", BINARY, True)


@aggregate("BITMAP_OR_AGG", args="binary")
def bitmap_or(call: Call) -> Typed:
    """The union of the bitmaps."""
    return call.result(f"sf_bitmap_or(list({call[0].sql}){call.over})", BINARY, True)


# -- hashes of groups -----------------------------------------------------------------------------


@aggregate("HASH_AGG", args="any*")
def hash_agg(call: Call) -> Typed:
    """A signed 64-bit hash of the rows in whatever order: the sum of their hashes."""
    total = f"sum({distinct(call)}{_hashed(call)}){call.over}"
    type_ = fixed(19)
    return call.result(as_fixed(f"sf.wrapped_64(coalesce({total}, 0))", type_), type_, False)


def _paired(name: str, shown: int) -> None:
    def rule(call: Call) -> Typed:
        other: Typed = call[1 - shown]
        type_: DataType = call[shown].type
        return call.result(f"(CASE WHEN {other.sql} IS NOT NULL THEN {call[shown].sql} END)", type_, True)

    scalar(name, args="any, any")(rule)


_paired("REGR_VALY", 0)
_paired("REGR_VALX", 1)
