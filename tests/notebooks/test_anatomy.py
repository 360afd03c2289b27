"""Every lesson has all its parts, and its committed outputs are those of one clean run."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from types import ModuleType

import nbformat
import pytest
from nbformat import NotebookNode

ROOT = Path(__file__).parents[2]
LESSONS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
CONNECT = """\
import snowdome
from snowflake.snowpark import Session

session = Session.builder.configs(snowdome.connection()).create()
"""
CHART = re.compile(r"\balt\.(Chart|layer|hconcat|vconcat)\(")


@pytest.fixture(params=LESSONS, ids=lambda path: path.stem)
def lesson(request: pytest.FixtureRequest) -> NotebookNode:
    return nbformat.read(request.param, as_version=4)


def tags(cell: NotebookNode) -> list[str]:
    return cell.metadata.get("tags", [])


def code(lesson: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in lesson.cells if cell.cell_type == "code"]


def prose(lesson: NotebookNode) -> str:
    return "\n\n".join(cell.source for cell in lesson.cells if cell.cell_type == "markdown")


def test_title_cell_says_what_a_reader_wants_to_know_first(lesson: NotebookNode) -> None:
    title = lesson.cells[0]
    assert re.match(r"# \d\d · ", title.source)
    assert re.search(r"\*\*Needs\*\* .+ · \*\*Takes\*\* \d+ minutes · \*\*Before it\*\* ", title.source)
    assert "\nAt the end, " in title.source
    assert len(re.findall(r"^- ", title.source, re.MULTILINE)) >= 3


def test_picture_is_inside_and_has_a_text(lesson: NotebookNode) -> None:
    title = lesson.cells[0]
    (alt, name) = re.findall(r"!\[(.*?)\]\(attachment:(.*?)\)", title.source)[0]
    assert len(alt) > 40
    assert list(title.attachments) == [name]
    assert "http" not in re.sub(r"`[^`]*`", "", prose(lesson))


def test_first_code_cell_connects(lesson: NotebookNode) -> None:
    assert code(lesson)[0].source.startswith(CONNECT)
    assert "assert " in code(lesson)[0].source


def test_ends_with_recap_and_next(lesson: NotebookNode) -> None:
    assert "## What you have learned" in lesson.cells[-1].source
    assert "**Next:**" in lesson.cells[-1].source


def test_prose_stands_before_every_code_cell_that_is_not_part_of_an_exercise(lesson: NotebookNode) -> None:
    runs = 0
    for cell in lesson.cells:
        runs = 0 if cell.cell_type == "markdown" else runs + 1
        assert runs <= 2, cell.source


def test_exercises_have_a_place_a_check_and_a_solution(lesson: NotebookNode) -> None:
    parts = [tag for cell in lesson.cells for tag in tags(cell) if tag in ("exercise", "check", "solution")]
    count = len(parts) // 3
    assert count in (2, 3)
    assert parts == ["exercise", "check", "solution"] * count
    for number in range(1, count + 1):
        assert f"### Exercise {number}: " in prose(lesson)


def test_code_hides_no_error_and_knows_no_special_account(lesson: NotebookNode) -> None:
    for cell in code(lesson):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.ExceptHandler):
                assert "check" in tags(cell)
                assert isinstance(node.type, ast.Name)
                assert node.type.id == "SnowparkSQLException"
        assert "raises-exception" not in tags(cell)
        assert not re.search(r"\bif .*local|%%capture|2>/dev/null", cell.source)


def test_charts_describe_themselves(lesson: NotebookNode) -> None:
    charts = [cell for cell in code(lesson) if CHART.search(cell.source)]
    assert charts
    for cell in charts:
        (bundle,) = [output.data for output in cell.outputs]
        assert len(bundle["text/plain"]) > 80
        assert re.match(r'<img alt="[^"]{80,}" .*src="data:image/svg\+xml,', bundle["text/html"])


def test_outputs_are_those_of_one_run_without_errors(lesson: NotebookNode) -> None:
    assert [cell.execution_count for cell in code(lesson)] == list(range(1, len(code(lesson)) + 1))
    for cell in code(lesson):
        assert all(output.output_type != "error" for output in cell.outputs)
        assert all(output.get("name") != "stderr" for output in cell.outputs)


def test_outputs_name_no_machine(lesson: NotebookNode) -> None:
    text = nbformat.writes(lesson)
    assert not re.search(r"/(home|tmp|root|Users|work)/|127\.0\.0\.1", text)


def test_only_outputs_with_times_or_plans_are_not_compared(lesson: NotebookNode) -> None:
    for cell in code(lesson):
        if "nbval-ignore-output" in tags(cell):
            assert re.search(r"TIME|explain\(\)", cell.source), cell.source


def test_exercises_are_committed_unsolved(lesson: NotebookNode) -> None:
    for number, cell in enumerate((cell for cell in code(lesson) if "check" in tags(cell)), start=1):
        assert cell.outputs[0].text.startswith(f"✗ Exercise {number}, not yet: ")


def test_exercise_edition_gives_nothing_away(lesson: NotebookNode, lessons: ModuleType) -> None:
    edition = lessons.exercise_edition(lesson)
    assert "<summary>Solution</summary>" not in prose(edition)
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code(edition))
    assert [cell.source for cell in code(edition)] == [cell.source for cell in code(lesson)]


def test_solution_edition_puts_solutions_in_the_learners_place(
    lesson: NotebookNode, lessons: ModuleType
) -> None:
    solutions = [cell.source for cell in lesson.cells if "solution" in tags(cell)]
    edition = lessons.solution_edition(lesson)
    places = [cell.source for cell in edition.cells if "exercise" in tags(cell)]
    assert len(places) == len(solutions)
    for place, solution in zip(places, solutions, strict=True):
        assert f"```python\n{place}\n```" in solution
    assert not any("solution" in tags(cell) for cell in edition.cells)


def test_metadata_is_the_same_on_every_machine(lesson: NotebookNode) -> None:
    assert lesson.metadata == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in lesson.cells:
        assert set(cell.metadata) <= {"tags", "jupyter"}


def test_set_up_script_is_cut_where_the_notebook_cuts_it() -> None:
    script = (ROOT / "sql" / "00_setup.sql").read_text(encoding="utf-8")
    headings = re.findall(r"^-- Step (\d): ", script, re.MULTILINE)
    assert headings == ["1", "2", "3", "4", "5", "6"]
