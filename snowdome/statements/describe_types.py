"""Types and signatures as listings write them."""

from __future__ import annotations

from snowdome.catalog.model import Function, Procedure, Routine
from snowdome.types import MAX_BINARY, MAX_TEXT, DataType, sql_name

_BARE = {"FIXED": "NUMBER", "REAL": "FLOAT", "TEXT": "VARCHAR"}


def bare_name(t: DataType) -> str:
    """The type without its parameters, as signatures have it."""
    return sql_name(t) if t.kind in ("VECTOR", "MAP") or t.element or t.fields else _BARE.get(t.kind, t.kind)


def argument_list(function: Routine) -> str:
    """SHOW FUNCTIONS' ``NAME(NUMBER, DEFAULT VARCHAR) RETURN NUMBER``."""
    shown = ", ".join(
        f"{'DEFAULT ' if a.default is not None else ''}{bare_name(a.type)}" for a in function.arguments
    )
    return f"{function.name}({shown}) RETURN {_returned(function, bare=True)}"


def signature(function: Routine) -> str:
    """DESCRIBE FUNCTION's ``(X NUMBER, Y VARCHAR)``."""
    return "(" + ", ".join(f"{a.name} {bare_name(a.type)}" for a in function.arguments) + ")"


def handler_properties(function: Function) -> list[tuple[str, str | None]]:
    """DESCRIBE FUNCTION's rows about a handler."""
    return [
        ("null handling", _null_handling(function)),
        ("volatility", "VOLATILE" if function.volatile else "IMMUTABLE"),
        *_handler(function),
        ("is_aggregate", "true" if function.aggregate else "false"),
    ]


def procedure_properties(procedure: Procedure) -> list[tuple[str, str | None]]:
    """DESCRIBE PROCEDURE's rows behind its language."""
    if procedure.language == "SQL":
        return [
            ("null handling", _null_handling(procedure)), ("volatility", "VOLATILE"),
            ("execute as", procedure.execute_as), ("body", procedure.body),
        ]  # fmt: skip
    return [
        ("null handling", _null_handling(procedure)),
        ("volatility", "VOLATILE"),
        ("execute as", procedure.execute_as),
        *_handler(procedure),
    ]


def _null_handling(routine: Routine) -> str:
    return "RETURNS NULL ON NULL INPUT" if routine.strict else "CALLED ON NULL INPUT"


def _handler(routine: Routine) -> list[tuple[str, str | None]]:
    options = routine.options
    return [
        ("body", routine.body or None),
        ("imports", _listed(options.get("IMPORTS", ""))),
        ("handler", options.get("HANDLER")),
        ("runtime_version", options.get("RUNTIME_VERSION")),
        ("packages", _listed(options.get("PACKAGES", ""), "'")),
    ]


def _listed(lines: str, mark: str = "") -> str:
    return "[" + ",".join(f"{mark}{line}{mark}" for line in filter(None, lines.split("\n"))) + "]"


def returned(function: Routine) -> str:
    """DESCRIBE FUNCTION's returned type."""
    return _returned(function, bare=False)


def _returned(function: Routine, bare: bool) -> str:
    if function.is_table:
        return "TABLE (" + ", ".join(f"{name} {bare_name(t)}" for name, t in function.columns) + ")"
    if function.returns is None:
        return "NULL"
    name = bare_name(function.returns) if bare else sql_name(function.returns)
    return name + (" NOT NULL" if function.not_null and not bare else "")


def descriptor(t: DataType, nullable: bool = True) -> dict[str, object]:
    """SHOW COLUMNS' description of a type, for JSON."""
    if t.kind == "FIXED":
        return {"type": "FIXED", "precision": t.p, "scale": t.s, "nullable": nullable}
    if t.kind == "TEXT":
        length = MAX_TEXT if t.length is None else t.length
        size = min(length * 4, MAX_TEXT * 8)
        return {"type": "TEXT", "length": length, "byteLength": size, "nullable": nullable, "fixed": False}
    if t.kind == "BINARY":
        length = MAX_BINARY if t.length is None else t.length
        return {"type": "BINARY", "length": length, "byteLength": length, "nullable": nullable, "fixed": True}
    if t.kind == "TIME" or t.is_timestamp:
        return {
            "type": t.kind,
            "precision": 0,
            "scale": 9 if t.scale is None else t.scale,
            "nullable": nullable,
        }
    return {"type": "TEXT" if t.kind == "NULL" else t.kind, "nullable": nullable, **_nested(t)}


def _nested(t: DataType) -> dict[str, object]:
    if t.kind == "VECTOR" and t.element is not None:
        return {"vectorElementType": descriptor(t.element, False), "dimension": t.length}
    if t.kind == "MAP" and t.fields:
        (_, key), (_, value) = t.fields
        return {"keyType": descriptor(key, False), "valueType": descriptor(value)}
    if t.kind == "ARRAY" and t.element is not None:
        return {"elementType": descriptor(t.element)}
    if t.fields:
        return {"fields": [{"fieldName": name, "fieldType": descriptor(f)} for name, f in t.fields]}
    return {}
