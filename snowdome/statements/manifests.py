"""Reading a model's MANIFEST.yml: its methods, and the packages that it needs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from packaging.requirements import InvalidRequirement

from snowdome.catalog.model import Argument
from snowdome.catalog.versioned import Method
from snowdome.errors import SnowflakeError, compilation_error
from snowdome.python import packages
from snowdome.sql import typenames
from snowdome.sql.query_parser import parse_expression
from snowdome.stages.storage import safe_path
from snowdome.types import DataType

FILE = "MANIFEST.yml"
SPECIFICATION = "model/model.yaml"  # what the client wrote about the model, beside the model itself
_TOOLS = ("python", "pip", "setuptools", "wheel")  # what installs packages is not what a model runs with
_PLATFORMS = ("WAREHOUSE", "SNOWPARK_CONTAINER_SERVICES")


@dataclass(frozen=True)
class Manifest:
    """What a manifest says; ``attributes`` come from the client's own file, JSON texts as they are stored."""

    methods: tuple[Method, ...]
    packages: tuple[str, ...] = ()
    platforms: tuple[str, ...] = _PLATFORMS
    user_data: str = "{}"
    attributes: str = "{}"
    sources: str = "[]"
    python: str = ""


def read(folder: Path) -> Manifest:
    """The manifest of the version whose files are in ``folder``; 398507 if there is none."""
    text = _text(folder / FILE)
    if text is None:
        raise SnowflakeError(
            "398507", "22000", f"Unable to read file {FILE}: it is not among the model's files."
        )
    found = _mapping(text, FILE)
    runtimes = _of(found, "runtimes", dict)
    methods = tuple(_method(m) for m in _of(found, "methods", list))
    if not methods:
        raise invalid("it has no methods")
    return Manifest(
        methods=methods,
        packages=_packages(folder, runtimes),
        platforms=tuple(str(p) for p in found.get("target_platforms") or _PLATFORMS),
        user_data=json.dumps(found.get("user_data") or {}, default=str),
        attributes=json.dumps(_attributes(folder)),
        sources=json.dumps(found.get("lineage_sources") or []),
        python=_python(runtimes),
    )


def invalid(why: str) -> SnowflakeError:
    """A manifest that does not describe a model."""
    return compilation_error("092808", "22023", f"Invalid model manifest {FILE}: {why}.")


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        raise invalid(f"{path.name} cannot be read") from None


def _mapping(text: str, name: str) -> dict[str, Any]:
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as failure:
        raise invalid(f"{name} is no YAML: {' '.join(str(failure).split())}") from None
    if not isinstance(found, dict):
        raise invalid(f"{name} is no mapping")
    return found


def _of(found: Mapping[str, Any], key: str, kind: type) -> Any:
    value = found.get(key)
    if not isinstance(value, kind):
        raise invalid(f"'{key}' is missing or of the wrong form")
    return value


# -- methods --------------------------------------------------------------------------------------


def _method(written: Any) -> Method:
    if not isinstance(written, dict):
        raise invalid("a method is no mapping")
    name, handler = _of(written, "name", str), _of(written, "handler", str)
    inputs = tuple(_argument(i) for i in _of(written, "inputs", list))
    inputs += tuple(_argument(p) for p in written.get("params") or ())
    outputs = [
        (str(o.get("name", "")), _type(o)) for o in _of(written, "outputs", list) if isinstance(o, dict)
    ]
    table = str(written.get("type", "FUNCTION")).upper() == "TABLE_FUNCTION"
    if not outputs or (not table and len(outputs) != 1):
        raise invalid(f"method {name} needs outputs: one, or columns of a table function")
    return Method(
        name=name,
        handler=handler,
        arguments=inputs,
        returns=None if table else outputs[0][1],
        columns=tuple(outputs) if table else (),
        volatile=str(written.get("volatility", "")).upper() == "VOLATILE",
    )


def _argument(written: Any) -> Argument:
    if not isinstance(written, dict):
        raise invalid("an input is no mapping")
    default = _default(written["default"]) if "default" in written else None
    return Argument(name=_of(written, "name", str), type=_type(written), default=default)


def _default(value: Any) -> str:
    """A parameter's default, which is written as SQL."""
    if value is None:
        return "NULL"
    text = str(value).upper() if isinstance(value, bool) else str(value)
    parse_expression(text)
    return text


def _type(written: Mapping[str, Any]) -> DataType:
    return typenames.parse(str(written.get("type", "")))


# -- what the methods need ------------------------------------------------------------------------


def _packages(folder: Path, runtimes: Mapping[str, Any]) -> tuple[str, ...]:
    """The requirements of all runtimes, from the files that they name."""
    found: dict[str, None] = {}
    for runtime in runtimes.values():
        needs = runtime.get("dependencies") if isinstance(runtime, dict) else None
        if not isinstance(needs, dict):
            continue
        if needs.get("pip"):
            found.update(dict.fromkeys(_pip(folder / safe_path(str(needs["pip"])))))
        if needs.get("conda"):
            found.update(dict.fromkeys(_conda(folder / safe_path(str(needs["conda"])))))
    return tuple(text for text in found if _is_needed(text))


def _python(runtimes: Mapping[str, Any]) -> str:
    """The Python version of the first runtime that names one."""
    found = (str(r["version"]) for r in runtimes.values() if isinstance(r, dict) and "version" in r)
    return next(found, "")


def _is_needed(text: str) -> bool:
    """Whether a model needs this to run, here; what is no requirement at all is for the check to refuse."""
    try:
        wanted = packages.requirement(text)
    except InvalidRequirement:
        return True
    return wanted.name.lower() not in _TOOLS and (wanted.marker is None or wanted.marker.evaluate())


def _pip(path: Path) -> list[str]:
    lines = (line.partition(" #")[0].strip() for line in (_text(path) or "").splitlines())
    return [line for line in lines if line and not line.startswith(("#", "-"))]


def _conda(path: Path) -> list[str]:
    listed = _mapping(_text(path) or "{}", path.name).get("dependencies") or []
    plain = [str(d).rpartition("::")[2] for d in listed if not isinstance(d, dict)]
    pip = [str(p) for d in listed if isinstance(d, dict) for p in d.get("pip") or ()]
    return [*plain, *pip]


def _attributes(folder: Path) -> dict[str, Any]:
    """Framework, task and client of a model that the client packed; none of any other."""
    text = _text(folder / SPECIFICATION)
    if text is None:
        return {}
    found = _mapping(text, SPECIFICATION)
    pairs = (("framework", "model_type"), ("task", "task"), ("client", "client_version"))
    return {name: found[key] for name, key in pairs if isinstance(found.get(key), str)}
