"""Macros behind the string functions."""

from __future__ import annotations

from snowdome.engine.failures import raising
from snowdome.engine.library import sizes as _uses  # noqa: F401  its macros must be defined before these
from snowdome.engine.macros import macro

# The engine's greatest() and least() leave out NULLs; these do not.
macro("at_least(n, low)", "CASE WHEN n < low THEN low ELSE n END")
macro("at_most(n, high)", "CASE WHEN n > high THEN high ELSE n END")

macro("code_point(x)", "CAST(sf.at_least(unicode(x), 0) AS DECIMAL(18,0))")
macro(
    "lead_byte(x)",  # of the first character's UTF-8 form
    "CAST(CASE WHEN unicode(x) < 128 THEN sf.at_least(unicode(x), 0)"
    " WHEN unicode(x) < 2048 THEN 192 + (unicode(x) >> 6)"
    " WHEN unicode(x) < 65536 THEN 224 + (unicode(x) >> 12)"
    " ELSE 240 + (unicode(x) >> 18) END AS DECIMAL(18,0))",
)
_bad_code = raising("100133", "22000", "format('Invalid character code {} in the CHR input', n)")
macro(
    "character(n)",
    f"CASE WHEN n < 0 OR n > 1114111 OR n BETWEEN 55296 AND 57343 THEN {_bad_code}"
    " ELSE chr(CAST(n AS INTEGER)) END",
)

# SUBSTR: a start of 0 is 1, a negative one counts from the end and gives nothing if it is before the start.
macro(
    "text_part(x, p, n)",
    "CASE WHEN n <= 0 OR (p < 0 AND -p > length(x)) THEN substr(x, 1, 0)"
    " ELSE substr(x, CASE WHEN p = 0 THEN 1 WHEN p < 0 THEN length(x) + p + 1 ELSE p END, n) END",
)
macro("binary_from(x, p)", "CASE WHEN p = 0 THEN 1 WHEN p < 0 THEN octet_length(x) + p + 1 ELSE p END")
macro(
    "binary_part(x, p, n)",
    "CASE WHEN n <= 0 OR (p < 0 AND -p > octet_length(x)) OR p > octet_length(x) THEN x[2:1]"
    " ELSE x[sf.binary_from(x, p):sf.binary_from(x, p) + sf.at_most(n, octet_length(x)) - 1] END",
)
macro("binary_right(x, n)", "sf.binary_part(x, sf.at_least(octet_length(x) - n + 1, 1), sf.at_least(n, 0))")
macro("text_insert(x, p, n, y)", "sf.text_part(x, 1, p - 1) || y || sf.text_part(x, p + n, 2147483647)")
macro("binary_insert(x, p, n, y)", "sf.binary_part(x, 1, p - 1) || y || sf.binary_part(x, p + n, 2147483647)")
macro(
    "binary_reverse(x)",
    "unhex(array_to_string(list_reverse(regexp_extract_all(hex(x), '..')), ''))",
)

macro(
    "split(x, s)",
    "to_json(CASE WHEN x IS NULL OR s IS NULL THEN NULL WHEN s = '' THEN [x] ELSE string_split(x, s) END)",
)
macro(
    "split_part(x, s, n)",
    "CASE WHEN s = '' THEN CASE WHEN n IN (0, 1, -1) THEN x ELSE left(x, 0) END"
    " ELSE split_part(x, s, CASE WHEN n = 0 THEN 1 ELSE n END) END",
)

# Any of the characters of d as a character class of a regular expression.
macro("class_of(d)", "regexp_replace(d, '([\\\\\\[\\]^-])', '\\\\\\1', 'g')")
macro(
    "tokens(x, d)",
    "CASE WHEN d = '' THEN CASE WHEN x = '' THEN [] WHEN x IS NOT NULL THEN [x] END"
    " ELSE regexp_extract_all(x, '[^' || sf.class_of(d) || ']+') END",
)
macro("token(list, n)", "CASE WHEN n > 0 THEN list[n] END")

