"""Array functions. SQL NULL becomes ``undefined`` where it enters an array."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from snowdome.sql import casts
from snowdome.sql.functions.registry import scalar
from snowdome.sql.functions.semistructured import semi
from snowdome.sql.typed import Call, Environment, Typed
from snowdome.types import ARRAY, BOOLEAN, INT18, TEXT, VARIANT, DataType

NO_ARRAY = "CAST(NULL AS JSON)"


def item(value: Typed, env: Environment) -> str:
    """Engine SQL of ``value`` as an array's element."""
    variant = casts.cast(value, VARIANT, env)
    return f"sf.item({variant.sql})" if variant.nullable else variant.sql


def any_null(call: Call, *indexes: int) -> bool:
    """Whether one of the arguments (all, if no index is given) is the literal NULL."""
    return any(call[i].is_null for i in indexes or range(len(call)))


def strict(
    name: str, args: str, returns: DataType, build: Callable[[Call], str], nulls: Sequence[int] = ()
) -> None:
    """Register ``name``: NULL if an argument (of ``nulls``, else any) is the literal NULL."""

    def rule(call: Call) -> Typed:
        if any_null(call, *(i for i in nulls if i < len(call))):
            return casts.cast(Typed("NULL", DataType("NULL"), True, None), returns, call.env)
        return call.result(build(call), returns, True)

    scalar(name, args=args)(rule)


def variant(call: Call, index: int) -> str:
    """The argument at ``index`` as a VARIANT."""
    return casts.cast(call[index], VARIANT, call.env).sql


# -- building ---------------------------------------------------------------------------------------


@scalar("ARRAY_CONSTRUCT", args="any*")
def array_construct(call: Call) -> Typed:
    """An array of the arguments."""
    items = " || ',' || ".join(item(a, call.env) for a in call.args)
    return call.result(
        f"CAST('[' || {items} || ']' AS JSON)" if items else "CAST('[]' AS JSON)", ARRAY, False
    )


@scalar("ARRAY_CONSTRUCT_COMPACT", args="any*")
def array_construct_compact(call: Call) -> Typed:
    """An array of the arguments that are not NULL."""
    items = ", ".join(casts.cast(a, VARIANT, call.env).sql for a in call.args)
    return call.result(f"sf.list_to_array([{items}])" if items else "CAST('[]' AS JSON)", ARRAY, False)


def _range(call: Call) -> str:
    step = call[2].sql if len(call) > 2 else "1"
    return f"sf.array_generate_range({call[0].sql}, {call[1].sql}, {step})"


strict("ARRAY_GENERATE_RANGE", "int, int, int?", ARRAY, _range)
strict(
    "ARRAY_REPEAT",
    "any, int",
    ARRAY,
    lambda c: (
        f"sf.list_to_array(list_transform(range(sf.items(CAST({c[1].sql} AS BIGINT))), lambda rp: {item(c[0], c.env)}))"
    ),
    (1,),
)


# -- changing ---------------------------------------------------------------------------------------

strict("ARRAY_APPEND", "array, any", ARRAY, lambda c: f"sf.array_cat({c[0].sql}, {_one(c[1], c.env)})", (0,))
strict("ARRAY_PREPEND", "array, any", ARRAY, lambda c: f"sf.array_cat({_one(c[1], c.env)}, {c[0].sql})", (0,))
strict("ARRAY_CAT", "array, array", ARRAY, lambda c: f"sf.array_cat({c[0].sql}, {c[1].sql})")
strict("ARRAY_COMPACT", "array", ARRAY, lambda c: f"sf.array_compact({c[0].sql})")
strict("ARRAY_DISTINCT", "array", ARRAY, lambda c: f"sf.array_distinct({c[0].sql})")
strict("ARRAY_EXCEPT", "array, array", ARRAY, lambda c: f"sf.array_except({c[0].sql}, {c[1].sql})")
strict("ARRAY_FLATTEN", "array", ARRAY, lambda c: f"sf.array_flatten({c[0].sql})")
strict(
    "ARRAY_INTERSECTION", "array, array", ARRAY, lambda c: f"sf.array_intersection({c[0].sql}, {c[1].sql})"
)
strict("ARRAY_REVERSE", "array", ARRAY, lambda c: f"sf.array_reverse({c[0].sql})")
strict(
    "ARRAY_SLICE",
    "array, int, int",
    ARRAY,
    lambda c: f"sf.array_slice({c[0].sql}, {_index(c, 1)}, {_index(c, 2)})",
)
strict("ARRAY_REMOVE", "array, any", ARRAY, lambda c: f"sf.array_remove({c[0].sql}, {variant(c, 1)})")
strict("ARRAY_REMOVE_AT", "array, int", ARRAY, lambda c: f"sf.array_remove_at({c[0].sql}, {_index(c, 1)})")
strict(
    "ARRAY_INSERT",
    "array, int, any",
    ARRAY,
    lambda c: f"sf.array_insert({c[0].sql}, {_index(c, 1)}, {item(c[2], c.env)})",
    (0, 1),
)


