"""Dates and times: what Snowflake's documentation, its clients' docstrings and recorded answers say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import snowflake.connector
from snowflake.connector import SnowflakeConnection
from snowflake.connector.errors import ProgrammingError

Run = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def shared(server: dict[str, Any]) -> Iterator[SnowflakeConnection]:
    """One connection for the whole module, in the time zone of the recorded answers."""
    with snowflake.connector.connect(**server) as connection:
        connection.cursor().execute("ALTER SESSION SET TIMEZONE = 'America/Los_Angeles'")
        yield connection


@pytest.fixture
def ask(shared: SnowflakeConnection) -> Callable[[str], Any]:
    """The one value of an expression."""

    def value(expression: str) -> Any:
        row = shared.cursor().execute(f"SELECT {expression}").fetchone()  # type: ignore[union-attr]
        return row[0]  # type: ignore[index]

    return value


SHIFTS = [
    ("DATEADD('day', 5, '2024-01-10')", "2024-01-15 00:00:00.000"),
    ("DATEADD(month, 1, '2024-01-31'::DATE)", "2024-02-29"),
    ("DATEADD(hour, 1, '2024-01-31'::DATE)", "2024-01-31 01:00:00.000"),
    ("DATEADD(qtr, 1, '2020-03-04 10:20:30'::TIMESTAMP_NTZ)", "2020-06-04 10:20:30.000"),
    ("DATEADD(ms, 1, '2020-03-04 10:20:30'::TIMESTAMP_NTZ)", "2020-03-04 10:20:30.001"),
    ("TIMESTAMPADD(dd, 1, '2020-03-04 10:20:30'::TIMESTAMP_NTZ)", "2020-03-05 10:20:30.000"),
    ("TIMEADD(hour, -2, '01:00:00'::TIME)", "23:00:00"),
    ("DATEADD(day, 1, '2024-03-09 12:00:00'::TIMESTAMP_LTZ)", "2024-03-10 12:00:00.000 -0700"),
    ("DATEADD(hour, 24, '2024-03-09 12:00:00'::TIMESTAMP_LTZ)", "2024-03-10 13:00:00.000 -0700"),
    ("DATEADD(month, 1, '2024-01-31 12:00:00 +0500'::TIMESTAMP_TZ)", "2024-02-29 12:00:00.000 +0500"),
    ("DATEADD(second, 2147483648, '2024-01-15 10:00:00'::TIMESTAMP_NTZ)", "2092-02-02 13:14:08.000"),
    ("ADD_MONTHS('2016-01-15', 1)", "2016-02-15 00:00:00.000"),
    ("ADD_MONTHS('2016-02-29'::DATE, 1)", "2016-03-31"),
    ("ADD_MONTHS('2016-03-31'::DATE, 1)", "2016-04-30"),
    ("ADD_MONTHS('2024-01-15'::DATE, 1.5)", "2024-03-15"),
    ("ADD_MONTHS('2024-01-15'::DATE, -1.5)", "2023-11-15"),
    ("'2020-01-15'::DATE + 1", "2020-01-16"),
    ("5 + '2020-01-15'::DATE", "2020-01-20"),
    ("'2020-01-15'::DATE - 7", "2020-01-08"),
    ("'2026-01-01'::DATE + INTERVAL '1 day'", "2026-01-02"),
    ("'2026-01-01'::DATE + INTERVAL '1 hour'", "2026-01-01 01:00:00.000"),
    ("'2026-01-01'::DATE + INTERVAL '1 woy'", "2026-01-08"),
    ("'2018-07-01'::DATE + INTERVAL '1 year, 3 quarters, 4 months, 5 weeks, 6 days'", "2020-09-11"),
    ("'2025-01-01 12:00:00'::TIMESTAMP_NTZ - INTERVAL '1 day, 30 minutes'", "2024-12-31 11:30:00.000"),
]

PARTS = [
    (f"DATE_PART({part}, '2020-03-04 10:20:30.123456789'::TIMESTAMP_NTZ)", expected)
    for part, expected in {
        "yyy": "2020", "qtr": "1", "mon": "3", "w": "10", "weekiso": "10", "day": "4", "dow": "3",
        "dayofweekiso": "3", "doy": "64", "hh": "10", "mi": "20", "s": "30", "ns": "123456789",
        "yearofweek": "2020", "timezone_hour": "0",
        "epoch": "1583317230", "epoch_millisecond": "1583317230123",
        "epoch_microsecond": "1583317230123456", "epoch_nanosecond": "1583317230123456789",
    }.items()
]  # fmt: skip

READ = [
    ("EXTRACT(year FROM '2024-06-15'::DATE)", "2024"),
    ("DAYOFWEEK('2026-08-09'::DATE)", "0"),
    ("DAYOFWEEK('2020-05-01'::DATE)", "5"),
    ("WEEK('2026-08-10'::DATE)", "33"),
    ("WEEKOFYEAR('2020-05-01'::DATE)", "18"),
    ("DAYOFYEAR('2024-12-31'::DATE)", "366"),
    ("MONTHNAME('2015-05-01'::DATE)", "May"),
    ("DAYNAME('2024-05-05 10:00:00'::TIMESTAMP_NTZ)", "Sun"),
    ("HOUR('10:11:12'::TIME)", "10"),
    ("DATE_PART(epoch_second, TO_TIMESTAMP('2024-01-01 00:00:00'))", "1704067200"),
    ("LAST_DAY('2024-02-05'::DATE)", "2024-02-29"),
    ("LAST_DAY('2024-02-05'::DATE, 'year')", "2024-12-31"),
    ("NEXT_DAY('2024-01-01'::DATE, 'Tuesday')", "2024-01-02"),
    ("PREVIOUS_DAY('2024-01-05'::DATE, 'Monday')", "2024-01-01"),
    ("NEXT_DAY('2020-08-01'::DATE, 'mo')", "2020-08-03"),
]

DIFFERENCES = [
    ("DATEDIFF(DAY, '2026-07-26 23:00:00'::TIMESTAMP, '2026-07-27 01:00:00'::TIMESTAMP)", 1),
    ("DATEDIFF(DAY, '2026-07-27 01:00:00'::TIMESTAMP, '2026-07-26 23:00:00'::TIMESTAMP)", -1),
    ("DATEDIFF(HOUR, '2026-07-26 10:59:00'::TIMESTAMP, '2026-07-26 11:01:00'::TIMESTAMP)", 1),
    ("DATEDIFF(SECOND, '2026-07-26 10:00:00.900'::TIMESTAMP, '2026-07-26 10:00:01.100'::TIMESTAMP)", 1),
    ("DATEDIFF(SECOND, '1969-12-31 23:59:59.5'::TIMESTAMP, '1970-01-01'::TIMESTAMP)", 1),
    ("DATEDIFF(QUARTER, '2026-02-15'::DATE, '2026-04-15'::DATE)", 1),
    ("DATEDIFF(QUARTER, '2025-11-30'::DATE, '2026-10-01'::DATE)", 4),
    ("DATEDIFF(WEEK, '2026-07-25'::DATE, '2026-07-27'::DATE)", 1),
    ("DATEDIFF(WEEK, '2026-07-20'::DATE, '2026-07-26'::DATE)", 0),
    ("DATEDIFF(YEAR, '2025-12-31'::DATE, '2026-01-01'::DATE)", 1),
    ("DATEDIFF('hour', '2024-01-01T00:00:00', '2024-01-02T00:00:00')", 24),
    ("DATEDIFF(hour, TO_DATE('2020-01-01'), '2020-01-02 10:00:00')", 24),
    ("TIMEDIFF(minute, '10:00:00'::TIME, '11:30:00'::TIME)", 90),
    ("TIMEDIFF(hour, '11:30:00'::TIME, '10:31:00'::TIME)", -1),
    ("'2020-01-15'::DATE - '2020-01-10'::DATE", 5),
]

TRUNCATED = [
    ("DATE_TRUNC(yy, '2020-03-04 10:20:30'::TIMESTAMP_NTZ)", "2020-01-01 00:00:00.000"),
    ("DATE_TRUNC(dd, '2020-03-04 10:20:30'::TIMESTAMP_NTZ)", "2020-03-04 00:00:00.000"),
    ("DATE_TRUNC(hh, '1969-03-04 10:20:30'::TIMESTAMP_NTZ)", "1969-03-04 10:00:00.000"),
    ("DATE_TRUNC(ms, '2020-03-04 10:20:30'::TIMESTAMP_NTZ)", "2020-03-04 10:20:30.000"),
    ("DATE_TRUNC('quarter', '2024-06-15'::DATE)", "2024-04-01"),
    ("DATE_TRUNC('week', '2017-01-01'::DATE)", "2016-12-26"),
    ("DATE_TRUNC('hour', '2024-06-15'::DATE)", "2024-06-15"),
    ("DATE_TRUNC('minute', '10:11:12'::TIME)", "10:11:00"),
    ("DATE_TRUNC('day', '2024-02-20 10:00:00'::TIMESTAMP_LTZ)", "2024-02-20 00:00:00.000 -0800"),
    ("TRUNC('2024-06-15'::DATE, 'month')", "2024-06-01"),
    ("TIME_SLICE('2019-02-28'::DATE, 4, 'MONTH', 'START')", "2019-01-01"),
    ("TIME_SLICE('2019-02-28'::DATE, 4, 'MONTH', 'END')", "2019-05-01"),
    ("TIME_SLICE('2019-02-28 01:23:45.678'::TIMESTAMP_NTZ, 15, 'MINUTE')", "2019-02-28 01:15:00.000"),
    ("TIME_SLICE('1955-05-05'::DATE, 15, 'YEAR')", "1955-01-01"),
]

BUILT = [
    ("DATE_FROM_PARTS(2010, 1, 100)", "2010-04-10"),
    ("DATE_FROM_PARTS(2010, 0, 1)", "2009-12-01"),
    ("DATE_FROM_PARTS(2010, 1, -1)", "2009-12-30"),
    ("TIME_FROM_PARTS(10, 90, 0)", "11:30:00"),
    ("TIME_FROM_PARTS(25, 0, 0)", "01:00:00"),
    ("TIMESTAMP_NTZ_FROM_PARTS(2013, 4, 5, 12, 0, 0, 987654321)", "2013-04-05 12:00:00.987"),
    ("TIMESTAMP_LTZ_FROM_PARTS(2013, 4, 5, 12, 0, 0)", "2013-04-05 12:00:00.000 -0700"),
    ("TIMESTAMP_TZ_FROM_PARTS(2013, 4, 5, 12, 0, 0, 0, 'Europe/Brussels')", "2013-04-05 12:00:00.000 +0200"),
    ("TIMESTAMP_FROM_PARTS('2022-04-01'::DATE, '11:11:00'::TIME)", "2022-04-01 11:11:00.000"),
    ("CONVERT_TIMEZONE('America/Los_Angeles', 'America/New_York', '2024-01-01 14:00:00'::TIMESTAMP_NTZ)",
     "2024-01-01 17:00:00.000"),
    ("CONVERT_TIMEZONE('UTC', '2022-04-06 09:00:00 -0700'::TIMESTAMP_TZ)", "2022-04-06 16:00:00.000 Z"),
    ("MONTHS_BETWEEN('2019-03-01'::DATE, '2019-02-15'::DATE)", "0.548387"),
    ("MONTHS_BETWEEN('2021-03-31'::DATE, '2021-02-28'::DATE)", "1.000000"),
]  # fmt: skip

CONVERTED = [
    ("TO_DATE('3/5/2024')", "2024-03-05"),
    ("TO_DATE('17-december-1980')", "1980-12-17"),
    ("TO_DATE('9999-012-31')", "9999-12-31"),
    ("TO_DATE('31536000000000')", "1971-01-01"),
    ("TO_DATE('20200115', 'YYYYMMDD')", "2020-01-15"),
    ("TO_DATE('15', 'DD')", "1970-01-15"),
    ("DATE(1631711999)", "2021-09-15"),
    ("TO_TIME('10:00 PM', 'HH12:MI AM')", "22:00:00"),
    ("TO_TIMESTAMP(31536000000)", "2969-05-03 00:00:00.000"),
    ("TO_TIMESTAMP(31536000000, 9)", "1970-01-01 00:00:31.536"),
    ("TO_TIMESTAMP('31536000000000000')", "1971-01-01 00:00:00.000"),
    ("TO_TIMESTAMP_TZ('1579046400')", "2020-01-15 00:00:00.000 Z"),
    ("TO_TIMESTAMP_TZ(1579046400)", "2020-01-14 16:00:00.000 -0800"),
    ("TO_TIMESTAMP_LTZ('2020-01-15 10:00:00 +02:00')", "2020-01-15 00:00:00.000 -0800"),
    ("TO_TIMESTAMP_TZ('04/05/2013 01:02:03', 'mm/dd/yyyy hh24:mi:ss')", "2013-04-05 01:02:03.000 -0700"),
    ("'2013-04-28T20:57:01.123456789+07:00'::TIMESTAMP_NTZ", "2013-04-28 20:57:01.123"),
    ("'2024-03-29  15:00:11'::TIMESTAMP_NTZ", "2024-03-29 15:00:11.000"),
    ("'2/18/2008 02:36:48'::TIMESTAMP_NTZ", "2008-02-18 02:36:48.000"),
    ("'Thu, 21 Dec 2000 04:01:07 PM +0200'::TIMESTAMP_TZ", "2000-12-21 16:01:07.000 +0200"),
    ("'Mon Jul 08 18:09:51 +0000 2013'::TIMESTAMP_NTZ", "2013-07-08 18:09:51.000"),
    ("'0001-01-01 00:00:00'::TIMESTAMP_NTZ", "0001-01-01 00:00:00.000"),
    ("'9999-12-31 23:59:59.999'::TIMESTAMP_NTZ", "9999-12-31 23:59:59.999"),
    ("'1960-07-01 12:34:56.987654321'::TIMESTAMP_NTZ(3)::TIMESTAMP_NTZ", "1960-07-01 12:34:56.987"),
    ("'2024-01-01 10:11:12'::TIMESTAMP_NTZ::DATE", "2024-01-01"),
    ("'2024-01-01 10:11:12'::TIMESTAMP_NTZ::TIME", "10:11:12"),
    ("'2024-07-01'::DATE::TIMESTAMP_LTZ", "2024-07-01 00:00:00.000 -0700"),
    ("'2024-07-01 12:00:00 +0500'::TIMESTAMP_TZ::TIMESTAMP_LTZ", "2024-07-01 00:00:00.000 -0700"),
]

PRINTED = [
    (
        "TO_VARCHAR('2013-04-05 01:02:03'::TIMESTAMP_NTZ, 'mm/dd/yyyy, hh24:mi hours')",
        "04/05/2013, 01:02 hours",
    ),
    ("TO_CHAR('2013-04-05'::DATE, 'mon dd, yyyy')", "Apr 05, 2013"),
    ("TO_CHAR('2023-10-10 15:30:00'::TIMESTAMP_NTZ, 'YYYY/MM/DD HH:mi:ss')", "2023/10/10 15:30:00"),
    ("TO_CHAR('2013-04-28 20:57:01.123456789'::TIMESTAMP_NTZ, 'FF9')", "123456789"),
    ("TO_CHAR('03:04:05'::TIME, 'HH12:MI AM')", "03:04 AM"),
    ("TO_CHAR('2024-01-01 00:00:00 -0530'::TIMESTAMP_TZ, 'TZH:TZM')", "-05:30"),
    ("TO_CHAR('2024-01-01'::DATE, column1) FROM VALUES ('YYYY')", "2024"),
]


@pytest.mark.parametrize(("expression", "expected"), SHIFTS + READ + PARTS + TRUNCATED + BUILT + CONVERTED)
def test_value(ask: Callable[[str], Any], expression: str, expected: str) -> None:
    assert ask(f"({expression})::VARCHAR") == expected


@pytest.mark.parametrize(("expression", "expected"), DIFFERENCES)
def test_difference(ask: Callable[[str], Any], expression: str, expected: int) -> None:
    assert ask(expression) == expected


@pytest.mark.parametrize(("expression", "expected"), PRINTED)
def test_printed(ask: Callable[[str], Any], expression: str, expected: str) -> None:
    assert ask(expression) == expected


TRIED = ["TRY_TO_DATE('x')", "TRY_TO_DATE('2020-01-15', 'YYYY/MM/DD')", "TRY_TO_TIME('25:00')",
         "TRY_TO_TIMESTAMP('nope')", "TRY_CAST('2024-02-30' AS DATE)", "TO_DATE(NULL)",
         "DATEADD(day, NULL, '2024-01-01'::DATE)", "DATE_TRUNC('day', NULL::TIMESTAMP_TZ)"]  # fmt: skip


@pytest.mark.parametrize("expression", TRIED)
def test_null(ask: Callable[[str], Any], expression: str) -> None:
    assert ask(expression) is None


ERRORS = [
    ("'abc'::DATE", 100040, "Date 'abc' is not recognized"),
    ("'9999-013-31'::DATE", 100040, "Date '9999-013-31' is not recognized"),
    ("'999999999999999999999999'::DATE", 100040, "Date '999999999999999999999999' is not recognized"),
    ("'2024-01-01 00:00:599'::TIMESTAMP_NTZ", 100035, "Timestamp '2024-01-01 00:00:599' is not recognized"),
    ("TO_TIME('abc')", 100108, "Time 'abc' is not recognized"),
    ("TO_DATE('2020-01-15', 'YYYY/MM/DD')", 100096,
     "Can't parse '2020-01-15' as date with format 'YYYY/MM/DD'"),
    ("TO_DATE('2020-01-15', '')", 100096, "Can't parse '2020-01-15' as date with format ''"),
    ("TO_DATE('2020-01-15', 5)", 2010, "Format argument for function 'TO_DATE' needs to be a string"),
    ("DATEADD('zz', 1, '2024-01-01'::DATE)", 2151,
     "['zz'] is not a valid date/time component for function DATEADD."),
    ("DATEADD('day', 1, '10:00:00'::TIME)", 2151,
     "['day'] is not a valid date/time component for function DATEADD and type TIME(9)."),
    ("DATEDIFF(day, '10:00:00'::TIME, '10:00:00'::TIME)", 2151,
     "[DAY] is not a valid date/time component for function DATEDIFF and type TIME."),
    ("DATE_PART('ss', '2024-01-01'::DATE)", 1007,
     "invalid value [ss] for parameter 'DATE_PART date/time part'"),
    ("DATE_PART('ms', '2024-01-01'::DATE)", 1007,
     "invalid value [ms] for parameter 'DATE_PART date/time part'"),
    ("DATE_TRUNC('day', '2024-04-08')", 2016,
     "Function DATE_TRUNC does not support VARCHAR(10) argument type"),
    ("YEAR('2024-04-08')", 2016, "Function EXTRACT does not support VARCHAR(10) argument type"),
    ("CONVERT_TIMEZONE('Mars/Olympus', CURRENT_TIMESTAMP())", 100094, "Unknown timezone: 'Mars/Olympus'"),
    ("'2026-01-01'::DATE + INTERVAL '1 day, 1 wks'", None, "wks is not recognized as a date type."),
    ("'2024-01-01'::TIMESTAMP_NTZ + 1", 1044,
     "Invalid argument types for function '+': (TIMESTAMP_NTZ(9), NUMBER(1,0))"),
    ("TRY_TO_DATE(5)", 1065, "Function TRY_CAST cannot be used with arguments of types NUMBER(1,0) and DATE"),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "code", "message"), ERRORS)
def test_error(ask: Callable[[str], Any], expression: str, code: int | None, message: str) -> None:
    with pytest.raises(ProgrammingError) as raised:
        ask(expression)
    assert message in str(raised.value)
    assert code is None or raised.value.errno == code


TYPES = [
    ("YEAR(CURRENT_DATE())", ("FIXED", 4, 0)),
    ("DAYOFYEAR(CURRENT_DATE())", ("FIXED", 4, 0)),
    ("MONTH(CURRENT_DATE())", ("FIXED", 2, 0)),
    ("SECOND(CURRENT_TIMESTAMP())", ("FIXED", 2, 0)),
    ("DATEDIFF('day', CURRENT_DATE(), CURRENT_DATE())", ("FIXED", 9, 0)),
    ("DATEDIFF('second', SYSDATE(), SYSDATE())", ("FIXED", 18, 0)),
    ("MONTHS_BETWEEN(CURRENT_DATE(), CURRENT_DATE())", ("FIXED", 27, 6)),
    ("CURRENT_TIMESTAMP()", ("TIMESTAMP_LTZ", 0, 9)),
    ("CURRENT_DATE()", ("DATE", None, None)),
    ("DATEADD(day, 1, '2024-01-01'::TIMESTAMP_NTZ(3))", ("TIMESTAMP_NTZ", 0, 9)),
    ("DATE_TRUNC('month', '2024-01-01'::DATE)", ("DATE", None, None)),
]


@pytest.mark.parametrize(("expression", "expected"), TYPES)
def test_type(shared: SnowflakeConnection, expression: str, expected: tuple[str, int, int]) -> None:
    cursor = shared.cursor()
    cursor.execute(f"SELECT {expression}")
    column = cursor.description[0]
    kind = snowflake.connector.constants.FIELD_ID_TO_NAME[column.type_code]
    assert (kind, column.precision, column.scale) == expected


# WEEK_START, WEEK_OF_YEAR_POLICY -> WEEK, YEAROFWEEK, DAYOFWEEK, start of the week of Sunday 2017-01-01
WEEKS = [
    (0, 0, (52, 2016, 0, "2016-12-26")),
    (1, 0, (52, 2016, 7, "2016-12-26")),
    (1, 1, (1, 2017, 7, "2016-12-26")),
    (3, 0, (53, 2016, 5, "2016-12-28")),
    (7, 0, (1, 2017, 1, "2017-01-01")),
    (7, 1, (1, 2017, 1, "2017-01-01")),
]


@pytest.mark.parametrize(("start", "policy", "expected"), WEEKS)
def test_weeks(connection: SnowflakeConnection, start: int, policy: int, expected: tuple[Any, ...]) -> None:
    cursor = connection.cursor()
    cursor.execute(f"ALTER SESSION SET WEEK_START = {start} WEEK_OF_YEAR_POLICY = {policy}")
    day = "'2017-01-01'::DATE"
    cursor.execute(
        f"SELECT WEEK({day}), YEAROFWEEK({day}), DAYOFWEEK({day}), DATE_TRUNC('week', {day})::VARCHAR"
    )
    assert cursor.fetchone() == expected


def test_parameters_of_the_session(connection: SnowflakeConnection) -> None:
    cursor = connection.cursor()
    cursor.execute("ALTER SESSION SET TIMEZONE = 'UTC' DATE_OUTPUT_FORMAT = 'DD.MM.YYYY'")
    cursor.execute("SELECT '2024-01-02'::DATE::VARCHAR, '2024-01-02 03:04:05'::TIMESTAMP_LTZ::VARCHAR")
    assert cursor.fetchone() == ("02.01.2024", "2024-01-02 03:04:05.000 Z")
    cursor.execute("ALTER SESSION SET TIMESTAMP_INPUT_FORMAT = 'DD/MM/YYYY HH24:MI'")
    cursor.execute("SELECT '02/01/2024 03:04'::TIMESTAMP_NTZ::VARCHAR")
    assert cursor.fetchone() == ("2024-01-02 03:04:00.000",)


def test_columns(connection: SnowflakeConnection) -> None:
    """Texts of many shapes in one column, and grouping by an expression that binds a variable."""
    cursor = connection.cursor()
    cursor.execute(
        "SELECT TO_VARCHAR(column1::TIMESTAMP_NTZ, 'YYYY-MM-DD HH24:MI:SS.FF9') FROM VALUES"
        " ('2024-01-02'), ('2024-01-02T03:04:05Z'), ('1/2/2024 3:04'), ('1704164645'), (NULL),"
        " ('2024-01-02 03:04:05.123456789')"
    )
    assert [row[0] for row in cursor.fetchall()] == [
        "2024-01-02 00:00:00.000000000", "2024-01-02 03:04:05.000000000", "2024-01-02 03:04:00.000000000",
        "2024-01-02 03:04:05.000000000", None, "2024-01-02 03:04:05.123456789",
    ]  # fmt: skip
    cursor.execute(
        "SELECT LAST_DAY(DATEADD(day, column1, '2024-01-30'::TIMESTAMP_LTZ)) AS d, COUNT(*)"
        " FROM VALUES (0), (1), (2)"
        " GROUP BY LAST_DAY(DATEADD(day, column1, '2024-01-30'::TIMESTAMP_LTZ)) ORDER BY d"
    )
    assert [(str(day), n) for day, n in cursor.fetchall()] == [("2024-01-31", 2), ("2024-02-29", 1)]
