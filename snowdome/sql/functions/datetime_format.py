"""TO_DATE, TO_TIME, TO_TIMESTAMP and their kin, and dates and times as text by a format model."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from snowdome.errors import SnowflakeError, compilation_error
from snowdome.sql.casts import cast
from snowdome.sql.conversions.datetime import STAMPS, Model, epoch_ns, read_text, stamp_of_epoch
from snowdome.sql.functions.registry import scalar
from snowdome.sql.temporal import input_model, once, output_model, printed, quoted, wall, zone
from snowdome.sql.typed import Call, Environment, Typed
from snowdome.types import DATE, TEXT, TIME, DataType, engine_type, timestamp


@scalar("TO_DATE", "DATE", "TRY_TO_DATE", args="any, any?")
def to_date(call: Call) -> Typed:
    """Text by a format, epoch seconds as text, or another date or timestamp, as DATE."""
    value = call[0]
    if value.type.kind == "FIXED" and call.name == "DATE" and len(call) == 1:
        stamp = cast(value, timestamp("TIMESTAMP_NTZ"), call.env)
        return cast(stamp, DATE, call.env)
    return _converted(call, DATE)


@scalar("TO_TIME", "TIME", "TRY_TO_TIME", args="any, any?")
def to_time(call: Call) -> Typed:
    """Text by a format, or a timestamp's time of day, as TIME."""
    return _converted(call, TIME)


@scalar("TO_TIMESTAMP", "TO_TIMESTAMP_NTZ", "TO_TIMESTAMP_LTZ", "TO_TIMESTAMP_TZ", "TRY_TO_TIMESTAMP",
        "TRY_TO_TIMESTAMP_NTZ", "TRY_TO_TIMESTAMP_LTZ", "TRY_TO_TIMESTAMP_TZ", args="any, any?")  # fmt: skip
def to_timestamp(call: Call) -> Typed:
    """Text by a format, numbers as counts of 10**-scale seconds, dates and timestamps, as TIMESTAMP_*."""
    target = timestamp(_kind(call.name, call.env))
    value = call[0]
    if value.type.kind == "FIXED" and not value.is_null and not call.name.startswith("TRY_"):
        sql = stamp_of_epoch(epoch_ns(value, _scale(call, target)), target, call.env)
        return call.result(sql, target, value.nullable)
    return _converted(call, target)


def _kind(name: str, env: Environment) -> str:
    bare = name.removeprefix("TRY_").removeprefix("TO_")
    return bare if bare in STAMPS else str(env.parameter("TIMESTAMP_TYPE_MAPPING") or "TIMESTAMP_NTZ").upper()


def _scale(call: Call, target: DataType) -> int:
    """The constant scale given beside a number, 0 by default."""
    if len(call) == 1:
        return 0
    scale = call[1].literal
    if isinstance(scale, bool) or not isinstance(scale, (int, Decimal)) or scale != int(scale):
        shown = f"'{scale}'" if isinstance(scale, str) else "null" if scale is None else str(scale)
        wanted = f"be an integer, found: '{shown}'"
        if not call[1].is_literal:
            wanted = f"be constant, found '{call.text}'"
        text = f"argument 2 to function TO_{target.kind} needs to {wanted}"
        raise compilation_error("001015", "22023", text)
    if not 0 <= scale <= 9:
        raise compilation_error("001011", "22023", f"Invalid value [{scale}] for function 'TO_{target.kind}'")
    return int(scale)


def _converted(call: Call, target: DataType) -> Typed:
    """Any value as ``target``; NULL where a TRY_ function meets a text it cannot read."""
    value, safe = call[0], call.name.startswith("TRY_")
    if value.is_null or (len(call) > 1 and call[1].is_null):
        return Typed(f"CAST(NULL AS {engine_type(target)})", target, True, None)
    if safe and value.type.kind != "TEXT":
        text = f"Function TRY_CAST cannot be used with arguments of types {value.type} and {target}"
        raise compilation_error("001065", "22023", text)
    if value.type.kind == "TEXT":
        sql = read_text(value, target, _model(call, target), call.env, safe)
        return call.result(sql, target, value.nullable or safe)
    if value.type.kind == "VARIANT" and len(call) > 1:
        return _converted(_as_text(call), target)
    if value.type.kind in ("FIXED", "REAL", "BOOLEAN", "BINARY", "ARRAY", "OBJECT"):
        raise _invalid_type(call, target)
    return cast(value, target, call.env)


def _as_text(call: Call) -> Call:
    return replace(call, args=(cast(call[0], TEXT, call.env), *call.args[1:]))


def _invalid_type(call: Call, target: DataType) -> SnowflakeError:
    """001007: the function does not take a value of that type."""
    parameter = f"TO_{target.kind}"
    return compilation_error("001007", "22023", f"invalid type [{call.text}] for parameter '{parameter}'")


def _model(call: Call, target: DataType) -> Model:
    """The model given, or that of the session."""
    if len(call) == 1:
        model = input_model(target.kind, call.env)
        return Model(quoted(model), model)
    given = call[1]
    if given.type.kind != "TEXT":
        text = f"Format argument for function 'TO_{target.kind}' needs to be a string"
        raise compilation_error("002010", "22023", text)
    return Model(given.sql, given.literal if isinstance(given.literal, str) else None)


def to_text(value: Typed, model: Typed | None, env: Environment) -> Typed:
    """A DATE, TIME or TIMESTAMP_* as VARCHAR by ``model``, or by the session's output format."""
    nullable = value.nullable or (model is not None and model.nullable)
    if model is None:
        return Typed(printed(value, output_model(value.type.kind, env), env), TEXT, nullable)
    if model.is_null:
        return Typed("CAST(NULL AS VARCHAR)", TEXT, True, None)
    if isinstance(model.literal, str):
        return Typed(printed(value, model.literal, env), TEXT, nullable)
    wall_sql = f"CAST({wall(value, env)} AS DECIMAL(38,0))"
    return Typed(f"sf_print_moment({wall_sql}, {_offset(value, env)}, {model.sql})", TEXT, nullable)


def _offset(value: Typed, env: Environment) -> str:
    """The offset from UTC in minutes."""
    if value.type.kind == "TIMESTAMP_TZ":
        return f"CAST(({value.sql}).o AS INTEGER)"
    if value.type.kind == "TIMESTAMP_LTZ":
        return once(
            value.sql, lambda h: f"CAST(sf.offset_at(sf.ts({h}), {zone(env)}) // 60000000 AS INTEGER)"
        )
    return "0"
