"""String functions: lengths, parts, searches, changes of case and padding."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from snowdome.errors import compilation_error
from snowdome.sql import collation
from snowdome.sql.casts import cast
from snowdome.sql.functions.registry import scalar, template
from snowdome.sql.typed import Call, Typed
from snowdome.types import ARRAY, BOOLEAN, INT18, MAX_TEXT, TEXT, DataType, binary, fixed, text

TEMPLATES: list[tuple[str, str, DataType, str]] = [
    ("ASCII", "text", INT18, "sf.lead_byte({0})"),
    ("UNICODE", "text", INT18, "sf.code_point({0})"),
    ("UPPER", "text", TEXT, "upper({0})"),
    ("LOWER", "text", TEXT, "lower({0})"),
    ("RTRIMMED_LENGTH", "text", INT18, "CAST(length(rtrim({0}, ' ')) AS DECIMAL(18,0))"),
    ("TRANSLATE", "text, text, text", TEXT, "translate({0}, {1}, {2})"),
    ("SOUNDEX", "text", text(7), "sf.soundex({0})"),
    ("SOUNDEX_P123", "text", text(7), "sf.soundex_p123({0})"),
    ("JAROWINKLER_SIMILARITY", "text, text", INT18, "sf.jarowinkler(lower({0}), lower({1}))"),
    ("SPLIT", "text, text", ARRAY, "sf.split({0}, {1})"),
    ("VALIDATE_UTF8 TRY_VALIDATE_UTF8", "text", TEXT, "{0}"),
]  # fmt: skip
for _names, _args, _type, _sql in TEMPLATES:
    template(_names, _args, _type, _sql)


def whole(value: Typed) -> str:
    """A whole number as a 64-bit integer of the engine."""
    if isinstance(value.literal, int) and not isinstance(value.literal, bool):
        return f"{value.literal}::BIGINT"
    return f"CAST({value.sql} AS BIGINT)"


def literal_int(value: Typed | None) -> int | None:
    """The number of a literal whole number, else None."""
    if value is None or isinstance(value.literal, bool):
        return None
    if isinstance(value.literal, Decimal) and value.literal == int(value.literal):
        return int(value.literal)
    return value.literal if isinstance(value.literal, int) else None


def same_kind(call: Call, *indexes: int) -> str:
    """The kind, TEXT or BINARY, that all these arguments have; 001044 if some are BINARY and some not."""
    kinds = {call[i].type.kind for i in indexes if i < len(call) and not call[i].is_null}
    if "BINARY" in kinds and len(kinds) > 1:
        raise call.invalid_types()
    return "BINARY" if "BINARY" in kinds else "TEXT"


def _like_first(call: Call) -> DataType:
    return binary() if call[0].type.kind == "BINARY" else TEXT


# -- lengths ----------------------------------------------------------------------------------------


@scalar("LENGTH", "LEN", args="textbin")
def length(call: Call) -> Typed:
    """Characters of a text, bytes of a binary."""
    name = "octet_length" if call[0].type.kind == "BINARY" else "length"
    return call.result(f"CAST({name}({call[0].sql}) AS DECIMAL(18,0))", INT18)


@scalar("OCTET_LENGTH", args="textbin")
def octet_length(call: Call) -> Typed:
    """Bytes."""
    return call.result(f"CAST({_bytes(call)} AS DECIMAL(18,0))", INT18)


@scalar("BIT_LENGTH", args="textbin")
def bit_length(call: Call) -> Typed:
    """Eight times the bytes."""
    return call.result(f"CAST(8 * {_bytes(call)} AS DECIMAL(18,0))", INT18)


def _bytes(call: Call) -> str:
    return f"{'octet_length' if call[0].type.kind == 'BINARY' else 'strlen'}({call[0].sql})"


# -- parts ------------------------------------------------------------------------------------------


@scalar("SUBSTR", "SUBSTRING", args="textbin, int, int?")
def substring(call: Call) -> Typed:
    """The part from a position: 0 is 1, a negative one counts from the end."""
    length_ = call.get(2)
    return call.result(part(call[0], call[1], length_), _like_first(call))


def part(value: Typed, start: Typed, length_: Typed | None) -> str:
    """Engine SQL of SUBSTR."""
    at, count = literal_int(start), literal_int(length_)
    if value.type.kind != "BINARY" and at is not None and at >= 0 and (length_ is None or (count or -1) >= 0):
        return f"substr({value.sql}, {max(at, 1)}{f', {count}' if length_ is not None else ''})"
    macro = "binary_part" if value.type.kind == "BINARY" else "text_part"
    limit = "2147483647" if length_ is None else whole(length_)
    return f"sf.{macro}({value.sql}, {whole(start)}, {limit})"


@scalar("LEFT", args="textbin, int")
def left(call: Call) -> Typed:
    """The first characters or bytes; none for a negative count."""
    if call[0].type.kind == "BINARY":
        return call.result(f"sf.binary_part({call[0].sql}, 1, {whole(call[1])})", binary())
    return call.result(f"left({call[0].sql}, sf.at_least({whole(call[1])}, 0))", TEXT)


@scalar("RIGHT", args="textbin, int")
def right(call: Call) -> Typed:
    """The last characters or bytes; none for a negative count."""
    if call[0].type.kind == "BINARY":
        return call.result(f"sf.binary_right({call[0].sql}, {whole(call[1])})", binary())
    return call.result(f"right({call[0].sql}, sf.at_least({whole(call[1])}, 0))", TEXT)


@scalar("SPLIT_PART", args="text, text, int")
def split_part(call: Call) -> Typed:
    """The part of the number between separators: 0 is 1, negative from the end, none is empty."""
    return call.result(f"sf.split_part({call[0].sql}, {call[1].sql}, {whole(call[2])})", TEXT)


@scalar("STRTOK", args="text, text?, int?")
def strtok(call: Call) -> Typed:
    """The token of the number, from 1; NULL if there is none."""
    number = "1" if len(call) < 3 else whole(call[2])
    return call.result(f"sf.token({tokens(call)}, {number})", TEXT, True)


@scalar("STRTOK_TO_ARRAY", args="text, text?")
def strtok_to_array(call: Call) -> Typed:
    """All tokens."""
    return call.result(f"to_json({tokens(call)})", ARRAY)


def tokens(call: Call) -> str:
    """Engine SQL of the list of what stands between any of the delimiters, empty pieces left out."""
    delimiters = call.get(1)
    if delimiters is None:
        return f"regexp_extract_all({call[0].sql}, '[^ ]+')"
    return f"sf.tokens({call[0].sql}, {delimiters.sql})"


@scalar("INSERT", args="textbin, int, int, textbin")
def insert(call: Call) -> Typed:
    """What stands before the position, the inserted text, and what follows the replaced length."""
    kind = same_kind(call, 0, 3)
    macro = "binary_insert" if kind == "BINARY" else "text_insert"
    arguments = f"{call[0].sql}, {whole(call[1])}, {whole(call[2])}, {call[3].sql}"
    return call.result(f"sf.{macro}({arguments})", _like_first(call))


# -- joining and repeating --------------------------------------------------------------------------


@scalar("CONCAT", args="textbin+")
def concat(call: Call) -> Typed:
    """All arguments joined; NULL if one is NULL."""
    kind = same_kind(call, *range(len(call)))
    sql = "(" + " || ".join(a.sql for a in call.args) + ")"
    return call.result(sql, _joined(kind, call.args))


@scalar("CONCAT_WS", args="textbin, textbin+")
def concat_ws(call: Call) -> Typed:
    """All values joined by the separator, which comes first; NULL if one is NULL."""
    kind = same_kind(call, *range(len(call)))
    if len(call) == 2:
        return replace(call[1], literal=call[1].literal)
    pieces = f" || {call[0].sql} || ".join(a.sql for a in call.args[1:])
    return call.result(f"({pieces})", _joined(kind, call.args))


def _joined(kind: str, values: tuple[Typed, ...]) -> DataType:
    if kind == "BINARY":
        return binary()
    return text(min(sum(v.type.length or MAX_TEXT for v in values), MAX_TEXT))


@scalar("REPEAT", args="text, int")
def repeat(call: Call) -> Typed:
    """The text so many times; empty for less than one."""
    return call.result(f"sf.repeated({call[0].sql}, {whole(call[1])})", TEXT)


@scalar("SPACE", args="int")
def space(call: Call) -> Typed:
    """So many blanks."""
    return call.result(f"sf.repeated(' ', {whole(call[0])})", TEXT)


# -- searching --------------------------------------------------------------------------------------


@scalar("CONTAINS", args="textbin, textbin")
def contains(call: Call) -> Typed:
    """Whether the second stands somewhere in the first."""
    return _search(call, "contains({0}, {1})", "sf_position_binary({1}, {0}, 1) > 0")


@scalar("STARTSWITH", args="textbin, textbin")
def startswith(call: Call) -> Typed:
    """Whether the first begins with the second."""
    return _search(call, "starts_with({0}, {1})", "starts_with(hex({0}), hex({1}))")


@scalar("ENDSWITH", args="textbin, textbin")
def endswith(call: Call) -> Typed:
    """Whether the first ends with the second."""
    return _search(call, "ends_with({0}, {1})", "ends_with(hex({0}), hex({1}))")


def _search(call: Call, in_text: str, in_binary: str) -> Typed:
    sql = in_binary if same_kind(call, 0, 1) == "BINARY" else in_text
    return call.result(f"({sql.format(call[0].sql, call[1].sql)})", BOOLEAN)


@scalar("CHARINDEX", "POSITION", args="textbin, textbin, int?")
def position(call: Call) -> Typed:
    """Where the first begins in the second, from 1, at or after a position; 0 if nowhere."""
    start = call.get(2)
    if same_kind(call, 0, 1) == "BINARY":
        at = whole(start) if start is not None else "1::BIGINT"
        sql = f"sf_position_binary({call[0].sql}, {call[1].sql}, {at})"
    elif start is None or literal_int(start) == 1:
        sql = f"instr({call[1].sql}, {call[0].sql})"
    else:
        sql = f"sf.position_from({call[0].sql}, {call[1].sql}, {whole(start)})"
    return call.result(f"CAST({sql} AS DECIMAL(18,0))", INT18)


@scalar("EDITDISTANCE", args="text, text, int?")
def editdistance(call: Call) -> Typed:
    """The Levenshtein distance, at most the maximum if one is given."""
    distance = f"sf.edit_distance({call[0].sql}, {call[1].sql})"
    limit = call.get(2)
    if limit is not None:
        distance = f"sf.limited({distance}, {whole(limit)})"
    return call.result(f"CAST({distance} AS DECIMAL(9,0))", fixed(9, 0))


@scalar("LIKE", args="text, text, text?")
def like(call: Call) -> Typed:
    """The function form of LIKE."""
    return _like(call, "LIKE")


@scalar("ILIKE", args="text, text, text?")
def ilike(call: Call) -> Typed:
    """The function form of ILIKE."""
    return _like(call, "ILIKE")


def _like(call: Call, word: str) -> Typed:
    escape = call.get(2)
    tail = f" ESCAPE {escape.sql}" if escape is not None else ""
    return call.result(f"({call[0].sql} {word} {call[1].sql}{tail})", BOOLEAN)


# -- changing ---------------------------------------------------------------------------------------


@scalar("CHR", "CHAR", args="int")
def chr_(call: Call) -> Typed:
    """The character of a code point; 100133 if there is none."""
    return call.result(f"sf.character({whole(call[0])})", text(1))


@scalar("INITCAP", args="text, text?")
def initcap(call: Call) -> Typed:
    """Every word with a capital first letter; the delimiters are those of the second argument."""
    delimiters = call.get(1)
    if delimiters is None:
        return call.result(f"sf.initcap({call[0].sql})", TEXT)
    if delimiters.literal == "":
        return call.result(f"sf.capitalized({call[0].sql})", TEXT)
    return call.result(f"sf.initcap_by({call[0].sql}, {delimiters.sql})", TEXT)


@scalar("LPAD", args="textbin, int, textbin?")
def lpad(call: Call) -> Typed:
    """The value filled up on the left, or cut, to the length."""
    return _padded(call, "lpad")


@scalar("RPAD", args="textbin, int, textbin?")
def rpad(call: Call) -> Typed:
    """The value filled up on the right, or cut, to the length."""
    return _padded(call, "rpad")


def _padded(call: Call, side: str) -> Typed:
    pad = call.get(2)
    if call[0].type.kind == "BINARY" and pad is None:
        raise call.invalid_types()
    kind = same_kind(call, 0, 2)
    filler = "' '" if pad is None else pad.sql
    macro = f"{'binary_' if kind == 'BINARY' else ''}{side}"
    return call.result(f"sf.{macro}({call[0].sql}, {whole(call[1])}, {filler})", _like_first(call))


@scalar("TRIM", args="text, text?")
def trim(call: Call) -> Typed:
    """Blanks, or any of the characters, taken off both ends."""
    return _trimmed(call, "trim")


@scalar("LTRIM", args="text, text?")
def ltrim(call: Call) -> Typed:
    """Blanks, or any of the characters, taken off the start."""
    return _trimmed(call, "ltrim")


@scalar("RTRIM", args="text, text?")
def rtrim(call: Call) -> Typed:
    """Blanks, or any of the characters, taken off the end."""
    return _trimmed(call, "rtrim")


def _trimmed(call: Call, side: str) -> Typed:
    characters = call.get(1)
    return call.result(
        f"{side}({call[0].sql}, {characters.sql if characters else chr(39) + ' ' + chr(39)})", TEXT
    )


@scalar("REPLACE", args="text, text, text?")
def replace_(call: Call) -> Typed:
    """Every occurrence of the second replaced by the third, or removed."""
    replacement = call.get(2)
    return call.result(
        f"replace({call[0].sql}, {call[1].sql}, {replacement.sql if replacement else chr(39) * 2})", TEXT
    )


@scalar("REVERSE", args="textbin")
def reverse(call: Call) -> Typed:
    """The characters or bytes in the opposite order."""
    name = "sf.binary_reverse" if call[0].type.kind == "BINARY" else "reverse"
    return call.result(f"{name}({call[0].sql})", _like_first(call))


@scalar("UUID_STRING", args="text?, text?")
def uuid_string(call: Call) -> Typed:
    """A random UUID, or the one that a namespace and a name determine (version 5)."""
    if not call.args:
        return call.result("CAST(uuid() AS VARCHAR)", text(36), False)
    if len(call) == 1:
        raise compilation_error(
            "000938", "22023", f"not enough arguments for function [{call.text}], expected 2, got 1"
        )
    return call.result(f"sf_uuid_named({call[0].sql}, {call[1].sql})", text(36))


@scalar("PARSE_URL", args="text, int?")
def parse_url(call: Call) -> Typed:
    """The parts of a URL; 100139 if it is none, or with 1 an object that says why."""
    return call.result(
        f"CAST(sf_parse_url({call[0].sql}, {_permissive(call, 1)}) AS JSON)", DataType("OBJECT")
    )


@scalar("PARSE_IP", args="text, text, int?")
def parse_ip(call: Call) -> Typed:
    """The parts of an INET or CIDR address; an error if it is none, or with 1 an object that says why."""
    arguments = f"{call[0].sql}, {call[1].sql}, {_permissive(call, 2)}"
    return call.result(f"CAST(sf_parse_ip({arguments}) AS JSON)", DataType("OBJECT"))


@scalar("TRY_PARSE_IP", args="text, text")
def try_parse_ip(call: Call) -> Typed:
    """PARSE_IP, with NULL for what is no address."""
    parsed = f"CAST(sf_parse_ip({call[0].sql}, {call[1].sql}, true) AS JSON)"
    return call.result(
        f"(CASE WHEN ({parsed} -> 'error') IS NULL THEN {parsed} END)", DataType("OBJECT"), True
    )


def _permissive(call: Call, index: int) -> str:
    flag = call.get(index)
    return "false" if flag is None else f"({cast(flag, fixed(), call.env).sql} <> 0)"


@scalar("COLLATE", args="text, text")
def collate(call: Call) -> Typed:
    """The text, to be compared under a collation."""
    specification = call.constant_text(1).lower()
    collation.parse(specification)
    return call.result(call[0].sql, replace(TEXT, collation=specification or None), call[0].nullable)


@scalar("COLLATION", args="text")
def collation_of(call: Call) -> Typed:
    """The collation that a text carries; NULL if none."""
    specification = call[0].type.collation
    return call.result("CAST(NULL AS VARCHAR)" if specification is None else f"'{specification}'", TEXT)
