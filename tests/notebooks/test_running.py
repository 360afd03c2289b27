"""The lessons run: as committed, solved, twice on one account, and from the cells that say so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from tests.notebooks.course import LESSONS, Course, lesson_before

FOLLOWING = [name for name in LESSONS if lesson_before(name) is not None]
FORGET = "%reset -f"  # as a new kernel would, but for the modules that are loaded, which take long
Run = Callable[[NotebookNode], list[str]]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]  # whole lessons run


def code(lesson: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in lesson.cells if cell.cell_type == "code"]


@pytest.mark.parametrize("name", LESSONS)
def test_committed_outputs_are_what_a_fresh_account_answers(name: str, course: Course) -> None:
    report = course.report(name)
    assert not report, report


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(
    "path", [pytest.param(LESSONS[name], id=name, marks=pytest.mark.after_lesson(name)) for name in LESSONS]
)
def test_it_runs_again_solved_and_in_parts_that_begin_where_it_says_so(
    path: Path, lessons: ModuleType, run: Run
) -> None:
    lesson = lessons.solution_edition(lessons.read(path))
    first = code(lesson)[0]
    cells: list[NotebookNode] = []
    for cell in lesson.cells:
        if lessons.has_tag(cell, "start-here"):
            assert "You can start here: run the first cell, then this" in cell.source
            cells += [nbformat.v4.new_code_cell(FORGET), nbformat.from_dict(first)]
        cells.append(cell)
    lesson.cells = cells
    verdicts = run(lesson)
    assert verdicts
    assert all(verdict.startswith("✓ ") for verdict in verdicts), verdicts


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("name", FOLLOWING)
def test_a_lesson_on_an_empty_account_names_the_lesson_that_is_missing(
    name: str, lessons: ModuleType, run: Run
) -> None:
    lesson = lessons.read(LESSONS[name])
    lesson.cells = code(lesson)[:1]
    named = r"There is no table \w+ in .* Run the lesson \d\d_\w+ first\."
    with pytest.raises(CellExecutionError, match=named):
        run(lesson)
