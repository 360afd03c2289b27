"""Digests and hashes."""

from __future__ import annotations

from snowdome.errors import SnowflakeError
from snowdome.sql.casts import cast
from snowdome.sql.functions.registry import scalar
from snowdome.sql.functions.string import literal_int, whole
from snowdome.sql.typed import Call, Typed
from snowdome.types import TEXT, binary, fixed, text

_SHA2_BITS = (224, 256, 384, 512)


@scalar("MD5", "MD5_HEX", args="textbin")
def md5(call: Call) -> Typed:
    """MD5 as 32 hexadecimal digits."""
    return call.result(f"md5({call[0].sql})", text(32))


@scalar("MD5_BINARY", args="textbin")
def md5_binary(call: Call) -> Typed:
    """MD5 as 16 bytes."""
    return call.result(f"unhex(md5({call[0].sql}))", binary(16))


@scalar("MD5_NUMBER_LOWER64", args="textbin")
def md5_lower(call: Call) -> Typed:
    """The lower 64 bits of MD5 as a number."""
    return call.result(f"sf.hex_number(right(md5({call[0].sql}), 16))", fixed(20, 0))


@scalar("MD5_NUMBER_UPPER64", args="textbin")
def md5_upper(call: Call) -> Typed:
    """The upper 64 bits of MD5 as a number."""
    return call.result(f"sf.hex_number(left(md5({call[0].sql}), 16))", fixed(20, 0))


@scalar("SHA1", "SHA1_HEX", args="textbin")
def sha1(call: Call) -> Typed:
    """SHA-1 as 40 hexadecimal digits."""
    return call.result(f"sha1({call[0].sql})", text(40))


@scalar("SHA1_BINARY", args="textbin")
def sha1_binary(call: Call) -> Typed:
    """SHA-1 as 20 bytes."""
    return call.result(f"unhex(sha1({call[0].sql}))", binary(20))


@scalar("SHA2", "SHA2_HEX", args="textbin, int?")
def sha2(call: Call) -> Typed:
    """SHA-2 of 224, 256 (the default), 384 or 512 bits as hexadecimal digits."""
    return call.result(_sha2(call), text(128))


@scalar("SHA2_BINARY", args="textbin, int?")
def sha2_binary(call: Call) -> Typed:
    """SHA-2 as bytes."""
    return call.result(f"unhex({_sha2(call)})", binary(64))


def _sha2(call: Call) -> str:
    size = call.get(1)
    bits = 256 if size is None else literal_int(size)
    if bits in (0, 256):
        return f"sha256({call[0].sql})"
    if bits is not None and bits not in _SHA2_BITS:
        message = f"Invalid parameter value: {bits}. Reason: Unsupported SHA2 digest size"
        raise SnowflakeError("100050", "22023", message)
    value = call[0].sql if call[0].type.kind == "BINARY" else f"encode({call[0].sql})"
    return f"sf_sha2({value}, {whole(size) if size is not None else 256})"


@scalar("HASH", args="any*")
def hash_(call: Call) -> Typed:
    """A signed 64-bit hash of all arguments; equal values of any type of number hash alike."""
    if not call.args:
        raise call.invalid_types()
    parts = ", ".join(_hashed(a, call) for a in call.args)
    return call.result(f"sf.signed_hash(hash({parts}))", fixed(19, 0), False)


def _hashed(value: Typed, call: Call) -> str:
    """Engine SQL that is equal for values that Snowflake finds equal, whatever their types."""
    kind = value.type.kind
    if kind == "FIXED":
        exact = f"CAST({value.sql} AS VARCHAR)"
        return f"sf.hashed_digits({exact})" if value.type.s else exact
    if kind == "REAL":
        return f"sf.hashed_real({value.sql})"
    if kind == "TEXT":
        return f"'t' || {value.sql}"
    if kind == "NULL":
        return "CAST(NULL AS VARCHAR)"
    if kind in ("VECTOR", "BINARY", "BOOLEAN"):
        return f"'{kind[0].lower()}' || CAST({value.sql} AS VARCHAR)"
    return f"'{kind[:3].lower()}' || {cast(value, TEXT, call.env).sql}"
