"""What DuckDB raises, as the error a Snowflake client expects.

Lowered SQL raises Snowflake's own errors with ``error('SF|code|sqlstate|message')``; what the engine
itself raises is translated by the table below.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable

import duckdb

from snowdome.errors import SnowflakeError, not_supported

_OWN = re.compile(r"SF\|(\d{6})\|(\w{5})\|(.*?)(?:\|FS|\Z)", re.S)

# What an INSERT meets that was compiled before changes of its table were tracked (see ``catalog.changes``).
UNTRACKED = "Change tracking of the table has begun"
# That, or what other statements meet when tracking began or ended since they were compiled; no name that a
# user gives is in engine SQL.
_TRACKING = re.compile(
    rf"^Invalid Input Error: {UNTRACKED}|^Binder Error: .*\b(row_id|born)\b|^Catalog Error: .*#\d+_history\b",
    re.S,
)

_RULES: list[tuple[re.Pattern[str], Callable[[re.Match[str]], SnowflakeError]]] = []


def raising(code: str, sqlstate: str, message_sql: str) -> str:
    """Engine SQL that raises the error; ``message_sql`` is an SQL text expression."""
    return f"error('SF|{code}|{sqlstate}|' || {message_sql})"


def rule(pattern: str, code: str, sqlstate: str, message: str) -> None:
    """Engine messages matching ``pattern`` become this error; ``message`` may name groups as {0}."""
    _RULES.append(
        (re.compile(pattern, re.S), lambda m: SnowflakeError(code, sqlstate, message.format(*m.groups())))
    )


rule(r"NOT NULL constraint failed", "100072", "22000", "NULL result in a non-nullable column")
_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*")


def _unreadable_number(found: re.Match[str]) -> SnowflakeError:
    """A text that is no number, or one too large for its type."""
    text = found[1].replace("＿", "_")  # undoes the conversion's macro number_text
    if _NUMBER.fullmatch(text):
        return SnowflakeError("100039", "22003", f"Numeric value '{text}' is out of range")
    return SnowflakeError("100038", "22018", f"Numeric value '{text}' is not recognized")


def _unrepresentable(found: re.Match[str]) -> SnowflakeError:
    """A number that does not fit its type; SB1 to SB16 is the storage that its precision takes."""
    value = f"{float(found[1]):.10g}" if len(found[1]) > 40 else found[1]
    size = next(b for b, digits in ((1, 2), (2, 4), (4, 9), (8, 18), (16, 38)) if int(found[2]) <= digits)
    kind = f"FIXED[SB{size}]({found[2]},{found[3]}){{nullable}}"
    return SnowflakeError("100046", "22003", f"Number out of representable range: type {kind}, value {value}")


_OPERATIONS: dict[str, Callable[[int, int], int]] = {
    "addition": operator.add, "subtraction": operator.sub, "multiplication": operator.mul,
}  # fmt: skip


def _too_wide(found: re.Match[str]) -> SnowflakeError:
    """A sum or product of more than 38 digits."""
    value = _OPERATIONS[found[1]](int(found[2]), int(found[3]))
    text = f"Number out of representable range: type FIXED[SB16](38,0){{nullable}}, value {value}"
    return SnowflakeError("100046", "22003", text)


_NUMBERS = "DECIMAL|INT|BIGINT|HUGEINT|DOUBLE|FLOAT"
_UNREADABLE = rf"Could not convert string [\"'](.*?)[\"'] to (?:{_NUMBERS})"
_RULES.append((re.compile(_UNREADABLE, re.S), _unreadable_number))
_TOO_LARGE = r"(?:Could not cast|Casting) value \"?(\S+?)\"? to (?:type )?DECIMAL\((\d+),(\d+)\)"
_RULES.append((re.compile(_TOO_LARGE), _unrepresentable))
_WIDTH = r"Overflow in (addition|subtraction|multiplication) of DECIMAL\(\d+\) \((-?\d+) \S (-?\d+)\)"
_RULES.append((re.compile(_WIDTH), _too_wide))
rule(r"Failed to cast decimal value (\S+) to type INT", "100039", "22003",
     "Numeric value '{0}' is out of range")  # fmt: skip
rule(r"Argument for ntile must be greater than zero", "100050", "22023",
     "Invalid parameter value: 0. Reason: NTILE needs a positive number of buckets")  # fmt: skip
rule(r"Like pattern must not end with escape", "100052", "22025", "Escape character at end of LIKE pattern")
rule(r"Division by zero", "100051", "22012", "Division by zero")
rule(r"Could not convert string '(.*?)' to BOOL", "100037", "22018", "Boolean value '{0}' is not recognized")
rule(r"Overflow|out of range|Could not cast value|overflow", "100039", "22003", "Numeric value out of range")
rule(
    r"More than one row returned by a subquery",
    "090150",
    "22000",
    "Single-row subquery returns more than one row.",
)
rule(
    r"Out of Memory|memory limit",
    "000603",
    "XX000",
    "The statement needs more memory than the local account has.",
)


def interrupted() -> SnowflakeError:
    """The statement was cancelled."""
    return SnowflakeError("000604", "57014", "SQL execution canceled")


def translate(failure: duckdb.Error) -> SnowflakeError:
    """The Snowflake error for what the engine raised."""
    text = str(failure).split("\n\nAt:\n")[0]  # older engines add where a Python function raised
    if own := _OWN.search(text):
        message = own[3].split("\n\nLINE ")[0].strip()
        return SnowflakeError(own[1], own[2], message)
    if isinstance(failure, duckdb.InterruptException):
        return interrupted()
    for pattern, build in _RULES:
        if found := pattern.search(text):
            return build(found)
    if isinstance(failure, (duckdb.BinderException, duckdb.ParserException, duckdb.CatalogException)):
        return not_supported("the engine cannot run this statement: " + text.split("\n")[0])
    return SnowflakeError("000603", "XX000", "The engine failed: " + text.split("\n")[0])


# The last is a commit that alters a table while another transaction that wrote to it is rolled back.
_CONFLICTS = ("onflict", "another transaction has", "reverted by a concurrent transaction")


def is_conflict(failure: duckdb.Error) -> bool:
    """Whether running the statement again may succeed: another transaction changed the same rows."""
    if isinstance(failure, duckdb.TransactionException):
        return any(words in str(failure) for words in _CONFLICTS)
    return _TRACKING.search(str(failure)) is not None
