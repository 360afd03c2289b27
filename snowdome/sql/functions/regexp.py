"""Regular expression functions, on the engine's RE2 where it can answer, else on Python functions."""

from __future__ import annotations

from dataclasses import dataclass

from snowdome.errors import SnowflakeError
from snowdome.sql.functions.registry import scalar
from snowdome.sql.functions.string import literal_int, whole
from snowdome.sql.typed import Call, Typed
from snowdome.types import ARRAY, BOOLEAN, INT18, TEXT

_FLAGS = frozenset("cimes")
_PARAMETERS = "SUBJECT, PATTERN, POSITION, OCCURRENCE, PARAMETERS, GROUP_NUM"


@dataclass(frozen=True)
class Search:
    """The arguments of a search: the subject from the position on, the pattern with its flags, group."""

    subject: str
    pattern: str
    start: str | None  # engine SQL of a position other than 1
    group: str  # engine SQL of the group's number; 0 is the whole match
    extracting: bool  # whether the group was asked for

    @property
    def rest(self) -> str:
        """The subject from the position on."""
        if self.start is None:
            return self.subject
        return f"substr({self.subject}, {self.start})"

    @property
    def matches(self) -> str:
        """All matches, or their groups, as a list."""
        return f"sf.regexp_all({self.rest}, {self.pattern}, {self.group})"


def _search(call: Call, start: int | None, flags: int | None, group: int | None = None) -> Search:
    """``start``, ``flags`` and ``group`` are the places of these arguments in the call."""
    at = call.get(start) if start is not None else None
    asked = call.get(flags) if flags is not None else None
    number = call.get(group) if group is not None else None
    given, inline = _flags(asked)
    computed = asked is not None and not isinstance(asked.literal, str)
    extracting = number is not None or "e" in given or computed
    which = "0::BIGINT"
    if number is not None:
        which = whole(number)
    elif extracting:
        which = f"sf_first_group({call[1].sql})"
        if computed and asked is not None:
            which = f"(CASE WHEN contains({asked.sql}, 'e') THEN {which} ELSE 0 END)"
    pattern = call[1].sql if inline == "''" else f"({inline} || {call[1].sql})"
    return Search(call[0].sql, pattern, _position(call, at), which, extracting)


def _flags(asked: Typed | None) -> tuple[str, str]:
    """The letters of literal parameters, and engine SQL of the flags to put before the pattern."""
    if asked is None:
        return "", "''"
    if not isinstance(asked.literal, str):
        return "", f"sf.regexp_flags({asked.sql})"
    for letter in asked.literal:
        if letter not in _FLAGS:
            message = f"Invalid regular expression parameter: '{letter}'"
            raise SnowflakeError("100050", "22023", message)
    kept = ""
    for letter in asked.literal:  # of c and i the last one counts
        if letter in "ci":
            kept = kept.replace("i", "") + ("i" if letter == "i" else "")
        elif letter in "ms" and letter not in kept:
            kept += letter
    return asked.literal, f"'(?{kept})'" if kept else "''"


def _position(call: Call, at: Typed | None) -> str | None:
    if at is None or literal_int(at) == 1:
        return None
    number = literal_int(at)
    if number is not None and number < 1:
        message = f"Invalid parameter value: {number}. Reason: position must be positive"
        raise SnowflakeError("100050", "22023", message)
    return f"sf.regexp_position({whole(at)})"


@scalar("REGEXP_LIKE", "RLIKE", "REGEXP", args="text, text, text?", parameters="SUBJECT, PATTERN, PARAMETERS")
def regexp_like(call: Call) -> Typed:
    """Whether the whole subject matches."""
    search = _search(call, None, 2)
    return call.result(f"regexp_full_match({search.subject}, {search.pattern})", BOOLEAN)


@scalar("REGEXP_COUNT", args="text, text, int?, text?", parameters="SUBJECT, PATTERN, POSITION, PARAMETERS")
def regexp_count(call: Call) -> Typed:
    """How many matches there are."""
    search = _search(call, 2, 3)
    sql = f"len(regexp_extract_all({search.rest}, {search.pattern}))"
    return call.result(f"CAST({sql} AS DECIMAL(18,0))", INT18)


@scalar("REGEXP_SUBSTR", "REGEXP_EXTRACT", args="text, text, int?, int?, text?, int?", parameters=_PARAMETERS)
def regexp_substr(call: Call) -> Typed:
    """The match of the occurrence, or its group; NULL if there is none."""
    search = _search(call, 2, 4, 5)
    occurrence = call.get(3)
    number = "1::BIGINT" if occurrence is None else f"sf.regexp_occurrence({whole(occurrence)})"
    return call.result(f"({search.matches})[{number}]", TEXT, True)


@scalar(
    "REGEXP_SUBSTR_ALL",
    "REGEXP_EXTRACT_ALL",
    args="text, text, int?, int?, text?, int?",
    parameters=_PARAMETERS,
)
def regexp_substr_all(call: Call) -> Typed:
    """All matches from the occurrence on, or their groups."""
    search = _search(call, 2, 4, 5)
    occurrence = call.get(3)
    found = search.matches
    if occurrence is not None and literal_int(occurrence) != 1:
        found = f"({found})[sf.regexp_occurrence({whole(occurrence)}):]"
    return call.result(f"to_json({found})", ARRAY)


@scalar("REGEXP_INSTR", args="text, text, int?, int?, int?, text?, int?",
        parameters="SUBJECT, PATTERN, POSITION, OCCURRENCE, OPTION, PARAMETERS, GROUP_NUM")  # fmt: skip
def regexp_instr(call: Call) -> Typed:
    """Where the match of the occurrence, or its group, begins (or with option 1, the place behind it)."""
    search = _search(call, 2, 5, 6)
    occurrence, option = call.get(3), call.get(4)
    number = "1::BIGINT" if occurrence is None else f"sf.regexp_occurrence({whole(occurrence)})"
    behind = "0::BIGINT" if option is None else whole(option)
    start = search.start or "1::BIGINT"
    name = "sf_regexp_instr" if search.extracting else "sf.regexp_instr"
    arguments = f"{search.rest}, {search.pattern}, {start}, {number}, {behind}"
    if search.extracting:
        arguments += f", {search.group}"
    return call.result(f"CAST({name}({arguments}) AS DECIMAL(18,0))", INT18)


@scalar("REGEXP_REPLACE", args="text, text, text?, int?, int?, text?",
        parameters="SUBJECT, PATTERN, REPLACEMENT, POSITION, OCCURRENCE, PARAMETERS")  # fmt: skip
def regexp_replace(call: Call) -> Typed:
    """Every match (or that of the occurrence) replaced; \\1 to \\9 are groups."""
    search = _search(call, 3, 5)
    replacement, occurrence = call.get(2), call.get(4)
    new = "''" if replacement is None else replacement.sql
    number = 0 if occurrence is None else literal_int(occurrence)
    if number == 0:
        replaced = f"regexp_replace({search.rest}, {search.pattern}, {new}, 'g')"
    elif number == 1:
        replaced = f"regexp_replace({search.rest}, {search.pattern}, {new})"
    else:
        counted = whole(occurrence) if occurrence is not None else "0"
        replaced = f"sf_regexp_replace({search.rest}, {search.pattern}, {new}, {counted})"
    if search.start is None:
        return call.result(replaced, TEXT)
    return call.result(f"(left({search.subject}, {search.start} - 1) || {replaced})", TEXT)
