"""Statistical aggregates, percentiles and estimates."""

from __future__ import annotations

from collections.abc import Callable

from snowdome.errors import compilation_error
from snowdome.sql.casts import cast
from snowdome.sql.functions.aggregate import widened
from snowdome.sql.functions.exact import COUNT, as_fixed, distinct
from snowdome.sql.functions.registry import aggregate, scalar
from snowdome.sql.functions.sketches import limit
from snowdome.sql.typed import Call, Typed
from snowdome.types import ARRAY, OBJECT, REAL, DataType, fixed

_TWELVE = fixed(38, 12)


def _variance_type(t: DataType) -> DataType:
    """The type of variances of ``t``: twice its scale and six more, twelve at the most."""
    return fixed(38, max(t.s, min(12, 2 * t.s + 6)))


def _real(value: Typed) -> str:
    return value.sql if value.type.kind == "REAL" else f"CAST({value.sql} AS DOUBLE)"


def _moment(engine: str, exact: Callable[[DataType], DataType], *names: str) -> None:
    """Aggregates of one number; ``exact`` gives the type they have for a NUMBER's."""

    def rule(call: Call) -> Typed:
        sql = f"{engine}({distinct(call)}{_real(call[0])}){call.over}"
        if call[0].type.kind == "REAL":
            return Typed(sql, REAL)
        type_ = exact(call[0].type)
        return Typed(as_fixed(sql, type_), type_)

    aggregate(*names, args="measure")(rule)


_moment("var_samp", _variance_type, "VARIANCE", "VAR_SAMP", "VARIANCE_SAMP")
_moment("var_pop", _variance_type, "VAR_POP", "VARIANCE_POP")
_moment("kurtosis", lambda _: _TWELVE, "KURTOSIS")
_moment("skewness", lambda _: _TWELVE, "SKEW")


def _deviation(engine: str, *names: str) -> None:
    """Standard deviations: the root of the variance, as many fractional digits as that has."""

    def rule(call: Call) -> Typed:
        variance = f"{engine}({distinct(call)}{_real(call[0])}){call.over}"
        if call[0].type.kind != "REAL":
            variance = f"CAST({as_fixed(variance, _variance_type(call[0].type))} AS DOUBLE)"
        return Typed(f"sqrt({variance})", REAL)

    aggregate(*names, args="measure")(rule)


_deviation("var_samp", "STDDEV", "STDDEV_SAMP")
_deviation("var_pop", "STDDEV_POP")


def _pair(engine: str, *names: str) -> None:
    """Aggregates of pairs of numbers: FLOAT; NULL where fewer than two different values leave it open."""

    def rule(call: Call) -> Typed:
        sql = f"{engine}({_real(call[0])}, {_real(call[1])}){call.over}"
        return Typed(f"CASE WHEN isfinite({sql}) THEN {sql} END", REAL)

    aggregate(*names, args="measure, measure")(rule)


_pair("regr_avgx", "REGR_AVGX")
_pair("regr_avgy", "REGR_AVGY")
_pair("regr_sxx", "REGR_SXX")
_pair("regr_sxy", "REGR_SXY")
_pair("regr_syy", "REGR_SYY")


# From sums, as Snowflake computes them: the engine's own formulas give other last digits.
_FROM_SUMS = {
    "COVAR_POP": "sf.comoment({xy}, {x}, {y}, {n}) / {n}",
    "COVAR_SAMP": "sf.comoment({xy}, {x}, {y}, {n}) / nullif({n} - 1, 0)",
    "CORR": "sf.correlation({xy}, {x}, {y}, {xx}, {yy}, {n})",
    "REGR_SLOPE": "sf.slope({xy}, {x}, {y}, {xx}, {n})",
    "REGR_INTERCEPT": "({y} / {n} - sf.slope({xy}, {x}, {y}, {xx}, {n}) * ({x} / {n}))",
}


@aggregate(*_FROM_SUMS, args="measure, measure")
def of_sums(call: Call) -> Typed:
    """Covariances, correlation and the line of regression; NULL where they would divide by zero."""
    y, x = (_real(a) for a in call.args)
    terms = {"x": f"{x} + 0 * {y}", "y": f"{y} + 0 * {x}", "xy": f"{x} * {y}"}
    terms |= {"xx": f"{x} * {x} + 0 * {y}", "yy": f"{y} * {y} + 0 * {x}"}
    sums = {name: f"fsum({term}){call.over}" for name, term in terms.items()}
    count = f"nullif(regr_count({y}, {x}){call.over}, 0)"
    return Typed(f"({_FROM_SUMS[call.name].format(n=count, **sums)})", REAL)


@aggregate("REGR_R2", args="measure, measure")
def regr_r2(call: Call) -> Typed:
    """The coefficient of determination; NULL where x does not vary, 1 where y does not."""
    y, x = _real(call[0]), _real(call[1])
    both = f"CASE WHEN {x} IS NOT NULL THEN {y} END", f"CASE WHEN {y} IS NOT NULL THEN {x} END"
    vary_y, vary_x = (f"var_pop({v}){call.over}" for v in both)
    squared = f"pow(corr({y}, {x}){call.over}, 2)"
    return Typed(
        f"CASE WHEN {vary_x} = 0 THEN NULL WHEN {vary_y} = 0 THEN 1.0::DOUBLE ELSE {squared} END", REAL
    )


