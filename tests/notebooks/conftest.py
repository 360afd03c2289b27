"""A local account of its own for every test that runs lessons, and the tool that knows their cells."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from nbformat import NotebookNode

from snowdome.client import local

ROOT = Path(__file__).parents[2]


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


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A fresh account that `snowdome.connection()` finds, whatever connection.json a developer has."""
    fresh = local.account(tmp_path / "state")
    fresh.start()
    file = tmp_path / "connection.json"
    file.touch(mode=0o600)
    file.write_text(json.dumps(fresh.parameters()), encoding="utf-8")
    monkeypatch.setenv("SNOWDOME_CONNECTION", str(file))
    yield file
    fresh.stop()


@pytest.fixture
def run(lessons: ModuleType) -> Callable[[NotebookNode], list[str]]:
    """Execute a lesson where lessons are, and return what its checks say; an error in a cell raises."""

    def execute(lesson: NotebookNode) -> list[str]:
        lessons.execute(lesson, ROOT / "notebooks")
        checks = [cell for cell in lesson.cells if lessons.has_tag(cell, "check")]
        return [cell.outputs[0].text.strip() for cell in checks]

    return execute
