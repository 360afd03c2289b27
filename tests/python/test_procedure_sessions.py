"""The session that a procedure works in: Snowpark's own, in its caller's."""

from __future__ import annotations

from typing import Any

import pytest
from snowflake.snowpark import Session
from snowflake.snowpark.functions import sproc
from snowflake.snowpark.types import IntegerType, StringType, StructField, StructType

PACKAGES = ["snowflake-snowpark-python", "pandas"]


def test_everyday_work(session: Session, tmp_path: Any) -> None:
    folder = str(tmp_path)

    def work(session: Session, folder: str) -> dict:  # type: ignore[type-arg]
        import io

        import pandas
        from snowflake.snowpark.context import get_active_session
        from snowflake.snowpark.functions import col, udf
        from snowflake.snowpark.types import LongType

        found: dict[str, Any] = {"active": get_active_session() is session}
        session.create_dataframe([(1, 2), (3, 4)], schema=["a", "b"]).write.save_as_table(
            "work", mode="overwrite"
        )
        found["rows"] = len(session.table("work").to_pandas())
        session.write_pandas(
            pandas.DataFrame({"X": [1, 2, 3]}), "WORK2", auto_create_table=True, overwrite=True
        )
        found["written"] = session.table("WORK2").count()
        session.sql("CREATE OR REPLACE STAGE work_files").collect()
        session.file.put_stream(io.BytesIO(b"abc"), "@work_files/f.txt", auto_compress=False)
        found["stream"] = session.file.get_stream("@work_files/f.txt").read().decode()
        session.file.get("@work_files/f.txt", folder)
        with open(f"{folder}/f.txt") as file:
            found["file"] = file.read()
        double = udf(lambda x: x * 2, return_type=LongType(), input_types=[LongType()], session=session)
        found["udf"] = [row[0] for row in session.table("work").sort("a").select(double(col("a"))).collect()]
        session.close()
        found["after"] = session.sql("SELECT 1").collect()[0][0]
        return found

    made = session.sproc.register(work, name="work_everyday", packages=PACKAGES, replace=True)
    import json

    assert json.loads(made(folder)) == {
        "active": True, "rows": 2, "written": 3, "stream": "abc", "file": "abc", "udf": [2, 6], "after": 1,
    }  # fmt: skip
    assert session.sql("SELECT 1").collect()[0][0] == 1


def test_ways_to_call(session: Session) -> None:
    def add(session: Session, x: int, y: int) -> int:
        return session.sql(f"SELECT {x} + {y}").collect()[0][0]  # type: ignore[no-any-return]

    named = session.sproc.register(add, name="add_two", packages=PACKAGES, replace=True)
    assert named(1, 2) == 3
    assert session.call("add_two", 3, 4) == 7
    assert session.call_nowait("add_two", 5, 6).result() == 11
    unnamed = session.sproc.register(add, packages=PACKAGES)
    assert unnamed(1, 1) == 2
    anonymous = session.sproc.register(add, packages=PACKAGES, anonymous=True)
    assert anonymous(2, 2) == 4

    @sproc(packages=PACKAGES, session=session)
    def decorated(session: Session, x: int) -> int:
        return x + 1

    assert decorated(1) == 2


def test_tables(session: Session) -> None:
    shape = StructType([StructField("N", IntegerType()), StructField("S", StringType())])

    def listed(session, n):  # type: ignore[no-untyped-def]
        return session.create_dataframe([(i, str(i)) for i in range(n)], schema=["n", "s"])

    made = session.sproc.register(
        listed, name="listed", return_type=shape, input_types=[IntegerType()], packages=PACKAGES, replace=True
    )
    frame = made(2)
    assert frame.sort("n").collect() == [(0, "0"), (1, "1")]
    assert session.call("listed", 3).filter("n > 0").count() == 2


def test_from_a_file(session: Session, tmp_path: Any) -> None:
    file = tmp_path / "plus.py"
    file.write_text(
        "import helper\nfrom snowflake.snowpark import Session\n\ndef plus(session: Session, x: int) -> int:\n    return x + helper.STEP\n"
    )
    (tmp_path / "helper.py").write_text("STEP = 10\n")
    session.add_import(str(tmp_path / "helper.py"))
    try:
        made = session.sproc.register_from_file(
            str(file), "plus", name="plus_file", return_type=IntegerType(), input_types=[IntegerType()],
            packages=PACKAGES, replace=True,
        )  # fmt: skip
        assert made(5) == 15
    finally:
        session.clear_imports()


def test_shared_with_the_caller(session: Session) -> None:
    def fill(session: Session) -> int:
        session.sql("INSERT INTO scratch SELECT 2").collect()
        session.sql("CREATE TEMPORARY TABLE scratch2 AS SELECT * FROM scratch").collect()
        return int(session.table("scratch").count())

    fill_it = session.sproc.register(fill, name="fill", packages=PACKAGES, replace=True, execute_as="caller")
    session.sql("CREATE TEMPORARY TABLE scratch (x INT)").collect()
    session.sql("INSERT INTO scratch VALUES (1)").collect()
    assert fill_it() == 2
    assert session.table("scratch2").count() == 2


def test_inside_the_callers_transaction(session: Session) -> None:
    def insert(session: Session) -> int:
        session.sql("INSERT INTO held VALUES (1)").collect()
        return int(session.table("held").count())

    insert_one = session.sproc.register(insert, name="insert_one", packages=PACKAGES, replace=True)
    session.sql("CREATE OR REPLACE TABLE held (x INT)").collect()
    session.sql("BEGIN").collect()
    assert session.call("insert_one") == 1 == session.table("held").count()
    session.sql("ROLLBACK").collect()
    assert session.table("held").count() == 0
    assert insert_one() == 1


def test_a_procedure_that_calls_itself(session: Session, run: Any) -> None:
    def factorial(session: Session, n: int) -> int:
        return 1 if n < 2 else n * session.call("factorial", n - 1)

    made = session.sproc.register(factorial, name="factorial", packages=PACKAGES, replace=True)
    assert made(5) == 120
    with pytest.raises(Exception, match="maximum call depth"):
        made(6)
    assert made(3) == 6


def test_its_statements_are_in_the_history(session: Session) -> None:
    def mark(session: Session) -> str:
        return str(session.sql("SELECT 'a mark of its own'").collect()[0][0])

    assert session.sproc.register(mark, name="mark", packages=PACKAGES, replace=True)() == "a mark of its own"
    history = session.sql(
        "SELECT query_text FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY_BY_SESSION())"
        " WHERE query_text = 'SELECT ''a mark of its own'''"
    )
    assert history.count() == 1
