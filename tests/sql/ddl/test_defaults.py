"""Which DEFAULT a column takes, when a table is created and when a column is added."""

from __future__ import annotations

from typing import Any

import pytest

_MISMATCH = "SQL compilation error:\nDefault value data type does not match data type for column C"
_BINARY = "SQL compilation error: Default values are not allowed on 'BINARY' columns."


@pytest.mark.parametrize(
    ("type_", "default"),
    [
        ("NUMBER(5,1)", "7"), ("NUMBER", "LENGTH('abc')"), ("NUMBER", "'7'::NUMBER"), ("NUMBER(5,1)", "TRUE"),
        ("NUMBER(5,1)", "CURRENT_DATE()"), ("DATE", "7"), ("DATE", "NULL"), ("DATE", "'2026-01-01'::DATE"),
        ("DATE", "CURRENT_DATE()"), ("TIME", "7"), ("TIME(3)", "CURRENT_TIME()::TIME(3)"),
        ("VARCHAR(9)", "'z'"),
        ("VARCHAR(9)", "7::VARCHAR"), ("VARCHAR(9)", "'a' || 'b'"), ("VARCHAR(9)", "FALSE"),
        ("VARCHAR(2)", "'toolong'"), ("BOOLEAN", "'true'"), ("BOOLEAN", "CURRENT_DATE()"), ("VARIANT", "'z'"),
        ("VARIANT", "CURRENT_TIMESTAMP()"), ("OBJECT", "7"), ("ARRAY", "7"), ("TIMESTAMP_NTZ", "SYSDATE()"),
        ("TIMESTAMP_NTZ", "CURRENT_DATE()"), ("TIMESTAMP_LTZ", "CURRENT_TIMESTAMP()"),
        ("TIMESTAMP_NTZ(3)", "CURRENT_TIMESTAMP(3)"), ("TIMESTAMP_NTZ(3)", "SYSDATE()::TIMESTAMP_NTZ(0)"),
        ("TIMESTAMP_NTZ(3)", "CURRENT_TIMESTAMP()::TIMESTAMP_TZ(9)"),
    ],
)  # fmt: skip
def test_defaults_that_fit(place: Any, type_: str, default: str) -> None:
    assert place.value(f"CREATE TABLE t (c {type_} DEFAULT {default})") == "Table T successfully created."


@pytest.mark.parametrize(
    ("type_", "default"),
    [
        ("NUMBER(5,1)", "'abc'"), ("NUMBER(5,1)", "'7'"), ("FLOAT", "'7'"), ("DATE", "'2026-01-01'"),
        ("TIME", "'12:00:00'"), ("TIMESTAMP_NTZ", "'2026-01-01 00:00:00'"), ("VARCHAR(9)", "7"),
        ("BOOLEAN", "1"), ("VARIANT", "7"), ("NUMBER", "UPPER('a')"), ("NUMBER", "7::VARCHAR"),
        ("VARCHAR(9)", "1 + 1"), ("VARCHAR(9)", "'7'::NUMBER"), ("VARCHAR(9)", "CURRENT_DATE()"),
        ("DATE", "CURRENT_TIMESTAMP()"), ("TIME", "CURRENT_TIMESTAMP()"), ("TIME(3)", "CURRENT_TIME()"),
        ("TIMESTAMP_NTZ(3)", "SYSDATE()"), ("TIMESTAMP_LTZ(3)", "CURRENT_TIMESTAMP()"),
        ("TIMESTAMP_NTZ(6)", "CURRENT_TIMESTAMP(3)"), ("TIMESTAMP_NTZ(6)", "'10:00:00'::TIME(3)"),
    ],
)  # fmt: skip
def test_defaults_that_do_not_fit(place: Any, type_: str, default: str) -> None:
    assert place.fails(f"CREATE TABLE t (c {type_} DEFAULT {default})")[2] == _MISMATCH


@pytest.mark.parametrize(
    ("default", "position", "said"),
    [
        (
            "(SELECT 1)",
            26,
            "sub-queries are not supported as part of the specification of a default value clause.",
        ),
        ("1 + nosuch", 29, "invalid identifier 'NOSUCH'"),
    ],
)
def test_defaults_that_read_something(place: Any, default: str, position: int, said: str) -> None:
    message = place.fails(f"CREATE TABLE t (c NUMBER DEFAULT {default})")[2]
    assert message == f"SQL compilation error: error line 1 at position {position + 8}\n{said}"


@pytest.mark.parametrize("default", ["X'AB'", "'abc'", "NULL"])
def test_binary_takes_none(place: Any, default: str) -> None:
    assert place.fails(f"CREATE TABLE t (c BINARY(4) DEFAULT {default})")[2] == _BINARY


