"""The lessons run: as committed, solved, twice on one account, and from the cells that say so."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import nbformat
import pytest
from nbformat import NotebookNode

from tests.notebooks.course import LESSONS, ROOT, Course, account_at, lesson_before, runs_in

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


@pytest.fixture(scope="module")
def on_an_empty_account(
    lessons: ModuleType, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """What the first cell of each lesson that follows another one raises, run one after another."""
    others_run_too = {"tags": ["raises-exception"]}
    sources = [code(lessons.read(LESSONS[name]))[0].source for name in FOLLOWING]
    firsts = [nbformat.v4.new_code_cell(source, metadata=others_run_too) for source in sources]
    cells = [cell for first in firsts for cell in (nbformat.v4.new_code_cell(FORGET), first)]
    place = tmp_path_factory.mktemp("empty")
    with (
        account_at(place / "state", place / "connection.json") as parameters,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("SNOWDOME_CONNECTION", str(parameters))
        patch.setenv("MLFLOW_TRACKING_URI", runs_in(place))
        lessons.execute(nbformat.v4.new_notebook(cells=cells), ROOT / "notebooks")
        yield {name: raised_in(first) for name, first in zip(FOLLOWING, firsts, strict=True)}


def raised_in(cell: NotebookNode) -> str:
    """The messages of a cell's errors."""
    return "\n".join(output.evalue for output in cell.outputs if output.output_type == "error")


@pytest.mark.parametrize("name", FOLLOWING)
def test_a_lesson_on_an_empty_account_names_the_lesson_that_is_missing(
    name: str, on_an_empty_account: dict[str, str]
) -> None:
    named = r"There is no table \w+ in .* Run the lesson \d\d_\w+ first\."
    assert re.search(named, on_an_empty_account[name])
