"""Macros behind the conversions among numbers, text, booleans and binary."""

from __future__ import annotations

from snowdome.engine.failures import raising
from snowdome.engine.macros import macro

# The engine reads 1_000 as a number and Snowflake does not: a wide underscore, which ``failures`` undoes
# in the message, makes it fail.
macro("number_text(x)", "replace(x, '_', '＿')")

_TRUE = "('true', 't', 'yes', 'y', 'on', '1')"
_FALSE = "('false', 'f', 'no', 'n', 'off', '0')"
macro(
    "try_text_boolean(x)", f"CASE WHEN lower(x) IN {_TRUE} THEN true WHEN lower(x) IN {_FALSE} THEN false END"
)
_bad_boolean = raising("100037", "22018", "format('Boolean value ''{}'' is not recognized', x)")
macro("text_boolean(x)", f"coalesce(sf.try_text_boolean(x), {_bad_boolean})")

# FLOAT is printed with ten significant digits, as C's %g prints it.
macro("real_text(x)", "CASE WHEN isnan(x) THEN 'NaN' ELSE format('{:.10g}', x) END")

_HEX = "length(x) % 2 = 0 AND regexp_full_match(x, '[0-9A-Fa-f]*')"
_bad_hex = raising(
    "100115", "22000", "format('The following string is not a legal hex-encoded value: ''{}''', x)"
)
macro("try_hex_binary(x)", f"CASE WHEN {_HEX} THEN unhex(x) END")
macro("hex_binary(x)", f"CASE WHEN {_HEX} THEN unhex(x) ELSE {_bad_hex} END")

_BASE64 = "length(x) % 4 = 0 AND regexp_full_match(x, '[A-Za-z0-9+/]*={0,2}')"
_bad_base64 = raising(
    "100116", "22000", "format('The following string is not a legal base64-encoded value: ''{}''', x)"
)
macro("try_base64_binary(x)", f"CASE WHEN {_BASE64} THEN from_base64(x) END")
macro("base64_binary(x)", f"CASE WHEN {_BASE64} THEN from_base64(x) ELSE {_bad_base64} END")

macro("utf8_binary(x)", "encode(x)")
macro("try_utf8_binary(x)", "encode(x)")
macro("binary_hex(x)", "hex(x)")
macro("binary_base64(x)", "to_base64(x)")

# Whether bytes are UTF-8, by their hexadecimal digits: the engine's decode() only fails, and TRY cannot
# stand around expressions that raise errors of ours.
_UTF8 = (
    "(?:[0-7].|C[2-9A-F][89AB].|D.[89AB].|E0[AB].[89AB].|E[1-9ABCEF](?:[89AB].){2}|ED[89].[89AB]."
    "|F0[9AB].(?:[89AB].){2}|F[123](?:[89AB].){3}|F48.(?:[89AB].){2})*"
)
_bad_utf8 = raising("100144", "22000", "format('Invalid UTF8 detected while decoding ''{}''', shown)")
macro("is_utf8(b)", f"regexp_full_match(hex(b), '{_UTF8}')")
macro("try_decoded_text(b, shown)", "CASE WHEN sf.is_utf8(b) THEN decode(b) END")
macro(
    "decoded_text(b, shown)",
    f"CASE WHEN sf.is_utf8(b) THEN decode(b) WHEN b IS NOT NULL THEN {_bad_utf8} END",
)
macro("try_binary_utf8(x)", "sf.try_decoded_text(x, '')")
macro("binary_utf8(x)", "sf.decoded_text(x, hex(x))")
