"""Judges the exercises' checks: a wrong answer is told what is wrong, a valid one passes however it came about."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from pathlib import Path
from types import ModuleType

import nbformat
import pytest
from nbformat import NotebookNode

Run = Callable[[NotebookNode], list[str]]
Answers = list[tuple[str, str]]  # the learner's code, and words of the verdict; RIGHT accepts

NOTHING, RIGHT = "pass", "✓"
MARKS = [pytest.mark.slow, pytest.mark.timeout(1800), pytest.mark.usefixtures("account")]  # whole lessons run


def sql(text: str) -> str:
    """The code that runs a statement."""
    return f"session.sql('''{text}''').collect()"


def judge(lessons: ModuleType, run: Run, path: Path, exercises: list[Answers]) -> None:
    """Give a lesson's exercises one answer after the other, and compare what their checks say to each."""
    lesson = lessons.read(path)
    checks = [cell for cell in lesson.cells if lessons.has_tag(cell, "check")]
    lesson.cells = [cell for cell in lesson.cells if cell.cell_type == "code"][:1]
    for check, answers in zip(checks, exercises, strict=True):
        for answer, _ in answers:
            lesson.cells += [nbformat.v4.new_code_cell(answer), nbformat.from_dict(check)]
    said = run(lesson)
    for verdict, (answer, words) in zip(said, chain.from_iterable(exercises), strict=True):
        assert verdict.startswith(RIGHT if words == RIGHT else "✗"), (answer, verdict)
        assert words in verdict, (answer, verdict)
