"""Snowflake's formats of requests and answers, and what is said of requests that make no sense."""

from __future__ import annotations

import datetime
import json
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snowdome.serving import formats
from snowdome.serving.formats import Malformed, Rows
from snowdome.serving.signature import Signature, signature, written_signatures
from snowdome.serving.spec import ServedMethod
from snowdome.types import DataType

METHOD = ServedMethod("PREDICT", "predict", "functions.predict.infer", (), DataType("OBJECT"))


def made(*inputs: tuple[str, str] | dict[str, Any], params: tuple[dict[str, Any], ...] = ()) -> Signature:
    """A signature as the client writes it."""
    written = [i if isinstance(i, dict) else {"name": i[0], "type": i[1], "nullable": True} for i in inputs]
    return signature(METHOD, {"inputs": written, "outputs": [{"name": "y"}], "params": params})


# The example of Snowflake's documentation of real-time inference.
CUSTOMERS = made(("customer_id", "INT64"), ("age", "INT64"), ("monthly_spend", "DOUBLE"))
SPLIT: dict[str, Any] = {
    "index": [0, 1],
    "columns": ["customer_id", "age", "monthly_spend"],
    "data": [[101, 32, 85.5], [102, 45, 120.0]],
}
RECORDS = [
    {"customer_id": 101, "age": 32, "monthly_spend": 85.5},
    {"customer_id": 102, "age": 45, "monthly_spend": 120.0},
]
ROWS = [(101, 32, 85.5), (102, 45, 120.0)]


def read(body: Any, of: Signature = CUSTOMERS) -> Rows:
    return formats.parse(body if isinstance(body, bytes) else json.dumps(body).encode(), of)


def refused(body: Any, of: Signature = CUSTOMERS) -> str:
    with pytest.raises(Malformed) as failure:
        read(body, of)
    return str(failure.value)


@pytest.mark.parametrize(
    "body",
    [
        {"dataframe_split": SPLIT},
        {"dataframe_split": {k: v for k, v in SPLIT.items() if k != "index"}},
        {"dataframe_split": {**SPLIT, "index": ["a", "b"]}},
        {"dataframe_split": {"columns": SPLIT["columns"][::-1], "data": [r[::-1] for r in SPLIT["data"]]}},
        {"dataframe_records": RECORDS},
        {"data": [[0, 101, 32, 85.5], [1, 102, 45, 120.0]]},
        {"data": [[0.0, 101, 32, 85.5], ["1", 102, 45, 120.0]]},
        {"data": [[number, row] for number, row in enumerate(RECORDS)]},
    ],
)
def test_the_formats_say_the_same(body: dict[str, Any]) -> None:
    assert read(body) == Rows(ROWS)


def test_columns_that_are_not_the_models() -> None:
    wide = [{**row, "primary_key": "001"} for row in RECORDS]
    assert read({"dataframe_records": wide}).rows == ROWS  # passed over, as Snowflake documents for records
    split = {"columns": [*SPLIT["columns"], "primary_key"], "data": [[*r, "001"] for r in SPLIT["data"]]}
    assert read({"dataframe_split": split, "extra_columns": ["primary_key"]}).rows == ROWS
    assert "no input called 'primary_key'" in refused({"dataframe_split": split})
    assert "'age'" in refused({"dataframe_split": SPLIT, "extra_columns": ["age"]})
    assert "extra_columns" in refused({"data": [[0, 1, 2, 3]], "extra_columns": ["x"]})


def test_a_byte_order_mark_is_none_of_the_json() -> None:
    assert read(b"\xef\xbb\xbf" + json.dumps({"dataframe_split": SPLIT}).encode()).rows == ROWS


@pytest.mark.parametrize(
    ("type_", "value", "found"),
    [
        ("DOUBLE", 1, 1.0), ("DOUBLE", "12.5", 12.5), ("DOUBLE", False, 0.0), ("DOUBLE", None, None),
        ("FLOAT", 1.5, 1.5), ("INT64", 3.0, 3), ("INT64", True, 1), ("INT64", "7", 7), ("INT8", -128, -128),
        ("UINT64", 2**64 - 1, 2**64 - 1), ("BOOL", True, True), ("BOOL", 0, False), ("STRING", "ü\u0000", "ü\u0000"),
        ("TIMESTAMP_NTZ", "2024-03-01T12:30:00", datetime.datetime(2024, 3, 1, 12, 30)),
        ("TIMESTAMP_NTZ", "2024-03-01T12:30:00.000Z", datetime.datetime(2024, 3, 1, 12, 30)),
        ("TIMESTAMP_NTZ", 1709296200000, datetime.datetime(2024, 3, 1, 12, 30)),  # as pandas writes it
        ("BYTES", "00FF", b"\x00\xff"), ("OBJECT", {"a": [1, None]}, {"a": [1, None]}),
    ],
)  # fmt: skip
def test_values(type_: str, value: Any, found: Any) -> None:
    (row,) = read({"data": [[0, value]]}, made(("x", type_))).rows
    assert row == (found,)
    assert type(row[0]) is type(found)


