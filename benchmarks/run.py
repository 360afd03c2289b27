"""The account against raw DuckDB, in one run on one machine: `python benchmarks/run.py [rows]`.

Each line: the median of several runs through the real connector, the same with DuckDB alone, the ratio,
and the aim. The account's times hold everything a client waits for: HTTP, compilation, encoding.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import snowflake.connector

from snowdome.client import local

RUNS = 5


def median(action: Callable[[], object], runs: int = RUNS) -> float:
    """Seconds: the median of ``runs`` after a first one that does not count."""
    action()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


@dataclass(frozen=True)
class Line:
    """One measurement. ``allowed`` seconds are what the aim grants for the raw time."""

    name: str
    account: float
    raw: float
    allowed: float

    def __str__(self) -> str:
        verdict = "ok" if self.account <= self.allowed else "MISSED"
        ratio = f"{self.account / self.raw:6.2f}x" if self.raw else "       "
        times = f"{self.account * 1000:9.1f} ms {self.raw * 1000:9.1f} ms"
        return f"{self.name:<28}{times} {ratio}  aim {self.allowed * 1000:8.1f} ms  {verdict}"


def write_csv(path: Path, rows: int) -> None:
    """``rows`` lines of an id, a channel, a date, a number and a price."""
    duckdb.sql(
        f"""COPY (SELECT i AS id, ['search', 'social', 'video', 'email'][1 + i % 4] AS channel,
        DATE '2012-01-01' + CAST(i % 3650 AS INTEGER) AS day, i % 1000 AS clicks,
        CAST((i % 10007) / 100.0 AS DECIMAL(10, 2)) AS price FROM range({rows}) AS r(i))
        TO '{path}' (HEADER, DELIMITER ',')"""
    )


GROUP_BY = "SELECT channel, year(day) AS y, sum(clicks) AS s, avg(price) AS p FROM spend GROUP BY channel, y"
PIVOT = (
    "SELECT * FROM (SELECT month(day) AS m, channel, clicks FROM spend) "
    "PIVOT(sum(clicks) FOR channel IN ('search', 'social', 'video', 'email'))"
)
RAW_PIVOT = (
    "SELECT month(day) AS m, sum(clicks) FILTER (WHERE channel = 'search'), "
    "sum(clicks) FILTER (WHERE channel = 'social'), sum(clicks) FILTER (WHERE channel = 'video'), "
    "sum(clicks) FILTER (WHERE channel = 'email') FROM spend GROUP BY m"
)
COLUMNS = "id INTEGER, channel VARCHAR, day DATE, clicks INTEGER, price DECIMAL(10, 2)"


def lines(folder: Path, rows: int, cursor: snowflake.connector.cursor.SnowflakeCursor) -> list[Line]:
    """All measurements."""
    csv = folder / "spend.csv"
    write_csv(csv, rows)
    raw = duckdb.connect(str(folder / "raw.duckdb"))
    setup = (
        "CREATE DATABASE bench", "CREATE STAGE files", f"PUT file://{csv} @files AUTO_COMPRESS = FALSE",
        "CREATE TABLE spend (id INTEGER, channel VARCHAR, day DATE, clicks INTEGER, price NUMBER(10, 2))",
    )  # fmt: skip
    for statement in setup:
        cursor.execute(statement)

    def copy() -> None:
        cursor.execute("TRUNCATE TABLE spend")
        cursor.execute("COPY INTO spend FROM @files FILE_FORMAT = (TYPE = CSV SKIP_HEADER = 1) FORCE = TRUE")

    def raw_copy() -> None:
        raw.execute(f"CREATE OR REPLACE TABLE spend ({COLUMNS})")
        raw.execute(f"INSERT INTO spend SELECT * FROM read_csv('{csv}', header = true)")

    found = [compare("COPY INTO of CSV", copy, raw_copy, 2.0)]
    one = median(lambda: cursor.execute("SELECT 1").fetchall(), 200)
    found.insert(0, Line("select 1", one, median(lambda: raw.execute("SELECT 1").fetchall(), 200), 0.004))
    queries = (("group by", GROUP_BY, GROUP_BY, 1.5, 0.015), ("pivot", PIVOT, RAW_PIVOT, 1.5, 0.015))
    for name, mine, theirs, factor, extra in queries:
        found.append(
            compare(
                name, lambda q=mine: cursor.execute(q).fetchall(), lambda q=theirs: raw.execute(q).fetchall(),
                factor, extra,
            )
        )  # fmt: skip
    everything = "SELECT * FROM spend"
    found.append(
        compare(
            "to_pandas", lambda: cursor.execute(everything).fetch_pandas_all(),
            lambda: raw.execute(everything).fetch_df(), 2.0,
        )
    )  # fmt: skip
    return found


def compare(
    name: str, account: Callable[[], object], raw: Callable[[], object], factor: float, extra: float = 0.0
) -> Line:
    """Measure both; the aim is ``factor`` times raw DuckDB plus ``extra`` seconds."""
    theirs = median(raw)
    return Line(name, median(account), theirs, factor * theirs + extra)


def resident(pid: int) -> int:
    """Bytes of memory that a process holds (Linux)."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096


def main() -> int:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        account = local.account(Path(folder) / "state")
        start = time.perf_counter()
        info = account.start()
        print(f"{'cold start':<28}{(time.perf_counter() - start) * 1000:9.1f} ms   aim 2000 ms")
        print(f"{'memory when idle':<28}{resident(info.pid) / 2**20:9.1f} MB   aim  250 MB")
        try:
            with snowflake.connector.connect(**account.parameters()) as connection:
                found = lines(Path(folder), rows, connection.cursor())
        finally:
            account.stop()
    print(f"{rows} rows".ljust(28) + "     account       DuckDB")
    for line in found:
        print(line)
    return int(any(line.account > line.allowed for line in found))


if __name__ == "__main__":
    sys.exit(main())
