"""Many clients at once, and several statements at once in one session."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import snowflake.connector

CLIENTS, ROUNDS = 12, 4


def test_many_clients_in_schemas_of_their_own(server: dict[str, Any]) -> None:
    with snowflake.connector.connect(**server) as connection:
        connection.cursor().execute("create or replace database crowd")

    def client(number: int) -> None:
        with snowflake.connector.connect(**server, database="crowd") as connection:
            cursor = connection.cursor()
            cursor.execute(f"create schema s{number}")
            cursor.execute("create table t (a int, b varchar)")
            for i in range(ROUNDS):
                cursor.execute("insert into t select %s, 'x'", (i,))
                cursor.execute("create or replace temporary table copy as select * from t")
                cursor.execute("begin")
                cursor.execute("insert into t values (-1, 'y')")
                cursor.execute("rollback")
                cursor.execute("update t set b = b || '!' where a = %s", (i,))
                assert cursor.execute("select count(*), count(distinct b) from t").fetchall() == [(i + 1, 1)]
                assert cursor.execute("select count(*) from copy").fetchall() == [(i + 1,)]
            assert [r[1] for r in cursor.execute("show tables in schema").fetchall()] == ["COPY", "T"]

    with ThreadPoolExecutor(CLIENTS) as pool:
        for outcome in [pool.submit(client, number) for number in range(CLIENTS)]:
            outcome.result(120)


def test_many_clients_write_one_table(server: dict[str, Any], schema: str) -> None:
    with snowflake.connector.connect(**server) as connection:
        connection.cursor().execute(f"create table {schema}.shared (who int, n int)")
        connection.cursor().execute(f"insert into {schema}.shared values (-1, 0)")

    def client(number: int) -> None:
        with snowflake.connector.connect(**server) as connection:
            cursor = connection.cursor()
            for i in range(8):
                cursor.execute(f"insert into {schema}.shared values (%s, %s)", (number, i))
                cursor.execute(f"update {schema}.shared set n = n + 1 where who = -1")

    with ThreadPoolExecutor(8) as pool:
        for outcome in [pool.submit(client, number) for number in range(8)]:
            outcome.result(120)
    with snowflake.connector.connect(**server) as connection:
        cursor = connection.cursor()
        assert cursor.execute(f"select count(*) from {schema}.shared where who >= 0").fetchall() == [(64,)]
        assert cursor.execute(f"select n from {schema}.shared where who = -1").fetchall() == [(64,)]


def test_several_statements_at_once_in_one_session(connect: Callable[..., Any]) -> None:
    connection = connect()
    connection.cursor().execute("create temporary table mine (n int)")
    together = threading.Barrier(6, timeout=20)

    def one(number: int) -> list[Any]:
        cursor = connection.cursor()
        together.wait()
        cursor.execute("insert into mine values (%s)", (number,))
        cursor.execute("select system$wait(0.3)")
        return list(cursor.execute("select count(*) from mine where n = %s", (number,)).fetchall())

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(one, range(6))) == [[(1,)]] * 6
    assert connection.cursor().execute("select count(*), sum(n) from mine").fetchall() == [(6, 15)]


def test_statements_of_one_transaction_take_turns(connect: Callable[..., Any]) -> None:
    connection = connect()
    connection.cursor().execute("create temporary table turns (n int)")
    connection.cursor().execute("begin")
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda n: connection.cursor().execute(f"insert into turns values ({n})"), range(12)))
    assert connection.cursor().execute("select count(*) from turns").fetchall() == [(12,)]
    connection.cursor().execute("rollback")
    assert connection.cursor().execute("select count(*) from turns").fetchall() == [(0,)]
