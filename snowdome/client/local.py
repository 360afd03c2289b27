"""The local account's life: started in the background, found by others, stopped."""

from __future__ import annotations

import getpass
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from snowdome.client.project import project_directory
from snowdome.state import ServerInfo, StateDirectory, StateError

VARIABLE = "SNOWDOME_STATE"
DIRECTORY = ".snowdome"
HOST = "127.0.0.1"
DEFAULT_PORT = 8585
START_SECONDS = 60.0
STOP_SECONDS = 30.0
PORT_TAKEN = 4  # the server's exit code
PROXIES = ("http_proxy", "https_proxy", "all_proxy")
CORE_PROXIES = ("https_proxy", "HTTPS_PROXY")


def state_path(given: str | Path | None = None) -> Path:
    """The state directory: ``given``, else SNOWDOME_STATE, else ``.snowdome`` in the project's folder."""
    chosen = given or os.environ.get(VARIABLE)
    return Path(chosen).expanduser().absolute() if chosen else project_directory() / DIRECTORY


def account(state: str | Path | None = None) -> LocalAccount:
    """The local account of a state directory (see ``state_path``), running or not."""
    return LocalAccount(StateDirectory(state_path(state)))


@dataclass(frozen=True)
class LocalAccount:
    """One local account; the methods work on it whoever started it."""

    state: StateDirectory

    def parameters(self) -> dict[str, Any]:
        """Connection parameters of the running account; StateError if it is not running."""
        info = self.state.running()
        if info is None:
            raise StateError(f"No server is running for {self.state.path}. Start it with 'snowdome up'.")
        _bypass_proxies()
        return {
            "account": "snowdome",
            "user": user(),
            "password": self.state.password(),
            "host": HOST,
            "port": info.port,
            "protocol": "http",
            "role": "ACCOUNTADMIN",
            "warehouse": "COMPUTE_WH",
            # Without it every first login asks cloud metadata services who this machine is, and waits.
            "platform_detection_timeout_seconds": 0.0,
        }

    def start(self, port: int | None = None, mounts: dict[str, str] | None = None) -> ServerInfo:
        """Start the server unless it is running, and wait until it answers; callers take turns.

        Without ``port`` it is the last one used, else DEFAULT_PORT, else any free one. Raises StateError
        if it runs already on another port or with other mounts, or ends before it answers.
        """
        if not port and not mounts and (info := self.state.running()):
            return info
        with self.state.starting(START_SECONDS):
            if self.state.owned():
                return self._attach(port, mounts)
            return self._launch(port, mounts or {})

    def _attach(self, port: int | None, mounts: dict[str, str] | None) -> ServerInfo:
        info = self._wait_for_server(None)
        if port and info.port != port:
            raise StateError(
                f"The account is already running on port {info.port}. Stop it first: 'snowdome down'."
            )
        if mounts and not mounts.items() <= info.mounts.items():
            raise StateError(
                "The account is already running with other mounts. Stop it first: 'snowdome down'."
            )
        return info

    def _launch(self, port: int | None, mounts: dict[str, str]) -> ServerInfo:
        self.state.password()
        if port and not is_free(port):
            raise StateError(f"Port {port} is taken by another program. Choose another with --port.")
        process = self._spawn(port or self._usual_port(), mounts)
        try:
            return self._wait_for_server(process)
        except StateError:
            if port or process.returncode != PORT_TAKEN:
                raise
        # Somebody took the usual port between the look at it and the start.
        return self._wait_for_server(self._spawn(0, mounts))

    def _spawn(self, port: int, mounts: dict[str, str]) -> subprocess.Popen[bytes]:
        command = [
            sys.executable,
            "-m",
            "snowdome.server",
            "--state",
            str(self.state.path),
            "--port",
            str(port),
        ]
        for url, folder in mounts.items():
            command += ["--mount", f"{url}={folder}"]
        with self.state.new_log() as log:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd="/"
            )
        # It outlives this process; if it ends first, somebody has to take note or it stays a zombie.
        threading.Thread(target=process.wait, name="snowdome-reaper", daemon=True).start()
        return process

    def _usual_port(self) -> int:
        last = self.state.last_server()
        usual = [last.port] if last else []
        return next((port for port in [*usual, DEFAULT_PORT] if is_free(port)), 0)

    def _wait_for_server(self, process: subprocess.Popen[bytes] | None) -> ServerInfo:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            info = self.state.running()
            if info and (process is None or info.pid == process.pid):
                return info
            if process and process.poll() is not None:
                raise StateError(f"The server ended with exit code {process.returncode}.\n{self.log_tail()}")
            time.sleep(0.02)
        raise StateError(f"The server did not answer within {START_SECONDS:.0f} s.\n{self.log_tail()}")

    def log_tail(self, lines: int = 15) -> str:
        """The last lines that the server printed."""
        try:
            text = self.state.log_file.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""
        return "\n".join(text.splitlines()[-lines:])

    def stop(self) -> bool:
        """Stop the server and wait until it has let go of the account; False if none was running."""
        if not self.state.path.exists():
            return False
        with self.state.starting():
            info = self.state.running()
            if info is None:
                return False
            # The lock is held, so the process that announced itself lives: this id is not another program's.
            os.kill(info.pid, signal.SIGTERM)
            deadline = time.monotonic() + STOP_SECONDS
            while self.state.owned():
                if time.monotonic() > deadline:
                    raise StateError(
                        f"The server did not stop in {STOP_SECONDS:.0f} s. 'kill -9 {info.pid}' ends it, "
                        "and what was committed stays."
                    )
                time.sleep(0.02)
        return True

    def reset(self) -> None:
        """Stop the server and delete everything in the account; password and port stay."""
        self.stop()
        with self.state.starting(), self.state.serving():
            shutil.rmtree(self.state.account)
            shutil.rmtree(self.state.outbox, ignore_errors=True)  # it may never have been made


def user() -> str:
    """The name to log in with: the operating system's user, else ``learner``."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no such user: a container that runs under a bare number
        return "learner"


def is_free(port: int) -> bool:
    """Whether a server could listen on ``port``."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _bypass_proxies() -> None:
    # The clients send even loopback traffic through a proxy that the environment names, which cannot work.
    if not any(os.environ.get(name) or os.environ.get(name.upper()) for name in PROXIES):
        return
    for name in ("no_proxy", "NO_PROXY"):
        hosts = [host for host in os.environ.get(name, "").split(",") if host]
        if HOST not in hosts and "*" not in hosts:
            os.environ[name] = ",".join([*hosts, HOST])
    for name in CORE_PROXIES:  # snowflake.core goes through it even to http://, and never looks at NO_PROXY
        os.environ.pop(name, None)
