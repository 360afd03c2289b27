"""Reading semi-structured values: paths, types, and what a VARIANT holds."""

from __future__ import annotations

from snowdome.catalog.names import literal
from snowdome.engine.library.variants import UNDEFINED
from snowdome.sql import casts
from snowdome.sql.typed import Environment, Typed, invalid_arguments
from snowdome.types import NUMBER, VARIANT, DataType

Step = str | int | Typed


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
