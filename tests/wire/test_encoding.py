"""Every type over the wire, read back by the real connector as rows, as pandas and as Arrow."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
import pytz
from snowflake.connector.cursor import SnowflakeCursor

from snowdome import types as t
from snowdome.result import Result, rows_result
from snowdome.types import Column

Fetch = Callable[[Result], SnowflakeCursor]

SECOND = 1_000_000_000
NOON = 43_200 * SECOND
# 2024-02-29 12:34:56.123456789
LEAP = 1_709_210_096 * SECOND + 123_456_789
# 9999-12-31 23:59:59.999999999 and 0001-01-01: beyond 64 bits of nanoseconds
LAST = 253_402_300_799 * SECOND + 999_999_999
FIRST = -62_135_596_800 * SECOND


def column(values: list[Any], type_: t.DataType, **more: Any) -> Result:
    return rows_result((Column("C", type_),), [(v,) for v in values], **more)


def rows(cursor: SnowflakeCursor) -> list[Any]:
    return [row[0] for row in cursor.fetchall()]


FIXED = [
    ([1, -1, None, 127], t.NUMBER, "int8"),
    ([1, 128], t.NUMBER, "int16"),
    ([-129], t.fixed(10), "int16"),
    ([32767, 32768], t.NUMBER, "int32"),
    ([2**31], t.NUMBER, "int64"),
    ([2**63 - 1, -(2**63)], t.NUMBER, "int64"),
]


@pytest.mark.parametrize(("values", "type_", "dtype"), FIXED)
def test_integers(fetched: Fetch, values: list[Any], type_: t.DataType, dtype: str) -> None:
    result = column([None if v is None else Decimal(v) for v in values], type_)
    assert rows(fetched(result)) == values
    frame = fetched(result).fetch_pandas_all()
    if None not in values:
        assert str(frame["C"].dtype) == dtype
        assert frame["C"].tolist() == values
    assert fetched(result).fetch_arrow_all()["C"].to_pylist() == values


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, 10**38 - 1, -(10**38) + 1])
def test_integers_beyond_64_bits(fetched: Fetch, value: int) -> None:
    result = column([Decimal(value), None, Decimal(5)], t.NUMBER)
    assert rows(fetched(result)) == [value, None, 5]
    assert fetched(result).fetch_pandas_all()["C"].tolist() == [Decimal(value), None, Decimal(5)]


def test_decimals(fetched: Fetch) -> None:
    values = [Decimal("1.25"), Decimal("-0.01"), None, Decimal("99999999.99")]
    result = column(values, t.fixed(10, 2))
    assert rows(fetched(result)) == values
    frame = fetched(result).fetch_pandas_all()
    assert frame["C"].tolist()[:2] == [1.25, -0.01]
    assert math.isnan(frame["C"].tolist()[2])


def test_decimals_beyond_64_bits(fetched: Fetch) -> None:
    values = [Decimal("12345678901234567890.123456789012345678"), Decimal("-0.000000000000000001")]
    assert rows(fetched(column(values, t.fixed(38, 18)))) == values
    assert fetched(column(values, t.fixed(38, 18))).fetch_pandas_all()["C"].tolist() == values


def test_floats(fetched: Fetch) -> None:
    result = column([1.5, None, math.inf, math.nan], t.REAL)
    found = rows(fetched(result))
    assert found[:3] == [1.5, None, math.inf]
    assert math.isnan(found[3])
    assert fetched(result).fetch_pandas_all()["C"].tolist()[0] == 1.5


def test_text_binary_boolean_date(fetched: Fetch) -> None:
    columns = (
        Column("T", t.TEXT),
        Column("B", t.BINARY),
        Column("F", t.BOOLEAN),
        Column("D", t.DATE),
        Column("N", t.NULL),
    )
    data: list[tuple[Any, ...]] = [
        ("grüße 🎿", b"\x00\xff", True, dt.date(2024, 2, 29), None),
        (None, None, None, None, None),
        ("", b"", False, dt.date(1, 1, 1), None),
    ]
    assert [tuple(r) for r in fetched(rows_result(columns, data)).fetchall()] == data
    frame = fetched(rows_result(columns, data)).fetch_pandas_all()
    assert frame["T"].tolist() == ["grüße 🎿", None, ""]
    assert frame["F"].tolist() == [True, None, False]
    assert frame["D"].tolist() == [dt.date(2024, 2, 29), None, dt.date(1, 1, 1)]


@pytest.mark.parametrize(
    ("scale", "nanos", "expected"),
    [
        (9, 45_296_123_456_789, dt.time(12, 34, 56, 123456)),
        (9, 86_399_999_999_999, dt.time(23, 59, 59, 999999)),
        (3, 45_296_123_000_000, dt.time(12, 34, 56, 123000)),
        (0, 45_296_000_000_000, dt.time(12, 34, 56)),
    ],
)
def test_times(fetched: Fetch, scale: int, nanos: int, expected: dt.time) -> None:
    result = column([nanos, None, 0], t.time_type(scale))
    assert rows(fetched(result)) == [expected, None, dt.time(0)]
    assert fetched(result).fetch_pandas_all()["C"].tolist() == [expected, None, dt.time(0)]


@pytest.mark.parametrize("scale", [0, 3, 6, 7, 8, 9])
def test_timestamps_without_zone(fetched: Fetch, scale: int) -> None:
    unit = 10 ** (9 - scale)
    nanos = LEAP // unit * unit
    result = column([Decimal(nanos), None, Decimal(0), Decimal(-unit)], t.timestamp(scale=scale))
    expected = dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=nanos // 1000)
    before = dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=-unit // 1000)
    assert rows(fetched(result)) == [expected, None, dt.datetime(1970, 1, 1), before]
    frame = fetched(result).fetch_pandas_all()
    assert frame["C"].to_numpy().astype("datetime64[ns]").astype(np.int64)[0] == nanos


def test_first_and_last_timestamp(fetched: Fetch) -> None:
    result = column([Decimal(LAST), Decimal(FIRST), None], t.NTZ)
    assert rows(fetched(result)) == [
        dt.datetime(9999, 12, 31, 23, 59, 59, 999999),
        dt.datetime(1, 1, 1),
        None,
    ]
    # pandas gets microseconds there: the client refuses finer ones beyond the years that 64 bits reach
    frame = fetched(column([Decimal(LAST - 999), Decimal(FIRST)], t.NTZ)).fetch_pandas_all()
    assert [str(v) for v in frame["C"]] == ["9999-12-31 23:59:59.999999", "0001-01-01 00:00:00"]


def test_timestamps_in_the_sessions_zone(fetched: Fetch) -> None:
    result = column([Decimal(LEAP), None], t.LTZ)
    berlin = dt.timezone(dt.timedelta(hours=1))
    found = rows(fetched(result))
    assert found == [dt.datetime(2024, 2, 29, 13, 34, 56, 123456, berlin), None]
    assert found[0].utcoffset() == dt.timedelta(hours=1)
    stamp = fetched(result).fetch_pandas_all()["C"][0]
    assert stamp.isoformat() == "2024-02-29T13:34:56.123456789+01:00"


def test_timestamps_with_their_own_zone(fetched: Fetch) -> None:
    values = [{"t": Decimal(LEAP), "o": -330}, None, {"t": Decimal(LAST), "o": -840}]
    found = rows(fetched(column(values, t.TZ)))
    assert found[0] == dt.datetime(2024, 2, 29, 7, 4, 56, 123456, pytz.FixedOffset(-330))
    assert found[0].utcoffset() == dt.timedelta(minutes=-330)
    assert found[1] is None
    assert found[2].isoformat() == "9999-12-31T09:59:59.999999-14:00"
    stamp = fetched(column(values[:2], t.TZ)).fetch_pandas_all()["C"][0]
    assert stamp.tz_convert("UTC").isoformat() == "2024-02-29T12:34:56.123456789+00:00"


def test_semi_structured_values_print_as_snowflakes(fetched: Fetch) -> None:
    columns = (Column("V", t.VARIANT), Column("O", t.OBJECT), Column("A", t.ARRAY))
    data: list[tuple[Any, ...]] = [
        ("1", '{"a":1,"b":[true,null]}', "[]"),
        ("null", "{}", "[1,2]"),
        (None, None, None),
        ('"x"', '{"a":1,"b":[true,null]}', '["a"]'),
    ]
    expected = [
        ("1", '{\n  "a": 1,\n  "b": [\n    true,\n    null\n  ]\n}', "[]"),
        ("null", "{}", "[\n  1,\n  2\n]"),
        (None, None, None),
        ('"x"', '{\n  "a": 1,\n  "b": [\n    true,\n    null\n  ]\n}', '[\n  "a"\n]'),
    ]
    cursor = fetched(rows_result(columns, data))
    assert [d.type_code for d in cursor.description] == [5, 9, 10]
    assert cursor.fetchall() == expected
    assert fetched(rows_result(columns, data)).fetch_pandas_all()["O"][0] == expected[0][1]


def test_vectors(fetched: Fetch) -> None:
    columns = (Column("F", t.vector(t.REAL, 3)), Column("I", t.vector(t.NUMBER, 2)))
    data: list[tuple[Any, ...]] = [([1.5, 2.5, -1.0], [1, 2]), (None, None)]
    cursor = fetched(rows_result(columns, data))
    assert [tuple(None if v is None else list(v) for v in row) for row in cursor.fetchall()] == data
    frame = fetched(rows_result(columns, data)).fetch_pandas_all()
    assert list(frame["F"][0]) == [1.5, 2.5, -1.0]
    assert list(frame["I"][0]) == [1, 2]


def test_empty_results(fetched: Fetch) -> None:
    columns = (Column("A", t.NUMBER), Column("B", t.TEXT), Column("C", t.NTZ), Column("D", t.VARIANT))
    assert fetched(rows_result(columns, [])).fetchall() == []
    frame = fetched(rows_result(columns, [])).fetch_pandas_all()
    assert list(frame.columns) == ["A", "B", "C", "D"]
    assert len(frame) == 0


def test_columns_are_described(fetched: Fetch) -> None:
    columns = (
        Column("N", t.fixed(12, 3), nullable=False),
        Column("T", t.text(20)),
        Column("B", t.binary(7)),
        Column("S", t.timestamp("TIMESTAMP_TZ", 3)),
        Column("V", t.vector(t.REAL, 4)),
    )
    found = fetched(rows_result(columns, []))._description
    assert [c.name for c in found] == ["N", "T", "B", "S", "V"]
    assert (found[0].precision, found[0].scale, found[0].is_nullable) == (12, 3, False)
    assert (found[1].internal_size, found[2].internal_size, found[3].scale) == (20, 7, 3)
    assert found[4].vector_dimension == 4


def test_json_rowsets(fetched: Fetch) -> None:
    columns = (
        Column("I", t.NUMBER), Column("D", t.fixed(10, 3)), Column("R", t.REAL), Column("T", t.TEXT),
        Column("F", t.BOOLEAN), Column("DT", t.DATE), Column("TM", t.TIME),
        Column("TS", t.timestamp(scale=3)),
        Column("N9", t.NTZ), Column("LTZ", t.LTZ), Column("TZ", t.TZ), Column("B", t.BINARY),
        Column("V", t.VARIANT), Column("VC", t.vector(t.NUMBER, 2)),
    )  # fmt: skip
    row = (
        Decimal(7), Decimal("-1.250"), 0.5, "é", True, dt.date(1969, 12, 31), NOON + 5,
        Decimal(1_500_000_000), Decimal(-500_000_000), Decimal(LEAP), {"t": Decimal(LEAP), "o": 60},
        b"\x01\xab", '{"a":1}', [1, 2],
    )  # fmt: skip
    found = fetched(rows_result(columns, [row, (None,) * 14], as_json=True)).fetchall()
    assert found[0][:6] == (7, Decimal("-1.250"), 0.5, "é", True, dt.date(1969, 12, 31))
    assert found[0][6] == dt.time(12, 0, 0)
    assert found[0][7] == dt.datetime(1970, 1, 1, 0, 0, 1, 500000)
    assert found[0][8] == dt.datetime(1969, 12, 31, 23, 59, 59, 500000)
    assert found[0][9] == dt.datetime(2024, 2, 29, 13, 34, 56, 123456, dt.timezone(dt.timedelta(hours=1)))
    assert found[0][10] == dt.datetime(2024, 2, 29, 13, 34, 56, 123456, dt.timezone(dt.timedelta(hours=1)))
    assert found[0][11:] == (b"\x01\xab", '{\n  "a": 1\n}', [1, 2])
    assert found[1] == (None,) * 14
