"""Work on the lessons: run them in place, make an edition for teaching, put in a picture.

    python tools/lessons.py run notebooks/01_data_engineering.ipynb
    python tools/lessons.py edition exercise --to handout notebooks/*.ipynb
    python tools/lessons.py edition solution --to solved notebooks/*.ipynb
    python tools/lessons.py picture notebooks/00_setup.ipynb notebooks/pictures/00_setup.svg

A lesson is one notebook. What its exercises need is told by cell tags:

    exercise   a code cell, nearly empty, in which the learner works
    check      a code cell that looks at the account and says whether the exercise is solved
    solution   a Markdown cell whose fenced code, folded away until somebody opens it, solves that exercise

From that come two editions: the exercise edition has no solutions and no outputs; in the solution edition the
solutions stand in the learner's place, so that running it solves every exercise.
"""

from __future__ import annotations

import argparse
import base64
import io
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import nbformat
from nbformat import NotebookNode

EXERCISE, CHECK, SOLUTION = "exercise", "check", "solution"
PICTURE = "picture.png"
LESSON_NAME = re.compile(r"\d\d_")
CELL_SECONDS = 300


def main(arguments: Sequence[str] | None = None) -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description="Work on the lessons.")
    commands = parser.add_subparsers(required=True)
    run = commands.add_parser("run", help="execute lessons and keep their outputs")
    run.add_argument("lessons", nargs="+", type=Path)
    run.set_defaults(action=lambda given: run_lessons(given.lessons))
    edition = commands.add_parser("edition", help="write an edition for teaching")
    edition.add_argument("edition", choices=sorted(EDITIONS))
    edition.add_argument("lessons", nargs="+", type=Path)
    edition.add_argument("--to", type=Path, required=True, help="directory to write to")
    edition.set_defaults(action=lambda given: write_editions(given.edition, given.lessons, given.to))
    picture = commands.add_parser("picture", help="attach a lesson's SVG picture")
    picture.add_argument("lesson", type=Path)
    picture.add_argument("svg", type=Path)
    picture.set_defaults(action=lambda given: attach_picture(given.lesson, given.svg))
    given = parser.parse_args(arguments)
    given.action(given)


def read(path: Path) -> NotebookNode:
    """Return the notebook in a file."""
    return nbformat.read(path, as_version=4)


def write(path: Path, lesson: NotebookNode) -> None:
    """Write a notebook without what differs from one machine or run to the next."""
    lesson.metadata = NotebookNode(
        kernelspec={"display_name": "Python 3", "language": "python", "name": "python3"},
        language_info={"name": "python"},
    )
    for cell in lesson.cells:
        cell.metadata.pop("execution", None)
    nbformat.validate(lesson)
    nbformat.write(lesson, path)


def run_lessons(paths: Sequence[Path]) -> None:
    """Execute notebooks in place, one after the other; the first error ends it."""
    for path in paths:
        lesson = read(path)
        execute(lesson, path.parent)
        write(path, lesson)
        print(f"{path}: {sum(cell.cell_type == 'code' for cell in lesson.cells)} cells ran")


def execute(lesson: NotebookNode, directory: Path) -> NotebookNode:
    """Run all cells of a notebook in a directory and keep their outputs in it.

    Raises nbclient's CellExecutionError for a cell that fails, with its traceback.
    """
    from nbclient import NotebookClient

    client = NotebookClient(
        lesson, timeout=CELL_SECONDS, kernel_name="python3", resources={"metadata": {"path": str(directory)}}
    )
    client.execute()
    return lesson


def has_tag(cell: NotebookNode, tag: str) -> bool:
    """Tell whether a cell carries a tag."""
    return tag in cell.metadata.get("tags", [])


def exercise_edition(lesson: NotebookNode) -> NotebookNode:
    """Return a copy without solutions and without outputs."""
    copy = nbformat.from_dict(lesson)
    copy.cells = [without_outputs(cell) for cell in copy.cells if not has_tag(cell, SOLUTION)]
    return copy


def solution_edition(lesson: NotebookNode) -> NotebookNode:
    """Return a copy in which each solution stands in the learner's place; its outputs have to be made."""
    copy = nbformat.from_dict(lesson)
    place = None
    for cell in copy.cells:
        if has_tag(cell, EXERCISE):
            place = cell
        elif has_tag(cell, SOLUTION):
            if place is None:
                raise ValueError(f"solution without an exercise before it: {cell.source[:80]!r}")
            place.source, place = solution_code(cell), None
    copy.cells = [without_outputs(cell) for cell in copy.cells if not has_tag(cell, SOLUTION)]
    return copy


EDITIONS: dict[str, Callable[[NotebookNode], NotebookNode]] = {
    "exercise": exercise_edition,
    "solution": solution_edition,
}


def solution_code(cell: NotebookNode) -> str:
    """Return the code in a solution's fence; ValueError if there is not exactly one."""
    fences: list[str] = re.findall(r"^```python\n(.*?)\n```$", cell.source, re.DOTALL | re.MULTILINE)
    if len(fences) != 1:
        raise ValueError(f"a solution needs exactly one fence of Python: {cell.source[:80]!r}")
    return fences[0]


def without_outputs(cell: NotebookNode) -> NotebookNode:
    """Return the cell as if it had never run."""
    if cell.cell_type == "code":
        cell.outputs, cell.execution_count = [], None
    return cell


def write_editions(edition: str, paths: Sequence[Path], directory: Path) -> None:
    """Write an edition of each lesson into a directory beside theirs, from where ../data is found too.

    A notebook that is no lesson, by its name, is what a lesson is about: it is written as it is.
    """
    directory.mkdir(parents=True, exist_ok=True)
    for path in paths:
        change = EDITIONS[edition] if LESSON_NAME.match(path.name) else nbformat.from_dict
        write(directory / path.name, change(read(path)))
        print(directory / path.name)


def attach_picture(path: Path, svg: Path) -> None:
    """Attach an SVG, as PNG because front ends show no SVG attachments, to the cell that refers to it."""
    lesson = read(path)
    cells = [cell for cell in lesson.cells if f"attachment:{PICTURE}" in cell.source]
    if len(cells) != 1:
        raise ValueError(f"{path}: one cell should show attachment:{PICTURE}, {len(cells)} do")
    content = base64.b64encode(png(svg.read_text(encoding="utf-8"))).decode("ascii")
    cells[0].attachments = {PICTURE: {"image/png": content}}
    write(path, lesson)


def png(svg: str) -> bytes:
    """Return a drawing in few colours as a small PNG."""
    import vl_convert
    from PIL import Image

    drawn = Image.open(io.BytesIO(vl_convert.svg_to_png(svg, scale=1.5)))
    packed = io.BytesIO()
    drawn.convert("RGB").quantize(64).save(packed, "PNG", optimize=True)
    return packed.getvalue()


if __name__ == "__main__":
    main()
