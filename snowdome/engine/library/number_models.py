"""Python functions that print and read numbers by format models."""

from __future__ import annotations

from decimal import Decimal

import duckdb

from snowdome.engine.macros import installer
from snowdome.engine.number_input import read_number
from snowdome.engine.number_model import BadModel
from snowdome.engine.number_output import print_number


def _print(value: str, model: str, target: str) -> str:
    """A number written as text, printed by the model; ``target`` is FIXED or REAL."""
    try:
        return print_number(Decimal(value), model, target == "REAL")
    except BadModel as bad:
        raise ValueError(f"SF|100180|22023|Bad output format model '{model}' for {target}: {bad}") from None


def _read(text: str, model: str, target: str) -> str:
    """The digits of the number that the text spells by the model; 100140 if it does not fit."""
    try:
        number = read_number(text, model, target == "FIXED")
    except BadModel as bad:
        raise ValueError(f"SF|100179|22023|Bad input format model '{model}' for {target}: {bad}") from None
    if number is None:
        raise ValueError(f"SF|100140|22018|Can't parse '{text}' as number with format '{model}'")
    return f"{number:f}"


def _try_read(text: str, model: str, target: str) -> str:
    """The same, empty if the text does not fit or the model is none."""
    try:
        number = read_number(text, model, target == "FIXED")
    except BadModel:
        return ""
    return "" if number is None else f"{number:f}"


@installer
def install(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the functions."""
    text = duckdb.sqltype("VARCHAR")
    connection.create_function("sf_print_number", _print, [text, text, text], text)
    connection.create_function("sf_read_number", _read, [text, text, text], text)
    connection.create_function("sf_try_read_number", _try_read, [text, text, text], text)
