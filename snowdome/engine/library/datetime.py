"""Macros between Snowflake's nanoseconds and DuckDB's TIMESTAMP, time zones, and reading text.

HUGEINT division is slow in the engine, so nanoseconds of the years 1678 to 2261 (all that fits 64 bits)
take a short cut; the addend before each division makes it round down for times before 1970 too.
"""

from __future__ import annotations

import duckdb
import pyarrow as pa
from duckdb.func import FunctionNullHandling, PythonUDFType

from snowdome.engine.datetime_text import print_model, read
from snowdome.engine.failures import raising, rule
from snowdome.engine.macros import installer, macro

macro(
    "us(h)",
    "coalesce((TRY_CAST(h + 9223372036854775000 AS UBIGINT) // 1000)::BIGINT - 9223372036854775,"
    " ((h + 100000000000000000000000) // 1000 - 100000000000000000000)::BIGINT)",
)
macro("ts(h)", "make_timestamp(sf.us(h))")
macro("ns(t)", "(epoch_us(t)::HUGEINT * 1000)")
macro(
    "floored(h, unit)",
    "coalesce((TRY_CAST(h + 9223286400000000000 // unit * unit AS UBIGINT) // unit::UBIGINT)::HUGEINT * unit"
    " - 9223286400000000000 // unit * unit,"
    " (h + 100000000000000000000000 // unit * unit) // unit * unit"
    " - 100000000000000000000000 // unit * unit)",
)
macro("date_ns(d)", "(epoch_us(d::TIMESTAMP)::HUGEINT * 1000)")
macro("day_ns(h)", "(h - epoch_us(date_trunc('day', sf.ts(h))::TIMESTAMP)::HUGEINT * 1000)::BIGINT")
macro("subsecond(h)", "(h - epoch_us(date_trunc('second', sf.ts(h)))::HUGEINT * 1000)::BIGINT")

# microseconds to add to a UTC time, or to take from a wall-clock time, for the zone z
macro("offset_at(t, z)", "(epoch_us(timezone(z, timezone('UTC', t))) - epoch_us(t))")
macro("offset_on(t, z)", "(epoch_us(t) - epoch_us(timezone(z, t)))")
macro("wall(h, z)", "(h + sf.offset_at(sf.ts(h), z)::HUGEINT * 1000)")
macro("utc(h, z)", "(h - sf.offset_on(sf.ts(h), z)::HUGEINT * 1000)")
macro(
    "zoned(h, z)",
    "CASE WHEN h IS NOT NULL THEN {'t': h, 'o': (sf.offset_at(sf.ts(h), z) // 60000000)::SMALLINT} END",
)
macro("at_offset(t, o)", "CASE WHEN t IS NOT NULL AND o IS NOT NULL THEN {'t': t, 'o': o::SMALLINT} END")
macro("tz_wall(v)", "(v.t + v.o::HUGEINT * 60000000000)")

# text as people write it most, read by the engine itself; anything else is NULL here
_CLOCK = "(s LIKE '____-__-__ __:__:__%' OR s LIKE '____-__-__T__:__:__%') AND s NOT LIKE '___________24%'"
macro("iso_date(s)", "CASE WHEN s LIKE '____-__-__' THEN TRY_CAST(s AS DATE) END")
macro(
    "iso_timestamp(s)",
    f"CASE WHEN strlen(s) = 19 THEN CASE WHEN {_CLOCK} THEN TRY_CAST(s AS TIMESTAMP) END"
    " WHEN strlen(s) = 10 THEN CAST(sf.iso_date(s) AS TIMESTAMP)"
    f" WHEN strlen(s) BETWEEN 21 AND 26 AND {_CLOCK} AND regexp_full_match(s[20:], '[.][0-9]+')"
    " THEN TRY_CAST(s AS TIMESTAMP) END",
)
macro("iso_time(s)", "CASE WHEN s LIKE '__:__:__' AND s < '24' THEN TRY_CAST(s AS TIME) END")

MOMENT = "STRUCT(t DECIMAL(38,0), o SMALLINT)"
_ARROW_MOMENT = pa.struct([("t", pa.decimal128(38, 0)), ("o", pa.int16())])


def _read(texts: pa.Array, models: pa.Array, kinds: pa.Array, centuries: pa.Array) -> pa.Array:
    """Texts as moments: NULL where the model does not fit."""
    columns = (texts.to_pylist(), models.to_pylist(), kinds.to_pylist(), centuries.to_pylist())
    rows = (_read_one(*row) for row in zip(*columns, strict=True))
    return pa.array(rows, _ARROW_MOMENT)


def _read_one(text: str | None, model: str | None, kind: str, century: int) -> dict[str, int | None] | None:
    moment = None if text is None or model is None else read(text, model, kind, century)
    return None if moment is None else {"t": moment.nanoseconds, "o": moment.offset}


