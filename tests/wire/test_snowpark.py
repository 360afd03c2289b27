"""What Snowpark asks of the wire beyond statements."""

from __future__ import annotations

import time

import pandas as pd
import pytest
from snowflake.snowpark import Row, Session
from snowflake.snowpark.exceptions import SnowparkSQLException


def test_jobs(session: Session) -> None:
    frame = session.sql("select 1 as a union all select 2")
    job = frame.sort("A").collect_nowait()
    assert job.result() == [Row(A=1), Row(A=2)]
    assert job.is_done()
    assert session.create_async_job(job.query_id).result() == [Row(A=1), Row(A=2)]
    assert frame.to_pandas(block=False).result()["A"].tolist() == [1, 2]
    assert frame.count(block=False).result() == 2


def test_jobs_can_be_cancelled(session: Session) -> None:
    job = session.sql("select system$wait(60)").collect_nowait()
    assert not job.is_done()
    job.cancel()
    with pytest.raises(Exception, match="SQL execution canceled|FAILED_WITH_ERROR"):
        job.result()
    other = session.sql("select system$wait(60)").collect_nowait()
    session.cancel_all()
    end = time.monotonic() + 5
    while not other.is_done() and time.monotonic() < end:
        time.sleep(0.05)
    assert other.is_done()


def test_iterators(session: Session) -> None:
    frame = session.range(10_000)
    assert sum(row[0] for row in frame.to_local_iterator()) == 49_995_000
    assert sum(len(part) for part in frame.to_pandas_batches()) == 10_000


def test_results_of_commands_are_relations(session: Session) -> None:
    session.sql("create table shown (a int)").collect()
    names = session.sql("show tables").filter("\"name\" = 'SHOWN'").select('"name"').collect()
    assert names == [Row(name="SHOWN")]
    assert "SHOWN" in session.sql("show tables").to_pandas()["name"].tolist()


def test_context_is_kept(session: Session) -> None:
    assert session.get_current_role() == '"ACCOUNTADMIN"'
    assert session.get_current_warehouse() == '"COMPUTE_WH"'
    session.sql("create database if not exists elsewhere").collect()
    session.use_database("elsewhere")
    assert session.get_current_database() == '"ELSEWHERE"'
    assert session.get_current_schema() == '"PUBLIC"'
    session.query_tag = "a lesson"
    assert session.query_tag == "a lesson"


def test_errors_keep_their_code(session: Session) -> None:
    with pytest.raises(SnowparkSQLException) as caught:
        session.sql("select nothing").collect()
    assert caught.value.sql_error_code == 904
    assert "invalid identifier 'NOTHING'" in caught.value.message


@pytest.mark.filterwarnings("ignore:is_datetime64tz_dtype:DeprecationWarning")  # the connector's
def test_many_rows_both_ways(session: Session) -> None:
    rows = [(i, f"row {i}", i / 4) for i in range(100_000)]
    frame = session.create_dataframe(rows, schema=["a", "b", "c"])
    assert frame.count() == 100_000
    assert frame.sort("A").first() == Row(A=0, B="row 0", C=0.0)
    written = session.write_pandas(
        pd.DataFrame({"N": range(1_000_000), "S": "x"}), "MANY", auto_create_table=True
    )
    assert written.count() == 1_000_000
