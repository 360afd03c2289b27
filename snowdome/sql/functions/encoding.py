"""HEX_, BASE64_ and COMPRESS functions."""

from __future__ import annotations

from snowdome.errors import compilation_error
from snowdome.sql.functions.registry import scalar
from snowdome.sql.functions.string import literal_int, whole
from snowdome.sql.typed import Call, Typed
from snowdome.types import TEXT, DataType, binary

_MAX_LINE = 2147483647


def _encoded(call: Call) -> str:
    """The bytes of the first argument: those of a binary, or the UTF-8 form of a text."""
    return call[0].sql if call[0].type.kind == "BINARY" else f"encode({call[0].sql})"


@scalar("HEX_ENCODE", args="textbin, int?")
def hex_encode(call: Call) -> Typed:
    """Hexadecimal digits, capital ones unless the second argument is 0."""
    case = call.get(1)
    if case is None:
        return call.result(f"hex({_encoded(call)})", TEXT)
    return call.result(f"sf.hex_encode({_encoded(call)}, {whole(case)})", TEXT)


@scalar("HEX_DECODE_BINARY", "TRY_HEX_DECODE_BINARY", args="text")
def hex_decode_binary(call: Call) -> Typed:
    """The bytes that hexadecimal digits spell."""
    return _decoded(call, f"sf.{_try(call)}hex_binary({call[0].sql})", binary())


@scalar("HEX_DECODE_STRING", "TRY_HEX_DECODE_STRING", args="text")
def hex_decode_string(call: Call) -> Typed:
    """The text whose UTF-8 bytes hexadecimal digits spell."""
    decoded = f"sf.{_try(call)}hex_binary({call[0].sql})"
    return _decoded(call, f"sf.{_try(call)}decoded_text({decoded}, {call[0].sql})", TEXT)


@scalar("BASE64_ENCODE", args="textbin, int?, text?")
def base64_encode(call: Call) -> Typed:
    """Base 64, in lines of the length given (0: one line), with up to three own characters for + / =."""
    sql = f"to_base64({_encoded(call)})"
    line, alphabet = call.get(1), call.get(2)
    if alphabet is not None and not alphabet.is_null:
        call.constant_text(2)
        sql = f"translate({sql}, '+/=', sf.base64_alphabet({alphabet.sql}))"
    if line is None:
        return call.result(sql, TEXT)
    length = literal_int(line)
    if length is not None and not 0 <= length <= _MAX_LINE:
        argument = "unexpected argument [maximum line length] at position 2,"
        text = f"invalid argument for function [BASE64_ENCODE] {argument}"
        raise compilation_error("001014", "22023", text)
    return call.result(f"sf.in_lines({sql}, {whole(line)})", TEXT)


@scalar("BASE64_DECODE_BINARY", "TRY_BASE64_DECODE_BINARY", args="text, text?")
def base64_decode_binary(call: Call) -> Typed:
    """The bytes that base 64 spells."""
    return _decoded(call, _from_base64(call), binary())


@scalar("BASE64_DECODE_STRING", "TRY_BASE64_DECODE_STRING", args="text, text?")
def base64_decode_string(call: Call) -> Typed:
    """The text whose UTF-8 bytes base 64 spells."""
    return _decoded(call, f"sf.{_try(call)}decoded_text({_from_base64(call)}, {call[0].sql})", TEXT)


def _from_base64(call: Call) -> str:
    alphabet = call.get(1)
    text = call[0].sql
    if alphabet is not None and not alphabet.is_null:
        call.constant_text(1)
        text = f"translate({text}, sf.base64_alphabet({alphabet.sql}), '+/=')"
    return f"sf.{_try(call)}base64_binary({text})"


def _try(call: Call) -> str:
    return "try_" if call.name.startswith("TRY_") else ""


def _decoded(call: Call, sql: str, type_: DataType) -> Typed:
    return call.result(sql, type_, call.nullable or call.name.startswith("TRY_"))


@scalar("COMPRESS", args="textbin, text")
def compress(call: Call) -> Typed:
    """The bytes compressed by SNAPPY, ZLIB, ZSTD or BZ2, with a level in brackets behind it."""
    return call.result(f"sf_compress({_encoded(call)}, {call[1].sql})", binary())


@scalar("DECOMPRESS_BINARY", args="binary, text")
def decompress_binary(call: Call) -> Typed:
    """What COMPRESS compressed, as bytes."""
    return call.result(f"sf_decompress({call[0].sql}, {call[1].sql})", binary())


@scalar("DECOMPRESS_STRING", args="binary, text")
def decompress_string(call: Call) -> Typed:
    """What COMPRESS compressed, as text."""
    decompressed = f"sf_decompress({call[0].sql}, {call[1].sql})"
    return call.result(f"sf.decoded_text({decompressed}, hex({call[0].sql}))", TEXT)
