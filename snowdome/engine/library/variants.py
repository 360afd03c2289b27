"""The JSON text of semi-structured values: its form, and the SQL macros that make and read it.

The text is canonical, so that equal values are equal texts: no white space, keys sorted by code point,
numbers without needless zeros. What JSON lacks is a string that starts with ``TAG``, a letter and a
payload ``exact|shown``, or only ``exact`` where both are the same; a small letter means that it is
shown without quotes:

====== ================ ================================== =================================
letter value            exact                              shown
====== ================ ================================== =================================
f      DOUBLE           shortest digits that read back     as Snowflake prints it, ``1.5e+00``
x      exact number     digits a JSON reader would lose
u      undefined        nothing                            ``undefined``
D      DATE             days since 1970-01-01              by DATE_OUTPUT_FORMAT
T      TIME             nanoseconds since midnight         by TIME_OUTPUT_FORMAT
N, L   TIMESTAMP_NTZ/LTZ nanoseconds since 1970-01-01      by the output format
Z      TIMESTAMP_TZ     nanoseconds UTC : offset minutes   by the output format
B      BINARY           hexadecimal digits
====== ================ ================================== =================================
"""

from __future__ import annotations

from snowdome.engine import json_text, xml_text
from snowdome.engine.failures import raising
from snowdome.engine.json_text import TAG
from snowdome.engine.library import conversion as _uses  # noqa: F401  its macros must be defined before these
from snowdome.engine.macros import macro

UNDEFINED = f'"{json_text.UNDEFINED}"'

# Untagging is textual: drop the quotes of what is shown without them, then every `letter exact|`.
_BARE = f'\'"{TAG}[a-z](?:[^|"]*\\|)?([^"]*)"\''
_PREFIX = f"'{TAG}[A-Za-z](?:[^|\"]*\\|)?'"

macro("variant_compact(v)", f"regexp_replace(regexp_replace(v, {_BARE}, '\\1', 'g'), {_PREFIX}, '', 'g')")
macro(
    "variant_text(v)",
    f"list_transform([v ->> '$'], lambda vt_t: CASE WHEN starts_with(vt_t, '{xml_text.START}') THEN"
    " coalesce(sf_xml_compact(vt_t), sf.variant_compact(vt_t))"
    f" WHEN NOT contains(vt_t, '{TAG}') THEN vt_t"
    f" WHEN starts_with(vt_t, '{TAG}f')"
    " THEN sf.real_text(CAST(regexp_extract(vt_t, '^..([^|]*)', 1) AS DOUBLE))"
    " ELSE sf.variant_compact(vt_t) END)[1]",
)
macro("variant_tag(v)", f"CASE WHEN starts_with(v, '\"{TAG}') THEN substr(v, 3, 1) END")
macro("variant_exact(v)", "regexp_extract(v, '^\"..([^|\"]*)', 1)")
# The casts are for a constant NULL, of which the engine makes no list.
macro("variant_list(v)", "CAST(json_extract(v, '$[*]') AS JSON[])")
macro("member_values(v)", "CAST(json_extract(v, '$.*') AS JSON[])")
macro("member_keys(v)", "CAST(json_keys(v) AS VARCHAR[])")

macro(
    "variant_double(d)",
    f"CAST('\"{TAG}f' || regexp_replace(CAST(d AS VARCHAR), '\\.0$', '') || '|' || CASE WHEN isfinite(d)"
    " THEN printf('%.15e', d) WHEN isnan(d) THEN 'NaN' WHEN d > 0 THEN 'Infinity' ELSE '-Infinity' END"
    " || '\"' AS JSON)",
)
macro("trim_decimal(t)", "CASE WHEN contains(t, '.') THEN rtrim(rtrim(t, '0'), '.') ELSE t END")
macro("short_decimal(d)", "CAST(sf.trim_decimal(CAST(d AS VARCHAR)) AS JSON)")
macro(
    "long_decimal(d)",
    "list_transform([sf.trim_decimal(CAST(d AS VARCHAR))], lambda ld_t:"
    " CAST(CASE WHEN NOT contains(ld_t, '.') OR CAST(CAST(ld_t AS DOUBLE) AS VARCHAR) = ld_t THEN ld_t"
    f" ELSE '\"{TAG}x' || ld_t || '\"' END AS JSON))[1]",
)
macro(
    "variant_tagged(letter, exact, shown)",
    f"CAST('\"{TAG}' || letter || exact || '|' || substr(CAST(to_json(shown) AS VARCHAR), 2) AS JSON)",
)
macro("variant_binary(b)", f"CAST('\"{TAG}B' || hex(b) || '\"' AS JSON)")

# json_pretty indents by four. No text inside JSON holds a raw line end or tab, so tabs can stand for the
# levels found so far; sixteen levels are narrowed, deeper ones keep the wider indent.
_levels = "replace(json_pretty(v), chr(10) || '    ', chr(10) || chr(9))"
for _level in range(16):
    _levels = f"replace({_levels}, chr(9) || '    ', chr(9) || chr(9))"
macro("variant_pretty(v)", f"sf.variant_compact(replace({_levels}, chr(9), '  '))")
macro(
    "variant_display(v)",
    f"list_transform([v], lambda vd_v: coalesce(sf_xml_shown(CASE WHEN starts_with(vd_v, '{xml_text.START}')"
    " THEN vd_v END), sf.variant_pretty(vd_v)))[1]",
)

# -- what conversions need ------------------------------------------------------------------------------

