"""Where the imported files of functions and procedures lie: a directory each."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from pathlib import Path

from snowdome.catalog.model import Entity, Routine


class Imports:
    """The directories of all routines. A routine that is gone loses its own once no clone of it is left and
    every statement has ended that may still load the handler."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def folder(self, routine: Routine) -> Path:
        """The directory of a routine's files; a clone has its origin's, a model's method the model's own."""
        if "DIRECTORY" in routine.options:
            return Path(routine.options["DIRECTORY"])
        return self._root / _name(routine)

    def forget(self, gone: Routine, left: Iterable[Entity], running: Sequence[Future[None]]) -> None:
        """Delete the files of ``gone`` unless one of those ``left`` has them too, when what is ``running`` ends."""
        name = _name(gone)
        if not any(isinstance(e, Routine) and _name(e) == name for e in left):
            _remove_after(list(running), self._root / name)

    def sweep(self, living: Iterable[Entity]) -> None:
        """At start: delete what belongs to none of ``living``."""
        kept = {_name(e) for e in living if isinstance(e, Routine)}
        for entry in self._root.iterdir() if self._root.is_dir() else ():
            if entry.name not in kept:
                shutil.rmtree(entry, ignore_errors=True)


def _name(routine: Routine) -> str:
    return routine.options.get("FOLDER", str(routine.id))


def _remove_after(running: list[Future[None]], folder: Path) -> None:
    while running:
        statement = running.pop()
        if not statement.done():
            statement.add_done_callback(lambda _: _remove_after(running, folder))
            return
    shutil.rmtree(folder, ignore_errors=True)
