"""File formats: Snowflake's options, their defaults and what values they take.

Options are kept as ``catalog.model.FileFormat`` keeps them: upper-case names, values as text, a list as
JSON. Only what was given is kept; the defaults are here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from snowdome.errors import SnowflakeError, compilation_error

NONE = "NONE"
AUTO = "AUTO"


@dataclass(frozen=True)
class Bare:
    """An option's value that was written without quotes, and is neither a boolean nor a number."""

    text: str


Given: TypeAlias = "str | Bare | bool | int | list[Given] | None"
Reader = Callable[[str, "Given"], str]


@dataclass(frozen=True)
class Option:
    """One option of a format type: its reader, its default, and its kind as DESCRIBE names it."""

    read: Reader
    default: str
    kind: str = "String"


# -- values -------------------------------------------------------------------------------------


def invalid_value(name: str, value: Given) -> SnowflakeError:
    """001008: ``value`` is none that option ``name`` takes; shown as written."""
    return compilation_error("001008", "22023", f"invalid value [{_written(value)}] for parameter '{name}'")


def _written(value: Given) -> str:
    if isinstance(value, Bare):
        return value.text
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, list):
        return ", ".join(_written(v) for v in value)
    return f"'{value}'" if isinstance(value, str) else str(value)


def plain(value: Given) -> str:
    """A scalar value as text."""
    if isinstance(value, Bare):
        return value.text
    return str(value).upper() if isinstance(value, bool) else str(value)


def flag(name: str, value: Given) -> str:
    """TRUE or FALSE; a quoted one is refused, as Snowflake does."""
    if not isinstance(value, bool):
        raise invalid_value(name, value)
    return str(value).upper()


