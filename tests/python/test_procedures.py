"""CREATE PROCEDURE and CALL, and what lists procedures."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from snowflake.connector import SnowflakeConnection

HEAD = "LANGUAGE PYTHON RUNTIME_VERSION = '3.11' PACKAGES = ('snowflake-snowpark-python')"
NUMBERS = itertools.count()
ECHO = "def run(session, *values): return repr(values)"


@pytest.mark.parametrize(
    ("declared", "call", "expected"),
    [
        ("a INT", "3 :: INT", "(3,)"),
        ("a INT", "1 + 2", "(3,)"),
        ("a INT, b VARCHAR DEFAULT 'z'", "1", "(1, 'z')"),
        ("a INT, b VARCHAR DEFAULT 'z'", "b => 'k', a => 2", "(2, 'k')"),
        ("a INT", "NULL", "(None,)"),
        ("a INT", "(SELECT MAX(x) FROM VALUES (4), (7) AS v(x))", "(7,)"),
        ("a NUMBER(5,2)", "1.25", "(Decimal('1.25'),)"),
        ("a FLOAT, b BOOLEAN", "1.5, TRUE", "(1.5, True)"),
        ("a DATE", "'2024-02-29'", "(datetime.date(2024, 2, 29),)"),
        ("a BINARY", "TO_BINARY('ff')", "(b'\\xff',)"),
        ("a VARIANT, b ARRAY, c OBJECT", "PARSE_JSON('{\"k\": [1, null]}'), [1, 2], {'k': 'v'}",
         "({'k': [1, None]}, [1, 2], {'k': 'v'})"),
    ],
)  # fmt: skip
def test_arguments(run: Any, procedure: Any, declared: str, call: str, expected: str) -> None:
    name = f"echo_{next(NUMBERS)}"
    procedure(f"{name}({declared})", "VARCHAR", ECHO)
    assert run(f"CALL {name}({call})") == [(expected,)]


def test_bound_and_session_values(run: Any, procedure: Any, connect: Any) -> None:
    procedure("echo2(a INT, b VARCHAR)", "VARCHAR", ECHO)
    cursor = connect(paramstyle="qmark").cursor()
    cursor.execute("SET wanted = 5")
    assert cursor.execute("CALL echo2($wanted + ?, ?)", (1, "x")).fetchall() == [("(6, 'x')",)]


@pytest.mark.parametrize(
    ("returns", "body", "expected"),
    [
        ("INT", "return 5", 5),
        ("VARCHAR", "return 5", "5"),
        ("FLOAT", "return 2", 2.0),
        ("VARIANT", "return {'a': [1, None]}", '{\n  "a": [\n    1,\n    null\n  ]\n}'),
        ("VARCHAR", "return None", None),
        ("BOOLEAN", "return True", True),
    ],
)
def test_results(run: Any, procedure: Any, returns: str, body: str, expected: Any) -> None:
    procedure("gives()", returns, f"def run(session): {body}")
    assert run("CALL gives()") == [(expected,)]
    assert run("SELECT * FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))") == [(expected,)]


def test_the_column_is_called_after_the_procedure(procedure: Any, connection: SnowflakeConnection) -> None:
    procedure("named()", "INT", "def run(session): return 1")
    cursor = connection.cursor()
    cursor.execute("call Named()")
    assert [c.name for c in cursor.description] == ["NAMED"]


def test_describing_a_call_does_not_run_it(run: Any, procedure: Any, connection: SnowflakeConnection) -> None:
    procedure("makes()", "INT", "def run(session):\n    session.sql('CREATE TABLE made (x INT)').collect()")
    columns = connection.cursor().describe("CALL makes()")
    assert [c.name for c in columns] == ["MAKES"]
    assert run("SHOW TABLES LIKE 'MADE'") == []


def test_tables(run: Any, procedure: Any, connection: SnowflakeConnection) -> None:
    body = "def run(session, n): return session.sql(f'SELECT seq4()::INT AS x FROM TABLE(GENERATOR(ROWCOUNT => {n}))')"
    procedure("rows_of(n INT)", "TABLE(y INT)", body)
    cursor = connection.cursor()
    assert cursor.execute("CALL rows_of(2)").fetchall() == [(0,), (1,)]
    assert [c.name for c in cursor.description] == ["Y"]
    assert cursor.execute("SELECT SUM(y) FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))").fetchall() == [(1,)]
    assert cursor.execute("SELECT SUM(y) FROM TABLE(rows_of(3))").fetchall() == [(3,)]
    procedure(
        "any_rows()", "TABLE()", "def run(session): return session.create_dataframe([[1, 'a']], ['p', 'q'])"
    )
    assert cursor.execute("CALL any_rows()").fetchall() == [(1, "a")]
    assert [c.name for c in cursor.description] == ["P", "Q"]


def test_a_table_of_another_shape(procedure: Any, fails: Any) -> None:
    procedure("shape()", "TABLE(x INT)", "def run(session): return session.sql(\"SELECT 'a' AS x\")")
    text = "Stored procedure execution error: data type of returned table does not match expected returned table type"
    assert fails("CALL shape()")[2] == text
    procedure("shape()", "TABLE(x INT)", "def run(session): return 5")
    assert "not a Snowpark DataFrame" in fails("CALL shape()")[2]


def test_overloads(run: Any, procedure: Any, fails: Any) -> None:
    procedure("kind_of(x INT)", "VARCHAR", "def run(session, x): return 'int'")
    procedure("kind_of(x VARCHAR)", "VARCHAR", "def run(session, x): return 'text'")
    assert run("CALL kind_of(1)") == [("int",)]
    assert run("CALL kind_of('1')") == [("text",)]
    run("DROP PROCEDURE kind_of(INT)")
    assert run("CALL kind_of(1)") == [("text",)]
    assert fails("DROP PROCEDURE kind_of(INT)")[:2] == ("002003", "02000")


def test_what_cannot_be_called(procedure: Any, fails: Any) -> None:
    assert fails("CALL nowhere(1)") == (
        "002140",
        "42601",
        "SQL compilation error:\nUnknown function NOWHERE.",
    )
    procedure("one(x INT)", "INT", "def run(session, x): return x")
    text = "SQL compilation error:\nInvalid argument types for function 'ONE': (NUMBER(1,0), NUMBER(1,0))"
    assert fails("CALL one(1, 2)")[2] == text
    assert fails("CALL one(y => 1)")[0] == "001044"


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("CREATE PROCEDURE bad() RETURNS INT LANGUAGE JAVA HANDLER = 'x' AS 'x'", "000002"),
        ("CREATE PROCEDURE bad() RETURNS INT LANGUAGE JAVASCRIPT AS 'return 1'", "000002"),
        (f"CREATE PROCEDURE bad(x INT, x INT) RETURNS INT {HEAD} HANDLER = 'run' AS 'x'", "002025"),
        (f"CREATE PROCEDURE bad() RETURNS INT {HEAD} AS 'x'", "391516"),
        ("CREATE PROCEDURE bad() RETURNS INT LANGUAGE PYTHON RUNTIME_VERSION = '3.11' HANDLER = 'r' AS 'x'", "391543"),
        (f"CREATE PROCEDURE bad() RETURNS INT {HEAD} HANDLER = 'run' MAX_BATCH_ROWS = 5 AS 'x'", "001420"),
        (f"CREATE PROCEDURE bad() {HEAD} HANDLER = 'run' AS 'x'", "001003"),
        (f"CREATE PROCEDURE bad() RETURNS INT {HEAD} HANDLER = 'run' EXECUTE AS NOBODY AS 'x'", "001003"),
        (f"CREATE OR REPLACE PROCEDURE IF NOT EXISTS bad() RETURNS INT {HEAD} HANDLER = 'r' AS 'x'", "002014"),
        ("CREATE PROCEDURE bad() RETURNS INT LANGUAGE PYTHON RUNTIME_VERSION = '3.11' HANDLER = 'r'"
         " PACKAGES = ('snowflake-snowpark-python', 'no-such-package') AS 'x'", "391531"),
        (f"CREATE PROCEDURE bad(x INT DEFAULT 1, y INT) RETURNS INT {HEAD} HANDLER = 'run' AS 'x'", "001003"),
        ("CALL IDENTIFIER($nothing)()", "002211"),
    ],
)  # fmt: skip
def test_refused(fails: Any, statement: str, code: str) -> None:
    assert fails(statement)[0] == code


def test_clauses_in_any_order(run: Any) -> None:
    run(
        "CREATE PROCEDURE shuffled(x INT) COPY GRANTS EXECUTE AS CALLER HANDLER = 'run' STRICT"
        " PACKAGES = ('snowflake-snowpark-python') COMMENT = 'hey' RUNTIME_VERSION = 3.11"
        " LANGUAGE PYTHON RETURNS INT NOT NULL AS 'def run(session, x): return x'"
    )
    assert run("CALL shuffled(4)") == [(4,)]
    found = dict(run("DESCRIBE PROCEDURE shuffled(INT)"))
    assert found["signature"] == "(X NUMBER)"
    assert found["returns"] == "NUMBER(38,0) NOT NULL"
    assert found["execute as"] == "CALLER"
    assert found["null handling"] == "RETURNS NULL ON NULL INPUT"
    assert found["handler"] == "run"
    assert run("CREATE PROCEDURE IF NOT EXISTS shuffled(x INT) RETURNS INT AS 'BEGIN RETURN 1; END'") == [
        ("SHUFFLED already exists, statement succeeded.",)
    ]


def test_listings_and_changes(run: Any, procedure: Any, fails: Any, schema: str) -> None:
    procedure("listed(x INT, y VARCHAR DEFAULT 'a')", "VARCHAR", ECHO, "COMMENT = 'first'")
    names = "name, schema_name, arguments, description, min_num_arguments, is_builtin"
    show = (
        f'SELECT "{names.replace(", ", chr(34) + ", " + chr(34))}" FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))'
    )
    run("SHOW PROCEDURES LIKE 'LISTED'")
    place = schema.split(".")[1]
    assert run(show) == [("LISTED", place, "LISTED(NUMBER, DEFAULT VARCHAR) RETURN VARCHAR", "first", 1, "N")]
    run("COMMENT ON PROCEDURE listed(INT, VARCHAR) IS 'second'")
    query = "SELECT argument_signature, procedure_language, comment FROM INFORMATION_SCHEMA.PROCEDURES"
    assert run(f"{query} WHERE procedure_name = 'LISTED'") == [("(X NUMBER, Y VARCHAR)", "PYTHON", "second")]
    run("GRANT USAGE ON PROCEDURE listed(INT, VARCHAR) TO ROLE PUBLIC")
    grants = run("SHOW GRANTS ON PROCEDURE listed(INT, VARCHAR)")
    assert [(g[1], g[2], g[5]) for g in grants][1:] == [("USAGE", "PROCEDURE", "PUBLIC")]
    run("ALTER PROCEDURE listed(INT, VARCHAR) RENAME TO renamed")
    assert fails("CALL listed(1)")[0] == "002140"
    assert run("CALL renamed(1)") == [("(1, 'a')",)]
    run("ALTER PROCEDURE renamed(INT, VARCHAR) UNSET COMMENT")
    run("ALTER PROCEDURE renamed(INT, VARCHAR) EXECUTE AS CALLER")
    assert dict(run("DESCRIBE PROCEDURE renamed(INT, VARCHAR)"))["execute as"] == "CALLER"
    run("DROP PROCEDURE renamed(INT, VARCHAR)")
    assert run("SHOW PROCEDURES LIKE 'RENAMED'") == []


def test_temporary_ones_end_with_the_session(connect: Any) -> None:
    body = f"RETURNS INT {HEAD} HANDLER = 'run' AS 'def run(session): return 1'"
    one, other = connect().cursor(), connect().cursor()
    one.execute(f"CREATE TEMPORARY PROCEDURE brief() {body}")
    assert one.execute("CALL brief()").fetchall() == [(1,)]
    with pytest.raises(Exception, match="Unknown function BRIEF"):
        other.execute("CALL brief()")


def test_for_one_call_only(run: Any, fails: Any) -> None:
    body = f"AS PROCEDURE (x INT) RETURNS INT {HEAD} HANDLER = 'run' AS $$\ndef run(session, x):\n    return x * 2\n$$"
    assert run(f"WITH twice {body}\nCALL twice(21 :: INT)") == [(42,)]
    assert fails("CALL twice(1)")[0] == "002140"
    assert fails(f"WITH twice {body} CALL thrice(1)")[0] == "002140"


def test_staged_code(run: Any, tmp_path: Any) -> None:
    (tmp_path / "staged_handler.py").write_text("def run(session, x):\n    return x + 1\n")
    run("CREATE STAGE code")
    run(f"PUT file://{tmp_path}/staged_handler.py @code AUTO_COMPRESS = FALSE")
    run(
        f"CREATE PROCEDURE staged(x INT) RETURNS INT {HEAD} IMPORTS = ('@code/staged_handler.py')"
        " HANDLER = 'staged_handler.run'"
    )
    assert run("CALL staged(1)") == [(2,)]


def test_a_system_function(run: Any) -> None:
    assert run("CALL SYSTEM$TYPEOF('a')") == [("VARCHAR(1)[LOB]",)]


def test_bodies_in_scripting(run: Any, fails: Any) -> None:
    run("CREATE PROCEDURE adds(a INT, b INT DEFAULT 10) RETURNS INT LANGUAGE SQL AS BEGIN RETURN a + b; END")
    assert run("CALL adds(1)") == [(11,)]
    assert run("CALL adds(b => 1, a => 1)") == [(2,)]
    run(
        "CREATE PROCEDURE shows() RETURNS TABLE(n INT) LANGUAGE SQL AS $$"
        " DECLARE found RESULTSET DEFAULT (SELECT 7 AS other); BEGIN RETURN TABLE(found); END $$"
    )
    assert run("CALL shows()") == [(7,)]


def test_cloned_with_its_files(run: Any, tmp_path: Any, schema: str) -> None:
    (tmp_path / "cloned_handler.py").write_text("def run(session):\n    return 'from a file'\n")
    run("CREATE OR REPLACE SCHEMA origin")
    run("CREATE STAGE code")
    run(f"PUT file://{tmp_path}/cloned_handler.py @code AUTO_COMPRESS = FALSE")
    run(
        f"CREATE PROCEDURE with_file() RETURNS VARCHAR {HEAD} IMPORTS = ('@code/cloned_handler.py')"
        " HANDLER = 'cloned_handler.run'"
    )
    run("CREATE OR REPLACE SCHEMA copied CLONE origin")
    assert run("CALL copied.with_file()") == [("from a file",)]
    run(f"USE SCHEMA {schema}")


def test_bound_values_for_one_call_only(connect: Any) -> None:
    body = f"AS PROCEDURE (x INT, y VARCHAR) RETURNS VARCHAR {HEAD} HANDLER = 'run' AS '{ECHO}'"
    cursor = connect(paramstyle="qmark").cursor()
    assert cursor.execute(f"WITH p {body} CALL p(?, ?)", (1, "a")).fetchall() == [("(1, 'a')",)]


def test_languages_inside_each_other(run: Any, procedure: Any) -> None:
    procedure("doubles(x INT)", "INT", "def run(session, x): return x * 2", "EXECUTE AS CALLER")
    run(
        "CREATE PROCEDURE doubles_and_one(x INT) RETURNS INT LANGUAGE SQL EXECUTE AS CALLER AS"
        " BEGIN LET r INT := 0; CALL doubles(:x) INTO :r; RETURN r + 1; END"
    )
    procedure("calls_it(x INT)", "INT", "def run(session, x): return session.call('doubles_and_one', x)")
    assert run("CALL calls_it(10)") == [(21,)]


def test_a_body_in_scripting_must_parse(fails: Any) -> None:
    assert fails("CREATE PROCEDURE torn() RETURNS INT LANGUAGE SQL AS 'BEGIN RETRUN 1; END'")[0] == "001003"
    assert fails("CALL torn()")[0] == "002140"


def test_many_at_once(connect: Any, procedure: Any) -> None:
    procedure(
        "waits(x INT)", "INT", "def run(session, x): return session.sql(f'SELECT {x} * 2').collect()[0][0]"
    )
    cursors = [connect().cursor() for _ in range(3)]
    for number, cursor in enumerate(cursors * 2):
        cursor.execute_async(f"CALL waits({number})")
    ids = [cursor.sfqid for cursor in cursors]
    for number, (cursor, query_id) in enumerate(zip(cursors, ids, strict=True)):
        cursor.get_results_from_sfqid(query_id)
        assert cursor.fetchall() == [((number + 3) * 2,)]


@pytest.mark.parametrize(
    ("returns", "body", "message"),
    [
        ("TABLE (a INT)", " BEGIN RETURN 5; END; ",
         "SQL compilation error: error line 1 at position 7\n"
         " Declared return type 'TABLE' is incompatible with actual return type 'SCALAR'"),
        ("TABLE ()", " BEGIN BEGIN RETURN 3; END; END; ",
         "SQL compilation error: error line 1 at position 13\n"
         " Declared return type 'TABLE' is incompatible with actual return type 'SCALAR'"),
        ("INT", " DECLARE r RESULTSET DEFAULT (SELECT 1 AS a); BEGIN RETURN TABLE(r); END; ",
         "SQL compilation error: error line 1 at position 52\n"
         " Declared return type 'SCALAR' is incompatible with actual return type 'TABLE'"),
        ("TABLE ()", " BEGIN LET x := 1; END; ",
         "SQL compilation error: stored procedure is missing a return statement"),
        ("TABLE (a INT)", " DECLARE r RESULTSET DEFAULT (SELECT 'x' AS a); BEGIN RETURN TABLE(r); END; ",
         "Stored procedure execution error: data type of returned table does not match expected returned table type"),
    ],
)  # fmt: skip
def test_returns_of_the_other_kind(run: Any, fails: Any, returns: str, body: str, message: str) -> None:
    run(f"CREATE OR REPLACE PROCEDURE other_kind() RETURNS {returns} LANGUAGE SQL AS $${body}$$")
    assert fails("CALL other_kind()")[2] == message


@pytest.mark.parametrize("clause", ["STRICT", "RETURNS NULL ON NULL INPUT"])
def test_null_in_null_out(run: Any, procedure: Any, clause: str) -> None:
    procedure("strict_one(x INT)", "INT", "def run(session, x): return 5", clause)
    assert run("CALL strict_one(NULL)") == [(None,)]
    assert run("CALL strict_one(1)") == [(5,)]
    run(f"CREATE OR REPLACE PROCEDURE strict_two(x INT) RETURNS DATE LANGUAGE SQL {clause}"
        " AS BEGIN RETURN '2024-01-01'::DATE; END")  # fmt: skip
    assert run("CALL strict_two(NULL)") == [(None,)]


def test_an_object_in_scripting(run: Any) -> None:
    run("CREATE PROCEDURE object_of() RETURNS OBJECT LANGUAGE SQL AS $$ BEGIN RETURN {'a':1}; END $$")
    assert run("CALL object_of()") == [('{\n  "a": 1\n}',)]


def test_what_is_slow_to_import_is_there_when_a_procedure_begins(run: Any) -> None:
    body = "import sys\ndef run(session):\n    return 'snowflake.core.task.dagv1' in sys.modules"
    run(
        "CREATE PROCEDURE quick() RETURNS BOOLEAN LANGUAGE PYTHON RUNTIME_VERSION = '3.11' HANDLER = 'run'"
        f" PACKAGES = ('snowflake-snowpark-python', 'snowflake.core') AS $$\n{body}\n$$"
    )
    assert run("CALL quick()") == [(True,)]
