"""What of this machine a handler does not see, as it is not there on Snowflake. Inside a worker."""

from __future__ import annotations

import builtins
import importlib
import importlib.util
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from snowdome.python import files, packages

# What a process needs of its environment: to find programs and libraries, to know its language, to reach a network.
_KEPT = re.compile(
    r"PATH|HOME|USER|TZ|LANG|LANGUAGE|LC_.*|TMPDIR|TMP|TEMP|(DY)?LD_LIBRARY_PATH|.*_CA_BUNDLE|SSL_CERT_.*|.*_proxy"
    r"|(OMP|OPENBLAS|MKL|NUMEXPR)_.*",
    re.IGNORECASE,
)

Import = Callable[..., Any]


def hide_environment() -> None:
    """Forget what the account's own environment says beyond what a process needs, such as passwords."""
    for name in [n for n in os.environ if not _KEPT.fullmatch(n)]:
        del os.environ[name]


def hide_own_folder() -> None:
    """Forget the folder that the account's own code is loaded from, unless packages are installed there: what
    stands beside it, such as a notebook's modules, is not the handler's."""
    folder = Path(__file__).parents[2]
    if folder.name not in ("site-packages", "dist-packages"):
        sys.path[:] = [p for p in sys.path if Path(p) != folder]


def hide_modules(allowed: frozenset[str], folder: str, find: files.Find) -> None:
    """Hide installed third-party modules that are not ``allowed`` from the handler's own imports. What the
    allowed ones import themselves is not looked at. The client's module of staged files gets ``find``."""
    names = frozenset(packages.owners()) - allowed
    found_at_first: Import = builtins.__import__

    def is_hidden(name: str, namespace: dict[str, Any] | None) -> bool:
        return name.partition(".")[0] in names and _is_own(namespace, folder)

    def imported(
        name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0
    ) -> Any:
        if not level and is_hidden(name, globals):
            raise _missing(name)
        found = found_at_first(name, globals, locals, fromlist, level)
        _teach(name, find)
        return found

    builtins.__import__ = imported
    importlib.import_module = _by_name(importlib.import_module, is_hidden, _raise, find)
    importlib.util.find_spec = _by_name(importlib.util.find_spec, is_hidden, lambda name: None, find)


def _by_name(
    original: Import,
    is_hidden: Callable[[str, Any], bool],
    otherwise: Callable[[str], None],
    find: files.Find,
) -> Import:
    """``original``, a function of importlib, for handlers that look modules up by name."""

    def found(name: str, package: str | None = None) -> Any:
        if is_hidden(name, sys._getframe(1).f_globals):
            return otherwise(name)
        module = original(name, package)
        _teach(name, find)
        return module

    return found


def _raise(name: str) -> None:
    raise _missing(name)


def _missing(name: str) -> ModuleNotFoundError:
    return ModuleNotFoundError(f"No module named '{name}'", name=name)


def _teach(name: str, find: files.Find) -> None:
    """Teach the client's module of staged files, once it is imported, where they are."""
    module = sys.modules.get(files.MODULE) if name == files.MODULE else None
    if module is not None and not hasattr(module, "_taught"):
        module._taught = True  # type: ignore[attr-defined]
        files.teach(module, find)


def _is_own(namespace: dict[str, Any] | None, folder: str) -> bool:
    """Whether an import stands in the handler's code or in one of its imported files."""
    if namespace is None:
        return False
    return namespace.get("__name__") in ("_udf_code", "__main__") or str(
        namespace.get("__file__", "")
    ).startswith(folder)
