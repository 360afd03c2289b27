"""Python functions and procedures: `python benchmarks/python_functions.py [rows]`.

Rows per second of a scalar and of a vectorized function over one NUMBER column, and seconds of the first
call of a new function or procedure and of a warm procedure, through the real connector. The times hold
everything a client waits for.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import snowflake.connector
from run import median
from snowflake.connector.cursor import SnowflakeCursor

from snowdome.client import local

HEAD = "LANGUAGE PYTHON RUNTIME_VERSION = 3.11 HANDLER = 'run' PACKAGES = ('pandas')"
SCALAR = f"CREATE FUNCTION one_more(x NUMBER) RETURNS NUMBER {HEAD} AS 'def run(x):\n    return x + 1'"
VECTORIZED = f"""CREATE FUNCTION many_more(x NUMBER) RETURNS NUMBER {HEAD} AS $$
import pandas
from _snowflake import vectorized

@vectorized(input=pandas.DataFrame)
def run(frame):
    return frame[0] + 1
$$"""
FIRST = f"""CREATE OR REPLACE FUNCTION first_{{number}}(x NUMBER) RETURNS NUMBER {HEAD} AS $$
import pandas

def run(x):
    return int(pandas.Series([x, {{number}}]).sum())
$$"""
PROCEDURE = """CREATE OR REPLACE PROCEDURE {name}() RETURNS NUMBER LANGUAGE PYTHON RUNTIME_VERSION = 3.11
PACKAGES = ('snowflake-snowpark-python') HANDLER = 'run' AS $$
def run(session):
    return {result}
$$"""


@dataclass(frozen=True)
class Line:
    """One measurement: a rate to reach, or seconds not to pass."""

    name: str
    value: float
    aim: float
    unit: str

    @property
    def missed(self) -> bool:
        return self.value > self.aim if self.unit == "s" else self.value < self.aim

    def __str__(self) -> str:
        digits = 3 if self.unit == "s" else 0
        shown = f"{self.value:14,.{digits}f} {self.unit:<7} aim {self.aim:12,.{digits}f}"
        return f"{self.name:<38}{shown}  {'MISSED' if self.missed else 'ok'}"


def seconds(action: Callable[[], object]) -> float:
    """Seconds that ``action`` takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def lines(cursor: SnowflakeCursor, rows: int) -> list[Line]:
    """All measurements; the first call of all comes first, when nothing is warm."""

    def create_and_call(number: int) -> None:
        cursor.execute(FIRST.format(number=number))
        cursor.execute(f"SELECT first_{number}(1)").fetchall()

    cursor.execute("CREATE DATABASE bench")
    found = [
        Line("first call of all, with pandas", seconds(lambda: create_and_call(0)), 1.5, "s"),
        Line("first call of a new function", median(lambda: create_and_call(1)), 1.5, "s"),
    ]
    found += procedures(cursor)
    for statement in (f"CREATE TABLE numbers AS SELECT SEQ8() AS x FROM TABLE(GENERATOR(ROWCOUNT => {rows}))",
                      SCALAR, VECTORIZED):  # fmt: skip
        cursor.execute(statement)
    for name, function, aim in (("scalar", "one_more", 300_000), ("vectorized", "many_more", 3_000_000)):
        query = f"SELECT SUM({function}(x)) FROM numbers"
        found.append(Line(name, rows / median(lambda q=query: cursor.execute(q).fetchall()), aim, "rows/s"))
    return found


def procedures(cursor: SnowflakeCursor) -> list[Line]:
    """Procedures; the first call of all comes first."""
    asking = "session.sql('SELECT {number}').collect()[0][0]"

    def create_and_call(number: int) -> None:
        name = f"procedure_{number}"
        cursor.execute(PROCEDURE.format(name=name, result=asking.format(number=number)))
        cursor.execute(f"CALL {name}()").fetchall()

    first = Line("first procedure call of all", seconds(lambda: create_and_call(0)), 2.0, "s")
    again = Line("first call of a new procedure", median(lambda: create_and_call(1)), 2.0, "s")
    cursor.execute(PROCEDURE.format(name="constant", result=1))
    warm = Line(
        "warm procedure call", median(lambda: cursor.execute("CALL constant()").fetchall()), 0.04, "s"
    )
    using = median(lambda: cursor.execute("CALL procedure_1()").fetchall())
    return [first, again, warm, Line("warm procedure call that sends a query", using, 0.1, "s")]


def main() -> int:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        account = local.account(Path(folder) / "state")
        account.start()
        try:
            with snowflake.connector.connect(**account.parameters()) as connection:
                found = lines(connection.cursor(), rows)
        finally:
            account.stop()
    for line in found:
        print(line)
    return int(any(line.missed for line in found))


if __name__ == "__main__":
    sys.exit(main())