macro("capitalized(w)", "upper(left(w, 1)) || lower(substr(w, 2))")
macro(
    "initcap_words(words)",
    "array_to_string(list_transform(words, lambda ic_w: sf.capitalized(ic_w)), '')",
)
# The delimiters that INITCAP has without being told.
_DELIMITERS = r'\s!?@"^#$&~_,.:;+\-*%/|\\\[\](){}<>'
macro("initcap(x)", f"sf.initcap_words(regexp_extract_all(x, '[^{_DELIMITERS}]+|[{_DELIMITERS}]+'))")
macro(
    "initcap_by(x, d)",
    "CASE WHEN d = '' THEN sf.capitalized(x) ELSE array_to_string(list_transform("
    "regexp_extract_all(x, '[^' || sf.class_of(d) || ']+|[' || sf.class_of(d) || ']'),"
    " lambda ic_v: CASE WHEN contains(d, left(ic_v, 1)) THEN ic_v ELSE sf.capitalized(ic_v) END), '') END",
)

macro("position_in(r, p)", "CASE WHEN r = 0 THEN 0 ELSE r + p - 1 END")
macro(
    "position_from(x, y, p)",
    "CASE WHEN p > length(y) + 1 THEN 0"
    " ELSE sf.position_in(instr(substr(y, sf.at_least(p, 1)), x), sf.at_least(p, 1)) END",
)
macro("limited(n, m)", "CASE WHEN m IS NOT NULL THEN sf.at_most(n, sf.at_least(m, 0)) END")

# The engine compares bytes, which are characters only in ASCII.
macro("ascii_both(a, b)", "strlen(a) = length(a) AND strlen(b) = length(b)")
macro(
    "edit_distance(a, b)",
    "CASE WHEN sf.ascii_both(a, b) THEN levenshtein(a, b) ELSE sf_edit_distance(a, b) END",
)
macro(
    "jarowinkler(a, b)",
    "CAST(CASE WHEN sf.ascii_both(a, b) THEN floor(100 * jaro_winkler_similarity(a, b) + 1e-9)"
    " ELSE sf_jarowinkler(a, b) END AS DECIMAL(18,0))",
)

macro("repeated(x, n)", "repeat(x, sf.pieces(n, octet_length(encode(x))))")
for _side in ("lpad", "rpad"):
    macro(
        f"{_side}(x, n, p)",
        "CASE WHEN p IS NULL THEN NULL WHEN n <= 0 THEN left(x, 0)"
        " WHEN p = '' OR n <= length(x) THEN left(x, n)"
        f" ELSE {_side}(x, CAST(sf.pieces(n, 1) AS INTEGER), p) END",
    )
macro(
    "binary_filler(x, n, p)",
    "repeat(p, (sf.pieces(n, 1) - octet_length(x)) // greatest(octet_length(p), 1) + 1)[1:n - octet_length(x)]",
)
for _side, _both in (("lpad", "sf.binary_filler(x, n, p) || x"), ("rpad", "x || sf.binary_filler(x, n, p)")):
    macro(
        f"binary_{_side}(x, n, p)",
        "CASE WHEN p IS NULL THEN NULL"
        " WHEN octet_length(p) = 0 OR n <= octet_length(x) THEN sf.binary_part(x, 1, n)"
        f" ELSE {_both} END",
    )

# SOUNDEX: 0 stands for a vowel, which separates equal codes and is dropped at the end; H, W and all other
# characters have no code. Of the groups of the pattern of runs, those that do not match write nothing.
_LETTERS = "BFPVCGJKQSXZDTLMNRAEIOUY"
_CODES = "111122222222334556000000"
macro(
    "soundex_codes(x)",
    f"translate(regexp_replace(upper(x), '[^{_LETTERS}]+', '', 'g'), '{_LETTERS}', '{_CODES}')",
)
_RUNS = "|".join(f"({digit}){digit}+" for digit in "0123456")
_ONCE = "".join(f"\\{group}" for group in range(1, 8))
macro("soundex_runs(t)", f"regexp_replace(t, '{_RUNS}', '{_ONCE}', 'g')")
macro("soundex_tail(first, codes)", "rpad(first || left(replace(codes, '0', ''), 3), 4, '0')")
macro(
    "soundex(x)",
    "CASE WHEN x = '' THEN '0000' ELSE"
    " sf.soundex_tail(left(x, 1), substr(sf.soundex_runs(sf.soundex_codes(x)),"
    " CASE WHEN sf.soundex_codes(left(x, 1)) = '' THEN 1 ELSE 2 END)) END",
)
macro(
    "soundex_p123(x)",
    "CASE WHEN x = '' THEN '0000' ELSE"
    " sf.soundex_tail(left(x, 1), sf.soundex_runs(sf.soundex_codes(substr(x, 2)))) END",
)