class TestAddedColumns:
    @pytest.mark.parametrize(
        ("column", "shown"),
        [
            ("NUMBER DEFAULT 1 + 1", "1 + 1"),
            ("NUMBER DEFAULT LENGTH('abc')", "LENGTH('abc')"),
            ("TIMESTAMP_NTZ DEFAULT CURRENT_TIMESTAMP()", "CURRENT_TIMESTAMP()"),
            ("DATE DEFAULT '2026-01-01'::DATE", "CAST('2026-01-01' AS DATE)"),
        ],
    )
    def test_only_literals_are_taken(self, place: Any, column: str, shown: str) -> None:
        place.run("CREATE TABLE t (id INT)")
        assert place.fails(f"ALTER TABLE t ADD COLUMN c {column}") == (
            "002263",
            "22000",
            f"SQL compilation error:\nInvalid column default expression [{shown}]",
        )

    @pytest.mark.parametrize(
        ("type_", "default", "given"),
        [
            ("DATE", "7", "NUMBER(1,0)"),
            ("BOOLEAN", "1", "NUMBER(1,0)"),
            ("VARCHAR(9)", "7.5", "NUMBER(2,1)"),
            ("NUMBER(5,1)", "'abc'", "VARCHAR(3)"),
            ("NUMBER(5,1)", "TRUE", "BOOLEAN"),
            ("DATE", "'2026-01-01'", "VARCHAR(10)"),
            ("VECTOR(FLOAT, 3)", "TRUE", "BOOLEAN"),
        ],
    )
    def test_only_of_the_own_kind(self, place: Any, type_: str, default: str, given: str) -> None:
        place.run("CREATE TABLE t (id INT)")
        assert place.fails(f"ALTER TABLE t ADD COLUMN c {type_} DEFAULT {default}") == (
            "002023",
            "22000",
            "SQL compilation error:\nExpression type does not match column data type, expecting "
            f"{type_} but got {given} for column C",
        )

    def test_neither_length_nor_precision_is_judged(self, place: Any) -> None:
        place.run(
            "CREATE TABLE t (id INT)",
            "ALTER TABLE t ADD COLUMN e1 VARCHAR(2) DEFAULT 'toolong'",
            "ALTER TABLE t ADD COLUMN e2 NUMBER(5,1) DEFAULT 123456",
            "ALTER TABLE t ADD COLUMN e3 NUMBER(5,1) DEFAULT -7.55",
            "ALTER TABLE t ADD COLUMN e4 FLOAT DEFAULT 7",
            "ALTER TABLE t ADD COLUMN d6 DATE DEFAULT NULL",
        )
        assert len(place.rows("DESCRIBE TABLE t")) == 6

    def test_rows_that_are_there_get_it(self, place: Any) -> None:
        place.run("CREATE TABLE t (id INT)", "INSERT INTO t VALUES (1), (2)")
        place.run("ALTER TABLE t ADD COLUMN c VARCHAR(9) NOT NULL DEFAULT 'new'")
        assert place.rows("SELECT * FROM t ORDER BY id") == [(1, "new"), (2, "new")]

    def test_not_null_needs_one_where_rows_are(self, place: Any) -> None:
        place.run("CREATE TABLE t (id INT)", "INSERT INTO t VALUES (1)")
        assert place.fails("ALTER TABLE t ADD COLUMN b VARCHAR NOT NULL")[2] == (
            "SQL compilation error: Non-nullable column 'B' cannot be added to non-empty table 'T' "
            "unless it has a non-null default value."
        )

    def test_numbering_needs_an_empty_table(self, place: Any) -> None:
        place.run("CREATE TABLE t (id INT)", "ALTER TABLE t ADD COLUMN n INT AUTOINCREMENT START 5")
        place.run("INSERT INTO t (id) VALUES (1)")
        assert place.rows("SELECT * FROM t") == [(1, 5)]
        assert place.fails("ALTER TABLE t ADD COLUMN n2 INT IDENTITY(1, 1)")[2] == (
            "SQL compilation error: Cannot add column 'N2' with non-constant default to non-empty table 'T'."
        )


def test_a_sequence_may_be_a_default_and_only_a_sequence_may_follow_it(place: Any) -> None:
    place.run(
        "CREATE SEQUENCE s START 10",
        "CREATE SEQUENCE s2 START 20",
        "CREATE TABLE t (id INT DEFAULT s.NEXTVAL, x INT)",
    )
    place.run("INSERT INTO t (x) VALUES (1)", "ALTER TABLE t ALTER COLUMN id SET DEFAULT s2.NEXTVAL")
    place.run("INSERT INTO t (x) VALUES (2)")
    assert place.rows("SELECT id, x FROM t ORDER BY x") == [(10, 1), (20, 2)]
    assert place.fails("ALTER TABLE t ALTER COLUMN id SET DEFAULT 5")[2] != ""


def test_a_default_can_be_dropped(place: Any) -> None:
    place.run("CREATE TABLE t (id INT, region VARCHAR(50) DEFAULT 'EU')", "INSERT INTO t(id) VALUES (1)")
    place.run("ALTER TABLE t ALTER COLUMN region DROP DEFAULT", "INSERT INTO t(id) VALUES (2)")
    assert place.rows("SELECT * FROM t ORDER BY id") == [(1, "EU"), (2, None)]
