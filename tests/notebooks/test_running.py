"""The lessons run: as committed, solved, twice on one account, and from the cells that say so."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

ROOT = Path(__file__).parents[2]
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
FOLLOWING = [path for path in LESSONS if "**Before it** nothing" not in path.read_text(encoding="utf-8")]
Run = Callable[[NotebookNode], list[str]]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800), pytest.mark.usefixtures("account")]  # whole lessons run


def code(lesson: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in lesson.cells if cell.cell_type == "code"]


def test_committed_outputs_are_what_a_fresh_account_answers() -> None:
    command = [sys.executable, "-m", "pytest", "--nbval", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    elsewhere = os.environ | {"TZ": "Pacific/Auckland", "PYTHONHASHSEED": "1"}
    result = subprocess.run(
        [*command, *map(str, LESSONS)], cwd=ROOT, env=elsewhere, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stdout[-8000:] + result.stderr[-2000:]


def test_solutions_solve_the_exercises_twice_on_one_account(lessons: ModuleType, run: Run) -> None:
    for _ in range(2):
        for path in LESSONS:
            verdicts = run(lessons.solution_edition(lessons.read(path)))
            assert verdicts
            assert all(verdict.startswith("✓ ") for verdict in verdicts), verdicts


def test_a_lesson_starts_from_any_cell_that_says_so(lessons: ModuleType, run: Run) -> None:
    for path in LESSONS:
        lesson = lessons.solution_edition(lessons.read(path))
        run(lesson)
        for position, cell in enumerate(lesson.cells):
            if lessons.has_tag(cell, "start-here"):
                assert "You can start here: run the first cell, then this" in cell.source
                part = nbformat.from_dict(lesson)
                part.cells = [code(lesson)[0], *lesson.cells[position:]]
                run(part)


@pytest.mark.parametrize("path", FOLLOWING, ids=lambda path: path.stem)
def test_a_lesson_on_an_empty_account_names_the_lesson_that_is_missing(
    path: Path, lessons: ModuleType, run: Run
) -> None:
    lesson = lessons.read(path)
    lesson.cells = code(lesson)[:1]
    named = r"There is no table \w+ in .* Run the lesson \d\d_\w+ first\."
    with pytest.raises(CellExecutionError, match=named):
        run(lesson)
