"""``snowdome app``: which file is opened, and what is run before if the account has nothing to show."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tests.cli.conftest import Command

CONNECT = (
    "import snowdome\nfrom snowflake.snowpark import Session\n"
    "session = Session.builder.configs(snowdome.connection()).create()\n"
)
MODEL = "CREATE FUNCTION PREDICT_ROI(S FLOAT) RETURNS FLOAT AS 'S'"
STOPPED = "--no.such.option=1"  # Streamlit ends at once, when everything before it is done


@pytest.fixture
def project(snowdome: Command) -> Path:
    """A course of one lesson, which makes the function that the app calls."""
    (snowdome.folder / "pyproject.toml").touch()
    for folder in ("app", "notebooks"):
        (snowdome.folder / folder).mkdir()
    (snowdome.folder / "app" / "revenue_prediction.py").touch()
    made = f'session.sql("CREATE DATABASE D").collect()\nsession.sql("""{MODEL}""").collect()'
    lesson = new_notebook(cells=[new_code_cell(CONNECT + made)])
    nbformat.write(lesson, snowdome.folder / "notebooks" / "03_model.ipynb")
    return snowdome.folder


def test_lessons_run_before_an_app_that_has_nothing_to_show(snowdome: Command, project: Path) -> None:
    first = snowdome("app", "--prepare", STOPPED)
    assert "What revenue_prediction shows is not there; running the lessons that make it." in first.stdout
    assert "03_model" in first.stdout
    assert "No such option" in first.stderr
    again = snowdome("app", "--prepare", STOPPED)
    assert "03_model" not in again.stdout
    assert "No such option" in again.stderr


def test_app_that_does_not_exist(snowdome: Command, project: Path) -> None:
    refused = snowdome("app", "nothing")
    assert refused.returncode == 1
    assert "There is no app called 'nothing'. There are: revenue_prediction." in refused.stderr
