"""``snowdome run``: lessons executed in order, and the report of it."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.cli.conftest import Command

PIXEL = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa75\x81\x84\x00\x00\x00\x00IEND\xaeB`\x82"
)
SESSION = (
    "import snowdome\nfrom snowflake.snowpark import Session\n"
    "session = Session.builder.configs(snowdome.connection()).create()"
)


@pytest.fixture
def project(snowdome: Command) -> Path:
    (snowdome.folder / "pyproject.toml").touch()
    (snowdome.folder / "notebooks").mkdir()
    (snowdome.folder / "notebooks" / "pixel.png").write_bytes(PIXEL)
    return snowdome.folder


def lesson(project: Path, name: str, *cells: str, title: str = "A lesson") -> None:
    notebook = new_notebook(
        cells=[new_markdown_cell(f"# {title}\n\n## Steps\n\n![p](pixel.png)"), *map(new_code_cell, cells)],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    nbformat.write(notebook, project / "notebooks" / f"{name}.ipynb")


def test_lessons_run_in_order_and_are_reported(snowdome: Command, project: Path) -> None:
    lesson(project, "01_second", "open('trace').read()", title="Second <lesson>")
    lesson(project, "00_first", SESSION, "open('trace', 'w').write('from the first')\nprint('done')")
    done = snowdome("run")
    assert done.returncode == 0, done.stderr
    assert re.findall(r"^(\w+) +(\d+) cells .* (\w+)$", done.stdout, re.MULTILINE) == [
        ("00_first", "2", "ok"),
        ("01_second", "1", "ok"),
    ]
    assert f"2 lessons on the local account, 127.0.0.1:{snowdome.status()['port']}" in done.stdout
    executed = nbformat.read(project / "build" / "notebooks" / "01_second.ipynb", 4)
    assert executed.cells[1].outputs[0].data["text/plain"] == "'from the first'"
    report = (project / "build" / "report.html").read_text(encoding="utf-8")
    assert "Second &lt;lesson&gt;" in report
    assert "data:image/png;base64," in report
    assert not re.findall(r"(?:src|href)=\"(?:https?:)?//", report)
    assert "<script" not in report
    ids = re.findall(r' id="([^"]+)"', report)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', report)) <= set(ids)


def test_the_first_failure_ends_the_run(snowdome: Command, project: Path) -> None:
    lesson(project, "00_first", "print('before')", "raise ValueError('on purpose')", "print('after')")
    lesson(project, "01_second", "print('never')")
    done = snowdome("run")
    assert done.returncode == 1
    assert "00_first" in done.stdout
    assert "ValueError: on purpose" in done.stdout
    assert not (project / "build" / "notebooks" / "01_second.ipynb").exists()
    executed = nbformat.read(project / "build" / "notebooks" / "00_first.ipynb", 4)
    assert executed.cells[1].outputs[0].text == "before\n"
    assert executed.cells[3].outputs == []
    report = (project / "build" / "report.html").read_text(encoding="utf-8")
    assert "not reached" in report
    assert "on purpose" in report


def test_lessons_can_be_chosen(snowdome: Command, project: Path) -> None:
    for name in ("00_first", "01_second"):
        lesson(project, name, "1")
    done = snowdome("run", "01", "--output", "elsewhere")
    assert done.returncode == 0, done.stderr
    assert [file.name for file in (project / "elsewhere" / "notebooks").iterdir()] == ["01_second.ipynb"]
    assert "No lesson in" in snowdome("run", "07").stderr


def test_outside_a_project_there_are_no_lessons(snowdome: Command) -> None:
    done = snowdome("run")
    assert done.returncode == 1
    assert "There are no lessons in" in done.stderr


def test_lab_is_jupyterlab_in_a_container_too(snowdome: Command, project: Path) -> None:
    shown = snowdome("lab", "--show-config-json")
    assert shown.returncode == 0, shown.stderr
    allowed = json.loads(shown.stdout).get("ServerApp", {}).get("allow_root", False)
    assert allowed is (os.geteuid() == 0)  # which it refuses otherwise
