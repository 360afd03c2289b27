"""Reading semi-structured values: paths, types, and what a VARIANT holds."""

from __future__ import annotations

from snowdome.catalog.names import literal
from snowdome.engine import paths
from snowdome.engine.library.variants import UNDEFINED
from snowdome.errors import compilation_error
from snowdome.sql import casts
from snowdome.sql.functions.registry import scalar
from snowdome.sql.typed import Call, Environment, Typed, invalid_arguments
from snowdome.types import NUMBER, TEXT, VARIANT, DataType

Step = str | int | Typed


def parse_path(text: str) -> tuple[str | int, ...]:
    """The steps of a path such as ``a.b[0]['c']``; 001007 where it is none."""
    try:
        return paths.steps(text)
    except ValueError:
        raise compilation_error("001007", "22023", f"invalid value [{text}] for parameter 'path'") from None


def get_path(value: Typed, path: tuple[Step, ...], env: Environment | None = None) -> Typed:
    """The part of ``value`` at ``path``: keys, zero-based indexes, or expressions of either.

    SQL NULL where there is none; JSON null stays JSON null. A part of a structured type has its declared
    type, which needs ``env``. 001044 if ``value`` is not semi-structured.
    """
    if not value.type.is_semi_structured:
        step = path[0] if path else ""
        raise invalid_arguments(
            "GET", [value.type, step.type if isinstance(step, Typed) else _literal_type(step)]
        )
    sql, type_ = value.sql, value.type
    constant: list[str | int] = []
    for step in path:
        if isinstance(step, Typed):
            sql, constant = _dynamic(_constant(sql, constant), step), []
        elif isinstance(step, str) and step in ("", "*"):
            sql, constant = f"sf.variant_member({_constant(sql, constant)}, {literal(step)})", []
        else:
            constant.append(step)
        type_ = _member_type(type_, step)
    found = Typed(_constant(sql, constant), VARIANT)
    return found if env is None else casts.cast(found, type_, env)


def _literal_type(step: str | int) -> DataType:
    return DataType("TEXT", length=len(step)) if isinstance(step, str) else NUMBER


def _constant(sql: str, steps: list[str | int]) -> str:
    """``sql`` at a path of constant steps."""
    if not steps:
        return sql
    if any(isinstance(s, int) and s < 0 for s in steps):
        return "CAST(NULL AS JSON)"
    shown = "".join(f"[{s}]" if isinstance(s, int) else f'."{_escaped(s)}"' for s in steps)
    found = f"json_extract({sql}, {literal('$' + shown)})"
    return f"nullif({found}, '{UNDEFINED}')" if isinstance(steps[-1], int) else found


def _escaped(key: str) -> str:
    return key.replace("\\", "\\\\").replace('"', '\\"')


def _dynamic(sql: str, step: Typed) -> str:
    if step.type.kind in ("FIXED", "REAL"):
        return f"sf.variant_element({sql}, {step.sql})"
    if step.type.kind == "TEXT":
        return f"sf.variant_member({sql}, {step.sql})"
    if step.type.kind == "VARIANT":
        return f"sf.variant_at({sql}, {step.sql})"
    raise invalid_arguments("GET", [VARIANT, step.type])


def _member_type(type_: DataType, step: Step) -> DataType:
    """The declared type of a structured value's part; VARIANT where none is declared."""
    if type_.kind == "ARRAY" and type_.element is not None:
        return type_.element
    if type_.kind == "MAP" and len(type_.fields) == 2:
        return type_.fields[1][1]
    if type_.kind == "OBJECT" and isinstance(step, str):
        return dict(type_.fields).get(step, VARIANT)
    return VARIANT


def semi(call: Call, index: int = 0) -> Typed:
    """The argument at ``index``, which must be VARIANT, OBJECT, ARRAY or MAP (or NULL): else 001044."""
    value = call[index]
    if value.type.kind == "NULL":
        return value.with_type(VARIANT)
    if not value.type.is_semi_structured:
        raise call.invalid_types()
    return value


@scalar("GET", args="any, any")
def get(call: Call) -> Typed:
    """The member at a key or an index."""
    value, step = semi(call), call[1]
    if step.type.kind not in ("TEXT", "VARIANT", "FIXED", "REAL", "NULL"):
        raise call.invalid_types()
    if step.is_null:
        return call.result("CAST(NULL AS JSON)", VARIANT, True)
    key = step.literal
    return get_path(value, (key if isinstance(key, str | int) else step,), call.env)


@scalar("GET_PATH", args="any, text")
def get_path_function(call: Call) -> Typed:
    """The part at a path text such as ``a.b[0]``."""
    value = semi(call)
    if not isinstance(call[1].literal, str):
        return call.result(f"CAST(sf_json_at({value.sql}, {call[1].sql}) AS JSON)", VARIANT, True)
    return get_path(value, parse_path(call[1].literal), call.env)


@scalar("GET_IGNORE_CASE", args="any, any")
def get_ignore_case(call: Call) -> Typed:
    """The member whose key is the same but for case."""
    value, key = semi(call), call[1]
    if key.type.is_numeric:
        return get(call)
    return call.result(f"sf.member_ignoring_case({value.sql}, {key.sql})", VARIANT, True)


@scalar("JSON_EXTRACT_PATH_TEXT", args="text, text")
def json_extract_path_text(call: Call) -> Typed:
    """The part of JSON text at a path, as text."""
    if call[0].is_null:
        return call.result("CAST(NULL AS VARCHAR)", TEXT, True)
    parsed = Typed(f"sf.parse_json({call[0].sql})", VARIANT)
    part = Typed(f"CAST(sf_json_at({parsed.sql}, {call[1].sql}) AS JSON)", VARIANT)
    if isinstance(call[1].literal, str):
        part = get_path(parsed, parse_path(call[1].literal))
    return call.result(f"sf.variant_text({part.sql})", TEXT, True)


# -- to and from JSON text --------------------------------------------------------------------------


@scalar("PARSE_JSON", "TRY_PARSE_JSON", args="text, word?")
def parse_json(call: Call) -> Typed:
    """JSON text as a VARIANT; 100069 for text that is none, or NULL from TRY_PARSE_JSON."""
    mode = call.constant_text(1).lower() if len(call) > 1 else "s"
    if mode not in ("d", "s"):
        raise compilation_error("001007", "22023", f"invalid value [{mode}] for parameter 'parameter'")
    if call[0].is_null:
        return call.result("CAST(NULL AS JSON)", VARIANT, True)
    macro = call.name.lower() + ("_last" if mode == "d" else "")
    return call.result(f"sf.{macro}({call[0].sql})", VARIANT, True)


@scalar("CHECK_JSON", args="any")
def check_json(call: Call) -> Typed:
    """What is wrong with JSON text; NULL if nothing is."""
    value = call[0]
    if value.type.is_semi_structured:
        return call.result("CAST(NULL AS VARCHAR)", TEXT, True)
    if value.type.kind not in ("TEXT", "NULL"):
        raise call.invalid_types()
    return call.result(f"sf_json_fault({value.sql})", TEXT, True)


@scalar("TO_JSON", args="any")
def to_json(call: Call) -> Typed:
    """The value as JSON text on one line."""
    return call.result(f"sf.variant_compact({semi(call).sql})", TEXT)


@scalar("STRIP_NULL_VALUE", args="any")
def strip_null_value(call: Call) -> Typed:
    """SQL NULL for JSON null; anything else as it is."""
    return call.result(f"nullif({semi(call).sql}, 'null')", VARIANT, True)
