"""Macros and Python functions behind digests and hashes."""

from __future__ import annotations

import hashlib

import duckdb

from snowdome.engine.macros import installer, macro

macro("hex_number(digits)", "CAST(CAST('0x' || digits AS UBIGINT) AS DECIMAL(20,0))")
macro(
    "signed_hash(h)",
    "CAST(CAST(h AS HUGEINT) - CASE WHEN h >= 9223372036854775808::UBIGINT"
    " THEN 18446744073709551616::HUGEINT ELSE 0 END AS DECIMAL(19,0))",
)

# A number's digits without needless zeros; FLOAT beyond 2^53 by its exact digits, fractions by the shortest.
macro("hashed_digits(t)", "CASE WHEN contains(t, '.') THEN rtrim(rtrim(t, '0'), '.') ELSE t END")
macro(
    "hashed_real(x)",
    "CASE WHEN abs(x) < 1e37 AND x = trunc(x) THEN CAST(CAST(x AS HUGEINT) AS VARCHAR)"
    " ELSE CAST(x AS VARCHAR) END",
)


def _sha2(value: bytes, bits: int) -> str:
    """SHA-2 of ``bits`` bits as hexadecimal digits; 0 is 256."""
    if bits not in (0, 224, 256, 384, 512):
        message = f"Invalid parameter value: {bits}. Reason: Unsupported SHA2 digest size"
        raise ValueError(f"SF|100050|22023|{message}")
    return hashlib.new(f"sha{bits or 256}", value).hexdigest()


@installer
def install(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the digests that the engine lacks."""
    blob, integer, text = duckdb.sqltype("BLOB"), duckdb.sqltype("BIGINT"), duckdb.sqltype("VARCHAR")
    connection.create_function("sf_sha2", _sha2, [blob, integer], text)
