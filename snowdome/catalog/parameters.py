"""Parameters of sessions and objects: names, types, defaults, and which values each takes."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from snowdome.errors import SnowflakeError, compilation_error, not_supported

Check = Callable[[object], bool]

SESSION = "SESSION"
OBJECT = "OBJECT"
WAREHOUSE = "WAREHOUSE"


@dataclass(frozen=True)
class Parameter:
    """One parameter. ``type`` is BOOLEAN, NUMBER or STRING; ``choices`` are upper case; ``refused`` is a value that
    would change how statements read and that nothing here obeys yet."""

    name: str
    default: object
    description: str
    choices: tuple[str, ...] = ()
    check: Check | None = None
    scope: str = SESSION
    refused: object = None

    @property
    def type(self) -> str:
        if isinstance(self.default, bool):
            return "BOOLEAN"
        return "NUMBER" if isinstance(self.default, int) else "STRING"

    def coerce(self, value: object) -> object:
        """``value`` as this parameter keeps it; 001008 if it is not one of its values, 000002 if not here."""
        found = _COERCE[self.type](value)
        if found is None or (self.choices and str(found).upper() not in self.choices):
            raise invalid_value(self.name, value)
        if self.check is not None and not self.check(found):
            raise invalid_value(self.name, value)
        kept = str(found).upper() if self.choices else found
        if self.refused is not None and kept == self.refused:
            raise not_supported(f"{self.name} = {str(kept).upper()}")
        return kept


def invalid_value(name: str, value: object) -> SnowflakeError:
    """001008: the parameter does not take this value."""
    shown = str(value).lower() if isinstance(value, bool) else str(value)
    return compilation_error("001008", "22023", f"invalid value [{shown}] for parameter '{name}'")


def invalid_parameter(name: str) -> SnowflakeError:
    """001006: there is no such parameter."""
    return compilation_error("001006", "22023", f"invalid parameter '{name}'")


def _boolean(value: object) -> object:
    return {"TRUE": True, "FALSE": False}.get(str(value).upper())


def _number(value: object) -> object:
    if isinstance(value, bool):
        return None
    text = str(value)
    return int(text) if text.lstrip("-").isdigit() else None


def _string(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else str(value)


_COERCE: dict[str, Callable[[object], object]] = {"BOOLEAN": _boolean, "NUMBER": _number, "STRING": _string}


def _between(low: int, high: int) -> Check:
    return lambda value: isinstance(value, int) and low <= value <= high


def _time_zone(value: object) -> bool:
    try:
        zoneinfo.ZoneInfo(str(value))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


_P = Parameter
_LEVELS = ("OFF", "FATAL", "ERROR", "WARN", "INFO", "DEBUG", "TRACE")
_BYTES = ("HEX", "BASE64", "UTF8", "UTF-8")
_GEO = ("GEOJSON", "WKT", "WKB", "EWKT", "EWKB")

_ALL = (
    _P("ABORT_DETACHED_QUERY", False, "Whether a query ends when its client's connection is lost."),
    _P("AUTOCOMMIT", True, "Whether each DML statement commits by itself outside a transaction."),
    _P("BINARY_INPUT_FORMAT", "HEX", "Format of text that is converted to BINARY.", _BYTES),
    _P("BINARY_OUTPUT_FORMAT", "HEX", "Format of BINARY converted to text.", ("HEX", "BASE64")),
    _P("CLIENT_ENABLE_LOG_INFO_STATEMENT_PARAMETERS", False, "Whether clients log bound values."),
    _P("CLIENT_MEMORY_LIMIT", 1536, "Memory, in MB, that a client may use for results."),
    _P("CLIENT_METADATA_REQUEST_USE_CONNECTION_CTX", False, "Whether metadata calls use the current schema."),
    _P("CLIENT_METADATA_USE_SESSION_DATABASE", False, "Whether metadata calls use the current database."),
    _P("CLIENT_PREFETCH_THREADS", 4, "Threads that fetch result chunks ahead.", check=_between(1, 10)),
    _P("CLIENT_RESULT_CHUNK_SIZE", 160, "Size, in MB, of a chunk of a result.", check=_between(16, 160)),
    _P("CLIENT_RESULT_COLUMN_CASE_INSENSITIVE", False, "Whether clients match result columns without case."),
    _P("CLIENT_SESSION_KEEP_ALIVE", False, "Whether clients keep an idle session alive."),
    _P("CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY", 3600, "Seconds between keep-alive calls.",
       check=_between(900, 3600)),
    _P("CLIENT_STAGE_ARRAY_BINDING_THRESHOLD", 65280, "Number of bound values above which files are used."),
    _P("CLIENT_TELEMETRY_ENABLED", True, "Whether clients send usage data to the account."),
    _P("CLIENT_TIMESTAMP_TYPE_MAPPING", "TIMESTAMP_LTZ", "Type of timestamps that clients bind.",
       ("TIMESTAMP_LTZ", "TIMESTAMP_NTZ")),
    _P("DATE_INPUT_FORMAT", "AUTO", "Format of text that is converted to DATE."),
    _P("DATE_OUTPUT_FORMAT", "YYYY-MM-DD", "Format of DATE converted to text."),
    _P("DEFAULT_NULL_ORDERING", "LAST", "Where ORDER BY puts NULL.", ("FIRST", "LAST"), refused="FIRST"),
    _P("ENABLE_UNLOAD_PHYSICAL_TYPE_OPTIMIZATION", True, "Whether unloaded Parquet files use small types."),
    _P("ERROR_ON_NONDETERMINISTIC_MERGE", True, "Whether MERGE fails when several rows match one."),
    _P("ERROR_ON_NONDETERMINISTIC_UPDATE", False, "Whether UPDATE fails when several rows match one."),
    _P("GEOGRAPHY_OUTPUT_FORMAT", "GeoJSON", "Format of GEOGRAPHY in results.", _GEO),
    _P("GEOMETRY_OUTPUT_FORMAT", "GeoJSON", "Format of GEOMETRY in results.", _GEO),
    _P("JDBC_TREAT_DECIMAL_AS_INT", True, "Whether JDBC reports NUMBER(p, 0) as an integer."),
    _P("JDBC_TREAT_TIMESTAMP_NTZ_AS_UTC", False, "Whether JDBC reads TIMESTAMP_NTZ as UTC."),
    _P("JDBC_USE_SESSION_TIMEZONE", True, "Whether JDBC uses the session's time zone."),
    _P("JSON_INDENT", 2, "Spaces that printed JSON is indented by.", check=_between(0, 16)),
    _P("JS_TREAT_INTEGER_AS_BIGINT", False, "Whether JavaScript code gets integers as BigInt."),
    _P("LOCK_TIMEOUT", 43200, "Seconds a statement waits for a lock.", check=_between(0, 2**31)),
    _P("LOG_LEVEL", "OFF", "Least severity of messages that are recorded.", _LEVELS),
    _P("METRIC_LEVEL", "NONE", "Which metrics are recorded.", ("ALL", "NONE")),
    _P("MULTI_STATEMENT_COUNT", 1, "Statements in one request; 0 for any.", check=_between(0, 2**31)),
    _P("NOORDER_SEQUENCE_AS_DEFAULT", True, "Whether new sequences need not grow in order."),
    _P("ODBC_TREAT_DECIMAL_AS_INT", False, "Whether ODBC reports NUMBER(p, 0) as an integer."),
    _P("QUERY_TAG", "", "Text recorded with each query of the session.", check=lambda v: len(str(v)) <= 2000),
    _P("QUOTED_IDENTIFIERS_IGNORE_CASE", False, "Whether quoted identifiers fold to upper case.", refused=True),
    _P("ROWS_PER_RESULTSET", 0, "Most rows in a result; 0 for all.", check=_between(0, 2**62)),
    _P("SEARCH_PATH", "$current, $public", "Schemas in which unqualified names are looked up."),
    _P("STATEMENT_QUEUED_TIMEOUT_IN_SECONDS", 0, "Seconds a statement may be queued; 0 for ever.",
       check=_between(0, 2**31)),
    _P("STATEMENT_TIMEOUT_IN_SECONDS", 172800, "Seconds a statement may run; 0 for the most.",
       check=_between(0, 604800)),
    _P("STRICT_JSON_OUTPUT", False, "Whether printed JSON keeps strictly to the standard."),
    _P("TIMESTAMP_DAY_IS_ALWAYS_24H", False, "Whether adding a day always adds 24 hours."),
    _P("TIMESTAMP_INPUT_FORMAT", "AUTO", "Format of text that is converted to a timestamp."),
    _P("TIMESTAMP_LTZ_OUTPUT_FORMAT", "", "Format of TIMESTAMP_LTZ converted to text."),
    _P("TIMESTAMP_NTZ_OUTPUT_FORMAT", "YYYY-MM-DD HH24:MI:SS.FF3", "Format of TIMESTAMP_NTZ as text."),
    _P("TIMESTAMP_OUTPUT_FORMAT", "YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM", "Format of timestamps as text."),
    _P("TIMESTAMP_TYPE_MAPPING", "TIMESTAMP_NTZ", "Type that TIMESTAMP stands for.",
       ("TIMESTAMP_LTZ", "TIMESTAMP_NTZ", "TIMESTAMP_TZ")),
    _P("TIMESTAMP_TZ_OUTPUT_FORMAT", "", "Format of TIMESTAMP_TZ converted to text."),
    _P("TIMEZONE", "America/Los_Angeles", "Time zone of the session.", check=_time_zone),
    _P("TIME_INPUT_FORMAT", "AUTO", "Format of text that is converted to TIME."),
    _P("TIME_OUTPUT_FORMAT", "HH24:MI:SS", "Format of TIME converted to text."),
    _P("TRACE_LEVEL", "OFF", "Which trace events are recorded.", ("ALWAYS", "ON_EVENT", "OFF", "PROPAGATE")),
    _P("TRANSACTION_ABORT_ON_ERROR", False, "Whether a failed statement rolls its transaction back."),
    _P("TRANSACTION_DEFAULT_ISOLATION_LEVEL", "READ COMMITTED", "Isolation of transactions.",
       ("READ COMMITTED",)),
    _P("TWO_DIGIT_CENTURY_START", 1970, "Year that two-digit years start from.", check=_between(1900, 2100)),
    _P("UNSUPPORTED_DDL_ACTION", "ignore", "What DDL does with clauses that have no meaning here.",
       ("IGNORE", "FAIL")),
    _P("USE_CACHED_RESULT", True, "Whether an unchanged query may answer from its earlier result."),
    _P("WEEK_OF_YEAR_POLICY", 0, "Which week is a year's first: 0 for ISO's, 1 for January 1st's.",
       check=_between(0, 1)),
    _P("WEEK_START", 0, "First day of the week: 1 Monday to 7 Sunday; 0 for ISO's.", check=_between(0, 7)),
    _P("DATA_RETENTION_TIME_IN_DAYS", 1, "Days for which dropped and changed data is kept.",
       check=_between(0, 90), scope=OBJECT),
    _P("MAX_DATA_EXTENSION_TIME_IN_DAYS", 14, "Days by which data is kept longer for streams.",
       check=_between(0, 90), scope=OBJECT),
    _P("DEFAULT_DDL_COLLATION", "", "Collation of new text columns.", scope=OBJECT),
    _P("MAX_CONCURRENCY_LEVEL", 8, "Statements that a cluster runs at once.", check=_between(1, 2**31),
       scope=WAREHOUSE),
)  # fmt: skip

PARAMETERS: dict[str, Parameter] = {p.name: p for p in _ALL}

# What clients set for themselves and the account has no say in.
_CLIENT_PREFIXES = ("PYTHON_SNOWPARK_", "PYTHON_CONNECTOR_", "JDBC_", "ODBC_", "CLIENT_", "GO_", "NODEJS_")


def default_of(name: str) -> object:
    """The default of the parameter ``name``; None if it is not one of the account's."""
    found = PARAMETERS.get(name)
    return found.default if found else None


def coerce(name: str, value: object) -> object:
    """``value`` as the session parameter ``name`` keeps it; 001006 or 001008."""
    found = PARAMETERS.get(name)
    if found is not None and found.scope in (SESSION, OBJECT):
        return found.coerce(value)
    if name.startswith(_CLIENT_PREFIXES):
        return value
    raise invalid_parameter(name)


def of_statement(given: Mapping[str, object]) -> dict[str, object]:
    """The session parameters among what a client sends with a statement; the others are the client's own."""
    names = {name: name.upper() for name, value in given.items() if value is not None}
    known = {name: PARAMETERS[upper] for name, upper in names.items() if upper in PARAMETERS}
    return {found.name: found.coerce(given[name]) for name, found in known.items() if found.scope == SESSION}


def effective(name: str, *levels: Mapping[str, object]) -> object:
    """The parameter's value at the first of ``levels`` that sets it, else its default."""
    return next((level[name] for level in levels if name in level), default_of(name))
