"""What a VARIANT holds: TYPEOF, the IS_ and AS_ families, and TO_VARIANT, TO_ARRAY, TO_OBJECT."""

from __future__ import annotations

from decimal import Decimal

from snowdome.errors import compilation_error
from snowdome.sql import casts
from snowdome.sql.functions.registry import Rule, scalar
from snowdome.sql.typed import Call, Typed
from snowdome.types import (
    ARRAY,
    BINARY,
    BOOLEAN,
    DATE,
    LTZ,
    NTZ,
    NUMBER,
    OBJECT,
    REAL,
    TEXT,
    TIME,
    TZ,
    VARIANT,
    DataType,
    fixed,
)  # fmt: skip

# Name of the type in IS_ and AS_ -> what TYPEOF says of its values, and the type that AS_ gives.
_HELD: dict[str, tuple[tuple[str, ...], DataType]] = {
    "ARRAY": (("ARRAY",), ARRAY),
    "BINARY": (("BINARY",), BINARY),
    "BOOLEAN": (("BOOLEAN",), BOOLEAN),
    "CHAR": (("VARCHAR",), TEXT),
    "VARCHAR": (("VARCHAR",), TEXT),
    "DATE": (("DATE",), DATE),
    "DATE_VALUE": (("DATE",), DATE),
    "DECIMAL": (("INTEGER", "DECIMAL"), NUMBER),
    "NUMBER": (("INTEGER", "DECIMAL"), NUMBER),
    "DOUBLE": (("INTEGER", "DECIMAL", "DOUBLE"), REAL),
    "REAL": (("INTEGER", "DECIMAL", "DOUBLE"), REAL),
    "INTEGER": (("INTEGER",), NUMBER),  # IS_INTEGER; AS_INTEGER also rounds decimals
    "OBJECT": (("OBJECT", "XML"), OBJECT),
    "TIME": (("TIME",), TIME),
    "TIMESTAMP_LTZ": (("TIMESTAMP_LTZ",), LTZ),
    "TIMESTAMP_NTZ": (("TIMESTAMP_NTZ",), NTZ),
    "TIMESTAMP_TZ": (("TIMESTAMP_TZ",), TZ),
}
_SIZED = ("DECIMAL", "NUMBER")  # AS_ takes precision and scale
_AS_ONLY, _IS_ONLY = ("NUMBER",), ("DATE_VALUE",)


@scalar("TYPEOF", args="any")
def typeof(call: Call) -> Typed:
    """The type of the value inside a VARIANT, such as ``INTEGER`` or ``NULL_VALUE``."""
    return call.result(f"sf.variant_typeof({_variant(call).sql})", TEXT)


def _variant(call: Call) -> Typed:
    return casts.cast(call[0], VARIANT, call.env)


def _holds(value: str, words: tuple[str, ...]) -> str:
    return f"(sf.variant_typeof({value}) IN ({', '.join(repr(w) for w in words)}))"


def _is(words: tuple[str, ...]) -> Rule:
    return lambda call: call.result(_holds(_variant(call).sql, words), BOOLEAN)


def _as(words: tuple[str, ...], type_: DataType) -> Rule:
    def rule(call: Call) -> Typed:
        value = _variant(call)
        target = _sized(call) if len(call) > 1 else type_
        held = f"(CASE WHEN {_holds(value.sql, words)} THEN {value.sql} END)"
        return casts.cast(Typed(held, VARIANT), target, call.env)

    return rule


def _sized(call: Call) -> DataType:
    sizes = [a.literal for a in call.args[1:]]
    if not all(isinstance(s, int | Decimal) for s in sizes):
        text = f"argument 2 to function {call.name} needs to be constant, found '{call.text}'"
        raise compilation_error("001015", "22023", text)
    return fixed(*(int(str(s)) for s in sizes))


for _name, (_words, _type) in _HELD.items():
    if _name not in _AS_ONLY:
        scalar(f"IS_{_name}", args="any")(_is(_words))
    if _name not in _IS_ONLY:
        _words = _HELD["DECIMAL"][0] if _name == "INTEGER" else _words
        scalar(f"AS_{_name}", args="any, any?, any?" if _name in _SIZED else "any")(_as(_words, _type))


@scalar("TO_VARIANT", args="any")
def to_variant(call: Call) -> Typed:
    """Any value as a VARIANT."""
    return casts.cast(call[0], VARIANT, call.env)


@scalar("TO_OBJECT", args="any")
def to_object(call: Call) -> Typed:
    """An OBJECT, or the OBJECT inside a VARIANT."""
    if call[0].type.kind not in ("OBJECT", "VARIANT", "MAP", "NULL"):
        raise call.invalid_types()
    return casts.cast(call[0], OBJECT, call.env)


@scalar("TO_ARRAY", args="any")
def to_array(call: Call) -> Typed:
    """An array as it is; any other value as an array of one."""
    return casts.cast(casts.cast(call[0], VARIANT, call.env), ARRAY, call.env)
