"""The words for parts of dates and times, and which functions take which."""

from __future__ import annotations

from snowdome.errors import SnowflakeError, compilation_error

_SPANS = {
    "YEAR": "YEAR Y YY YYY YYYY YR YEARS YRS",
    "QUARTER": "QUARTER Q QTR QTRS QUARTERS",
    "MONTH": "MONTH MM MON MONS MONTHS",
    "WEEK": "WEEK W WK WEEKS",
    "DAY": "DAY D DD DAYS DAYOFMONTH",
    "HOUR": "HOUR H HH HR HOURS HRS",
    "MINUTE": "MINUTE M MI MIN MINUTES MINS",
    "SECOND": "SECOND S SEC SECONDS SECS",
    "MILLISECOND": "MILLISECOND MS MSEC MILLISECONDS",
    "MICROSECOND": "MICROSECOND US USEC MICROSECONDS",
    "NANOSECOND": "NANOSECOND NS NSEC NANOSEC NSECOND NANOSECONDS NANOSECS NSECONDS NSECS",
}
_COMPONENTS = {
    "WEEK": "WEEKOFYEAR WOY WY",
    "WEEKISO": "WEEKISO WEEK_ISO WEEKOFYEARISO WEEKOFYEAR_ISO",
    "DAYOFWEEK": "DAYOFWEEK WEEKDAY DOW DW",
    "DAYOFWEEKISO": "DAYOFWEEKISO WEEKDAY_ISO DOW_ISO DW_ISO DAYOFWEEK_ISO",
    "DAYOFYEAR": "DAYOFYEAR YEARDAY DOY DY",
    "YEAROFWEEK": "YEAROFWEEK",
    "YEAROFWEEKISO": "YEAROFWEEKISO",
    "EPOCH_SECOND": "EPOCH_SECOND EPOCH EPOCH_SECONDS",
    "EPOCH_MILLISECOND": "EPOCH_MILLISECOND EPOCH_MILLISECONDS",
    "EPOCH_MICROSECOND": "EPOCH_MICROSECOND EPOCH_MICROSECONDS",
    "EPOCH_NANOSECOND": "EPOCH_NANOSECOND EPOCH_NANOSECONDS",
    "TIMEZONE_HOUR": "TIMEZONE_HOUR TZH",
    "TIMEZONE_MINUTE": "TIMEZONE_MINUTE TZM",
}


def _words(table: dict[str, str]) -> dict[str, str]:
    return {word: part for part, words in table.items() for word in words.split()}


SPANS = _words(_SPANS)
COMPONENTS = {
    word: part
    for word, part in (SPANS | _words(_COMPONENTS)).items()
    if part not in ("MILLISECOND", "MICROSECOND")
}
INTERVALS = SPANS | {"WOY": "WEEK", "WEEKOFYEAR": "WEEK", "WY": "WEEK"}

DATE_PARTS = frozenset({"YEAR", "QUARTER", "MONTH", "WEEK", "DAY"})
MONTHS = {"YEAR": 12, "QUARTER": 3, "MONTH": 1}
NANOSECONDS = {
    "WEEK": 604800 * 10**9, "DAY": 86400 * 10**9, "HOUR": 3600 * 10**9, "MINUTE": 60 * 10**9, "SECOND": 10**9,
    "MILLISECOND": 10**6, "MICROSECOND": 10**3, "NANOSECOND": 1,
}  # fmt: skip


def span(word: str, function: str) -> str:
    """The canonical name of a part that ``function`` counts or cuts by; 002151 if it is none."""
    part = SPANS.get(word.upper())
    if part is None:
        raise not_a_part(f"'{word}'", function)
    return part


def component(word: str, function: str) -> str:
    """The canonical name of a part that DATE_PART reads; 001007 if it is none."""
    part = COMPONENTS.get(word.upper())
    if part is None:
        raise compilation_error(
            "001007", "22023", f"invalid value [{word}] for parameter '{function} date/time part'"
        )
    return part


def not_a_part(shown: str, function: str, type_: str = "") -> SnowflakeError:
    """002151: ``function`` does not take the part (for that type)."""
    of_type = f" and type {type_}" if type_ else ""
    text = f"[{shown}] is not a valid date/time component for function {function}{of_type}."
    return SnowflakeError("002151", "22023", f"SQL compilation error: {text}")


def unsupported_argument(function: str, type_: object) -> SnowflakeError:
    """002016: ``function`` takes no argument of that type."""
    return compilation_error("002016", "22000", f"Function {function} does not support {type_} argument type")