def count(name: str, value: Given) -> str:
    """A whole number from 0 up."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise invalid_value(name, value)
    return str(value)


def choice(*words: str) -> Reader:
    """One of ``words``, in any case."""

    def read(name: str, value: Given) -> str:
        word = plain(value).upper()
        if isinstance(value, (list, bool, int)) or word not in words:
            raise invalid_value(name, value)
        return word

    return read


def text(name: str, value: Given) -> str:
    """A string, or a bare word in upper case (NONE, AUTO)."""
    if isinstance(value, Bare):
        return value.text.upper()
    if not isinstance(value, str):
        raise invalid_value(name, value)
    return value


_CODE = re.compile(r"(?:0x|\\x)([0-9a-fA-F]{2})|\\([0-7]{3})|\\([tnr\\'\"])")
_SHORT = {"t": "\t", "n": "\n", "r": "\r"}


def delimiter(name: str, value: Given) -> str:
    """A string in which hexadecimal and octal codes stand for characters; NONE for none."""
    given = text(name, value)
    if given.upper() == NONE or given == "":
        return NONE
    return _CODE.sub(_character, given)


def _character(found: re.Match[str]) -> str:
    if found[3]:
        return _SHORT.get(found[3], found[3])
    return chr(int(found[1], 16) if found[1] else int(found[2], 8))


def character(name: str, value: Given) -> str:
    """A single character, or NONE."""
    given = delimiter(name, value)
    if given != NONE and len(given) != 1:
        raise invalid_value(name, value)
    return given


def enclosure(name: str, value: Given) -> str:
    """A single or double quote, or NONE."""
    given = delimiter(name, value)
    if given not in (NONE, "'", '"'):
        raise invalid_value(name, value)
    return given


def texts(name: str, value: Given) -> str:
    """A list of strings, or one string."""
    given = value if isinstance(value, list) else [value]
    if not all(isinstance(v, str) for v in given):
        raise invalid_value(name, value)
    return json.dumps(given)


# Snowflake's names of encodings, with Python's; None where Python has none
ENCODINGS: dict[str, str | None] = {
    "UTF8": "utf-8",
    **{f"UTF{width}{order}": f"utf-{width}-{order}".strip("-") for width in (16, 32) for order in ("", "BE", "LE")},
    **{f"ISO8859{part}": f"iso8859-{part}" for part in (1, 2, 5, 6, 7, 8, 9, 15)},
    **{f"WINDOWS{page}": f"cp{page}" for page in (874, 949, *range(1250, 1257))},
    "BIG5": "big5", "EUCJP": "euc_jp", "EUCKR": "euc_kr", "GB18030": "gb18030", "IBM424": "cp424",
    "IBM949": "cp949", "ISO2022JP": "iso2022_jp", "ISO2022KR": "iso2022_kr", "KOI8R": "koi8_r",
    "SHIFTJIS": "shift_jis", "IBM420": None, "ISO2022CN": None,
}  # fmt: skip


def encoding(name: str, value: Given) -> str:
    """One of ENCODINGS, in any case, with hyphens or without."""
    given = text(name, value).upper().replace("-", "")
    if given not in ENCODINGS:
        raise invalid_value(name, value)
    return given


# -- the types ----------------------------------------------------------------------------------

_COMPRESSIONS = choice(AUTO, "GZIP", "BZ2", "BROTLI", "ZSTD", "DEFLATE", "RAW_DEFLATE", NONE)
_FALSE = Option(flag, "FALSE", "Boolean")
_TRUE = Option(flag, "TRUE", "Boolean")
_AUTO = Option(text, AUTO)
_COMPRESSION = Option(_COMPRESSIONS, AUTO)
_NO_NULLS = Option(texts, "[]", "List")
_NULLS = Option(texts, '["\\\\N"]', "List")
_BINARY = Option(choice("HEX", "BASE64", "UTF8", "UTF-8"), "HEX")
_EXTENSION = Option(text, "")
_MOMENTS = {"DATE_FORMAT": _AUTO, "TIME_FORMAT": _AUTO, "TIMESTAMP_FORMAT": _AUTO, "BINARY_FORMAT": _BINARY}

# In the order in which DESCRIBE FILE FORMAT lists them.
TYPES: dict[str, dict[str, Option]] = {
    "CSV": {
        "RECORD_DELIMITER": Option(delimiter, "\n"),
        "FIELD_DELIMITER": Option(delimiter, ","),
        "FILE_EXTENSION": _EXTENSION,
        "SKIP_HEADER": Option(count, "0", "Integer"),
        "PARSE_HEADER": _FALSE,
        **_MOMENTS,
        "ESCAPE": Option(character, NONE),
        "ESCAPE_UNENCLOSED_FIELD": Option(character, "\\"),
        "TRIM_SPACE": _FALSE,
        "FIELD_OPTIONALLY_ENCLOSED_BY": Option(enclosure, NONE),
        "NULL_IF": _NULLS,
        "COMPRESSION": _COMPRESSION,
        "ERROR_ON_COLUMN_COUNT_MISMATCH": _TRUE,
        "VALIDATE_UTF8": _TRUE,
        "SKIP_BLANK_LINES": _FALSE,
        "REPLACE_INVALID_CHARACTERS": _FALSE,
        "EMPTY_FIELD_AS_NULL": _TRUE,
        "SKIP_BYTE_ORDER_MARK": _TRUE,
        "ENCODING": Option(encoding, "UTF8"),
        "MULTI_LINE": _TRUE,
    },
    "JSON": {
        "FILE_EXTENSION": _EXTENSION,
        **_MOMENTS,
        "TRIM_SPACE": _FALSE,
        "NULL_IF": _NO_NULLS,
        "COMPRESSION": _COMPRESSION,
        "ENABLE_OCTAL": _FALSE,
        "ALLOW_DUPLICATE": _FALSE,
        "STRIP_OUTER_ARRAY": _FALSE,
        "STRIP_NULL_VALUES": _FALSE,
        "IGNORE_UTF8_ERRORS": _FALSE,
        "REPLACE_INVALID_CHARACTERS": _FALSE,
        "SKIP_BYTE_ORDER_MARK": _TRUE,
        "MULTI_LINE": _TRUE,
    },
    "PARQUET": {
        "TRIM_SPACE": _FALSE,
        "NULL_IF": _NULLS,
        "COMPRESSION": Option(choice(AUTO, "LZO", "SNAPPY", "GZIP", "BROTLI", "ZSTD", NONE), AUTO),
        "SNAPPY_COMPRESSION": _TRUE,
        "BINARY_AS_TEXT": _TRUE,
        "USE_LOGICAL_TYPE": _FALSE,
        "USE_VECTORIZED_SCANNER": _FALSE,
        "REPLACE_INVALID_CHARACTERS": _FALSE,
    },
    "AVRO": {
        "TRIM_SPACE": _FALSE,
        "NULL_IF": _NULLS,
        "COMPRESSION": _COMPRESSION,
        "REPLACE_INVALID_CHARACTERS": _FALSE,
    },
    "ORC": {"TRIM_SPACE": _FALSE, "NULL_IF": _NULLS, "REPLACE_INVALID_CHARACTERS": _FALSE},
    "XML": {
        "COMPRESSION": _COMPRESSION,
        "IGNORE_UTF8_ERRORS": _FALSE,
        "PRESERVE_SPACE": _FALSE,
        "STRIP_OUTER_ELEMENT": _FALSE,
        "DISABLE_SNOWFLAKE_DATA": _FALSE,
        "DISABLE_AUTO_CONVERT": _FALSE,
        "REPLACE_INVALID_CHARACTERS": _FALSE,
        "SKIP_BYTE_ORDER_MARK": _TRUE,
    },
}
_type_of = choice(*TYPES)


def read_type(value: Given) -> str:
    """The format type that ``value`` names; 001007 if it is none."""
    return _type_of("TYPE", value)


def read_options(type_: str, given: Mapping[str, Given]) -> dict[str, str]:
    """The options of a format of ``type_`` as they are kept; TYPE and FORMAT_NAME must be gone from them."""
    return {name: _option(type_, name).read(name, value) for name, value in given.items()}


def _option(type_: str, name: str) -> Option:
    if name in TYPES[type_]:
        return TYPES[type_][name]
    if any(name in options for options in TYPES.values()):
        text = f"Option {name} is not valid for file format type {type_}."
        raise compilation_error("002196", "22023", text)
    raise invalid_parameter(name)


def invalid_parameter(name: str) -> SnowflakeError:
    """001006: Snowflake has no option of that name."""
    return compilation_error("001006", "22023", f"invalid parameter '{name}'")


@dataclass(frozen=True)
class Format:
    """A file format in use: a type and the options that differ from its defaults."""

    type: str = "CSV"
    options: Mapping[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """The option's value; empty for an option that formats of this type do not have."""
        option = TYPES[self.type].get(name)
        return self.options.get(name, option.default if option else "")

    def flag(self, name: str) -> bool:
        return self.text(name) == "TRUE"

    def number(self, name: str) -> int:
        return int(self.text(name) or 0)

    def character(self, name: str) -> str | None:
        """A delimiter, escape or enclosure; None where there is none."""
        found = self.text(name)
        return None if found in ("", NONE) else found

    def texts(self, name: str) -> tuple[str, ...]:
        found = self.text(name)
        return tuple(json.loads(found)) if found else ()

    def with_options(self, **changes: str) -> Format:
        return Format(self.type, {**self.options, **changes})


def build(kept: Mapping[str, str], type_: str = "CSV") -> Format:
    """The format that kept options describe; a TYPE among them counts."""
    options = dict(kept)
    return Format(options.pop("TYPE", type_), options)