def _one(value: Typed, env: Environment) -> str:
    return f"CAST('[' || {item(value, env)} || ']' AS JSON)"


def _index(call: Call, index: int) -> str:
    return f"CAST({call[index].sql} AS BIGINT)"


@scalar("ARRAY_SORT", args="array, bool?, bool?")
def array_sort(call: Call) -> Typed:
    """The elements in order; undefined ones last when ascending, first when descending, unless told."""
    if any_null(call):
        return call.result(NO_ARRAY, ARRAY, True)
    up = call[1].sql if len(call) > 1 else "TRUE"
    first = call[2].sql if len(call) > 2 else f"NOT {up}"
    return call.result(f"sf.array_sort({call[0].sql}, {up}, {first})", ARRAY)


# -- asking -----------------------------------------------------------------------------------------


@scalar("ARRAY_SIZE", args="any")
def array_size(call: Call) -> Typed:
    """The number of elements; NULL for a VARIANT that holds no array."""
    value = semi(call)
    if value.type.kind in ("OBJECT", "MAP"):
        raise call.invalid_types()
    return call.result(f"CAST(sf.array_size({value.sql}) AS DECIMAL(18,0))", INT18, True)


def _needle(call: Call, index: int) -> str:
    """An element to look for; text and dates must be made VARIANT by the user."""
    if call[index].type.kind not in ("VARIANT", "ARRAY", "OBJECT", "FIXED", "REAL", "BOOLEAN", "NULL"):
        raise call.invalid_types()
    return item(call[index], call.env)


strict(
    "ARRAY_CONTAINS", "any, array", BOOLEAN, lambda c: f"sf.array_contains({_needle(c, 0)}, {c[1].sql})", (1,)
)
strict(
    "ARRAY_POSITION",
    "any, array",
    INT18,
    lambda c: f"CAST(sf.array_position({_needle(c, 0)}, {c[1].sql}) AS DECIMAL(18,0))",
    (1,),
)
strict("ARRAYS_OVERLAP", "array, array", BOOLEAN, lambda c: f"sf.arrays_overlap({c[0].sql}, {c[1].sql})")
strict("ARRAY_MIN", "array", VARIANT, lambda c: f"sf.array_min({c[0].sql})")
strict("ARRAY_MAX", "array", VARIANT, lambda c: f"sf.array_max({c[0].sql})")
strict("ARRAY_TO_STRING", "array, text", TEXT, lambda c: f"sf.array_to_string({c[0].sql}, {c[1].sql})")
strict(
    "ARRAYS_TO_OBJECT",
    "array, array",
    DataType("OBJECT"),
    lambda c: f"sf.arrays_to_object({c[0].sql}, {c[1].sql})",
)


@scalar("ARRAYS_ZIP", args="array+")
def arrays_zip(call: Call) -> Typed:
    """An array of objects ``{"$1": …, "$2": …}`` of the elements at each index."""
    if any_null(call):
        return call.result(NO_ARRAY, ARRAY, True)
    lists = ", ".join(f"sf.variant_list({a.sql})" for a in call.args)
    nulls = [f"{a.sql} IS NULL" for a in call.args if a.nullable]
    zipped = f"sf.arrays_zip([{lists}])"
    return call.result(
        f"(CASE WHEN {' OR '.join(nulls)} THEN NULL ELSE {zipped} END)" if nulls else zipped, ARRAY
    )