macro(
    "variant_zoned(e)",
    "struct_pack(t := CAST(split_part(e, ':', 1) AS HUGEINT), o := CAST(split_part(e, ':', 2) AS SMALLINT))",
)
macro(
    "joined(l)",
    "list_transform([l], lambda jo_l: CASE WHEN jo_l IS NOT NULL THEN"
    " coalesce(list_aggregate(jo_l, 'string_agg', ','), '') END)[1]",
)
macro("list_to_array(l)", "CAST('[' || sf.joined(l) || ']' AS JSON)")
macro(
    "variant_digits(v)",
    "CASE WHEN v = 'true' THEN '1' WHEN v = 'false' THEN '0' WHEN sf.variant_tag(v) IN ('f', 'x')"
    " THEN sf.variant_exact(v) WHEN NOT starts_with(v, '\"') THEN CAST(v AS VARCHAR) END",
)
macro(
    "cast_failed(v, word)",
    raising("100071", "22000", "'Failed to cast variant value ' || sf.variant_compact(v) || ' to ' || word"),
)
macro(
    "variant_array(v)",
    f"CASE WHEN starts_with(v, '[') THEN v WHEN v NOT IN ('null', '{UNDEFINED}')"
    " THEN CAST('[' || v || ']' AS JSON) END",
)
macro("try_variant_object(v)", "CASE WHEN starts_with(v, '{') THEN v END")
macro(
    "variant_object(v)",
    "CASE WHEN starts_with(v, '{') THEN v ELSE coalesce(sf.try_variant_object(CAST(sf_canonical_json("
    "CASE WHEN starts_with(v, '\"') THEN v ->> '$' END) AS JSON)),"
    f" CASE WHEN v NOT IN ('null', '{UNDEFINED}') THEN sf.cast_failed(v, 'OBJECT') END) END",
)

# Snowflake's order: booleans, numbers by size, text, objects, arrays, JSON null, undefined.
macro(
    "variant_rank(v)",
    "CASE left(CAST(v AS VARCHAR), 1) WHEN '\"' THEN CASE WHEN sf.variant_tag(v) IS NULL THEN 3 WHEN"
    " sf.variant_tag(v) IN"
    " ('f', 'x')"
    " THEN 2 WHEN sf.variant_tag(v) = 'u' THEN 8 ELSE 4 END WHEN '{' THEN 5 WHEN '[' THEN 6 WHEN 'n' THEN 7"
    " WHEN 't' THEN 1 WHEN 'f' THEN 1 ELSE 2 END",
)
macro(
    "scalar_sortable(v)",
    "struct_pack(r := sf.variant_rank(v), n := TRY_CAST(sf.variant_digits(v) AS DOUBLE), t :="
    " sf.variant_text(v))",
)
macro(
    "variant_sortable(v)",
    "CASE WHEN v IS NOT NULL THEN struct_pack(r := sf.variant_rank(v), n := TRY_CAST(sf.variant_digits(v)"
    " AS DOUBLE),"
    " l := CASE WHEN starts_with(v, '[') THEN list_transform(sf.variant_list(v), lambda vs_e:"
    " sf.scalar_sortable(CAST(vs_e AS JSON)))"
    " ELSE [] END, t := sf.variant_text(v)) END",
)

# -- members --------------------------------------------------------------------------------------------

# A key as a JSON path; the empty key and * need a JSON pointer, which an array must not answer to.
_path = "'$.\"' || replace(replace(k, chr(92), chr(92) || chr(92)), '\"', chr(92) || '\"') || '\"'"
macro(
    "variant_member(v, k)",
    "json_extract(v, CASE WHEN k IN ('', '*') THEN CASE WHEN starts_with(v, '{') THEN '/' || k END"
    f" ELSE {_path} END)",
)
macro(
    "variant_element(v, i)",
    f"nullif(json_extract(v, CASE WHEN i >= 0 THEN '$[' || CAST(i AS BIGINT) || ']' END), '{UNDEFINED}')",
)
macro(
    "variant_at(v, k)",
    "CASE WHEN starts_with(k, '\"') THEN sf.variant_member(v, k ->> '$')"
    " ELSE sf.variant_element(v, TRY_CAST(CAST(k AS VARCHAR) AS DOUBLE)) END",
)
macro(
    "member_ignoring_case(v, k)",
    "list_filter(list_zip(sf.member_keys(v), sf.member_values(v)), lambda mi_m: lower(mi_m[1]) ="
    " lower(k))[1][2]",
)
macro(
    "object_typeof(v)",
    f"CASE WHEN starts_with(v, '{xml_text.START}') AND json_type(v, '$.\"@\"') = 'VARCHAR' THEN 'XML' ELSE"
    " 'OBJECT' END",
)
macro(
    "variant_typeof(v)",
    "CASE left(CAST(v AS VARCHAR), 1) WHEN '{' THEN sf.object_typeof(v) WHEN '[' THEN 'ARRAY' WHEN 't'"
    " THEN 'BOOLEAN'"
    " WHEN 'f' THEN 'BOOLEAN'"
    " WHEN 'n' THEN 'NULL_VALUE' WHEN '\"' THEN CASE WHEN sf.variant_tag(v) IS NULL THEN 'VARCHAR' ELSE"
    " CASE sf.variant_tag(v) WHEN 'f' THEN 'DOUBLE' WHEN 'x' THEN 'DECIMAL' WHEN 'D' THEN 'DATE' WHEN 'T'"
    " THEN 'TIME'"
    " WHEN 'N' THEN 'TIMESTAMP_NTZ' WHEN 'L' THEN 'TIMESTAMP_LTZ' WHEN 'Z' THEN 'TIMESTAMP_TZ' WHEN 'B'"
    " THEN 'BINARY'"
    " END END ELSE CASE WHEN contains(v, '.') THEN 'DECIMAL' WHEN v IS NOT NULL THEN 'INTEGER' END END",
)
