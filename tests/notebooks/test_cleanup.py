"""Lesson 99 and its script: after them the account has what it had before the course."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
import snowflake.connector
from nbformat import NotebookNode

from tests.notebooks.course import LESSONS, ROOT, account_at, lesson_before

SCRIPT = ROOT / "sql" / "99_cleanup.sql"
LAST = set(LESSONS) - {lesson_before(name) for name in LESSONS} - {"99_cleanup"}  # of each story
STORIES = [pytest.param(name, marks=pytest.mark.after_lesson(name)) for name in sorted(LAST)]
IN_ACCOUNT = (
    "SCHEMAS, TABLES, VIEWS, DYNAMIC TABLES, STAGES, FILE FORMATS, SEQUENCES, STREAMS, TASKS, ALERTS, TAGS, MODELS,"
    " DATASETS, EXPERIMENTS, STREAMLITS, SERVICES, IMAGE REPOSITORIES, USER FUNCTIONS, USER PROCEDURES"
)
KINDS = ["DATABASES", "WAREHOUSES", "ROLES", "USERS", "INTEGRATIONS", "COMPUTE POOLS"]
KINDS += [f"{kind} IN ACCOUNT" for kind in IN_ACCOUNT.split(", ")]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]  # whole lessons run

Inventory = dict[str, list[str]]


def inventory(parameters: Path) -> Inventory:
    """The names of everything in an account, by kind."""
    with snowflake.connector.connect(**json.loads(parameters.read_text(encoding="utf-8"))) as connection:
        cursor = connection.cursor(snowflake.connector.DictCursor)
        return {kind: sorted(row["name"] for row in cursor.execute(f"SHOW {kind}")) for kind in KINDS}


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Inventory:
    """What a fresh account has."""
    place = tmp_path_factory.mktemp("untouched")
    with account_at(place / "state", place / "connection.json") as parameters:
        return inventory(parameters)


@pytest.mark.parametrize("last", STORIES)
def test_nothing_is_left_of_a_story(
    last: str,
    account: Path,
    untouched: Inventory,
    lessons: ModuleType,
    run: Callable[[NotebookNode], list[str]],
) -> None:
    assert inventory(account) != untouched
    run(lessons.read(LESSONS["99_cleanup"]))
    assert inventory(account) == untouched


@pytest.mark.after_lesson("04_streamlit_app")
def test_script_does_the_same_as_often_as_one_likes_and_touches_nothing_else(
    account: Path, untouched: Inventory
) -> None:
    with snowflake.connector.connect(**json.loads(account.read_text(encoding="utf-8"))) as connection:
        connection.cursor().execute("ALTER TASK DASH_DB.DASH_SCHEMA.CAMPAIGN_SPEND_DATA_PIPELINE_TASK RESUME")
        connection.cursor().execute("CREATE ROLE DASH_VIEWER")
        connection.cursor().execute("CREATE ROLE MINE")
    for _ in range(2):
        command = [sys.executable, "-m", "snowdome", "sql", "-f", str(SCRIPT)]
        result = subprocess.run(command, capture_output=True, text=True)
        assert result.returncode == 0, result.stdout + result.stderr
        assert "suspended" in result.stdout
        assert inventory(account) == untouched | {"ROLES": sorted([*untouched["ROLES"], "MINE"])}


def test_script_and_lesson_name_the_databases_that_the_lessons_make() -> None:
    """A lesson that is added with a database of its own has to be added to the cleanup."""
    scripts = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "sql").glob("[0-9][0-9]_*.sql"))]
    made = {
        line.split()[-1].rstrip(";")
        for script in scripts
        for line in script.splitlines()
        if line.startswith("CREATE DATABASE IF NOT EXISTS")
    }
    cleanup, lesson = SCRIPT.read_text(encoding="utf-8"), LESSONS["99_cleanup"].read_text(encoding="utf-8")
    assert len(made) == 5
    for name in made:
        assert f"DROP DATABASE IF EXISTS {name};" in cleanup
        assert cleanup.count(f"'{name}'") == 2
        assert f'\\"{name}\\"' in lesson
