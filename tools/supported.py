"""docs/supported.md: which public methods of snowflake-ml-python work on the local account, as its tests show.

A method works if a test calls it, and is refused if only tests whose names end in ``refused`` do. The tests
are read, not run. ``--check`` says what is neither, and whether the page is as it should be.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import inspect
import sys
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "supported.md"
TESTS = ROOT / "tests" / "ml"
_REFUSED = "refused"


@dataclass(frozen=True)
class Section:
    """A class of the client, and the tests that are looked at for it."""

    path: str
    tests: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.path.rpartition(".")[2]


SECTIONS = (
    Section("snowflake.ml.feature_store.FeatureStore", ("test_feature_store*.py",)),
    Section("snowflake.ml.dataset.Dataset", ("test_datasets.py",)),
    Section("snowflake.ml.dataset.DatasetVersion", ("test_datasets.py",)),
    Section("snowflake.ml.dataset.DatasetReader", ("test_datasets.py",)),
    Section("snowflake.ml.registry.Registry", ("test_registry*.py", "test_frameworks.py", "test_model*.py")),
    Section("snowflake.ml.model.Model", ("test_registry*.py", "test_frameworks.py", "test_model*.py")),
    Section("snowflake.ml.model.ModelVersion", ("test_registry*.py", "test_frameworks.py", "test_model*.py")),
    Section("snowflake.ml.experiment.ExperimentTracking", ("test_experiment*.py",)),
)


@dataclass(frozen=True)
class Use:
    """A test that names an attribute; ``about`` is the first line of its docstring, ``needs`` the packages
    without which it is passed over."""

    file: str
    test: str
    about: str = ""
    needs: tuple[str, ...] = ()

    @property
    def refuses(self) -> bool:
        return self.test.endswith(_REFUSED)


def methods(section: Section) -> list[str]:
    """The names of the public methods and properties that the client gives the class, in their order."""
    module, _, name = section.path.rpartition(".")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cls = getattr(importlib.import_module(module), name)
    found: dict[str, None] = {}
    for base in cls.__mro__:
        if base.__module__.startswith("snowflake.ml."):
            found |= dict.fromkeys(n for n, value in vars(base).items() if _is_public(n, value))
    return list(found)


def _is_public(name: str, value: object) -> bool:
    kinds = (property, staticmethod, classmethod)
    return not name.startswith("_") and (isinstance(value, kinds) or inspect.isfunction(value))


def uses(patterns: Iterable[str]) -> dict[str, list[Use]]:
    """Attribute names to the tests that use them, in the files that match ``patterns``."""
    found: dict[str, list[Use]] = {}
    files = sorted({file for pattern in patterns for file in TESTS.glob(pattern)})
    for file in files:
        for use, names in _functions(file):
            for name in names:
                found.setdefault(name, []).append(use)
    return found


def _functions(file: Path) -> Iterator[tuple[Use, set[str]]]:
    """Each function of a file with the attributes that it names; helpers count as tests."""
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            about = (ast.get_docstring(node) or "").partition("\n")[0]
            names = {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}
            yield Use(file.name, node.name, about, tuple(_needed(node))), names


def _needed(function: ast.FunctionDef) -> Iterator[str]:
    """The packages of its ``pytest.importorskip("…")``."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "importorskip":
            yield from (str(a.value) for a in node.args if isinstance(a, ast.Constant))


def missing(section: Section) -> list[str]:
    """The methods that no test uses."""
    found = uses(section.tests)
    return [name for name in methods(section) if name not in found]


# -- the page -------------------------------------------------------------------------------------


def page() -> str:
    """The whole page."""
    head = (
        "# What works of snowflake-ml-python\n\n"
        "Made by `python tools/supported.py` from the client and the tests in `tests/ml`; do not edit it.\n"
        "What is refused ends with the error 000002, `Unsupported feature: not supported by the local account: …`,\n"
        "which names what is not there.\n"
    )
    return "\n".join([head, *(_section(section) for section in SECTIONS)])


def _section(section: Section) -> str:
    found = uses(section.tests)
    rows = [f"| `{name}` | {_verdict(found.get(name, []))} |" for name in methods(section)]
    return "\n".join([f"## {section.name}\n", "| method | |", "|---|---|", *rows, ""])


def _verdict(found: list[Use]) -> str:
    if not found:
        return "no test yet"
    works = sorted(
        (use for use in found if not use.refuses), key=lambda use: not use.test.startswith("test_")
    )
    if not works:
        return f"refused: {found[0].about or found[0].test} (`{found[0].file}`)"
    where = f" where {' and '.join(works[0].needs)} is installed" if works[0].needs else ""
    return f"works{where} (`{works[0].file}`: `{works[0].test}`)"


def main() -> int:
    """Write the page, or check it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if something is missing")
    if not parser.parse_args().check:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    problems = [f"{s.name}.{name} is in no test." for s in SECTIONS for name in missing(s)]
    if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page():
        problems.append(f"{PAGE.name} is old: run python tools/supported.py.")
    print("\n".join(problems) or "All is as it should be.")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
