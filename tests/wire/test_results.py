"""Large results: chunks, files instead of memory, what is dropped."""

from __future__ import annotations

import gzip
import http.client
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa
import pytest
from snowflake.connector import SnowflakeConnection
from snowflake.snowpark import Session

from snowdome import types as t
from snowdome.account import queries
from snowdome.account.results import ResultStore
from snowdome.result import Result, rows_result
from snowdome.server import chunks
from snowdome.types import Column
from tests.wire.client import Client, Wire

COLUMNS = (Column("N", t.NUMBER), Column("S", t.TEXT), Column("TS", t.NTZ), Column("V", t.VARIANT))


def large(rows: int, as_json: bool = False) -> Result:
    """Every seventh value is NULL; only the last number needs more than 8 bits, and more than 32."""
    count = range(rows)
    table = pa.table({
        "c1": pa.array([None if i % 7 == 0 else Decimal(i % 100) for i in count[:-1]] + [Decimal(2**40)],
                       pa.decimal128(38, 0)),
        "c2": pa.array([f"row {i}" for i in count]),
        "c3": pa.array([Decimal(i * 1_000_000_000) for i in count], pa.decimal128(38, 0)),
        "c4": pa.array([f'{{"i":{i % 5}}}' for i in count]),
    })  # fmt: skip
    return Result(COLUMNS, table, as_json=as_json)


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "INLINE_CELLS", 1000)
    monkeypatch.setattr(chunks, "_CHUNK_BYTES", 50_000)


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("as_json", [False, True])
def test_chunks_hold_all_rows_in_order(wire: Wire, wired: SnowflakeConnection, as_json: bool) -> None:
    query_id = wire.finish(wired, large(10_001, as_json))
    cursor = wired.cursor().query_result(query_id)
    assert len(cursor.get_result_batches()) > 5
    rows = cursor.fetchall()
    assert len(rows) == 10_001
    assert [r[1] for r in rows] == [f"row {i}" for i in range(10_001)]
    assert [r[0] for r in rows[:8]] == [None, 1, 2, 3, 4, 5, 6, None]
    assert rows[-1][0] == 2**40
    assert rows[6][3] == '{\n  "i": 1\n}'


@pytest.mark.usefixtures("small_chunks")
def test_chunks_have_one_schema(wire: Wire, wired: SnowflakeConnection) -> None:
    query_id = wire.finish(wired, large(10_000))
    table = wired.cursor().query_result(query_id).fetch_arrow_all()
    assert table.num_rows == 10_000
    assert table.schema.field("N").type == pa.int64()
    frame = wired.cursor().query_result(query_id).fetch_pandas_all()
    assert frame["N"].sum() == sum(i % 100 for i in range(9999) if i % 7) + 2**40
    assert sum(len(f) for f in wired.cursor().query_result(query_id).fetch_pandas_batches()) == 10_000


@pytest.mark.usefixtures("small_chunks")
def test_chunk_addresses(wire: Wire, wired: SnowflakeConnection, client: Client) -> None:
    query_id = wire.finish(wired, large(5000))
    reply = client.get(f"/queries/{query_id}/result")
    found = reply["data"]["chunks"]
    inline = (
        pa.ipc.open_stream(__import__("base64").b64decode(reply["data"]["rowsetBase64"])).read_all().num_rows
    )
    assert inline + sum(c["rowCount"] for c in found) == reply["data"]["total"] == 5000
    assert {"url", "rowCount", "uncompressedSize", "compressedSize"} <= set(found[0])
    address = urlsplit(found[0]["url"])
    assert (address.scheme, address.hostname, address.port) == ("http", "127.0.0.1", wire.port)
    connection = http.client.HTTPConnection("127.0.0.1", wire.port)
    for _ in range(2):  # without any token, as often as wanted
        connection.request("GET", address.path)
        response = connection.getresponse()
        assert response.status == 200
        assert pa.ipc.open_stream(response.read()).read_all().num_rows == found[0]["rowCount"]
    for path in (address.path.replace("/arrow/", "/arrow/9"), "/results/x/arrow/0-10", address.path + "x"):
        connection.request("GET", path)
        response = connection.getresponse()
        assert response.status in (200, 404)
        response.read()
    connection.close()


def test_results_move_to_files_when_memory_is_short(wire: Wire, wired: SnowflakeConnection) -> None:
    store = wire.account.results
    query_id = wire.finish(wired, large(5000))
    kept = wire.account.queries.find(query_id).retained  # type: ignore[union-attr]
    assert kept is not None
    before, store._memory = store._memory, 1000
    try:
        store._over_budget.set()
        store.keep_budget()
    finally:
        store._memory = before
    assert kept.table is None
    assert kept.file is not None
    assert kept.file.exists()
    rows = wired.cursor().query_result(query_id).fetchall()
    assert len(rows) == 5000
    assert rows[1][:2] == (1, "row 1")
    scanned = wired.cursor().execute(f"select count(*), max(n) from table(result_scan('{query_id}'))")
    assert scanned.fetchall() == [(5000, 2**40)]


def test_oldest_files_go_when_the_disk_budget_is_reached(tmp_path: Any) -> None:
    store = ResultStore(tmp_path / "results", memory=0, disk=10_000)
    kept = [store.retain(rows_result((Column("A", t.TEXT),), [("x" * 4000,)])) for _ in range(5)]
    store.keep_budget()
    assert [k.file is None for k in kept] == [True, True, True, True, False]
    assert kept[-1].load().table.column(0).to_pylist() == ["x" * 4000]
    with pytest.raises(FileNotFoundError):
        kept[0].load()
    assert len(list((tmp_path / "results").iterdir())) == 1
    store.close()
    assert not (tmp_path / "results").exists()


def test_dropped_results_are_said_to_be_gone(
    wire: Wire, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    query_id = client.query("select 1")["data"]["queryId"]
    monkeypatch.setattr(queries, "MAX_KEPT", 0)
    wire.account.queries.forget_old()
    assert client.get(f"/queries/{query_id}/result")["code"] == "000709"


def test_replies_to_a_gzip_client_are_valid(client: Client) -> None:
    packed = gzip.compress(b'{"sqlText": "select 1"}')
    status, reply = client.send("POST", "/queries/v1/query-request", packed)  # no Content-Encoding
    assert (status, reply["success"]) == (200, True)


def test_a_million_rows(session: Session) -> None:
    text = "select seq8() as n, n % 10 as d, 'row ' || n as s from table(generator(rowcount => 1000000))"
    frame = session.sql(text).to_pandas()
    assert len(frame) == 1_000_000
    assert frame["N"].sum() == 499_999_500_000
    assert sum(len(f) for f in session.sql(text).to_pandas_batches()) == 1_000_000
    rows = session.sql(text + " limit 30000").to_local_iterator()
    assert sum(1 for _ in rows) == 30_000
