"""What queries and writes are refused with: code, message and place, as a live account answers."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from snowflake.connector import SnowflakeConnection
from snowflake.connector.errors import DatabaseError, ProgrammingError

Run = Callable[..., list[tuple[Any, ...]]]
PLAIN = "SQL compilation error:\n"


def at(position: int, line: int = 1) -> str:
    """How a message that tells a place begins."""
    return f"SQL compilation error: error line {line} at position {position}\n"


@pytest.fixture(autouse=True)
def tables(connection: SnowflakeConnection) -> None:
    for text in (
        "CREATE OR REPLACE TABLE pets (name VARCHAR(10), age NUMBER(5,0), tame BOOLEAN, extra VARIANT, born DATE)",
        "CREATE OR REPLACE TABLE owners (name VARCHAR(10), age NUMBER(5,0), pet VARCHAR(10))",
        "CREATE OR REPLACE TABLE strict (id NUMBER(2,0), word VARCHAR(3) NOT NULL, day DATE, doc VARIANT)",
        "CREATE OR REPLACE TABLE clocks (at TIMESTAMP_NTZ)",
        "INSERT INTO strict SELECT 1, 'abc', NULL, NULL",
    ):
        connection.cursor().execute(text)


REFUSALS = [
    # conditions are BOOLEAN, and are shown as the plan has them
    ("SELECT 1 FROM pets WHERE age", 2016, PLAIN + "Invalid data type [NUMBER(5,0)] for predicate [PETS.AGE]"),
    ("SELECT 1 FROM pets p WHERE name", 2016, PLAIN + "Invalid data type [VARCHAR(10)] for predicate [P.NAME]"),
    ("SELECT 1 FROM pets JOIN owners o ON o.pet", 2016, PLAIN + "Invalid data type [VARCHAR(10)] for predicate [O.PET]"),
    ("SELECT age FROM pets GROUP BY age HAVING age", 2016,
     PLAIN + "Invalid data type [NUMBER(5,0)] for predicate [PETS.AGE]"),
    ("DELETE FROM pets WHERE extra", 2016, PLAIN + "Invalid data type [VARIANT] for predicate [PETS.EXTRA]"),
    ("SELECT CASE WHEN age + 1 THEN 1 END FROM pets", 1038,
     PLAIN + "Can not convert parameter 'PETS.AGE + 1' of type [NUMBER(6,0)] into expected type [BOOLEAN]"),
    ("SELECT CASE WHEN extra:a.b THEN 1 END FROM pets", 1038,
     PLAIN + "Can not convert parameter 'GET(GET(PETS.EXTRA, 'a'), 'b')' of type [VARIANT] into expected type [BOOLEAN]"),
    ("SELECT 1, IFF(age, 1, NULL) FROM pets", 1044,
     at(10) + "Invalid argument types for function 'IFF': (NUMBER(5,0), NUMBER(1,0), NULL)"),
    # places of calls and names
    ("SELECT UPPER(TO_BINARY('41'))", 1044, at(7) + "Invalid argument types for function 'UPPER': (BINARY(8388608))"),
    ("SELECT age,\n  pets.nope FROM pets", 904, at(2, 2) + "invalid identifier 'PETS.NOPE'"),
    ("SELECT $3 FROM (VALUES (7, 8))", 904, at(7) + "invalid identifier '$3'"),
    ("SELECT LOG(age) FROM pets p", 938, at(7) + "not enough arguments for function [LOG(P.AGE)], expected 2, got 1"),
    ("SELECT no_such_function(1)", 2140, PLAIN + "Unknown function NO_SUCH_FUNCTION."),
    # relations are named as they were written
    ("SELECT 1 FROM nowhere", 2003, PLAIN + "Object 'NOWHERE' does not exist or not authorized."),
    ("INSERT INTO nowhere VALUES (1)", 2003, PLAIN + "Object 'NOWHERE' does not exist or not authorized."),
    # grouping
    ("SELECT SUM(age), name FROM pets GROUP BY tame", 1104,
     at(17) + "'PETS.NAME' in select clause is neither an aggregate nor in the group by clause."),
    ("SELECT * FROM owners GROUP BY name, pet", 1104,
     "SQL compilation error: error line 0 at position -1\n"
     "'OWNERS.AGE' in select clause is neither an aggregate nor in the group by clause."),
    ("SELECT name, COUNT(*) FROM pets", 979, PLAIN + "[PETS.NAME] is not a valid group by expression"),
    ("SELECT COUNT(*) FROM pets GROUP BY tame HAVING age > 1", 979,
     PLAIN + "[PETS.AGE] is not a valid group by expression"),
    ("SELECT COUNT(*) FROM pets GROUP BY SUM(age)", 979, PLAIN + "[SUM(PETS.AGE)] is not a valid group by expression"),
    ("SELECT COUNT(*) FROM pets GROUP BY 9", 979, PLAIN + "[9] is not a valid group by expression"),
    ("SELECT age FROM pets ORDER BY 5", 965, PLAIN + "[5] is not a valid order by expression"),
    # aggregates and window functions out of place
    ("SELECT 1 FROM pets WHERE ABS(SUM(age)) > 0", 2035,
     PLAIN + "Invalid aggregate function in where clause [SUM(PETS.AGE)]"),
    ("SELECT 1 FROM pets WHERE SUM(age) OVER (PARTITION BY (name) ORDER BY born DESC ROWS 1 PRECEDING) = 1", 2303,
     PLAIN + "Window function [SUM(PETS.AGE) OVER (PARTITION BY PETS.NAME ORDER BY PETS.BORN DESC NULLS FIRST)]"
     " appears outside of SELECT, QUALIFY, and ORDER BY clauses."),
    ("SELECT 1 FROM pets GROUP BY name HAVING ROW_NUMBER() OVER (ORDER BY name) = 1", 979,
     PLAIN + "[ROW_NUMBER() OVER (ORDER BY PETS.NAME ASC NULLS LAST)] is not a valid group by expression"),
    # names on both sides of a join
    ("SELECT age FROM pets p JOIN owners o ON p.name = o.pet", 2028, PLAIN + "ambiguous column name 'AGE'"),
    ("SELECT name FROM pets JOIN owners USING (name) JOIN owners third ON TRUE", 2028,
     PLAIN + "ambiguous column name 'NAME'"),
    # types of what is written
    ("UPDATE strict SET id = TRUE", 2023,
     PLAIN + "Expression type does not match column data type, expecting NUMBER(2,0) but got BOOLEAN for column ID"),
    ("INSERT INTO strict (word, doc) SELECT 'a', 'b' WHERE FALSE", 2023,
     PLAIN + "Expression type does not match column data type, expecting VARIANT but got VARCHAR(1) for column DOC"),
    ("INSERT INTO clocks SELECT TO_TIME('12:00:00')", 2016, PLAIN + "incompatible types: [TIME(9)] and [TIMESTAMP_NTZ(9)]"),
    ("CREATE TABLE typed (n NUMBER) AS SELECT 1 = 1", 2016, PLAIN + "incompatible types: [BOOLEAN] and [NUMBER(38,0)]"),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "code", "message"), REFUSALS, ids=[r[0] for r in REFUSALS])
def test_refusals(sql: str, code: int, message: str, connection: SnowflakeConnection) -> None:
    with pytest.raises(ProgrammingError) as error:
        connection.cursor().execute(sql)
    assert (error.value.errno, error.value.raw_msg) == (code, message)


FAILED = "DML operation to table {} failed on column {} with error: {}"
WRITES = [
    ("INSERT INTO strict (word) VALUES (NULL)", 100072,
     ("STRICT", "WORD", "NULL result in a non-nullable column")),
    ("INSERT INTO strict (id) VALUES (1)", 100072, ("STRICT", "WORD", "NULL result in a non-nullable column")),
    ("INSERT INTO {schema}.strict (id, word) SELECT 1, 'abcd'", 100078,
     ("{schema}.STRICT", "WORD", "String 'abcd' is too long and would be truncated")),
    ("INSERT INTO strict (id, word) VALUES ('x', 'a')", 100038,
     ("STRICT", "ID", "Numeric value 'x' is not recognized")),
    ("INSERT INTO strict (word, day) SELECT 'a', TO_DATE('x')", 100040,
     ("STRICT", "DAY", "Date 'x' is not recognized")),
    ("UPDATE strict SET word = NULL", 100072, ("STRICT", "WORD", "NULL result in a non-nullable column")),
    ("UPDATE strict SET id = 1000", 100046,
     ("STRICT", "ID", "Number out of representable range: type FIXED[SB1](2,0){nullable}, value 1000")),
    ("MERGE INTO strict t USING (SELECT 5 AS k) s ON t.id = s.k"
     " WHEN NOT MATCHED THEN INSERT (id, word) VALUES (s.k, 'abcd')", 100078,
     ("STRICT", "WORD", "String 'abcd' is too long and would be truncated")),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "code", "parts"), WRITES, ids=[w[0] for w in WRITES])
@pytest.mark.parametrize("inside", [False, True], ids=["alone", "in a transaction"])
def test_failed_writes_name_table_and_column(
    sql: str, code: int, parts: tuple[str, str, str], inside: bool, connection: SnowflakeConnection
) -> None:
    cursor, schema = connection.cursor(), connection.schema
    if inside:
        cursor.execute("BEGIN")
        cursor.execute("UPDATE strict SET day = '2024-01-01'")
    try:
        with pytest.raises(DatabaseError) as error:
            cursor.execute(sql.format(schema=schema))
        expected = FAILED.format(*parts).format(schema=schema) if "{schema}" in sql else FAILED.format(*parts)
        assert (error.value.errno, error.value.raw_msg) == (code, expected)
        if inside:
            assert cursor.execute("SELECT count(day) FROM strict").fetchall() == [(1,)]
    finally:
        if inside:
            cursor.execute("ROLLBACK")


def test_a_failing_condition_names_no_column(connection: SnowflakeConnection) -> None:
    with pytest.raises(ProgrammingError) as error:
        connection.cursor().execute("DELETE FROM strict WHERE TO_NUMBER(word) = 1")
    assert error.value.raw_msg == "Numeric value 'abc' is not recognized"


def test_nulls_fit_every_column(run: Run) -> None:
    run("INSERT INTO strict SELECT 1, 'a', NULL, d FROM (SELECT NULL AS d UNION ALL SELECT NULL)")
    run("INSERT INTO strict VALUES (NULL, 'b', NULL, NULL)")
    assert run("SELECT count(*), count(doc) FROM strict") == [(4, 0)]
    assert run("SELECT NULL UNION ALL SELECT 1.5") == [(None,), (Decimal("1.5"),)]


def test_using_lets_the_left_side_win(run: Run) -> None:
    left, right = "(SELECT 1 AS k, 'left' AS v) a", "(SELECT 1 AS k, 'right' AS v) b"
    assert run(f"SELECT v FROM {left} JOIN {right} USING (k)") == [("left",)]
    assert run(f"SELECT v FROM {left} NATURAL JOIN (SELECT 1 AS k) c") == [("left",)]


def test_an_empty_text_is_one_character_wide(connection: SnowflakeConnection) -> None:
    described = connection.cursor().describe("SELECT '', 'a' || ''")
    assert [d.internal_size for d in described] == [1, 2]


def test_a_column_in_parentheses_keeps_its_name(connection: SnowflakeConnection) -> None:
    described = connection.cursor().describe("SELECT (a), ((t.a)), (a + 1) FROM (SELECT 1 AS a) t")
    assert [d.name for d in described] == ["A", "A", "(A + 1)"]
