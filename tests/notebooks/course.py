"""Accounts as lessons leave them: each lesson is run once, and its account copied for whoever begins after it."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from snowdome.client import local

ROOT = Path(__file__).parents[2]
LESSONS = {path.stem: path for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))}
STRICTLY = (
    sys.executable, "-m", "pytest", "-p", "nbval.plugin", "-p", "pytest_timeout", "--nbval", "-q",
    "-p", "no:cacheprovider",
)  # fmt: skip
ELSEWHERE = {"TZ": "Pacific/Auckland", "PYTHONHASHSEED": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


def lesson_before(name: str) -> str | None:
    """The lesson that another one names as the one before it."""
    needed = re.search(r"\*\*Before it\*\* (?:nothing|`(\w+)`)", LESSONS[name].read_text(encoding="utf-8"))
    assert needed is not None, f"{name} does not say what is before it"
    return needed[1]


@contextmanager
def account_at(state: Path, parameters: Path) -> Iterator[Path]:
    """A running account on a state directory; gives the file with its connection parameters."""
    account = local.account(state)
    account.start()
    try:
        parameters.touch(mode=0o600)
        parameters.write_text(json.dumps(account.parameters()), encoding="utf-8")
        yield parameters
    finally:
        account.stop()


def runs_in(directory: Path) -> str:
    """Where lessons that run on an account let MLflow keep its runs: nobody else's are there."""
    return f"sqlite:///{directory}/mlflow.db"


@dataclass(frozen=True)
class Course:
    """The lessons' accounts in a directory that all test processes share."""

    directory: Path

    def copy_before(self, name: str, state: Path) -> None:
        """Make ``state`` what the lesson finds: nothing, or what the one before it left."""
        if before := lesson_before(name):
            self.copy_after(before, state)

    def copy_after(self, name: str, state: Path) -> None:
        """Make ``state`` what the lesson leaves; AssertionError with what it printed if it fails."""
        report = self.report(name)
        assert not report, report
        shutil.copytree(self.directory / name / "state", state)

    def report(self, name: str) -> str:
        """What pytest printed of the lesson's outputs that are not the committed ones; empty if all are."""
        place = self.directory / name
        place.mkdir(parents=True, exist_ok=True)
        with (place / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            kept = place / "report.txt"
            if not kept.exists():
                kept.write_text(self._run(name, place), encoding="utf-8")
            return kept.read_text(encoding="utf-8")

    def _run(self, name: str, place: Path) -> str:
        self.copy_before(name, place / "state")
        with account_at(place / "state", place / "connection.json") as parameters:
            own = {"SNOWDOME_CONNECTION": str(parameters), "MLFLOW_TRACKING_URI": runs_in(place)}
            environment = os.environ | ELSEWHERE | own
            command = [*STRICTLY, str(LESSONS[name])]
            done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
        return "" if done.returncode == 0 else done.stdout[-8000:] + done.stderr[-2000:]
