"""Loading is nearly as fast as the engine itself."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from snowdome.account.account import Account
from snowdome.account.logins import Credentials

ROWS = 1_000_000


def _processor_seconds(work: Callable[[], object]) -> float:
    """Of all threads: another process that keeps the machine busy does not change it much."""
    before = time.process_time()
    work()
    return time.process_time() - before


@pytest.mark.slow
def test_copy_of_csv_takes_less_than_twice_the_engines_time(tmp_path: Path) -> None:
    source = tmp_path / "x.csv"
    engine = duckdb.connect(tmp_path / "raw.db")
    engine.execute(
        f"COPY (SELECT range AS id, 'name ' || range AS name, range / 100 AS price, DATE '2020-01-01' + "
        f"(range % 1000)::INT AS d, TIMESTAMP '2020-01-01' + range * INTERVAL 1 SECOND AS ts, range % 2 = 0 AS b "
        f"FROM range({ROWS})) TO '{source}' (HEADER false)"
    )
    (tmp_path / "state").mkdir()
    account = Account(tmp_path / "state", "password")
    session = account.login(Credentials("me", "password")).session
    account.run(session, "CREATE DATABASE speed")

    def raw() -> None:
        engine.execute(
            "CREATE OR REPLACE TABLE t (id BIGINT, name VARCHAR, price DECIMAL(12,2), d DATE, ts TIMESTAMP, b BOOLEAN)"
        )
        engine.execute(f"INSERT INTO t SELECT * FROM read_csv('{source}', header = false)")

    def copy() -> None:
        account.run(
            session,
            "CREATE OR REPLACE TABLE t (id INT, name VARCHAR, price NUMBER(12,2), d DATE, ts TIMESTAMP_NTZ, b BOOLEAN)",
        )
        account.run(session, "COPY INTO t FROM @st")

    try:
        account.run(session, "CREATE STAGE st")
        place = account.run(session, f"PUT file://{source} @st AUTO_COMPRESS = FALSE").transfer
        assert place is not None
        os.link(source, Path(str(place["stageInfo"]["location"])) / "x.csv")
        copying = min(_processor_seconds(copy) for _ in range(3))
        assert copying < 2 * min(_processor_seconds(raw) for _ in range(3))
    finally:
        account.close()
        engine.close()
