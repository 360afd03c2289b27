"""Statements over the wire: replies, repeats, bindings, several at once, asynchronous ones, cancelling."""

from __future__ import annotations

import datetime as dt
import threading
import time
import uuid
from decimal import Decimal
from typing import Any

import pytest
import snowflake.connector
from snowflake.connector.constants import QueryStatus
from snowflake.connector.cursor import SnowflakeCursor
from snowflake.connector.errors import IntegrityError, ProgrammingError

from snowdome.server import queries
from tests.wire.client import Client, Wire

WAIT = "select system$wait(30)"


@pytest.fixture
def cursor(wire: Wire) -> Any:
    with wire.connect(paramstyle="qmark") as connection, connection.cursor() as cursor:
        cursor.execute("create database if not exists wire")
        cursor.execute("use schema wire.public")
        cursor.execute("create or replace temporary table t (n int not null, s string)")
        yield cursor


def again(cursor: SnowflakeCursor, query_id: str) -> SnowflakeCursor:
    """A finished query's result, in a cursor of its own: the connector's cursors mix two results up."""
    return cursor.connection.cursor().query_result(query_id)


def wait_until(condition: Any, seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "not in time"
        time.sleep(0.02)


# -- replies ------------------------------------------------------------------------------------


NOON = "select '2024-01-01 12:00:00 +0000'::timestamp_ltz"


def test_parameters_of_one_statement(cursor: Any) -> None:
    shown = f"{NOON}, to_char('2024-01-01'::date), hour({NOON.removeprefix('select ')})"
    own = {"timezone": "Asia/Tokyo", "DATE_OUTPUT_FORMAT": "DD.MM.YYYY", "NO_SUCH_PARAMETER": 1}
    for parameters, zone, date, hour in ((own, "+0900", "01.01.2024", 21), ({}, "-0800", "2024-01-01", 4)):
        (row,) = cursor.execute(shown, _statement_params=parameters).fetchall()
        assert (f"{row[0]:%z}", row[1], row[2]) == (zone, date, hour)


def test_parameters_of_statements_that_run_at_once(wire: Wire) -> None:
    zones = {"Asia/Tokyo": 21, "Europe/Paris": 13, "UTC": 12}
    with wire.connect() as connection:
        slow = f"select hour({NOON.removeprefix('select ')}), system$wait(1)"
        cursors = {zone: connection.cursor() for zone in zones}
        for zone, one in cursors.items():
            one.execute_async(slow, _statement_params={"TIMEZONE": zone})
        for zone, one in cursors.items():
            one.get_results_from_sfqid(one.sfqid)
            assert one.fetchall()[0][0] == zones[zone]


@pytest.mark.parametrize(
    ("parameters", "code", "message"),
    [
        ({"TIMEZONE": "Mars/Base"}, 1008, "invalid value [Mars/Base] for parameter 'TIMEZONE'"),
        ({"QUOTED_IDENTIFIERS_IGNORE_CASE": True}, 2, "QUOTED_IDENTIFIERS_IGNORE_CASE = TRUE"),
    ],
)
def test_parameters_of_one_statement_are_checked(
    cursor: Any, parameters: dict[str, Any], code: int, message: str
) -> None:
    with pytest.raises(ProgrammingError) as failure:
        cursor.execute("select 1", _statement_params=parameters)
    assert failure.value.errno == code
    assert message in str(failure.value)


def test_one_statement_without_autocommit(cursor: Any) -> None:
    cursor.execute("insert into t values (1, 'a')", _statement_params={"AUTOCOMMIT": False})
    assert cursor.execute("select current_transaction() is not null").fetchone() == (True,)
    cursor.execute("rollback")
    assert cursor.execute("select count(*) from t").fetchone() == (0,)


def test_reply_of_a_query(client: Client) -> None:
    reply = client.query("select 1 as one, 'a'::varchar(3) as two")
    data = reply["data"]
    assert (reply["success"], reply["code"], reply["message"]) == (True, None, None)
    assert uuid.UUID(data["queryId"])
    assert data["queryId"].startswith("01")
    assert data["queryResultFormat"] == "arrow"
    assert (data["total"], data["returned"], data["statementTypeId"]) == (1, 1, 4096)
    assert data["finalRoleName"] == "ACCOUNTADMIN"
    assert {"finalDatabaseName", "finalSchemaName", "finalWarehouseName"} <= set(data)
    one, two = data["rowtype"]
    assert (one["name"], one["type"], one["precision"], one["scale"], one["length"]) == (
        "ONE",
        "fixed",
        1,
        0,
        None,
    )
    assert (two["name"], two["type"], two["length"], two["byteLength"]) == ("TWO", "text", 3, 12)
    assert {"name", "type", "nullable", "length", "precision", "scale"} <= set(one) & set(two)


def test_query_ids_sort_by_time(client: Client) -> None:
    found = [client.query("select 1")["data"]["queryId"] for _ in range(5)]
    assert found == sorted(found)
    assert len(set(found)) == 5


def test_reply_of_an_error(client: Client) -> None:
    reply = client.query("select 1 frm t here")
    data = reply["data"]
    assert (reply["success"], reply["code"], data["errorCode"], data["sqlState"]) == (
        False,
        "001003",
        "001003",
        "42000",
    )
    assert "syntax error line 1 at position" in reply["message"]
    assert data["line"] == 1
    assert data["pos"] > 0
    assert uuid.UUID(data["queryId"])


def test_reply_of_dml(client: Client) -> None:
    client.query("create database if not exists wire")
    client.query("use schema wire.public")
    client.query("create or replace temporary table dml (a int)")
    data = client.query("insert into dml values (1), (2), (3)")["data"]
    assert (data["queryResultFormat"], data["rowset"], data["statementTypeId"]) == ("json", [["3"]], 12544)
    data = client.query("update dml set a = a + 1 where a > 1")["data"]
    assert (data["rowset"], data["statementTypeId"]) == ([["2", "0"]], 12800)
    data = client.query("delete from dml")["data"]
    assert (data["rowset"], data["statementTypeId"]) == ([["3"]], 13056)


def test_row_counts(cursor: SnowflakeCursor) -> None:
    assert cursor.execute("insert into t values (1, 'a'), (2, 'b')").rowcount == 2
    assert cursor.execute("update t set s = 'c'").rowcount == 2
    assert cursor.execute("select * from t").rowcount == 2
    assert cursor.execute("delete from t where n = 1").rowcount == 1


def test_errors_arrive_as_the_connectors(cursor: SnowflakeCursor) -> None:
    with pytest.raises(ProgrammingError) as caught:
        cursor.execute("select * from nowhere")
    assert (caught.value.errno, caught.value.sqlstate) == (2003, "42S02")
    with pytest.raises(IntegrityError) as broken:
        cursor.execute("insert into t values (null, 'x')")
    assert broken.value.errno == 100072


def test_json_instead_of_arrow(client: Client) -> None:
    wanted = {"PYTHON_CONNECTOR_QUERY_RESULT_FORMAT": "JSON"}
    data = client.query("select 1, 'a', null, 1.50, true", parameters=wanted)["data"]
    assert data["queryResultFormat"] == "json"
    assert data["rowset"] == [["1", "a", None, "1.50", "1"]]
    described = client.query("select 1", parameters=wanted, describeOnly=True)["data"]
    assert (described["rowset"], described["total"]) == ([], 0)


@pytest.mark.parametrize("text", ["", "  ", ";", "-- nothing", "/* nothing */ ;"])
def test_empty_statements(client: Client, text: str) -> None:
    reply = client.query(text)
    assert (reply["code"], reply["data"]["sqlState"]) == ("000900", "42601")


def test_context_follows_use(client: Client) -> None:
    client.query("create database if not exists wire")
    client.query("create schema if not exists wire.other")
    data = client.query("use schema wire.other")["data"]
    assert (data["finalDatabaseName"], data["finalSchemaName"]) == ("WIRE", "OTHER")
    data = client.query("use warehouse compute_wh")["data"]
    assert data["finalWarehouseName"] == "COMPUTE_WH"


# -- describing ---------------------------------------------------------------------------------


def test_describing_runs_nothing(client: Client) -> None:
    client.query("create database if not exists wire")
    client.query("create or replace sequence wire.public.s")
    for _ in range(3):
        data = client.query("select wire.public.s.nextval as n, 1.5 as d", describeOnly=True)["data"]
        assert [c["name"] for c in data["rowtype"]] == ["N", "D"]
        assert (data["total"], data["rowsetBase64"]) == (0, "")
    described = client.query("create table wire.public.made (a int)", describeOnly=True)
    assert [c["name"] for c in described["data"]["rowtype"]] == ["status"]
    assert client.query("select * from wire.public.made")["code"] == "002003"
    described = client.query("show tables", describeOnly=True)
    assert [c["name"] for c in described["data"]["rowtype"]][:2] == ["created_on", "name"]
    wanted = {"PYTHON_CONNECTOR_QUERY_RESULT_FORMAT": "JSON"}
    first = client.query("select wire.public.s.nextval", parameters=wanted)
    assert first["data"]["rowset"] == [["1"]]


def test_describing_through_the_connector(cursor: SnowflakeCursor) -> None:
    found = cursor.describe("select n, s from t")
    assert [(c.name, c.type_code, c.is_nullable) for c in found] == [("N", 0, False), ("S", 2, True)]
    with pytest.raises(ProgrammingError) as caught:
        cursor.describe("select nothing from t")
    assert caught.value.errno == 904


# -- repeats ------------------------------------------------------------------------------------


def test_a_repeated_request_runs_once(client: Client) -> None:
    client.query("create database if not exists wire")
    client.query("use schema wire.public")
    client.query("create or replace temporary table once (a int)")
    request_id = str(uuid.uuid4())
    first = client.query("insert into once values (1)", request_id)
    path = f"/queries/v1/query-request?requestId={request_id}&clientStartTime=1&retryCount=1&retryReason=http"
    again = client.post(path, {"sqlText": "insert into once values (1)"})
    assert again["data"]["queryId"] == first["data"]["queryId"]
    assert again["data"]["rowset"] == first["data"]["rowset"] == [["1"]]
    wanted = {"PYTHON_CONNECTOR_QUERY_RESULT_FORMAT": "JSON"}
    assert client.query("select count(*) from once", parameters=wanted)["data"]["rowset"] == [["1"]]


def test_a_request_repeated_while_it_runs_waits_for_it(wire: Wire, client: Client) -> None:
    request_id = str(uuid.uuid4())
    other = wire.stranger()
    other.token = client.token
    found: list[str] = []

    def send(from_: Client) -> None:
        found.append(from_.query("select system$wait(1)", request_id)["data"]["queryId"])

    threads = [threading.Thread(target=send, args=(c,)) for c in (client, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found[0] == found[1]


# -- bindings -----------------------------------------------------------------------------------


def test_bindings(cursor: SnowflakeCursor) -> None:
    values = (
        1,
        Decimal("1.20"),
        1.5,
        True,
        "x'y",
        None,
        dt.date(2024, 2, 29),
        dt.time(12, 34, 56, 789000),
        b"\x01\xff",
    )
    row = cursor.execute("select ?, ?, ?, ?, ?, ?, ?, ?, ?", values).fetchone()
    assert row == values
    naive = dt.datetime(2024, 2, 29, 12, 34, 56, 123456)
    assert cursor.execute("select ?", (naive,)).fetchone() == (naive,)
    assert cursor.execute("select ?::variant:a", (("VARIANT", '{"a": 5}'),)).fetchone() is not None


@pytest.mark.parametrize(
    ("given", "code", "message"),
    [
        (("FIXED", "a"), 100038, "Numeric value 'a' is not recognized"),
        (Decimal("NaN"), 100038, "Numeric value 'NaN' is not recognized"),
        (("REAL", "abc"), 100038, "Numeric value 'abc' is not recognized"),
        (("BOOLEAN", "maybe"), 100037, "Boolean value 'maybe' is not recognized"),
        (("BINARY", "abc"), 100115, "The following string is not a legal hex-encoded value: 'abc'"),
        (("DATE", "9" * 30), 100040, f"Date '{'9' * 30}' is not recognized"),
    ],
)
def test_bound_values_that_are_not_of_their_type(
    cursor: SnowflakeCursor, given: Any, code: int, message: str
) -> None:
    with pytest.raises(ProgrammingError) as caught:
        cursor.execute("select ?", (given,))
    assert caught.value.errno == code
    assert message in str(caught.value)


def test_texts_that_are_not_unicode(cursor: SnowflakeCursor) -> None:
    assert cursor.execute("select '\ud800', ?", ("\ud800é",)).fetchone() == ("?", "?é")


def test_values_are_bound_in_the_order_of_the_text(cursor: SnowflakeCursor) -> None:
    text = "with x as (select ? as q) select q, ?, s from x, t where q = ? and n = ? order by ? limit 5"
    cursor.execute("insert into t values (7, 's')")
    assert cursor.execute(text, ("a", 1, "a", 7, 1)).fetchall() == [("a", 1, "s")]


def test_array_bindings(cursor: SnowflakeCursor) -> None:
    cursor.executemany("insert into t values (?, ?)", [(i, None if i % 2 else f"row {i}") for i in range(50)])
    assert cursor.rowcount == 50
    assert cursor.execute("select count(*), count(s), sum(n) from t").fetchone() == (50, 25, 1225)


def test_stage_bindings(cursor: SnowflakeCursor) -> None:
    cursor.connection._session_parameters["CLIENT_STAGE_ARRAY_BINDING_THRESHOLD"] = 10
    rows = [(i, None if i == 3 else "" if i == 4 else f'"{i}", ok') for i in range(20)]
    cursor.executemany("insert into t values (?, ?)", rows)
    assert cursor.rowcount == 20
    assert cursor.execute("select * from t order by n").fetchall() == rows


# -- several statements -------------------------------------------------------------------------


def test_several_statements(cursor: SnowflakeCursor) -> None:
    cursor.execute("select 1; select 'a' as b; insert into t values (7, 'x')", num_statements=3)
    ids = cursor.multi_statement_savedIds
    found = [cursor.fetchall()]
    while cursor.nextset():
        found.append(cursor.fetchall())
    assert found == [[(1,)], [("a",)], [(1,)]]
    assert len(set(ids)) == 3


def test_values_bound_to_several_statements(cursor: SnowflakeCursor) -> None:
    text = "insert into t values (?, ?); set name = ?; select s || ? from t where n = ?"
    cursor.execute(text, (1, "a", "x", "b", 1), num_statements=3)
    assert cursor.fetchall() == [(1,)]
    cursor.nextset()
    cursor.nextset()
    assert cursor.fetchall() == [("ab",)]
    assert cursor.execute("select $name").fetchall() == [("x",)]


def test_any_number_of_statements(cursor: SnowflakeCursor) -> None:
    cursor.execute("select 1; select 2", num_statements=0)
    assert cursor.fetchall() == [(1,)]
    cursor.nextset()
    assert cursor.fetchall() == [(2,)]
    assert cursor.execute("select 5;", num_statements=0).fetchall() == [(5,)]


@pytest.mark.parametrize(("wanted", "actual"), [(None, 2), (3, 2), (1, 2)])
def test_another_number_of_statements(cursor: SnowflakeCursor, wanted: int | None, actual: int) -> None:
    with pytest.raises(ProgrammingError) as caught:
        cursor.execute("select 1; select 2", num_statements=wanted)
    assert (caught.value.errno, caught.value.sqlstate) == (8, "0A000")
    text = f"Actual statement count {actual} did not match the desired statement count {wanted or 1}."
    assert text in str(caught.value)


def test_the_first_failing_statement_ends_the_request(cursor: SnowflakeCursor) -> None:
    with pytest.raises(ProgrammingError) as caught:
        cursor.execute(
            "insert into t values (1, 'a'); select 1/0; insert into t values (2, 'b')", num_statements=3
        )
    assert caught.value.errno == 100051
    assert cursor.execute("select n from t").fetchall() == [(1,)]


# -- slow and asynchronous ----------------------------------------------------------------------


def test_slow_statements_are_handed_over(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "HAND_OVER", 0.3)
    client = wire.client()
    begun = time.monotonic()
    reply = client.query("select system$wait(2)")
    assert reply["code"] == "333333"
    address = reply["data"]["getResultUrl"]
    asked = 0
    while reply["code"] == "333333":
        reply = client.get(address)
        asked += 1
    assert reply["data"]["total"] == 1
    assert 2 <= asked <= 8  # the server holds each call: clients do not wait between them
    assert time.monotonic() - begun >= 2
    with wire.connect() as connection:
        assert connection.cursor().execute("select system$wait(1)").fetchall()


def test_asynchronous_queries(cursor: SnowflakeCursor) -> None:
    cursor.execute_async("select 41 + 1 as answer, system$wait(1)")
    query_id = cursor.sfqid
    connection = cursor.connection
    assert connection.is_still_running(connection.get_query_status(query_id))
    cursor.get_results_from_sfqid(query_id)
    assert cursor.fetchall()[0][0] == 42
    assert connection.get_query_status(query_id) == QueryStatus.SUCCESS
    assert again(cursor, query_id).fetchall()[0][0] == 42


def test_asynchronous_failures(cursor: SnowflakeCursor) -> None:
    connection = cursor.connection
    cursor.execute_async("select 1/0")
    query_id = cursor.sfqid
    wait_until(lambda: not connection.is_still_running(connection.get_query_status(query_id)))
    assert connection.get_query_status(query_id) == QueryStatus.FAILED_WITH_ERROR
    with pytest.raises(ProgrammingError) as caught:
        connection.get_query_status_throw_if_error(query_id)
    assert caught.value.errno == 100051
    with pytest.raises(ProgrammingError):
        again(cursor, query_id)


def test_several_asynchronous_statements(cursor: SnowflakeCursor) -> None:
    cursor.execute_async("select 1; select 2", num_statements=2)
    cursor.get_results_from_sfqid(cursor.sfqid)
    assert cursor.fetchall() == [(1,)]
    cursor.nextset()
    assert cursor.fetchall() == [(2,)]


def test_unknown_queries(client: Client) -> None:
    unknown = str(uuid.uuid4())
    assert client.get(f"/monitoring/queries/{unknown}")["data"] == {"queries": []}
    assert client.get(f"/queries/{unknown}/result")["code"] == "000709"
    assert client.post(f"/queries/{unknown}/abort-request", {})["code"] == "000709"
    assert client.query(f"select * from table(result_scan('{unknown}'))")["success"] is False


def test_results_belong_to_their_user(wire: Wire, client: Client) -> None:
    query_id = client.query("select 'secret'")["data"]["queryId"]
    stranger = wire.stranger()
    stranger.login("a password", user="somebody_else")
    assert stranger.get(f"/queries/{query_id}/result")["code"] == "000709"
    assert stranger.get(f"/monitoring/queries/{query_id}")["data"] == {"queries": []}
    assert stranger.query(f"select * from table(result_scan('{query_id}'))")["success"] is False
    assert wire.client().get(f"/queries/{query_id}/result")["success"] is True


@pytest.mark.parametrize(
    "text", ["show databases", "select 1 as a", "insert into t values (1, 'a')", "describe table t"]
)
def test_results_can_be_read_again(cursor: SnowflakeCursor, text: str) -> None:
    rows = cursor.execute(text).fetchall()
    names = [c.name for c in cursor.description]
    query_id = cursor.sfqid
    scanned = cursor.execute(f"select * from table(result_scan('{query_id}'))")
    assert [c.name for c in scanned.description] == names
    assert scanned.fetchall() == rows
    assert again(cursor, query_id).fetchall() == rows
    assert cursor.connection.get_query_status(query_id) == QueryStatus.SUCCESS


# -- cancelling ---------------------------------------------------------------------------------


def expect_cancelled(run: Any) -> None:
    with pytest.raises(ProgrammingError) as caught:
        run()
    assert (caught.value.errno, caught.value.sqlstate) == (604, "57014")
    assert "SQL execution canceled" in str(caught.value)


HEAVY = (
    "select count(*) from table(generator(rowcount => 2000000)) a, table(generator(rowcount => 2000000)) b"
)


@pytest.mark.parametrize("text", [WAIT, HEAVY])
def test_cancel_by_query_id(wire: Wire, cursor: SnowflakeCursor, text: str) -> None:
    cursor.execute_async(text)
    query_id = cursor.sfqid
    time.sleep(0.3)
    begun = time.monotonic()
    assert cursor.abort_query(query_id) is True
    expect_cancelled(lambda: again(cursor, query_id))
    assert time.monotonic() - begun < 2
    assert cursor.abort_query(query_id) is False
    assert cursor.connection.get_query_status(query_id) == QueryStatus.FAILED_WITH_ERROR


def test_cancel_by_request_id(wire: Wire, client: Client) -> None:
    request_id = str(uuid.uuid4())
    other = wire.stranger()
    other.token = client.token
    replies: list[Any] = []
    thread = threading.Thread(target=lambda: replies.append(client.query(WAIT, request_id)))
    thread.start()
    time.sleep(0.3)
    assert other.post("/queries/v1/abort-request?requestId=1", {"sqlText": WAIT, "requestId": request_id})[
        "success"
    ]
    thread.join(5)
    assert replies[0]["code"] == "000604"


def test_timeout_of_the_connector(cursor: SnowflakeCursor) -> None:
    begun = time.monotonic()
    with pytest.raises(ProgrammingError) as caught:
        cursor.execute(HEAVY, timeout=1)
    assert caught.value.errno == 604
    assert time.monotonic() - begun < 5
    assert cursor.execute("select 1").fetchall() == [(1,)]


def test_timeout_of_the_session(cursor: SnowflakeCursor) -> None:
    cursor.execute("alter session set statement_timeout_in_seconds = 1")
    with pytest.raises(ProgrammingError) as caught:
        cursor.execute(HEAVY)
    assert (caught.value.errno, caught.value.sqlstate) == (630, "57014")
    assert "Statement reached its statement or warehouse timeout of 1 second(s) and was canceled." in str(
        caught.value
    )


def test_cancelling_inside_a_transaction_keeps_it(cursor: SnowflakeCursor) -> None:
    cursor.execute("begin")
    cursor.execute("insert into t values (1, 'kept')")
    cursor.execute_async(HEAVY)
    query_id = cursor.sfqid
    time.sleep(0.3)
    cursor.abort_query(query_id)
    expect_cancelled(lambda: again(cursor, query_id))
    cursor.execute("commit")
    assert cursor.execute("select s from t").fetchall() == [("kept",)]


def test_a_statement_that_waits_for_a_transaction_can_be_cancelled(cursor: SnowflakeCursor) -> None:
    cursor.execute("begin")
    cursor.execute_async(HEAVY)
    heavy = cursor.sfqid
    time.sleep(0.2)
    cursor.execute_async("select * from t")
    waiting = cursor.sfqid
    time.sleep(0.2)
    cursor.abort_query(waiting)
    expect_cancelled(lambda: again(cursor, waiting))
    cursor.abort_query(heavy)
    expect_cancelled(lambda: again(cursor, heavy))
    cursor.execute("rollback")


def test_cancel_by_sql(wire: Wire, cursor: SnowflakeCursor) -> None:
    cursor.execute_async(WAIT)
    query_id = cursor.sfqid
    time.sleep(0.2)
    cursor.execute(f"select system$cancel_query('{query_id}')")
    assert cursor.fetchall() == [(f"query [{query_id}] terminated.",)]
    expect_cancelled(lambda: again(cursor, query_id))


def test_logging_out_ends_what_runs(wire: Wire) -> None:
    client = wire.client()
    reply = client.query(WAIT, asyncExec=True)
    assert reply["code"] == "333334"
    query = wire.account.queries.find(reply["data"]["queryId"])
    assert query is not None
    client.post("/session?delete=true", {})
    wait_until(query.done.done, 5)
    assert query.error is not None
    assert query.error.code == "000604"


# -- the log ------------------------------------------------------------------------------------


def test_what_runs_is_logged(wire: Wire) -> None:
    with wire.connect(user="logger", session_parameters={"QUERY_TAG": "lesson 1"}) as connection:
        cursor = connection.cursor()
        cursor.execute("select 1 union all select 2")
        good = cursor.sfqid
        cursor.describe("select 3")
        with pytest.raises(ProgrammingError):
            cursor.execute("select 1/0")
    mine = [r for r in wire.account.query_log() if r.user == "LOGGER"]
    assert [r.text for r in mine] == ["select 1 union all select 2", "select 1/0"]
    first, second = mine
    assert (first.id, first.status, first.rows, first.type, first.tag) == (
        good,
        "SUCCESS",
        2,
        "SELECT",
        "lesson 1",
    )
    assert first.start <= first.end
    assert (second.status, second.error_code) == ("FAILED_WITH_ERROR", "100051")


def test_temporary_objects_end_with_the_session(wire: Wire, client: Client) -> None:
    client.query("create database if not exists wire")
    client.query("use schema wire.public")
    client.query("create temporary table gone (a int autoincrement)")
    stored = "select count(*) from duckdb_tables() where schema_name = 'data'"
    before = wire.account.engine.connection.execute(stored).fetchall()
    client.post("/session?delete=true", {})
    after = wire.account.engine.connection.execute(stored).fetchall()
    assert after[0][0] == before[0][0] - 1


def test_an_open_transaction_ends_with_the_session(wire: Wire) -> None:
    with wire.connect(database="wire", schema="public") as connection:
        connection.cursor().execute("create or replace table wire.public.kept (a int)")
        connection.cursor().execute("begin")
        connection.cursor().execute("insert into wire.public.kept values (1)")
    with wire.connect() as connection:
        assert connection.cursor().execute("select * from wire.public.kept").fetchall() == []


def test_pyformat_is_the_connectors_default(wire: Wire) -> None:
    with wire.connect() as connection:
        assert snowflake.connector.paramstyle == "pyformat"
        row = connection.cursor().execute("select %s, %s, %s", (1, "b'c\\", None)).fetchone()
        assert row == (1, "b'c\\", None)
