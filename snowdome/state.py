"""The state directory of a local account: what lies where in it, and the lock of its one server.

    .snowdome/
        password       what clients log in with; mode 0600
        account/       everything the account holds: engine file, staged files
        server.lock    held by the running server; says who owns the account, and nothing else does
        server.json    where the last server listened, and its process id; true while the lock is held
        server.log     what the server printed

Only the standard library is imported here: clients read this module before anything heavy is loaded.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import secrets
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO


class StateError(Exception):
    """A state directory cannot be used; the message says why and what to do, in a sentence or two."""


class StateInUse(StateError):
    """Another process holds the lock that was asked for."""


@dataclass(frozen=True)
class ServerInfo:
    """Where a server listens: process id, TCP port, start in seconds since 1970, mounted URLs."""

    pid: int
    port: int
    started: float
    version: str
    mounts: dict[str, str] = field(default_factory=dict)


class StateDirectory:
    """The files of one local account below ``path``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.account = path / "account"
        self.log_file = path / "server.log"
        self.outbox = path / "outbox"
        self._password_file = path / "password"
        self._info_file = path / "server.json"
        self._server_lock = path / "server.lock"
        self._start_lock = path / "start.lock"

    def create(self) -> None:
        """Make the directory, closed to other users, if it is not there; StateError if it cannot be made."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.account.mkdir(mode=0o700, exist_ok=True)
            ignore = self.path / ".gitignore"
            if not ignore.exists():
                ignore.write_text("*\n", encoding="utf-8")
        except OSError as error:
            raise StateError(f"The state directory {self.path} cannot be used: {error.strerror}.") from error

    def exists(self) -> bool:
        """Whether an account was ever made here."""
        return self._password_file.exists()

    def password(self) -> str:
        """The account's password; a random one is made the first time. The file's mode is 0600."""
        self.create()
        if not self._password_file.exists():
            self._write_password(secrets.token_urlsafe(24))
        return self._password_file.read_text(encoding="utf-8").strip()

    def password_mode(self) -> int:
        """Permission bits of the password's file, which must be there."""
        return stat.S_IMODE(self._password_file.stat().st_mode)

    def _write_password(self, password: str) -> None:
        # link() fails if the name is taken: of two processes that start at once, both read the first one's.
        handle, name = tempfile.mkstemp(dir=self.path, prefix="password-")  # mkstemp makes files of mode 0600
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(password)
            with suppress(FileExistsError):
                os.link(name, self._password_file)
        finally:
            os.unlink(name)

    def new_log(self) -> IO[bytes]:
        """An empty log file, open for writing; the one before is kept as ``server.log.1``."""
        if self.log_file.exists():
            os.replace(self.log_file, self.path / "server.log.1")
        return self.log_file.open("wb")

    # -- the server -----------------------------------------------------------------------------

    @contextmanager
    def serving(self, patience: float = 2.0) -> Iterator[None]:
        """Own the account while the block runs; StateInUse if another server does.

        The operating system drops the lock when the process ends, however it ends, so a lock left by a
        killed server does not exist. ``patience``, in seconds, outlasts those who only look (``running``).
        """
        self.create()
        with _locked(self._server_lock, patience) as got:
            if not got:
                raise StateInUse(self._in_use())
            with suppress(FileNotFoundError):
                self._info_file.unlink()
            yield

    def _in_use(self) -> str:
        info = self.last_server()
        who = f"the server with process id {info.pid} on port {info.port}" if info else "another server"
        return (
            f"The account in {self.path} is in use by {who}. "
            "One account has one server: use that one, or stop it with 'snowdome down'."
        )

    def announce(self, info: ServerInfo) -> None:
        """Say where the server listens; called by the server that holds the lock, once it answers."""
        handle, name = tempfile.mkstemp(dir=self.path, prefix="server-")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(asdict(info), file)
        os.replace(name, self._info_file)

    def last_server(self) -> ServerInfo | None:
        """What the running or the last server announced; None if there is nothing readable."""
        try:
            return ServerInfo(**json.loads(self._info_file.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def owned(self) -> bool:
        """Whether a server owns the account at this moment."""
        if not self._server_lock.exists():
            return False
        with _locked(self._server_lock, 0, shared=True) as got:
            return not got

    def running(self) -> ServerInfo | None:
        """The server that owns the account, or None; also None while it is still starting."""
        return self.last_server() if self.owned() else None

    @contextmanager
    def starting(self, patience: float = 60.0) -> Iterator[None]:
        """Hold the lock of those who start or stop the server, so that they take turns."""
        self.create()
        with _locked(self._start_lock, patience) as got:
            if not got:
                raise StateInUse(
                    f"Another process has been starting the account in {self.path} for too long."
                )
            yield


@contextmanager
def _locked(path: Path, patience: float, *, shared: bool = False) -> Iterator[bool]:
    """Hold an advisory lock on ``path``; yields whether it was had within ``patience`` seconds."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield _wait_for_lock(handle, patience, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
    finally:
        os.close(handle)


def _wait_for_lock(handle: int, patience: float, kind: int) -> bool:
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EACCES):
                raise
        else:
            return True
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.02)
