"""Object and map functions."""

from __future__ import annotations

from collections.abc import Sequence

from snowdome.catalog.names import literal
from snowdome.engine import json_text
from snowdome.errors import SnowflakeError, compilation_error
from snowdome.sql import casts
from snowdome.sql.functions.arrays import any_null
from snowdome.sql.functions.registry import aggregate, scalar
from snowdome.sql.functions.semistructured import semi
from snowdome.sql.typed import Call, Typed
from snowdome.types import ARRAY, BOOLEAN, INT18, OBJECT, TEXT, VARIANT, DataType

_NO_OBJECT = "CAST(NULL AS JSON)"
_EMPTY = "CAST('{}' AS JSON)"


@scalar("OBJECT_CONSTRUCT", "OBJECT_CONSTRUCT_KEEP_NULL", args="any*")
def object_construct(call: Call) -> Typed:
    """An object of alternating keys and values; NULL keys are left out, NULL values too unless kept."""
    if len(call) % 2:
        text = f"not enough arguments for function [{call.name}], expected {len(call) + 1}, got {len(call)}"
        raise compilation_error("000938", "22023", text)
    keep = call.name.endswith("KEEP_NULL")
    pairs = [(k, v) for k, v in zip(call.args[::2], call.args[1::2], strict=True) if not k.is_null]
    if any(k.type.kind != "TEXT" for k, _ in pairs):
        raise call.invalid_types()
    if all(isinstance(k.literal, str) for k, _ in pairs):
        return call.result(_of_constants(call, pairs, keep), OBJECT, False)
    members = ", ".join(f"struct_pack(k := {k.sql}, v := {_value(call, v, keep)})" for k, v in pairs)
    return call.result(f"sf.object_of([{members}])", OBJECT, False)


def _value(call: Call, value: Typed, keep: bool) -> str:
    variant = casts.cast(value, VARIANT, call.env)
    return f"coalesce({variant.sql}, 'null')" if keep and variant.nullable else variant.sql


def _of_constants(call: Call, pairs: Sequence[tuple[Typed, Typed]], keep: bool) -> str:
    """Constant keys are sorted here; a NULL value makes its whole member NULL, which concat_ws skips."""
    members = {str(k.literal): _value(call, v, keep) for k, v in pairs if keep or not v.is_null}
    if len(members) < sum(keep or not v.is_null for _, v in pairs):
        raise _duplicate([str(k.literal) for k, _ in pairs])
    shown = [f"{literal(_quoted(k) + ':')} || {members[k]}" for k in sorted(members)]
    return f"CAST('{{' || concat_ws(',', {', '.join(shown)}) || '}}' AS JSON)" if shown else _EMPTY


def _quoted(key: str) -> str:
    return json_text.encode(key)


def _duplicate(keys: Sequence[str]) -> SnowflakeError:
    twice = next(k for i, k in enumerate(keys) if k in keys[:i])
    return SnowflakeError("100095", "22000", f"Duplicate field key '{twice}'")


# What becomes a VARIANT by itself, as the value of OBJECT_AGG.
_MEMBERS = ("FIXED", "REAL", "BOOLEAN", "VARIANT", "OBJECT", "ARRAY", "MAP", "NULL")


@aggregate("OBJECT_AGG", args="text, any")
def object_agg(call: Call) -> Typed:
    """An object of the rows' keys and values; rows where either is NULL are left out."""
    if call[1].type.kind not in _MEMBERS:
        raise call.invalid_types()
    members = f"struct_pack(k := {call[0].sql}, v := {casts.cast(call[1], VARIANT, call.env).sql})"
    listed = f"list({'DISTINCT ' if call.distinct else ''}{members}){call.over}"
    return call.result(f"coalesce(sf.object_of({listed}), {_EMPTY})", OBJECT, False)


@scalar("OBJECT_DELETE", args="object, any, any*")
def object_delete(call: Call) -> Typed:
    """The object without the keys."""
    return _narrowed(call, "without", call[0], OBJECT)


@scalar("OBJECT_PICK", args="object, any, any*")
def object_pick(call: Call) -> Typed:
    """The object with only the keys, given one by one or as an array."""
    return _narrowed(call, "with", call[0], OBJECT)


