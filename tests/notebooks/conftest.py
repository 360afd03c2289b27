"""A local account of its own for every test that runs lessons, and the tool that knows their cells."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from nbformat import NotebookNode

from tests.notebooks.course import ROOT, Course, account_at, runs_in


@pytest.fixture(scope="session")
def lessons() -> ModuleType:
    """tools/lessons.py."""
    spec = importlib.util.spec_from_file_location("lessons", ROOT / "tools" / "lessons.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["lessons"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Course:
    """The course, run once for all test processes."""
    base = tmp_path_factory.getbasetemp()
    alone = not hasattr(request.config, "workerinput")
    return Course((base if alone else base.parent) / "course")


@pytest.fixture
def account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Path]:
    """An account that `snowdome.connection()` finds, whatever connection.json a developer has.

    It is empty, or as the lesson that the mark ``after_lesson`` or ``before_lesson`` names leaves or finds it.
    """
    state = tmp_path / "state"
    for mark in request.node.iter_markers("after_lesson"):
        request.getfixturevalue("course").copy_after(*mark.args, state)
    for mark in request.node.iter_markers("before_lesson"):
        request.getfixturevalue("course").copy_before(*mark.args, state)
    with account_at(state, tmp_path / "connection.json") as parameters:
        monkeypatch.setenv("SNOWDOME_CONNECTION", str(parameters))
        monkeypatch.setenv("MLFLOW_TRACKING_URI", runs_in(tmp_path))
        yield parameters


@pytest.fixture
def run(lessons: ModuleType) -> Callable[[NotebookNode], list[str]]:
    """Execute a lesson where lessons are, and return what its checks say; an error in a cell raises."""

    def execute(lesson: NotebookNode) -> list[str]:
        lessons.execute(lesson, ROOT / "notebooks")
        checks = [cell for cell in lesson.cells if lessons.has_tag(cell, "check")]
        return [cell.outputs[0].text.strip() for cell in checks]

    return execute
