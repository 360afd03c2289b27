"""CREATE FUNCTION or PROCEDURE … LANGUAGE PYTHON: options, packages, imported files."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TypeVar

from snowdome.catalog.model import Function, Routine
from snowdome.context import Context
from snowdome.errors import SnowflakeError, compilation_error, not_supported
from snowdome.python import packages
from snowdome.sql import ast
from snowdome.sql.staging import given
from snowdome.stages import location
from snowdome.stages.formats import Bare, Given
from snowdome.statements.properties import invalid_property, plain

_KEPT = frozenset({"HANDLER", "RUNTIME_VERSION", "PACKAGES", "IMPORTS", "COMMENT"})
_LATER = frozenset({"EXTERNAL_ACCESS_INTEGRATIONS", "SECRETS", "TARGET_PATH", "RESOURCE_CONSTRAINT"})
_IGNORED = frozenset({"ARTIFACT_REPOSITORY"})
R = TypeVar("R", bound=Routine)
VERSIONS = ("3.8", "3.9", "3.10", "3.11", "3.12", "3.13")


def with_options(made: R, options: ast.Options, context: Context) -> R:
    """``made`` with the options of a Python handler, checked; lists are kept a line each."""
    what = "function" if isinstance(made, Function) else "procedure"
    found: dict[str, str] = {}
    for name, value in options.items():
        if name in _LATER:
            raise not_supported(f"{name} of a {what}")
        if name in _IGNORED:
            continue
        if name not in _KEPT:
            raise invalid_property(name, what.upper())
        found[name] = "\n".join(_texts(given(value, context)))
    comment = found.pop("COMMENT", "")
    if "HANDLER" not in found:
        raise compilation_error(
            "391516", "42601", f"Missing handler: HANDLER = '…' is needed for Python {what}s."
        )
    _check_version(found.get("RUNTIME_VERSION", ""))
    packages.check(filter(None, found.get("PACKAGES", "").split("\n")), what)
    if not made.body and not found.get("IMPORTS"):
        raise compilation_error(
            "391517", "42601", f"A Python {what} needs a body or IMPORTS that hold its handler."
        )
    if found.get("IMPORTS"):
        found["FOLDER"] = str(made.id)
    return replace(made, comment=comment, options=found)


def _texts(value: Given) -> list[str]:
    if isinstance(value, list):
        return [t for v in value for t in _texts(v)]
    return [value.text if isinstance(value, Bare) else plain(value)]


def _check_version(version: str) -> None:
    """Snowflake's versions are taken; handlers run on the account's own Python."""
    if not version:
        text = "Missing runtime version: RUNTIME_VERSION is needed for Python functions."
        raise compilation_error("391515", "42601", text)
    if version not in VERSIONS:
        text = f"Unsupported Python version '{version}'. Use one of {', '.join(VERSIONS)}."
        raise compilation_error("391515", "42601", text)


def fetch_imports(made: Routine, context: Context) -> None:
    """Copy the imported files to where the function's workers look."""
    folder = context.services.python.imports(made)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for text in filter(None, made.options.get("IMPORTS", "").split("\n")):
        where = location.resolve(text, context.session, context.services.stages)
        files = [f for f in where.files(context.services.stages) if f.name == where.path]
        if not files:
            raise _missing(text)
        shutil.copyfile(files[0].path, folder / PurePosixPath(files[0].name).name)


def _missing(text: str) -> SnowflakeError:
    message = f"Package or file '{text}' in IMPORTS does not exist or is not accessible."
    return compilation_error("391518", "42601", message)