def _narrowed(call: Call, word: str, value: Typed, returns: DataType) -> Typed:
    if value.is_null:
        return call.result(_NO_OBJECT, returns, True)
    return call.result(f"sf.object_{word}({value.sql}, {_keys(call)})", returns, value.nullable)


def _keys(call: Call) -> str:
    """The keys after the first argument as a list of texts."""
    if len(call) == 2 and call[1].type.kind in ("ARRAY", "VARIANT"):
        return f"sf.text_list({casts.cast(call[1], ARRAY, call.env).sql})"
    keys = [casts.cast(k, TEXT, call.env).sql for k in call.args[1:]]
    return f"[{', '.join(keys)}]"


@scalar("OBJECT_INSERT", args="object, text, any, bool?")
def object_insert(call: Call) -> Typed:
    """The object with one more member; NULL leaves it out; an existing key needs the update flag."""
    if any_null(call, 0):
        return call.result(_NO_OBJECT, OBJECT, True)
    replace = call[3].sql if len(call) > 3 else "FALSE"
    value = casts.cast(call[2], VARIANT, call.env).sql
    sql = f"sf.object_insert({call[0].sql}, {call[1].sql}, {value}, {replace})"
    return call.result(sql, OBJECT, call[0].nullable)


@scalar("OBJECT_KEYS", args="any")
def object_keys(call: Call) -> Typed:
    """The keys, sorted."""
    return call.result(f"sf.object_keys({semi(call).sql})", ARRAY)


# -- MAP --------------------------------------------------------------------------------------------


def _map(call: Call, index: int = 0) -> Typed:
    if call[index].type.kind != "MAP":
        raise call.invalid_types()
    return call[index]


def _key_text(call: Call, index: int) -> str:
    return casts.cast(call[index], TEXT, call.env).sql


@scalar("MAP_CAT", args="any, any")
def map_cat(call: Call) -> Typed:
    """Both maps' entries; the second's where a key is in both."""
    first, second = _map(call), _map(call, 1)
    return call.result(f"sf.map_cat({first.sql}, {second.sql})", first.type)


@scalar("MAP_CONTAINS_KEY", args="any, any")
def map_contains_key(call: Call) -> Typed:
    """Whether the map (the second argument) has the key."""
    return call.result(f"list_contains(sf.member_keys({_map(call, 1).sql}), {_key_text(call, 0)})", BOOLEAN)


@scalar("MAP_DELETE", args="any, any, any*")
def map_delete(call: Call) -> Typed:
    """The map without the keys."""
    return _narrowed(call, "without", _map(call), call[0].type)


@scalar("MAP_PICK", args="any, any, any*")
def map_pick(call: Call) -> Typed:
    """The map with only the keys, given one by one or as an array."""
    return _narrowed(call, "with", _map(call), call[0].type)


@scalar("MAP_INSERT", args="any, any, any, bool?")
def map_insert(call: Call) -> Typed:
    """The map with one more entry; an existing key needs the update flag."""
    value, replace = _map(call), call[3].sql if len(call) > 3 else "FALSE"
    entry = f"coalesce({casts.cast(call[2], VARIANT, call.env).sql}, 'null')"
    sql = f"sf.object_insert({value.sql}, {_key_text(call, 1)}, {entry}, {replace})"
    return call.result(f"(CASE WHEN {call[1].sql} IS NOT NULL THEN {sql} END)", value.type)


@scalar("MAP_KEYS", args="any")
def map_keys(call: Call) -> Typed:
    """The keys as an array."""
    value = _map(call)
    keys = f"sf.member_keys({value.sql})"
    numeric = bool(value.type.fields) and value.type.fields[0][1].kind == "FIXED"
    return call.result(f"sf.list_to_array({keys})" if numeric else f"to_json({keys})", ARRAY)


@scalar("MAP_SIZE", args="any")
def map_size(call: Call) -> Typed:
    """The number of entries."""
    return call.result(f"CAST(len(sf.member_keys({_map(call).sql})) AS DECIMAL(18,0))", INT18)
