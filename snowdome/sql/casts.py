"""Conversion from type to type: a table of rules keyed by the two kinds.

A rule is ``f(value, target, env, safe) -> engine SQL`` in the layout of ``target``; with ``safe`` (TRY_
casts) it gives NULL where it otherwise raises. Explicit casts and coercions use the same rules; which
coercions Snowflake does by itself is ``IMPLICIT``.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable

from snowdome.errors import compilation_error
from snowdome.sql.typed import NOT_LITERAL, Environment, Typed
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
    engine_type,
    fixed,
)  # fmt: skip

Conversion = Callable[[Typed, DataType, Environment, bool], str]
CONVERSIONS: dict[tuple[str, str], Conversion] = {}

WORDS: dict[str, DataType] = {
    "fixed": NUMBER, "int": NUMBER, "float": REAL, "text": TEXT, "binary": BINARY, "bool": BOOLEAN, "date": DATE,
    "time": TIME, "ntz": NTZ, "ltz": LTZ, "tz": TZ, "variant": VARIANT, "array": ARRAY, "object": OBJECT,
}  # fmt: skip

_AS_IT_IS: dict[str, tuple[frozenset[str], DataType]] = {
    "number": (frozenset({"FIXED", "REAL"}), NUMBER),
    "measure": (frozenset({"FIXED", "REAL"}), REAL),
    "fixed": (frozenset({"FIXED"}), NUMBER),
    "textbin": (frozenset({"TEXT", "BINARY"}), TEXT),
    "text": (frozenset({"TEXT"}), TEXT),
    "binary": (frozenset({"BINARY"}), BINARY),
    "timestamp": (frozenset({"TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP_TZ"}), NTZ),
    "temporal": (frozenset({"DATE", "TIME", "TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP_TZ"}), NTZ),
    "semi": (frozenset({"VARIANT", "OBJECT", "ARRAY", "MAP"}), VARIANT),
}

# What Snowflake converts by itself, by its table of implicit casts; any type also becomes VARIANT or TEXT.
_TO_ANYTHING = frozenset({"TEXT", "VARIANT", "NULL"})
IMPLICIT: dict[str, frozenset[str]] = {
    "FIXED": frozenset({"REAL", "BOOLEAN", "TEXT", "VARIANT", "FIXED"}),
    "REAL": frozenset({"FIXED", "BOOLEAN", "TEXT", "VARIANT", "REAL"}),
    "BOOLEAN": frozenset({"FIXED", "TEXT", "VARIANT", "REAL"}),
    "DATE": frozenset({"TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP_TZ", "TEXT", "VARIANT"}),
    "TIME": frozenset({"TEXT", "VARIANT", "TIME"}),
    "TIMESTAMP_NTZ": frozenset(
        {"DATE", "TIME", "TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP_TZ", "TEXT", "VARIANT"}
    ),
    "TIMESTAMP_LTZ": frozenset(
        {"DATE", "TIME", "TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP_TZ", "TEXT", "VARIANT"}
    ),
    "TIMESTAMP_TZ": frozenset(
        {"DATE", "TIME", "TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP_TZ", "TEXT", "VARIANT"}
    ),
    "ARRAY": frozenset({"VARIANT", "TEXT", "ARRAY", "VECTOR"}),
    "OBJECT": frozenset({"VARIANT", "TEXT", "OBJECT", "MAP"}),
    "BINARY": frozenset({"VARIANT", "BINARY", "TEXT"}),
}


def conversion(source: str, *targets: str) -> Callable[[Conversion], Conversion]:
    """Register the decorated rule for casts from kind ``source`` to each of ``targets``."""

    def register(rule: Conversion) -> Conversion:
        for target in targets:
            CONVERSIONS[source, target] = rule
        return rule

    return register


def cast(value: Typed, target: DataType, env: Environment, safe: bool = False) -> Typed:
    """``value`` as ``target`` (an explicit cast, or a coercion already allowed)."""
    if value.type == target:
        return value
    if value.type.kind == "NULL" or value.is_null:
        return Typed(f"CAST(NULL AS {engine_type(target)})", target, True, None)
    rule = CONVERSIONS.get((value.type.kind, target.kind))
    if rule is None:
        raise cannot_cast(value.type, target)
    literal = (
        value.literal if target.kind in ("TEXT", "FIXED") and value.type.kind == target.kind else NOT_LITERAL
    )
    return Typed(rule(value, target, env, safe), target, value.nullable or safe, literal)


def cannot_cast(source: DataType, target: DataType) -> Exception:
    """001065: there is no cast between the two types."""
    return compilation_error(
        "001065", "22023", f"invalid type [CAST({source} AS {target})] for parameter 'TO_{target.kind}'"
    )


def coerces(source: DataType, target: DataType) -> bool:
    """Whether Snowflake converts ``source`` to ``target`` by itself."""
    if source.kind == target.kind or source.kind in _TO_ANYTHING:
        return True
    return target.kind in IMPLICIT.get(source.kind, frozenset())


def coerce_word(value: Typed, word: str, env: Environment) -> Typed | None:
    """``value`` as the signature ``word`` wants it (see ``functions.registry``); None if it cannot be."""
    if word in ("any", "part", "word"):
        return value
    if word == "truth":
        return cast(value, BOOLEAN, env) if value.type.kind in ("BOOLEAN", "NULL") else None
    kinds, default = _AS_IT_IS.get(word, (frozenset(), None))
    if value.type.kind in kinds:
        return value
    if word in ("text", "textbin") and value.type.kind in ("BINARY", "ARRAY", "OBJECT", "MAP", "VECTOR"):
        return None
    target = default or WORDS[word]
    if word == "number" and value.type.kind in ("TEXT", "VARIANT"):
        target = fixed(38, 5) if value.type.kind == "TEXT" else REAL
    if word in ("number", "measure") and value.type.kind == "BOOLEAN":
        return None
    if word == "int" and value.type.kind == "FIXED" and value.type.s == 0:
        return value
    return cast(value, target, env) if coerces(value.type, target) else None


def load_all() -> None:
    """Import every module of ``snowdome.sql.conversions``, so that its rules register."""
    package = importlib.import_module("snowdome.sql.conversions")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"snowdome.sql.conversions.{module.name}")
