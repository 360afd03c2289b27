"""GET_DDL."""

from __future__ import annotations

import pytest

from tests.sql.ddl.conftest import Place

_MADE = (
    "CREATE TABLE bob (id INTEGER NOT NULL UNIQUE, stringdata VARCHAR, CONSTRAINT bob_pk PRIMARY KEY (id))",
    "CREATE TABLE raw (record_id NUMBER AUTOINCREMENT NOORDER, payload VARIANT, "
    "loaded_at TIMESTAMP_NTZ DEFAULT CURRENT_TIMESTAMP(), s VARCHAR(10) NOT NULL DEFAULT 'x' COMMENT 'it''s') "
    "CLUSTER BY (record_id) COMMENT = 'a \\\\ table'",
    "CREATE TRANSIENT TABLE \"odd name\" (\"x y\" INT)",
    "CREATE VIEW shown (a COMMENT 'first', b) COMMENT = 'a view' AS SELECT id, stringdata FROM bob",
    "CREATE SECURE VIEW hidden AS SELECT 1 AS one",
    "CREATE SEQUENCE seq START 5 INCREMENT 2",
    "CREATE FUNCTION multiply(a NUMBER, b NUMBER) RETURNS NUMBER COMMENT = 'multiply two numbers' AS 'a * b'",
    "CREATE FUNCTION two() RETURNS TABLE (n NUMBER) AS 'SELECT 2'",
    "CREATE PROCEDURE greet(x VARCHAR) RETURNS VARCHAR LANGUAGE SQL EXECUTE AS CALLER AS "
    "$$ BEGIN RETURN 'it''s\\n' || x; END $$",
    "CREATE FUNCTION py(x INT) RETURNS INT LANGUAGE PYTHON RUNTIME_VERSION = '3.11' HANDLER = 'f' "
    "PACKAGES = ('numpy') AS $$\nf = lambda x: x\n$$",
)  # fmt: skip


@pytest.fixture
def made(place: Place) -> Place:
    """A schema with an object of each kind."""
    place.run(*_MADE)
    return place


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        (
            "TABLE",
            "bob",
            "create or replace TABLE BOB (\n\tID NUMBER(38,0) NOT NULL,\n\tSTRINGDATA VARCHAR(16777216),\n"
            "\tunique (ID),\n\tconstraint BOB_PK primary key (ID)\n);",
        ),
        (
            "TABLE",
            "raw",
            "create or replace TABLE RAW cluster by (record_id)(\n"
            "\tRECORD_ID NUMBER(38,0) autoincrement start 1 increment 1 noorder,\n\tPAYLOAD VARIANT,\n"
            "\tLOADED_AT TIMESTAMP_NTZ(9) DEFAULT CURRENT_TIMESTAMP(),\n"
            "\tS VARCHAR(10) NOT NULL DEFAULT 'x' COMMENT 'it''s'\n)COMMENT='a \\\\ table'\n;",
        ),
        ("VIEW", "hidden", "create or replace secure view HIDDEN(\n\tONE\n) as SELECT 1 AS one;"),
        ("SEQUENCE", "seq", "create or replace sequence SEQ start with 5 increment by 2 noorder;"),
        (
            "FUNCTION",
            "multiply(number, number)",
            'CREATE OR REPLACE FUNCTION "MULTIPLY"("A" NUMBER(38,0), "B" NUMBER(38,0))\nRETURNS NUMBER(38,0)\n'
            "LANGUAGE SQL\nCOMMENT='multiply two numbers'\nAS 'a * b';",
        ),
    ],
)
def test_texts(made: Place, kind: str, name: str, expected: str) -> None:
    assert made.value(f"SELECT GET_DDL('{kind}', '{name}')") == expected


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("table", "bob"), ("table", "raw"), ("table", '"odd name"'), ("view", "shown"), ("view", "hidden"),
        ("sequence", "seq"), ("function", "multiply(number, number)"), ("function", "two()"),
        ("function", "py(int)"), ("procedure", "greet(varchar)"),
    ],
)  # fmt: skip
def test_the_text_makes_the_same_object(made: Place, kind: str, name: str) -> None:
    text = made.value(f"SELECT GET_DDL('{kind}', '{name}')")
    made.run(text)
    assert made.value(f"SELECT GET_DDL('{kind}', '{name}')") == text


def test_a_foreign_key_names_its_table_in_full(made: Place) -> None:
    made.run("CREATE TABLE fred (bob_id INT, CONSTRAINT to_bob FOREIGN KEY (bob_id) REFERENCES bob (id))")
    line = f"\tconstraint TO_BOB foreign key (BOB_ID) references {made.database}.{made.schema}.BOB(ID)\n"
    assert line in made.value("SELECT GET_DDL('TABLE', 'fred')")


def test_a_schema_is_all_that_is_in_it(made: Place) -> None:
    text = made.value(f"SELECT GET_DDL('SCHEMA', '{made.schema}')")
    assert text.startswith(f"create or replace schema {made.schema};\n\ncreate or replace sequence SEQ ")
    for kind, name in (
        ("table", "bob"),
        ("view", "shown"),
        ("function", "py(int)"),
        ("procedure", "greet(varchar)"),
    ):
        assert made.value(f"SELECT GET_DDL('{kind}', '{name}')") in text


def test_full_names(made: Place) -> None:
    full = f"{made.database}.{made.schema}"
    assert made.value("SELECT GET_DDL('SEQUENCE', 'seq', TRUE)").startswith(
        f"create or replace sequence {full}.SEQ "
    )
    text = made.value(f"SELECT GET_DDL('DATABASE', '{made.database}', TRUE)")
    assert text.startswith(f"create or replace database {made.database};\n")
    assert f"create or replace schema {full};\n" in text


def test_what_is_not_there(made: Place) -> None:
    text = f"SQL compilation error:\nTable '{made.database}.{made.schema}.NOSUCH' does not exist or not authorized."
    assert made.fails("SELECT GET_DDL('TABLE', 'nosuch')") == ("002003", "42S02", text)
    assert made.fails("SELECT GET_DDL('TABLE', 'shown')")[0] == "002003"
    assert made.fails("SELECT GET_DDL('PIPE', 'x')")[0] == "000002"
    assert made.fails("SELECT GET_DDL('FUNCTION', 'multiply')")[0] == "001015"
