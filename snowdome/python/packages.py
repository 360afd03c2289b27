"""The environment's packages as those of Snowflake's Python: what PACKAGES may name."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distributions, requires
from inspect import getmodulename

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from snowdome.errors import SnowflakeError, compilation_error

ALWAYS = ("cloudpickle", "packaging", "typing-extensions")  # in every handler's environment
# Packages by Snowflake's names for them -> other distributions of the same modules, without what is of no use here.
SAME = {"xgboost": "xgboost-cpu", "mlflow": "mlflow-skinny", "pytorch": "torch"}

# Packages whose import takes longer than all else that a handler does -> the module that handlers import of them.
SLOW = {
    "snowflake-core": "snowflake.core.task.dagv1", "scikit-learn": "sklearn.ensemble", "xgboost": "xgboost",
    "lightgbm": "lightgbm",
}  # fmt: skip

# What the account gives to handlers itself (see ``provided``), by the version that it follows.
PROVIDED = {"snowflake-telemetry-python": "0.8.0"}


@cache
def installed() -> Mapping[str, str]:
    """Canonical name -> version of every installed distribution."""
    found: dict[str, str] = {}
    for distribution in distributions():
        name = distribution.metadata["Name"]
        if name:
            found[canonicalize_name(name)] = distribution.version
    for usual, other in SAME.items():
        if usual not in found and other in found:
            found[usual] = found[other]
    return {**PROVIDED, **found}


@cache
def listed() -> Mapping[str, str]:
    """``installed()``, under the distributions' own spellings too: clients look for ``snowflake.core``."""
    own = (d.metadata["Name"] for d in distributions())
    return {**{n.lower(): installed()[canonicalize_name(n)] for n in own if n}, **installed()}


def runtime_version() -> str:
    """The one Python version handlers run on: the account's."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def check(names: Iterable[str], kind: str = "function") -> tuple[str, ...]:
    """The requirement texts, if each can be met here; else Snowflake's error, which names the first one."""
    kept = []
    for text in names:
        try:
            wanted = requirement(text)
        except InvalidRequirement:
            raise _unknown(text, kind) from None
        version = installed().get(canonicalize_name(wanted.name))
        if version is None or (wanted.specifier and not wanted.specifier.contains(version, prereleases=True)):
            raise _unknown(text, kind)
        kept.append(text)
    return tuple(kept)


def requirement(text: str) -> Requirement:
    """The requirement that ``text`` spells, which may have one equals sign, as Snowflake writes it too."""
    return Requirement(re.sub(r"(?<![=<>!~])=(?!=)", "==", text))


def name_of(text: str) -> str:
    """The canonical name of the package that a requirement names."""
    return str(canonicalize_name(requirement(text).name))


def _unknown(text: str, kind: str) -> SnowflakeError:
    message = (
        f"Cannot create a Python {kind} with the specified packages. "
        f"Please check your packages specification and try again. '{text}' is not available."
    )
    return compilation_error("391531", "42601", message)


def modules(names: Iterable[str]) -> frozenset[str]:
    """The top-level modules of the named packages, of what they require, and of what is always there."""
    found = _closure({name_of(n) for n in names} | set(ALWAYS))
    return frozenset(m for m, names in owners().items() if any(canonicalize_name(n) in found for n in names))


def slow(names: Iterable[str]) -> tuple[str, ...]:
    """Modules of the named packages that are slow to import."""
    return tuple(SLOW[n] for n in map(name_of, names) if n in SLOW)


@cache
def owners() -> dict[str, list[str]]:
    """Top-level module -> the installed distributions that have it."""
    found: dict[str, list[str]] = {}
    for distribution in distributions():
        for module in _top_level(distribution):
            found.setdefault(module, []).append(distribution.metadata["Name"])
    return found


def _top_level(distribution: Distribution) -> Iterable[str]:
    """The modules that it says it has, or else those of its files, which Python 3.10 itself does not look at."""
    said = (distribution.read_text("top_level.txt") or "").split()
    files = [] if said else distribution.files or []
    names = {f.parts[0] if len(f.parts) > 1 else getmodulename(f.name) for f in files}
    return said or [n for n in names if n and n.isidentifier()]


def _closure(names: set[str]) -> set[str]:
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _required(name)
    return found


@cache
def _required(name: str) -> tuple[str, ...]:
    """What a distribution requires in this environment, extras too where they are installed."""
    try:
        texts = requires(name) or []
    except PackageNotFoundError:
        texts = [SAME[name]] if name in SAME else ["snowflake-connector-python"] if name in PROVIDED else []
    found = [canonicalize_name(Requirement(t).name) for t in texts]
    return tuple(n for n in found if n in installed())
