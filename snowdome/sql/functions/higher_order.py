"""FILTER, TRANSFORM and REDUCE: functions that take a lambda."""

from __future__ import annotations

from snowdome.errors import compilation_error
from snowdome.sql import casts
from snowdome.sql.functions.arrays import item
from snowdome.sql.functions.registry import scalar
from snowdome.sql.typed import Call, LambdaArgument, Typed
from snowdome.sql.unification import common_type
from snowdome.types import ARRAY, BOOLEAN, VARIANT, DataType, engine_type, fixed


def _lambda(call: Call, parameters: int) -> LambdaArgument:
    if len(call.lambdas) != 1 or len(call.lambdas[0].parameters) != parameters:
        text = f"Invalid lambda expression for function {call.name}: expected {parameters} parameter(s)"
        raise compilation_error("001044", "42P13", text)
    return call.lambdas[0]


def _array(call: Call) -> Typed:
    """The array, with the type of its elements if it has one."""
    if call[0].type.kind == "ARRAY":
        return call[0]
    if call[0].type.kind not in ("VARIANT", "NULL"):
        raise call.invalid_types()
    return casts.cast(call[0], ARRAY, call.env)


def _elements(call: Call, declared: DataType) -> str:
    """The array as an engine list of ``declared`` values; an undefined element is NULL."""
    items = f"sf.defined_list({_array(call).sql})"
    if declared == VARIANT:
        return items
    name = "element"
    return (
        f"list_transform({items}, lambda {name}: {casts.cast(Typed(name, VARIANT), declared, call.env).sql})"
    )


def _element_type(call: Call, given: LambdaArgument, index: int) -> DataType:
    declared = given.declared[index] if index < len(given.declared) else None
    return declared or call[0].type.element or VARIANT


@scalar("FILTER", args="any")
def filter_(call: Call) -> Typed:
    """The elements for which the lambda is true."""
    given = _lambda(call, 1)
    type_ = _element_type(call, given, 0)
    (name,), body = given.bind([type_])
    condition = casts.cast(body, BOOLEAN, call.env).sql
    kept = f"list_filter({_elements(call, type_)}, lambda {name}: {condition})"
    element = casts.cast(Typed(name, type_), VARIANT, call.env).sql
    return call.result(f"sf.list_to_array(list_transform({kept}, lambda {name}: sf.item({element})))", ARRAY)


@scalar("TRANSFORM", args="any")
def transform(call: Call) -> Typed:
    """What the lambda makes of each element."""
    given = _lambda(call, 1)
    type_ = _element_type(call, given, 0)
    (name,), body = given.bind([type_])
    made = f"list_transform({_elements(call, type_)}, lambda {name}: {item(body, call.env)})"
    return call.result(f"sf.list_to_array({made})", ARRAY)


@scalar("REDUCE", args="any, any")
def reduce(call: Call) -> Typed:
    """The last value of the accumulator, which starts as the second argument."""
    given = _lambda(call, 2)
    type_ = _element_type(call, given, 1)
    start = call[1].type if call[1].type.kind != "NULL" else VARIANT
    declared = given.declared[0] if given.declared else None
    names, body = given.bind([declared or start, type_])
    held = declared or _accumulated(start, body.type)
    if held != (declared or start):
        names, body = given.bind([held, type_])
    return call.result(_folded(call, held, type_, (names[0], names[1]), body), held, True)


def _accumulated(start: DataType, body: DataType) -> DataType:
    """The accumulator's type: what the start and the lambda's result have in common; numbers get
    38 digits."""
    if (start.kind == "BOOLEAN") != (body.kind == "BOOLEAN"):
        raise compilation_error("002016", "22000", f"incompatible types: [{body}] and [{start}]")
    common = common_type([start, body])
    return fixed(38, common.s) if start.kind == body.kind == "FIXED" else common


def _folded(call: Call, held: DataType, type_: DataType, names: tuple[str, str], body: Typed) -> str:
    """The engine's list_reduce wants one type for both, so both travel in a struct (a, x)."""
    left, right, each = "so_far", "next_one", "each_one"
    accumulator, element = names
    step = casts.cast(body, held, call.env).sql
    inner = f"list_transform([{right}.x], lambda {element}: {step})[1]"
    stepped = f"list_transform([{left}.a], lambda {accumulator}: {inner})[1]"
    nothing = f"CAST(NULL AS {engine_type(held)})", f"CAST(NULL AS {engine_type(type_)})"
    wrapped = f"struct_pack(a := {nothing[0]}, x := {each})"
    rows = f"list_transform({_elements(call, type_)}, lambda {each}: {wrapped})"
    start = f"struct_pack(a := {casts.cast(call[1], held, call.env).sql}, x := {nothing[1]})"
    lambda_ = f"lambda {left}, {right}: struct_pack(a := {stepped}, x := {nothing[1]})"
    return f"struct_extract(list_reduce({rows}, {lambda_}, {start}), 'a')"
