"""Procedures in FROM, as Snowflake's documentation of "selecting from a stored procedure" has them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from snowflake.connector import SnowflakeConnection
from snowflake.snowpark import Session

FIRST = [(1, Decimal("500.00")), (3, Decimal("725.00"))]


@pytest.fixture(autouse=True)
def orders(run: Any) -> None:
    run("CREATE OR REPLACE TABLE orders (order_id INT, u_id VARCHAR, order_amount NUMBER(12,2))")
    run(
        "INSERT INTO orders VALUES (1, 'user_id_001', 500.00), (2, 'user_id_003', 225.00), (3, 'user_id_001', 725.00)"
    )
    run(
        "CREATE OR REPLACE PROCEDURE find_orders(user_id VARCHAR)"
        " RETURNS TABLE (order_id INT, order_amount NUMBER(12,2)) LANGUAGE SQL AS $$"
        " DECLARE res RESULTSET; BEGIN"
        "   res := (SELECT order_id, order_amount FROM orders WHERE u_id = :user_id ORDER BY 1); RETURN TABLE(res);"
        " END $$"
    )


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT * FROM TABLE(find_orders('user_id_001'))", FIRST),
        ("SELECT * FROM TABLE(find_orders(user_id => 'user_id_001')) AS f WHERE f.order_id > 1", FIRST[1:]),
        ("SELECT * FROM TABLE(find_orders((SELECT MIN(u_id) FROM orders)))", FIRST),
        ("WITH f AS (SELECT * FROM TABLE(find_orders('user_id_001'))) SELECT COUNT(*) FROM f", [(2,)]),
        (
            "SELECT o.u_id, f.order_amount FROM TABLE(find_orders('user_id_003')) f JOIN orders o USING (order_id)",
            [("user_id_003", Decimal("225.00"))],
        ),
    ],
)
def test_queries(run: Any, query: str, expected: list[tuple[Any, ...]]) -> None:
    assert run(query) == expected


def test_tables_made_and_filled(run: Any) -> None:
    run("CREATE OR REPLACE TABLE found AS SELECT * FROM TABLE(find_orders('user_id_001'))")
    run("INSERT INTO found SELECT * FROM TABLE(find_orders('user_id_003'))")
    assert run("SELECT * FROM found ORDER BY 1") == [FIRST[0], (2, Decimal("225.00")), FIRST[1]]


def test_describing_and_explaining_do_not_call_it(run: Any, connection: SnowflakeConnection) -> None:
    run("CREATE OR REPLACE TABLE called (x INT)")
    run(
        "CREATE OR REPLACE PROCEDURE noted() RETURNS TABLE (x INT) LANGUAGE SQL EXECUTE AS CALLER AS $$ BEGIN"
        " INSERT INTO called VALUES (1); LET r RESULTSET := (SELECT x FROM called); RETURN TABLE(r); END $$"
    )
    columns = connection.cursor().describe("SELECT * FROM TABLE(noted())")
    assert [c.name for c in columns] == ["X"]
    run("EXPLAIN SELECT * FROM TABLE(noted())")
    assert run("SELECT COUNT(*) FROM called") == [(0,)]


def test_what_snowpark_writes(session: Session) -> None:
    name = session.sproc.register(
        lambda own: own.create_dataframe([[1, "a"]], schema=["i", "t"]),
        return_type=_shape(), input_types=[], packages=["snowflake-snowpark-python"],
    ).name  # fmt: skip
    assert session.table_function(name).collect() == [(1, "a")]


def _shape() -> Any:
    from snowflake.snowpark.types import IntegerType, StringType, StructField, StructType

    return StructType([StructField("i", IntegerType()), StructField("t", StringType())])


@pytest.mark.parametrize(
    ("statement", "code", "text"),
    [
        ("CREATE VIEW seen AS SELECT * FROM TABLE(find_orders('x'))", "000002", "view"),
        ("SELECT * FROM orders o, TABLE(find_orders(o.u_id))", "000904", "O.U_ID"),
        ("SELECT * FROM TABLE(find_orders())", "001044", "FIND_ORDERS"),
        ("SELECT * FROM TABLE(open_end())", "000002", "OPEN_END"),
    ],
)
def test_what_cannot_be(
    run: Any, connection: SnowflakeConnection, statement: str, code: str, text: str
) -> None:
    from snowflake.connector.errors import ProgrammingError

    run(
        "CREATE OR REPLACE PROCEDURE open_end() RETURNS TABLE () LANGUAGE SQL AS"
        " $$ BEGIN LET r RESULTSET := (SELECT 1 AS x); RETURN TABLE(r); END $$"
    )
    with pytest.raises(ProgrammingError) as failure:
        connection.cursor().execute(statement)
    assert f"{failure.value.errno:06d}" == code
    assert text in str(failure.value.raw_msg)
