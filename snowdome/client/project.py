"""Where the project is: the nearest folder, from the working directory upwards, that looks like one."""

from __future__ import annotations

from pathlib import Path

MARKERS = ("pyproject.toml", ".git", "notebooks", ".snowdome")


def find_upwards(*names: str) -> Path | None:
    """The nearest folder, from the working directory upwards, with one of ``names`` in it, if any."""
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if _holds(folder, names)), None)


def find_in_project(name: str) -> Path | None:
    """The nearest file called ``name``, from the working directory up to the project's folder, if any."""
    here, top = Path.cwd(), project_directory()
    folders = (folder for folder in (here, *here.parents) if folder == top or top in folder.parents)
    return next((folder / name for folder in folders if (folder / name).exists()), None)


def _holds(folder: Path, names: tuple[str, ...]) -> bool:
    return any((folder / name).exists() for name in names)


def project_directory() -> Path:
    """The nearest folder with one of MARKERS in it, else the working directory."""
    return find_upwards(*MARKERS) or Path.cwd()
