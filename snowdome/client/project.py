"""Where the project is: the nearest folder, from the working directory upwards, that looks like one."""

from __future__ import annotations

from pathlib import Path

MARKERS = ("pyproject.toml", ".git", "notebooks", ".snowdome")


def find_upwards(*names: str) -> Path | None:
    """The nearest folder, from the working directory upwards, with one of ``names`` in it, if any."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if any((folder / name).exists() for name in names):
            return folder
    return None


def project_directory() -> Path:
    """The nearest folder with one of MARKERS in it, else the working directory."""
    return find_upwards(*MARKERS) or Path.cwd()
