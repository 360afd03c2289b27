"""Conversions of the commonest texts, several times faster than those that know every form.

They take less than Snowflake does, and fail on the rest: the load is then done with the others.
"""

from __future__ import annotations

from collections.abc import Callable

from snowdome.sql.binder.core import Binder
from snowdome.types import DataType, engine_type

Maker = Callable[[str, DataType], str]


def quick(sql: str, target: DataType, binder: Binder, *, underscores: bool) -> str | None:
    """Engine SQL that converts the text ``sql``; None if there is no quick way.

    ``underscores`` says that the texts may hold some, which the engine ignores in numbers.
    """
    setting = _SETTINGS.get(target.kind)
    if setting is not None and str(binder.parameter(setting)).upper() != "AUTO":
        return None
    if target.kind in ("FIXED", "REAL"):
        return None if underscores else f"CAST({sql} AS {engine_type(target)})"
    maker = _MAKERS.get(target.kind)
    return maker(sql, target) if maker is not None else None


_SETTINGS = {"DATE": "DATE_INPUT_FORMAT", "TIMESTAMP_NTZ": "TIMESTAMP_INPUT_FORMAT"}
_NOT_QUICK = "error('not quick')"


def _boolean(sql: str, target: DataType) -> str:
    true, false = "('true', 'TRUE', 'True', '1')", "('false', 'FALSE', 'False', '0')"
    return _cases(sql, {f"{sql} IN {true}": "true", f"{sql} IN {false}": "false"})


def _date(sql: str, target: DataType) -> str:
    return _cases(sql, {f"{sql} LIKE '____-__-__'": f"CAST({sql} AS DATE)"})


def _timestamp(sql: str, target: DataType) -> str:
    if target.scale is not None and target.scale < 6:
        return _cases(sql, {})
    seconds = f"strlen({sql}) = 19 AND {sql} LIKE '____-__-__ __:__:__' AND {sql} NOT LIKE '%24:__:__'"
    return _cases(sql, {seconds: f"(epoch_us(CAST({sql} AS TIMESTAMP))::HUGEINT * 1000)"})


def _cases(sql: str, cases: dict[str, str]) -> str:
    branches = " ".join(f"WHEN {test} THEN {value}" for test, value in cases.items())
    return f"(CASE {branches} WHEN {sql} IS NOT NULL THEN {_NOT_QUICK} END)"


_MAKERS: dict[str, Maker] = {"BOOLEAN": _boolean, "DATE": _date, "TIMESTAMP_NTZ": _timestamp}
