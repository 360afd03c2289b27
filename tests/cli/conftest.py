"""The command in real processes; each test has a home, a state and a working directory of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import snowflake.connector

from snowdome.client import local

PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@dataclass(frozen=True)
class Command:
    """Runs ``snowdome`` and Python as a user would, below ``folder``."""

    folder: Path
    environment: dict[str, str]

    @property
    def state(self) -> Path:
        return self.folder / "state"

    def __call__(self, *arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
        return self.python("-m", "snowdome", *arguments, **more)

    def python(
        self, *arguments: str, typed: str = "", environment: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env=self.environment | (environment or {}),
            input=typed,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """A Python process that goes on while the test does."""
        pipe = subprocess.PIPE
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=self.folder,
            env=self.environment,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            text=True,
        )

    def status(self) -> dict[str, Any]:
        return json.loads(self("status", "--json").stdout)

    def up(self, *arguments: str) -> dict[str, Any]:
        """Start the account; what ``status`` says of it."""
        done = self("up", *arguments)
        assert done.returncode == 0, done.stderr
        return self.status()

    def parameters(self) -> dict[str, Any]:
        return json.loads(self("connection").stdout)

    def connect(self, **more: Any) -> snowflake.connector.SnowflakeConnection:
        return snowflake.connector.connect(**(self.parameters() | more))


@pytest.fixture
def snowdome(tmp_path: Path) -> Iterator[Command]:
    home = tmp_path / "home"
    (home / ".snowflake").mkdir(parents=True)
    kept = {name: value for name, value in os.environ.items() if name.lower() not in PROXIES}
    for name in ("SNOWDOME_CONNECTION", "SNOWFLAKE_HOME", "PYTHONWARNINGS"):
        kept.pop(name, None)
    command = Command(tmp_path, kept | {"HOME": str(home), "SNOWDOME_STATE": str(tmp_path / "state")})
    yield command
    local.account(command.state).stop()