@pytest.mark.parametrize(
    ("type_", "text", "why"),
    [
        ("DOUBLE", '"high"', "a number is needed, got 'high'"), ("DOUBLE", "NaN", "NaN is not a JSON number"),
        ("DOUBLE", "Infinity", "infinite"), ("DOUBLE", "1e999", "infinite"), ("DOUBLE", '"nan"', "NaN"),
        ("DOUBLE", "9" * 5000, "too large"), ("DOUBLE", "9" * 350, "too large"), ("DOUBLE", "[1]", "a number"),
        ("FLOAT", "1e300", "too large"),
        ("INT64", "1.5", "a whole number is needed, got 1.5"), ("INT64", "9223372036854775808", "not between"),
        ("INT8", "128", "not between -128 and 127"), ("UINT8", "-1", "not between 0 and 255"),
        ("BOOL", "2", "true or false"), ("BOOL", '"yes"', "true or false"), ("STRING", "5", "a text is needed"),
        ("TIMESTAMP_NTZ", '"soon"', "ISO 8601"), ("TIMESTAMP_NTZ", "1e300", "ISO 8601"),
        ("BYTES", '"xyz"', "hexadecimal"), ("OBJECT", '{"a": [NaN]}', "NaN"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named_by_row_and_column(type_: str, text: str, why: str) -> None:
    good = {"BOOL": "true", "STRING": '"a"', "BYTES": '"00"'}.get(type_, "1")
    body = f'{{"data": [[0, {good}], [1, {good}], [2, {good}], [3, {text}]]}}'.encode()
    message = refused(body, made(("x", type_)))
    assert message.startswith(f"row 3, column 'x' ({type_}): ")
    assert why in message


def test_null_where_a_value_is_needed() -> None:
    needed = made({"name": "x", "type": "INT64", "nullable": False})
    assert (
        refused({"data": [[0, 1], [1, None]]}, needed) == "row 1, column 'x': null, where a value is needed"
    )


def test_lists() -> None:
    pair = made({"name": "x", "type": "DOUBLE", "shape": [2], "nullable": True})
    assert read({"data": [[0, [1, "2.5"]]]}, pair).rows == [([1.0, 2.5],)]
    assert "row 0, column 'x'" in refused({"data": [[0, [1, "b"]]]}, pair)
    assert "a list is needed" in refused({"data": [[0, 1]]}, pair)


TEMPERATURE = {"name": "temperature", "dtype": "DOUBLE", "default_value": 0.5}
TOKENS = {"name": "max_tokens", "dtype": "INT64", "default_value": 10}


def test_parameters() -> None:
    of = made(("t", "STRING"), params=(TEMPERATURE, TOKENS))
    records = {"dataframe_records": [{"t": "Hello"}]}
    assert read(records, of).params == (None, None)
    assert read({**records, "params": {"max_tokens": 512}}, of).params == (None, 512)
    assert read({"data": [[0, "Hello", 0.9, 512]]}, of).params == (0.9, 512)
    assert "no parameter 'top'" in refused({**records, "params": {"top": 1}}, of)
    assert "parameter 'max_tokens' (INT64)" in refused({**records, "params": {"max_tokens": "many"}}, of)
    assert "params is a JSON list" in refused({**records, "params": []}, of)
    assert "row 1" in refused({"data": [[0, "a", 0.9, 1], [1, "b", 0.8, 1]]}, of)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "not JSON"), (b'{"data":', "line 1, column 9"), (b'{"data": [[0, 1]]} x', "not JSON"),
        (b"\xff\xfe", "not UTF-8: byte 0"), (b"[" * 400_000, "nested too deeply"),
        (b'{"data": ' + b'{"a":' * 100_000, "nested too deeply"),
        ([], "a JSON list"), (7, "a JSON number"), (None, "a JSON null"), ({}, "none of its formats"),
        ({"rows": []}, "none of its formats"), ({"data": [], "dataframe_records": []}, "more than one"),
        ({"data": [[0, 1, 2, 3]], "dta": 1}, "unknown field 'dta'"), ({"data": []}, "data has no rows"),
        ({"dataframe_records": []}, "no rows"), ({"dataframe_split": {**SPLIT, "data": [], "index": []}}, "no rows"),
        ({"data": 1}, "data is a JSON number"), ({"data": [1]}, "row 0"), ({"data": [[]]}, "row 0"),
        ({"data": [["a", 1, 2, 3]]}, "row 0 begins with 'a'"), ({"data": [[0, 1, 2]]}, "row 0 has 2 values"),
        ({"data": [[0, 1, 2, 3], [1, 1, 2, 3, 4]]}, "row 1 has 4 values"),
        ({"dataframe_split": []}, "a JSON list"), ({"dataframe_split": {"data": []}}, "columns is not"),
        ({"dataframe_split": {"columns": [1], "data": []}}, "columns is not"),
        ({"dataframe_split": {"columns": ["a"], "data": {}}}, "data is not"),
        ({"dataframe_split": {**SPLIT, "index": [0]}}, "index is not a list with one entry for each of the 2 rows"),
        ({"dataframe_split": {**SPLIT, "data": [[1, 2, 3], [1, 2]]}}, "row 1 has 2 values for 3 columns"),
        ({"dataframe_split": {**SPLIT, "data": [[1, 2, 3], 5]}}, "row 1 is a JSON number"),
        ({"dataframe_split": {"columns": ["age", "age"], "data": []}}, "'age' appears more than once"),
        ({"dataframe_split": {"columns": ["customer_id", "Age", "monthly_spend"], "data": []}}, "is 'Age' meant?"),
        ({"dataframe_split": {"columns": [f"c{i}" for i in range(50_000)], "data": []}}, "no columns 'customer_id'"),
        ({"dataframe_records": [RECORDS[0], {"customer_id": 1, "age": 2}]}, "row 1 has no column 'monthly_spend'"),
        ({"dataframe_records": [RECORDS[0], [1, 2, 3]]}, "row 1 is a JSON list"),
        ({"dataframe_records": {"age": [1]}}, "a JSON object"),
        ({"dataframe_records": RECORDS, "extra_columns": "x"}, "extra_columns is not a list"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_explained(body: Any, why: str) -> None:
    assert why in refused(body)


def test_a_message_stays_short() -> None:
    names = [f"{i}" * 5000 for i in range(100)]
    assert len(refused({"dataframe_split": {"columns": [*SPLIT["columns"], *names], "data": []}})) < 2500


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)
FIELDS = st.sampled_from(
    ["dataframe_split", "dataframe_records", "data", "columns", "index", "params", "extra_columns", "age"]
)
REQUESTS = st.recursive(
    ANYTHING,
    lambda inner: st.dictionaries(FIELDS, inner, max_size=4) | st.lists(inner, max_size=3),
    max_leaves=20,
)


@given(REQUESTS)
def test_whatever_json_comes_is_read_or_refused(body: Any) -> None:
    with suppress(Malformed):
        assert all(len(row) == 3 for row in read(body).rows)


@given(st.binary())
def test_whatever_bytes_come_are_refused(body: bytes) -> None:
    assert refused(body)


# -- answers --------------------------------------------------------------------------------------


def test_answers() -> None:
    assert formats.answer([{"y": 1.5}, {"y": None}]) == b'{"data":[[0,{"y":1.5}],[1,{"y":null}]]}'


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (np.float64(1.5), 1.5), (np.int64(3), 3), (np.array([1.0, 2.0]), [1.0, 2.0]), (float("nan"), None),
        ([float("nan"), 1.0], [None, 1.0]), (np.array([np.nan]), [None]), (Decimal("1.50"), 1.5), (Decimal(3), 3),
        (datetime.datetime(2024, 1, 2, 3), "2024-01-02T03:00:00"), (datetime.date(2024, 1, 2), "2024-01-02"),
        (b"\x00\xff", "00FF"), ("ü\ud800", "ü\ud800"), ({"a": (1, 2)}, {"a": [1, 2]}), (True, True),
    ],
)  # fmt: skip
def test_what_json_has_for_a_value(value: Any, found: Any) -> None:
    assert json.loads(formats.answer([{"y": value}])) == {"data": [[0, {"y": found}]]}


def test_json_has_no_infinity() -> None:
    with pytest.raises(ValueError, match="row 1, output 'y' is infinite"):
        formats.answer([{"y": 1.0}, {"y": float("inf")}])


def test_a_model_made_by_hand_takes_what_its_function_does(tmp_path: Path) -> None:
    assert written_signatures(tmp_path) == {}
    arguments = (("X", DataType("REAL")), ("N", DataType("FIXED", 38, 0)), ("D", DataType("DATE")))
    method = ServedMethod("P", "p", "functions.p.infer", arguments, DataType("OBJECT"))
    found = signature(method, None)
    assert read({"data": [[0, 1, 2, "2024-05-06"]]}, found).rows == [(1.0, 2, datetime.datetime(2024, 5, 6))]
    assert "row 0, column 'N'" in refused({"data": [[0, 1, 2.5, "2024-05-06"]]}, found)
