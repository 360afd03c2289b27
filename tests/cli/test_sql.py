"""``snowdome sql``: statements and scripts, as a user types them."""

from __future__ import annotations

from snowdome.cli.script import statements
from tests.cli.conftest import Command


def test_a_script_is_cut_where_statements_end() -> None:
    script = (
        "-- a; comment\nselect 'a;b' as \"c;d\";\n\n/* x;\n */ ;\n"
        "execute immediate $$ select 1; $$;\nbegin\n  select 1;\nend;\nbegin;\nselect 2"
    )
    assert [(found.line, found.text) for found in statements(script)] == [
        (2, "select 'a;b' as \"c;d\""),
        (6, "execute immediate $$ select 1; $$"),
        (7, "begin\n  select 1;\nend"),
        (10, "begin"),
        (11, "select 2"),
    ]


def test_a_result_is_a_table(snowdome: Command) -> None:
    done = snowdome(
        "sql", "select 1 as number, 'x [b]y' as text, null as nothing, true as flag, x'0aff' as bytes"
    )
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines() if line.strip()]
    assert lines[0] == ["NUMBER", "TEXT", "NOTHING", "FLAG", "BYTES"]
    assert lines[2] == ["1", "x", "[b]y", "NULL", "TRUE", "0AFF"]
    assert lines[-1][:3] == ["1", "row", "·"]


def test_long_results_are_cut_and_counted(snowdome: Command) -> None:
    text = "select seq4() as n from table(generator(rowcount => 250)) order by n"
    assert "250 rows, 3 shown" in snowdome("sql", text, "--rows", "3").stdout
    assert "250 rows ·" in snowdome("sql", text, "--rows", "0").stdout


def test_a_script_runs_statement_by_statement(snowdome: Command) -> None:
    script = (
        "create database d; create table t (a int);\ninsert into t values (1), (2);\nselect sum(a) s from t;"
    )
    (snowdome.folder / "script.sql").write_text(script, encoding="utf-8")
    done = snowdome("sql", "-f", "script.sql")
    assert done.returncode == 0, done.stderr
    assert "Database D successfully created." in done.stdout
    assert "Table T successfully created." in done.stdout
    assert "number of rows inserted" in done.stdout
    assert "select sum(a) s from t" in done.stdout


def test_the_first_error_ends_a_script_and_says_where(snowdome: Command) -> None:
    script = "create database d;\n\nselect *\n  from missing;\ncreate schema d.never;\n"
    done = snowdome("sql", "-f", "-", typed=script)
    assert done.returncode == 1
    assert "Database D successfully created." in done.stdout
    first, *rest = done.stderr.splitlines()
    assert first == "<stdin>, line 3:"
    assert rest[:2] == ["select *", "  from missing"]
    assert "002003 (42S02)" in done.stderr
    assert "does not exist or not authorized." in done.stderr
    assert "never" not in snowdome("sql", "show schemas in database d").stdout.lower()


def test_what_is_not_sql_is_said_before_anything_runs(snowdome: Command) -> None:
    done = snowdome("sql", "-f", "-", typed="create database d;\nselect 'open;\n")
    assert done.returncode == 1
    assert "syntax error line 2 at position 7" in done.stderr
    assert "0 rows" in snowdome("sql", "show databases like 'd'").stdout


def test_context_options(snowdome: Command) -> None:
    assert snowdome("sql", "create database d; create schema d.s").returncode == 0
    done = snowdome(
        "sql", "--database", "d", "--schema", "s", "select current_database() || '.' || current_schema()"
    )
    assert "D.S" in done.stdout


def test_usage(snowdome: Command) -> None:
    assert "Give either a statement or a script" in snowdome("sql").stderr
    assert snowdome("sql", "-f", "missing.sql").returncode == 2
    assert snowdome("sql", "select 1", "--rows", "-1").returncode == 2


def test_a_script_may_begin_with_a_mark_and_must_be_text(snowdome: Command) -> None:
    (snowdome.folder / "marked.sql").write_text("select 42 as answer", encoding="utf-8-sig")
    assert "ANSWER" in snowdome("sql", "-f", "marked.sql").stdout
    (snowdome.folder / "latin.sql").write_bytes(b"select 'caf\xe9'")
    refused = snowdome("sql", "-f", "latin.sql")
    assert (refused.returncode, refused.stderr[:37]) == (1, "Error: latin.sql is not text in UTF-8")


def test_an_account_that_cannot_be_reached_is_said_in_a_sentence(snowdome: Command) -> None:
    (snowdome.folder / "connection.json").write_text(
        '{"account": "a", "user": "u", "password": "p", "host": "127.0.0.1", "port": 9, "protocol": "http",'
        ' "login_timeout": 1}',
        encoding="utf-8",
    )
    done = snowdome("sql", "select 1")
    assert done.returncode == 1
    assert done.stderr.startswith("Error: 250001")
    assert "Traceback" not in done.stderr
