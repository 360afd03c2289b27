"""Experiments in SQL alone: CREATE, ALTER, SHOW, DROP; what stays over a restart."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import snowflake.connector
from snowflake.connector import DictCursor, SnowflakeConnection
from snowflake.snowpark import Session

from snowdome.client import local
from tests.ml.conftest import Failure

Rows = Callable[[str], list[tuple[Any, ...]]]
Fails = Callable[[str], Failure]
DONE = [("Statement executed successfully.",)]


@pytest.fixture
def experiment(connection: SnowflakeConnection) -> Iterator[str]:
    """An experiment with the runs A, finished, and "b", running; both have logged."""
    cursor = connection.cursor()
    for sql in (
        "CREATE OR REPLACE EXPERIMENT E",
        """ALTER EXPERIMENT E ADD RUN "b" WITH (SOURCE_INFO = $${"entry_point": "train.py"}$$)""",
        "ALTER EXPERIMENT E ADD RUN A",
        """ALTER EXPERIMENT E MODIFY RUN A ADD METRICS=$$[{"name": "m", "value": 2, "step": 7},
           {"name": "m", "value": 1, "step": 3}, {"name": "Loss", "value": 0.25}]$$""",
        """ALTER EXPERIMENT E MODIFY RUN "b" ADD METRICS=$$[{"name": "m", "value": 9, "step": 1}]$$""",
        """ALTER EXPERIMENT E MODIFY RUN A ADD PARAMETERS=$$[{"name": "p", "value": "x"},
           {"name": "q", "value": "z"}, {"name": "p", "value": "y"}]$$""",
        "ALTER EXPERIMENT E COMMIT RUN A",
    ):
        cursor.execute(sql)
    yield "E"
    cursor.execute("DROP EXPERIMENT IF EXISTS E")


def named(connection: SnowflakeConnection, sql: str) -> list[dict[str, Any]]:
    return list(connection.cursor(DictCursor).execute(sql).fetchall())


def test_statuses(run: Rows) -> None:
    assert run("CREATE EXPERIMENT S1") == [("Experiment S1 successfully created.",)]
    assert run("CREATE EXPERIMENT IF NOT EXISTS S1") == [("S1 already exists, statement succeeded.",)]
    assert run("ALTER EXPERIMENT S1 ADD RUN R") == DONE
    assert run("ALTER EXPERIMENT S1 ADD LIVE RUN R2") == DONE
    assert run("ALTER EXPERIMENT S1 MODIFY RUN R ADD METRICS = '[]'") == DONE
    assert run("ALTER EXPERIMENT S1 COMMIT RUN R WITH STATUS = 'FAILED'") == DONE
    assert run("ALTER EXPERIMENT S1 DROP RUN R") == DONE
    assert run("DROP EXPERIMENT S1") == [("S1 successfully dropped.",)]
    assert run("DROP EXPERIMENT IF EXISTS S1") == [
        ("Drop statement executed successfully (S1 already dropped).",)
    ]


def test_show_experiments(connection: SnowflakeConnection, experiment: str, schema: str) -> None:
    database, place = schema.split(".")
    connection.cursor().execute("COMMENT ON EXPERIMENT E IS 'of tests'")
    (row,) = named(connection, f"SHOW EXPERIMENTS LIKE 'e' IN SCHEMA {schema}")
    assert (row["name"], row["database_name"], row["schema_name"]) == ("E", database, place)
    assert (row["owner"], row["comment"]) == ("ACCOUNTADMIN", "of tests")
    assert (
        named(connection, f"SHOW EXPERIMENTS IN DATABASE {database} STARTS WITH 'E' LIMIT 1")[0]["name"]
        == "E"
    )


def test_show_runs(connection: SnowflakeConnection, experiment: str, schema: str) -> None:
    first, second = named(connection, f"SHOW RUNS IN EXPERIMENT {schema}.E")
    assert list(first) == [
        "created_on", "name", "database_name", "schema_name", "experiment_name", "metadata",
    ]  # fmt: skip
    assert [first["name"], first["experiment_name"], second["name"]] == ["A", "E", "b"]
    assert json.loads(first["metadata"]) == {
        "status": "FINISHED",
        "metrics": [{"name": "Loss", "value": 0.25, "step": 0}, {"name": "m", "value": 2.0, "step": 7}],
        "parameters": [{"name": "p", "value": "y"}, {"name": "q", "value": "z"}],
    }
    found = json.loads(second["metadata"])
    assert (found["status"], found["source_info"]) == ("RUNNING", {"entry_point": "train.py"})
    assert [r["name"] for r in named(connection, "SHOW RUNS LIKE 'B' IN EXPERIMENT E")] == ["b"]


def test_show_metrics_and_parameters(run: Rows, experiment: str) -> None:
    metrics = [("A", "Loss", "0.25", 0), ("A", "m", "2.0", 7), ("b", "m", "9.0", 1)]
    assert run("SHOW RUN METRICS IN EXPERIMENT E") == metrics
    assert run("SHOW RUN METRICS LIKE 'L%' IN EXPERIMENT E") == metrics[:1]
    assert run('SHOW RUN METRICS IN EXPERIMENT E RUN "b"') == metrics[2:]
    assert run("SHOW RUN METRICS IN EXPERIMENT E LIMIT 1 FROM 'M'") == metrics[1:2]
    assert run("SHOW RUN PARAMETERS IN EXPERIMENT E") == [("A", "p", "y"), ("A", "q", "z")]
    assert run('SHOW RUN PARAMETERS IN EXPERIMENT E RUN "b"') == []


def test_history_in_queries(run: Rows, experiment: str, schema: str) -> None:
    function = f"TABLE(SYSTEM$GET_EXPERIMENT_RUN_METRICS('{schema}.E', 'a'))"
    assert run(f"SELECT METRIC_NAME, STEP, VALUE FROM {function} WHERE STEP > 0 ORDER BY STEP") == [
        ("m", 3, 1.0), ("m", 7, 2.0),
    ]  # fmt: skip
    rows = "SELECT COUNT(*) FROM TABLE(SYSTEM$GET_EXPERIMENT_RUN_METRICS('E', '\"b\"'))"
    assert run(rows) == [(1,)]
    run('ALTER EXPERIMENT E MODIFY RUN "b" ADD METRICS = \'[{"name": "n", "value": -1e-3}]\'')
    assert run(rows) == [(2,)]


def test_numbers_of_experiments_and_runs(run: Rows, experiment: str) -> None:
    ids = {run(f"CALL SYSTEM$RESOLVE_EXPERIMENT_RUN_ID('E', '{name}')")[0][0] for name in ("A", '"b"')}
    (whole,) = run("SELECT SYSTEM$RESOLVE_EXPERIMENT_ID('E')")[0]
    assert len(ids | {whole}) == 3
    assert {type(i) for i in ids} == {int}


ALTER = "ALTER EXPERIMENT E "


@pytest.mark.parametrize(
    ("sql", "code", "words"),
    [
        ("CREATE EXPERIMENT E", "002002", "Object 'E' already exists."),
        ("CREATE OR REPLACE EXPERIMENT IF NOT EXISTS E", "002014", "IF NOT EXISTS and OR REPLACE"),
        ("CREATE EXPERIMENT X TYPE = 'AI_FUNCTION_EVALUATION'", "000002", "CREATE EXPERIMENT … TYPE"),
        ("EXECUTE EXPERIMENT E", "000002", "EXECUTE EXPERIMENT"),
        ("CREATE TEMPORARY EXPERIMENT X", "001003", "unexpected 'TEMPORARY'"),
        ("DROP EXPERIMENT NONE", "002003", "does not exist or not authorized"),
        ("SHOW RUNS IN EXPERIMENT NONE", "002003", "does not exist or not authorized"),
        ("SHOW RUNS", "001003", "unexpected '<EOF>'"),
        ("SHOW RUN METRICS IN EXPERIMENT E RUN NONE", "002003", "Run 'E.NONE' does not exist"),
        ("CALL SYSTEM$RESOLVE_EXPERIMENT_ID('NONE')", "002003", "does not exist or not authorized"),
        ("LIST snow://experiment/E/versions/NONE", "002003", "Version 'NONE' does not exist"),
        (ALTER + "RENAME TO F", "001003", "unexpected 'RENAME'"),
        (ALTER + "ADD RUN A", "002002", "Object 'A' already exists."),
        (ALTER + 'ADD RUN "a/b"', "001007", "invalid value [a/b] for parameter 'run name'"),
        (ALTER + "ADD RUN X WITH (SOURCE_INFO = '[]')", "001422", "for property 'SOURCE_INFO'"),
        (ALTER + "DROP RUN NONE", "002003", "Run 'E.NONE' does not exist"),
        (ALTER + "COMMIT RUN A", "091400", "is FINISHED: it cannot be altered"),
        (
            ALTER + "COMMIT RUN \"b\" WITH STATUS = 'DONE'",
            "001422",
            "invalid value 'DONE' for property 'STATUS'",
        ),
        (ALTER + "MODIFY RUN A ADD METRICS = '[]'", "091400", "is FINISHED: it cannot be altered"),
    ],
)
def test_refusals(experiment: str, fails: Fails, sql: str, code: str, words: str) -> None:
    found, _, message = fails(sql)
    assert found == code
    assert words in message


@pytest.mark.parametrize(
    "text",
    [
        "", "{}", "[1]", "[", "[" * 100_000, '[{"name": "m"}]', '[{"name": "", "value": 1}]', '[{"value": 1}]',
        '[{"name": "m", "value": "1"}]', '[{"name": "m", "value": 1, "step": 1.5}]',
        '[{"name": "m", "value": 1, "step": 9223372036854775808}]', '[{"name": "m", "value": 1' + "0" * 400 + "}]",
    ],
)  # fmt: skip
def test_metrics_that_are_none(experiment: str, fails: Fails, text: str) -> None:
    code, _, message = fails(f"""ALTER EXPERIMENT E MODIFY RUN "b" ADD METRICS = $${text}$$""")
    assert (code, "for property 'METRICS'" in message) == ("001422", True)
    assert len(message) < 400


def test_odd_names_are_kept(run: Rows, experiment: str) -> None:
    name = 'é "q" \\ \U0001f600 x'
    text = json.dumps([{"name": name, "value": 1}]).replace("\\", "\\\\")
    run(f"""ALTER EXPERIMENT E MODIFY RUN "b" ADD METRICS = '{text}'""")
    assert (name,) in {(row[1],) for row in run("SHOW RUN METRICS IN EXPERIMENT E")}


def test_500_runs_and_no_more(run: Rows, fails: Fails) -> None:
    run("CREATE EXPERIMENT MANY")
    run(
        """EXECUTE IMMEDIATE $x$
        BEGIN
          FOR i IN 1 TO 500 DO EXECUTE IMMEDIATE 'ALTER EXPERIMENT MANY ADD RUN R' || i; END FOR;
        END $x$""".replace("$x$", "$$")
    )
    assert fails("ALTER EXPERIMENT MANY ADD RUN R501")[0] == "091400"
    run("ALTER EXPERIMENT MANY DROP RUN R7")
    assert run("ALTER EXPERIMENT MANY ADD RUN R501") == DONE
    assert len(run("SHOW RUNS IN EXPERIMENT MANY")) == 500


# -- with other objects ---------------------------------------------------------------------------


def test_an_experiment_that_is_replaced_is_empty(run: Rows, experiment: str) -> None:
    run("CREATE OR REPLACE EXPERIMENT E")
    assert run("SHOW RUNS IN EXPERIMENT E") == []
    run("ALTER EXPERIMENT E ADD RUN A")
    assert run("SELECT * FROM TABLE(SYSTEM$GET_EXPERIMENT_RUN_METRICS('E', 'A'))") == []


def test_a_schema_with_experiments_is_cloned_without_them(run: Rows, experiment: str, schema: str) -> None:
    run(f"CREATE SCHEMA {schema}_COPY CLONE {schema}")
    assert run(f"SHOW EXPERIMENTS IN SCHEMA {schema}_COPY") == []
    run(f"CREATE EXPERIMENT {schema}_COPY.E")
    run(f"ALTER EXPERIMENT {schema}_COPY.E ADD RUN A")
    run(f"DROP SCHEMA {schema}_COPY")
    assert len(run(f"SHOW RUN METRICS IN EXPERIMENT {schema}.E")) == 3


def test_privileges(run: Rows, experiment: str, schema: str) -> None:
    run("CREATE OR REPLACE ROLE SCIENTIST")
    run("GRANT USAGE ON EXPERIMENT E TO ROLE SCIENTIST")
    run(f"GRANT CREATE EXPERIMENT ON SCHEMA {schema} TO ROLE SCIENTIST")
    found = {(row[1], row[2], row[3]) for row in run("SHOW GRANTS TO ROLE SCIENTIST")}
    assert found == {("USAGE", "EXPERIMENT", f"{schema}.E"), ("CREATE EXPERIMENT", "SCHEMA", schema)}


def test_showing_is_described_and_scanned(opened: Session, experiment: str) -> None:
    frame = opened.sql("SHOW RUN METRICS IN EXPERIMENT E").select('"run_name"', '"value"')
    assert [tuple(row) for row in frame.filter("\"name\" = 'Loss'").collect()] == [("A", "0.25")]


def test_an_open_transaction_is_committed(run: Rows, experiment: str) -> None:
    run("CREATE OR REPLACE TABLE T (A INT)")
    run("BEGIN")
    run("INSERT INTO T VALUES (1)")
    run("ALTER EXPERIMENT E ADD RUN X")
    run("ROLLBACK")
    assert run("SELECT * FROM T") == [(1,)]


def test_a_restart(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("kept", encoding="utf-8")
    account = local.account(tmp_path / "state")

    def ask(*statements: str) -> list[tuple[Any, ...]]:
        account.start()
        try:
            with snowflake.connector.connect(**account.parameters()) as connection:
                return [list(connection.cursor().execute(sql).fetchall()) for sql in statements][-1]
        finally:
            account.stop()

    metric = 'MODIFY RUN {} ADD METRICS = \'[{{"name": "m", "value": {}}}]\''
    ask(
        "CREATE DATABASE D", "CREATE EXPERIMENT E", "ALTER EXPERIMENT E ADD RUN A",
        "ALTER EXPERIMENT E " + metric.format("A", 1),
        f"PUT 'file://{tmp_path}/a.txt' snow://experiment/D.PUBLIC.E/versions/A AUTO_COMPRESS = FALSE",
    )  # fmt: skip
    found = ask(
        "USE SCHEMA D.PUBLIC", "ALTER EXPERIMENT E ADD RUN B", "ALTER EXPERIMENT E " + metric.format("B", 2),
        "ALTER EXPERIMENT E COMMIT RUN A", "SHOW RUN METRICS IN EXPERIMENT E",
    )  # fmt: skip
    assert found == [("A", "m", "1.0", 0), ("B", "m", "2.0", 0)]
    listed = ask("LIST snow://experiment/D.PUBLIC.E/versions/A")
    assert [(row[0], row[1]) for row in listed] == [("/versions/A/a.txt", 4)]
    assert ask("LIST snow://experiment/D.PUBLIC.E/versions/B") == []
