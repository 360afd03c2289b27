"""The server as a process: owns a state directory, listens on loopback, stops cleanly."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

import uvicorn

from snowdome.account import Account
from snowdome.server.app import application
from snowdome.state import ServerInfo, StateDirectory
from snowdome.version import __version__

HOST = "127.0.0.1"
_GRACE = 8  # seconds that open requests get to end when the server stops
_KEEP_ALIVE = 3600  # seconds that an idle connection stays open


class Server(uvicorn.Server):
    """Announces itself once it listens; cancels what runs as soon as it is told to stop."""

    def __init__(self, account: Account, state: StateDirectory, info: ServerInfo) -> None:
        config = uvicorn.Config(
            application(account), http="httptools", ws="none", lifespan="off", loop="asyncio",
            access_log=False, log_config=None, server_header=False, date_header=False,
            timeout_keep_alive=_KEEP_ALIVE, timeout_graceful_shutdown=_GRACE,
        )  # fmt: skip
        super().__init__(config)
        self._account, self._state, self._info = account, state, info

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        await super().startup(sockets)
        self._state.announce(self._info)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop on SIGTERM and SIGINT."""
        super().handle_exit(sig, frame)
        threading.Thread(target=self._account.stop, daemon=True).start()


def serve(directory: Path, port: int, mounts: Mapping[str, Path]) -> None:
    """Run the account of a state directory until a signal ends it; ``port`` 0 takes a free one.

    StateInUse if another server owns the directory, OSError if the port is taken.
    """
    logging.basicConfig(
        stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s", level=logging.WARNING
    )
    state = StateDirectory(directory)
    with state.serving(), _listening(port) as listener:
        password = state.password()
        account = Account(state.account, password, mounts, state.outbox)
        shown = {url: str(folder) for url, folder in mounts.items()}
        account.begin((HOST, listener.getsockname()[1]))
        info = ServerInfo(os.getpid(), listener.getsockname()[1], time.time(), __version__, shown)
        # uvicorn raises the signal again once it has stopped: by then the account must still be closed.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)
        try:
            Server(account, state, info).run(sockets=[listener])
        finally:
            account.close()


def _listening(port: int) -> socket.socket:
    # Said to be TCP's, for asyncio then turns Nagle's delay off, which costs 40 ms a request.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError:
        listener.close()
        raise
    return listener