def _print(walls: pa.Array, offsets: pa.Array, models: pa.Array) -> pa.Array:
    """Wall clocks as text."""
    rows = zip(walls.to_pylist(), offsets.to_pylist(), models.to_pylist(), strict=True)
    return pa.array(
        [None if None in row else print_model(int(row[0]), row[1], row[2]) for row in rows], pa.string()
    )


@installer
def _install(connection: duckdb.DuckDBPyConnection) -> None:
    functions = (
        ("sf_read_moment", _read, ["VARCHAR", "VARCHAR", "VARCHAR", "INTEGER"], MOMENT),
        ("sf_print_moment", _print, ["DECIMAL(38,0)", "INTEGER", "VARCHAR"], "VARCHAR"),
    )
    for name, function, parameters, result in functions:
        connection.create_function(
            name,
            function,
            [*parameters],
            result,
            type=PythonUDFType.ARROW,
            null_handling=FunctionNullHandling.SPECIAL,
        )


macro(
    "moment_utc(m, z)",
    "CASE WHEN m.o IS NULL THEN sf.utc(m.t::HUGEINT, z) ELSE m.t::HUGEINT - m.o::HUGEINT * 60000000000 END",
)
macro(
    "moment_zoned(m, z)",
    "CASE WHEN m.o IS NULL THEN sf.zoned(sf.utc(m.t::HUGEINT, z), z)"
    " WHEN m.o IS NOT NULL THEN {'t': m.t::HUGEINT - m.o::HUGEINT * 60000000000, 'o': m.o} END",
)

# offsets as text
macro("offset_hours(o)", "CASE WHEN o < 0 THEN '-' ELSE '+' END || lpad((abs(o) // 60)::VARCHAR, 2, '0')")
macro("offset_minutes(o)", "lpad((abs(o) % 60)::VARCHAR, 2, '0')")
macro(
    "offset_text(o, colon)",
    "CASE WHEN o = 0 THEN 'Z' ELSE sf.offset_hours(o) || colon || sf.offset_minutes(o) END",
)

# shifts, weeks (w is the first day of the week, 1 is Monday) and slices
macro("add_months(h, n)", "(h + (epoch_us(sf.ts(h) + to_months(n)) - sf.us(h))::HUGEINT * 1000)")
macro("week_start(d, w)", "(d - ((isodow(d) - w + 7) % 7)::INTEGER)")
macro("week_of_year(d, w)", "((dayofyear(sf.week_start(d, w) + 3) - 1) // 7 + 1)")
macro(
    "week_of_january(d, w)", "((sf.week_start(d, w) - sf.week_start(make_date(year(d), 1, 1), w)) // 7 + 1)"
)
macro("month_number(d)", "((year(d) - 1970) * 12 + month(d) - 1)")
macro("month_date(n)", "CAST(DATE '1970-01-01' + to_months(n::INTEGER) AS DATE)")
macro("floored_count(n, unit)", "(n - ((n % unit) + unit) % unit)")
macro(
    "add_months_date(d, n)",
    "CAST(CASE WHEN d = last_day(d) THEN last_day(d + to_months(n)) ELSE d + to_months(n) END AS DATE)",
)
macro(
    "add_months_wall(h, n)",
    "(h + (sf.add_months_date(CAST(sf.ts(h) AS DATE), n) - CAST(sf.ts(h) AS DATE))::HUGEINT"
    " * 86400000000000)",
)
macro(
    "counted(h, unit)",
    "coalesce((TRY_CAST(h + 9223286400000000000 AS UBIGINT) // unit::UBIGINT)::HUGEINT"
    " - 9223286400000000000 // unit,"
    " (h + 100000000000000000000000) // unit - 100000000000000000000000 // unit)",
)
macro("zoned_at(h, z)", "sf.zoned(sf.utc(h, z), z)")
macro(
    "month_rest(t)",
    "(day(t) - 1 + (epoch_us(t) - epoch_us(date_trunc('day', t)))::DOUBLE / 86400000000)",
)
macro(
    "months_between(a, b)",
    "(((year(a) - year(b)) * 12 + month(a) - month(b)) + CASE WHEN day(a) = day(b)"
    " OR (CAST(a AS DATE) = last_day(a) AND CAST(b AS DATE) = last_day(b)) THEN 0"
    " ELSE (sf.month_rest(a) - sf.month_rest(b)) / 31 END)",
)
_bad_weekday = raising("100079", "22023", "'Day of week name ''' || w || ''' is not recognized'")
macro(
    "weekday(w)",
    "CASE lower(left(trim(w), 2)) WHEN 'mo' THEN 1 WHEN 'tu' THEN 2 WHEN 'we' THEN 3 WHEN 'th' THEN 4"
    " WHEN 'fr' THEN 5 WHEN 'sa' THEN 6 WHEN 'su' THEN 7"
    f" ELSE CASE WHEN w IS NOT NULL THEN {_bad_weekday} END END",
)
rule(r"Unknown TimeZone '(.*?)'", "100094", "22000", "Unknown timezone: '{0}'")
