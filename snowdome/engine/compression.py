"""COMPRESS and DECOMPRESS: SNAPPY, ZLIB, ZSTD and BZ2."""

from __future__ import annotations

import bz2
import re
import zlib

import pyarrow as pa

_METHOD = re.compile(r"\s*(snappy|zlib|zstd|bz2)(?:\(\s*(\d+)\s*\))?\s*", re.I)
_LIMITS = {"zlib": 9, "bz2": 9, "zstd": 22}
_MAX_LEVEL = 2147483647


def _method(text: str) -> tuple[str, int]:
    """The method's name and level, 0 for its own; 100194 if there is no such method."""
    found = _METHOD.fullmatch(text)
    level = int(found[2] or 0) if found else 0
    if found is None or level > _MAX_LEVEL:
        raise ValueError(f"SF|100194|42P19|Unknown compression method '{text.lower()}'")
    name = found[1].lower()
    return name, min(level, _LIMITS.get(name, 0))


def compress(value: bytes, method: str) -> bytes:
    """``value`` compressed."""
    name, level = _method(method)
    if name == "zlib":
        return zlib.compress(value, level or -1)
    if name == "bz2":
        return bz2.compress(value, level or 9)
    codec = pa.Codec(name, level) if level else pa.Codec(name)
    return bytes(codec.compress(value, asbytes=True))


def decompress(value: bytes, method: str) -> bytes:
    """What ``compress`` compressed; 100195 if it is not that."""
    name, _ = _method(method)
    try:
        return _decompressed(value, name)
    except (OSError, ValueError, zlib.error, pa.ArrowInvalid):
        message = f"Can't compress data (too large output or invalid), method: '{method}'"
        raise ValueError(f"SF|100195|22000|{message}") from None


def _decompressed(value: bytes, name: str) -> bytes:
    if name == "zlib":
        return zlib.decompress(value)
    if name == "bz2":
        return bz2.decompress(value)
    if name == "zstd":
        return bytes(pa.CompressedInputStream(pa.BufferReader(value), "zstd").read())
    return bytes(pa.Codec("snappy").decompress(value, _snappy_size(value), asbytes=True))


def _snappy_size(value: bytes) -> int:
    """The length of the original, which SNAPPY writes first, seven bits a byte."""
    size = 0
    for index, byte in enumerate(value[:5]):
        size |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return size
    raise ValueError("no length")
