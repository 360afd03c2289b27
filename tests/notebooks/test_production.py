"""The experiment of lesson 13 and the scripts made of it: they run, and the lesson's cells are where they come from."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
import pytest
import snowflake.connector
from nbformat import NotebookNode
from snowflake.connector import SnowflakeConnection
from snowflake.connector.util_text import split_statements

from tests.notebooks.course import LESSONS, ROOT

PRODUCTION, SCRIPT = ROOT / "production", ROOT / "sql" / "13_production.sql"
EXPERIMENT = ROOT / "notebooks" / "experiment_diabetes.ipynb"


def test_experiment_is_no_lesson_and_prints_what_it_has_printed(lessons: ModuleType) -> None:
    assert EXPERIMENT.stem not in LESSONS

    def printed(notebook: NotebookNode) -> list[str]:
        outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
        return [output.get("text") or output["data"]["text/plain"] for output in outputs]

    committed = lessons.read(EXPERIMENT)
    again = lessons.execute(nbformat.from_dict(committed), EXPERIMENT.parent)
    assert printed(again) == printed(committed)


@pytest.mark.parametrize("name", ["train.py", "score.py"])
def test_scripts_are_the_lessons_cells(name: str, lessons: ModuleType) -> None:
    lesson = lessons.read(LESSONS["13_notebook_to_scripts"])
    cells = [cell.source for cell in lesson.cells if lessons.has_tag(cell, name)]
    assert (PRODUCTION / name).read_text(encoding="utf-8") == "\n\n\n".join(cells) + "\n"


def pytest_of(directory: Path) -> dict[str, str]:
    """Run the tests in a directory as the lesson does, and return how each ended."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-qq",
        "--tb=short",
        "--color=no",
        "-p",
        "no:cacheprovider",
        "-rA",
    ]
    environment = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True)
    ends = re.findall(r"^(PASSED|FAILED|ERROR) \S+?::(\w+)", done.stdout, re.MULTILINE)
    assert ends, done.stdout + done.stderr
    return {name: end for end, name in ends}


def test_tests_of_the_scripts_pass() -> None:
    ends = pytest_of(PRODUCTION)
    assert set(ends.values()) == {"PASSED"}
    assert "test_train_model_fits_a_ridge_regression" in ends


MISTAKES = {
    "train.py": [
        ("Ridge(alpha=alpha)", "Ridge(alpha=ALPHA)"),
        ('columns=["PATIENT", "PROGRESSION"]', 'columns=["PATIENT"]'),
        (", random_state=0", ""),
        ('predict(data["test"]["X"])', 'predict(data["train"]["X"])'),
    ],
    "score.py": [
        ("@functools.cache\n", "@functools.lru_cache(maxsize=0)\n"),
        ("columns=model.feature_names_in_", "columns=None"),
    ],
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "right", "wrong"), [(name, *pair) for name, pairs in MISTAKES.items() for pair in pairs]
)
def test_tests_of_the_scripts_see_a_mistake(name: str, right: str, wrong: str, tmp_path: Path) -> None:
    for file in PRODUCTION.glob("[a-z]*.*"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    source = (tmp_path / name).read_text(encoding="utf-8")
    assert source.count(right) == 1
    (tmp_path / name).write_text(source.replace(right, wrong), encoding="utf-8")
    (tmp_path / f"test_{name}").rename(tmp_path / "test_it.py")
    for other in {"test_train.py", "test_score.py"} - {f"test_{name}"}:
        (tmp_path / other).unlink()
    assert "FAILED" in pytest_of(tmp_path).values()


@pytest.fixture
def deployed(account: Path) -> Iterator[SnowflakeConnection]:
    """An account after sql/13_production.sql, with patients whose progression is 100 and a thousand times their BMI."""
    steps = SCRIPT.read_text(encoding="utf-8").split("-- Step ")[1:]
    names = ["AGE", "SEX", "BMI", "BP", "S1", "S2", "S3", "S4", "S5", "S6"]
    values = ", ".join(
        f"UNIFORM(-0.1::FLOAT, 0.1::FLOAT, RANDOM({seed})) AS {name}" for seed, name in enumerate(names)
    )
    patients = (
        f"SELECT ROW_NUMBER() OVER (ORDER BY 1) AS PATIENT, {values} FROM TABLE(GENERATOR(ROWCOUNT => 200))"
    )
    with snowflake.connector.connect(**json.loads(account.read_text(encoding="utf-8"))) as connection:
        for number, step in enumerate(steps):
            for _ in connection.execute_string(step.split("\n", 1)[1]):
                pass
            if number == 0:
                ask(
                    connection,
                    f"CREATE TABLE DIABETES AS SELECT *, 100 + 1000 * BMI AS PROGRESSION FROM ({patients})",
                )
                ask(connection, f"PUT file://{PRODUCTION}/*.py @DIABETES_CODE AUTO_COMPRESS = FALSE")
        yield connection


def ask(connection: SnowflakeConnection, query: str, *bindings: Any) -> list[Any]:
    """Rows of a query."""
    rows: list[Any] = connection.cursor().execute(query, bindings or None).fetchall()
    return rows


def test_script_deploys_a_procedure_a_task_and_a_function(deployed: SnowflakeConnection) -> None:
    (metrics,) = ask(deployed, "CALL TRAIN_DIABETES_MODEL(0)")[0]
    assert re.sub(r"\s", "", metrics) == '{"mse":0,"r2":1}'
    script = SCRIPT.read_text(encoding="utf-8")
    function = next(
        text for text, _ in split_statements(io.StringIO(script)) if "FUNCTION SCORE_DIABETES" in text
    )
    ask(deployed, function)
    patient = "[0, 0, 0.05, 0, 0, 0, 0, 0, 0, 0]"
    question = f"SELECT SCORE_DIABETES('{{\"data\": [{patient}, {patient}]}}', NULL):result::VARCHAR"
    assert ask(deployed, question) == [("[150,150]",)]
    with pytest.raises(snowflake.connector.errors.ProgrammingError, match="10 columns passed") as refused:
        ask(deployed, "SELECT SCORE_DIABETES('{\"data\": [[1, 2]]}', NULL)")
    assert refused.value.errno == 100357
    (row,) = ask(deployed, "SHOW TASKS")
    assert "USING CRON 0 6 1 * * Europe/Zurich" in row
