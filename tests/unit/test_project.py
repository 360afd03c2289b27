"""The project's own files agree with each other."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import tomlkit
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PYTHONS = ("3.10", "3.11", "3.12", "3.13")


def pyproject() -> dict[str, dict]:
    return tomlkit.parse((ROOT / "pyproject.toml").read_text(encoding="utf-8")).unwrap()


def constraints() -> list[Requirement]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def direct_requirements() -> list[Requirement]:
    project = pyproject()["project"]
    extras = project["optional-dependencies"].values()
    lines = {*project["dependencies"], *(line for extra in extras for line in extra)}
    return sorted(map(Requirement, lines), key=str)


def holds(marker: Marker | None, python: str) -> bool:
    return marker is None or marker.evaluate({"python_version": python, "python_full_version": f"{python}.0"})


def pinned(name: str, python: str) -> list[str]:
    """The versions that constraints.txt gives a package on a Python."""
    wanted = canonicalize_name(name)
    pins = [
        pin for pin in constraints() if canonicalize_name(pin.name) == wanted and holds(pin.marker, python)
    ]
    return [str(pin.specifier) for pin in pins]


@pytest.mark.parametrize("python", PYTHONS)
def test_every_direct_requirement_is_pinned_once_on_every_python(python: str) -> None:
    for requirement in direct_requirements():
        if holds(requirement.marker, python):
            (pin,) = pinned(requirement.name, python)
            assert re.fullmatch(r"==[^*,]+", pin), requirement
            assert pin.removeprefix("==") in requirement.specifier, requirement


def test_planned_packages_are_pinned() -> None:
    for line in pyproject()["dependency-groups"]["planned"]:
        assert pinned(Requirement(line).name, "3.11"), line


def test_constraints_name_exact_versions_and_no_address() -> None:
    for pin in constraints():
        (specifier,) = pin.specifier
        assert specifier.operator == "=="
        assert pin.url is None
        assert not pin.extras
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^-", text, re.MULTILINE)


def expected_environment() -> list[str]:
    """What environment.yml lists for pip: each direct requirement as constraints.txt pins it."""
    lines = []
    for requirement in direct_requirements():
        python = next(version for version in PYTHONS if holds(requirement.marker, version))
        extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
        (pin,) = pinned(requirement.name, python)
        marker = f"; {requirement.marker}".replace('"', "'") if requirement.marker else ""
        lines.append(f"{requirement.name}{extras}{pin}{marker}")
    return sorted(lines)


def test_environment_for_conda_lists_what_pyproject_and_constraints_do() -> None:
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    listed = re.findall(r'^ {6}- "?([^"\n]+)"?$', text, re.MULTILINE)
    options, packages = [x for x in listed if x.startswith("-")], [x for x in listed if not x.startswith("-")]
    assert options == ["--constraint constraints.txt", "--editable ."]
    assert packages == expected_environment()
    assert f"  - python{pyproject()['project']['requires-python']}\n" in text


def test_connection_example_has_the_parameters_a_client_needs() -> None:
    example = json.loads((ROOT / "connection.example.json").read_text(encoding="utf-8"))
    assert list(example) == ["account", "user", "password", "role", "warehouse", "database", "schema"]


def test_secrets_and_state_are_ignored_by_git() -> None:
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {"connection.json", ".snowdome/", ".venv*/", "build/"} <= set(ignored)


def test_version_is_the_packages() -> None:
    import snowdome

    assert pyproject()["project"]["version"] == snowdome.__version__
