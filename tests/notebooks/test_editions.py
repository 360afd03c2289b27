"""Editions of a lesson come from tags, and a lesson tagged wrongly is refused."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import nbformat
import pytest
from nbformat import NotebookNode

FENCE = "<details>\n\n```python\n{}\n```\n\n</details>"


def lesson(*cells: tuple[str, str]) -> NotebookNode:
    """A notebook of (tag, source) cells; those tagged solution are Markdown."""
    made = nbformat.v4.new_notebook()
    for tag, source in cells:
        new = nbformat.v4.new_markdown_cell if tag == "solution" else nbformat.v4.new_code_cell
        made.cells.append(new(source, metadata={"tags": [tag]}))
    return made


def sources(edition: NotebookNode) -> list[str]:
    return [cell.source for cell in edition.cells]


def test_exercise_edition_drops_solutions(lessons: ModuleType) -> None:
    one = lesson(("exercise", "# here"), ("check", "look()"), ("solution", FENCE.format("x = 1")))
    assert sources(lessons.exercise_edition(one)) == ["# here", "look()"]


def test_solution_edition_fills_each_place_with_its_solution(lessons: ModuleType) -> None:
    two = lesson(
        ("exercise", "# one"), ("check", "look(1)"), ("solution", FENCE.format("x = 1\n\ny = 2")),
        ("exercise", "# two"), ("check", "look(2)"), ("solution", FENCE.format("z = 3")),
    )  # fmt: skip
    assert sources(lessons.solution_edition(two)) == ["x = 1\n\ny = 2", "look(1)", "z = 3", "look(2)"]
    assert sources(two)[0] == "# one"


def test_solution_without_a_place_is_refused(lessons: ModuleType) -> None:
    twice = lesson(("exercise", "#"), ("solution", FENCE.format("x")), ("solution", FENCE.format("y")))
    with pytest.raises(ValueError, match="solution without an exercise before it"):
        lessons.solution_edition(twice)


@pytest.mark.parametrize("text", ["no code", FENCE.format("x") + "\n\n" + FENCE.format("y")])
def test_solution_with_other_than_one_fence_is_refused(lessons: ModuleType, text: str) -> None:
    with pytest.raises(ValueError, match="exactly one fence"):
        lessons.solution_edition(lesson(("exercise", "#"), ("solution", text)))


def test_command_line_writes_an_edition_of_each_lesson(lessons: ModuleType, tmp_path: Path) -> None:
    source = tmp_path / "07_lesson.ipynb"
    nbformat.write(lesson(("exercise", "#"), ("solution", FENCE.format("x = 1"))), source)
    lessons.main(["edition", "solution", "--to", str(tmp_path / "solved"), str(source)])
    assert sources(lessons.read(tmp_path / "solved" / "07_lesson.ipynb")) == ["x = 1"]


def test_command_line_leaves_what_is_no_lesson_as_it_is(lessons: ModuleType, tmp_path: Path) -> None:
    source = tmp_path / "experiment.ipynb"
    experiment = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("print(1)", execution_count=7)])
    nbformat.write(experiment, source)
    lessons.main(["edition", "exercise", "--to", str(tmp_path / "handout"), str(source)])
    (cell,) = lessons.read(tmp_path / "handout" / "experiment.ipynb").cells
    assert (cell.source, cell.execution_count) == ("print(1)", 7)


def test_picture_is_attached_to_the_cell_that_shows_it(lessons: ModuleType, tmp_path: Path) -> None:
    pytest.importorskip("PIL")
    path, svg = tmp_path / "07_lesson.ipynb", tmp_path / "picture.svg"
    nbformat.write(lesson(("solution", "![a dot](attachment:picture.png)"), ("check", "x")), path)
    svg.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"><circle r="2"/></svg>')
    lessons.main(["picture", str(path), str(svg)])
    (attachment,) = lessons.read(path).cells[0].attachments["picture.png"].values()
    assert attachment.startswith("iVBORw0KGgo")
