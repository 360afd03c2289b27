"""Conversions between VARCHAR and BINARY, by BINARY_INPUT_FORMAT and BINARY_OUTPUT_FORMAT."""

from __future__ import annotations

from snowdome.errors import compilation_error
from snowdome.sql.casts import conversion
from snowdome.sql.conversions.text import fitted
from snowdome.sql.typed import Environment, Typed
from snowdome.types import MAX_BINARY, DataType

_DECODERS = {"HEX": "hex_binary", "BASE64": "base64_binary", "UTF8": "utf8_binary", "UTF-8": "utf8_binary"}
_ENCODERS = {"HEX": "binary_hex", "BASE64": "binary_base64", "UTF8": "binary_utf8", "UTF-8": "binary_utf8"}


def decoder(format_: str, safe: bool) -> str:
    """The macro that reads text of the format: HEX, BASE64 or UTF-8."""
    name = _DECODERS.get(format_.upper())
    if name is None:
        raise compilation_error("001007", "22023", f"invalid value [{format_}] for parameter 'TO_BINARY'")
    return f"sf.{'try_' if safe else ''}{name}"


def encoder(format_: str, safe: bool) -> str:
    """The macro that writes bytes in the format: HEX, BASE64 or UTF-8."""
    name = _ENCODERS.get(format_.upper())
    if name is None:
        raise compilation_error("001007", "22023", f"invalid value [{format_}] for parameter 'TO_VARCHAR'")
    return f"sf.{'try_' if safe and name == 'binary_utf8' else ''}{name}"


@conversion("TEXT", "BINARY")
def text_to_binary(value: Typed, target: DataType, env: Environment, safe: bool) -> str:
    """The bytes that the text spells; 100115 or 100116 where it spells none."""
    return f"{decoder(str(env.parameter('BINARY_INPUT_FORMAT')), safe)}({value.sql})"


@conversion("BINARY", "TEXT")
def binary_to_text(value: Typed, target: DataType, env: Environment, safe: bool) -> str:
    """The bytes spelled out, hexadecimal by default."""
    return fitted(f"{encoder(str(env.parameter('BINARY_OUTPUT_FORMAT')), safe)}({value.sql})", target, safe)


@conversion("BINARY", "BINARY")
def binary_to_binary(value: Typed, target: DataType, env: Environment, safe: bool) -> str:
    """The first bytes, as many as the target holds."""
    if target.length is None or target.length >= (value.type.length or MAX_BINARY):
        return value.sql
    return f"({value.sql})[1:{target.length}]"