@aggregate("REGR_COUNT", args="measure, measure")
def regr_count(call: Call) -> Typed:
    """Pairs without a NULL."""
    return Typed(as_fixed(f"regr_count({_real(call[0])}, {_real(call[1])}){call.over}", COUNT), COUNT, False)


# -- percentiles ----------------------------------------------------------------------------------


def _interpolated(value: Typed, fraction: str, over: str) -> Typed:
    if value.type.kind == "REAL":
        return Typed(f"quantile_cont({value.sql}, {fraction}){over}", REAL)
    type_ = widened(value.type, 3)
    return Typed(f"quantile_cont({as_fixed(value.sql, type_)}, {fraction}){over}", type_)


@aggregate("MEDIAN", args="measure")
def median(call: Call) -> Typed:
    """MEDIAN: three more fractional digits than its argument."""
    return _interpolated(call[0], "0.5", call.over)


def _fraction(call: Call, index: int = 0) -> float:
    value = call[index].literal
    if (
        isinstance(value, bool)
        or value is None
        or not call[index].is_literal
        or not 0 <= float(str(value)) <= 1
    ):
        text = f"argument {index + 1} to function {call.name} needs to be constant, between 0 and 1"
        raise compilation_error("001015", "22023", text)
    return float(str(value))


def _ordered(call: Call) -> Typed:
    if len(call.order_keys) != 1:
        raise compilation_error(
            "002076", "42601", f"{call.name} needs WITHIN GROUP (ORDER BY …) with one key."
        )
    return call.order_keys[0]


@aggregate("PERCENTILE_CONT", args="measure")
def percentile_cont(call: Call) -> Typed:
    """PERCENTILE_CONT(p) WITHIN GROUP (ORDER BY x): interpolated."""
    fraction, key = _fraction(call), _ordered(call)
    if not key.type.is_numeric:
        key = cast(key, REAL, call.env)
    return _interpolated(key, str(1 - fraction if call.order_descending else fraction), call.over)


@aggregate("PERCENTILE_DISC", args="measure")
def percentile_disc(call: Call) -> Typed:
    """PERCENTILE_DISC(p) WITHIN GROUP (ORDER BY x): one of the values."""
    fraction, key = _fraction(call), _ordered(call)
    # the engine counts negative fractions from the largest value
    place = fraction if not call.order_descending else -fraction if fraction else 1
    return Typed(f"quantile_disc({key.sql}, {place}){call.over}", key.type)


# -- estimates ------------------------------------------------------------------------------------


@aggregate("APPROX_COUNT_DISTINCT", "HLL", args="any+")
def approx_count_distinct(call: Call) -> Typed:
    """How many different values; counted exactly, which is the best estimate."""
    shown = [a.sql for a in call.args]
    counted = shown[0]
    if len(shown) > 1:
        present = " AND ".join(f"{s} IS NOT NULL" for s in shown)
        counted = f"CASE WHEN {present} THEN ({', '.join(shown)}) END"
    return Typed(as_fixed(f"count(DISTINCT {counted}){call.over}", COUNT), COUNT, False)


@aggregate("APPROX_PERCENTILE", args="measure, measure")
def approx_percentile(call: Call) -> Typed:
    """A percentile as FLOAT; computed exactly."""
    return Typed(f"quantile_cont({_real(call[0])}, {_fraction(call, 1)}){call.over}", REAL)


@aggregate("APPROX_PERCENTILE_ACCUMULATE", args="measure")
def approx_percentile_accumulate(call: Call) -> Typed:
    """The t-digest of a column, as an OBJECT."""
    return Typed(f"sf_digest(list({_real(call[0])}){call.over})", OBJECT)


@aggregate("APPROX_PERCENTILE_COMBINE", args="object")
def approx_percentile_combine(call: Call) -> Typed:
    """Several t-digests as one."""
    return Typed(f"sf_digest_combine(list(CAST({call[0].sql} AS VARCHAR)){call.over})", OBJECT)


@scalar("APPROX_PERCENTILE_ESTIMATE", args="object, float")
def approx_percentile_estimate(call: Call) -> Typed:
    """A percentile of a t-digest."""
    return call.result(f"sf_digest_estimate(CAST({call[0].sql} AS VARCHAR), {call[1].sql})", REAL, True)


@aggregate("APPROX_TOP_K", args="any, int?, int?")
def approx_top_k(call: Call) -> Typed:
    """The k most frequent values with their counts; counted exactly."""
    variant = cast(call[0], DataType("VARIANT"), call.env)
    k = limit(call, 1, "items") if len(call) > 1 else 1
    if len(call) > 2:
        limit(call, 2, "counters")
    pairs = f"map_entries(histogram({variant.sql}){call.over})"
    ranked = f"list_reverse_sort(list_transform({pairs}, lambda e: {{'n': e.value, 'v': e.key}}))"
    return Typed(f"to_json(list_transform({ranked}[1:{k}], lambda e: [e.v, CAST(e.n AS JSON)]))", ARRAY)
